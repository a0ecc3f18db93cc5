"""Every kind of broken inventory: one clear fault, at the right variable, with what to write instead."""

from __future__ import annotations

import pytest

from provision import i18n
from provision.exits import Exit
from provision.i18n import english
from provision.inventory import InventoryInvalid

from .conftest import Folder, sound, ssh_key, wireguard_key


def peer(**changes: object) -> dict[str, object]:
    return {
        "name": "sri",
        "public_key": wireguard_key(),
        "address": "10.90.0.2",
        "expires": "2027-06-30",
        **changes,
    }


CASES: dict[str, tuple[dict[str, object], str, str, str]] = {
    # what is set: (changes, key of the fault, in its message, in its repair)
    "misspelt key": (
        {"backbone_time_server": []},
        "backbone_time_server",
        "no such key",
        "backbone_time_servers",
    ),
    "unknown key": ({"backbone_colour": "red"}, "backbone_colour", "no such key", "remove it"),
    "misspelt prefix": ({"backbon_region": "33"}, "backbon_region", "no such key", "backbone_region"),
    "key inside": (
        {"backbone_admins": [{"name": "sri", "ssh_keys": [ssh_key()], "fullname": "S"}]},
        "backbone_admins[0].fullname",
        "no such key",
        "did you mean full_name?",
    ),
    "connection variable": ({"ansible_hots": "x"}, "ansible_hots", "no such key", "ansible_host"),
    "a second repository on the server itself": (
        {"backbone_backup_second": {"host": "10.33.74.10"}},
        "backbone_backup_second.host",
        "is this server itself",
        "another machine",
    ),
    "a store of somebody's without a bucket": (
        {"backbone_backup_second": {"kind": "s3", "host": "s3.example", "access_key": "AK"}},
        "backbone_backup_second.bucket",
        "kind: s3 needs it",
        "owner handed out",
    ),
    "an authority that is not there": (
        {"backbone_backup_second": {"host": "arsip.example"}, "backbone_backup_second_ca": "no.pem"},
        "backbone_backup_second_ca",
        "is not there",
        "correct the name",
    ),
    "text for a boolean": (
        {"ansible_become": "yes please"},
        "ansible_become",
        "true or false",
        "without quotes",
    ),
    "text for a number": ({"ansible_port": "22"}, "ansible_port", "whole number", "without quotes"),
    "number for text": (
        {"backbone_region": 33.74},
        "backbone_region",
        "33.74 is read as a number",
        '"33.74"',
    ),
    "text for a list": (
        {"backbone_networks_internal": "10.0.0.0/8"},
        "backbone_networks_internal",
        "list",
        "[",
    ),
    "text for a mapping": (
        {"backbone_notify_email": "a@b.example"},
        "backbone_notify_email",
        "mapping",
        "key",
    ),
    "no choice": ({"backbone_vpn": "sever"}, "backbone_vpn", "sever is not a choice", "did you mean server?"),
    "former administrator who is one": (
        {"backbone_former_admins": ["sri"], "backbone_admins": [{"name": "sri", "ssh_keys": [ssh_key()]}]},
        "backbone_former_admins[0]",
        "sri is needed",
        "take sri out",
    ),
    "former administrator who logs in": (
        {"backbone_former_admins": ["ubuntu"], "ansible_user": "ubuntu"},
        "backbone_former_admins[0]",
        "ubuntu is needed",
        "take ubuntu out",
    ),
    "path with a space": (
        {"backbone_drop_dirs": ["/srv/data masuk"]},
        "backbone_drop_dirs[0]",
        "/srv/data masuk is not a path that every program on the server reads alike",
        "no spaces",
    ),
    "path with words for a settings file": (
        {"backbone_drop_dirs": ["/srv/x\nUser root"]},
        "backbone_drop_dirs[0]",
        "is not a path",
        "letters, digits",
    ),
    "path with a quote": (
        {"backbone_backup_repository": "/srv/b'"},
        "backbone_backup_repository",
        "not a path",
        "letters",
    ),
    "path with a slash at its end": (
        {"backbone_backup_repository": "/srv/backup/"},
        "backbone_backup_repository",
        "not a path",
        "none at the end",
    ),
    "the whole disk": ({"backbone_drop_dirs": ["/"]}, "backbone_drop_dirs[0]", "/ is the whole disk", "below it"),
    "path that climbs": (
        {"backbone_backup_repository": "/srv/../etc"},
        "backbone_backup_repository",
        "not an absolute path",
        "..",
    ),
    "too large": ({"backbone_tls_days": 4000}, "backbone_tls_days", "too large", "825"),
    "port 0": ({"ansible_port": 0}, "ansible_port", "too small", "at least 1"),
    "empty list": ({"backbone_admins": []}, "backbone_admins", "empty", "add"),
    "region unknown": (
        {"backbone_region": "33.99"},
        "backbone_region",
        "no region has the code 33.99",
        "33.74",
    ),
    "jakarta's unit": (
        {"backbone_region": "31.71"},
        "backbone_region",
        "Kota Administrasi Jakarta Pusat is an administrative unit",
        '"31"',
    ),
    "level of another": ({"backbone_level": "provinsi"}, "backbone_level", "Kota Semarang", "kabupaten_kota"),
    "fqdn": ({"backbone_fqdn": "data"}, "backbone_fqdn", "not a full domain name", "data.semarang.example"),
    "network with host bits": (
        {"backbone_networks_internal": ["10.33.74.5/24"]},
        "backbone_networks_internal[0]",
        "inside a network",
        "10.33.74.0/24",
    ),
    "the internet as internal": (
        {"backbone_networks_internal": ["0.0.0.0/0"]},
        "backbone_networks_internal[0]",
        "whole internet",
        "",
    ),
    "vpn overlaps internal": (
        {"backbone_vpn_network": "10.33.0.0/16"},
        "backbone_vpn_network",
        "overlaps the internal network 10.33.74.0/24",
        "nowhere else",
    ),
    "address no address": ({"ansible_host": "10.33.74.1000"}, "ansible_host", "not an IP address", ""),
    "port twice": (
        {"backbone_ports": [{"port": 8080, "sources": "vpn", "why": "x"}] * 2},
        "backbone_ports[1].port",
        "8080/tcp is declared twice",
        "one entry",
    ),
    "port of a stage": (
        {"backbone_ports": [{"port": 443, "sources": "anywhere", "why": "web"}]},
        "backbone_ports[0].port",
        "443/tcp is already declared",
        "remove it",
    ),
    "vpn's port": (
        {"backbone_ports": [{"port": 51820, "proto": "udp", "sources": "vpn", "why": "web"}]},
        "backbone_ports[0].port",
        "51820/udp is already declared",
        "remove it",
    ),
    "port without why": (
        {"backbone_ports": [{"port": 8080, "sources": "vpn"}]},
        "backbone_ports[0].why",
        "missing",
        "add",
    ),
    "sources": (
        {"backbone_ports": [{"port": 8080, "sources": "everywhere", "why": "x"}]},
        "backbone_ports[0].sources",
        "everywhere is not a source",
        "anywhere",
    ),
    "hub missing": ({"backbone_vpn": "client"}, "backbone_vpn_hub", "backbone_vpn: client needs it", "add"),
    "router's networks missing": (
        {"backbone_vpn": "external"},
        "backbone_vpn_external_sources",
        "missing",
        "add",
    ),
    "supplied sync missing": (
        {"backbone_sync_source": "supplied"},
        "backbone_sync_supplied",
        "backbone_sync_source: supplied needs it",
        "add",
    ),
    "http": ({"backbone_sync_url": "http://x.example"}, "backbone_sync_url", "not an address", "https://"),
    "peer expired": (
        {"backbone_vpn_peers": [peer(expires="2026-11-20")]},
        "backbone_vpn_peers[0].expires",
        "the access of sri ended on 2026-11-20",
        "remove the peer",
    ),
    "peer without end": (
        {"backbone_vpn_peers": [{key: value for key, value in peer().items() if key != "expires"}]},
        "backbone_vpn_peers[0].expires",
        "missing",
        "add",
    ),
    "peer's day": (
        {"backbone_vpn_peers": [peer(expires="30-06-2027")]},
        "backbone_vpn_peers[0].expires",
        "not a day",
        "YYYY-MM-DD",
    ),
    "peer's key": (
        {"backbone_vpn_peers": [peer(public_key="AAAA")]},
        "backbone_vpn_peers[0].public_key",
        "not a WireGuard public key",
        "wg pubkey",
    ),
    "peer elsewhere": (
        {"backbone_vpn_peers": [peer(address="10.91.0.2")]},
        "backbone_vpn_peers[0].address",
        "not an address of the VPN's network",
        "",
    ),
    "peer takes the server's": (
        {"backbone_vpn_peers": [peer(address="10.90.0.1")]},
        "backbone_vpn_peers[0].address",
        "the server's own address",
        "",
    ),
    "peer's address twice": (
        {"backbone_vpn_peers": [peer(), peer(name="budi", public_key=wireguard_key(2))]},
        "backbone_vpn_peers[1]",
        "address 10.90.0.2 is there twice",
        "",
    ),
    "peer's key twice": (
        {"backbone_vpn_peers": [peer(), peer(name="budi", address="10.90.0.3")]},
        "backbone_vpn_peers[1]",
        "key",
        "",
    ),
    "admin twice": (
        {"backbone_admins": [{"name": "sri", "ssh_keys": [ssh_key(n)]} for n in (1, 2)]},
        "backbone_admins[1]",
        "administrator sri is there twice",
        "",
    ),
    "root": (
        {"backbone_admins": [{"name": "root", "ssh_keys": [ssh_key()]}]},
        "backbone_admins[0].name",
        "root",
        "",
    ),
    "ssh key cut off": (
        {"backbone_admins": [{"name": "sri", "ssh_keys": ["ssh-ed25519 AAAAC3Nza"]}]},
        "backbone_admins[0].ssh_keys[0]",
        "damaged",
        ".pub",
    ),
    "absent file": (
        {"backbone_sync_ca": "centre.pem"},
        "backbone_sync_ca",
        "centre.pem is not there",
        "put it",
    ),
    "absent key file": (
        {"ansible_ssh_private_key_file": "/nowhere/id"},
        "ansible_ssh_private_key_file",
        "not there",
        "ssh-keygen",
    ),
    "relative key file": (
        {"ansible_ssh_private_key_file": "keys/id"},
        "ansible_ssh_private_key_file",
        "depends on the folder",
        "{{ inventory_dir }}/keys/id",
    ),
    "password in an address": (
        {"backbone_notify_webhook": "https://me:hunter2@hook.example/x"},
        "backbone_notify_webhook",
        "carries a password",
        "vault",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_fault(folder: Folder, case: str) -> None:
    changes, key, message, repair = CASES[case]
    folder.hosts({**sound(), **changes})
    fault = folder.fault()
    assert fault.key == key
    assert message in fault.message
    assert repair in fault.repair
    assert fault.file == "hosts.yml"
    assert fault.line > 0
    assert "hunter2" not in fault.as_text()
    i18n.use("id")
    told = folder.fault()
    assert told.message != fault.message
    assert not {"the", "is", "not", "of"} & set(told.message.split())
    assert english(told.as_dict()) == fault.as_dict()


@pytest.mark.parametrize(
    "name",
    ["region", "level", "fqdn", "networks_internal", "admins", "sync_url"],
)
def test_a_missing_key_is_told_at_the_server(folder: Folder, name: str) -> None:
    variables = sound()
    del variables[f"backbone_{name}"]
    folder.hosts(variables)
    fault = folder.fault()
    assert (fault.key, fault.line) == (f"backbone_{name}", 3)
    assert fault.message.startswith("is missing")


def test_the_sound_one_is_sound(folder: Folder) -> None:
    folder.hosts(sound())
    fleet = folder.load()
    (server,) = fleet.servers
    assert fleet.path == folder.path / "hosts.yml"
    assert fleet.server("s1") is server
    assert server.settings.vpn_network == "10.90.0.0/24"


def test_two_servers_with_one_address_or_name(folder: Folder) -> None:
    folder.hosts(sound(), sound())
    faults = folder.faults()
    assert {(fault.key, fault.servers) for fault in faults} == {
        ("ansible_host", ("s2",)),
        ("backbone_fqdn", ("s2",)),
    }
    assert any("10.33.74.10:22" in fault.message for fault in faults)


def test_one_address_with_two_ports_is_two_servers(folder: Folder) -> None:
    folder.hosts(sound(), {**sound(), "ansible_port": 2222, "backbone_fqdn": "b.semarang.example"})
    assert len(folder.load().servers) == 2


def test_two_clients_of_a_hub_need_two_addresses(folder: Folder) -> None:
    hub = {
        "endpoint": "vpn.example:51820",
        "public_key": wireguard_key(),
        "networks": ["10.200.0.0/16"],
        "address": "10.200.0.5",
    }
    client = {**sound(), "backbone_vpn": "client", "backbone_vpn_hub": hub}
    folder.hosts(client, {**client, "ansible_host": "10.33.74.11", "backbone_fqdn": "b.semarang.example"})
    fault = folder.fault()
    assert fault.key == "backbone_vpn_hub.address"
    assert fault.servers == ("s2",)


def test_many_faults_come_at_once_sorted_by_place_with_exit_status_2(folder: Folder) -> None:
    folder.text(
        "hosts.yml",
        """\
all:
  hosts:
    s1:
      ansible_host: 10.0.0.1
      backbone_region: 33.10
      backbone_levl: kabupaten_kota
      backbone_patch_time: 22:00
    s2:
      ansible_host: 10.0.0.1
      backbone_region: "31.75"
      backbone_ports: [{port: 22, sources: anywhere, why: x}]
  vars:
    backbone_admins: [{name: sri, ssh_keys: [nonsense]}]
    ansible_become_password: geheim123
""",
    )
    with pytest.raises(InventoryInvalid) as raised:
        folder.load()
    invalid = raised.value
    assert invalid.exit_status is Exit.USAGE
    places = [(fault.line, fault.key) for fault in invalid.faults]
    assert places == sorted(places)
    assert {
        (5, "backbone_region"),
        (6, "backbone_levl"),
        (7, "backbone_patch_time"),
        (9, "ansible_host"),
        (10, "backbone_region"),
        (11, "backbone_ports[0].port"),
        (13, "backbone_admins[0].ssh_keys[0]"),
        (14, "ansible_become_password"),
        (3, "backbone_fqdn"),
        (8, "backbone_fqdn"),
    } <= set(places)
    by_key = {(fault.line, fault.key): fault for fault in invalid.faults}
    # The author's spelling is kept: 33.10 would be 33.1 once read as a number, and 22:00 would be 1320.
    assert by_key[5, "backbone_region"].repair == 'write it in quotes: "33.10"'
    assert by_key[7, "backbone_patch_time"].repair == 'write it in quotes: "22:00"'
    # Written once for both servers, it is told once.
    assert by_key[13, "backbone_admins[0].ssh_keys[0]"].servers == ("s1", "s2")
    assert "geheim123" not in str(invalid)
    assert "hosts.yml:5: backbone_region:" in invalid.message


def test_with_permission_an_ended_access_is_a_note(folder: Folder) -> None:
    folder.hosts({**sound(), "backbone_vpn_peers": [peer(expires="2026-11-20")]})
    notes = folder.load(allow_expired=True).notes
    assert [note.key for note in notes if "ended on" in note.message] == ["backbone_vpn_peers[0].expires"]


def test_an_access_that_ends_soon_is_a_note(folder: Folder) -> None:
    folder.hosts({**sound(), "backbone_vpn_peers": [peer(expires="2026-11-21")]})
    assert any("ends on 2026-11-21" in note.message for note in folder.load().notes)
