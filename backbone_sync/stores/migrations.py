"""Brings the tables of entities up to the data dictionary: what is missing is added, what is narrower is widened.

The difference is worked out from what the database really has (`plan`, pure), applied and recorded with a version of
its own for each table (`bring`). What cannot be told from a difference stands in the numbered list of
`ddl_postgresql.MIGRATIONS`, which is applied before: a renamed column, for one, looks like one that went and another
that came. Nothing here ever narrows, retypes or drops a column: such a table is left alone and its entity stopped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from backbone_sync.dictionary import Entity
from backbone_sync.privacy import access
from backbone_sync.stores import ddl_postgresql as ddl

OWN = {"flags": "text[]", "stored_at": "timestamp with time zone"}
_WHOLE = ("smallint", "integer", "bigint")
_LONG = {"timestamptz": "timestamp with time zone"}
_VARCHAR = re.compile(r"^(?:varchar|character varying)\((\d+)\)$")
_NUMERIC = re.compile(r"^numeric\((\d+),(\d+)\)$")
_COLUMNS = (
    "SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('ref', 'backbone') AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY 1, a.attnum"
)
_RECORD = (
    "INSERT INTO sync.table_version (entity, version, statements)"
    " SELECT %(entity)s, coalesce(max(version), 0) + 1, %(statements)s FROM sync.table_version"
    " WHERE entity = %(entity)s"
)


@dataclass(frozen=True)
class Column:
    """A column that a table has; `type` as PostgreSQL's format_type writes it."""

    name: str
    type: str


@dataclass(frozen=True)
class Plan:
    """What brings a table up to the dictionary.

    `added`, `widened`: columns; `statements` do it. `wider`: columns that hold more than the dictionary says and are
    left so. `blocked`: sentences on what no statement may do; nothing is done then.
    """

    added: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    wider: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


def plan(entity: Entity, there: Sequence[Column]) -> Plan:
    """The difference between the dictionary and a table that has the columns `there`; without any, the whole table."""
    if not there:
        return Plan(statements=(f"CREATE SCHEMA IF NOT EXISTS {entity.schema}", *ddl.table(entity)))
    have = {column.name: column.type for column in there}
    wanted = {field.name: ddl.column_type(field) for field in entity.fields} | OWN
    table = ddl.qualified(entity)
    added, widened, wider, statements = [], [], [], []
    blocked = [f"{name} is no longer in the dictionary" for name in have if name not in wanted]
    for name, type_ in wanted.items():
        if name not in have:
            added.append(name)
            rest = " NOT NULL DEFAULT now()" if name == "stored_at" else ""
            statements.append(f"ALTER TABLE {table} ADD COLUMN {ddl.quoted(name)} {type_}{rest}")
            continue
        made = _widest(have[name], type_)
        if made is None or (name == entity.key.name and made != have[name] and not _VARCHAR.match(made)):
            blocked.append(f"{name} is {have[name]} in the database and {_full(type_)} in the dictionary")
        elif made != have[name]:
            widened.append(name)
            statements.append(f"ALTER TABLE {table} ALTER COLUMN {ddl.quoted(name)} TYPE {made}")
        elif made != _full(type_):
            wider.append(name)
    required = [name for name in added if name in (*ddl.NOT_NULL, entity.key.name)]
    blocked += [f"{name}, which every row must have, is missing" for name in required]
    if blocked:
        return Plan(wider=tuple(wider), blocked=tuple(blocked))
    statements += ddl.indexes(entity) if added else []
    return Plan(tuple(added), tuple(widened), tuple(wider), (), tuple(statements))


def _full(type_: str) -> str:
    """A type as format_type writes it."""
    return _LONG.get(type_, type_.replace("varchar", "character varying"))


def _widest(have: str, wanted: str) -> str | None:
    """The narrowest type that holds both, as format_type writes it; None when there is none of the same kind."""
    if have == _full(wanted):
        return have
    if have in _WHOLE and wanted in _WHOLE:
        return _WHOLE[max(_WHOLE.index(have), _WHOLE.index(wanted))]
    old, new = _VARCHAR.match(have), _VARCHAR.match(wanted)
    if old and new:
        return f"character varying({max(int(old[1]), int(new[1]))})"
    if have == "text" and new:
        return have
    old, new = _NUMERIC.match(have), _NUMERIC.match(wanted)
    if old and new:
        whole = max(int(m[1]) - int(m[2]) for m in (old, new))
        scale = max(int(old[2]), int(new[2]))
        return f"numeric({whole + scale},{scale})"
    return None


def renamed(entity: Entity, old: str, new: str) -> str:
    """A statement for the numbered list: rename a column where the table is there and still has it."""
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('{ddl.qualified(entity)}')"
        f" AND attname = '{old}' AND NOT attisdropped) THEN"
        f" ALTER TABLE {ddl.qualified(entity)} RENAME COLUMN {ddl.quoted(old)} TO {ddl.quoted(new)}; END IF; END $$"
    )


def tables(connection: psycopg.Connection[Any]) -> dict[str, tuple[Column, ...]]:
    """The columns of every table of the entities' schemas, by "schema.table"; one query for all of them."""
    made: dict[str, list[Column]] = {}
    for table, name, type_ in connection.execute(_COLUMNS):
        made.setdefault(str(table), []).append(Column(str(name), str(type_)))
    return {table: tuple(found) for table, found in made.items()}


def bring(connection: psycopg.Connection[Any], entity: Entity, there: Sequence[Column]) -> Plan:
    """Make the entity's table, or bring one that has the columns `there` up to the dictionary; record its new version.

    Inside the caller's transaction. What a view forbids comes back as blocked, with nothing done.
    """
    made = plan(entity, there)
    if not made.statements:
        return made
    try:
        # Our own views for analysts step aside; those of others are not ours to touch.
        with access.set_aside(connection) if made.widened else connection.transaction():
            for statement in made.statements:
                connection.execute(statement.encode())
            connection.execute(_RECORD, {"entity": entity.name, "statements": list(made.statements)})
    except psycopg.errors.FeatureNotSupported:
        return Plan(wider=made.wider, blocked=(f"a view shows {', '.join(made.widened)}, which is to be widened",))
    return made
