"""`backbone copy` says what it will do, signs what it did, and says why it could not."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from provision.cli import copy as verb
from provision.cli.main import app, run_guarded
from provision.errors import BackboneError
from provision.exits import Exit
from provision.operate import session as one_server
from provision.operate.copies import DiskCopy
from provision.operate.remote import disk_unit
from provision.probe.transport import Target
from provision.report import keys
from provision.report.verify import check
from tests.support.answering import Answering

PLAN = {
    "backup": "20261120-033000F",
    "backup_type": "full",
    "backup_at": "2026-11-20T20:35:00Z",
    "files": 12,
    "bytes": 3 << 20,
    "there_bytes": 1 << 20,
    "needed_bytes": 34 << 20,
    "free_bytes": 9 << 30,
    "copies": ["20261101T000000Z"],
    "gone": [],
}
RECORD = {"server": "kab", "made_at": "2026-11-21T20:00:00Z", "files": 14, "bytes": 3 << 20, "files_sha256": "00"}
DONE = {
    "ok": True,
    "failed": None,
    "record": RECORD,
    "place": "/mnt/d/backbone-kab/20261121T200000Z",
    "copied": {"files": 9, "bytes": 1},
    "kept": [],
    "removed": [],
    "steps": {},
}


def server(**answers: Any) -> Answering:
    return Answering(survey={"plan": PLAN}, start="", signed="", **answers)


def news(observed: Any) -> dict[str, Any]:
    event = {"event": "end", "step": "copy", "seconds": 2.0}
    return {"active": False, "result": "success", "events": [event], "observed": observed}


def ran(monkeypatch: pytest.MonkeyPatch, folder: Path, session: Answering, *words: str) -> int:
    monkeypatch.setattr(one_server, "Session", session)
    monkeypatch.setattr(verb, "chosen", lambda *_: ([Target(name="kab", kind="local")], {"kab": "Asia/Jakarta"}, {}))
    key = keys.pair(folder / "keys" / "report.pem", folder / "signers", "here")
    monkeypatch.setattr(keys, "of_run", lambda *_: key)
    return run_guarded(lambda: app(["copy", "--local", *words], standalone_mode=False))


def test_the_record_is_signed_here_and_on_the_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "keys").mkdir()
    session = server(poll=news(DONE))
    out = tmp_path / "out"
    assert ran(monkeypatch, tmp_path, session, "--to", "/mnt/d", "--keep", "3", "--out", str(out)) == 0
    assert session.given["start"] == {"disk": "/mnt/d", "keep": 3, "backup": "", "server": "kab"}
    assert session.given["signed"]["place"] == DONE["place"]
    assert session.given["signed"]["envelope"] == (out / "copy.dsse.json").read_text()
    checked = check(out / "copy.dsse.json", keys.known([tmp_path / "signers"]))
    assert (checked.held, checked.kind, checked.signer) == (True, "copy", "here")
    said = capsys.readouterr().out
    assert "20261101T000000Z" in said
    assert DONE["place"] in said


@pytest.mark.parametrize("plan_only", [True, False])
def test_what_cannot_be_is_said_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any, plan_only: bool
) -> None:
    (tmp_path / "keys").mkdir()
    refused = {"message": "/mnt/d is no mounted disk: nothing was written"}
    session = server() if plan_only else Answering(survey={"refused": refused})
    words = ("--to", "/mnt/d", *(("--plan",) if plan_only else ()))
    assert ran(monkeypatch, tmp_path, session, *words) == (0 if plan_only else 1)
    assert "start" not in session.given
    assert plan_only or "no mounted disk" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("observed", "said"),
    [
        ({**DONE, "ok": False, "failed": {"step": "verify", "message": "the copy does not hold: x"}}, "does not hold"),
        (None, "ended without a result"),
    ],
)
def test_a_copy_that_fell_short_is_not_signed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any, observed: Any, said: str
) -> None:
    (tmp_path / "keys").mkdir()
    monkeypatch.setenv("BACKBONE_LANG", "en")
    session = server(poll=news(observed))
    assert ran(monkeypatch, tmp_path, session, "--to", "/mnt/d") == 1
    assert "signed" not in session.given
    assert said in capsys.readouterr().err


def _made(tell: Any) -> None:
    with DiskCopy(Target(name="kab", kind="local")) as copy:
        copy.survey({})
        copy.run({}, tell)


def _gone(*_: object) -> None:
    raise BrokenPipeError


@pytest.mark.parametrize("lost", ["line", "reader", "start"])
def test_a_copy_that_goes_on_without_its_controller_keeps_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lost: str
) -> None:
    fault = BackboneError("kab does not answer")
    answers = {
        "line": {"poll": fault},
        "reader": {"poll": {**news(None), "active": True}},
        "start": {"start": fault},
    }[lost]
    session = Answering(**{"survey": {"plan": PLAN}, "start": "", **answers})
    monkeypatch.setattr(one_server, "Session", session)
    with pytest.raises((BackboneError, BrokenPipeError)):
        _made(_gone)
    assert session.cleaned == []


@pytest.mark.parametrize("answers", [{"poll": news(DONE)}, {"start": BackboneError("x", exit_status=Exit.FELL_SHORT)}])
def test_where_nothing_goes_on_the_folder_is_removed(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> None:
    session = Answering(**{"survey": {"plan": PLAN}, "start": "", **answers})
    monkeypatch.setattr(one_server, "Session", session)
    with contextlib.suppress(BackboneError):
        _made(lambda _: None)
    assert session.cleaned == ["kab"]


def test_the_next_copy_removes_what_one_without_a_controller_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(disk_unit, "ROOT", tmp_path)
    monkeypatch.setattr(disk_unit, "running", lambda _: False)
    monkeypatch.setattr(disk_unit, "run", lambda *_, **__: "")
    disk_unit.start("20261121T000000Zaa", {})
    (tmp_path / "marks").mkdir()
    disk_unit.start("20261122T000000Zaa", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["20261122T000000Zaa", "marks"]


def test_the_place_is_named_from_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    assert ran(monkeypatch, tmp_path, server(), "--to", "disk") == 2
    assert ran(monkeypatch, tmp_path, server()) == 2
