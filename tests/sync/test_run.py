"""The main promises of a run, against a real database and a real source: exact, idempotent, honest."""

from __future__ import annotations

from pathlib import Path

import psycopg

from backbone_sync import dictionary
from backbone_sync.config import Config
from backbone_sync.privacy import grant
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.sync_world import ENTITIES, SIZE, Run, difference, stored


def test_an_initial_load_holds_every_row_and_balances(run: Run, data: Path, database: str) -> None:
    result = run()
    assert result.exit_status == 0, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    students = result.entities["peserta_didik"]
    assert students.counts.created == SIZE.students
    assert students.counts.flagged == SIZE.doubtfuls + 0
    assert students.balance is not None
    assert (students.balance.source, students.balance.stored) == (SIZE.students, SIZE.students)
    assert students.balance.deleted == SIZE.withdrawn
    for entity in ENTITIES:
        assert difference(data, database, entity) == set()


def test_a_run_with_nothing_new_asks_once_an_entity_and_changes_nothing(
    run: Run, source: Source, database: str
) -> None:
    run()
    before = stored(database, "peserta_didik", "peserta_didik_id, stored_at")
    again = run()
    assert again.green
    assert all(r.counts.pages == 1 for r in again.entities.values())
    assert sum(r.counts.created + r.counts.updated + r.counts.deleted for r in again.entities.values()) == 0
    assert stored(database, "peserta_didik", "peserta_didik_id, stored_at") == before


def test_changes_deletions_and_additions_arrive_exactly(run: Run, data: Path, database: str) -> None:
    run()
    mutate(data, "peserta_didik", change=40, delete=9, add=11, seed=3)
    mutate(data, "rombongan_belajar", change=2, delete=1, add=1, seed=3)
    result = run()
    assert result.green
    counts = result.entities["peserta_didik"].counts
    assert (counts.created, counts.updated, counts.deleted) == (11, 40, 9)
    for entity in ENTITIES:
        assert difference(data, database, entity) == set()


def test_a_listing_from_the_beginning_replays_every_page_and_changes_nothing(run: Run, database: str) -> None:
    run()
    before = stored(database, "peserta_didik", "peserta_didik_id, stored_at")
    again = run(full=True)
    counts = again.entities["peserta_didik"].counts
    assert again.green
    # And once more what lies in the overlap, after the snapshot that says what is there no more.
    twice = counts.received - SIZE.students - SIZE.withdrawn
    assert 0 <= twice < SIZE.students / 10
    assert SIZE.students <= counts.unchanged <= SIZE.students + twice
    assert (counts.created, counts.updated, counts.deleted, counts.conflicts) == (0, 0, 0, 0)
    assert stored(database, "peserta_didik", "peserta_didik_id, stored_at") == before


def test_sensitive_fields_are_neither_asked_for_nor_stored(run: Run, database: str) -> None:
    result = run()
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(nik), count(no_kk), count(agama_id), count(nama_ibu_kandung), count(nama)"
            " FROM backbone.peserta_didik"
        ).fetchone()
    assert row == (0, 0, 0, 0, SIZE.students)
    assert result.entities["peserta_didik"].counts.dropped_values == 0


def test_a_field_that_leaves_the_grant_leaves_the_tables(run: Run, config: Config, database: str) -> None:
    words = dictionary.load()
    assert run(grant=grant.make(words, leave_out=())).green
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(nik) FROM backbone.peserta_didik").fetchone()
    assert row == (SIZE.students,)
    assert run().green
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(nik), count(nama) FROM backbone.peserta_didik").fetchone()
    assert row == (0, SIZE.students)


def test_doubtful_identifiers_are_kept_and_flagged(run: Run, database: str) -> None:
    run()
    rows = stored(database, "peserta_didik", "nisn, flags")
    flagged = [r for r in rows if r[1]]
    assert flagged == [("0000000000", ["nisn"])] * SIZE.doubtfuls
