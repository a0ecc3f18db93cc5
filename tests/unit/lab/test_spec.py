"""The lab's description and its two networks."""

from __future__ import annotations

import json
from pathlib import Path

from provision.lab.image import IMAGES
from provision.lab.lab import Lab
from provision.lab.spec import Networks, hosts


def test_every_host_has_a_known_image_and_its_own_addresses() -> None:
    networks = Networks(slot=3)
    addresses = [address for spec in hosts().values() for address in networks.addresses(spec).values()]
    assert {"lab-kab", "lab-prov", "lab-pusat", "lab-luar", "lab-arsip"} == set(hosts())
    assert all(spec.image in IMAGES for spec in hosts().values())
    assert len(addresses) == len(set(addresses))


def test_only_servers_and_the_repository_host_stand_on_the_internal_network() -> None:
    inside = {name for name, spec in hosts().items() if "internal" in Networks(0).addresses(spec)}
    assert inside == {"lab-kab", "lab-prov", "lab-arsip"}


def test_instances_do_not_share_an_internal_network() -> None:
    assert not Networks(0).internal.overlaps(Networks(1).internal)
    assert str(Networks(7).controller) == "10.83.7.1"


def test_the_list_names_each_host_its_distribution_its_addresses_by_network_and_how_to_reach_it(tmp_path: Path) -> None:
    lab = Lab("any", tmp_path, Networks(slot=31))
    told = {host["name"]: host for host in json.loads(json.dumps(lab.listing()))}
    assert list(told) == list(hosts())
    systems = [host["distribution"] for host in told.values()]
    assert systems == ["debian12", "debian13", "debian13", "debian13", "debian12"]
    assert told["lab-kab"]["addresses"] == {"internal": "10.83.31.11", "outside": "198.51.100.11"}
    assert told["lab-luar"]["addresses"] == {"outside": "198.51.100.66"}
    assert {host["ssh_config"] for host in told.values()} == {str(tmp_path / "ssh" / "config")}
    assert {host["inventory"] for host in told.values()} == {str(tmp_path / "inventory" / "hosts.yml")}
    assert {host["running"] for host in told.values()} == {False}
