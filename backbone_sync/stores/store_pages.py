"""How a judged page gets into PostgreSQL: one COPY, one merge, one cursor move, in one transaction.

A deletion of a stored row is only noted here; `store_held` decides on all of a listing's deletions at its end.
"""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

from dataclasses import replace

import psycopg

from backbone_sync.dictionary import Entity
from backbone_sync.dictionary.validator import Judged
from backbone_sync.privacy.gate import REMOVED, withheld
from backbone_sync.run.state import UNTOLD, Brake, Counts, Position
from backbone_sync.stores import copying, leaving, store_held
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.statements import Statements

Cursor = psycopg.Cursor[tuple[object, ...]]


def write(
    cursor: Cursor,
    says: Statements,
    entity: Entity,
    run_id: int,
    judged: Judged,
    counts: Counts,
    brake: Brake,
    *,
    touch: bool,
    unspoken: bool = False,
    direct: bool = False,
) -> Counts:
    """Store a page within the caller's transaction; returns what the counts will be once it is committed.

    `unspoken`: no row of it was withdrawn, held or set aside before. `direct`: moreover none of its keys is stored;
    psycopg's UniqueViolation when one is. LeavingBraked when `brake` lets not so many rows leave the region.
    """
    created = updated = conflicts = 0
    if judged.rows and direct:
        created = _inserted(cursor, says, entity, judged, touch=touch)
    elif judged.rows:
        with cursor.copy(says.copy.encode()) as copy:
            copying.send(copy, list(judged.rows.values()))
        if not unspoken:
            cursor.execute(says.revive.encode(), (entity.name,))
        cursor.execute(says.merge.encode(), (entity.name,))
        created, updated = map(_number, cursor.fetchone() or (0, 0))
        if created + updated < len(judged.rows):
            cursor.execute(says.stale.encode())
            conflicts = _number((cursor.fetchone() or (0,))[0])
        if not unspoken:
            cursor.execute(says.settle.encode(), (entity.name,))
            cursor.execute(says.unhold.encode(), (entity.name,))
        if touch:
            cursor.execute(says.touch.encode(), (entity.name,))
    if judged.tombstones:
        _withdraw(cursor, says, entity, run_id, judged)
    if judged.quarantined:
        _quarantine(cursor, says, entity, run_id, judged, brake)
    return grown(counts, judged, created, updated, conflicts)


def _inserted(cursor: Cursor, says: Statements, entity: Entity, judged: Judged, *, touch: bool) -> int:
    with cursor.copy(says.direct.encode()) as copy:
        copying.send(copy, list(judged.rows.values()), says.codes)
    created = cursor.rowcount
    if touch:
        with cursor.copy(b"COPY touched (entity, key) FROM STDIN") as copy:
            for key in judged.rows:
                copy.write_row((entity.name, key))
    return created


def grown(counts: Counts, judged: Judged, created: int, updated: int, conflicts: int) -> Counts:
    """The counts after a page of which the database made, changed and passed over so many rows."""
    return replace(
        counts,
        pages=counts.pages + 1,
        received=counts.received + judged.received,
        created=counts.created + created,
        updated=counts.updated + updated,
        unchanged=counts.unchanged + len(judged.rows) - created - updated,
        quarantined=counts.quarantined + len(judged.quarantined) - withheld(judged),
        withheld=counts.withheld + withheld(judged),
        refused=counts.refused + judged.refused,
        flagged=counts.flagged + judged.flagged,
        conflicts=counts.conflicts + conflicts,
        dropped_values=counts.dropped_values + judged.dropped_values,
    )


def saw(cursor: Cursor, says: Statements, judged: Judged) -> None:
    """Note the page's keys for the comparison at the end of a complete listing."""
    with cursor.copy(says.saw.encode()) as copy:
        for key in judged.rows:
            copy.write_row((key, True))
        for key in judged.tombstones:
            copy.write_row((key, False))
        for key in judged.quarantined:
            copy.write_row((key, True))


def move(connection: psycopg.Connection[tuple[object, ...]], entity: Entity, position: Position) -> None:
    """Move the cursor, within the caller's transaction."""
    connection.execute(
        "UPDATE sync.cursor SET since_update = %s, high_update = %s, floor_update = %s, position = %s,"
        " moved_at = clock_timestamp() WHERE entity = %s",
        (position.since_update, position.high_update, position.floor_update, position.position, entity.name),
    )


def narrow(connection: psycopg.Connection[tuple[object, ...]], entity: Entity, brake: Brake, *, changed: bool) -> None:
    """Tell the brake of rows that go because our own grant changed, within the caller's transaction.

    `changed`: it has, just now. That stays noted, whatever becomes of this run, until a listing by it has ended.
    """
    narrowed_no_more(connection, entity)
    if changed:
        connection.execute("INSERT INTO sync.sweep VALUES (%s) ON CONFLICT DO NOTHING", (narrowed(entity),))
    noted = connection.execute("SELECT FROM sync.sweep WHERE entity = %s", (narrowed(entity),)).fetchone()
    if noted is not None:
        brake.narrowed.add(entity.name)


def narrowed_no_more(connection: psycopg.Connection[tuple[object, ...]], entity: Entity) -> None:
    """Strike the note of `narrow` off, if the listing has ended that it was for."""
    connection.execute(
        "DELETE FROM sync.sweep WHERE entity = %s AND EXISTS"
        " (SELECT FROM sync.cursor c WHERE c.entity = %s AND c.since_update IS NOT NULL)",
        (narrowed(entity), entity.name),
    )


def narrowed(entity: Entity) -> str:
    """Under what name `narrow` notes it, among the entities that have to be swept."""
    return f"narrowed {entity.name}"


def hand_over(connection: psycopg.Connection[tuple[object, ...]], entity: Entity) -> None:
    """Make what one source has stored ready for another to list, within the caller's transaction.

    The times of two sources cannot be compared, so whatever the new one has is the newer; and what the old one
    withdrew, held back or sent in a form that could not be stored is said anew by the new one or not at all.
    """
    connection.execute(f"UPDATE {ddl.qualified(entity)} SET last_update = %s".encode(), (UNTOLD,))
    for table in ("tombstone", "held", "quarantine"):
        connection.execute(f"DELETE FROM sync.{table} WHERE entity = %s".encode(), (entity.name,))


def _withdraw(cursor: Cursor, says: Statements, entity: Entity, run_id: int, judged: Judged) -> None:
    keys, moments = list(judged.tombstones), list(judged.tombstones.values())
    cursor.execute(says.hold.encode(), (entity.name, run_id, keys, keys, moments))
    cursor.execute(says.bury.encode(), (entity.name, run_id, keys, keys, moments))
    cursor.execute(says.unquarantine.encode(), (keys, moments, entity.name))


def _quarantine(cursor: Cursor, says: Statements, entity: Entity, run_id: int, judged: Judged, brake: Brake) -> None:
    cursor.executemany(
        says.set_aside.encode(),
        [
            {
                "entity": entity.name,
                "key": row.key,
                "keyed": row.key if row.last_update else None,
                "reason": row.reason,
                "field": row.field,
                "at": row.last_update,
                "payload": row.payload,
                "run": run_id,
            }
            for row in judged.quarantined.values()
        ],
    )
    # What has moved out of the region or the grant is no longer ours to keep.
    for reason in REMOVED:
        gone = [q for q in judged.quarantined.values() if q.reason == reason]
        if not gone:
            continue
        cursor.execute(says.remove.encode(), ([q.key for q in gone], [q.last_update for q in gone]))
        if what := leaving.by_the_source(reason, brake, entity.name):
            store_held.leave(cursor.connection, brake, entity, cursor.rowcount, what)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
