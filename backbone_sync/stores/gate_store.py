"""The gate of a store: asks, page by page, what the grant and the erased keep out.

What a page changes for other entities (people whose enrolment went, classes of a school that is now granted) is
written down before the page is stored, so that a run that is killed in between finds it again. What is asked of the
database stands in `Desk`, which each kind of database has its own of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import Judged
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy.gate import ERASED, OUTSIDE_GRANT, Correction, Known, Parent, needed_sweeps, parents, sift
from backbone_sync.privacy.grant import ENROLMENT, LEVELS, Grant
from backbone_sync.run.state import Position


class Desk(Protocol):
    """What the gate asks of the database, and writes into it; keys are text as the state tables hold it."""

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing."""

    def readmit(self, keys: Collection[str]) -> list[str]:
        """Take erased keys off the list; the entities that they were of."""

    def reset(self, entities: Collection[str]) -> None:
        """Let entities be listed from the beginning."""

    def any_erased(self) -> bool:
        """Whether anybody was erased."""

    def any_corrected(self, entity: str) -> bool:
        """Whether a correction of the entity is in force or disputed."""

    def forms(self, names: Collection[str]) -> frozenset[int]:
        """The codes of forms of school by name, in capital letters."""

    def swept(self, entity: str) -> bool:
        """Whether rows of the entity may belong to nobody granted any more."""

    def sweep(self, entity: Entity, person: Entity | None, needed: tuple[Parent, ...]) -> int:
        """Set aside rows that have no row of `person` or a kept-out parent by `needed`; how many."""

    def mark(self, entity: str) -> None:
        """Note that the entity has to be swept."""

    def unmark(self, entity: str) -> None:
        """It was swept."""

    def earliest(self, entity: Entity, person: Entity) -> datetime | None:
        """The first version of a kept-out row that has a row of `person` now."""

    def rewind(self, entity: str, since: datetime) -> None:
        """Let the listing of the entity start at `since`."""

    def enrolled(self, entity: Entity, person: Entity, keys: Collection[str]) -> set[str]:
        """Those keys of `entity` that rows of `person` name."""

    def erased(self, entity: str, keys: Collection[str]) -> set[str]:
        """Those keys that were erased."""

    def kept_out(self, entity: str, keys: Collection[str]) -> dict[str, str]:
        """Those keys that grant or erasure keep out, with the reason."""

    def corrections(self, entity: str, keys: Collection[str]) -> list[tuple[int, str, str, str, datetime]]:
        """Corrections of those keys: number, key, field, value as JSON, the version that it was made on."""

    def settle(self, number: int, state: str, moment: datetime) -> None:
        """What became of a correction."""


class StoreGate:
    """One run's gate."""

    def __init__(self, desk: Desk, dictionary: Dictionary, grant: Grant) -> None:
        self._desk = desk
        self._dictionary = dictionary
        self._grant = grant
        self._forms: frozenset[int] | None = None
        self._active = False
        self._readmit()

    def _readmit(self) -> None:
        """Who was erased and stands in the grant again comes back: all that refers to them is listed anew."""
        if not self._grant.readmit:
            return
        with self._desk.transaction():
            for name in self._desk.readmit(self._grant.readmit):
                self._desk.reset([name, *self._below(name)])

    def _below(self, name: str) -> list[str]:
        """Entities with a reference to `name`, at any distance."""
        found: list[str] = []
        for entity in self._dictionary.entities:
            if any(f.reference in (name, *found) and f.reference != entity.name for f in entity.fields):
                found.append(entity.name)
        return found

    # -- before an entity

    def begin(self, entity: Entity, granted: tuple[Field, ...], position: Position) -> Position:
        """Sweep what no longer belongs, and go back for people who have since been let in."""
        self._entity, self._granted = entity, granted
        self._belongs = parents(entity, granted, self._dictionary)
        self._person = ENROLMENT.get(entity.name) if self._grant.limited else None
        if entity.name == "sekolah" and self._grant.limited:
            self._forms = self._granted_forms()
        erased = self._desk.any_erased()
        self._corrected = self._desk.any_corrected(entity.name)
        self._active = bool(self._grant.limited or erased or self._corrected) and entity.schema != "ref"
        if not self._grant.limited or entity.schema == "ref":
            return position
        self._sweep()
        return self._rewound(position)

    def _granted_forms(self) -> frozenset[int]:
        wanted = {name for level in self._grant.levels for name in LEVELS[level]}
        forms = self._desk.forms(wanted) | frozenset(self._grant.forms)
        if not forms:
            raise ConfigInvalid(
                f"ref.bentuk_pendidikan knows no form of school of {', '.join(self._grant.levels)}",
                "name the codes in the grant's `forms`, after the centre's own list",
            )
        return forms

    def _sweep(self) -> None:
        """Move rows that belong to no granted school any more out of the table; their keys stay in the account."""
        if not self._desk.swept(self._entity.name):
            return
        person = self._dictionary[self._person] if self._person else None
        needed = tuple(p for p in self._belongs if p.needed and p.entity not in ENROLMENT)
        with self._desk.transaction():
            if (person or needed) and self._desk.sweep(self._entity, person, needed):
                self._mark(needed_sweeps(self._entity, self._dictionary, self._grant))
            self._desk.unmark(self._entity.name)

    def _rewound(self, position: Position) -> Position:
        """People kept out until now whose enrolment has come: their rows lie behind the cursor."""
        if not self._person or position.since_update is None:
            return position
        earliest = self._desk.earliest(self._entity, self._dictionary[self._person])
        if earliest is None:
            return position
        since = min(earliest, position.since_update)
        self._desk.rewind(self._entity.name, since)
        return Position(since_update=since, high_update=position.high_update)

    # -- a page

    def admit(self, judged: Judged) -> Judged:
        """The page without what must not be stored."""
        if not self._active:
            return judged
        known = Known(
            own=self._own([*judged.rows, *(k for k, q in judged.quarantined.items() if q.last_update)]),
            parents={p.entity: self._kept_out(p, judged) for p in self._belongs},
            forms=self._forms if self._entity.name == "sekolah" else None,
            corrections=self._corrections(list(judged.rows)) if self._corrected else {},
        )
        sifted = sift(self._entity, self._granted, self._belongs, judged, known)
        with self._desk.transaction():
            for number, state, moment in sifted.settled:
                self._desk.settle(number, state, moment)
            self._foresee(sifted.judged)
        return sifted.judged

    def _own(self, keys: list[str]) -> dict[str, str]:
        out: dict[str, str] = {}
        if self._person:
            there = self._desk.enrolled(self._entity, self._dictionary[self._person], keys)
            out = dict.fromkeys({*keys} - there, OUTSIDE_GRANT)
        return {**out, **dict.fromkeys(self._desk.erased(self._entity.name, keys), ERASED)}

    def _kept_out(self, parent: Parent, judged: Judged) -> dict[str, str]:
        keys = {str(row[parent.index]).lower() for row in judged.rows.values() if row[parent.index] is not None}
        for row in judged.quarantined.values():
            value = msgspec.json.decode(row.payload).get(parent.field.name) if row.payload else None
            if isinstance(value, str):
                keys.add(value.lower())
        # An enrolment comes before its person and is what lets the person in: only an erasure keeps it out.
        if parent.entity in ENROLMENT:
            return dict.fromkeys(self._desk.erased(parent.entity, keys), ERASED)
        return self._desk.kept_out(parent.entity, keys)

    def _corrections(self, keys: list[str]) -> dict[str, tuple[Correction, ...]]:
        made: dict[str, tuple[Correction, ...]] = {}
        for number, key, name, value, seen in self._desk.corrections(self._entity.name, keys):
            one = Correction(number, name, msgspec.json.decode(value), seen)
            made[key] = (*made.get(key, ()), one)
        return made

    def _foresee(self, judged: Judged) -> None:
        """What this page means for other entities, once it is stored."""
        if not self._grant.limited:
            return
        if judged.tombstones or any(q.reason == OUTSIDE_GRANT for q in judged.quarantined.values()):
            self._mark(needed_sweeps(self._entity, self._dictionary, self._grant))
        if self._entity.name in (*ENROLMENT, *ENROLMENT.values()):
            return
        if OUTSIDE_GRANT in self._desk.kept_out(self._entity.name, judged.rows).values():
            self._desk.reset(self._below(self._entity.name))

    def _mark(self, names: Iterable[str]) -> None:
        for name in names:
            self._desk.mark(name)
