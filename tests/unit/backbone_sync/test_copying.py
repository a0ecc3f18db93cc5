"""What is written for COPY is read back as what it was, whatever the texts hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backbone_sync.stores import copying

text = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=12)
value = st.one_of(
    st.none(), text, st.integers(-(10**9), 10**9), st.sampled_from(("null", "", '"', "\\", "\\n", "]\n["))
)


def read(data: bytes) -> list[list[str | None]]:
    """A reader of this CSV after PostgreSQL's rules: quote, backslash before quote or backslash, unquoted null."""
    rows: list[list[str | None]] = []
    row: list[str | None] = []
    field, quoted, inside = "", False, False
    chars = iter(data.decode())
    for c in chars:
        if inside and c == "\\":
            following = next(chars)
            field += following if following in '"\\' else c + following
        elif c == '"':
            inside, quoted = not inside, True
        elif not inside and c in ",\n":
            row.append(field if quoted or field != "null" else None)
            field, quoted = "", False
            if c == "\n":
                rows.append(row)
                row = []
        else:
            field += c
    assert not row
    assert not field
    return rows


@given(st.lists(st.lists(value, min_size=3, max_size=3), max_size=4))
def test_texts_come_through_unchanged(rows: list[list[Any]]) -> None:
    expected = [[None if v is None else str(v) for v in row] + [None] for row in rows]
    assert read(copying.lines([(*row, None) for row in rows])) == expected


def test_times_numbers_and_flags_are_written_as_postgresql_reads_them() -> None:
    row = (datetime(2024, 7, 15, 1, 2, 3, 4000, UTC), date(2024, 7, 15), -6.94, ["nik", "nisn"])
    assert copying.lines([row]) == b'"2024-07-15T01:02:03.004000Z","2024-07-15",-6.94,"{nik,nisn}"\n'


def test_no_rows_are_nothing() -> None:
    assert copying.lines([]) == b""
