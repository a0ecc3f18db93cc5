"""The sync, its account, what was granted: what turns each control red, on a recorded server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks import commands
from tests.support.recorded import (
    PARAMS,
    REACH,
    SNAPSHOT,
    STOPPED,
    TODAY,
    Mutation,
    Red,
    answered,
    in_data,
    in_json,
    meant,
    statuses,
    turns,
    unit,
)


def entity(name: str, **changes: Any) -> Mutation:
    return in_json(commands.SYNC_STATUS, lambda told: told["entities"][name].update(changes))


REDS = [
    Red("no sync timer", unit("backbone-sync.timer", **STOPPED), ("SYNC-01",)),
    Red(
        "a landing that nobody writes into",
        in_json(
            commands.SYNC_STATUS,
            lambda told: told.update(delivery={"kind": "landing", "stale": True, "fresh_at": "2026-01-01T00:00:00Z"}),
        ),
        ("SYNC-02",),
    ),
    Red("a red run", in_json(commands.SYNC_STATUS, lambda told: told.update(green=False)), ("SYNC-02",)),
    Red(
        "counts that differ",
        in_json(commands.SYNC_STATUS, lambda told: told["entities"]["ptk"].update(balanced=False)),
        ("SYNC-03",),
    ),
    Red("data without a grant", meant(sync_entities=("sekolah",)), ("SYNC-04",)),
    Red(
        "a table that would take a NIK",
        in_data(lambda told: told["guards"].update(peserta_didik=["no_kk"])),
        ("SYNC-04",),
    ),
    Red("another grant than the inventory's", meant(grant_digest="0" * 16), ("SYNC-07",)),
    Red(
        "a grant that has ended",
        in_json(commands.SYNC_GRANT, lambda told: told.update(expires=str(TODAY - timedelta(days=1)))),
        ("SYNC-07",),
    ),
    Red(
        "a grant that nobody can read",
        answered(commands.SYNC_GRANT, '{"error": {"kind": "config", "message": "version"}}', 2),
        ("SYNC-07",),
    ),
    Red("no way to the centre", answered(REACH, "", 1, "No route to host"), ("SYNC-05",)),
    Red("a run that was killed", unit("backbone-sync.service", Result="signal"), ("SYNC-02",)),
    Red(
        "a column that nobody knows",
        in_data(lambda told: told["columns"]["ptk"].append("catatan")),
        ("SYNC-04",),
    ),
    Red("a full quarantine", entity("ptk", quarantined=900), ("SYNC-06",)),
    Red("a deletion that waits", entity("ptk", held=3), ("SYNC-06",)),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_rows_in_quarantine_are_a_warning_before_they_are_many() -> None:
    assert statuses(*entity("ptk", quarantined=1)(SNAPSHOT, PARAMS))["SYNC-06"] == "warning"


@pytest.mark.parametrize(("days", "status"), [(0, "warning"), (59, "warning"), (60, "pass"), (-1, "fail")])
def test_the_end_of_a_grant_is_told_in_time(days: int, status: str) -> None:
    ends = in_json(commands.SYNC_GRANT, lambda told: told.update(expires=str(TODAY + timedelta(days=days))))
    assert statuses(*ends(SNAPSHOT, PARAMS))["SYNC-07"] == status


def test_a_source_that_is_delivered_has_no_address_to_reach_and_a_fresh_one_is_green() -> None:
    fresh = {"kind": "landing", "stale": False, "fresh_at": "2026-11-21T00:00:00Z"}
    snapshot, params = in_json(commands.SYNC_STATUS, lambda told: told.update(delivery=fresh))(
        SNAPSHOT, replace(PARAMS, sync_kind="landing", sync_url="")
    )
    found = statuses(snapshot, params)
    assert (found["SYNC-02"], found["SYNC-05"]) == ("pass", "not_applicable")
