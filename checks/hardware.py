"""Hardware: the processor, memory and storage lines of the minimum specification."""

from __future__ import annotations

import re
from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

# 8 and 16 GB of memory, less what firmware and kernel keep for themselves.
MEMORY_GIB = {"kabupaten_kota": 7.0, "provinsi": 14.0}
DISK_REQUIRED = 10 * 10**9
DISK_RECOMMENDED = 200 * 10**9
CLOCK_GHZ = 1.6

_NAMED = re.compile(r"Xeon.*\bE[35]-|Xeon.*\bE-?[35]\b", re.I)
_NEWER = re.compile(r"Xeon|EPYC|Neoverse|Ampere|ThunderX|Kunpeng|POWER(8|9|10)", re.I)
_MASKED = re.compile(r"QEMU|KVM|Virtual|Common|^$", re.I)
_64_BIT = ("x86_64", "amd64", "aarch64", "ppc64le", "s390x")
# What the bundled sync service has wheels for; its stage refuses others.
SYNC_MACHINES = ("x86_64",)


@control("HW-01")
def processor(host: Any, params: Params) -> Measure:
    """An Intel Xeon E3 or E5, or a newer server processor."""
    machine = facts.machine(host)
    models = machine.models
    expected = say("Intel Xeon E3 or E5, or a newer server processor")
    if not models or all(_MASKED.search(model) for model in models):
        seen = say(
            "the processor does not show its name ({models}, virtualisation: {virtual})",
            models=models or "-",
            virtual=machine.virtual,
        )
        return Measure("error", seen, expected)
    good = all(_NAMED.search(model) or _NEWER.search(model) for model in models)
    return verdict(good, say("{models}", models=models), expected)


@control("HW-02")
def word_size(host: Any, params: Params) -> Measure:
    """A 64-bit processor and kernel."""
    machine = facts.machine(host)
    observed = say("kernel for {architecture}", architecture=machine.architecture or "?")
    if (
        machine.architecture in _64_BIT
        and machine.architecture not in SYNC_MACHINES
        and params.sync_source == "bundled"
    ):
        seen = say(
            "kernel for {architecture}; the bundled sync service comes for {machines} only and will not install",
            architecture=machine.architecture,
            machines=SYNC_MACHINES,
        )
        return Measure("warning", seen, say("64-bit"))
    return verdict(machine.architecture in _64_BIT, observed, say("64-bit"))


@control("HW-03")
def clock(host: Any, params: Params) -> Measure:
    """A nominal clock of at least 1.6 GHz."""
    expected = say("nominal clock of at least {ghz} GHz", ghz=CLOCK_GHZ)
    nominal = facts.machine(host).clock_ghz
    if nominal is None:
        seen = say("neither the processor's name nor the firmware tells its nominal clock")
        return Measure("error", seen, expected)
    return verdict(nominal >= CLOCK_GHZ, say("{ghz} GHz", ghz=f"{nominal:.2f}"), expected)


@control("HW-04")
def memory(host: Any, params: Params) -> Measure:
    """Memory by level: 8 GB for a kabupaten/kota, 16 GB for a province."""
    floor = MEMORY_GIB[params.level]
    gib = facts.machine(host).memory_gib
    named = {"kabupaten_kota": 8, "provinsi": 16}[params.level]
    return verdict(
        gib >= floor,
        say("{gib} GiB", gib=f"{gib:.1f}"),
        say("{named} GB, which an operating system sees as at least {floor} GiB", named=named, floor=floor),
    )


def _free(host: Any) -> tuple[int, str]:
    machine = facts.machine(host)
    if machine.free_bytes is None:
        raise facts.NotAnswered("df does not tell the free space")
    return machine.free_bytes, machine.data_path


@control("HW-05")
def storage(host: Any, params: Params) -> Measure:
    """At least 10 GB free where the database lies."""
    free, path = _free(host)
    observed = say("{gb} GB free in {path}", gb=free / 1e9, path=path)
    return verdict(free >= DISK_REQUIRED, observed, say("at least {gb} GB free", gb=10))


@control("HW-06")
def roomy_storage(host: Any, params: Params) -> Measure:
    """200 GB free is what the range of the specification ends with, hence recommended."""
    free, path = _free(host)
    observed = say("{gb} GB free in {path}", gb=free / 1e9, path=path)
    expected = say("{gb} GB free recommended", gb=200)
    return Measure("pass" if free >= DISK_RECOMMENDED else "warning", observed, expected)


def _own_disks(host: Any) -> bool:
    """Has the machine disks of its own? Those of a virtual one belong to the machine beneath it."""
    return facts.machine(host).virtual == "none"


_BENEATH = say("a virtual machine: its disks belong to the machine beneath it")


@control("HW-07")
def smart(host: Any, params: Params) -> Measure:
    """Every disk calls itself healthy (SMART); sectors that were replaced are a warning."""
    expected = say("every disk healthy by SMART")
    if not _own_disks(host):
        return Measure("not_applicable", _BENEATH, expected)
    told = facts.told(host, commands.DISKS)
    names = [line.strip() for line in told.get("disks", []) if line.strip()]
    if not names:
        return Measure("error", say("the kernel names no disk"), expected)
    if "smart" not in told:
        return absent(say("smartmontools is not installed"), expected)
    health: dict[str, list[str]] = {}
    for line in told["smart"]:
        if line.startswith("disk "):
            health[line.removeprefix("disk ").strip()] = []
        elif health:
            health[list(health)[-1]].append(line)
    mute = [name for name in names if not any(_VERDICT.search(line) for line in health.get(name, []))]
    ill = [name for name in names if any(_ILL.search(line) for line in health.get(name, []))]
    if ill:
        return absent(say("failing: {names}", names=ill), expected)
    if mute:
        return Measure("error", say("tell nothing of their health: {names}", names=mute), expected)
    worn = [name for name in names if any(_worn(line) for line in health[name])]
    if worn:
        return Measure("warning", say("worn: {names}", names=worn), expected)
    return verdict(True, say("healthy: {names}", names=names), expected)


_VERDICT = re.compile(r"overall-health|Health Status")
_ILL = re.compile(r"(?:overall-health.*|Health Status): *(?!PASSED|OK)\S|Critical Warning: *0x(?!00)")


def _worn(line: str) -> bool:
    """Sectors replaced or unreadable, errors of the medium, or nine tenths of a flash disk's life."""
    if re.search(r"Reallocated_Sector|Current_Pending|Offline_Uncorr", line):
        return line.split()[-1].isdigit() and int(line.split()[-1]) > 0
    if found := re.search(r"Percentage Used: *(\d+)%", line):
        return int(found[1]) >= 90
    errors = re.search(r"Integrity Errors: *([\d,.]+)", line)
    return errors is not None and errors[1].strip("0,.") != ""


@control("HW-08")
def arrays(host: Any, params: Params) -> Measure:
    """No array of disks (md, LVM) has lost one."""
    expected = say("every array whole")
    if not _own_disks(host):
        return Measure("not_applicable", _BENEATH, expected)
    told = facts.told(host, commands.DISKS)
    states = [found[1] for line in told.get("arrays", []) if (found := re.search(r"\[([U_]+)\]\s*$", line))]
    # Name of group and volume, kind of segment, and a word only where something is wrong.
    volumes = [line.split() for line in told.get("lvm", []) if "raid" in line or "mirror" in line]
    broken = [f"{words[0]}/{words[1]}: {words[3]}" for words in volumes if len(words) > 3]
    if lost := [state for state in states if "_" in state] + broken:
        return absent(say("without one of its disks: {names}", names=lost), expected)
    if not states and not volumes:
        return Measure("not_applicable", say("the machine has no array of disks"), expected)
    return verdict(True, say("{count} arrays, all whole", count=len(states) + len(volumes)), expected)
