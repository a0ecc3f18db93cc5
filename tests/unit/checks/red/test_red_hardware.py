"""Processor, memory, storage and disks: what turns each control red, on a recorded server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks import commands
from provision.audit import catalogue, judge
from tests.support.recorded import (
    MODEL,
    PARAMS,
    SNAPSHOT,
    Mutation,
    Red,
    answered,
    both,
    meant,
    pattern,
    said,
    statuses,
    turns,
)

REDS = [
    Red(
        "a desktop's processor", pattern(commands.MACHINE, MODEL, "Intel(R) Core(TM) i5-8400 CPU @ 2.80GHz"), ("HW-01",)
    ),
    Red("a masked processor", pattern(commands.MACHINE, MODEL, "QEMU Virtual CPU @ 2.10GHz"), (), ("HW-01",)),
    Red("32 bits", said(commands.MACHINE, "##architecture\nx86_64", "##architecture\ni686"), ("HW-02",)),
    Red("a slow processor", said(commands.MACHINE, "@ 2.10GHz", "@ 1.50GHz"), ("HW-03",)),
    Red("a nameless clock", said(commands.MACHINE, " @ 2.10GHz", ""), (), ("HW-03",)),
    Red("4 GB of memory", pattern(commands.MACHINE, r"(?<=##memory\n)\d+", "4048000"), ("HW-04",)),
    Red("8 GB for a province", meant(level="provinsi"), ("HW-04",)),
    Red(
        "a full disk",
        pattern(commands.MACHINE, r"^(/\S*|overlay\S*|\S+)( +\d+ +\d+) +\d+( +\d+% /\S*)$", r"\1\2 9000000\3"),
        ("HW-05",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_a_64_bit_processor_that_the_sync_has_no_wheels_for_is_a_warning() -> None:
    snapshot, params = said(commands.MACHINE, "##architecture\nx86_64", "##architecture\naarch64")(SNAPSHOT, PARAMS)
    assert statuses(snapshot, params)["HW-02"] == "warning"
    supplied = judge.judge_server(snapshot, replace(params, sync_source="supplied"), catalogue.load(), only=("HW-02",))
    assert [one.status for one in supplied.findings] == ["pass"]


OWN_DISKS = """##arrays
Personalities : [raid1]
md0 : active raid1 sdb1[1] sda1[0]
      976630464 blocks super 1.2 [2/2] [UU]
unused devices: <none>
##lvm
##disks
nvme0n1
sda
sdb
##smart
disk nvme0n1
SMART overall-health self-assessment test result: PASSED
Critical Warning:                   0x00
Percentage Used:                    3%
Media and Data Integrity Errors:    0
disk sda
SMART overall-health self-assessment test result: PASSED
  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       0
197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       0
disk sdb
SMART Health Status: OK
"""


def own_disks(old: str = "", new: str = "") -> Mutation:
    """A machine with disks of its own, that tell `new` where sound ones tell `old`."""
    assert old in OWN_DISKS
    told = answered(commands.DISKS, OWN_DISKS.replace(old, new, 1))
    return both(said(commands.MACHINE, "systemd-nspawn", "none"), told)


@pytest.mark.parametrize(
    ("old", "new", "smart", "arrays"),
    [
        ("", "", "pass", "pass"),
        ("result: PASSED\nCritical", "result: FAILED!\nCritical", "fail", "pass"),
        ("Warning:                   0x00", "Warning:                   0x04", "fail", "pass"),
        ("Status: OK", "Status: FAILURE PREDICTION THRESHOLD EXCEEDED", "fail", "pass"),
        ("Always       -       0\n197", "Always       -       24\n197", "warning", "pass"),
        ("Used:                    3%", "Used:                    97%", "warning", "pass"),
        ("Errors:    0", "Errors:    1,204", "warning", "pass"),
        ("SMART Health Status: OK\n", "", "error", "pass"),
        ("##smart", "##nothing", "fail", "pass"),
        ("##disks\nnvme0n1\nsda\nsdb", "##disks", "error", "pass"),
        ("[2/2] [UU]", "[2/1] [U_]", "pass", "fail"),
        ("##lvm", "##lvm\n  vg0 data raid1 partial", "pass", "fail"),
        ("##lvm", "##lvm\n  vg0 data raid1", "pass", "pass"),
        ("[2/2] [UU]", "", "pass", "not_applicable"),
    ],
)
def test_disks_of_a_machine_of_its_own(old: str, new: str, smart: str, arrays: str) -> None:
    """The lab's hosts have no disks of their own: this answer is put together from the manuals of its programs."""
    found = statuses(*own_disks(old, new)(SNAPSHOT, PARAMS))
    assert (found["HW-07"], found["HW-08"]) == (smart, arrays)


def test_disks_of_a_virtual_machine_are_its_hosts() -> None:
    found = statuses()
    assert (found["HW-07"], found["HW-08"]) == ("not_applicable", "not_applicable")
