"""Ports: opened as needed. Default drop, the live rules as declared, nothing else listening."""

from __future__ import annotations

import ipaddress
from typing import Any

from checks import commands, facts, firewall
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

# Clients of the machine itself that must bind a port to be answered (DHCP).
CLIENT_PORTS = {("udp", 68), ("udp", 546)}


@control("PORT-01")
def default_drop(host: Any, params: Params) -> Measure:
    """What no rule accepts is dropped."""
    expected = say("a firewall that drops whatever no rule accepts, for IPv4 and IPv6")
    rules = firewall.live(host)
    if rules is None:
        return absent(say("nftables is not installed"), expected)
    if not rules.drops:
        return absent(say("no input chain drops by default"), expected)
    if any(one.port is None and one.anywhere for one in rules.accepts):
        return absent(say("a rule accepts everything from everywhere"), expected)
    return verdict(True, say("drops by default, {count} ports accepted", count=len(_ports(rules))), expected)


def _ports(rules: firewall.Rules) -> set[tuple[str, int]]:
    return {(one.proto, one.port) for one in rules.accepts if one.port is not None}


@control("PORT-02")
def listening(host: Any, params: Params) -> Measure:
    """No port but the declared ones listens to the network."""
    declared = {(rule.proto, rule.port) for rule in params.ports}
    expected = say("only declared ports listen: {ports}", ports=_named(declared))
    if params.vpn == "client":
        # The kernel chose this one; nothing but the hub's answers is accepted there.
        own = "".join(facts.told(host, commands.WIREGUARD).get("port", [])).strip()
        declared |= {("udp", int(own))} if own.isdigit() else set()
    extra = [
        one
        for one in facts.listeners(host)
        if not one.loopback and (one.proto, one.port) not in declared and (one.proto, one.port) not in CLIENT_PORTS
    ]
    rules = firewall.live(host)
    published = [one for one in (rules.published if rules else ()) if one not in declared]
    if extra or published:
        seen = sorted({f"{one.proto}/{one.port} {one.process}".strip() for one in extra})
        seen += sorted({f"{proto}/{port} → container" for proto, port in published})
        return absent(say("not declared: {ports}", ports=seen), expected)
    return verdict(True, say("nothing else listens"), expected)


def _named(ports: set[tuple[str, int]]) -> list[str]:
    return [f"{proto}/{port}" for proto, port in sorted(ports, key=lambda one: (one[1], one[0]))] or ["-"]


def _normal(network: str) -> str:
    try:
        return str(ipaddress.ip_network(network, strict=False))
    except ValueError:
        return network


@control("PORT-03")
def as_declared(host: Any, params: Params) -> Measure:
    """The live rules accept exactly what is declared, from where it is declared."""
    expected = say("the live rules accept exactly the declared ports from the declared sources")
    rules = firewall.live(host)
    if rules is None or not rules.drops:
        return absent(say("no firewall that drops by default"), expected)
    wanted: set[tuple[str, int, str]] = set()
    for rule in params.ports:
        sources = ("",) if rule.anywhere else tuple(_normal(one) for one in rule.networks)
        wanted |= {(rule.proto, rule.port, source) for source in sources}
    live = {
        (one.proto, one.port, "" if one.anywhere else _normal(one.source))
        for one in rules.accepts
        if one.port is not None and (one.proto, one.port) not in CLIENT_PORTS
    }
    if wide := [one.source or "*" for one in rules.accepts if one.port is None]:
        return absent(say("every port is open to: {sources}", sources=sorted(wide)), expected)
    # What containers publish goes past the input chain; only a guard in the forward chain holds it to the inventory.
    passed = {(one.proto, one.port, "" if one.anywhere else _normal(one.source)) for one in rules.passed}
    beyond = {f"{proto}/{port or '*'} ← {source or '*'}" for proto, port, source in (live | passed) - wanted}
    if beyond:
        return absent(say("accepted beyond what is declared: {ports}", ports=beyond), expected)
    lacking = {f"{proto}/{port} ← {source or '*'}" for proto, port, source in wanted - live}
    if lacking:
        return absent(say("declared, but not let in: {ports}", ports=lacking), expected)
    return verdict(True, say("as declared"), expected)


@control("PORT-04")
def persistent(host: Any, params: Params) -> Measure:
    """The rules come back after a restart."""
    expected = say("the rules are loaded at boot")
    ours, distribution = facts.unit(host, "backbone-firewall.service"), facts.unit(host, "nftables.service")
    good = ours.running or (not ours.loaded and distribution.enabled)
    return verdict(good, say("backbone-firewall.service: {state}", state=ours.state), expected)


@control("PORT-05")
def needed(host: Any, params: Params) -> Measure:
    """Behind every declared port something listens: what nobody needs is not declared."""
    expected = say("something listens on every declared port")
    rules = firewall.live(host)
    there = {(one.proto, one.port) for one in facts.listeners(host)} | set(rules.published if rules else ())
    idle = {(rule.proto, rule.port) for rule in params.ports} - there
    observed = say("nothing listens: {ports}", ports=_named(idle)) if idle else say("on all of them")
    return verdict(not idle, observed, expected)
