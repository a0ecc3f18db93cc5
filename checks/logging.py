"""Logging, monitoring and alarms: what happened stays readable, what fails reaches a person."""

from __future__ import annotations

import re
from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

METRICS_HOURS = 26
AUDIT_HOURS = 26
SENT_HOURS = 2
OWN_AUDIT = "backbone-audit.service"
KEPT_DAYS, KEPT_MIB = 90, 200
EXPORTER = "prometheus-node-exporter.service"
# What has to tell a person when it fails.
WATCHED = (
    "backbone-backup-full.service",
    "backbone-backup-diff.service",
    "backbone-sync.service",
    "backbone-antivirus-scan.service",
    OWN_AUDIT,
)


@control("LOG-01")
def journal(host: Any, params: Params) -> Measure:
    """The journal survives a restart."""
    expected = say("the journal is kept on disk")
    files = [line for line in facts.told(host, commands.JOURNAL).get("files", []) if line.strip()]
    return verdict(bool(files), say("{count} files on disk", count=len(files)), expected)


@control("LOG-02")
def exporter(host: Any, params: Params) -> Measure:
    """node_exporter runs and answers this machine only."""
    expected = say("node_exporter runs and listens on the loopback address only")
    unit = facts.unit(host, EXPORTER)
    if not unit.running:
        return absent(say("{unit}: {state}", unit=EXPORTER, state=unit.state), expected)
    wide = sorted({one.address for one in facts.listeners(host) if one.port == 9100 and not one.loopback})
    if wide:
        return absent(say("listens on {addresses}", addresses=wide), expected)
    told = facts.told(host, commands.METRICS).get("exporter", [])
    if "node_textfile_scrape_error 0" not in told:
        return absent(say("it does not publish the stages' own metrics"), expected)
    return verdict(True, say("runs"), expected)


@control("LOG-03")
def metrics(host: Any, params: Params) -> Measure:
    """The metrics of backup and sync are fresh."""
    expected = say("metrics of backup and sync at most {hours} hours old", hours=METRICS_HOURS)
    files = _ages(host, params)
    wanted = ["backup.prom", *(["sync.prom"] if params.sync_source == "bundled" else [])]
    if lacking := [name for name in wanted if name not in files]:
        return absent(say("not written: {names}", names=lacking), expected)
    if old := [name for name in wanted if files[name] > METRICS_HOURS]:
        return absent(say("old: {names}", names=old), expected)
    return verdict(True, say("{names}", names=sorted(name for name in files if name.endswith(".prom"))), expected)


def _ages(host: Any, params: Params) -> dict[str, float]:
    """Hours since each file of metrics, and of the server's own audit, was written."""
    lines = (line.partition(" ") for line in facts.told(host, commands.METRICS).get("files", []))
    return {name: (params.now - float(moment)) / 3600 for moment, _, name in lines if name}


@control("LOG-04")
def alarms(host: Any, params: Params) -> Measure:
    """A failure of backup, sync or scan reaches a person."""
    expected = say("every failure of backup, sync and scan is sent to a person")
    if not params.notify:
        return absent(say("the inventory names nobody: no e-mail, webhook or Telegram chat"), expected)
    mute = []
    for name in WATCHED:
        unit = facts.unit(host, name)
        if unit.loaded and not any("backbone-notify" in one for one in unit.on_failure):
            mute.append(name)
    if not any(facts.unit(host, name).loaded for name in WATCHED):
        return absent(say("none of the watched units is installed"), expected)
    if mute:
        return absent(say("fail without telling anybody: {names}", names=mute), expected)
    return verdict(True, say("sent by {channels}", channels=params.notify), expected)


@control("LOG-05")
def failed_units(host: Any, params: Params) -> Measure:
    """No unit has failed."""
    expected = say("no failed unit")
    # The server's audit of itself fails because of other findings: it would only say them again.
    failed = sorted({one.name for one in facts.all_units(host).values() if one.failed} - {OWN_AUDIT})
    observed = say("{names}", names=failed) if failed else say("none")
    return Measure("warning" if failed else "pass", observed, expected)


_UNITS_OF_TIME = {"s": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "w": 604800,
                  "week": 604800, "month": 2629800, "M": 2629800, "y": 31557600, "year": 31557600}  # fmt: skip


def _seconds(text: str) -> float | None:
    """The length of systemd's `90day`, `3month`, `86400`; None for what is none. Several parts add up."""
    if not re.fullmatch(r"(\s*[\d.]+\s*[A-Za-z]*)+", text):
        return None
    parts = re.findall(r"([\d.]+) *([A-Za-z]*)", text)
    try:
        return sum(
            float(number) * (_UNITS_OF_TIME.get(unit) or _UNITS_OF_TIME[unit.rstrip("s") or "s"])
            for number, unit in parts
        )
    except (KeyError, ValueError):
        return None


def _bytes(text: str) -> float | None:
    found = re.fullmatch(r"([\d.]+)([KMGT]?)", text.strip())
    return float(found[1]) * 1024 ** " KMGT".index(found[2] or " ") if found else None


@control("LOG-06")
def kept(host: Any, params: Params) -> Measure:
    """Entries are kept for 90 days, as far as the room given to them goes."""
    expected = say("entries kept for {days} days, in at least {mib} MiB", days=KEPT_DAYS, mib=KEPT_MIB)
    told = facts.told(host, commands.JOURNAL)
    if "settings" not in told:
        raise facts.NotAnswered("journald's settings cannot be read")
    settings = dict(line.strip().split("=", 1) for line in told.get("settings", []) if "=" in line)
    if settings.get("Storage", "auto") in ("none", "volatile"):
        return absent(say("Storage={value}", value=settings["Storage"]), expected)
    span, room = settings.get("MaxRetentionSec", "0") or "0", settings.get("SystemMaxUse", "")
    seconds, limit = _seconds(span), _bytes(room) if room else None
    if seconds is None or (room and limit is None):
        return Measure("error", say("journald's settings cannot be read: {values}", values=[span, room]), expected)
    if 0 < seconds < KEPT_DAYS * 86400:
        return absent(say("MaxRetentionSec={value}", value=span), expected)
    if limit is not None and limit < KEPT_MIB * 1024**2:
        return absent(say("SystemMaxUse={value}", value=room), expected)
    return verdict(
        True, say("kept for {span}, in {room}", span=span if seconds else "∞", room=room or "10 %"), expected
    )


@control("LOG-07")
def elsewhere(host: Any, params: Params) -> Measure:
    """Entries go to another machine as well, where an intruder cannot take them away; to have none is a warning."""
    expected = say("entries are sent to another machine, without a fault")
    upload, rsyslog = facts.unit(host, "systemd-journal-upload.service"), facts.unit(host, "rsyslog.service")
    told = facts.told(host, commands.JOURNAL)
    forwards = "".join(told.get("forward", [])).strip() not in ("", "0")
    if upload.loaded and upload.enabled:
        # It may hang on a line on which nothing comes back; a server always has something to say within the hour.
        silent = "".join(told.get("sent", [])).strip()
        if upload.active and silent.isdigit() and int(silent) > SENT_HOURS * 3600:
            return absent(say("nothing got away for {hours} hours", hours=int(silent) // 3600), expected)
        return verdict(upload.active, say("systemd-journal-upload: {state}", state=upload.state), expected)
    if forwards:
        return verdict(rsyslog.running, say("rsyslog: {state}", state=rsyslog.state), expected)
    return Measure("fail" if params.logs_to else "warning", say("they stay on this server"), expected)


@control("LOG-08")
def overdue(host: Any, params: Params) -> Measure:
    """Somebody is told also of what did not happen: an overdue backup, sync, drill or audit."""
    expected = say("backbone-overdue.timer runs, also after a restart")
    timer = facts.unit(host, "backbone-overdue.timer")
    return verdict(timer.running, say("backbone-overdue.timer: {state}", state=timer.state), expected)


@control("LOG-09")
def own_audit(host: Any, params: Params) -> Measure:
    """The server audits itself every day; one that was set up less than a day ago may still owe its first report."""
    expected = say("the server's own signed audit is at most {hours} hours old", hours=AUDIT_HOURS)
    timer = facts.unit(host, "backbone-audit.timer")
    if not timer.running:
        return absent(say("backbone-audit.timer: {state}", state=timer.state), expected)
    ages = _ages(host, params)
    if (age := ages.get("audit.dsse.json")) is not None:
        return verdict(age <= AUDIT_HOURS, say("{hours} hours old", hours=round(age, 1)), expected)
    if ages.get("client.pem", AUDIT_HOURS + 1) <= AUDIT_HOURS:
        return verdict(True, say("set up today; the first one is due within a day"), expected)
    return absent(say("there is none yet"), expected)
