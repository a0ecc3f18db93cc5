"""The status and the record of processing as SQL Server holds them; what they mean: `status` and `record`."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.privacy import record
from backbone_sync.privacy.grant import Grant
from backbone_sync.run import status
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.store_sqlserver.database import Database

log = logging.getLogger("backbone_sync")


def read(database: Database, region: str, dictionary: Dictionary) -> status.Status:
    """The status as of now; a database that no run has touched yet is simply not green."""
    if database.one(says.EXISTS, "[sync].[reference_check]") is None:
        return status.untouched(region)
    ended, newest = database.rows(says.STATUS_RUN), database.rows(says.STATUS_NEWEST)
    if not newest:
        return status.untouched(region)
    ((free, mine),) = database.rows(says.LOCK_HELD)
    run = ended[0] if ended else None
    # A run that is recorded as running while nobody holds the run lock was killed, or lost its database.
    if newest[0][1] in ("running", "interrupted") and int(free) == 1 and mine == "NoLock":
        run = (None, newest[0][0], None, "interrupted", "interrupted", status.WHY_BROKEN)
    if run is None:
        return status.untouched(region)
    wide: dict[str, list[str]] = defaultdict(list)
    for entity, field in database.rows(says.STATUS_WIDTHS):
        wide[str(entity)].append(str(field))
    rows = []
    for *head, unknown, held in database.rows(says.STATUS_ENTITIES):
        names = msgspec.json.decode(unknown) if unknown else []
        rows.append((*head, names, wide.get(str(head[0]), []), int(held)))
    green = database.one(says.STATUS_GREEN)
    return status.made(region, dictionary, run, green, rows, database.rows(says.STATUS_ORPHANS))


def append(database: Database, folder: str, activity: str, grant: Grant, detail: Mapping[str, Any]) -> record.Entry:
    """Append one line, as `record.append` does; RecordBroken rather than continue a chain whose end was cut off."""
    with database.transaction():
        found = database.rows(says.RECORD_END)
        seq, previous = (int(found[0][0]) + 1, str(found[0][1])) if found else (1, record.GENESIS)
        record.continues(folder, seq - 1)
        line, digest = record.composed(seq, previous, activity, grant, detail)
        database.run(says.RECORD_APPEND, seq, line, digest)
    return record.kept(folder, seq, line, digest)


def append_on(database: Database, folder: str, activity: str, grant: Grant, detail: Mapping[str, Any]) -> record.Entry:
    """Append as `append` does, but go on after a lost end with a line that says so: a run is never stopped by it."""
    try:
        return append(database, folder, activity, grant, detail)
    except record.RecordBroken as fault:
        log.error("error=%s message=%r", fault.kind, fault.message)
        append(database, folder, "record_restart", grant, record.lost_end(folder, record.LOST))
        return append(database, folder, activity, grant, detail)
