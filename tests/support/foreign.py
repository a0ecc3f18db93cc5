"""Two areas, some schools and their students, as foreign sources hold them; and what must be stored of them."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg

from backbone_sync import dictionary
from tests.support import rows

WORDS = dictionary.load()
REGION = "33.74"
DISTRICTS = ("036301", "036302", "036303")
TABLES = ("ref.mst_wilayah", *(n for n in WORDS.names if not n.startswith("ref.")))


def key_of(entity: str, number: int) -> str:
    """The uuid of row `number` of an entity."""
    return str(uuid.UUID(int=(WORDS.names.index(entity) << 64) + number, version=4))


def area(code: str, parent: str | None, dotted: str) -> dict[str, Any]:
    """A row of ref.mst_wilayah."""
    return {
        **rows.right(WORDS["ref.mst_wilayah"]),
        "kode_wilayah": code,
        "nama": f"Wilayah {code}",
        "id_level_wilayah": 3 if parent else 2,
        "mst_kode_wilayah": parent,
        "kode_dagri": dotted,
        "expired_date": None,
    }


def areas() -> list[dict[str, Any]]:
    """The region and its districts."""
    return [area("036300", None, REGION), *(area(code, "036300", f"33.74.{code[-2:]}") for code in DISTRICTS)]


def school(number: int, district: str, npsn: str = "") -> dict[str, Any]:
    """A row of sekolah in the dictionary's form."""
    return {
        **rows.right(WORDS["sekolah"]),
        "sekolah_id": key_of("sekolah", number),
        "nama": f"SD Contoh {number}",
        "npsn": npsn or f"{20300000 + number}",
        "kode_wilayah": district,
        "rt": 3,
        "lintang": -7.012345,
        "status_sekolah": 1,
        "last_update": "2025-03-01T08:15:00+07:00",
    }


def student(number: int, district: str = DISTRICTS[0]) -> dict[str, Any]:
    """A row of peserta_didik in the dictionary's form, with names that nobody bears."""
    return {
        **rows.right(WORDS["peserta_didik"]),
        "peserta_didik_id": key_of("peserta_didik", number),
        "nama": f"Murid {number}",
        "kode_wilayah": district,
        "last_update": "2025-03-01T08:15:00+07:00",
    }


def emptied(conninfo: str) -> None:
    """Nothing is stored and no run has been."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        state = "cursor, run, run_entity, balance, quarantine, tombstone, held, release, width, orphan, checked"
        state += ", reference_check"
        connection.execute("TRUNCATE " + ", ".join(f"sync.{t.strip()}" for t in state.split(",")))
        for name in TABLES:
            entity = WORDS[name]
            connection.execute(f'DROP TABLE IF EXISTS "{entity.schema}"."{entity.table}" CASCADE')


def stored(conninfo: str, entity: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows in key order; values as PostgreSQL's driver gives them."""
    made = WORDS[entity]
    chosen = ", ".join(f'"{c}"' for c in columns or (made.key.name,))
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET timezone = 'UTC'")
        return connection.execute(f'SELECT {chosen} FROM "{made.schema}"."{made.table}" ORDER BY 1').fetchall()


def count(conninfo: str, table: str) -> int:
    """How many rows a table has."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])
