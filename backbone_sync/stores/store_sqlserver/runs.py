"""The record of runs in SQL Server: when, how it ended, what it did to each entity, and the account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import timedelta

from backbone_sync.dictionary import Entity
from backbone_sync.run.state import Brake, Check, Counts, Holding, Record
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.staged_rows import listed
from backbone_sync.stores.store_sqlserver import accounts
from backbone_sync.stores.store_sqlserver.database import Database


class RunRecords:
    """The part of the store that keeps the record."""

    database: Database
    brake: Brake

    def overdue(self, names: Sequence[str], check: Check, after: timedelta) -> frozenset[str]:
        """Those of the entities whose `check` was made longer than `after` ago, or never since they were first seen."""
        asked = listed(names)
        with self.database.transaction():
            self.database.run(says.CHECKS_SEEN, asked)
            rows = self.database.rows(says.OVERDUE[check], asked, -int(after.total_seconds()))
        return frozenset(str(name) for (name,) in rows)

    def checked(self, entity: Entity, check: Check, missed: int | None = None) -> None:
        """The `check` was made now; `missed` rows had to be fetched for it (None: says nothing of that)."""
        with self.database.transaction():
            self.database.put((says.CHECKED[f"{check}.0"], says.CHECKED[f"{check}.1"]), missed, entity.name)

    def digest(self, entity: Entity) -> str | None:
        """The contract's digest of every row that is known here, also those that are kept out or set aside."""
        return accounts.known(self.database, entity)

    def begin_run(self, version: str, region: str, share: float = 0.05) -> int:
        """A new run's id; runs that were killed are marked as interrupted, and what they touched is forgotten.

        `share`: see `Brake`.
        """
        self.brake = Brake(share)
        with self.database.transaction():
            self.database.run(says.INTERRUPTED)
            self.database.run(says.UNTOUCHED)
            return int(self.database.one(says.BEGIN_RUN, version, region))

    def last_run(self) -> int:
        """The newest run's id, 0 before the first."""
        return int(self.database.one(says.LAST_RUN))

    def end_run(
        self, run_id: int, green: bool, kind: str | None, message: str | None, requests: int = 0, received: int = 0
    ) -> None:
        """Close the run's record; `received` in bytes, as they came over the line."""
        state = "green" if green else "not_green"
        self.database.run(says.END_RUN, state, kind, message, requests, received, run_id)

    def record(self, run_id: int, entity: str, counts: Counts, left: Record) -> None:
        """The run's record of one entity."""
        lists = (listed(left.unknown), listed(left.widened))
        rest = (left.held, left.compared, left.error_kind, left.message)
        self.database.run(says.RECORD, *astuple(counts), run_id, entity, *lists, *rest)

    def record_balance(
        self, run_id: int, entity: str, holding: Holding, source: int | None, source_deleted: int | None, balanced: bool
    ) -> None:
        """The last account of one entity."""
        held = (holding.stored, holding.quarantined, holding.deleted, holding.refused, holding.withheld)
        with self.database.transaction():
            self.database.put(says.BALANCE, run_id, source, source_deleted, *held, balanced, entity)
