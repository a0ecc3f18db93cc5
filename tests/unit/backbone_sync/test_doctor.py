"""The doctor names every cause in both languages, with something to do, and says that all is well only when it is."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import backbone_sync
from backbone_sync.run import doctor
from backbone_sync.run.doctor import Facts, Step
from backbone_sync.run.state import Orphans
from backbone_sync.run.status import EntityStatus, Status
from backbone_sync.sources import probe, wire

NOW = datetime(2026, 7, 1, tzinfo=UTC)
ENTITY = EntityStatus(10, 10, 0, 0, 0, 0, True, NOW, ())
WELL = Status(1, "33.74", True, "green", NOW, NOW, NOW, 60.0, None, None, {"ptk": ENTITY})
STEPS = tuple(Step(name) for name in ("name", "connection", "certificate", "token", "contract"))


def codes(facts: Facts) -> list[str]:
    return [one.code for one in doctor.diagnose(facts)]


def test_all_is_well_only_when_it_is() -> None:
    assert codes(Facts(WELL, steps=STEPS, grant_days=400)) == ["ok"]


def kinds_of_errors() -> set[str]:
    """Every class of fault that the service knows, from its source."""
    folder = Path(backbone_sync.__file__).parent
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for line in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "kind":
                    found.add(str(ast.literal_eval(line.value)))
    return found


# Those that end a command before or beside a run, and never stand in a run's record.
_NOT_OF_RUNS = {"fault", "locked", "window", "nothing_held", "record", "subject", "correction", "breach"}


def test_every_class_of_fault_of_a_run_has_its_words() -> None:
    assert kinds_of_errors() - _NOT_OF_RUNS == set(doctor.CAUSES)


@pytest.mark.parametrize("kind", doctor.CAUSES)
def test_a_red_run_is_explained(kind: str) -> None:
    red = replace(WELL, green=False, state="not_green", error_kind=kind, message="the source answered 503")
    first = doctor.diagnose(Facts(red))[0]
    assert (first.code, first.level) == (f"run.{kind}", "fault")
    assert "503" in first.what.id
    assert "503" in first.what.en
    assert first.do.id
    assert first.do.en


@pytest.mark.parametrize(
    ("change", "code", "level"),
    [
        ({"balanced": False}, "unbalanced.ptk", "fault"),
        ({"held": 3}, "held.ptk", "fault"),
        ({"refused": 2, "quarantined": 2}, "refused.ptk", "fault"),
        ({"quarantined": 2}, "quarantine.ptk", "warning"),
        ({"unknown_fields": ("shoe_size",)}, "unknown.ptk", "warning"),
    ],
)
def test_what_is_wrong_with_an_entity_is_said(change: dict[str, object], code: str, level: str) -> None:
    status = replace(WELL, entities={"ptk": replace(ENTITY, **change)})  # type: ignore[arg-type]
    assert [(f.code, f.level) for f in doctor.diagnose(Facts(status))] == [(code, level)]


def test_rows_kept_out_by_the_grant_are_no_fault() -> None:
    assert codes(Facts(replace(WELL, entities={"ptk": replace(ENTITY, stored=4, withheld=6)}))) == ["ok"]


@pytest.mark.parametrize("name", ["name", "connection", "certificate", "token", "contract"])
def test_each_step_to_the_source_has_its_words(name: str) -> None:
    found = doctor.diagnose(Facts(WELL, steps=(Step(name, "said the network"),)))
    assert [f.code for f in found] == [f"source.{name}"]
    assert "said the network" in found[0].what.id
    assert found[0].do.id != found[0].do.en


def test_what_the_source_announces_is_told_before_it_comes() -> None:
    sentence = wire.Words("x", "x")
    soon, past = NOW + timedelta(days=9), NOW - timedelta(days=9)
    notice = wire.Notice(
        "1.1",
        NOW,
        [
            wire.Change("1.2", soon, "field_widened", "ptk", sentence, "na\nma"),
            wire.Change("1.1", past, "entity_added", "ruang", sentence),
        ],
        [
            wire.Window(soon, soon + timedelta(hours=3), sentence),
            wire.Window(past, past + timedelta(hours=1), sentence),
        ],
        wire.Limits(4000, 7, 400, 300),
    )
    found = doctor.diagnose(Facts(WELL, steps=tuple(probe.announced(notice, timedelta(minutes=5), NOW))))
    assert [(f.code, f.level) for f in found] == [
        ("source.maintenance", "warning"),
        ("source.change.ptk.na?ma", "warning"),
    ]
    assert "2026-07-10 00:00 – 2026-07-10 03:00 UTC" in found[0].what.id
    assert "2026-07-10 ptk.na?ma: field_widened (1.2)" in found[1].what.en
    late = tuple(probe.announced(notice, timedelta(minutes=4), NOW))
    assert [s.name for s in late] == ["maintenance", "change", "overlap"]


def test_the_rest_of_what_it_sees() -> None:
    assert codes(Facts(None, "the database does not answer")) == ["database"]
    assert codes(Facts(replace(WELL, state="never", green=False))) == ["never"]
    assert codes(Facts(replace(WELL, state="interrupted", green=False))) == ["run.interrupted"]
    assert codes(Facts(replace(WELL, lag_seconds=30 * 3600.0))) == ["late"]
    assert codes(Facts(WELL, steps=(Step("certificate", days_left=3),))) == ["source.certificate"]
    assert [(f.code, f.level) for f in doctor.diagnose(Facts(WELL, grant_days=0))] == [("grant", "fault")]
    assert [(f.code, f.level) for f in doctor.diagnose(Facts(WELL, grant_days=30))] == [("grant", "warning")]
    assert codes(Facts(WELL, corrections=2, disputed=1)) == ["corrections"]
    assert codes(Facts(WELL, record_faults=("line 3 is not what it was",))) == ["record"]
    orphaned = replace(WELL, orphans=(Orphans("ptk_terdaftar", "ptk_id", "ptk", 4, 0),))
    assert codes(Facts(orphaned)) == ["orphans.ptk_terdaftar.ptk_id"]


def test_faults_come_before_warnings() -> None:
    found = doctor.diagnose(Facts(replace(WELL, lag_seconds=1e6), record_faults=("line 3",)))
    assert [f.level for f in found] == ["fault", "warning"]
