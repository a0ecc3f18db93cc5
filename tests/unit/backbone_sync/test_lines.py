"""Bodies in lines and digests: what was cut off, damaged or from elsewhere is never taken for whole."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone_sync import dictionary
from backbone_sync.dictionary import digest
from backbone_sync.errors import BadAnswer, RegionMismatch, SyncError
from backbone_sync.sources import lines
from provision.lab.source import digests

WORDS = dictionary.load()
KEY = WORDS["sekolah"].key
T0 = datetime(2024, 8, 1, tzinfo=UTC)
HEAD = {"schema_version": "1.1", "entity": "sekolah", "region": "33.74", "as_of": "2024-08-01T00:00:00Z"}
WORKED_1, WORKED_2 = 11_965_160_762_285_589_155, 11_678_765_251_528_419_452
ROWS = [(f"{n:08x}-1111-4111-a111-111111111111", T0 + timedelta(hours=n)) for n in range(5)]


def snapshot(rows: list[tuple[str, datetime]] = ROWS, head: dict[str, Any] = HEAD, **end: Any) -> list[bytes]:
    """The lines of a snapshot; `end` changes its last one."""
    shown = [{"sekolah_id": key, "last_update": moment.isoformat()} for key, moment in rows]
    last = {"complete": True, "count": len(rows), "digest": digest.of(rows), **end}
    return [json.dumps(one).encode() + b"\n" for one in (head, *shown, last)]


def read(body: list[bytes]) -> list[tuple[str, datetime]]:
    return list(lines.snapshot(body, "sekolah", "33.74", KEY))


@given(st.lists(st.integers(1, 900), max_size=5))
def test_a_snapshot_is_read_however_it_is_cut_into_pieces(cuts: list[int]) -> None:
    body = b"".join(snapshot())
    places = [0, *sorted(min(c, len(body)) for c in cuts), len(body)]
    assert read([body[a:b] for a, b in itertools.pairwise(places)]) == ROWS


def test_an_empty_snapshot_is_one_and_says_so() -> None:
    assert read(snapshot([])) == []
    assert digest.of([]) == digest.EMPTY == "0" * 16


@given(st.integers(0, len(b"".join(snapshot())) - 1))
def test_a_snapshot_that_was_cut_off_anywhere_is_not_whole(length: int) -> None:
    with pytest.raises(BadAnswer):
        read([b"".join(snapshot())[:length]])


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (snapshot()[:3] + snapshot()[4:], BadAnswer),
        (snapshot()[:3] + snapshot()[2:], BadAnswer),
        (snapshot(count=4), BadAnswer),
        (snapshot(digest="0" * 16), BadAnswer),
        (snapshot(complete=False), BadAnswer),
        (snapshot(complete=1), BadAnswer),
        (snapshot(head={**HEAD, "region": "33.72"}), RegionMismatch),
        (snapshot(head={**HEAD, "entity": "ptk"}), BadAnswer),
        (snapshot(head={**HEAD, "schema_version": "2.0"}), BadAnswer),
        ([b'{"error": "maintenance"}\n'], BadAnswer),
        ([b"<html></html>\n"], BadAnswer),
        ([b"[" * 100_000 + b"\n"], BadAnswer),
        ([b"\xff\xfe\n"], BadAnswer),
        ([b"x" * (lines.MAX_LINE + 1)], BadAnswer),
        ([], BadAnswer),
    ],
)
def test_a_snapshot_that_is_not_what_it_says_is_refused(body: list[bytes], fault: type[SyncError]) -> None:
    with pytest.raises(fault):
        read(body)


def page(rows: int = 2, **end: Any) -> list[bytes]:
    last = {"complete": True, "count": rows, "cursor": "c2", "more": False, **end}
    return [json.dumps(one).encode() + b"\n" for one in (HEAD, *[{"a": n} for n in range(rows)], last)]


def test_a_page_in_lines_is_read_with_its_rows_undecoded() -> None:
    made = lines.page(page(), "sekolah", "33.74", "c1")
    assert (made.count, made.cursor, [bytes(r) for r in made.rows]) == (2, "c2", [b'{"a": 0}', b'{"a": 1}'])


@given(st.integers(0, len(b"".join(page())) - 1))
def test_a_page_in_lines_that_was_cut_off_anywhere_is_refused(length: int) -> None:
    with pytest.raises(BadAnswer):
        lines.page([b"".join(page())[:length]], "sekolah", "33.74", "c1")


@pytest.mark.parametrize("end", [{"count": 3}, {"complete": False}, {"more": True, "cursor": "c1"}, {"cursor": None}])
def test_a_page_in_lines_that_is_not_what_it_says_is_refused(end: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        lines.page(page(**end), "sekolah", "33.74", "c1")


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
SETS = st.lists(st.tuples(st.uuids().map(str), MOMENTS), max_size=8, unique_by=lambda r: r[0])


@given(SETS, st.randoms())
def test_a_digest_does_not_know_order_and_adds_up(rows: list[tuple[str, datetime]], order: Any) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert digest.of(shuffled) == digest.of(rows)
    parts = [digest.of(rows[:3]), digest.of(rows[3:])]
    assert digest.folded(sum(int(p, 16) for p in parts)) == digest.of(rows)


@given(SETS, st.integers(0, 7))
def test_a_digest_knows_a_row_lost_doubled_or_of_another_version(rows: list[tuple[str, datetime]], n: int) -> None:
    if not rows:
        return
    place = n % len(rows)
    key, moment = rows[place]
    newer = [*rows[:place], (key, moment + timedelta(microseconds=1)), *rows[place + 1 :]]
    assert len({digest.of(r) for r in (rows, [*rows, rows[place]], rows[:place] + rows[place + 1 :], newer)}) == 4


def test_the_digest_is_the_documents() -> None:
    """A worked example that another implementation can be held to."""
    rows = [("0f8fad5b-d9cb-469f-a165-70867728950e", datetime(2024, 7, 15, 1, 2, 3, 456000, UTC)), ("20241", T0)]
    assert [digest.row_number(*row) for row in rows] == [WORKED_1, WORKED_2]
    assert digest.of(rows) == f"{(WORKED_1 + WORKED_2) % 2**64:016x}"


@given(SETS)
def test_the_source_makes_the_same_digest(rows: list[tuple[str, datetime]]) -> None:
    there = digests.Sum()
    for key, moment in rows:
        there.step("sekolah", key.upper(), moment.isoformat().replace("+00:00", "Z"))
    assert there.finalize() == digest.of(rows)


def test_keys_of_code_tables_are_told_apart_without_padding() -> None:
    there = digests.Sum()
    there.step("ref.mst_wilayah", "036300  ", "2024-08-01T00:00:00.000Z")
    there.step("ref.agama", 7, "2024-08-01T00:00:00.000Z")
    code, number = WORDS["ref.mst_wilayah"].key, WORDS["ref.agama"].key
    rows = [(digest.key_text(code, "036300  "), T0), (digest.key_text(number, 7), T0)]
    assert there.finalize() == digest.of(rows)
