"""Reads nftables' live rule set: what happens to a packet that no rule names, what is accepted from where, and what is
let through to containers by rewriting its destination.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from checks import facts

ANY = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Accept:
    """One accepted port. `port` None: every port; `source` "": from anywhere."""

    proto: str
    port: int | None
    source: str

    @property
    def anywhere(self) -> bool:
        """From any address?"""
        return self.source in ("", *ANY)


@dataclass(frozen=True)
class Rules:
    """`drops`: an input chain drops what no rule accepts, for IPv4 and IPv6 alike.

    `published`: the ports (protocol, port) that rules of address translation send to a container or so, past
    every input chain. `passed`: those of them that get there, and from where.
    """

    drops: bool
    accepts: tuple[Accept, ...]
    published: tuple[tuple[str, int], ...] = ()
    passed: tuple[Accept, ...] = ()


_HARMLESS = ("ct", "icmp", "icmpv6", "limit", "fib")


def _sources(value: Any) -> list[str]:
    if isinstance(value, dict) and "prefix" in value:
        return [f"{value['prefix']['addr']}/{value['prefix']['len']}"]
    if isinstance(value, dict) and "set" in value:
        return [source for one in value["set"] for source in _sources(one)]
    if isinstance(value, dict) and "range" in value:
        return ["-".join(value["range"])]
    if isinstance(value, str):
        return [f"{value}/128" if ":" in value else f"{value}/32"]
    return [str(value)]


def _ports(value: Any) -> list[int]:
    if isinstance(value, int):
        return [value]
    if isinstance(value, dict) and "set" in value:
        return [port for one in value["set"] for port in _ports(one)]
    if isinstance(value, dict) and "range" in value:
        low, high = value["range"]
        return list(range(int(low), int(high) + 1))
    return []


def _accepts(expressions: list[dict[str, Any]]) -> list[Accept]:
    """What one rule lets in; nothing for rules about replies, errors and this machine itself."""
    if not any("accept" in one for one in expressions):
        return []
    sources, ports, proto = [""], [], ""
    limited = False
    for one in expressions:
        match = one.get("match")
        if match is None:
            limited |= any(word in one for word in _HARMLESS)
            continue
        left, right = match["left"], match["right"]
        payload = left.get("payload", {}) if isinstance(left, dict) else {}
        meta = left.get("meta", {}).get("key") if isinstance(left, dict) else None
        if payload.get("field") == "saddr" and match["op"] in ("==", "in"):
            sources = _sources(right)
        elif payload.get("field") == "dport" and match["op"] in ("==", "in"):
            proto, ports = payload["protocol"], _ports(right)
        elif (
            (meta in ("iif", "iifname") and right == "lo")
            or (meta == "l4proto" and right in ("icmp", "ipv6-icmp"))
            or (isinstance(left, dict) and "ct" in left)
            or payload.get("protocol") in ("icmp", "icmpv6")
            or (payload.get("field"), right) == ("protocol", "icmp")
        ):
            return []
    if not ports:
        return [] if limited else [Accept("", None, source) for source in sources]
    return [Accept(proto, port, source) for port in ports for source in sources]


def read(objects: list[dict[str, Any]]) -> Rules:
    """The rules of every input chain that drops by default; others let everything in anyway."""
    chains = [one["chain"] for one in objects if "chain" in one]
    dropping = {
        (chain["family"], chain["table"], chain["name"])
        for chain in chains
        if chain.get("hook") == "input" and chain.get("policy") == "drop"
    }
    families = {family for family, _table, _name in dropping}
    drops = "inet" in families or {"ip", "ip6"} <= families
    found: list[Accept] = []
    for one in objects:
        rule = one.get("rule")
        if rule and (rule["family"], rule["table"], rule["chain"]) in dropping:
            found += _accepts(rule.get("expr", []))
    published = _published(objects)
    guard = _guard(objects)
    if guard is None:
        passed = [Accept(proto, port, "") for proto, port in published]
    else:
        passed = [one for one in guard if (one.proto, one.port) in published or one.port is None]
    return Rules(drops, tuple(dict.fromkeys(found)), published, tuple(dict.fromkeys(passed)))


def _rules(objects: list[dict[str, Any]]) -> list[tuple[tuple[str, str, str], list[dict[str, Any]]]]:
    """(family, table, chain) and expressions of every rule."""
    rules = [one["rule"] for one in objects if "rule" in one]
    return [((rule["family"], rule["table"], rule["chain"]), rule.get("expr", [])) for rule in rules]


def _rewrites(expression: dict[str, Any]) -> bool:
    """Does it send a packet to another address? iptables' own form tells no more than that."""
    foreign = expression.get("xt")
    return "dnat" in expression or (isinstance(foreign, dict) and foreign.get("name") == "DNAT")


def _published(objects: list[dict[str, Any]]) -> tuple[tuple[str, int], ...]:
    """The ports whose destination is rewritten; not those for 127.0.0.0/8, nor rules without a readable port."""
    found: dict[tuple[str, int], None] = {}
    for _chain, expressions in _rules(objects):
        if not any(_rewrites(one) for one in expressions):
            continue
        ports: list[tuple[str, int]] = []
        for one in expressions:
            match = one.get("match", {})
            left = match.get("left")
            payload = left.get("payload", {}) if isinstance(left, dict) else {}
            if payload.get("field") == "dport" and match["op"] in ("==", "in"):
                ports = [(payload["protocol"], port) for port in _ports(match["right"])]
            elif payload.get("field") == "daddr" and _sources(match["right"])[0].startswith(("127.", "::1/")):
                ports = []
                break
        found |= dict.fromkeys(ports)
    return tuple(found)


def _guard(objects: list[dict[str, Any]]) -> list[Accept] | None:
    """What our forward chain lets through of rewritten connections; None where nothing stands in their way."""
    rules = _rules(objects)
    forward = {
        (one["chain"]["family"], one["chain"]["table"], one["chain"]["name"])
        for one in objects
        if "chain" in one and one["chain"].get("hook") == "forward" and one["chain"]["family"] == "inet"
    }
    for chain, expressions in rules:
        target = next((one["jump"]["target"] for one in expressions if "jump" in one), "")
        if chain not in forward or not target or not _only_rewritten(expressions):
            continue
        judged = [said for where, said in rules if where == (*chain[:2], target)]
        if judged and judged[-1] == [{"drop": None}]:
            return [one for said in judged for one in _returns(said)]
    return None


def _only_rewritten(expressions: list[dict[str, Any]]) -> bool:
    """Are new connections with a rewritten destination all that the rule asks for?"""
    keys = {
        (one["match"]["left"].get("ct", {}).get("key", "?"), str(one["match"]["right"]))
        for one in expressions
        if "match" in one
    }
    return keys == {("state", "new"), ("status", "dnat")}


def _returns(expressions: list[dict[str, Any]]) -> list[Accept]:
    """What one rule of the guard lets through; nothing for containers among themselves."""
    if not any("return" in one or "accept" in one for one in expressions):
        return []
    sources, port, proto = [""], None, ""
    for one in expressions:
        match = one.get("match")
        if match is None:
            continue
        left, right = match["left"], match["right"]
        if left.get("meta", {}).get("key") in ("iif", "iifname"):
            return []
        if left.get("meta", {}).get("key") == "l4proto":
            proto = str(right)
        elif left.get("ct", {}).get("key") == "proto-dst":
            port = int(right)
        elif left.get("payload", {}).get("field") == "saddr":
            sources = _sources(right)
    return [Accept(proto, port, source) for source in sources]


def live(host: Any) -> Rules | None:
    """The live rules; None where there is no nftables."""
    objects = facts.ruleset(host)
    return None if objects is None else read(objects)
