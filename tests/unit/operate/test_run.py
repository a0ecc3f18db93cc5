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
from provision.operate.drill import program, run_drills, start_script
from provision.probe.snapshot import Fault
from provision.probe.transport import Outcome, Output, Target


def test_the_same_program_is_sent_every_time_and_imports_by_itself() -> None:
    assert program() == program()
    with zipfile.ZipFile(io.BytesIO(program())) as sent:
        assert "provision/operate/remote/unit.py" in sent.namelist()
        assert sent.read("provision/__init__.py") == b""


def test_the_start_script_is_shell_that_parses() -> None:
    script = start_script("20261121T010203Zabcdef", {"hours": 1})
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


def drilled(monkeypatch: pytest.MonkeyPatch, **answers: list[Any]) -> tuple[Session, Any, list[Any]]:
    session, told = Session(answers), []
    monkeypatch.setattr(drill, "Session", session)
    results = run_drills([Target(name=name) for name in answers], tell=lambda name, event: told.append((name, event)))
    return session, results, told


def test_steps_are_told_and_the_result_is_handed_back(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    begin = {"event": "begin", "step": "mark"}
    answers = [FINE, said(True, events=[begin]), said(False, observed), FINE]
    session, [result], told = drilled(monkeypatch, kab=answers)
    assert result.ok
    assert told == [("kab", begin)]
    assert " poll " in session.asked[2][1]
    assert session.asked[2][1].split("poll")[1].split()[1] == "1"  # only news beyond the first event
    assert " finish " in session.asked[-1][1]


def test_one_server_s_trouble_is_its_own(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    _, results, _ = drilled(
        monkeypatch,
        kab=[FINE, said(False, observed), FINE],
        off=[Fault("unreachable", "no route")],
        busy=[Output(1, b"", b"a drill is running on this server already\n")],
    )
    assert [(result.server, result.ok, result.failed_step) for result in results] == [
        ("kab", True, ""),
        ("off", False, "connect"),
        ("busy", False, "start"),
    ]


def test_a_lost_answer_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    lost = Fault("timeout", "no answer")
    _, [result], _ = drilled(monkeypatch, kab=[FINE, lost, lost, said(False, observed), FINE])
    assert result.ok


def test_a_server_that_stays_silent_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    _, [result], _ = drilled(monkeypatch, kab=[FINE, Fault("timeout", "no answer")])
    assert (result.ok, result.failed_step) == (False, "connect")


def test_a_drill_that_was_killed_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    _, [result], _ = drilled(monkeypatch, kab=[FINE, said(False, None, result="signal"), FINE])
    assert not result.ok
    assert "signal" in result.failure


def test_an_interrupted_drill_is_stopped_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session({"kab": [FINE, KeyboardInterrupt(), FINE]})  # type: ignore[list-item]
    monkeypatch.setattr(drill, "Session", session)
    with pytest.raises(KeyboardInterrupt):
        run_drills([Target(name="kab")])
    assert " stop " in session.asked[-1][1]
