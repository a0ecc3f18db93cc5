"""What the last run left: for people, for the audit's sync controls, and as metrics. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import psycopg

from backbone_sync.dictionary import Dictionary
from backbone_sync.run.state import Orphans
from backbone_sync.sources.delivery import Delivery
from backbone_sync.stores.postgresql import guarded


@dataclass(frozen=True)
class EntityStatus:
    """One entity's last account (rows), up to when it is listed, and what came unasked.

    `widened_fields` are columns that hold longer values than the dictionary says; `held` deletions wait for a release.
    `verified`: when its digest was last proven to be the source's, `missed` rows having been fetched for it.
    """

    source: int | None
    stored: int
    quarantined: int
    deleted: int
    refused: int
    withheld: int
    balanced: bool
    cursor: datetime | None
    unknown_fields: tuple[str, ...]
    widened_fields: tuple[str, ...] = ()
    held: int = 0
    verified: datetime | None = None
    missed: int = 0


@dataclass(frozen=True)
class Status:
    """`green` is the last finished run's verdict.

    `lag_seconds` since the last green run began (None: never).
    """

    version: int
    region: str
    green: bool
    state: str
    last_run_started: datetime | None
    last_run_finished: datetime | None
    last_green: datetime | None
    lag_seconds: float | None
    error_kind: str | None
    message: str | None
    entities: dict[str, EntityStatus]
    orphans: tuple[Orphans, ...] = ()
    delivery: Delivery | None = None


_RUN = (
    "SELECT run_id, started_at, finished_at, state, error_kind, message FROM sync.run"
    " WHERE state <> 'running' ORDER BY run_id DESC LIMIT 1"
)
# A run that is recorded as running while nobody holds the run lock was killed, or lost its database.
_BROKEN_OFF = (
    "SELECT started_at FROM sync.run WHERE state IN ('running', 'interrupted')"
    " AND run_id = (SELECT max(run_id) FROM sync.run) AND NOT EXISTS (SELECT FROM pg_locks"
    " WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database"
    " WHERE datname = current_database())"
    " AND ((classid::bigint << 32) | objid::bigint) = hashtextextended('backbone_sync', 0))"
)
_ENTITIES = (
    "SELECT b.entity, b.source, b.stored, b.quarantined, b.deleted, b.refused, b.withheld, b.balanced, c.high_update,"
    " (SELECT e.unknown_fields FROM sync.run_entity e"
    " WHERE e.entity = b.entity ORDER BY e.run_id DESC LIMIT 1),"
    " (SELECT array_agg(w.field ORDER BY w.field) FROM sync.width w WHERE w.entity = b.entity),"
    " (SELECT count(*) FROM sync.held h WHERE h.entity = b.entity)"
    # and rows that the last run would not let leave the region
    " + coalesce((SELECT CASE e.error_kind WHEN 'leaving_braked' THEN e.held END FROM sync.run_entity e"
    " WHERE e.entity = b.entity ORDER BY e.run_id DESC LIMIT 1), 0)"
    ", k.verified_at, k.missed"
    " FROM sync.balance b LEFT JOIN sync.cursor c USING (entity) LEFT JOIN sync.checked k USING (entity)"
)
WHY_BROKEN = "the last run broke off before its end; the next one goes on where it stood"
_ORPHANS = "SELECT entity, field, reference, orphans, waiting FROM sync.reference_check ORDER BY 1, 2"


def read(connection: psycopg.Connection[tuple[object, ...]], region: str, dictionary: Dictionary) -> Status:
    """The status as of now; a database that no run has touched yet is simply not green."""
    never = untouched(region)
    with guarded(), connection.transaction(), connection.cursor() as raw:
        cursor: psycopg.Cursor[tuple[object, ...]] = raw
        row = cursor.execute("SELECT to_regclass('sync.reference_check') IS NOT NULL").fetchone()
        if not row or not row[0]:
            return never
        run = cursor.execute(_RUN).fetchone()
        broken = cursor.execute(_BROKEN_OFF).fetchone()
        if run is None and broken is None:
            return never
        if broken is not None:
            run = (None, broken[0], None, "interrupted", "interrupted", WHY_BROKEN)
        assert run is not None
        green_row = cursor.execute("SELECT max(started_at) FROM sync.run WHERE state = 'green'").fetchone()
        rows = cursor.execute(_ENTITIES).fetchall()
        orphans = cursor.execute(_ORPHANS).fetchall()
    green = green_row[0] if green_row else None
    return made(region, dictionary, run, green, rows, orphans)


def made(
    region: str,
    dictionary: Dictionary,
    run: tuple[object, ...],
    green: object,
    rows: Sequence[tuple[object, ...]],
    orphans: Sequence[tuple[object, ...]],
) -> Status:
    """The status of what a database answered: the last run, when the last green one began, and rows by entity."""
    found = {str(r[0]): _entity(r[1:]) for r in rows}
    last_green = green if isinstance(green, datetime) else None
    return Status(
        version=1,
        region=region,
        green=run[3] == "green",
        state=str(run[3]),
        last_run_started=run[1] if isinstance(run[1], datetime) else None,
        last_run_finished=run[2] if isinstance(run[2], datetime) else None,
        last_green=last_green,
        lag_seconds=(datetime.now(timezone.utc) - last_green).total_seconds() if last_green else None,
        error_kind=str(run[4]) if run[4] else None,
        message=str(run[5]) if run[5] else None,
        entities={name: found[name] for name in dictionary.names if name in found},
        orphans=tuple(_orphans(row) for row in orphans),
    )


def untouched(region: str) -> Status:
    """The status of a database that no run has touched yet."""
    return Status(1, region, False, "never", None, None, None, None, None, "no run yet", {})


def _entity(row: tuple[object, ...]) -> EntityStatus:
    source, stored, quarantined, deleted, refused, withheld, balanced, cursor, unknown, widened, held = row[:11]
    verified, missed = row[11:]
    return EntityStatus(
        source=_number(source) if source is not None else None,
        stored=_number(stored),
        quarantined=_number(quarantined),
        deleted=_number(deleted),
        refused=_number(refused),
        withheld=_number(withheld),
        balanced=bool(balanced),
        cursor=cursor if isinstance(cursor, datetime) else None,
        unknown_fields=_names(unknown),
        widened_fields=_names(widened),
        held=_number(held),
        verified=verified if isinstance(verified, datetime) else None,
        missed=_number(missed),
    )


def _orphans(row: tuple[object, ...]) -> Orphans:
    entity, field, reference, orphans, waiting = row
    return Orphans(
        entity=str(entity),
        field=str(field),
        reference=str(reference),
        orphans=None if orphans is None else _number(orphans),
        waiting=None if waiting is None else _number(waiting),
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(n) for n in value) if isinstance(value, (list, tuple)) else ()


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
