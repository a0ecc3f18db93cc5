"""The region's data on a Windows server: SQL Server, its backups, monitoring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from checks.backup import SECOND_DAYS, drill_of
from checks.logging import AUDIT_HOURS
from checks.measure import Measure, absent, say, verdict
from checks.params import Params
from checks.people import shown_by, stated
from checks.system import of_support
from checks.windows import NotToldError, Told, control, members
from checks.windows.machine import days_since, running

MAJORS = {13: "2016", 14: "2017", 15: "2019", 16: "2022", 17: "2025"}
NAME = "backbone"
FULL_DAYS = 8
BACKUP_HOURS = 26
LOG_SECONDS = 3600
NOTIFY_HOURS = 1
ROOM_SHARE = 0.1
_OFF = ("xp_cmdshell", "clr enabled", "Ole Automation Procedures", "remote access")


def _database(told: Told, params: Params) -> Mapping[str, Any]:
    if params.database != "sqlserver":
        raise NotToldError(say("PostgreSQL on Windows is not measured"))
    return told.section("database")


def _ours(seen: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = next((one for one in members(seen, "database") if one["name"] == NAME), None)
    return found


def _settings(seen: Mapping[str, Any]) -> dict[str, int]:
    return {str(one["name"]): int(one["value"]) for one in members(seen, "settings")}


def _major(seen: Mapping[str, Any]) -> int:
    found = members(seen, "version")
    if not found:
        raise NotToldError(say("SQL Server does not tell its version"))
    return int(str(found[0]["version"]).split(".")[0])


@control("DB-01")
def engine(told: Told, params: Params) -> Measure:
    """SQL Server 2016 or newer runs, with the region's database."""
    expected = say("SQL Server 2016 or newer, with the database {name}", name=NAME)
    seen = _database(told, params)
    if not running(seen.get("service")):
        return absent(say("SQL Server does not run"), expected)
    major = _major(seen)
    observed = say("SQL Server {version}", version=MAJORS.get(major, str(major)))
    return verdict(major >= 13 and _ours(seen) is not None, observed, expected)


@control("DB-02")
def supported(told: Told, params: Params) -> Measure:
    """The database still receives security updates."""
    from provision.inventory import lifecycle

    expected = say("security updates are still published")
    major = _major(_database(told, params))
    known = lifecycle.support("sqlserver", MAJORS.get(major, "?"))
    if known is None:
        return Measure("error", say("{title}: the dates of its support are not known here", title=str(major)), expected)
    return of_support(known, params, expected)


@control("DB-03")
def encrypted(told: Told, params: Params) -> Measure:
    """Connections are encrypted, all of them, with our certificate."""
    seen = _database(told, params)
    expected = say("ForceEncryption on, with the server's own certificate")
    ours = {
        str(one["thumbprint"]).lower()
        for one in members(told.section("tls"), "certificates")
        if one["friendly"] == "Backbone"
    }
    if seen.get("forced") != 1:
        return absent(say("ForceEncryption is off"), expected)
    good = str(seen.get("certificate") or "").lower() in ours
    return verdict(good, say("forced") if good else say("forced, but with another certificate"), expected)


@control("DB-04")
def logins(told: Told, params: Params) -> Measure:
    """Accounts of Windows alone log in; no password of SQL Server's own is accepted."""
    found = members(_database(told, params), "version")
    only = bool(found) and str(found[0]["windows_only"]) == "1"
    observed = say("accounts of Windows alone") if only else say("mixed: SQL Server's own passwords, too")
    return Measure("pass" if only else "warning", observed, say("accounts of Windows alone"))


@control("DB-05")
def privileges(told: Told, params: Params) -> Measure:
    """Only declared people administer the database."""
    allowed = {one.lower() for one in (*params.admins, params.login)}
    found = [str(one["name"]) for one in members(_database(told, params), "admins")]
    strange = sorted(
        one for one in found if not one.startswith("NT SERVICE\\") and one.rpartition("\\")[2].lower() not in allowed
    )
    observed = say("sysadmin, and not declared: {names}", names=strange) if strange else say("declared people alone")
    return verdict(not strange, observed, say("sysadmin: declared administrators alone"))


@control("DB-06")
def checksums(told: Told, params: Params) -> Measure:
    """Pages carry checksums."""
    ours = _ours(_database(told, params))
    seen = str(ours["page_verify_option_desc"]) if ours else "-"
    return verdict(seen == "CHECKSUM", say("PAGE_VERIFY {value}", value=seen), say("PAGE_VERIFY CHECKSUM"))


@control("DB-09")
def stored(told: Told, params: Params) -> Measure:
    """What is stored stays: the whole log is kept until it is backed up."""
    ours = _ours(_database(told, params))
    seen = str(ours["recovery_model_desc"]) if ours else "-"
    return verdict(seen == "FULL", say("RECOVERY {value}", value=seen), say("RECOVERY FULL"))


@control("DB-10")
def sized(told: Told, params: Params) -> Measure:
    """SQL Server leaves memory to the rest of the server."""
    most = _settings(_database(told, params)).get("max server memory (MB)", 0)
    have = int(told.section("system")["memory"]) // 2**20
    observed = say("at most {mb} of {total} MB", mb=most, total=have)
    return verdict(0 < most <= have - 2048, observed, say("2 GB at least left to the rest of the server"))


@control("DB-08")
def narrow(told: Told, params: Params) -> Measure:
    """Nothing is on that reaches outside SQL Server."""
    settings = _settings(_database(told, params))
    on = sorted(name for name in _OFF if settings.get(name))
    observed = say("on: {names}", names=on) if on else say("all off")
    return verdict(not on, observed, say("off: {names}", names=_OFF))


@control("DB-11")
def health(told: Told, params: Params) -> Measure:
    """Every database is on line."""
    bad = [
        f"{one['name']}: {one['state_desc']}"
        for one in members(_database(told, params), "database")
        if one["state_desc"] != "ONLINE"
    ]
    observed = say("{names}", names=bad) if bad else say("on line")
    return verdict(not bad, observed, say("every database on line"))


def _backups(told: Told, params: Params) -> dict[str, Mapping[str, Any]]:
    """The region's database's backups by kind: D full, I differential, L log."""
    found = members(_database(told, params), "backups")
    return {str(one["type"]): one for one in found if one["database_name"] == NAME}


def _age_hours(one: Mapping[str, Any], params: Params) -> float:
    finished = datetime.fromisoformat(str(one["finished"])).replace(tzinfo=UTC)
    return max((params.at - finished).total_seconds() / 3600, 0.0)


@control("BAK-01")
def backed_up(told: Told, params: Params) -> Measure:
    """A full backup of the last week, and a full or differential one of the last day."""
    expected = say(
        "a full backup within {days} days, one of any kind within {hours} hours", days=FULL_DAYS, hours=BACKUP_HOURS
    )
    found = _backups(told, params)
    if "D" not in found:
        return absent(say("no full backup is known"), expected)
    full = _age_hours(found["D"], params)
    newest = min(_age_hours(found[kind], params) for kind in ("D", "I") if kind in found)
    observed = say("full {days} days ago, newest {hours} hours ago", days=full / 24, hours=newest)
    return verdict(full <= FULL_DAYS * 24 and newest <= BACKUP_HOURS, observed, expected)


@control("BAK-02")
def protected(told: Told, params: Params) -> Measure:
    """Backups are encrypted, and carry checksums."""
    found = _backups(told, params)
    expected = say("every backup encrypted, WITH CHECKSUM")
    if not found:
        return absent(say("no backup is known"), expected)
    plain = sorted(kind for kind, one in found.items() if str(one["encrypted"]) != "1" or str(one["checked"]) != "1")
    observed = say("not so: {kinds}", kinds=plain) if plain else say("all of them")
    return verdict(not plain, observed, expected)


@control("BAK-03")
def archived(told: Told, params: Params) -> Measure:
    """The log is backed up, too, so that any moment can be restored."""
    found = _backups(told, params)
    expected = say("a backup of the log within {hours} hours", hours=LOG_SECONDS / 3600)
    if "L" not in found:
        return absent(say("no backup of the log is known"), expected)
    hours = _age_hours(found["L"], params)
    return verdict(hours * 3600 <= LOG_SECONDS, say("{hours} hours ago", hours=hours), expected)


@control("BAK-04")
def scheduled(told: Told, params: Params) -> Measure:
    """Backups come by themselves."""
    wanted = ("Backup full", "Backup differential", "Backup log")
    ready = {str(one["name"]) for one in told.rows("tasks") if one["state"] in ("Ready", "Running")}
    missing = [one for one in wanted if one not in ready]
    observed = say("missing: {names}", names=missing) if missing else say("all three")
    return verdict(not missing, observed, say("the tasks {names}", names=wanted))


@control("PEOPLE-05")
def restores(told: Told, params: Params) -> Measure:
    """Backs up and restores: stated, or shown by a drill that held."""
    said = stated("PEOPLE-05", params)
    return said if said.status == "attested" else shown_by(_drill(told, "held"), params) or said


def _drill(told: Told, name: str) -> Mapping[str, Any]:
    """The record of the last drill, or of the last that held; empty where there was none."""
    seen = told.section("drill")
    if name not in seen:
        raise NotToldError(say("the server's answer has no section {name}", name="drill"))
    if seen[name] is None:
        return {}
    try:
        found = json.loads(str(seen[name]))
    except ValueError:
        found = None
    if not isinstance(found, Mapping) or not found:
        raise NotToldError(say("the record of the last drill is damaged"))
    return found


@control("BAK-08")
def drilled(told: Told, params: Params) -> Measure:
    """A restore drill held within the last 90 days. A server that is newer than a month may still owe its first."""
    known = [str(one["first"] or "") for one in members(_database(told, params), "since")]
    moments = [datetime.fromisoformat(one).replace(tzinfo=UTC).timestamp() for one in known if one]
    return drill_of(_drill(told, "last"), min(moments, default=0.0), params)


@control("LOG-02")
def monitored(told: Told, params: Params) -> Measure:
    """Monitoring runs."""
    good = running(told.section("monitoring").get("service"))
    observed = say("windows_exporter runs") if good else say("windows_exporter does not run")
    return verdict(good, observed, say("windows_exporter runs"))


@control("LOG-03")
def fresh(told: Told, params: Params) -> Measure:
    """What stages and services measure is fresh."""
    files = members(told.section("monitoring"), "files")
    old = sorted(str(one["name"]) for one in files if days_since(one["at"], params) > 2)
    if not files:
        return absent(say("there are none"), say("metrics of the last two days"))
    observed = say("older: {names}", names=old) if old else say("{count} files", count=len(files))
    return verdict(not old, observed, say("metrics of the last two days"))


@control("LOG-09")
def own_audit(told: Told, params: Params) -> Measure:
    """The server audits itself every day; one that was set up less than a day ago may still owe its first report."""
    expected = say("the server's own signed audit is at most {hours} hours old", hours=AUDIT_HOURS)
    task = next((str(one["state"]) for one in told.rows("tasks") if one["name"] == "Audit"), "-")
    if task not in ("Ready", "Running"):
        return absent(say("the task Audit: {state}", state=task), expected)
    seen = told.section("audits")
    if not {"report", "since"} <= set(seen):
        raise NotToldError(say("the server's answer has no section {name}", name="audits"))
    if seen["report"] is not None:
        hours = days_since(seen["report"], params) * 24
        return verdict(hours <= AUDIT_HOURS, say("{hours} hours old", hours=round(hours, 1)), expected)
    if seen["since"] is not None and days_since(seen["since"], params) * 24 <= AUDIT_HOURS:
        return verdict(True, say("set up today; the first one is due within a day"), expected)
    return absent(say("there is none yet"), expected)


def _notifier(told: Told, params: Params) -> tuple[str, float]:
    """The messenger's task: its state, and the hours since it last ran."""
    task = next((one for one in told.rows("tasks") if one["name"] == "Notify"), None)
    if task is None:
        return "-", float("inf")
    return str(task["state"]), days_since(task["last"], params) * 24 if task["last"] else float("inf")


@control("LOG-04")
def alarms(told: Told, params: Params) -> Measure:
    """A failure of backup or scan reaches a person."""
    expected = say("every failure of backup, sync and scan is sent to a person")
    state, _hours = _notifier(told, params)
    if not params.notify:
        return absent(say("the inventory names nobody: no e-mail, webhook or Telegram chat"), expected)
    if state not in ("Ready", "Running"):
        return absent(say("the task Notify: {state}", state=state), expected)
    return verdict(True, say("sent by {channels}", channels=params.notify), expected)


@control("LOG-08")
def overdue(told: Told, params: Params) -> Measure:
    """Somebody is told also of what did not happen: an overdue backup or audit."""
    state, hours = _notifier(told, params)
    good = state in ("Ready", "Running") and hours <= NOTIFY_HOURS
    observed = say(
        "the task Notify: {state}, last run {hours} hours ago", state=state, hours=round(min(hours, 9999), 1)
    )
    return verdict(good, observed, say("the task Notify runs every quarter of an hour"))


@control("BAK-05")
def room(told: Told, params: Params) -> Measure:
    """Where the backups lie there is room for the next ones."""
    volumes = members(told.section("disks"), "volumes")
    expected = say("at least {share} of the volume with the backups is free", share=f"{ROOM_SHARE:.0%}")
    found = next((one for one in volumes if one["name"] == "C:"), None)
    if found is None or not int(found["size"]):
        raise NotToldError(say("the server names no volume"))
    share = int(found["free"]) / int(found["size"])
    return verdict(share >= ROOM_SHARE, say("{share} free on {name}", share=f"{share:.0%}", name="C:"), expected)


@control("BAK-06")
def log_lag(told: Told, params: Params) -> Measure:
    """The task that backs the log up ended well, and not long ago."""
    expected = say("the task Backup log ended well within the last {hours} hours", hours=LOG_SECONDS / 3600)
    task = next((one for one in told.rows("tasks") if one["name"] == "Backup log"), None)
    if task is None or not task["last"]:
        return absent(say("it has never run"), expected)
    hours = days_since(task["last"], params) * 24
    observed = say("{hours} hours ago, status {status}", hours=round(hours, 1), status=int(task["result"]))
    return verdict(hours * 3600 <= LOG_SECONDS and int(task["result"]) == 0, observed, expected)


@control("BAK-07")
def second_repository(told: Told, params: Params) -> Measure:
    """A second repository, off this server: the stages make none on Windows, and to have none is a warning."""
    expected = say("a second repository off this server, with a backup at most {days} days old", days=SECOND_DAYS)
    if not _backups(told, params):
        return absent(say("no backup is known"), expected)
    return Measure("warning", say("there is only one repository"), expected)
