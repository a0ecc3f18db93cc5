"""What the tests of the engine share besides fixtures: sizes, types, and the comparison of both sides."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg

from backbone_sync import dictionary
from backbone_sync.privacy import grant
from backbone_sync.run.results import RunResult
from provision.lab.source.generate import Size

SIZE = Size(schools=20, students=1200, gone=7, doubtful=3)
PAGE = 200
SECRET = "synthetic-secret"
ENTITIES = tuple(n for n in dictionary.ORDER if not n.startswith("ref."))
Run = Callable[..., RunResult]


def stored(database: str, entity: str, columns: str) -> list[tuple[object, ...]]:
    """Rows of a table in key order, values as text."""
    with psycopg.connect(database) as connection:
        return connection.execute(f"SELECT {columns} FROM backbone.{entity} ORDER BY 1").fetchall()


def difference(data: Path, database: str, entity: str) -> set[tuple[object, ...]]:
    """Live rows that source and store do not hold alike, by all granted fields as text."""
    words = dictionary.load()
    fields = grant.make(words).fields(words[entity])
    shown = ", ".join(f'"{f.name}"' for f in fields)

    def text(value: object, kind: str) -> object:
        if value is None:
            return None
        if kind == "decimal":
            return f"{float(str(value)):.6f}"
        return str(value).rstrip(" ")

    connection = sqlite3.connect(data)
    at_source = {
        tuple(text(v, f.type) for v, f in zip(row, fields, strict=True))
        for row in connection.execute(f'SELECT {shown} FROM "{entity}" WHERE soft_delete = 0')
    }
    connection.close()
    times = [
        f'to_char("{f.name}" AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\')'
        if f.type == "timestamp"
        else f'"{f.name}"::text'
        for f in fields
    ]
    here = {
        tuple(text(v, f.type) for v, f in zip(row, fields, strict=True))
        for row in stored(database, entity, ", ".join(times))
    }
    return at_source ^ here
