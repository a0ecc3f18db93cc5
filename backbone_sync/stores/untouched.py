"""When a page may go straight into its table: while nothing that is stored or remembered can stand against its rows.

The ordinary way of a page (staging, then one merge) settles a row with an older or newer version of itself, and with a
deletion, a withheld deletion or a quarantined version of its key. A first load has none of that to settle. So its pages
are COPYed into the table itself, which refuses a key that is there already: then the transaction is undone, the page
goes the ordinary way, and so does the rest of the listing.
"""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from backbone_sync.dictionary import Entity
from backbone_sync.dictionary.validator import Judged
from backbone_sync.stores import ddl_postgresql as ddl

MOST = 20_000  # keys that are kept in memory; about 2 MB


class Untouched:
    """What is known of one listing. Only the holder of the run lock writes what this remembers.

    `direct`: no row of the entity was stored, or the first load of it goes on. `_spoken`: keys with a tombstone, in
    quarantine or held; None when they are too many to remember.
    """

    def __init__(self, direct: bool, spoken: Iterable[str] | None) -> None:
        self.direct = direct
        self._spoken = None if spoken is None else set(spoken)

    @staticmethod
    def of(connection: psycopg.Connection[tuple[object, ...]], entity: Entity) -> Untouched:
        """As the listing begins."""
        first = connection.execute(
            "SELECT FROM sync.cursor WHERE entity = %s AND since_update IS NULL AND (position IS NOT NULL"
            f" OR NOT EXISTS (SELECT FROM {ddl.qualified(entity)}))".encode(),
            (entity.name,),
        ).fetchone()
        keys = connection.execute(
            "SELECT key FROM sync.tombstone WHERE entity = %(entity)s UNION ALL"
            " SELECT key FROM sync.quarantine WHERE entity = %(entity)s UNION ALL"
            " SELECT key FROM sync.held WHERE entity = %(entity)s LIMIT %(most)s",
            {"entity": entity.name, "most": MOST + 1},
        ).fetchall()
        return Untouched(first is not None, None if len(keys) > MOST else [str(row[0]) for row in keys])

    def unspoken(self, judged: Judged) -> bool:
        """Whether no row of the page has been withdrawn, held or set aside before."""
        return self._spoken is not None and self._spoken.isdisjoint(judged.rows)

    def passed(self, judged: Judged) -> None:
        """Remember what a page that is committed withdrew and set aside."""
        if self._spoken is not None:
            self._spoken.update(judged.tombstones, judged.quarantined)
            if len(self._spoken) > MOST:
                self._spoken = None
