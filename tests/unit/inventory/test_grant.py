"""A grant beside the inventory: every slip is named with its line; what passes here, the sync service takes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
import yaml

from backbone_sync import dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import grant_file
from provision.inventory import grants, schemas

from .conftest import Folder, sound

GRANT = """\
version: 1
region: "33.74"
number: NK/12/2026
expires: 2028-06-30
legal_basis: [UU 20/2003]
purposes:
  - Perencanaan daya tampung sekolah
levels: [PAUD, SD, SMP]
entities:
  sekolah: {}
  registrasi_peserta_didik: {}
  peserta_didik: {also: [nik], without: [email]}
contacts:
  data_owner: {name: Pusdatin, email: pusdatin@contoh.example}
retention: {quarantine: 30d, departed: forever}
"""


@pytest.fixture
def inventory(folder: Folder) -> Folder:
    folder.hosts({**sound(), "backbone_grant": "grant.yml"})
    folder.text("grant.yml", GRANT)
    return folder


def test_a_sound_grant_is_taken_and_means_what_the_service_understands(inventory: Folder) -> None:
    server = inventory.load().servers[0]
    given = grants.of(server.settings, inventory.path)
    assert given.expires == date(2028, 6, 30)
    assert "ptk" not in given.entities
    students = {f.name for f in given.fields(dictionary.load()["peserta_didik"])}
    assert "nik" in students
    assert not {"email", "no_kk"} & students


SLIPS = {
    "version: 1": ("version: 2", 1),
    'region: "33.74"': ('region: "33.72"', 2),
    "expires: 2028-06-30": ("expires: later", 4),
    "legal_basis: [UU 20/2003]": ("legal_basis: []", 5),
    "levels: [PAUD, SD, SMP]": ("levels: [PAUD, SD, SMU]", 8),
    "  sekolah: {}": ("  sekola: {}", 10),
    "  registrasi_peserta_didik: {}": ("  rombongan_belajar: {}", 8),
    "{also: [nik], without: [email]}": ("{also: [nikk], without: [email]}", 12),
    "  data_owner:": ("  mayor:", 14),
    "quarantine: 30d": ("quarantine: 30 days", 15),
    "number: NK/12/2026": ("nomor: NK/12/2026", 3),
}


@pytest.mark.parametrize("right", SLIPS)
def test_a_slip_is_named_with_its_line_and_the_service_refuses_it_too(right: str, inventory: Folder) -> None:
    wrong, line = SLIPS[right]
    text = GRANT.replace(right, wrong)
    assert text != GRANT
    path = inventory.text("grant.yml", text)
    found = [f for f in inventory.faults() if f.file.endswith("grant.yml")]
    assert line in {fault.line for fault in found}, found
    assert all(fault.servers == ("s1",) for fault in found)
    with pytest.raises(ConfigInvalid):
        grant_file.load(path, dictionary.load(), "33.74")


def test_all_slips_are_named_at_once(inventory: Folder) -> None:
    text = GRANT.replace("version: 1", "version: 2").replace("SMP]", "SMU]").replace("30d", "thirty")
    inventory.text("grant.yml", text)
    assert {fault.line for fault in inventory.faults()} >= {1, 8, 15}


def test_an_ending_grant_is_remarked_and_an_ended_one_keeps_nobody_from_applying(inventory: Folder) -> None:
    for day, word in (("2026-12-31", "ends on"), ("2026-11-01", "ended on")):
        inventory.text("grant.yml", GRANT.replace("2028-06-30", day))
        notes = [note for note in inventory.load().notes if note.file.endswith("grant.yml")]
        assert [word in note.message and day in note.message for note in notes] == [True]
    inventory.text("grant.yml", GRANT)
    assert not [note for note in inventory.load().notes if note.file.endswith("grant.yml")]


def test_the_published_schema_has_the_services_own_words() -> None:
    schema = schemas.all_schemas()["grant.json"]
    assert set(schema["properties"]) == set(grant_file.GrantFile.__struct_fields__)
    for model, struct in (
        ("GrantedEntity", grant_file.EntityEntry),
        ("GrantContact", grant_file.ContactEntry),
        ("GrantRetention", grant_file.Retention),
    ):
        assert set(schema["$defs"][model]["properties"]) == set(struct.__struct_fields__)
    assert set(schema["$defs"]["GrantContacts"]["properties"]) == set(grant_file.CONTACTS)


def test_the_published_schema_judges_as_validate_does() -> None:
    judge = jsonschema.Draft202012Validator(schemas.all_schemas()["grant.json"])
    plain: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(GRANT), default=str))
    judge.validate(plain)
    for change in ({"version": 2}, {"levels": ["SMU"]}, {"retention": {"quarantine": "x"}}, {"nomor": "1"}):
        with pytest.raises(jsonschema.ValidationError):
            judge.validate({**plain, **change})
