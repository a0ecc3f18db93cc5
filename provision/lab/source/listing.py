"""What the contract's listing and snapshot say about the data file. No HTTP here."""

# ruff: noqa: S608  (identifiers are checked against the schema, values are parameters)

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from . import digests, schema

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
        f"{moment}{key}".encode()
    except (ValueError, TypeError, RecursionError, binascii.Error) as fault:
        raise RequestError(410, "cursor unknown or expired") from fault
    small = isinstance(key, str) or (isinstance(key, int) and abs(key) < 2**63)
    if not isinstance(moment, str) or not small:
        raise RequestError(410, "cursor unknown or expired")
    return moment, key


def moment(text: str) -> str:
    """A time from a query in the data file's own form; RequestError 400 when it is none, or of no time zone."""
    try:
        given = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
        at = given.astimezone(dt.UTC)
    except (ValueError, OverflowError) as fault:
        raise RequestError(400, "updated_since is not a time") from fault
    if given.tzinfo is None:
        raise RequestError(400, "updated_since has no time zone")
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page(
    connection: sqlite3.Connection,
    region: str,
    entity: str,
    limit: int,
    fields: Sequence[str] = (),
    cursor: str = "",
    updated_since: str = "",
    lines: bool = False,
) -> bytes:
    """One page as JSON, or a line a row: rows in the order (last_update, key); withdrawn rows as bare tombstones."""
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
    head = {**_head(entity, region), "as_of": as_of}
    end = {"count": len(rows), "cursor": place, "more": more}
    shown_rows = [row[2] for row in rows]
    if lines:
        return _in_lines(head, shown_rows, {"complete": True, **end})
    return f'{json.dumps({**head, **end})[:-1]}, "rows": [{",".join(shown_rows)}]}}'.encode()


def _object(names: Sequence[str]) -> str:
    pairs = ", ".join(f"'{n}', \"{n}\"" for n in names)
    return f"json_object({pairs})"


def snapshot(connection: sqlite3.Connection, region: str, entity: str, lines: bool = False) -> bytes:
    """Key and last_update of every row in force at one moment; the end says that it is whole, with count and digest."""
    if entity not in schema.ENTITIES:
        raise RequestError(404, "no such entity")
    key = schema.ENTITIES[entity][0]
    head = {**_head(entity, region), "as_of": now_text()}
    total = digests.Sum()
    rows = []
    # One statement sees one moment.
    for value, moment_ in connection.execute(
        f'SELECT "{key}", last_update FROM "{entity}" WHERE soft_delete = 0 ORDER BY "{key}"'
    ):
        total.step(entity, value, moment_)
        rows.append(json.dumps({key: value, "last_update": moment_}))
    end = {"complete": True, "count": len(rows), "digest": total.finalize()}
    return _in_lines(head, rows, end) if lines else _in_one(head, rows, end)


def _head(entity: str, region: str) -> dict[str, str]:
    return {"schema_version": schema.VERSION, "entity": entity, "region": region}


def _in_lines(head: dict[str, Any], rows: Sequence[str], end: dict[str, Any]) -> bytes:
    return "".join(f"{line}\n" for line in (json.dumps(head), *rows, json.dumps(end))).encode()


def _in_one(head: dict[str, Any], rows: Sequence[str], end: dict[str, Any]) -> bytes:
    return f'{json.dumps(head)[:-1]}, "rows": [{",".join(rows)}], {json.dumps(end)[1:]}'.encode()
