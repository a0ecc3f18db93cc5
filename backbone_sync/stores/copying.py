"""Rows as the CSV that PostgreSQL's COPY reads, written by the JSON encoder. Pure.

A JSON array and a line of CSV differ by little: strings are quoted the same way, and COPY can be told that a
backslash escapes a quote. So msgspec writes a whole page in C, which costs a quarter of adapting value by value.
What JSON escapes beyond quotes and backslashes (control characters) is put back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import msgspec

# How COPY has to be told to read it. A text that says null is quoted, the absent value is not.
OPTIONS = "(FORMAT csv, QUOTE '\"', ESCAPE '\\', NULL 'null')"
PIECE = 256  # rows; about 100 kB, what a socket's buffer holds
_ENCODER = msgspec.json.Encoder()
_OTHER = re.compile(rb'\\[^"\\]')
_ESCAPE = re.compile(rb'\\(?:(["\\])|u([0-9a-fA-F]{4})|(.))')
_CONTROL = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"/": b"/"}


class Sink(Protocol):
    """What psycopg's `Copy` is."""

    def write(self, buffer: bytes) -> None:
        """Send a piece."""


def send(copy: Sink, rows: Sequence[tuple[Any, ...]], codes: tuple[int, ...] = ()) -> None:
    """Write the rows piece by piece, so that the database reads one while the next is made.

    `codes`: places of fixed-width codes, which go without their padding.
    """
    for start in range(0, len(rows), PIECE):
        some = rows[start : start + PIECE]
        copy.write(lines([*bare(some, codes)] if codes else some))


def lines(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """A line a row; the last value of each is the list of flags, or None."""
    made = _ENCODER.encode_lines([row if row[-1] is None else (*row[:-1], _array(row[-1])) for row in rows])
    # Without the brackets of the arrays. A newline within a text is escaped, so that this splits between rows only.
    made = b"\n".join([line[1:-1] for line in made.split(b"\n")])
    return _ESCAPE.sub(_plain, made) if _OTHER.search(made) else made


def bare(rows: Iterable[tuple[Any, ...]], codes: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """The rows without the blanks that the centre pads fixed-width codes with; `codes` are their places."""
    for row in rows:
        for place in codes:
            value = row[place]
            if value is not None and value[-1:] == " ":
                row = (*row[:place], value.rstrip(" "), *row[place + 1 :])
        yield row


def _array(names: Iterable[str]) -> str:
    """Names of fields as an array of PostgreSQL; they hold letters, digits and underscores only."""
    return "{" + ",".join(names) + "}"


def _plain(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return found[0]
    if found[2]:
        return chr(int(found[2], 16)).encode()
    return _CONTROL[found[3]]
