"""PostgreSQL tables made from the data dictionary, and the service's own tables.

Only the key and the bookkeeping that the engine lives by are NOT NULL: a grant may leave out any other
field, so nullability is the validator's matter. Fixed-width codes become varchar and lose their blank
padding, because padded `char` compares by rules of its own; doubtful identifiers must fit as they come.
"""

from __future__ import annotations

from backbone_sync.dictionary import Entity, Field
from backbone_sync.dictionary.validator import IDENTIFIER_WIDTH
from backbone_sync.stores.ddl_delivery import DELIVERY
from backbone_sync.stores.ddl_engine import CHECKED, ENGINE, SOURCE
from backbone_sync.stores.ddl_privacy import PRIVACY

NOT_NULL = ("last_update", "soft_delete")


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def qualified(entity: Entity) -> str:
    """The entity's table with its schema, quoted."""
    return f"{quoted(entity.schema)}.{quoted(entity.table)}"


def column_type(field: Field) -> str:
    """The column type of a field."""
    if field.type in ("text", "code"):
        return f"varchar({field.length})"
    if field.type == "identifier":
        return f"varchar({IDENTIFIER_WIDTH})"
    if field.type == "decimal":
        return f"numeric({field.precision},{field.scale})"
    if field.type == "integer":
        digits = field.digits or 0
        return "smallint" if digits <= 4 else "integer" if digits <= 9 else "bigint"
    return {"uuid": "uuid", "date": "date", "timestamp": "timestamptz"}[field.type]


def table(entity: Entity) -> list[str]:
    """Statements that make the entity's table, its comments and the indexes of its references."""
    columns = []
    for field in entity.fields:
        constraint = " PRIMARY KEY" if field.key else " NOT NULL" if field.name in NOT_NULL else ""
        columns.append(f"    {quoted(field.name)} {column_type(field)}{constraint}")
    columns += ["    flags text[]", "    stored_at timestamptz NOT NULL DEFAULT now()"]
    name = qualified(entity)
    made = [f"CREATE TABLE IF NOT EXISTS {name} (\n" + ",\n".join(columns) + "\n)"]
    made.append(f"COMMENT ON TABLE {name} IS {_literal(entity.definition.id + ' / ' + entity.definition.en)}")
    return made + indexes(entity)


def indexes(entity: Entity) -> list[str]:
    """Statements that make the indexes of the entity's references to other rows."""
    made = []
    for field in entity.fields:
        if field.reference and not field.reference.startswith("ref.") and not field.key:
            index = quoted(f"{entity.table}_{field.name}_idx")
            made.append(f"CREATE INDEX IF NOT EXISTS {index} ON {qualified(entity)} ({quoted(field.name)})")
    return made


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# The service's own state. `cursor.since_update` is where the next complete listing starts; `position` is
# the opaque cursor of a listing that was cut off; `floor_update` the earliest time from which such a
# listing was resumed.
STATE = [
    "CREATE SCHEMA IF NOT EXISTS sync",
    """CREATE TABLE sync.cursor (
    entity text PRIMARY KEY,
    since_update timestamptz,
    high_update timestamptz,
    floor_update timestamptz,
    position text,
    fields text[] NOT NULL,
    region text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
)""",
    """CREATE TABLE sync.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'green', 'not_green', 'interrupted')),
    version text NOT NULL,
    region text NOT NULL,
    error_kind text,
    message text
)""",
    """CREATE TABLE sync.run_entity (
    run_id bigint NOT NULL REFERENCES sync.run ON DELETE CASCADE,
    entity text NOT NULL,
    pages bigint NOT NULL DEFAULT 0,
    received bigint NOT NULL DEFAULT 0,
    created bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    deleted bigint NOT NULL DEFAULT 0,
    quarantined bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    flagged bigint NOT NULL DEFAULT 0,
    conflicts bigint NOT NULL DEFAULT 0,
    dropped_values bigint NOT NULL DEFAULT 0,
    unknown_fields text[] NOT NULL DEFAULT '{}',
    seconds double precision NOT NULL DEFAULT 0,
    error_kind text,
    message text,
    PRIMARY KEY (run_id, entity)
)""",
    """CREATE TABLE sync.balance (
    entity text PRIMARY KEY,
    run_id bigint NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    source bigint,
    source_deleted bigint,
    stored bigint NOT NULL,
    quarantined bigint NOT NULL,
    deleted bigint NOT NULL,
    refused bigint NOT NULL,
    balanced boolean NOT NULL
)""",
    """CREATE TABLE sync.quarantine (
    entity text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    field text,
    last_update timestamptz,
    payload text,
    first_run bigint NOT NULL,
    last_run bigint NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, key)
)""",
    """CREATE TABLE sync.tombstone (
    entity text NOT NULL,
    key text NOT NULL,
    last_update timestamptz NOT NULL,
    run_id bigint NOT NULL,
    PRIMARY KEY (entity, key)
)""",
]


# Each change of an entity's table that `migrations` derived and applied.
TABLES = [
    """CREATE TABLE sync.table_version (
    entity text NOT NULL,
    version integer NOT NULL,
    statements text[] NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, version)
)""",
]


# Version → statements on the service's own tables, and on those of entities what `migrations` cannot derive (a column
# renamed: `migrations.renamed`). What has been released is never edited; a change is a new version.
# The entities' tables are made when an entity is granted and dropped when it no longer is.
MIGRATIONS = {1: STATE, 2: ENGINE, 20: PRIVACY, 30: TABLES, 40: SOURCE, 41: DELIVERY, 42: CHECKED}
