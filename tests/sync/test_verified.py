"""As many rows are not the same rows: once a day their digest is compared, and what was missed is found and fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.errors import BadAnswer
from backbone_sync.interfaces import Capabilities, Page, Total
from backbone_sync.privacy import grant
from backbone_sync.run import doctor, publish, status
from backbone_sync.run.status import EntityStatus
from provision.lab.source import schema
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.scripted_source import START, Scripted, membership
from tests.support.sync_world import ENTITIES, SIZE, Run, difference
from tests.sync.test_grant import limited
from tests.sync.test_properties import ENTITY, emptied, held, in_force, ran, stores

__all__ = ["stores"]
WORDS = dictionary.load()
STUDENTS = grant.make(WORDS, ("peserta_didik",))
ALWAYS = timedelta(microseconds=1)  # due in every run
NEVER = timedelta(0)
ABLE = Capabilities(snapshot=True)


def at_source(data: Path, statement: str) -> None:
    connection = schema.connect(data)
    connection.execute(statement)
    connection.close()


def told(database: str, entity: str = "peserta_didik") -> EntityStatus:
    with psycopg.connect(database) as connection:
        return status.read(connection, "33.74", WORDS).entities[entity]


def a_day_later(database: str) -> None:
    """The proofs that are on record are a day older."""
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE sync.checked SET seen_at = seen_at - interval '1 day', verified_at = verified_at - interval '1 day'"
        )


OLDEST = "(SELECT peserta_didik_id FROM peserta_didik WHERE soft_delete = 0 ORDER BY last_update LIMIT 1)"
LATE = (
    "UPDATE peserta_didik SET nama = 'Wayan Baru', last_update = substr(last_update, 1, 20) || '999Z'"
    f" WHERE peserta_didik_id = {OLDEST}"
)


def test_a_change_that_the_cursor_passed_over_is_found_within_a_day(run: Run, data: Path, database: str) -> None:
    """A row is changed, and its new last_update lies behind the cursor: as many rows as before, so all balances."""
    assert run(grant=STUDENTS).green
    at_source(data, LATE)
    assert run(grant=STUDENTS).green
    assert len(difference(data, database, "peserta_didik")) == 2, "not looked for again within the day"
    assert told(database).verified is None
    a_day_later(database)
    result = run(grant=STUDENTS)
    assert result.green, (result.error, result.entities["peserta_didik"].error)
    assert difference(data, database, "peserta_didik") == set()
    assert result.entities["peserta_didik"].counts.updated == 1
    now = told(database)
    assert now.verified is not None
    assert now.missed >= 1
    with psycopg.connect(database) as connection:
        made = publish.registry(status.read(connection, "33.74", WORDS))
    assert made.get_sample_value("backbone_sync_missed_rows", {"entity": "peserta_didik"}) == now.missed
    assert made.get_sample_value("backbone_sync_verified_timestamp_seconds", {"entity": "peserta_didik"})
    a_day_later(database)
    assert run(grant=STUDENTS).green
    assert told(database).missed == 0


def test_a_run_with_nothing_new_asks_no_more_than_before_when_the_digests_are_compared(run: Run, database: str) -> None:
    assert run().green
    for age in (0, 1):
        if age:
            a_day_later(database)
        assert run().green
        with psycopg.connect(database) as connection:
            row = connection.execute("SELECT requests FROM sync.run ORDER BY run_id DESC LIMIT 1").fetchone()
        assert row == (len(WORDS.names) + 2,)  # the token, a page an entity, the totals
    assert all(told(database, name).verified for name in ENTITIES)


def test_rows_that_are_set_aside_or_kept_out_are_part_of_the_proof(run: Run, data: Path, database: str) -> None:
    of_sd = limited("SD")
    at_source(data, f"UPDATE peserta_didik SET jenis_kelamin = 'X' WHERE peserta_didik_id = {OLDEST}")
    assert run(grant=of_sd).green
    # A later version of a stored row cannot be stored: the older one stays, and the account has the later one.
    mutate(data, "sekolah", change=2, seed=3)
    at_source(data, "UPDATE sekolah SET status_sekolah = 7, last_update = '2026-01-01T00:00:00.000Z'")
    result = run(grant=of_sd, verify=ALWAYS)
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    for name in ENTITIES:
        one = told(database, name)
        assert one.verified is not None, name
        assert one.missed == 0, name
    assert told(database).withheld > 0
    assert told(database, "sekolah").quarantined > 0


def test_a_source_that_went_back_to_an_earlier_state_is_followed(run: Run, data: Path, database: str) -> None:
    """The centre was restored from a backup: as many rows, some of them older than they are here."""
    assert run(grant=STUDENTS).green
    at_source(data, "CREATE TABLE kept AS SELECT * FROM peserta_didik")
    mutate(data, "peserta_didik", change=9, seed=5)
    assert run(grant=STUDENTS).green
    at_source(data, "DELETE FROM peserta_didik")
    at_source(data, "INSERT INTO peserta_didik SELECT * FROM kept")
    assert difference(data, database, "peserta_didik")
    result = run(grant=STUDENTS, verify=ALWAYS)
    assert result.green, result.entities["peserta_didik"].error
    assert difference(data, database, "peserta_didik") == set()
    assert result.entities["peserta_didik"].counts.updated == 9


def test_a_row_whose_time_stood_still_is_found_when_its_entity_is_listed_anew(
    run: Run, data: Path, database: str
) -> None:
    assert run().green
    at_source(data, f"UPDATE peserta_didik SET nama = 'Wayan Baru' WHERE peserta_didik_id = {OLDEST}")
    assert run(verify=ALWAYS).green
    assert len(difference(data, database, "peserta_didik")) == 2, "no digest holds what a row says"
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE sync.checked SET listed_at = listed_at - interval '31 days'"
            " WHERE entity IN ('sekolah', 'peserta_didik')"
        )
    anew = [run() for _ in range(3)]
    assert all(r.green for r in anew)
    assert [[n for n, one in r.entities.items() if one.begun] for r in anew] == [["sekolah"], ["peserta_didik"], []]
    assert anew[1].entities["peserta_didik"].counts.updated == 1
    assert difference(data, database, "peserta_didik") == set()


def test_a_listing_that_is_begun_anew_and_cut_off_is_not_begun_once_more(
    run: Run, data: Path, database: str, source: Source
) -> None:
    assert run(grant=STUDENTS).green
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE sync.checked SET listed_at = now() - interval '31 days'")
        connection.execute("UPDATE sync.checked SET listed_at = now() WHERE entity <> 'peserta_didik'")
    source.switches.arm("broken", "/peserta_didik", times=10_000, after=3)
    assert not run(grant=STUDENTS, source_retries=0).green
    source.switches.clear()
    result = run(grant=STUDENTS)
    assert result.green
    assert 0 < result.entities["peserta_didik"].counts.received < SIZE.students + SIZE.withdrawn
    assert not run(grant=STUDENTS).entities["peserta_didik"].begun


def test_a_listing_that_never_brings_what_its_snapshot_has_is_not_green(stores: str) -> None:
    emptied(stores)
    source = Scripted(can=ABLE, rows={n: membership(n, n) for n in range(30)})
    assert ran(stores, source).green
    source.shown = {3: source.rows[3]}
    source.rows[3] = membership(3, 4, jenis_pendaftaran_id=2)
    result = ran(stores, source, verify=ALWAYS)
    made = result.entities[ENTITY]
    assert made.error is not None
    assert (made.error.kind, result.green, result.exit_status) == ("missed", False, 1)
    assert "its snapshot has" in made.error.message
    assert f"backbone-sync reconcile {ENTITY}" in made.error.repair
    assert "missed" in doctor.CAUSES
    assert told(stores, ENTITY).verified is None
    assert not ran(stores, source, verify=ALWAYS).green
    source.shown = {}
    assert ran(stores, source, verify=ALWAYS).green
    assert held(stores) == in_force(source)


class Busy(Scripted):
    """Changes a row whenever it is asked for totals, so that they are never those of what was listed."""

    def totals(self) -> Mapping[str, Total] | None:
        self.now += 10
        self.rows[self.now % 30] = membership(self.now % 30, self.now)
        return super().totals()


def test_a_source_that_changes_while_it_is_asked_is_proven_by_its_snapshot(stores: str) -> None:
    emptied(stores)
    source = Busy(can=ABLE, rows={n: membership(n, n) for n in range(30)}, now=100)
    assert ran(stores, source).green
    result = ran(stores, source, verify=ALWAYS)
    assert result.green, result.entities[ENTITY].error
    one = told(stores, ENTITY)
    assert (one.verified is not None, one.missed) == (True, 0)


def test_a_row_that_nobody_can_read_leaves_its_entity_unproven(stores: str) -> None:
    emptied(stores)
    source = Scripted(rows={n: membership(n, n) for n in range(9)}, can=ABLE)
    source.rows[4]["anggota_rombel_id"] = "nomor 4"
    assert ran(stores, source, verify=ALWAYS).green
    assert ran(stores, source, verify=ALWAYS).green
    assert told(stores, ENTITY).verified is None


# -- rows that come late, and listings out of order


def test_a_row_that_is_committed_late_is_found_by_the_overlap_or_by_the_account(stores: str) -> None:
    """The overlap is two minutes: what is later than that, the cursor has passed for good."""
    emptied(stores)
    source = Scripted(can=ABLE, rows={n: membership(n, n) for n in range(30)})
    assert ran(stores, source).green
    source.rows[40] = membership(40, 28)
    result = ran(stores, source, verify=NEVER)
    assert (result.green, result.entities[ENTITY].compared) == (True, False)
    source.rows[41] = membership(41, 5)  # one row more: the counts tell
    assert ran(stores, source, verify=NEVER).entities[ENTITY].compared
    assert held(stores) == in_force(source)
    source.rows[6] = membership(6, 7, jenis_pendaftaran_id=2)  # as many rows: the digest tells
    assert ran(stores, source, verify=NEVER).green
    assert held(stores) != in_force(source)
    assert ran(stores, source, verify=ALWAYS).green
    assert held(stores) == in_force(source)


class Growing(Scripted):
    """A long listing, behind whose back rows are committed with earlier times."""

    def page(self, *words: Any, **rest: Any) -> Page:
        made = super().page(*words, **rest)
        if words[0] == self.entity and self.requests == 8:
            self.rows[50] = membership(50, 1)
            self.rows[2] = membership(2, 3, jenis_pendaftaran_id=2)
            del self.rows[9]
        return made


def test_what_changes_behind_a_long_listing_is_found_in_the_same_run(stores: str) -> None:
    emptied(stores)
    source = Growing(can=ABLE, rows={n: membership(n, n) for n in range(60)})
    result = ran(stores, source, full=True)
    assert result.green, (result.error, result.entities[ENTITY])
    assert held(stores) == in_force(source)


class Unordered(Scripted):
    """Lists in an order of its own, and counts rows for a position; breaks off where `cut` says."""

    cut = 0

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        clock = START + timedelta(minutes=self.now)
        if entity != self.entity:
            return Page([], "", False, clock)
        self.requests += 1
        if self.requests == self.cut:
            raise BadAnswer("cut off")
        from_ = since.isoformat(timespec="milliseconds").replace("+00:00", "Z") if since else ""
        rows = [r for r in self._listed() if r["last_update"] >= from_]
        rows.sort(key=lambda row: hashlib.sha256(row["anggota_rombel_id"].encode()).digest())
        at, size = int(cursor or 0), self.sizes[0]
        raws = [msgspec.Raw(json.dumps(row).encode()) for row in rows[at : at + size]]
        return Page(raws, str(at + len(raws)), at + size < len(rows), clock)


@pytest.mark.parametrize("cut", [0, 2, 4])
def test_a_listing_out_of_order_loses_nothing_without_a_word(stores: str, cut: int) -> None:
    """Its positions mean other rows once it has changed: what slips through shows in the counts and the digests."""
    emptied(stores)
    source = Unordered(can=ABLE, sizes=(7,), rows={n: membership(n, n * 5 % 31) for n in range(31)}, now=40)
    source.cut = cut
    assert ran(stores, source, verify=ALWAYS).green is not bool(cut)
    source.rows.update({n: membership(n, 41 + n) for n in (4, 11, 60, 61, 62)})
    source.rows[17] = membership(17, 45, gone=True)
    source.now = 150
    result = ran(stores, source, verify=ALWAYS)
    assert result.green, (result.error, result.entities[ENTITY])
    assert held(stores) == in_force(source)
    assert told(stores, ENTITY).verified is not None
