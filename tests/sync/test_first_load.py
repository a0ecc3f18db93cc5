"""The short way of a first load's pages: what it leaves is what the long way leaves, whatever the pages hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backbone_sync import dictionary
from backbone_sync.dictionary.validator import Judged, Scope, Validator
from backbone_sync.privacy import grant
from backbone_sync.run.state import Counts, Position
from backbone_sync.stores.store import Store
from backbone_sync.stores.untouched import Untouched
from tests.support.scripted_source import key_of, membership

WORDS = dictionary.load()
ENTITY = WORDS["anggota_rombel"]
GRANTED = grant.make(WORDS).fields(ENTITY)
AREA = WORDS["ref.mst_wilayah"]
TABLES = ("cursor", "quarantine", "tombstone", "held", "release", "width", "orphan", "reference_check")
LONG = Untouched(direct=False, spoken=None)

rows = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from("pppgb")), max_size=8)


@pytest.fixture(scope="module")
def store(cluster: object) -> Iterator[Store]:
    """One database for the module."""
    admin = f"host={cluster} user=postgres dbname=postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS first WITH (FORCE)")
        connection.execute("CREATE DATABASE first")
    made = Store(f"host={cluster} user=postgres dbname=first")
    made.migrate(WORDS, WORDS.names)
    yield made
    made.close()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE first WITH (FORCE)")


def emptied(store: Store) -> None:
    tables = ", ".join(f"sync.{name}" for name in TABLES)
    store.connection.execute(f"TRUNCATE {tables}, backbone.anggota_rombel, ref.mst_wilayah".encode())


def judged(page: list[tuple[int, int, str]]) -> Judged:
    """Rows to be stored (p), withdrawn (g) or set aside (b)."""
    made = [
        membership(n, at, what == "g", **({"jenis_pendaftaran_id": "x"} if what == "b" else {})) for n, at, what in page
    ]
    return Validator(ENTITY, GRANTED, Scope()).judge([msgspec.Raw(json.dumps(row).encode()) for row in made])


def left(store: Store) -> list[Any]:
    """Everything that pages leave, but for times of storing."""
    statements = (
        "SELECT to_jsonb(t) - 'stored_at' FROM backbone.anggota_rombel t ORDER BY anggota_rombel_id",
        "SELECT to_jsonb(q) - 'seen_at' FROM sync.quarantine q ORDER BY key",
        "SELECT to_jsonb(d) - 'deleted_at' FROM sync.tombstone d ORDER BY key",
        "SELECT to_jsonb(h) FROM sync.held h ORDER BY key",
        "SELECT to_jsonb(c) - 'moved_at' FROM sync.cursor c",
        "SELECT entity, key FROM pg_temp.touched ORDER BY 1, 2",
    )
    return [store.connection.execute(statement.encode()).fetchall() for statement in statements]


def applied(store: Store, pages: list[Judged], *, touch: bool, long: bool) -> tuple[list[Any], Counts]:
    emptied(store)
    store.position(ENTITY, GRANTED, "33.74")
    store.prepare(ENTITY, GRANTED, compare=False)
    store.connection.execute("TRUNCATE touched")
    counts = Counts()
    for number, page in enumerate(pages):
        if long:
            store._untouched = LONG
        store.apply(ENTITY, 1, page, counts, Position(position=str(number)), touch=touch)
    return left(store), counts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(rows, min_size=1, max_size=5), touch=st.booleans())
def test_both_ways_leave_the_same(store: Store, pages: list[list[tuple[int, int, str]]], touch: bool) -> None:
    made = [judged(page) for page in pages]
    assert applied(store, made, touch=touch, long=False) == applied(store, made, touch=touch, long=True)


def test_the_short_way_is_taken_and_left_at_the_first_key_that_is_there(store: Store) -> None:
    emptied(store)
    store.position(ENTITY, GRANTED, "33.74")
    store.prepare(ENTITY, GRANTED, compare=False)
    counts = Counts()
    store.apply(ENTITY, 1, judged([(n, 3, "p") for n in range(5)]), counts, Position(position="a"))
    assert store._untouched
    assert store._untouched.direct
    # One row older, one newer, one new: nothing of the attempt remains.
    store.apply(ENTITY, 1, judged([(9, 1, "p"), (0, 1, "p"), (1, 4, "p")]), counts, Position(position="b"))
    assert not store._untouched.direct
    assert (counts.created, counts.updated, counts.conflicts, counts.pages) == (6, 1, 1, 2)
    found = store.connection.execute("SELECT position FROM sync.cursor").fetchone()
    assert found == ("b",)


def test_a_first_load_that_was_cut_off_goes_on_the_short_way_and_a_later_listing_never_takes_it(store: Store) -> None:
    emptied(store)
    store.position(ENTITY, GRANTED, "33.74")
    for position, short in (
        (Position(), True),
        (Position(position="a"), True),
        (Position(), False),
        (Position(since_update=judged([(0, 1, "p")]).high_update), False),
    ):
        store.settle_position(ENTITY, position)
        store.prepare(ENTITY, GRANTED, compare=False)
        assert Untouched.of(store.connection, ENTITY).direct == short, position
        if position == Position():
            store.apply(ENTITY, 1, judged([(0, 1, "p")]), Counts(), Position())


def test_what_was_withdrawn_or_set_aside_before_goes_the_long_way(store: Store) -> None:
    emptied(store)
    store.position(ENTITY, GRANTED, "33.74")
    store.prepare(ENTITY, GRANTED, compare=False)
    counts = Counts()
    store.apply(ENTITY, 1, judged([(0, 3, "g"), (1, 3, "b"), (2, 3, "p")]), counts, Position())
    store.apply(ENTITY, 1, judged([(0, 1, "p"), (1, 4, "p"), (3, 1, "p")]), counts, Position())
    stored = {row[0] for row in store.connection.execute("SELECT anggota_rombel_id::text FROM backbone.anggota_rombel")}
    assert stored == {key_of(1), key_of(2), key_of(3)}
    assert store.connection.execute("SELECT FROM sync.quarantine").fetchone() is None


def test_padding_of_codes_goes_on_either_way(store: Store) -> None:
    emptied(store)
    granted = grant.make(WORDS).fields(AREA)
    base = {f.name: None for f in AREA.fields if f.nullable}
    base |= {"nama": "Mijen ", "id_level_wilayah": 3, "last_update": "2025-01-01T00:00:00Z", "soft_delete": 0}
    lines = [
        {**base, "kode_wilayah": code, "mst_kode_wilayah": "036300  "} for code in ("036301  ", "036302  ", "03630301")
    ]
    page = Validator(AREA, granted).judge([msgspec.Raw(json.dumps(line).encode()) for line in lines])
    assert len(page.rows) == 3, page.quarantined
    for long in (False, True):
        emptied(store)
        store.position(AREA, granted, "33.74")
        store.prepare(AREA, granted, compare=False)
        if long:
            store._untouched = LONG
        store.apply(AREA, 1, page, Counts(), Position())
        found = store.connection.execute("SELECT kode_wilayah, mst_kode_wilayah, nama FROM ref.mst_wilayah ORDER BY 1")
        assert found.fetchall() == [(code, "036300", "Mijen ") for code in ("036301", "036302", "03630301")]
