"""One run of a controller at a time reaches a server; another inventory's server of that name is another server."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.converge import targets
from provision.converge.run import held
from provision.errors import BackboneError


def test_a_second_run_is_refused_until_the_first_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path))
    inventory = tmp_path / "kota" / "hosts.yml"
    with held(inventory, "kab"):
        with (
            pytest.raises(BackboneError, match="kab: another run on this controller") as refused,
            held(inventory, "kab"),
        ):
            pass
        assert "wait" in refused.value.repair
        with held(inventory, "prov"), held(tmp_path / "lain" / "hosts.yml", "kab"):
            pass
    with held(inventory, "kab"):
        pass


def test_two_inventories_are_as_two_controllers_to_a_server(tmp_path: Path) -> None:
    here, there = (targets.this_owner("run", tmp_path / name / "hosts.yml") for name in ("kota", "lain"))
    assert here.controller != there.controller
    assert here == targets.this_owner("run", tmp_path / "kota" / "hosts.yml")
