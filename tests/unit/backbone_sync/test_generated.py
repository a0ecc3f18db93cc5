"""What is made from the dictionary: the committed files are today's, and the T-SQL is T-SQL to a parser of it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import sqlglot
from sqlglot import exp

from backbone_sync import dictionary
from backbone_sync.dictionary import digest, generated, rows_schema
from backbone_sync.privacy import grant
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores import ddl_sqlserver

WORDS = dictionary.load()
GRANTS = [grant.make(WORDS), grant.make(WORDS, leave_out=()), grant.make(WORDS, leave_out=("u", "s"))]


def tsql(statement: str) -> exp.Expression:
    """The statement parsed; an AssertionError where the parser gave up and kept the text."""
    made = sqlglot.parse_one(statement, dialect="tsql")
    assert made is not None
    assert not list(made.find_all(exp.Command)), statement[:200]
    return made


@pytest.mark.parametrize("name", generated.FILES)
def test_a_committed_file_is_what_the_dictionary_makes(name: str) -> None:
    committed = (generated.ROOT / name).read_text("utf-8")
    assert committed == generated.FILES[name](WORDS), "run `python -m backbone_sync.dictionary.generated`"


def test_a_file_that_has_drifted_is_written_anew_and_the_rest_left_alone(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "backbone_sync/contract").mkdir(parents=True)
    assert generated.write(tmp_path) == ["backbone_sync/contract/rows.json", "docs/data-dictionary.md"]
    assert generated.write(tmp_path) == []
    (tmp_path / "docs/data-dictionary.md").write_text("old")
    assert generated.write(tmp_path) == ["docs/data-dictionary.md"]


def test_the_page_shows_every_field_in_both_languages() -> None:
    page = generated.FILES["docs/data-dictionary.md"](WORDS)
    for entity in WORDS.entities:
        section = page.split(f"\n## {entity.name}\n")[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
        assert len(rows) == len(entity.fields)
        for row, field in zip(rows, entity.fields, strict=True):
            for text in (field.name, field.label.id, field.label.en, field.definition.id, field.definition.en):
                assert text in row
            for said in dictionary.satu_data(field).values():
                assert said.id in row
                assert said.en in row
            assert f"| {field.legal_class} |" in row


@pytest.mark.parametrize("name", WORDS.names)
def test_the_schema_of_a_row_is_one_and_knows_every_field(name: str) -> None:
    made = rows_schema.document(WORDS)["$defs"][name]
    jsonschema.Draft202012Validator.check_schema(made)
    assert set(made["properties"]) == {f.name for f in WORDS[name].fields}


@pytest.mark.parametrize("name", WORDS.names)
def test_every_statement_for_sql_server_is_t_sql(name: str) -> None:
    entity = WORDS[name]
    (create, *indexes), staging = ddl_sqlserver.table(entity), tsql(ddl_sqlserver.staging(entity))
    for statement in (tsql(create), staging):
        assert isinstance(statement, exp.Create)
        columns = [c.name for c in statement.find_all(exp.ColumnDef)]
        assert columns[: len(entity.fields)] == [f.name for f in entity.fields]
    assert all(isinstance(tsql(i), exp.Create) for i in indexes)
    assert isinstance(tsql(ddl_sqlserver.digest(entity)), exp.Select)
    for given in GRANTS:
        granted = given.fields(entity)
        kinds = {n: type(tsql(s)) for n, s in vars(ddl_sqlserver.statements(entity, granted)).items()}
        assert kinds == {
            **dict.fromkeys(("revive", "settle", "remove", "unquarantine"), exp.Delete),
            **dict.fromkeys(("merge", "bury"), exp.Merge),
            "clear": exp.TruncateTable,
        }


@pytest.mark.parametrize("statement", [*ddl_sqlserver.SCHEMAS, *ddl_sqlserver.STATE])
def test_the_state_for_sql_server_is_t_sql(statement: str) -> None:
    assert isinstance(tsql(statement), exp.Create)


@pytest.mark.parametrize("name", WORDS.names)
def test_a_merge_writes_the_granted_fields_and_no_other(name: str) -> None:
    entity = WORDS[name]
    for given in GRANTS:
        granted = {f.name for f in given.fields(entity)}
        merge = tsql(ddl_sqlserver.statements(entity, given.fields(entity)).merge)
        assert {c.name for c in merge.find_all(exp.Column)} - {
            "entity",
            "key",
            "flags",
            "stored_at",
            "$action",
        } == granted
        insert = next(w for w in merge.find_all(exp.When) if isinstance(w.args["then"], exp.Insert)).args["then"]
        assert [c.name for c in insert.this.expressions] == [*[f.name for f in given.fields(entity)], "flags"]


def test_an_update_compares_text_by_its_bytes_and_never_touches_the_key() -> None:
    students = WORDS["peserta_didik"]
    merge = tsql(ddl_sqlserver.statements(students, students.fields).merge)
    (compared,) = merge.find_all(exp.Except)
    for side in (compared.left, compared.right):
        for field, shown in zip([f for f in students.fields if not f.key], side.expressions, strict=False):
            by_bytes = isinstance(shown, exp.Convert) and "VARBINARY" in shown.sql(dialect="tsql").upper()
            assert by_bytes == (field.type in ("text", "code", "identifier")), field.name
    update = next(w for w in merge.find_all(exp.When) if isinstance(w.args["then"], exp.Update)).args["then"]
    assert "peserta_didik_id" not in {e.this.name for e in update.expressions}


# What 2016 does not have; TRIM and STRING_AGG came in 2017, IS DISTINCT FROM and GREATEST in 2022, DATETRUNC in 2022.
@pytest.mark.parametrize(
    "word", ["TRIM(", "STRING_AGG", "DISTINCT FROM", "GREATEST", "LEAST(", "DATETRUNC", "GENERATE_"]
)
def test_nothing_is_used_that_came_after_2016(word: str) -> None:
    text = (generated.ROOT / "backbone_sync/contract/sql/sqlserver.sql").read_text("utf-8").upper()
    assert word not in text.replace("RTRIM(", "")


def test_text_has_room_for_every_character_that_the_validator_lets_through() -> None:
    """A character outside the basic plane takes two of nvarchar's units."""
    for entity in WORDS.entities:
        for field in entity.fields:
            if field.type in ("text", "code"):
                assert ddl_sqlserver.column_type(field).startswith(f"nvarchar({2 * (field.length or 0)})")


@pytest.mark.parametrize("name", WORDS.names)
def test_every_statement_for_postgresql_is_its_sql(name: str) -> None:
    entity = WORDS[name]
    for by in ((), ("kecamatan",), ("kecamatan", "semester")):
        assert sqlglot.parse_one(digest.statement(WORDS, entity, by), dialect="postgres")
    for statement in ddl.table(entity):
        assert sqlglot.parse_one(statement, dialect="postgres")


def test_the_schemas_are_what_the_validator_accepts() -> None:
    """The limits of both are the same numbers."""
    document = json.loads((generated.ROOT / "backbone_sync/contract/rows.json").read_text("utf-8"))
    students = document["$defs"]["peserta_didik"]["properties"]
    assert students["nama"]["maxLength"] == 100
    assert students["nik"] == {
        "description": WORDS["peserta_didik"].field("nik").definition.en,
        "type": ["string", "null"],
        "maxLength": 32,
        "x-expected": "^[1-9][0-9]{15}$",
    }
    assert document["$defs"]["ruang"]["properties"]["luas"]["maximum"] == 9999999999.99
