"""`./backbone` on machines whose own Python does not serve: what it installs, and what it says where it cannot.

apt, the Pythons and the user are stand-ins that write down what was asked of them; the script is the real one.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from provision import paths

CLONE = paths.inventories_dir().parent
TOOLS = ("sh", "readlink", "dirname", "sha256sum", "cut", "grep", "sed", "mkdir", "rm", "cat", "flock", "chmod")
# As far as the script asks: whether it serves; then it is told to make the venv, which ends this.
PYTHON = '#!/bin/sh\ncase "$1" in -c) exit {serves} ;; -V) echo Python ;; *) echo "$0 $*" >>"$ASKED"; exit 7 ;; esac\n'
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$ASKED"
for word in "$@"; do
    case "$word" in python3*-venv) cat "$BIN/served" >"$BIN/${word%-venv}"; chmod +x "$BIN/${word%-venv}" ;; esac
done
"""
# The name is matched from its beginning, as apt does.
APT_CACHE = """#!/bin/sh
case "$1" in
policy) printf 'python3:\\n  Installed: (none)\\n  Candidate: %s\\n' "$OWN" ;;
pkgnames) for name in $KNOWN; do case "$name" in "$2"*) echo "$name" ;; esac; done ;;
esac
"""


class Machine:
    """A machine in a folder; `asked` is what its apt and its Pythons were told to do."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.clone = folder / "clone"
        self.asked = folder / "asked"
        self.bin.mkdir()
        (self.clone / "requirements").mkdir(parents=True)
        shutil.copy(CLONE / "backbone", self.clone)
        (self.clone / "requirements" / "controller.txt").write_text("")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        self.put("served", PYTHON.format(serves=0))

    def put(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def start(self, own: str = "", known: str = "", user: int = 0) -> tuple[int, list[str], str]:
        """Exit status, what was asked, standard error. `own`: the version of apt's python3; "": there is no apt."""
        self.put("id", f"#!/bin/sh\necho {user}\n")
        if own:
            self.put("apt-get", APT_GET)
            self.put("apt-cache", APT_CACHE)
        there = {"PATH": str(self.bin), "BIN": str(self.bin), "ASKED": str(self.asked), "HOME": str(self.bin)}
        done = subprocess.run(
            [str(self.bin / "sh"), str(self.clone / "backbone"), "--help"],
            env=there | {"OWN": own, "KNOWN": known, "BACKBONE_LANG": "en"},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        asked = self.asked.read_text().splitlines() if self.asked.exists() else []
        return done.returncode, [one.replace(f"{self.bin}/", "") for one in asked], done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("own", "known", "installed"),
    [
        pytest.param("3.11.2-1+b1", "python3.11-venv", "python3", id="Debian 12"),
        pytest.param("3.13.5-1", "python3.13-venv", "python3", id="Debian 13"),
        pytest.param("3.12.3-0ubuntu2", "python3.12-venv python3.12", "python3", id="Ubuntu 24.04"),
        pytest.param("3.10.6-1~22.04.1", "python3.10-venv python3.11-venv", "python3.11", id="Ubuntu 22.04"),
        pytest.param("3.14.3-0ubuntu1", "python3.14-venv python3.13-venv-x python3.13-venv", "python3.13", id="newer"),
    ],
)
def test_what_apt_knows_is_installed_and_used(machine: Machine, own: str, known: str, installed: str) -> None:
    machine.put("python3", PYTHON.format(serves=1))
    _status, asked, said = machine.start(own, known)
    venv = machine.clone / ".venv"
    assert asked[1:] == [f"apt-get install -y {installed} {installed}-venv", f"{installed} -m venv {venv}"], said
    assert asked[0].startswith("apt-get update")


@pytest.mark.parametrize(("own", "known"), [("3.9.2-3", "python3.9-venv"), ("3.14.3-0", "python3.13-venv-x"), ("", "")])
def test_where_apt_knows_none_the_variable_is_named(machine: Machine, own: str, known: str) -> None:
    machine.put("python3", PYTHON.format(serves=1))
    status, asked, said = machine.start(own, known)
    assert (status, [one for one in asked if "update" not in one]) == (3, [])
    assert "BACKBONE_PYTHON=/path/to/python3.13" in said
    assert "apt-get" not in said


def test_who_is_not_root_is_told_what_to_install(machine: Machine) -> None:
    status, asked, said = machine.start("3.10.6-1", "python3.11-venv", user=1000)
    assert (status, asked) == (3, [])
    assert "sudo sh -c 'apt-get update && apt-get install -y python3.11 python3.11-venv'" in said


def test_a_python_that_serves_is_taken_and_nothing_installed(machine: Machine) -> None:
    machine.put("python3", PYTHON.format(serves=1))
    machine.put("python3.12", PYTHON.format(serves=0))
    _status, asked, _said = machine.start("3.14.3-0", "python3.13-venv")
    assert asked == [f"python3.12 -m venv {machine.clone / '.venv'}"]
