"""What a person sees of a run, and what a machine reads of it as it happens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provision import i18n
from provision.cli import converge_view as view
from provision.converge.apply import Applied, Assessment
from provision.converge.forecast import Forecast
from provision.converge.inputs import StageInputs
from provision.converge.look import Observation
from provision.converge.plan import STAMP_UNUSABLE, Plan, PlannedStage, Reason, ServerPlan
from provision.converge.progress import FAILED, HIDDEN, NOT_REACHED, Progress, Result
from provision.converge.run import Outcome

NO_SPACE = "Install the packages: E: You don't have enough free space in /var/cache/apt/archives/."
RESULTS = (
    Result("kab", "base", FAILED, 1, 2.0, NO_SPACE),
    Result("kab", "tls", NOT_REACHED),
    Result("prov", "base", FAILED, 0, 1.0, HIDDEN),
)


def assessment() -> Assessment:
    damaged = Reason(STAMP_UNUSABLE, (i18n._("from a newer version ({version})").format(version=2),))
    plan = Plan((ServerPlan("kab", (PlannedStage("base", (damaged,), StageInputs({}, "d")),), {"tls": ("TLS-01",)}),))
    return Assessment(plan, {"kab": Observation("kab")})


def test_a_failure_is_shown_once_with_what_to_do_about_it(capsys: pytest.CaptureFixture[str]) -> None:
    view.show_applied(Applied(assessment(), Outcome(RESULTS, Path("/log.txt"), False), assessment()))
    shown = capsys.readouterr().out
    assert shown.count("enough free space") == 1
    assert shown.count("repair: the server's disk is full") == 1
    assert shown.count("repair:") == 1
    assert "hidden: the task handles secrets" in shown
    assert "log: /log.txt" in shown
    assert "its stamp does not count: from a newer version (2)" in shown
    assert "tls ran and did not mend TLS-01; it runs again when an input changes" in shown


def test_a_machine_gets_a_line_for_each_thing_as_it_happens_the_same_in_both_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = {}
    for language in i18n.LANGUAGES:
        i18n.use(language)
        with view.Progressing(json_lines=True, ask=True) as progressing:
            progressing.on_plan(assessment())
            progressing.on_progress(Progress("stage_started", "kab", "base"))
            progressing.on_progress(Progress("task", "kab", "base", task="Install the packages"))
            progressing.on_progress(Progress("stage_ended", "kab", "base", status=FAILED, seconds=2.0, message=HIDDEN))
        shown = capsys.readouterr()
        assert shown.err == ""
        told[language] = [json.loads(line) for line in shown.out.splitlines()]
    plan, *events = told["en"]
    assert plan["event"] == "plan"
    assert plan["servers"][0]["stages"][0]["reasons"] == [
        {"code": "stamp_unusable", "what": ["from a newer version (2)"]}
    ]
    assert events == [
        {"event": "stage_started", "server": "kab", "stage": "base"},
        {"event": "task", "server": "kab", "stage": "base", "task": "Install the packages"},
        {
            "event": "stage_ended",
            "server": "kab",
            "stage": "base",
            "status": "failed",
            "seconds": 2.0,
            "message": HIDDEN,
        },
    ]
    assert told["id"] == told["en"]


def test_the_last_line_has_results_with_what_to_do_and_what_remains() -> None:
    i18n.use("id")
    applied = Applied(assessment(), Outcome(RESULTS, Path("/log.txt"), False), assessment())
    told = i18n.english(view.applied_as_json(applied))
    assert (told["event"], told["exit_status"], told["log"]) == ("end", 3, "/log.txt")
    assert [one["status"] for one in told["results"]] == ["failed", "not_reached", "failed"]
    assert told["results"][0]["repair"].startswith("the server's disk is full")
    assert [one["repair"] for one in told["results"][1:]] == ["", ""]
    assert not told["remains"]["empty"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, ""), (20.0, "less than a minute left"), (130.0, "about 2 min left")],
)
def test_the_time_left_is_told_as_far_as_earlier_runs_know_it(seconds: float, words: str) -> None:
    assert view.time_left(Forecast(["base"], {"base": seconds}, lambda: 0.0)) == words
    assert view.time_left(Forecast(["base", "new"], {"base": seconds}, lambda: 0.0)) == ""
