"""The gate of the PostgreSQL store: what `gate_store.StoreGate` asks, asked of PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import psycopg

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import Judged
from backbone_sync.privacy.gate import OUTSIDE_GRANT, WITHHELD, Parent
from backbone_sync.privacy.grant import Grant
from backbone_sync.run.state import Position
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores import store_accounts
from backbone_sync.stores.gate_store import StoreGate
from backbone_sync.stores.postgresql import guarded

_RESET = (
    "UPDATE sync.cursor SET since_update = NULL, high_update = NULL, floor_update = NULL, position = NULL"
    " WHERE entity = ANY(%s)"
)


class PostgresGate(StoreGate):
    """One run's gate. `connection` is the store's own, in autocommit."""

    def __init__(self, connection: psycopg.Connection[Any], dictionary: Dictionary, grant: Grant) -> None:
        with guarded():
            super().__init__(_Desk(connection), dictionary, grant)

    @guarded()
    def begin(self, entity: Entity, granted: tuple[Field, ...], position: Position) -> Position:
        """See `StoreGate`."""
        return super().begin(entity, granted, position)

    @guarded()
    def admit(self, judged: Judged) -> Judged:
        """See `StoreGate`."""
        return super().admit(judged)


class _Desk:
    """See `gate_store.Desk`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def transaction(self) -> AbstractContextManager[object]:
        return self._connection.transaction()

    def readmit(self, keys: Collection[str]) -> list[str]:
        return [r[0] for r in self._rows("DELETE FROM sync.erasure WHERE key = ANY(%s) RETURNING entity", list(keys))]

    def reset(self, entities: Collection[str]) -> None:
        self._connection.execute(_RESET, (list(entities),))

    def any_erased(self) -> bool:
        return bool(self._one("SELECT EXISTS (SELECT FROM sync.erasure)"))

    def any_corrected(self, entity: str) -> bool:
        return bool(
            self._one(
                "SELECT EXISTS (SELECT FROM sync.correction WHERE entity = %s AND state IN ('in_force', 'disputed'))",
                entity,
            )
        )

    def forms(self, names: Collection[str]) -> frozenset[int]:
        rows = self._rows(
            "SELECT bentuk_pendidikan_id FROM ref.bentuk_pendidikan WHERE upper(trim(nama)) = ANY(%s)", list(names)
        )
        return frozenset(r[0] for r in rows)

    def swept(self, entity: str) -> bool:
        return bool(self._one("SELECT EXISTS (SELECT FROM sync.sweep WHERE entity = %s)", entity))

    def listed(self, entity: str) -> bool:
        said = "SELECT EXISTS (SELECT FROM sync.cursor WHERE entity = %s AND since_update IS NOT NULL)"
        return bool(self._one(said, entity))

    def contents(self, entity: str) -> list[str]:
        return store_accounts.payloads(self._connection, entity)

    def sweep(
        self, entity: Entity, person: Entity | None, needed: tuple[Parent, ...], spared: Collection[str] = ()
    ) -> int:
        table, key = ddl.qualified(entity), ddl.quoted(entity.key.name)
        gone = []
        if person:
            gone.append(
                f"NOT EXISTS (SELECT FROM {ddl.qualified(person)} e WHERE e.{key} = t.{key})"
                f" AND t.{key}::text <> ALL(%s::text[])"
            )
        gone += [
            f"EXISTS (SELECT FROM sync.quarantine q WHERE q.entity = '{p.entity}' AND q.reason = '{OUTSIDE_GRANT}'"
            f" AND q.key = t.{ddl.quoted(p.field.name)}::text)"
            for p in needed
        ]
        return self._connection.execute(
            (
                f"WITH gone AS (DELETE FROM {table} t WHERE {' OR '.join(gone)}"
                f" RETURNING t.{key}, t.last_update)"
                " INSERT INTO sync.quarantine AS q (entity, key, reason, last_update, first_run, last_run)"
                " SELECT %s, g.key, %s, g.at, r.run, r.run FROM (SELECT "
                f"{key}::text, last_update FROM gone) AS g(key, at),"
                " (SELECT coalesce(max(run_id), 0) FROM sync.run) AS r(run)"
                " ON CONFLICT (entity, key) DO UPDATE SET reason = excluded.reason, payload = NULL,"
                " field = NULL, last_update = excluded.last_update, last_run = excluded.last_run"
            ).encode(),
            (*([list(spared)] if person else []), entity.name, OUTSIDE_GRANT),
        ).rowcount

    def mark(self, entity: str) -> None:
        self._connection.execute("INSERT INTO sync.sweep VALUES (%s) ON CONFLICT DO NOTHING", (entity,))

    def unmark(self, entity: str) -> None:
        self._connection.execute("DELETE FROM sync.sweep WHERE entity = %s", (entity,))

    def earliest(self, entity: Entity, person: Entity) -> datetime | None:
        found = self._one(
            "SELECT min(q.last_update) FROM sync.quarantine q WHERE q.entity = %s AND q.reason = %s AND EXISTS"
            f" (SELECT FROM {ddl.qualified(person)} e WHERE e.{ddl.quoted(entity.key.name)}::text = q.key)",
            entity.name,
            OUTSIDE_GRANT,
        )
        return found if isinstance(found, datetime) else None

    def rewind(self, entity: str, since: datetime) -> None:
        self._connection.execute(
            "UPDATE sync.cursor SET since_update = %s, floor_update = NULL, position = NULL WHERE entity = %s",
            (since, entity),
        )

    def any_aside(self, entity: str, reason: str) -> bool:
        return bool(
            self._one("SELECT EXISTS (SELECT FROM sync.quarantine WHERE entity = %s AND reason = %s)", entity, reason)
        )

    def enrolled(self, entity: Entity, person: Entity, keys: Collection[str]) -> set[str]:
        name = ddl.quoted(entity.key.name)
        rows = self._rows(
            f"SELECT DISTINCT {name}::text FROM {ddl.qualified(person)} WHERE {name} = ANY(%s::uuid[])", list(keys)
        )
        return {r[0] for r in rows}

    def erased(self, entity: str, keys: Collection[str]) -> dict[str, str]:
        said = "SELECT key, reason FROM sync.erasure WHERE entity = %s AND key = ANY(%s)"
        return dict(self._rows(said, entity, list(keys)))

    def kept_out(self, entity: str, keys: Collection[str]) -> dict[str, str]:
        return dict(
            self._rows(
                "SELECT key, reason FROM sync.quarantine WHERE entity = %s AND key = ANY(%s) AND reason = ANY(%s)",
                entity,
                list(keys),
                list(WITHHELD),
            )
        )

    def corrections(self, entity: str, keys: Collection[str]) -> list[tuple[int, str, str, str, datetime]]:
        return self._rows(
            "SELECT correction_id, key, field, value, seen_update FROM sync.correction"
            " WHERE entity = %s AND key = ANY(%s) AND state IN ('in_force', 'disputed')",
            entity,
            list(keys),
        )

    def settle(self, number: int, state: str, moment: datetime) -> None:
        self._connection.execute(
            "UPDATE sync.correction SET state = %s, centre_update = %s,"
            " settled_at = CASE WHEN %s = 'confirmed' THEN clock_timestamp() END WHERE correction_id = %s",
            (state, moment, state, number),
        )

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._connection.execute(statement.encode(), values).fetchall()

    def _one(self, statement: str, *values: object) -> object:
        row = self._connection.execute(statement.encode(), values).fetchone()
        return row[0] if row else None
