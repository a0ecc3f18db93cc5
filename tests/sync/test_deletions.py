"""Deletions are found and applied; a mass of them waits until somebody answers for it by name."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.errors import NothingHeld
from backbone_sync.interfaces import Capabilities
from backbone_sync.privacy import grant
from backbone_sync.run import status
from backbone_sync.run.results import RunResult
from backbone_sync.stores.store import Store
from provision.lab.source import schema
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.scripted_source import Scripted, membership
from tests.support.sync_world import SIZE, Run, difference
from tests.sync.test_properties import ENTITY, emptied, held, in_force, ran, stores

__all__ = ["stores"]
WORDS = dictionary.load()
STUDENTS = grant.make(WORDS, ("peserta_didik",))


def released(database: str, entity: str = "peserta_didik", lasting: timedelta = timedelta(days=1)) -> int:
    store = Store(database)
    try:
        return store.release(WORDS[entity], "Siti Aminah", "two schools moved, letter 421/17", lasting).rows
    finally:
        store.close()


def assert_braked(result: RunResult, many: int) -> None:
    made = result.entities["peserta_didik"]
    assert made.error is not None
    assert (made.error.kind, made.held, made.counts.deleted) == ("deletions_braked", many, 0)
    assert re.match(rf"{many} of 12\d\d stored rows of peserta_didik \(\d+\.\d %\)", made.error.message)
    assert "one run may delete 60: none" in made.error.message
    assert "backbone-sync release-deletes peserta_didik --by NAME" in made.error.repair
    assert (result.green, result.exit_status) == (False, 1)


def test_a_mass_of_tombstones_waits_for_a_release_by_name_which_covers_that_set_alone(
    run: Run, data: Path, database: str
) -> None:
    assert run(grant=STUDENTS).green
    mutate(data, "peserta_didik", change=30, delete=100, add=5, seed=1)
    result = run(grant=STUDENTS)
    assert_braked(result, 100)
    assert result.entities["peserta_didik"].counts.updated == 30  # what is no deletion goes on
    assert_braked_status(database, 100)
    assert released(database) == 100
    mutate(data, "peserta_didik", delete=90, seed=2)
    second = run(grant=STUDENTS)
    made = second.entities["peserta_didik"]
    assert (made.counts.deleted, made.held, second.green) == (100, 90, False)
    with psycopg.connect(database) as connection:
        record = connection.execute("SELECT released_by, reason, rows, deleted, used_at FROM sync.release").fetchone()
    assert record is not None
    assert record[:4] == ("Siti Aminah", "two schools moved, letter 421/17", 100, 100)
    assert record[4] is not None
    third = run(grant=STUDENTS)
    assert third.entities["peserta_didik"].held == 90  # the word that was given is used up
    assert released(database) == 90
    assert run(grant=STUDENTS).green
    assert difference(data, database, "peserta_didik") == set()


def assert_braked_status(database: str, many: int) -> None:
    with psycopg.connect(database) as connection:
        now = status.read(connection, "33.74", WORDS)
    assert (now.green, now.error_kind, now.entities["peserta_didik"].held) == (False, "deletions_braked", many)
    assert now.message is not None
    assert f"{many} of " in now.message


def test_a_release_that_has_expired_lets_nothing_through(run: Run, data: Path, database: str) -> None:
    assert run(grant=STUDENTS).green
    mutate(data, "peserta_didik", delete=100, seed=1)
    assert_braked(run(grant=STUDENTS), 100)
    released(database, lasting=timedelta(microseconds=1))
    assert_braked(run(grant=STUDENTS), 100)


def test_nothing_can_be_released_before_it_waits(run: Run, database: str) -> None:
    assert run(grant=STUDENTS).green
    with pytest.raises(NothingHeld):
        released(database)


def test_a_few_deletions_need_nobody(run: Run, data: Path, database: str) -> None:
    assert run(grant=STUDENTS).green
    mutate(data, "peserta_didik", delete=SIZE.students // 20, seed=1)
    result = run(grant=STUDENTS)
    assert (result.green, result.entities["peserta_didik"].counts.deleted) == (True, SIZE.students // 20)


def vanish(data: Path, many: int) -> None:
    """Rows that are gone at the source without a tombstone."""
    connection = schema.connect(data)
    connection.execute(
        "DELETE FROM peserta_didik WHERE rowid IN"
        f" (SELECT rowid FROM peserta_didik WHERE soft_delete = 0 ORDER BY peserta_didik_id LIMIT {many})"
    )
    connection.close()


def test_rows_that_vanish_without_a_tombstone_are_found_by_a_snapshot(run: Run, data: Path, database: str) -> None:
    """The balance shows that something is missing; the run compares keys and times, and lists no row for it."""
    assert run(grant=STUDENTS).green
    vanish(data, 20)
    result = run(grant=STUDENTS)
    made = result.entities["peserta_didik"]
    assert result.green, (made.error, made.balance)
    assert (made.counts.deleted, made.begun, made.compared) == (20, True, True)
    assert made.counts.received < 50
    assert difference(data, database, "peserta_didik") == set()


def test_rows_that_are_missing_here_are_found_by_a_snapshot_and_fetched(run: Run, data: Path, database: str) -> None:
    assert run(grant=STUDENTS).green
    with psycopg.connect(database) as connection:
        newest = "peserta_didik_id IN (SELECT peserta_didik_id FROM backbone.peserta_didik ORDER BY last_update DESC"
        connection.execute(f"DELETE FROM backbone.peserta_didik WHERE {newest} LIMIT 3)")
        connection.execute(
            f"UPDATE backbone.peserta_didik SET nama = 'x', last_update = '2001-01-01' WHERE {newest} LIMIT 2)"
        )
    vanish(data, 4)
    result = run(grant=STUDENTS)
    made = result.entities["peserta_didik"]
    assert result.green, (made.error, made.balance)
    assert (made.counts.created, made.counts.updated, made.counts.deleted) == (3, 2, 4)
    assert made.counts.received < SIZE.students // 2
    assert difference(data, database, "peserta_didik") == set()


def test_nothing_follows_from_a_snapshot_that_is_not_whole(run: Run, data: Path, source: Source, database: str) -> None:
    assert run(grant=STUDENTS).green
    vanish(data, 20)
    for fault in ("cut_off", "wrong_gzip", "broken", "forbidden", "html", "nothing"):
        source.switches.arm(fault, "/snapshot", times=10_000)
        result = run(grant=STUDENTS, source_retries=0)
        assert not result.green, fault
        assert result.error or result.entities["peserta_didik"].error, fault
        with psycopg.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone() == (SIZE.students,)
            assert connection.execute("SELECT count(*) FROM sync.held").fetchone() == (0,), fault
        source.switches.clear()
    again = run(grant=STUDENTS)
    assert (again.green, again.entities["peserta_didik"].counts.deleted) == (True, 20)


def test_a_mass_that_a_snapshot_lacks_waits_for_a_release(run: Run, data: Path, database: str) -> None:
    assert run(grant=STUDENTS).green
    vanish(data, 200)
    assert_braked(run(grant=STUDENTS), 200)
    released(database)
    assert run(grant=STUDENTS).green
    assert difference(data, database, "peserta_didik") == set()


def test_a_listing_that_lacks_many_rows_deletes_none_and_a_release_is_for_rows_that_are_still_gone(
    run: Run, data: Path, database: str, pristine: Path
) -> None:
    assert run(grant=STUDENTS).green
    vanish(data, 200)
    assert_braked(run(grant=STUDENTS, full=True), 200)
    released(database)
    # The centre's slip is mended before the release is used: the rows are there again, and nothing is deleted.
    whole, half = schema.connect(pristine), schema.connect(data)
    rows = whole.execute("SELECT * FROM peserta_didik").fetchall()
    half.execute("DELETE FROM peserta_didik")
    half.executemany(f"INSERT INTO peserta_didik VALUES ({', '.join('?' * len(rows[0]))})", rows)
    whole.close()
    half.close()
    result = run(grant=STUDENTS, full=True)
    assert (result.green, result.entities["peserta_didik"].counts.deleted) == (True, 0)
    assert difference(data, database, "peserta_didik") == set()


def test_a_row_that_comes_back_is_stored_again(stores: str) -> None:
    """A source without tombstones: absent, then there again with its old last_update."""
    emptied(stores)
    source = Scripted(can=Capabilities(since=False, tombstones=False), counts=False)
    source.rows = {n: membership(n, 1) for n in range(30)}
    assert ran(stores, source).green
    kept = source.rows.pop(3)
    assert ran(stores, source).entities[ENTITY].counts.deleted == 1
    assert held(stores) == in_force(source)
    source.rows[3] = kept
    assert ran(stores, source).green
    assert held(stores) == in_force(source)


def test_an_empty_listing_is_never_taken_for_the_end_of_all_rows(stores: str) -> None:
    emptied(stores)
    source = Scripted(can=Capabilities(since=False, tombstones=False), counts=False)
    source.rows = {n: membership(n, 1) for n in range(30)}
    assert ran(stores, source).green
    stood = held(stores)
    source.rows = {}
    result = ran(stores, source, delete_share=0.05)
    made = result.entities[ENTITY]
    assert (made.error and made.error.kind, made.held, held(stores)) == ("deletions_braked", 30, stood)


def test_a_comparison_that_is_cut_off_deletes_nothing(run: Run, data: Path, source: Source, database: str) -> None:
    assert run(grant=STUDENTS).green
    vanish(data, 20)
    source.switches.arm("broken", "/peserta_didik", times=10_000, after=4)
    assert run(grant=STUDENTS, source_retries=0, full=True).exit_status == 3
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone() == (SIZE.students,)
        assert connection.execute("SELECT count(*) FROM sync.held").fetchone() == (0,)


def test_what_a_listing_lacks_is_deleted_only_if_a_snapshot_lacks_it_too(stores: str) -> None:
    emptied(stores)
    source = Scripted(can=Capabilities(snapshot=True))
    source.rows = {n: membership(n, n, gone=n == 7) for n in range(30)}
    assert ran(stores, source).green
    source.slipped = frozenset({3, 4})
    result = ran(stores, source, full=True)
    assert result.green, (result.error, result.entities[ENTITY])
    assert (result.entities[ENTITY].counts.deleted, held(stores)) == (0, in_force(source))
    del source.rows[5]  # without a tombstone
    result = ran(stores, source, full=True)
    assert (result.green, result.entities[ENTITY].counts.deleted) == (True, 1)
    assert held(stores) == in_force(source)
    del source.rows[7]  # the tombstone is of no more use to the source: nor is it here
    assert ran(stores, source, full=True).green
    with psycopg.connect(stores) as connection:
        assert connection.execute("SELECT count(*) FROM sync.tombstone").fetchone() == (0,)


def test_a_row_without_a_readable_key_stays_set_aside_when_a_snapshot_is_compared(stores: str) -> None:
    emptied(stores)
    source = Scripted(can=Capabilities(snapshot=True))
    source.rows = {n: membership(n, n) for n in range(9)}
    source.rows[4]["anggota_rombel_id"] = "nomor 4"
    assert ran(stores, source).green
    del source.rows[5]
    result = ran(stores, source, full=True)
    assert result.green, (result.error, result.entities[ENTITY])
    account = result.entities[ENTITY].balance
    assert account is not None
    assert (account.stored, account.quarantined) == (7, 1)
