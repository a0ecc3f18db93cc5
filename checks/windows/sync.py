"""The sync service on Windows: its task, and what it says of its last run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from checks.measure import Measure, Say, absent, say, verdict
from checks.params import Params
from checks.sync import LATE_FACTOR, QUARANTINE_PERCENT, balance_of, grant_of, green_of, quarantine_of
from checks.windows import NotToldError, Told, control


def _status(told: Told) -> Mapping[str, Any] | None:
    """What the service wrote of itself; None where it has never run."""
    seen = told.section("sync")
    if "status" not in seen:
        raise NotToldError(say("the server's answer has no section {name}", name="sync"))
    if seen["status"] is None:
        return None
    try:
        found = json.loads(str(seen["status"]))
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise NotToldError(say("the sync service's status is damaged"))
    return found


def _elsewhere(params: Params, expected: Say) -> Measure | None:
    if params.sync_source == "supplied":
        return Measure("error", say("supplied software is not looked at on Windows"), expected)
    return None


@control("SYNC-01")
def scheduled(told: Told, params: Params) -> Measure:
    """The sync service runs by its task."""
    expected = say("the task Sync is ready or runs")
    if supplied := _elsewhere(params, expected):
        return supplied
    state = next((str(one["state"]) for one in told.rows("tasks") if one["name"] == "Sync"), "-")
    return verdict(state in ("Ready", "Running"), say("the task Sync: {state}", state=state), expected)


@control("SYNC-02")
def green(told: Told, params: Params) -> Measure:
    """The last run ended well, and not too long ago."""
    hours = max(params.sync_interval_seconds * LATE_FACTOR / 3600, 1.0)
    expected = say("last run green, at most {hours} hours ago", hours=hours)
    if supplied := _elsewhere(params, expected):
        return supplied
    status = _status(told)
    return absent(say("no run yet"), expected) if status is None else green_of(status, hours, params, expected)


@control("SYNC-03")
def balanced(told: Told, params: Params) -> Measure:
    """What the source counts equals what is stored, quarantined and deleted."""
    expected = say("every entity balances")
    if supplied := _elsewhere(params, expected):
        return supplied
    return balance_of(_status(told) or {}, expected)


@control("SYNC-06")
def quarantine(told: Told, params: Params) -> Measure:
    """Hardly any row waits in quarantine, and no deletion waits for somebody's word."""
    expected = say("at most {percent} % of the rows in quarantine, no deletion held back", percent=QUARANTINE_PERCENT)
    if supplied := _elsewhere(params, expected):
        return supplied
    return quarantine_of(_status(told) or {}, expected)


@control("SYNC-05")
def reachable(told: Told, params: Params) -> Measure:
    """The centre answers: a run that ended well has reached it; nothing here asks it for the audit's sake."""
    expected = say("the centre answers")
    if params.sync_kind not in ("contract", "pages"):
        return Measure("not_applicable", say("this source is not asked at one address: SYNC-02 tells of it"), expected)
    if green(told, params).status == "pass":
        return verdict(True, say("the last run reached it"), expected)
    return Measure("error", say("no run has ended well lately, and the audit asks nobody from there"), expected)


@control("SYNC-07")
def in_force(told: Told, params: Params) -> Measure:
    """The grant that the server itself goes by is the inventory's, and has not ended."""
    expected = say("the inventory's grant, not ended")
    if supplied := _elsewhere(params, expected):
        return supplied
    seen = told.section("grant")
    if "said" not in seen:
        raise NotToldError(say("the server's answer has no section {name}", name="grant"))
    if seen["said"] is None:
        return absent(say("the sync service is not installed"), expected)
    try:
        grant = json.loads(str(seen["said"]))
    except ValueError:
        grant = None
    if not isinstance(grant, Mapping) or not ("error" in grant or {"digest", "expires"} <= set(grant)):
        raise NotToldError(say("the sync service does not say what it goes by"))
    return grant_of(grant, params, expected)
