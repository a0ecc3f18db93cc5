"""What the engine asks of a source and of a store; adapters implement these and nothing else.

A source gives pages of undecoded rows and raises `errors.SyncError` for whatever is not a page; it never gives an
empty page for a fault. A store keeps rows and the cursor in one transaction. Both are used by one thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import msgspec

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import Judged, Scope
from backbone_sync.privacy.gate import Gate
from backbone_sync.privacy.grant import Grant
from backbone_sync.run.state import Check, Counts, Heard, Holding, Orphans, Position, Record, Settled


@dataclass(frozen=True)
class Capabilities:
    """What a source can do for one entity; the engine makes up for the rest or says that it cannot.

    `since`: lists from an update time on (inclusive). `resume`: a position still means the same in another process.
    `tombstones`: withdrawn rows are listed as such. `complete`: a listing from the beginning to its end holds every
    row in force, so that a stored key it lacks is a deletion. `explicit_nulls`: a field without a value is there as
    null, so that a field that is absent from all rows was removed. `breakdown`: counts by kecamatan and semester.
    `stable`: a row in force cannot slip through a listing because others change meanwhile, as it can between numbered
    pages. `snapshot`: `Snapshots` can be asked. `served`: the source has the entity at all. `fields`: those that it can
    have, None for all.
    """

    since: bool = True
    resume: bool = True
    tombstones: bool = True
    complete: bool = True
    explicit_nulls: bool = True
    breakdown: bool = False
    stable: bool = True
    snapshot: bool = False
    served: bool = True
    fields: frozenset[str] | None = None


@dataclass(frozen=True)
class Page:
    """Rows in the source's order, as JSON objects; `cursor` is the position after the last of them.

    `as_of` is the source's clock when it read the page.
    """

    rows: list[msgspec.Raw]
    cursor: str
    more: bool
    as_of: datetime


@dataclass(frozen=True)
class Total:
    """How many rows the source holds in force and withdrawn; None where it does not count the withdrawn.

    `digest` of those in force: see `dictionary.digest`; None where the source gives none.
    """

    live: int
    deleted: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class Cell:
    """Rows in force of one entity in one kecamatan (education code, 8 characters without padding) and semester.

    Either is "" where the entity has none. `digest`: see `dictionary.digest`; None where the source gives none.
    """

    kecamatan: str
    semester: str
    live: int
    digest: str | None = None


class Source(Protocol):
    """Whatever the service pulls from: the central API, a page-number API, a landing database, a file drop."""

    def capabilities(self, entity: str) -> Capabilities:
        """What this source can do for `entity`; no I/O."""

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """The page after `cursor`; without one, the first of those changed at `since` or later, or the first of all."""

    def totals(self) -> Mapping[str, Total] | None:
        """The source's own counts by entity, None when it has none."""

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """The source's own counts by kecamatan and semester, None when it has none."""

    def traffic(self) -> tuple[int, int]:
        """Requests made and bytes received since it was opened; no I/O."""


@runtime_checkable
class Snapshots(Protocol):
    """A source that can say which rows are in force at one moment without listing them."""

    def snapshot(self, entity: Entity) -> Iterator[tuple[str, datetime]]:
        """(key text, last_update) of every row in force.

        BadAnswer, at the latest after the last pair, unless they are proven to be all: until then nothing follows from
        a key that is absent.
        """


class Storage(Protocol):
    """Where rows, cursors, quarantine and the account of runs are kept (`stores.store`, `stores.store_sqlserver`)."""

    def close(self) -> None:
        """Let the connection, and with it the run lock, go."""

    def lock(self, patience: float = 10.0) -> None:
        """Take the run lock; AlreadyRunning after `patience` seconds."""

    def migrate(self, dictionary: Dictionary, granted: tuple[str, ...]) -> list[int]:
        """Bring the schema to the newest version."""

    def begin_run(self, version: str, region: str, share: float = 0.05) -> int:
        """A new run's id; it may delete this share of an entity's rows without anybody's word."""

    def last_run(self) -> int:
        """The newest run's id, 0 before the first."""

    def end_run(
        self, run_id: int, green: bool, kind: str | None, message: str | None, requests: int = 0, received: int = 0
    ) -> None:
        """Close the run's record."""

    def record(self, run_id: int, entity: str, counts: Counts, left: Record) -> None:
        """The run's record of one entity."""

    def record_balance(
        self, run_id: int, entity: str, holding: Holding, source: int | None, source_deleted: int | None, balanced: bool
    ) -> None:
        """The last account of one entity."""

    def position(self, entity: Entity, granted: tuple[Field, ...], region: str, source: str = "") -> Position:
        """Where the listing of an entity stands; from the beginning when grant, region or source changed."""

    def settle_position(self, entity: Entity, position: Position) -> None:
        """Record a position outside a page."""

    def standing(self, entity: Entity) -> tuple[frozenset[str], Position]:
        """The fields that the entity was last listed with, and where its listing stands; changes nothing."""

    def forget(self, entity: Entity) -> None:
        """List the entity from the beginning next time."""

    def occupied(self, entity: Entity) -> bool:
        """Whether any row of the entity is stored."""

    def compared_lately(self, entity: Entity) -> bool:
        """Whether the entity was compared with a complete listing within a day."""

    def overdue(self, names: Sequence[str], check: Check, after: timedelta) -> frozenset[str]:
        """Those of the entities whose `check` was made longer than `after` ago, by the database's clock."""

    def checked(self, entity: Entity, check: Check, missed: int | None = None) -> None:
        """The `check` was made now; `missed` rows had to be fetched for it."""

    def digest(self, entity: Entity) -> str | None:
        """The digest of every row that is known, also of those kept out or set aside; None where none can be made."""

    def widths(self, entity: Entity) -> dict[str, int]:
        """Lengths of columns that were widened beyond the dictionary, in characters."""

    def widen(self, entity: Entity, field: str, length: int, run_id: int) -> bool:
        """Widen a text column to `length` characters; False when that cannot be done."""

    def gate(self, dictionary: Dictionary, grant: Grant) -> Gate:
        """The gate that keeps out what grant and erasures forbid."""

    def scope(self, region: str) -> Scope:
        """What lies in the region, by the reference data that is stored."""

    def rescope(self, entity: Entity, granted: tuple[Field, ...], within: Scope, run_id: int) -> bool:
        """Bring the entity in line with a region that has changed; whether it must be listed from the beginning.

        LeavingBraked when too many rows lie outside now.
        """

    def prepare(self, entity: Entity, granted: tuple[Field, ...], *, compare: bool) -> None:
        """Make ready for the pages of an entity; `compare`: note every key that is listed."""

    def apply(
        self, entity: Entity, run_id: int, judged: Judged, counts: Counts, position: Position, *, touch: bool = False
    ) -> None:
        """Store a judged page and move the cursor, in one transaction; `counts` grow once it is committed.

        LeavingBraked when too many stored rows would leave the region: nothing of the page is stored.
        """

    def lacking(self, entity: Entity, schools: frozenset[str] | None = None) -> bool:
        """Whether a row is stored (of `schools`, if given) whose key has not been listed since `prepare`."""

    def note(self, entity: Entity, pairs: Sequence[tuple[str, datetime]]) -> None:
        """Note (key text, last_update) of rows of a snapshot, after `prepare`."""

    def compare(self, entity: Entity, run_id: int) -> datetime | None:
        """Compare with the whole snapshot that was noted: what it lacks waits as a deletion for `settle`.

        Returns the earliest last_update of its rows that are not stored in that version, None when all are. A row that
        is stored in a later version is made to count as an older one.
        """

    def settle(self, entity: Entity, run_id: int, share: float, heard: Heard | None) -> Settled:
        """Apply the deletions of a listing that has ended, or leave them waiting when they are too many.

        `heard`: what follows from rows that it lacks; None: nothing.
        """

    def holding(self, entity: Entity) -> Holding:
        """Counts of what is stored, in quarantine, withdrawn and refused."""

    def references_known(self) -> frozenset[tuple[str, str]]:
        """(entity, field) of the references that have been checked before."""

    def orphans(self, words: Dictionary, entity: Entity, field: Field, run_id: int, *, whole: bool) -> Orphans:
        """Rows whose `field` leads nowhere, brought up to date and recorded."""

    def breakdown(self, words: Dictionary, entity: Entity) -> tuple[Cell, ...]:
        """Stored rows by kecamatan and semester."""

    def payloads(self, entity: str) -> list[str]:
        """The content of the entity's rows in quarantine, as far as it was kept."""
