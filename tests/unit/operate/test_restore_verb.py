"""`backbone restore` asks before it touches anything, and says how it ended."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from provision.cli import restore as verb
from provision.cli.main import app, run_guarded
from provision.operate import session as one_server
from provision.probe.transport import Outcome, Output, Target

PLAN = {
    "repo": 1,
    "repo_place": "here",
    "backup": "20261120-033000F",
    "backup_type": "full",
    "backup_at": "2026-11-20T20:35:00Z",
    "to": "mark",
    "to_at": "2026-11-21T20:00:00Z",
    "lost_since": "2026-11-21T20:00:00Z",
    "answers": True,
    "needed_bytes": 3 << 30,
    "free_bytes": 9 << 30,
}
DONE = {"id": "r1", "seconds": {"fetch": 2.0}, "failed": None, "finished_at": 5.0, "last_wal": "sent"}
TAKEN_BACK = {**DONE, "finished_at": None, "undone": True, "failed": {"step": "recover", "message": "no way"}}


class Session:
    """A server that answers by verb, and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"state": None, "survey": {"plan": PLAN}, "begin": "", "again": "", **answers}
        self.asked: list[str] = []

    def __call__(self, targets: Sequence[Target]) -> Session:
        return self

    def close(self) -> None:
        return None

    def run(self, scripts: Mapping[str, str], timeout: float) -> dict[str, Outcome]:
        [(name, script)] = scripts.items()
        if script.startswith("rm -rf"):
            return {name: Output(0, b"", b"")}
        word = next(line for line in script.splitlines() if "python3 -m " in line).split("unit ")[1].split()[0]
        self.asked.append(word)
        answer = self.answers[word]
        return {name: Output(0, b"" if answer == "" else json.dumps(answer).encode(), b"")}


def ran(monkeypatch: pytest.MonkeyPatch, session: Session, *words: str) -> int:
    monkeypatch.setattr(one_server, "Session", session)
    target = Target(name="kab", kind="local")
    monkeypatch.setattr(verb, "chosen", lambda *_: ([target], {"kab": "Asia/Jakarta"}, {"kab": "33.74"}))
    return run_guarded(lambda: app(["restore", "--local", *words], standalone_mode=False))


def news(state: Any) -> dict[str, Any]:
    return {"active": False, "events": [{"event": "end", "step": "fetch", "seconds": 2.0}], "state": state}


def test_the_server_s_name_is_the_only_answer(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    session = Session(poll=news(DONE))
    assert ran(monkeypatch, session, "--to", "m1", "--confirm", "prov") == 2
    assert session.asked == ["state", "survey"]
    assert "nothing was touched" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("kab\n"))
    assert ran(monkeypatch, Session(poll=news(DONE)), "--to", "m1") == 2, "a pipe is nobody who could answer"
    session = Session(poll=news(DONE))
    assert ran(monkeypatch, session, "--to", "m1", "--confirm", "kab") == 0
    assert session.asked == ["state", "survey", "begin", "poll"]
    told = capsys.readouterr()
    assert "to the mark of 2026-11-22 03:00:00 WIB" in told.err
    assert "Restored in 2.0 s." in told.out
    assert "--release" in told.out


def test_what_fell_short_and_was_taken_back_is_said_so(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert ran(monkeypatch, Session(poll=news(TAKEN_BACK)), "--confirm", "kab") == 1
    said = capsys.readouterr().err
    assert "no way" in said
    assert "The former cluster is back in its place." in said


def test_refusals_end_before_the_question(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    why = {"message": "", "template": "{moment} has not come yet", "values": {"moment": "2999"}}
    session = Session(survey={"refused": why})
    assert ran(monkeypatch, session, "--to", "2999-01-01", "--confirm", "kab") == 1
    assert session.asked == ["state", "survey"]
    session = Session(survey={"in_hand": DONE})
    assert ran(monkeypatch, session, "--confirm", "kab") == 1
    assert "--undo" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["undo", "release"])
def test_undo_and_release_ask_as_well(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    session = Session(state=DONE, **{word: ""})
    assert ran(monkeypatch, session, f"--{word}", "--confirm", "no") == 2
    assert session.asked == ["state"]
    session = Session(state=DONE, **{word: ""})
    assert ran(monkeypatch, session, f"--{word}", "--confirm", "kab") == 0
    assert session.asked == ["state", word]
    assert ran(monkeypatch, Session(), f"--{word}", "--confirm", "kab") == 1, "there is none in hand"


def test_find_shows_where_rows_vanished(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    marks = [
        {"name": "m1", "at": 1795200000.0, "tables": {"backbone: backbone.sekolah": 430}},
        {"name": "m2", "at": 1795286400.0, "tables": {"backbone: backbone.sekolah": 12}},
    ]
    assert ran(monkeypatch, Session(marks=marks), "--find") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[0] == "m1"
    assert lines[2].startswith("! m2")
    assert "backbone: backbone.sekolah -418" in lines[2]
