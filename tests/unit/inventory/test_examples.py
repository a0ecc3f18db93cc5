"""The worked examples are sound, say what they mean, and stay short enough to be read."""

from datetime import date
from pathlib import Path

import pytest

from provision import paths
from provision.inventory import declared_ports, load

TODAY = date(2026, 11, 21)

pytestmark = pytest.mark.needs_ansible


def _example(name: str) -> Path:
    return paths.inventories_dir() / name


def test_the_kabupaten() -> None:
    fleet = load(_example("kabupaten"), today=TODAY)
    (server,) = fleet.servers
    assert (server.region, server.level, server.zone) == ("33.74", "kabupaten_kota", "Asia/Jakarta")
    assert server.connection.host == "10.33.74.10"
    assert server.connection.become is True
    assert {(one.port, one.proto) for one in declared_ports(server)} == {
        (22, "tcp"),
        (80, "tcp"),
        (443, "tcp"),
        (5432, "tcp"),
        (51820, "udp"),
    }
    # It has no vault: that is said, with the names, and keeps nobody from validating.
    (note,) = fleet.notes
    assert "backbone_secret_stamp_key" in note.message
    assert "backbone_secret_telegram_token" not in note.message


def test_the_provinsi_lives_with_what_it_has() -> None:
    (server,) = load(_example("provinsi"), today=TODAY).servers
    assert server.settings.vpn == "external"
    assert server.settings.antivirus_existing is not None
    assert (51820, "udp") not in {(one.port, one.proto) for one in declared_ports(server)}
    assert (10050, ("10.33.1.20/32",)) in {(one.port, one.sources) for one in declared_ports(server)}


def test_the_national_fleet_shares_settings_and_keeps_its_zones() -> None:
    fleet = load(_example("nasional"), today=TODAY)
    assert {server.zone for server in fleet.servers} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}
    hubs = {server.settings.vpn_hub.address for server in fleet.servers if server.settings.vpn_hub}
    assert len(hubs) == len(fleet.servers) == 7
    assert {server.name for server in fleet.servers if "jawa_tengah" in server.groups} == {
        "prov-33",
        "kota-33-74",
        "kab-33-22",
    }


@pytest.mark.parametrize("name", ["kabupaten", "provinsi"])
def test_an_example_fits_on_a_screen(name: str) -> None:
    assert len((_example(name) / "hosts.yml").read_text(encoding="utf-8").splitlines()) <= 35
