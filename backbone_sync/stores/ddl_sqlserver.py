"""SQL Server tables and T-SQL made from the data dictionary, for version 2016 (compatibility level 130) or newer.

Declared, not proven: no server of that kind has run it. A parser of T-SQL reads every statement in the tests, and
`contract/sql/sqlserver.sql` shows all of them. Values are parameters (`?`), lists go as one JSON text (OPENJSON).

nvarchar counts UTF-16 units, of which a character may need two: text is declared twice as wide as the dictionary
says, so that nothing that the validator lets through is refused here. Comparisons of text ignore case and trailing
blanks by default: whether a row has changed is asked of its bytes, and keys are compared in a binary collation.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; values go as parameters)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backbone_sync.dictionary import Entity, Field
from backbone_sync.dictionary.digest import number_sqlserver
from backbone_sync.dictionary.validator import IDENTIFIER_WIDTH

BINARY = "COLLATE Latin1_General_100_BIN2"
NOT_NULL = ("last_update", "soft_delete")
_LIST = "OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update')"

SCHEMAS = [f"CREATE SCHEMA [{name}]" for name in ("ref", "backbone", "staging", "sync")]

# The state that the statements below refer to; the meaning of each is that of its PostgreSQL namesake.
STATE = [
    f"CREATE TABLE [sync].[tombstone] ([entity] varchar(64) NOT NULL, [key] nvarchar(64) {BINARY} NOT NULL,"
    " [last_update] datetimeoffset(6) NOT NULL, [run_id] bigint NOT NULL, PRIMARY KEY ([entity], [key]))",
    f"CREATE TABLE [sync].[quarantine] ([entity] varchar(64) NOT NULL, [key] nvarchar(64) {BINARY} NOT NULL,"
    " [reason] varchar(64) NOT NULL, [field] varchar(64) NULL, [last_update] datetimeoffset(6) NULL,"
    " [payload] nvarchar(max) NULL, [first_run] bigint NOT NULL, [last_run] bigint NOT NULL,"
    " [seen_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [key]))",
    "CREATE TABLE [sync].[cursor] ([entity] varchar(64) NOT NULL PRIMARY KEY, [since_update] datetimeoffset(6) NULL,"
    " [high_update] datetimeoffset(6) NULL, [floor_update] datetimeoffset(6) NULL, [position] nvarchar(2000) NULL,"
    " [fields] nvarchar(max) NOT NULL, [region] varchar(8) NOT NULL,"
    " [moved_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET())",
]


def quoted(name: str) -> str:
    """An identifier in brackets."""
    return "[" + name.replace("]", "]]") + "]"


def qualified(entity: Entity, schema: str = "") -> str:
    """The entity's table with its schema; in `staging` code tables and the others have one name space."""
    if schema:
        return f"{quoted(schema)}.{quoted(entity.name.replace('.', '_'))}"
    return f"{quoted(entity.schema)}.{quoted(entity.table)}"


def column_type(field: Field) -> str:
    """The column type of a field."""
    if field.type == "text":
        return f"nvarchar({2 * (field.length or 0)})"
    if field.type == "code":
        return f"nvarchar({2 * (field.length or 0)}) {BINARY}"
    if field.type == "identifier":
        return f"nvarchar({2 * IDENTIFIER_WIDTH})"
    if field.type == "decimal":
        return f"decimal({field.precision},{field.scale})"
    if field.type == "integer":
        digits = field.digits or 0
        return "smallint" if digits <= 4 else "int" if digits <= 9 else "bigint"
    return {"uuid": "uniqueidentifier", "date": "date", "timestamp": "datetimeoffset(6)"}[field.type]


def table(entity: Entity) -> list[str]:
    """Statements that make the entity's table and the indexes of its references."""
    columns = []
    for field in entity.fields:
        rule = " NOT NULL PRIMARY KEY" if field.key else " NOT NULL" if field.name in NOT_NULL else " NULL"
        columns.append(f"    {quoted(field.name)} {column_type(field)}{rule}")
    columns.append("    [flags] nvarchar(max) NULL")
    columns.append("    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()")
    made = [f"CREATE TABLE {qualified(entity)} (\n" + ",\n".join(columns) + "\n)"]
    for field in entity.fields:
        if field.reference and not field.reference.startswith("ref.") and not field.key:
            index = quoted(f"{entity.table}_{field.name}_idx")
            made.append(f"CREATE INDEX {index} ON {qualified(entity)} ({quoted(field.name)})")
    return made


def staging(entity: Entity) -> str:
    """The table into which pages are bulk-copied; emptied after each merge."""
    columns = [f"    {quoted(field.name)} {column_type(field)} NULL" for field in entity.fields]
    columns.append("    [flags] nvarchar(max) NULL")
    return f"CREATE TABLE {qualified(entity, 'staging')} (\n" + ",\n".join(columns) + "\n)"


@dataclass(frozen=True)
class Statements:
    """The statements of one entity under one grant, in the order of a page; `?` are named in brackets.

    `revive` [], `merge` [], `settle` [], `clear` []: after the page's rows are in staging. `remove` [list], `bury`
    [run, list], `unquarantine` [list]: for its tombstones, a JSON list of {"key", "last_update"}.
    """

    revive: str
    merge: str
    settle: str
    clear: str
    remove: str
    bury: str
    unquarantine: str


def statements(entity: Entity, granted: Sequence[Field]) -> Statements:
    """Made from the dictionary alone."""
    target, stage = qualified(entity), qualified(entity, "staging")
    name, key = f"'{entity.name}'", quoted(entity.key.name)
    known = "[sync].[tombstone] AS d WHERE d.[entity] = " + name
    aside = "[sync].[quarantine] AS q"
    return Statements(
        revive=f"DELETE d FROM [sync].[tombstone] AS d JOIN {stage} AS s ON d.[key] = {_text(entity.key, 's')}"
        f" WHERE d.[entity] = {name} AND d.[last_update] < s.[last_update]",
        merge=_merge(entity, granted, target, stage, known),
        settle=f"DELETE q FROM {aside} JOIN {stage} AS s ON q.[key] = {_text(entity.key, 's')}"
        f" WHERE q.[entity] = {name} AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update])",
        clear=f"TRUNCATE TABLE {stage}",
        remove=f"DELETE t FROM {target} AS t JOIN {_LIST} AS d ON t.{key} = {_key(entity.key, 'd.[key]')}"
        " WHERE t.[last_update] <= d.[last_update]",
        bury="MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o"
        f" USING (SELECT ? AS [run_id], d.[key] {BINARY} AS [key], d.[last_update] FROM {_LIST} AS d"
        f" WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.{key} = {_key(entity.key, 'd.[key]')})) AS g"
        f" ON o.[entity] = {name} AND o.[key] = g.[key]"
        " WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update]"
        " WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id])"
        f" VALUES ({name}, g.[key], g.[last_update], g.[run_id]);",
        unquarantine=f"DELETE q FROM {aside} JOIN {_LIST} AS d ON q.[key] = d.[key] {BINARY}"
        f" WHERE q.[entity] = {name} AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update])",
    )


def _merge(entity: Entity, granted: Sequence[Field], target: str, stage: str, known: str) -> str:
    """One MERGE: newer rows replace older ones, what is equal is left untouched, what was withdrawn later stays so."""
    names = [quoted(f.name) for f in granted] + ["[flags]"]
    key = quoted(entity.key.name)
    picked = [f"RTRIM(s.{n}) AS {n}" if f.type == "code" else f"s.{n}" for f, n in zip(granted, names)]
    rest = [n for n in names if n != key]
    new, old = (", ".join(_bytes(f, alias) for f in [*granted, None] if f is None or not f.key) for alias in ("s", "t"))
    return (
        # HOLDLOCK: without it two sessions may both find a key missing and both insert it.
        f"MERGE INTO {target} WITH (HOLDLOCK) AS t"
        f" USING (SELECT {', '.join([*picked, 's.[flags]'])} FROM {stage} AS s"
        f" WHERE NOT EXISTS (SELECT 1 FROM {known} AND d.[key] = {_text(entity.key, 's')}"
        f" AND d.[last_update] >= s.[last_update])) AS s"
        f" ON t.{key} = s.{key}"
        f" WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT {new} EXCEPT SELECT {old})"
        f" THEN UPDATE SET {', '.join(f't.{n} = s.{n}' for n in rest)}, t.[stored_at] = SYSDATETIMEOFFSET()"
        f" WHEN NOT MATCHED BY TARGET THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f's.{n}' for n in names)})"
        " OUTPUT $action AS [action];"
    )


def _bytes(field: Field | None, alias: str) -> str:
    """A value as it is to be compared: text by its bytes. None stands for the flags."""
    name = "[flags]" if field is None else quoted(field.name)
    if field is None or field.type in ("text", "code", "identifier"):
        return f"CONVERT(varbinary(max), {alias}.{name})"
    return f"{alias}.{name}"


def _text(key: Field, alias: str) -> str:
    """The key as the state tables hold it."""
    name = f"{alias}.{quoted(key.name)}"
    if key.type == "uuid":
        return f"LOWER(CONVERT(nvarchar(64), {name})) {BINARY}"
    return f"RTRIM(CONVERT(nvarchar(64), {name})) {BINARY}"


def _key(key: Field, text: str) -> str:
    """The other way round: text from a list in the key's own type."""
    return f"CONVERT({column_type(key).partition(' ')[0]}, {text})" + (f" {BINARY}" if key.type == "code" else "")


def digest(entity: Entity) -> str:
    """Count and sum of row numbers of what is stored; `dictionary.digest.folded` makes the digest of the sum."""
    total = f"SUM(CAST({number_sqlserver(entity.key, 't')} AS decimal(38,0)))"
    return f"SELECT COUNT_BIG(*), COALESCE({total}, 0) FROM {qualified(entity)} AS t"
