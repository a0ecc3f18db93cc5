"""A Linux server of an inventory, its stand-in, and the product's own check mode of its stages against it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from provision import paths
from provision.converge.book import default_book
from provision.converge.places import DRILL_DIR
from provision.converge.program import pythons_of
from provision.converge.progress import Result
from provision.converge.run import Setting
from tests.support.linux.host import fresh, several
from tests.support.linux.systems import SYSTEMS
from tests.support.standin import frame
from tests.support.standin.frame import authored, driven


class Server:
    """One server's stand-in: its state, and what its record says that its stages would do."""

    def __init__(self, file: Path, system: str, *, converged: bool) -> None:
        self.file = file
        self.system = SYSTEMS[system]
        self.file.write_text(json.dumps(fresh(system, converged=converged)))

    @property
    def record(self) -> list[dict[str, Any]]:
        """Every call of a module, in order."""
        record: list[dict[str, Any]] = json.loads(self.file.read_text())["record"]
        return record

    def calls(self, name: str) -> list[Mapping[str, Any]]:
        """The arguments of every call of a module."""
        return [one["arguments"] for one in self.record if one["call"] == name]

    @property
    def packages(self) -> set[str]:
        """The packages that were asked for."""
        asked = [one.get("argv") or [""] for one in self.calls("ansible.builtin.command")]
        return {word for words in asked if words[0] in ("dpkg-query", "rpm") for word in words[4:]}

    @property
    def files(self) -> dict[str, str]:
        """The files that would be written, with their text."""
        return {
            path: file.get("content") or ""
            for given in self.calls("backbone_files")
            for file in given["files"]
            for path in several(file["path"])
        }

    @property
    def units(self) -> set[str]:
        """The units that would be kept running."""
        return {
            unit["name"]
            for given in self.calls("backbone_units")
            for unit in given["units"]
            if unit.get("state", "running") == "running"
        }


class World:
    """Several servers; `check` drives their stages as `backbone plan --diff` does."""

    def __init__(self, folder: Path, systems: Mapping[str, tuple[str, bool]]) -> None:
        """`systems`: server -> its system, and whether its packages and files are there already."""
        (folder / "linux").mkdir(parents=True)
        self.servers = {
            name: Server(folder / "linux" / f"{name}.json", system, converged=converged)
            for name, (system, converged) in systems.items()
        }
        self.inventory = folder / "inventory" / "hosts.yml"
        self.variables = variables(self.inventory.parent)
        self.places = {name: places(folder / name, one.system.python) for name, one in self.servers.items()}

    def check(self, stages: Sequence[str], **further: Any) -> dict[str, dict[str, Result]]:
        """Run stages in check mode, all servers at once: {server: {stage: result}}; `further` adds to the inventory."""
        hosts = {name: {**self.variables, **further} for name in self.servers}
        self.inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
        setting = Setting(self.inventory, default_book(), self.places, check=True)
        return driven(dict.fromkeys(self.servers, stages), setting)


def variables(folder: Path) -> dict[str, Any]:
    """A server's inventory as an author writes it; its authority lies beside it."""
    return {**authored(folder), "ansible_user": "root", "backbone_secret_sync_client_id": "33.74"}


def places(folder: Path, python: str) -> dict[str, str]:
    """The controller's places, with what the roles look for in them and nothing else."""
    folder.mkdir(parents=True)
    (folder / "release").write_text("0.1.0-test\n")
    (folder / f"{python}.tar").write_bytes(b"")
    # The program that audits a server from within is not put together for every Python.
    for one in pythons_of(["ubuntu 24.04"]):
        (folder / f"{one}.tar.gz").write_bytes(b"")
    return {
        "controller_wheelhouse_dir": str(folder),
        "controller_audit_program_dir": str(folder),
        "controller_drill_dir": str(DRILL_DIR),
    }


def simulated(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let Ansible find the stand-in's connection, its servers' states, and the modules of our roles."""
    frame.simulated(monkeypatch, folder, "linux")
    monkeypatch.setenv("ANSIBLE_LIBRARY", ":".join(str(one) for one in sorted(paths.roles_dir().glob("*/library"))))
