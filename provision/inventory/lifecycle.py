"""How long systems and databases get security updates, by version: the dates of `data/lifecycle.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

# Spellings met on servers (os-release's ID, facts, people) and the name that the table uses.
_ALIASES = {
    "redhat": "rhel",
    "alma": "almalinux",
    "rockylinux": "rocky",
    "centosstream": "centos",
    "windows": "windows-server",
    "windowsserver": "windows-server",
    "postgres": "postgresql",
    "mssql": "sqlserver",
}


@dataclass(frozen=True)
class Support:
    """One version's support: last days are inclusive; `lts_until` is None where none is known."""

    product: str
    version: str
    title: str
    until: date
    lts_until: date | None
    lts: str  # by whom and under which terms the longer support comes; "" without one
    source: str

    def state(self, today: date) -> str:
        """`supported`, `lts` (only the longer support is left) or `ended`."""
        if today <= self.until:
            return "supported"
        return "lts" if self.lts_until is not None and today <= self.lts_until else "ended"


@cache
def _table() -> dict[str, Any]:
    text = (files("provision.inventory") / "data" / "lifecycle.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return loaded


def as_of() -> date:
    """The day on which the table was last compared with its sources."""
    return date.fromisoformat(_table()["as_of"])


def products() -> tuple[str, ...]:
    """The names that `support` knows."""
    return tuple(_table()["products"])


def longer_supports() -> tuple[str, ...]:
    """Every answer to "by whom and under which terms does the longer support come?"."""
    return tuple(dict.fromkeys(known["lts"] for known in _table()["products"].values() if known.get("lts")))


def support(product: str, version: str) -> Support | None:
    """The support dates of one version, or None when the table lacks it (which is not the same as ended).

    `product` is os-release's ID (`debian`, `ubuntu`, `rhel`, `almalinux`, `rocky`, `centos`),
    `windows-server`, `postgresql` or `sqlserver`, in any case and common spelling; `version` may be finer
    than the table (`12.7`, `9.4`, `16.3`): the longest prefix of whole parts is taken.
    """
    plain = re.sub(r"[^a-z]", "", product.lower())
    name = _ALIASES.get(plain, product.lower())
    known = _table()["products"].get(name) or _table()["products"].get(plain)
    if known is None:
        return None
    name = name if name in _table()["products"] else plain
    parts = version.strip().split(".")
    for length in range(len(parts), 0, -1):
        wanted = ".".join(parts[:length])
        if wanted in known["versions"]:
            dates = known["versions"][wanted]
            longer = dates.get("lts_until")
            return Support(
                product=name,
                version=wanted,
                title=f"{known['title']} {wanted}",
                until=date.fromisoformat(dates["until"]),
                lts_until=date.fromisoformat(longer) if longer else None,
                lts=known.get("lts", "") if longer else "",
                source=known["source"],
            )
    return None
