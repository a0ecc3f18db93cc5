"""The code tables as the reference source serves them, and the areas of one region."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Area = tuple[str, str, int, str | None, str | None, str | None, str | None]

FORMS = {1: "TK", 2: "KB", 3: "TPA", 4: "SPS", 5: "SD", 6: "SMP", 13: "SMA", 15: "SMK", 29: "SLB"}
GRADES = {
    1: (71, 72),
    2: (71, 72),
    3: (71, 72),
    4: (71, 72),
    5: (1, 6),
    6: (7, 9),
    13: (10, 12),
    15: (10, 13),
}

SUBJECTS = (
    *((100011070, "Matematika"), (100012050, "Bahasa Indonesia"), (100013010, "IPA"), (100014020, "IPS")),
    *((100015030, "Pendidikan Pancasila"), (100016010, "Seni budaya"), (100017020, "PJOK")),
    *((100018010, "Bahasa Inggris"), (100019050, "Muatan lokal")),
)

# Kemendagri → education code and name, as far as public documents name them; others get a code of the same
# form.
_EDUCATION = {
    "33": ("030000", "Prov. Jawa Tengah"),
    "32": ("020000", "Prov. Jawa Barat"),
    "33.74": ("036300", "Kota Semarang"),
    "33.72": ("036100", "Kota Surakarta"),
    "32.01": ("020500", "Kab. Bogor"),
}
_SEMARANG = (
    "Semarang Tengah, Semarang Utara, Semarang Timur, Gayamsari, Genuk, Pedurungan, Semarang Selatan,"
    " Candisari, Gajahmungkur, Tembalang, Banyumanik, Gunungpati, Semarang Barat, Mijen, Ngaliyan, Tugu"
)
_CODES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "ref.agama": (
        *((1, "Islam"), (2, "Kristen"), (3, "Katholik"), (4, "Hindu"), (5, "Budha"), (6, "Khonghucu")),
        *((7, "Kepercayaan"), (98, "Tidak diisi"), (99, "Lainnya")),
    ),
    "ref.bentuk_pendidikan": tuple(FORMS.items()),
    "ref.jenjang_pendidikan": ((1, "PAUD"), (4, "Dasar"), (5, "Menengah pertama"), (6, "Menengah atas")),
    "ref.tingkat_pendidikan": (
        *((n, f"Kelas {n}") for n in range(1, 14)),
        *((71, "Kelompok A"), (72, "Kelompok B")),
    ),
    "ref.tahun_ajaran": tuple((y, f"{y}/{y + 1}") for y in range(2020, 2026)),
    "ref.semester": tuple(
        (f"{y}{half}", f"{y}/{y + 1} {'Ganjil' if half == 1 else 'Genap'}", y)
        for y in range(2020, 2026)
        for half in (1, 2)
    ),
    "ref.jenis_ptk": (
        (4, "Guru mata pelajaran"),
        (11, "Tenaga administrasi"),
        (20, "Kepala sekolah dan guru"),
    ),
    "ref.status_kepegawaian": ((1, "PNS"), (4, "GTY"), (5, "Honorer"), (10, "PPPK")),
    "ref.jenis_keluar": (("1", "Lulus"), ("2", "Mutasi"), ("3", "Dikeluarkan"), ("4", "Mengundurkan diri")),
    "ref.jenis_pendaftaran": ((1, "Siswa baru"), (2, "Pindahan"), (3, "Naik kelas")),
    "ref.kurikulum": ((2013, "Kurikulum 2013"), (2024, "Kurikulum Merdeka")),
    "ref.mata_pelajaran": SUBJECTS,
    "ref.jurusan": (("A01", "Umum"), ("K01", "Teknik komputer dan jaringan")),
    "ref.status_kepemilikan": ((1, "Pemerintah daerah"), (2, "Yayasan"), (3, "Pemerintah pusat")),
    "ref.jenis_prasarana": (
        *((1, "Ruang kelas"), (2, "Ruang guru"), (3, "Perpustakaan"), (4, "Toilet")),
        *((50, "Bangunan kelas"), (51, "Bangunan kantor"), (60, "Tanah bangunan")),
    ),
}


def areas(region: str) -> list[Area]:
    """The country, the province, the region and what lies in it, down to villages; codes padded to 8 as in
    the feed.

    A province gets two kabupaten/kota, because its schools lie in more than one.
    """
    province, _, regency = region.partition(".")
    code, name = _EDUCATION.get(province, (f"{province}0000", f"Prov. Contoh {province}"))
    made: list[Area] = [
        ("000000  ", "Indonesia", 0, None, None, None, None),
        (f"{code}  ", name, 1, "000000  ", None, province, None),
    ]
    wanted = [region] if regency else [k for k in _EDUCATION if k.startswith(f"{province}.")] or [f"{province}.01"]
    for dagri in wanted:
        digits = dagri.partition(".")[2]
        below, title = _EDUCATION.get(dagri, (f"{code[:2]}{digits}00", f"Kab. Contoh {dagri}"))
        made.append((f"{below}  ", title, 2, f"{code}  ", None, dagri, None))
        districts = _SEMARANG.split(", ") if dagri == "33.74" else [f"Contoh {n}" for n in range(1, 11)]
        for n, district in enumerate(districts, 1):
            # The district's own prefix is its regency's here; elsewhere it need not be: only the parent
            # link counts.
            above = f"{below[:4]}{n:02d}"
            made.append((f"{above}  ", f"Kec. {district}", 3, f"{below}  ", None, f"{dagri}.{n:02d}", None))
            for v in range(1, 11):
                place = f"Kelurahan Contoh {v}"
                made.append((f"{above}{v:02d}", place, 4, f"{above}  ", None, f"{dagri}.{n:02d}.{1000 + v}", None))
    return made


def rows(entity: str, areas_of_region: list[Area]) -> Iterable[tuple[Any, ...]]:
    """The rows of a code table, without expired_date and bookkeeping."""
    return areas_of_region if entity == "ref.mst_wilayah" else _CODES[entity]
