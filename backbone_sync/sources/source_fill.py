"""Settings dataclasses filled from TOML tables: unknown keys, wrong types and odd addresses are refused by name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import timedelta, tzinfo
from typing import Any, TypeVar
from urllib.parse import urlsplit

from backbone_sync.dictionary import Dictionary

T = TypeVar("T")
_MADE = ("entities", "schools")  # tables within the table, which their adapter has made already
_FILE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


def fill(made: type[T], raw: Mapping[str, Any], where: str) -> T:
    """`made(**raw)`, with each value of the type of the field's default; ValueError names the key below `where`."""
    fields = {f.name: f for f in dataclasses.fields(made)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in raw.items():
        item = fields.get(name)
        if item is None:
            raise ValueError(f"{where}.{name}")
        values[name] = _typed(item, value, f"{where}.{name}")
    missing = [
        name
        for name, f in fields.items()
        if name not in raw and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise ValueError(f"{where}.{missing[0]} is missing")
    return made(**values)


def _typed(item: dataclasses.Field[Any], value: Any, where: str) -> Any:
    usual = item.default if item.default is not dataclasses.MISSING else "" if item.type == "str" else None
    if usual is None:
        fits = item.name in _MADE or (isinstance(value, dict) and all(isinstance(one, str) for one in value.values()))
    elif isinstance(usual, bool) or isinstance(value, bool):
        fits = isinstance(usual, bool) and isinstance(value, bool)
    elif isinstance(usual, float):
        fits = isinstance(value, (int, float)) and value >= 0
    elif isinstance(usual, int):
        fits = isinstance(value, int) and value >= 0
    elif isinstance(usual, tuple):
        fits = isinstance(value, (list, tuple)) and all(isinstance(one, (str, int)) for one in value)
        value = tuple(value) if fits else value
    elif isinstance(usual, (timedelta, tzinfo)):
        fits = isinstance(value, type(usual) if isinstance(usual, timedelta) else tzinfo)  # made by the adapter
    else:
        fits = isinstance(value, str)
    if not fits:
        raise ValueError(f"{where} is of the wrong type")
    return value


def address(url: str, where: str, schemes: tuple[str, ...] = ("https",)) -> str:
    """An address without user, password, query and fragment, and without a slash at its end."""
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        raise ValueError(f"{where} must begin with {' or '.join(f'{s}://' for s in schemes)}")
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"{where} must name a host and hold no user, password, query or fragment")
    return url.rstrip("/")


def credential(name: str, where: str) -> str:
    """The name of a credential file, which is no path."""
    if not _FILE.match(name):
        raise ValueError(f"{where} is the name of a credential file, not a path and not the secret itself")
    return name


def entity(name: str, dictionary: Dictionary, where: str) -> None:
    """ValueError for an entity that the data dictionary does not have."""
    if name not in dictionary.names:
        raise ValueError(f"{where}.{name}: no such entity in the data dictionary")


def field_names(name: str, fields: Mapping[str, Any], lacks: tuple[str, ...], words: Dictionary, where: str) -> None:
    """ValueError for a field that the dictionary does not have, or that no row can do without."""
    made = words[name]
    known = {f.name for f in made.fields}
    for one in (*fields.values(), *lacks):
        if one not in known:
            raise ValueError(f"{where}.{name}: no field {one!r} in the data dictionary")
    if needed := sorted({f.name for f in made.fields if f.key or f.scope} & set(lacks)):
        raise ValueError(f"{where}.{name}.lacks: no row can be placed without {', '.join(needed)}")
