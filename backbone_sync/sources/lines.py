"""The contract's line form (application/x-ndjson): a head, a row a line, and an end that says it is whole.

Without its end a body is cut off, however many rows came before: what is read here is handed on at once, so that
memory stays flat, and is to be believed only after the last line has been checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from backbone_sync.dictionary import Field, digest
from backbone_sync.errors import BadAnswer, RegionMismatch
from backbone_sync.sources.wire import Moment, Page, checked_page, checked_version

MEDIA = "application/x-ndjson"
MAX_LINE = 1024 * 1024  # bytes; a row is about 1.7 kB
T = TypeVar("T")


class Head(msgspec.Struct):
    """The first line: what follows, and when it was read at the source."""

    schema_version: str
    entity: str
    region: str
    as_of: Moment


class PageEnd(msgspec.Struct):
    """The last line of a page."""

    complete: bool
    count: int
    cursor: str
    more: bool


class SnapshotEnd(msgspec.Struct):
    """The last line of a snapshot."""

    complete: bool
    count: int
    digest: str


class _Marked(msgspec.Struct):
    complete: bool = False


_HEAD = msgspec.json.Decoder(Head)
_PAGE_END = msgspec.json.Decoder(PageEnd)
_SNAPSHOT_END = msgspec.json.Decoder(SnapshotEnd)
_MARKED = msgspec.json.Decoder(_Marked)


def split(pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
    """The lines of a body that comes in pieces; BadAnswer for an endless line or a last one without its line feed."""
    rest = b""
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE:
            raise BadAnswer(f"a line of {what} is longer than {MAX_LINE} bytes")
        yield from lines
    if rest:
        raise _cut_off(what)


def page(pieces: Iterable[bytes], entity: str, region: str, asked: str) -> Page:
    """A page in line form; as `wire.page`, with its rows still undecoded."""
    lines = split(pieces, entity)
    head = _head(lines, entity, region)
    rows = list(lines)
    if not rows:
        raise _cut_off(entity)
    end = _decoded(_PAGE_END, rows.pop(), entity)
    if not end.complete:
        raise _cut_off(entity)
    raws = [msgspec.Raw(line) for line in rows]
    made = Page(head.schema_version, entity, region, head.as_of, end.count, end.cursor, end.more, raws)
    return checked_page(made, entity, region, asked)


def snapshot(pieces: Iterable[bytes], entity: str, region: str, key: Field) -> Iterator[tuple[str, datetime]]:
    """The (key text, last_update) of every row in force at the source's one moment, as they arrive.

    BadAnswer, at the latest after the last pair, unless the end marker stands there and its count and digest are
    those of what came: until then nothing may be concluded from a key that is absent.
    """
    row: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
        msgspec.defstruct("Row", [("key", Any), ("last_update", Moment)], rename={"key": key.name})
    )
    lines = split(pieces, entity)
    _head(lines, entity, region)
    count = total = 0
    coming = next(lines, None)
    if coming is None:
        raise _cut_off(entity)
    for following in lines:
        made = _decoded(row, coming, entity)
        text = digest.key_text(key, made.key)
        count += 1
        total += digest.row_number(text, made.last_update)
        yield text, made.last_update
        coming = following
    if not _decoded(_MARKED, coming, entity).complete:
        raise _cut_off(entity)
    end = _decoded(_SNAPSHOT_END, coming, entity)
    if end.count != count or end.digest != digest.folded(total):
        raise BadAnswer(f"the snapshot of {entity} is not what its end says: {count} rows came, {end.count} announced")


def _head(lines: Iterator[bytes], entity: str, region: str) -> Head:
    first = next(lines, None)
    if first is None:
        raise BadAnswer(f"the answer for {entity} is empty")
    head = _decoded(_HEAD, first, entity)
    checked_version(head.schema_version, entity)
    if head.entity != entity:
        raise BadAnswer(f"asked for {entity}, got another entity")
    if head.region != region:
        raise RegionMismatch(f"rows of {entity} belong to another region than {region}; nothing of them was stored")
    return head


def _decoded(decoder: msgspec.json.Decoder[T], line: bytes, what: str) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAnswer(f"a line of {what} is not by the contract", "see what the source really serves") from None


def _cut_off(what: str) -> BadAnswer:
    return BadAnswer(f"the answer for {what} was cut off: its end is missing")
