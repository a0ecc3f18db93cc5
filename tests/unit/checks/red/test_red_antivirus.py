"""The antivirus: running, fresh, scanning: what turns each control red, on a recorded server."""

from __future__ import annotations

from checks import commands
from tests.support.recorded import EPOCH, SIGNATURES, STOPPED, Red, answered, pattern, said, turns, unit

REDS = [
    Red("a stopped clamd", unit("clamav-daemon.service", **STOPPED), ("AV-01",), ("AV-04",)),
    Red("an antivirus that finds nothing", answered(commands.EICAR, "stream: OK\n"), ("AV-01",)),
    Red("a clamd that does not start at boot", unit("clamav-daemon.service", UnitFileState="disabled"), ("AV-01",)),
    Red("old signatures", pattern(SIGNATURES, r"^\d{10}\.\d+( \d+ \S+)$", rf"{EPOCH - 9 * 86400}\1"), ("AV-02",)),
    Red("no daily scan", unit("backbone-antivirus-scan.timer", **STOPPED), ("AV-03",)),
    Red("an infected file", said(SIGNATURES, "infected_files 0", "infected_files 1"), ("AV-03",)),
    Red("no on-access scan", unit("clamav-clamonacc.service", **STOPPED), ("AV-04",)),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)
