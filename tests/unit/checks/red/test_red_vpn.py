"""The tunnel, who may take it and with which address: what turns each control red, on a recorded server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checks import commands
from checks.params import Peer, Statement
from tests.support.recorded import (
    ACCEPT,
    AT,
    LATER,
    PARAMS,
    PEER_KEY,
    SNAPSHOT,
    TODAY,
    UNGUARDED,
    Red,
    answered,
    both,
    dport,
    meant,
    pattern,
    publishes,
    rule,
    said,
    statuses,
    turns,
    unit,
)

REDS = [
    Red(
        "no tunnel",
        answered(commands.WIREGUARD, "##link\n##peers\n##port\n##handshakes\n"),
        ("VPN-01", "VPN-04", "VPN-05"),
    ),
    Red("a tunnel that is down", said(commands.WIREGUARD, "backbone: UP", "backbone: DOWN"), ("VPN-01",)),
    Red("a tunnel not started at boot", unit("wg-quick@wg-backbone.service", UnitFileState="disabled"), ("VPN-02",)),
    Red("SSH for everybody", rule(dport(22), ACCEPT), ("VPN-03", "PORT-03")),
    Red("a container's port that nobody declared", both(UNGUARDED, publishes(8080)), ("PORT-02", "PORT-03")),
    Red(
        "the same as old iptables writes it",
        both(UNGUARDED, publishes(8080, target={"xt": {"type": "target", "name": "DNAT"}})),
        ("PORT-02", "PORT-03"),
    ),
    Red("a container's port behind the guard", publishes(8080), ("PORT-02",)),
    Red("a database in a container", both(UNGUARDED, publishes(5432)), ("PORT-03", "VPN-03")),
    Red(
        "a stranger in the tunnel",
        pattern(commands.WIREGUARD, r"^##peers$", "##peers\nc3RyYW5nZXI=\t10.90.0.9/32"),
        ("VPN-04",),
    ),
    Red("an expired access", meant(vpn_peers=(Peer("budi", PEER_KEY, TODAY - timedelta(days=1)),)), ("VPN-04",)),
    Red(
        "an access that is lacking", meant(vpn_peers=(*PARAMS.vpn_peers, Peer("siti", "c2l0aQ==", LATER))), ("VPN-04",)
    ),
    Red(
        "an access with every address",
        pattern(commands.WIREGUARD, r"10\.90\.0\.2/32$", "10.90.0.2/32 0.0.0.0/0"),
        ("VPN-05",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_a_routers_vpn_is_attested_and_never_taken_for_granted() -> None:
    router = replace(PARAMS, vpn="external", networks_vpn=("10.99.0.0/16",))
    assert statuses(params=router)["VPN-01"] == "error"
    word = ("VPN-01", Statement("Kepala Dinas", "router configuration of 3 March", LATER))
    assert statuses(params=replace(router, statements=(*router.statements, word)))["VPN-01"] == "attested"
    assert statuses(params=replace(router, networks_vpn=()))["VPN-01"] == "fail"


HUB = "aHVi" + "A" * 39 + "="


@pytest.mark.parametrize(("ago", "status"), [(60, "pass"), (7200, "fail"), (None, "fail")])
def test_a_hub_that_does_not_answer_is_no_tunnel(ago: int | None, status: str) -> None:
    at = 0 if ago is None else int(AT.timestamp()) - ago
    told = f"##link\n5: wg-backbone: <UP>\n##peers\n{HUB}\t10.8.0.0/24\n##port\n4711\n##handshakes\n{HUB}\t{at}\n"
    snapshot, _params = answered(commands.WIREGUARD, told)(SNAPSHOT, PARAMS)
    assert statuses(snapshot, replace(PARAMS, vpn="client", vpn_hub_key=HUB))["VPN-01"] == status
    assert statuses(snapshot, replace(PARAMS, vpn="client", vpn_hub_key="another"))["VPN-01"] == "fail"
