"""What a page says about the source's schema: a field that was removed, retyped or widened. Pure.

A removed or retyped field stops its entity before anything of the page is stored: a nullable field that silently
goes would otherwise empty a column, and a retyped one would put every row into quarantine.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from backbone_sync.dictionary import Entity, Field
from backbone_sync.dictionary.validator import Judged
from backbone_sync.errors import SchemaDrift

# A column of text that the source has widened is followed up to here; what is longer is no name or address.
WIDEST = 1000
# Faults of one field in so many rows, and in this share of the page, are a change of the schema and no slip.
LEAST, SHARE = 3, 0.1
_SHAPE = ("wrong_type", "not_a_time", "malformed", "out_of_range", "missing")


def widened(entity: Entity, widths: Mapping[str, int]) -> Entity:
    """The entity with the lengths of columns that were widened."""
    if not widths:
        return entity
    wide = {
        f.name: dataclasses.replace(f, length=max(f.length or 0, widths[f.name]))
        for f in entity.fields
        if f.name in widths and f.type == "text"
    }
    return dataclasses.replace(entity, fields=tuple(wide.get(f.name, f) for f in entity.fields))


def wider(entity: Entity, judged: Judged) -> dict[str, int]:
    """Columns of text that would hold the rows that were too long for them, with the length that they need."""
    texts = {f.name: f for f in entity.fields if f.type == "text" and not f.codes and not f.key and not f.pattern}
    needed: dict[str, int] = {}
    for row in judged.quarantined.values():
        if row.reason != "too_long" or row.field not in texts or row.payload is None:
            continue
        value = msgspec.json.decode(row.payload).get(row.field)
        length = len(value) if isinstance(value, str) else WIDEST + 1
        if (texts[row.field].length or 0) < length <= WIDEST:
            needed[row.field] = max(needed.get(row.field, 0), length)
    return {name: min(WIDEST, -(-length // 10) * 10) for name, length in needed.items()}


def check(
    entity: Entity, granted: Sequence[Field], rows: Sequence[msgspec.Raw], judged: Judged, *, explicit_nulls: bool
) -> None:
    """SchemaDrift when the page shows that a granted field was removed or retyped."""
    if explicit_nulls and (gone := _removed(granted, rows)):
        raise _stopped(entity, "no longer has the field", gone)
    faults = Counter(
        q.field for q in judged.quarantined.values() if q.reason in _SHAPE and q.field and q.last_update is not None
    )
    most = faults.most_common(1)
    if most and most[0][1] >= max(LEAST, SHARE * len(rows)):
        raise _stopped(entity, f"has another form of the field (in {most[0][1]} of {len(rows)} rows)", [most[0][0]])


def _removed(granted: Sequence[Field], rows: Sequence[msgspec.Raw]) -> list[str]:
    """Granted fields that no live row of the page has, in the dictionary's order."""
    missing: set[str] | None = None
    for raw in rows:
        try:
            row = msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError):
            continue
        if not isinstance(row, dict) or row.get("soft_delete"):
            continue
        missing = {f.name for f in granted if f.name not in row and (missing is None or f.name in missing)}
        if not missing:
            return []
    return [f.name for f in granted if f.name in (missing or ())]


def _stopped(entity: Entity, what: str, fields: Sequence[str | None]) -> SchemaDrift:
    named = ", ".join(str(f) for f in fields)
    return SchemaDrift(
        f"{entity.name}: the source {what} {named}; nothing of the page was stored",
        "ask the centre whether its schema changed; then update the service, or leave the field out of the grant",
    )
