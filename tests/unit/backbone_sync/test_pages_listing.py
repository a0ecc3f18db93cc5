"""Whatever sizes an API's pages have and whatever stands beyond the last: all rows come, or it is said that not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone_sync import dictionary
from backbone_sync.errors import BadAnswer, Incomplete
from backbone_sync.sources.pages import Pages
from backbone_sync.sources.source_pages import Listed, PagesSettings
from backbone_sync.sources.web import Answer
from tests.support.foreign import key_of

WORDS = dictionary.load()


def source(size: int, scopes: tuple[str, ...] = (), past: str = "empty") -> Pages:
    """The adapter with pages of `size`; whoever answers is put in by the test."""
    made = PagesSettings(
        url="https://api.example",
        entities={"sekolah": Listed("/sekolah", empty=True)},
        page_size=size,
        scope_parameter="kode" if scopes else "",
        scopes=scopes,
        retries=0,
        past_end_status=404 if past == "404" else 0,
    )
    return Pages(made, lambda name: "", WORDS, "0", lambda _: None)


def listed(made: Pages) -> list[str]:
    """Keys as they come, through the pages that the engine asks for."""
    keys: list[str] = []
    page = made.page("sekolah", ())
    for _ in range(500):
        keys += [msgspec.json.decode(row)["sekolah_id"] for row in page.rows]
        if not page.more:
            return keys
        page = made.page("sekolah", (), page.cursor)
    raise AssertionError("the listing does not come to an end")


@settings(max_examples=300, deadline=None)
@given(
    counts=st.lists(st.integers(0, 20), min_size=1, max_size=3),
    size=st.integers(2, 6),
    most=st.integers(1, 8),
    past=st.sampled_from(("empty", "last", "first", "404")),
    deaf=st.booleans(),
    scopeless=st.booleans(),
    doubled=st.booleans(),
)
def test_all_rows_come_or_it_is_said(
    counts: list[int], size: int, most: int, past: str, deaf: bool, scopeless: bool, doubled: bool
) -> None:
    scopes = tuple(f"s{n}" for n in range(len(counts))) if len(counts) > 1 else ()
    parts = enumerate(zip(scopes or ("",), counts, strict=True))
    of = {scope: [key_of("sekolah", 100 * n + m) for m in range(many)] for n, (scope, many) in parts}
    every = [key for keys in of.values() for key in keys]

    def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None, what: str) -> Answer:
        query = dict(parse_qsl(urlsplit(url).query))
        keys = every if scopeless else of[query.get("kode", "")]
        step = min(most, int(query["per_page"]))
        number = 1 if deaf else int(query["page"])
        last = max(1, -(-len(keys) // step))
        if number > last:
            if past == "404":
                return Answer(404, "text/html", "", b"<html>")
            number = {"empty": number, "last": last, "first": 1}[past]
        start = (number - 1) * step
        shown = keys[max(0, start - doubled) : start + step] if start < len(keys) else []  # a row shows twice
        return Answer(200, "application/json", "", json.dumps({"data": [{"sekolah_id": k} for k in shown]}).encode())

    made = source(size, scopes, past)
    made._web.exchange = exchange  # type: ignore[method-assign]
    try:
        found = listed(made)
    except (BadAnswer, Incomplete):
        # Only what really withholds or repeats rows may be refused.
        longest = len(every) if scopeless else max(counts)
        assert (deaf and longest >= size) or (scopeless and len(scopes) > 1) or doubled
        return
    # A source that looks at neither number nor size, and gives less than it is asked for, cannot be told from one
    # that has no more: the log says that it is taken for whole.
    if not (deaf and most < size):
        assert set(found) == set(every)


def test_a_source_that_gives_the_same_short_page_whatever_is_asked_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    made = source(10)
    body = json.dumps([{"sekolah_id": key_of("sekolah", n)} for n in range(4)]).encode()
    made._web.exchange = lambda *asked: Answer(200, "application/json", "", body)  # type: ignore[method-assign]
    assert len(listed(made)) == 4
    assert "entity=sekolah" in caplog.text
    assert "taken for the whole" in caplog.text


def test_the_page_of_the_manual_says_so() -> None:
    assert "taken for the whole" in (Path(__file__).parents[3] / "docs" / "sync-sources.md").read_text("utf-8")
