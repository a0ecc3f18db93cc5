"""People's way in through a server's VPN: who has one, the next free address, a key pair, the file that is handed over.

Decisions only; `lists` writes the inventory, the verb asks and prints. A private key is made here, goes into the file
for the person, and is kept nowhere else: the inventory learns the public key alone. The tunnel is split: only the
server is reached through it, never the person's other traffic.
"""

from __future__ import annotations

import base64
import io
import ipaddress
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError

from provision.errors import BackboneError, UsageError
from provision.i18n import _
from provision.inventory import Fleet, Server, layout
from provision.inventory.explain import explained
from provision.inventory.faults import shown
from provision.inventory.settings import VpnPeer
from provision.onboard import lists

VARIABLE = "backbone_vpn_peers"
SERVER_KEY = "/var/lib/backbone/vpn/public.key"  # the stage publishes it there
DAYS = 90
KEEPALIVE = 25  # seconds; keeps the person's NAT open, so that a long query's answer still comes through
_INTERFACE = 15  # Linux names a tunnel after its file, and has no room for more


@dataclass(frozen=True)
class Person:
    """Somebody's access: as the inventory has it, and the private key if it was made here (never shown, never kept)."""

    peer: VpnPeer
    private_key: str = field(default="", repr=False)


def entry(peer: VpnPeer) -> lists.Entry:
    """An access as it stands in the inventory."""
    return {
        "name": peer.name,
        "public_key": peer.public_key,
        "address": peer.address,
        "expires": peer.expires.isoformat(),
    }


def last_day(asked: str, today: date) -> date:
    """The last day (UTC) that `--expires` means: a date, or a number of days from today; UsageError otherwise."""
    if found := re.fullmatch(r"(\d{1,4})d?", asked.strip()):
        return today + timedelta(days=int(found[1]))
    try:
        day = date.fromisoformat(asked.strip())
    except ValueError:
        raise UsageError(
            _("{value} is neither a date nor a number of days").format(value=asked),
            repair=_("such as --expires 2027-01-31 or --expires 30d"),
        ) from None
    if day < today:
        raise UsageError(
            _("{day} is past: the access would end before it begins").format(day=day),
            repair=_("name a day from {today} on; the day itself still counts (UTC)").format(today=today),
        )
    return day


def key_pair() -> tuple[str, str]:
    """A new WireGuard key pair, private and public, base64 as `wg genkey` and `wg pubkey` print them."""
    key = X25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(private).decode(), base64.b64encode(public).decode()


def next_address(network: str, taken: Iterable[str]) -> str:
    """The lowest free address of the VPN's network; its first is the server's own. UsageError when none is left."""
    whole = ipaddress.ip_network(network)
    used = {ipaddress.ip_address(one) for one in taken}
    last = whole.num_addresses - (2 if whole.version == 4 else 1)  # IPv4 ends with the broadcast address
    for number in range(2, min(last, len(used) + 2) + 1):
        if (address := whole[number]) not in used:
            return str(address)
    raise UsageError(
        _("{network} has no free address left").format(network=network),
        repair=_("remove people whose access has ended (backbone vpn list), or choose a wider backbone_vpn_network"),
    )


def new_person(server: Server, name: str, expires: date, public_key: str = "", today: date | None = None) -> Person:
    """An access for a new person on a server; UsageError for a name or key that is there already or will not do."""
    settings = server.settings
    for one in settings.vpn_peers:
        if one.name.casefold() == name.casefold():
            message = _("{name} has an access to {server} already, until {day}")
            if today is not None and one.expires < today:
                message = _("{name} has an access to {server} that ended on {day}")
            raise UsageError(
                message.format(name=one.name, server=server.name, day=one.expires),
                repair=_("another device: another name, such as {name}-2; to renew: backbone vpn remove {name}").format(
                    name=one.name
                ),
            )
        if public_key and one.public_key == public_key:
            raise UsageError(
                _("this public key is {name}'s on {server} already").format(name=one.name, server=server.name),
                repair=_("each person and device makes a key pair of its own: wg genkey | tee key | wg pubkey"),
            )
    private = ""
    if not public_key:
        private, public_key = key_pair()
    address = next_address(settings.vpn_network, (one.address for one in settings.vpn_peers))
    made = {"name": name, "public_key": public_key, "address": address, "expires": expires}
    try:
        peer = VpnPeer.model_validate(made)
    except ValidationError as fault:
        path, wrong, repair = next(iter(explained(fault, "", VpnPeer, lambda _path: name)))
        raise UsageError(f"{path[0]}: {wrong}" if path else wrong, repair=repair) from None
    return Person(peer, private)


def own_tunnel(server: Server) -> None:
    """UsageError where this server lets nobody in itself."""
    settings = server.settings
    reasons = {
        "client": _("{server} joins a hub; people are let in there").format(server=server.name),
        "external": _("{server} leaves the VPN to the region's router; people are let in there").format(
            server=server.name
        ),
    }
    reason: str
    if settings.vpn in reasons:
        reason = reasons[settings.vpn]
    elif "vpn" in settings.stages_disabled:
        reason = _("the stage vpn is left out on {server}").format(server=server.name)
    else:
        return
    raise UsageError(reason, repair=_("backbone vpn serves servers with backbone_vpn: server"))


def configuration(server: Server, person: Person, server_key: str) -> str:
    """What WireGuard's programs read, on every system: this person's end of the tunnel, to this server alone."""
    settings = server.settings
    host = ipaddress.ip_network(settings.vpn_network)[1]
    own = ipaddress.ip_address(person.peer.address)
    # One who made the key pair elsewhere puts the private key in there.
    private = person.private_key or "[…]"
    lines = [
        f"# Backbone Daerah: {person.peer.name} @ {server.name} ({settings.fqdn})",
        f"# {_('Valid until {day} (UTC). For this person alone; never pass it on.').format(day=person.peer.expires)}",
        "[Interface]",
        f"PrivateKey = {private}",
        f"Address = {own}/{own.max_prefixlen}",
        "",
        "[Peer]",
        f"PublicKey = {server_key}",
        f"Endpoint = {settings.fqdn}:{settings.vpn_port}",
        f"AllowedIPs = {host}/{host.max_prefixlen}",
        f"PersistentKeepalive = {KEEPALIVE}",
        "",
    ]
    return "\n".join(lines)


def qr(text: str) -> Any:
    """The QR code (a segno.QRCode) of a configuration; comments are left out, so that a telephone reads it easily."""
    import segno

    bare = "\n".join(line for line in text.splitlines() if line and not line.startswith("#"))
    return segno.make(bare, error="m", micro=False)


def png(text: str) -> bytes:
    """The QR code of a configuration as a PNG picture, 8 pixels a module."""
    out = io.BytesIO()
    qr(text).save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def file_stem(name: str) -> str:
    """The name of a person's files: what WireGuard on Linux takes as the name of a tunnel."""
    return name[:_INTERFACE].rstrip("._-")


def hand_over(folder: Path, inventory: Path, stem: str, files: dict[str, bytes]) -> list[Path]:
    """Write `stem` + each ending into `folder`, 0600. UsageError where one is there, or in the inventory's folder."""
    targets = {folder / f"{stem}{ending}": content for ending, content in files.items()}
    if folder.resolve().is_relative_to(inventory.resolve()):
        raise UsageError(
            _("{folder} belongs to the inventory, and a private key must never get into it").format(
                folder=shown(folder)
            ),
            repair=_("name another folder: --out FOLDER"),
        )
    for file in targets:
        if file.exists():
            raise UsageError(
                _("{file} is there already; nothing was overwritten").format(file=shown(file)),
                repair=_("move it away, or name another folder: --out FOLDER"),
            )
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in targets.items():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
    return list(targets)


def adding(fleet: Fleet, server: Server, peer: VpnPeer) -> tuple[lists.Change, str]:
    """The change that lets a person in, and what has to be said about it ("" for nothing).

    A list that serves other servers too is not touched: the person gets into one server only. The server then has a
    list of its own, which is said.
    """
    place = _place(fleet, server)
    entries = [*place.entries, entry(peer)]
    header = _("Who may enter {server} through the VPN; `backbone vpn` adds and removes.").format(server=server.name)
    own = lists.own_file(fleet.directory, server.name, "vpn.yml")
    if place.definition is not None and place.serves == {server.name}:
        return lists.changed(place, VARIABLE, entries), ""
    note = ""
    if place.definition is not None:
        note = _("{file} serves other servers too; from now on {server} has a list of its own in {own}").format(
            file=shown(place.definition.file), server=server.name, own=shown(own)
        )
    return lists.added_to(own, VARIABLE, entries, header), note


def removing(fleet: Fleet, servers: Sequence[Server], name: str) -> list[lists.Change]:
    """The changes that shut a person out of these servers; UsageError when the person is on none of them."""
    having = [one for one in servers if any(peer.name == name for peer in one.settings.vpn_peers)]
    if not having:
        known = sorted({peer.name for one in servers for peer in one.settings.vpn_peers})
        raise UsageError(
            _("nobody called {name} may enter").format(name=name),
            repair=_("there are {names}").format(names=", ".join(known) or "-"),
        )
    chosen = {one.name for one in servers}
    changes: dict[tuple[Path, int], lists.Change] = {}
    for server in having:
        place = _place(fleet, server)
        if place.definition is None:
            raise ValueError(server.name)
        if others := sorted(place.serves - chosen):
            raise UsageError(
                _("{file} lets {name} into {others} as well").format(
                    file=shown(place.definition.file), name=name, others=", ".join(others)
                ),
                repair=_("remove the person everywhere: leave out --limit"),
            )
        kept = [one for one in place.entries if one["name"] != name]
        key = (place.definition.file, place.definition.line)
        changes.setdefault(key, lists.changed(place, VARIABLE, kept))
    files = [change.file for change in changes.values()]
    if len(set(files)) != len(files):
        raise UsageError(
            _("{file} lets {name} into several servers, one list each").format(file=shown(files[0]), name=name),
            repair=_("remove the person from one server after the other: --limit SERVER"),
        )
    return list(changes.values())


def _place(fleet: Fleet, server: Server) -> lists.Written:
    effective = [entry(one) for one in server.settings.vpn_peers]
    return lists.written(layout.read(fleet.path), server.name, VARIABLE, effective)


def write(changes: Sequence[lists.Change], judge: Callable[[], object]) -> None:
    """Write changes, have the whole inventory judged, and put everything back if it is not sound."""
    done: list[lists.Change] = []
    try:
        for change in changes:
            change.write()
            done.append(change)
        judge()
    except BaseException:
        for change in reversed(done):
            change.undo()
        raise


def server_key(server: Server, *, here: bool = False) -> str:
    """The server's public key, over SSH, or `here` on the server itself; UsageError where its stage has not run yet."""
    from provision.probe.transport import Target, run

    status, out, _err = run(Target.this_machine(server.name) if here else Target.of(server), f"cat {SERVER_KEY}", 30)
    if status != 0:
        raise BackboneError(
            _("{server} has no key for its tunnel yet: the first apply makes it").format(server=server.name),
            repair=_("backbone apply -i INVENTORY --stage vpn, then this command again"),
        )
    return out.strip()
