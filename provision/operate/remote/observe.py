"""What one session sees of a database, and the helpers that every remote part of a drill uses.

Runs on the server under the system's own Python (3.9 or later); of what is not Python's own it needs psycopg2.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

# How far the work on the live cluster steps back, as the drill's own unit does.
NICE = 10
DATABASES = "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND datname <> 'template1' ORDER BY datname"
# Row texts must not depend on a session's taste.
SESSION = (
    "-c search_path= -c DateStyle=ISO,YMD -c TimeZone=UTC -c IntervalStyle=iso_8601 -c extra_float_digits=1 "
    "-c bytea_output=hex -c lc_monetary=C -c row_security=off -c statement_timeout=0 "
    "-c idle_in_transaction_session_timeout=0 -c lock_timeout=3s -c default_transaction_read_only=off"
)

TABLES = """
    SELECT c.oid::bigint, format('%I.%I', n.nspname, c.relname)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p'
       AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' ORDER BY c.oid"""
LOCKABLE = TABLES.replace("IN ('r', 'm')", "= 'r'")
UNLOGGED = TABLES.replace("relpersistence = 'p'", "relpersistence = 'u'")
# Two seeds, 128 bits; a sum does not ask for an order, and unlike xor it sees a row that is there twice.
DIGEST = """
    SELECT count(*), coalesce(sum(pg_catalog.hashtextextended(line, 0)), 0)::text,
           coalesce(sum(pg_catalog.hashtextextended(line, 4711)), 0)::text
      FROM (SELECT (backbone_row.*)::text COLLATE "C" AS line FROM ONLY {} AS backbone_row OFFSET 0) AS lines"""
SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), last_value, increment_by, cache_size, start_value
      FROM pg_catalog.pg_sequences ORDER BY 1"""
STRUCTURE = """
    WITH ours AS (
        SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_')
    SELECT line FROM (
        SELECT format('schema %I owner %s rights %s', nspname, nspowner::regrole, nspacl) AS line
          FROM pg_catalog.pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
        UNION ALL
        SELECT format('relation %s kind %s owner %s rights %s', name, relkind, relowner::regrole, relacl) FROM ours
        UNION ALL
        SELECT format('column %s.%I %s%s %s', o.name, attname, format_type(atttypid, atttypmod),
                      CASE WHEN attnotnull THEN ' not null' ELSE '' END, pg_get_expr(d.adbin, d.adrelid))
          FROM ours o JOIN pg_catalog.pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
        UNION ALL
        SELECT format('constraint %s.%I %s', o.name, conname, pg_get_constraintdef(k.oid))
          FROM pg_catalog.pg_constraint k JOIN ours o ON o.oid = k.conrelid
        UNION ALL
        SELECT format('index %s valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid)
          FROM pg_catalog.pg_index i JOIN ours o ON o.oid = i.indrelid
        UNION ALL
        SELECT format('view %s %s', name, md5(pg_get_viewdef(oid))) FROM ours WHERE relkind IN ('v', 'm')
        UNION ALL
        SELECT format('trigger %s', pg_get_triggerdef(t.oid))
          FROM pg_catalog.pg_trigger t JOIN ours o ON o.oid = t.tgrelid WHERE NOT t.tgisinternal
        UNION ALL
        SELECT format('policy %s %I %s', o.name, polname, md5(concat(polcmd, polqual, polwithcheck)))
          FROM pg_catalog.pg_policy p JOIN ours o ON o.oid = p.polrelid
        UNION ALL
        SELECT format('function %s %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)))
          FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prokind IN ('f', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
        UNION ALL
        SELECT format('extension %I %s', extname, extversion) FROM pg_catalog.pg_extension
    ) AS lines ORDER BY line"""
CLUSTER = """
    SELECT line FROM (
        SELECT format('role %I super %s createrole %s createdb %s login %s replication %s bypassrls %s password %s',
                      rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
                      md5(rolpassword)) AS line
          FROM pg_catalog.pg_authid WHERE rolname !~ '^pg_'
        UNION ALL
        SELECT format('member %s of %s', member::regrole, roleid::regrole) FROM pg_catalog.pg_auth_members
        UNION ALL
        SELECT format('setting of %s in %s: %s', setrole::regrole, datname, setconfig)
          FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        UNION ALL
        SELECT format('database %I owner %s encoding %s order %s rights %s', datname, datdba::regrole,
                      pg_encoding_to_char(encoding), datcollate, datacl)
          FROM pg_catalog.pg_database
    ) AS lines ORDER BY line"""


class Short(Exception):  # noqa: N818 (it is no error of ours: the drill falls short)
    """The drill cannot go on: a sentence for the person who ran it, English here, and what it was filled with."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values))
        self.template, self.values = template, {name: str(value) for name, value in values.items()}

    def as_told(self) -> dict[str, Any]:
        """What the controller needs to say it in another language."""
        return {"template": self.template, "values": self.values}


def driver() -> Any:
    """psycopg2, asked for only where a session is needed."""
    return importlib.import_module("psycopg2")


def run(
    command: Sequence[object],
    *,
    what: str,
    timeout: float | None = None,
    environment: Mapping[str, str] | None = None,
    lines: int = 3,
) -> str:
    """A command's output; Short with its last `lines` if it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            errors="replace",  # with a wrong passphrase pgBackRest quotes what it cannot read
            timeout=timeout,
            env={**os.environ, **(environment or {})},
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Short("{said}", said=f"{what}: {fault}") from fault
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        said = " ".join(words[-lines:])[-200 * lines :] or f"exit status {done.returncode}"
        raise Short("{said}", said=f"{what}: {said}")
    return done.stdout


def connect(socket: object, port: int, database: str) -> Any:
    """A session as postgres over a socket that commits each statement by itself."""
    session = driver().connect(
        host=str(socket),
        port=port,
        dbname=database,
        user="postgres",
        options=SESSION,
        connect_timeout=10,
        application_name="backbone-drill",
    )
    session.autocommit = True
    return session


def give_way(session: Any) -> None:
    """Let a session's work wait for that of others, where the operating system allows it.

    Digests of the live cluster are made by the live cluster's own processes, which a unit's weights do not reach; and
    by one of them a session, for what the database would start beside it has no part in this.
    """
    rows(session, "SET max_parallel_workers_per_gather = 0")
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, session.info.backend_pid, NICE)


def rows(session: Any, query: str, *values: object) -> list[Any]:
    """All rows that a query answers with; none for a statement without an answer."""
    with session.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def databases(session: Any) -> list[str]:
    """Databases that may hold something of their own."""
    return [name for (name,) in rows(session, DATABASES)]


def observe(session: Any) -> dict[str, Any]:
    """What one database holds: rows and digest by table, structure, and the tables that WAL leaves out."""
    tables = {name: list(rows(session, DIGEST.format(name))[0]) for _, name in rows(session, TABLES)}
    [large_objects] = rows(session, DIGEST.format("pg_catalog.pg_largeobject"))
    if large_objects[0]:
        tables["pg_catalog.pg_largeobject"] = list(large_objects)
    return {
        "tables": tables,
        "structure": [line for (line,) in rows(session, STRUCTURE)],
        "unlogged": [name for _, name in rows(session, UNLOGGED)],
    }


def sequences(session: Any) -> dict[str, list[int | None]]:
    """By name: last value (None: never used), increment, cache, start."""
    return {name: [value, step, cache, first] for name, value, step, cache, first in rows(session, SEQUENCES)}


def cluster(session: Any) -> list[str]:
    """Roles, memberships, settings and databases of the whole cluster, a line each."""
    return [line for (line,) in rows(session, CLUSTER)]
