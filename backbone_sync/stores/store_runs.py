"""The record of runs in PostgreSQL: when, how it ended, what it did to each entity, and the account."""

# ruff: noqa: S608  (column names are our own, values are parameters)

from __future__ import annotations

from dataclasses import fields
from typing import Any

import psycopg

from backbone_sync.run.state import Brake, Counts, Holding, Record
from backbone_sync.stores.postgresql import guarded
from backbone_sync.stores.store_checks import Checks


class RunRecords(Checks):
    """The part of the store that keeps the record; `connection` is in autocommit."""

    connection: psycopg.Connection[Any]
    brake: Brake

    def begin_run(self, version: str, region: str, share: float = 0.05) -> int:
        """A new run's id; runs that were killed are marked as interrupted. `share`: see `Brake`."""
        self.brake = Brake(share)
        with guarded(), self.connection.transaction():
            self.connection.execute("UPDATE sync.run SET state = 'interrupted' WHERE state = 'running'")
            row = self.connection.execute(
                "INSERT INTO sync.run (version, region) VALUES (%s, %s) RETURNING run_id", (version, region)
            ).fetchone()
        assert row is not None
        return int(row[0])

    def last_run(self) -> int:
        """The newest run's id, 0 before the first."""
        with guarded():
            row = self.connection.execute("SELECT coalesce(max(run_id), 0) FROM sync.run").fetchone()
        return int(row[0]) if row else 0

    def end_run(
        self, run_id: int, green: bool, kind: str | None, message: str | None, requests: int = 0, received: int = 0
    ) -> None:
        """Close the run's record; `received` in bytes, as they came over the line."""
        with guarded():
            self.connection.execute(
                "UPDATE sync.run SET finished_at = clock_timestamp(), state = %s, error_kind = %s, message = %s,"
                " requests = %s, bytes_received = %s WHERE run_id = %s",
                ("green" if green else "not_green", kind, message, requests, received, run_id),
            )

    def record(self, run_id: int, entity: str, counts: Counts, left: Record) -> None:
        """The run's record of one entity."""
        names = [f.name for f in fields(Counts)]
        columns = ", ".join(names)
        places = ", ".join(["%s"] * (len(names) + 8))
        statement = (
            f"INSERT INTO sync.run_entity ({columns}, run_id, entity, unknown_fields, widened, held, compared,"
            f" error_kind, message) VALUES ({places})"
        )
        values = [getattr(counts, name) for name in names]
        rest = [list(left.unknown), list(left.widened), left.held, left.compared, left.error_kind, left.message]
        with guarded():
            self.connection.execute(statement.encode(), [*values, run_id, entity, *rest])

    def record_balance(
        self, run_id: int, entity: str, holding: Holding, source: int | None, source_deleted: int | None, balanced: bool
    ) -> None:
        """The last account of one entity."""
        with guarded():
            self.connection.execute(
                "INSERT INTO sync.balance (entity, run_id, source, source_deleted, stored, quarantined,"
                " deleted, refused, withheld, balanced) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (entity) DO UPDATE SET"
                " run_id = excluded.run_id, checked_at = clock_timestamp(), source = excluded.source,"
                " source_deleted = excluded.source_deleted, stored = excluded.stored,"
                " quarantined = excluded.quarantined, deleted = excluded.deleted, refused = excluded.refused,"
                " withheld = excluded.withheld, balanced = excluded.balanced",
                (
                    entity,
                    run_id,
                    source,
                    source_deleted,
                    holding.stored,
                    holding.quarantined,
                    holding.deleted,
                    holding.refused,
                    holding.withheld,
                    balanced,
                ),
            )
