"""Rows as the CSV that PostgreSQL's COPY reads, written by the JSON encoder. Pure.

A JSON array and a line of CSV differ by little: strings are quoted the same way, and COPY can be told that a
backslash escapes a quote. So msgspec writes a whole page in C, which costs a quarter of adapting value by value.
What JSON escapes beyond quotes and backslashes (control characters) is put back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

# How COPY has to be told to read it. A text that says null is quoted, the absent value is not.
OPTIONS = "(FORMAT csv, QUOTE '\"', ESCAPE '\\', NULL 'null')"
_ENCODER = msgspec.json.Encoder()
_OTHER = re.compile(rb'\\[^"\\]')
_ESCAPE = re.compile(rb'\\(?:(["\\])|u([0-9a-fA-F]{4})|(.))')
_CONTROL = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"/": b"/"}


def lines(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A line a row; the last value of each is the list of flags, or None."""
    made = _ENCODER.encode_lines([row if row[-1] is None else (*row[:-1], _array(row[-1])) for row in rows])
    if not made:
        return b""
    # A newline within a text is escaped, so that this is never found inside a row.
    made = made.replace(b"]\n[", b"\n")[1:-2] + b"\n"
    return _ESCAPE.sub(_plain, made) if _OTHER.search(made) else made


def _array(names: Iterable[str]) -> str:
    """Names of fields as an array of PostgreSQL; they hold letters, digits and underscores only."""
    return "{" + ",".join(names) + "}"


def _plain(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return found[0]
    if found[2]:
        return chr(int(found[2], 16)).encode()
    return _CONTROL[found[3]]
