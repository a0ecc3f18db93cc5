"""The demo on a spare server: what will not do is said at once; what is copied holds no secret; nothing stays behind.

ssh is stood in for by a script that runs its command here; tests/bare/test_demo_elsewhere.py goes over a real sshd.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from provision import paths
from provision.errors import BackboneError, UsageError
from provision.lab.elsewhere import Elsewhere, facts, judge, pack

GOOD = "system=debian 12\nuid=0\nsudo=no\nmemory=8012345\ncores=4\ndisk=99999999\ninit=systemd\n"
SSH = """#!/bin/sh
# Options and the host are skipped; the last word is the command.
for last; do :; done
case "$*" in *"-O exit"*) exit 0;; esac
exec sh -c "$last"
"""
DEMO = """#!/bin/sh
out=$3
mkdir -p "$out"
trap 'echo told to end; touch "$out/ended"; exit 143' TERM
echo "language $BACKBONE_LANG, cache $XDG_CACHE_HOME"
echo '{"ok": true}' > "$out/summary.json"
if [ -e wait ]; then i=0; while [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; fi
echo done
exit 1
"""


def test_a_machine_that_will_do() -> None:
    assert judge(facts(GOOD)) == []
    assert judge(facts(GOOD.replace("uid=0", "uid=1000").replace("sudo=no", "sudo=yes"))) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("debian 12", "rhel 9.4"), "runs rhel 9.4"),
        (("system=debian 12", "kernel=Darwin"), "Debian or Ubuntu"),
        (("init=systemd", "init=bash"), "systemd"),
        (("uid=0", "uid=1000"), "sudo without a password"),
        (("memory=8012345", "memory=4012345"), "3.8 GiB of memory; 7 are needed"),
        (("disk=99999999", "disk=999999"), "GiB free"),
        (("cores=4", "cores=1"), "1 processor cores; 2"),
    ],
)
def test_a_machine_that_will_not_do_says_why(change: tuple[str, str], reason: str) -> None:
    [told] = judge(facts(GOOD.replace(*change)))
    assert reason in told


def test_all_reasons_at_once() -> None:
    assert len(judge({})) == 6


def test_the_copy_is_what_git_keeps() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(paths.inventories_dir().parent))) as archive:
        names = set(archive.getnames())
    assert {"backbone", "pyproject.toml", "requirements/controller.txt", "roles/base/tasks/linux.yml"} <= names
    assert not any(name.startswith((".venv", ".git/", ".cache")) for name in names)


def test_without_git_secrets_stay_here(tmp_path: Path) -> None:
    for name in ("backbone", "semarang/hosts.yml", "semarang/.vault-password", "roles/a.yml", ".venv/x", "a.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    with tarfile.open(fileobj=io.BytesIO(pack(tmp_path))) as archive:
        assert sorted(archive.getnames()) == ["backbone", "roles/a.yml"]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a demo of three lines, and an ssh that runs its command here."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("ssh", SSH), ("sudo", '#!/bin/sh\nshift\nexec "$@"\n')):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    folder = tmp_path / "clone"
    (folder / "requirements").mkdir(parents=True)
    (folder / "requirements/controller.txt").write_text("\n")
    (folder / "backbone").write_text(DEMO)
    (folder / "backbone").chmod(0o755)
    return folder


def test_the_whole_way_and_nothing_stays(clone: Path, tmp_path: Path) -> None:
    spare = Elsewhere("somebody@spare.example")
    spare.copy(clone)
    there = Path(spare.folder)
    assert there.is_dir()
    lines: list[str] = []
    assert spare.run(lines.append) == 1
    assert lines[-1] == "done"
    assert str(there) in lines[0]
    assert spare.fetch(tmp_path / "out") == ["summary.json"]
    assert (tmp_path / "out/summary.json").read_text() == '{"ok": true}\n'
    spare.clean()
    spare.close()
    assert not there.exists()


def test_an_interrupted_demo_is_ended_there(clone: Path) -> None:
    (clone / "wait").touch()
    spare = Elsewhere("somebody@spare.example")
    spare.copy(clone)

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spare.run(interrupt)
    ended = Path(spare.folder) / "hasil/ended"
    for _ in range(100):
        if ended.exists():
            break
        threading.Event().wait(0.1)
    assert ended.exists()
    spare.clean()


def test_what_is_no_host_and_what_is_no_clone(tmp_path: Path) -> None:
    for host in ("-oProxyCommand=x", "a b", ""):
        with pytest.raises(UsageError):
            Elsewhere(host)
    with pytest.raises(UsageError, match="clone"):
        Elsewhere("spare.example").copy(tmp_path)


def test_a_host_that_is_not_there_is_said_so() -> None:
    with pytest.raises(BackboneError, match="cannot be reached") as told:
        Elsewhere("ssh://nobody@127.0.0.1:1").look()
    assert (int(told.value.exit_status), "ssh ssh://nobody@127.0.0.1:1" in told.value.repair) == (3, True)


def test_keep_and_on_are_refused_together() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "demo", "--on", "a@b", "--keep"],
        capture_output=True, text=True, check=False, env=os.environ | {"BACKBONE_LANG": "en"},
        cwd=paths.inventories_dir().parent,
    )  # fmt: skip
    assert (done.returncode, "do not go together" in done.stderr) == (2, True)
