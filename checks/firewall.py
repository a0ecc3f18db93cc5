"""Reads nftables' live rule set: what happens to a packet that no rule names, and what is accepted from
where.
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
    """`drops`: an input chain drops what no rule accepts, for IPv4 and IPv6 alike."""

    drops: bool
    accepts: tuple[Accept, ...]


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
    return Rules(drops, tuple(dict.fromkeys(found)))


def live(host: Any) -> Rules | None:
    """The live rules; None where there is no nftables."""
    objects = facts.ruleset(host)
    return None if objects is None else read(objects)
