"""What is on a machine already: each thing is asked about once, with the choices that there are, and then no more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from checks import commands
from provision.audit.preflight import Found, discover, published
from provision.inventory import Server
from provision.inventory.model import Connection
from provision.inventory.settings import Settings
from provision.probe import Answer, Snapshot
from provision.probe.snapshot import Fault

SETTINGS = {
    "region": "33.74",
    "level": "kabupaten_kota",
    "fqdn": "data.semarang.example",
    "networks_internal": ["10.33.74.0/24"],
    "admins": [
        {
            "name": "sri",
            "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        }
    ],
}
SSHD = 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=500,fd=3))'


def server(**changed: Any) -> Server:
    made = Settings.model_validate_json(json.dumps(SETTINGS | changed))
    return Server("kab", "33.74", "kabupaten_kota", "Asia/Jakarta", made, Connection("h", 22, "", "", "", "ssh", True))


def found(sockets: str, carried: str = "", rules: str = '{"nftables": []}', **settings: Any) -> dict[str, Found]:
    answers = {
        commands.SOCKETS: Answer(0, sockets),
        commands.CARRIED: Answer(0, carried),
        commands.RULESET: Answer(0, rules),
    }
    return {f"{one.kind} {one.name}": one for one in discover(server(**settings), Snapshot("kab", "", answers))}


def words(one: Found) -> list[str]:
    return [way.word for way in one.choices]


def test_a_bare_machine_with_ssh_and_dhcp_leaves_nothing_to_decide() -> None:
    dhcp = 'udp UNCONN 0 0 0.0.0.0%eth0:68 0.0.0.0:* users:(("dhclient",pid=7,fd=6))'
    local = 'tcp LISTEN 0 20 127.0.0.1:25 0.0.0.0:* users:(("exim4",pid=8,fd=4))'
    seen = found(f"{SSHD}\n{SSHD.replace('0.0.0.0:22', '[::]:22')}\n{dhcp}\n{local}")
    assert list(seen) == ["listener tcp/22"]
    assert seen["listener tcp/22"].settled
    assert "::" in seen["listener tcp/22"].detail


def test_a_service_of_the_regions_own_is_kept_or_stopped() -> None:
    line = 'tcp LISTEN 0 100 *:8080 *:* users:(("java",pid=90,fd=12))'
    one = found(f"{SSHD}\n{line}", "##units\n90 simda.service\n500 ssh.service\n")["listener tcp/8080"]
    assert (one.settled, words(one)) == (False, ["keep", "stop"])
    assert (one.ports, one.units) == ((("tcp", 8080),), ("simda.service",))
    by_hand = found(line, "##units\n90 session-4.scope\n")["listener tcp/8080"]
    assert (by_hand.units, words(by_hand)) == ((), ["keep", "stop"])
    assert "by hand" in by_hand.choices[-1].how.text()


@pytest.mark.parametrize(
    "settings",
    [
        {"ports": [{"port": 8080, "proto": "tcp", "sources": ["internal"], "why": "simda"}]},
        {"found": [{"kind": "listener", "name": "tcp/8080", "decision": "stop", "units": ["simda.service"]}]},
        {"found": [{"kind": "listener", "name": "tcp/8080", "decision": "keep", "ports": [{"port": 8080}]}]},
    ],
)
def test_what_the_inventory_says_is_not_asked_again(settings: dict[str, Any]) -> None:
    line = 'tcp LISTEN 0 100 *:8080 *:* users:(("java",pid=90,fd=12))'
    assert found(line, **settings)["listener tcp/8080"].settled


@pytest.mark.parametrize(("process", "choices"), [("nginx", ["adopt", "stop"]), ("apache2", ["stop"])])
def test_a_web_server_where_the_gateway_goes_cannot_stay_there(process: str, choices: list[str]) -> None:
    line = f'tcp LISTEN 0 511 0.0.0.0:443 0.0.0.0:* users:(("{process}",pid=70,fd=6))'
    units = f"##units\n70 {process}.service\n"
    one = found(line, units)["listener tcp/443"]
    assert (one.settled, words(one)) == (False, choices)
    assert found(line, units + "##stages\nbase.json\ngateway.json\n")["listener tcp/443"].settled


def test_what_our_own_stages_serve_is_not_asked_about() -> None:
    tunnel = 'udp UNCONN 0 0 0.0.0.0:51820 0.0.0.0:* users:(("wireguard-go",pid=9,fd=7))'
    kernel = "udp UNCONN 0 0 0.0.0.0:51820 0.0.0.0:*"
    for line in (tunnel, kernel):
        assert not found(line)["listener udp/51820"].settled
        assert found(line, "##stages\nbase.json\nvpn.json\n")["listener udp/51820"].settled


def test_a_containers_doorman_is_not_asked_about_but_the_container_is() -> None:
    proxy = 'tcp LISTEN 0 4096 0.0.0.0:8443 0.0.0.0:* users:(("docker-proxy",pid=60,fd=4))'
    carried = (
        "##containers\ndocker\tweb\tnginx:1\t0.0.0.0:8443->443/tcp, :::8443->443/tcp\n"
        "docker\tcache\tredis:7\t127.0.0.1:6379->6379/tcp\n"
    )
    seen = found(f"{SSHD}\n{proxy}", carried)
    assert set(seen) == {"listener tcp/22", "container docker/web", "container docker/cache"}
    web = seen["container docker/web"]
    assert (web.settled, web.ports, web.containers) == (False, (("tcp", 8443),), ("docker/web",))
    assert seen["container docker/cache"].settled, "nobody but the machine itself reaches it"


def test_ports_that_a_container_publishes() -> None:
    told = "0.0.0.0:8000-8002->80-82/tcp, [::]:53->53/udp, 127.0.0.1:5->5/tcp, [::1]:6->6/tcp, 9000/tcp"
    assert published(told) == (("udp", 53), ("tcp", 8000), ("tcp", 8001), ("tcp", 8002))


def test_databases_are_taken_over_kept_or_stopped() -> None:
    sockets = (
        'tcp LISTEN 0 200 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=40,fd=6))\n'
        'tcp LISTEN 0 200 0.0.0.0:5433 0.0.0.0:* users:(("postgres",pid=41,fd=6))\n'
        'tcp LISTEN 0 80 0.0.0.0:3306 0.0.0.0:* users:(("mariadbd",pid=42,fd=6))'
    )
    clusters = (
        "##clusters\n15 main 5432 online postgres /var/lib/postgresql/15/main /log\n"
        "15 lama 5433 online postgres /var/lib/postgresql/15/lama /log\n"
        "13 main 5434 down postgres /var/lib/postgresql/13/main /log\nother mariadb.service\n"
        "##units\n40 postgresql@15-main.service\n41 postgresql@15-lama.service\n42 mariadb.service\n"
    )
    seen = found(sockets, clusters, database_version=15)
    assert {name: (one.settled, words(one), one.ports) for name, one in seen.items()} == {
        "database PostgreSQL 15/main": (False, ["adopt"], ()),
        "database PostgreSQL 15/lama": (False, ["keep", "stop"], (("tcp", 5433),)),
        "database PostgreSQL 13/main": (True, ["keep", "stop"], ()),
        "database mariadb.service": (False, ["keep", "stop"], (("tcp", 3306),)),
    }
    assert found(sockets, clusters + "##stages\npostgresql.json\n")["database PostgreSQL 15/main"].settled


def test_firewalls_and_panels() -> None:
    rules = {"nftables": [{"chain": {"family": "inet", "table": "fail2ban", "hook": "input"}}]}
    seen = found(SSHD, "##firewalls\nufw\nufw\nlegacy\t4\n##panels\n/etc/webmin\n", json.dumps(rules))
    assert {name: one.settled for name, one in seen.items() if not name.startswith("listener")} == {
        "firewall ufw": False,
        "firewall inet fail2ban": True,
        "firewall iptables-legacy": True,
        "panel /etc/webmin": False,
    }
    assert seen["firewall ufw"].units == ("ufw.service",)


def test_what_could_not_be_seen_is_not_settled_and_a_silent_machine_is_the_findings_business() -> None:
    answers = {commands.SOCKETS: Answer(127, "", "ss: not found"), commands.CARRIED: Answer(0, "")}
    (one,) = discover(server(), Snapshot("kab", "", answers))
    assert (one.kind, one.settled) == ("unknown", False)
    silent = replace(Snapshot("kab", "", {}), fault=Fault("unreachable", "no route"))
    assert discover(server(), silent) == ()
