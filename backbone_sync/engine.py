"""One run: for every granted entity pages → judgement → store, then the account of what the source says it
has.

While a page is being judged and stored, the next one is already on its way: one page ahead, in one thread.
A run is green only when every entity was listed to its end and source = stored + quarantined, deleted =
withdrawn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Protocol

from backbone_sync import __version__
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import (
    BadAnswer,
    CursorExpired,
    Overloaded,
    RegionMismatch,
    SourceUnreachable,
    StoreUnreachable,
    SyncError,
)
from backbone_sync.interfaces import Page, Source, Storage, Total
from backbone_sync.state import Counts, Holding, Position
from backbone_sync.validator import Validator

log = logging.getLogger("backbone_sync")

# These concern one entity; everything else would meet the next entity just the same.
_ENTITY_ONLY = (BadAnswer, RegionMismatch, CursorExpired)


class Progress(Protocol):
    """Told after every committed page."""

    def __call__(self, entity: str, counts: Counts) -> None: ...


@dataclass(frozen=True)
class Balance:
    """One entity's account, in rows; `source*` are None when the source gave no totals."""

    stored: int
    quarantined: int
    deleted: int
    refused: int
    source: int | None = None
    source_deleted: int | None = None
    withheld: int = 0

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing, doubled or unexplained."""
        held = self.stored + self.quarantined + self.withheld
        return self.source == held and self.source_deleted in (None, self.deleted)


@dataclass
class EntityResult:
    """What a run did to one entity and what it left undone."""

    counts: Counts = field(default_factory=Counts)
    unknown: tuple[str, ...] = ()
    error: SyncError | None = None
    balance: Balance | None = None
    complete: bool = False

    @property
    def green(self) -> bool:
        """Listed to its end, balanced, nothing from outside the region."""
        return bool(self.complete and not self.error and self.balance and self.balance.balanced) and not (
            self.balance and self.balance.refused
        )


@dataclass
class RunResult:
    """A whole run. `error` is what stopped it, if anything did."""

    run_id: int
    entities: dict[str, EntityResult]
    error: SyncError | None = None
    seconds: float = 0.0

    @property
    def green(self) -> bool:
        """Whether every granted entity is green."""
        return not self.error and all(r.green for r in self.entities.values())

    @property
    def exit_status(self) -> int:
        """0 green, 1 not green, 3 source or database unreachable."""
        errors = [self.error, *(r.error for r in self.entities.values())]
        if any(isinstance(e, (SourceUnreachable, StoreUnreachable, Overloaded)) for e in errors):
            return 3
        return 0 if self.green else 1


class Engine:
    """Runs against one source and one store."""

    def __init__(
        self,
        config: Config,
        dictionary: Dictionary,
        source: Source,
        store: Storage,
        progress: Progress | None = None,
    ) -> None:
        self._config = config
        self._dictionary = dictionary
        self._source = source
        self._store = store
        self._progress = progress

    def run(self, full: bool = False) -> RunResult:
        """Lock, list, store, account. Raises AlreadyRunning, StoreUnreachable; all else is in the result."""
        began = time.monotonic()
        self._store.lock()
        self._store.migrate(self._dictionary, self._config.grant.entities)
        self._gate = self._store.gate(self._dictionary, self._config.grant)
        run_id = self._store.begin_run(__version__, self._config.region)
        entities = [self._dictionary[name] for name in self._config.grant.entities]
        result = RunResult(run_id, {e.name: EntityResult() for e in entities})
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="fetch") as ahead:
            try:
                self._config.grant.check(datetime.now(timezone.utc).date())
                for entity in entities:
                    if full:
                        self._store.forget(entity)
                    self._entity(entity, run_id, result.entities[entity.name], ahead)
                self._account(entities, run_id, result, ahead)
            except SyncError as fault:
                result.error = fault
        result.seconds = time.monotonic() - began
        for name, made in result.entities.items():
            kind, message = (made.error.kind, made.error.message) if made.error else (None, None)
            self._store.record(run_id, name, made.counts, made.unknown, kind, message)
        error = result.error or next((r.error for r in result.entities.values() if r.error), None)
        self._store.end_run(
            run_id,
            result.green,
            error.kind if error else None,
            error.message if error else _shortfall(result),
        )
        return result

    def _entity(self, entity: Entity, run_id: int, result: EntityResult, ahead: ThreadPoolExecutor) -> None:
        began = time.monotonic()
        result.error, result.complete = None, False
        try:
            self._list(entity, run_id, result, ahead)
            result.complete = True
        except _ENTITY_ONLY as fault:
            result.error = fault
            log.error("entity=%s error=%s message=%r", entity.name, fault.kind, fault.message)
        log.info(
            "entity=%s received=%d created=%d updated=%d unchanged=%d deleted=%d quarantined=%d seconds=%.1f",
            entity.name,
            result.counts.received,
            result.counts.created,
            result.counts.updated,
            result.counts.unchanged,
            result.counts.deleted,
            result.counts.quarantined,
            time.monotonic() - began,
        )

    def _list(self, entity: Entity, run_id: int, result: EntityResult, ahead: ThreadPoolExecutor) -> None:
        granted = self._config.grant.fields(entity)
        scoped = self._config.grant.scope(self._config.region)
        position = self._gate.begin(entity, granted, self._store.position(entity, granted, scoped))
        scope = self._store.scope(self._config.region)
        if any(f.scope == "region" for f in granted) and not scope.areas:
            raise RegionMismatch(
                f"ref.mst_wilayah holds no area of region {self._config.region}; no {entity.name} can be placed",
                "grant ref.mst_wilayah, and check the region's Kemendagri code",
            )
        validator = Validator(entity, granted, scope)
        self._store.prepare(entity, granted)
        if position.position:
            # Rows that the source committed late, behind the point of interruption, are fetched by the next
            # listing.
            position = Position(
                position.since_update,
                position.high_update,
                position.floor_update or position.high_update,
                position.position,
            )
        try:
            for page in self._pages(entity, granted, position, ahead):
                position = self._page(entity, run_id, result, validator, page, position)
        except CursorExpired:
            restart = Position(since_update=position.floor_update or position.high_update)
            self._store.settle_position(entity, restart)
            position = Position(restart.since_update, restart.since_update)
            for page in self._pages(entity, granted, position, ahead):
                position = self._page(entity, run_id, result, validator, page, position)

    def _page(
        self,
        entity: Entity,
        run_id: int,
        result: EntityResult,
        validator: Validator,
        page: Page,
        position: Position,
    ) -> Position:
        began = time.monotonic()
        judged = self._gate.admit(validator.judge(page.rows))
        moved = advance(position, page.cursor, page.more, judged.high_update, page.as_of)
        self._store.apply(entity, run_id, judged, result.counts, moved)
        result.counts.seconds += time.monotonic() - began
        unknown = tuple(sorted(_printable(n) for n in validator.unknown))
        if unknown != result.unknown:
            log.warning("entity=%s unknown fields=%s", entity.name, ",".join(unknown))
            result.unknown = unknown
        if self._progress:
            self._progress(entity.name, result.counts)
        return moved

    def _pages(
        self, entity: Entity, granted: tuple[Field, ...], position: Position, ahead: ThreadPoolExecutor
    ) -> Iterator[Page]:
        fields = tuple(f.name for f in granted)
        since = position.since_update
        if since is not None:
            since -= self._config.source.overlap
        coming = ahead.submit(self._source.page, entity.name, fields, position.position or "", since)
        try:
            while True:
                page = coming.result()
                if page.more:
                    coming = ahead.submit(self._source.page, entity.name, fields, page.cursor)
                yield page
                if not page.more:
                    return
        finally:
            coming.cancel()

    def _account(self, entities: list[Entity], run_id: int, result: RunResult, ahead: ThreadPoolExecutor) -> None:
        """Compare with the source's totals.

        What changed at the source meanwhile is fetched and compared again.
        """
        pending = entities
        for turn in range(max(1, self._config.balance_rounds)):
            totals = self._source.totals()
            for entity in pending:
                holding = self._store.holding(entity)
                total = (totals or {}).get(entity.name)
                made = result.entities[entity.name].balance = balance(holding, total)
                self._store.record_balance(
                    run_id,
                    entity.name,
                    holding,
                    total.live if total else None,
                    total.deleted if total else None,
                    made.balanced,
                )
            pending = [e for e in pending if result.entities[e.name].complete and not _balanced(result, e)]
            if not pending or turn + 1 == self._config.balance_rounds:
                return
            for entity in pending:
                self._entity(entity, run_id, result.entities[entity.name], ahead)


def _balanced(result: RunResult, entity: Entity) -> bool:
    made = result.entities[entity.name].balance
    return bool(made and made.balanced)


def balance(holding: Holding, total: Total | None) -> Balance:
    """The account of one entity."""
    return Balance(
        stored=holding.stored,
        quarantined=holding.quarantined,
        deleted=holding.deleted,
        refused=holding.refused,
        withheld=holding.withheld,
        source=total.live if total else None,
        source_deleted=total.deleted if total else None,
    )


def advance(position: Position, cursor: str, more: bool, high: datetime | None, as_of: datetime) -> Position:
    """Where a listing stands after a page.

    `high_update` follows the rows, but never past the source's clock: a row from the future would make the
    next listing start after rows that are still to come. A complete listing starts the next one at its own
    end, or at the earliest time from which it was resumed.
    """
    seen = position.high_update
    if high is not None:
        capped = min(high, as_of)
        seen = capped if seen is None or capped > seen else seen
    if more:
        return Position(position.since_update, seen, position.floor_update, cursor)
    return Position(since_update=position.floor_update or seen, high_update=seen)


def _shortfall(result: RunResult) -> str | None:
    if result.green:
        return None
    short = [name for name, r in result.entities.items() if not r.green]
    return "not balanced, incomplete or from outside the region: " + ", ".join(short)


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() and c not in ',{}"\\' else "?" for c in name)[:63]
