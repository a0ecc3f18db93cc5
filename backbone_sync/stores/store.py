"""The PostgreSQL store: one page is one COPY, one merge and one cursor move, in one transaction.

A deleted row is removed, and its key stays in `sync.tombstone`: the server keeps nothing about a person that the centre
has withdrawn, tables hold exactly what is in force, and an older page that is replayed cannot bring the row back. No
statement carries a value in its text, and no error is passed on with the server's detail.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import OUTSIDE, Judged, Scope
from backbone_sync.errors import AlreadyRunning
from backbone_sync.interfaces import Cell
from backbone_sync.privacy import access
from backbone_sync.privacy.grant import Grant
from backbone_sync.run import status
from backbone_sync.run.state import Brake, Counts, Heard, Holding, Orphans, Position, Settled
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores import migrations, store_accounts, store_held, store_pages
from backbone_sync.stores.gate_postgresql import PostgresGate
from backbone_sync.stores.people_postgresql import PostgresFigures, PostgresPeople, PostgresRecord
from backbone_sync.stores.postgresql import guarded as guarded
from backbone_sync.stores.schools import Part
from backbone_sync.stores.statements import Statements
from backbone_sync.stores.store_accounts import Waiting
from backbone_sync.stores.store_runs import RunRecords
from backbone_sync.stores.untouched import Untouched

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('backbone_sync', 0))"
_MIGRATION_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('backbone_sync.migrate', 0))"

# What is remembered of an entity, and goes with its table.
_OF_ENTITY = ("cursor", "balance", "quarantine", "tombstone", "held", "width", "orphan", "reference_check", "checked")
_MIGRATION_TABLE = (
    "CREATE SCHEMA IF NOT EXISTS sync; CREATE TABLE IF NOT EXISTS sync.migration"
    " (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
)


class Store(RunRecords):
    """One connection to the regional database."""

    def __init__(self, conninfo: str) -> None:
        with guarded():
            self.connection = psycopg.connect(
                conninfo, autocommit=True, application_name="backbone-sync", connect_timeout=10
            )
            # Plans made while tables are empty would be kept for the initial load; planning costs a millisecond.
            self.connection.prepare_threshold = None
            self.connection.execute("SET timezone = 'UTC'; SET lock_timeout = '30s'")
        self.people, self.processing = PostgresPeople(self.connection), PostgresRecord(self.connection)
        self.figures = PostgresFigures(self.connection)
        self._statements: dict[str, Statements] = {}
        self._comparing = False
        self.brake = Brake()
        self._untouched: Untouched | None = None
        self._dictionary: Dictionary | None = None
        self._granted: tuple[str, ...] = ()
        self._blocked: dict[str, tuple[str, ...]] = {}

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
        self._dictionary, self._granted = dictionary, granted
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
            self._tables(dictionary, granted)
            access.refresh(self.connection, dictionary, granted)
        return applied

    def _tables(self, dictionary: Dictionary, granted: tuple[str, ...]) -> None:
        there = migrations.tables(self.connection)
        gone = [e for e in dictionary.entities if e.name not in granted]
        for entity in dictionary.entities:
            if entity.name in granted:
                made = migrations.bring(self.connection, entity, there.get(f"{entity.schema}.{entity.table}", ()))
                self._blocked[entity.name] = made.blocked
        for entity in gone:
            if f"{entity.schema}.{entity.table}" in there:
                self.connection.execute(f"DROP TABLE {ddl.qualified(entity)} CASCADE".encode())
        for table in _OF_ENTITY if gone else ():
            self.connection.execute(
                f"DELETE FROM sync.{table} WHERE entity = ANY(%s)".encode(), ([e.name for e in gone],)
            )

    def widths(self, entity: Entity) -> dict[str, int]:
        """Lengths of columns that were widened beyond the dictionary, in characters."""
        with guarded():
            rows = self.connection.execute(
                "SELECT field, length FROM sync.width WHERE entity = %s", (entity.name,)
            ).fetchall()
        return {str(name): int(length) for name, length in rows}

    def widen(self, entity: Entity, field: str, length: int, run_id: int) -> bool:
        """Widen a text column to `length` characters; PostgreSQL does that without touching a row.

        False when it cannot be done because a view shows the column.
        """
        column, stage = ddl.quoted(field), ddl.quoted(f"staging_{entity.name}")
        with guarded():
            try:
                with access.set_aside(self.connection):
                    for table in (ddl.qualified(entity), f"pg_temp.{stage}"):
                        statement = f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({int(length)})"
                        self.connection.execute(statement.encode())
                    self.connection.execute(
                        "INSERT INTO sync.width (entity, field, length, run_id) VALUES (%s, %s, %s, %s)"
                        " ON CONFLICT (entity, field) DO UPDATE SET length = excluded.length,"
                        " run_id = excluded.run_id, widened_at = clock_timestamp()",
                        (entity.name, field, length, run_id),
                    )
            except psycopg.errors.FeatureNotSupported:
                return False
        return True

    # -- cursors

    def position(self, entity: Entity, granted: tuple[Field, ...], region: str, source: str = "") -> Position:
        """Where the listing stands.

        From the beginning when grant, region or source changed. Fields that left the grant go.
        """
        if blocked := self._blocked.get(entity.name):
            raise store_accounts.table_blocked(entity, blocked)
        names = [f.name for f in granted]
        with guarded(), self.connection.transaction():
            row = self.connection.execute(
                "SELECT since_update, high_update, floor_update, position, fields, region, source FROM sync.cursor"
                " WHERE entity = %s",
                (entity.name,),
            ).fetchone()
            if row:
                store_pages.narrow(self.connection, entity, self.brake, changed=row[5] != region)
            if row and row[4:] == (names, region, source):
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
            if row and row[6] != source:
                store_pages.hand_over(self.connection, entity)
            self.connection.execute(
                "INSERT INTO sync.cursor (entity, fields, region, source) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (entity) DO UPDATE"
                " SET since_update = NULL, high_update = NULL, floor_update = NULL, position = NULL,"
                " fields = excluded.fields, region = excluded.region, source = excluded.source, moved_at = now()",
                (entity.name, names, region, source),
            )
        return Position()

    def standing(self, entity: Entity) -> tuple[frozenset[str], Position]:
        """The fields that the entity was last listed with, and where its listing stands; changes nothing."""
        with guarded():
            row = self.connection.execute(
                "SELECT fields, since_update, high_update, floor_update, position FROM sync.cursor WHERE entity = %s",
                (entity.name,),
            ).fetchone()
        return (frozenset(row[0]), Position(*row[1:])) if row else (frozenset(), Position())

    def forget(self, entity: Entity) -> None:
        """List the entity from the beginning next time, and set rows without a readable key aside anew."""
        with guarded(), self.connection.transaction():
            store_pages.narrowed_no_more(self.connection, entity)
            self._begin_again(entity)

    def _begin_again(self, entity: Entity) -> None:
        store_pages.move(self.connection, entity, Position())
        self.connection.execute(
            "DELETE FROM sync.quarantine WHERE entity = %s AND starts_with(key, '?')", (entity.name,)
        )

    def occupied(self, entity: Entity) -> bool:
        """Whether any row of the entity is stored."""
        with guarded():
            found = self.connection.execute(f"SELECT FROM {ddl.qualified(entity)} LIMIT 1".encode()).fetchone()
        return found is not None

    def compared_lately(self, entity: Entity) -> bool:
        """Whether the entity was compared with a complete listing within a day."""
        with guarded():
            found = self.connection.execute(
                "SELECT FROM sync.cursor WHERE entity = %s AND compared_at > clock_timestamp() - interval '1 day'",
                (entity.name,),
            ).fetchone()
        return found is not None

    def settle_position(self, entity: Entity, position: Position) -> None:
        """Record a position outside a page."""
        with guarded():
            store_pages.move(self.connection, entity, position)

    def guard(self, dictionary: Dictionary, grant: Grant) -> list[str]:
        """Let every table refuse what is not granted; the entities whose constraint had to be made anew."""
        with guarded():
            return [
                name
                for name in grant.entities
                if access.enforce(self.connection, dictionary[name], grant.fields(dictionary[name]))
            ]

    def gate(self, dictionary: Dictionary, grant: Grant) -> PostgresGate:
        """The gate that keeps out what grant and erasures forbid."""
        with guarded():
            return PostgresGate(self.connection, dictionary, grant)

    # -- pages

    def prepare(self, entity: Entity, granted: tuple[Field, ...], *, compare: bool) -> None:
        """Make the session's staging tables and the entity's statements; `compare`: note every key that is listed."""
        made = Statements.of(entity, granted)
        with guarded(), self.connection.transaction():
            self.connection.execute("SET LOCAL client_min_messages = warning")
            access.enforce(self.connection, entity, granted)
            self.connection.execute(made.staging.encode())
            self.connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (entity text, key text)")
            self.connection.execute(
                "CREATE TEMP TABLE IF NOT EXISTS seen (key text, live boolean, last_update timestamptz)"
            )
            self.connection.execute("TRUNCATE seen")
            self.connection.execute("CREATE TEMP TABLE IF NOT EXISTS parted (entity text, key text, school uuid)")
        self._statements[entity.name] = made
        self._untouched = None  # asked when rows come: most listings bring none
        self._comparing = compare

    def apply(
        self, entity: Entity, run_id: int, judged: Judged, counts: Counts, position: Position, *, touch: bool = False
    ) -> None:
        """Store a judged page and move the cursor, in one transaction.

        `counts` grow only once it is committed. `touch`: remember the rows for the check of their references.
        """
        with guarded():
            if judged.rows and self._untouched is None:
                self._untouched = Untouched.of(self.connection, entity)
            known = self._untouched
            unspoken = known is not None and known.unspoken(judged)
            if known is not None and known.direct and unspoken:
                try:
                    self._applied(entity, run_id, judged, counts, position, touch=touch, unspoken=True, direct=True)
                    return
                except psycopg.errors.UniqueViolation:
                    known.direct = False
            self._applied(entity, run_id, judged, counts, position, touch=touch, unspoken=unspoken)

    def _applied(
        self, entity: Entity, run_id: int, judged: Judged, counts: Counts, position: Position, **how: bool
    ) -> None:
        says = self._statements[entity.name]
        with self.connection.transaction(), self.connection.cursor() as cursor:
            grown = store_pages.write(cursor, says, entity, run_id, judged, counts, self.brake, **how)
            if self._comparing:
                store_pages.saw(cursor, says, judged)
            store_pages.move(self.connection, entity, position)
        counts.__dict__.update(grown.__dict__)
        if self._untouched is not None:
            self._untouched.passed(judged)

    def lacking(self, entity: Entity, schools: frozenset[str] | None = None) -> bool:
        """Whether a row is stored (of `schools`, if given) whose key has not been listed since `prepare`."""
        with guarded():
            return store_held.lacking(self.connection, self._statements[entity.name], self._part(entity, schools))

    def note(self, entity: Entity, pairs: Sequence[tuple[str, datetime]]) -> None:
        """Note (key text, last_update) of rows of a snapshot, after `prepare`."""
        with guarded(), self.connection.transaction(), self.connection.cursor() as cursor:
            store_held.note(cursor, self._statements[entity.name], pairs)

    def compare(self, entity: Entity, run_id: int) -> datetime | None:
        """Compare with the whole snapshot that was noted; the earliest last_update of its rows that are not here."""
        with guarded(), self.connection.transaction():
            return store_held.compare(self.connection, self._statements[entity.name], entity, run_id)

    def settle(self, entity: Entity, run_id: int, share: float, heard: Heard | None) -> Settled:
        """Apply the deletions of a listing that has ended, or leave them waiting when they are too many."""
        says, part = self._statements[entity.name], self._part(entity, heard.schools if heard else None)
        with guarded(), self.connection.transaction():
            return store_held.settle(self.connection, says, entity, run_id, share, heard, self.brake, part)

    def _part(self, entity: Entity, schools: frozenset[str] | None) -> Part | None:
        if schools is None or self._dictionary is None:
            return None
        return Part.of(entity, schools, {n: self._dictionary[n] for n in self._granted})

    def release(self, entity: Entity, by: str, reason: str, lasting: timedelta) -> store_held.Release:
        """An operator's word for the deletions of `entity` that wait now; NothingHeld when none do."""
        with guarded():
            return store_held.release(self.connection, entity, by, reason, lasting)

    def status(self, region: str, dictionary: Dictionary) -> status.Status:
        """What the last run left."""
        return status.read(self.connection, region, dictionary)

    def scope(self, region: str) -> Scope:
        """The region's area codes, and refused keys by entity."""
        with guarded():
            return store_accounts.scope(self.connection, region)

    def rescope(self, entity: Entity, granted: tuple[Field, ...], within: Scope, run_id: int) -> bool:
        """Bring the entity in line with a region that has changed: see `interfaces.Storage`."""
        digest = store_accounts.scope_digest(within, granted)
        with guarded(), self.connection.transaction():
            row = self.connection.execute("SELECT scope FROM sync.cursor WHERE entity = %s", (entity.name,)).fetchone()
            if row is None or row[0] == digest:
                return False
            gone = store_accounts.evict(self.connection, entity, granted, within, run_id)
            store_held.leave(self.connection, self.brake, entity, gone)
            self.connection.execute("UPDATE sync.cursor SET scope = %s WHERE entity = %s", (digest, entity.name))
            refused = self.connection.execute(
                "SELECT key FROM sync.quarantine WHERE entity = %s AND reason = %s LIMIT 1", (entity.name, OUTSIDE)
            ).fetchone()
            again = row[0] is not None and refused is not None
            if again:
                self._begin_again(entity)
        return again

    def holding(self, entity: Entity) -> Holding:
        """Counts of what is stored, in quarantine (of those: refused as outside the region) and withdrawn."""
        with guarded():
            return store_accounts.holding(self.connection, entity)

    def orphans(self, words: Dictionary, entity: Entity, field: Field, run_id: int, *, whole: bool) -> Orphans:
        """Rows whose `field` leads nowhere, brought up to date and recorded."""
        with guarded(), self.connection.transaction():
            made = store_accounts.orphans(self.connection, words, entity, field, run_id, whole=whole)
            self.connection.execute(
                "INSERT INTO sync.reference_check (entity, field, reference, orphans, waiting)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (entity, field) DO UPDATE SET"
                " reference = excluded.reference, orphans = excluded.orphans, waiting = excluded.waiting,"
                " checked_at = clock_timestamp()",
                (made.entity, made.field, made.reference, made.orphans, made.waiting),
            )
        return made

    def references_known(self) -> frozenset[tuple[str, str]]:
        """(entity, field) of the references that have been checked before."""
        with guarded():
            rows = self.connection.execute(
                "SELECT entity, field FROM sync.reference_check WHERE orphans IS NOT NULL"
            ).fetchall()
        return frozenset((str(e), str(f)) for e, f in rows)

    def breakdown(self, words: Dictionary, entity: Entity) -> tuple[Cell, ...]:
        """Stored rows by kecamatan and semester."""
        with guarded():
            return store_accounts.breakdown(self.connection, words, entity)

    def quarantine(self, entity: str | None = None, *, values: bool = False, most: int = 1000) -> tuple[Waiting, ...]:
        """Rows in quarantine; their content only with `values`."""
        with guarded():
            return store_accounts.quarantine(self.connection, entity, values=values, most=most)

    def payloads(self, entity: str) -> list[str]:
        """The content of the entity's rows in quarantine, as far as it was kept."""
        with guarded():
            return store_accounts.payloads(self.connection, entity)
