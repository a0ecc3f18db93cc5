"""What is remembered of an entity: where its listing stands, what a run did to it, what the store holds of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Literal

# The last_update of a row whose source does not tell when it changed: equal every time, so that the content decides.
UNTOLD = datetime(1970, 1, 1, tzinfo=timezone.utc)


# What is remembered of an entity's proofs: that its digest was the source's, that it was listed from the beginning.
Check = Literal["verified", "listed"]


@dataclass(frozen=True)
class Position:
    """Where the listing of an entity stands: see the comment at `ddl_postgresql.STATE`."""

    since_update: datetime | None = None
    high_update: datetime | None = None
    floor_update: datetime | None = None
    position: str | None = None


@dataclass
class Counts:
    """What a run did to one entity, in rows (dropped_values: in values; seconds: database and validation)."""

    pages: int = 0
    received: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    refused: int = 0
    withheld: int = 0
    flagged: int = 0
    conflicts: int = 0
    dropped_values: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Holding:
    """What the store holds of an entity. A row whose later version is in quarantine counts as quarantined.

    `withheld` rows are kept out by grant or erasure: their keys alone are there.
    """

    stored: int
    quarantined: int
    deleted: int
    refused: int
    withheld: int = 0


@dataclass(frozen=True)
class Record:
    """What a run leaves on record of one entity besides its counts.

    `held`: deletions that wait for an operator; `compared`: a complete listing was compared with what is stored.
    """

    unknown: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    held: int = 0
    compared: bool = False
    error_kind: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Heard:
    """What may be concluded from a listing from the beginning that has ended.

    `tombstones`: it named the withdrawn rows too, so that tombstones that it lacks are of no more use. `absent`: a
    stored row that it lacks is a deletion. `schools`: only these answered (keys of sekolah), so that it says nothing
    of others' rows; None: all of it came.
    """

    tombstones: bool
    absent: bool
    schools: frozenset[str] | None = None


@dataclass(frozen=True)
class Settled:
    """What became of an entity's deletions at the end of its listing, in rows.

    `held` wait because they are more than `limit` of the `stored` rows; `listed` is how many rows in force the
    complete listing held, None when there was none.
    """

    deleted: int
    held: int
    limit: int
    stored: int
    listed: int | None = None


@dataclass(frozen=True)
class Orphans:
    """Rows of `entity` whose `field` names no stored row of `reference`; of those, `waiting` name one in quarantine.

    Both are None where the reference is not granted or empty, so that nothing can be said.
    """

    entity: str
    field: str
    reference: str
    orphans: int | None
    waiting: int | None


def limit(stored: int, share: float) -> int:
    """How many of `stored` rows one run may delete: the share, but a single row is never a mass."""
    return max(1, int(stored * share))


@dataclass
class Brake:
    """What one run may delete without anybody's word: a share of each entity's rows, however often it settles.

    `spent`: rows of each entity that it has deleted so far; those that an operator released do not count. `narrowed`:
    entities of which rows go because our own grant has other levels of schooling than it had.
    """

    share: float = 0.05
    spent: dict[str, int] = field(default_factory=dict)
    narrowed: set[str] = field(default_factory=set)

    def left(self, entity: str, stored: int, share: float | None = None) -> int:
        """How many of the rows that are stored now may still go; never fewer than the first single one."""
        gone = self.spent.get(entity, 0)
        return max(0, limit(stored + gone, self.share if share is None else share) - gone)

    def spend(self, entity: str, rows: int) -> None:
        """So many more were deleted."""
        self.spent[entity] = self.spent.get(entity, 0) + rows
