"""What people state, and papers: what turns each control red, on a recorded server."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks import commands
from checks.params import Paper
from tests.support.recorded import (
    PARAMS,
    SNAPSHOT,
    TODAY,
    Red,
    answered,
    both,
    meant,
    said,
    statement_gone,
    statuses,
    turns,
)

NOBODYS_DRILL = said(commands.DRILL, '"operator": "root"', '"operator": ""')
REDS = [
    *(
        Red(f"{name} not stated", both(statement_gone(name), NOBODYS_DRILL), (name,))
        for name, _statement in PARAMS.statements
    ),
    Red("no letter", meant(documents=PARAMS.documents[1:]), ("DOC-01",)),
    Red("no agreement", meant(documents=PARAMS.documents[:1]), ("DOC-02",)),
    Red(
        "an agreement that ended",
        meant(documents=(PARAMS.documents[0], Paper("nota_kesepakatan", "2", TODAY, TODAY - timedelta(days=1)))),
        ("DOC-02",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


@pytest.mark.parametrize(
    ("drill", "status"),
    [
        ({"ok": True, "started_at": "2026-11-20T01:00:00Z", "operator": "sri"}, "attested"),
        ({"ok": True, "started_at": "2026-11-20T01:00:00Z", "operator": ""}, "fail"),
        ({"ok": False, "started_at": "2026-11-20T01:00:00Z", "operator": "sri"}, "fail"),
        ({"ok": True, "started_at": "2025-11-20T01:00:00Z", "operator": "sri"}, "fail"),
        ({"ok": True, "started_at": "yesterday", "operator": "sri"}, "fail"),
        ({}, "fail"),
    ],
)
def test_a_drill_that_a_person_ran_and_that_held_shows_the_last_competence(drill: dict[str, Any], status: str) -> None:
    lines = json.dumps(drill, indent=2).splitlines()[1:-1]
    changed, _params = answered(commands.DRILL, "\n".join(lines))(SNAPSHOT, PARAMS)
    silent = replace(PARAMS, statements=())
    assert statuses(changed, silent)["PEOPLE-05"] == status
    assert statuses(changed, silent)["PEOPLE-04"] == "fail"


def test_a_drill_by_the_timer_does_not_hide_that_of_a_person() -> None:
    timer = '  "ok": true,\n  "started_at": "2026-11-21T01:00:00Z",\n  "operator": "",\n'
    person = '  "ok": true,\n  "started_at": "2026-10-20T01:00:00Z",\n  "operator": "sri",\n'
    changed, _params = answered(commands.DRILL, f"{timer}##person\n{person}")(SNAPSHOT, PARAMS)
    found = statuses(changed, replace(PARAMS, statements=()))
    assert (found["PEOPLE-05"], found["BAK-08"]) == ("attested", "pass")


@pytest.mark.parametrize("hosting", ["pdn", "cloud"])
def test_a_room_that_is_an_operators_is_not_stated(hosting: Any) -> None:
    found = statuses(params=replace(PARAMS, hosting=hosting, statements=PARAMS.statements[:5]))
    assert {found[f"SITE-0{n}"] for n in range(1, 4)} == {"not_applicable"}
