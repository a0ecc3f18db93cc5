"""The audit as CSV (RFC 4180, with a byte order mark, so that spreadsheets read it as UTF-8): a line a finding."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

COLUMNS = (
    "server",
    "region",
    "region_name",
    "level",
    "control",
    "family",
    "title_id",
    "title_en",
    "basis",
    "severity",
    "status",
    "measured",
    "observed",
    "expected",
    "note",
    "at",
    "since",
    "stage",
    "repair",
    "remedy_id",
    "remedy_en",
)
# A cell that begins so is a formula to a spreadsheet: what a server said must not be run on an inspector's machine.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> str:
    """What a spreadsheet shows for a value, and never runs."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def render(document: Mapping[str, Any]) -> str:
    """audit.csv for an audit.json."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for server in document["servers"]:
        for one in server["findings"]:
            flat = {
                **{name: server[name] for name in ("region", "region_name", "level")},
                **one,
                **{
                    f"{name}_{language}": one[name][language]
                    for name in ("title", "remedy")
                    for language in ("id", "en")
                },
            }
            table.writerow([cell(flat[name]) for name in COLUMNS])
    return out.getvalue()
