"""Antivirus: installed and active, fresh, scanning every day and at once where files are dropped."""

from __future__ import annotations

from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

SIGNATURE_DAYS = 7
SCAN_HOURS = 50
DAEMON = "clamav-daemon.service"


def _existing(params: Params) -> bool:
    return params.antivirus == "existing"


@control("AV-01")
def active(host: Any, params: Params) -> Measure:
    """An antivirus is installed and active: it runs, and it finds the makers' harmless test pattern."""
    if _existing(params):
        expected = say("the existing product runs: {unit}", unit=params.antivirus_unit)
        unit = facts.other_unit(host, params.antivirus_unit)
        return verdict(unit.active, say("{unit}: {state}", unit=params.antivirus_unit, state=unit.state), expected)
    expected = say("clamd runs, also after a restart, and finds the EICAR test pattern")
    unit = facts.unit(host, DAEMON)
    if not unit.active:
        return absent(say("{unit}: {state}", unit=DAEMON, state=unit.state), expected)
    if not unit.enabled:
        return absent(say("clamd runs but does not start at boot"), expected)
    answer = facts.ask(host, commands.EICAR)
    if answer.rc != 1 or "FOUND" not in answer.stdout:
        said = (answer.stdout + answer.stderr).strip()[:120]
        return absent(say("the test pattern is not found ({said})", said=said or answer.rc), expected)
    return verdict(True, say("clamd runs and finds the test pattern"), expected)


@control("AV-02")
def fresh(host: Any, params: Params) -> Measure:
    """Signatures are a week old at most."""
    expected = say("signatures at most {days} days old", days=SIGNATURE_DAYS)
    if _existing(params):
        return Measure("error", say("how fresh an existing product is cannot be seen from here"), expected)
    times = [
        float(line.split()[0])
        for line in facts.told(host, commands.SIGNATURES).get("files", [])
        if len(line.split()) == 3 and float(line.split()[1]) > 0
    ]
    if not times:
        return absent(say("there are no signatures"), expected)
    age = (params.now - max(times)) / 86400
    return verdict(age <= SIGNATURE_DAYS, say("{days} days old", days=max(age, 0.0)), expected)


@control("AV-03")
def daily(host: Any, params: Params) -> Measure:
    """A scan every day, and the last one read everything and found nothing."""
    expected = say("a scan every day, the last one complete and clean")
    if _existing(params):
        return Measure("error", say("the scans of an existing product cannot be seen from here"), expected)
    timer = facts.unit(host, "backbone-antivirus-scan.timer")
    if not timer.running:
        return absent(say("backbone-antivirus-scan.timer: {state}", state=timer.state), expected)
    values = metrics(facts.told(host, commands.SIGNATURES).get("scan", []))
    last = values.get("backbone_antivirus_scan_last_success_timestamp_seconds", 0.0)
    if infected := values.get("backbone_antivirus_infected_files", 0.0):
        return absent(say("the last scan found {count} infected files", count=int(infected)), expected)
    if values.get("backbone_antivirus_scan_failed"):
        return absent(say("the last scan could not read everything"), expected)
    if not last:
        return Measure("warning", say("scheduled; the first scan is still to come"), expected)
    hours = (params.now - last) / 3600
    return verdict(hours <= SCAN_HOURS, say("last scan {hours} hours ago, clean", hours=max(hours, 0.0)), expected)


@control("AV-04")
def on_access(host: Any, params: Params) -> Measure:
    """Files in the drop directories are scanned as they are opened."""
    expected = say("clamonacc watches the drop directories")
    if _existing(params):
        return Measure("error", say("the scans of an existing product cannot be seen from here"), expected)
    if not facts.unit(host, DAEMON).active:
        # It cannot work without the daemon; that the daemon is down is AV-01's to say.
        return Measure("error", say("cannot be judged while clamd does not run"), expected)
    unit = facts.unit(host, "clamav-clamonacc.service")
    return verdict(unit.running, say("clamonacc: {state}", state=unit.state), expected)


def metrics(lines: list[str]) -> dict[str, float]:
    """Samples without labels of Prometheus' text format."""
    found = {}
    for line in lines:
        name, _, value = line.rpartition(" ")
        if name and not line.startswith("#"):
            try:
                found[name] = float(value)
            except ValueError:
                continue
    return found
