"""The time left: the median of earlier runs, less what has passed."""

from __future__ import annotations

import json
from pathlib import Path

from provision.converge.forecast import Forecast, usual


def run(folder: Path, name: str, **seconds: tuple[str, float]) -> None:
    (folder / name).mkdir(parents=True)
    results = [{"stage": stage, "status": status, "seconds": took} for stage, (status, took) in seconds.items()]
    (folder / name / "results.json").write_text(json.dumps(results))


def test_the_median_of_the_newest_runs_that_succeeded(tmp_path: Path) -> None:
    run(tmp_path, "20260101T000000", base=("ok", 900.0))
    for number, took in enumerate((10.0, 20.0, 30.0, 40.0, 60.0)):
        run(tmp_path, f"20260201T00000{number}", base=("ok", took), tls=("failed", 1.0))
    (tmp_path / "20260301T000000").mkdir()
    (tmp_path / "20260301T000000" / "results.json").write_text("[{")
    assert usual(tmp_path) == {"base": 30.0}


def test_without_earlier_runs_nothing_is_known(tmp_path: Path) -> None:
    assert usual(tmp_path) == {}
    assert Forecast(["base"], {}).left() is None


def test_what_is_left_shrinks_and_never_goes_below_what_is_ahead() -> None:
    now = 0.0
    forecast = Forecast(["base", "tls", "sync"], {"base": 10.0, "tls": 20.0, "sync": 5.0}, lambda: now)
    assert forecast.left() == 35.0
    now = 4.0
    assert forecast.left() == 31.0
    now = 60.0
    assert forecast.left() == 25.0
    forecast.ended("base")
    assert forecast.left() == 25.0
    forecast.ended("tls")
    forecast.ended("sync")
    assert forecast.left() == 0.0


def test_a_stage_that_never_ran_makes_it_unknown_until_it_is_through() -> None:
    forecast = Forecast(["audit", "tls"], {"tls": 20.0}, lambda: 0.0)
    assert forecast.left() is None
    forecast.ended("audit")
    assert forecast.left() == 20.0
