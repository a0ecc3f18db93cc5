"""Operating system: which, supported until when, its time, its administrators."""

from __future__ import annotations

from typing import Any

from checks import commands, facts
from checks.measure import Measure, Say, absent, control, say, verdict
from checks.params import Params

SERVER_SYSTEMS = ("debian", "ubuntu", "centos", "rhel", "rocky", "almalinux", "ol", "sles", "opensuse-leap")
WARN_DAYS = 180
CLOCK_TOLERANCE = 60  # seconds between the server's clock and the controller's, transport included


@control("OS-01")
def system(host: Any, params: Params) -> Measure:
    """A Linux server distribution (or Windows Server 2016 and later)."""
    machine = facts.machine(host)
    expected = say("Windows Server 2016 or later, or a Linux server (Debian, Ubuntu Server, CentOS, …)")
    observed = say("{title}", title=machine.title or "?")
    return verdict(machine.distribution in SERVER_SYSTEMS, observed, expected)


@control("OS-02")
def supported(host: Any, params: Params) -> Measure:
    """The system still receives security updates."""
    from provision.inventory import lifecycle

    machine = facts.machine(host)
    expected = say("security updates are still published")
    known = lifecycle.support(machine.distribution, machine.version)
    if known is None:
        seen = say("{title}: the dates of its support are not known here", title=machine.title)
        return Measure("error", seen, expected)
    return of_support(known, params, expected)


def of_support(known: Any, params: Params, expected: Any) -> Measure:
    """The measure of one product's support dates."""
    today = params.at.date()
    last = known.lts_until or known.until
    observed = say("{title}: until {until}", title=known.title, until=last.isoformat())
    if today > last:
        return Measure("fail", observed, expected)
    if known.state(today) == "lts":
        seen = say("{title}: only by {lts}, until {until}", title=known.title, lts=Say(known.lts), until=last)
        return Measure("warning", seen, expected)
    return Measure("warning" if (last - today).days < WARN_DAYS else "pass", observed, expected)


@control("OS-03")
def time(host: Any, params: Params) -> Measure:
    """The clock follows a time source and is right."""
    expected = say("the clock follows a time source, also after a restart")
    told = facts.told(host, commands.TIME)
    fields = "".join(told.get("chrony", [])).split(",")
    by_chrony = len(fields) >= 14
    synchronised = fields[13].strip() == "Normal" if by_chrony else told.get("timedate", [""])[:1] == ["yes"]
    service = facts.unit(host, "chrony.service")
    apart = abs(facts.machine(host).clock - params.now)
    if not synchronised:
        return absent(say("not synchronised (chrony: {state})", state=service.state), expected)
    if by_chrony and not service.running:
        return absent(say("chrony: {state}, not started at boot", state=service.state), expected)
    if apart > CLOCK_TOLERANCE + 540:
        return absent(say("{seconds} s away from the controller's clock", seconds=int(apart)), expected)
    source = fields[1] if by_chrony else "timesyncd"
    return verdict(True, say("synchronised with {source}", source=source), expected)


@control("OS-04")
def administrators(host: Any, params: Params) -> Measure:
    """Every declared administrator has an account, a key and sudo; nobody else may do everything by sudo."""
    told = facts.told(host, commands.PEOPLE)
    accounts = {line.split(":")[0]: line.split(":") for line in told.get("passwd", []) if ":" in line}
    groups = {
        line.split(":")[0]: {name for name in line.split(":")[3].split(",") if name}
        for line in told.get("group", [])
        if line.count(":") == 3
    }
    may = set().union(*groups.values()) if groups else set()
    with_key = set(told.get("keys", []))
    expected = say("administrators with an account, a key and sudo: {names}", names=params.admins or "-")
    faults = []
    for name in params.admins:
        if name not in accounts:
            faults.append(say("{name} has no account", name=name))
        elif name not in may:
            faults.append(say("{name} may not use sudo", name=name))
        elif accounts[name][2] not in with_key:
            faults.append(say("{name} has no key", name=name))
    rules = {line for line in told.get("sudoers", []) if line}
    # An account that has expired cannot log in, and sudo refuses it.
    everybody = (may | {name for name in rules if not name.startswith("%")}) - set(told.get("expired", []))
    strangers = sorted(everybody - {*params.admins, params.login, "root"})
    faults += [say("{name} is an administrator but not declared", name=name) for name in strangers]
    if faults:
        return absent(say("{faults}", faults=faults), expected)
    return verdict(True, say("all present"), expected)
