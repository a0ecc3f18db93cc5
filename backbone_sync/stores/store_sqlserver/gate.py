"""The gate of the SQL Server store: what `gate_store.StoreGate` asks, asked of SQL Server."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime

from backbone_sync.dictionary import Entity
from backbone_sync.privacy.gate import OUTSIDE_GRANT, WITHHELD, Parent
from backbone_sync.stores import accounts_sqlserver as made
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.staged_rows import listed
from backbone_sync.stores.store_sqlserver.database import Database


class SqlServerDesk:
    """See `gate_store.Desk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractContextManager[object]:
        """See `Desk`."""
        return self._database.transaction()

    def readmit(self, keys: Collection[str]) -> list[str]:
        """See `Desk`."""
        return [str(name) for (name,) in self._database.rows(says.READMIT, listed(keys))]

    def reset(self, entities: Collection[str]) -> None:
        """See `Desk`."""
        self._database.run(says.RESET, listed(entities))

    def any_erased(self) -> bool:
        """See `Desk`."""
        return self._database.one(says.ANY_ERASED) is not None

    def any_corrected(self, entity: str) -> bool:
        """See `Desk`."""
        return self._database.one(says.ANY_CORRECTED, entity) is not None

    def forms(self, names: Collection[str]) -> frozenset[int]:
        """See `Desk`; the list is short, and compared here, whatever the database's collation."""
        found = self._database.rows(says.FORMS)
        return frozenset(int(code) for code, name in found if name and str(name).strip(" ").upper() in names)

    def swept(self, entity: str) -> bool:
        """See `Desk`."""
        return self._database.one(says.SWEPT, entity) is not None

    def listed(self, entity: str) -> bool:
        """See `Desk`."""
        rows = self._database.rows(says.POSITION, entity)
        return bool(rows) and rows[0][0] is not None

    def contents(self, entity: str) -> list[str]:
        """See `Desk`."""
        return [str(text) for (text,) in self._database.rows(says.PAYLOADS, entity)]

    def sweep(
        self, entity: Entity, person: Entity | None, needed: tuple[Parent, ...], spared: Collection[str] = ()
    ) -> int:
        """See `Desk`."""
        change, add, delete = made.sweep(entity, person, tuple(p.field for p in needed))
        but = [listed(spared)] if person else []
        run = int(self._database.one(says.LAST_RUN))
        self._database.run(change, OUTSIDE_GRANT, run, *but)
        self._database.run(add, OUTSIDE_GRANT, run, run, *but)
        return self._database.run(delete, *but)

    def mark(self, entity: str) -> None:
        """See `Desk`."""
        self._database.run(says.MARK, entity, entity)

    def unmark(self, entity: str) -> None:
        """See `Desk`."""
        self._database.run(says.UNMARK, entity)

    def earliest(self, entity: Entity, person: Entity) -> datetime | None:
        """See `Desk`."""
        found = self._database.one(made.earliest(entity, person), OUTSIDE_GRANT)
        return found if isinstance(found, datetime) else None

    def rewind(self, entity: str, since: datetime) -> None:
        """See `Desk`."""
        self._database.run(says.REWIND, since, entity)

    def any_aside(self, entity: str, reason: str) -> bool:
        """See `Desk`."""
        return self._database.one(says.ANY_REFUSED, entity, reason) is not None

    def enrolled(self, entity: Entity, person: Entity, keys: Collection[str]) -> set[str]:
        """See `Desk`."""
        return {str(key) for (key,) in self._database.rows(made.enrolled(entity, person), listed(keys))}

    def erased(self, entity: str, keys: Collection[str]) -> dict[str, str]:
        """See `Desk`."""
        return {str(key): str(reason) for key, reason in self._database.rows(says.ERASED, entity, listed(keys))}

    def kept_out(self, entity: str, keys: Collection[str]) -> dict[str, str]:
        """See `Desk`."""
        rows = self._database.rows(says.KEPT_OUT, entity, listed(keys), listed(WITHHELD))
        return {str(key): str(reason) for key, reason in rows}

    def corrections(self, entity: str, keys: Collection[str]) -> list[tuple[int, str, str, str, datetime]]:
        """See `Desk`."""
        rows = self._database.rows(says.CORRECTIONS, entity, listed(keys))
        return [(int(number), str(key), str(name), str(value), seen) for number, key, name, value, seen in rows]

    def settle(self, number: int, state: str, moment: datetime) -> None:
        """See `Desk`."""
        self._database.run(says.SETTLE_CORRECTION, state, moment, int(state == "confirmed"), number)
