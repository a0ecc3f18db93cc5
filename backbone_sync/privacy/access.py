"""Who may read what in the database: views for analysts, read audit on personal columns, and the grant as a constraint.

Analysts (role backbone_analyst) see schema `analyst` alone: rows of what is public, and people only as counts, none
smaller than five. Reading a personal column is written into the database's audit log by pgaudit, through the columns
that the role backbone_audit holds. What the grant does not name cannot be stored, not even by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.privacy.grant import ALWAYS, ENROLMENT
from backbone_sync.stores import ddl_postgresql as ddl

Connection = psycopg.Connection[Any]
SCHEMA = "analyst"
ANALYST, AUDIT = "backbone_analyst", "backbone_audit"
SMALL = 5  # a count below this could single people out
GUARD = "not_granted"
_PUBLIC = ("public", "reference")

# The kecamatan of every area: its own code, or that of the ancestor on level 3; never by cutting the code.
_DISTRICTS = (
    "WITH RECURSIVE up AS (SELECT kode_wilayah AS area, kode_wilayah, mst_kode_wilayah, id_level_wilayah"
    " FROM ref.mst_wilayah UNION ALL SELECT u.area, m.kode_wilayah, m.mst_kode_wilayah, m.id_level_wilayah"
    " FROM up u JOIN ref.mst_wilayah m ON m.kode_wilayah = u.mst_kode_wilayah WHERE u.id_level_wilayah > 3),"
    " district AS (SELECT area, kode_wilayah AS kecamatan FROM up WHERE id_level_wilayah = 3)"
)


def personal(entity: Entity, item: Field) -> bool:
    """Whether the field tells something about a person, as the law and the dictionary see it."""
    if item.key or item.name in ALWAYS or (item.reference and not item.reference.startswith("ref.")):
        return False
    return item.sensitivity != "none" or item.legal_class not in _PUBLIC or entity.legal_class not in _PUBLIC


def open_fields(entity: Entity) -> tuple[Field, ...]:
    """What an analyst may see of an entity's rows: nothing where the rows are about people."""
    if entity.legal_class not in _PUBLIC:
        return ()
    return tuple(
        f
        for f in entity.fields
        if not personal(entity, f) and f.name not in ALWAYS and f.reference not in ENROLMENT and f.name != "flags"
    )


def _counts(person: str, enrolment: str, left: str, by: str) -> str:
    """People in force at schools, by kecamatan, form of school and one or two more; small counts are NULL."""
    key = f"{person}_id"
    return (
        f"{_DISTRICTS} SELECT d.kecamatan, s.bentuk_pendidikan_id, {by},"
        f" CASE WHEN count(DISTINCT p.{key}) < {SMALL} THEN NULL ELSE count(DISTINCT p.{key}) END AS jumlah"
        f" FROM backbone.{person} p JOIN backbone.{enrolment} e ON e.{key} = p.{key} AND e.{left} IS NULL"
        " JOIN backbone.sekolah s ON s.sekolah_id = e.sekolah_id"
        f" LEFT JOIN district d ON d.area = s.kode_wilayah GROUP BY d.kecamatan, s.bentuk_pendidikan_id, {by}"
    )


def views(dictionary: Dictionary, granted: tuple[str, ...]) -> dict[str, str]:
    """The analysts' views by name, for the entities that are granted."""
    made = {}
    for entity in dictionary.entities:
        shown = open_fields(entity)
        if entity.name in granted and shown:
            columns = ", ".join(ddl.quoted(f.name) for f in shown)
            made[entity.name.replace(".", "_")] = f"SELECT {columns} FROM {ddl.qualified(entity)}"
    if {"peserta_didik", "registrasi_peserta_didik", "sekolah"} <= {*granted}:
        made["jumlah_peserta_didik"] = _counts(
            "peserta_didik", "registrasi_peserta_didik", "jenis_keluar_id", "p.jenis_kelamin"
        )
    if {"ptk", "ptk_terdaftar", "sekolah"} <= {*granted}:
        made["jumlah_ptk"] = _counts("ptk", "ptk_terdaftar", "jenis_keluar_id", "p.jenis_kelamin")
    return made


def statements(dictionary: Dictionary, granted: tuple[str, ...], roles: frozenset[str]) -> list[str]:
    """What makes views and rights as they should be; rights only for roles that exist."""
    made = [f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"]
    for name, query in views(dictionary, granted).items():
        # A barrier: no function of the reader's is shown a row before the view has decided on it.
        made.append(f"CREATE VIEW {SCHEMA}.{ddl.quoted(name)} WITH (security_barrier) AS {query}")
    if ANALYST in roles:
        made.append(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {ANALYST}")
        made.append(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO {ANALYST}")
        made.append(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {ANALYST}")
    if AUDIT in roles:
        for entity in dictionary.entities:
            columns = ", ".join(ddl.quoted(f.name) for f in entity.fields if personal(entity, f))
            if entity.name in granted and columns:
                # pgaudit writes a line for every statement that needs a right which this role has.
                made.append(f"GRANT SELECT ({columns}) ON {ddl.qualified(entity)} TO {AUDIT}")
        made.append(f"GRANT SELECT (payload) ON sync.quarantine TO {AUDIT}")
        made.append(f"GRANT SELECT (value, was) ON sync.correction TO {AUDIT}")
    return made


def refresh(connection: Connection, dictionary: Dictionary, granted: tuple[str, ...]) -> bool:
    """Bring views and rights in line, within the caller's transaction; says whether anything had to be done."""
    found = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", ([ANALYST, AUDIT],)).fetchall()
    wanted = statements(dictionary, granted, frozenset(r[0] for r in found))
    digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace'), (SELECT count(*) FROM pg_views WHERE schemaname = %s)"
        " FROM pg_namespace WHERE nspname = %s",
        (SCHEMA, SCHEMA),
    ).fetchone()
    # A table that was dropped and made again has lost the audit's rights with it.
    audited = connection.execute(
        "SELECT count(*) FROM information_schema.column_privileges WHERE grantee = %s", (AUDIT,)
    ).fetchone()
    told = f"{digest} {audited[0] if audited else 0}"
    if row == (told, len(views(dictionary, granted))):
        return False
    for statement in wanted:
        connection.execute(statement.encode())
    audited = connection.execute(
        "SELECT count(*) FROM information_schema.column_privileges WHERE grantee = %s", (AUDIT,)
    ).fetchone()
    connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest} {audited[0] if audited else 0}'".encode())
    return True


@contextmanager
def set_aside(connection: Connection) -> Iterator[None]:
    """Without the analysts' views while a column is widened, which a view would forbid; in one transaction."""
    with connection.transaction():
        rows = connection.execute(
            "SELECT format('%%I.%%I', schemaname, viewname), definition FROM pg_views WHERE schemaname = %s", (SCHEMA,)
        ).fetchall()
        for name, _ in rows:
            try:
                connection.execute(f"DROP VIEW {name}".encode())
            except psycopg.errors.DependentObjectsStillExist as fault:
                # Somebody's view stands on ours: it cannot step aside either.
                raise psycopg.errors.FeatureNotSupported("a view stands on an analysts' view") from fault
        yield
        for name, definition in rows:
            connection.execute(f"CREATE VIEW {name} WITH (security_barrier) AS {definition}".encode())


def enforce(connection: Connection, entity: Entity, granted: tuple[Field, ...]) -> bool:
    """Let the table itself refuse what the grant does not name: its columns are emptied and kept empty.

    Says whether the constraint had to be made anew.
    """
    kept = {f.name for f in granted}
    withheld = sorted(f.name for f in entity.fields if f.name not in kept)
    table = ddl.qualified(entity)
    with connection.transaction():
        row = connection.execute(
            'SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C") FROM pg_constraint c'
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)"
            " WHERE c.conrelid = %s::regclass AND c.conname = %s AND c.convalidated",
            (table, GUARD),
        ).fetchone()
        if (row[0] if row and row[0] else []) == withheld:
            return False
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {GUARD}".encode())
        if withheld:
            columns = [ddl.quoted(name) for name in withheld]
            filled = " OR ".join(f"{c} IS NOT NULL" for c in columns)
            empty = " AND ".join(f"{c} IS NULL" for c in columns)
            connection.execute(
                f"UPDATE {table} SET {', '.join(f'{c} = NULL' for c in columns)} WHERE {filled}".encode()
            )
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {GUARD} CHECK ({empty})".encode())
    return True
