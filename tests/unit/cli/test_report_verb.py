"""`backbone report` as a person runs it: files, exit statuses, languages, wrong use. No Ansible, no host."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provision.cli import main
from tests.support.fleet import audit, drill, server, write

NOW = datetime.now(UTC) - timedelta(hours=2)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["backbone", *words])
    return main.run_guarded(lambda: main.app(standalone_mode=False, prog_name="backbone"))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    write(audit([server("33.74", "semarang", at=NOW)]), tmp_path / "in")
    write(drill("semarang", NOW), tmp_path / "in", "drill.json")
    return tmp_path / "in"


def test_a_fleet_in_which_all_held(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], good: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out"
    assert run(monkeypatch, "report", str(good), "--out", str(out), "--lang", "id") == 0
    told = capsys.readouterr().out
    assert "1 server, 1 dari 552 daerah: 1 boleh menerima data" in told
    assert str(out / "fleet.html") in told
    assert {one.name: oct(one.stat().st_mode & 0o777) for one in out.iterdir()} == dict.fromkeys(
        ("fleet.html", "fleet.json", "fleet.csv"), "0o600"
    )
    assert 'lang="id"' in (out / "fleet.html").read_text()
    assert json.loads((out / "fleet.json").read_text())["held"] is True


def test_what_fell_short_shows_in_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], good: Path, tmp_path: Path
) -> None:
    assert run(monkeypatch, "report", str(good), "--json") == 0
    assert json.loads(capsys.readouterr().out)["answers"] == {"yes": 1, "no": 0, "unknown": 0}
    write(audit([server("33.75", "x", {"DB-01": "fail"}, NOW)]), tmp_path / "in" / "more")
    assert run(monkeypatch, "report", str(good)) == 1
    (good / "more" / "audit.json").write_text("{")
    assert run(monkeypatch, "report", str(good), "--lang", "en") == 3
    assert "it is damaged" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert run(monkeypatch, "report", str(tmp_path / "empty")) == 1


def test_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], good: Path, tmp_path: Path
) -> None:
    assert run(monkeypatch, "report") == 2
    assert run(monkeypatch, "report", str(tmp_path / "nowhere")) == 2
    assert run(monkeypatch, "report", str(good), "--key", str(tmp_path)) == 2
    assert run(monkeypatch, "report", str(good), "--audit-days", "0") == 2
    assert "--verify" in capsys.readouterr().err


def test_without_a_signature_nothing_is_believed_that_was_asked_to_be_verified(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], good: Path, tmp_path: Path
) -> None:
    (tmp_path / "keys").mkdir()
    assert run(monkeypatch, "report", str(good), "--verify", "--key", str(tmp_path / "keys"), "--lang", "en") == 1
    told = capsys.readouterr().out
    assert "0 may receive data, 0 may not yet, 1 unknown" in told
    assert "semarang: not signed" in told


def test_a_hostile_name_does_not_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write(audit([server("\x1b[2J99", "\x1b]0;x\x07", at=NOW)]), tmp_path)
    assert run(monkeypatch, "report", str(tmp_path), "--verify", "--key", str(tmp_path)) == 1
    assert "\x1b" not in capsys.readouterr().out
