"""Steps of the demo that can be judged without a host; tests/lab/test_demo.py runs the whole."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from provision import i18n
from provision.cli.demo import _show
from provision.errors import BackboneError
from provision.lab.demo import OUTPUTS, Demo, Summary, Watch
from provision.report.sync import document, reading
from tests.unit.report.test_sync_page import AT, entity, status


class Lab:
    """A lab of which only the folder and commands on hosts are asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []

    def run(self, host: str, command: str, **_more: Any) -> Any:
        self.ran.append(f"{host}: {command}")
        return SimpleNamespace(stdout="")


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    nobody = Watch(lambda _name, _command: None, lambda _text: None, lambda _name, _seconds, _held: None)
    made = Demo(Lab(tmp_path), tmp_path / "out", nobody)  # type: ignore[arg-type]
    made.out.mkdir()
    return made


def answers(demo: Demo, told: Mapping[str, Any], ends: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """`backbone sync` as the demo meets it: it writes sync.json and ends so."""
    typed: list[tuple[str, ...]] = []

    def verb(*words: str, expected: tuple[int, ...] = (0,)) -> str:
        typed.append(words)
        result = reading("lab-kab", "33.74", 1 - int(told["green"]), json.dumps(told), "")
        (demo.out / "sync.json").write_text(json.dumps(document([result], AT)))
        if ends not in expected:
            raise BackboneError("ended")
        return ""

    monkeypatch.setattr(demo, "_verb", verb)
    return typed


def test_the_sync_is_run_by_its_unit_and_told_by_its_report(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = answers(demo, status(entities={"sekolah": entity(), "ptk": entity(quarantined=3)}), 0, monkeypatch)
    demo.sync()
    assert demo.lab.ran == ["lab-kab: systemctl start backbone-sync.service"]  # type: ignore[attr-defined]
    [words] = typed
    assert (words[0], words[-2:]) == ("sync", ("--out", str(demo.out)))
    assert demo.summary.sync["ptk"] == {
        "source": 12345, "stored": 12345, "quarantined": 3, "deleted": 2, "balanced": True,
    }  # fmt: skip


def test_an_account_that_does_not_balance_is_told_and_makes_no_demo_that_held(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(demo, status(green=False, entities={"ptk": entity(balanced=False)}), 1, monkeypatch)
    demo.sync()
    assert demo.summary.sync["ptk"]["balanced"] is False
    assert demo.summary.ok is False


def test_a_server_that_cannot_be_asked_ends_the_demo(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(demo, status(), 3, monkeypatch)
    with pytest.raises(BackboneError):
        demo.sync()


def test_a_demo_that_ends_early_tells_nothing_of_the_run_before(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OUTPUTS:
        (demo.out / name).write_text('{"ok": true, "counts": {"pass": 99}}')
    (demo.out / "demo.log").write_text("the run before\n")

    def nothing_boots() -> None:
        raise BackboneError("no room")

    monkeypatch.setattr(demo, "boot", nothing_boots)
    assert demo.run().faults == ["no room"]
    assert {file.name for file in demo.out.iterdir()} == {"summary.json", "demo.log"}
    assert json.loads((demo.out / "summary.json").read_text())["controls"] == {}


def test_the_closing_line_has_every_step_that_took_a_second(tmp_path: Path) -> None:
    said = io.StringIO()
    seconds = {"lab": 20.0, "enrol": 9.0, "inventory": 0.9, "preflight": 2.0, "provision": 300.0, "sync": 60.0}
    summary = Summary(seconds=seconds, faults=["x"]).as_json()
    before = i18n.language()
    i18n.use("en")
    try:
        _show(Console(file=said, width=200), summary, tmp_path)
    finally:
        i18n.use(before)
    [line] = [one for one in said.getvalue().splitlines() if one.startswith("Time:")]
    assert line.endswith("provision 300 s · sync 60 s · lab 20 s · enrol 9 s · preflight 2 s")
    # Colours are for terminals: no code of one is written where a file or a pipe takes the words.
    assert "\x1b" not in said.getvalue()
