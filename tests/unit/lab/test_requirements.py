"""A machine that cannot hold a lab is told what it lacks and how to get it, and nothing is made on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from provision import debian
from provision.errors import BackboneError
from provision.exits import Exit
from provision.lab import lab, requirements

HERE = {*requirements.COMMANDS, "apt-get"}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Makes this machine another: who asks, which commands it has, whether /proc/sys is read-only."""

    def become(*, user: int = 0, commands: set[str] = HERE, locked: bool = False) -> None:
        keyring = tmp_path / "keyring.gpg"
        keyring.touch()
        flags = SimpleNamespace(f_flag=os.ST_RDONLY if locked else 0)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in commands else None)
        monkeypatch.setattr(requirements, "FILES", {str(keyring): "debian-archive-keyring"})
        monkeypatch.setattr(os, "statvfs", lambda _tree: flags)
        monkeypatch.setattr(requirements, "_writable_below", lambda _tree: not locked)
        monkeypatch.setattr(requirements, "_run", lambda *_command: 0)

    return become


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands of apt that would run; none does."""
    commands: list[list[str]] = []

    def run(command: list[str], **_more: Any) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(debian, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(debian.subprocess, "run", run)
    return commands


def test_a_machine_that_has_all_is_taken_as_it_is(machine: Callable[..., None], ran: list[list[str]]) -> None:
    machine()
    requirements.ensure()
    assert ran == []


def test_without_root_the_lab_says_how_to_get_it_and_makes_nothing(
    machine: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine(user=1000)
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path))
    monkeypatch.setattr(lab, "_machine_dir", lambda: tmp_path)
    instance = lab.Lab.named("any")
    with pytest.raises(BackboneError, match="needs root") as refused:
        instance.up(["lab-kab"])
    assert "sudo" in refused.value.repair
    assert list(instance.folder.iterdir()) == []


def test_packages_that_lack_are_installed_where_apt_may(machine: Callable[..., None], ran: list[list[str]]) -> None:
    machine(commands=HERE - {"systemd-nspawn", "ssh", "ssh-keygen"})
    requirements.ensure()
    assert [command[4] for command in ran] == ["update", "install"]
    assert ran[1][-2:] == ["openssh-client", "systemd-container"]


@pytest.mark.parametrize(
    ("user", "commands", "repair"),
    [
        (1000, {"apt-get"}, r"sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends mmdebstrap'"),
        (0, set[str](), "this system's package manager"),
    ],
    ids=["not root", "no apt"],
)
def test_where_apt_may_not_be_used_the_packages_are_named(
    machine: Callable[..., None], ran: list[list[str]], user: int, commands: set[str], repair: str
) -> None:
    machine(user=user, commands=commands)
    with pytest.raises(BackboneError, match="are needed: mmdebstrap") as refused:
        debian.install(["mmdebstrap"])
    assert repair in refused.value.repair
    assert refused.value.exit_status == Exit.UNREACHED
    assert ran == []


def test_in_a_container_it_says_what_is_in_the_way(machine: Callable[..., None]) -> None:
    machine(locked=True)
    with pytest.raises(BackboneError, match="/proc/sys is read-only") as refused:
        requirements.ensure()
    assert "virtual machine" in refused.value.repair
