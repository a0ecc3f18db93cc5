"""What stands in apt's way: lists that another program holds are waited for, an installation cut off is finished."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from provision.onboard.enroll import administrator_script
from provision.paths import playbooks_dir, roles_dir

WAIT = roles_dir() / "stage" / "files" / "ready_for_apt.py"
LISTS = roles_dir() / "stage" / "tasks" / "lists.yml"
HELD = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)"
HOLD = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True)"


class Apt:
    """A PATH with an apt-get whose lists are held for so many tries, and a sleep that takes no time."""

    def __init__(self, root: Path, held: int, message: str = HELD) -> None:
        self.log = root / "log"
        self.bin = root / "bin"
        self.bin.mkdir()
        (root / "held").write_text(str(held))
        self.program(
            "apt-get",
            f'echo "$*" >>{self.log}\ncase "$*" in *update*)\nread n <{root}/held\n'
            f"if [ $n -gt 0 ]; then echo $((n - 1)) >{root}/held; echo '{message}' >&2; exit 100; fi\n"
            f": >{root}/lists;;\n*) [ -e {root}/lists ] || exit 100;; esac",
        )
        self.program("sleep", f'echo "sleep $*" >>{self.log}')
        for tool in ("seq", "printf"):
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)

    def program(self, name: str, body: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["/bin/sh", "-c", script], env={"PATH": str(self.bin)}, capture_output=True, text=True)

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


def bootstrap() -> str:
    """What site.yml runs on a server without Python."""
    [task] = YAML(typ="safe").load(playbooks_dir() / "site.yml")[0]["tasks"]
    return str(task["ansible.builtin.raw"])


def first_contact() -> str:
    """The part of enroll's script that installs what is missing."""
    return administrator_script("sri", "ssh-ed25519 AAAA sri").split("\nid -u")[0]


SCRIPTS = pytest.mark.parametrize("script", [bootstrap(), first_contact()], ids=["bootstrap", "enroll"])


@SCRIPTS
def test_lists_that_are_held_for_a_while_are_waited_for(script: str, tmp_path: Path) -> None:
    apt = Apt(tmp_path, held=7)
    done = apt.run(script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert apt.calls.count("sleep 10") == 7
    assert "install" in apt.calls[-1]


@SCRIPTS
def test_after_ten_minutes_it_is_told_who_holds_them(script: str, tmp_path: Path) -> None:
    apt = Apt(tmp_path, held=1000)
    done = apt.run(script)
    assert done.returncode != 0
    assert 590 <= 10 * apt.calls.count("sleep 10") <= 600
    assert "held by process 812 (apt-get)" in done.stdout + done.stderr


@SCRIPTS
def test_other_faults_are_told_at_once(script: str, tmp_path: Path) -> None:
    apt = Apt(tmp_path, held=1000, message="E: The repository has no Release file.")
    done = apt.run(script)
    assert done.returncode != 0
    assert "sleep 10" not in apt.calls
    assert "no Release file" in done.stdout + done.stderr


def test_a_stage_waits_for_the_lists_and_names_who_holds_them(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    wait = [sys.executable, str(WAIT)]
    assert subprocess.run([*wait, "5", str(lock)], check=False).returncode == 0  # nobody has made one yet
    command = [sys.executable, "-c", HOLD + "; time.sleep(float(sys.argv[2]))", str(lock)]
    with subprocess.Popen([*command, "60"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        told = subprocess.run([*wait, "0.1", str(lock)], capture_output=True, text=True)
        holder.kill()
    assert told.returncode == 1
    assert f"process {holder.pid}" in told.stderr
    with subprocess.Popen([*command, "2"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        begun = time.monotonic()
        assert subprocess.run([*wait, "60", str(lock)], check=False).returncode == 0
    assert 1 < time.monotonic() - begun < 30


class Dpkg:
    """A journal that an ended dpkg left, and a dpkg that finds its lock held so many times before it configures."""

    def __init__(self, root: Path, held: int = 0, fault: str = "") -> None:
        self.journal, self.log, self.bin = root / "updates", root / "log", root / "bin"
        self.journal.mkdir()
        self.bin.mkdir()
        (root / "held").write_text(str(held))
        busy = "dpkg: error: dpkg frontend lock was locked by another process with pid 812"
        ends = f"echo '{fault}' >&2; exit 1" if fault else f"rm {self.journal}/0*"
        (self.bin / "dpkg").write_text(
            f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >>{self.log}\nread n <{root}/held\n'
            f"if [ $n -gt 0 ]; then echo $((n - 1)) >{root}/held; echo '{busy}' >&2; exit 2; fi\n{ends}\n"
        )
        (self.bin / "dpkg").chmod(0o755)

    def run(self, seconds: str = "60") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"}
        command = [sys.executable, str(WAIT), seconds, str(self.log.with_name("lock")), str(self.journal)]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


CONFIGURE = "noninteractive --force-confdef --force-confold --configure -a"


def test_an_installation_that_was_cut_off_is_finished_first(tmp_path: Path) -> None:
    dpkg = Dpkg(tmp_path)
    (dpkg.journal / "tmp.i").write_text("what dpkg prepares is no journal yet")
    done = dpkg.run()
    assert (done.returncode, done.stdout, dpkg.calls) == (0, "", [])
    (dpkg.journal / "0001").write_text("Package: x\n")
    done = dpkg.run()
    assert (done.returncode, dpkg.calls) == (0, [CONFIGURE])
    assert "finished" in done.stdout
    changed = [task["changed_when"] for task in YAML(typ="safe").load(LISTS) if "ansible.builtin.script" in task]
    assert changed == ["'finished' in __stage_ready.stdout | default('')"]


def test_a_dpkg_that_is_at_work_is_waited_for(tmp_path: Path) -> None:
    dpkg = Dpkg(tmp_path, held=1)
    (dpkg.journal / "0001").touch()
    assert dpkg.run().returncode == 0
    assert dpkg.calls == [CONFIGURE] * 2


def test_an_installation_that_cannot_be_finished_is_explained(tmp_path: Path) -> None:
    dpkg = Dpkg(tmp_path, fault="installed x package post-installation script returned error exit status 1")
    (dpkg.journal / "0001").touch()
    done = dpkg.run()
    assert done.returncode == 1
    assert len(dpkg.calls) == 1
    assert "an installation was cut off" in done.stderr
    assert "post-installation script returned error" in done.stderr


def test_a_dpkg_that_does_not_end_is_named(tmp_path: Path) -> None:
    dpkg = Dpkg(tmp_path, held=1000)
    (dpkg.journal / "0001").touch()
    done = dpkg.run("0")
    assert done.returncode == 1
    assert "process with pid 812" in done.stderr


def test_no_role_fetches_the_lists_without_waiting() -> None:
    fetching = {
        str(file.relative_to(roles_dir()))
        for file in roles_dir().glob("*/tasks/*.yml")
        if "update_cache" in file.read_text() or "apt-get" in file.read_text()
    }
    assert fetching == {"stage/tasks/lists.yml"}
