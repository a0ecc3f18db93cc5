"""System, support, time and administrators: what turns each control red, on a recorded server."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest

from checks import commands
from tests.support.recorded import PARAMS, SNAPSHOT, Red, meant, pattern, said, statuses, turns

REDS = [
    Red("a desktop system", said(commands.MACHINE, "\nID=debian", "\nID=linuxmint"), ("OS-01",), ("OS-02",)),
    Red("an unsupported release", pattern(commands.MACHINE, 'VERSION_ID="12"', 'VERSION_ID="11"'), ("OS-02",)),
    Red("no time source", said(commands.TIME, "Normal", "Not synchronised"), ("OS-03",)),
    Red("a clock that is wrong", pattern(commands.MACHINE, r"(?<=##clock\n)\d+", "1700000000"), ("OS-03",)),
    Red("an administrator missing", meant(admins=("backbone", "siti")), ("OS-04",)),
    Red("an administrator too many", pattern(commands.PEOPLE, r"^(backbone-admins:.*)$", r"\1,mallory"), ("OS-04",)),
    Red("a stranger in the group sudo", pattern(commands.PEOPLE, r"^(sudo:.*)$", r"\1,mallory"), ("OS-04",)),
    Red("a stranger in sudo's rules", pattern(commands.PEOPLE, r"^root\n", "root\nubuntu\n"), ("OS-04",)),
    Red(
        "a group in sudo's rules",
        pattern(commands.PEOPLE, r"^root\n(?s:(.*?))##group", r"root\n%ops\n\1##group\nops:x:900:mallory"),
        ("OS-04",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_the_account_that_the_controller_logs_in_with_is_no_stranger() -> None:
    snapshot, params = pattern(commands.PEOPLE, r"^root\n", "root\nubuntu\n")(SNAPSHOT, PARAMS)
    assert statuses(snapshot, replace(params, login="ubuntu"))["OS-04"] == "pass"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ubuntu ALL=(ALL) NOPASSWD:ALL", ["ubuntu"]),
        ("%ops\tALL=(ALL:ALL) ALL", ["%ops"]),
        ("mallory ALL = ALL", ["mallory"]),
        ("zabbix ALL=(root) NOPASSWD: /usr/bin/du", []),
        ("Defaults:sri !authenticate ALL", []),
        ("User_Alias OPS = ALL", []),
        ("# ubuntu ALL=(ALL) ALL", []),
    ],
)
def test_whom_sudo_lets_do_everything(line: str, told: list[str]) -> None:
    [program] = re.findall(r"s=\$\(awk ('/\^\[.*?') \"\$@\"", commands.PEOPLE)
    shell = ["/bin/sh", "-c", f"printf '%s\\n' \"$1\" | awk {program}", "sh", line]
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout.split() == told
