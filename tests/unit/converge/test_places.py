"""What the controller hands to roles of its own: the program by which a server drills itself."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ruamel.yaml import YAML

from provision.converge import places, program
from provision.converge.book import default_book
from provision.converge.wheelhouse import pythons_of
from provision.operate.drill import SENT
from provision.paths import roles_dir


def test_the_program_is_handed_to_servers_whose_backup_stage_runs_and_to_no_other() -> None:
    fleet: Any = SimpleNamespace(servers=())
    plan: Any = SimpleNamespace(
        servers=[SimpleNamespace(server="a", names=["backup"]), SimpleNamespace(server="b", names=["base"])]
    )
    fleet.servers = [
        SimpleNamespace(
            name=one,
            settings=SimpleNamespace(sync_source="bundled", sync_store=None),
            connection=SimpleNamespace(kind="ssh"),
        )
        for one in "ab"
    ]
    assert places.of(cast(Any, fleet), plan) == {"a": {"controller_drill_dir": str(places.DRILL_DIR)}}


def test_a_windows_server_gets_the_audit_s_program_for_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def build(pythons: tuple[str, ...], *, machine: str = "x86_64") -> str:
        asked.append((*pythons, machine))
        return f"/cache/{machine}"

    monkeypatch.setattr(places.program, "build", build)
    fleet: Any = SimpleNamespace(
        servers=[
            SimpleNamespace(
                name=kind,
                settings=SimpleNamespace(sync_source="bundled", sync_store=None),
                connection=SimpleNamespace(kind=kind),
            )
            for kind in ("ssh", "psrp")
        ]
    )
    plan: Any = SimpleNamespace(servers=[SimpleNamespace(server=kind, names=["audit"]) for kind in ("ssh", "psrp")])
    assert places.of(cast(Any, fleet), plan) == {
        "ssh": {"controller_audit_program_dir": "/cache/x86_64"},
        "psrp": {"controller_audit_program_dir": "/cache/win_amd64"},
    }
    assert sorted(asked) == [("3.11", "3.13", "x86_64"), ("3.13", "win_amd64")]


def test_another_program_is_another_input() -> None:
    told = places.contents(default_book())["backup"]["drill"]
    assert re.fullmatch(r"[0-9a-f]{64}", told)
    assert told == places.contents(default_book())["backup"]["drill"]


def test_the_role_lays_down_every_module_that_a_controller_would_send() -> None:
    listed = YAML(typ="safe").load(roles_dir() / "backup" / "vars" / "debian.yml")["__backup_drill_modules"]
    assert {f"remote/{name}" for name in SENT} == {name for name in listed if name.startswith("remote/")}
    for name in listed:
        assert (places.DRILL_DIR / name).is_file()


def test_wheels_come_for_the_pythons_of_the_systems_that_were_seen() -> None:
    assert pythons_of([]) == ("3.11", "3.13")
    assert pythons_of(["debian 12", "ubuntu 22.04", "ubuntu 24.04", "plan9 4"]) == ("3.10", "3.11", "3.12", "3.13")
    # The program of a server's own audit does not run on all of them.
    assert program.pythons_of(["ubuntu 22.04", "ubuntu 24.04"]) == ("3.11", "3.12", "3.13")
