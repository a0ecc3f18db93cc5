"""`backbone test`: which sets of tests run in which lane, and what a lane tells of what fell short."""

from __future__ import annotations

import sys

import pytest

from provision.cli.test import EVERYTHING, LANES, Timing, _lanes, _run_lane
from provision.errors import UsageError

PRINTS = "print('tests/x.py .F'); print('FAILED tests/x.py::test_a - AssertionError: left'); raise SystemExit(1)"


def test_every_room_of_tests_runs_once() -> None:
    ran = [step for steps in _lanes("", []).values() for name, step in steps if name.startswith("tests/")]
    folders = [step[-1] for step in ran]
    assert sorted(set(folders)) == sorted(EVERYTHING)
    assert folders.count("tests/unit") == 2, "those that play playbooks apart from the others"
    assert list(_lanes("", [])) == list(LANES)


def test_an_unknown_set_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no such set of tests: fast") as told:
        _lanes("fast", [])
    assert "unit|lab|slow" in told.value.repair


def test_what_fell_short_is_kept_for_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    timings: list[Timing] = []
    steps = [("one", [sys.executable, "-c", PRINTS]), ("two", [sys.executable, "-c", ""])]
    _run_lane("checks", steps, timings, prefix="checks │ ")
    assert [(one.name, one.status) for one in timings] == [("one", 1), ("two", 0)]
    assert [one.fell_short for one in timings] == [("FAILED tests/x.py::test_a - AssertionError: left",), ()]
    assert "checks │ FAILED tests/x.py::test_a" in capfd.readouterr().err
