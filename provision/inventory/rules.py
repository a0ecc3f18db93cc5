"""What single values cannot tell: whether settings fit each other, the region, and the other servers.

Pure functions over drafts: a draft has the settings that were understood, and `known` says which of them are
the author's own or a default, and not a stand-in for one that was refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from provision.i18n import _
from provision.inventory import regions, sync_source
from provision.inventory.model import Connection
from provision.inventory.ports import own_ports
from provision.inventory.raw import Path_
from provision.inventory.settings import SECRET_PREFIX, Settings


@dataclass(frozen=True)
class Draft:
    """A server before it is known to be sound."""

    name: str
    settings: Settings
    connection: Connection
    known: frozenset[str]  # fields of `settings` that can be judged
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
    """What a rule found: on which server, at which variable (full name, then parts), and the repair."""

    server: str
    path: Path_
    message: str
    repair: str = ""


def region(draft: Draft) -> Iterator[Problem]:
    """The code exists, has a government, and fits the level."""
    if "region" not in draft.known:
        return
    code = draft.settings.region
    found = regions.by_code(code)
    if found is None:
        near = regions.search(code, 3)
        meant = ", ".join(f"{one.code} {one.name}" for one in near)
        yield Problem(
            draft.name,
            ("backbone_region",),
            _("no region has the code {code}").format(code=code),
            _("did you mean {meant}?").format(meant=meant)
            if meant
            else _('write Kemendagri\'s code in quotes, such as "33.74", or "33" for a province'),
        )
        return
    if not found.has_government:
        yield Problem(
            draft.name,
            ("backbone_region",),
            _("{name} is an administrative unit of DKI Jakarta without a government of its own").format(
                name=found.name
            ),
            _('the province is responsible for it: backbone_region: "31", backbone_level: provinsi'),
        )
    elif "level" in draft.known and draft.settings.level != found.level:
        yield Problem(
            draft.name,
            ("backbone_level",),
            _("{code} ({name}) is of level {level}, not {given}").format(
                code=code, name=found.name, level=found.level, given=draft.settings.level
            ),
            _("write backbone_level: {level}, or correct the region").format(level=found.level),
        )


def _needed(draft: Draft) -> Iterator[tuple[str, bool, str]]:
    """(field, is it needed and absent, by which choice)."""
    chosen, off = draft.settings, draft.settings.stages_disabled
    vpn = "vpn" not in off
    yield "vpn_hub", vpn and chosen.vpn == "client" and chosen.vpn_hub is None, "backbone_vpn: client"
    yield (
        "vpn_external_sources",
        chosen.vpn == "external" and not chosen.vpn_external_sources,
        "backbone_vpn: external",
    )
    supplied = "tls" not in off and chosen.tls == "supplied"
    yield "tls_certificate", supplied and not chosen.tls_certificate, "backbone_tls: supplied"
    yield (
        "antivirus_existing",
        chosen.antivirus == "existing" and chosen.antivirus_existing is None,
        "backbone_antivirus: existing",
    )
    sync = "sync" not in off
    yield (
        "sync_supplied",
        sync and chosen.sync_source == "supplied" and chosen.sync_supplied is None,
        "backbone_sync_source: supplied",
    )
    yield (
        "sync_url",
        sync and chosen.sync_source == "bundled" and chosen.sync_kind in sync_source.NEEDS_URL and not chosen.sync_url,
        "backbone_sync_source: bundled"
        if chosen.sync_kind == "contract"
        else f"backbone_sync_kind: {chosen.sync_kind}",
    )
    if sync and chosen.sync_source == "bundled" and chosen.sync_kind in sync_source.NEEDS_BLOCK:
        name = sync_source.BLOCKS[chosen.sync_kind]
        yield name, getattr(chosen, name) is None, f"backbone_sync_kind: {chosen.sync_kind}"


def required(draft: Draft) -> Iterator[Problem]:
    """What one choice makes necessary elsewhere."""
    for name, absent, choice in _needed(draft):
        if absent and name in draft.known:
            yield Problem(
                draft.name,
                (f"backbone_{name}",),
                _("is missing; {choice} needs it").format(choice=choice),
                _("add backbone_{name}").format(name=name),
            )


def _twice(draft: Draft, path: Path_, names: Iterable[str], what: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            yield Problem(
                draft.name,
                (*path, index),
                _("{what} {name} is there twice").format(what=what, name=name),
                _("remove one of the two"),
            )
        seen.setdefault(name, index)


def lists(draft: Draft) -> Iterator[Problem]:
    """Nobody and nothing is listed twice."""
    chosen = draft.settings
    yield from _twice(draft, ("backbone_admins",), (one.name for one in chosen.admins), _("administrator"))
    needed = {one.name for one in chosen.admins} | {draft.connection.user}
    for index, name in enumerate(chosen.former_admins):
        if name in needed:
            yield Problem(
                draft.name,
                ("backbone_former_admins", index),
                _("{name} is needed: an administrator, or the account that the controller logs in with").format(
                    name=name
                ),
                _("take {name} out of backbone_former_admins").format(name=name),
            )
    yield from _twice(draft, ("backbone_stages_disabled",), chosen.stages_disabled, _("stage"))
    yield from _twice(draft, ("backbone_sync_entities",), chosen.sync_entities, _("entity"))
    yield from _twice(
        draft, ("backbone_found",), (f"{one.kind} {one.name}" for one in chosen.found), _("decision about")
    )
    yield from _twice(draft, ("backbone_networks_internal",), chosen.networks_internal, _("network"))
    keys = [(one.ssh_keys, index) for index, one in enumerate(chosen.admins)]
    for admin_keys, index in keys:
        yield from _twice(draft, ("backbone_admins", index, "ssh_keys"), admin_keys, _("key"))


def ports(draft: Draft) -> Iterator[Problem]:
    """No port is declared twice, neither by the region nor against what the stages declare."""
    own = {(one.port, one.proto): one for one in own_ports(draft.settings, draft.connection)}
    seen: set[tuple[int, str]] = set()
    declared: list[tuple[Path_, int, str]] = [
        (("backbone_ports", index, "port"), one.port, one.proto) for index, one in enumerate(draft.settings.ports)
    ]
    declared += [
        (("backbone_found", index, "ports", number, "port"), port.port, port.proto)
        for index, one in enumerate(draft.settings.found)
        if one.decision == "keep"
        for number, port in enumerate(one.ports)
    ]
    for path, port, proto in declared:
        key = (port, proto)
        label = f"{port}/{proto}"
        if key in own:
            yield Problem(
                draft.name,
                path,
                _("port {port} is already declared: {why}").format(port=label, why=own[key].why),
                _("remove it here; who may reach it follows from the other settings"),
            )
        elif key in seen:
            yield Problem(
                draft.name,
                path,
                _("port {port} is declared twice").format(port=label),
                _("keep one entry and list all its sources there"),
            )
        seen.add(key)


def _overlap(left: str, right: str) -> bool:
    a, b = ipaddress.ip_network(left), ipaddress.ip_network(right)
    return a.version == b.version and a.overlaps(b)


def networks(draft: Draft) -> Iterator[Problem]:
    """VPN and internal networks are apart: otherwise nobody can tell who came in through the VPN."""
    chosen = draft.settings
    theirs: list[tuple[Path_, str]]
    if chosen.vpn == "server":
        theirs = [(("backbone_vpn_network",), chosen.vpn_network)]
    elif chosen.vpn == "client" and chosen.vpn_hub:
        theirs = [(("backbone_vpn_hub", "networks", index), one) for index, one in enumerate(chosen.vpn_hub.networks)]
    else:
        theirs = [
            (("backbone_vpn_external_sources", index), one) for index, one in enumerate(chosen.vpn_external_sources)
        ]
    for path, network in theirs:
        for internal in chosen.networks_internal if "networks_internal" in draft.known else ():
            if _overlap(network, internal):
                yield Problem(
                    draft.name,
                    path,
                    _("the VPN's network {vpn} overlaps the internal network {internal}").format(
                        vpn=network, internal=internal
                    ),
                    _("choose a VPN network that is used nowhere else"),
                )


def vpn(draft: Draft, today: date, allow_expired: bool = False) -> Iterator[Problem]:
    """Peers are different people with addresses of the VPN's network; none is past its day."""
    chosen = draft.settings
    peers = chosen.vpn_peers
    where: Path_ = ("backbone_vpn_peers",)
    yield from _twice(draft, where, (one.name for one in peers), _("peer"))
    yield from _twice(draft, where, (one.public_key for one in peers), _("key"))
    yield from _twice(draft, where, (one.address for one in peers), _("address"))
    network = ipaddress.ip_network(chosen.vpn_network)
    if chosen.vpn == "server" and network.num_addresses < 4:
        yield Problem(
            draft.name,
            ("backbone_vpn_network",),
            _("{network} has no room for peers").format(network=network),
            _("choose a /24"),
        )
        return
    for index, peer in enumerate(peers):
        address = ipaddress.ip_address(peer.address)
        if "vpn_network" in draft.known and chosen.vpn == "server":
            if address not in network or address == network.network_address:
                yield Problem(
                    draft.name,
                    (*where, index, "address"),
                    _("{address} is not an address of the VPN's network {network}").format(
                        address=address, network=network
                    ),
                    _("choose a free one inside it"),
                )
            elif address == network[1]:
                yield Problem(
                    draft.name,
                    (*where, index, "address"),
                    _("{address} is the server's own address in the VPN").format(address=address),
                    _("choose another one"),
                )
        if peer.expires < today and not allow_expired:
            yield Problem(
                draft.name,
                (*where, index, "expires"),
                _("the access of {name} ended on {day}").format(name=peer.name, day=peer.expires),
                _("remove the peer, or set a new day if the person still needs the access"),
            )


def second(draft: Draft) -> Iterator[Problem]:
    """The second repository is another machine, and a store of somebody else's has an account and a bucket."""
    chosen = draft.settings.backup_second
    if chosen is None or "backup_second" not in draft.known:
        return
    if chosen.host in (draft.connection.host, draft.settings.fqdn, "localhost", "127.0.0.1", "::1"):
        yield Problem(
            draft.name,
            ("backbone_backup_second", "host"),
            _("{host} is this server itself: fire and thieves take both repositories").format(host=chosen.host),
            _("name another machine, in another building"),
        )
    if chosen.kind == "s3":
        for name in ("bucket", "access_key"):
            if getattr(chosen, name) is None:
                yield Problem(
                    draft.name,
                    ("backbone_backup_second", name),
                    _("is missing; {choice} needs it").format(choice="kind: s3"),
                    _("write what the store's owner handed out"),
                )


def each(draft: Draft, today: date, allow_expired: bool = False) -> Iterator[Problem]:
    """All rules about one server."""
    yield from region(draft)
    yield from required(draft)
    yield from lists(draft)
    yield from ports(draft)
    yield from networks(draft)
    yield from vpn(draft, today, allow_expired)
    yield from second(draft)


def between(drafts: Iterable[Draft]) -> Iterator[Problem]:
    """All rules about several servers: nobody shares an address, a name or a WireGuard key."""
    addresses: dict[str, str] = {}
    names: dict[str, str] = {}
    tunnels: dict[tuple[str, str], str] = {}
    buckets: dict[tuple[str, str], str] = {}
    for draft in drafts:
        if place := draft.settings.backup_second:
            bucket = (place.host, place.bucket or draft.name.lower())
            if bucket in buckets:
                yield Problem(
                    draft.name,
                    ("backbone_backup_second", "bucket"),
                    _("{server} has the same bucket: {bucket}").format(server=buckets[bucket], bucket=bucket[1]),
                    _("give each server its own bucket, or leave it out: the server's name serves"),
                )
            buckets.setdefault(bucket, draft.name)
        hub = draft.settings.vpn_hub if draft.settings.vpn == "client" else None
        if hub is not None:
            tunnel = (hub.public_key, hub.address)
            if tunnel in tunnels:
                yield Problem(
                    draft.name,
                    ("backbone_vpn_hub", "address"),
                    _("{server} has the same address at the hub: {address}").format(
                        server=tunnels[tunnel], address=hub.address
                    ),
                    _("give each server its own address in the hub's network"),
                )
            tunnels.setdefault(tunnel, draft.name)
        link = draft.connection
        # Two servers that are both reached locally are this machine twice.
        address = "local" if link.kind == "local" else f"{link.host.lower()}:{link.port}"
        if address in addresses:
            yield Problem(
                draft.name,
                ("ansible_host",),
                _("{server} has the same address: {address}").format(server=addresses[address], address=address),
                _("give each server its own ansible_host (or ansible_port)"),
            )
        addresses.setdefault(address, draft.name)
        if "fqdn" in draft.known:
            name = draft.settings.fqdn
            if name in names:
                yield Problem(
                    draft.name,
                    ("backbone_fqdn",),
                    _("{server} bears the same name: {name}").format(server=names[name], name=name),
                    _("give each server its own name"),
                )
            names.setdefault(name, draft.name)


def missing_secrets(settings: Settings, present: frozenset[str]) -> tuple[str, ...]:
    """The secrets (full variable names) that these settings need before `apply` and no vault holds yet."""
    off = settings.stages_disabled
    needed = ["stamp_key"]
    if "backup" not in off and settings.database == "postgresql":
        needed.append("backup_passphrase")
        if settings.backup_second is not None:
            needed += ["backup_second_passphrase", "backup_second_key", "state_passphrase", "kit_passphrase"]
    if "sync" not in off and settings.sync_source == "bundled":
        needed += sync_source.secrets(settings.sync_kind, settings.sync_pages, settings.sync_school)
        if settings.sync_store is not None and settings.sync_store.login == "secret":
            needed.append("sync_store_password")
    if "tls" not in off:
        needed.append("tls_authority_key" if settings.tls == "internal" else "tls_key")
    if "notify" not in off and settings.notify_telegram is not None:
        needed.append("telegram_token")
    return tuple(SECRET_PREFIX + name for name in needed if name not in present)
