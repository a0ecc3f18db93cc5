"""The command line's outermost layer: exit statuses, errors with their repair, languages."""

from __future__ import annotations

import json
import sys

import pytest

from provision import i18n
from provision.cli.main import VERBS, app, run_guarded
from provision.errors import BackboneError, UsageError
from provision.exits import Exit, worst


def test_the_higher_word_wins() -> None:
    assert worst([Exit.OK, Exit.FELL_SHORT, Exit.UNREACHED]) is Exit.UNREACHED
    assert worst([Exit.UNREACHED, Exit.USAGE]) is Exit.USAGE
    assert worst(Exit) is Exit.INTERRUPTED
    assert worst([]) is Exit.OK


def test_an_error_is_shown_with_its_repair(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise BackboneError("lab-kab: no route", repair="check the cable")

    i18n.use("en")
    assert run_guarded(fails) == 3
    shown = capsys.readouterr().err
    assert "error: lab-kab: no route" in shown
    assert "repair: check the cable" in shown


def test_wrong_use_exits_2_and_json_callers_get_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise UsageError("no inventory", repair="-i DIR")

    monkeypatch.setattr(sys, "argv", ["backbone", "audit", "--json"])
    assert run_guarded(fails) == 2
    assert json.loads(capsys.readouterr().out) == {"error": "no inventory", "repair": "-i DIR"}


def test_interruption_exits_130() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert run_guarded(interrupted) == 130


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_guarded(lambda: app([verb, "--help"], standalone_mode=False)) == 0
    assert "Example" in capsys.readouterr().out


def test_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKBONE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert i18n.language_from_environment() == "id"
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert i18n.language_from_environment() == "en"
    monkeypatch.setenv("BACKBONE_LANG", "id")
    assert i18n.language_from_environment() == "id"
