"""The centre's side of a landing database: writes the reference source's rows into it with the account it has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import psycopg

from backbone_sync import dictionary

WORDS = dictionary.load()


def admin(database: str) -> str:
    """The same database as the superuser."""
    return database.replace("user=backbone_sync", "user=postgres")


def centre(database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the centre has it."""
    return psycopg.connect(database.replace("user=backbone_sync", "user=backbone_landing"), autocommit=True)


def rows_of(data: Path, entity: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Columns and rows of the reference source, withdrawn rows too, values as text."""
    columns = [f.name for f in WORDS[entity].fields]
    shown = ", ".join(f'"{c}"' for c in columns)
    connection = sqlite3.connect(data)
    found = connection.execute(f'SELECT {shown} FROM "{entity}"').fetchall()
    connection.close()
    return columns, [tuple(None if v is None else str(v) for v in row) for row in found]


def fill(
    connection: psycopg.Connection[tuple[object, ...]], data: Path, entities: Iterable[str], *, empty: bool = True
) -> None:
    """Empty the landing tables and write the whole of each entity; in the caller's transaction, if there is one."""
    for name in entities:
        columns, rows = rows_of(data, name)
        table = f'landing."{WORDS[name].table}"'
        if empty:
            connection.execute(f"TRUNCATE {table}".encode())
        shown = ", ".join(f'"{c}"' for c in columns)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({shown}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
