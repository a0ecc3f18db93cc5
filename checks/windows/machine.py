"""The machine itself on Windows: hardware, system, time, accounts, event logs, updates, antivirus."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from checks.hardware import CLOCK_GHZ, DISK_RECOMMENDED, DISK_REQUIRED, MEMORY_GIB
from checks.measure import Measure, absent, say, verdict
from checks.params import Params
from checks.patching import LIST_DAYS, REBOOT_DAYS, SECURITY_DAYS
from checks.system import of_support
from checks.windows import NotToldError, Told, control, members, not_here

BUILDS = {14393: "2016", 17763: "2019", 20348: "2022", 26100: "2025"}
CLOCK_SECONDS = 5
_SERVER_CPU = re.compile(r"Xeon|EPYC|Neoverse|Ampere", re.I)
_MASKED = re.compile(r"QEMU|KVM|Virtual|Common", re.I)
# What Windows makes itself, by the end of its number: administrator, guest, default account, defender's sandbox.
_BUILT_IN = ("-500", "-501", "-503", "-504")


def moment(text: Any) -> datetime:
    """A time of the answer. Raises NotToldError where there is none."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        raise NotToldError(say("the server's answer lacks a time")) from None


def days_since(text: Any, params: Params) -> float:
    """Days from a time of the answer to the time of judging."""
    return max((params.at - moment(text)).total_seconds() / 86400, 0.0)


def running(service: Any) -> bool:
    """Is a service there and running?"""
    return isinstance(service, Mapping) and service.get("state") == "Running"


@control("HW-01")
def processor(told: Told, params: Params) -> Measure:
    """An Intel Xeon E3 or E5, or a newer server processor."""
    names = [str(one["name"]).strip() for one in told.rows("processors")]
    expected = say("Intel Xeon E3 or E5, or a newer server processor")
    if not names or all(_MASKED.search(name) for name in names):
        return Measure("error", say("the processor does not show its name: {names}", names=names or "-"), expected)
    return verdict(all(_SERVER_CPU.search(name) for name in names), say("{models}", models=names), expected)


@control("HW-02")
def word_size(told: Told, params: Params) -> Measure:
    """A 64-bit processor and system."""
    seen = str(told.section("system")["architecture"])
    return verdict(seen == "AMD64", say("Windows for {architecture}", architecture=seen or "?"), say("64-bit"))


@control("HW-03")
def clock(told: Told, params: Params) -> Measure:
    """A nominal clock of at least 1.6 GHz."""
    expected = say("nominal clock of at least {ghz} GHz", ghz=CLOCK_GHZ)
    slowest = min((int(one["mhz"]) for one in told.rows("processors")), default=0)
    if not slowest:
        return Measure("error", say("neither the processor's name nor the firmware tells its nominal clock"), expected)
    return verdict(slowest >= CLOCK_GHZ * 1000, say("{ghz} GHz", ghz=f"{slowest / 1000:.2f}"), expected)


@control("HW-04")
def memory(told: Told, params: Params) -> Measure:
    """Memory by level: 8 GB for a kabupaten/kota, 16 GB for a province."""
    gib = int(told.section("system")["memory"]) / 2**30
    floor = MEMORY_GIB[params.level]
    return verdict(gib >= floor, say("{gib} GiB", gib=gib), say("at least {gib} GiB", gib=floor))


def _free(told: Told) -> tuple[str, int]:
    volumes = members(told.section("disks"), "volumes")
    most = max(volumes, key=lambda one: int(one["free"]), default=None)
    if most is None:
        raise NotToldError(say("the server names no volume"))
    return str(most["name"]), int(most["free"])


@control("HW-05")
def storage(told: Told, params: Params) -> Measure:
    """At least 10 GB free."""
    name, free = _free(told)
    observed = say("{gb} GB free on {name}", gb=free / 1e9, name=name)
    return verdict(free >= DISK_REQUIRED, observed, say("at least {gb} GB free", gb=DISK_REQUIRED // 10**9))


@control("HW-06")
def recommended(told: Told, params: Params) -> Measure:
    """200 GB free are recommended."""
    name, free = _free(told)
    observed = say("{gb} GB free on {name}", gb=free / 1e9, name=name)
    expected = say("at least {gb} GB free", gb=DISK_RECOMMENDED // 10**9)
    return Measure("pass" if free >= DISK_RECOMMENDED else "warning", observed, expected)


def _healthy(told: Told, kind: str) -> Measure:
    expected = say("every disk says that it is healthy")
    disks = members(told.section("disks"), kind)
    ill = [f"{one['name']}: {one['health']}" for one in disks if one["health"] not in ("Healthy", "0")]
    if ill:
        return absent(say("{disks}", disks=ill), expected)
    if not disks:
        return Measure("not_applicable", say("the server has none of its own"), expected)
    return verdict(True, say("{count} healthy", count=len(disks)), expected)


@control("HW-07")
def disk_health(told: Told, params: Params) -> Measure:
    """The disks' own word on their health."""
    return _healthy(told, "physical")


@control("HW-08")
def arrays(told: Told, params: Params) -> Measure:
    """Arrays (Storage Spaces) are whole."""
    return _healthy(told, "arrays")


@control("OS-01")
def system(told: Told, params: Params) -> Measure:
    """A server edition of Windows that the minimum names, or a newer one."""
    seen = told.section("system")
    observed = say("{name}, build {build}", name=str(seen["caption"]), build=int(seen["build"]))
    good = bool(seen["server"]) and int(seen["build"]) in BUILDS
    return verdict(good, observed, say("Windows Server 2016 or newer"))


@control("OS-02")
def supported(told: Told, params: Params) -> Measure:
    """The system still gets security updates."""
    from provision.inventory import lifecycle

    build = int(told.section("system")["build"])
    expected = say("security updates are still published")
    if build not in BUILDS:
        return absent(say("build {build} is not known", build=build), expected)
    known = lifecycle.support("windows-server", BUILDS[build])
    if known is None:
        return Measure(
            "error", say("{title}: the dates of its support are not known here", title=BUILDS[build]), expected
        )
    return of_support(known, params, expected)


@control("OS-03")
def time_right(told: Told, params: Params) -> Measure:
    """The clock is right, and something keeps it so."""
    expected = say("a clock within {seconds} s, kept by a time server", seconds=CLOCK_SECONDS)
    seen = told.section("time")
    if not running(seen.get("service")):
        return absent(say("the service w32time does not run"), expected)
    if seen["type"] not in ("NTP", "NT5DS", "AllSync"):
        return absent(say("w32time asks nobody (Type {kind})", kind=str(seen["type"]) or "-"), expected)
    off = abs((moment(told.section("system")["utc"]) - params.at).total_seconds())
    if off > 120:
        return absent(say("{seconds} s from the controller's clock", seconds=off), expected)
    source = str(seen.get("source") or "")
    if not source or re.search(r"CMOS|Free-running", source, re.I):
        return absent(say("w32time has no source: {source}", source=source or "-"), expected)
    return verdict(True, say("kept by {source}", source=source), expected)


@control("OS-04")
def administrators(told: Told, params: Params) -> Measure:
    """Exactly the declared administrators may administer."""
    seen = told.section("accounts")
    expected = say("administrators: {names}", names=sorted(params.admins))
    enabled = {str(one["name"]).lower() for one in _people(told) if one["enabled"]}
    group = {str(one).rpartition("/")[2] for one in members(seen, "administrators")}
    own = {str(one["name"]) for one in _people(told) if str(one["sid"]).endswith("-500")}
    allowed = {one.lower() for one in (*params.admins, params.login, "Domain Admins", *own)}
    strange = sorted(one for one in group if one.lower() not in allowed)
    missing = sorted(one for one in params.admins if one.lower() not in {name.lower() for name in group})
    if strange:
        return absent(say("not declared: {names}", names=strange), expected)
    if missing or not enabled:
        return absent(say("without an administrator's rights: {names}", names=missing), expected)
    return verdict(True, say("as declared"), expected)


def _people(told: Told) -> Sequence[Mapping[str, Any]]:
    """The local accounts; every Windows server has some."""
    found = members(told.section("accounts"), "people")
    if not found:
        raise NotToldError(say("the server names no account"))
    return found


@control("ACC-01")
def one_number(told: Told, params: Params) -> Measure:
    """One number, one account."""
    numbers = [str(one["sid"]) for one in _people(told)]
    twice = sorted({one for one in numbers if numbers.count(one) > 1})
    observed = say("twice: {numbers}", numbers=twice) if twice else say("every number once")
    return verdict(not twice, observed, say("no number twice"))


@control("ACC-02")
def passwords(told: Told, params: Params) -> Measure:
    """No account that may be used may have an empty password."""
    people = _people(told)
    empty = [str(one["name"]) for one in people if one["enabled"] and not one["password_required"]]
    observed = say("may be empty: {names}", names=empty) if empty else say("every account needs one")
    return verdict(not empty, observed, say("no account without a password"))


@control("ACC-03")
def people(told: Told, params: Params) -> Measure:
    """Only known people can log in."""
    allowed = {one.lower() for one in (*params.admins, params.login)}
    strange = [
        str(one["name"])
        for one in _people(told)
        if one["enabled"] and not str(one["sid"]).endswith(_BUILT_IN) and str(one["name"]).lower() not in allowed
    ]
    guests = [one for one in _people(told) if str(one["sid"]).endswith("-501")]
    found = sorted([*strange, *(str(one["name"]) for one in guests if one["enabled"])])
    observed = say("not declared: {names}", names=found) if found else say("only declared accounts")
    return verdict(not found, observed, say("accounts of declared administrators alone"))


@control("LOG-01")
def logs(told: Told, params: Params) -> Measure:
    """Event logs are kept over restarts, and large enough."""
    found = members(told.section("events"), "logs")
    off = [str(one["name"]) for one in found if not one["enabled"]]
    small = [str(one["name"]) for one in found if int(one["size"]) < 250 * 2**20]
    expected = say("the logs Security, System and Application on, of 250 MiB at least")
    if off or len(found) < 3:
        return absent(say("switched off: {names}", names=off), expected)
    observed = say("too small: {names}", names=small) if small else say("on, and large enough")
    return verdict(not small, observed, expected)


@control("LOG-05")
def failed_services(told: Told, params: Params) -> Measure:
    """No service that starts by itself has failed."""
    failed = [f"{one['name']} ({one['exit']})" for one in told.rows("services")]
    observed = say("failed: {names}", names=failed) if failed else say("none has failed")
    return verdict(not failed, observed, say("no failed service"))


@control("LOG-06")
def kept(told: Told, params: Params) -> Measure:
    """Entries are kept for 90 days."""
    expected = say("entries of {days} days", days=90)
    found = {str(one["name"]): one for one in members(told.section("events"), "logs")}
    security = found.get("Security")
    if security is None or not security.get("oldest"):
        return absent(say("the log Security tells nothing"), expected)
    days = days_since(security["oldest"], params)
    started = days_since(told.section("system")["started"], params)
    observed = say("the oldest is {days} days old", days=days)
    if days >= 90:
        return verdict(True, observed, expected)
    return Measure("warning" if int(security["size"]) >= 2**30 or started < 90 else "fail", observed, expected)


@control("LOG-07")
def elsewhere(told: Told, params: Params) -> Measure:
    """Entries go to another machine, too."""
    good = bool(told.section("events").get("forwarded"))
    observed = say("forwarded to a collector") if good else say("nothing is forwarded")
    return Measure("pass" if good else "warning", observed, say("event forwarding to a collector"))


@control("PATCH-01")
def automatic(told: Told, params: Params) -> Measure:
    """Updates are installed by themselves, every day."""
    seen = told.section("updates")
    expected = say("Windows Update installs by itself, every day (AUOptions 4)")
    if seen.get("off") == 1:
        return absent(say("switched off by policy (NoAutoUpdate)"), expected)
    if isinstance(seen.get("service"), Mapping) and seen["service"].get("start") == "Disabled":
        return absent(say("the service wuauserv is disabled"), expected)
    return verdict(seen.get("automatic") == 4, say("AUOptions {value}", value=seen.get("automatic") or "-"), expected)


@control("PATCH-02")
def recent(told: Told, params: Params) -> Measure:
    """Updates were looked for within a week, and installed within five."""
    seen = told.section("updates")
    expected = say("looked for within {days} days, installed within 35", days=LIST_DAYS)
    if not seen.get("searched") or not seen.get("installed"):
        return absent(say("no update run has come to its end yet"), expected)
    searched, installed = days_since(seen["searched"], params), days_since(seen["installed"], params)
    observed = say("looked for {days} days ago, installed {other} days ago", days=searched, other=installed)
    return verdict(searched <= LIST_DAYS and installed <= 35, observed, expected)


@control("PATCH-03")
def outstanding(told: Told, params: Params) -> Measure:
    """No security update waits; one that came these days may wait for tonight."""
    waiting = [one for one in members(told.section("updates"), "waiting") if one["security"]]
    expected = say("no security update outstanding")
    if not waiting:
        return verdict(True, say("none outstanding"), expected)
    names = sorted(str(one["title"])[:80] for one in waiting)
    days = max(days_since(one["since"], params) for one in waiting)
    observed = say("{count} outstanding for {days} days: {names}", count=len(waiting), days=days, names=names)
    return Measure("warning" if days <= SECURITY_DAYS else "fail", observed, expected)


@control("PATCH-04")
def restarted(told: Told, params: Params) -> Measure:
    """No restart that an update asks for waits longer than two weeks."""
    expected = say("a restart that an update asks for happens within {days} days", days=REBOOT_DAYS)
    if not told.section("updates")["restart"]:
        return verdict(True, say("no restart outstanding"), expected)
    days = days_since(told.section("updates").get("installed") or told.section("system")["started"], params)
    observed = say("outstanding for {days} days", days=days)
    return Measure("fail" if days > REBOOT_DAYS else "warning", observed, expected)


@control("PATCH-05")
def window(told: Told, params: Params) -> Measure:
    """A window for the restarts is set."""
    task = _task(told, "Restart when due")
    state = str(task["state"]) if task else "-"
    return verdict(
        state in ("Ready", "Running"),
        say("the task Restart when due: {state}", state=state),
        say("a daily window in which the server may restart"),
    )


@control("PATCH-06")
def last_run(told: Told, params: Params) -> Measure:
    """The newest updates were installed without a fault."""
    history = members(told.section("updates"), "history")
    expected = say("the newest updates were installed without a fault")
    if not history:
        return absent(say("no update was ever installed"), expected)
    latest: dict[str, int] = {}
    for one in history:
        latest.setdefault(str(one["title"]), int(one["result"]))
    failed = sorted(title[:80] for title, result in latest.items() if result not in (2, 3))
    observed = say("failed: {names}", names=failed) if failed else say("no fault")
    return verdict(not failed, observed, expected)


def _task(told: Told, name: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = next((one for one in told.rows("tasks") if one["name"] == name), None)
    return found


not_here(say("Windows has no root; its administrators are judged by OS-04"), "SSH-02")
