"""Lab hosts for tests: one instance for the whole run, hosts reset by a fresh overlay, gone at the end.

The fixtures are taken over by the conftest of tests/lab (hosts that the demo has provisioned) and of tests/bare (hosts
with nothing on them); the two run side by side, each with an instance of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from provision.audit.run import examine
from provision.inventory import load
from provision.lab.lab import Lab
from provision.lab.spec import hosts

CLONE = Path(__file__).parents[2]
SERVER = "lab-kab"
KEEP_DEMO = os.environ.get("BACKBONE_KEEP_DEMO") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs lab hosts."""
    for item in items:
        if "lab" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The tests' own lab instance, with nothing booted yet; everything is taken down at the end.

    With BACKBONE_KEEP_DEMO=1 the demo's server stays as a layer, and the next session starts from it: whoever writes a
    test waits for the demo once. `BACKBONE_LAB=test backbone lab down` removes it.
    """
    name = os.environ.get("BACKBONE_LAB") or "test"
    if KEEP_DEMO:
        kept = Lab.named(name)
        kept.down(hosts())
        yield kept
        kept.down(hosts())
        return
    with Lab.named(name) as instance:
        instance.down()
        yield Lab.named(instance.name)


@dataclass(frozen=True)
class DemoRun:
    """What `./backbone demo --keep` left: its exit status, its folder, and its server as a layer to start from."""

    status: int
    out: Path
    layer: Path
    inventory: Path

    @property
    def summary(self) -> dict[str, Any]:
        """The demo's summary.json."""
        found: dict[str, Any] = json.loads((self.out / "summary.json").read_text())
        return found


@pytest.fixture(scope="session")
def demo(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demo, run once as a person runs it; its server is what all tests of a provisioned server start from."""
    layer = lab.folder / "layers" / SERVER
    if KEEP_DEMO and layer.is_dir():
        return DemoRun(0, lab.folder / "demo", layer, lab.inventory)
    lab.down()
    out = lab.folder / "demo" if KEEP_DEMO else tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "demo", "--keep", "--out", str(out)],
        cwd=CLONE,
        env={**os.environ, "BACKBONE_LAB": lab.name},
        stdout=subprocess.DEVNULL,
        timeout=2400,
    )
    lab.freeze(SERVER, layer)
    return DemoRun(done.returncode, out, layer, lab.inventory)


@dataclass(frozen=True)
class Provisioned:
    """A provisioned server that runs, fresh from the demo's layer."""

    lab: Lab
    inventory: Path

    def run(self, command: str, *, check: bool = True, given: str = "") -> str:
        """A shell command as root on the server; its output."""
        return self.lab.run(SERVER, command, check=check, given=given).stdout

    def findings(self) -> dict[str, str]:
        """Status by control, measured now."""
        examined = examine(load(self.inventory, SERVER))
        return {finding.control: finding.status for finding in examined.findings}

    def red(self) -> set[str]:
        """The controls that fail now."""
        return {control for control, status in self.findings().items() if status == "fail"}


def admit(lab: Lab, host: str, inventory: Path) -> None:
    """Let in the key that the demo enrolled on its own server, on one that was booted anew."""
    public = inventory.parent / "keys" / "backbone_ed25519.pub"
    if public.exists():  # else no demo ran in this session, and the inventory has the lab's own key
        lab.run(host, "cat >>/home/backbone/.ssh/authorized_keys", given=public.read_text())


def boot(lab: Lab, demo: DemoRun, **changed: Any) -> Provisioned:
    """Start the demo's server anew, with other hardware where asked for, and let its services settle."""
    lab.down([SERVER])
    lab.up([SERVER, "lab-pusat", "lab-luar"], layers={SERVER: [demo.layer]}, changed={SERVER: changed})
    lab.run(SERVER, "systemctl is-system-running --wait", check=False)
    lab.run(SERVER, "chronyc -n waitsync 60 0 0 1", check=False)
    return Provisioned(lab, demo.inventory)


@pytest.fixture
def boot_server(lab: Lab, demo: DemoRun) -> Callable[..., Provisioned]:
    """Starts the demo's server anew with other hardware: `boot_server(memory_mb=4096)`."""
    return partial(boot, lab, demo)


@pytest.fixture(scope="module")
def provisioned(lab: Lab, demo: DemoRun) -> Iterator[Provisioned]:
    """The demo's server, started anew for one module of tests."""
    yield boot(lab, demo)
    lab.down([SERVER])
