"""The firewall, what listens, what is declared: what turns each control red, on a recorded server."""

from __future__ import annotations

from checks import commands
from checks.facts import read_listeners
from checks.params import PortRule
from tests.support.recorded import (
    ACCEPT,
    FQDN,
    INTERNAL,
    PARAMS,
    SNAPSHOT,
    TLS_PORTS,
    UNGUARDED,
    Mutation,
    Red,
    answered,
    both,
    daddr,
    dport,
    drop_policy,
    in_json,
    listens,
    meant,
    publishes,
    rule,
    statuses,
    turns,
    unit,
)


def declares(port: int) -> Mutation:
    """One more declared port, on which nothing speaks TLS."""
    asked = commands.tls_ports(FQDN, (5432, port))
    told = SNAPSHOT.answers[TLS_PORTS].stdout + f"##{port}\n"
    return both(meant(ports=(*PARAMS.ports, PortRule(port, "tcp", INTERNAL))), answered(asked, told))


REDS = [
    Red("no firewall", in_json(commands.RULESET, drop_policy), ("PORT-01", "PORT-03", "VPN-03")),
    Red("no nftables", answered(commands.RULESET, "", 127), ("PORT-01", "PORT-03", "VPN-03")),
    Red("everything accepted", rule(ACCEPT), ("PORT-01", "PORT-03")),
    Red(
        "an extra listening port",
        listens('tcp LISTEN 0 5 0.0.0.0:8088 0.0.0.0:* users:(("python3",pid=9,fd=3))'),
        ("PORT-02",),
    ),
    Red("an extra listening port, IPv6", listens("tcp LISTEN 0 5 [::]:8088 [::]:*"), ("PORT-02",)),
    Red("an extra open port", rule(dport(8088), ACCEPT), ("PORT-03",)),
    Red("a declared port that is shut", declares(8443), ("PORT-03", "PORT-05")),
    Red("rules lost at boot", unit("backbone-firewall.service", UnitFileState="disabled"), ("PORT-04",)),
    Red(
        "a declared port that nobody needs",
        both(declares(8443), rule(dport(8443), ACCEPT, saddr=INTERNAL)),
        ("PORT-05",),
    ),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_ports_of_containers_that_nobody_outside_reaches_are_no_fault() -> None:
    own = both(UNGUARDED, publishes(8080, daddr("127.0.0.1")))
    declared = publishes(443)
    for change in (own, declared):
        found = statuses(*change(SNAPSHOT, PARAMS))
        assert {found[one] for one in ("PORT-02", "PORT-03", "VPN-03")} == {"pass"}


def test_addresses_of_the_machine_itself_are_told_from_those_of_the_network() -> None:
    line = 'tcp LISTEN 0 100 {address}:8080 *:* users:(("java",pid=9,fd=3))'
    own = ("127.0.0.1", "127.0.0.53%lo", "[::1]", "[::ffff:127.0.0.1]", "[::FFFF:127.0.0.1]%lo")
    others = ("0.0.0.0", "*", "[::]", "10.0.0.1", "[::ffff:10.0.0.1]", "[::ffff:0.0.0.0]", "[fd00::1]")
    for addresses, loopback in ((own, True), (others, False)):
        for address in addresses:
            [listener] = read_listeners(line.format(address=address))
            assert listener.loopback is loopback, address
