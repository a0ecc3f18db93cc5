"""The command's shape: every verb has --json, a help with an example; a fault is a document when JSON is asked for."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import pytest

from backbone_sync import cli, logs


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
