"""The loop around a run: what counts as failed, tried in vain, below the minimum, and the exit status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace as changed
from pathlib import Path

import pytest

from provision.audit import catalogue
from provision.audit.findings import Finding
from provision.converge import apply as loop
from provision.converge.apply import Applied, Assessment, notes
from provision.converge.book import default_book
from provision.converge.inputs import StageInputs
from provision.converge.look import OS_COMMAND, Observation, read
from provision.converge.plan import Plan, PlannedStage, Reason, ServerPlan, Wish
from provision.converge.progress import Result
from provision.converge.run import Outcome
from provision.converge.stamp import STATE_COMMAND, ServerState, Stamp
from provision.errors import BackboneError
from provision.exits import Exit
from provision.probe import Answer, Snapshot

NEEDED = PlannedStage("tls", (Reason("control_failed", ("TLS-01",)),), StageInputs({}, "d"))


def finding(control: str, status: str, stage: str | None, basis: str = "minimum") -> Finding:
    return Finding(control, "kab", "x", basis, "high", status, status, "", "", stage)  # type: ignore[arg-type]


def assessment(plan: ServerPlan, seen: Observation | None = None) -> Assessment:
    return Assessment(Plan((plan,)), {"kab": seen or Observation("kab")})


def stamped(tried: Mapping[str, tuple[str, ...]], failed: Mapping[str, tuple[str, ...]]) -> Observation:
    """A server whose stages are stamped, each with the controls noted as tried in vain."""
    stamps = {stage: Stamp(stage, "kab", "d", {}, {}, "", controls) for stage, controls in tried.items()}
    return Observation("kab", ServerState(stamps), failed=failed)


def test_only_what_was_measured_and_failed_is_a_reason() -> None:
    ledger = json.dumps({"stamps": {}, "files": {}, "started": []})
    system = 'PRETTY_NAME="x"\nID=debian\nVERSION_ID="12"\n'
    snapshot = Snapshot("kab", "", {STATE_COMMAND: Answer(0, ledger), OS_COMMAND: Answer(0, system)})
    seen = read(
        snapshot,
        [
            finding("TLS-01", "fail", "tls"),
            finding("TLS-02", "error", "tls"),
            finding("TLS-03", "waived", "tls"),
            finding("TLS-04", "fail", "tls"),
            finding("HW-04", "fail", None),
            finding("HW-06", "fail", None, "interpretation"),
            finding("DOC-01", "fail", None),
        ],
        frozenset({"HW-04", "HW-06", "TLS-01"}),
    )
    assert seen.failed == {"tls": ("TLS-01", "TLS-04")}
    assert seen.below_minimum == ("HW-04",)
    assert seen.others == ("HW-04", "HW-06", "DOC-01")
    assert seen.distribution == "debian 12"


@pytest.mark.parametrize(
    "ledger", [Answer(124, ""), Answer(1, "", "PermissionError: stamps"), Answer(0, '{"stamps": {}', cut=True)]
)
def test_a_ledger_that_cannot_be_read_is_a_fault(ledger: Answer) -> None:
    snapshot = Snapshot("kab", "", {STATE_COMMAND: ledger, OS_COMMAND: Answer(0, "")})
    assert "stamps" in read(snapshot, []).fault


def test_what_is_about_to_expire_is_a_reason_before_it_has() -> None:
    ledger = json.dumps({"stamps": {}, "files": {}, "started": []})
    snapshot = Snapshot("kab", "", {STATE_COMMAND: Answer(0, ledger), OS_COMMAND: Answer(0, "")})
    warned = [finding("TLS-02", "warning", "tls"), finding("DISK-01", "warning", "base")]
    assert read(snapshot, warned).failed == {}
    early = frozenset(name for name, one in catalogue.load().controls.items() if one.early)
    assert "TLS-02" in early
    assert read(snapshot, warned, early=early).failed == {"tls": ("TLS-02",)}


def test_a_first_apply_below_the_minimum_stops_and_repair_never_does() -> None:
    bare = Observation("kab", below_minimum=("HW-04",), distribution="debian 12")
    with pytest.raises(BackboneError, match="nothing was touched: kab: HW-04") as stopped:
        loop._gate(assessment(ServerPlan("kab"), bare), False)
    assert stopped.value.exit_status == Exit.FELL_SHORT
    loop._gate(assessment(ServerPlan("kab"), bare), True)
    begun = Observation("kab", ServerState(started=frozenset({"base"})), below_minimum=("HW-04",))
    loop._gate(assessment(ServerPlan("kab"), begun), False)


def test_a_machine_that_is_in_use_or_of_another_system_is_not_touched() -> None:
    used = Observation("kab", undecided=("listener tcp/8080 java",), distribution="debian 13")
    with pytest.raises(BackboneError, match="nothing was touched: kab: listener tcp/8080 java") as refused:
        loop._gate(assessment(ServerPlan("kab"), used), True)
    assert "preflight" in refused.value.repair
    for system in ("ubuntu 24.10", "debian 11", ""):
        strange = Observation("kab", distribution=system)
        with pytest.raises(BackboneError, match="no stage is written for this system"):
            loop._gate(assessment(ServerPlan("kab"), strange), True)
    loop._gate(assessment(ServerPlan("kab"), Observation("kab", fault="no route")), False)
    upgraded = Observation("kab", ServerState(started=frozenset({"base"})), distribution="debian 14")
    loop._gate(assessment(ServerPlan("kab"), upgraded), False)


def test_a_control_that_still_fails_after_its_stage_ran_was_tried_in_vain() -> None:
    results = (Result("kab", "tls", "ok"), Result("kab", "ssh", "failed"), Result("prov", "tls", "ok"))
    seen = stamped({"tls": (), "ssh": (), "base": ()}, {"tls": ("TLS-01",), "ssh": ("SSH-01",), "base": ("OS-01",)})
    tried = notes(results, {"kab": seen, "prov": Observation("prov", failed={"tls": ("X-01",)}, fault="gone")})
    assert tried == {"kab": {"tls": ("TLS-01",)}}
    after = loop._without(assessment(ServerPlan("kab", (NEEDED,))), tried)
    assert after.plan.empty
    assert after.plan.servers[0].given_up == {"tls": ("TLS-01",)}
    assert after.exit_status == Exit.FELL_SHORT


def test_a_note_goes_when_its_control_passed_so_that_it_is_repaired_when_it_breaks_again() -> None:
    seen = stamped({"tls": ("TLS-01", "TLS-02"), "ssh": ("SSH-01",), "base": ("OS-01",)}, {"tls": ("TLS-02",)})
    broken = changed(seen, failed={"tls": ("TLS-02",), "base": ("OS-01",)})
    assert notes((), {"kab": broken}) == {"kab": {"tls": ("TLS-02",), "ssh": ()}}
    after = loop._without(assessment(ServerPlan("kab", (NEEDED,))), {"kab": {"tls": ()}})
    assert after.plan.servers[0].names == ("tls",)
    assert after.plan.servers[0].given_up == {}


@pytest.mark.parametrize(
    ("plan", "results", "interrupted", "expected"),
    [
        (ServerPlan("kab"), ["ok"], False, Exit.OK),
        (ServerPlan("kab", (NEEDED,)), ["ok"], False, Exit.FELL_SHORT),
        (ServerPlan("kab", unreachable="no route"), ["ok"], False, Exit.UNREACHED),
        (ServerPlan("kab", (NEEDED,)), ["failed", "not_reached"], False, Exit.UNREACHED),
        (ServerPlan("kab"), ["failed"], True, Exit.INTERRUPTED),
    ],
)
def test_the_worst_word_wins(plan: ServerPlan, results: list[str], interrupted: bool, expected: Exit) -> None:
    outcome = Outcome(tuple(Result("kab", "tls", status) for status in results), Path("log"), interrupted)
    assert Applied(assessment(plan), outcome, assessment(plan)).exit_status == expected


@pytest.mark.parametrize(
    ("told", "system"),
    [("ID=ubuntu\nVERSION_ID=24.04\n", "ubuntu 24.04"), ('ID="rocky"\nVERSION_ID="9.6"\n', "rocky 9")],
)
def test_a_system_is_known_by_what_an_update_does_not_change(told: str, system: str) -> None:
    snapshot = Snapshot(
        "kab",
        "",
        {STATE_COMMAND: Answer(0, json.dumps({"stamps": {}, "files": {}, "started": []})), OS_COMMAND: Answer(0, told)},
    )
    assert read(snapshot, ()).distribution == system


@pytest.mark.parametrize(
    ("wish", "needed", "interrupted", "conclusive"),
    [
        (None, (), False, True),
        (Wish(("tls",)), (), False, False),
        (None, (NEEDED,), False, True),
        (Wish(("tls",)), (NEEDED,), False, True),
        (Wish(("tls",)), (NEEDED,), True, False),
    ],
)
def test_only_a_look_at_every_stage_after_the_last_one_ran_can_tell_what_is_through(
    wish: Wish | None,
    needed: tuple[PlannedStage, ...],
    interrupted: bool,
    conclusive: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Wish | None] = []

    def assess(_fleet: object, wish: Wish | None = None, **_named: object) -> Assessment:
        asked.append(wish)
        return assessment(
            ServerPlan("kab", needed if len(asked) == 1 else ()), Observation("kab", distribution="debian 12")
        )

    monkeypatch.setattr(loop, "assess", assess)
    monkeypatch.setattr(loop, "_setting", lambda *_words, **_named: None)
    monkeypatch.setattr(loop.run, "note_tried", lambda *_words: None)
    monkeypatch.setattr(loop.run, "converge", lambda *_words: Outcome((), Path("log"), interrupted))
    applied = loop.apply(None, wish, accept_another_server=True, book=default_book())  # type: ignore[arg-type]
    assert applied.conclusive is conclusive
    if conclusive:
        assert asked[-1] is None, "the last look was at all stages"
