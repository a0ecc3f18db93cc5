"""The store's digests, made by PostgreSQL, are the source's: whole, and by kecamatan and semester."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.dictionary import digest
from backbone_sync.sources import wire
from provision.lab.source import account, schema
from provision.lab.source.mutate import mutate
from tests.support.sync_world import Run

WORDS = dictionary.load()
BOTH = ("kecamatan", "semester")


def at_source(data: Path, by: tuple[str, ...] = ()) -> wire.Totals:
    connection = schema.connect(data)
    try:
        return wire.totals(account.totals(connection, "33.74", (), by), "33.74")
    finally:
        connection.close()


def in_store(database: str, entity: str, by: tuple[str, ...] = ()) -> dict[tuple[str | None, ...], tuple[int, str]]:
    with psycopg.connect(database) as connection:
        rows = connection.execute(digest.statement(WORDS, WORDS[entity], by).encode()).fetchall()
    return {tuple(row[:-2]): (row[-2], digest.folded(int(row[-1]))) for row in rows}


def test_the_digest_of_every_entity_is_the_sources(run: Run, data: Path, database: str) -> None:
    run()
    mutate(data, "peserta_didik", change=20, delete=5, add=5, seed=1)
    assert run().green
    for name, total in at_source(data).entities.items():
        assert in_store(database, name) == {(): (total.live, total.digest)}, name


@pytest.mark.parametrize("by", [("kecamatan",), ("semester",), BOTH, ("semester", "kecamatan")])
def test_the_digest_of_every_part_is_the_sources(by: tuple[str, ...], run: Run, data: Path, database: str) -> None:
    assert run().green
    # A school that goes leaves rows without a kecamatan, a class rows without a semester, here as there.
    mutate(data, "sekolah", delete=1, seed=1)
    mutate(data, "rombongan_belajar", delete=1, seed=1)
    assert run().green
    lost = 0
    for name, total in at_source(data, by).entities.items():
        if total.groups is None:
            continue
        there = {tuple(getattr(g, one) for one in by): (g.live, g.digest) for g in total.groups}
        assert in_store(database, name, by) == there, name
        lost += sum(live for part, (live, _) in there.items() if None in part)
    assert lost > 0


def test_a_row_that_was_changed_in_the_store_alone_is_found_in_its_part(run: Run, data: Path, database: str) -> None:
    assert run().green
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE backbone.ruang SET last_update = last_update + interval '1 microsecond'"
            " WHERE id_ruang = (SELECT id_ruang FROM backbone.ruang ORDER BY 1 LIMIT 1)"
        )
    groups = at_source(data, ("kecamatan",)).entities["ruang"].groups or []
    there = {(g.kecamatan,): (g.live, g.digest) for g in groups}
    here = in_store(database, "ruang", ("kecamatan",))
    assert len([part for part in there if there[part] != here[part]]) == 1
    assert {part: live for part, (live, _) in there.items()} == {part: live for part, (live, _) in here.items()}
