"""The small decisions at the source's rim: form, compression, how often a client may ask, what is announced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provision.lab.source import limiter, negotiate, notice, schema
from provision.lab.source.__main__ import main
from provision.lab.source.generate import Size, generate

JSON, LINES = negotiate.JSON, negotiate.LINES


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (LINES, LINES),
        (f"{JSON};q=0.5, {LINES}", LINES),
        (f"{LINES};q=0, */*", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=often", None),
    ],
)
def test_the_form_is_the_one_that_the_client_likes_best(accept: str | None, form: str | None) -> None:
    assert negotiate.media(accept, (JSON, LINES)) == form


@pytest.mark.parametrize(
    ("accept", "size", "coding"),
    [("gzip", 5000, "gzip"), ("gzip", 200, None), (None, 5000, None), ("gzip;q=0, zstd;q=0", 5000, None)],
)
def test_a_small_body_is_sent_as_it_is(accept: str | None, size: int, coding: str | None) -> None:
    assert negotiate.coding(accept, size) == coding


def test_a_client_waits_out_its_minute_and_no_other_does(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(limiter.time, "monotonic", lambda: clock[0])
    made = limiter.Limiter(2)
    assert [made.wait("a"), made.wait("a"), made.wait("a"), made.wait("b")] == [0, 0, 60, 0]
    clock[0] += 45.5
    assert made.wait("a") == 15
    clock[0] += 14.5
    assert made.wait("a") == 0
    assert limiter.Limiter(None).wait("a") == 0


def test_a_window_is_announced_and_withdrawn_on_the_command_line(tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    generate(data, Size(schools=1, students=2), seed=1, region="33.74")
    until = ["--from", "2020-01-01T00:00:00Z", "--until", "2099-01-01T00:00:00Z"]
    assert main(["announce", "--data", str(data), *until]) == 0
    connection = schema.connect(data)
    try:
        (window,) = json.loads(notice.content(connection, None))["maintenance"]
        assert (window["from"], window["until"]) == ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z")
        assert main(["announce", "--data", str(data)]) == 0
        assert json.loads(notice.content(connection, 60))["maintenance"] == []
    finally:
        connection.close()
