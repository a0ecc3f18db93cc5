"""Ports that containers publish go past the input chain: only the declared ones are reached, and only from there.

No container engine is needed: a network namespace behind a bridge, and the rule that Docker would make for it.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.lab.lab import Lab
from provision.lab.spec import hosts
from tests.bare.test_lockout import Site

HOST, OUTSIDE = "lab-kab", "lab-luar"
PORT = 8080
# Two bridges as Docker names them, a "container" on each; the first one serves, and its port is published.
CONTAINERS = """set -e
container() {
    ip link add "$2" type bridge
    ip address add "$3.1/16" dev "$2"
    ip link set "$2" up
    ip netns add "$1"
    ip link add "v-$1" type veth peer name eth0 netns "$1"
    ip link set "v-$1" master "$2" up
    ip -n "$1" link set lo up
    ip -n "$1" address add "$3.2/16" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via "$3.1"
}
container web docker0 172.17.0
container job br-0123456789ab 172.18.0
cat >/run/echo.py <<'.'
import socket, threading
def serve(line):
    with line:
        while data := line.recv(100):
            line.sendall(data)
listener = socket.create_server(("", 80))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
.
systemd-run --quiet --unit=echo --property=NetworkNamespacePath=/run/netns/web python3 /run/echo.py
timeout 20 sh -c 'until ip netns exec web ss -Hlnt sport = 80 | grep -q LISTEN; do sleep 0.2; done'
"""
# From this machine: the host's own /proc/sys is not to be written, and it has no nft yet.
PUBLISH = f"""sysctl -qw net.ipv4.ip_forward=1
nft -f - <<'.'
table ip nat {{
    chain PREROUTING {{
        type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local jump DOCKER
    }}
    chain DOCKER {{
        iifname != "docker0" tcp dport {PORT} dnat to 172.17.0.2:80
    }}
}}
.
"""


@pytest.fixture(scope="module")
def site(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    lab.up([HOST, OUTSIDE])
    lab.run(HOST, CONTAINERS)
    subprocess.run(["ip", "netns", "exec", lab.machine(HOST).unit, "sh", "-ec", PUBLISH], check=True)
    yield Site(lab, tmp_path_factory.mktemp("published"))
    lab.down([HOST, OUTSIDE])


def connect(site: Site) -> socket.socket:
    """A connection from the controller, which stands in the internal network."""
    address = site.lab.networks.addresses(hosts()[HOST])["internal"]
    return socket.create_connection((str(address), PORT), timeout=3)


def echoes(line: socket.socket) -> bool:
    line.sendall(b"hello")
    return line.recv(100) == b"hello"


def from_inside(site: Site) -> bool:
    try:
        with connect(site) as line:
            return echoes(line)
    except TimeoutError:
        return False


def reached(site: Site, host: str, address: str, before: str = "") -> bool:
    word = f"exec 3<>/dev/tcp/{address}/{PORT} && echo hello >&3 && head -n 1 <&3"
    return site.asked(host, f"{before} timeout 3 bash -c '{word}'") == "hello"


def from_outside(site: Site) -> bool:
    return reached(site, OUTSIDE, str(site.lab.networks.addresses(hosts()[HOST])["outside"]))


def from_a_container(site: Site) -> bool:
    address = str(site.lab.networks.addresses(hosts()[HOST])["internal"])
    return reached(site, HOST, address, before="ip netns exec job")


def test_what_containers_publish_is_held_to_the_inventory(site: Site, tmp_path: Path) -> None:
    assert (from_inside(site), from_outside(site), from_a_container(site)) == (True, True, True)
    with connect(site) as line:
        assert echoes(line)
        status, out = site.run("firewall", [HOST])
        assert status == 0, out
        # Whoever is connected stays so, and containers reach each other; nobody else comes in. That 80, the container's
        # own port, is declared (for the gateway) opens nothing: the port that was asked for counts.
        assert echoes(line)
        assert (from_inside(site), from_outside(site), from_a_container(site)) == (False, False, True)
        assert echoes(line)
    for sources, reachable in (("internal", (True, False, True)), ("anywhere", (True, True, True))):
        declared = [{"port": PORT, "proto": "tcp", "sources": sources, "why": "container"}]
        status, out = site.run("firewall", [HOST], backbone_ports=declared)
        assert status == 0, out
        assert (from_inside(site), from_outside(site), from_a_container(site)) == reachable, sources
