"""Sync: the service runs, its last run balanced, it stores only what was granted, and it can reach the
centre.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from checks import commands, facts
from checks.measure import Measure, Say, absent, control, say, verdict
from checks.params import Params

_NOT_INSTALLED = say("the sync service is not installed")
GRANT_SOON = 60  # days: a new Nota Kesepakatan takes its time
LATE_FACTOR = 3  # a run may be this many intervals late before it counts as missing


@control("SYNC-01")
def scheduled(host: Any, params: Params) -> Measure:
    """The sync service runs on its timer; supplied software runs and calls itself healthy."""
    if params.sync_source == "supplied":
        expected = say("{unit} runs and calls itself healthy", unit=params.sync_unit)
        unit = facts.unit(host, params.sync_unit, params.sync_unit)
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
    """What the source counts equals what is stored, quarantined and deleted; nothing waits in quarantine."""
    expected = say("every entity balances, nothing in quarantine")
    if params.sync_source == "supplied":
        return Measure("error", say("supplied software does not tell its counts"), expected)
    status = facts.sync_status(host)
    if status is None:
        return absent(_NOT_INSTALLED, expected)
    entities = status.get("entities") or {}
    if not entities:
        return absent(say("no run yet"), expected)
    if off := [name for name, one in entities.items() if not one["balanced"]]:
        return absent(say("do not balance: {names}", names=off), expected)
    stored = sum(one["stored"] for one in entities.values())
    if held := sum(one["quarantined"] for one in entities.values()):
        return Measure("warning", say("balanced; {count} rows in quarantine", count=held), expected)
    return verdict(True, say("{count} entities, {rows} rows", count=len(entities), rows=stored), expected)


@control("SYNC-04")
def purpose(host: Any, params: Params) -> Measure:
    """Individual data are stored only as far as they were granted: entities, fields, and until the last day."""
    expected = say("only granted entities are stored: {names}", names=params.sync_entities or ["-"])
    cluster = facts.postgresql(host)
    if cluster is None or "backbone" not in cluster["databases"]:
        return absent(say("the database for the data is not there"), expected)
    tables = set(_told(host, commands.TABLES, "psql"))
    if beyond := sorted(tables - set(params.sync_entities)):
        return absent(say("stored without being granted: {names}", names=beyond), expected)
    if params.sync_source == "supplied":
        return verdict(True, say("{count} tables, all granted", count=len(tables)), expected)
    # The service keeps a constraint on every table, so that no field beyond the grant can hold a value.
    guarded = _told(host, commands.GUARDS, "psql")
    loose = [
        f"{name}.{item}"
        for name, fields in params.sync_withheld
        if name in guarded
        for item in fields
        if item not in (guarded[name] or [])
    ]
    if loose:
        return absent(say("fields beyond the grant may be stored: {names}", names=loose), expected)
    return _in_force(host, params, expected, len(tables))


def _in_force(host: Any, params: Params, expected: Say, tables: int) -> Measure:
    """Judge the grant that the server itself goes by."""
    answer = facts.ask(host, commands.SYNC_GRANT)
    if answer.rc in (126, 127):
        return absent(_NOT_INSTALLED, expected)
    grant = facts.json_of(answer.stdout, "backbone-sync grant")
    if "error" in grant:
        return absent(say("the grant is not sound: {said}", said=str(grant["error"]["message"])[:160]), expected)
    if params.grant_digest and grant["digest"] != params.grant_digest:
        return absent(say("the server goes by another grant than the inventory: run the stage sync"), expected)
    # Counted from the moment of judging, so that a report tells the same whenever it is made.
    left = (date.fromisoformat(grant["expires"]) - params.at.date()).days if grant["expires"] else None
    if left is not None and left < 0:
        return absent(say("the grant ended on {day}", day=grant["expires"]), expected)
    if left is not None and left < GRANT_SOON:
        return Measure("warning", say("the grant ends on {day}", day=grant["expires"]), expected)
    refused = sum(one.get("refused", 0) for one in ((facts.sync_status(host) or {}).get("entities") or {}).values())
    return verdict(True, say("{count} tables, all granted; {rows} rows refused", count=tables, rows=refused), expected)


def _told(host: Any, command: str, what: str) -> Any:
    answer = facts.ask(host, command)
    if answer.rc != 0:
        raise facts.NotAnswered("{command} does not answer: {said}", command=what, said=answer.stderr.strip()[:120])
    return facts.json_of(answer.stdout, what)


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
