"""What PostgreSQL holds, counted: rows, quarantine, references that lead nowhere, parts by kecamatan and semester."""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from backbone_sync.dictionary import Dictionary, Entity, Field, digest
from backbone_sync.dictionary.validator import OUTSIDE, Scope
from backbone_sync.errors import SchemaDrift
from backbone_sync.interfaces import Cell
from backbone_sync.privacy.gate import WITHHELD
from backbone_sync.run.state import Holding, Orphans
from backbone_sync.stores import ddl_postgresql as ddl

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Waiting:
    """A row in quarantine; `payload` only where it was asked for."""

    entity: str
    key: str
    reason: str
    field: str | None
    last_update: str | None
    first_run: int
    last_run: int
    replayable: bool
    payload: str | None = None

    @staticmethod
    def of(row: Sequence[object]) -> Waiting:
        """What a database answered, in this order."""
        entity, key, reason, field, at, first, last, replayable, payload = row
        return Waiting(
            entity=str(entity),
            key=str(key),
            reason=str(reason),
            field=str(field) if field else None,
            last_update=str(at) if at else None,
            first_run=_number(first),
            last_run=_number(last),
            replayable=bool(replayable),
            payload=str(payload) if payload else None,
        )


def scope(connection: Connection, region: str) -> Scope:
    """The region's area codes by `ref.mst_wilayah` and its parent links, and refused keys by entity."""
    areas = connection.execute(
        "WITH RECURSIVE within AS (SELECT kode_wilayah FROM ref.mst_wilayah WHERE kode_dagri = %s"
        " UNION SELECT m.kode_wilayah FROM ref.mst_wilayah m JOIN within w"
        " ON m.mst_kode_wilayah = w.kode_wilayah) SELECT kode_wilayah FROM within",
        (region,),
    ).fetchall()
    rows = connection.execute("SELECT entity, key FROM sync.quarantine WHERE reason = %s", (OUTSIDE,)).fetchall()
    refused: dict[str, set[str]] = {}
    for entity, key in rows:
        refused.setdefault(str(entity), set()).add(str(key))
    return Scope(frozenset(str(a[0]) for a in areas), {e: frozenset(k) for e, k in refused.items()})


def scope_digest(within: Scope, granted: tuple[Field, ...]) -> str:
    """What of the region's extent decides on rows of these fields, as a short text that changes when it does."""
    made = hashlib.sha256()
    for item in granted:
        codes = within.areas if item.scope == "region" else within.refused.get(item.scope or "", frozenset())
        if item.scope:
            made.update("\x00".join([item.name, *sorted(codes), ""]).encode())
    return made.hexdigest()[:32]


def table_blocked(entity: Entity, blocked: tuple[str, ...]) -> SchemaDrift:
    """The fault of a table that cannot be brought up to the dictionary."""
    return SchemaDrift(
        f"the table of {entity.name} is not as the data dictionary says: {'; '.join(blocked)}",
        "remove the view or the column that is not the service's own, then run `backbone-sync migrate`",
    )


def holding(connection: Connection, entity: Entity) -> Holding:
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
    named = {"e": entity.name, "outside": OUTSIDE, "withheld": list(WITHHELD)}
    row = connection.execute(statement.encode(), named).fetchone()
    assert row is not None
    return Holding(*(_number(n) for n in row))


def evict(connection: Connection, entity: Entity, granted: tuple[Field, ...], within: Scope, run_id: int) -> int:
    """Refuse stored rows that no longer lie in the region, within the caller's transaction.

    Returns how many lie outside by their own area; those that go with a refused row have been answered for with it.
    """
    table, key = ddl.qualified(entity), ddl.quoted(entity.key.name)
    evicted = 0
    for item in granted:
        column = ddl.quoted(item.name)
        if item.scope == "region":
            outside, values = f"t.{column} <> ALL(%(set)s)", sorted(within.areas)
        elif item.scope and within.refused.get(item.scope):
            outside, values = f"t.{column}::text = ANY(%(set)s)", sorted(within.refused[item.scope])
        else:
            continue
        found = connection.execute(
            (
                f"WITH gone AS (DELETE FROM {table} t WHERE {outside} RETURNING t.{key}::text AS key, t.last_update)"
                " INSERT INTO sync.quarantine AS q (entity, key, reason, field, last_update, first_run, last_run)"
                " SELECT %(entity)s, key, %(reason)s, %(field)s, last_update, %(run)s, %(run)s FROM gone"
                " ON CONFLICT (entity, key) DO UPDATE SET reason = excluded.reason, field = excluded.field,"
                " payload = NULL, last_run = excluded.last_run"
            ).encode(),
            {"set": values, "entity": entity.name, "reason": OUTSIDE, "field": item.name, "run": run_id},
        )
        evicted += found.rowcount if item.scope == "region" else 0
    return evicted


def orphans(
    connection: Connection, words: Dictionary, entity: Entity, field: Field, run_id: int, *, whole: bool
) -> Orphans:
    """Bring the list of rows whose `field` leads nowhere up to date, within the caller's transaction.

    `whole`: judge every row. Otherwise those that this run touched (table `touched`), those that were orphans, and
    the children of rows that this run deleted.
    """
    assert field.reference is not None
    parent = words[field.reference]
    table, key, column = ddl.qualified(entity), ddl.quoted(entity.key.name), ddl.quoted(field.name)
    parents, target = ddl.qualified(parent), ddl.quoted(parent.key.name)
    named = {"entity": entity.name, "field": field.name, "parent": parent.name, "run": run_id}
    there = connection.execute("SELECT to_regclass(%s)", (parents,)).fetchone()
    known = there and there[0] and connection.execute(f"SELECT FROM {parents} LIMIT 1".encode()).fetchone() is not None
    if not known:
        connection.execute("DELETE FROM sync.orphan WHERE entity = %(entity)s AND field = %(field)s", named)
        return Orphans(entity.name, field.name, parent.name, None, None)
    doubtful = (
        f"SELECT %(entity)s, %(field)s, t.{key}::text FROM {table} t WHERE t.{column} IS NOT NULL"
        f" AND NOT EXISTS (SELECT FROM {parents} p WHERE p.{target} = t.{column})"
    )
    if whole:
        connection.execute("DELETE FROM sync.orphan WHERE entity = %(entity)s AND field = %(field)s", named)
        some = doubtful
    else:
        key_type, target_type = ddl.column_type(entity.key), ddl.column_type(parent.key)
        connection.execute(
            (
                "DELETE FROM sync.orphan o WHERE o.entity = %(entity)s AND o.field = %(field)s AND NOT EXISTS"
                f" (SELECT FROM {table} t WHERE t.{key} = o.key::{key_type} AND t.{column} IS NOT NULL"
                f" AND NOT EXISTS (SELECT FROM {parents} p WHERE p.{target} = t.{column}))"
            ).encode(),
            named,
        )
        some = (
            f"{doubtful} AND t.{key} IN (SELECT key::{key_type} FROM touched WHERE entity = %(entity)s)"
            f" UNION {doubtful} AND t.{column} IN (SELECT key::{target_type} FROM sync.tombstone"
            " WHERE entity = %(parent)s AND run_id = %(run)s)"
        )
    connection.execute(f"INSERT INTO sync.orphan (entity, field, key) {some} ON CONFLICT DO NOTHING".encode(), named)
    row = connection.execute(
        (
            "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM sync.quarantine q"
            f" WHERE q.entity = %(parent)s AND q.key = t.{column}::text))"
            f" FROM sync.orphan o JOIN {table} t ON t.{key} = o.key::{ddl.column_type(entity.key)}"
            " WHERE o.entity = %(entity)s AND o.field = %(field)s"
        ).encode(),
        named,
    ).fetchone()
    every, waiting = (_number(row[0]), _number(row[1])) if row else (0, 0)
    return Orphans(entity.name, field.name, parent.name, every, waiting)


def breakdown(connection: Connection, words: Dictionary, entity: Entity) -> tuple[Cell, ...]:
    """Stored rows in force of an entity by kecamatan and semester, each "" where it cannot be told."""
    rows = connection.execute(digest.statement(words, entity, ("kecamatan", "semester")).encode()).fetchall()
    cells = [Cell(str(a or ""), str(s or ""), _number(n), digest.folded(int(str(total)))) for a, s, n, total in rows]
    return tuple(sorted(cells, key=lambda cell: (cell.kecamatan, cell.semester)))


def quarantine(connection: Connection, entity: str | None, *, values: bool, most: int) -> tuple[Waiting, ...]:
    """Rows in quarantine, the newest first; their content only with `values`."""
    rows = connection.execute(
        "SELECT entity, key, reason, field, to_char(last_update AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
        " first_run, last_run, payload IS NOT NULL, CASE WHEN %(values)s THEN payload END FROM sync.quarantine"
        " WHERE %(entity)s::text IS NULL OR entity = %(entity)s ORDER BY last_run DESC, entity, key LIMIT %(most)s",
        {"entity": entity, "values": values, "most": most},
    ).fetchall()
    return tuple(map(Waiting.of, rows))


def payloads(connection: Connection, entity: str) -> list[str]:
    """The content of the entity's rows in quarantine, as JSON, as far as it was kept."""
    rows = connection.execute(
        "SELECT payload FROM sync.quarantine WHERE entity = %s AND payload IS NOT NULL ORDER BY key", (entity,)
    ).fetchall()
    return [str(row[0]) for row in rows]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
