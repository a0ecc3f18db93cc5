"""The grant file is read strictly: a slip of the pen stops the service and never widens what it takes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from backbone_sync import config, dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import grant_file
from backbone_sync.privacy.grant import Grant, GrantExpired, make

WORDS = dictionary.load()
SOUND: dict[str, object] = {
    "version": 1,
    "region": "33.74",
    "number": "NK/12/2026",
    "expires": date(2027, 6, 30),
    "legal_basis": ["UU 20/2003"],
    "purposes": ["Perencanaan daya tampung sekolah"],
    "levels": ["PAUD", "SD", "SMP"],
    "entities": {
        "sekolah": {},
        "peserta_didik": {"also": ["nik"], "without": ["email"]},
        "registrasi_peserta_didik": {},
        "ptk": {"fields": ["nama", "jenis_kelamin"]},
        "ptk_terdaftar": {},
    },
    "contacts": {"data_owner": {"name": "Pusdatin", "email": "pusdatin@contoh.example"}},
    "retention": {"quarantine": "30d", "departed": "730d"},
}


def written(folder: Path, **changes: object) -> Path:
    path = folder / "grant.yml"
    content = {name: value for name, value in {**SOUND, **changes}.items() if value is not None}
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


def loaded(folder: Path, entities: tuple[str, ...] = (), **changes: object) -> Grant:
    return grant_file.load(written(folder, **changes), WORDS, "33.74", entities)


def names(given: Grant, entity: str) -> set[str]:
    return {f.name for f in given.fields(WORDS[entity])}


def test_it_decides_entities_and_fields(tmp_path: Path) -> None:
    given = loaded(tmp_path)
    assert {n for n in given.entities if not n.startswith("ref.")} == set(SOUND["entities"])  # type: ignore[call-overload]
    students = names(given, "peserta_didik")
    assert "nik" in students
    assert not {"email", "no_kk", "agama_id", "nama_ibu_kandung"} & students
    assert names(given, "ptk") == {
        *("ptk_id", "nama", "jenis_kelamin"),
        *("create_date", "last_update", "soft_delete", "last_sync", "updater_id"),
    }
    assert {f.name for f in given.withheld(WORDS["ptk"])} >= {"nik", "nip", "agama_id"}


def test_enrolments_come_before_people(tmp_path: Path) -> None:
    order = loaded(tmp_path).entities
    assert order.index("registrasi_peserta_didik") < order.index("peserta_didik")
    assert order.index("ptk_terdaftar") < order.index("ptk")
    assert order.index("sekolah") < order.index("registrasi_peserta_didik")
    assert loaded(tmp_path, levels=[]).entities == order


def test_the_configuration_can_only_narrow_it(tmp_path: Path) -> None:
    given = loaded(tmp_path, entities=("sekolah", "rombongan_belajar"))
    assert "sekolah" in given.entities
    assert "rombongan_belajar" not in given.entities
    assert "peserta_didik" not in given.entities


def test_a_grant_of_nothing_is_no_grant_of_everything(tmp_path: Path) -> None:
    empty = grant_file.load(written(tmp_path, entities={}), WORDS, "33.74")
    for given in (empty, loaded(tmp_path, entities=("rombongan_belajar",))):
        assert all(n.startswith("ref.") for n in given.entities)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "version"),
        ({"region": "33.72"}, "33.72"),
        ({"expires": None}, "expires"),
        ({"expires": "some day"}, "expires"),
        ({"purposes": []}, "purposes"),
        ({"legal_basis": None}, "legal_basis"),
        ({"levels": ["TK"]}, "TK"),
        ({"entities": {"siswa": {}}}, "siswa"),
        ({"entities": {"sekolah": {"fields": ["namaa"]}}}, "namaa"),
        ({"entities": {"sekolah": {"allso": ["nama"]}}}, "allso"),
        ({"entities": {"sekolah": {"fields": ["nama"], "also": ["npsn"]}}}, "also"),
        ({"entities": {"peserta_didik": {}}}, "registrasi_peserta_didik"),
        ({"contacts": {"mayor": {"name": "X"}}}, "mayor"),
        ({"retention": {"quarantine": "90 days"}}, "quarantine"),
        ({"readmit": ["budi"]}, "readmit"),
        ({"everything": True}, "everything"),
    ],
)
def test_what_is_not_exactly_right_is_refused_and_named(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=said):
        grant_file.load(written(tmp_path, **changes), WORDS, "33.74")


def test_levels_need_the_enrolments_that_tell_a_persons_school(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="registrasi_peserta_didik"):
        loaded(tmp_path, entities=("peserta_didik",))


def test_it_holds_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    given = loaded(tmp_path)
    given.check(date(2027, 6, 30))
    with pytest.raises(GrantExpired, match="2027-06-30") as refused:
        given.check(date(2027, 7, 1))
    assert "Nota Kesepakatan" in refused.value.repair
    make(WORDS).check(date(2999, 1, 1))


def test_retention_has_a_class_for_each_kind_and_defaults(tmp_path: Path) -> None:
    given = loaded(tmp_path)
    assert given.retention == {
        "quarantine": timedelta(days=30),
        "runs": timedelta(days=400),
        "corrections": timedelta(days=400),
        "departed": timedelta(days=730),
    }


def test_equal_grants_have_equal_digests_and_other_ones_do_not(tmp_path: Path) -> None:
    first = loaded(tmp_path).digest
    assert loaded(tmp_path, number="NK/13/2026").digest == first
    assert loaded(tmp_path, levels=["SD", "SMP", "PAUD"]).digest == first
    others = [
        loaded(tmp_path, levels=["SD"]).digest,
        loaded(tmp_path, expires=date(2027, 7, 1)).digest,
        loaded(tmp_path, entities=("sekolah",)).digest,
    ]
    assert len({first, *others}) == 4


def test_a_levels_grant_starts_listings_anew_when_its_levels_change(tmp_path: Path) -> None:
    assert loaded(tmp_path, levels=[]).scope("33.74") == "33.74"
    assert loaded(tmp_path).scope("33.74") == loaded(tmp_path, levels=["SMP", "SD", "PAUD"]).scope("33.74")
    assert loaded(tmp_path).scope("33.74") != loaded(tmp_path, levels=["SD"]).scope("33.74")


def test_the_configuration_names_the_file_and_may_not_argue_with_it(tmp_path: Path) -> None:
    path = tmp_path / "sync.toml"
    head = 'region = "33.74"\n[source]\nurl = "https://pusat.example"\n[grant]\n'
    path.write_text(f'{head}file = "{written(tmp_path)}"\nentities = ["sekolah"]\n')
    assert "peserta_didik" not in config.load(path, WORDS).grant.entities
    path.write_text(f'{head}file = "{written(tmp_path)}"\nleave_out = []\n')
    with pytest.raises(ConfigInvalid, match="leave_out"):
        config.load(path, WORDS)
