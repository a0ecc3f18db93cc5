"""Wiring that repeats what the controller also computes: the firewall lets in what is declared, hours have zones."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from provision.inventory import Server, declared_ports, regions, source_networks
from provision.inventory.model import Connection
from provision.inventory.settings import Settings
from provision.paths import playbooks_dir

pytestmark = pytest.mark.needs_ansible

KEY = "A" * 43 + "="
BASE: dict[str, Any] = {
    "backbone_region": "33.74",
    "backbone_level": "kabupaten_kota",
    "backbone_fqdn": "data.semarang.example",
    "backbone_networks_internal": ["10.33.74.0/24", "fd00:33:74::/64"],
}
HUB = {"endpoint": "vpn.example:51820", "public_key": KEY, "networks": ["10.8.0.0/24"], "address": "10.8.0.7"}
SERVERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "client": {"backbone_vpn": "client", "backbone_vpn_hub": HUB},
    "external": {
        "backbone_vpn": "external",
        "backbone_vpn_external_sources": ["10.99.0.0/16"],
        "backbone_database_clients": "internal_and_vpn",
    },
    "closed": {
        "backbone_database_clients": "none",
        "backbone_stages_disabled": ["gateway", "vpn", "postgresql"],
    },
    "other": {
        "ansible_port": 2222,
        "backbone_vpn_port": 4500,
        "backbone_vpn_network": "10.91.0.0/24",
        "backbone_database": "sqlserver",
        "backbone_ports": [
            {"port": 8443, "proto": "tcp", "sources": "vpn", "why": "panel"},
            {"port": 161, "proto": "udp", "sources": ["internal", "192.0.2.0/24"], "why": "monitoring"},
            {"port": 8080, "sources": "anywhere", "why": "website"},
        ],
    },
    "open": {"backbone_ports": [{"port": 22, "sources": "anywhere", "why": "SSH from the road"}]},
    "in use before": {
        "backbone_found": [
            {"kind": "listener", "name": "tcp/8080", "decision": "keep", "ports": [{"port": 8080}], "sources": "vpn"},
            {"kind": "container", "name": "docker/web", "decision": "keep", "ports": [{"port": 53, "proto": "udp"}]},
            {"kind": "listener", "name": "tcp/9000", "decision": "stop", "units": ["old.service"]},
            {"kind": "container", "name": "podman/x", "decision": "stop", "containers": ["podman/x"]},
            {"kind": "firewall", "name": "ufw", "decision": "stop", "units": ["ufw.service"]},
            {"kind": "panel", "name": "/etc/webmin", "decision": "keep"},
        ],
    },
    "supplied": {
        "backbone_sync_source": "supplied",
        "backbone_sync_supplied": {"unit": "a.service", "health_command": "true", "ports": [5774, 5775]},
    },
    "landing": {"backbone_sync_kind": "landing", "backbone_database_clients": "none"},
    "landing, not ours": {
        "backbone_sync_kind": "landing",
        "backbone_sync_source": "supplied",
        "backbone_database_clients": "none",
    },
    "landing, inside too": {"backbone_sync_kind": "landing", "backbone_database_clients": "internal_and_vpn"},
    "local": {"ansible_connection": "local", "ansible_port": 2222},
    "sources-off": {"backbone_sync_supplied": {"unit": "a.service", "health_command": "true", "ports": [1]}},
}


def resolved(folder: Path, wiring: str, variables: tuple[str, ...], hosts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What Ansible makes of a wiring file's variables, by host."""
    inventory = folder / "hosts.yml"
    YAML(typ="safe").dump({"all": {"hosts": hosts}}, inventory)
    answer = folder / "answer.json"
    wired = "{{ {" + ", ".join(f"'{name}': {name}" for name in variables) + "} }}"
    resolve = {
        "hosts": "all",
        "gather_facts": False,
        "vars_files": [str(playbooks_dir() / "wiring" / f"{wiring}.yml")],
        "tasks": [{"ansible.builtin.set_fact": {"wired": wired}}],
    }
    collect = "{{ dict(groups.all | zip(groups.all | map('extract', hostvars, 'wired'))) | to_json }}"
    tell = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.copy": {"dest": str(answer), "content": collect, "mode": "0600"}}],
    }
    YAML(typ="safe").dump([resolve, tell], folder / "play.yml")
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(folder / "play.yml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    answered: dict[str, Any] = json.loads(answer.read_text())
    return answered


def as_server(name: str, variables: dict[str, Any]) -> Server:
    settings = {key.removeprefix("backbone_"): value for key, value in variables.items() if key.startswith("backbone_")}
    settings["admins"] = [{"name": "sri", "ssh_keys": [ssh_key()]}]
    connection = Connection(
        host="10.0.0.1",
        port=variables.get("ansible_port", 22),
        user="root",
        key_file="",
        common_args="",
        kind=variables.get("ansible_connection", "ssh"),
        become=False,
    )
    made = Settings.model_validate_json(json.dumps(settings))
    return Server(name, made.region, made.level, "Asia/Jakarta", made, connection)


def ssh_key() -> str:
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + bytes(32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} sri@dinas"


def test_the_firewall_lets_in_the_declared_ports_and_no_others(tmp_path: Path) -> None:
    hosts = {name: BASE | changed for name, changed in SERVERS.items()}
    names = ("firewall_ports", "firewall_bound_networks", "firewall_limits", "firewall_known_networks")
    wired = resolved(tmp_path, "firewall", names, hosts)
    counted = {
        name: {one["name"]: set(one["ports"]) for one in told["firewall_limits"]} for name, told in wired.items()
    }
    assert counted["defaults"] == {"other": {80, 443}}
    assert counted["closed"] == {}
    assert counted["open"] == {"login": {22}, "other": {80, 443}}
    assert {"10.33.74.0/24", "fd00:33:74::/64", "10.90.0.0/24"} <= set(wired["open"]["firewall_known_networks"])
    assert "192.0.2.0/24" in wired["other"]["firewall_known_networks"]
    assert not any("anywhere" in told["firewall_known_networks"] for told in wired.values())
    for name, variables in hosts.items():
        server = as_server(name, variables)
        declared = {
            (one.port, one.proto, frozenset(source_networks(server.settings, one.sources)))
            for one in declared_ports(server)
        }
        let_in = {
            (one["port"], one["proto"], frozenset(source_networks(server.settings, tuple(one["sources"]))))
            for one in wired[name]["firewall_ports"]
        }
        assert let_in == declared, name
        bound = {one["network"] for one in wired[name]["firewall_bound_networks"]}
        serves = variables.get("backbone_vpn", "server") == "server" and name != "closed"
        assert bound == ({variables.get("backbone_vpn_network", "10.90.0.0/24")} if serves else set()), name


def test_what_is_to_go_is_stopped_and_firewalls_only_by_the_stage_that_replaces_them(tmp_path: Path) -> None:
    hosts = {name: BASE | SERVERS[name] for name in ("defaults", "in use before")}
    base = resolved(tmp_path, "base", ("base_stopped_units", "base_stopped_containers"), hosts)
    assert base["defaults"] == {"base_stopped_units": [], "base_stopped_containers": []}
    assert base["in use before"] == {"base_stopped_units": ["old.service"], "base_stopped_containers": ["podman/x"]}
    firewall = resolved(tmp_path, "firewall", ("firewall_replaced_units",), hosts)
    assert [one["firewall_replaced_units"] for one in firewall.values()] == [[], ["ufw.service"]]


def test_hours_are_meant_in_the_zone_of_every_province(tmp_path: Path) -> None:
    provinces = {one.code for one in regions.all_regions() if one.level == "provinsi"}
    hosts = {f"p{code}": {"backbone_region": code} for code in provinces}
    for stage in ("patching", "antivirus", "backup", "sync"):
        wired = resolved(tmp_path, stage, (f"{stage}_timezone",), hosts)
        zones = {host: one[f"{stage}_timezone"] for host, one in wired.items()}
        assert {one.code: zones[f"p{one.province}"] for one in regions.all_regions()} == {
            one.code: one.zone for one in regions.all_regions()
        }, stage
