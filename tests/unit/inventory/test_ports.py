"""The declared surface follows from the settings, and sources become the networks that they name."""

from __future__ import annotations

from typing import Any

import pytest

from provision.inventory import declared_ports, source_networks

from .conftest import Folder, sound, wireguard_key

HUB = {
    "endpoint": "vpn.example:51820",
    "public_key": wireguard_key(),
    "networks": ["10.200.0.0/16"],
    "address": "10.200.0.5",
}
ROUTER = {"backbone_vpn": "external", "backbone_vpn_external_sources": ["172.20.8.0/22"]}
SUPPLIED = {
    "backbone_sync_source": "supplied",
    "backbone_sync_supplied": {"unit": "x.service", "health_command": "true", "ports": [8443]},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"22/tcp", "80/tcp", "443/tcp", "51820/udp", "5432/tcp"}),
        ({"ansible_port": 2222}, {"22/tcp", "2222/tcp", "80/tcp", "443/tcp", "51820/udp", "5432/tcp"}),
        ({"backbone_vpn_port": 4500}, {"22/tcp", "80/tcp", "443/tcp", "4500/udp", "5432/tcp"}),
        ({"backbone_vpn": "client", "backbone_vpn_hub": HUB}, {"22/tcp", "80/tcp", "443/tcp", "5432/tcp"}),
        (ROUTER, {"22/tcp", "80/tcp", "443/tcp", "5432/tcp"}),
        ({"backbone_database_clients": "none"}, {"22/tcp", "80/tcp", "443/tcp", "51820/udp"}),
        (
            {"backbone_database": "sqlserver", "backbone_sync_store": {"server": "db.local", "database": "backbone"}},
            {"22/tcp", "80/tcp", "443/tcp", "51820/udp", "1433/tcp"},
        ),
        ({"backbone_stages_disabled": ["gateway", "vpn"]}, {"22/tcp", "5432/tcp"}),
        (SUPPLIED, {"22/tcp", "80/tcp", "443/tcp", "51820/udp", "5432/tcp", "8443/tcp"}),
        (
            {
                "backbone_found": [
                    {"kind": "listener", "name": "tcp/8080", "decision": "keep", "ports": [{"port": 8080}]},
                    {"kind": "listener", "name": "tcp/25", "decision": "stop", "ports": [{"port": 25}]},
                ]
            },
            {"22/tcp", "80/tcp", "443/tcp", "51820/udp", "5432/tcp", "8080/tcp"},
        ),
        (
            {
                "ansible_connection": "psrp",
                "backbone_database": "sqlserver",
                "backbone_stages_disabled": ["hardening", "sync", "gateway", "notify", "audit"],
                "backbone_ports": [{"port": 161, "proto": "udp", "sources": "vpn", "why": "x"}],
            },
            {"5986/tcp", "51820/udp", "1433/tcp", "161/udp"},
        ),
    ],
)
def test_declared(folder: Folder, changes: dict[str, Any], expected: set[str]) -> None:
    folder.hosts({**sound(), **changes})
    (server,) = folder.load().servers
    assert {f"{one.port}/{one.proto}" for one in declared_ports(server)} == expected


def test_nothing_but_the_gateway_and_the_vpn_is_open_to_anyone(folder: Folder) -> None:
    folder.hosts(sound())
    (server,) = folder.load().servers
    assert {one.port for one in declared_ports(server) if "anywhere" in one.sources} == {80, 443, 51820}


def test_sources_as_networks(folder: Folder) -> None:
    folder.hosts({**sound(), **ROUTER})
    (server,) = folder.load().servers
    assert source_networks(server.settings, ("internal", "vpn")) == ("10.33.74.0/24", "172.20.8.0/22")
    assert source_networks(server.settings, ("anywhere",)) == ("0.0.0.0/0", "::/0")
    assert source_networks(server.settings, ("10.1.0.0/16", "internal")) == ("10.1.0.0/16", "10.33.74.0/24")
