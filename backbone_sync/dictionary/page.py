"""The data-dictionary page, for people: Markdown in Indonesian and English, made from the dictionary."""

from __future__ import annotations

from backbone_sync.dictionary import Dictionary, Entity, Field, Text, satu_data

_HEAD = """\
# Kamus data · Data dictionary

This page is made from `backbone_sync/contract/dictionary/` by `python -m backbone_sync.dictionary.generated`; a test
fails when it is out of date. Halaman ini dibuat dari kamus data; jangan disunting langsung.

**Kelas hukum · legal class** (UU 27/2022 Pasal 4): `specific` data pribadi spesifik, termasuk setiap baris tentang
anak · specific personal data, every row about a child among it; `general` data pribadi umum · general personal data;
`public` bukan data pribadi · not personal; `reference` kode rujukan · code list.

**Kepekaan · sensitivity** (ours, not the law's): `u` menunjuk orang · identifying; `s` peka, tidak termasuk izin
bawaan · sensitive, left out by a default grant.

**Boleh kosong · may be empty**: `?` after the type. **Kunci · key**: in bold.

Konsep, definisi, klasifikasi, ukuran, dan satuan · concept, definition, classification, measure and unit are the five
attributes that Satu Data Indonesia demands (Perpres 39/2019 Pasal 4).
"""
_COLUMNS = (
    "Kolom · field",
    "Label",
    "Definisi · definition",
    "Jenis · type",
    "Konsep · concept",
    "Klasifikasi · classification",
    "Ukuran · measure",
    "Satuan · unit",
    "Kelas · class",
    "Peka · sensitivity",
)


def markdown(dictionary: Dictionary) -> str:
    """The whole page."""
    parts = [_HEAD, _contents(dictionary), *(_entity(entity) for entity in dictionary.entities)]
    return "\n".join(parts)


def _contents(dictionary: Dictionary) -> str:
    lines = [
        _row("Entitas · entity", "Isi · content", "Kelas · class", "Kolom · fields"),
        _row("---", "---", "---", "---:"),
    ]
    for entity in dictionary.entities:
        anchor = entity.name.replace(".", "")
        name = f"[{entity.name}](#{anchor})"
        lines.append(_row(name, _both(entity.definition), entity.legal_class, str(len(entity.fields))))
    return "\n".join(lines) + "\n"


def _entity(entity: Entity) -> str:
    lines = [f"## {entity.name}", "", f"{_both(entity.label)}. {_both(entity.definition)}.", ""]
    if entity.partition:
        parts = ", ".join(f"{part} by `{field}`" for part, field in entity.partition.items())
        lines += [f"Totals can be had in parts: {parts}.", ""]
    lines += [_row(*_COLUMNS), _row(*["---"] * len(_COLUMNS))]
    lines += [_field(field) for field in entity.fields]
    coded = [field for field in entity.fields if field.codes and field.name != "soft_delete"]
    for field in coded:
        lines += ["", f"`{field.name}`: " + "; ".join(f"`{code}` {_both(text)}" for code, text in field.codes.items())]
    return "\n".join(lines) + "\n"


def _field(field: Field) -> str:
    said = satu_data(field)
    name = f"**{field.name}**" if field.key else field.name
    kind = kind_text(field) + ("?" if field.nullable else "") + (f" → {field.reference}" if field.reference else "")
    return _row(
        name,
        _both(field.label),
        _both(field.definition),
        kind,
        *(_both(said[one]) for one in ("concept", "classification", "measure", "unit")),
        field.legal_class,
        "" if field.sensitivity == "none" else field.sensitivity,
    )


def kind_text(field: Field) -> str:
    """A field's type and size in a few characters."""
    if field.type in ("text", "code", "identifier"):
        return f"{field.type}({field.length})"
    if field.type == "integer":
        return f"integer({field.digits})"
    return f"decimal({field.precision},{field.scale})" if field.type == "decimal" else field.type


def _both(text: Text) -> str:
    return text.id if text.id == text.en else f"{text.id} · {text.en}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
