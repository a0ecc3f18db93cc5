"""The landing database: tables that the centre writes into, made from the data dictionary, and who may write there.

Everything is text, may be empty and refers to nothing, so that no write of the centre fails by a rule of ours; what a
row is worth is judged when it is merged. The centre's account may write and remove; of what stands there it may read
the keys alone, which an UPDATE or DELETE of certain rows needs. There is no table for an entity that is not granted.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; no values)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from backbone_sync.dictionary import Dictionary, Entity
from backbone_sync.stores import ddl_postgresql as ddl

SCHEMA = "landing"
ROLE = "backbone_landing"
HEARTBEAT = "heartbeat"
LANDED = "landed_at"  # when a row was inserted, by this server's clock
_COLUMNS = (
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE n.nspname = '{SCHEMA}' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
)
_WRITE = "INSERT, UPDATE, DELETE, TRUNCATE"


def qualified(table: str) -> str:
    """A landing table with its schema, quoted."""
    return f"{ddl.quoted(SCHEMA)}.{ddl.quoted(table)}"


def plan(dictionary: Dictionary, granted: Sequence[str], there: Mapping[str, frozenset[str]]) -> list[str]:
    """Statements that bring the landing tables, which have the columns `there`, in line; none when they are. Pure."""
    wanted = {dictionary[name].table: dictionary[name] for name in granted}
    made = [f"DROP TABLE {qualified(table)}" for table in sorted(there.keys() - wanted.keys() - {HEARTBEAT})]
    if HEARTBEAT not in there:
        made.append(
            f"CREATE TABLE {qualified(HEARTBEAT)} (entity text, state text, rows text,"
            " written_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
    for table, entity in wanted.items():
        made += _table(entity) if table not in there else _columns(entity, there[table])
    return made


def _table(entity: Entity) -> list[str]:
    name, key = qualified(entity.table), ddl.quoted(entity.key.name)
    columns = ", ".join(f"{ddl.quoted(f.name)} text" for f in entity.fields)
    return [
        f"CREATE TABLE {name} ({columns}, {LANDED} timestamptz DEFAULT clock_timestamp())",
        # A hash takes a key of any length; a B-tree would refuse a long one, and with it the centre's write.
        f"CREATE INDEX ON {name} USING hash ({key})",
    ]


def _columns(entity: Entity, there: frozenset[str]) -> list[str]:
    name = qualified(entity.table)
    missing = [f"ADD COLUMN {ddl.quoted(f.name)} text" for f in entity.fields if f.name not in there]
    if LANDED not in there:
        missing.append(f"ADD COLUMN {LANDED} timestamptz DEFAULT clock_timestamp()")
    return [f"ALTER TABLE {name} {', '.join(missing)}"] if missing else []


def rights(dictionary: Dictionary, granted: Sequence[str]) -> list[str]:
    """Statements that give the centre's account its rights, and no others, on tables that are there. Pure."""
    role = ddl.quoted(ROLE)
    made = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {role}",
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {role}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}",
        # When it was written is this server's word, not the writer's.
        f"GRANT INSERT (entity, state, rows), DELETE, TRUNCATE, SELECT (entity) ON {qualified(HEARTBEAT)} TO {role}",
    ]
    for name in granted:
        entity = dictionary[name]
        key = ddl.quoted(entity.key.name)
        made.append(f"GRANT {_WRITE}, SELECT ({key}) ON {qualified(entity.table)} TO {role}")
    return made


def bring(
    connection: psycopg.Connection[Any], dictionary: Dictionary, granted: Sequence[str], *, again: bool
) -> list[str]:
    """Bring the landing tables in line, in one transaction; what was done, rights apart.

    `again`: give the rights anew also where the tables are in line already; that waits for a centre that writes.
    The account itself is made by whoever runs the server; without it the tables are there and nobody writes.
    """
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '30s'")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
        there: dict[str, set[str]] = {}
        for table, column in connection.execute(_COLUMNS.encode()):
            there.setdefault(str(table), set()).add(str(column))
        made = plan(dictionary, granted, {table: frozenset(columns) for table, columns in there.items()})
        for statement in made:
            connection.execute(statement.encode())
        role = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone()
        if role is not None and (made or again):
            for statement in rights(dictionary, granted):
                connection.execute(statement.encode())
    return made


def scrub(connection: psycopg.Connection[Any], entity: Entity, granted: Sequence[str]) -> int:
    """Empty what the centre wrote into fields of `entity` that are not granted; how many rows had any.

    The write does not fail, and what may not be held does not stay.
    """
    beyond = [ddl.quoted(f.name) for f in entity.fields if f.name not in granted]
    if not beyond:
        return 0
    emptied = ", ".join(f"{name} = NULL" for name in beyond)
    filled = " OR ".join(f"{name} IS NOT NULL" for name in beyond)
    done = connection.execute(f"UPDATE {qualified(entity.table)} SET {emptied} WHERE {filled}".encode())
    return done.rowcount


def forget(connection: psycopg.Connection[Any], entity: Entity, keys: Sequence[str]) -> int:
    """Remove rows of people who were erased; how many. Without a landing database there are none."""
    name = qualified(entity.table)
    if connection.execute("SELECT to_regclass(%s) IS NULL", (name,)).fetchone() == (True,):
        return 0
    key = ddl.quoted(entity.key.name)
    text = f"lower({key})" if entity.key.type == "uuid" else f"rtrim({key})"
    return connection.execute(f"DELETE FROM {name} WHERE {text} = ANY(%s)".encode(), (list(keys),)).rowcount


def withdraw(connection: psycopg.Connection[Any]) -> bool:
    """Remove the landing of a region that has another source now, with all that the centre left there; was there one?

    Only what this module has made is removed: a schema without our heartbeat is somebody else's.
    """
    if connection.execute("SELECT to_regclass(%s) IS NULL", (qualified(HEARTBEAT),)).fetchone() == (True,):
        return False
    connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
    return True
