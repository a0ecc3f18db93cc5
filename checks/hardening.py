"""Hardening: what the running kernel allows, core dumps, the audit log, shared memory.

Inside a container the kernel is the machine's beneath it: of its settings only those of the container's own network
are judged, and there is no audit log.
"""

from __future__ import annotations

from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

# The setting, and the values that will do. Outcome, not file: whoever set it.
KERNEL: dict[str, tuple[str, ...]] = {
    "net/ipv4/conf/all/accept_redirects": ("0",),
    "net/ipv4/conf/all/send_redirects": ("0",),
    "net/ipv4/conf/all/accept_source_route": ("0",),
    "net/ipv4/conf/all/rp_filter": ("1", "2"),
    "net/ipv4/icmp_echo_ignore_broadcasts": ("1",),
    "net/ipv4/tcp_syncookies": ("1", "2"),
    "net/ipv6/conf/all/accept_redirects": ("0",),
    "net/ipv6/conf/all/accept_source_route": ("0",),
    "kernel/dmesg_restrict": ("1",),
    "kernel/kptr_restrict": ("1", "2"),
    "kernel/randomize_va_space": ("2",),
    "kernel/yama/ptrace_scope": ("1", "2", "3"),
    "kernel/unprivileged_bpf_disabled": ("1", "2"),
    "fs/protected_hardlinks": ("1",),
    "fs/protected_symlinks": ("1",),
}
# What must be recorded at the least, by the key of the rules.
AUDITED = ("accounts", "rights", "access", "backbone", "time", "root")
MODULES = ("cramfs", "dccp", "freevxfs", "hfs", "hfsplus", "jffs2", "rds", "sctp", "tipc")
COMMAND = commands.kernel(("fs/suid_dumpable", "kernel/core_pattern", *KERNEL), MODULES)


def _told(host: Any) -> tuple[dict[str, str], dict[str, list[str]], bool]:
    """The kernel's settings, the other sections, and whether this is a container."""
    told = facts.told(host, COMMAND)
    settings = dict(line.partition(":")[::2] for line in told.get("kernel", []))
    return settings, told, "".join(told.get("container", [])).strip() not in ("", "none")


@control("HARD-01")
def kernel(host: Any, params: Params) -> Measure:
    """The running kernel does not follow redirects, hides its addresses, protects links."""
    settings, told, container = _told(host)
    expected = say("kernel settings as the stage hardening has them")
    if container and not told.get("writable"):
        return Measure("not_applicable", say("a container: the machine beneath it decides"), expected)
    judged = {
        name: good for name, good in KERNEL.items() if name in settings and not (container and name[:4] != "net/")
    }
    if not judged:
        return Measure("error", say("the kernel does not tell its settings"), expected)
    wrong = [
        f"{name.replace('/', '.')}={settings[name]}" for name, good in judged.items() if settings[name] not in good
    ]
    if wrong:
        return absent(say("otherwise: {names}", names=wrong), expected)
    return verdict(True, say("{count} settings as they should be", count=len(judged)), expected)


@control("HARD-02")
def cores(host: Any, params: Params) -> Measure:
    """A program that crashes leaves no copy of its memory, in which there are people's data."""
    settings, _sections, container = _told(host)
    expected = say("no core dumps")
    if container:
        return Measure("not_applicable", say("a container: the machine beneath it decides"), expected)
    pattern = settings.get("kernel/core_pattern", "")
    good = pattern in ("|/bin/false", "|/usr/bin/false", "") and settings.get("fs/suid_dumpable") == "0"
    observed = say("core_pattern {pattern}, suid_dumpable {suid}", pattern=pattern or "-",
                   suid=settings.get("fs/suid_dumpable", "?"))  # fmt: skip
    return verdict(good, observed, expected)


@control("HARD-03")
def audit(host: Any, params: Params) -> Measure:
    """auditd records who changes accounts, rights, ways in and our settings."""
    _settings, told, container = _told(host)
    expected = say("an audit log of changes to accounts, rights, ways in and settings")
    if container:
        return Measure("not_applicable", say("a container: the machine beneath it keeps the audit log"), expected)
    service = facts.unit(host, "auditd.service")
    if not service.running:
        return absent(say("auditd: {state}", state=service.state), expected)
    lacking = sorted(set(AUDITED) - {line.strip() for line in told.get("audited", [])})
    if lacking:
        return absent(say("not recorded: {names}", names=lacking), expected)
    return verdict(True, say("auditd runs, its rules are loaded"), expected)


@control("HARD-04")
def shared_memory(host: Any, params: Params) -> Measure:
    """Nothing that somebody wrote into shared memory can be run from there."""
    _settings, told, _container = _told(host)
    # Where it was mounted twice, the later one hides the earlier.
    options = set("".join(told.get("shm", [])[-1:]).strip().split(","))
    lacking = sorted({"nodev", "nosuid", "noexec"} - options)
    expected = say("shared memory (/dev/shm) with nodev, nosuid and noexec")
    if lacking:
        return absent(say("shared memory (/dev/shm) without {names}", names=lacking), expected)
    return verdict(True, say("as it should be"), expected)


@control("HARD-05")
def modules(host: Any, params: Params) -> Measure:
    """Protocols and file systems that no such server uses are not loaded, and cannot be."""
    _settings, told, container = _told(host)
    expected = say("not loaded, and not to be loaded: {names}", names=list(MODULES))
    if container:
        return Measure("not_applicable", say("a container: the machine beneath it decides"), expected)
    loaded = sorted({line.split()[0] for line in told.get("loaded", []) if line.split()})
    open_ones = sorted(set(MODULES) - {line.strip() for line in told.get("blocked", [])})
    if loaded:
        return absent(say("loaded: {names}", names=loaded), expected)
    if open_ones:
        return absent(say("can be loaded: {names}", names=open_ones), expected)
    return verdict(True, say("as it should be"), expected)
