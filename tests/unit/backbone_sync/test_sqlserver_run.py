"""The engine against the SQL Server store and a stand-in for the server: whole runs, kills, locks, deletions."""

from __future__ import annotations

from typing import Any

import pytest

from backbone_sync import config, dictionary
from backbone_sync.engine import Engine
from backbone_sync.grant import Grant
from backbone_sync.results import RunResult
from backbone_sync.store_sqlserver.store import SqlServerStore
from tests.support.scripted_source import Scripted, key_of, membership
from tests.support.sqlserver_standin import Server, known

WORDS = dictionary.load()
GRANT = Grant(("ref.mst_wilayah", "anggota_rombel"), frozenset({"s"}))
KNOWN = known(WORDS, [GRANT])
TABLE = "backbone.anggota_rombel"


@pytest.fixture
def server() -> Server:
    return Server(KNOWN)


def run(server: Server, source: Scripted, **options: Any) -> RunResult:
    settings = config.Config("33.74", config.Source("https://centre.example"), "", GRANT)
    store = SqlServerStore(server.connect(), WORDS)
    try:
        return Engine(settings, WORDS, source, store).run(**options)
    finally:
        for session in server.sessions:
            session.close()


def keys(server: Server) -> list[str]:
    return sorted(k.lower() for (k,) in server.query(f"SELECT anggota_rombel_id FROM {TABLE}"))


def source(count: int = 10, **changes: Any) -> Scripted:
    return Scripted(rows={n: membership(n, n) for n in range(count)}, **changes)


def counts(result: RunResult) -> tuple[int, int, int, int]:
    made = result.entities["anggota_rombel"].counts
    return made.created, made.updated, made.unchanged, made.deleted


def test_load_nothing_new_update_and_delete(server: Server) -> None:
    centre = source(10)
    first = run(server, centre)
    assert first.green, first.first_error
    assert counts(first) == (10, 0, 0, 0)
    assert keys(server) == sorted(map(key_of, range(10)))
    again = run(server, centre)
    assert again.green
    assert counts(again)[:2] == (0, 0)
    centre.rows[3] = membership(3, 20, jenis_pendaftaran_id=2)
    centre.rows[4] = membership(4, 21, gone=True)
    centre.rows[10] = membership(10, 22)
    changed = run(server, centre)
    assert changed.green, changed.first_error
    assert counts(changed)[:2] == (1, 1)
    assert counts(changed)[3] == 1
    assert keys(server) == sorted(key_of(n) for n in range(11) if n != 4)
    assert server.query(f"SELECT count(*) FROM {TABLE} WHERE jenis_pendaftaran_id = 2") == [(1,)]
    assert server.query("SELECT key, run_id FROM sync.tombstone") == [(key_of(4), changed.run_id)]
    assert server.query("SELECT count(*) FROM staging.anggota_rombel") == [(0,)]
    assert server.query("SELECT state FROM sync.run ORDER BY run_id") == [("green",)] * 3
