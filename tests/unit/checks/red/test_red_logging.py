"""Journal, metrics, alarms: what turns each control red, on a recorded server."""

from __future__ import annotations

import re
import subprocess

import pytest

from checks import commands
from tests.support.recorded import (
    EPOCH,
    PARAMS,
    SNAPSHOT,
    STOPPED,
    UNITS,
    Mutation,
    Red,
    answered,
    both,
    meant,
    pattern,
    said,
    statuses,
    turns,
    unit,
)


def sends_entries(active: str) -> Mutation:
    """systemd-journal-upload is installed and on, in this state."""
    return unit("systemd-journal-upload.service", LoadState="loaded", UnitFileState="enabled", ActiveState=active)


REDS = [
    Red("a journal in memory", answered(commands.JOURNAL, "##files\n##settings\n##forward\n0\n"), ("LOG-01",)),
    Red("no exporter", unit("prometheus-node-exporter.service", **STOPPED), ("LOG-02",)),
    Red(
        "old metrics",
        pattern(commands.METRICS, r"^\d{10}\.\d+ backup\.prom", f"{EPOCH - 99 * 3600} backup.prom"),
        ("LOG-03",),
    ),
    Red("nobody to tell", meant(notify=()), ("LOG-04",)),
    Red("a mute failure", unit("backbone-backup-full.service", OnFailure=""), ("LOG-04",)),
    Red(
        "a journal that forgets", said(commands.JOURNAL, "MaxRetentionSec=90day", "MaxRetentionSec=1week"), ("LOG-06",)
    ),
    Red("a journal without room", said(commands.JOURNAL, "SystemMaxUse=1G", "SystemMaxUse=16M"), ("LOG-06",)),
    Red(
        "a span that is none", said(commands.JOURNAL, "MaxRetentionSec=90day", "MaxRetentionSec=long"), (), ("LOG-06",)
    ),
    Red("entries that do not get away", sends_entries(active="failed"), ("LOG-07",)),
    Red(
        "a sender that hangs",
        both(sends_entries(active="active"), said(commands.JOURNAL, "##forward\n0\n", "##forward\n0\n##sent\n9000\n")),
        ("LOG-07",),
    ),
    Red("a machine that is named and gets nothing", meant(logs_to=True), ("LOG-07",)),
    Red("rsyslog that forwards and is down", both(said(commands.JOURNAL, "##forward\n0", "##forward\n1")), ("LOG-07",)),
    Red("nobody hears of what is overdue", unit("backbone-overdue.timer", **STOPPED), ("LOG-08",)),
    Red("no audit of its own", unit("backbone-audit.timer", **STOPPED), ("LOG-09",)),
    Red(
        "an own audit of the day before yesterday",
        pattern(commands.METRICS, r"^\d{10}\.\d+ audit\.dsse\.json", f"{EPOCH - 30 * 3600} audit.dsse.json"),
        ("LOG-09",),
    ),
    Red(
        "no own audit ever",
        pattern(commands.METRICS, r"^\d{10}\.\d+ (audit\.dsse\.json|client\.pem)\n", ""),
        ("LOG-09",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


@pytest.mark.parametrize(("hours", "status"), [(2, "pass"), (30, "fail")])
def test_a_server_set_up_today_may_still_owe_its_first_audit(hours: int, status: str) -> None:
    never = pattern(commands.METRICS, r"^\d{10}\.\d+ audit\.dsse\.json\n", "")
    since = pattern(commands.METRICS, r"^\d{10}\.\d+ client\.pem", f"{EPOCH - hours * 3600} client.pem")
    assert statuses(*both(never, since)(SNAPSHOT, PARAMS))["LOG-09"] == status


def test_an_own_audit_that_found_something_is_no_further_finding() -> None:
    ended = {"ActiveState": "failed", "SubState": "failed"}
    assert statuses(*unit("backbone-audit.service", **ended)(SNAPSHOT, PARAMS))["LOG-05"] == "pass"
    assert statuses(*unit("clamav-freshclam.service", **ended)(SNAPSHOT, PARAMS))["LOG-05"] == "warning"
    stranger = pattern(UNITS, r"\A", "Result=exit-code\nId=x.service\nNames=x.service\nActiveState=failed\n\n")
    assert statuses(*stranger(SNAPSHOT, PARAMS))["LOG-05"] == "warning"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (sends_entries(active="active"), "pass"),
        (
            both(
                said(commands.JOURNAL, "##forward\n0", "##forward\n2"),
                unit("rsyslog.service", LoadState="loaded", UnitFileState="enabled", ActiveState="active"),
            ),
            "pass",
        ),
        (both(), "warning"),
    ],
)
def test_entries_that_go_elsewhere(change: Mutation, status: str) -> None:
    assert statuses(*change(SNAPSHOT, PARAMS))["LOG-07"] == status


@pytest.mark.parametrize(
    ("line", "forwards"),
    [
        ("*.* @@log.example:514", True),
        ("*.* @192.0.2.1", True),
        ('action(type="omfwd" target="log.example")', True),
        ("# *.* @@log.example:514", False),
        ("mail.err /var/log/mail.err", False),
    ],
)
def test_where_rsyslog_sends_entries(line: str, forwards: bool) -> None:
    [form] = re.findall(r"grep -cE '(.*?)'; else", commands.JOURNAL)
    found = subprocess.run(["grep", "-cE", form], input=line + "\n", capture_output=True, text=True)
    assert (found.stdout.strip() == "1") is forwards


@pytest.mark.parametrize(
    ("span", "status"),
    [("3month", "pass"), ("12w", "fail"), ("90d", "pass"), ("0", "pass"), ("7776000", "pass"), ("1year", "pass")],
)
def test_how_long_entries_are_kept(span: str, status: str) -> None:
    change = said(commands.JOURNAL, "MaxRetentionSec=90day", f"MaxRetentionSec={span}")
    assert statuses(*change(SNAPSHOT, PARAMS))["LOG-06"] == status
