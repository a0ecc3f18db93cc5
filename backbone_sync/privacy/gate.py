"""The gate between judgement and store: what the grant and the erased keep out, and what a correction changes.

Pure: what must be known of the database comes in as `Known`. A row that is kept out leaves its key and nothing else,
so that the account still balances and a later version of it is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import msgspec

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import OUTSIDE, Judged, Quarantined
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.run.state import Position

OUTSIDE_GRANT = "outside_grant"  # of a school, or a person at schools, of a level that is not granted
ERASED = "erased"  # the person was erased here, at own request or because the time to keep was over
WITHHELD = (OUTSIDE_GRANT, ERASED)
REMOVED = (OUTSIDE, *WITHHELD)  # a stored row that becomes one of these is stored no longer
FORM = "bentuk_pendidikan_id"


class Gate(Protocol):
    """Keeps one store's gate; used by the thread that uses the store.

    `returned`: (entity, key) of people who were erased because they had departed, and are enrolled again.
    """

    returned: list[tuple[str, str]]

    def begin(self, entity: Entity, granted: tuple[Field, ...], position: Position) -> Position:
        """Before the pages of an entity: where its listing really has to start."""

    def admit(self, judged: Judged) -> Judged:
        """A judged page without what must not be stored."""


@dataclass(frozen=True)
class Parent:
    """A field by which a row belongs to a row of another entity; a row without a needed one is kept out."""

    index: int
    field: Field
    entity: str
    needed: bool


@dataclass(frozen=True)
class Correction:
    """A corrected value of one row's field, and the version of the row that it was made on."""

    correction_id: int
    field: str
    value: Any
    seen_update: datetime


@dataclass(frozen=True)
class Known:
    """What the database says about a page: keys by text.

    `own` keys that are kept out themselves, with the reason; `parents` by entity, kept-out keys that rows of the page
    refer to; `forms` of schools that are granted (None: all); `corrections` by key.
    """

    own: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forms: frozenset[int] | None = None
    corrections: Mapping[str, tuple[Correction, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sifted:
    """A page after the gate, and what became of corrections: (id, state, the centre's last_update)."""

    judged: Judged
    settled: tuple[tuple[int, str, datetime], ...] = ()


def parents(entity: Entity, granted: tuple[Field, ...], dictionary: Dictionary) -> tuple[Parent, ...]:
    """The references of an entity to others with rows of their own, by their place in a stored tuple.

    A code table keeps nobody out.
    """
    made = []
    for index, item in enumerate(granted):
        target = item.reference
        if target is None or target.startswith("ref.") or target == entity.name:
            continue
        made.append(Parent(index, item, target, not item.nullable or item.scope is not None))
    return tuple(made)


def withheld(judged: Judged) -> int:
    """How many rows of a page grant and erasures keep out."""
    return sum(1 for q in judged.quarantined.values() if q.reason in WITHHELD)


def sift(
    entity: Entity, granted: tuple[Field, ...], belongs: tuple[Parent, ...], judged: Judged, known: Known
) -> Sifted:
    """The page with every kept-out row reduced to its key; corrected fields hold the corrected value."""
    update = next(i for i, f in enumerate(granted) if f.name == "last_update")
    form = next((i for i, f in enumerate(granted) if f.name == FORM and entity.name == "sekolah"), None)
    places = {f.name: i for i, f in enumerate(granted)}
    rows: dict[str, tuple[Any, ...]] = {}
    aside = {k: _quarantined(entity, belongs, q, known) for k, q in judged.quarantined.items()}
    settled: list[tuple[int, str, datetime]] = []
    for key, row in judged.rows.items():
        verdict = _verdict(belongs, row, known, known.own.get(key), row[form] if form is not None else None)
        if verdict is not None:
            aside[key] = Quarantined(key, verdict[0], verdict[1], row[update], None)
            continue
        changed = list(row)
        for parent in belongs:
            value = row[parent.index]
            if value is not None and str(value).lower() in known.parents.get(parent.entity, {}):
                changed[parent.index] = None
        for one in known.corrections.get(key, ()):
            place = places.get(one.field)
            if place is None:
                continue
            settled += _settled(one, changed[place], row[update])
            changed[place] = one.value
        rows[key] = tuple(changed)
    return Sifted(replace(judged, rows=rows, quarantined=aside), tuple(settled))


def _verdict(
    belongs: tuple[Parent, ...], row: tuple[Any, ...], known: Known, own: str | None, form: int | None
) -> tuple[str, str | None] | None:
    """Why a row is kept out, and by which field; None when it is not."""
    if own is not None:
        return own, None
    if known.forms is not None and form is not None and form not in known.forms:
        return OUTSIDE_GRANT, FORM
    for parent in belongs:
        value = row[parent.index]
        reason = known.parents.get(parent.entity, {}).get(str(value).lower()) if value is not None else None
        if parent.needed and reason is not None:
            return reason, parent.field.name
    return None


def _settled(one: Correction, value: Any, moment: datetime) -> list[tuple[int, str, datetime]]:
    """The centre has taken the correction over, or has changed the row since and holds to another value."""
    if plain(value) == plain(one.value):
        return [(one.correction_id, "confirmed", moment)]
    return [(one.correction_id, "disputed", moment)] if moment > one.seen_update else []


def plain(value: Any) -> Any:
    """A value as JSON holds it, so that a date and its text are the same."""
    made = msgspec.to_builtins(value)
    return made.rstrip(" ") if isinstance(made, str) else made


def _quarantined(entity: Entity, belongs: tuple[Parent, ...], row: Quarantined, known: Known) -> Quarantined:
    """A row that cannot be stored for another reason: what may not be kept of it goes all the same."""
    if row.reason in REMOVED or row.payload is None:
        return row
    if row.last_update is None:
        # Without a readable key nobody can say whose row it is; its digest is enough to count it.
        return replace(row, payload=None)
    content = msgspec.json.decode(row.payload)
    if row.key in known.own:
        return replace(row, reason=known.own[row.key], field=None, payload=None)
    if entity.name == "sekolah" and known.forms is not None and content.get(FORM) not in known.forms:
        # Of a form that cannot be read, the fault is worth knowing, and the rest is not ours to see.
        if isinstance(content.get(FORM), int):
            return replace(row, reason=OUTSIDE_GRANT, field=FORM, payload=None)
        return replace(row, payload=None)
    for parent in belongs:
        value = content.get(parent.field.name)
        reason = known.parents.get(parent.entity, {}).get(value.lower()) if isinstance(value, str) else None
        if reason is not None and parent.needed:
            return replace(row, reason=reason, field=parent.field.name, payload=None)
        if reason is not None:
            return replace(row, payload=None)
    return row


def needed_sweeps(entity: Entity, dictionary: Dictionary, grant: Grant) -> tuple[str, ...]:
    """Entities whose stored rows may belong to nobody granted any more, once rows of `entity` were kept out or went."""
    if not grant.limited:
        return ()
    below = [
        e.name
        for e in dictionary.entities
        if e.name in grant.entities
        and any(f.reference == entity.name and (f.scope or not f.nullable) for f in e.fields)
        and entity.name not in ENROLMENT
    ]
    return tuple(below) + tuple(p for p, enrolment in ENROLMENT.items() if enrolment == entity.name)
