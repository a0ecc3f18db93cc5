"""Accounts: numbers, passwords, who can log in: what turns each control red, on a recorded server."""

from __future__ import annotations

import pytest

from checks import commands
from tests.support.recorded import PARAMS, SNAPSHOT, Mutation, Red, both, pattern, statuses, turns

ACCOUNTS = ("ACC-01", "ACC-02", "ACC-03")


def shell(home: str = "/usr/sbin", password: str = "set") -> Mutation:
    """The account daemon has a shell, and a password."""
    return both(
        pattern(commands.PEOPLE, r"^daemon:1:.*$", f"daemon:1:{home}:/bin/sh"),
        pattern(commands.PEOPLE, r"^daemon:locked$", f"daemon:{password}"),
    )


REDS = [
    Red("the installer's account", pattern(commands.PEOPLE, r"^petugas\n##passwords", "##passwords"), ("ACC-03",)),
    Red("a second root", pattern(commands.PEOPLE, r"^daemon:1:", "toor:0:"), ("ACC-01",)),
    Red("a number twice", pattern(commands.PEOPLE, r"^daemon:1:", "daemon:2:"), ("ACC-01",)),
    Red("an empty password", pattern(commands.PEOPLE, r"^daemon:locked$", "daemon:empty"), ("ACC-02",)),
    Red("a stranger who can log in", shell(), ("ACC-03",)),
    Red(
        "accounts that cannot be read",
        pattern(commands.PEOPLE, r"^##passwords\n(?s:.*)##keys", "##passwords\n##keys"),
        (),
        ACCOUNTS,
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (shell(), "fail"),
        (shell(home="/root", password="locked"), "fail"),  # a key lets in as well
        (shell(password="locked"), "pass"),
        (both(shell(), pattern(commands.PEOPLE, r"^##expired$", "##expired\ndaemon")), "pass"),
        (pattern(commands.PEOPLE, r"^daemon:locked$", "daemon:set"), "pass"),  # without a shell
    ],
)
def test_who_can_log_in(change: Mutation, status: str) -> None:
    assert statuses(*change(SNAPSHOT, PARAMS))["ACC-03"] == status
