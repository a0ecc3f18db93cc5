"""The metadata export with numbers: those of the last run's account, and nothing of the rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backbone_sync import cli
from tests.support.sync_world import SIZE, Run


def test_the_catalogue_has_the_numbers_of_the_last_run(
    run: Run, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run().green
    settings = tmp_path / "sync.toml"
    settings.write_text(
        f'region = "33.74"\n[source]\nurl = "https://pusat.example"\n[database]\nconninfo = "{database}"\n'
    )
    capsys.readouterr()
    assert cli.main(["metadata", "--counts", "--config", str(settings)]) == 0
    made = {d["dct:identifier"]: d for d in json.loads(capsys.readouterr().out)["dcat:dataset"]}
    assert made["peserta_didik"]["void:entities"] == SIZE.students
    assert made["sekolah"]["dct:modified"]["@value"].startswith("202")
    assert all("void:entities" in d for d in made.values())
