"""The T-SQL of one entity under one grant, made from the dictionary: staging, upsert, deletion, quarantine. Pure.

For SQL Server 2016 or newer. Every value is a parameter (`?`), a list is one JSON text (OPENJSON); the entity's own
name is a literal. `Sql.takes` says what each parameter is.

No MERGE: its target is not locked between the look and the write unless one asks for it, its faults with triggers,
filtered indexes and concurrent inserts fill a page of Microsoft's own, and it cannot say apart how many rows it made
and how many it changed. An UPDATE of what is there and an INSERT of what is not do the same, each with its own count.
The INSERT looks with UPDLOCK and HOLDLOCK: the gap where a key is missing stays locked until the transaction ends, so
that nobody can fill it in between, and where READ_COMMITTED_SNAPSHOT is on the look sees the rows as they are and not
as they were when the statement began.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; values go as parameters)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backbone_sync.dictionary import Entity, Field
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores.ddl_sqlserver import BINARY

LOCKED = "WITH (UPDLOCK, HOLDLOCK)"
# What OPENJSON makes of a list. Its text has the database's collation: comparisons name the binary one.
KEYS = "OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update')"
_ROWS = (
    "OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field',"
    " [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload')"
)
_SEEN = "OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live')"


@dataclass(frozen=True)
class Sql:
    """A statement and its parameters in order: `int`, `text`, `time`, `keys`, `rows`, `seen`, `values` (JSON lists).

    `keys` are {"key", "last_update"}, `rows` also have "reason", "field", "payload"; `seen` {"key", "live"}; `values`
    bare numbers or texts. A trailing `?` of a kind: may be None.
    """

    text: str
    takes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statements:
    """The statements of one entity under one grant.

    In a page's transaction, in this order: `staged` (how many rows lie in staging), `revive`, `update`, `insert`,
    `stale`, `settle`, `unhold`, `touch`, `clear`; for tombstones `hold` (two), `bury` (two), `unquarantine`; for rows
    set aside `set_aside` (two) and `remove`. Of a listing `saw`, of a snapshot `noted`, `lacking` and `behind`. At the
    end `absent` and `settle_held` (four; the third deletes).
    """

    stage: str
    columns: tuple[str, ...]
    staged: Sql
    revive: Sql
    update: Sql
    insert: Sql
    stale: Sql
    settle: Sql
    unhold: Sql
    touch: Sql
    clear: Sql
    hold: tuple[Sql, Sql]
    bury: tuple[Sql, Sql]
    unquarantine: Sql
    set_aside: tuple[Sql, Sql]
    remove: Sql
    saw: Sql
    noted: Sql
    lacking: Sql
    ahead: Sql
    behind: Sql
    absent: Sql
    settle_held: tuple[Sql, Sql, Sql, Sql]

    @staticmethod
    def of(entity: Entity, granted: Sequence[Field]) -> Statements:
        """Made from the dictionary alone."""
        return _Maker(entity, granted).made()


class _Maker:
    def __init__(self, entity: Entity, granted: Sequence[Field]) -> None:
        self.granted = granted
        self.key = entity.key
        self.table, self.stage = ddl.qualified(entity), ddl.qualified(entity, "staging")
        self.name = literal(entity.name)
        self.k = ddl.quoted(entity.key.name)
        self.names = [ddl.quoted(f.name) for f in granted] + ["[flags]"]

    def made(self) -> Statements:
        stage, name, text = self.stage, self.name, key_text(self.key, "s")
        return Statements(
            stage=stage,
            columns=(*(f.name for f in self.granted), "flags"),
            # The lock keeps out what a killed run's bulk copy might still be sending, until the page is committed.
            staged=Sql(f"SELECT COUNT_BIG(*) FROM {stage} WITH (TABLOCKX, HOLDLOCK)"),
            revive=Sql(
                f"DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = {name}"
                f" AND EXISTS (SELECT 1 FROM {stage} AS s WHERE {text} = d.[key] AND d.[last_update] < s.[last_update])"
            ),
            update=self._update(),
            insert=self._insert(),
            stale=Sql(
                f"SELECT COUNT_BIG(*) FROM {stage} AS s JOIN {self.table} AS t ON t.{self.k} = s.{self.k}"
                " WHERE t.[last_update] > s.[last_update]"
            ),
            settle=Sql(
                f"DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = {name}"
                f" AND EXISTS (SELECT 1 FROM {stage} AS s WHERE {text} = q.[key]"
                " AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]))"
            ),
            unhold=Sql(
                f"DELETE h FROM [sync].[held] AS h WHERE h.[entity] = {name} AND EXISTS (SELECT 1 FROM {stage} AS s"
                f" WHERE {text} = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]))"
            ),
            touch=Sql(f"INSERT INTO [sync].[touched] ([entity], [key]) SELECT {name}, {text} FROM {stage} AS s"),
            clear=Sql(f"TRUNCATE TABLE {stage}"),
            hold=self._hold(),
            bury=self._bury(),
            unquarantine=Sql(
                f"DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = {name}"
                f" AND EXISTS (SELECT 1 FROM {KEYS} AS d WHERE d.[key] {BINARY} = q.[key]"
                " AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]))",
                ("keys",),
            ),
            set_aside=self._set_aside(),
            remove=Sql(
                f"DELETE t FROM {self.table} AS t WHERE EXISTS (SELECT 1 FROM {KEYS} AS d"
                f" WHERE t.{self.k} = {typed(self.key, 'd.[key]')} AND t.[last_update] <= d.[last_update])",
                ("keys",),
            ),
            saw=Sql(f"INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM {_SEEN} AS d", ("seen",)),
            noted=Sql(
                "INSERT INTO [sync].[seen] ([key], [live], [last_update])"
                f" SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM {KEYS} AS d",
                ("keys",),
            ),
            lacking=Sql(
                f"SELECT TOP (1) 1 AS [found] FROM {self.table} AS t WHERE NOT EXISTS"
                f" (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = {key_text(self.key, 't')})"
            ),
            # A whole snapshot is the later word: a newer version than it has is one that the source went back on.
            ahead=Sql(
                f"UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM {self.table} AS t"
                f" JOIN [sync].[seen] AS s ON t.{self.k} = {typed(self.key, 's.[key]')}"
                " WHERE t.[last_update] > s.[last_update]"
            ),
            # A version that was set aside or withdrawn here is known; every other that is newer is not.
            behind=Sql(
                f"SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN {self.table} AS t"
                f" ON t.{self.k} = {typed(self.key, 's.[key]')}"
                " WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update])"
                f" AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = {name}"
                " AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update])"
                f" AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = {name}"
                " AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update])"
            ),
            absent=Sql(
                "INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id])"
                f" SELECT {name}, {key_text(self.key, 't')}, N'absent', t.[last_update], ? FROM {self.table} AS t"
                f" WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = {key_text(self.key, 't')})"
                f" AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h {LOCKED} WHERE h.[entity] = {name}"
                f" AND h.[key] = {key_text(self.key, 't')})",
                ("int",),
            ),
            settle_held=self._settle_held(),
        )

    def _withdrawn(self) -> str:
        """Whether the staged row was withdrawn in the same or a later version; such a row stays withdrawn."""
        return (
            f"EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = {self.name}"
            f" AND d.[key] = {key_text(self.key, 's')} AND d.[last_update] >= s.[last_update])"
        )

    def _update(self) -> Sql:
        rest = [f for f in self.granted if not f.key]
        new, old = (", ".join([*(_bytes(f, a) for f in rest), _bytes(None, a)]) for a in ("s", "t"))
        sets = [f"{ddl.quoted(f.name)} = s.{ddl.quoted(f.name)}" for f in rest] + ["[flags] = s.[flags]"]
        return Sql(
            f"UPDATE t SET {', '.join(sets)}, [stored_at] = SYSDATETIMEOFFSET()"
            f" FROM {self.table} AS t JOIN {self.stage} AS s ON t.{self.k} = s.{self.k}"
            f" WHERE s.[last_update] >= t.[last_update] AND NOT {self._withdrawn()}"
            # EXCEPT takes NULL for equal to NULL, as IS DISTINCT FROM does on servers that have it.
            f" AND EXISTS (SELECT {new} EXCEPT SELECT {old})"
        )

    def _insert(self) -> Sql:
        return Sql(
            f"INSERT INTO {self.table} ({', '.join(self.names)}) SELECT {', '.join(f's.{n}' for n in self.names)}"
            f" FROM {self.stage} AS s WHERE NOT {self._withdrawn()}"
            f" AND NOT EXISTS (SELECT 1 FROM {self.table} AS t {LOCKED} WHERE t.{self.k} = s.{self.k})"
        )

    def _stored(self, of: str, when: str) -> str:
        """Whether a row is stored under the key `of`, in a version that `when` says."""
        return f"EXISTS (SELECT 1 FROM {self.table} AS t WHERE t.{self.k} = {typed(self.key, of)}{when})"

    def _hold(self) -> tuple[Sql, Sql]:
        stored = self._stored("d.[key]", " AND t.[last_update] <= d.[last_update]")
        return (
            Sql(
                "UPDATE h SET [kind] = N'tombstone',"
                " [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update]"
                " ELSE d.[last_update] END"
                f" FROM [sync].[held] AS h JOIN {KEYS} AS d ON h.[key] = d.[key] {BINARY}"
                f" WHERE h.[entity] = {self.name} AND {stored}",
                ("keys",),
            ),
            Sql(
                "INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id])"
                f" SELECT {self.name}, d.[key], N'tombstone', d.[last_update], ? FROM {KEYS} AS d WHERE {stored}"
                f" AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h {LOCKED} WHERE h.[entity] = {self.name}"
                f" AND h.[key] = d.[key] {BINARY})",
                ("int", "keys"),
            ),
        )

    def _bury(self) -> tuple[Sql, Sql]:
        stored = self._stored("d.[key]", "")
        return (
            Sql(
                "UPDATE o SET [last_update] = d.[last_update]"
                f" FROM [sync].[tombstone] AS o JOIN {KEYS} AS d ON o.[key] = d.[key] {BINARY}"
                f" WHERE o.[entity] = {self.name} AND d.[last_update] > o.[last_update] AND NOT {stored}",
                ("keys",),
            ),
            Sql(
                "INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id])"
                f" SELECT {self.name}, d.[key], d.[last_update], ? FROM {KEYS} AS d WHERE NOT {stored}"
                f" AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o {LOCKED} WHERE o.[entity] = {self.name}"
                f" AND o.[key] = d.[key] {BINARY})",
                ("int", "keys"),
            ),
        )

    def _set_aside(self) -> tuple[Sql, Sql]:
        # A key that is none of the column's type belongs to no stored row: TRY_CONVERT makes it NULL.
        current = (
            f"NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = {self.name}"
            f" AND d.[key] = a.[key] {BINARY} AND d.[last_update] >= a.[last_update])"
            f" AND NOT {self._stored('a.[key]', ' AND t.[last_update] > a.[last_update]')}"
        )
        return (
            Sql(
                "UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update],"
                " [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET()"
                f" FROM [sync].[quarantine] AS q JOIN {_ROWS} AS a ON q.[key] = a.[key] {BINARY}"
                f" WHERE q.[entity] = {self.name} AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update])"
                f" AND {current}",
                ("int", "rows"),
            ),
            Sql(
                "INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload],"
                " [first_run], [last_run])"
                f" SELECT {self.name}, a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ?"
                f" FROM {_ROWS} AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q {LOCKED}"
                f" WHERE q.[entity] = {self.name} AND q.[key] = a.[key] {BINARY}) AND {current}",
                ("int", "int", "rows"),
            ),
        )

    def _settle_held(self) -> tuple[Sql, Sql, Sql, Sql]:
        """The deletions that are decided on: tombstones brought up to date and made, rows deleted, the list emptied."""
        chosen = (
            f"h.[entity] = {self.name} AND (CONVERT(int, ?) = 1"
            " OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r))"
        )
        stored = self._stored("h.[key]", " AND t.[last_update] <= h.[last_update]")
        return (
            Sql(
                "UPDATE o SET [last_update] = h.[last_update]"
                " FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key]"
                f" WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND {stored} AND {chosen}",
                ("int", "values"),
            ),
            Sql(
                "INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id])"
                " SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h"
                f" WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o {LOCKED}"
                f" WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND {stored} AND {chosen}",
                ("int", "int", "values"),
            ),
            Sql(
                f"DELETE t FROM {self.table} AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h"
                f" WHERE t.{self.k} = {typed(self.key, 'h.[key]')} AND t.[last_update] <= h.[last_update]"
                f" AND {chosen})",
                ("int", "values"),
            ),
            Sql(f"DELETE h FROM [sync].[held] AS h WHERE {chosen}", ("int", "values")),
        )


def literal(text: str) -> str:
    """A text of our own (a name of the dictionary) as a literal."""
    return "N'" + text.replace("'", "''") + "'"


def key_text(key: Field, alias: str) -> str:
    """The key as the state tables hold it: a uuid in lower case, where the server writes it in upper case."""
    return as_key(key, f"{alias}.{ddl.quoted(key.name)}")


def typed(key: Field, text: str) -> str:
    """The other way round: a key's text in the column's own type, NULL where it is none."""
    made = f"TRY_CONVERT({ddl.column_type(key).partition(' ')[0]}, {text})"
    return f"{made} {BINARY}" if ddl.exact(key) else made


def _bytes(field: Field | None, alias: str) -> str:
    """A value as it is to be compared: text by its bytes. None stands for the flags."""
    name = "[flags]" if field is None else ddl.quoted(field.name)
    if field is None or field.type in ("text", "code", "identifier"):
        return f"CONVERT(varbinary(max), {alias}.{name})"
    return f"{alias}.{name}"


def as_key(key: Field, value: str) -> str:
    """A value of the key's type as a state table holds it."""
    made = f"CONVERT(nvarchar(64), {value})"
    return f"{f'LOWER({made})' if key.type == 'uuid' else made} {BINARY}"
