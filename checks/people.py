"""People: the five competences of whoever manages the data, stated in the inventory with evidence and an expiry.

A drill that a person ran and that held is evidence, too, for the last of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from checks import facts
from checks.measure import Measure, absent, control, say
from checks.params import Params, over

WARN_DAYS = 30
DRILL_DAYS = 365
COMPETENCES = {
    "PEOPLE-01": "manages a database",
    "PEOPLE-02": "chooses tools",
    "PEOPLE-03": "monitors the use of the data",
    "PEOPLE-04": "finds and solves database problems",
    "PEOPLE-05": "backs up and restores",
}


def stated(identity: str, params: Params) -> Measure:
    """`attested` while a statement with evidence holds, `fail` without one or after its expiry."""
    expected = say("stated in attestations.yml with evidence, not expired")
    statement = params.statement(identity)
    if statement is None:
        return absent(say("nobody has stated it"), expected)
    if over(statement.expires, params.at):
        return absent(say("the statement expired on {date}", date=statement.expires), expected)
    left = (statement.expires - params.at.date()).days
    observed = say(
        "{name}: {evidence} (until {date})",
        name=statement.attested_by,
        evidence=statement.evidence,
        date=statement.expires,
    )
    return Measure("warning" if left < WARN_DAYS else "attested", observed, expected)


def drilled(host: Any, params: Params) -> Measure | None:
    """`attested` while the last drill that a person ran here and that held is not older than a year."""
    return shown_by(facts.person_drill(host), params)


def shown_by(drill: Mapping[str, Any], params: Params) -> Measure | None:
    """The same by that drill's record; None where it shows nothing."""
    try:
        at = datetime.strptime(str(drill.get("started_at")), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if drill.get("ok") is not True or not drill.get("operator") or params.at - at > timedelta(days=DRILL_DAYS):
        return None
    expected = say("stated in attestations.yml with evidence, not expired; or shown by a drill")
    observed = say("{name} ran a restore drill that held, on {date}", name=drill["operator"], date=params.day(at))
    return Measure("attested", observed, expected)


def _register(identity: str) -> None:
    def check(host: Any, params: Params) -> Measure:
        said = stated(identity, params)
        if identity == "PEOPLE-05" and said.status != "attested":
            return drilled(host, params) or said
        return said

    check.__doc__ = f"Somebody {COMPETENCES[identity]}."
    control(identity)(check)


for _identity in COMPETENCES:
    _register(_identity)
