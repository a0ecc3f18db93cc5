"""The whole declared surface of a server: which ports may be open, to whom, and why."""

from __future__ import annotations

from provision.i18n import _
from provision.inventory.model import Connection, DeclaredPort, Server
from provision.inventory.settings import Settings

_DATABASE_PORT = {"postgresql": 5432, "sqlserver": 1433}


def own_ports(settings: Settings, connection: Connection) -> tuple[DeclaredPort, ...]:
    """What the stages themselves need open, without the region's own declarations."""
    off = settings.stages_disabled
    inside = ("internal", "vpn")
    found: list[DeclaredPort] = []
    if connection.kind == "psrp":
        found.append(DeclaredPort(5986, "tcp", inside, _("administration (PowerShell over HTTPS)"), "ssh"))
    else:
        found.append(DeclaredPort(22, "tcp", inside, _("administration (SSH)"), "ssh"))
        if connection.kind == "ssh" and connection.port != 22:
            # Behind a port forwarding this one is closed and harmless; without, cutting it would lock us out.
            found.append(DeclaredPort(connection.port, "tcp", inside, _("administration (SSH, this inventory)"), "ssh"))
    if "gateway" not in off:
        found.append(DeclaredPort(80, "tcp", ("anywhere",), _("redirect to HTTPS"), "gateway"))
        found.append(DeclaredPort(443, "tcp", ("anywhere",), _("status and metrics over HTTPS"), "gateway"))
    if settings.vpn == "server" and "vpn" not in off:
        found.append(DeclaredPort(settings.vpn_port, "udp", ("anywhere",), _("VPN (WireGuard)"), "vpn"))
    clients = {"internal_and_vpn": inside, "vpn": ("vpn",), "none": ()}[settings.database_clients]
    if not clients and lands(settings):
        clients = ("vpn",)
    if clients and "postgresql" not in off:
        port = _DATABASE_PORT[settings.database]
        found.append(DeclaredPort(port, "tcp", clients, _("database"), "postgresql"))
    if settings.sync_source == "supplied" and settings.sync_supplied is not None:
        for port in settings.sync_supplied.ports:
            found.append(DeclaredPort(port, "tcp", inside, _("supplied sync software"), "sync"))
    return tuple(found)


def lands(settings: Settings) -> bool:
    """Does the centre write into this server's database?"""
    bundled = settings.sync_source == "bundled" and "sync" not in settings.stages_disabled
    return bundled and settings.sync_kind == "landing"


def declared_ports(server: Server) -> tuple[DeclaredPort, ...]:
    """Every port that may be open on the server: the stages' own, the region's, those of what it keeps."""
    extra = tuple(DeclaredPort(one.port, one.proto, one.sources, one.why, "") for one in server.settings.ports)
    kept = tuple(
        DeclaredPort(port.port, port.proto, one.sources, one.name, "")
        for one in server.settings.found
        if one.decision == "keep"
        for port in one.ports
    )
    return own_ports(server.settings, server.connection) + extra + kept


def vpn_networks(settings: Settings) -> tuple[str, ...]:
    """The networks whose addresses come in through the VPN, whoever runs it."""
    if settings.vpn == "server":
        return (settings.vpn_network,)
    if settings.vpn == "client":
        return settings.vpn_hub.networks if settings.vpn_hub else ()
    return settings.vpn_external_sources


def source_networks(settings: Settings, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Sources in words as networks: `internal`, `vpn`, `anywhere` (both families), networks as they are."""
    named: dict[str, tuple[str, ...]] = {
        "internal": settings.networks_internal,
        "vpn": vpn_networks(settings),
        "anywhere": ("0.0.0.0/0", "::/0"),
    }
    return tuple(dict.fromkeys(network for one in sources for network in named.get(one, (one,))))
