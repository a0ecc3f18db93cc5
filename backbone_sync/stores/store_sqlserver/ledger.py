"""The status as SQL Server holds it; what it means: `run.status`."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.run import status
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.store_sqlserver.database import Database


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
    for *head, unknown, held, verified, missed in database.rows(says.STATUS_ENTITIES):
        names = msgspec.json.decode(unknown) if unknown else []
        rows.append((*head, names, wide.get(str(head[0]), []), int(held), verified, missed))
    green = database.one(says.STATUS_GREEN)
    return status.made(region, dictionary, run, green, rows, database.rows(says.STATUS_ORPHANS))
