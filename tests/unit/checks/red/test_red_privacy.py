"""Who reads personal data, that it is noted, and that they go: what turns each control red, on a recorded server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from checks.params import Statement
from provision.audit import catalogue, judge
from tests.support.recorded import AT, LATER, PARAMS, SNAPSHOT, STOPPED, Mutation, Red, both, in_data, turns, unit


def right(line: str) -> Mutation:
    return in_data(lambda told: told["rights"].append(line))


def ago(days: float) -> str:
    """A moment as systemctl prints it."""
    return (AT - timedelta(days=days)).strftime("%a %Y-%m-%d %H:%M:%S UTC")


REDS = [
    Red("no audit role", in_data(lambda told: told.update(audit_role=None)), ("PRIV-01",)),
    Red(
        "a column that is read without a note",
        in_data(lambda told: told["audited"]["ptk"].remove("nama")),
        ("PRIV-01",),
    ),
    Red("no retention", unit("backbone-sync-retention.timer", **STOPPED), ("PRIV-02",)),
    Red("a retention that failed", unit("backbone-sync-retention.service", Result="exit-code"), ("PRIV-02",)),
    Red(
        "a retention long ago",
        both(
            unit("backbone-sync-retention.service", ExecMainExitTimestamp=ago(9)),
            unit("backbone-sync-retention.timer", LastTriggerUSec=ago(9)),
        ),
        ("PRIV-02",),
    ),
    Red(
        "an analyst who reads a table",
        in_data(lambda told: told.update(analyst=["backbone.ptk"])),
        ("PRIV-03",),
    ),
    Red(
        "a view with names",
        in_data(lambda told: told["views"].update(ptk=["ptk_id", "nama"])),
        ("PRIV-03",),
    ),
    Red(
        "a view that shows more",
        in_data(lambda told: told["views"]["jumlah_ptk"].append("nama")),
        ("PRIV-03",),
    ),
    Red("data for everybody", right("PUBLIC select backbone"), ("PRIV-04",)),
    Red("a reader who writes", right("backbone_reader update backbone"), ("PRIV-04",)),
    Red("a reader of what waits", right("backbone_reader select sync"), ("PRIV-04",)),
    Red(
        "a stranger in the database",
        in_data(lambda told: told["connect"].append("PUBLIC")),
        ("PRIV-04",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_data_that_supplied_software_keeps_are_a_persons_to_state() -> None:
    supplied = replace(PARAMS, sync_source="supplied", sync_unit="x.service", sync_health="true")
    judged = judge.judge_server(SNAPSHOT, supplied, catalogue.load(), only=("PRIV-01", "PRIV-02", "PRIV-03", "PRIV-04"))
    assert {one.status for one in judged.findings} == {"error"}
    stated = tuple((f"PRIV-0{n}", Statement("Kepala Dinas", "its manual, chapter 4", LATER)) for n in range(1, 5))
    judged = judge.judge_server(SNAPSHOT, replace(supplied, statements=stated), catalogue.load())
    assert {one.status for one in judged.findings if one.control.startswith("PRIV")} == {"attested"}
