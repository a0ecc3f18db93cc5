"""What is delivered to this server instead of being fetched by it: how fresh it is, and what waits or was refused.

A source that is delivered notes its freshness in the database when a run has ended (`note`); the status reads it there
(`read`), so that it grows old also while nothing runs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import psycopg

from backbone_sync.stores.postgresql import guarded

log = logging.getLogger("backbone_sync")
WAITING_LONG = timedelta(hours=1)


@runtime_checkable
class Delivering(Protocol):
    """A source that others write to: it has a place for them, and something to do before and after a run."""

    def install(self) -> list[str]:
        """Have the place that is delivered to; what of it was made now."""

    def begin(self, granted: tuple[str, ...]) -> None:
        """Before a run's first page; `granted` are entities."""

    def finish(self, complete: frozenset[str]) -> None:
        """Every row of the entities in `complete` is stored. Raises SyncError for what keeps the run from green."""

    def delivery(self, connection: psycopg.Connection[Any]) -> Delivery | None:
        """How things stand; `connection` to the service's database."""

    def close(self) -> None:
        """Let go of what a run has opened."""


@dataclass(frozen=True)
class Refused:
    """A file that was refused, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Delivery:
    """How things stand with a delivered source.

    `fresh_at`: when the centre wrote last, or made the last bundle that was taken; `age_seconds` since then, and the
    most that is allowed. Bundles: `sequence` of the last one taken, names that wait, those refused since.
    """

    kind: str
    fresh_at: datetime | None
    age_seconds: float | None
    limit_seconds: float
    stale: bool
    sequence: int | None = None
    waiting: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


def note(database: str, kind: str, fresh_at: datetime | None) -> None:
    """Remember when the source was last written."""
    with guarded(), psycopg.connect(database, autocommit=True, connect_timeout=10) as connection:
        connection.execute(
            "INSERT INTO sync.delivery (kind, fresh_at) VALUES (%s, %s) ON CONFLICT (kind) DO UPDATE"
            " SET fresh_at = excluded.fresh_at, checked_at = clock_timestamp()",
            (kind, fresh_at),
        )


def judged(kind: str, fresh_at: datetime | None, fresh: timedelta, now: datetime, **more: Any) -> Delivery:
    """How fresh that is at `now`. Pure."""
    age = None if fresh_at is None else max(0.0, (now - fresh_at).total_seconds())
    too_old = age is None or age > fresh.total_seconds()
    return Delivery(kind, fresh_at, age, fresh.total_seconds(), too_old, **more)


def read(
    connection: psycopg.Connection[Any], kind: str, fresh: timedelta, region: str, directory: str = ""
) -> Delivery | None:
    """How the source stands now; None in a database that no run has touched yet. `directory`: of the file drop."""
    with guarded():
        row = connection.execute("SELECT to_regclass('sync.delivery') IS NOT NULL").fetchone()
        if not row or not row[0]:
            return None
        found = connection.execute("SELECT fresh_at FROM sync.delivery WHERE kind = %s", (kind,)).fetchone()
        last = connection.execute("SELECT max(sequence) FROM sync.bundle WHERE region = %s", (region,)).fetchone()
    fresh_at = found[0] if found else None
    now = datetime.now(timezone.utc)
    if not directory:
        return judged(kind, fresh_at, fresh, now)
    return judged(
        kind,
        fresh_at,
        fresh,
        now,
        sequence=last[0] if last else None,
        waiting=waiting(Path(directory)),
        refused=refused(Path(directory)),
    )


REASON = ".reason.txt"


def waiting(directory: Path) -> tuple[str, ...]:
    """Names of files that lie in the drop directory and were neither taken nor refused yet."""
    return tuple(sorted(one.name for one in _files(directory)))


def refused(directory: Path) -> tuple[Refused, ...]:
    """What lies in rejected/ with its reason; whoever has dealt with it removes it from there."""
    found = []
    for one in sorted(_files(directory / "rejected"), key=lambda path: path.name):
        if one.name.endswith(REASON):
            try:
                text = one.read_text("utf-8", "replace").splitlines()
            except OSError:
                text = []
            found.append(Refused(one.name[: -len(REASON)], (text or ["?"])[0][:500]))
    return tuple(found)


def _files(directory: Path) -> list[Path]:
    try:
        return [one for one in directory.iterdir() if not one.name.startswith(".") and one.is_file()]
    except OSError:
        return []
