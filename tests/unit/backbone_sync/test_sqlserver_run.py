"""The engine against the SQL Server store and a stand-in for the server: whole runs, kills, locks, deletions."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from backbone_sync import config, dictionary
from backbone_sync.errors import AlreadyRunning, ConfigInvalid, StoreUnreachable
from backbone_sync.interfaces import Capabilities
from backbone_sync.privacy.grant import Grant
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.run.state import UNTOLD
from backbone_sync.sources.source_contract import Contract
from backbone_sync.stores import state_sqlserver
from backbone_sync.stores.store_sqlserver.store import SqlServerStore
from tests.support.scripted_source import START, Scripted, key_of, membership
from tests.support.sqlserver_standin import Killed, OperationalError, Server, known

WORDS = dictionary.load()
GRANT = Grant(("ref.mst_wilayah", "anggota_rombel"), frozenset({"s"}))
KNOWN = known(WORDS, [GRANT])
TABLE = "backbone.anggota_rombel"


@pytest.fixture
def server() -> Server:
    return Server(KNOWN)


def run(server: Server, source: Scripted, **options: Any) -> RunResult:
    # Pages are stored one by one, so that there are several.
    pace = config.Pace(group_rows=1)
    settings = config.Config("33.74", Contract("https://centre.example"), "", GRANT, pace=pace)
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


class Fuse:
    """Counts what is asked of the server, and burns at one of them."""

    def __init__(self, at: int = -1, when: str = "", raises: BaseException | None = None) -> None:
        self.at, self.when, self.raises, self.seen = at, when, raises or Killed(), 0

    def __call__(self, what: str) -> None:
        if self.when and not what.startswith(self.when):
            return
        self.seen += 1
        if self.seen == self.at:
            raise self.raises


def cursor(server: Server) -> list[tuple[Any, ...]]:
    return server.query(
        "SELECT since_update, high_update, floor_update, position FROM sync.cursor WHERE entity = 'anggota_rombel'"
    )


def test_a_kill_between_the_last_statement_and_the_commit_leaves_the_cursor_and_the_rows(server: Server) -> None:
    centre = source(10)
    assert run(server, centre).green
    before = cursor(server), keys(server)
    centre.rows[10] = membership(10, 22)
    centre.rows[2] = membership(2, 23, gone=True)
    moves = []

    def burn(what: str) -> None:
        if what == "COMMIT" and moves and moves[-1] == state_sqlserver.MOVE.text and "COPY" in "".join(moves):
            raise Killed
        moves.append(what)

    server.before = burn
    with pytest.raises(Killed):
        run(server, centre)
    server.before = Fuse()
    assert (cursor(server), keys(server)) == before
    # Bulk copy went round the transaction: its rows are still in staging, and harm nobody.
    assert server.query("SELECT count(*) > 0 FROM staging.anggota_rombel") == [(1,)]
    assert run(server, centre).green
    assert keys(server) == sorted(key_of(n) for n in range(11) if n != 2)
    assert server.query("SELECT state FROM sync.run WHERE run_id = 2") == [("interrupted",)]


@pytest.mark.parametrize("start", range(3))
def test_a_kill_anywhere_loses_and_doubles_nothing(start: int) -> None:
    fuse = Fuse()
    whole = Server(KNOWN)
    whole.before = fuse
    assert run(whole, source(7)).green
    for at in range(start + 1, fuse.seen + 1, 37):
        server, centre = Server(KNOWN), source(7)
        server.before = Fuse(at)
        with pytest.raises(Killed):
            run(server, centre)
        assert not server.locks
        server.before = Fuse()
        centre.rows[1] = membership(1, 30, gone=True)
        again = run(server, centre)
        assert again.green, (at, again.first_error)
        assert keys(server) == sorted(key_of(n) for n in range(7) if n != 1), at
        server.rows.close()


def test_a_second_run_finds_the_lock_held_and_a_killed_one_lets_it_go(server: Server) -> None:
    first = SqlServerStore(server.connect(), WORDS)
    first.lock()
    first.lock()
    second = SqlServerStore(server.connect(), WORDS)
    with pytest.raises(AlreadyRunning):
        Engine(config.Config("33.74", Contract("https://centre.example"), "", GRANT), WORDS, source(), second).run()
    assert "staging" not in server.schemas
    server.sessions[0].close()
    second.lock()


def test_staging_that_holds_another_page_too_is_refused(server: Server) -> None:
    """What a killed run's bulk copy might still have been sending when the next one began."""
    centre = source(3)
    assert run(server, centre).green
    centre.rows[3] = membership(3, 20)

    def stray(what: str) -> None:
        if what == "COMMIT" or not what.startswith("SELECT COUNT_BIG(*) FROM [staging].[anggota_rombel]"):
            return
        server.rows.execute(f"INSERT INTO staging.anggota_rombel (anggota_rombel_id) VALUES ('{key_of(99).upper()}')")

    server.before = stray
    result = run(server, centre)
    assert isinstance(result.error, StoreUnreachable)
    assert "rows in staging" in result.error.message
    server.before = Fuse()
    assert keys(server) == sorted(map(key_of, range(3)))
    assert run(server, centre).green


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OperationalError("Serialization failure", "[SQL Server]Rerun; row Budi"), "does not answer (SQLSTATE 40001)"),
        (OperationalError("Communication link failure", "Budi"), "does not answer (SQLSTATE 08S01)"),
        (OperationalError("Timeout expired", "Budi"), "does not answer (SQLSTATE HYT00)"),
        (
            OperationalError("General error", "[SQL Server]Could not allocate space for object 'x' Budi"),
            "disk is full (SQLSTATE HY000)",
        ),
        (RuntimeError("Cannot convert string 'Budi'"), "refused a statement (SQLSTATE none, RuntimeError)"),
    ],
)
def test_a_fault_in_mid_page_is_told_without_the_servers_words_and_the_next_run_goes_on(
    server: Server, fault: Exception, says: str
) -> None:
    centre = source(4)
    server.before = Fuse(2, "UPDATE t SET", fault)
    result = run(server, centre)
    assert isinstance(result.error, StoreUnreachable)
    assert says in result.error.message
    assert "Budi" not in result.error.message + result.error.repair
    server.before = Fuse()
    assert run(server, centre).green
    assert keys(server) == sorted(map(key_of, range(4)))


def test_a_connection_that_cannot_even_undo_is_let_go(server: Server) -> None:
    store = SqlServerStore(server.connect(), WORDS)
    store.lock()
    store.migrate(WORDS, GRANT.entities)
    session = server.sessions[0]

    def cut(what: str) -> None:
        session.undo()
        session.closed = True
        raise OperationalError("Communication link failure")

    server.before = cut
    with pytest.raises(StoreUnreachable):
        store.begin_run("1", "33.74")
    assert session.closed
    server.before = Fuse()
    assert server.query("SELECT count(*) FROM sync.run") == [(0,)]


def test_rows_that_a_complete_listing_lacks_go_and_a_mass_of_them_waits_for_a_word(server: Server) -> None:
    can = Capabilities(tombstones=False)
    centre = source(40, can=can, sizes=(9,))
    assert run(server, centre).green
    del centre.rows[5]
    result = run(server, centre, full=True)
    assert result.green, result.first_error
    assert counts(result)[3] == 1
    for number in range(10, 20):
        del centre.rows[number]
    braked = run(server, centre, full=True)
    assert not braked.green
    assert "would be deleted" in str(braked.entities["anggota_rombel"].error)
    assert len(keys(server)) == 39
    store = SqlServerStore(server.connect(), WORDS)
    made = store.release(WORDS["anggota_rombel"], "Siti", "two classes closed", timedelta(days=1))
    assert made.rows == 10
    store.close()
    released = run(server, centre, full=True)
    assert released.green, released.first_error
    assert len(keys(server)) == 29
    assert server.query("SELECT deleted, used_at IS NOT NULL FROM sync.release") == [(10, 1)]


def test_a_row_that_cannot_be_stored_waits_and_is_replaced_by_its_next_version(server: Server) -> None:
    centre = source(12)
    centre.rows[2]["jenis_pendaftaran_id"] = "three"
    result = run(server, centre)
    assert result.green, result.first_error
    ((key, reason, field, payload),) = server.query("SELECT key, reason, field, payload FROM sync.quarantine")
    assert (key, reason, field) == (key_of(2), "wrong_type", "jenis_pendaftaran_id")
    assert json.loads(payload)["jenis_pendaftaran_id"] == "three"
    assert key_of(2) not in keys(server)
    centre.rows[2] = membership(2, 30)
    assert run(server, centre).green
    assert key_of(2) in keys(server)
    assert server.query("SELECT count(*) FROM sync.quarantine") == [(0,)]


def test_an_older_version_stands_against_nothing_and_a_later_one_revives(server: Server) -> None:
    centre = source(3)
    assert run(server, centre).green
    centre.rows[1] = membership(1, 20, gone=True)
    assert run(server, centre).green
    centre.rows[1] = membership(1, 5)
    assert key_of(1) not in keys(server)
    run(server, centre, full=True)
    assert key_of(1) not in keys(server)
    centre.rows[1] = membership(1, 40)
    assert run(server, centre).green
    assert key_of(1) in keys(server)
    assert server.query("SELECT count(*) FROM sync.tombstone") == [(0,)]


def test_a_field_that_leaves_the_grant_leaves_the_table_and_is_kept_out_by_it(server: Server) -> None:
    centre = source(3)
    assert run(server, centre).green
    entity = WORDS["anggota_rombel"]
    narrow = Grant(GRANT.entities, GRANT.leave_out, frozenset({"anggota_rombel.jenis_pendaftaran_id"}))
    server.known = known(WORDS, [GRANT, narrow])
    store = SqlServerStore(server.connect(), WORDS)
    assert store.position(entity, narrow.fields(entity), "33.74").since_update is None
    assert server.query(f"SELECT count(jenis_pendaftaran_id) FROM {TABLE}") == [(0,)]
    assert store.guard(WORDS, narrow) == ["anggota_rombel"]
    assert "[backbone].[not_granted_anggota_rombel]" in server.constraints
    assert store.guard(WORDS, narrow) == []
    assert store.guard(WORDS, GRANT) == ["anggota_rombel"]


def test_a_wider_column_keeps_its_rules_and_what_a_view_holds_is_left(server: Server) -> None:
    store = SqlServerStore(server.connect(), WORDS)
    store.lock()
    store.migrate(WORDS, GRANT.entities)
    areas = WORDS["ref.mst_wilayah"]
    assert store.widen(areas, "nama", 90, 1)
    assert store.widen(areas, "nama", 100, 2)
    assert store.widths(areas) == {"nama": 100}
    assert server.columns["[ref].[mst_wilayah]"]["nama"] == "nvarchar(200)"
    assert server.columns["[staging].[ref_mst_wilayah]"]["nama"] == "nvarchar(200)"
    # The next migration leaves the wider column, in both.
    assert store.migrate(WORDS, GRANT.entities) == []
    assert server.columns["[ref].[mst_wilayah]"]["nama"] == "nvarchar(200)"
    held = OperationalError("Syntax error or access violation", "The object 'v' is dependent on column 'nama'.")
    server.before = Fuse(1, "ALTER TABLE [ref]", held)
    assert not store.widen(areas, "nama", 120, 3)
    server.before = Fuse()
    assert store.widths(areas) == {"nama": 100}


def test_an_entity_that_is_granted_no_longer_goes_with_all_that_is_remembered_of_it(server: Server) -> None:
    centre = source(3)
    assert run(server, centre).green
    store = SqlServerStore(server.connect(), WORDS)
    store.migrate(WORDS, ("ref.mst_wilayah",))
    assert "[backbone].[anggota_rombel]" not in server.columns
    assert server.query("SELECT entity FROM sync.cursor") == [("ref.mst_wilayah",)]


def test_a_table_that_somebody_changed_stops_its_entity_alone(server: Server) -> None:
    centre = source(3)
    assert run(server, centre).green
    server.columns["[backbone].[anggota_rombel]"]["last_sync"] = "date"
    result = run(server, centre)
    fault = result.entities["anggota_rombel"].error
    assert fault is not None
    assert "last_sync is date in the database and datetimeoffset(6) in the dictionary" in fault.message
    assert result.entities["ref.mst_wilayah"].green


def test_a_database_of_before_2016_is_refused(server: Server) -> None:
    server.level = 120
    with pytest.raises(ConfigInvalid, match="compatibility level 120"):
        SqlServerStore(server.connect(), WORDS)


def test_the_stand_in_refuses_what_it_does_not_know(server: Server) -> None:
    cursor = server.connect().cursor()
    with pytest.raises(AssertionError, match="does not know"):
        cursor.execute("SELECT 1")
    with pytest.raises(AssertionError, match="values for"):
        cursor.execute(state_sqlserver.SCOPE.text, ["a", "b"])
    with pytest.raises(AssertionError):
        cursor.execute(state_sqlserver.SCOPE.text, [1])
    with pytest.raises(AssertionError):
        cursor.execute(state_sqlserver.RESET.text, ['{"a": 1}'])


def test_an_older_version_never_overwrites_a_newer_one(server: Server) -> None:
    centre = source(3)
    centre.rows[1] = membership(1, 20, jenis_pendaftaran_id=7)
    assert run(server, centre).green
    centre.rows[1] = membership(1, 5, jenis_pendaftaran_id=1)
    result = run(server, centre, full=True)
    made = result.entities["anggota_rombel"].counts
    assert (made.created, made.updated, made.conflicts) == (0, 0, 1)
    row = f"SELECT jenis_pendaftaran_id FROM {TABLE} WHERE anggota_rombel_id = '{key_of(1).upper()}'"
    assert server.query(row) == [(7,)]


def test_a_snapshot_tells_what_is_gone_and_from_where_on_rows_are_behind(server: Server) -> None:
    centre = source(4)
    assert run(server, centre).green
    entity = WORDS["anggota_rombel"]
    store = SqlServerStore(server.connect(), WORDS)
    store.lock()
    store.prepare(entity, GRANT.fields(entity), compare=False)
    store.note(entity, [(key_of(n), START + timedelta(minutes=n)) for n in (0, 1)])
    assert store.lacking(entity)
    store.note(entity, [(key_of(2), START + timedelta(minutes=50)), (key_of(9), START + timedelta(minutes=60))])
    assert store.compare(entity, 1) == START + timedelta(minutes=50)
    assert server.query("SELECT key, kind FROM sync.held") == [(key_of(3), "absent")]
    assert store.settle(entity, 1, 0.5, None).deleted == 1
    assert keys(server) == sorted(map(key_of, range(3)))


def test_a_row_without_a_readable_key_stays_set_aside_when_a_snapshot_is_compared(server: Server) -> None:
    centre = source(4)
    centre.rows[3]["anggota_rombel_id"] = "nomor 3"
    assert run(server, centre).green
    aside = server.query("SELECT key FROM sync.quarantine")
    assert [key[:1] for (key,) in aside] == ["?"]
    entity = WORDS["anggota_rombel"]
    store = SqlServerStore(server.connect(), WORDS)
    store.lock()
    store.prepare(entity, GRANT.fields(entity), compare=True)
    store.note(entity, [(key_of(n), START + timedelta(minutes=n)) for n in range(3)])
    assert store.compare(entity, 1) is None
    assert server.query("SELECT key FROM sync.quarantine") == aside
    store.close()


def test_another_source_lists_from_the_beginning_over_rows_that_stay(server: Server) -> None:
    centre = source(3)
    assert run(server, centre).green
    entity = WORDS["anggota_rombel"]
    store = SqlServerStore(server.connect(), WORDS)
    assert store.position(entity, GRANT.fields(entity), "33.74", "another").since_update is None
    assert len(keys(server)) == 3
    assert server.query(f"SELECT DISTINCT last_update FROM {TABLE}") == [(UNTOLD,)]
    store.close()
    again = run(server, centre, full=True)
    assert again.green
    assert counts(again)[:2] == (0, 3)
