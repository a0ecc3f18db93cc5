"""Changes to a data file while it is served: rows changed, withdrawn, added, with a later last_update."""

# ruff: noqa: S311, S608  (seeded choices, and table names of our own)

from __future__ import annotations

import random
import sqlite3
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import people, schema

_FREE_TEXT = ("nama", "alamat_jalan", "sekolah_asal", "nomor_surat_tugas", "nipd")


def _after(connection: sqlite3.Connection, entity: str) -> datetime:
    """A time later than every row's and not before now."""
    last = connection.execute(f'SELECT max(last_update) FROM "{entity}"').fetchone()[0]
    now = datetime.now(UTC)
    return max(now, datetime.fromisoformat(last.replace("Z", "+00:00"))) if last else now


def mutate(data: Path, entity: str, change: int = 0, delete: int = 0, add: int = 0, seed: int = 0) -> dict[str, int]:
    """Change, withdraw and add so many rows of an entity with uuid keys, in one transaction.

    Returns what was done.
    """
    key, source = schema.ENTITIES[entity][0], random.Random(seed)
    text = next((c for c in schema.ENTITIES[entity] if c in _FREE_TEXT), None)
    connection = schema.connect(data)
    connection.execute("BEGIN IMMEDIATE")
    try:
        moment = _after(connection, entity)
        live = [r[0] for r in connection.execute(f'SELECT "{key}" FROM "{entity}" WHERE soft_delete = 0 ORDER BY 1')]
        chosen = source.sample(live, min(len(live), change + delete))
        done = {"changed": 0, "deleted": 0, "added": 0}
        for n, row in enumerate(chosen):
            at = (moment + timedelta(milliseconds=1 + n // 3)).isoformat(timespec="milliseconds")
            at = at.replace("+00:00", "Z")
            if n < change:
                value = f", {text} = ?" if text else ""
                given = [people.name(source)[:18]] if text else []
                connection.execute(f'UPDATE "{entity}" SET last_update = ?{value} WHERE "{key}" = ?', [at, *given, row])
                done["changed"] += 1
            else:
                connection.execute(
                    f'UPDATE "{entity}" SET last_update = ?, soft_delete = 1 WHERE "{key}" = ?', [at, row]
                )
                done["deleted"] += 1
        names = schema.columns(entity)
        rest = ", ".join(f'"{n}"' for n in names if n not in (key, "last_update", "soft_delete"))
        for n in range(add if live else 0):
            at = (moment + timedelta(milliseconds=1 + n // 3)).isoformat(timespec="milliseconds")
            made = str(uuid.UUID(int=source.getrandbits(128), version=4))
            connection.execute(
                f'INSERT INTO "{entity}" ("{key}", last_update, soft_delete, {rest})'
                f' SELECT ?, ?, 0, {rest} FROM "{entity}" WHERE "{key}" = ?',
                [made, at.replace("+00:00", "Z"), source.choice(live)],
            )
            done["added"] += 1
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.close()
    return done
