"""The data centre: power, a second line, the room. No machine can see them: somebody states them, with evidence.

In the national data centre or a cloud they are its operator's, who answers for them by contract.
"""

from __future__ import annotations

from typing import Any

from checks.measure import Measure, control, say
from checks.params import Params
from checks.people import stated

PLACES = {
    "SITE-01": "The power holds when the grid does not.",
    "SITE-02": "A second line leads out where the first fails.",
    "SITE-03": "The room is locked, cool and safe from fire and water.",
}


def _register(identity: str) -> None:
    def check(host: Any, params: Params) -> Measure:
        if params.hosting != "own":
            where = say("the server stands with an operator ({hosting}), who answers for it", hosting=params.hosting)
            return Measure("not_applicable", where, say("stated where the server stands in a room of its own"))
        return stated(identity, params)

    check.__doc__ = PLACES[identity]
    control(identity)(check)


for _identity in PLACES:
    _register(_identity)
