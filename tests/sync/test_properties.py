"""Whatever a source does between two runs, in whatever pages it comes: what is stored is what is in force there."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from datetime import UTC, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backbone_sync import config as configs
from backbone_sync import dictionary
from backbone_sync.interfaces import Capabilities
from backbone_sync.privacy.grant import Grant
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.sources.source_contract import Contract
from backbone_sync.stores.store import Store
from tests.support.scripted_source import Scripted, key_of, membership

WORDS = dictionary.load()
ENTITY = "anggota_rombel"
ALONE = Grant(("ref.mst_wilayah", ENTITY))
# Not one row is a mass, whatever the share: these tests are about exactness, the brake has its own.
NO_BRAKE = 1.0

change = st.tuples(st.integers(0, 15), st.integers(1, 6), st.sampled_from(("put", "put", "put", "gone")))
steps = st.lists(st.lists(change, max_size=12), min_size=1, max_size=4)
abilities = st.sampled_from(
    (
        Capabilities(),
        Capabilities(tombstones=False, since=False),
        Capabilities(tombstones=False, since=False, resume=False),
        Capabilities(resume=False),
    )
)


@pytest.fixture(scope="module")
def stores(cluster: object) -> Iterator[str]:
    """One database for all examples; each empties the tables first."""
    admin = f"host={cluster} user=postgres dbname=postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS properties WITH (FORCE)")
        connection.execute("CREATE DATABASE properties")
    conninfo = f"host={cluster} user=postgres dbname=properties"
    store = Store(conninfo)
    store.migrate(WORDS, (*WORDS.names,))
    store.close()
    logging.getLogger("backbone_sync").setLevel(logging.CRITICAL)
    yield conninfo
    logging.getLogger("backbone_sync").setLevel(logging.NOTSET)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE properties WITH (FORCE)")


def emptied(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        tables = "cursor, run, run_entity, balance, quarantine, tombstone, held, release, width, orphan"
        tables += ", reference_check, checked"
        connection.execute("TRUNCATE " + ", ".join(f"sync.{t.strip()}" for t in tables.split(",")))
        connection.execute("DROP TABLE IF EXISTS backbone.anggota_rombel")


def ran(conninfo: str, source: Scripted, full: bool = False, **changes: object) -> RunResult:
    config = configs.Config(
        region="33.74",
        source=Contract(url="https://pusat.example", overlap=timedelta(minutes=2)),
        database=conninfo,
        grant=ALONE,
        delete_share=NO_BRAKE,
    )
    config = dataclasses.replace(config, **changes)  # type: ignore[arg-type]
    store = Store(conninfo)
    try:
        return Engine(config, WORDS, source, store).run(full=full)
    finally:
        store.close()


def held(conninfo: str) -> dict[str, str]:
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute("SELECT anggota_rombel_id::text, last_update FROM backbone.anggota_rombel").fetchall()
    return {str(k): v.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") for k, v in rows}


def in_force(source: Scripted) -> dict[str, str]:
    return {r["anggota_rombel_id"]: r["last_update"] for r in source.rows.values() if not r["soft_delete"]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=steps,
    can=abilities,
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    doubled=st.booleans(),
    skew=st.integers(-3000, 3000),
    group=st.sampled_from((1, 4, 1000)),
    counts=st.booleans(),
)
def test_what_is_in_force_at_the_source_is_stored_and_nothing_else(
    stores: str,
    steps: list[list[tuple[int, int, str]]],
    can: Capabilities,
    sizes: list[int],
    doubled: bool,
    skew: int,
    group: int,
    counts: bool,
) -> None:
    """Ties in last_update, duplicates on page boundaries, clocks that are off, sources that cannot do everything.

    A source's times go forward by at least the overlap that a run allows for, as the contract has it.
    """
    emptied(stores)
    source = Scripted(
        can=can, sizes=tuple(sizes), doubled=doubled, skew=timedelta(seconds=skew), counts=counts or can.tombstones
    )
    tick = 0
    for step in steps:
        for number, ahead, what in step:
            if what == "gone" and number not in source.rows:
                continue
            source.rows[number] = membership(number, tick + ahead, what == "gone")
        tick += 6
        source.now = tick + 1
        result = ran(stores, source, pace=configs.Pace(group_rows=group))
        assert held(stores) == in_force(source)
        assert result.green, (result.error, result.entities[ENTITY])
    before = source.requests
    again = ran(stores, source)
    counts_again = again.entities[ENTITY].counts
    assert again.green
    assert (counts_again.created, counts_again.updated, counts_again.deleted) == (0, 0, 0)
    assert source.requests > before


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bad=st.dictionaries(
        st.integers(0, 39),
        st.sampled_from(
            (
                {"jenis_pendaftaran_id": "satu"},
                {"rombongan_belajar_id": "Anggota rombel belum ada"},
                {"last_sync": "kemarin"},
                {"peserta_didik_id": None},
                {"anggota_rombel_id": 7},
            )
        ),
        max_size=2,
    ),
    size=st.integers(1, 50),
)
def test_every_row_is_stored_or_in_quarantine_with_its_reason(stores: str, bad: dict[int, dict], size: int) -> None:
    emptied(stores)
    source = Scripted(sizes=(size,))
    source.rows = {n: membership(n, n % 7, **bad.get(n, {})) for n in range(40)}
    source.rows.update({n: {**row, "anggota_rombel_id": row["anggota_rombel_id"]} for n, row in source.rows.items()})
    unkeyed = [n for n, b in bad.items() if "anggota_rombel_id" in b]
    for n in unkeyed:
        # A keyset needs a key that can be ordered; the row's is a text, but no uuid.
        source.rows[n]["anggota_rombel_id"] = f"nomor {n}"
    result = ran(stores, source)
    account = result.entities[ENTITY].balance
    assert account is not None
    assert (account.stored, account.quarantined) == (40 - len(bad), len(bad))
    assert result.green
    with psycopg.connect(stores) as connection:
        reasons = connection.execute("SELECT reason, field FROM sync.quarantine").fetchall()
    assert len(reasons) == len(bad)
    assert all(reason and field for reason, field in reasons)
    source.rows = {n: membership(n, 20) for n in range(40)}
    assert ran(stores, source).entities[ENTITY].balance == dataclasses.replace(
        account, stored=40, quarantined=0, source=40
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    field=st.sampled_from(("jenis_pendaftaran_id", "peserta_didik_id", "updater_id", "last_sync")),
    form=st.sampled_from(("removed", "retyped")),
    many=st.integers(3, 30),
    size=st.integers(3, 40),
)
def test_a_field_that_goes_or_changes_its_type_stops_the_entity_and_nothing_is_emptied(
    stores: str, field: str, form: str, many: int, size: int
) -> None:
    emptied(stores)
    source = Scripted(sizes=(size,))
    source.rows = {n: membership(n, 1, last_sync="2025-01-01T00:00:00.000Z") for n in range(many)}
    assert ran(stores, source).green
    stood = held(stores)
    source.now = 20
    for n in range(many):
        row = membership(n, 10)
        if form == "removed":
            del row[field]
        else:
            row[field] = {"nilai": row[field]}
        source.rows[n] = row
    result = ran(stores, source)
    made = result.entities[ENTITY]
    assert (made.error and made.error.kind, result.exit_status) == ("schema_drift", 1)
    assert made.error is not None
    assert field in made.error.message
    assert made.error.repair
    assert held(stores) == stood
    source.rows = {n: membership(n, 11) for n in range(many)}
    source.now = 30
    assert ran(stores, source).green
    assert held(stores) == in_force(source) == {key_of(n): "2025-01-01T00:11:00.000Z" for n in range(many)}
