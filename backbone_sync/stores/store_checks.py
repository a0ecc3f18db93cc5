"""When each entity was last proven in PostgreSQL, and the digest by which it is: see `run.verify`."""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg

from backbone_sync.dictionary import Entity, digest
from backbone_sync.run.state import Check
from backbone_sync.stores.postgresql import guarded


class Checks:
    """The part of the store that remembers proofs; `connection` is in autocommit."""

    connection: psycopg.Connection[Any]

    def overdue(self, names: Sequence[str], check: Check, after: timedelta) -> frozenset[str]:
        """Those of the entities whose `check` was made longer than `after` ago.

        Where it never was, the time counts from when the entity was first asked for here.
        """
        with guarded(), self.connection.transaction():
            self.connection.execute(
                "INSERT INTO sync.checked (entity) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", (list(names),)
            )
            rows = self.connection.execute(
                f"SELECT entity FROM sync.checked WHERE entity = ANY(%s)"
                f" AND coalesce({check}_at, seen_at) < clock_timestamp() - %s".encode(),
                (list(names), after),
            ).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def checked(self, entity: Entity, check: Check, missed: int | None = None) -> None:
        """The `check` was made now; `missed` rows had to be fetched for it (None: says nothing of that)."""
        with guarded():
            self.connection.execute(
                f"INSERT INTO sync.checked AS c (entity, {check}_at, missed)"
                " VALUES (%(e)s, clock_timestamp(), coalesce(%(m)s, 0)) ON CONFLICT (entity) DO UPDATE SET"
                f" {check}_at = excluded.{check}_at, missed = coalesce(%(m)s, c.missed)".encode(),
                {"e": entity.name, "m": missed},
            )

    def digest(self, entity: Entity) -> str | None:
        """The contract's digest of every row that is known here, also those that are kept out or set aside.

        None where the key or time of one could not be read.
        """
        with guarded():
            row = self.connection.execute(digest.known(entity).encode(), {"e": entity.name}).fetchone()
        return digest.folded(int(row[0])) if row and row[1] else None
