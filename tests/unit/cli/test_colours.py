"""Colours and the movements of a terminal are for terminals: what a file or a pipe takes is plain text."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from provision import paths
from provision.cli import converge_view, main
from provision.cli.demo import _Screen
from provision.converge.progress import FAILED, NOT_REACHED, Progress, Result
from tests.support.fleet import audit, server, write

from .test_languages import MISTAKES

ESCAPE = "\x1b"
RESULTS = (Result("semarang", "tls", FAILED, 1, 2.0, "no certificate"), Result("semarang", "vpn", NOT_REACHED))
CHANGE = Progress("changed", "semarang", "tls", task="Lay the file down", diff="--- a\n+++ b\n@@ 1 @@\n-old\n+new\n")


def _demo() -> None:
    screen = _Screen(Console(stderr=True))
    screen.begin("lab", "backbone lab up")
    screen.progress("one")
    screen.end("lab", 2.0, True)


VIEWS: dict[str, Callable[[], None]] = {
    "changes": lambda: converge_view.show_changes([CHANGE]),
    "failures": lambda: converge_view.show_failures(RESULTS),
    "the demo's steps": _demo,
}


@pytest.fixture(autouse=True)
def willing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody whose terminal could show everything."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.mark.parametrize("view", VIEWS.values(), ids=list(VIEWS))
def test_a_view_is_plain_off_a_terminal(
    view: Callable[[], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    view()
    plain = "".join(capsys.readouterr())
    assert plain.strip()
    assert ESCAPE not in plain
    # The same on a terminal is coloured: it is the terminal that makes the difference.
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setattr("sys.stderr", Terminal())
    view()
    assert ESCAPE in Terminal.said(monkeypatch)


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True

    @staticmethod
    def said(monkeypatch: pytest.MonkeyPatch) -> str:
        """What was written to both streams, which are put back."""
        both = (sys.stdout, sys.stderr)
        monkeypatch.undo()
        return "".join(one.getvalue() for one in both if isinstance(one, Terminal))


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["backbone", *words])
    return main.run_guarded(lambda: main.app(standalone_mode=False, prog_name="backbone"))


@pytest.mark.parametrize(
    "words", [(), *((verb, "--help") for verb in main.VERBS), *(words for words, _id, _en in MISTAKES)], ids=" ".join
)
def test_help_and_mistakes_are_plain(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, *words)
    told = "".join(capsys.readouterr())
    assert told.strip()
    assert ESCAPE not in told


@pytest.mark.needs_ansible  # it reads the inventory
def test_what_is_piped_on_is_plain(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inventory = paths.inventories_dir() / "kabupaten"
    assert run(monkeypatch, "validate", "-i", str(inventory)) == 0
    write(audit([server("33.75", "x", {"DB-01": "fail"}, datetime.now(UTC))]), tmp_path)
    assert run(monkeypatch, "report", str(tmp_path)) == 1
    with converge_view.Progressing() as shown:
        shown.on_progress(Progress("stage_ended", "semarang", "tls", status=FAILED, seconds=1.0))
    told = "".join(capsys.readouterr())
    assert "semarang  tls" in told
    assert "data-semarang" in told
    assert ESCAPE not in told
