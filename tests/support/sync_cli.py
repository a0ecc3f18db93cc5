"""Runs backbone-sync as people do: a configuration file, a command line, stdin; gives back what it said."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from backbone_sync import cli
from backbone_sync.config import Config


@dataclass(frozen=True)
class Said:
    """Exit status, stdout and stderr of one command."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Stdout as JSON."""
        return json.loads(self.out)


Command = Callable[..., Said]


def settings(folder: Path, config: Config, grant: dict[str, object] | None = None, store: str = "") -> Path:
    """A configuration file for the source and the database of `config`, with a grant file where one is given.

    `store`: lines of its own for the database, as for SQL Server.
    """
    state = folder / "state"
    state.mkdir(exist_ok=True)
    lines = [
        f'region = "{config.region}"',
        "[source]",
        f'url = "{config.source.url}"',
        f'ca_file = "{config.source.ca_file}"',
        f'credentials = "{config.source.credentials}"',
        f"page_limit = {config.source.page_limit}",
        "retries = 0",
        "read_timeout = 5.0",
        *(["[store]", store] if store else ["[database]", f'conninfo = "{config.database}"']),
        "[publish]",
        f'directory = "{state}"',
    ]
    if grant is not None:
        (folder / "grant.yml").write_text(yaml.safe_dump(grant), "utf-8")
        lines += ["[grant]", f'file = "{folder / "grant.yml"}"']
    path = folder / "sync.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def commander(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs one command: its words, and what stands on its stdin."""

    def command(*words: str, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        status = cli.main([*words, "--config", str(path)])
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return command
