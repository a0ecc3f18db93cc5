"""The SQL Server store: one page is one bulk copy, one upsert and one cursor move, the last two in one transaction.

As in PostgreSQL, a deleted row is removed and its key stays in `sync.tombstone`. No run of it has met a real server:
see the support table.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import OUTSIDE, Judged, Scope
from backbone_sync.errors import AlreadyRunning, SchemaDrift
from backbone_sync.interfaces import Cell
from backbone_sync.privacy.grant import Grant
from backbone_sync.run.state import Brake, Counts, Heard, Holding, Orphans, Position, Settled
from backbone_sync.run.status import Status
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores import staged_rows, store_accounts
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.gate_store import StoreGate
from backbone_sync.stores.staged_rows import listed
from backbone_sync.stores.statements_sqlserver import Sql, Statements
from backbone_sync.stores.store_accounts import Waiting
from backbone_sync.stores.store_held import Release
from backbone_sync.stores.store_sqlserver import accounts, held, ledger, pages, tables
from backbone_sync.stores.store_sqlserver.database import Connection, Database
from backbone_sync.stores.store_sqlserver.gate import SqlServerDesk
from backbone_sync.stores.store_sqlserver.people import SqlServerFigures, SqlServerPeople, SqlServerRecord
from backbone_sync.stores.store_sqlserver.runs import RunRecords

log = logging.getLogger("backbone_sync")


class SqlServerStore(RunRecords):
    """One connection to the regional database in SQL Server; keeps `interfaces.Storage`."""

    def __init__(self, connection: Connection, dictionary: Dictionary) -> None:
        """`connection`: see `database.connect`."""
        self.database = Database(connection)
        self.people, self.processing = SqlServerPeople(self.database), SqlServerRecord(self.database)
        self.figures = SqlServerFigures(self.database)
        self._dictionary = dictionary
        self._statements: dict[str, Statements] = {}
        self._granted: dict[str, tuple[Field, ...]] = {}
        self._comparing = False
        self.brake = Brake()
        self._blocked: dict[str, tuple[str, ...]] = {}

    def close(self) -> None:
        """Let the connection, and with it the run lock, go."""
        self.database.close()

    def lock(self, patience: float = 10.0) -> None:
        """Take the run lock for the life of the session; AlreadyRunning when another run holds it.

        Waits `patience` seconds, because the server takes a moment to notice that a killed run is gone.
        """
        if int(self.database.one(says.RUN_LOCK, int(patience * 1000))) < 0:
            raise AlreadyRunning("another run is under way", "wait for it to end")

    def migrate(self, dictionary: Dictionary, granted: tuple[str, ...]) -> list[int]:
        """Bring the schema to the newest version; returns the versions applied now.

        Makes the tables of granted entities, and drops those of entities that are granted no longer: what the region
        may not hold, it does not hold.
        """
        with self.database.transaction():
            applied, plans = tables.migrate(self.database, dictionary.entities, granted)
        if applied and not self.database.versioned:
            log.warning("READ_COMMITTED_SNAPSHOT is off: whoever reads a table waits for the run, and it for them")
        self._blocked = {name: made.blocked for name, made in plans.items() if made.blocked}
        return applied

    def widths(self, entity: Entity) -> dict[str, int]:
        """Lengths of columns that were widened beyond the dictionary, in characters."""
        return {str(name): int(length) for name, length in self.database.rows(says.WIDTHS, entity.name)}

    def widen(self, entity: Entity, field: str, length: int, run_id: int) -> bool:
        """Widen a text column to `length` characters; SQL Server does that without touching a row.

        False when it cannot be done because a view that is bound to the schema shows the column.
        """
        try:
            with self.database.transaction():
                for statement in ddl.widened(entity, field, length):
                    self.database.alter(statement)
                self.database.put(says.WIDTH, length, run_id, entity.name, field)
        except SchemaDrift:
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
        with self.database.transaction():
            rows = self.database.rows(says.POSITION, entity.name)
            fields: list[str] = msgspec.json.decode(rows[0][4]) if rows else []
            if rows:
                pages.narrow(self.database, entity, self.brake, changed=rows[0][5] != region)
            if rows and fields == names and rows[0][5:] == (region, source):
                return Position(*rows[0][:4])
            known = {f.name for f in entity.fields}
            withdrawn = [n for n in fields if n not in names]
            for name in (n for n in withdrawn if n in known):
                column, table = ddl.quoted(name), ddl.qualified(entity)
                self.database.batch(f"UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL")
            if withdrawn:
                # Payloads were cut to the wider grant; the listing from the beginning sets them aside anew.
                self.database.run(says.FORGET_QUARANTINE, entity.name)
            if rows and rows[0][6] != source:
                pages.hand_over(self.database, entity)
            self.database.put(says.BEGIN, listed(names), region, source, entity.name)
        return Position()

    def standing(self, entity: Entity) -> tuple[frozenset[str], Position]:
        """The fields that the entity was last listed with, and where its listing stands; changes nothing."""
        rows = self.database.rows(says.POSITION, entity.name)
        return (
            (frozenset(msgspec.json.decode(rows[0][4])), Position(*rows[0][:4])) if rows else (frozenset(), Position())
        )

    def forget(self, entity: Entity) -> None:
        """List the entity from the beginning next time, and set rows without a readable key aside anew."""
        with self.database.transaction():
            pages.narrowed_no_more(self.database, entity)
            self._begin_again(entity)

    def _begin_again(self, entity: Entity) -> None:
        pages.move(self.database, entity, Position())
        self.database.run(says.FORGET_UNKEYED, entity.name)

    def occupied(self, entity: Entity) -> bool:
        """Whether any row of the entity is stored."""
        asked = Sql(f"SELECT TOP (1) 1 AS [found] FROM {ddl.qualified(entity)}")
        return self.database.one(asked) is not None

    def compared_lately(self, entity: Entity) -> bool:
        """Whether the entity was compared with a complete listing within a day."""
        return self.database.one(says.COMPARED_LATELY, entity.name) is not None

    def settle_position(self, entity: Entity, position: Position) -> None:
        """Record a position outside a page."""
        pages.move(self.database, entity, position)

    def gate(self, dictionary: Dictionary, grant: Grant) -> StoreGate:
        """The gate that keeps out what grant and erasures forbid."""
        return StoreGate(SqlServerDesk(self.database), dictionary, grant)

    def guard(self, dictionary: Dictionary, grant: Grant) -> list[str]:
        """Let every table refuse what is not granted; the entities whose constraint had to be made anew."""
        return [name for name in grant.entities if self._enforce(dictionary[name], grant.fields(dictionary[name]))]

    def _enforce(self, entity: Entity, granted: tuple[Field, ...]) -> bool:
        """Let the table itself refuse what the grant does not name: its columns are emptied and kept empty."""
        kept = {f.name for f in granted}
        withheld = tuple(sorted(f.name for f in entity.fields if f.name not in kept))
        with self.database.transaction():
            noted = self.database.one(says.GUARDED, entity.name)
            there = self.database.one(says.EXISTS, ddl.constraint(entity)) is not None
            if noted == listed(withheld) and there == bool(withheld):
                return False
            if there:
                self.database.batch(ddl.unguard(entity))
            for statement in ddl.guard(entity, withheld):
                self.database.batch(statement)
            self.database.run(says.UNGUARDED, entity.name)
            self.database.run(says.GUARDS, entity.name, listed(withheld))
        return True

    # -- pages

    def prepare(self, entity: Entity, granted: tuple[Field, ...], *, compare: bool) -> None:
        """Make the entity's statements; `compare`: note every key that is listed."""
        self._enforce(entity, granted)
        self.database.run(says.UNSEEN)
        self._statements[entity.name] = Statements.of(entity, granted)
        self._granted[entity.name] = granted
        self._comparing = compare

    def apply(
        self, entity: Entity, run_id: int, judged: Judged, counts: Counts, position: Position, *, touch: bool = False
    ) -> None:
        """Store a judged page and move the cursor, in one transaction.

        `counts` grow only once it is committed. `touch`: remember the rows for the check of their references.
        """
        made = self._statements[entity.name]
        pages.stage(self.database, made, self._granted[entity.name], judged)
        with self.database.transaction():
            grown = pages.write(self.database, made, entity, run_id, judged, counts, self.brake, touch=touch)
            if self._comparing:
                pages.saw(self.database, made, judged)
            pages.move(self.database, entity, position)
        counts.__dict__.update(grown.__dict__)

    def lacking(self, entity: Entity, schools: frozenset[str] | None = None) -> bool:
        """Whether a row is stored whose key has not been listed since `prepare`; of `schools` nothing is said here."""
        if schools is not None:
            return False
        return self.database.one(self._statements[entity.name].lacking) is not None

    def note(self, entity: Entity, pairs: Sequence[tuple[str, datetime]]) -> None:
        """Note (key text, last_update) of rows of a snapshot, after `prepare`."""
        self.database.run(self._statements[entity.name].noted, staged_rows.keys(dict(pairs)))

    def compare(self, entity: Entity, run_id: int) -> datetime | None:
        """Compare with the whole snapshot that was noted; the earliest last_update of its rows that are not here."""
        with self.database.transaction():
            return held.compare(self.database, self._statements[entity.name], entity, run_id)

    def settle(self, entity: Entity, run_id: int, share: float, heard: Heard | None) -> Settled:
        """Apply the deletions of a listing that has ended, or leave them waiting when they are too many."""
        made = self._statements[entity.name]
        with self.database.transaction():
            return held.settle(self.database, made, entity, run_id, share, heard, self.brake)

    def release(self, entity: Entity, by: str, reason: str, lasting: timedelta) -> Release:
        """An operator's word for the deletions of `entity` that wait now; NothingHeld when none do."""
        return held.release(self.database, entity, by, reason, lasting)

    def status(self, region: str, dictionary: Dictionary) -> Status:
        """What the last run left."""
        return ledger.read(self.database, region, dictionary)

    # -- what is held

    def scope(self, region: str) -> Scope:
        """The region's area codes, and refused keys by entity."""
        return accounts.scope(self.database, self._dictionary, region)

    def rescope(self, entity: Entity, granted: tuple[Field, ...], within: Scope, run_id: int) -> bool:
        """Bring the entity in line with a region that has changed.

        Stored rows that lie outside now are refused. Returns whether refused rows may lie inside now, so that the
        entity has to be listed from the beginning: nothing was kept of them.
        """
        digest = store_accounts.scope_digest(within, granted)
        with self.database.transaction():
            rows = self.database.rows(says.SCOPE, entity.name)
            if not rows or rows[0][0] == digest:
                return False
            gone = accounts.evict(self.database, entity, granted, within, run_id)
            held.leave(self.database, self.brake, entity, gone)
            self.database.run(says.SCOPED, digest, entity.name)
            refused = self.database.one(says.ANY_REFUSED, entity.name, OUTSIDE)
            again = rows[0][0] is not None and refused is not None
            if again:
                self._begin_again(entity)
        return again

    def holding(self, entity: Entity) -> Holding:
        """Counts of what is stored, in quarantine (of those: refused as outside the region) and withdrawn."""
        return accounts.holding(self.database, entity)

    def orphans(self, words: Dictionary, entity: Entity, field: Field, run_id: int, *, whole: bool) -> Orphans:
        """Rows whose `field` leads nowhere, brought up to date and recorded."""
        with self.database.transaction():
            made = accounts.orphans(self.database, words, entity, field, run_id, whole=whole)
            self.database.put(
                says.REFERENCE_CHECKED, made.reference, made.orphans, made.waiting, made.entity, made.field
            )
        return made

    def references_known(self) -> frozenset[tuple[str, str]]:
        """(entity, field) of the references that have been checked before."""
        return frozenset((str(e), str(f)) for e, f in self.database.rows(says.KNOWN_REFERENCES))

    def breakdown(self, words: Dictionary, entity: Entity) -> tuple[Cell, ...]:
        """Stored rows by kecamatan and semester."""
        return accounts.breakdown(self.database, words, entity)

    def quarantine(self, entity: str | None = None, *, values: bool = False, most: int = 1000) -> tuple[Waiting, ...]:
        """Rows in quarantine, the newest first; their content only with `values`."""
        return accounts.quarantine(self.database, entity, values=values, most=most)

    def payloads(self, entity: str) -> list[str]:
        """The content of the entity's rows in quarantine, as far as it was kept."""
        return [str(text) for (text,) in self.database.rows(says.PAYLOADS, entity)]
