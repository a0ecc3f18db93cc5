"""Sync: the service runs, its last run balanced, it stores only what was granted, and it can reach the
centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from checks import commands, facts
from checks.measure import Measure, Say, absent, control, say, verdict
from checks.params import Params

_NOT_INSTALLED = say("the sync service is not installed")
QUARANTINE_PERCENT = 1
GRANT_SOON = 60  # days: a new Nota Kesepakatan takes its time
LATE_FACTOR = 3  # a run may be this many intervals late before it counts as missing


@control("SYNC-01")
def scheduled(host: Any, params: Params) -> Measure:
    """The sync service runs on its timer; supplied software runs and calls itself healthy."""
    if params.sync_source == "supplied":
        expected = say("{unit} runs and calls itself healthy", unit=params.sync_unit)
        unit = facts.other_unit(host, params.sync_unit)
        if not unit.running:
            return absent(say("{unit}: {state}", unit=params.sync_unit, state=unit.state), expected)
        answer = facts.ask(host, facts.command_of_supplied(params))
        return verdict(answer.rc == 0, say("health command ended with {status}", status=answer.rc), expected)
    expected = say("backbone-sync.timer runs, also after a restart")
    timer = facts.unit(host, "backbone-sync.timer")
    return verdict(timer.running, say("backbone-sync.timer: {state}", state=timer.state), expected)


@control("SYNC-02")
def green(host: Any, params: Params) -> Measure:
    """The last run ended well, and not too long ago."""
    hours = max(params.sync_interval_seconds * LATE_FACTOR / 3600, 1.0)
    expected = say("last run green, at most {hours} hours ago", hours=hours)
    if params.sync_source == "supplied":
        return Measure("not_applicable", say("supplied software tells its health by SYNC-01"), expected)
    status = facts.sync_status(host)
    if status is None:
        return absent(_NOT_INSTALLED, expected)
    result = facts.unit(host, "backbone-sync.service").result
    if result not in ("", "success", "exit-code"):  # a run that was killed wrote nothing down
        return absent(say("the last run was broken off ({result})", result=result), expected)
    return green_of(status, hours, params, expected)


def green_of(status: Mapping[str, Any], hours: float, params: Params, expected: Say) -> Measure:
    """SYNC-02 by the service's own status: the last run was green, at most `hours` ago."""
    if not status.get("green"):
        said = status.get("message") or status.get("state") or (status.get("error") or {}).get("message") or "?"
        return absent(say("not green: {said}", said=said), expected)
    delivery = status.get("delivery") or {}
    if delivery.get("stale"):
        # What is delivered grows old also between two runs, and the last one may have been green.
        return absent(
            say("nothing new has been delivered since {since}", since=delivery.get("fresh_at") or "-"), expected
        )
    finished = datetime.fromisoformat(status["last_run_finished"].replace("Z", "+00:00"))
    ago = max((params.at - finished).total_seconds() / 3600, 0.0)
    return verdict(ago <= hours, say("green, {hours} hours ago", hours=ago), expected)


@control("SYNC-03")
def balanced(host: Any, params: Params) -> Measure:
    """What the source counts equals what is stored, quarantined and deleted."""
    expected = say("every entity balances")
    if params.sync_source == "supplied":
        return Measure("error", say("supplied software does not tell its counts"), expected)
    status = facts.sync_status(host)
    if status is None:
        return absent(_NOT_INSTALLED, expected)
    return balance_of(status, expected)


def balance_of(status: Mapping[str, Any], expected: Say) -> Measure:
    """SYNC-03 by the service's own status."""
    entities = status.get("entities") or {}
    if not entities:
        return absent(say("no run yet"), expected)
    if off := [name for name, one in entities.items() if not one["balanced"]]:
        return absent(say("do not balance: {names}", names=off), expected)
    if missed := [f"{name}: {one['missed']}" for name, one in entities.items() if one.get("missed")]:
        # They are here now; but a source that lets rows slip is one to speak with.
        return Measure(
            "warning",
            say("rows that listings had missed, found by their digest and fetched: {names}", names=missed),
            expected,
        )
    stored = sum(one["stored"] for one in entities.values())
    return verdict(True, say("{count} entities, {rows} rows", count=len(entities), rows=stored), expected)


@control("SYNC-04")
def purpose(host: Any, params: Params) -> Measure:
    """Individual data are stored only as far as they were granted: entities and fields."""
    expected = say("only granted entities are stored: {names}", names=params.sync_entities or ["-"])
    data = facts.data(host)
    if data is None:
        return absent(say("the database for the data is not there"), expected)
    return granted_of(data, facts.sync_status(host) if params.sync_source == "bundled" else None, params, expected)


def granted_of(data: Mapping[str, Any], status: Mapping[str, Any] | None, params: Params, expected: Say) -> Measure:
    """SYNC-04 by what the database holds: `tables` with a row, `columns` and `guards` (kept empty) by table."""
    tables = set(data["tables"])
    if beyond := sorted(tables - set(params.sync_entities)):
        return absent(say("stored without being granted: {names}", names=beyond), expected)
    if params.sync_source == "supplied":
        return verdict(True, say("{count} tables, all granted", count=len(tables)), expected)
    known = dict(params.sync_columns)
    strange = [f"{name}.{item}" for name in sorted(tables) for item in data["columns"][name] if item not in known[name]]
    if strange:
        return absent(say("columns that the data dictionary does not know: {names}", names=strange), expected)
    # The service keeps a constraint on every table, so that no field beyond the grant can hold a value.
    guarded = data["guards"]
    loose = [
        f"{name}.{item}"
        for name, fields in params.sync_withheld
        if name in guarded
        for item in fields
        if item not in (guarded[name] or [])
    ]
    if loose:
        return absent(say("fields beyond the grant may be stored: {names}", names=loose), expected)
    refused = sum(one.get("refused", 0) for one in ((status or {}).get("entities") or {}).values())
    return verdict(
        True, say("{count} tables, all granted; {rows} rows refused", count=len(tables), rows=refused), expected
    )


@control("SYNC-05")
def reachable(host: Any, params: Params) -> Measure:
    """This server can open a connection to the central Backbone."""
    if params.sync_source == "supplied":
        expected = say("the centre answers")
        return Measure("not_applicable", say("supplied software knows its own centre"), expected)
    if params.sync_kind not in ("contract", "pages"):
        expected = say("the centre answers")
        return Measure("not_applicable", say("this source is not asked at one address: SYNC-02 tells of it"), expected)
    parts = urlsplit(params.sync_url)
    expected = say(
        "{url} answers", url=f"{parts.hostname}:{parts.port or 443}" if parts.hostname else "backbone_sync_url"
    )
    if not parts.hostname:
        return absent(say("backbone_sync_url is not set"), expected)
    answer = facts.ask(host, commands.reach(parts.hostname, parts.port or 443))
    if answer.rc == 0:
        return verdict(True, say("it answers"), expected)
    lines = answer.stderr.strip().splitlines() or [f"exit status {answer.rc}"]
    said = lines[0].removeprefix("bash: ").removeprefix("line 1: ")[:120]
    return absent(say("no connection: {said}", said=said), expected)


@control("SYNC-06")
def quarantine(host: Any, params: Params) -> Measure:
    """Hardly any row waits in quarantine, and no deletion waits for somebody's word."""
    expected = say("at most {percent} % of the rows in quarantine, no deletion held back", percent=QUARANTINE_PERCENT)
    if params.sync_source == "supplied":
        return Measure("error", say("supplied software does not tell its counts"), expected)
    status = facts.sync_status(host)
    if status is None:
        return absent(_NOT_INSTALLED, expected)
    return quarantine_of(status, expected)


def quarantine_of(status: Mapping[str, Any], expected: Say) -> Measure:
    """SYNC-06 by the service's own status."""
    entities = status.get("entities") or {}
    if not entities:
        return absent(say("no run yet"), expected)
    if held := {name: one["held"] for name, one in entities.items() if one.get("held")}:
        told = [f"{name}: {count}" for name, count in held.items()]
        return absent(say("deletions that wait for an operator: {names}", names=told), expected)
    many = [
        f"{name}: {one['quarantined']}"
        for name, one in entities.items()
        if one["quarantined"] * 100 > QUARANTINE_PERCENT * (one["quarantined"] + one["stored"])
    ]
    if many:
        return absent(say("many rows in quarantine: {names}", names=many), expected)
    rows = sum(one["quarantined"] for one in entities.values())
    return Measure("warning" if rows else "pass", say("{count} rows in quarantine", count=rows), expected)


@control("SYNC-07")
def in_force(host: Any, params: Params) -> Measure:
    """The grant that the server itself goes by is the inventory's, and has not ended."""
    expected = say("the inventory's grant, not ended")
    if params.sync_source == "supplied":
        return Measure("error", say("what supplied software goes by cannot be seen from here"), expected)
    answer = facts.ask(host, commands.SYNC_GRANT)
    if answer.rc in (126, 127):
        return absent(_NOT_INSTALLED, expected)
    grant = facts.json_of(answer.stdout, "backbone-sync grant")
    return grant_of(grant, params, expected)


def grant_of(grant: Mapping[str, Any], params: Params, expected: Say) -> Measure:
    """SYNC-07 by what `backbone-sync grant --json` said."""
    if "error" in grant:
        return absent(say("the grant is not sound: {said}", said=str(grant["error"]["message"])[:160]), expected)
    if params.grant_digest and grant["digest"] != params.grant_digest:
        return absent(say("the server goes by another grant than the inventory: run the stage sync"), expected)
    if not grant["expires"]:
        return verdict(True, say("no end is set"), expected)
    # Counted from the moment of judging, so that a report tells the same whenever it is made.
    left = (date.fromisoformat(grant["expires"]) - params.at.date()).days
    if left < 0:
        return absent(say("the grant ended on {day}", day=grant["expires"]), expected)
    observed = say("the grant ends on {day}", day=grant["expires"])
    return Measure("warning" if left < GRANT_SOON else "pass", observed, expected)
