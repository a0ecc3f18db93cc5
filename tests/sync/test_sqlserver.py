"""Whole runs from the reference source into the SQL Server store and its stand-in; no server of that kind is here.

What arrives is compared with the source by its own counts and digests: by entity, and by kecamatan and semester.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backbone_sync import __version__, dictionary
from backbone_sync import config as configs
from backbone_sync.privacy import grant
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.sources import wire
from backbone_sync.sources.client import Client
from backbone_sync.sources.source_contract import Contract
from backbone_sync.stores.store_sqlserver.store import SqlServerStore
from provision.lab.source import account, schema
from provision.lab.source.generate import Size, generate
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.sqlserver_standin import Server, known
from tests.sync.test_leaving import SLIPS

WORDS = dictionary.load()
GRANT = grant.make(WORDS)


def limited(*levels: str) -> grant.Grant:
    """The same grant for schools of these levels alone."""
    return dataclasses.replace(GRANT, levels=levels, entities=grant.chosen(WORDS, ()))


BOTH = ("kecamatan", "semester")
Once = Callable[..., RunResult]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rows are enough: the stand-in checks every value."""
    data = tmp_path_factory.mktemp("few") / "data.db"
    generate(data, Size(schools=20, students=200, gone=3, doubtful=2), seed=7, region="33.74")
    return data


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(known(WORDS, [GRANT, limited("SD")]))
    yield made
    made.rows.close()


@pytest.fixture
def once(server: Server, source: Source, credentials: Path, certificate: tuple[Path, Path]) -> Once:
    settings = configs.Config(
        region="33.74",
        source=Contract(
            url=f"https://127.0.0.1:{source.server_address[1]}",
            ca_file=str(certificate[0]),
            credentials=str(credentials),
            page_limit=50,
            read_timeout=5.0,
            retries=2,
        ),
        database="",
        grant=GRANT,
    )

    def run(full: bool = False, **changes: Any) -> RunResult:
        made = dataclasses.replace(settings, **changes)
        store = SqlServerStore(server.connect(), WORDS)
        try:
            client = Client(made, __version__, sleep=lambda _: None)
            return Engine(made, WORDS, client, store).run(full=full)
        finally:
            store.close()

    return run


def cells(server: Server, entity: str) -> dict[tuple[str, str], tuple[int, str | None]]:
    store = SqlServerStore(server.connect(), WORDS)
    try:
        return {(c.kecamatan, c.semester): (c.live, c.digest) for c in store.breakdown(WORDS, WORDS[entity])}
    finally:
        store.close()


def at_source(data: Path) -> wire.Totals:
    connection = schema.connect(data)
    try:
        return wire.totals(account.totals(connection, "33.74", (), BOTH), "33.74")
    finally:
        connection.close()


def same(server: Server, data: Path) -> int:
    """Every part of every entity is the source's; how many parts there were."""
    parts = 0
    for name, total in at_source(data).entities.items():
        here = cells(server, name)
        if total.groups is None:
            assert sum(live for live, _ in here.values()) == total.live, name
            assert {d for _, d in here.values()} <= {total.digest}, name
            continue
        there = {(g.kecamatan or "", g.semester or ""): (g.live, g.digest) for g in total.groups}
        assert here == there, name
        parts += len(there)
    return parts


def test_everything_arrives_and_stays_the_sources(once: Once, server: Server, data: Path) -> None:
    first = once()
    assert first.green, {n: (r.error, r.balance) for n, r in first.entities.items() if not r.green}
    assert same(server, data) > 10
    quiet = once()
    assert quiet.green
    assert sum(r.counts.created + r.counts.updated + r.counts.deleted for r in quiet.entities.values()) == 0
    mutate(data, "peserta_didik", change=7, delete=2, add=3, seed=1)
    mutate(data, "rombongan_belajar", delete=1, seed=1)
    changed = once()
    assert changed.green, changed.first_error
    students = changed.entities["peserta_didik"].counts
    assert (students.created, students.updated, students.deleted) == (3, 7, 2)
    assert same(server, data) > 10
    # A class that went leaves rows that lead nowhere: found, and kept.
    assert any(o.orphans for o in changed.orphans if o.reference == "rombongan_belajar")
    whole = once(full=True)
    assert whole.green, whole.first_error
    assert all(r.counts.created + r.counts.updated + r.counts.conflicts == 0 for r in whole.entities.values())
    assert same(server, data) > 10
    # What a default grant leaves out is kept out by the tables themselves.
    assert "[backbone].[not_granted_peserta_didik]" in server.constraints
    assert server.query("SELECT count(nik), count(nama) > 0 FROM backbone.peserta_didik") == [(0, 1)]
    assert server.query("SELECT count(*) FROM staging.peserta_didik") == [(0,)]


def test_a_change_that_the_cursor_passed_over_is_found_by_the_digest(once: Once, server: Server, data: Path) -> None:
    assert once().green
    always = timedelta(microseconds=1)
    of_sd = limited("SD")
    with sqlite3.connect(data) as connection:
        first = "(SELECT id_ruang FROM ruang WHERE soft_delete = 0 ORDER BY last_update LIMIT 1)"
        change = "UPDATE ruang SET nama = 'Baru', last_update = substr(last_update, 1, 20) || '999Z'"
        connection.execute(f"{change} WHERE id_ruang = {first}")
    assert once(verify=timedelta(0)).green
    there = at_source(data).entities["ruang"].digest
    store = SqlServerStore(server.connect(), WORDS)
    try:
        assert store.digest(WORDS["ruang"]) != there
        result = once(verify=always)
        assert result.green, result.first_error
        assert result.entities["ruang"].counts.updated == 1
        assert store.digest(WORDS["ruang"]) == there
        entities = store.status("33.74", WORDS).entities
        assert all(one.verified for one in entities.values())
        assert {name: one.missed > 0 for name, one in entities.items()} == {n: n == "ruang" for n in entities}
        # Rows that the grant keeps out are part of the proof; a newer version than the source's is gone back on.
        assert once(grant=of_sd).green
        server.rows.execute(
            "UPDATE backbone.ruang SET nama = 'Lain', last_update = '2027-01-01T00:00:00.000000+00:00'"
            " WHERE id_ruang = (SELECT id_ruang FROM backbone.ruang ORDER BY 1 LIMIT 1)"
        )
        assert once(grant=of_sd, verify=always).green
        assert server.query("SELECT count(*) FROM backbone.ruang WHERE nama = 'Lain'") == [(0,)]
        entities = store.status("33.74", WORDS).entities
        assert entities["peserta_didik"].withheld > 0
        assert store.overdue(("ruang",), "verified", timedelta(hours=1)) == frozenset()
    finally:
        store.close()


def test_a_row_that_changed_in_the_store_alone_is_found_in_its_part(once: Once, server: Server, data: Path) -> None:
    assert once().green
    there = cells(server, "ruang")
    server.rows.execute(
        "UPDATE backbone.ruang SET last_update = replace(last_update, '000+00:00', '001+00:00')"
        " WHERE id_ruang = (SELECT min(id_ruang) FROM backbone.ruang)"
    )
    here = cells(server, "ruang")
    assert len([part for part in there if there[part] != here[part]]) == 1
    assert {part: live for part, (live, _) in there.items()} == {part: live for part, (live, _) in here.items()}


FORMS = {"SD": "5", "SMA": "13"}


def ids(server: Server, statement: str) -> set[str]:
    return {str(row[0]).lower() for row in server.query(statement)}


def assert_exactly(server: Server, data: Path, *levels: str) -> None:
    """Tables hold the rows of the levels' schools and no others; elsewhere there is nothing but keys."""
    forms = ", ".join(FORMS[level] for level in levels)
    schools = f"SELECT sekolah_id FROM sekolah WHERE bentuk_pendidikan_id IN ({forms})"
    with sqlite3.connect(data) as connection:
        for table, statement in {
            "sekolah": f"{schools} AND soft_delete = 0",
            "peserta_didik": "SELECT peserta_didik_id FROM registrasi_peserta_didik WHERE soft_delete = 0"
            f" AND sekolah_id IN ({schools})",
            "ptk": f"SELECT ptk_id FROM ptk_terdaftar WHERE soft_delete = 0 AND sekolah_id IN ({schools})",
        }.items():
            there = {row[0] for row in connection.execute(statement)}
            assert there, table
            assert ids(server, f"SELECT {table}_id FROM backbone.{table}") == there, table
    for child in ("registrasi_peserta_didik", "ptk_terdaftar", "rombongan_belajar", "tanah"):
        foreign = f"SELECT 1 FROM backbone.{child} WHERE sekolah_id NOT IN (SELECT sekolah_id FROM backbone.sekolah)"
        assert server.query(foreign) == [], child
    assert server.query("SELECT 1 FROM sync.quarantine WHERE reason = 'outside_grant' AND payload <> ''") == []


def test_a_wider_and_a_narrower_grant_of_levels_take_effect_at_the_next_run(
    once: Once, server: Server, data: Path
) -> None:
    for levels in (("SD",), ("SD", "SMA"), ("SMA",)):
        result = once(grant=limited(*levels))
        assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
        assert_exactly(server, data, *levels)
    students = result.entities["peserta_didik"].balance
    assert students is not None
    assert students.withheld > 0
    again = once(grant=limited("SMA"))
    assert again.green
    assert all(r.counts.pages == 1 for r in again.entities.values())


def test_who_was_erased_stays_away_and_a_correction_outlives_the_centres_next_version(
    once: Once, server: Server, data: Path
) -> None:
    assert once().green
    (gone,), (kept,) = server.query("SELECT peserta_didik_id FROM backbone.peserta_didik ORDER BY 1 LIMIT 2")
    gone, kept = gone.lower(), kept.lower()
    server.rows.execute(
        "INSERT INTO sync.erasure (entity, key, reason) VALUES ('peserta_didik', ?, 'subject')", (gone,)
    )
    server.rows.execute(
        "INSERT INTO sync.correction (entity, key, field, value, was, reason, made_by, seen_update)"
        " SELECT 'peserta_didik', ?, 'nama', '\"Dibetulkan\"', '\"x\"', 'salah', 'siti', last_update"
        " FROM backbone.peserta_didik WHERE peserta_didik_id = ?",
        (kept, kept.upper()),
    )
    with sqlite3.connect(data) as connection:
        for key in (gone, kept):
            connection.execute(
                "UPDATE peserta_didik SET nama = 'Lain', last_update = '2026-10-01T00:00:00.000Z'"
                " WHERE peserta_didik_id = ?",
                (key,),
            )
    result = once()
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    students = "SELECT nama FROM backbone.peserta_didik WHERE peserta_didik_id = "
    assert server.query(f"{students}'{gone.upper()}'") == []
    assert server.query(f"{students}'{kept.upper()}'") == [("Dibetulkan",)]
    assert server.query("SELECT state FROM sync.correction") == [("disputed",)]
    assert server.query(f"SELECT reason, payload FROM sync.quarantine WHERE key = '{gone}'") == [("erased", None)]
    # Rows that name the erased person lead nowhere and are kept without the name, or not at all.
    named = f"SELECT 1 FROM backbone.anggota_rombel WHERE peserta_didik_id = '{gone.upper()}'"
    assert once(full=True).green
    assert server.query(named) == []


def test_a_region_that_shrinks_refuses_what_lies_outside_now(once: Once, server: Server, data: Path) -> None:
    assert once().green
    ((village, school),) = server.query("SELECT kode_wilayah, sekolah_id FROM backbone.sekolah ORDER BY 2 LIMIT 1")
    with sqlite3.connect(data) as connection:
        connection.execute(
            "UPDATE \"ref.mst_wilayah\" SET mst_kode_wilayah = '000000', last_update = '2026-10-01T00:00:00.000Z'"
            " WHERE trim(kode_wilayah) = ?",
            (village,),
        )
    result = once()
    assert not result.green
    assert server.query(f"SELECT reason FROM sync.quarantine WHERE key = '{school.lower()}'") == [("outside_region",)]
    assert server.query(f"SELECT 1 FROM backbone.sekolah WHERE sekolah_id = '{school}'") == []
    assert server.query(f"SELECT 1 FROM backbone.registrasi_peserta_didik WHERE sekolah_id = '{school}'") == []


@pytest.mark.parametrize("slip", SLIPS)
def test_all_schools_that_leave_at_once_stay_until_somebody_answers_for_it(
    slip: str, once: Once, server: Server, data: Path
) -> None:
    assert once().green
    count = "SELECT (SELECT count(*) FROM backbone.sekolah), (SELECT count(*) FROM backbone.rombongan_belajar)"
    before = server.query(count)
    with sqlite3.connect(data) as connection:
        connection.execute(SLIPS[slip])
    result = once()
    fault = result.entities["sekolah"].error
    assert fault is not None
    assert (fault.kind, result.entities["sekolah"].held, result.error) == ("leaving_braked", 20, None)
    assert (server.query(count), server.query("SELECT count(*) FROM sync.quarantine")) == (before, [(0,)])
    store = SqlServerStore(server.connect(), WORDS)
    assert store.release(WORDS["sekolah"], "Siti Aminah", "letter 421/17", timedelta(days=1)).rows == 20
    store.close()
    assert once().entities["sekolah"].complete
    assert server.query(count) == [(0, 0)]
    assert server.query("SELECT rows, deleted, used_at IS NOT NULL FROM sync.release") == [(20, 20, 1)]


def test_a_person_comes_and_goes_with_the_enrolment_though_the_own_row_never_changes(
    once: Once, server: Server, data: Path
) -> None:
    of_sd = limited("SD")
    assert once(grant=of_sd).green
    stays = ids(server, "SELECT peserta_didik_id FROM backbone.peserta_didik")
    with sqlite3.connect(data) as connection:
        everybody = {r[0] for r in connection.execute("SELECT peserta_didik_id FROM registrasi_peserta_didik")}
        newcomer, leaver = sorted(everybody - stays)[0], sorted(stays)[0]
        school = sorted(ids(server, "SELECT sekolah_id FROM backbone.sekolah"))[0]
        change = "UPDATE registrasi_peserta_didik SET {}, last_update = '2026-03-01T00:00:00.000Z'"
        change += " WHERE peserta_didik_id = ?"
        connection.execute(change.format(f"sekolah_id = '{school}'"), (newcomer,))
        connection.execute(change.format("soft_delete = 1"), (leaver,))
    result = once(grant=of_sd)
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    assert ids(server, "SELECT peserta_didik_id FROM backbone.peserta_didik") == stays - {leaver} | {newcomer}
    assert_exactly(server, data, "SD")


def test_people_of_a_school_of_another_region_are_not_stored_either(once: Once, server: Server, data: Path) -> None:
    with sqlite3.connect(data) as connection:
        school = connection.execute("SELECT sekolah_id FROM sekolah ORDER BY 1").fetchone()[0]
        connection.execute("UPDATE sekolah SET kode_wilayah = '020500  ' WHERE sekolah_id = ?", (school,))
        inside = "SELECT peserta_didik_id FROM registrasi_peserta_didik WHERE soft_delete = 0 AND sekolah_id <> ?"
        ours = {r[0] for r in connection.execute(inside, (school,))}
    result = once()
    assert result.exit_status == 1
    balance = result.entities["peserta_didik"].balance
    assert balance is not None
    assert (balance.withheld > 0, balance.balanced) == (True, True)
    assert ids(server, "SELECT peserta_didik_id FROM backbone.peserta_didik") == ours
