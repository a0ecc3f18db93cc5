"""Logging, monitoring and alarms: what happened stays readable, what fails reaches a person."""

from __future__ import annotations

from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

METRICS_HOURS = 26
EXPORTER = "prometheus-node-exporter.service"
# What has to tell a person when it fails.
WATCHED = (
    "backbone-backup-full.service",
    "backbone-backup-diff.service",
    "backbone-sync.service",
    "backbone-antivirus-scan.service",
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
    files = {}
    for line in facts.told(host, commands.METRICS).get("files", []):
        moment, _, name = line.partition(" ")
        if name:
            files[name] = (params.now - float(moment)) / 3600
    wanted = ["backup.prom", *(["sync.prom"] if params.sync_source == "bundled" else [])]
    if lacking := [name for name in wanted if name not in files]:
        return absent(say("not written: {names}", names=lacking), expected)
    if old := [name for name in wanted if files[name] > METRICS_HOURS]:
        return absent(say("old: {names}", names=old), expected)
    return verdict(True, say("{names}", names=sorted(files)), expected)


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
    answer = facts.ask(host, commands.FAILED_UNITS)
    if answer.rc != 0:
        raise facts.NotAnswered("systemctl does not answer")
    failed = [line.split()[0] for line in answer.stdout.splitlines() if line.split()]
    observed = say("{names}", names=failed) if failed else say("none")
    return Measure("warning" if failed else "pass", observed, expected)
