"""All families together: the recorded server is green, every control has been seen red, nothing crashes the checks."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from checks import commands, facts
from provision.audit import catalogue
from provision.probe.snapshot import Answer
from tests.support.recorded import PARAMS, SNAPSHOT, UNITS, WARNED, Mutation, ended_badly, pattern, statuses
from tests.unit.checks.red.test_red_backup import keeping_up
from tests.unit.checks.red.test_red_hardening import OWN_KERNEL
from tests.unit.checks.red.test_red_hardware import own_disks
from tests.unit.checks.red.test_red_logging import sends_entries

# df's line of the disk that the data lie on, but for the kibibytes that are free there.
FREE = r"^(\S+ +\d+ +\d+) +\d+( +\d+% /\S*)$"


# Controls that the recorded server does not pass as it is, and the server that passes them: with more room, of a later
# release, with a second repository, with entries that are sent elsewhere, with disks or with a kernel of its own.
GREEN: dict[str, Mutation] = {
    "HW-06": pattern(commands.MACHINE, FREE, r"\1 209715200\2"),
    "HW-07": own_disks(),
    "HW-08": own_disks(),
    "OS-02": pattern(commands.MACHINE, 'VERSION_ID="12"', 'VERSION_ID="13"'),
    "BAK-07": keeping_up(),
    "HARD-02": OWN_KERNEL,
    "HARD-03": OWN_KERNEL,
    "HARD-05": OWN_KERNEL,
    "LOG-07": sends_entries(active="active"),
}
# Controls that warn and never fail, and those that the recorded server has nothing for: what is wrong, and the worst
# that they then say.
WORST: dict[str, tuple[Mutation, str]] = {
    "HW-06": (pattern(commands.MACHINE, FREE, r"\1 20971520\2"), "warning"),
    "HW-07": (own_disks("result: PASSED\nCritical", "result: FAILED!\nCritical"), "fail"),
    "HW-08": (own_disks("[2/2] [UU]", "[2/1] [U_]"), "fail"),
    "LOG-05": (ended_badly("clamav-freshclam.service", "exit-code"), "warning"),
}


def test_the_recorded_server_is_compliant() -> None:
    found = statuses()
    assert {name for name, status in found.items() if status in ("fail", "error")} == set()
    assert {name for name, status in found.items() if status == "warning"} <= WARNED


def test_every_control_is_seen_red() -> None:
    """Each module's own test holds that a fault in its REDS turns exactly its controls red."""
    modules = [
        import_module(f"tests.unit.checks.red.{path.stem}") for path in Path(__file__).parent.glob("test_red_*.py")
    ]
    reds = [red for module in modules for red in getattr(module, "REDS", ())]
    # An answer that cannot be judged is no fault that was found.
    assert set(catalogue.load().controls) - {name for red in reds for name in red.fail} == set(WORST)
    for name, (change, status) in WORST.items():
        assert (name, statuses(*change(SNAPSHOT, PARAMS))[name]) == (name, status)


def test_every_control_is_seen_green() -> None:
    """And so is green when a fault is gone: each is a small change of the same server."""
    green = {name for name, status in statuses().items() if status in ("pass", "attested")}
    assert set(catalogue.load().controls) - green == set(GREEN)
    for name, change in GREEN.items():
        assert (name, statuses(*change(SNAPSHOT, PARAMS))[name]) == (name, "pass")


def test_a_bare_machine_fails_and_never_crashes() -> None:
    """Everything answers as on a machine where nothing is installed: the controls say what is missing."""
    nothing = {command: Answer(127, "", "not found") for command in SNAPSHOT.answers}
    for keep in (commands.MACHINE, UNITS, commands.SOCKETS, commands.PACKAGES):
        nothing[keep] = SNAPSHOT.answers[keep]
    nothing[UNITS] = replace(nothing[UNITS], stdout="Id=x.service\nLoadState=not-found\n")
    found = statuses(replace(SNAPSHOT, answers=nothing))
    assert {name for name, status in found.items() if status == "pass"} <= {
        "HW-01",
        "HW-02",
        "HW-03",
        "HW-04",
        "HW-05",
        "OS-01",
        "PORT-02",
        "PORT-05",
        "PATCH-04",
        "LOG-05",
        "DOC-01",
        "DOC-02",
    }
    assert found["DB-01"] == found["AV-01"] == found["PORT-01"] == found["TLS-01"] == "fail"


@pytest.mark.parametrize(
    ("state", "file", "sync", "antivirus"),
    [
        ("active", "enabled", "pass", "pass"),
        ("active", "disabled", "fail", "pass"),
        ("inactive", "enabled", "fail", "fail"),
        ("", "", "fail", "fail"),
    ],
)
def test_software_that_no_stage_brings_is_asked_for_by_its_unit(
    state: str, file: str, sync: str, antivirus: str
) -> None:
    """The ministry's sync software, and an antivirus that was there: neither unit is one of ours."""
    own = {"sync_source": "supplied", "sync_unit": "sinkron.service", "sync_health": "sinkron --ok"}
    params = replace(PARAMS, **own, antivirus="existing", antivirus_unit="savd.service")  # type: ignore[arg-type]
    told = {facts.command_of_supplied(params): Answer(0, "")}
    for name in ("sinkron.service", "savd.service"):
        whole = (
            f"Id={name}\nNames={name}\nLoadState=loaded\nActiveState={state}\nUnitFileState={file}\nResult=success\n"
        )
        gone = f"Id={name}\nNames={name}\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n"
        told[commands.other_unit(name)] = Answer(0, whole if state else gone)
    found = statuses(replace(SNAPSHOT, answers={**SNAPSHOT.answers, **told}), params)
    assert (found["SYNC-01"], found["AV-01"]) == (sync, antivirus)
