"""Instances on one machine never share a slot, whoever started them and wherever their files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.errors import BackboneError
from provision.lab import lab, network


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The slots whose bridges are there; the registry is the test's own."""
    found: set[int] = set()
    monkeypatch.setattr(lab, "_machine_dir", lambda: tmp_path)
    monkeypatch.setattr(lab, "SLOTS", range(3))
    monkeypatch.setattr(network, "links", lambda slot: [f"bbl{slot}-int"] if slot in found else [])
    monkeypatch.setattr(network, "namespaces", lambda slot: [f"bbl{slot}-x"] if slot in found else [])
    return found


def test_one_name_in_two_state_folders_is_two_instances(links: set[int], tmp_path: Path) -> None:
    assert [lab._slot(tmp_path / state / "test") for state in ("a", "b", "a")] == [0, 1, 0]


def test_what_another_registry_has_up_is_left_alone(links: set[int], tmp_path: Path) -> None:
    links.add(0)
    assert lab._slot(tmp_path / "test") == 1


def test_slots_of_instances_that_are_gone_are_used_again_and_those_of_others_never(
    links: set[int], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    assert lab._slot(there) == 0
    assert lab._slot(tmp_path / "gone") == 1
    assert lab._slot(tmp_path / "left-behind") == 2
    links.add(2)
    assert lab._slot(tmp_path / "new") == 1
    (tmp_path / "new").mkdir()
    with pytest.raises(BackboneError, match="3 labs are up"):
        lab._slot(tmp_path / "one-too-many")
