"""Support dates: the ones that decide findings, the forms in which versions come, and an unknown version."""

from datetime import date

import pytest

from provision.inventory import lifecycle


@pytest.mark.parametrize(
    ("product", "version", "until", "lts_until"),
    [
        ("debian", "12", "2026-06-10", "2028-06-30"),
        ("Debian", "12.7", "2026-06-10", "2028-06-30"),
        ("debian", "13", "2028-08-09", "2030-06-30"),
        ("ubuntu", "24.04", "2029-05-31", "2034-04-25"),
        ("RedHat", "9.4", "2032-05-31", "2035-05-31"),
        ("rocky", "8.10", "2029-05-31", None),
        ("centos", "7", "2024-06-30", None),
        ("Windows Server", "2016", "2027-01-12", None),
        ("postgresql", "14", "2026-11-12", None),
        ("postgresql", "17.2", "2029-11-08", None),
        ("sqlserver", "2016", "2026-07-14", "2029-07-17"),
    ],
)
def test_dates(product: str, version: str, until: str, lts_until: str | None) -> None:
    found = lifecycle.support(product, version)
    assert found is not None
    assert found.until.isoformat() == until
    assert (found.lts_until.isoformat() if found.lts_until else None) == lts_until
    assert found.source.startswith("https://")


def test_the_state_changes_on_the_day_after_the_last() -> None:
    debian = lifecycle.support("debian", "12")
    assert debian is not None
    assert debian.state(date(2026, 6, 10)) == "supported"
    assert debian.state(date(2026, 6, 11)) == "lts"
    assert debian.state(date(2028, 7, 1)) == "ended"


def test_what_the_table_lacks_is_unknown_not_ended() -> None:
    assert lifecycle.support("debian", "99") is None
    assert lifecycle.support("plan9", "4") is None
    assert lifecycle.support("ubuntu", "24") is None


def test_every_row_is_sound() -> None:
    assert lifecycle.as_of() <= date.today()
    table = {
        "debian": ("11", "12", "13"),
        "ubuntu": ("20.04", "22.04", "24.04", "26.04"),
        "rhel": ("7", "8", "9", "10"),
        "almalinux": ("8", "9", "10"),
        "rocky": ("8", "9", "10"),
        "centos": ("7", "8", "9", "10"),
        "windows-server": ("2016", "2019", "2022", "2025"),
        "postgresql": ("13", "14", "15", "16", "17", "18"),
        "sqlserver": ("2016", "2017", "2019", "2022", "2025"),
    }
    assert set(table) == set(lifecycle.products())
    for product, versions in table.items():
        dates = [lifecycle.support(product, version) for version in versions]
        assert all(one is not None for one in dates), product
        assert all(one.lts_until is None or one.lts_until > one.until for one in dates if one)
