"""All families together: the recorded server is green, every control has been seen red, nothing crashes the checks."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from checks import commands
from provision.audit import catalogue
from provision.probe.snapshot import Answer
from tests.support.recorded import SNAPSHOT, UNITS, WARNED, statuses


def test_the_recorded_server_is_compliant() -> None:
    found = statuses()
    assert {name for name, status in found.items() if status in ("fail", "error")} == set()
    assert {name for name, status in found.items() if status == "warning"} <= WARNED


def test_every_control_that_can_fail_has_a_fault_here() -> None:
    modules = [
        import_module(f"tests.unit.checks.red.{path.stem}") for path in Path(__file__).parent.glob("test_red_*.py")
    ]
    reds = [red for module in modules for red in getattr(module, "REDS", ())]
    shown = {name for red in reds for name in (*red.fail, *red.error)}
    # The first two warn and never fail; disks of its own the recorded server has none, test_red_hardware.py makes some.
    assert set(catalogue.load().controls) - shown == {"HW-06", "LOG-05", "HW-07", "HW-08"}


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
