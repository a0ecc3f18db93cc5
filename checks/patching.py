"""Patching: the operating system is updated regularly, and it shows."""

from __future__ import annotations

import re
from typing import Any

from checks import commands, facts, redhat
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

LIST_DAYS = 7
REBOOT_DAYS = 14
SECURITY_DAYS = 3
_DAY = 86400
_STAMP = "/var/lib/apt/periodic/"
_COMPLETE = "unattended-upgrades-stamp"
# What tells of a complete run elsewhere, and Debian's name for it.
_NAMES = {"/var/lib/backbone/patching/updated": _COMPLETE}


def _told(host: Any) -> dict[str, list[str]]:
    """What the system's package manager and its nightly run tell."""
    return facts.told(host, redhat.PATCHES if facts.redhat_like(host) else commands.PATCHES)


def _periodic(host: Any) -> dict[str, str]:
    lines = _told(host).get("periodic", [])
    return {found[1]: found[2] for line in lines if (found := re.match(r'APT::Periodic::([\w-]+) "(\d+)', line))}


def _stamps(host: Any) -> dict[str, float]:
    lines = (line.split(" ", 1) for line in _told(host).get("stamps", []))
    return {_NAMES.get(parts[1], parts[1]).removeprefix(_STAMP): float(parts[0]) for parts in lines if len(parts) == 2}


@control("PATCH-01")
def automatic(host: Any, params: Params) -> Measure:
    """Updates are installed by themselves, every day."""
    if facts.redhat_like(host):
        return _automatic_dnf(host)
    expected = say("unattended-upgrades installed and on, every day, also after a restart")
    if "unattended-upgrades" not in facts.packages(host):
        return absent(say("unattended-upgrades is not installed"), expected)
    periodic = _periodic(host)
    off = [name for name in ("Update-Package-Lists", "Unattended-Upgrade") if periodic.get(name, "0") != "1"]
    if periodic.get("Enable", "1") == "0":
        off.append("Enable")
    if off:
        return absent(say("switched off: {names}", names=off), expected)
    idle = [name for name in ("apt-daily.timer", "apt-daily-upgrade.timer") if not facts.unit(host, name).running]
    if idle:
        return absent(say("not running: {names}", names=idle), expected)
    return verdict(True, say("on, every day"), expected)


def _automatic_dnf(host: Any) -> Measure:
    expected = say("dnf-automatic installed and on, every day, also after a restart")
    if "dnf-automatic" not in facts.packages(host):
        return absent(say("dnf-automatic is not installed"), expected)
    settings = dict(line.split("=", 1) for line in _told(host).get("settings", []) if "=" in line)
    off = [name for name in ("apply_updates",) if settings.get(name, "no").strip().lower() not in ("yes", "true", "1")]
    if settings.get("upgrade_type", "default").strip() not in ("default", "security"):
        off.append("upgrade_type")
    if off:
        return absent(say("switched off: {names}", names=off), expected)
    if not facts.unit(host, redhat.AUTOMATIC).running:
        return absent(say("not running: {names}", names=[redhat.AUTOMATIC]), expected)
    return verdict(True, say("on, every day"), expected)


@control("PATCH-02")
def recent(host: Any, params: Params) -> Measure:
    """The package lists were fetched and the updates run within a week."""
    expected = say("a complete update run within the last {days} days", days=LIST_DAYS)
    stamps = _stamps(host)
    last = stamps.get(_COMPLETE, 0.0)
    if not last:
        return absent(say("no update run has come to its end yet"), expected)
    days = max((params.now - last) / _DAY, 0.0)
    return verdict(days <= LIST_DAYS, say("last complete run {days} days ago", days=days), expected)


@control("PATCH-03")
def outstanding(host: Any, params: Params) -> Measure:
    """No security update waits. One that came today may wait for tonight: a warning, unless it has waited for days or
    updates do not run.
    """
    expected = say("no security update outstanding")
    told = _told(host)
    if not int("".join(told.get("lists", [])) or 0):
        return Measure("error", say("the package lists were never fetched"), expected)
    # Since when it has waited (0: nobody knows), "Inst", the package, …
    lines = [line.split() for line in told.get("outstanding", [])]
    waiting = {
        words[2]: float(words[0]) for words in lines if len(words) > 2 and re.search("security", " ".join(words), re.I)
    }
    if not waiting:
        return verdict(True, say("none outstanding ({other} other updates)", other=len(lines)), expected)
    last = _stamps(host).get(_COMPLETE, 0.0)
    running = last and params.now - last <= LIST_DAYS * _DAY
    first = min((since for since in waiting.values() if since), default=0.0)
    if not first:
        observed = say("{count} outstanding: {names}", count=len(waiting), names=sorted(waiting))
        return Measure("warning" if running else "fail", observed, expected)
    days = max((params.now - first) / _DAY, 0.0)
    observed = say("{count} outstanding for {days} days: {names}", count=len(waiting), days=days, names=sorted(waiting))
    return Measure("warning" if running and days <= SECURITY_DAYS else "fail", observed, expected)


@control("PATCH-04")
def restarted(host: Any, params: Params) -> Measure:
    """No restart that an update asks for waits longer than two weeks."""
    expected = say("a restart that an update asks for happens within {days} days", days=REBOOT_DAYS)
    asked = _told(host).get("reboot", [])
    if not asked or not asked[0].isdigit():
        return verdict(True, say("no restart outstanding"), expected)
    days = max((params.now - int(asked[0])) / _DAY, 0.0)
    observed = say("outstanding for {days} days", days=days)
    return Measure("fail" if days > REBOOT_DAYS else "warning", observed, expected)


@control("PATCH-05")
def window(host: Any, params: Params) -> Measure:
    """A window for the restarts is set."""
    timer = facts.unit(host, "backbone-reboot.timer")
    observed = say("backbone-reboot.timer: {state}", state=timer.state)
    return verdict(timer.running, observed, say("a daily window in which the server may restart"))


@control("PATCH-06")
def last_run(host: Any, params: Params) -> Measure:
    """The last automatic run fetched the lists and installed what waited, without a fault."""
    runs: tuple[str, ...] = ("apt-daily.service", "apt-daily-upgrade.service")
    expected, program = say("the last run of apt-daily and apt-daily-upgrade ended well"), "unattended-upgrades"
    if facts.redhat_like(host):
        runs = (redhat.AUTOMATIC_RUN,)
        expected, program = say("the last run of dnf-automatic ended well"), "dnf-automatic"
    if program not in facts.packages(host):
        return absent(say("{program} is not installed", program=program), expected)
    failed = [
        say("{unit} ended with {result}", unit=name, result=unit.result if unit.loaded else unit.state)
        for name in runs
        if not (unit := facts.unit(host, name)).loaded or unit.result not in ("", "success")
    ]
    # unattended-upgrades ends well also where it could install nothing; its log tells.
    wrong = [line for line in _told(host).get("log", []) if re.search(r"\b(ERROR|CRITICAL)\b", line)]
    if failed or wrong:
        return absent(say("{faults}", faults=[*failed, *(line[:120] for line in wrong)]), expected)
    return verdict(True, say("no fault"), expected)
