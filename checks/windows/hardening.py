"""Hardening on Windows: registry, crash dumps, audit policy, services; the outcome, whoever set it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.measure import Measure, absent, say, verdict
from checks.params import Params
from checks.windows import NotToldError, Told, control, not_here

_SERVICES = "SYSTEM\\CurrentControlSet\\Services"
_CONTROL = "SYSTEM\\CurrentControlSet\\Control"
_POLICIES = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies"
# The value, and the numbers that will do; None stands for no value, where what Windows then does will do as well.
SETTINGS: dict[str, tuple[int | None, ...]] = {
    f"{_SERVICES}\\Tcpip\\Parameters\\EnableICMPRedirect": (0,),
    f"{_SERVICES}\\Tcpip\\Parameters\\DisableIPSourceRouting": (2,),
    f"{_SERVICES}\\Tcpip6\\Parameters\\DisableIPSourceRouting": (2,),
    "SOFTWARE\\Policies\\Microsoft\\Windows NT\\DNSClient\\EnableMulticast": (0,),
    f"{_SERVICES}\\NetBT\\Parameters\\NoNameReleaseOnDemand": (1,),
    f"{_CONTROL}\\Lsa\\LmCompatibilityLevel": (5,),
    f"{_CONTROL}\\Lsa\\NoLMHash": (1, None),
    f"{_CONTROL}\\SecurityProviders\\WDigest\\UseLogonCredential": (0, None),
    f"{_CONTROL}\\Lsa\\RestrictAnonymous": (1, 2),
    f"{_CONTROL}\\Lsa\\RestrictAnonymousSAM": (1, None),
    f"{_SERVICES}\\LanmanServer\\Parameters\\RequireSecuritySignature": (1,),
    f"{_SERVICES}\\LanmanWorkstation\\Parameters\\RequireSecuritySignature": (1,),
    f"{_POLICIES}\\Explorer\\NoDriveTypeAutoRun": (255,),
    f"{_POLICIES}\\System\\EnableLUA": (1, None),
    f"{_CONTROL}\\Lsa\\SCENoApplyLegacyAuditPolicy": (1,),
}
DUMPS = f"{_CONTROL}\\CrashControl\\CrashDumpEnabled"
REPORTS = "SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting\\Disabled"
_REST = "-69AE-11D9-BED3-505054503030"
# What must be recorded at the least, by the number of the kind of event; 1 success, 2 failure, 3 both.
AUDITED = {
    f"0CCE9215{_REST}": ("logon", 3),
    f"0CCE9235{_REST}": ("accounts", 3),
    f"0CCE9237{_REST}": ("groups", 1),
    f"0CCE922F{_REST}": ("audit policy", 1),
    f"0CCE9231{_REST}": ("rights", 1),
    f"0CCE9232{_REST}": ("firewall", 1),
    f"0CCE9210{_REST}": ("time", 1),
    f"0CCE9211{_REST}": ("services", 1),
}


def _values(told: Told) -> Mapping[str, Any]:
    found = told.section("hardening").get("values")
    if not isinstance(found, Mapping) or not found:
        raise NotToldError(say("the server's answer has no section {name}", name="hardening"))
    return found


@control("HARD-01")
def settings(told: Told, params: Params) -> Measure:
    """The system follows no redirects, keeps no weak passwords, tells strangers nothing, signs what it shares."""
    values = _values(told)
    expected = say("registry settings as the stage hardening has them")
    if untold := sorted(set(SETTINGS) - set(values)):
        raise NotToldError(say("the server does not tell {names}", names=untold))
    wrong = [
        f"{name.rpartition(chr(92))[2]}={'-' if values[name] is None else values[name]}"
        for name, good in SETTINGS.items()
        if values[name] not in good
    ]
    if wrong:
        return absent(say("otherwise: {names}", names=wrong), expected)
    return verdict(True, say("{count} settings as they should be", count=len(SETTINGS)), expected)


@control("HARD-02")
def dumps(told: Told, params: Params) -> Measure:
    """Neither the system nor a program that crashes leaves a copy of its memory."""
    values, seen = _values(told), told.section("hardening")
    if not {DUMPS, REPORTS} <= set(values) or "dumps" not in seen:
        raise NotToldError(say("the server does not tell {names}", names=[DUMPS, REPORTS]))
    good = values[DUMPS] == 0 and values[REPORTS] == 1 and not seen["dumps"]
    observed = say("of the system {system}, error reporting off {reports}, of programs {programs}",
                   system=str(values[DUMPS]), reports=str(values[REPORTS]), programs=str(seen["dumps"]))  # fmt: skip
    return verdict(good, observed, say("no core dumps"))


@control("HARD-03")
def audit(told: Told, params: Params) -> Measure:
    """The Security log records who comes and who changes accounts, rights, ways in, services and the time."""
    audited = told.section("hardening").get("audited")
    expected = say("an audit log of changes to accounts, rights, ways in and settings")
    if not isinstance(audited, Mapping) or not audited:
        raise NotToldError(say("the server does not tell {names}", names="audit policy"))
    lacking = sorted(
        name for number, (name, least) in AUDITED.items() if int(audited.get(number) or 0) & least != least
    )
    if lacking:
        return absent(say("not recorded: {names}", names=lacking), expected)
    return verdict(True, say("{count} kinds of events are recorded", count=len(AUDITED)), expected)


@control("HARD-05")
def services(told: Told, params: Params) -> Measure:
    """Services that no such server uses do not run and cannot be started; version 1 of file sharing is off."""
    seen = told.section("hardening")
    found = seen.get("services")
    if not isinstance(found, Mapping) or not found or "smb1" not in seen:
        raise NotToldError(say("the server does not tell {names}", names="services"))
    # A server that prints for others needs what does it.
    kept = {"Spooler"} if seen.get("shared") else set()
    bad = sorted(
        name
        for name, one in found.items()
        if one and name not in kept and (one.get("start") != "Disabled" or one.get("state") != "Stopped")
    )
    bad += ["SMB 1"] if seen["smb1"] else []
    expected = say("not running, and not to be started: {names}", names=sorted(found))
    if bad:
        return absent(say("running or to be started: {names}", names=bad), expected)
    return verdict(True, say("as it should be"), expected)


not_here(say("Windows has no /dev/shm"), "HARD-04")
