"""The PostgreSQL store: one page is one COPY, one merge and one cursor move, in one transaction.

A deleted row is removed, and its key stays in `sync.tombstone`: the server keeps nothing about a person
that the centre has withdrawn, tables hold exactly what is in force, and an older page that is replayed
cannot bring the row back. No statement carries a value in its text, and no error is passed on with the
server's detail.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import psycopg

from backbone_sync import ddl_postgresql as ddl
from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import AlreadyRunning, StoreUnreachable
from backbone_sync.gate import REMOVED, WITHHELD, withheld
from backbone_sync.gate_postgresql import PostgresGate
from backbone_sync.grant import Grant
from backbone_sync.state import Counts, Holding, Position
from backbone_sync.statements import Statements
from backbone_sync.validator import OUTSIDE, Judged, Scope

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('backbone_sync', 0))"
_MIGRATION_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('backbone_sync.migrate', 0))"

_MIGRATION_TABLE = (
    "CREATE SCHEMA IF NOT EXISTS sync; CREATE TABLE IF NOT EXISTS sync.migration"
    " (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
)


@contextmanager
def guarded() -> Iterator[None]:
    """Turns the driver's errors into ours, by SQLSTATE only: the server's words can quote a row."""
    try:
        yield
    except psycopg.OperationalError as fault:
        raise StoreUnreachable(
            f"the database does not answer (SQLSTATE {fault.sqlstate or 'none'})",
            "check that PostgreSQL runs and lets this user in over its socket",
        ) from None
    except psycopg.Error as fault:
        raise StoreUnreachable(
            f"the database refused a statement (SQLSTATE {fault.sqlstate or 'none'}, {type(fault).__name__})",
            "run `backbone-sync migrate`; look up the SQLSTATE in PostgreSQL's manual",
        ) from None


class Store:
    """One connection to the regional database."""

    def __init__(self, conninfo: str) -> None:
        with guarded():
            self.connection = psycopg.connect(
                conninfo, autocommit=True, application_name="backbone-sync", connect_timeout=10
            )
            # Plans made while tables are empty would be kept for the initial load; planning costs a
            # millisecond.
            self.connection.prepare_threshold = None
            self.connection.execute("SET timezone = 'UTC'; SET lock_timeout = '30s'")
        self._statements: dict[str, Statements] = {}

    def close(self) -> None:
        """Let the connection, and with it the run lock, go."""
        self.connection.close()

    def lock(self, patience: float = 10.0) -> None:
        """Take the run lock for the life of the connection; AlreadyRunning when another run holds it.

        Waits `patience` seconds, because the database takes a moment to notice that a killed run is gone.
        """
        until = time.monotonic() + patience
        while True:
            with guarded():
                row = self.connection.execute(_LOCK).fetchone()
            if row and row[0]:
                return
            if time.monotonic() > until:
                raise AlreadyRunning("another run is under way", "wait for it to end")
            time.sleep(0.2)

    def migrate(self, dictionary: Dictionary, granted: tuple[str, ...]) -> list[int]:
        """Bring the schema to the newest version; returns the versions applied now.

        Makes the tables of granted entities, and drops those of entities that are granted no longer: what the region
        may not hold, it does not hold.
        """
        applied = []
        with guarded(), self.connection.transaction():
            self.connection.execute(_MIGRATION_LOCK)
            self.connection.execute("SET LOCAL client_min_messages = warning")
            self.connection.execute(_MIGRATION_TABLE.encode())
            done = {row[0] for row in self.connection.execute("SELECT version FROM sync.migration")}
            for version, statements in sorted(ddl.MIGRATIONS.items()):
                if version in done:
                    continue
                for statement in statements:
                    self.connection.execute(statement.encode())
                self.connection.execute("INSERT INTO sync.migration (version) VALUES (%s)", (version,))
                applied.append(version)
            for entity in dictionary.entities:
                self._table(entity, entity.name in granted)
        return applied

    def _table(self, entity: Entity, granted: bool) -> None:
        there = self.connection.execute("SELECT to_regclass(%s)", (ddl.qualified(entity),)).fetchone()
        exists = bool(there and there[0])
        if granted and not exists:
            for statement in [f"CREATE SCHEMA IF NOT EXISTS {entity.schema}", *ddl.table(entity)]:
                self.connection.execute(statement.encode())
        if not granted:
            if exists:
                self.connection.execute(f"DROP TABLE {ddl.qualified(entity)}".encode())
            for table in ("cursor", "balance", "quarantine", "tombstone"):
                self.connection.execute(f"DELETE FROM sync.{table} WHERE entity = %s".encode(), (entity.name,))

    # -- runs and cursors

    def begin_run(self, version: str, region: str) -> int:
        """A new run's id; runs that were killed are marked as interrupted."""
        with guarded(), self.connection.transaction():
            self.connection.execute("UPDATE sync.run SET state = 'interrupted' WHERE state = 'running'")
            row = self.connection.execute(
                "INSERT INTO sync.run (version, region) VALUES (%s, %s) RETURNING run_id", (version, region)
            ).fetchone()
        assert row is not None
        return int(row[0])

    def end_run(self, run_id: int, green: bool, kind: str | None, message: str | None) -> None:
        """Close the run's record."""
        with guarded():
            self.connection.execute(
                "UPDATE sync.run SET finished_at = clock_timestamp(), state = %s,"
                " error_kind = %s, message = %s"
                " WHERE run_id = %s",
                ("green" if green else "not_green", kind, message, run_id),
            )

    def record(
        self,
        run_id: int,
        entity: str,
        counts: Counts,
        unknown: tuple[str, ...],
        kind: str | None,
        message: str | None,
    ) -> None:
        """The run's record of one entity."""
        names = [f.name for f in fields(Counts)]
        columns = ", ".join(names)
        places = ", ".join(["%s"] * len(names))
        statement = (
            f"INSERT INTO sync.run_entity (run_id, entity, {columns}, unknown_fields, error_kind, message)"
            f" VALUES (%s, %s, {places}, %s, %s, %s)"
        )
        values = [getattr(counts, name) for name in names]
        with guarded():
            self.connection.execute(statement.encode(), [run_id, entity, *values, list(unknown), kind, message])

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
                " withheld = excluded.withheld,"
                " balanced = excluded.balanced",
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

    def position(self, entity: Entity, granted: tuple[Field, ...], region: str) -> Position:
        """Where the listing stands.

        From the beginning when grant or region changed. Fields that left the grant go.
        """
        names = [f.name for f in granted]
        with guarded(), self.connection.transaction():
            row = self.connection.execute(
                "SELECT since_update, high_update, floor_update, position, fields, region FROM sync.cursor"
                " WHERE entity = %s",
                (entity.name,),
            ).fetchone()
            if row and row[4] == names and row[5] == region:
                return Position(*row[:4])
            withdrawn = [n for n in (row[4] if row else []) if n not in names]
            known = {f.name for f in entity.fields}
            for name in (n for n in withdrawn if n in known):
                column = ddl.quoted(name)
                statement = f"UPDATE {ddl.qualified(entity)} SET {column} = NULL WHERE {column} IS NOT NULL"
                self.connection.execute(statement.encode())
            if withdrawn:
                # Payloads were cut to the wider grant; the listing from the beginning sets them aside anew.
                self.connection.execute("DELETE FROM sync.quarantine WHERE entity = %s", (entity.name,))
            self.connection.execute(
                "INSERT INTO sync.cursor (entity, fields, region) VALUES (%s, %s, %s)"
                " ON CONFLICT (entity) DO UPDATE"
                " SET since_update = NULL, high_update = NULL, floor_update = NULL, position = NULL,"
                " fields = excluded.fields, region = excluded.region, moved_at = now()",
                (entity.name, names, region),
            )
        return Position()

    def forget(self, entity: Entity) -> None:
        """List the entity from the beginning next time, and set rows without a readable key aside anew."""
        with guarded(), self.connection.transaction():
            self.connection.execute("DELETE FROM sync.cursor WHERE entity = %s", (entity.name,))
            self.connection.execute(
                "DELETE FROM sync.quarantine WHERE entity = %s AND starts_with(key, '?')", (entity.name,)
            )

    def settle_position(self, entity: Entity, position: Position) -> None:
        """Record a position outside a page."""
        with guarded():
            self._move(entity, position)

    def _move(self, entity: Entity, position: Position) -> None:
        self.connection.execute(
            "UPDATE sync.cursor SET since_update = %s, high_update = %s, floor_update = %s, position = %s,"
            " moved_at = clock_timestamp() WHERE entity = %s",
            (
                position.since_update,
                position.high_update,
                position.floor_update,
                position.position,
                entity.name,
            ),
        )

    def gate(self, dictionary: Dictionary, grant: Grant) -> PostgresGate:
        """The gate that keeps out what grant and erasures forbid."""
        with guarded():
            return PostgresGate(self.connection, dictionary, grant)

    # -- pages

    def prepare(self, entity: Entity, granted: tuple[Field, ...]) -> None:
        """Make the session's staging table and the entity's statements."""
        made = Statements.of(entity, granted)
        with guarded():
            self.connection.execute(made.staging.encode())
        self._statements[entity.name] = made

    def apply(self, entity: Entity, run_id: int, judged: Judged, counts: Counts, position: Position) -> None:
        """Store a judged page and move the cursor, in one transaction.

        `counts` grow only once it is committed.
        """
        says = self._statements[entity.name]
        created = updated = conflicts = deleted = 0
        with guarded(), self.connection.transaction(), self.connection.cursor() as cursor:
            if judged.rows:
                with cursor.copy(says.copy.encode()) as copy:
                    for row in judged.rows.values():
                        copy.write_row(row)
                cursor.execute(says.revive.encode(), (entity.name,))
                cursor.execute(says.merge.encode(), (entity.name,))
                created, updated = cursor.fetchone() or (0, 0)
                if created + updated < len(judged.rows):
                    cursor.execute(says.stale.encode())
                    conflicts = (cursor.fetchone() or (0,))[0]
                cursor.execute(says.settle.encode(), (entity.name,))
            if judged.tombstones:
                deleted = self._delete(cursor, says, entity, run_id, judged)
            if judged.quarantined:
                self._quarantine(cursor, says, entity, run_id, judged)
            self._move(entity, position)
            grown = Counts(
                pages=counts.pages + 1,
                received=counts.received + judged.received,
                created=counts.created + created,
                updated=counts.updated + updated,
                unchanged=counts.unchanged + len(judged.rows) - created - updated,
                deleted=counts.deleted + deleted,
                quarantined=counts.quarantined + len(judged.quarantined) - withheld(judged),
                withheld=counts.withheld + withheld(judged),
                refused=counts.refused + judged.refused,
                flagged=counts.flagged + judged.flagged,
                conflicts=counts.conflicts + conflicts,
                dropped_values=counts.dropped_values + judged.dropped_values,
                seconds=counts.seconds,
            )
        counts.__dict__.update(grown.__dict__)

    @staticmethod
    def _delete(
        cursor: psycopg.Cursor[tuple[object, ...]],
        says: Statements,
        entity: Entity,
        run_id: int,
        judged: Judged,
    ) -> int:
        keys, moments = list(judged.tombstones), list(judged.tombstones.values())
        cursor.execute(says.remove.encode(), (keys, moments))
        deleted = cursor.rowcount
        cursor.execute(says.bury.encode(), (entity.name, run_id, keys, keys, moments))
        cursor.execute(says.unquarantine.encode(), (keys, moments, entity.name))
        return deleted

    @staticmethod
    def _quarantine(
        cursor: psycopg.Cursor[tuple[object, ...]],
        says: Statements,
        entity: Entity,
        run_id: int,
        judged: Judged,
    ) -> None:
        cursor.executemany(
            says.set_aside.encode(),
            [
                {
                    "entity": entity.name,
                    "key": row.key,
                    "keyed": row.key if row.last_update else None,
                    "reason": row.reason,
                    "field": row.field,
                    "at": row.last_update,
                    "payload": row.payload,
                    "run": run_id,
                }
                for row in judged.quarantined.values()
            ],
        )
        # What has moved out of the region or the grant is no longer ours to keep.
        if gone := [q for q in judged.quarantined.values() if q.reason in REMOVED]:
            cursor.execute(says.remove.encode(), ([q.key for q in gone], [q.last_update for q in gone]))

    # -- what is held

    def scope(self, region: str) -> Scope:
        """The region's area codes by `ref.mst_wilayah` and its parent links, and refused keys by entity."""
        with guarded():
            areas = self.connection.execute(
                "WITH RECURSIVE within AS (SELECT kode_wilayah FROM ref.mst_wilayah WHERE kode_dagri = %s"
                " UNION SELECT m.kode_wilayah FROM ref.mst_wilayah m JOIN within w"
                " ON m.mst_kode_wilayah = w.kode_wilayah) SELECT kode_wilayah FROM within",
                (region,),
            ).fetchall()
            rows = self.connection.execute(
                "SELECT entity, key FROM sync.quarantine WHERE reason = %s", (OUTSIDE,)
            ).fetchall()
        refused: dict[str, set[str]] = {}
        for entity, key in rows:
            refused.setdefault(entity, set()).add(key)
        return Scope(frozenset(a[0] for a in areas), {e: frozenset(k) for e, k in refused.items()})

    def holding(self, entity: Entity) -> Holding:
        """Counts of what is stored, in quarantine (of those: refused as outside the region) and withdrawn."""
        table, key = ddl.qualified(entity), ddl.quoted(entity.key.name)
        statement = (
            f"SELECT (SELECT count(*) FROM {table}) - (SELECT count(*) FROM sync.quarantine q"
            f" WHERE q.entity = %(e)s AND EXISTS (SELECT FROM {table} t WHERE t.{key}::text = q.key)),"
            " (SELECT count(*) FROM sync.quarantine WHERE entity = %(e)s AND reason <> ALL(%(withheld)s)),"
            " (SELECT count(*) FROM sync.tombstone WHERE entity = %(e)s),"
            " (SELECT count(*) FROM sync.quarantine WHERE entity = %(e)s AND reason = %(outside)s),"
            " (SELECT count(*) FROM sync.quarantine WHERE entity = %(e)s AND reason = ANY(%(withheld)s))"
        )
        with guarded():
            row = self.connection.execute(
                statement.encode(), {"e": entity.name, "outside": OUTSIDE, "withheld": list(WITHHELD)}
            ).fetchone()
        assert row is not None
        return Holding(*(int(n) for n in row))
