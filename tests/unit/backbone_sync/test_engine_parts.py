"""The engine's parts without a host: windows, bandwidth, pages ahead, drift, the brake's arithmetic."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from backbone_sync import config, dictionary
from backbone_sync.dictionary.validator import Validator
from backbone_sync.errors import BadAnswer, ConfigInvalid, SchemaDrift
from backbone_sync.interfaces import Page
from backbone_sync.privacy import grant
from backbone_sync.run import drift, pace
from backbone_sync.run.listing import Asked, Listing
from backbone_sync.run.results import EntityResult, RunResult, braked
from backbone_sync.run.state import Settled, limit
from tests.support.scripted_source import Scripted, membership, moment

WORDS = dictionary.load()
MEMBERS = WORDS["anggota_rombel"]
GRANTED = grant.make(WORDS).fields(MEMBERS)
NIGHT = pace.window("20:00-05:00")
ZONE = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("hour", "minute", "inside"),
    [(19, 59, False), (20, 0, True), (23, 59, True), (0, 0, True), (4, 59, True), (5, 0, False), (12, 0, False)],
)
def test_a_window_over_midnight(hour: int, minute: int, inside: bool) -> None:
    now = datetime(2025, 3, 1, hour, minute, tzinfo=ZONE)
    assert pace.is_open((NIGHT,), now) is inside
    assert pace.is_open((), now)


def test_the_next_window_is_the_first_to_open() -> None:
    noon = pace.window("12:00-13:00")
    now = datetime(2025, 3, 1, 13, 0, tzinfo=ZONE)
    assert pace.next_opening((noon, NIGHT), now) == datetime(2025, 3, 1, 20, 0, tzinfo=ZONE)
    assert pace.next_opening((noon,), now) == datetime(2025, 3, 2, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize("text", ["", "20-05", "24:00-05:00", "20:60-21:00", "20:00-20:00", "20:00-05:00 "])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ConfigInvalid):
        pace.window(text)


def test_the_region_must_lie_in_a_zone() -> None:
    with pytest.raises(ConfigInvalid, match="Jakart"):
        pace.zone("Asia/Jakart")


def test_a_bandwidth_is_kept_on_average_and_pauses_are_not_saved_up() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    throttle = pace.Throttle(1000.0, sleep, lambda: now[0])
    for _ in range(10):
        throttle.spend(500)
    assert now[0] == pytest.approx(5.0, abs=1.0)
    now[0] += 100.0
    slept.clear()
    for _ in range(6):
        throttle.spend(500)
    assert sum(slept) == pytest.approx(2.0)
    unbound = pace.Throttle(0.0, sleep, lambda: now[0])
    slept.clear()
    unbound.spend(10**9)
    assert slept == []


def test_the_run_table_of_the_configuration_is_read_and_checked(tmp_path: Path) -> None:
    head = 'region = "33.74"\n[source]\nurl = "https://pusat.example"\nbandwidth = 50000\n[run]\n'

    def made(text: str) -> config.Config:
        path = tmp_path / "sync.toml"
        path.write_text(head + text)
        return config.load(path, WORDS)

    read = made('windows = ["20:00-05:00"]\nzone = "Asia/Makassar"\ndelete_share = 0.02\njitter = "5m"\n')
    assert (read.pace.windows, read.pace.zone, read.delete_share) == ((NIGHT,), ZONE, 0.02)
    assert (read.pace.jitter.total_seconds(), read.source.bandwidth) == (300.0, 50000)
    assert made("").delete_share == 0.05
    assert (made("").verify.days, made("").relist.days) == (1, 30)
    often = made('verify = "6h"\nrelist = "0d"\n')
    assert (often.verify.total_seconds(), often.relist.total_seconds()) == (6 * 3600, 0)
    for wrong in ("delete_share = 5", "brake = 1", 'verify = "daily"', 'zone = "x"', 'windows = ["x"]'):
        with pytest.raises(ConfigInvalid):
            made(wrong)


class Counting(Scripted):
    """Fails at a page, and notes whether two requests were ever under way at once."""

    busy = False
    overlapped = False
    fails_at = -1

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        Counting.overlapped |= Counting.busy
        Counting.busy = True
        time.sleep(0.002)
        Counting.busy = False
        if self.requests == self.fails_at:
            raise BadAnswer("the answer is cut off")
        return super().page(entity, fields, cursor, since)


def source(rows: int, sizes: tuple[int, ...] = (2,), **changes: Any) -> Counting:
    made = Counting(rows={n: membership(n, n) for n in range(rows)}, sizes=sizes)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def sizes_of(listing: Listing, rows: int) -> list[int]:
    return [len(page.rows) for page in listing.groups(rows)]


def test_small_pages_are_put_together_and_none_is_lost() -> None:
    with Listing(source(11), Asked("anggota_rombel", ()), ahead=2) as listing:
        assert sizes_of(listing, 5) == [6, 5]
    with Listing(source(11), Asked("anggota_rombel", ())) as listing:
        assert sizes_of(listing, 1) == [2, 2, 2, 2, 2, 1]
    assert not Counting.overlapped


def test_what_came_before_a_fault_is_handed_over_first() -> None:
    got: list[int] = []
    with Listing(source(11, fails_at=3), Asked("anggota_rombel", ())) as listing, pytest.raises(BadAnswer):
        got.extend(len(page.rows) for page in listing.groups(100))
    assert got == [6]


def test_a_listing_that_is_left_ends_its_thread_and_stops_asking() -> None:
    made = source(1000)
    before = threading.active_count()
    with Listing(made, Asked("anggota_rombel", ()), ahead=2) as listing:
        next(iter(listing))
    asked = made.requests
    assert threading.active_count() == before
    assert asked <= 5
    time.sleep(0.02)
    assert made.requests == asked


def judged(rows: list[dict[str, Any]]) -> tuple[list[msgspec.Raw], Any]:
    raws = [msgspec.Raw(json.dumps(row).encode()) for row in rows]
    return raws, Validator(MEMBERS, GRANTED).judge(raws)


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != name}


def test_a_nullable_field_that_no_row_has_was_removed_and_would_have_emptied_its_column() -> None:
    raws, made = judged([without(membership(n, 1), "updater_id") for n in range(2)])
    assert len(made.rows) == 2
    with pytest.raises(SchemaDrift, match="updater_id"):
        drift.check(MEMBERS, GRANTED, raws, made, explicit_nulls=True)
    drift.check(MEMBERS, GRANTED, raws, made, explicit_nulls=False)


def test_a_field_that_some_row_has_was_not_removed_and_tombstones_need_none() -> None:
    rows = [without(membership(0, 1), "updater_id"), membership(1, 1)]
    bare = {"anggota_rombel_id": membership(2, 1)["anggota_rombel_id"], "last_update": moment(1), "soft_delete": 1}
    raws, made = judged([*rows, bare])
    drift.check(MEMBERS, GRANTED, raws, made, explicit_nulls=True)
    raws, made = judged([bare])
    drift.check(MEMBERS, GRANTED, raws, made, explicit_nulls=True)


@pytest.mark.parametrize(("wrong", "of", "stops"), [(2, 2, False), (2, 100, False), (3, 3, True), (9, 100, False)])
def test_a_slip_is_no_change_of_the_schema(wrong: int, of: int, stops: bool) -> None:
    rows = [membership(n, 1, **({"last_sync": "kemarin"} if n < wrong else {})) for n in range(of)]
    raws, made = judged(rows)
    if stops:
        with pytest.raises(SchemaDrift, match=f"in {wrong} of {of} rows"):
            drift.check(MEMBERS, GRANTED, raws, made, explicit_nulls=True)
    else:
        drift.check(MEMBERS, GRANTED, raws, made, explicit_nulls=True)


@pytest.mark.parametrize(
    ("stored", "share", "most"), [(0, 0.05, 1), (9, 0.05, 1), (40, 0.05, 2), (10**6, 0.05, 50_000), (100, 0.0, 1)]
)
def test_the_brake_lets_a_share_through_and_a_single_row_always(stored: int, share: float, most: int) -> None:
    assert limit(stored, share) == most


def test_a_run_with_deletions_that_wait_is_not_green_and_names_the_command() -> None:
    assert braked("ptk", Settled(5, 0, 10, 100)) is None
    fault = braked("ptk", Settled(0, 30, 10, 200))
    assert fault is not None
    assert "30 of 200 stored rows of ptk (15.0 %)" in fault.message
    assert "backbone-sync release-deletes ptk --by NAME" in fault.repair
    result = RunResult(1, {"ptk": EntityResult(error=fault, complete=True)})
    assert (result.green, result.exit_status, result.first_error) == (False, 1, fault)
