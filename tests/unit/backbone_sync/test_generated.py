"""What is made from the dictionary: the committed files are today's."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import sqlglot

from backbone_sync import dictionary
from backbone_sync.dictionary import digest, generated, rows_schema
from backbone_sync.stores import ddl_postgresql as ddl

WORDS = dictionary.load()


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
