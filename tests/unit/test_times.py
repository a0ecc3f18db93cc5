"""Moments are shown in the region's zone, and never in UTC without saying so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checks.measure import say
from provision import i18n
from provision.inventory.regions import all_regions
from provision.times import ZONES, shown

NOON = "2026-11-21T12:00:05Z"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Jakarta", "2026-11-21 19:00 WIB"),
        ("Asia/Pontianak", "2026-11-21 19:00 WIB"),
        ("Asia/Makassar", "2026-11-21 20:00 WITA"),
        ("Asia/Jayapura", "2026-11-21 21:00 WIT"),
        ("", "2026-11-21 12:00 UTC"),
        ("Nowhere/Land", "2026-11-21 12:00 UTC"),
    ],
)
def test_a_moment_is_shown_in_the_zone(zone: str, said: str) -> None:
    assert shown(NOON, zone) == said
    assert shown(datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC), zone) == said


def test_seconds_where_they_matter_and_a_dash_for_nothing() -> None:
    assert shown(NOON, "Asia/Makassar", seconds=True) == "2026-11-21 20:00:05 WITA"
    assert shown("", "Asia/Makassar") == "–"


def test_every_region_s_zone_has_its_indonesian_name() -> None:
    assert {region.zone for region in all_regions()} <= set(ZONES)


def test_a_measurement_has_the_language_s_decimal_mark() -> None:
    measured = say("{ghz} GHz", ghz=2.04)
    assert (measured.text(), measured.text(i18n.translator("en")), measured.text(i18n.translator("id"))) == (
        "2.0 GHz",
        "2.0 GHz",
        "2,0 GHz",
    )


def test_numbers_are_written_as_the_language_does() -> None:
    i18n.use("en")
    assert (i18n.number(88000), i18n.number(1234.56, 1)) == ("88,000", "1,234.6")
    i18n.use("id")
    assert (i18n.number(88000), i18n.number(1234.56, 1)) == ("88.000", "1.234,6")
