"""The dictionary against what public clients and documents say of the fields, written down here a second time.

`?` may be empty, `u` identifying, `s` sensitive, `>x` refers to entity x, a number is the length in characters. Where
the dictionary is laxer than the sources (newer and older models differ), LAXER says so.
"""

from __future__ import annotations

import pytest

from backbone_sync import dictionary
from backbone_sync.dictionary import Field

WORDS = dictionary.load()
ROOM = "jenis_prasarana_id nama panjang? lebar? luas?"
STATE = "semester_id=5>ref.semester kondisi persentase_kerusakan?"
FIELDS = {
    "sekolah": "sekolah_id nama=100 nama_nomenklatur? nss?=12 npsn?=8 bentuk_pendidikan_id>ref.bentuk_pendidikan"
    " alamat_jalan=80 rt? rw? nama_dusun? desa_kelurahan=60 kode_wilayah=8>ref.mst_wilayah kode_pos?=5 lintang? bujur?"
    " nomor_telepon? nomor_fax? email? website? status_sekolah sk_pendirian_sekolah? tanggal_sk_pendirian?"
    " status_kepemilikan_id>ref.status_kepemilikan sk_izin_operasional? tanggal_sk_izin_operasional? akreditasi?"
    " keaktifan",
    "peserta_didik": "peserta_didik_id nama:u jenis_kelamin nisn?=10:u nik?=16:s no_kk?:s tempat_lahir?:u"
    " tanggal_lahir:u agama_id:s>ref.agama kebutuhan_khusus_id:s alamat_jalan:u rt? rw? nama_dusun? desa_kelurahan"
    " kode_wilayah=8>ref.mst_wilayah kode_pos? lintang?:s bujur?:s jenis_tinggal_id? alat_transportasi_id?"
    " nomor_telepon_seluler?:u email?:u penerima_kps penerima_kip layak_pip:s nama_ayah?:u pekerjaan_id_ayah?"
    " penghasilan_id_ayah?:s nama_ibu_kandung:s pekerjaan_id_ibu? penghasilan_id_ibu?:s nama_wali?:u kewarganegaraan=2",
    "registrasi_peserta_didik": "registrasi_id peserta_didik_id>peserta_didik sekolah_id>sekolah"
    " jenis_pendaftaran_id>ref.jenis_pendaftaran nipd?=18:u tanggal_masuk_sekolah jenis_keluar_id?>ref.jenis_keluar"
    " tanggal_keluar? sekolah_asal?",
    "ptk": "ptk_id nama:u nip?=18:u jenis_kelamin tempat_lahir:u tanggal_lahir:u nik=16:s nuptk?=16:u"
    " status_kepegawaian_id>ref.status_kepegawaian jenis_ptk_id?>ref.jenis_ptk agama_id:s>ref.agama alamat_jalan:u"
    " desa_kelurahan kode_wilayah=8>ref.mst_wilayah no_hp?:u email?:u status_keaktifan_id pangkat_golongan_id?"
    " sumber_gaji_id kewarganegaraan",
    "ptk_terdaftar": "ptk_terdaftar_id ptk_id>ptk sekolah_id>sekolah tahun_ajaran_id>ref.tahun_ajaran nomor_surat_tugas"
    " tanggal_surat_tugas ptk_induk tmt_tugas jenis_ptk_id?>ref.jenis_ptk jabatan_ptk_id?"
    " jenis_keluar_id?>ref.jenis_keluar tgl_ptk_keluar?",
    "rombongan_belajar": "rombongan_belajar_id semester_id=5>ref.semester sekolah_id>sekolah"
    " tingkat_pendidikan_id>ref.tingkat_pendidikan kurikulum_id>ref.kurikulum nama=30 ptk_id?>ptk jenis_rombel"
    " moving_class tanggal_mulai tanggal_selesai parent_rombongan_belajar_id?>rombongan_belajar",
    "anggota_rombel": "anggota_rombel_id rombongan_belajar_id>rombongan_belajar peserta_didik_id>peserta_didik"
    " jenis_pendaftaran_id>ref.jenis_pendaftaran",
    "pembelajaran": "pembelajaran_id rombongan_belajar_id>rombongan_belajar semester_id=5>ref.semester"
    " mata_pelajaran_id>ref.mata_pelajaran ptk_terdaftar_id>ptk_terdaftar jam_mengajar_per_minggu status_di_kurikulum"
    " nama_mata_pelajaran=50 induk_pembelajaran_id?>pembelajaran",
    "tanah": f"id_tanah sekolah_id>sekolah {ROOM}",
    "bangunan": f"id_bangunan sekolah_id>sekolah id_tanah>tanah {ROOM}",
    "ruang": f"id_ruang sekolah_id>sekolah id_bangunan>bangunan {ROOM}",
    "kondisi_tanah": f"kondisi_tanah_id id_tanah>tanah {STATE}",
    "kondisi_bangunan": f"kondisi_bangunan_id id_bangunan>bangunan {STATE}",
    "kondisi_ruang": f"kondisi_ruang_id id_ruang>ruang {STATE}",
    "ref.mst_wilayah": "kode_wilayah=8 nama=60 id_level_wilayah mst_kode_wilayah?>ref.mst_wilayah kode_bps?=7"
    " kode_dagri? kode_keu?=10 expired_date?",
}
COMMON = ["create_date", "last_update", "soft_delete", "last_sync", "updater_id"]
LAXER = {("rombongan_belajar", "tanggal_mulai"), ("rombongan_belajar", "tanggal_selesai")}


def held(said: str, entity: str, field: Field) -> None:
    rest, _, reference = said.partition(">")
    rest, _, mark = rest.partition(":")
    rest, _, length = rest.partition("=")
    assert field.name == rest.rstrip("?"), said
    assert field.nullable == (rest.endswith("?") or (entity, field.name) in LAXER), said
    assert field.sensitivity == (mark or "none"), said
    if length:
        assert field.length == int(length), said
    if reference:
        assert field.reference == reference, said


@pytest.mark.parametrize("name", FIELDS)
def test_an_entity_has_the_fields_that_the_sources_name(name: str) -> None:
    entity = WORDS[name]
    said = FIELDS[name].split()
    assert [f.name for f in entity.fields][len(said) :] == COMMON
    for one, field in zip(said, entity.fields, strict=False):
        held(one, name, field)


def test_every_entity_but_the_code_tables_is_held_to_the_sources() -> None:
    assert {n for n in WORDS.names if not n.startswith("ref.")} | {"ref.mst_wilayah"} == set(FIELDS)


def test_every_code_table_is_a_key_a_name_and_an_expiry() -> None:
    for name in set(WORDS.names) - set(FIELDS):
        names = [f.name for f in WORDS[name].fields if f.name not in COMMON and f.name != "tahun_ajaran_id"]
        expected = (
            ["nama", "expired_date"] if name == "ref.tahun_ajaran" else [f"{name[4:]}_id", "nama", "expired_date"]
        )
        assert names == expected, name


def test_every_field_is_labelled_and_defined_in_both_languages() -> None:
    for entity in WORDS.entities:
        for text in (entity.label, entity.definition):
            assert text.id.strip()
            assert text.en.strip()
        for field in entity.fields:
            for text in (field.label, field.definition, *field.codes.values()):
                assert text.id.strip(), (entity.name, field.name)
                assert text.en.strip(), (entity.name, field.name)


def test_a_reference_has_the_type_of_the_key_that_it_names() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            if field.reference:
                key = WORDS[field.reference].key
                assert (field.type, field.length, field.digits) == (key.type, key.length, key.digits), field


def test_what_is_classified_by_a_code_list_has_one() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            if field.classification.startswith("ref."):
                assert field.reference == field.classification
            assert (field.classification == "code list of this field") == bool(field.codes), (entity.name, field.name)


def test_a_category_says_by_which_list_it_is_classified() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            assert (field.measure == "category") == (field.classification != "none"), (entity.name, field.name)


def test_the_five_attributes_are_there_in_both_languages() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            made = dictionary.satu_data(field)
            assert tuple(made) == dictionary.SATU_DATA
            assert all(text.id and text.en for text in made.values()), (entity.name, field.name)


def test_personal_data_is_never_classed_as_public() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            if field.sensitivity != "none" or field.reference in ("ptk", "ptk_terdaftar", "peserta_didik"):
                assert field.legal_class in ("general", "specific"), (entity.name, field.name)


@pytest.mark.parametrize(
    ("name", "by", "path"),
    [
        ("sekolah", "kecamatan", "sekolah.kode_wilayah"),
        ("peserta_didik", "kecamatan", "peserta_didik.kode_wilayah"),
        ("anggota_rombel", "semester", "anggota_rombel.rombongan_belajar_id rombongan_belajar.semester_id"),
        (
            "kondisi_ruang",
            "kecamatan",
            "kondisi_ruang.id_ruang ruang.sekolah_id sekolah.kode_wilayah",
        ),
        ("kondisi_ruang", "semester", "kondisi_ruang.semester_id"),
        ("ptk_terdaftar", "semester", ""),
        ("ref.agama", "kecamatan", ""),
    ],
)
def test_a_row_finds_its_kecamatan_and_its_semester(name: str, by: str, path: str) -> None:
    assert " ".join(f"{e.name}.{f.name}" for e, f in WORDS.path(WORDS[name], by)) == path


def test_every_entity_but_the_code_tables_has_a_kecamatan() -> None:
    for entity in WORDS.entities:
        assert bool(WORDS.path(entity, "kecamatan")) != entity.name.startswith("ref.")
