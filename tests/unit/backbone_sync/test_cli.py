"""The command's shape: every verb has --json, a help with an example; a fault is a document when JSON is asked for."""

from __future__ import annotations

import argparse
import json
import logging
import types
from datetime import timedelta
from pathlib import Path

import pytest

from backbone_sync import cli, dictionary, logs
from backbone_sync import config as configs
from backbone_sync.cli import engine
from backbone_sync.privacy import grant
from backbone_sync.sources.source_contract import Contract


def verbs() -> dict[str, argparse.ArgumentParser]:
    """Every verb with its parser; a verb with words of its own counts once a word."""
    found: dict[str, argparse.ArgumentParser] = {}

    def walk(parser: argparse.ArgumentParser, name: str) -> None:
        inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if not inner:
            found[name] = parser
        for action in inner:
            for word, below in action.choices.items():
                walk(below, f"{name} {word}".strip())

    walk(cli.parser(), "")
    return found


@pytest.mark.parametrize("name", verbs())
def test_every_verb_speaks_to_machines_and_shows_an_example(name: str) -> None:
    made = verbs()[name]
    assert "--json" in made.format_help()
    assert made.epilog is not None
    assert made.epilog.startswith(f"example: backbone-sync {name}")


def test_a_fault_is_a_document_when_json_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status", "--json", "--config", str(tmp_path / "none.toml")]) == 2
    said = json.loads(capsys.readouterr().out)["error"]
    assert said["kind"] == "config"
    assert "none.toml" in said["message"]
    assert "--config" in said["repair"]


class StoppedError(Exception):
    """The run has come to its database, or to its pause."""


def test_a_run_begins_with_a_pause_by_chance_unless_it_is_to_be_now(monkeypatch: pytest.MonkeyPatch) -> None:
    words = dictionary.load()
    pace = configs.Pace(jitter=timedelta(minutes=10))
    settings = configs.Config("33.74", Contract("https://centre.example"), "", grant.make(words), pace=pace)
    pauses: list[float] = []

    def stop(*_: object) -> None:
        raise StoppedError

    monkeypatch.setattr(engine, "time", types.SimpleNamespace(sleep=pauses.append))
    monkeypatch.setattr(engine, "regional", stop)
    for now in (False, False, True):
        with pytest.raises(StoppedError):
            engine._run(argparse.Namespace(now=now, full=False, json=True, stall="1h"), settings, words)
    assert len(pauses) == 2
    assert pauses[0] != pauses[1]
    assert all(0 <= pause <= 600 for pause in pauses)


def test_json_log_lines_name_a_fault_and_never_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    try:
        try:
            raise ValueError("Budi Santoso, 3374010101010001")
        except ValueError:
            logging.getLogger("backbone_sync").exception("entity=%s rows=%d", "sekolah", 3)
        said = capsys.readouterr().err
    finally:
        logging.getLogger().handlers.clear()
    line = json.loads(said)
    assert (line["level"], line["message"], line["fault"]) == ("error", "entity=sekolah rows=3", "ValueError")
    assert "Budi" not in said
