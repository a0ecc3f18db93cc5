"""A grant is kept to: past its last day nothing is fetched, and what it does not name is never on the disk."""

from __future__ import annotations

import dataclasses
from datetime import date

import psycopg

from backbone_sync import dictionary, grant
from provision.lab.source.serve import Source
from tests.support.sync_world import Run


def test_past_its_last_day_nothing_is_fetched_and_the_run_says_what_to_do(
    run: Run, source: Source, database: str
) -> None:
    ended = dataclasses.replace(grant.make(dictionary.load()), expires=date(2025, 12, 31))
    result = run(grant=ended)
    assert result.exit_status == 1
    assert result.error is not None
    assert result.error.kind == "grant"
    assert "2025-12-31" in result.error.message
    assert "Nota Kesepakatan" in result.error.repair
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT state, error_kind FROM sync.run").fetchall() == [("not_green", "grant")]
        assert connection.execute("SELECT count(*) FROM ref.mst_wilayah").fetchone() == (0,)
