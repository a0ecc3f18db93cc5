"""Updates: on, run, outstanding, restarts: what turns each control red, on a recorded server."""

from __future__ import annotations

import pytest

from tests.support.recorded import (
    EPOCH,
    PARAMS,
    PATCHES,
    SNAPSHOT,
    STOPPED,
    Mutation,
    Red,
    both,
    ended_badly,
    pattern,
    said,
    statuses,
    turns,
    unit,
)


def waits(days: float | None) -> Mutation:
    """A security update waits, for so many days; None: since nobody knows when."""
    since = 0 if days is None else int(EPOCH - days * 86400)
    line = f"{since} Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])"
    return said(PATCHES, "##outstanding", f"##outstanding\n{line}")


REDS = [
    Red("updates switched off", said(PATCHES, 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"'), ("PATCH-01",)),
    Red("no update timer", unit("apt-daily-upgrade.timer", **STOPPED), ("PATCH-01",)),
    Red(
        "updates that do not run",
        pattern(PATCHES, r"^\d+( \S+unattended-upgrades-stamp)$", rf"{int(EPOCH) - 9 * 86400}\1"),
        ("PATCH-02",),
    ),
    Red("no package lists", pattern(PATCHES, r"(?<=##lists\n)\d+", "0"), (), ("PATCH-03",)),
    Red("a restart long outstanding", said(PATCHES, "##reboot", f"##reboot\n{int(EPOCH) - 20 * 86400}"), ("PATCH-04",)),
    Red("no window", unit("backbone-reboot.timer", **STOPPED), ("PATCH-05",)),
    Red("a security update that waits for days", waits(5), ("PATCH-03",)),
    Red(
        "a security update that nobody knows the age of, and no runs",
        both(waits(None), pattern(PATCHES, r"^\d+( \S+unattended-upgrades-stamp)$", rf"{int(EPOCH) - 9 * 86400}\1")),
        ("PATCH-02", "PATCH-03"),
    ),
    Red("a run that failed", ended_badly("apt-daily-upgrade.service", "exit-code"), ("PATCH-06",)),
    Red("lists that could not be fetched", ended_badly("apt-daily.service", "timeout"), ("PATCH-06",)),
    Red(
        "a run that logs errors",
        said(PATCHES, "##log", "##log\n2026-11-22 01:00:00,1 ERROR dpkg was broken off"),
        ("PATCH-06",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


@pytest.mark.parametrize(("days", "status"), [(1, "warning"), (None, "warning"), (3.1, "fail")])
def test_a_security_update_may_wait_for_the_night(days: float | None, status: str) -> None:
    assert statuses(*waits(days)(SNAPSHOT, PARAMS))["PATCH-03"] == status
