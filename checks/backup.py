"""Backup: recent, encrypted, with an unbroken archive of changes, in two places, and proven by drills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

AGE_HOURS = 26
LAG_MINUTES, LAG_FACTOR = 15.0, 3  # of the time after which a segment is archived at the latest
SECOND_DAYS = 8
DRILL_DAYS, NEW_DAYS = 90, 30
WAITING_SEGMENTS = 32
DISK_WARNS, DISK_FAILS = 85, 95  # percent
SECOND_BEHIND_HOURS, STATE_HOURS = 6, 50
_NO_STANZA = say("pgBackRest knows no backup of this cluster")


def _here(stanza: dict[str, Any] | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Status and good backups of the first repository, whatever becomes of a second one."""
    if stanza is None:
        return {}, []
    first = next((one for one in stanza.get("repo", []) if int(one.get("key", 1)) == 1), stanza)
    good = [one for one in stanza.get("backup", []) if not one.get("error")]
    status = first.get("status") or stanza.get("status") or {}
    return status, [one for one in good if int(one.get("database", {}).get("repo-key", 1)) == 1]


@control("BAK-01")
def recent(host: Any, params: Params) -> Measure:
    """The last good backup is 26 hours old at most."""
    expected = say("a backup at most {hours} hours old", hours=AGE_HOURS)
    status, backups = _here(facts.pgbackrest(host))
    if status.get("code") != 0:
        return absent(say("{what} {said}", what=_NO_STANZA, said=status.get("message", "")), expected)
    ends = [one["timestamp"]["stop"] for one in backups]
    if not ends:
        return absent(_NO_STANZA, expected)
    hours = max((params.now - max(ends)) / 3600, 0.0)
    observed = say("{count} backups, the last {hours} hours ago", count=len(ends), hours=hours)
    return verdict(hours <= AGE_HOURS, observed, expected)


@control("BAK-02")
def encrypted(host: Any, params: Params) -> Measure:
    """The repository is encrypted."""
    expected = say("every repository encrypted with AES-256")
    stanza = facts.pgbackrest(host)
    if stanza is None:
        return absent(_NO_STANZA, expected)
    ciphers = [str(repo.get("cipher", "none")) for repo in stanza.get("repo", [])] or [str(stanza.get("cipher"))]
    good = bool(ciphers) and all(cipher == "aes-256-cbc" for cipher in ciphers)
    return verdict(good, say("{ciphers}", ciphers=ciphers), expected)


@control("BAK-03")
def archiving(host: Any, params: Params) -> Measure:
    """Changes are archived all the time, and the archive has not stopped."""
    expected = say("changes are archived without a pause")
    cluster = facts.postgresql(host)
    if cluster is None:
        return absent(say("no PostgreSQL answers here"), expected)
    if str(cluster["settings"].get("archive_mode")) == "off":
        return absent(say("archive_mode = off"), expected)
    archiver = cluster["archiver"]
    last, failed = archiver["last"] or 0, archiver["last_failed"] or 0
    if failed > last:
        return absent(say("archiving fails, {count} times so far", count=archiver["failed"]), expected)
    if not last:
        return absent(say("nothing has been archived yet"), expected)
    if cluster["waiting"] > WAITING_SEGMENTS:
        return absent(say("{count} segments wait for the archive", count=cluster["waiting"]), expected)
    minutes = max((params.now - float(last)) / 60, 0.0)
    return verdict(True, say("last segment {minutes} minutes ago", minutes=minutes), expected)


@control("BAK-04")
def scheduled(host: Any, params: Params) -> Measure:
    """Full, differential and the accompanying timers are on, and their last runs ended well."""
    expected = say("weekly full and daily differential backups scheduled, the last runs good")
    timers = ("backbone-backup-full.timer", "backbone-backup-diff.timer", "backbone-backup-metrics.timer")
    own = ("backbone-canary.timer", "backbone-drill-monthly.timer", "backbone-mark.timer")
    idle = [name for name in (*timers, *own) if not facts.unit(host, name).running]
    if idle:
        return absent(say("not running: {names}", names=idle), expected)
    services = ("backbone-backup-full.service", "backbone-backup-diff.service")
    failed = [name for name in services if facts.unit(host, name).result not in ("", "success")]
    if failed:
        return absent(say("failed: {names}", names=failed), expected)
    return verdict(True, say("scheduled"), expected)


@control("BAK-05")
def room(host: Any, params: Params) -> Measure:
    """No change was dropped since the last backup began, and the disks of repository and database have room."""
    expected = say("nothing dropped from the archive, and disks at most {percent} % full", percent=DISK_WARNS)
    told = facts.told(host, commands.BACKUP_DISKS)
    dropped = int("".join(told.get("dropped", [])) or 0)
    backups = _here(facts.pgbackrest(host))[1]
    if dropped and dropped > max((one["timestamp"]["start"] for one in backups), default=0):
        return absent(say("the repository took no changes, and some were dropped since the last backup"), expected)
    disks = [line.split() for line in told.get("disks", [])]
    full = {fields[5]: int(fields[4].rstrip("%")) for fields in disks if len(fields) >= 6 and fields[4].endswith("%")}
    if not full:
        return Measure("error", say("df does not tell how full the disks are"), expected)
    place = max(full, key=lambda one: full[one])
    observed = say("{place} is {percent} % full", place=place, percent=full[place])
    if full[place] >= DISK_FAILS:
        return absent(observed, expected)
    return Measure("warning" if full[place] >= DISK_WARNS else "pass", observed, expected)


@control("BAK-06")
def lag(host: Any, params: Params) -> Measure:
    """The archive is no further behind than a loss may be."""
    most = max(LAG_MINUTES, LAG_FACTOR * params.archive_timeout_seconds / 60)
    expected = say("the archive at most {minutes} minutes behind", minutes=most)
    cluster = facts.postgresql(host)
    if cluster is None:
        return absent(say("no PostgreSQL answers here"), expected)
    if str(cluster["settings"].get("archive_mode")) == "off":
        return absent(say("archive_mode = off"), expected)
    last = float(cluster["archiver"]["last"] or 0)
    if not last:
        return absent(say("nothing has been archived yet"), expected)
    # While the server was off there was nothing to archive.
    minutes = max((params.now - max(last, float(cluster["started"]))) / 60, 0.0)
    seconds = str(cluster["settings"].get("archive_timeout") or "0")
    if not seconds.isdigit() or not 0 < int(seconds) <= params.archive_timeout_seconds:
        return absent(say("archive_timeout = {value} s", value=seconds), expected)
    return verdict(minutes <= most, say("{minutes} minutes behind", minutes=minutes), expected)


@control("BAK-07")
def second_repository(host: Any, params: Params) -> Measure:
    """A second repository, off this server, that keeps up; to have none is a warning."""
    expected = say("a second repository off this server, with a backup at most {days} days old", days=SECOND_DAYS)
    stanza = facts.pgbackrest(host)
    if stanza is None:
        return absent(_NO_STANZA, expected)
    repositories = {int(one.get("key", 1)): one for one in stanza.get("repo", [])}
    if len(repositories) < 2:
        return Measure("warning", say("there is only one repository"), expected)
    told = facts.told(host, commands.BACKUP_DISKS)
    said = dict(line.split("=", 1) for line in told.get("repositories", []) if "=" in line)
    away = [
        key
        for key in repositories
        if f"repo{key}-host" in said or said.get(f"repo{key}-type") in ("s3", "azure", "gcs", "sftp")
    ]
    if not away:
        return Measure("warning", say("both repositories lie on this server"), expected)
    if bad := [key for key in away if (repositories[key].get("status") or {}).get("code") != 0]:
        words = [str((repositories[key].get("status") or {}).get("message", "?")) for key in bad]
        return absent(say("repository {keys}: {said}", keys=[str(key) for key in bad], said=words), expected)
    ends = [
        one["timestamp"]["stop"]
        for one in stanza.get("backup", [])
        if not one.get("error") and int(one.get("database", {}).get("repo-key", 1)) in away
    ]
    if not ends:
        return absent(say("the second repository holds no backup"), expected)
    kept = dict(line.split(" ", 1) for line in told.get("second", []) if " " in line)
    behind = (params.now - int(kept.get("oldest", 0))) / 3600 if int(kept.get("oldest", 0)) else 0.0
    if behind > SECOND_BEHIND_HOURS:
        return absent(say("changes have not got there for {hours} hours", hours=behind), expected)
    state = (params.now - int(kept["saved"])) / 3600 if "saved" in kept else 0.0
    if state > STATE_HOURS:
        return absent(say("the server's state was saved there {hours} hours ago", hours=state), expected)
    days = max((params.now - max(ends)) / 86400, 0.0)
    return verdict(days <= SECOND_DAYS, say("its last backup is {days} days old", days=days), expected)


@control("BAK-08")
def drilled(host: Any, params: Params) -> Measure:
    """A restore drill held within the last 90 days. A server that is newer than a month may still owe its first."""
    backups = (facts.pgbackrest(host) or {}).get("backup", [])
    return drill_of(facts.drill(host), min((one["timestamp"]["stop"] for one in backups), default=0), params)


def drill_of(drill: Mapping[str, Any], first: float, params: Params) -> Measure:
    """BAK-08 by the record of the last drill, empty where there was none; `first`: when the first backup known was
    made, seconds since 1970, 0 where none is.
    """
    expected = say("a restore drill that held, at most {days} days ago", days=DRILL_DAYS)
    if not drill:
        seen = say("there was no drill yet")
        return (
            Measure("warning", seen, expected)
            if first and params.now - first < NEW_DAYS * 86400
            else absent(seen, expected)
        )
    try:
        at = datetime.strptime(str(drill.get("started_at")), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return Measure("error", say("the record of the last drill has no time"), expected)
    if drill.get("ok") is not True:
        return absent(say("the last drill, on {date}, fell short", date=params.day(at)), expected)
    days = max((params.at - at).total_seconds() / 86400, 0.0)
    return verdict(days <= DRILL_DAYS, say("held {days} days ago", days=days), expected)
