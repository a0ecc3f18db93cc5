"""The rows in the files of a bundle: unpacked as a stream, held to the manifest, and read as NDJSON or CSV.

`check` reads one file whole and stores nothing; `rows` hands out what has been checked, a row at a time.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import IO, Any

import msgspec

from backbone_sync.dictionary import Entity
from backbone_sync.sources.bundle import PIECE, BundleRefused, Part
from backbone_sync.sources.lines import MAX_LINE
from backbone_sync.sources.loose import Rows

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DAMAGED = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, zstd.ZstdError, NotImplementedError)


def _unpacked(part: Part, inside: zipfile.ZipFile | None, file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of one file in pieces; BundleRefused when it is damaged, or has more than its manifest says."""
    count = 0
    stream: Any
    try:
        if inside is None:
            file.seek(0)
            stream = file
        else:
            stream = inside.open(part.name)
        if part.packing == "gz":
            stream = gzip.GzipFile(fileobj=stream)
        elif part.packing == "zst":
            stream = zstd.ZstdFile(stream)
        while piece := stream.read(PIECE):
            count += len(piece)
            if count > part.bytes:
                raise BundleRefused(f"{part.name} unpacks to more than the {part.bytes} bytes of the manifest")
            yield piece
    except _DAMAGED:
        raise BundleRefused(f"{part.name} is damaged or cut off") from None
    if count < part.bytes:
        raise BundleRefused(f"{part.name} has {count} bytes, and the manifest says {part.bytes}: it is cut off")


def check(part: Part, entity: Entity, inside: zipfile.ZipFile | None, file: IO[bytes]) -> None:
    """Read one file whole: BundleRefused unless every byte and every line is as the manifest says."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()

    def watched() -> Iterator[bytes]:
        for piece in _unpacked(part, inside, file):
            digest.update(piece)
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                raise BundleRefused(f"{part.name} is not UTF-8") from None
            yield piece
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise BundleRefused(f"{part.name} is not UTF-8") from None

    pieces = watched()
    count = sum(1 for _ in (_checked_json(part, pieces) if part.form == "ndjson" else _records(part, entity, pieces)))
    for _ in pieces:  # what stands behind the last row is part of the digest
        pass
    if digest.hexdigest() != part.sha256:
        raise BundleRefused(f"{part.name} has another SHA-256 than its manifest says")
    if count != part.rows:
        raise BundleRefused(f"{part.name} has {count} rows, and the manifest says {part.rows}")


def rows(
    part: Part, entity: Entity, inside: zipfile.ZipFile | None, file: IO[bytes], zone: tzinfo
) -> Iterator[msgspec.Raw]:
    """The rows of a file that was checked, as JSON objects; times without a zone are of `zone`."""
    pieces = _unpacked(part, inside, file)
    if part.form == "ndjson":
        return map(msgspec.Raw, _lines(part, pieces))
    records = _records(part, entity, pieces, head=True)
    made = Rows(entity, next(records), zone)
    return map(made.raw, records)


def _lines(part: Part, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends and without a byte order mark; the last one must end too."""
    rest, first = b"", True
    for piece in pieces:
        if first:
            piece, first = piece[3:] if piece.startswith(codecs.BOM_UTF8) else piece, False
        found = (rest + piece).split(b"\n")
        rest = found.pop()
        if len(rest) > MAX_LINE:
            raise BundleRefused(f"{part.name} has a line of more than {MAX_LINE} bytes")
        yield from found
    if rest:
        raise BundleRefused(f"{part.name} ends in the middle of a line: it is cut off")


def _checked_json(part: Part, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(_lines(part, pieces), 1):
        try:
            _OBJECT.decode(line)
        except (msgspec.DecodeError, RecursionError):
            raise BundleRefused(f"{part.name}: line {number} is no JSON object") from None
        yield line


def _records(part: Part, entity: Entity, pieces: Iterator[bytes], *, head: bool = False) -> Iterator[list[str]]:
    """The records of a CSV by RFC 4180; with `head` the names of the columns come first."""
    stream = io.BufferedReader(_Stream(pieces), PIECE)
    reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""), strict=True)
    columns: list[str] = []
    number = 0
    try:
        for record in reader:
            number += 1
            if number == 1:
                columns = _columns(part, entity, record)
                if head:
                    yield columns
            elif len(record) != len(columns):
                raise BundleRefused(
                    f"{part.name}: record {number} has {len(record)} columns, the header {len(columns)}"
                )
            else:
                yield record
    except csv.Error:
        raise BundleRefused(f"{part.name}: record {number + 1} is not CSV by RFC 4180") from None
    except UnicodeDecodeError:
        raise BundleRefused(f"{part.name} is not UTF-8") from None
    if not number:
        raise BundleRefused(f"{part.name} has no header")


def _columns(part: Part, entity: Entity, record: list[str]) -> list[str]:
    """The header's names; the key and the bookkeeping that the engine lives by must be among them."""
    if len(set(record)) < len(record) or not all(record):
        raise BundleRefused(f"{part.name}: its header names a column twice or not at all")
    needed = (entity.key.name, "last_update", "soft_delete")
    if missing := [name for name in needed if name not in record]:
        raise BundleRefused(f"{part.name}: its header lacks {', '.join(missing)}")
    return record


class _Stream(io.RawIOBase):
    """Pieces of bytes as a file that can be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
