"""Who may read what, asked of a real PostgreSQL: analysts see nobody, a reader is noted, the grant holds by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from backbone_sync import cli, dictionary
from backbone_sync.config import Config
from backbone_sync.privacy import access, grant
from backbone_sync.stores.store import Store
from checks import commands
from tests.support.sync_cli import settings
from tests.support.sync_loaded import start_from_loaded

WORDS = dictionary.load()


@pytest.fixture
def loaded(cluster: Path, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def load() -> None:
        assert cli.main(["run", "--json", "--config", str(settings(tmp_path, config))]) == 0

    start_from_loaded(cluster, load)


@pytest.fixture
def siti(loaded: None, cluster: Path) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """An analyst's connection."""
    with psycopg.connect(f"host={cluster} user=siti dbname=backbone", autocommit=True) as connection:
        yield connection


def test_an_analyst_cannot_read_one_personal_column(siti: psycopg.Connection[tuple[object, ...]]) -> None:
    tried = 0
    for entity in WORDS.entities:
        for item in entity.fields:
            if not access.personal(entity, item):
                continue
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                siti.execute(f'SELECT "{item.name}" FROM {entity.schema}.{entity.table} LIMIT 1'.encode())
            tried += 1
    assert tried > 50
    for table in ("sync.quarantine", "sync.correction", "sync.erasure", "sync.processing", "backbone.peserta_didik"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            siti.execute(f"SELECT count(*) FROM {table}".encode())


def test_nothing_that_an_analyst_may_read_names_a_person(siti: psycopg.Connection[tuple[object, ...]]) -> None:
    readable = siti.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE has_column_privilege(format('%I.%I', table_schema, table_name), column_name, 'SELECT')"
        " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert {schema for schema, _, _ in readable} == {"analyst"}
    seen = {(str(view), str(column)) for _, view, column in readable}
    assert ("sekolah", "nama") in seen
    people = {
        (view, f.name)
        for view in ("peserta_didik", "ptk", "registrasi_peserta_didik", "ptk_terdaftar", "anggota_rombel")
        for f in WORDS[view].fields
    }
    assert not people & seen
    assert not {column for _, column in seen} & {"peserta_didik_id", "ptk_id", "updater_id", "nisn", "nik", "nip"}


def test_an_analyst_sees_people_as_counts_and_no_small_ones(
    siti: psycopg.Connection[tuple[object, ...]], database: str
) -> None:
    rows = siti.execute("SELECT kecamatan, jumlah FROM analyst.jumlah_ptk").fetchall()
    counts = [int(str(count)) for _, count in rows if count is not None]
    assert counts
    assert all(count >= access.SMALL for count in counts)
    assert any(count is None for _, count in rows)
    assert all(kecamatan for kecamatan, _ in rows)
    with psycopg.connect(database) as connection:
        true = connection.execute("SELECT count(DISTINCT ptk_id) FROM backbone.ptk_terdaftar").fetchone()
    assert true is not None
    assert sum(counts) < true[0]


def noted(cluster: Path, since: int) -> str:
    for _ in range(50):
        text = (cluster / "log").read_text("utf-8", "replace")[since:]
        if "AUDIT" in text:
            return text
        time.sleep(0.05)
    return text


def test_reading_a_personal_column_is_noted_without_its_values(loaded: None, cluster: Path, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("GRANT USAGE ON SCHEMA backbone TO backbone_reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA backbone TO backbone_reader")
        row = connection.execute(
            "SELECT nama, nisn FROM backbone.peserta_didik WHERE nisn IS NOT NULL LIMIT 1"
        ).fetchone()
    assert row is not None
    name, nisn = str(row[0]), str(row[1])
    with psycopg.connect(f"host={cluster} user=budi dbname=backbone", autocommit=True) as budi:
        before = (cluster / "log").stat().st_size
        budi.execute("SELECT count(*) FROM backbone.sekolah")
        budi.execute("SELECT nama FROM backbone.sekolah LIMIT 1")
        time.sleep(0.3)
        assert "AUDIT" not in (cluster / "log").read_text("utf-8", "replace")[before:]
        found = budi.execute("SELECT nama FROM backbone.peserta_didik WHERE nisn = %s", (nisn,)).fetchone()
        budi.execute(f"SELECT nisn FROM backbone.peserta_didik WHERE nama = '{name}'".encode())
    assert found == (name,)
    text = noted(cluster, before)
    lines = [line for line in text.splitlines() if "AUDIT: OBJECT" in line]
    assert len(lines) == 2
    assert all("budi@backbone" in line and "READ,SELECT,TABLE,backbone.peserta_didik" in line for line in lines)
    assert name not in text
    assert nisn not in text


def test_what_is_not_granted_cannot_even_be_stored_by_hand(loaded: None, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE backbone.peserta_didik SET nik = '3374010101010001'")
        connection.execute("UPDATE backbone.peserta_didik SET nama = nama")


def test_the_audits_question_is_answered_by_the_constraints(loaded: None, cluster: Path) -> None:
    with psycopg.connect(f"host={cluster} user=postgres dbname=backbone") as connection:
        row = connection.execute(commands._GUARDS.encode()).fetchone()
    assert row is not None
    given = grant.make(WORDS)
    assert row[0] == {
        e.table: sorted(f.name for f in given.withheld(e)) or None for e in WORDS.entities if e.schema == "backbone"
    }


def test_the_constraint_follows_the_grant_and_takes_away_what_was_put_there_meanwhile(
    loaded: None, database: str
) -> None:
    students, everything = WORDS["peserta_didik"], grant.make(WORDS, leave_out=())
    store = Store(database)
    assert access.enforce(store.connection, students, grant.make(WORDS).fields(students)) is False
    assert access.enforce(store.connection, students, everything.fields(students)) is True
    store.connection.execute("UPDATE backbone.peserta_didik SET nik = '3374010101010001'")
    assert access.enforce(store.connection, students, grant.make(WORDS).fields(students)) is True
    row = store.connection.execute("SELECT count(nik), count(nama) > 0 FROM backbone.peserta_didik").fetchone()
    assert row == (0, True)
    store.close()


def test_migrate_takes_away_at_once_what_is_granted_no_longer(
    loaded: None, database: str, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = {
        "version": 1,
        "region": "33.74",
        "number": "NK/12/2026",
        "expires": date(2099, 12, 31),
        "legal_basis": ["UU 20/2003"],
        "purposes": ["Perencanaan"],
        "entities": {"sekolah": {}, "ptk": {"fields": ["nama"]}},
    }
    path = settings(tmp_path, config, paper)
    capsys.readouterr()
    for guarded in (["ptk"], []):
        assert cli.main(["migrate", "--json", "--config", str(path)]) == 0
        assert json.loads(capsys.readouterr().out)["guarded"] == guarded
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(nama) > 0, count(nuptk), count(tanggal_lahir) FROM backbone.ptk")
        assert row.fetchone() == (True, 0, 0)
        assert connection.execute("SELECT to_regclass('backbone.peserta_didik')").fetchone() == (None,)


def test_views_stand_in_the_way_of_neither_a_wider_column_nor_a_narrower_grant(loaded: None, database: str) -> None:
    store = Store(database)
    before = store.connection.execute(
        "SELECT viewname, definition FROM pg_views WHERE schemaname = 'analyst'"
    ).fetchall()
    with access.set_aside(store.connection):
        store.connection.execute("ALTER TABLE backbone.sekolah ALTER nama TYPE varchar(60)")
    store.migrate(WORDS, grant.make(WORDS).entities)
    width = store.connection.execute(
        "SELECT character_maximum_length FROM information_schema.columns WHERE table_schema = 'backbone'"
        " AND table_name = 'sekolah' AND column_name = 'nama'"
    ).fetchone()
    assert width == (WORDS["sekolah"].field("nama").length,)
    after = store.connection.execute(
        "SELECT viewname, definition FROM pg_views WHERE schemaname = 'analyst'"
    ).fetchall()
    assert sorted(after) == sorted(before)
    rights = store.connection.execute(
        "SELECT has_table_privilege('backbone_analyst', 'analyst.sekolah', 'SELECT')"
    ).fetchone()
    assert rights == (True,)
    assert access.refresh(store.connection, WORDS, grant.make(WORDS).entities) is False
    store.migrate(WORDS, grant.make(WORDS, ("sekolah",)).entities)
    left = store.connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'analyst'").fetchall()
    assert "sekolah" in {v for (v,) in left}
    assert not {"rombongan_belajar", "jumlah_peserta_didik"} & {v for (v,) in left}
    store.close()
