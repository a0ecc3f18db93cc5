"""The 38 provinces and 514 kabupaten/kota: Kemendagri codes, names, levels, time zones.

Where they come from and under which licence: `data/README.md`.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Level = Literal["kabupaten_kota", "provinsi"]

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

# The administrative units of DKI Jakarta: divisions of the province, without a government of their own.
_JAKARTA = "31"


@dataclass(frozen=True)
class Region:
    """One region. `code` is Kemendagri's: `33` a province, `33.74` a kabupaten or kota."""

    code: str
    name: str
    level: Level
    province: str  # code of its province; a province names itself
    zone: str  # IANA name: Asia/Jakarta, Asia/Makassar, Asia/Jayapura
    bps: str | None  # Statistics Indonesia's code, where a source could be named

    @property
    def zone_name(self) -> str:
        """What people call its time: WIB, WITA or WIT."""
        return next(short for short, name in ZONES.items() if name == self.zone)

    @property
    def has_government(self) -> bool:
        """False for the six administrative units of Jakarta, which belong to the province."""
        return self.level == "provinsi" or self.province != _JAKARTA


@cache
def _table() -> dict[str, Region]:
    text = (files("provision.inventory") / "data" / "regions.csv").read_text(encoding="utf-8")
    table: dict[str, Region] = {}
    for row in csv.DictReader(text.splitlines()):
        level: Level = "provinsi" if row["level"] == "provinsi" else "kabupaten_kota"
        code = row["code"]
        table[code] = Region(code, row["name"], level, code[:2], ZONES[row["zone"]], row["bps"] or None)
    return table


def all_regions() -> tuple[Region, ...]:
    """All 552, in the order of their codes: each province before its kabupaten and kota."""
    return tuple(_table().values())


def by_code(code: str) -> Region | None:
    """The region of a Kemendagri code, or None."""
    return _table().get(code)


_FILLER = re.compile(r"\b(kab|kabupaten|kota|kotamadya|prov|provinsi|administrasi|daerah istimewa|dki)\b\.?")


def _plain(text: str) -> str:
    """Lower case, without the words that say what kind of region it is, without punctuation and spaces."""
    return re.sub(r"[^a-z0-9]", "", _FILLER.sub(" ", text.lower()))


def search(text: str, limit: int = 10) -> tuple[Region, ...]:
    """Regions that `text` may mean, best first: by code or part of it, by name or part of it, or misspelt.

    `Kota Semarang` and `kab. semarang` find the city and the kabupaten first; `semrang` finds both.
    """
    asked = text.strip().lower()
    if not asked:
        return ()
    if re.fullmatch(r"[\d.]+", asked):
        digits = asked.replace(".", "")
        return tuple(r for r in all_regions() if r.code.replace(".", "").startswith(digits))[:limit]
    plain = _plain(asked)
    kind = asked.split()[0].rstrip(".")[:3]
    scored: list[tuple[float, str, Region]] = []
    for region in all_regions():
        name = _plain(region.name)
        if plain and plain in name:
            score = 1.0 + len(plain) / len(name)
        else:
            score = difflib.SequenceMatcher(None, plain, name).ratio()
        if score >= 0.7:
            # Which of two of the same name: the one whose kind was asked for.
            same_kind = kind in ("kab", "kot", "pro") and (
                region.name.lower().startswith(kind) if kind != "pro" else region.level == "provinsi"
            )
            scored.append((score + (0.1 if same_kind else 0.0), region.code, region))
    scored.sort(key=lambda hit: (-hit[0], hit[1]))
    return tuple(region for _score, _code, region in scored[:limit])
