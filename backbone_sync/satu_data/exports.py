"""Writes sectoral tables as CSV, JSON and XLSX, each with its metadata beside or inside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from backbone_sync.privacy.grant import Contact
from backbone_sync.satu_data.sectoral import Line, Sectoral

FORMATS = ("csv", "json", "xlsx")
COUNT, NOTE = "jumlah", "keterangan"
WITHHELD = "disembunyikan"
_CODES = ("kode_kemendagri", "kode_bps", "kode_dapodik", "kecamatan")
# What a spreadsheet would take for a formula, were it at the beginning of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def header(table: Sectoral) -> list[str]:
    """Names of the columns."""
    return [*_CODES, *table.definition.dimensions, COUNT, NOTE]


def cells(line: Line) -> list[str | int]:
    """One line as the columns of `header`; a withheld count is empty and says so."""
    area = line.area
    first = [area.kemendagri, area.bps, area.education, area.name, *line.values]
    return [*map(_plain, first), "" if line.count is None else line.count, WITHHELD if line.count is None else ""]


def _plain(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def metadata(table: Sectoral, region: str, made_at: datetime, as_of: datetime | None, owner: Contact | None) -> Any:
    """What Satu Data wants known of a table: the five attributes, source, time, and how small counts were treated."""
    what = table.definition
    return {
        "identifier": f"backbone-sync:{region}:{what.name}",
        "title": {"id": what.title.id, "en": what.title.en},
        "concept": what.concept,
        "definition": {"id": what.definition.id, "en": what.definition.en},
        "classification": list(what.dimensions),
        "measure": "count",
        "unit": what.unit,
        "spatial": {"system": "Kemendagri", "code": region},
        "codes": {
            "kode_kemendagri": "Kemendagri, from ref.mst_wilayah.kode_dagri",
            "kode_bps": "BPS, from ref.mst_wilayah.kode_bps",
            "kode_dapodik": "education, ref.mst_wilayah.kode_wilayah",
        },
        "source": "the central Backbone, by backbone-sync",
        "as_of": as_of.isoformat(timespec="seconds") if as_of else None,
        "issued": made_at.isoformat(timespec="seconds"),
        "publisher": owner.name if owner else None,
        "suppression": {
            "least": table.least or None,
            "withheld": table.withheld,
            "method": "counts from 1 to least-1, and what would give them away, are withheld; zeros are shown",
        },
        "columns": header(table),
    }


def as_csv(table: Sectoral) -> bytes:
    """The table as CSV (RFC 4180, UTF-8)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header(table))
    writer.writerows(cells(line) for line in table.lines)
    return out.getvalue().encode()


def as_json(table: Sectoral, about: Any) -> bytes:
    """The table as one JSON document; a withheld count is null."""
    names = header(table)[:-2]
    rows = [
        {**dict(zip(names, cells(line))), COUNT: line.count, **({NOTE: WITHHELD} if line.count is None else {})}
        for line in table.lines
    ]
    return msgspec.json.format(msgspec.json.encode({"version": 1, "metadata": about, "rows": rows}), indent=1) + b"\n"


def write_xlsx(path: Path, tables: Sequence[Sectoral], about: Sequence[Any]) -> None:
    """All tables in one workbook, a sheet each, and a sheet with their metadata."""
    import xlsxwriter  # takes a moment to import, and most runs have no use for it

    with xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        for table in tables:
            sheet = book.add_worksheet(table.definition.name[:31])
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, header(table), bold)
            for row, line in enumerate(table.lines, 1):
                for column, value in enumerate(cells(line)):
                    if isinstance(value, int):
                        sheet.write_number(row, column, value)
                    elif value:
                        sheet.write_string(row, column, value)
        sheet = book.add_worksheet("metadata")
        row = 0
        for one in about:
            for key, value in one.items():
                text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
                sheet.write_string(row, 0, key, bold)
                sheet.write_string(row, 1, text)
                row += 1
            row += 1


def write(
    folder: Path, tables: Sequence[Sectoral], about: Sequence[Any], formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Write every table in every format; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for table, told in zip(tables, about):
        name = table.definition.name
        if "csv" in formats:
            made += [folder / f"{name}.csv", folder / f"{name}.metadata.json"]
            made[-2].write_bytes(as_csv(table))
            made[-1].write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
        if "json" in formats:
            made.append(folder / f"{name}.json")
            made[-1].write_bytes(as_json(table, told))
    if "xlsx" in formats and tables:
        made.append(folder / "satu-data.xlsx")
        write_xlsx(made[-1], tables, about)
    return made
