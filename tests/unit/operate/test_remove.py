"""A scratch place holds copied records: that it could not be removed is never passed over in silence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from provision.operate.compare import judge
from provision.operate.remote import drill, scratch, unit
from provision.operate.remote.observe import Short
from provision.operate.remote.scratch import remove

REAL = shutil.rmtree


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Nothing can be removed; answers what was tried."""
    tried: list[Path] = []

    def refused(path: Path, **_more: object) -> None:
        tried.append(path)
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(scratch.shutil, "rmtree", refused)
    monkeypatch.setattr(scratch, "REMOVE_SECONDS", 0.3)
    return tried


def test_what_is_written_to_meanwhile_is_removed_at_the_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, tries = tmp_path / "scratch", [0]
    (place / "data").mkdir(parents=True)

    def first_in_vain(path: Path) -> None:
        tries[0] += 1
        if tries[0] == 1:
            raise OSError(39, "Directory not empty")
        REAL(path)

    monkeypatch.setattr(scratch.shutil, "rmtree", first_in_vain)
    remove(place)
    assert (place.exists(), tries) == (False, [2])


def test_what_is_not_there_needs_no_removal(tmp_path: Path) -> None:
    remove(tmp_path / "scratch")


def test_what_stays_is_named_with_its_place(tmp_path: Path, stuck: list[Path]) -> None:
    with pytest.raises(Short) as said:
        remove(tmp_path)
    assert str(tmp_path) in str(said.value)
    assert "Device or resource busy" in str(said.value)
    assert len(stuck) > 1, "it is tried again"


def test_the_units_cleaning_ends_with_a_status_and_a_sentence(
    tmp_path: Path, stuck: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d1" / "work" / "scratch").mkdir(parents=True)
    secret = tmp_path / "d1" / "work" / "pgbackrest.conf"
    secret.touch()
    monkeypatch.setattr(unit, "ROOT", tmp_path)
    monkeypatch.setattr(unit, "end_all", lambda folder: None)
    assert unit.main(["clean", "d1"]) == 1
    assert str(tmp_path / "d1" / "work" / "scratch") in capsys.readouterr().err
    assert not secret.exists(), "passphrases go all the same"


def test_a_drill_that_was_refused_does_not_end_the_one_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(unit, "ROOT", tmp_path)
    monkeypatch.setattr(unit, "end_all", lambda folder: None)
    monkeypatch.setattr(unit.subprocess, "run", lambda command, **_more: ran.append(" ".join(command)))
    (tmp_path / "refused").mkdir()
    unit.stop("refused")
    assert (ran, list(tmp_path.iterdir())) == ([], [])
    (tmp_path / "begun" / "work").mkdir(parents=True)
    unit.stop("begun")
    assert (ran, list(tmp_path.iterdir())) == ([f"systemctl stop {unit.UNIT}"], [])


def test_a_drill_whose_scratch_place_stays_is_not_green(
    tmp_path: Path, stuck: list[Path], monkeypatch: pytest.MonkeyPatch, observed: dict[str, Any]
) -> None:
    work = drill.Work.__new__(drill.Work)
    work.place, work.scratch, work.cluster = tmp_path, tmp_path, None
    work.observed = observed
    assert judge("here", observed).ok
    monkeypatch.setattr(drill, "STEPS", ())
    work.all()
    told = judge("here", observed)
    assert (told.ok, told.failed_step, told.identical) == (False, "cleanup", True)
    assert str(tmp_path) in told.failure
