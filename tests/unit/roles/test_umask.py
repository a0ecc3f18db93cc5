"""Hardened servers give new files a umask of 077: what a stage makes for others to read must not inherit it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from provision.paths import roles_dir
from tests.unit.roles.taskbook import named, rendered, tasks

pytestmark = pytest.mark.needs_ansible

yaml = YAML(typ="safe")


def argv(name: str, place: Path) -> list[str]:
    """The words of one command of the sync release."""
    task = named("sync", "release", name)
    known = {"__sync_place": str(place), "__sync_readable": variables("sync")["__sync_readable"]}
    for variable, value in task.get("vars", {}).items():
        known[variable] = [rendered(one, **known) for one in value]
    return [str(one) for one in rendered(task["ansible.builtin.command"]["argv"], **known)]


def variables(role: str) -> dict[str, Any]:
    return dict(yaml.load(roles_dir() / role / "vars" / "main.yml"))


def test_the_services_release_can_be_read_by_its_user(tmp_path: Path) -> None:
    make = [
        sys.executable if word == "/usr/bin/python3" else word
        for word in argv("Make the virtual environment", tmp_path)
    ]
    make.insert(-1, "--without-pip")
    former = os.umask(0o077)
    try:
        subprocess.run(make, check=True)
    finally:
        os.umask(former)
    made = [path for path in (tmp_path / "venv").rglob("*") if not path.is_symlink()]
    assert len(made) > 3
    assert not [path for path in made if not path.stat().st_mode & 0o004]


def test_pip_installs_under_the_same_umask(tmp_path: Path) -> None:
    install = argv("Install the service from the wheels alone", tmp_path)
    shell, script = (
        install[:4],
        [word if word != str(tmp_path / "venv/bin/python") else "/bin/sh" for word in install[4:5]],
    )
    told = subprocess.run(
        ["/bin/sh", "-c", 'umask 077; exec "$@"', "sh", *shell, *script, "-c", "umask"], capture_output=True
    )
    assert told.stdout.strip() == b"0022"
    assert install[5:8] == ["-m", "pip", "install"]


MAKERS = ("'venv'", "'pip'", "__postgresql_create ", "__tls_trust_command", "update-ca-certificates")


def test_no_other_command_makes_files_for_others_under_a_foreign_umask() -> None:
    seen = set()
    for role in sorted(path.name for path in roles_dir().iterdir()):
        for file in sorted((roles_dir() / role / "tasks").glob("*.yml")):
            for task in tasks(role, file.stem):
                words = str(task.get("ansible.builtin.command", "")) + str(task.get("ansible.builtin.shell", ""))
                words += str(task.get("vars", "")) if "argv" in words else ""
                if made := [maker for maker in MAKERS if maker in words]:
                    seen.update(made)
                    assert "umask 022" in words or "__sync_readable" in words, f"{role}/{file.name}: {task['name']}"
                assert "ansible.builtin.pip" not in task, file
                assert "ansible.builtin.git" not in task, file
    assert seen == set(MAKERS)
