"""The table of regions: complete, unique, and right where a person can look it up."""

from collections import Counter

import pytest

from provision.inventory import regions


def test_all_provinces_and_all_kabupaten_kota_are_there_once() -> None:
    levels = Counter(region.level for region in regions.all_regions())
    assert levels == {"provinsi": 38, "kabupaten_kota": 514}
    assert len({region.code for region in regions.all_regions()}) == 552
    assert len({region.name for region in regions.all_regions()}) == 552


def test_every_kabupaten_kota_belongs_to_a_province_that_exists() -> None:
    for region in regions.all_regions():
        province = regions.by_code(region.province)
        assert province is not None, region
        assert province.level == "provinsi"
        assert province.zone == region.zone


@pytest.mark.parametrize(
    ("code", "name", "zone"),
    [
        ("33", "Jawa Tengah", "WIB"),
        ("33.74", "Kota Semarang", "WIB"),
        ("33.22", "Kabupaten Semarang", "WIB"),
        ("32.01", "Kabupaten Bogor", "WIB"),
        ("61.71", "Kota Pontianak", "WIB"),
        ("62", "Kalimantan Tengah", "WIB"),
        ("63.71", "Kota Banjarmasin", "WITA"),
        ("64", "Kalimantan Timur", "WITA"),
        ("65", "Kalimantan Utara", "WITA"),
        ("51", "Bali", "WITA"),
        ("53", "Nusa Tenggara Timur", "WITA"),
        ("73.71", "Kota Makassar", "WITA"),
        ("81", "Maluku", "WIT"),
        ("91", "Papua", "WIT"),
        ("92", "Papua Barat", "WIT"),
        ("93", "Papua Selatan", "WIT"),
        ("94", "Papua Tengah", "WIT"),
        ("95", "Papua Pegunungan", "WIT"),
        ("96", "Papua Barat Daya", "WIT"),
        ("96.71", "Kota Sorong", "WIT"),
    ],
)
def test_known_regions(code: str, name: str, zone: str) -> None:
    region = regions.by_code(code)
    assert region is not None
    assert (region.name, region.zone_name) == (name, zone)


def test_jakartas_units_have_no_government_but_the_province_has() -> None:
    without = [region.code for region in regions.all_regions() if not region.has_government]
    assert without == ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]


def test_an_unknown_code_is_none() -> None:
    assert regions.by_code("99.99") is None
    assert regions.by_code("3374") is None


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Kota Semarang", "33.74"),
        ("kab. semarang", "33.22"),
        ("semrang", "33.22"),
        ("jogja", None),
        ("Yogyakarta", "34"),
        ("kota yogyakarta", "34.71"),
        ("prov papua barat", "92"),
        ("3374", "33.74"),
        ("pangkajene", "73.10"),
        ("", None),
    ],
)
def test_search(asked: str, first: str | None) -> None:
    found = regions.search(asked)
    assert (found[0].code if found else None) == first


def test_a_misspelt_name_still_finds_both_of_that_name() -> None:
    assert {"33.74", "33.22"} <= {region.code for region in regions.search("semrang")}
