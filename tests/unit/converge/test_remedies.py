"""Failures that are the server's own are recognised by what programs say, and a person is told what to do."""

from __future__ import annotations

import pytest

from provision import i18n
from provision.converge.remedies import remedy
from provision.i18n import english

FULL = "Lay the files down: OSError: [Errno 28] No space left on device: '/etc/backbone/.new-x'"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (FULL, "the server's disk is full"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "the server's disk is full"),
        ("dpkg: error: failed to write: No space left on device\nE: dpkg was interrupted", "the server's disk is full"),
        ("mkdir: cannot create directory '/x': Read-only file system", "can only be read"),
        ("E: dpkg was interrupted, you must manually run 'dpkg --configure -a'", "dpkg --configure -a"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 9 (apt)", "another program"),
        ("for 10 minutes another program (apt-get, process 9) has held apt's package lists (/x)", "another program"),
        ("dpkg: error: dpkg frontend lock was locked by another process with pid 9", "another program"),
    ],
)
def test_what_is_the_server_s_own_is_explained(failure: str, words: str) -> None:
    assert words in remedy(failure)


@pytest.mark.parametrize(
    "failure",
    [
        "",
        "interrupted",
        "(hidden: the task handles secrets)",
        "another controller is converging this server: budi on lain, last heard of 300 s ago. Wait for it",
        "could not obtain lock on relation siswa",
    ],
)
def test_what_is_not_known_gets_no_advice(failure: str) -> None:
    assert remedy(failure) == ""


def test_the_advice_is_told_in_the_language_and_kept_in_english() -> None:
    i18n.use("id")
    told = remedy(FULL)
    assert told.startswith("disk server penuh")
    assert english(told).startswith("the server's disk is full")
