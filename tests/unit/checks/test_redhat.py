"""The checks on a server of the RHEL family: the recorded Debian server, what differs told as that family tells it.

No such server was ever asked; this holds that the same controls come to the same judgement by that family's names.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest

from checks import commands, redhat
from provision.probe.snapshot import Answer, Snapshot
from tests.support.recorded import EPOCH, SNAPSHOT, UNITS, statuses

ASKED = commands.units(redhat.ASKED)
NAMES = {
    **redhat.UNITS,
    "apt-daily-upgrade.timer": redhat.AUTOMATIC,
    "apt-daily-upgrade.service": redhat.AUTOMATIC_RUN,
}
SETTINGS = "##settings\nupgrade_type=default\napply_updates=yes\n"


def told(waiting: str = "", settings: str = SETTINGS, ran: float = 3600.0) -> str:
    """What the family's package manager says."""
    stamp = f"{int(EPOCH - ran)} /var/lib/backbone/patching/updated"
    return f"{settings}##stamps\n{stamp}\n##lists\n4\n##outstanding\n{waiting}##reboot\n"


def rocky(system: str = "rocky", version: str = "9.7", patches: str = "", **changed: str) -> Snapshot:
    """The recorded server as a Rocky 9; `changed`: what systemctl tells of dnf-automatic."""
    answers = {key: one for key, one in SNAPSHOT.answers.items() if key not in (UNITS, commands.PATCHES)}
    machine = answers[commands.MACHINE]
    text = re.sub(r"(?m)^ID=.*$", f'ID="{system}"', machine.stdout)
    text = re.sub(r"(?m)^VERSION_ID=.*$", f'VERSION_ID="{version}"', text)
    answers[commands.MACHINE] = replace(machine, stdout=text)
    packages = answers[commands.PACKAGES]
    answers[commands.PACKAGES] = replace(
        packages, stdout=packages.stdout.replace("unattended-upgrades\t", "dnf-automatic\t")
    )
    units = SNAPSHOT.answers[UNITS].stdout
    for debian, own in NAMES.items():
        units = re.sub(rf"\b{re.escape(debian)}", own, units)
    for key, value in changed.items():
        units = re.sub(rf"(?s)(Id={redhat.AUTOMATIC}\n.*?{key}=)[^\n]*", rf"\g<1>{value}", units)
    answers[ASKED] = Answer(0, units)
    answers[redhat.PATCHES] = Answer(0, patches or told())
    return replace(SNAPSHOT, answers=answers)


def test_a_server_in_order_is_judged_as_debians_is() -> None:
    debian = statuses()
    found = statuses(rocky())
    assert {key: (debian[key], one) for key, one in found.items() if one != debian[key]} == {
        "OS-02": ("warning", "pass")
    }


@pytest.mark.parametrize(
    ("server", "red"),
    [
        (rocky(patches=told(settings="##settings\napply_updates=no\n")), {"PATCH-01": "fail"}),
        (rocky(patches=told(settings="##settings\n")), {"PATCH-01": "fail"}),
        (rocky(patches=told(ran=9 * 86400)), {"PATCH-02": "fail"}),
        (rocky(patches=told("0 Inst openssl-1:3.0.7-28.el9.x86_64 (security)\n")), {"PATCH-03": "warning"}),
        (
            rocky(patches=told(f"{int(EPOCH) - 5 * 86400} Inst openssl (1:3.0.7-28.el9 baseos security)\n")),
            {"PATCH-03": "fail"},
        ),
        (rocky(patches=told(f"{int(EPOCH)} Inst vim (2:9.0-1.el9 appstream)\n")), {}),
        (rocky(ActiveState="inactive"), {"PATCH-01": "fail"}),
        (rocky(version="8.10", system="almalinux"), {}),
    ],
)
def test_what_is_wrong_turns_its_control_red(server: Snapshot, red: dict[str, str]) -> None:
    found, good = statuses(server), statuses(rocky())
    assert {key: one for key, one in found.items() if one != good[key]} == red


def test_the_question_is_sh_and_changes_nothing() -> None:
    assert subprocess.run(["sh", "-n"], input=redhat.PATCHES, text=True, capture_output=True).returncode == 0
    # From the cache alone.
    assert re.findall(r"\bdnf -[^|)\n]*", redhat.PATCHES) == [
        "dnf -q -C updateinfo list --updates --security 2>/dev/null"
    ]
