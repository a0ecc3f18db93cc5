"""A drill of one server on another host: the mark is made on the one, its backup is restored on the other.

What is proven, and judged, is the same. The server itself only makes the mark, and keeps the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _, english
from provision.operate.compare import DrillResult, failure, judge
from provision.operate.drill import STOP_SECONDS, UNIT, Tell
from provision.operate.session import OneServer
from provision.probe.transport import Target

LEND_SECONDS = 4 * 3600.0  # a digest of every table takes its time


class _Side(OneServer):
    """The remote part of drills, on one of the two."""

    unit = UNIT


def run_elsewhere(
    source: Target,
    host: Target,
    reached: Mapping[str, str],
    settings: Mapping[str, Any],
    tell: Tell = lambda name, event: None,
    operator: str = "",
    region: str = "",
) -> DrillResult:
    """Drill `source` on `host`; the result, which `source` has kept by then.

    `reached`: how `host` reads the second repository, {"config": pgBackRest's settings, "authority": PEM or ""}; it
    holds passphrases. `settings`: "to" (a kept mark, or nothing) and "backup". `tell` as in `run_drills`. BackboneError
    where it could not begin, or where one of the two does not answer.
    """
    with _Side(source) as there, _Side(host) as here:
        lent = there.call("lend", given={"to": settings.get("to", "")}, timeout=LEND_SECONDS)
        given = {"away": {**lent, **reached}, "backup": settings.get("backup", ""), **_more(settings)}
        told = here.call("survey", given=given)
        if "refused" in told:
            raise BackboneError(f"{host.name}: {failure(told['refused'])}", exit_status=Exit.FELL_SHORT)
        tell(source.name, {"event": "plan", "plan": told["plan"]})
        observed = _observed(here, given, source.name, tell)
        result = replace(judge(source.name, observed), operator=operator, region=region, on=host.name)
        past = there.call("finish", given=english(result.as_dict()))
        return replace(result, history=tuple(past))


def _more(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings beyond those two, as tests have them."""
    return {name: value for name, value in settings.items() if name not in ("to", "backup", "repo", "from")}


def _observed(here: _Side, given: Mapping[str, Any], server: str, tell: Tell) -> dict[str, Any]:
    """What the drill on the host observed, once it has ended. Interrupted, it is stopped and leaves nothing."""
    try:
        here.call("start", given=given)
        news = here.until_ended(lambda event: tell(server, event))
    except BaseException:
        here.call("stop", timeout=STOP_SECONDS)
        raise
    if news["observed"] is None:
        raise BackboneError(
            _("the drill ended without a result (systemd: {result})").format(result=news["result"] or "gone"),
            exit_status=Exit.FELL_SHORT,
        )
    found: dict[str, Any] = news["observed"]
    return found
