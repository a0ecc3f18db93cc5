"""The small decisions: cursor, configuration, grant, answers, Retry-After, metrics."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backbone_sync import config, dictionary
from backbone_sync.errors import BadAnswer, ConfigInvalid, RegionMismatch, SyncError
from backbone_sync.interfaces import Total
from backbone_sync.privacy import grant
from backbone_sync.run import publish
from backbone_sync.run.results import advance, balance, printable
from backbone_sync.run.state import Holding, Position
from backbone_sync.run.status import EntityStatus, Status
from backbone_sync.sources import wire
from backbone_sync.sources.web import retry_after

WORDS = dictionary.load()
T0 = datetime(2024, 8, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE: dict[str, Any] = {
    "schema_version": "1.0",
    "entity": "sekolah",
    "region": "33.74",
    "as_of": "2024-08-01T00:00:00Z",
    "count": 1,
    "cursor": "c2",
    "more": False,
    "rows": [{"a": 1}],
}


def test_a_listing_that_goes_on_keeps_its_place_and_its_beginning() -> None:
    made = advance(Position(since_update=T0), "c1", True, T0 + HOUR, T0 + 9 * HOUR)
    assert made == Position(T0, T0 + HOUR, None, "c1")


def test_a_complete_listing_begins_the_next_one_at_its_own_end() -> None:
    made = advance(Position(T0, T0 + HOUR, None, "c1"), "c2", False, T0 + 2 * HOUR, T0 + 9 * HOUR)
    assert made == Position(T0 + 2 * HOUR, T0 + 2 * HOUR)


def test_a_resumed_listing_begins_the_next_one_where_it_was_cut_off() -> None:
    resumed = Position(T0, T0 + 3 * HOUR, T0 + HOUR, "c1")
    assert advance(resumed, "c2", False, T0 + 4 * HOUR, T0 + 9 * HOUR).since_update == T0 + HOUR


def test_a_row_from_the_future_does_not_carry_the_cursor_past_the_sources_clock() -> None:
    assert advance(Position(), "c1", False, T0 + 100 * HOUR, T0 + HOUR).since_update == T0 + HOUR


def test_an_empty_page_moves_nothing_back() -> None:
    assert advance(Position(T0, T0), "c1", False, None, T0 + HOUR) == Position(T0, T0)


@pytest.mark.parametrize(
    ("holding", "total", "balanced"),
    [
        (Holding(9, 1, 2, 0), Total(10, 2), True),
        (Holding(8, 1, 2, 0), Total(10, 2), False),
        (Holding(10, 1, 2, 0), Total(10, 2), False),
        (Holding(9, 1, 1, 0), Total(10, 2), False),
        (Holding(0, 0, 0, 0), None, False),
    ],
)
def test_an_account_balances_or_it_does_not(holding: Holding, total: Total | None, balanced: bool) -> None:
    assert balance(holding, total).balanced is balanced


def test_a_page_by_the_contract_is_read() -> None:
    made = wire.page(json.dumps(PAGE).encode(), "sekolah", "33.74", "c1")
    assert (made.count, bytes(made.rows[0])) == (1, b'{"a": 1}')


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"entity": "ptk"}, BadAnswer),
        ({"region": "33.72"}, RegionMismatch),
        ({"schema_version": "2.0"}, BadAnswer),
        ({"count": 2}, BadAnswer),
        ({"more": True, "cursor": "c1"}, BadAnswer),
        ({"more": True, "rows": [], "count": 0}, BadAnswer),
        ({"rows": None}, BadAnswer),
        ({"as_of": "2024-08-01T00:00:00"}, BadAnswer),
        ({"cursor": None}, BadAnswer),
    ],
)
def test_a_page_that_is_not_by_the_contract_is_refused(change: dict[str, Any], fault: type[SyncError]) -> None:
    with pytest.raises(fault):
        wire.page(json.dumps({**PAGE, **change}).encode(), "sekolah", "33.74", "c1")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"<html>", b'{"data": []}', b"\xff\xfe"])
def test_what_is_not_even_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        wire.page(body, "sekolah", "33.74", "")
    with pytest.raises(BadAnswer):
        wire.totals(body, "33.74")
    with pytest.raises(BadAnswer):
        wire.token(body)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), (" 7 ", 7.0), ("Thu, 01 Aug 2024 00:01:00 GMT", 60.0), ("soon", None), ("", None), ("-1", None)],
)
def test_retry_after_in_both_its_forms(text: str, seconds: float | None) -> None:
    assert retry_after(text, T0) == seconds


def test_a_default_grant_leaves_out_what_is_sensitive_and_keeps_what_the_engine_needs() -> None:
    given = grant.make(WORDS)
    names = {f.name for f in given.fields(WORDS["ptk"])}
    assert {"nik", "agama_id"}.isdisjoint(names)
    assert {"ptk_id", "nama", "last_update", "soft_delete"} <= names
    assert sorted(given.entities) == sorted(WORDS.names)


def test_a_grant_of_one_entity_still_has_the_code_tables() -> None:
    given = grant.make(WORDS, ("sekolah",), without=("sekolah.email", "sekolah.kode_wilayah"))
    assert [n for n in given.entities if not n.startswith("ref.")] == ["sekolah"]
    names = {f.name for f in given.fields(WORDS["sekolah"])}
    assert "email" not in names
    assert "kode_wilayah" in names  # without it no school could be placed


def test_a_grant_of_what_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match="sekola"):
        grant.make(WORDS, ("sekola",))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sync.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_configuration_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = written(tmp_path, 'region = "33.74"\n[source]\nurl = "https://pusat.example"\noverlap = "2m"\n')
    made = config.load(path, WORDS)
    assert made.source.overlap == timedelta(minutes=2)
    assert made.database == "host=/var/run/postgresql dbname=backbone user=backbone_sync"
    assert made.grant.leave_out == {"s"}


@pytest.mark.parametrize(
    "text",
    [
        'region = "33.74"\n',
        'region = "33.74"\n[source]\nurl = "http://pusat.example"\n',
        'region = "33.74"\n[source]\nurl = "https://pusat.example"\nspeed = 1\n',
        'region = "33.74"\n[source]\nurl = "https://pusat.example"\noverlap = "soon"\n',
        'region = "33.74"\n[source]\nurl = "https://pusat.example"\n[other]\n',
        'region = "33.74"\n[source]\nkind = "pigeon"\nurl = "https://pusat.example"\n',
        'region = "33.74"\n[source]\nurl = "https://pusat.example"\n[grant]\nentities = ["nobody"]\n',
        "region =",
    ],
)
def test_a_configuration_that_is_wrong_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        config.load(written(tmp_path, text), WORDS)


def test_secrets_come_from_files_and_a_missing_one_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, 'region = "33.74"\n[source]\nurl = "https://pusat.example"\n')
    (tmp_path / "token").write_text("rahasia\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    made = config.load(path, WORDS)
    assert (made.secret("token"), made.secret("client_id")) == ("rahasia", "")
    assert "rahasia" not in repr(made)


def test_names_from_the_source_are_cut_to_what_a_log_may_hold() -> None:
    assert printable("a\nb,{}\x00" + "c" * 99) == "a?b????" + "c" * 56


def test_what_is_published_holds_the_account_and_is_written_in_one_step(tmp_path: Path) -> None:
    entity = EntityStatus(10, 9, 1, 2, 0, 0, True, T0, ())
    status = Status(1, "33.74", True, "green", T0, T0 + timedelta(seconds=7), T0, 5.0, None, None, {"ptk": entity})
    publish.write(str(tmp_path), status, date(2030, 12, 31))
    lines = (tmp_path / "sync.prom").read_text().splitlines()
    assert 'backbone_sync_rows{entity="ptk",state="stored"} 9.0' in lines
    success = next(line for line in lines if line.startswith("backbone_sync_last_success_timestamp_seconds "))
    assert float(success.split()[1]) == T0.timestamp()
    assert "backbone_sync_run_seconds 7.0" in lines
    ends = next(line for line in lines if line.startswith("backbone_sync_grant_expires_timestamp_seconds "))
    assert datetime.fromtimestamp(float(ends.split()[1]), UTC).date() == date(2030, 12, 31)
    assert msgspec.json.decode((tmp_path / "sync.json").read_bytes())["entities"]["ptk"]["stored"] == 9
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sync.json", "sync.prom"]
    with pytest.raises(ConfigInvalid):
        publish.write(str(tmp_path / "nowhere"), Status(1, "33", False, "never", *[None] * 6, {}))
