"""The server that the audit's benchmarks ask: a provisioned lab host, or one of an inventory.

    ./backbone demo --keep        # provisions lab-kab, about five minutes; `./backbone lab down` ends it
    .venv/bin/python -m benchmarks.audit_cost

Without -i it is lab-kab of the instance that BACKBONE_LAB names; its control group, from which its processor time is
read, and its sshd, which must take many logins at once for a fleet, are found by themselves.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provision.lab.lab import Lab
from provision.lab.machine import CGROUPS

_DROP_IN = "/etc/ssh/sshd_config.d/00-benchmark.conf"


@dataclass(frozen=True)
class Place:
    """The server `name` of an inventory; `group` is its control group, None where it has none on this machine."""

    inventory: Path
    name: str
    group: Path | None
    lab: Lab | None

    def used(self) -> float:
        """Seconds of processor time that the server has taken so far; 0 where that cannot be seen from here."""
        if self.group is None:
            return 0.0
        return int((self.group / "cpu.stat").read_text().split()[1]) / 1e6

    @contextmanager
    def many_logins(self) -> Iterator[None]:
        """A lab host's sshd takes a thousand logins at once meanwhile; another server's must have been told so."""
        if self.lab is None:
            yield
            return
        self.lab.run(
            self.name, f"echo 'MaxStartups 1000' >{_DROP_IN} && systemctl reload ssh && sshd -T | grep -q 1000:"
        )
        try:
            yield
        finally:
            self.lab.run(self.name, f"rm {_DROP_IN} && systemctl reload ssh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that name the server."""
    parser.add_argument("-i", "--inventory", type=Path, help="Without it, the running lab's.")
    parser.add_argument("--limit", default="lab-kab", help="The server.")
    parser.add_argument("--group", type=Path, help="Its control group, for its processor time; a lab host's is found.")


def chosen(options: argparse.Namespace) -> Place:
    """The server that was named. SystemExit where no lab host runs."""
    if options.inventory is not None:
        return Place(options.inventory, options.limit, options.group, None)
    lab = Lab.named()
    machine = lab.machine(options.limit)
    if not machine.running():
        raise SystemExit(f"{options.limit} does not run: ./backbone demo --keep provisions it; else name -i")
    groups = [CGROUPS / tree / machine.unit for tree in ("unified", ".")]
    found = next((group for group in groups if (group / "cpu.stat").exists()), None)
    return Place(lab.inventory, options.limit, options.group or found, lab)
