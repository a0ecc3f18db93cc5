"""Judgement: every status comes about as it must, and nothing unmeasured turns into a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from checks import facts, measure
from checks.measure import Measure, say, verdict
from checks.params import Params, Statement
from provision.audit import catalogue, judge
from provision.audit.catalogue import AppliesTo, Catalogue, Control, Family, Text
from provision.audit.findings import FAIL_ON, Finding, counts, exit_status, ready
from provision.exits import Exit
from provision.inventory import Fleet, Waiver
from provision.probe.backend import Missing
from provision.probe.snapshot import Answer, Fault, Snapshot

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORDS = Text(id="kata", en="words")
Checker = Callable[[Any, Params], Measure]


def control(identity: str = "XX-01", **changes: Any) -> Control:
    whole: dict[str, Any] = {
        "id": identity,
        "title": WORDS,
        "basis": "minimum",
        "requirement": WORDS,
        "source": WORDS,
        "reference_verified": True,
        "severity": "high",
        "stage": "base",
        "why": WORDS,
        "remedy": WORDS,
    }
    return Control(**{**whole, **changes})


def one(*controls: Control) -> Catalogue:
    return Catalogue([Family(family="test", prefix="XX", title=WORDS, controls=list(controls))])


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Checker]:
    mine: dict[str, Checker] = {}
    monkeypatch.setattr(judge, "all_checks", lambda: mine)
    return mine


def snapshot(**answers: Answer) -> Snapshot:
    return Snapshot("kab", AT.isoformat(), {name.replace("_", " "): answer for name, answer in answers.items()})


def ask_x(host: Any, params: Params) -> Measure:
    answer = facts.ask(host, "ask x")
    return verdict(answer.stdout == "good", say("{said}", said=answer.stdout), say("good"))


def judged(checks: dict[str, Checker], check: Checker, shot: Snapshot, **how: Any) -> Finding:
    checks["XX-01"] = check
    params = how.pop("params", Params(at=AT, server="kab"))
    return judge.judge_server(shot, params, one(control(**how))).findings[0]


@pytest.mark.parametrize(("said", "status"), [("good", "pass"), ("bad", "fail")])
def test_a_check_is_judged_from_the_snapshot_with_its_evidence(
    checks: dict[str, Checker], said: str, status: str
) -> None:
    finding = judged(checks, ask_x, snapshot(ask_x=Answer(0, said)))
    assert finding.status == status
    assert [(one.command, one.output) for one in finding.evidence] == [("ask x", said)]


@pytest.mark.parametrize(
    "answer", [Answer(0, "good", cut=True), Answer(124, "good"), Answer(137, "good")], ids=["cut", "timeout", "killed"]
)
def test_an_incomplete_answer_is_an_error_even_if_it_looks_good(checks: dict[str, Checker], answer: Answer) -> None:
    assert judged(checks, ask_x, snapshot(ask_x=answer)).status == "error"


def test_a_command_that_the_snapshot_lacks_is_an_error_and_named(checks: dict[str, Checker]) -> None:
    checks["XX-01"] = ask_x
    outcome = judge.judge_server(snapshot(), Params(at=AT), one(control()))
    assert outcome.missing == ("ask x",)
    assert outcome.findings[0].status == "error"


def test_no_check_can_swallow_a_missing_answer(checks: dict[str, Checker]) -> None:
    def swallows(host: Any, params: Params) -> Measure:
        try:
            facts.ask(host, "ask x")
        except Exception:
            return verdict(True, say("-"), say("-"))
        return verdict(True, say("-"), say("-"))

    assert judged(checks, swallows, snapshot()).status == "error"
    assert not issubclass(Missing, Exception)


@pytest.mark.parametrize("fault", [ValueError("odd"), KeyError("x"), facts.NotAnswered("no"), AssertionError("rc")])
def test_an_answer_that_no_check_foresaw_is_an_error_of_that_control_alone(
    checks: dict[str, Checker], fault: Exception
) -> None:
    def stumbles(host: Any, params: Params) -> Measure:
        raise fault

    checks["XX-01"], checks["XX-02"] = stumbles, ask_x
    both = one(control(), control("XX-02"))
    found = judge.judge_server(snapshot(ask_x=Answer(0, "good")), Params(at=AT), both).findings
    assert [finding.status for finding in found] == ["error", "pass"]


def test_a_control_of_another_level_is_not_applicable(checks: dict[str, Checker]) -> None:
    finding = judged(checks, ask_x, snapshot(), applies_to=AppliesTo(levels=["provinsi"]))
    assert finding.status == "not_applicable"


def stated(expires: date) -> Params:
    return Params(at=AT, server="kab", statements=(("XX-01", Statement("Budi", "invoice 7", expires)),))


def unknown(host: Any, params: Params) -> Measure:
    return Measure("error", say("cannot be seen"), say("good"))


def test_an_attestation_stands_in_only_where_the_control_allows_it(checks: dict[str, Checker]) -> None:
    params = stated(date(2026, 11, 21))
    assert judged(checks, unknown, snapshot(), attestable=True, params=params).status == "attested"
    assert judged(checks, unknown, snapshot(), attestable=False, params=params).status == "error"


def test_an_expired_attestation_stands_in_for_nothing(checks: dict[str, Checker]) -> None:
    finding = judged(checks, unknown, snapshot(), attestable=True, params=stated(date(2026, 11, 20)))
    assert finding.status == "error"
    assert finding.note is not None
    assert "expired" in finding.note.text()


def test_a_person_does_not_outweigh_what_the_machine_shows(checks: dict[str, Checker]) -> None:
    shot = snapshot(ask_x=Answer(0, "bad"))
    assert judged(checks, ask_x, shot, attestable=True, params=stated(date(2027, 1, 1))).status == "fail"


def fleet(*waivers: Waiver) -> Fleet:
    return Fleet(path=Path("/inv/hosts.yml"), servers=(), waivers=waivers)


def waiver(expires: date, server: str = "kab") -> Waiver:
    return Waiver("XX-01", (server,), "old machine", "Kepala Dinas", expires)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (waiver(date(2026, 11, 21)), "waived"),
        (waiver(date(2026, 11, 20)), "fail"),
        (waiver(date(2027, 1, 1), "prov"), "fail"),
    ],
    ids=["holds", "expired", "another server"],
)
def test_waivers(checks: dict[str, Checker], given: Waiver, status: str) -> None:
    finding = judged(checks, ask_x, snapshot(ask_x=Answer(0, "bad")))
    (after,) = judge.waived([finding], fleet(given), AT)
    assert after.status == status
    assert after.measured == "fail"
    if status == "waived":
        assert after.note is not None
        assert "Kepala Dinas" in after.note.text()


def test_a_waived_control_that_passes_stays_a_pass(checks: dict[str, Checker]) -> None:
    finding = judged(checks, ask_x, snapshot(ask_x=Answer(0, "good")))
    assert judge.waived([finding], fleet(waiver(date(2027, 1, 1))), AT)[0].status == "pass"


def test_the_answer_for_backbone_rests_on_the_minimum_alone(checks: dict[str, Checker]) -> None:
    good = judged(checks, ask_x, snapshot(ask_x=Answer(0, "good")))
    bad = replace(good, status="fail")
    assert ready([good, replace(bad, basis="recommended"), replace(bad, basis="interpretation")])
    assert not ready([good, bad])
    assert not ready([replace(good, status="error")])
    assert not ready([replace(good, status="waived")])
    assert ready([replace(good, status="attested"), replace(good, status="warning")])


def test_exit_status_and_counts(checks: dict[str, Checker]) -> None:
    good = judged(checks, ask_x, snapshot(ask_x=Answer(0, "good")))
    assert exit_status([good, replace(good, status="warning"), replace(good, status="waived")], []) == Exit.OK
    assert exit_status([good, replace(good, status="fail")], []) == Exit.FELL_SHORT
    assert exit_status([good, replace(good, status="error")], []) == Exit.FELL_SHORT
    assert exit_status([replace(good, status="fail")], ["prov"]) == Exit.UNREACHED
    assert counts([good, good])["pass"] == 2


@pytest.mark.parametrize(
    ("basis", "severity", "counts_for"),
    [
        ("minimum", "low", {"minimum", "interpretation", "recommended", "low"}),
        ("recommended", "critical", {"recommended", "critical", "high", "medium", "low"}),
        ("interpretation", "medium", {"interpretation", "recommended", "medium", "low"}),
        ("minimum", "high", {"minimum", "interpretation", "recommended", "high", "medium", "low"}),
    ],
)
def test_fail_on_counts_what_weighs_as_much_or_more(
    checks: dict[str, Checker], basis: Any, severity: Any, counts_for: set[str]
) -> None:
    bad = replace(
        judged(checks, ask_x, snapshot(ask_x=Answer(0, "bad"))), basis=basis, severity=severity, status="error"
    )
    assert {word for word in FAIL_ON if exit_status([bad], [], word) == Exit.FELL_SHORT} == counts_for
    assert {exit_status([bad], ["prov"], word) for word in FAIL_ON} == {Exit.UNREACHED}
    assert exit_status([bad], []) == Exit.FELL_SHORT


def test_evidence_is_masked_before_it_is_cut(checks: dict[str, Checker]) -> None:
    secret = "Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRkdISUpLTE1OT1A="
    long = "x\n" * (judge.ANSWER_KEPT // 2 - 10) + secret + "\nend"
    (found,) = judged(checks, ask_x, snapshot(ask_x=Answer(0, long))).evidence
    assert found.cut
    assert len(found.output) == judge.ANSWER_KEPT
    assert secret[:6] not in found.output
    (short,) = judged(checks, ask_x, snapshot(ask_x=Answer(1, "", "password: hunter22"))).evidence
    assert (short.output, short.status, short.cut) == ("password: [masked]", 1, False)


def test_a_server_that_broke_off_has_no_pass_from_before() -> None:
    whole = Snapshot("kab", AT.isoformat(), {facts.commands.MACHINE: Answer(0, "##memory\n16000000\n")})
    broken = whole.broken(Fault("cut", "the connection was cut"))
    judged_before = judge.judge_server(whole, Params(at=AT), catalogue.load()).findings
    after = judge.judge_server(replace(broken, answers={}), Params(at=AT), catalogue.load()).findings
    memory = [next(one for one in found if one.control == "HW-04") for found in (judged_before, after)]
    assert [one.status for one in memory] == ["pass", "error"]
    assert "cut" in memory[1].observed.text()


def test_a_sentence_reads_in_both_languages() -> None:
    from provision import i18n

    text = measure.say("{count} outstanding: {names}", count=9, names=[str(n) for n in range(9)])
    assert text.text() == "9 outstanding: 0, 1, 2, 3, 4, 5, 6, 7, … (9)"
    assert text.text(i18n.translator("id")).startswith("9 tertunda: 0, 1")
