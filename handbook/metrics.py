"""The metrics that servers and the controller publish: their meaning and unit, from metrics.yml beside this module,
and the names that the code writes, which a test holds the former to.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

ROOT = Path(__file__).resolve().parents[1]
UNITS = {
    "time": {"en": "Unix time, s", "id": "waktu Unix, s"},
    "seconds": {"en": "s", "id": "s"},
    "bytes": {"en": "bytes", "id": "bita"},
    "ratio": {"en": "0 to 1", "id": "0 sampai 1"},
    "number": {"en": "number", "id": "jumlah"},
    "flag": {"en": "0 or 1", "id": "0 atau 1"},
}
PREFIX = "backbone_fleet_audit"  # what {prefix} stands for where the controller's metrics are made
# Where metrics are written.
WRITERS = (
    "roles/*/files/*",
    "roles/*/templates/*",
    "roles/*/tasks/*",
    "backbone_sync/run/*.py",
    "provision/operate/remote/*.py",
    "provision/audit/record.py",
    "provision/selfaudit/*.py",
    "provision/report/formats/textfile.py",
)
_NAME = re.compile(
    r"(?:\bbackbone_(?:antivirus|archive|audit|backup|drill|fleet|sync|tls|vpn)|\{prefix\})_"
    r"(?:[a-z_]|(?<!\{)\{[a-z]+\}(?!\}))+"
)
_FILLED_IN = re.compile(r"\\\{[a-z]+\\\}")


@dataclass(frozen=True)
class Metric:
    """One metric as metrics.yml tells it."""

    name: str
    kind: Literal["time", "seconds", "bytes", "ratio", "number", "flag"]
    labels: tuple[str, ...]
    by: str
    en: str
    id: str

    def meaning(self, language: str) -> str:
        """What it says, in `id` or `en`."""
        return self.en if language == "en" else self.id

    def unit(self, language: str) -> str:
        """Its unit in words."""
        return UNITS[self.kind][language]

    def writer(self, language: str) -> str:
        """The verb or the stage that writes it."""
        stage = "stage" if language == "en" else "tahap"
        return self.by if self.by.startswith("`") else f"{stage} {self.by}"


@cache
def load() -> tuple[Metric, ...]:
    """All of metrics.yml."""
    read = yaml.safe_load((ROOT / "handbook" / "metrics.yml").read_text("utf-8"))
    return tuple(
        Metric(name, one["unit"], tuple(one.get("labels", ())), one["by"], one["en"], one["id"])
        for name, one in read.items()
    )


def written(other_names: Container[str]) -> Iterator[re.Pattern[str]]:
    """The names of metrics in what writes them; where a part is filled in later, it may be any word.

    `other_names`: words of the same form that are none, such as the inventory's variables.
    """
    found = set()
    for place in WRITERS:
        for path in ROOT.glob(place):
            text = path.read_text("utf-8", errors="replace") if path.is_file() and path.suffix != ".pyc" else ""
            found |= {name.replace("{prefix}", PREFIX) for name in _NAME.findall(text)}
    for name in sorted(found - {PREFIX}):
        if name not in other_names:
            yield re.compile(_FILLED_IN.sub("[a-z_]+", re.escape(name)))
