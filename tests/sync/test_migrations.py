"""Tables of an older dictionary, in a real database, brought up to today's without losing a row."""

from __future__ import annotations

import dataclasses

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.dictionary import Dictionary, Entity
from backbone_sync.stores import migrations
from backbone_sync.stores.store import Store
from tests.support.sync_world import SIZE, Run

WORDS = dictionary.load()


# Fields that the older dictionary did not have; what the analysts' views count by is not among them.
NEWER = (
    "panjang",
    "lebar",
    "nama_dusun",
    "website",
    "nipd",
    "induk_pembelajaran_id",
    "persentase_kerusakan",
    "id_tanah",
)


def older(entity: Entity) -> Entity:
    """The entity with fewer fields and narrower columns."""
    narrow = {"text": 20, "decimal": 8}
    fields = []
    for f in entity.fields:
        if f.name in NEWER and not f.scope and not f.key:
            continue
        if f.type == "text" and not f.codes:
            fields.append(dataclasses.replace(f, length=min(f.length or 0, narrow["text"])))
        elif f.name == "luas":
            fields.append(dataclasses.replace(f, precision=narrow["decimal"], scale=1))
        else:
            fields.append(f)
    return dataclasses.replace(entity, fields=tuple(fields))


BEFORE = Dictionary(tuple(e if e.name.startswith("ref.") else older(e) for e in WORDS.entities))


def test_a_database_of_an_older_dictionary_becomes_todays(database: str) -> None:
    store = Store(database)
    try:
        store.migrate(BEFORE, BEFORE.names)
        store.connection.execute(
            "INSERT INTO backbone.ruang (id_ruang, sekolah_id, nama, luas, last_update, soft_delete)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), repeat('a', 20), 1234567.5, now(), 0)"
        )
        store.migrate(WORDS, WORDS.names)
        there = {name: set(columns) for name, columns in migrations.tables(store.connection).items()}
        row = store.connection.execute("SELECT length(nama), luas FROM backbone.ruang").fetchone()
        versions = store.connection.execute("SELECT entity, max(version) FROM sync.table_version GROUP BY 1").fetchall()
        store.migrate(WORDS, WORDS.names)
        again = store.connection.execute("SELECT entity, max(version) FROM sync.table_version GROUP BY 1").fetchall()
        store.connection.execute("DROP SCHEMA analyst CASCADE")
        for name in WORDS.names:
            store.connection.execute(f"DROP TABLE {name if name.startswith('ref.') else 'backbone.' + name}".encode())
        store.migrate(WORDS, WORDS.names)
        fresh = {name: set(columns) for name, columns in migrations.tables(store.connection).items()}
    finally:
        store.close()
    assert there == fresh
    assert row == (20, 1234567.5)
    changed = {e.name for e, old in zip(WORDS.entities, BEFORE.entities, strict=True) if e != old}
    assert {"sekolah", "ruang", "kondisi_tanah", "rombongan_belajar"} <= changed
    assert dict(versions) == {n: 2 if n in changed else 1 for n in WORDS.names}
    assert sorted(again) == sorted(versions)


def test_a_renamed_column_keeps_its_values(database: str) -> None:
    room = WORDS["ruang"]
    store = Store(database)
    try:
        store.connection.execute(migrations.renamed(room, "nama_ruang", "nama").encode())
        store.migrate(WORDS, ("ruang",))
        store.connection.execute("ALTER TABLE backbone.ruang RENAME COLUMN nama TO nama_ruang")
        store.connection.execute(
            "INSERT INTO backbone.ruang (id_ruang, nama_ruang, last_update, soft_delete)"
            " VALUES (gen_random_uuid(), 'Ruang 1', now(), 0)"
        )
        assert migrations.plan(room, migrations.tables(store.connection)["backbone.ruang"]).blocked
        for _ in range(2):
            store.connection.execute(migrations.renamed(room, "nama_ruang", "nama").encode())
        assert migrations.plan(room, migrations.tables(store.connection)["backbone.ruang"]) == migrations.Plan()
        assert store.connection.execute("SELECT nama FROM backbone.ruang").fetchall() == [("Ruang 1",)]
    finally:
        store.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE backbone.ruang ADD COLUMN catatan_dinas text",
        "ALTER TABLE backbone.ruang ALTER COLUMN nama TYPE integer USING 1",
        "ALTER TABLE backbone.ruang ALTER COLUMN nama TYPE varchar(30);"
        " CREATE VIEW backbone.daftar_ruang AS SELECT nama FROM backbone.ruang",
    ],
)
def test_a_table_that_cannot_be_brought_up_stops_its_entity_alone(change: str, run: Run, database: str) -> None:
    assert run().green
    with psycopg.connect(database) as connection:
        connection.execute("DROP VIEW analyst.ruang")
        connection.execute(change.encode())
    result = run()
    assert result.exit_status == 1
    stopped = {name: r.error.kind for name, r in result.entities.items() if r.error}
    assert stopped == {"ruang": "schema_drift"}
    assert "ruang" in str(result.entities["ruang"].error)
    students = result.entities["peserta_didik"].balance
    assert students is not None
    assert students.stored == SIZE.students
