"""VPN: the way in from outside the internal network, and who may take it."""

from __future__ import annotations

from typing import Any

from checks import commands, facts, firewall
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params, over

HUB_SILENT = 3600.0
UNIT = "wg-quick@wg-backbone.service"


def _silent_for(told: dict[str, list[str]], params: Params) -> float | None:
    """Seconds since the hub's last handshake; None where there was none. The tunnel keeps itself alive by minutes."""
    for line in told.get("handshakes", []):
        key, _, at = line.partition("\t")
        if key == params.vpn_hub_key and at.strip().isdigit() and int(at) > 0:
            return max(0.0, params.at.timestamp() - int(at))
    return None


def _peers(host: Any) -> set[str]:
    return {line.split("\t")[0] for line in facts.told(host, commands.WIREGUARD).get("peers", []) if line}


@control("VPN-01")
def tunnel(host: Any, params: Params) -> Measure:
    """Access from outside goes through a VPN: the tunnel is up, or the region's router does it.

    A router's VPN cannot be seen from the server: it is attested, never taken for granted.
    """
    if params.vpn == "external":
        expected = say("the region's router runs the VPN: its addresses are declared, and somebody attests it")
        if not params.networks_vpn:
            return absent(say("backbone_vpn_external_sources is empty"), expected)
        seen = say("the VPN of the router cannot be measured from here ({networks})", networks=params.networks_vpn)
        return Measure("error", seen, expected)
    told = facts.told(host, commands.WIREGUARD)
    expected = say("WireGuard interface wg-backbone is up")
    if not told.get("link"):
        return absent(say("there is no interface wg-backbone"), expected)
    if "UP" not in told["link"][0]:
        return absent(say("the interface wg-backbone is down"), expected)
    peers = _peers(host)
    if params.vpn == "client":
        if params.vpn_hub_key not in peers:
            return absent(say("up, but the declared hub is not its peer"), expected)
        age = _silent_for(told, params)
        if age is None or age > HUB_SILENT:
            hours = "∞" if age is None else int(age // 3600)
            return absent(say("up, but the hub has not answered for {hours} hours", hours=hours), expected)
        return verdict(True, say("up, the hub answers"), expected)
    return verdict(True, say("up, {count} peers", count=len(peers)), expected)


@control("VPN-02")
def at_boot(host: Any, params: Params) -> Measure:
    """The tunnel comes back after a restart."""
    expected = say("the tunnel starts at boot")
    if params.vpn == "external":
        return Measure("not_applicable", say("the region's router runs the VPN"), expected)
    unit = facts.unit(host, UNIT)
    return verdict(unit.enabled, say("{unit}: {state}", unit=UNIT, state=unit.state), expected)


@control("VPN-03")
def only_way_in(host: Any, params: Params) -> Measure:
    """SSH and the database are not open to everybody."""
    expected = say("SSH and the database answer only to the internal network and the VPN")
    rules = firewall.live(host)
    if rules is None or not rules.drops:
        return absent(say("no firewall stands between them and everybody"), expected)
    let_in = rules.accepts + rules.passed
    wide = sorted({rule.port for rule in let_in if rule.anywhere and rule.port in (22, 5432, 1433)})
    if wide:
        return absent(say("open to everybody: {ports}", ports=wide), expected)
    return verdict(True, say("restricted"), expected)


@control("VPN-04")
def peers(host: Any, params: Params) -> Measure:
    """Only declared people whose access has not expired may enter, and each of them may."""
    expected = say("exactly the declared accesses that have not expired")
    if params.vpn != "server":
        return Measure("not_applicable", say("this server does not let anybody in itself"), expected)
    if not facts.told(host, commands.WIREGUARD).get("link"):
        return absent(say("there is no interface wg-backbone"), expected)
    valid = {peer.public_key: peer.name for peer in params.vpn_peers if not over(peer.expires, params.at)}
    expired = {peer.public_key: peer.name for peer in params.vpn_peers if over(peer.expires, params.at)}
    found = _peers(host)
    if old := sorted(expired[key] for key in found & set(expired)):
        return absent(say("expired and still let in: {names}", names=old), expected)
    if strange := found - set(valid):
        return absent(say("{count} peers that nobody declared", count=len(strange)), expected)
    if lost := sorted(name for key, name in valid.items() if key not in found):
        return absent(say("declared but not let in: {names}", names=lost), expected)
    return verdict(True, say("{count} accesses", count=len(found)), expected)


@control("VPN-05")
def own_address(host: Any, params: Params) -> Measure:
    """Each access may use its own address and no other."""
    expected = say("each access with its declared address alone")
    if params.vpn != "server":
        return Measure("not_applicable", say("this server does not let anybody in itself"), expected)
    told = facts.told(host, commands.WIREGUARD)
    if not told.get("link"):
        return absent(say("there is no interface wg-backbone"), expected)
    declared = {peer.public_key: peer for peer in params.vpn_peers}
    wide = []
    for line in told.get("peers", []):
        key, _, networks = line.partition("\t")
        peer = declared.get(key)  # a peer that nobody declared is VPN-04's to say
        if peer and peer.address and set(networks.split()) - {f"{peer.address}/32", f"{peer.address}/128"}:
            wide.append(f"{peer.name}: {networks}")
    return verdict(not wide, say("{names}", names=wide) if wide else say("as declared"), expected)
