"""Personal data: who may read them, that reading is noted, that they go when their time is over."""

from __future__ import annotations

from typing import Any

from checks import facts
from checks.measure import Measure, Say, absent, control, say, verdict
from checks.params import Params

RETENTION_DAYS = 3
OWNERS = ("backbone_sync", "postgres")
READERS = ("backbone_reader", "backbone_analyst", "backbone_audit")
_NO_DATA = say("the database for the data is not there")
_ALLOWED = {
    ("backbone_reader", "select"): ("ref", "backbone", "analyst"),
    ("backbone_analyst", "select"): ("analyst",),
}


def _supplied(params: Params, expected: Say) -> Measure | None:
    """Software that the ministry supplies keeps its data in its own way: a person states how."""
    if params.sync_source == "bundled":
        return None
    return Measure("error", say("how supplied software does it cannot be seen from here"), expected)


@control("PRIV-01")
def noted(host: Any, params: Params) -> Measure:
    """Reading a column that tells something of a person is written into the audit log."""
    expected = say("pgaudit notes every reading of a personal column")
    if other := _supplied(params, expected):
        return other
    data = facts.data(host)
    if data is None:
        return absent(_NO_DATA, expected)
    if data["audit_role"] != "backbone_audit":
        return absent(say("pgaudit.role = {value}", value=data["audit_role"] or "-"), expected)
    personal = {name: fields for name, fields in params.sync_personal if name in data["columns"]}
    unseen = [
        f"{name}.{item}"
        for name, fields in personal.items()
        for item in fields
        if item in data["columns"][name] and item not in data["audited"].get(name, [])
    ]
    if unseen:
        return absent(say("read without a note: {names}", names=unseen), expected)
    if not personal:
        return Measure("warning", say("no table holds people yet"), expected)
    return verdict(True, say("{count} columns", count=sum(map(len, personal.values()))), expected)


@control("PRIV-02")
def retention(host: Any, params: Params) -> Measure:
    """What was kept long enough goes, once a day."""
    expected = say("what was kept long enough goes every day, and the last time it did")
    if other := _supplied(params, expected):
        return other
    timer = facts.unit(host, "backbone-sync-retention.timer")
    if not timer.running:
        return absent(say("backbone-sync-retention.timer: {state}", state=timer.state), expected)
    service = facts.unit(host, "backbone-sync-retention.service")
    if service.result not in ("", "success"):
        return absent(say("the last run ended with {result}", result=service.result), expected)
    # What systemd remembers of a service ends with a restart; the timer's own stamp does not.
    last = max(service.last_exit, timer.last_trigger)
    if not last:
        return Measure("warning", say("scheduled; the first run is still to come"), expected)
    days = max((params.now - last) / 86400, 0.0)
    return verdict(days <= RETENTION_DAYS, say("last run {days} days ago", days=days), expected)


@control("PRIV-03")
def masked_views(host: Any, params: Params) -> Measure:
    """Analysts see views without people in them, and nothing beside."""
    expected = say("analysts read views that show no person, and no table")
    if other := _supplied(params, expected):
        return other
    data = facts.data(host)
    if data is None:
        return absent(_NO_DATA, expected)
    if data["analyst"]:
        return absent(say("analysts may read: {names}", names=data["analyst"]), expected)
    allowed = dict(params.analyst_views)
    beyond = [
        f"{name}.{item}" for name, shown in data["views"].items() for item in shown if item not in allowed.get(name, ())
    ]
    if beyond:
        return absent(say("shown to analysts: {names}", names=beyond), expected)
    if not data["views"]:
        return Measure("warning", say("there are no views yet"), expected)
    return verdict(True, say("{count} views", count=len(data["views"])), expected)


@control("PRIV-04")
def rights(host: Any, params: Params) -> Measure:
    """Only the roles that are meant to may read the data, and none of them may change it."""
    expected = say("only the roles for reading may read, and nobody but the service may change anything")
    if other := _supplied(params, expected):
        return other
    data = facts.data(host)
    if data is None:
        return absent(_NO_DATA, expected)
    beyond = []
    for line in data["rights"]:
        role, right, schema = line.split(" ")
        if role not in OWNERS and schema not in _ALLOWED.get((role, right), ()):
            beyond.append(f"{role}: {right} {schema}")
    beyond += [f"{role}: connect" for role in data["connect"] if role not in (*OWNERS, *READERS)]
    if beyond:
        return absent(say("rights beyond what is meant: {names}", names=beyond), expected)
    return verdict(True, say("{count} rights, all of them meant", count=len(data["rights"])), expected)
