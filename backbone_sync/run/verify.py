"""Once a day: is what is stored the source's rows in their last versions, and not only as many of them?

The totals that every run asks for bear a digest over (key, last_update) of all rows in force. Where it is not that of
what is known here, the entity is listed once more, because the source may just have changed; then it is compared with a
snapshot, which finds every row that was passed over, and those are fetched; and then once more. An entity whose rows
the source lists less well than its snapshot is not green. What the digest does not see is a row that changed while its
last_update stood still: for that, each entity is listed from the beginning in turn, once in `Config.relist`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backbone_sync.dictionary import Entity
from backbone_sync.errors import Missed
from backbone_sync.interfaces import Source, Storage
from backbone_sync.run.results import EntityResult

log = logging.getLogger("backbone_sync")


@dataclass(frozen=True)
class Verifier:
    """`again` lists an entity once more, with True after a comparison with a snapshot; `account` brings its balance up
    to date. Of `source` only what it can do is asked here."""

    store: Storage
    source: Source
    again: Callable[[Entity, bool], None]
    account: Callable[[Sequence[Entity]], None]

    def verify(
        self, entities: Sequence[Entity], made: Mapping[str, EntityResult], after: timedelta, *, every: bool
    ) -> None:
        """Prove those whose last proof is older than `after` (zero: none), or `every` one of them."""
        able = [e for e in entities if self.source.capabilities(e.name).snapshot]
        due = self.store.overdue([e.name for e in able], "verified", after) if after else frozenset()
        suspects = [e for e in able if every or e.name in due]
        fetched = dict.fromkeys((e.name for e in suspects), 0)
        for snapshot in (False, True, True):
            suspects = [e for e in suspects if self._differs(e, made[e.name], fetched[e.name])]
            if not suspects:
                return
            for entity in suspects:
                counts = made[entity.name].counts
                before = counts.created + counts.updated
                self.again(entity, snapshot)
                if snapshot and made[entity.name].missed:
                    rows = counts.created + counts.updated - before
                    fetched[entity.name] += rows
                    log.warning("entity=%s missed rows were found by their digest, fetched=%d", entity.name, rows)
            self.account(suspects)
        for entity in suspects:
            one = made[entity.name]
            if not self._differs(entity, one, fetched[entity.name]) or not _sound(one):
                continue
            if one.missed:
                one.error = missed(entity.name)
                log.error("entity=%s error=%s message=%r", entity.name, one.error.kind, one.error.message)
            else:
                # Every row of the last snapshot was here; what differs has changed since.
                self.store.checked(entity, "verified", fetched[entity.name])

    def _differs(self, entity: Entity, one: EntityResult, fetched: int) -> bool:
        """Whether the digests are two; where they are one, that is put down."""
        if not _sound(one):
            return False
        there = one.balance.digest if one.balance else None
        here = self.store.digest(entity) if there is not None else None  # seconds of work for a million rows
        if here is None:
            return False
        if here == there:
            self.store.checked(entity, "verified", fetched)
        return here != there

    def unlisted(self, entities: Sequence[Entity], after: timedelta) -> str:
        """The entity that is to be listed from the beginning in this run, because that was longest ago; "" for none.

        One a run, so that no run takes much longer than the others.
        """
        able = [e for e in entities if self.source.capabilities(e.name).snapshot]
        due = self.store.overdue([e.name for e in able], "listed", after) if after else frozenset()
        for entity in able:
            # A listing that was cut off goes on where it stood, and is not begun anew each time.
            if entity.name in due and not self.store.standing(entity)[1].position:
                return entity.name
        return ""


def _sound(one: EntityResult) -> bool:
    """Whether it has come to its end and its counts fit: of what is not so the run says that already."""
    return bool(one.complete and not one.error and one.balance and one.balance.balanced)


def missed(name: str) -> Missed:
    """The fault of an entity whose listing lacks what its snapshot has."""
    return Missed(
        f"{name}: the source's listing does not bring rows, or versions of rows, that its snapshot has",
        f"see `backbone-sync reconcile {name}` for where they are, and show the centre both; what came is stored",
    )
