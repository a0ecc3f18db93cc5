"""A provisioning that is disturbed at its tasks: the next `apply` goes on, and what is there in the end is the same.

In an ordinary run at three random tasks, the seed printed: the controller killed (SIGKILL), the server restarted
without warning, the network cut. In `backbone test slow` the controller killed after each task of the whole run.
docs/reliability.md has the outcome. What the disturbed server must equal is the one that the demo provisioned.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provision import paths
from provision.audit.run import examine
from provision.inventory import load
from provision.lab import network
from provision.lab.lab import Lab
from tests.support import portrait
from tests.support.lab_hosts import SERVER, DemoRun, admit, boot

# Tasks after which an apply is disturbed at the latest, so that three times fall all over a run of some five hundred.
REACH = 180
Stop = Callable[[dict[str, Any]], bool]
Disturb = Callable[[subprocess.Popen[str]], None]


def kill(controller: subprocess.Popen[str]) -> None:
    """The controller, and all that it started, is gone at once."""
    os.killpg(controller.pid, signal.SIGKILL)


def applied(inventory: Path, stop: Stop, disturb: Disturb = kill, *wishes: str) -> list[dict[str, Any]]:
    """`backbone apply`, disturbed once `stop` says so of an event; its events, to the last that came."""
    command = [sys.executable, "-m", "provision.cli.main", "apply", "-i", str(inventory), "--limit", SERVER]
    events = []
    with subprocess.Popen(
        [*command, "--yes", "--json", *wishes],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as controller:
        assert controller.stdout
        for line in controller.stdout:
            events.append(json.loads(line))
            if stop(events[-1]):
                disturb(controller)
    wait_for_silence(inventory)
    return events


def wait_for_silence(inventory: Path) -> None:
    """What a killed controller had started ends by itself, within seconds."""
    deadline = time.monotonic() + 30
    while subprocess.run(["pgrep", "-f", f"ansible-playbook.*{inventory}"], stdout=subprocess.DEVNULL).returncode == 0:
        assert time.monotonic() < deadline, "Ansible outlives the controller that was killed"
        time.sleep(0.2)


def never(_event: dict[str, Any]) -> bool:
    return False


def is_task(event: dict[str, Any]) -> bool:
    return event["event"] == "task"


class Ladder:
    """Kills each apply one task further than the one before; says where the next one is to be killed."""

    def __init__(self, done: dict[str, int]) -> None:
        self.done = done  # stage -> the last of its tasks at which an apply was killed
        self.seen: dict[str, int] = {}

    def begin(self) -> None:
        self.seen = {}

    def __call__(self, event: dict[str, Any]) -> bool:
        if not is_task(event):
            return False
        stage = event["stage"]
        self.seen[stage] = self.seen.get(stage, 0) + 1
        if self.seen[stage] <= self.done.get(stage, 0):
            return False
        self.done[stage] = self.seen[stage]
        return True


@pytest.fixture(scope="module")
def undisturbed(lab: Lab, demo: DemoRun) -> str:
    """The portrait of the server that the demo provisioned in one go."""
    return boot(lab, demo).run(portrait.COMMAND)


@pytest.fixture
def bare(lab: Lab, demo: DemoRun, undisturbed: str) -> Iterator[Lab]:
    """The same server before its first stage."""
    lab.down([SERVER])
    lab.up([SERVER, "lab-pusat"])
    admit(lab, SERVER, demo.inventory)
    yield lab
    lab.down([SERVER])


def copied(demo: DemoRun, folder: Path) -> Path:
    """An inventory of the disturbed server's own: its new keys must not replace those that the demo's server has."""
    if not folder.exists():
        shutil.copytree(demo.inventory.parent, folder, symlinks=True)
    return folder / demo.inventory.name


def judged(lab: Lab, inventory: Path, undisturbed: str) -> None:
    """After the kills: one apply comes to its end, nothing is left to do or red, and all is as if undisturbed."""
    last = applied(inventory, never)[-1]
    assert last["event"] == "end"
    assert [one for one in last["results"] if one["status"] != "ok"] == []
    assert last["remains"]["empty"], last["remains"]
    lab.run(SERVER, "systemctl start backbone-sync.service backbone-backup-full.service", timeout=900)
    findings = examine(load(inventory, SERVER)).findings
    assert {one.control: one.observed.text() for one in findings if one.open} == {}
    assert portrait.differences(undisturbed, lab.run(SERVER, portrait.COMMAND).stdout) == ""


def address_of(lab: Lab) -> str:
    """The server's address on the network on which the controller stands."""
    return str(next(one["addresses"]["internal"] for one in lab.listing() if one["name"] == SERVER))


def network_card(lab: Lab) -> str:
    """This machine's end of the server's line."""
    number = address_of(lab).rpartition(".")[2]
    return next(link for link in network.links(lab.networks.slot) if link.endswith(f"-i{number}"))


def restart(lab: Lab) -> None:
    """The server's processes end without a warning, and it starts again: as after a power cut, but for the disk."""
    lab.run(SERVER, "systemctl reboot --force --force", check=False, timeout=20)


def cut(lab: Lab) -> None:
    """Nothing goes between the controller and the server any more."""
    subprocess.run(["ip", "link", "set", network_card(lab), "down"], check=True)


def mend(lab: Lab) -> None:
    """The line holds again, and the server has started."""
    subprocess.run(["ip", "link", "set", network_card(lab), "up"], check=True)
    lab.machine(SERVER).wait_for_ssh(address_of(lab), 60)
    lab.run(SERVER, "systemctl is-system-running --wait", check=False)


def test_disturbed_at_random_tasks_the_next_apply_goes_on(
    bare: Lab, demo: DemoRun, undisturbed: str, tmp_path: Path
) -> None:
    inventory = copied(demo, tmp_path / "inventory")
    seed = int(os.environ.get("BACKBONE_SEED") or random.randrange(1 << 32))
    print(f"BACKBONE_SEED={seed}")
    draw = random.Random(seed)
    disturbances: list[tuple[str, Disturb]] = [
        ("killed", kill),
        ("server restarted", lambda _controller: restart(bare)),
        ("network cut", lambda _controller: cut(bare)),
    ]
    draw.shuffle(disturbances)
    wishes: list[str] = []
    for name, disturb in disturbances:
        left = draw.randrange(1, REACH)

        def stop(event: dict[str, Any]) -> bool:
            nonlocal left
            left -= is_task(event)
            return left == 0

        events = applied(inventory, stop, disturb, *wishes)
        tasks = [event for event in events if is_task(event)]
        print(name, "at task", len(tasks), [tasks[-1][word] for word in ("stage", "task")], events[-1]["event"])
        assert left <= 0
        assert name != "killed" or events[-1]["event"] != "end"
        mend(bare)
        if events[-1]["event"] == "end" and events[-1]["remains"]["empty"]:
            wishes = ["--full"]  # it went through all the same: what comes next needs something to disturb
    judged(bare, inventory, undisturbed)


@pytest.mark.slow
def test_killed_after_each_task_of_the_whole_run(bare: Lab, demo: DemoRun, undisturbed: str) -> None:
    """Some five hundred applies; interrupted, it goes on from the last stage that was through."""
    folder = paths.state_dir() / "crash" / bare.name
    book = folder / "done.json"
    folder.mkdir(parents=True, exist_ok=True)
    if not book.exists():
        shutil.rmtree(folder / "inventory", ignore_errors=True)
    inventory = copied(demo, folder / "inventory")
    ladder, stack = Ladder({}), list[Path]()
    if book.exists():
        kept = json.loads(book.read_text())
        ladder.done = kept["done"]
        stack = [Path(layer) for layer in kept["layers"]]
        bare.down([SERVER])
        bare.up([SERVER, "lab-pusat"], layers={SERVER: stack})
    stage = ""
    while True:
        ladder.begin()
        events = applied(inventory, ladder)
        if events[-1]["event"] == "end":
            break
        now = events[-1]["stage"]
        print("killed at", now, ladder.done[now], events[-1].get("task"), flush=True)
        if stage and now != stage:
            stack.insert(0, folder / f"before-{now}")
            bare.freeze(SERVER, stack[0])
            book.write_text(json.dumps({"done": ladder.done, "layers": [str(layer) for layer in stack]}))
            bare.up([SERVER, "lab-pusat"], layers={SERVER: stack})
        stage = now
    (folder / "kills.json").write_text(json.dumps(ladder.done, indent=1))
    judged(bare, inventory, undisturbed)
    book.unlink(missing_ok=True)
