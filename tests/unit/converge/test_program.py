"""The program that servers run: closed over what it imports, and without the rooms that need Ansible."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from provision import paths
from provision.converge import program
from provision.converge.wheelhouse import PYTHONS, WINDOWS, WINDOWS_PYTHON, platform_words

# pytest and pluggy are testinfra's, for its plugin alone; checks run without it.
NOT_IMPORTED = {"pytest"}


@pytest.mark.parametrize("python", PYTHONS)
def test_each_python_gets_each_package_once_with_hashes(python: str) -> None:
    lines = list(program.needed(paths.controller_lock(), python))
    names = [line.split("==")[0].split("[")[0].lower() for line in lines]
    assert len(set(names)) == len(names)
    assert {"pydantic", "psutil", "pytest-testinfra", "cryptography", "securesystemslib"} <= set(names)
    assert not {"ansible", "ansible-core", "pyinfra", "paramiko", "gevent", "typer"} & set(names)
    assert all("--hash=sha256:" in line for line in lines)


def test_windows_gets_the_same_and_a_list_of_time_zones() -> None:
    def names(*where: str) -> set[str]:
        return {line.split("==")[0] for line in program.needed(paths.controller_lock(), *where)}

    assert names(WINDOWS_PYTHON, WINDOWS) - names(WINDOWS_PYTHON) == {"tzdata"}
    assert names(WINDOWS_PYTHON) <= names(WINDOWS_PYTHON, WINDOWS)
    assert platform_words(WINDOWS_PYTHON, WINDOWS)[-1] == "--platform=win_amd64"
    assert not [word for word in platform_words(WINDOWS_PYTHON, WINDOWS) if "manylinux" in word]


def test_what_is_needed_is_closed() -> None:
    for name in program.NEEDED:
        try:
            requires = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            # Only where ruamel.yaml asks for it; only on Windows.
            assert name in {"ruamel-yaml-clib", "tzdata"}, name
            continue
        for line in requires:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed = requirement.name.lower().replace("_", "-").replace(".", "-")
                assert needed in program.NEEDED or needed in NOT_IMPORTED, f"{name} needs {needed}"


def test_it_starts_from_its_own_files_and_these_packages_alone(tmp_path: Path) -> None:
    for inside, path in program.sources():
        target = tmp_path / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    asked = """
import sys
blocked = ("ansible", "pyinfra", "paramiko", "gevent", "typer", "rich", "pytest", "_pytest", "provision.cli",
           "provision.converge", "provision.onboard", "provision.lab", "provision.operate")
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in blocked:
            raise ImportError("not on a server: " + name)
sys.meta_path.insert(0, Refuse())
import provision.selfaudit.__main__ as command
assert command.__file__.startswith(sys.argv[1]), command.__file__
from provision.audit import compare, record
from provision.audit.run import examine
from provision.report import keys, model, outputs
from provision.selfaudit import identity, keep, push, subject
from provision.audit import catalogue
from checks.measure import all_checks
assert len(catalogue.load().controls) == len(all_checks()) > 90
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", asked, str(tmp_path)],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_a_release_is_known_by_its_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = program.release_id()
    assert program.release_id() == before
    other = tmp_path / "other.py"
    other.write_text("# changed\n")
    (inside, _path), *rest = program.sources()
    monkeypatch.setattr(program, "sources", lambda: ((inside, other), *rest))
    assert program.release_id() != before
