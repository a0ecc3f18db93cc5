"""What the contract's listing and totals say about the data file. No HTTP here."""

# ruff: noqa: S608  (identifiers are checked against the schema, values are parameters)

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import sqlite3
from collections.abc import Sequence

from . import schema

MAX_LIMIT = 10_000
_ALWAYS = ("last_update", "soft_delete")


class RequestError(Exception):
    """The request is not by the contract; `status` is the HTTP status of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def now_text() -> str:
    """The source's clock, RFC 3339 with milliseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode_cursor(moment: str, key: str | int) -> str:
    """An opaque cursor; only the source reads it."""
    return base64.urlsafe_b64encode(json.dumps([moment, key]).encode()).decode().rstrip("=")


def decode_cursor(text: str) -> tuple[str, str | int]:
    """The place that a cursor names; RequestError 410 when it is none of ours."""
    try:
        moment, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as fault:
        raise RequestError(410, "cursor unknown or expired") from fault
    return str(moment), key


def moment(text: str) -> str:
    """A time from a query in the data file's own form; RequestError 400 when it is none."""
    try:
        at = dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(dt.UTC)
    except ValueError as fault:
        raise RequestError(400, "updated_since is not a time") from fault
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page(
    connection: sqlite3.Connection,
    region: str,
    entity: str,
    limit: int,
    fields: Sequence[str] = (),
    cursor: str = "",
    updated_since: str = "",
) -> bytes:
    """One page as JSON: rows in the order (last_update, key); withdrawn rows as bare tombstones."""
    if entity not in schema.ENTITIES:
        raise RequestError(404, "no such entity")
    known = schema.columns(entity)
    key = known[0]
    if unknown := [f for f in fields if f not in known]:
        raise RequestError(400, f"no such field: {unknown[0][:64]}")
    shown = [c for c in known if not fields or c in fields or c == key or c in _ALWAYS]
    bare = [c for c in (key, *schema.COMMON) if c in shown]
    where, values = "", []
    if cursor:
        where, values = f'WHERE (last_update, "{key}") > (?, ?)', list(decode_cursor(cursor))
    elif updated_since:
        where, values = "WHERE last_update >= ?", [moment(updated_since)]
    as_of = now_text()
    rows = connection.execute(
        f'SELECT last_update, "{key}", CASE soft_delete WHEN 0 THEN {_object(shown)} ELSE {_object(bare)} END'
        f' FROM "{entity}" {where} ORDER BY last_update, "{key}" LIMIT ?',
        [*values, min(limit, MAX_LIMIT) + 1],
    ).fetchall()
    more = len(rows) > min(limit, MAX_LIMIT)
    if more:
        rows.pop()
    place = encode_cursor(rows[-1][0], rows[-1][1]) if rows else cursor or encode_cursor("", "")
    head = {
        "schema_version": "1.0",
        "entity": entity,
        "region": region,
        "as_of": as_of,
        "count": len(rows),
        "cursor": place,
        "more": more,
    }
    return f'{json.dumps(head)[:-1]}, "rows": [{",".join(row[2] for row in rows)}]}}'.encode()


def _object(names: Sequence[str]) -> str:
    pairs = ", ".join(f"'{n}', \"{n}\"" for n in names)
    return f"json_object({pairs})"


def totals(connection: sqlite3.Connection, region: str) -> bytes:
    """How many rows of each entity are in force and withdrawn, as JSON."""
    as_of = now_text()
    entities = {}
    connection.execute("BEGIN")  # one moment for all entities
    try:
        for entity in schema.ENTITIES:
            gone = connection.execute(f'SELECT count(*) FROM "{entity}" WHERE soft_delete = 1').fetchone()[0]
            every = connection.execute(f'SELECT count(*) FROM "{entity}"').fetchone()[0]
            entities[entity] = {"live": every - gone, "deleted": gone}
    finally:
        connection.execute("COMMIT")
    return json.dumps({"schema_version": "1.0", "region": region, "as_of": as_of, "entities": entities}).encode()
