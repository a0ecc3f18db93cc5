"""`backbone-sync bundle`: what one server with a line fetches, another one without takes from its drop directory."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backbone_sync.config import Config
from backbone_sync.privacy.grant import Grant
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.sources.source_files import FileDrop, Files
from backbone_sync.stores.store import Store
from provision.lab.source.mutate import mutate
from tests.support.bundles import WORDS
from tests.support.sync_cli import commander, settings
from tests.support.sync_world import difference

SOME = ("ref.mst_wilayah", "sekolah", "peserta_didik")


def taken(config: Config, drop: Path, keys: Path) -> RunResult:
    files = Files(str(drop), str(keys / "signers"), settle=timedelta(0))
    made = dataclasses.replace(config, source=files, grant=Grant(SOME))
    with closing(Store(made.database)) as store, closing(FileDrop(made, WORDS)) as source:
        return Engine(made, WORDS, source, store).run()


def test_what_a_region_has_goes_by_bundle_and_then_its_changes(
    config: Config,
    data: Path,
    database: str,
    tmp_path: Path,
    drop_keys: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = commander(settings(tmp_path, config), monkeypatch, capsys)
    drop = tmp_path / "drop"
    drop.mkdir()
    key = ("--key", str(drop_keys / "pusat.key"), "--out", str(drop))
    some = tuple(word for name in SOME for word in ("--entity", name))
    first = command("bundle", *key, *some, "--sequence", "1", "--json")
    assert first.status == 0, first.err
    assert first.document["rows"]["peserta_didik"] > 1200
    result = taken(config, drop, drop_keys)
    assert result.green, (result.error, result.shortfall())
    for entity in ("sekolah", "peserta_didik"):
        assert difference(data, database, entity) == set(), entity
    since = datetime.now(UTC)
    mutate(data, "peserta_didik", change=20, delete=3, add=4, seed=5)
    second = command("bundle", *key, *some, "--sequence", "2", "--since", since.isoformat(), "--json")
    assert second.document["rows"]["peserta_didik"] == 27
    assert second.document["rows"]["sekolah"] == 0
    assert taken(config, drop, drop_keys).green
    assert difference(data, database, "peserta_didik") == set()
    for wrong in (
        ("--sequence", "0"),
        ("--sequence", "3", "--since", "kemarin"),
        ("--sequence", "3", "--entity", "guru"),
    ):
        assert command("bundle", *key, *wrong).status == 2
    stranger = command("bundle", "--key", str(tmp_path / "none.pem"), "--out", str(drop), "--sequence", "3")
    assert (stranger.status, "cannot sign" in stranger.err) == (2, True)
    assert [one.name for one in drop.iterdir() if one.is_file()] == []
