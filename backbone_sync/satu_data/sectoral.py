"""The sectoral tables of Satu Data: schools, students, teachers and classes by kecamatan, counted from what is stored.

Counts of people are suppressed where they are small (`suppress`). Each region code is looked up in ref.mst_wilayah,
the kecamatan by its parent link: the three systems of codes are not derived from each other.

The queries are read alike by PostgreSQL and SQL Server: groups are named, joins say on what, every column has its
table, and no word is reserved in either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backbone_sync.dictionary import Dictionary, Text
from backbone_sync.privacy.grant import Grant
from backbone_sync.satu_data.suppress import Protected, protect
from backbone_sync.stores.personal_store import FiguresDesk

TOTAL = "Total"
SEX = {"L": "Laki-laki", "P": "Perempuan"}
OWNER = {1: "Negeri", 2: "Swasta"}


@dataclass(frozen=True)
class Area:
    """A kecamatan with its name and its codes in the three systems; "" where the reference data has none."""

    education: str
    name: str
    kemendagri: str = ""
    bps: str = ""


@dataclass(frozen=True)
class Definition:
    """One table: what is counted (five attributes of Satu Data), by what, from which entities and fields."""

    name: str
    title: Text
    concept: str
    definition: Text
    unit: str
    dimensions: tuple[str, ...]
    query: str
    needs: Mapping[str, tuple[str, ...]]
    people: bool


@dataclass(frozen=True)
class Line:
    """One cell of a table: area and dimensions ("Total" for a sum), and the count, None when it is withheld."""

    area: Area
    values: tuple[str, ...]
    count: int | None


@dataclass(frozen=True)
class Sectoral:
    """A finished table; `withheld` counts its suppressed cells."""

    definition: Definition
    lines: tuple[Line, ...]
    least: int = 0
    withheld: int = 0
    period: str = ""


@dataclass(frozen=True)
class Codes:
    """The names of codes, as the reference data of the day has them."""

    areas: Mapping[str, Area] = field(default_factory=dict)
    district: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[Any, str] = field(default_factory=dict)
    grades: Mapping[Any, str] = field(default_factory=dict)
    employment: Mapping[Any, str] = field(default_factory=dict)


_CODES = (
    "SELECT w.kode_wilayah, w.nama, w.id_level_wilayah, w.mst_kode_wilayah, w.kode_dagri, w.kode_bps"
    " FROM ref.mst_wilayah w",
    "SELECT c.bentuk_pendidikan_id, c.nama FROM ref.bentuk_pendidikan c",
    "SELECT c.tingkat_pendidikan_id, c.nama FROM ref.tingkat_pendidikan c",
    "SELECT c.status_kepegawaian_id, c.nama FROM ref.status_kepegawaian c",
)
_SCHOOL = ("sekolah_id", "bentuk_pendidikan_id", "status_sekolah", "kode_wilayah")
TABLES = (
    Definition(
        "satuan_pendidikan",
        Text("Jumlah satuan pendidikan menurut kecamatan, bentuk dan status", "Schools by kecamatan, form and status"),
        "Satuan pendidikan",
        Text("Satuan pendidikan yang tercatat aktif", "Schools that are on record as active"),
        "satuan pendidikan",
        ("bentuk_pendidikan", "status_sekolah"),
        "SELECT s.kode_wilayah, s.bentuk_pendidikan_id, s.status_sekolah, count(*) FROM backbone.sekolah s"
        " WHERE s.keaktifan = 1 GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, s.status_sekolah",
        {"sekolah": (*_SCHOOL, "keaktifan")},
        people=False,
    ),
    Definition(
        "peserta_didik",
        Text(
            "Jumlah peserta didik menurut kecamatan, bentuk, jenis kelamin dan status sekolah",
            "Students by kecamatan, form, sex and status of the school",
        ),
        "Peserta didik",
        Text("Peserta didik yang terdaftar dan belum keluar", "Students who are enrolled and have not left"),
        "orang",
        ("bentuk_pendidikan", "jenis_kelamin", "status_sekolah"),
        "SELECT s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, s.status_sekolah,"
        " count(DISTINCT p.peserta_didik_id) FROM backbone.peserta_didik p"
        " JOIN backbone.registrasi_peserta_didik r ON r.peserta_didik_id = p.peserta_didik_id"
        " JOIN backbone.sekolah s ON s.sekolah_id = r.sekolah_id WHERE r.jenis_keluar_id IS NULL"
        " GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, s.status_sekolah",
        {
            "sekolah": _SCHOOL,
            "peserta_didik": ("jenis_kelamin",),
            "registrasi_peserta_didik": ("peserta_didik_id", "sekolah_id", "jenis_keluar_id"),
        },
        people=True,
    ),
    Definition(
        "ptk",
        Text(
            "Jumlah pendidik dan tenaga kependidikan menurut kecamatan, bentuk, jenis kelamin dan status kepegawaian",
            "Teachers and staff by kecamatan, form, sex and employment",
        ),
        "Pendidik dan tenaga kependidikan",
        Text("PTK di sekolah induk yang belum keluar", "Staff at their home school who have not left"),
        "orang",
        ("bentuk_pendidikan", "jenis_kelamin", "status_kepegawaian"),
        "SELECT s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, p.status_kepegawaian_id,"
        " count(DISTINCT p.ptk_id) FROM backbone.ptk p JOIN backbone.ptk_terdaftar t ON t.ptk_id = p.ptk_id"
        " JOIN backbone.sekolah s ON s.sekolah_id = t.sekolah_id WHERE t.ptk_induk = 1 AND t.jenis_keluar_id IS NULL"
        " AND t.tahun_ajaran_id = (SELECT max(y.tahun_ajaran_id) FROM backbone.ptk_terdaftar y)"
        " GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, p.status_kepegawaian_id",
        {
            "sekolah": _SCHOOL,
            "ptk": ("jenis_kelamin", "status_kepegawaian_id"),
            "ptk_terdaftar": ("ptk_id", "sekolah_id", "ptk_induk", "jenis_keluar_id", "tahun_ajaran_id"),
        },
        people=True,
    ),
    Definition(
        "rombongan_belajar",
        Text("Jumlah rombongan belajar menurut kecamatan, bentuk dan tingkat", "Classes by kecamatan, form and grade"),
        "Rombongan belajar",
        Text("Rombongan belajar pada semester terakhir", "Classes of the latest semester"),
        "rombongan belajar",
        ("bentuk_pendidikan", "tingkat"),
        "SELECT s.kode_wilayah, s.bentuk_pendidikan_id, r.tingkat_pendidikan_id, count(*)"
        " FROM backbone.rombongan_belajar r JOIN backbone.sekolah s ON s.sekolah_id = r.sekolah_id"
        " WHERE r.semester_id = (SELECT max(l.semester_id) FROM backbone.rombongan_belajar l)"
        " GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, r.tingkat_pendidikan_id",
        {"sekolah": _SCHOOL, "rombongan_belajar": ("sekolah_id", "semester_id", "tingkat_pendidikan_id")},
        people=False,
    ),
)


def queries() -> tuple[str, ...]:
    """Every statement that is asked here."""
    return (*_CODES, *(one.query for one in TABLES))


def missing(definition: Definition, dictionary: Dictionary, grant: Grant) -> list[str]:
    """What the table needs and the grant does not give; a table is left out rather than counted wrongly."""
    lacks = []
    for name, needed in definition.needs.items():
        if name not in grant.entities:
            lacks.append(name)
            continue
        held = {f.name for f in grant.fields(dictionary[name])}
        lacks += [f"{name}.{item}" for item in needed if item not in held]
    return lacks


def codes(desk: FiguresDesk) -> Codes:
    """The reference data that names codes; the kecamatan of every area by its parent links."""
    rows, forms, grades, employment = map(desk.rows, _CODES)
    parent = {code: (level, above) for code, _, level, above, _, _ in rows}
    areas = {
        code: Area(code, str(name or ""), (dagri or "").strip(), (bps or "").strip())
        for code, name, level, _, dagri, bps in rows
        if level == 3
    }
    district = {code: found for code in parent if (found := _district(code, parent))}
    return Codes(areas, district, dict(forms), dict(grades), dict(employment))


def _district(code: str, parent: Mapping[str, tuple[int, str | None]]) -> str | None:
    seen: set[str] = set()
    at: str | None = code
    while at is not None and at in parent and at not in seen:
        level, above = parent[at]
        if level == 3:
            return at
        seen.add(at)
        at = above
    return None


def table(desk: FiguresDesk, definition: Definition, known: Codes, least: int) -> Sectoral:
    """Count one table; counts of people below `least` are withheld, with whatever would give them away."""
    counted: dict[tuple[str, tuple[str, ...]], int] = {}
    for area, *values, count in desk.rows(definition.query):
        place = known.district.get(area, "")
        named = tuple(_name(d, v, known) for d, v in zip(definition.dimensions, values))
        counted[place, named] = counted.get((place, named), 0) + int(count)
    return arranged(definition, counted, known, least if definition.people else 1)


def arranged(
    definition: Definition, counted: Mapping[tuple[str, tuple[str, ...]], int], known: Codes, least: int
) -> Sectoral:
    """The lines of a table from its counts by (kecamatan, values): every kecamatan of the region, sums last. Pure."""
    unplaced = {place for place, _ in counted} - set(known.areas)
    places = [*sorted(known.areas, key=lambda c: (known.areas[c].kemendagri, c)), *sorted(unplaced)]
    columns = sorted({values for _, values in counted})
    grid = [[counted.get((place, values), 0) for values in columns] for place in places]
    made = protect(grid, least)
    areas = [known.areas.get(p, Area(p, "tidak diketahui")) for p in places] + [Area("", TOTAL)]
    sums = tuple(TOTAL for _ in definition.dimensions)
    lines = tuple(_lines(made, areas, [*columns, sums]))
    hidden = sum(1 for line in lines if line.count is None)
    return Sectoral(definition, lines, least if definition.people else 0, hidden)


def _lines(made: Protected, areas: list[Area], columns: list[tuple[str, ...]]) -> Iterator[Line]:
    for r, area in enumerate(areas):
        for c, values in enumerate(columns):
            yield Line(area, values, made.cell(r, c))


def _name(dimension: str, value: Any, known: Codes) -> str:
    names: Mapping[Any, str] = {
        "bentuk_pendidikan": known.forms,
        "status_sekolah": OWNER,
        "jenis_kelamin": SEX,
        "status_kepegawaian": known.employment,
        "tingkat": known.grades,
    }[dimension]
    return str(names.get(value, "tidak diisi" if value is None else value))
