"""The data dictionary as frozen dataclasses: one source of truth for tables, validator, metadata and
documentation.

Read from `contract/dictionary/`: a YAML file an entity, `_common.yml` for the bookkeeping fields of every
row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TYPES = ("uuid", "text", "code", "identifier", "integer", "decimal", "date", "timestamp")
SENSITIVITIES = ("none", "u", "s")
LEGAL_CLASSES = ("reference", "public", "general", "specific")
SATU_DATA = ("concept", "definition", "classification", "measure", "unit")
CENTRES_LIST = "centre's list "  # a code list that the centre keeps and the feed does not carry yet
DIRECTORY = Path(__file__).resolve().parents[1] / "contract" / "dictionary"

# Reference data first, then parents before children, so that a run that is cut off leaves usable data.
ORDER = (
    "ref.mst_wilayah",
    "ref.agama",
    "ref.bentuk_pendidikan",
    "ref.jenjang_pendidikan",
    "ref.tingkat_pendidikan",
    "ref.tahun_ajaran",
    "ref.semester",
    "ref.jenis_ptk",
    "ref.status_kepegawaian",
    "ref.jenis_keluar",
    "ref.jenis_pendaftaran",
    "ref.kurikulum",
    "ref.mata_pelajaran",
    "ref.jurusan",
    "ref.status_kepemilikan",
    "ref.jenis_prasarana",
    "sekolah",
    "peserta_didik",
    "registrasi_peserta_didik",
    "ptk",
    "ptk_terdaftar",
    "rombongan_belajar",
    "anggota_rombel",
    "pembelajaran",
    "tanah",
    "bangunan",
    "ruang",
    "kondisi_tanah",
    "kondisi_bangunan",
    "kondisi_ruang",
)
PARTITIONS = {"kecamatan": "ref.mst_wilayah", "semester": "ref.semester"}  # what totals may be parted by


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    id: str
    en: str


@dataclass(frozen=True)
class Field:
    """One field: its shape (`type`, `length` characters, `digits`, bounds), its meaning and its protection.

    `scope` is "region" where the value must be an area of the region, or the name of the entity whose
    refused keys drag this row along. `sensitivity` is ours (none, u identifying, s sensitive);
    `legal_class` is the law's.
    """

    name: str
    type: str
    label: Text
    definition: Text
    nullable: bool
    sensitivity: str
    legal_class: str
    concept: str
    classification: str
    measure: str
    unit: str
    key: bool = False
    length: int | None = None
    digits: int | None = None
    precision: int | None = None
    scale: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    reference: str | None = None
    scope: str | None = None
    codes: Mapping[Any, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Entity:
    """One entity: its table and its fields, the bookkeeping fields last.

    `partition` says by which field a row finds its kecamatan and its semester: the area or the semester itself, or a
    row of another entity that knows.
    """

    name: str
    label: Text
    definition: Text
    legal_class: str
    fields: tuple[Field, ...]
    partition: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        """The PostgreSQL schema of the table: `ref` for code tables, `backbone` for the rest."""
        return "ref" if self.name.startswith("ref.") else "backbone"

    @property
    def table(self) -> str:
        """The table's name within its schema."""
        return self.name.rpartition(".")[2]

    @property
    def key(self) -> Field:
        """The one field that identifies a row."""
        return next(f for f in self.fields if f.key)

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        for item in self.fields:
            if item.name == name:
                return item
        raise KeyError(f"{self.name}.{name}")


# The words of three of the Satu Data attributes, a closed list each, as a reader of Indonesian knows them.
MEASURES = {
    "identifier": "pengenal",
    "category": "kategori",
    "description": "uraian",
    "time": "waktu",
    "measurement": "pengukuran",
    "count": "cacah",
    "ratio": "rasio",
    "coordinate": "koordinat",
}
UNITS = {
    "none": "tidak ada",
    "second": "detik",
    "day": "hari",
    "metre": "meter",
    "square metre": "meter persegi",
    "degree": "derajat",
    "percent": "persen",
    "lesson hour": "jam pelajaran",
}
CLASSIFICATIONS = {
    "none": "tidak ada",
    "code list of this field": "daftar kode kolom ini",
    "this code list": "daftar kode ini",
    "area codes of BPS": "kode wilayah BPS",
    "area codes of Kemendagri": "kode wilayah Kemendagri",
    "area codes of Kemenkeu": "kode wilayah Kemenkeu",
    "postal codes": "kode pos",
    "ISO 3166-1 alpha-2": "ISO 3166-1 alpha-2",
}


def satu_data(item: Field) -> dict[str, Text]:
    """The five attributes of Perpres 39/2019 Pasal 4(2) in both languages."""
    listed = item.classification
    if listed.startswith(CENTRES_LIST):
        classification = Text("daftar pusat " + listed[len(CENTRES_LIST) :], listed)
    else:
        classification = Text(CLASSIFICATIONS.get(listed, listed), listed)
    return {
        "concept": Text(item.label.id, item.concept),
        "definition": item.definition,
        "classification": classification,
        "measure": Text(MEASURES[item.measure], item.measure),
        "unit": Text(UNITS[item.unit], item.unit),
    }


class DictionaryInvalid(ValueError):
    """A dictionary file says something that the dictionary's own rules forbid.

    The message names file and field.
    """


@dataclass(frozen=True)
class Dictionary:
    """All entities in the order in which a run fetches them."""

    entities: tuple[Entity, ...]

    def __getitem__(self, name: str) -> Entity:
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all entities, in order."""
        return tuple(e.name for e in self.entities)

    def path(self, entity: Entity, by: str) -> tuple[tuple[Entity, Field], ...]:
        """The steps (entity, field) from a row to its kecamatan or semester; empty when the entity has none.

        The last field holds the area's or the semester's code; every step before it refers to the next one's key.
        """
        steps: list[tuple[Entity, Field]] = []
        while by in entity.partition:
            step = entity.field(entity.partition[by])
            steps.append((entity, step))
            if step.reference == PARTITIONS[by]:
                return tuple(steps)
            if step.reference is None or len(steps) > len(self.entities):
                raise DictionaryInvalid(f"{entity.name}.{step.name} leads to no {by}")
            entity = self[step.reference]
        if steps:
            raise DictionaryInvalid(f"{entity.name} leads to no {by}")
        return ()


def _text(raw: Mapping[str, str]) -> Text:
    return Text(id=raw["id"], en=raw["en"])


def _field(where: str, name: str, raw: Mapping[str, Any], legal_class: str) -> Field:
    values = dict(raw)
    try:
        made = Field(
            name=name,
            label=_text(values.pop("label")),
            definition=_text(values.pop("definition")),
            legal_class=values.pop("legal_class", legal_class),
            codes={code: _text(text) for code, text in values.pop("codes", {}).items()},
            **values,
        )
    except (KeyError, TypeError) as fault:
        raise DictionaryInvalid(f"{where}: field {name}: {fault}") from fault
    faults = {
        "type": made.type in TYPES,
        "sensitivity": made.sensitivity in SENSITIVITIES,
        "legal_class": made.legal_class in LEGAL_CLASSES,
        "length": made.type not in ("text", "code", "identifier") or bool(made.length),
        "digits": made.type != "integer" or bool(made.digits),
        "scale": made.type != "decimal" or bool(made.precision and made.scale is not None),
        "concept": bool(made.concept),
        "definition": bool(made.definition.id and made.definition.en),
        "classification": made.classification in CLASSIFICATIONS
        or made.classification == made.reference
        or made.classification.startswith(CENTRES_LIST),
        "measure": made.measure in MEASURES,
        "unit": made.unit in UNITS,
    }
    if wrong := [what for what, right in faults.items() if not right]:
        raise DictionaryInvalid(f"{where}: field {name}: {', '.join(wrong)} missing or not allowed")
    return made


def _entity(path: Path, common: Mapping[str, Any]) -> Entity:
    raw = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506  (a safe loader, the C one where there is one)
    fields = {**raw["fields"], **common}
    entity = Entity(
        name=raw["entity"],
        label=_text(raw["label"]),
        definition=_text(raw["definition"]),
        legal_class=raw["legal_class"],
        fields=tuple(_field(path.name, n, f, raw["legal_class"]) for n, f in fields.items()),
        partition=raw.get("partition", {}),
    )
    if sum(f.key for f in entity.fields) != 1:
        raise DictionaryInvalid(f"{path.name}: exactly one field must be the key")
    if path.stem != entity.name:
        raise DictionaryInvalid(f"{path.name}: the file is named otherwise than its entity {entity.name}")
    return entity


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(directory: Path = DIRECTORY) -> Dictionary:
    """The dictionary, checked.

    DictionaryInvalid when a file breaks its rules or an entity has no place in ORDER.
    """
    common = yaml.load((directory / "_common.yml").read_bytes(), Loader=_Loader)["fields"]  # noqa: S506
    made = {e.name: e for e in (_entity(p, common) for p in sorted(directory.glob("[a-z]*.yml")))}
    if odd := set(made) ^ set(ORDER):
        raise DictionaryInvalid(f"{directory}: no file, or no place in the order, for {', '.join(sorted(odd))}")
    for entity in made.values():
        for item in entity.fields:
            if item.reference and item.reference not in made:
                raise DictionaryInvalid(f"{entity.name}.{item.name} refers to {item.reference}, which is no entity")
    whole = Dictionary(tuple(made[name] for name in ORDER))
    for entity in whole.entities:
        if odd := set(entity.partition) - set(PARTITIONS):
            raise DictionaryInvalid(f"{entity.name} has a partition by {', '.join(sorted(odd))}, which there is not")
        for by in PARTITIONS:
            try:
                whole.path(entity, by)
            except KeyError as fault:
                raise DictionaryInvalid(f"{entity.name} is parted by a field that there is not: {fault}") from fault
    return whole
