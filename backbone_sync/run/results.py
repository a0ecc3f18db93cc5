"""What a run did, entity by entity, and whether that is green. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from backbone_sync.errors import DeletionsBraked, Overloaded, SourceUnreachable, StoreUnreachable, SyncError
from backbone_sync.interfaces import Total
from backbone_sync.run.state import Counts, Holding, Orphans, Position, Record, Settled


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
    digest: str | None = None  # the source's, of its rows in force

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing, doubled or unexplained."""
        held = self.stored + self.quarantined + self.withheld
        return self.source == held and self.source_deleted in (None, self.deleted)


@dataclass
class EntityResult:
    """What a run did to one entity and what it left undone.

    `begun`: it was listed from the beginning; `compared`: with what is stored, to find deletions; `listed`: how many
    rows in force a complete listing held, where the source gives no totals; `missed`: the last snapshot had rows,
    changed before the time up to which all had been listed, that were not here in that version.
    """

    counts: Counts = field(default_factory=Counts)
    unknown: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    error: SyncError | None = None
    balance: Balance | None = None
    complete: bool = False
    begun: bool = False
    compared: bool = False
    held: int = 0
    listed: int | None = None
    missed: bool = False

    @property
    def green(self) -> bool:
        """Listed to its end, balanced, nothing from outside the region, no deletion waiting."""
        return bool(self.complete and not self.error and self.balance and self.balance.balanced) and not (
            self.balance and self.balance.refused
        )

    def record(self) -> Record:
        """What of it is put on record."""
        kind, message = (self.error.kind, self.error.message) if self.error else (None, None)
        return Record(self.unknown, self.widened, self.held, self.compared, kind, message)


@dataclass
class RunResult:
    """A whole run. `error` is what stopped it, if anything did."""

    run_id: int
    entities: dict[str, EntityResult]
    error: SyncError | None = None
    seconds: float = 0.0
    orphans: tuple[Orphans, ...] = ()
    returned: tuple[tuple[str, str], ...] = ()  # (entity, key) of people who are let in again: see `privacy.gate`

    @property
    def green(self) -> bool:
        """Whether every granted entity is green."""
        return not self.error and all(r.green for r in self.entities.values())

    @property
    def first_error(self) -> SyncError | None:
        """What stopped the run, or else the first fault of an entity."""
        return self.error or next((r.error for r in self.entities.values() if r.error), None)

    @property
    def exit_status(self) -> int:
        """0 green, 1 not green, 3 source or database unreachable."""
        errors = [self.error, *(r.error for r in self.entities.values())]
        if any(isinstance(e, (SourceUnreachable, StoreUnreachable, Overloaded)) for e in errors):
            return 3
        return 0 if self.green else 1

    def shortfall(self) -> str | None:
        """Which entities are not green, for people; None when all are."""
        if self.green:
            return None
        short = [name for name, r in self.entities.items() if not r.green]
        return "not balanced, incomplete or from outside the region: " + ", ".join(short)


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
        digest=total.digest if total else None,
    )


def braked(entity: str, settled: Settled) -> DeletionsBraked | None:
    """The fault of deletions that are too many, with the numbers and the command; None when there are none."""
    if not settled.held:
        return None
    share = 100 * settled.held / max(1, settled.stored)
    return DeletionsBraked(
        f"{settled.held} of {settled.stored} stored rows of {entity} ({share:.1f} %) would be deleted,"
        f" one run may delete {settled.limit}: none of them was",
        f"ask the centre whether that is meant; if so: backbone-sync release-deletes {entity} --by NAME --reason TEXT",
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


def twice(first: Counts, second: Counts) -> Counts:
    """The counts of rows that were listed twice over: what came and what was done adds up, what was found does not."""
    adds = ("pages", "received", "created", "updated", "conflicts", "seconds")
    made = Counts(**{k: max(v, getattr(second, k)) for k, v in first.__dict__.items()})
    for name in adds:
        setattr(made, name, getattr(first, name) + getattr(second, name))
    made.unchanged = max(first.unchanged, second.unchanged - first.created - first.updated)
    return made


def printable(name: str) -> str:
    """A name from the source, cut to what a log line and a metric may hold."""
    return "".join(c if c.isprintable() and c not in ',{}"\\' else "?" for c in name)[:63]
