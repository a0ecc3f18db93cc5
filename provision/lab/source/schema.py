"""The source's own tables. A unit test holds their columns equal to the contract's data dictionary."""

from __future__ import annotations

import sqlite3
from pathlib import Path

COMMON = ("create_date", "last_update", "soft_delete", "last_sync", "updater_id")

_CODE_TABLES = {
    "agama": "agama_id",
    "bentuk_pendidikan": "bentuk_pendidikan_id",
    "jenjang_pendidikan": "jenjang_pendidikan_id",
    "tingkat_pendidikan": "tingkat_pendidikan_id",
    "tahun_ajaran": "tahun_ajaran_id",
    "jenis_ptk": "jenis_ptk_id",
    "status_kepegawaian": "status_kepegawaian_id",
    "jenis_keluar": "jenis_keluar_id",
    "jenis_pendaftaran": "jenis_pendaftaran_id",
    "kurikulum": "kurikulum_id",
    "mata_pelajaran": "mata_pelajaran_id",
    "jurusan": "jurusan_id",
    "status_kepemilikan": "status_kepemilikan_id",
    "jenis_prasarana": "jenis_prasarana_id",
}
_SPACE = ("jenis_prasarana_id", "nama", "panjang", "lebar", "luas")
_STATE = ("semester_id", "kondisi", "persentase_kerusakan")

# Entity → columns, the key first.
ENTITIES: dict[str, tuple[str, ...]] = {
    "ref.mst_wilayah": (
        "kode_wilayah",
        *(
            [
                "nama",
                "id_level_wilayah",
                "mst_kode_wilayah",
                "kode_bps",
                "kode_dagri",
                "kode_keu",
                "expired_date",
            ]
        ),
    ),
    **{f"ref.{name}": (key, "nama", "expired_date") for name, key in _CODE_TABLES.items()},
    "ref.semester": ("semester_id", "nama", "tahun_ajaran_id", "expired_date"),
    "sekolah": (
        "sekolah_id",
        "nama",
        "nama_nomenklatur",
        "nss",
        "npsn",
        "bentuk_pendidikan_id",
        "alamat_jalan",
        "rt",
        "rw",
        "nama_dusun",
        "desa_kelurahan",
        "kode_wilayah",
        "kode_pos",
        "lintang",
        "bujur",
        "nomor_telepon",
        "nomor_fax",
        "email",
        "website",
        "status_sekolah",
        "sk_pendirian_sekolah",
        "tanggal_sk_pendirian",
        "status_kepemilikan_id",
        "sk_izin_operasional",
        "tanggal_sk_izin_operasional",
        "akreditasi",
        "keaktifan",
    ),
    "peserta_didik": (
        "peserta_didik_id",
        "nama",
        "jenis_kelamin",
        "nisn",
        "nik",
        "no_kk",
        "tempat_lahir",
        "tanggal_lahir",
        "agama_id",
        "kebutuhan_khusus_id",
        "alamat_jalan",
        "rt",
        "rw",
        "nama_dusun",
        "desa_kelurahan",
        "kode_wilayah",
        "kode_pos",
        "lintang",
        "bujur",
        "jenis_tinggal_id",
        "alat_transportasi_id",
        "nomor_telepon_seluler",
        "email",
        "penerima_kps",
        "penerima_kip",
        "layak_pip",
        "nama_ayah",
        "pekerjaan_id_ayah",
        "penghasilan_id_ayah",
        "nama_ibu_kandung",
        "pekerjaan_id_ibu",
        "penghasilan_id_ibu",
        "nama_wali",
        "kewarganegaraan",
    ),
    "registrasi_peserta_didik": (
        "registrasi_id",
        "peserta_didik_id",
        "sekolah_id",
        "jenis_pendaftaran_id",
        "nipd",
        "tanggal_masuk_sekolah",
        "jenis_keluar_id",
        "tanggal_keluar",
        "sekolah_asal",
    ),
    "ptk": (
        "ptk_id",
        "nama",
        "nip",
        "jenis_kelamin",
        "tempat_lahir",
        "tanggal_lahir",
        "nik",
        "nuptk",
        "status_kepegawaian_id",
        "jenis_ptk_id",
        "agama_id",
        "alamat_jalan",
        "desa_kelurahan",
        "kode_wilayah",
        "no_hp",
        "email",
        "status_keaktifan_id",
        "pangkat_golongan_id",
        "sumber_gaji_id",
        "kewarganegaraan",
    ),
    "ptk_terdaftar": (
        "ptk_terdaftar_id",
        "ptk_id",
        "sekolah_id",
        "tahun_ajaran_id",
        "nomor_surat_tugas",
        "tanggal_surat_tugas",
        "ptk_induk",
        "tmt_tugas",
        "jenis_ptk_id",
        "jabatan_ptk_id",
        "jenis_keluar_id",
        "tgl_ptk_keluar",
    ),
    "rombongan_belajar": (
        "rombongan_belajar_id",
        "semester_id",
        "sekolah_id",
        "tingkat_pendidikan_id",
        "kurikulum_id",
        "nama",
        "ptk_id",
        "jenis_rombel",
        "moving_class",
        "tanggal_mulai",
        "tanggal_selesai",
        "parent_rombongan_belajar_id",
    ),
    "anggota_rombel": (
        "anggota_rombel_id",
        "rombongan_belajar_id",
        "peserta_didik_id",
        "jenis_pendaftaran_id",
    ),
    "pembelajaran": (
        "pembelajaran_id",
        "rombongan_belajar_id",
        "semester_id",
        "mata_pelajaran_id",
        "ptk_terdaftar_id",
        "jam_mengajar_per_minggu",
        "status_di_kurikulum",
        "nama_mata_pelajaran",
        "induk_pembelajaran_id",
    ),
    "tanah": ("id_tanah", "sekolah_id", *_SPACE),
    "bangunan": ("id_bangunan", "sekolah_id", "id_tanah", *_SPACE),
    "ruang": ("id_ruang", "sekolah_id", "id_bangunan", *_SPACE),
    "kondisi_tanah": ("kondisi_tanah_id", "id_tanah", *_STATE),
    "kondisi_bangunan": ("kondisi_bangunan_id", "id_bangunan", *_STATE),
    "kondisi_ruang": ("kondisi_ruang_id", "id_ruang", *_STATE),
}

# How a row finds its kecamatan and its semester: by which column, and which other entity knows if it does not itself.
PARTITIONS: dict[str, dict[str, tuple[str, str]]] = {
    "sekolah": {"kecamatan": ("kode_wilayah", "")},
    "peserta_didik": {"kecamatan": ("kode_wilayah", "")},
    "registrasi_peserta_didik": {"kecamatan": ("sekolah_id", "sekolah")},
    "ptk": {"kecamatan": ("kode_wilayah", "")},
    "ptk_terdaftar": {"kecamatan": ("sekolah_id", "sekolah")},
    "rombongan_belajar": {"kecamatan": ("sekolah_id", "sekolah"), "semester": ("semester_id", "")},
    "anggota_rombel": {
        "kecamatan": ("rombongan_belajar_id", "rombongan_belajar"),
        "semester": ("rombongan_belajar_id", "rombongan_belajar"),
    },
    "pembelajaran": {"kecamatan": ("rombongan_belajar_id", "rombongan_belajar"), "semester": ("semester_id", "")},
    **{name: {"kecamatan": ("sekolah_id", "sekolah")} for name in ("tanah", "bangunan", "ruang")},
    **{
        f"kondisi_{name}": {"kecamatan": (f"id_{name}", name), "semester": ("semester_id", "")}
        for name in ("tanah", "bangunan", "ruang")
    },
}
# Code tables whose key is a number or padded text: everything else is keyed by a uuid.
TEXT_KEYS = tuple(entity for entity in ENTITIES if entity.startswith("ref."))
VERSION = "1.1"  # of the contract


def columns(entity: str) -> tuple[str, ...]:
    """All columns of an entity, the bookkeeping last."""
    return ENTITIES[entity] + COMMON


def connect(data: Path) -> sqlite3.Connection:
    """The data file; a reader never waits for a writer."""
    connection = sqlite3.connect(str(data), timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # it can be generated again at any time
    return connection


def create(connection: sqlite3.Connection) -> None:
    """Empty tables."""
    connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    for entity in ENTITIES:
        names = columns(entity)
        listed = ", ".join(f'"{n}"' for n in names)
        connection.execute(f'CREATE TABLE "{entity}" ({listed}, PRIMARY KEY ("{names[0]}"))')


def index(connection: sqlite3.Connection) -> None:
    """The order in which the contract lists rows."""
    for entity, names in ENTITIES.items():
        connection.execute(f'CREATE INDEX "{entity}_order" ON "{entity}" (last_update, "{names[0]}")')
        connection.execute(f'CREATE INDEX "{entity}_gone" ON "{entity}" (soft_delete)')
    connection.execute("ANALYZE")
