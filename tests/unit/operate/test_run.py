"""The controller's side of a drill: what it sends, and how it takes answers, silence and refusals."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from provision.operate import drill
from provision.operate.drill import planned, program, run_drills, survey_script
from provision.probe.snapshot import Fault
from provision.probe.transport import Outcome, Output, Target


def test_the_same_program_is_sent_every_time_and_imports_by_itself() -> None:
    assert program() == program()
    with zipfile.ZipFile(io.BytesIO(program())) as sent:
        assert "provision/operate/remote/unit.py" in sent.namelist()
        assert sent.read("provision/__init__.py") == b""


def test_the_start_script_is_shell_that_parses() -> None:
    script = survey_script("20261121T010203Zabcdef", {"hours": 1})
    shell = shutil.which("dash") or "sh"
    assert subprocess.run([shell, "-n"], input=script, text=True).returncode == 0


class Session:
    """A transport whose servers answer from a list, in order; the last answer repeats."""

    def __init__(self, answers: Mapping[str, list[Outcome]]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, targets: Sequence[Target]) -> Session:
        return self

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(self, scripts: Mapping[str, str], timeout: float) -> dict[str, Outcome]:
        self.asked += scripts.items()
        found = {}
        for name in scripts:
            given = self.answers[name]
            answer = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(answer, BaseException):
                raise answer
            found[name] = answer
        return found


def said(active: bool, observed: Any = None, events: Sequence[Any] = (), result: str = "success") -> Output:
    news = {"active": active, "observed": observed, "events": list(events), "result": "" if active else result}
    return Output(0, json.dumps(news).encode(), b"")


FINE = Output(0, b"", b"")
KEPT = Output(0, b'[{"drill": "d0", "ok": true}, {"drill": "d1", "ok": true}]', b"")
PLAN = {
    "repo": 2,
    "repo_place": "elsewhere",
    "backup": "20261120-033000F",
    "backup_type": "full",
    "backup_at": "2026-11-20T20:35:00Z",
    "to": "now",
    "to_at": "",
    "database_bytes": 1 << 30,
    "needed_bytes": 3 << 30,
    "free_bytes": 9 << 30,
    "expected_seconds": 90.0,
}
SEEN = Output(0, json.dumps({"plan": PLAN}).encode(), b"")


def drilled(monkeypatch: pytest.MonkeyPatch, **answers: list[Any]) -> tuple[Session, Any, list[Any]]:
    session, told = Session(answers), []
    monkeypatch.setattr(drill, "Session", session)
    results = run_drills([Target(name=name) for name in answers], tell=lambda name, event: told.append((name, event)))
    return session, results, told


def test_steps_are_told_and_the_result_is_handed_back(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    begin = {"event": "begin", "step": "mark"}
    answers = [SEEN, FINE, said(True, events=[begin]), said(False, observed), KEPT]
    session, [result], told = drilled(monkeypatch, kab=answers)
    assert result.ok
    assert told == [("kab", {"event": "plan", "plan": PLAN}), ("kab", begin)]
    assert " poll " in session.asked[3][1]
    assert session.asked[3][1].split("poll")[1].split()[1] == "1"  # only news beyond the first event
    assert [one["drill"] for one in result.history] == ["d0", "d1"]
    assert " finish " in session.asked[-1][1]


def test_one_server_s_trouble_is_its_own(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    _, results, _ = drilled(
        monkeypatch,
        kab=[SEEN, FINE, said(False, observed), KEPT],
        off=[Fault("unreachable", "no route")],
        busy=[SEEN, Output(1, b"", b"a drill is running on this server already\n")],
    )
    assert [(result.server, result.ok, result.failed_step) for result in results] == [
        ("kab", True, ""),
        ("off", False, "connect"),
        ("busy", False, "start"),
    ]


def test_a_lost_answer_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    lost = Fault("timeout", "no answer")
    _, [result], _ = drilled(monkeypatch, kab=[SEEN, FINE, lost, lost, said(False, observed), KEPT])
    assert result.ok


def test_a_server_that_stays_silent_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    _, [result], _ = drilled(monkeypatch, kab=[SEEN, FINE, Fault("timeout", "no answer")])
    assert (result.ok, result.failed_step) == (False, "connect")


def test_a_drill_that_was_killed_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    _, [result], _ = drilled(monkeypatch, kab=[SEEN, FINE, said(False, None, result="signal"), KEPT])
    assert not result.ok
    assert "signal" in result.failure


def test_an_interrupted_drill_is_stopped_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session({"kab": [SEEN, FINE, KeyboardInterrupt(), FINE]})  # type: ignore[list-item]
    monkeypatch.setattr(drill, "Session", session)
    with pytest.raises(KeyboardInterrupt):
        run_drills([Target(name="kab")])
    assert " stop " in session.asked[-1][1]


def test_what_cannot_be_drilled_is_refused_before_anything_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    why = {"message": "x", "template": "{moment} has not come yet", "values": {"moment": "2099-01-01T00:00:00Z"}}
    session, [result], _ = drilled(monkeypatch, kab=[Output(0, json.dumps({"refused": why}).encode(), b""), KEPT])
    assert (result.ok, result.failed_step) == (False, "prepare")
    assert result.failure == "2099-01-01T00:00:00Z has not come yet"
    assert [" start " in script for _, script in session.asked] == [False, False]


def test_the_plan_says_what_from_where_how_much_and_how_long() -> None:
    told = planned(PLAN, "Asia/Jakarta")
    assert told[0] == "from the backup 20261120-033000F (full, 2026-11-21 03:35 WIB) in repository 2 (off this server)"
    assert told[2:] == (
        "3,072 MiB of disk for a while, of 9,216 MiB that are free",
        "about 1.5 minutes, as the last drill took",
    )
    bare = planned({**PLAN, "to": "time", "to_at": "2026-11-20T21:00:00Z", "expected_seconds": None}, "")
    assert "2026-11-20 21:00:00 UTC: nobody marked it" in bare[1]
    assert "nobody knows" in bare[3]
