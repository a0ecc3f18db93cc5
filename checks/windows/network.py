"""What a Windows server shows to the network: firewall, listeners, remoting, TLS, VPN."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from checks.measure import Measure, absent, say, verdict
from checks.params import Params
from checks.windows import NotToldError, Told, control, members, not_here, rows
from checks.windows.machine import moment, running

WARN_DAYS = 30
# What Windows itself has listening on every server and shows to nobody while the firewall is shut: RPC, SMB, names.
WINDOWS_OWN = {"svchost", "System", "lsass", "wininit", "services", "spoolsv", "Idle"}
_CORE = "@FirewallAPI.dll,-25000"
_OLD = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1")


def _networks(shown: Sequence[Any]) -> set[str]:
    """Sources as Windows shows them, as networks; "" is anybody."""
    found = set()
    for one in shown:
        text = str(one)
        if text in ("Any", "*", "0.0.0.0-255.255.255.255"):
            found.add("")
            continue
        try:
            found.add(str(ipaddress.ip_network(text, strict=False)))
        except ValueError:
            found.add(text)
    return found


def _shut(told: Told) -> str:
    """Why the firewall does not drop by default; "" where it does."""
    seen = told.section("firewall")
    if not running(seen.get("service")):
        return "mpssvc"
    profiles = members(seen, "profiles")
    if len(profiles) < 3:
        raise NotToldError(say("the server does not tell all three profiles of its firewall"))
    open_ = [
        str(one["name"])
        for one in profiles
        if not one["enabled"] or str(one["inbound"]) not in ("Block", "NotConfigured")
    ]
    return ", ".join(open_)


def _accepted(told: Told) -> tuple[set[tuple[str, int, str]], list[str]]:
    """What the live rules accept (protocol, port, source), and rules that are wider than ports."""
    ports: set[tuple[str, int, str]] = set()
    wide: list[str] = []
    for rule in members(told.section("firewall"), "rules"):
        if rule["group"] == _CORE:
            continue
        named = [str(one) for one in rows(rule["ports"])]
        if rule["proto"] not in ("tcp", "udp") or not named or not all(one.isdigit() for one in named):
            wide.append(str(rule["name"]))
            continue
        ports |= {(rule["proto"], int(one), source) for one in named for source in _networks(rows(rule["from"]))}
    return ports, wide


def _wanted(params: Params) -> set[tuple[str, int, str]]:
    return {
        (rule.proto, rule.port, source)
        for rule in params.ports
        for source in ([""] if rule.anywhere else _networks(rule.networks))
    }


def _named(ports: set[tuple[str, int, str]]) -> list[str]:
    return sorted(f"{proto}/{port} ← {source or '*'}" for proto, port, source in ports)


@control("PORT-01")
def drops(told: Told, params: Params) -> Measure:
    """A firewall that drops by default."""
    expected = say("the firewall drops what no rule accepts, in every profile")
    if why := _shut(told):
        return absent(say("does not: {names}", names=why), expected)
    ports, _wide = _accepted(told)
    return verdict(
        True, say("drops by default, {count} ports accepted", count=len({one[:2] for one in ports})), expected
    )


def _listening(told: Told) -> set[tuple[str, int, str]]:
    if not told.rows("listeners"):
        # We came in by one.
        raise NotToldError(say("the server names no listener"))
    return {
        (str(one["proto"]), int(one["port"]), str(one.get("process") or ""))
        for one in told.rows("listeners")
        if not str(one["address"]).startswith("127.") and str(one["address"]) != "::1"
    }


@control("PORT-02")
def listening(told: Told, params: Params) -> Measure:
    """No port but the declared ones listens, Windows' own aside, which only a shut firewall keeps from the network."""
    declared = {(rule.proto, rule.port) for rule in params.ports}
    expected = say("only declared ports listen: {ports}", ports=sorted(f"{proto}/{port}" for proto, port in declared))
    extra = {one for one in _listening(told) if one[:2] not in declared}
    foreign = sorted(f"{proto}/{port} {process}" for proto, port, process in extra if process not in WINDOWS_OWN)
    if foreign:
        return absent(say("not declared: {ports}", ports=foreign), expected)
    if extra and _shut(told):
        own = sorted(f"{proto}/{port} {process}" for proto, port, process in extra)
        return absent(say("Windows' own, and no firewall before them: {ports}", ports=own), expected)
    return verdict(True, say("nothing else listens but Windows itself, behind the firewall"), expected)


@control("PORT-03")
def as_declared(told: Told, params: Params) -> Measure:
    """The live rules accept exactly what is declared, from where it is declared."""
    expected = say("the live rules accept exactly the declared ports from the declared sources")
    if _shut(told):
        return absent(say("no firewall that drops by default"), expected)
    live, wide = _accepted(told)
    if wide:
        return absent(say("accepted beyond what is declared: {ports}", ports=sorted(wide)), expected)
    if beyond := live - _wanted(params):
        return absent(say("accepted beyond what is declared: {ports}", ports=_named(beyond)), expected)
    if lacking := _wanted(params) - live:
        return absent(say("declared, but not let in: {ports}", ports=_named(lacking)), expected)
    return verdict(True, say("as declared"), expected)


@control("PORT-04")
def persistent(told: Told, params: Params) -> Measure:
    """The rules come back after a restart: Windows keeps them, its service has to start by itself."""
    seen = told.section("firewall").get("service")
    start = str(seen.get("start")) if isinstance(seen, Mapping) else "-"
    return verdict(start == "Auto", say("mpssvc: {state}", state=start), say("the rules are loaded at boot"))


@control("PORT-05")
def needed(told: Told, params: Params) -> Measure:
    """Behind every declared port something listens: what nobody needs is not declared."""
    there = {(str(one["proto"]), int(one["port"])) for one in told.rows("listeners")}
    idle = sorted(f"{rule.proto}/{rule.port}" for rule in params.ports if (rule.proto, rule.port) not in there)
    observed = say("nothing listens: {ports}", ports=idle) if idle else say("on all of them")
    return verdict(not idle, observed, say("something listens on every declared port"))


@control("SSH-01")
def https_alone(told: Told, params: Params) -> Measure:
    """Administration comes in encrypted alone: PowerShell over HTTPS, no listener over HTTP, no Basic."""
    seen = told.section("remoting")
    expected = say("PowerShell remoting over HTTPS alone, without Basic and CredSSP")
    listeners = [str(one) for one in members(seen, "listeners")]
    wrong = ["HTTP"] if any("Transport=HTTP" in one.split() for one in listeners) else []
    wrong += [name for name in ("unencrypted", "basic", "credssp") if str(seen[name]).lower() == "true"]
    if not any("Transport=HTTPS" in one.split() for one in listeners):
        return absent(say("no listener over HTTPS"), expected)
    observed = say("also let in: {names}", names=wrong) if wrong else say("over HTTPS alone")
    return verdict(not wrong, observed, expected)


@control("SSH-03")
def bound(told: Told, params: Params) -> Measure:
    """A login is bound to its TLS channel, so that it cannot be relayed."""
    seen = str(told.section("remoting")["binding"])
    return verdict(
        seen == "Strict", say("CbtHardeningLevel {value}", value=seen or "-"), say("CbtHardeningLevel Strict")
    )


@control("SSH-04")
def remoting_starts(told: Told, params: Params) -> Measure:
    """The way in comes back after a restart."""
    service = told.section("remoting").get("service")
    good = running(service) and str(service.get("start")) == "Auto" if isinstance(service, Mapping) else False
    return verdict(
        good, say("WinRM runs and starts by itself") if good else say("WinRM does not"), say("WinRM at boot")
    )


def _certificate(told: Told) -> Mapping[str, Any] | None:
    ours = [one for one in members(told.section("tls"), "certificates") if one["friendly"] == "Backbone"]
    found: Mapping[str, Any] | None = max(ours, key=lambda one: str(one["until"]), default=None)
    return found


@control("TLS-02")
def valid(told: Told, params: Params) -> Measure:
    """The certificate is valid, and for a while yet."""
    expected = say("valid for {days} days at least", days=WARN_DAYS)
    found = _certificate(told)
    if found is None:
        return absent(say("no certificate of ours in the machine's store"), expected)
    until = moment(found["until"])
    observed = say("until {date}", date=params.day(until))
    if until <= params.at or moment(found["from"]) > params.at:
        return absent(observed, expected)
    return Measure("warning" if until - params.at < timedelta(days=WARN_DAYS) else "pass", observed, expected)


@control("TLS-03")
def trusted(told: Told, params: Params) -> Measure:
    """The certificate bears the server's name, and the server itself trusts its authority."""
    expected = say("a certificate for {name} of a trusted authority", name=params.fqdn)
    found = _certificate(told)
    if found is None:
        return absent(say("no certificate of ours in the machine's store"), expected)
    names = [str(one).lower() for one in rows(found["names"])]
    if params.fqdn.lower() not in names:
        return absent(say("it is for {names}", names=names or "-"), expected)
    return verdict(bool(found["trusted"]), say("for {names}", names=names), expected)


@control("TLS-04")
def key(told: Told, params: Params) -> Measure:
    """The key is in the machine's own store."""
    found = _certificate(told)
    expected = say("the key in the machine's store, beside its certificate")
    if found is None:
        return absent(say("no certificate of ours in the machine's store"), expected)
    good = bool(found["key"])
    return verdict(good, say("there") if good else say("the certificate has no key here"), expected)


@control("TLS-08")
def old_protocols(told: Told, params: Params) -> Measure:
    """Old protocols are off for everything that Windows itself encrypts."""
    protocols = told.section("tls").get("protocols") or {}
    left = [name for name in _OLD if protocols.get(name) != 0]
    observed = say("not switched off: {names}", names=left) if left else say("switched off")
    return verdict(not left, observed, say("SSL and TLS below 1.2 off (Schannel)"))


@control("TLS-09")
def strong(told: Told, params: Params) -> Measure:
    """A strong key, and a signature that holds."""
    found = _certificate(told)
    expected = say("RSA of 2048 bits or ECDSA of 256 at least, signed with SHA-2")
    if found is None:
        return absent(say("no certificate of ours in the machine's store"), expected)
    bits, kind = int(found["bits"]), str(found["algorithm"])
    good = bits >= (2048 if kind == "RSA" else 256) and "sha1" not in str(found["signature"]).lower()
    return verdict(
        good, say("{kind} of {bits} bits, {signature}", kind=kind, bits=bits, signature=found["signature"]), expected
    )


def _elsewhere() -> Measure:
    return Measure("not_applicable", say("the VPN is on the region's router"), say("a VPN on this server"))


@control("VPN-01")
def tunnel(told: Told, params: Params) -> Measure:
    """The VPN runs."""
    if params.vpn == "external":
        return _elsewhere()
    good = running(told.section("vpn").get("service"))
    observed = say("wg-backbone runs") if good else say("wg-backbone does not run")
    return verdict(good, observed, say("the tunnel wg-backbone runs"))


@control("VPN-02")
def tunnel_starts(told: Told, params: Params) -> Measure:
    """The VPN comes back after a restart."""
    if params.vpn == "external":
        return _elsewhere()
    service = told.section("vpn").get("service")
    start = str(service.get("start")) if isinstance(service, Mapping) else "-"
    return verdict(start == "Auto", say("WireGuardTunnel$wg-backbone: {state}", state=start), say("at boot"))


@control("VPN-03")
def only_by_vpn(told: Told, params: Params) -> Measure:
    """Administration and database are open to inside and VPN alone."""
    inside = [ipaddress.ip_network(one, strict=False) for one in (*params.networks_internal, *params.networks_vpn)]
    private = {("tcp", 5986), ("tcp", 5985), ("tcp", 3389), ("tcp", 1433), ("tcp", 5432), ("tcp", 22)}
    expected = say("administration and database from inside and the VPN alone")
    if _shut(told):
        return absent(say("no firewall that drops by default"), expected)
    ports, wide = _accepted(told)
    outside = set()
    for proto, port, source in ports:
        if (proto, port) not in private:
            continue
        try:
            network = ipaddress.ip_network(source) if source else None
        except ValueError:
            network = None
        if network is None or not any(
            network.version == one.version and network.subnet_of(one)  # type: ignore[arg-type]
            for one in inside
        ):
            outside.add((proto, port, source))
    if outside or wide:
        return absent(say("open to others: {ports}", ports=[*_named(outside), *sorted(wide)]), expected)
    return verdict(True, say("from inside and the VPN alone"), expected)


@control("VPN-04")
def only_declared(told: Told, params: Params) -> Measure:
    """Only declared accesses are in the running tunnel."""
    if params.vpn == "external":
        return _elsewhere()
    expected = say("the declared accesses that have not expired")
    live = {str(one["key"]): str(one["addresses"]) for one in members(told.section("vpn"), "peers")}
    if params.vpn == "client":
        wanted = {params.vpn_hub_key}
    else:
        wanted = {one.public_key for one in params.vpn_peers if one.expires >= params.at.date()}
    names = {one.public_key: one.name for one in params.vpn_peers}
    beyond = sorted(names.get(one, one[:8]) for one in set(live) - wanted)
    lacking = sorted(names.get(one, one[:8]) for one in wanted - set(live))
    if beyond:
        return absent(say("not declared, or expired: {names}", names=beyond), expected)
    return verdict(
        not lacking,
        say("{count} accesses", count=len(live)) if not lacking else say("lacking: {names}", names=lacking),
        expected,
    )


not_here(say("on Windows the number of logins is bounded by WinRM's own limits"), "SSH-05")
not_here(say("no gateway comes with a Windows server"), "TLS-01", "TLS-05", "TLS-06", "TLS-07")
not_here(say("Windows keeps an address to its interface by itself (strong host model)"), "VPN-05")
