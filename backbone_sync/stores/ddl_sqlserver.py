"""SQL Server tables made from the data dictionary, for version 2016 (compatibility level 130) or newer. Pure.

No server of that kind has run them: a parser of T-SQL reads every statement in the tests, a small stand-in executes
them there, and `contract/sql/sqlserver.sql` shows all of them.

Traps of this database, and what is done about each:
- nvarchar counts UTF-16 units, of which a character may need two: text is declared twice as wide as the dictionary
  says, so that nothing that the validator lets through is refused here; beyond 4000 units only nvarchar(max) holds it.
- Comparisons of text follow the collation: by default they ignore case, and always trailing blanks, even in a binary
  collation. Codes and all of the service's own keys are compared in a binary collation and lose their padding before
  they are stored; whether a row has changed is asked of the bytes.
- Two columns of different collations cannot be compared at all, and what OPENJSON gives has the database's own:
  each such comparison names the collation.
- uniqueidentifier sorts by its last group first, and its text is in upper case: nothing is ever ordered or ranged by
  one, and its text is put into lower case before it meets a state table.
- datetimeoffset compares moments, whatever the zone; precision 6 is Python's. The service stores UTC.
- An empty text is not NULL here; nothing turns one into the other.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; no values)

from __future__ import annotations

from backbone_sync.dictionary import Entity, Field
from backbone_sync.dictionary.validator import IDENTIFIER_WIDTH

COLLATION = "Latin1_General_100_BIN2"
BINARY = f"COLLATE {COLLATION}"
NOT_NULL = ("last_update", "soft_delete")
GUARD = "not_granted"
_MOST_UNITS = 4000  # of nvarchar(n); what is longer must be nvarchar(max)
_MOMENT = "datetimeoffset(6)"
NAME = f"nvarchar(64) {BINARY}"  # of an entity, a field, a key, a reason

SCHEMAS = ("ref", "backbone", "staging", "sync")


def quoted(name: str) -> str:
    """An identifier in brackets."""
    return "[" + name.replace("]", "]]") + "]"


def qualified(entity: Entity, schema: str = "") -> str:
    """The entity's table with its schema; in `staging` code tables and the others have one name space."""
    if schema:
        return f"{quoted(schema)}.{quoted(entity.name.replace('.', '_'))}"
    return f"{quoted(entity.schema)}.{quoted(entity.table)}"


def _units(characters: int) -> str:
    units = 2 * characters
    return f"nvarchar({units if units <= _MOST_UNITS else 'max'})"


def exact(field: Field) -> bool:
    """Whether a field's text is compared by its bytes: codes, and text that is a key or leads to one."""
    return field.type == "code" or (field.type == "text" and (field.key or field.reference is not None))


def _text(field: Field, characters: int) -> str:
    return _units(characters) + (f" {BINARY}" if exact(field) else "")


def column_type(field: Field) -> str:
    """The column type of a field, with its collation where it is not the database's."""
    if field.type in ("text", "code"):
        return _text(field, field.length or 0)
    if field.type == "identifier":
        return _units(IDENTIFIER_WIDTH)
    if field.type == "decimal":
        return f"decimal({field.precision},{field.scale})"
    if field.type == "integer":
        digits = field.digits or 0
        return "smallint" if digits <= 4 else "int" if digits <= 9 else "bigint"
    return {"uuid": "uniqueidentifier", "date": "date", "timestamp": _MOMENT}[field.type]


def table(entity: Entity) -> list[str]:
    """Statements that make the entity's table and the indexes of its references."""
    columns = []
    for field in entity.fields:
        rule = " NOT NULL PRIMARY KEY" if field.key else " NOT NULL" if field.name in NOT_NULL else " NULL"
        columns.append(f"    {quoted(field.name)} {column_type(field)}{rule}")
    columns.append("    [flags] nvarchar(max) NULL")
    columns.append(f"    [stored_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET()")
    return [f"CREATE TABLE {qualified(entity)} (\n" + ",\n".join(columns) + "\n)", *indexes(entity)]


def indexes(entity: Entity) -> list[str]:
    """Statements that make the indexes of the entity's references to other rows."""
    made = []
    for field in entity.fields:
        if field.reference and not field.reference.startswith("ref.") and not field.key:
            index = quoted(f"{entity.table}_{field.name}_idx")
            made.append(f"CREATE INDEX {index} ON {qualified(entity)} ({quoted(field.name)})")
    return made


def staging(entity: Entity) -> str:
    """The table into which pages are bulk-copied, emptied with each page.

    The key is unique, so that a page that is copied twice is refused and not stored twice. An ordinary table, because
    bulk copy has a connection of its own, which sees no temporary table of ours.
    """
    columns = []
    for field in entity.fields:
        rule = " NOT NULL PRIMARY KEY" if field.key else " NULL"
        columns.append(f"    {quoted(field.name)} {column_type(field)}{rule}")
    columns.append("    [flags] nvarchar(max) NULL")
    return f"CREATE TABLE {qualified(entity, 'staging')} (\n" + ",\n".join(columns) + "\n)"


def widened(entity: Entity, field: str, length: int) -> list[str]:
    """Statements that make a text column hold `length` characters, in the table and in its staging.

    A changed column is NULL or NOT NULL and collated as its own statement says, whatever it was before.
    """
    name, made = quoted(field), _text(entity.field(field), length)
    tables = (qualified(entity), qualified(entity, "staging"))
    return [f"ALTER TABLE {t} ALTER COLUMN {name} {made} NULL" for t in tables]


# The service's own state; the meaning of each table and column is that of its PostgreSQL namesake (`ddl_postgresql`,
# `ddl_engine`, `ddl_privacy`). Lists are JSON. `seen` and `touched` are temporary tables there; here they are
# ordinary ones, because tempdb has a collation of its own. `guarded` says which columns a table's constraint
# keeps empty.
STATE = [
    f"CREATE TABLE [sync].[cursor] ([entity] {NAME} NOT NULL PRIMARY KEY, [since_update] {_MOMENT} NULL,"
    f" [high_update] {_MOMENT} NULL, [floor_update] {_MOMENT} NULL, [position] nvarchar(max) NULL,"
    f" [fields] nvarchar(max) NOT NULL, [region] nvarchar(400) {BINARY} NOT NULL,"
    f" [source] nvarchar(400) {BINARY} NOT NULL, [scope] nvarchar(64) {BINARY} NULL,"
    f" [compared_at] {_MOMENT} NULL, [moved_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET())",
    "CREATE TABLE [sync].[run] ([run_id] bigint IDENTITY(1,1) NOT NULL PRIMARY KEY,"
    f" [started_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), [finished_at] {_MOMENT} NULL,"
    f" [state] nvarchar(16) {BINARY} NOT NULL DEFAULT N'running', [version] nvarchar(64) NOT NULL,"
    f" [region] nvarchar(400) {BINARY} NOT NULL, [error_kind] nvarchar(64) NULL, [message] nvarchar(max) NULL,"
    " [requests] bigint NOT NULL DEFAULT 0, [bytes_received] bigint NOT NULL DEFAULT 0,"
    " CHECK ([state] IN (N'running', N'green', N'not_green', N'interrupted')))",
    f"CREATE TABLE [sync].[run_entity] ([run_id] bigint NOT NULL, [entity] {NAME} NOT NULL,"
    " [pages] bigint NOT NULL, [received] bigint NOT NULL, [created] bigint NOT NULL, [updated] bigint NOT NULL,"
    " [unchanged] bigint NOT NULL, [deleted] bigint NOT NULL, [quarantined] bigint NOT NULL,"
    " [refused] bigint NOT NULL, [withheld] bigint NOT NULL, [flagged] bigint NOT NULL, [conflicts] bigint NOT NULL,"
    " [dropped_values] bigint NOT NULL, [seconds] float NOT NULL, [unknown_fields] nvarchar(max) NOT NULL,"
    " [widened] nvarchar(max) NOT NULL, [held] bigint NOT NULL, [compared] bit NOT NULL,"
    " [error_kind] nvarchar(64) NULL, [message] nvarchar(max) NULL, PRIMARY KEY ([run_id], [entity]))",
    f"CREATE TABLE [sync].[balance] ([entity] {NAME} NOT NULL PRIMARY KEY, [run_id] bigint NOT NULL,"
    f" [checked_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), [source] bigint NULL,"
    " [source_deleted] bigint NULL, [stored] bigint NOT NULL, [quarantined] bigint NOT NULL,"
    " [deleted] bigint NOT NULL, [refused] bigint NOT NULL, [withheld] bigint NOT NULL, [balanced] bit NOT NULL)",
    f"CREATE TABLE [sync].[quarantine] ([entity] {NAME} NOT NULL, [key] {NAME} NOT NULL, [reason] {NAME} NOT NULL,"
    f" [field] {NAME} NULL, [last_update] {_MOMENT} NULL, [payload] nvarchar(max) NULL, [first_run] bigint NOT NULL,"
    f" [last_run] bigint NOT NULL, [seen_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(),"
    " PRIMARY KEY ([entity], [key]))",
    f"CREATE TABLE [sync].[tombstone] ([entity] {NAME} NOT NULL, [key] {NAME} NOT NULL,"
    f" [last_update] {_MOMENT} NOT NULL, [run_id] bigint NOT NULL, PRIMARY KEY ([entity], [key]))",
    f"CREATE TABLE [sync].[held] ([entity] {NAME} NOT NULL, [key] {NAME} NOT NULL,"
    f" [kind] nvarchar(16) {BINARY} NOT NULL, [last_update] {_MOMENT} NOT NULL, [run_id] bigint NOT NULL,"
    " [release_id] bigint NULL, PRIMARY KEY ([entity], [key]), CHECK ([kind] IN (N'tombstone', N'absent')))",
    f"CREATE TABLE [sync].[release] ([release_id] bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, [entity] {NAME} NOT NULL,"
    " [released_by] nvarchar(200) NOT NULL, [reason] nvarchar(max) NOT NULL, [rows] bigint NOT NULL,"
    f" [released_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), [expires_at] {_MOMENT} NOT NULL,"
    f" [used_at] {_MOMENT} NULL, [deleted] bigint NULL)",
    f"CREATE TABLE [sync].[width] ([entity] {NAME} NOT NULL, [field] {NAME} NOT NULL, [length] int NOT NULL,"
    f" [run_id] bigint NOT NULL, [widened_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(),"
    " PRIMARY KEY ([entity], [field]))",
    f"CREATE TABLE [sync].[orphan] ([entity] {NAME} NOT NULL, [field] {NAME} NOT NULL, [key] {NAME} NOT NULL,"
    " PRIMARY KEY ([entity], [field], [key]))",
    f"CREATE TABLE [sync].[reference_check] ([entity] {NAME} NOT NULL, [field] {NAME} NOT NULL,"
    f" [reference] {NAME} NOT NULL, [orphans] bigint NULL, [waiting] bigint NULL,"
    f" [checked_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [field]))",
    f"CREATE TABLE [sync].[erasure] ([entity] {NAME} NOT NULL, [key] {NAME} NOT NULL, [reason] {NAME} NOT NULL,"
    f" [erased_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [key]))",
    "CREATE TABLE [sync].[correction] ([correction_id] bigint IDENTITY(1,1) NOT NULL PRIMARY KEY,"
    f" [entity] {NAME} NOT NULL, [key] {NAME} NOT NULL, [field] {NAME} NOT NULL, [value] nvarchar(max) NOT NULL,"
    " [was] nvarchar(max) NOT NULL, [reason] nvarchar(max) NOT NULL, [made_by] nvarchar(200) NOT NULL,"
    f" [made_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), [seen_update] {_MOMENT} NOT NULL,"
    f" [state] nvarchar(16) {BINARY} NOT NULL DEFAULT N'in_force', [centre_update] {_MOMENT} NULL,"
    f" [settled_at] {_MOMENT} NULL)",
    f"CREATE TABLE [sync].[sweep] ([entity] {NAME} NOT NULL PRIMARY KEY)",
    "CREATE TABLE [sync].[processing] ([seq] bigint NOT NULL PRIMARY KEY, [line] nvarchar(max) NOT NULL,"
    " [digest] nvarchar(64) NOT NULL)",
    f"CREATE TABLE [sync].[table_version] ([entity] {NAME} NOT NULL, [version] int NOT NULL,"
    f" [statements] nvarchar(max) NOT NULL, [applied_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(),"
    " PRIMARY KEY ([entity], [version]))",
    f"CREATE TABLE [sync].[guarded] ([entity] {NAME} NOT NULL PRIMARY KEY, [fields] nvarchar(max) NOT NULL)",
    f"CREATE TABLE [sync].[seen] ([key] {NAME} NOT NULL, [live] bit NOT NULL, [last_update] {_MOMENT} NULL)",
    "CREATE CLUSTERED INDEX [seen_key_idx] ON [sync].[seen] ([key])",
    f"CREATE TABLE [sync].[touched] ([entity] {NAME} NOT NULL, [key] {NAME} NOT NULL)",
    "CREATE CLUSTERED INDEX [touched_key_idx] ON [sync].[touched] ([entity], [key])",
]

# The one statement that no parser but the server's reads: nothing of the record is changed or deleted. TRUNCATE fires
# no trigger, and the schema's owner may: the end that is kept outside the database (`record.HEAD`) tells of it.
APPEND_ONLY = (
    "CREATE TRIGGER [sync].[append_only] ON [sync].[processing] INSTEAD OF UPDATE, DELETE AS"
    " THROW 50001, N'the processing record is appended to and never changed', 1;"
)

CHECKED = [
    f"CREATE TABLE [sync].[checked] ([entity] {NAME} NOT NULL PRIMARY KEY,"
    f" [seen_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET(), [verified_at] {_MOMENT} NULL,"
    f" [listed_at] {_MOMENT} NULL, [missed] bigint NOT NULL DEFAULT 0)",
]

# Version → statements, each a batch of its own. What has been released is never edited; a change is a new version.
MIGRATIONS = {1: [*STATE, APPEND_ONLY], 2: CHECKED}
MIGRATION_TABLE = (
    "CREATE TABLE [sync].[migration] ([version] int NOT NULL PRIMARY KEY,"
    f" [applied_at] {_MOMENT} NOT NULL DEFAULT SYSDATETIMEOFFSET())"
)


def guard(entity: Entity, withheld: tuple[str, ...]) -> list[str]:
    """Statements that empty the columns that the grant does not name, and let the table keep them empty."""
    if not withheld:
        return []
    columns = [quoted(name) for name in withheld]
    name, target = quoted(f"{GUARD}_{entity.table}"), qualified(entity)
    empty = " AND ".join(f"{c} IS NULL" for c in columns)
    return [
        f"UPDATE {target} SET {', '.join(f'{c} = NULL' for c in columns)}"
        f" WHERE {' OR '.join(f'{c} IS NOT NULL' for c in columns)}",
        # WITH CHECK: the rows that are there are looked at too, and the constraint is trusted.
        f"ALTER TABLE {target} WITH CHECK ADD CONSTRAINT {name} CHECK ({empty})",
    ]


def unguard(entity: Entity) -> str:
    """Take that constraint away."""
    return f"ALTER TABLE {qualified(entity)} DROP CONSTRAINT {quoted(f'{GUARD}_{entity.table}')}"


def constraint(entity: Entity) -> str:
    """The constraint's name with its schema, as OBJECT_ID reads it."""
    return f"{quoted(entity.schema)}.{quoted(f'{GUARD}_{entity.table}')}"
