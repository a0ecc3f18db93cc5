"""The data dictionary: complete, consistent, and the same on both sides of the wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from backbone_sync import dictionary
from backbone_sync.stores import ddl_postgresql as ddl
from provision.lab.source import schema

WORDS = dictionary.load()


def test_every_field_says_the_five_things_that_satu_data_demands() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            assert field.definition.id, (entity.name, field.name)
            assert field.definition.en, (entity.name, field.name)
            assert all(getattr(field, one) for one in dictionary.SATU_DATA), (entity.name, field.name)


def test_every_row_about_a_child_is_specific_data() -> None:
    for name in ("peserta_didik", "registrasi_peserta_didik", "anggota_rombel"):
        assert {f.legal_class for f in WORDS[name].fields} == {"specific"}


def test_what_identifies_or_is_sensitive_is_marked() -> None:
    marked = {f.name: f.sensitivity for f in WORDS["peserta_didik"].fields}
    assert {n for n, s in marked.items() if s == "s"} == {
        *("nik", "no_kk", "agama_id", "kebutuhan_khusus_id", "lintang", "bujur", "layak_pip"),
        *("penghasilan_id_ayah", "penghasilan_id_ibu", "nama_ibu_kandung"),
    }
    assert {marked[n] for n in ("nama", "nisn", "tanggal_lahir", "alamat_jalan", "nama_ayah")} == {"u"}


def test_the_reference_source_has_the_dictionarys_columns() -> None:
    assert set(schema.ENTITIES) == set(WORDS.names)
    for entity in WORDS.entities:
        assert set(schema.columns(entity.name)) == {f.name for f in entity.fields}
        assert schema.columns(entity.name)[0] == entity.key.name


def test_references_lead_to_entities_and_scopes_to_earlier_ones() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            assert field.reference is None or field.reference in WORDS.names
            if field.scope and field.scope != "region":
                assert WORDS.names.index(field.scope) < WORDS.names.index(entity.name)


def test_a_table_is_made_as_the_dictionary_says() -> None:
    made = ddl.table(WORDS["anggota_rombel"])
    assert made[0] == (
        'CREATE TABLE IF NOT EXISTS "backbone"."anggota_rombel" (\n'
        '    "anggota_rombel_id" uuid PRIMARY KEY,\n'
        '    "rombongan_belajar_id" uuid,\n'
        '    "peserta_didik_id" uuid,\n'
        '    "jenis_pendaftaran_id" smallint,\n'
        '    "create_date" timestamptz,\n'
        '    "last_update" timestamptz NOT NULL,\n'
        '    "soft_delete" smallint NOT NULL,\n'
        '    "last_sync" timestamptz,\n'
        '    "updater_id" uuid,\n'
        "    flags text[],\n"
        "    stored_at timestamptz NOT NULL DEFAULT now()\n"
        ")"
    )
    assert sum("CREATE INDEX" in s for s in made) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("type: uuid", "type: guid"), "type"),
        (("sensitivity: none", "sensitivity: maybe"), "sensitivity"),
        (("unit: none", "unit: ''"), "unit"),
        (("reference: peserta_didik", "reference: nobody"), "nobody"),
        (("key: true", "key: false"), "key"),
    ],
)
def test_a_dictionary_that_breaks_its_rules_is_refused(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    for file in dictionary.DIRECTORY.glob("*.yml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    wrong = tmp_path / "anggota_rombel.yml"
    wrong.write_text(wrong.read_text("utf-8").replace(*change, 1), "utf-8")
    with pytest.raises(dictionary.DictionaryInvalid, match=said):
        dictionary.load(tmp_path)
