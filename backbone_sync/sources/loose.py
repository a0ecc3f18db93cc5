"""Rows whose values are text, as tables without types and CSV hold them, made into the JSON that the contract speaks.

Pure. A value that does not read as its field's type stays the text that it was, so that the validator sets its row
aside with the reason; nothing is guessed and nothing is dropped here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timezone, tzinfo
from typing import Any, Optional

import msgspec

from backbone_sync.dictionary import Entity, Field

Value = Optional[str]
_WHOLE = re.compile(r"^[+-]?\d{1,18}(?:\.0*)?$", re.ASCII)
_NUMBER = re.compile(r"^[+-]?(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})$", re.ASCII)
_DAY = re.compile(r"^(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00(?:\.0*)?)?)?$", re.ASCII)
_MOMENT = re.compile(
    r"^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))? ?(Z|[+-]\d\d(?::?\d\d)?)?)?$", re.ASCII
)
_TRUTH = {"t": 1, "true": 1, "f": 0, "false": 0}


def moment(text: str, zone: tzinfo) -> datetime | None:
    """A time as ISO 8601 and as databases write it; one without a zone is of `zone`. None for anything else."""
    found = _MOMENT.match(text.strip())
    if not found:
        return None
    day, minute, second, fraction, offset = found.groups()
    micros = ((fraction or "") + "000000")[:6]
    try:
        made = datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}.{micros}")
        if not offset:
            return made.replace(tzinfo=zone)
        if offset == "Z":
            return made.replace(tzinfo=timezone.utc)
        digits = offset[1:].replace(":", "")
        return datetime.fromisoformat(f"{made.isoformat()}{offset[0]}{digits[:2]}:{digits[2:] or '00'}")
    except ValueError:
        return None


def _integer(text: str) -> Any:
    bare = text.strip()
    if _WHOLE.match(bare):
        return int(bare.partition(".")[0])
    return _TRUTH.get(bare.lower(), text)


def _decimal(text: str) -> Any:
    bare = text.strip()
    return float(bare) if _NUMBER.match(bare) else text


def _date(text: str) -> Any:
    found = _DAY.match(text.strip())
    return found[1] if found else text


def _timestamp(zone: tzinfo) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        found = moment(text, zone)
        # A year that no other zone can hold is left to the validator, which has a word for it.
        return text if found is None else found.isoformat()

    return read


def _reader(item: Field | None, zone: tzinfo) -> Callable[[Value], Any]:
    """How one column's text is read; None for a column that the dictionary does not know."""
    if item is None:
        return lambda text: text
    read: Callable[[str], Any] | None = {
        "integer": _integer,
        "decimal": _decimal,
        "date": _date,
        "timestamp": _timestamp(zone),
    }.get(item.type)
    if read is None:
        # Fixed-width columns are padded; a code list knows its codes without padding.
        padded = bool(item.codes)
        empty = None if item.nullable else ""
        return lambda text: None if text is None else (text.rstrip(" ") if padded else text) or empty
    typed = read
    return lambda text: None if text is None or not text.strip() else typed(text)


class Rows:
    """Makes JSON of the rows of one entity that come with `columns`; times without a zone are of `zone`.

    An empty text is no value, but for a text that the dictionary wants: that one stays empty.
    """

    def __init__(self, entity: Entity, columns: Sequence[str], zone: tzinfo) -> None:
        known = {f.name: f for f in entity.fields}
        self._columns = tuple((name, _reader(known.get(name), zone)) for name in columns)
        self._encode = msgspec.json.Encoder().encode

    def raw(self, values: Sequence[Value]) -> msgspec.Raw:
        """One row, its values in the order of the columns."""
        made = {name: read(value) for (name, read), value in zip(self._columns, values)}
        return msgspec.Raw(self._encode(made))
