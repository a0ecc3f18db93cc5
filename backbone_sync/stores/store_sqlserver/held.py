"""Deletions wait here until their listing has ended; a mass of them waits on, until an operator releases it by name."""

from __future__ import annotations

from datetime import datetime, timedelta

from backbone_sync.dictionary import Entity
from backbone_sync.errors import NothingHeld
from backbone_sync.run.state import Brake, Heard, Settled
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores import leaving
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.staged_rows import listed
from backbone_sync.stores.statements_sqlserver import Sql, Statements
from backbone_sync.stores.store_held import Release
from backbone_sync.stores.store_sqlserver.database import Database


def settle(
    database: Database,
    made: Statements,
    entity: Entity,
    run_id: int,
    share: float,
    heard: Heard | None,
    brake: Brake,
) -> Settled:
    """Decide on the deletions of a listing that has ended, within the caller's transaction.

    Schools are not told apart here: from a listing that lacks some, nothing follows.
    """
    listing = _compare(database, made, entity, run_id, heard) if heard and heard.schools is None else None
    ((pending, every),) = database.rows(says.HELD, entity.name)
    released = [int(number) for (number,) in database.rows(says.RELEASED, entity.name)]
    if not every and not released:
        return Settled(0, 0, 0, 0, listing)
    stored = _stored(database, entity)
    most = brake.left(entity.name, stored, share)
    chosen = (1 if pending <= most else 0, listed(released))
    change, add, delete, settled = made.settle_held
    database.run(change, *chosen)
    database.run(add, run_id, *chosen)
    deleted = database.run(delete, *chosen)
    database.run(settled, *chosen)
    if pending <= most:
        brake.spend(entity.name, min(int(pending), deleted))
    if released:
        database.run(says.USED, deleted, chosen[1])
    return Settled(deleted, 0 if pending <= most else int(pending), most, stored, listing)


def leave(database: Database, brake: Brake, entity: Entity, gone: int, what: str = leaving.REGION) -> None:
    """Ask the brake about rows that lie outside `what`, as `store_held.leave` does."""
    if gone and leaving.judge(
        brake, entity.name, gone, _stored(database, entity), int(database.one(says.COVERED, entity.name)), what
    ):
        database.run(says.LEFT, gone, entity.name)


def _stored(database: Database, entity: Entity) -> int:
    return int(database.one(Sql(f"SELECT COUNT_BIG(*) AS [stored] FROM {ddl.qualified(entity)}")))  # noqa: S608


def _compare(database: Database, made: Statements, entity: Entity, run_id: int, heard: Heard) -> int | None:
    database.run(says.SEEN_AGAIN, entity.name)
    if heard.absent:
        database.run(made.absent, run_id)
    for table in ("quarantine", "tombstone") if heard.tombstones else ("quarantine",):
        database.run(says.NOT_LISTED[table], entity.name)
    if not heard.absent:
        return None
    database.run(says.COMPARED, entity.name)
    return int(database.one(says.LISTED))


def compare(database: Database, made: Statements, entity: Entity, run_id: int) -> datetime | None:
    """What the whole snapshot that was noted lacks waits as a deletion, within the caller's transaction.

    The earliest last_update of its rows that are not stored in that version; None when all are. Rows that are stored
    in a later one are made to count as older, so that the listing that follows replaces them.
    """
    # A row without a readable key is in no snapshot; a listing from the beginning sets it aside anew.
    database.run(says.SEEN_UNKEYED, entity.name)
    _compare(database, made, entity, run_id, Heard(tombstones=False, absent=True))
    database.run(made.ahead)
    found = database.one(made.behind)
    return found if isinstance(found, datetime) else None


def release(database: Database, entity: Entity, by: str, reason: str, lasting: timedelta) -> Release:
    """Let the next run apply the deletions that wait now, and no others, until `lasting` has passed.

    Of rows that would have left the region in the last run: no more than they were. NothingHeld when none wait.
    """
    with database.transaction():
        rows = int(database.one(says.WAITING, entity.name))
        rows += int(database.one(says.LEAVING, entity.name, leaving.KIND) or 0)
        if not rows:
            raise NothingHeld(f"no deletions of {entity.name} wait for a release", "see `backbone-sync status`")
        seconds = int(lasting.total_seconds())
        ((number, until),) = database.rows(says.RELEASE, entity.name, by, reason, rows, seconds)
        database.run(says.MARK_RELEASED, int(number), entity.name)
    return Release(int(number), entity.name, by, reason, rows, until)
