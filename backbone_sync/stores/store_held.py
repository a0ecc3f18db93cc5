"""Deletions wait here until their listing has ended; a mass of them waits on, until an operator releases it by name."""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from backbone_sync.dictionary import Entity
from backbone_sync.errors import NothingHeld
from backbone_sync.run.state import Brake, Heard, Settled
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores import leaving
from backbone_sync.stores.schools import Part
from backbone_sync.stores.statements import Statements

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Held:
    """Deletions of one entity that wait: how many, of how many stored rows; and under which release, if any."""

    entity: str
    rows: int
    tombstones: int
    absent: int
    stored: int
    released_by: str | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Release:
    """An operator's word for one set of deletions."""

    release_id: int
    entity: str
    released_by: str
    reason: str
    rows: int
    expires_at: datetime


def settle(
    connection: Connection,
    says: Statements,
    entity: Entity,
    run_id: int,
    share: float,
    heard: Heard | None,
    brake: Brake,
    part: Part | None = None,
) -> Settled:
    """Decide on the deletions of a listing that has ended, within the caller's transaction.

    `brake` knows what the run has deleted already, and is told. `part`: the rows of the schools that `heard` names.
    """
    listed = None
    if heard is not None:
        listed = _compare(connection, says, entity, run_id, heard, part)
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE r.release_id IS NULL), count(*) FROM sync.held h LEFT JOIN sync.release r"
        " ON r.release_id = h.release_id AND r.expires_at > clock_timestamp() AND r.used_at IS NULL"
        " WHERE h.entity = %s",
        (entity.name,),
    ).fetchone()
    pending, every = (_number(row[0]), _number(row[1])) if row else (0, 0)
    released = [
        _number(r[0])
        for r in connection.execute(
            "SELECT release_id FROM sync.release WHERE entity = %s AND expires_at > clock_timestamp()"
            " AND used_at IS NULL",
            (entity.name,),
        )
    ]
    if not every and not released:
        return Settled(0, 0, 0, 0, listed)
    stored = _count(connection, f"SELECT count(*) FROM {ddl.qualified(entity)}")
    most = brake.left(entity.name, stored, share)
    values = {"entity": entity.name, "run": run_id, "all": pending <= most, "released": released}
    found = connection.execute(says.settle_held.encode(), values).fetchone()
    deleted = _number(found[0]) if found else 0
    if pending <= most:
        brake.spend(entity.name, min(pending, deleted))
    if released:
        connection.execute(
            "UPDATE sync.release SET used_at = clock_timestamp(), deleted = coalesce(deleted, 0) + %s"
            " WHERE release_id = ANY(%s)",
            (deleted, released),
        )
    return Settled(deleted, 0 if pending <= most else pending, most, stored, listed)


def leave(connection: Connection, brake: Brake, entity: Entity, gone: int, what: str = leaving.REGION) -> None:
    """Ask the brake about `gone` rows that the caller's transaction has removed as outside `what`.

    LeavingBraked when they are too many; under a release they are put on its record.
    """
    if not gone:
        return
    stored = _count(connection, f"SELECT count(*) FROM {ddl.qualified(entity)}")
    covered = _count(
        connection,
        "SELECT coalesce(sum(rows - coalesce(deleted, 0)), 0)::bigint FROM sync.release WHERE entity = %s"
        " AND expires_at > clock_timestamp() AND used_at IS NULL",
        entity.name,
    )
    if leaving.judge(brake, entity.name, gone, stored, covered, what):
        connection.execute(
            "UPDATE sync.release SET deleted = coalesce(deleted, 0) + %s WHERE release_id = (SELECT max(release_id)"
            " FROM sync.release WHERE entity = %s AND expires_at > clock_timestamp() AND used_at IS NULL)",
            (gone, entity.name),
        )


def _compare(
    connection: Connection, says: Statements, entity: Entity, run_id: int, heard: Heard, part: Part | None = None
) -> int | None:
    """Note what a listing lacks; how many rows in force it held, None where it does not tell of all."""
    connection.execute("ANALYZE seen")
    connection.execute(
        "DELETE FROM sync.held h WHERE h.entity = %s AND h.kind = 'absent' AND EXISTS"
        " (SELECT FROM seen WHERE seen.key = h.key AND seen.live)",
        (entity.name,),
    )
    values = {"entity": entity.name, "run": run_id}
    if heard.schools is not None:
        if part is not None and heard.absent:
            connection.execute(f"{says.absent} AND {part.rows} {says.absent_again}".encode(), {**values, **part.values})
            for statement in part.remember:
                connection.execute(statement.encode(), values)
        return None
    if heard.absent:
        connection.execute(f"{says.absent} {says.absent_again}".encode(), values)
    for table in ("quarantine", "tombstone") if heard.tombstones else ("quarantine",):
        connection.execute(
            f"DELETE FROM sync.{table} x WHERE x.entity = %s AND NOT EXISTS"
            " (SELECT FROM seen WHERE seen.key = x.key)".encode(),
            (entity.name,),
        )
    if not heard.absent:
        return None
    connection.execute("UPDATE sync.cursor SET compared_at = clock_timestamp() WHERE entity = %s", (entity.name,))
    return _count(connection, "SELECT count(DISTINCT key) FROM seen WHERE live")


def note(cursor: psycopg.Cursor[tuple[object, ...]], says: Statements, pairs: Sequence[tuple[str, datetime]]) -> None:
    """Note rows of a snapshot, within the caller's transaction."""
    with cursor.copy(says.noted.encode()) as copy:
        for key, moment in pairs:
            copy.write_row((key, moment, True))


def compare(connection: Connection, says: Statements, entity: Entity, run_id: int) -> datetime | None:
    """What the whole snapshot that was noted lacks waits as a deletion, within the caller's transaction.

    The earliest last_update of its rows that are not stored in that version; None when all are. Rows that are stored
    in a later one are made to count as older, so that the listing that follows replaces them.
    """
    # A row without a readable key is in no snapshot; a listing from the beginning sets it aside anew.
    connection.execute(
        "INSERT INTO seen (key, live) SELECT key, false FROM sync.quarantine WHERE entity = %s"
        " AND starts_with(key, '?')",
        (entity.name,),
    )
    _compare(connection, says, entity, run_id, Heard(tombstones=False, absent=True))
    connection.execute(says.ahead.encode())
    row = connection.execute(says.behind.encode(), {"entity": entity.name}).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None


def lacking(connection: Connection, says: Statements, part: Part | None = None) -> bool:
    """Whether a row is stored (of `part`, if given) whose key has not been listed."""
    connection.execute("ANALYZE seen")
    if part is not None:
        return (
            connection.execute(f"{says.lacking} AND {part.rows} LIMIT 1".encode(), part.values).fetchone() is not None
        )
    return connection.execute(f"{says.lacking} LIMIT 1".encode()).fetchone() is not None


def held(connection: Connection) -> tuple[Held, ...]:
    """All deletions that wait, by entity."""
    rows = connection.execute(
        "SELECT h.entity, count(*), count(*) FILTER (WHERE h.kind = 'tombstone'),"
        " count(*) FILTER (WHERE h.kind = 'absent'), max(r.released_by), max(r.expires_at)"
        " FROM sync.held h LEFT JOIN sync.release r ON r.release_id = h.release_id"
        " AND r.expires_at > clock_timestamp() AND r.used_at IS NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    made = []
    for entity, every, tombstones, absent, by, until in rows:
        schema, _, table = str(entity).rpartition(".")
        name = f"{ddl.quoted(schema or 'backbone')}.{ddl.quoted(table)}"
        stored = _count(connection, f"SELECT count(*) FROM {name}")
        expires = until if isinstance(until, datetime) else None
        made.append(
            Held(
                entity=str(entity),
                rows=_number(every),
                tombstones=_number(tombstones),
                absent=_number(absent),
                stored=stored,
                released_by=str(by) if by else None,
                expires_at=expires,
            )
        )
    return tuple(made)


def release(connection: Connection, entity: Entity, by: str, reason: str, lasting: timedelta) -> Release:
    """Let the next run apply the deletions that wait now, and no others, until `lasting` has passed.

    Of rows that would have left the region in the last run: no more than they were. NothingHeld when none wait.
    """
    with connection.transaction():
        rows = _count(connection, "SELECT count(*) FROM sync.held WHERE entity = %s", entity.name)
        rows += _count(
            connection,
            "SELECT CASE WHEN error_kind = %s THEN held ELSE 0 END FROM sync.run_entity WHERE entity = %s"
            " ORDER BY run_id DESC LIMIT 1",
            leaving.KIND,
            entity.name,
        )
        if not rows:
            raise NothingHeld(f"no deletions of {entity.name} wait for a release", "see `backbone-sync status`")
        made = connection.execute(
            "INSERT INTO sync.release (entity, released_by, reason, rows, expires_at)"
            " VALUES (%s, %s, %s, %s, clock_timestamp() + %s) RETURNING release_id, expires_at",
            (entity.name, by, reason, rows, lasting),
        ).fetchone()
        assert made is not None
        assert isinstance(made[1], datetime)
        connection.execute("UPDATE sync.held SET release_id = %s WHERE entity = %s", (made[0], entity.name))
    return Release(_number(made[0]), entity.name, by, reason, rows, made[1])


def _count(connection: Connection, statement: str, *values: object) -> int:
    row = connection.execute(statement.encode(), values).fetchone()
    return _number(row[0]) if row else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
