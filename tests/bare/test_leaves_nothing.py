"""A lab that is taken down, and a demo that is cut off, leave nothing behind on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.lab import network
from provision.lab.lab import Lab

CLONE = Path(__file__).parents[2]


@pytest.fixture
def other(lab: Lab) -> Iterator[Lab]:
    """An instance of its own beside the tests'."""
    with Lab.named(f"{lab.name}leaves") as instance:
        yield instance


def traces(lab: Lab) -> list[str]:
    """Everything of an instance that this machine still has."""
    slot, folder = lab.networks.slot, str(lab.folder)
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines() if folder in line]
    loops = subprocess.run(["losetup", "-a"], capture_output=True, text=True).stdout.splitlines()
    groups = [str(group) for group in Path("/sys/fs/cgroup").glob(f"**/{network.prefix(slot)}-*")]
    commands = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if folder in said or f"--machine={network.prefix(slot)}-" in said or f"{lab.networks.controller}:" in said:
            commands.append(said)
    rules = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True).stdout
    return [
        *mounts,
        *[line for line in loops if folder in line],
        *network.links(slot),
        *network.namespaces(slot),
        *groups,
        *commands,
        *[line for line in rules.splitlines() if network.prefix(slot) in line],
        *([folder] if lab.folder.exists() else []),
    ]


def demo(lab: Lab, out: Path) -> subprocess.Popen[bytes]:
    """A demo that has booted its server and goes on."""
    started = subprocess.Popen(
        [sys.executable, "-m", "provision.cli.main", "demo", "--out", str(out)],
        cwd=CLONE, env={**os.environ, "BACKBONE_LAB": lab.name},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        # As from a terminal: whoever runs the tests in the background has children that ignore an interruption.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not (lab.machine("lab-kab").running() and (out / "demo.log").exists()):
        assert started.poll() is None, "the demo ended by itself"
        assert time.monotonic() < deadline, "the demo does not boot its server"
        time.sleep(0.2)
    assert traces(lab)
    return started


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_a_demo_that_is_interrupted_takes_its_lab_down(other: Lab, told: signal.Signals, tmp_path: Path) -> None:
    running = demo(other, tmp_path / "out")
    running.send_signal(told)
    assert running.wait(120) == 130
    assert traces(other) == []
    assert (tmp_path / "out" / "summary.json").exists(), "what it found so far is kept"


def test_after_a_demo_that_was_killed_lab_down_removes_all(other: Lab, tmp_path: Path) -> None:
    running = demo(other, tmp_path / "out")
    os.killpg(running.pid, signal.SIGKILL)
    running.wait(30)
    subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "lab", "down"],
        cwd=CLONE, env={**os.environ, "BACKBONE_LAB": other.name}, check=True, timeout=120,
    )  # fmt: skip
    assert traces(other) == []


def test_a_host_with_a_volume_of_its_own_leaves_none(other: Lab) -> None:
    other.up(["lab-kab"], changed={"lab-kab": {"disk_mb": 2048}})
    size = other.run("lab-kab", "df --output=size -m / | tail -n1").stdout.strip()
    assert 1800 < int(size) < 2048
    other.down()
    assert traces(other) == []
