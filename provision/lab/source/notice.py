"""What the source announces: maintenance windows, changes of the schema, its limits. Says if a window is open."""

from __future__ import annotations

import datetime as dt
import json
import math
import sqlite3
from pathlib import Path
from typing import Any

from . import listing, schema

CURSOR_DAYS, TOMBSTONE_DAYS, VISIBILITY = 7, 400, 300
CHANGES = [
    {
        "version": "1.1",
        "from": "2026-11-01T00:00:00Z",
        "kind": "entity_added",
        "entity": entity,
        "description": {"id": "Entitas baru dalam umpan", "en": "New entity in the feed"},
    }
    for entity in ("pembelajaran", "tanah", "bangunan", "ruang", "kondisi_tanah", "kondisi_bangunan", "kondisi_ruang")
]


def announce(data: Path, name: str, items: list[dict[str, Any]]) -> None:
    """Announce windows (`name` maintenance) or further changes (`name` changes), instead of those announced before."""
    connection = schema.connect(data)
    try:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(items)))
    finally:
        connection.close()


def _announced(connection: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    made: list[dict[str, Any]] = json.loads(row[0]) if row else []
    return made


def content(connection: sqlite3.Connection, requests_per_minute: int | None) -> bytes:
    """The notice as JSON; windows that are over are left out."""
    now = dt.datetime.now(dt.UTC)
    windows = [w for w in _announced(connection, "maintenance") if _time(w["until"]) > now]
    limits = {
        "page": listing.MAX_LIMIT,
        "cursor_days": CURSOR_DAYS,
        "tombstone_days": TOMBSTONE_DAYS,
        "visibility_seconds": VISIBILITY,
        "requests_per_minute": requests_per_minute,
    }
    made = {"schema_version": schema.VERSION, "as_of": listing.now_text()}
    changes = CHANGES + _announced(connection, "changes")
    return json.dumps({**made, "changes": changes, "maintenance": windows, "limits": limits}).encode()


def closed_for(connection: sqlite3.Connection, now: dt.datetime) -> int:
    """Whole seconds until the window that is open now closes; 0 when none is."""
    ends = [_time(w["until"]) for w in _announced(connection, "maintenance") if _time(w["from"]) <= now]
    return max((math.ceil((end - now).total_seconds()) for end in ends if end > now), default=0)


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
