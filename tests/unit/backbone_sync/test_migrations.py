"""What a table lacks against the dictionary, worked out without a database."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone_sync import dictionary
from backbone_sync.dictionary import Entity
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores import migrations
from backbone_sync.stores.migrations import Column, plan

WORDS = dictionary.load()
ROOM = WORDS["ruang"]


def table(entity: Entity, **changes: str | None) -> list[Column]:
    """The columns of the entity's table as PostgreSQL names them; a change replaces a type, None removes a column."""
    types = {f.name: migrations._full(ddl.column_type(f)) for f in entity.fields} | migrations.OWN
    types |= {name: type_ for name, type_ in changes.items() if type_}
    return [Column(name, type_) for name, type_ in types.items() if changes.get(name, "") is not None]


def test_a_table_that_is_not_there_is_made_whole() -> None:
    assert plan(ROOM, []).statements == ("CREATE SCHEMA IF NOT EXISTS backbone", *ddl.table(ROOM))


@pytest.mark.parametrize("name", WORDS.names)
def test_a_table_by_the_dictionary_needs_nothing(name: str) -> None:
    assert plan(WORDS[name], table(WORDS[name])) == migrations.Plan()


def test_a_new_field_becomes_a_column_with_its_index() -> None:
    made = plan(ROOM, table(ROOM, id_bangunan=None, luas=None))
    assert made.added == ("id_bangunan", "luas")
    assert made.statements[:2] == (
        'ALTER TABLE "backbone"."ruang" ADD COLUMN "id_bangunan" uuid',
        'ALTER TABLE "backbone"."ruang" ADD COLUMN "luas" numeric(12,2)',
    )
    assert any("ruang_id_bangunan_idx" in s for s in made.statements[2:])


@pytest.mark.parametrize(
    ("field", "have", "becomes"),
    [
        ("nama", "character varying(30)", "character varying(100)"),
        ("luas", "numeric(6,2)", "numeric(12,2)"),
        ("luas", "numeric(6,4)", "numeric(14,4)"),
        ("luas", "numeric(14,0)", "numeric(16,2)"),
    ],
)
def test_a_narrower_column_is_widened(field: str, have: str, becomes: str) -> None:
    made = plan(ROOM, table(ROOM, **{field: have}))
    assert made.statements == (f'ALTER TABLE "backbone"."ruang" ALTER COLUMN "{field}" TYPE {becomes}',)
    assert made.widened == (field,)


def test_a_whole_number_is_widened_to_the_next_size() -> None:
    made = plan(WORDS["peserta_didik"], table(WORDS["peserta_didik"], kebutuhan_khusus_id="smallint"))
    assert made.statements[0].endswith('"kebutuhan_khusus_id" TYPE integer')


@pytest.mark.parametrize(
    ("field", "have"),
    [
        ("nama", "character varying(250)"),
        ("nama", "text"),
        ("luas", "numeric(20,4)"),
        ("jenis_prasarana_id", "bigint"),
    ],
)
def test_a_wider_column_is_left_as_it_is(field: str, have: str) -> None:
    made = plan(ROOM, table(ROOM, **{field: have}))
    assert (made.statements, made.wider, made.blocked) == ((), (field,), ())


@pytest.mark.parametrize(
    "changes",
    [
        {"nama": "integer"},
        {"luas": "integer"},
        {"id_bangunan": "character varying(36)"},
        {"last_update": "timestamp without time zone"},
        {"id_ruang": None},
        {"last_update": None},
        {"catatan_dinas": "text"},
    ],
)
def test_what_no_statement_may_do_stops_the_entity_and_changes_nothing(changes: dict[str, str | None]) -> None:
    made = plan(ROOM, table(ROOM, **{"panjang": None, **changes}))
    assert made.statements == ()
    (said,) = made.blocked
    assert next(iter(changes)) in said


@given(st.integers(1, 300), st.integers(1, 300))
def test_widening_never_narrows_and_ends(have: int, wanted: int) -> None:
    fields = tuple(dataclasses.replace(f, length=wanted) if f.name == "nama" else f for f in ROOM.fields)
    entity = dataclasses.replace(ROOM, fields=fields)
    made = plan(entity, table(ROOM, nama=f"character varying({have})"))
    assert bool(made.widened) == (have < wanted)
    after = plan(entity, table(ROOM, nama=f"character varying({max(have, wanted)})"))
    assert (after.statements, after.blocked) == ((), ())
