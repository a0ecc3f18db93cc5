"""People: the five competences of whoever manages the data, stated in the inventory with evidence and an
expiry.
"""

from __future__ import annotations

from typing import Any

from checks.measure import Measure, absent, control, say
from checks.params import Params, over

WARN_DAYS = 30
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


def _register(identity: str) -> None:
    def check(host: Any, params: Params) -> Measure:
        return stated(identity, params)

    check.__doc__ = f"Somebody {COMPETENCES[identity]}."
    control(identity)(check)


for _identity in COMPETENCES:
    _register(_identity)
