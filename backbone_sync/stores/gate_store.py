"""The gate of a store: asks, page by page, what the grant and the erased keep out.

What a page changes for other entities (people whose enrolment went, classes of a school that is now granted) is
written down before the page is stored, so that a run that is killed in between finds it again. What is asked of the
database stands in `Desk`, which each kind of database has its own of.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timezone
from typing import Protocol

import msgspec

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import OUTSIDE, Judged
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy.gate import ERASED, OUTSIDE_GRANT, Correction, Known, Parent, needed_sweeps, parents, sift
from backbone_sync.privacy.grant import ENDED, ENROLMENT, LEVELS, Grant
from backbone_sync.run.state import Position

RETIRED = "retention"  # the reason of an erasure whose person had departed
log = logging.getLogger("backbone_sync")


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

    def any_aside(self, entity: str, reason: str) -> bool:
        """Whether a row of the entity is set aside for that reason."""

    def swept(self, entity: str) -> bool:
        """Whether rows of the entity may belong to nobody granted any more."""

    def listed(self, entity: str) -> bool:
        """Whether the entity has been listed to its end."""

    def contents(self, entity: str) -> list[str]:
        """What was kept (JSON) of the entity's rows that are set aside."""

    def sweep(
        self, entity: Entity, person: Entity | None, needed: tuple[Parent, ...], spared: Collection[str] = ()
    ) -> int:
        """Set aside rows that have no row of `person`, but not those of keys `spared`, or a kept-out parent by
        `needed`; how many."""

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

    def erased(self, entity: str, keys: Collection[str]) -> dict[str, str]:
        """Those keys that were erased, with the reason: subject (the person asked) or retention."""

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
        self.returned: list[tuple[str, str]] = []
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
        """Sweep what no longer belongs, and go back for people who have since been let in.

        Without levels, a person needs an enrolment at a stored school only while enrolments are refused as of another
        region: of them nothing is kept that says whose they are.
        """
        self._entity, self._granted = entity, granted
        self._belongs = parents(entity, granted, self._dictionary)
        self._person = ENROLMENT.get(entity.name) if self._grant.limited or self._strangers(entity) else None
        self._doubtful = self._unread()
        if entity.name == "sekolah" and self._grant.limited:
            self._forms = self._granted_forms()
        erased = self._desk.any_erased()
        self._corrected = self._desk.any_corrected(entity.name)
        self._active = bool(self._grant.limited or self._person or erased or self._corrected) and entity.schema != "ref"
        if entity.schema == "ref" or not (self._grant.limited or entity.name in ENROLMENT):
            return position
        if self._grant.limited or self._person:
            self._sweep()
            return self._rewound(position)
        # A listing from the beginning that is under way goes on, and is not begun anew each time.
        if position.since_update is not None and self._desk.any_aside(entity.name, OUTSIDE_GRANT):
            self._desk.reset([entity.name])
            return Position()
        return position

    def _unread(self) -> frozenset[str]:
        """Whose enrolment cannot be stored and is set aside: without levels it may be at a school of ours."""
        found = set()
        for content in self._desk.contents(str(self._person)) if self._person and not self._grant.limited else ():
            value = msgspec.json.decode(content).get(self._entity.key.name)
            if isinstance(value, str):
                found.add(value.lower())
        return frozenset(found)

    def _strangers(self, entity: Entity) -> bool:
        """Whether some of the people may be another region's: an enrolment was refused."""
        enrolment = ENROLMENT.get(entity.name)
        return enrolment in self._grant.entities and self._desk.any_aside(str(enrolment), OUTSIDE)

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
        if self._grant.limited and not self._desk.swept(self._entity.name):
            return
        if not self._grant.limited and not self._desk.listed(str(self._person)):
            return  # whose people they are is not known before their enrolments are
        person = self._dictionary[self._person] if self._person else None
        needed = tuple(p for p in self._belongs if p.needed and p.entity not in ENROLMENT)
        with self._desk.transaction():
            if (person or needed) and self._desk.sweep(self._entity, person, needed, self._doubtful):
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
            parents=self._parents(judged),
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
            out = dict.fromkeys({*keys} - there - self._doubtful, OUTSIDE_GRANT)
        return {**out, **dict.fromkeys(self._desk.erased(self._entity.name, keys), ERASED)}

    def _parents(self, judged: Judged) -> dict[str, dict[str, str]]:
        """By entity: what the page refers to and is kept out. People come last: who is back depends on the others."""
        out: dict[str, dict[str, str]] = {}
        for parent in sorted(self._belongs, key=lambda p: p.entity in ENROLMENT):
            out[parent.entity] = self._kept_out(parent, judged, out)
        return out

    def _kept_out(self, parent: Parent, judged: Judged, others: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        keys = {str(row[parent.index]).lower() for row in judged.rows.values() if row[parent.index] is not None}
        for row in judged.quarantined.values():
            value = msgspec.json.decode(row.payload).get(parent.field.name) if row.payload else None
            if isinstance(value, str):
                keys.add(value.lower())
        # An enrolment comes before its person and is what lets the person in: only an erasure keeps it out.
        if parent.entity in ENROLMENT:
            erased = self._desk.erased(parent.entity, keys)
            return dict.fromkeys(erased.keys() - self._back(parent, judged, erased, others), ERASED)
        return self._desk.kept_out(parent.entity, keys)

    def _back(
        self, parent: Parent, judged: Judged, erased: Mapping[str, str], others: Mapping[str, Mapping[str, str]]
    ) -> set[str]:
        """People who were erased because they had departed long ago, and of whom the page has an enrolment that is not
        over: the time to keep them has begun anew. All that refers to them is listed from the beginning.

        An enrolment at a school that is kept out, by `others`, will not be stored and lets nobody in.
        """
        ended = next((i for i, f in enumerate(self._granted) if f.name == ENDED.get(self._entity.name)), None)
        if ended is None or ENROLMENT[parent.entity] != self._entity.name:
            return set()
        kept = self._grant.retention.get("departed")
        over = datetime.now(timezone.utc).date() - kept if kept else date.max
        back = {
            str(row[parent.index]).lower()
            for row in judged.rows.values()
            if row[parent.index] is not None
            and (row[ended] is None or row[ended] >= over)
            and not any(p.needed and str(row[p.index]).lower() in others.get(p.entity, {}) for p in self._belongs)
        }
        back &= {key for key, reason in erased.items() if reason == RETIRED}
        if back:
            with self._desk.transaction():
                self._desk.readmit(back)
                below = [n for n in self._below(parent.entity) if n != self._entity.name]
                self._desk.reset([parent.entity, *below])
            self.returned += [(parent.entity, key) for key in sorted(back)]
            log.info("entity=%s returned=%d", parent.entity, len(back))
        return back

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
