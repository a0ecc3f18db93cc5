"""Brings the tables of entities up to the data dictionary: what is missing is added, what is narrower is widened.

As `migrations` does for PostgreSQL: the difference is worked out from what the database really has (`plan`, pure).
Nothing here ever narrows, retypes or drops a column: such a table is left alone and its entity stopped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backbone_sync.dictionary import Entity
from backbone_sync.errors import StoreUnreachable
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.migrations import Column, Plan
from backbone_sync.stores.staged_rows import listed
from backbone_sync.stores.store_sqlserver.database import Database

OWN = {"flags": "nvarchar(max)", "stored_at": "datetimeoffset(6)"}
_WHOLE = ("smallint", "int", "bigint")
_TEXT = re.compile(r"^nvarchar\((\d+|max)\)( COLLATE \w+)?$")
_DECIMAL = re.compile(r"^decimal\((\d+),(\d+)\)$")


def type_text(name: str, length: int, precision: int, scale: int, collation: str | None) -> str:
    """A column of sys.columns as the dictionary's DDL writes its type.

    `length` is in bytes, two to a UTF-16 unit, -1 for max. Of collations only the binary one is told: any other is the
    database's own choice.
    """
    if name in ("nvarchar", "nchar"):
        size = "max" if length < 0 else str(length // 2)
        return f"{name}({size})" + (f" {ddl.BINARY}" if collation == ddl.COLLATION else "")
    if name == "decimal":
        return f"decimal({precision},{scale})"
    return f"datetimeoffset({scale})" if name == "datetimeoffset" else name


def plan(entity: Entity, there: Sequence[Column], staged: Sequence[Column]) -> Plan:
    """The difference between the dictionary and tables that have the columns `there` and, in staging, `staged`.

    A table that is not there at all is made. Staging holds nothing between pages, so that a difference there is
    mended by making it anew.
    """
    stage = [f"DROP TABLE {ddl.qualified(entity, 'staging')}"] if staged else []
    fresh = [*stage, ddl.staging(entity)]
    if not there:
        return Plan(statements=(*ddl.table(entity), *fresh))
    have = {column.name: column.type for column in there}
    wanted = {field.name: ddl.column_type(field) for field in entity.fields} | OWN
    table = ddl.qualified(entity)
    blocked = [f"{name} is no longer in the dictionary" for name in have if name not in wanted]
    added, widened, wider, statements = [], [], [], []
    for name, type_ in wanted.items():
        if name not in have:
            added.append(name)
            rest = " NOT NULL DEFAULT SYSDATETIMEOFFSET()" if name == "stored_at" else " NULL"
            statements.append(f"ALTER TABLE {table} ADD {ddl.quoted(name)} {type_}{rest}")
            continue
        made = _widest(have[name], type_)
        if made is None or (made != have[name] and name == entity.key.name):
            blocked.append(f"{name} is {have[name]} in the database and {type_} in the dictionary")
        elif made != have[name]:
            widened.append(name)
            rule = "NOT NULL" if name in ddl.NOT_NULL else "NULL"
            statements.append(f"ALTER TABLE {table} ALTER COLUMN {ddl.quoted(name)} {made} {rule}")
        elif made != type_:
            wider.append(name)
    blocked += [f"{n}, which every row must have, is missing" for n in added if n in (*ddl.NOT_NULL, entity.key.name)]
    if blocked:
        return Plan(wider=tuple(wider), blocked=tuple(blocked))
    statements += [one for one in ddl.indexes(entity) if any(f"({ddl.quoted(n)})" in one for n in added)]
    if statements or not _fits(entity, have, staged):
        statements += fresh
    # Staging is made by the dictionary: what the table holds wider than that is made wide there too.
    if statements:
        tail = [
            f"ALTER TABLE {ddl.qualified(entity, 'staging')} ALTER COLUMN {ddl.quoted(n)} {have[n]} NULL" for n in wider
        ]
        statements += tail
    return Plan(tuple(added), tuple(widened), tuple(wider), (), tuple(statements))


def _fits(entity: Entity, have: dict[str, str], staged: Sequence[Column]) -> bool:
    """Whether staging has the columns of the table, in the same types."""
    there = {column.name: column.type for column in staged}
    return there == {name: have[name] for name in (*(f.name for f in entity.fields), "flags") if name in have}


def _widest(have: str, wanted: str) -> str | None:
    """The narrowest type that holds both; None when there is none of the same kind."""
    if have == wanted:
        return have
    if have in _WHOLE and wanted in _WHOLE:
        return _WHOLE[max(_WHOLE.index(have), _WHOLE.index(wanted))]
    old, new = _TEXT.match(have), _TEXT.match(wanted)
    if old and new and old[2] == new[2]:
        longest = "max" if "max" in (old[1], new[1]) else str(max(int(old[1]), int(new[1])))
        return f"nvarchar({longest}){old[2] or ''}"
    old, new = _DECIMAL.match(have), _DECIMAL.match(wanted)
    if old and new:
        whole = max(int(m[1]) - int(m[2]) for m in (old, new))
        scale = max(int(old[2]), int(new[2]))
        return f"decimal({whole + scale},{scale})" if whole + scale <= 38 else None
    return None


def migrate(
    database: Database, versions: Sequence[Entity], granted: Sequence[str]
) -> tuple[list[int], dict[str, Plan]]:
    """Make what is missing, within the caller's transaction; the versions applied now, and each granted entity's plan.

    Tables of entities that are granted no longer go, with all that is remembered of them.
    """
    if int(database.one(says.MIGRATION_LOCK, 30_000)) < 0:
        raise StoreUnreachable("somebody else is changing the tables", "run again in a minute")
    schemas = {str(name) for (name,) in database.rows(says.SCHEMAS)}
    for name in ddl.SCHEMAS:
        if name not in schemas:
            database.batch(f"CREATE SCHEMA {ddl.quoted(name)}")
    if database.one(says.EXISTS, "[sync].[migration]") is None:
        database.batch(ddl.MIGRATION_TABLE)
    done = {int(version) for (version,) in database.rows(says.VERSIONS)}
    applied = []
    for version, statements in sorted(ddl.MIGRATIONS.items()):
        if version not in done:
            for statement in statements:
                database.batch(statement)
            database.run(says.VERSION, version)
            applied.append(version)
    there: dict[str, list[Column]] = {}
    for schema, table, name, *rest in database.rows(says.COLUMNS):
        place = f"{ddl.quoted(str(schema))}.{ddl.quoted(str(table))}"
        there.setdefault(place, []).append(Column(str(name), type_text(*rest)))
    plans = {}
    for entity in versions:
        places = (ddl.qualified(entity), ddl.qualified(entity, "staging"))
        if entity.name in granted:
            made = plans[entity.name] = plan(entity, there.get(places[0], ()), there.get(places[1], ()))
            for statement in made.statements:
                database.batch(statement)
            if made.statements:
                database.run(says.TABLE_VERSION, entity.name, listed(made.statements), entity.name)
            continue
        for place in places:
            if place in there:
                database.batch(f"DROP TABLE {place}")
        for forget in says.OF_ENTITY:
            database.run(forget, entity.name)
    return applied, plans
