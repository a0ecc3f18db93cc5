"""One run: for every granted entity pages → judgement → store, then the account of what the source says it has.

Three things go on at once, each in a thread of its own: a page is fetched ahead, the one before is judged, and the
one before that is stored. A run is green only when every entity was listed to its end, no deletion waits, and
source = stored + quarantined, deleted = withdrawn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from itertools import islice
from typing import Protocol

from backbone_sync import __version__
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import Judged
from backbone_sync.errors import (
    BadAnswer,
    CursorExpired,
    DeletionsBraked,
    Forbidden,
    Incomplete,
    LeavingBraked,
    RegionMismatch,
    SchemaDrift,
    SourceUnreachable,
    SyncError,
    WindowClosed,
)
from backbone_sync.interfaces import Snapshots, Source, Storage, Total
from backbone_sync.run import drift, pace
from backbone_sync.run.judging import Judge
from backbone_sync.run.listing import Asked, Listing, brisk
from backbone_sync.run.results import EntityResult, RunResult, advance, balance, braked, printable, twice
from backbone_sync.run.state import Counts, Heard, Position
from backbone_sync.run.verify import Verifier
from backbone_sync.sources.delivery import Delivering

log = logging.getLogger("backbone_sync")

# These concern one entity; everything else would meet the next entity just the same.
_ENTITY_ONLY = (BadAnswer, Forbidden, Incomplete, RegionMismatch, CursorExpired, SchemaDrift)
# An incremental run that touched less than this share of an entity checks the references of those rows alone.
_FEW = 0.1
_PAIRS = 5000  # of a snapshot, noted at a time


class Progress(Protocol):
    """Told after every page."""

    def __call__(self, entity: str, counts: Counts) -> None: ...


class Engine:
    """Runs against one source and one store."""

    def __init__(
        self,
        config: Config,
        dictionary: Dictionary,
        source: Source,
        store: Storage,
        progress: Progress | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._config = config
        self._dictionary = dictionary
        self._source = source
        self._store = store
        self._progress = progress
        self._now = now or (lambda: datetime.now(config.pace.zone))
        self._anytime = False

    def run(self, full: bool = False, anytime: bool = False) -> RunResult:
        """Lock, list, store, account. Raises AlreadyRunning, StoreUnreachable, WindowClosed; all else is in the result.

        `full`: list every entity from the beginning; `anytime`: whatever the hour.
        """
        began = time.monotonic()
        self._anytime = anytime
        self._in_window()
        self._store.lock()
        self._store.migrate(self._dictionary, self._config.grant.entities)
        self._gate = self._store.gate(self._dictionary, self._config.grant)
        run_id = self._store.begin_run(__version__, self._config.region, self._config.delete_share)
        granted = self._config.grant.entities
        entities = [self._dictionary[name] for name in granted if self._source.capabilities(name).served]
        result = RunResult(run_id, {e.name: EntityResult() for e in entities})
        if unserved := [name for name in granted if name not in result.entities]:
            log.warning("granted, but the source does not have: %s", ",".join(unserved))
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="store") as storing, brisk():
            try:
                self._config.grant.check(datetime.now(timezone.utc).date())
                if isinstance(self._source, Delivering):
                    self._source.begin(self._config.grant.entities)
                verifier = Verifier(
                    self._store,
                    self._source,
                    lambda e, snapshot: self._entity(e, run_id, result.entities[e.name], storing, snapshot=snapshot),
                    lambda some: self._account(some, run_id, result, storing),
                )
                anew = verifier.unlisted(entities, self._config.relist)
                for entity in entities:
                    self._entity(entity, run_id, result.entities[entity.name], storing, full or entity.name == anew)
                self._account(entities, run_id, result, storing)
                verifier.verify(entities, result.entities, self._config.verify, every=full)
                self._references(entities, run_id, result)
                if isinstance(self._source, Delivering):
                    self._source.finish(frozenset(n for n, made in result.entities.items() if made.complete))
            except SyncError as fault:
                result.error = fault
        result.seconds, result.returned = time.monotonic() - began, tuple(self._gate.returned)
        for name, made in result.entities.items():
            self._store.record(run_id, name, made.counts, made.record())
        error = result.first_error
        self._store.end_run(
            run_id,
            result.green,
            error.kind if error else None,
            error.message if error else result.shortfall(),
            *self._source.traffic(),
        )
        return result

    def _in_window(self) -> None:
        moment, windows = self._now(), self._config.pace.windows
        if not self._anytime and not pace.is_open(windows, moment):
            opening = pace.next_opening(windows, moment)
            raise WindowClosed(
                f"runs are not allowed at this hour; the next window opens at {opening:%Y-%m-%d %H:%M %Z}",
                "wait for it, or run once with --now",
            )

    def _entity(
        self,
        entity: Entity,
        run_id: int,
        result: EntityResult,
        storing: ThreadPoolExecutor,
        full: bool = False,
        snapshot: bool = False,
    ) -> None:
        began = time.monotonic()
        result.error, result.complete, result.held = None, False, 0
        try:
            if snapshot:
                self._compare(entity, run_id, result)
            if self._list(entity, run_id, result, storing, full):
                # A listing shows which rows there are; which there are not, a snapshot, which is proven to be whole.
                self._compare(entity, run_id, result)
                self._list(entity, run_id, result, storing, full=False)
            result.complete = True
        except DeletionsBraked as fault:
            # The listing has ended and its rows are stored; only the deletions wait.
            result.error, result.complete = fault, True
        except _ENTITY_ONLY as fault:
            result.error = fault
            result.held = fault.rows if isinstance(fault, LeavingBraked) else 0
        except SourceUnreachable as fault:
            # A source that answers has failed on this entity; one that does not answer would fail on the next too.
            if not fault.answered:
                raise
            result.error = fault
        if result.error:
            log.error("entity=%s error=%s message=%r", entity.name, result.error.kind, result.error.message)
        counts = result.counts
        log.info(
            "entity=%s received=%d created=%d updated=%d unchanged=%d deleted=%d quarantined=%d seconds=%.1f",
            entity.name,
            counts.received,
            counts.created,
            counts.updated,
            counts.unchanged,
            counts.deleted,
            counts.quarantined,
            time.monotonic() - began,
        )

    def _list(self, entity: Entity, run_id: int, result: EntityResult, storing: ThreadPoolExecutor, full: bool) -> bool:
        """List what is to be listed; whether rows may be stored that the source has no more, which a snapshot tells."""
        can = self._source.capabilities(entity.name)
        entity = drift.widened(entity, self._store.widths(entity))
        granted = self._granted(entity)
        if full:
            self._store.forget(entity)
        scoped, whose = self._config.grant.scope(self._config.region), self._config.source.identity
        position = self._gate.begin(entity, granted, self._store.position(entity, granted, scoped, whose))
        scope = self._store.scope(self._config.region)
        if any(f.scope == "region" for f in granted) and not scope.areas:
            raise RegionMismatch(
                f"ref.mst_wilayah holds no area of region {self._config.region}; no {entity.name} can be placed",
                "see that the source or source.reference has ref.mst_wilayah; check the region's Kemendagri code",
            )
        if self._store.rescope(entity, granted, scope, run_id) or (position.position and not can.resume):
            self._store.forget(entity)
            position = Position()
        if not can.since:
            position = replace(position, since_update=None)
        begins = not position.position and not position.since_update
        anew = position.since_update is None
        # An empty table has nothing that could have been deleted; but where a source counts nothing, its listing must.
        compare = begins and can.complete and (not can.tombstones or self._store.occupied(entity))
        heard = Heard(can.tombstones, absent=not can.snapshot) if compare else None
        result.begun = result.begun or begins
        judge = Judge(entity, granted, scope, self._store, run_id, can.explicit_nulls)
        self._store.prepare(entity, granted, compare=compare)
        if position.position:
            # Rows that the source committed late, behind the point of interruption, are fetched by the next listing.
            floor = position.floor_update or position.high_update
            position = Position(position.since_update, position.high_update, floor, position.position)
        silent: Incomplete | None = None
        try:
            self._pages(judge, position, result, storing, touch=not begins)
        except CursorExpired:
            since = (position.floor_update or position.high_update) if can.since else None
            self._store.settle_position(entity, Position(since_update=since))
            self._pages(judge, Position(since, since), result, storing, touch=not begins)
        except Incomplete as fault:
            heard, silent = _heard_of(heard, fault), fault
        finally:
            result.unknown = tuple(sorted({*result.unknown, *map(printable, judge.unknown)}))
            result.widened = tuple(sorted({*result.widened, *judge.widened}))
        if result.unknown:
            log.warning("entity=%s unknown fields=%s", entity.name, ",".join(result.unknown))
        if heard and heard.absent and not can.stable and self._store.lacking(entity, heard.schools):
            # Rows that went meanwhile moved others over the bounds of pages; only what two listings lack is gone.
            log.info("entity=%s listed again before anything is deleted", entity.name)
            again = EntityResult()
            try:
                self._pages(judge, Position(), again, storing, touch=not begins)
            except Incomplete as fault:
                heard, silent = _heard_of(heard, fault), fault
            result.counts = twice(result.counts, again.counts)
        settled = self._store.settle(entity, run_id, self._config.delete_share, heard)
        result.counts.deleted += settled.deleted
        result.held, result.listed = settled.held, settled.listed
        result.compared = result.compared or bool(heard and heard.absent and not silent)
        if anew and can.snapshot:
            self._store.checked(entity, "listed")
        if problem := silent or braked(entity.name, settled):
            raise problem
        return heard is not None and not heard.absent

    def _compare(self, entity: Entity, run_id: int, result: EntityResult) -> None:
        """Note what a snapshot lacks as deletions, and go back to the earliest row that is not here.

        The listing that follows decides on the deletions and fetches the rows.
        """
        assert isinstance(self._source, Snapshots)
        granted = self._granted(entity)
        scoped, whose = self._config.grant.scope(self._config.region), self._config.source.identity
        position = self._store.position(entity, granted, scoped, whose)
        self._store.prepare(entity, granted, compare=True)
        pairs = self._source.snapshot(entity)
        while some := list(islice(pairs, _PAIRS)):
            self._store.note(entity, some)
        behind = self._store.compare(entity, run_id)
        if behind is not None:
            since = behind if position.since_update is None else min(behind, position.since_update)
            self._store.settle_position(entity, replace(position, since_update=since, position=None))
        result.begun = result.compared = True
        stood = position.since_update
        result.missed = bool(behind and stood and behind < stood - self._config.source.overlap)
        log.info("entity=%s compared with a snapshot, behind=%s", entity.name, behind)

    def _granted(self, entity: Entity) -> tuple[Field, ...]:
        """The fields that are granted and that the source can have."""
        there = self._source.capabilities(entity.name).fields
        return tuple(f for f in self._config.grant.fields(entity) if there is None or f.name in there)

    def _pages(
        self, judge: Judge, position: Position, result: EntityResult, storing: ThreadPoolExecutor, *, touch: bool
    ) -> None:
        entity = judge.entity
        since = position.since_update
        if since is not None:
            since -= self._config.source.overlap
        asked = Asked(entity.name, tuple(f.name for f in judge.granted), position.position or "", since)
        pending: Future[float] | None = None
        try:
            with Listing(self._source, asked, self._config.pace.ahead) as listing:
                for page in listing.groups(self._config.pace.group_rows):
                    began = time.monotonic()
                    judged = judge.judge(page.rows, pending)
                    result.counts.seconds += time.monotonic() - began
                    position = advance(position, page.cursor, page.more, judged.high_update, page.as_of)
                    self._stored(pending, result, entity.name)
                    pending = None
                    pending = storing.submit(self._store_page, judge, judged, result.counts, position, touch)
                    if page.more:
                        self._in_window()
        finally:
            self._stored(pending, result, entity.name)

    def _store_page(self, judge: Judge, judged: Judged, counts: Counts, position: Position, touch: bool) -> float:
        began = time.monotonic()
        # The gate asks over the store's connection, and so in the store's thread.
        judged = self._gate.admit(judged)
        self._store.apply(judge.entity, judge.run_id, judged, counts, position, touch=touch)
        return time.monotonic() - began

    def _stored(self, pending: Future[float] | None, result: EntityResult, entity: str) -> None:
        if pending is not None:
            result.counts.seconds += pending.result()
            if self._progress:
                self._progress(entity, result.counts)

    def _account(self, entities: Sequence[Entity], run_id: int, result: RunResult, storing: ThreadPoolExecutor) -> None:
        """Compare with the source's totals.

        What changed at the source meanwhile is fetched and compared again. What still does not fit is compared with a
        snapshot, once a day at most, or where the source has none, listed from the beginning: that finds what neither
        a cursor nor a tombstone told.
        """
        pending = list(entities)
        for turn in range(max(1, self._config.balance_rounds) + 1):
            totals = self._source.totals()
            for entity in pending:
                self._balance(entity, run_id, result.entities[entity.name], totals)
            last = turn >= self._config.balance_rounds - 1
            pending = [e for e in pending if self._worth_another(e, result.entities[e.name], thorough=last)]
            if not pending or turn > self._config.balance_rounds - 1:
                return
            for entity in pending:
                made = result.entities[entity.name]
                short = last and self._source.capabilities(entity.name).snapshot and _live_differs(made)
                self._entity(entity, run_id, made, storing, full=last and not short, snapshot=short)

    def _worth_another(self, entity: Entity, made: EntityResult, *, thorough: bool) -> bool:
        if not made.complete or made.error or not made.balance or made.balance.balanced or made.balance.source is None:
            return False
        return not thorough or not (made.begun or self._store.compared_lately(entity))

    def _balance(self, entity: Entity, run_id: int, made: EntityResult, totals: Mapping[str, Total] | None) -> None:
        holding = self._store.holding(entity)
        total = (totals or {}).get(entity.name)
        if totals is None and made.listed is not None:
            total = Total(made.listed)
        made.balance = balance(holding, total)
        self._store.record_balance(
            run_id,
            entity.name,
            holding,
            total.live if total else None,
            total.deleted if total else None,
            made.balance.balanced,
        )

    def _references(self, entities: list[Entity], run_id: int, result: RunResult) -> None:
        """Count the rows whose references lead nowhere; they are kept, and reported."""
        known = self._store.references_known()
        changed = {e.name for e in entities if _changed(result.entities[e.name])}
        found = []
        for entity in entities:
            made = result.entities[entity.name]
            rows = made.counts.created + made.counts.updated
            few = made.balance is not None and not made.begun and rows <= _FEW * made.balance.stored
            for item in self._granted(entity):
                if (
                    item.key
                    or item.reference not in result.entities
                    or not ({entity.name, str(item.reference)} & changed or (entity.name, item.name) not in known)
                ):
                    continue
                parents = result.entities[str(item.reference)]
                whole = not few or (entity.name, item.name) not in known or parents.begun
                found.append(self._store.orphans(self._dictionary, entity, item, run_id, whole=whole))
        result.orphans = tuple(found)
        for one in found:
            if one.orphans:
                log.warning(
                    "entity=%s field=%s reference=%s orphans=%d", one.entity, one.field, one.reference, one.orphans
                )


def _heard_of(heard: Heard | None, fault: Incomplete) -> Heard:
    """What a listing that lacks schools still says: of those that were heard, every time; the fault, if of none."""
    if heard is None or not heard.absent or not fault.heard:
        raise fault
    return replace(heard, schools=fault.heard if heard.schools is None else heard.schools & fault.heard)


def _live_differs(made: EntityResult) -> bool:
    """Whether it is the rows in force that do not fit; a snapshot says nothing of those that were withdrawn."""
    one = made.balance
    return one is not None and one.source_deleted in (None, one.deleted)


def _changed(made: EntityResult) -> bool:
    return bool(made.counts.created or made.counts.updated or made.counts.deleted)
