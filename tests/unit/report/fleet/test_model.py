"""The view: who may receive data, what changed, what is due. Documents in any order, never kinder than they are."""

from __future__ import annotations

import ast
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provision.audit import judge
from provision.inventory.regions import all_regions
from provision.report.fleet import read
from provision.report.fleet.model import DRILL_CONTROL, Gatherer, Limits, View, provinces
from provision.report.fleet.read import Proof, Read, Unread
from provision.report.fleet.sight import OPEN, WORST, answer, change, excuse, sights, worst
from provision.report.fleet.tiles import TILES
from tests.support.fleet import AT, audit, drill, finding, server

PLACE = Path("/r/audit.json")


def document(told: dict[str, Any], file: Path = PLACE, proof: Proof = read.UNCHECKED) -> Read:
    return Read(file, read.decode(msgspec.json.encode(told)), proof)


def view(*documents: dict[str, Any] | Read, **more: Any) -> View:
    gatherer = Gatherer()
    for one in documents:
        gatherer.add(one if isinstance(one, Read) else document(one))
    return gatherer.view(more.pop("at", AT), **more)


def ago(days: float) -> Any:
    return AT - timedelta(days=days)


def undrilled(**more: Any) -> dict[str, Any]:
    """A server whose audit says nothing of drills."""
    one = server("33.74", "a", **more)
    return {**one, "findings": [mine for mine in one["findings"] if mine["control"] != DRILL_CONTROL]}


def test_an_empty_fleet_is_not_a_fleet_in_which_all_held() -> None:
    empty = view()
    assert (empty.lines, empty.trend, empty.families, empty.held) == ((), (), (), False)
    assert [one.counts["yes"] for one in provinces(empty)] == [0] * 38


def test_one_server_that_meets_everything() -> None:
    one = view(audit([server("33.74")]), drill("s3374"))
    assert one.held
    assert (one.count("yes"), one.count("no"), one.count("unknown")) == (1, 0, 0)
    assert one.regions == {"33.74"}
    (line,) = one.lines
    assert line.change.direction == "first"
    assert set(line.families.values()) == {"pass"}
    assert [mine.counts["yes"] for mine in provinces(one) if mine.code == "33"] == [1]


@pytest.mark.parametrize(
    ("more", "statuses", "expected"),
    [
        ({}, {}, "yes"),
        ({}, {"DB-01": "warning"}, "yes"),
        ({}, {"DB-01": "fail"}, "no"),
        ({}, {"DB-01": "error"}, "no"),
        ({}, {"DB-01": "waived"}, "no"),
        ({"ready": True}, {"DB-01": "fail"}, "no"),
        ({"ready": False}, {}, "no"),
        ({"fault": {"kind": "x", "message": "gone"}}, {}, "unknown"),
        ({"findings": []}, {}, "unknown"),
        ({"findings": [finding("SSH-01", "a") | {"basis": "recommended"}]}, {}, "unknown"),
    ],
)
def test_the_answer_is_never_kinder_than_the_audit(
    more: dict[str, Any], statuses: dict[str, str], expected: str
) -> None:
    told = document(audit([server("33.74", "a", statuses, **more)])).document
    assert isinstance(told, read.Audit)
    assert answer(told.servers[0], read.UNCHECKED) == expected
    assert answer(told.servers[0], Proof("signed")) == expected
    assert answer(told.servers[0], Proof("unsigned")) == "unknown"
    assert answer(told.servers[0], Proof("refused")) == "unknown"


def test_the_newest_audit_counts_whatever_the_order(tmp_path: Path) -> None:
    turns = [
        audit([server("33.74", "a", {"DB-01": "fail", "SSH-01": "fail"}, ago(20))]),
        audit([server("33.74", "a", {"DB-01": "fail"}, ago(10))]),
        audit([server("33.74", "a", {"TLS-01": "fail"}, ago(1))]),
    ]
    expected = None
    for seed in range(6):
        random.Random(seed).shuffle(turns)
        (line,) = view(*turns, *turns).lines
        found = (line.sight.at, line.audits, line.change, line.sight.open)
        assert found == (expected or found)
        expected = found
    assert expected is not None
    assert expected[:2] == (ago(1), 3)
    assert (expected[2].new, expected[2].repaired) == (("TLS-01",), ("DB-01",))


def test_servers_of_one_name_in_two_regions_are_two() -> None:
    both = view(audit([server("33.74", "server1"), server("12.71", "server1", {"DB-01": "fail"})]))
    assert [(one.sight.server.region, one.sight.answer) for one in both.lines] == [("12.71", "no"), ("33.74", "yes")]


def test_of_two_copies_that_differ_the_less_kind_counts_and_a_believed_one_most() -> None:
    good, bad = audit([server("33.74", "a")]), audit([server("33.74", "a", {"DB-01": "fail"})])
    assert [one.sight.answer for one in view(good, bad).lines] == ["no"]
    assert [one.sight.answer for one in view(bad, good).lines] == ["no"]
    for order in (1, -1):
        copies = [document(good, proof=Proof("signed", "k")), document(bad, proof=Proof("unsigned"))][::order]
        assert [one.sight.answer for one in view(*copies).lines] == ["yes"]


@pytest.mark.parametrize(
    ("before", "now", "direction"),
    [
        ({"DB-01": "fail"}, {}, "better"),
        ({}, {"DB-01": "fail"}, "worse"),
        ({"SSH-01": "fail"}, {"SSH-02": "fail"}, "same"),
        ({"SSH-01": "fail", "SSH-02": "fail"}, {"SSH-02": "fail"}, "better"),
        # The minimum outweighs many others.
        ({"DB-01": "fail"}, {"SSH-01": "fail", "SSH-02": "fail", "SSH-03": "fail"}, "better"),
        ({}, {}, "same"),
    ],
)
def test_who_got_better_or_worse(before: dict[str, str], now: dict[str, str], direction: str) -> None:
    documents = [audit([server("33.74", "a", before, ago(8))]), audit([server("33.74", "a", now, ago(1))])]
    (line,) = view(*documents).lines
    basis = {one.control: one.basis for one in line.sight.server.findings}
    assert (basis["DB-01"], basis["SSH-01"]) == ("minimum", "recommended")
    assert line.change.direction == direction


def test_silence_is_neither_better_nor_worse_and_a_waiver_repairs_nothing() -> None:
    gone = {"fault": {"kind": "timeout", "message": "x"}, "ready": False}
    bad, dumb = server("33.74", "a", {"DB-01": "fail"}, ago(2)), server("33.74", "a", {}, ago(1), **gone)
    assert view(audit([bad]), audit([dumb])).lines[0].change.direction == "silent"
    back = server("33.74", "a", {}, ago(0.5))
    assert view(audit([dumb]), audit([back])).lines[0].change.direction == "again"
    excused = server("33.74", "a", {"DB-01": "waived"}, ago(1))
    assert view(audit([bad]), audit([excused])).lines[0].change.repaired == ()
    unseen = {**excused, "findings": [one for one in excused["findings"] if one["control"] != "DB-01"]}
    assert view(audit([bad]), audit([unseen])).lines[0].change.repaired == ()


def test_drills() -> None:
    def state(*drills: dict[str, Any], **more: Any) -> tuple[str, bool]:
        seen = view(audit([undrilled()]), *drills, **more).lines[0].drill
        return seen.state, seen.overdue

    assert state() == ("none", True)
    assert state(drill("a", ago(89))) == ("held", False)
    assert state(drill("a", ago(91))) == ("late", True)
    assert state(drill("a", ago(91)), limits=Limits(drill_days=100)) == ("held", False)
    assert state(drill("a", ago(1), ok=False), drill("a", ago(5))) == ("short", True)
    assert state(drill("b", ago(1))) == ("none", True)
    distrusted = document(drill("a", ago(1)), proof=Proof("unsigned"))
    assert view(audit([undrilled()]), distrusted).lines[0].drill.state == "none"
    assert "b" in view(audit([server("33.74", "a")]), drill("b")).remarks[0]


def test_what_the_audit_says_of_drills_counts_where_it_speaks_last() -> None:
    def state(status: str, drilled: float | None) -> str:
        told = undrilled(at=ago(2))
        told["findings"].append(finding("BAK-01", "a", status) | {"control": DRILL_CONTROL})
        more = [] if drilled is None else [drill("a", ago(drilled))]
        return view(audit([told]), *more).lines[0].drill.state

    assert [state(one, None) for one in ("pass", "fail", "error", "warning")] == ["held", "none", "none", "held"]
    assert state("fail", 1) == "held"
    assert state("fail", 3) == "none"


def test_a_drill_of_a_name_that_two_regions_use_counts_for_the_one_in_its_folder() -> None:
    here = document(audit([undrilled()]), Path("/a/audit.json"))
    there = document(audit([{**undrilled(), "region": "12.71"}]), Path("/b/audit.json"))
    mine = document(drill("a"), Path("/a/drill.json"))
    found = {one.sight.server.region: one.drill.state for one in view(here, there, mine).lines}
    assert found == {"33.74": "held", "12.71": "none"}


def notes() -> list[str]:
    """The sentences in which a judgement names the last day of a waiver or of an attestation."""
    tree = ast.parse(Path(judge.__file__).read_text())
    said = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "say"
        and isinstance(node.args[0], ast.Constant)
    ]
    return [one for one in said if isinstance(one, str) and "{date}" in one]


def test_notes_of_waivers_and_attestations_are_understood() -> None:
    assert len(notes()) == 4
    kinds = []
    for note in notes():
        words = {"name": "Kadis (until 2020-01-01)", "reason": "it is\non its way", "evidence": "letter 5"}
        told = finding("DB-01", "a", "waived", note=note.format(date="2026-12-01", **words))
        found = excuse(msgspec.convert(told, read.Finding))
        assert found is not None
        assert (found.control, found.until) == ("DB-01", date(2026, 12, 1))
        kinds.append(found.kind)
    assert sorted(kinds) == ["attestation", "attestation", "waiver", "waiver"]
    for odd in ("Budi states otherwise (letter)", "waived by x: y (until 2026-13-01)", "(until 2026-12-01)", ""):
        assert excuse(msgspec.convert(finding("DB-01", "a", note=odd), read.Finding)) is None


def test_excuses_that_ended_or_end_soon() -> None:
    def told(until: str, status: str = "waived") -> tuple[int, int]:
        one = server("33.74", "a")
        one["findings"][0] |= {"status": status, "note": f"waived by K: r (until {until})"}
        (line,) = view(audit([one])).lines
        return len(line.expired), len(line.expiring)

    today = AT.date()
    assert told(str(today - timedelta(days=1))) == (1, 0)
    assert told(str(today)) == (0, 1)  # its last day
    assert told(str(today + timedelta(days=30))) == (0, 1)
    assert told(str(today + timedelta(days=31))) == (0, 0)


def test_old_audits_and_the_trend() -> None:
    fleet = view(
        audit([server("33.74", "a", {"DB-01": "fail"}, ago(40)), server("33.75", "b", at=ago(40))]),
        audit([server("33.74", "a", at=ago(3))]),
    )
    assert [line.old for line in fleet.lines] == [False, True]
    assert [(one.counts["yes"], one.servers, one.share) for one in fleet.trend] == [(1, 2, 0.5), (2, 2, 1.0)]


def test_a_long_history_becomes_a_trend_of_bounded_length() -> None:
    turns = [audit([server("33.74", "a", at=ago(day))]) for day in range(400)]
    (line,) = view(*turns).lines
    trend = view(*turns).trend
    assert line.audits == 400
    assert len(trend) == 90
    assert (trend[0].day, trend[-1].day) == (str(ago(399).date()), str(AT.date()))


def test_an_unknown_region_is_shown_and_said_and_not_counted_among_the_552() -> None:
    fleet = view(audit([server("99.01", "x"), server("33.99", "y"), server("33.74", "z")]))
    assert fleet.regions == {"33.74"}
    assert [(one.sight.server.region, one.known, one.province) for one in fleet.lines] == [
        ("33.74", True, "33"),
        ("33.99", False, "33"),
        ("99.01", False, ""),
    ]
    assert "33.99, 99.01" in fleet.remarks[0]


def test_the_worst_status_of_a_family() -> None:
    told = document(audit([server("33.74", "a", {"DB-01": "warning", "DB-02": "error", "DB-03": "waived"})])).document
    assert isinstance(told, read.Audit)
    found = worst(told.servers[0].findings)
    assert (found["database"], found["tls"]) == ("error", "pass")
    assert set(WORST) == set(msgspec.inspect.type_info(read.Status).values)  # type: ignore[attr-defined]
    assert WORST[:2] == OPEN


def test_a_family_and_a_control_that_the_catalogue_lacks_are_shown_as_the_audit_calls_them() -> None:
    one = server("33.74", "a")
    one["findings"].append(
        finding("DB-01", "a", "fail", family="quantum", title={"id": "Kuantum", "en": "Quantum"})
        | {"control": "QUX-01"}
    )
    told = audit([one])
    told["families"].append({"family": "quantum", "title": {"id": "Kuantum", "en": "Quantum"}})
    fleet = view(told, order=["hardware", "database"])
    assert [name for name, _title in fleet.families][:2] == ["hardware", "database"]
    assert dict(fleet.families)["quantum"].id == "Kuantum"
    assert next(text for text in fleet.controls if text.id == "QUX-01").title.en == "Quantum"


def test_unread_files_are_kept() -> None:
    assert not view(audit([server("33.74")]), drill("s3374"), unread=[Unread(PLACE, "x")]).held


def test_change_compares_two_sights_of_a_file() -> None:
    told = document(audit([server("33.74", "a")])).document
    assert isinstance(told, read.Audit)
    (sight,) = sights(told, PLACE, read.UNCHECKED)
    assert change(sight, sight).direction == "same"


def test_every_province_has_a_tile_of_its_own() -> None:
    assert set(TILES) == {one.code for one in all_regions() if one.level == "provinsi"}
    assert len({(one.column, one.row) for one in TILES.values()}) == len({one.short for one in TILES.values()}) == 38
    # West to east and north to south, as on a map.
    assert TILES["11"].column < TILES["31"].column < TILES["51"].column < TILES["91"].column
    assert TILES["65"].row < TILES["63"].row < TILES["35"].row
