"""The command line's outermost layer: exit statuses, errors with their repair, languages."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provision import i18n
from provision.cli.main import VERBS, app, run_guarded
from provision.errors import BackboneError, UsageError
from provision.exits import Exit, worst

CLONE = Path(__file__).parents[3]


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


def test_the_script_of_a_clone_may_be_called_through_a_link(tmp_path: Path) -> None:
    """`ln -s "$PWD/backbone" /usr/local/bin/backbone`: what reports and screens call the command is then its name."""
    clone, python = tmp_path / "my clone", tmp_path / "my clone/.venv/bin/python"
    python.parent.mkdir(parents=True)
    (clone / "requirements").mkdir()
    (clone / "requirements/controller.txt").write_text("a==1\n")
    (clone / ".venv/.complete").write_text(hashlib.sha256(b"a==1\n").hexdigest() + "\n")
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    shutil.copy(CLONE / "backbone", clone)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/backbone").symlink_to(clone / "backbone")
    done = subprocess.run(
        [tmp_path / "bin/backbone", "audit", "--local"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.stdout, done.stderr) == ("-m provision.cli.main audit --local\n", "")
