"""The landing database: what the centre writes is merged; nothing that it does or leaves undone empties the region."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from backbone_sync import cli, dictionary
from backbone_sync import config as configs
from backbone_sync.cli.stores import standing
from backbone_sync.privacy import erasure
from backbone_sync.privacy.grant import Grant
from backbone_sync.privacy.subject import Subject
from backbone_sync.run import doctor, status
from backbone_sync.run.engine import Engine
from backbone_sync.run.replay import replay
from backbone_sync.run.results import RunResult
from backbone_sync.sources.source_landing import Landing, LandingSettings
from backbone_sync.stores.people_postgresql import PostgresPeople
from backbone_sync.stores.store import Store
from tests.support.landing import WORDS, admin, centre, fill
from tests.support.sync_world import difference

STUDENT = "peserta_didik"
GRANT = Grant(("ref.mst_wilayah", STUDENT))
Centre = psycopg.Connection[tuple[object, ...]]
Run = Callable[..., RunResult]


@pytest.fixture
def config(database: str) -> configs.Config:
    settings = LandingSettings(zone=ZoneInfo("Asia/Jakarta"), page_limit=200, patience=timedelta(milliseconds=300))
    return configs.Config(region="33.74", source=settings, database=database, grant=GRANT)


@pytest.fixture
def writer(config: configs.Config) -> Iterator[Centre]:
    """The centre, once the tables are there and full."""
    with psycopg.connect(admin(config.database), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'backbone_landing'").fetchone():
            connection.execute("CREATE ROLE backbone_landing LOGIN")
    with closing(Landing(config, WORDS)) as landing:
        assert len(landing.install()) == 1 + 2 * len(GRANT.entities)
        assert landing.install() == []
    with centre(config.database) as connection:
        yield connection


@pytest.fixture
def run(config: configs.Config) -> Run:
    def once(full: bool = False, source: Any = None, **changes: Any) -> RunResult:
        made = dataclasses.replace(config, **changes)
        with closing(Store(made.database)) as store, closing(source or Landing(made, WORDS)) as landing:
            return Engine(made, WORDS, landing, store).run(full=full)

    return once


def count(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone()
    assert row is not None
    return int(str(row[0]))


def kinds(result: RunResult) -> set[str]:
    return {made.error.kind for made in result.entities.values() if made.error}


def test_what_the_centre_wrote_is_stored_and_what_it_changes_or_withdraws_follows(
    run: Run, writer: Centre, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    first = run()
    assert first.green, (first.error, kinds(first))
    assert difference(pristine, database, STUDENT) == set()
    ids = [str(r[0]) for r in writer.execute("SELECT peserta_didik_id FROM landing.peserta_didik ORDER BY 1 LIMIT 9")]
    live = [i for i in ids if not _gone(database, i)]
    # An old last_update that is written late is seen all the same; times without a zone are the region's.
    change = (
        "UPDATE landing.peserta_didik SET nama = %s, soft_delete = %s, last_update = %s WHERE peserta_didik_id = %s"
    )
    writer.execute(change.encode(), ("Wati", "0", "2025-09-01 07:00:00", live[0]))
    writer.execute(change.encode(), ("", "1", "2030-01-01", live[1]))
    writer.execute("DELETE FROM landing.peserta_didik WHERE peserta_didik_id = %s", (live[2],))
    second = run()
    made = second.entities[STUDENT]
    assert second.green, (second.error, made.error, made.balance)
    assert (made.counts.updated, made.counts.deleted, made.counts.created) == (1, 2, 0)
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT nama, last_update = '2025-09-01T00:00:00Z' FROM backbone.peserta_didik WHERE peserta_didik_id = %s",
            (live[0],),
        ).fetchone()
    assert found == ("Wati", True)
    third = run().entities[STUDENT].counts
    assert (third.created, third.updated, third.deleted, third.quarantined) == (0, 0, 0, 0)


def _gone(database: str, key: str) -> bool:
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT 1 FROM backbone.peserta_didik WHERE peserta_didik_id = %s", (key,)
        ).fetchone()
    return found is None


def test_a_centre_in_the_middle_of_writing_empties_nothing(
    run: Run, writer: Centre, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    assert run().green
    stood = count(database)
    # Not yet committed: the table is locked by the TRUNCATE, and the run says so instead of waiting for ever.
    with writer.transaction(force_rollback=True):
        fill(writer, pristine, [STUDENT])
        writer.execute("DELETE FROM landing.peserta_didik")
        locked = run()
    assert (kinds(locked), locked.green, count(database)) == ({"being_written"}, False, stood)
    assert run().green
    # Committed one by one: empty for a while, then half full. Both are stopped by the brake.
    writer.execute("TRUNCATE landing.peserta_didik")
    empty = run()
    assert (kinds(empty), empty.entities[STUDENT].held, count(database)) == ({"deletions_braked"}, stood, stood)
    fill(writer, pristine, [STUDENT])
    writer.execute("DELETE FROM landing.peserta_didik WHERE peserta_didik_id < '8'")
    half = run()
    assert (kinds(half), count(database)) == ({"deletions_braked"}, stood)
    fill(writer, pristine, [STUDENT])
    whole = run()
    assert (whole.green, whole.entities[STUDENT].counts.deleted, count(database)) == (True, 0, stood)


def test_a_truncate_and_reload_while_a_run_reads_changes_nothing_of_what_it_reads(
    run: Run, writer: Centre, config: configs.Config, pristine: Path, database: str
) -> None:
    """The table is locked before the snapshot is taken, so that a TRUNCATE waits and never empties the snapshot."""
    fill(writer, pristine, GRANT.entities)
    assert run().green
    stood = count(database)
    waiting = threading.Event()

    class Slow(Landing):
        def page(self, entity: str, *rest: Any) -> Any:
            made = super().page(entity, *rest)
            if entity == STUDENT and made.more and not waiting.is_set():
                thread.start()
                waiting.set()
                _until_waiting(database)
            return made

    def reload() -> None:
        writer.execute("TRUNCATE landing.peserta_didik")

    thread = threading.Thread(target=reload)
    result = run(source=Slow(config, WORDS))
    thread.join(10)
    assert waiting.is_set()
    made = result.entities[STUDENT]
    assert (result.green, made.counts.deleted, made.listed, count(database)) == (True, 0, stood, stood)


def _until_waiting(database: str) -> None:
    with psycopg.connect(admin(database), autocommit=True) as connection:
        for _ in range(200):
            if connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE usename = 'backbone_landing' AND wait_event_type = 'Lock'"
            ).fetchone():
                return
            connection.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("the centre's TRUNCATE does not wait")


def test_the_centres_own_mark_keeps_a_half_written_table_from_being_read(
    run: Run, writer: Centre, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    assert run().green
    writer.execute("INSERT INTO landing.heartbeat (entity, state) VALUES ('peserta_didik', 'loading')")
    writer.execute("DELETE FROM landing.peserta_didik WHERE peserta_didik_id LIKE '0%'")  # fewer than the brake stops
    stood = count(database)
    loading = run()
    assert (kinds(loading), count(database)) == ({"being_written"}, stood)
    assert {n for n, r in loading.entities.items() if not r.complete} == {STUDENT}  # the others go on
    writer.execute("INSERT INTO landing.heartbeat (entity, state, rows) VALUES ('peserta_didik', 'complete', '999999')")
    short = run()
    made = short.entities[STUDENT].error
    assert made is not None
    assert "the centre says that peserta_didik has 999999 rows" in made.message
    fill(writer, pristine, [STUDENT])
    writer.execute("TRUNCATE landing.heartbeat")
    writer.execute("INSERT INTO landing.heartbeat (state) VALUES ('complete')")
    assert run().green


def test_nothing_that_the_centre_writes_fails_by_our_rules_and_what_cannot_be_stored_is_set_aside(
    run: Run, writer: Centre, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    insert = (
        "INSERT INTO landing.peserta_didik (peserta_didik_id, nama, last_update, soft_delete) VALUES (%s, %s, %s, %s)"
    )
    odd: list[tuple[str | None, ...]] = [
        (None, None, None, None),
        ("not a uuid", "x" * 100_000, "yesterday", "perhaps"),
        ("9" * 100_000, "", "", ""),
        ("11111111-1111-4111-8111-111111111111", None, "2024-02-30 00:00:00", "0"),
        ("22222222-2222-4222-8222-222222222222", "Tanpa isi", "2024-02-03 00:00:00", "0"),
    ]
    for row in odd:
        writer.execute(insert.encode(), row)
    result = run()
    made = result.entities[STUDENT]
    assert (made.error, made.balance and made.balance.balanced, made.counts.quarantined) == (None, True, len(odd))
    assert difference(pristine, database, STUDENT) == set()
    assert run().entities[STUDENT].green  # the same again is the same again


def test_the_centres_account_may_write_there_and_do_nothing_else(
    run: Run, writer: Centre, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    assert run().green
    for allowed in (
        "INSERT INTO landing.peserta_didik (peserta_didik_id) VALUES ('x')",
        "UPDATE landing.peserta_didik SET nama = 'y' WHERE peserta_didik_id = 'x'",
        "DELETE FROM landing.peserta_didik WHERE peserta_didik_id = 'x'",
        "INSERT INTO landing.heartbeat VALUES ('', 'complete')",
    ):
        writer.execute(allowed.encode())
    for forbidden in (
        "SELECT nama FROM landing.peserta_didik",
        "SELECT * FROM backbone.peserta_didik",
        "SELECT * FROM sync.run",
        "DELETE FROM backbone.peserta_didik",
        "CREATE TABLE landing.mine (x text)",
        "DROP TABLE landing.peserta_didik",
        "ALTER TABLE landing.peserta_didik ADD x text",
        "INSERT INTO landing.heartbeat (state, written_at) VALUES ('x', '2099-01-01')",
        "CREATE FUNCTION landing.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute(forbidden.encode())


def test_a_landing_that_nobody_writes_into_is_not_green_and_status_and_doctor_say_so(
    run: Run, writer: Centre, config: configs.Config, pristine: Path, database: str
) -> None:
    silent = run()
    assert (silent.error and silent.error.kind, silent.green) == ("stale", False)
    fill(writer, pristine, GRANT.entities)
    assert run().green
    with psycopg.connect(admin(database), autocommit=True) as connection:
        for name in GRANT.entities:
            connection.execute(
                f"UPDATE landing.{WORDS[name].table} SET landed_at = now() - interval '9 days',"
                " last_update = '2024-01-02 03:04:05'".encode()
            )
    old = run()
    assert old.error is not None
    assert (old.error.kind, old.green, old.exit_status) == ("stale", False, 1)
    assert "216 hours ago" in old.error.message
    with closing(Store(database)) as store:
        now = standing(store, config, WORDS)
    assert now.delivery is not None
    assert (now.green, now.error_kind, now.delivery.kind, now.delivery.stale) == (False, "stale", "landing", True)
    assert {f.code for f in doctor.diagnose(doctor.Facts(now))} >= {"run.stale", "delivery.stale"}
    writer.execute("INSERT INTO landing.heartbeat VALUES ('', 'nothing new')")
    assert run().green
    with closing(Store(database)) as store:
        fresh = standing(store, config, WORDS).delivery
    assert fresh is not None
    assert not fresh.stale


def test_what_is_beyond_the_grant_does_not_stay_in_the_landing(
    run: Run, writer: Centre, config: configs.Config, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    with psycopg.connect(admin(database), autocommit=True) as connection:
        assert connection.execute(
            "SELECT count(*) > 1000 FROM landing.peserta_didik WHERE nik IS NOT NULL"
        ).fetchone() == (True,)
        assert run().green
        for column in ("nik", "nama_ibu_kandung", "agama_id"):
            found = connection.execute(f"SELECT count({column}) FROM landing.peserta_didik".encode()).fetchone()
            assert found == (0,), column
        assert run(grant=Grant(("ref.mst_wilayah",))).green
        assert connection.execute("SELECT to_regclass('landing.peserta_didik')").fetchone() == (None,)


def test_who_was_erased_does_not_stay_in_the_landing_and_is_not_stored_again(
    run: Run, writer: Centre, pristine: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    assert run().green
    stood = count(database)
    with psycopg.connect(admin(database), autocommit=True) as connection:
        row = connection.execute("SELECT peserta_didik_id::text FROM backbone.peserta_didik LIMIT 1").fetchone()
        assert row is not None
        erasure.erase(PostgresPeople(connection), WORDS, GRANT, "", Subject(STUDENT, str(row[0])))
        kept = "SELECT count(*) FROM landing.peserta_didik WHERE lower(peserta_didik_id) = %s"
        for _ in range(2):
            result = run()
            assert (result.green, count(database)) == (True, stood - 1), result.shortfall()
            assert connection.execute(kept.encode(), row).fetchone() == (0,)
            fill(writer, pristine, [STUDENT])  # the centre knows nothing of it


def test_an_erasure_reaches_a_landing_in_another_database(
    config: configs.Config, run: Run, cluster: Path, pristine: Path, database: str
) -> None:
    root = f"host={cluster} user=postgres dbname=postgres"
    elsewhere = f"host={cluster} user=postgres dbname=elsewhere"
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS elsewhere WITH (FORCE)")
        connection.execute("CREATE DATABASE elsewhere")
    try:
        moved = dataclasses.replace(config.source, conninfo=elsewhere)
        with closing(Landing(dataclasses.replace(config, source=moved), WORDS)) as landing:
            landing.install()
        with psycopg.connect(elsewhere, autocommit=True) as there:
            fill(there, pristine, GRANT.entities)
            assert run(source=Landing(dataclasses.replace(config, source=moved), WORDS), grant=GRANT).green
            stood = count(database)
            with psycopg.connect(admin(database), autocommit=True) as connection:
                row = connection.execute("SELECT peserta_didik_id::text FROM backbone.peserta_didik LIMIT 1").fetchone()
                assert row is not None
                erasure.erase(PostgresPeople(connection), WORDS, GRANT, "", Subject(STUDENT, str(row[0])))
            result = run(source=Landing(dataclasses.replace(config, source=moved), WORDS))
            assert (result.green, count(database)) == (True, stood - 1), result.shortfall()
            kept = "SELECT count(*) FROM landing.peserta_didik WHERE lower(peserta_didik_id) = %s"
            assert there.execute(kept.encode(), row).fetchone() == (0,)
    finally:
        with psycopg.connect(root, autocommit=True) as connection:
            connection.execute("DROP DATABASE elsewhere WITH (FORCE)")


def test_a_replay_of_what_was_set_aside_leaves_the_listing_where_it_stands(
    run: Run, config: configs.Config, writer: Centre, pristine: Path, database: str
) -> None:
    """The stored rows of a source other than the centre are its own: a replay is not another source."""
    fill(writer, pristine, GRANT.entities)
    with psycopg.connect(admin(database), autocommit=True) as connection:
        key = connection.execute("SELECT min(peserta_didik_id) FROM landing.peserta_didik").fetchone()
        assert key is not None
        bad = "UPDATE landing.peserta_didik SET tanggal_lahir = 'kapan' WHERE peserta_didik_id = %s"
        connection.execute(bad.encode(), key)
        run()
        before = connection.execute("SELECT to_jsonb(c) - 'moved_at' FROM sync.cursor c ORDER BY entity").fetchall()
        aside = connection.execute("SELECT entity, key, reason FROM sync.quarantine").fetchall()
        assert [one[:2] for one in aside] == [(STUDENT, key[0])]
        with closing(Store(database)) as store:
            (made,) = replay(store, config, WORDS, (STUDENT,))
        assert (made.stored, made.waiting) == (0, 1)
        after = connection.execute("SELECT to_jsonb(c) - 'moved_at' FROM sync.cursor c ORDER BY entity").fetchall()
        assert (after, connection.execute("SELECT entity, key, reason FROM sync.quarantine").fetchall()) == (
            before,
            aside,
        )


def test_a_region_that_changes_its_source_keeps_no_landing(
    writer: Centre, config: configs.Config, pristine: Path, tmp_path: Path, database: str
) -> None:
    fill(writer, pristine, GRANT.entities)
    there = "SELECT to_regclass('landing.heartbeat') IS NOT NULL"
    for kind, left in (("landing", True), ("contract", False)):
        path = tmp_path / f"{kind}.toml"
        url = 'url = "https://pusat.example"\n' if kind == "contract" else ""
        grant = '[grant]\nentities = ["ref.mst_wilayah"]\n'
        path.write_text(
            f'region = "33.74"\n[source]\nkind = "{kind}"\n{url}[database]\nconninfo = "{database}"\n{grant}'
        )
        assert cli.main(["migrate", "--config", str(path)]) == 0
        with psycopg.connect(database) as connection:
            assert connection.execute(there.encode()).fetchone() == (left,)


def test_a_landing_database_that_does_not_answer_stops_the_run(run: Run, config: configs.Config, database: str) -> None:
    elsewhere = LandingSettings(conninfo="host=/nowhere dbname=x user=x")
    result = run(source=Landing(dataclasses.replace(config, source=elsewhere), WORDS))
    assert (result.error and result.error.kind, result.exit_status) == ("unreachable", 3)
    with psycopg.connect(database) as connection:
        now = status.read(connection, "33.74", dictionary.load())
    assert (now.green, now.error_kind) == (False, "unreachable")
