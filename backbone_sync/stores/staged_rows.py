"""Rows as bulk copy takes them, and lists as OPENJSON does: values in the types of SQL Server's columns. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from backbone_sync.dictionary import Field
from backbone_sync.dictionary.validator import Quarantined

_Made = Callable[[Any], Any]


def utc(moment: datetime) -> datetime:
    """The same moment in UTC: what is stored shows one zone, whatever the source wrote."""
    return moment.astimezone(timezone.utc)


def iso(moment: datetime | None) -> str | None:
    """A moment as OPENJSON reads a datetimeoffset(6)."""
    return None if moment is None else utc(moment).isoformat(timespec="microseconds")


def _maker(field: Field) -> _Made | None:
    """What has to be done to a field's values; None: nothing."""
    if field.type == "uuid":
        return uuid.UUID
    if field.type == "timestamp":
        return utc
    if field.type == "code":
        # The centre pads fixed-width codes with blanks.
        return lambda value: str(value).rstrip(" ")
    if field.type == "decimal":
        step = Decimal(1).scaleb(-(field.scale or 0))
        # By the number's shortest text, and halves away from zero: as PostgreSQL rounds what COPY gives it.
        return lambda value: Decimal(repr(value)).quantize(step, ROUND_HALF_UP)
    return None


def rows(granted: Sequence[Field], judged: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Tuples of the granted fields and the flags (JSON, or None), in order."""
    makers = [(at, made) for at, made in enumerate(map(_maker, granted)) if made is not None]
    out = []
    for row in judged:
        values = list(row)
        for at, made in makers:
            if values[at] is not None:
                values[at] = made(values[at])
        values[-1] = None if row[-1] is None else listed(row[-1])
        out.append(tuple(values))
    return out


def listed(values: Iterable[Any]) -> str:
    """A list as one JSON text."""
    return msgspec.json.encode(list(values)).decode()


def keys(moments: Mapping[str, datetime | None]) -> str:
    """Keys with the version that is meant."""
    return listed({"key": key, "last_update": iso(at)} for key, at in moments.items())


def aside(quarantined: Iterable[Quarantined]) -> str:
    """Rows that are set aside."""
    return listed(
        {"key": q.key, "reason": q.reason, "field": q.field, "last_update": iso(q.last_update), "payload": q.payload}
        for q in quarantined
    )


def seen(live: Iterable[str], gone: Iterable[str]) -> str:
    """Keys of a complete listing: in force (or set aside) and withdrawn."""
    return listed([*({"key": k, "live": True} for k in live), *({"key": k, "live": False} for k in gone)])
