"""How a judged page gets into SQL Server: one bulk copy, then upsert, deletions and cursor in one transaction.

Bulk copy has a connection of its own, so its rows are in staging, committed, before the page's transaction begins.
A run that is killed in between leaves them there and the cursor where it was: the next page starts by emptying
staging, and stores only when exactly its own rows are there.
"""

from __future__ import annotations

from backbone_sync.dictionary import Entity, Field
from backbone_sync.dictionary.validator import Judged
from backbone_sync.privacy.gate import REMOVED
from backbone_sync.run.state import UNTOLD, Brake, Counts, Position
from backbone_sync.stores import leaving, staged_rows
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.accounts_sqlserver import handed_over
from backbone_sync.stores.statements_sqlserver import Statements
from backbone_sync.stores.store_pages import grown, narrowed
from backbone_sync.stores.store_sqlserver import held
from backbone_sync.stores.store_sqlserver.database import Database
from backbone_sync.stores.store_sqlserver.faults import copied_short


def stage(database: Database, made: Statements, granted: tuple[Field, ...], judged: Judged) -> None:
    """Put the page's rows into staging, before its transaction."""
    database.run(made.clear)
    if judged.rows:
        rows = staged_rows.rows(granted, judged.rows.values())
        done = database.copy(made.stage, made.columns, rows)
        if done != len(rows):
            raise copied_short(len(rows), done)


def write(
    database: Database,
    made: Statements,
    entity: Entity,
    run_id: int,
    judged: Judged,
    counts: Counts,
    brake: Brake,
    *,
    touch: bool,
) -> Counts:
    """Store a staged page within the caller's transaction; returns what the counts will be once it is committed.

    LeavingBraked when `brake` lets not so many rows leave the region.
    """
    created = updated = conflicts = 0
    if judged.rows:
        there = int(database.one(made.staged))
        if there != len(judged.rows):
            raise copied_short(len(judged.rows), there)
        database.run(made.revive)
        # First what is there, then what is not: the other way round the new rows would be looked at twice.
        updated = database.run(made.update)
        created = database.run(made.insert)
        if created + updated < len(judged.rows):
            conflicts = int(database.one(made.stale))
        database.run(made.settle)
        database.run(made.unhold)
        if touch:
            database.run(made.touch)
        database.run(made.clear)
    if judged.tombstones:
        _withdraw(database, made, run_id, judged)
    if judged.quarantined:
        _quarantine(database, made, entity, run_id, judged, brake)
    return grown(counts, judged, created, updated, conflicts)


def saw(database: Database, made: Statements, judged: Judged) -> None:
    """Note the page's keys for the comparison at the end of a complete listing."""
    database.run(made.saw, staged_rows.seen([*judged.rows, *judged.quarantined], judged.tombstones))


def move(database: Database, entity: Entity, position: Position) -> None:
    """Move the cursor."""
    moments = (position.since_update, position.high_update, position.floor_update)
    database.run(says.MOVE, *moments, position.position, entity.name)


def narrow(database: Database, entity: Entity, brake: Brake, *, changed: bool) -> None:
    """Tell the brake of rows that go because our own grant changed, as `store_pages.narrow` does."""
    narrowed_no_more(database, entity)
    mark = narrowed(entity)
    if changed:
        database.run(says.MARK, mark, mark)
    if database.one(says.SWEPT, mark) is not None:
        brake.narrowed.add(entity.name)


def narrowed_no_more(database: Database, entity: Entity) -> None:
    """Strike the note of `narrow` off, if the listing has ended that it was for."""
    database.run(says.UNMARK_LISTED, narrowed(entity), entity.name)


def hand_over(database: Database, entity: Entity) -> None:
    """Make what one source has stored ready for another to list, as `store_pages.hand_over` does."""
    database.run(handed_over(entity), UNTOLD)
    for forget in says.OF_SOURCE:
        database.run(forget, entity.name)


def _withdraw(database: Database, made: Statements, run_id: int, judged: Judged) -> None:
    keys = staged_rows.keys(judged.tombstones)
    for change, add in (made.hold, made.bury):
        database.run(change, keys)
        database.run(add, run_id, keys)
    database.run(made.unquarantine, keys)


def _quarantine(
    database: Database, made: Statements, entity: Entity, run_id: int, judged: Judged, brake: Brake
) -> None:
    rows = staged_rows.aside(judged.quarantined.values())
    change, add = made.set_aside
    database.run(change, run_id, rows)
    database.run(add, run_id, run_id, rows)
    # What has moved out of the region or the grant is no longer ours to keep.
    for reason in REMOVED:
        gone = {q.key: q.last_update for q in judged.quarantined.values() if q.reason == reason}
        if not gone:
            continue
        many = database.run(made.remove, staged_rows.keys(gone))
        if what := leaving.by_the_source(reason, brake, entity.name):
            held.leave(database, brake, entity, many, what)
