"""The demo on a spare server, over a real sshd and sudo: all but the lab itself, which needs a whole machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from provision.errors import UsageError
from provision.lab.elsewhere import Elsewhere
from provision.lab.lab import Lab

SERVER = "lab-kab"
DEMO = """#!/bin/sh
trap 'touch "$3/ended"; exit 143' TERM
mkdir -p "$3"; echo "as $(id -un)"; echo '{"ok": true}' > "$3/summary.json"
i=0; while [ -e wait ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done
"""


@pytest.fixture(scope="module")
def spare(lab: Lab) -> Iterator[Elsewhere]:
    lab.down([SERVER])
    lab.up([SERVER])
    made = Elsewhere(f"backbone@{SERVER}", lab.ssh_config)
    yield made
    made.close()
    lab.down([SERVER])


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "backbone").write_text(DEMO)
    (tmp_path / "backbone").chmod(0o755)
    return tmp_path


def _left(lab: Lab) -> str:
    return lab.run(SERVER, "find /var/tmp -name 'backbone-demo*'; pgrep -fa '[b]ackbone demo' || true").stdout


def test_copied_run_as_root_brought_back_and_removed(lab: Lab, spare: Elsewhere, clone: Path, tmp_path: Path) -> None:
    # A host of the lab is a container on a machine that may be smaller than the demo wants; the way there holds.
    with suppress(UsageError):
        spare.look()
    spare.copy(clone)
    lines: list[str] = []
    assert spare.run(lines.append) == 0
    assert lines == ["as root"]
    assert spare.fetch(tmp_path / "out") == ["summary.json"]
    spare.clean()
    assert _left(lab) == ""


def test_when_the_connection_goes_the_demo_ends(lab: Lab, spare: Elsewhere, clone: Path) -> None:
    (clone / "wait").touch()
    spare.copy(clone)

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spare.run(interrupt)
    assert lab.run(SERVER, f"ls {spare.folder}/hasil").stdout.split() == ["ended", "summary.json"]
    spare.clean()
    assert _left(lab) == ""
