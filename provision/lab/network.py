"""The lab's two networks: bridges on this machine, a namespace a host, addresses set from here.

Everything is named after the instance's slot, so that what an interrupted lab left can be found and removed by name.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from ipaddress import IPv4Network
from typing import Any

from provision.errors import BackboneError
from provision.i18n import _
from provision.lab.spec import HostSpec, Networks


def prefix(slot: int) -> str:
    """How the names of all of an instance's links and namespaces begin."""
    return f"bbl{slot}"


def namespace(slot: int, host: str) -> str:
    """The network namespace of a host."""
    return f"{prefix(slot)}-{host}"


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise BackboneError(
            _("the lab's network could not be made: ip {command}: {reason}").format(
                command=" ".join(arguments), reason=done.stderr.strip()
            ),
            repair="backbone lab down",
        )
    return done.stdout


def _ip_json(*arguments: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = json.loads(_ip("-json", *arguments) or "[]")
    return answer


def links(slot: int) -> list[str]:
    """The instance's links that exist on this machine."""
    return [link["ifname"] for link in _ip_json("link") if link["ifname"].startswith(f"{prefix(slot)}-")]


def namespaces(slot: int) -> list[str]:
    """The instance's namespaces that exist."""
    return [found["name"] for found in _ip_json("netns") if found["name"].startswith(f"{prefix(slot)}-")]


def in_use(network: IPv4Network) -> str | None:
    """The link over which this machine already reaches `network`; None when it is free."""
    for route in _ip_json("route"):
        destination = route["dst"]
        if destination != "default" and IPv4Network(destination, strict=False).overlaps(network):
            return str(route["dev"])
    return None


def make(networks: Networks) -> None:
    """Make the two bridges; this machine stands on the internal one alone. Made already: left as they are."""
    have = links(networks.slot)
    for name in ("int", "out"):
        bridge = f"{prefix(networks.slot)}-{name}"
        if bridge in have:
            continue
        _ip("link", "add", bridge, "type", "bridge", "forward_delay", "0")
        _ip("link", "set", bridge, "up")
        if name == "int":
            _ip("addr", "add", f"{networks.controller}/{networks.internal.prefixlen}", "dev", bridge)


def attach(networks: Networks, host: HostSpec) -> None:
    """Make the host's namespace with its links and addresses. The outside is where its default route leads."""
    here = namespace(networks.slot, host.name)
    for name in networks.addresses(host):
        _delete(_outer(networks.slot, name, host))
    _ip("netns", "add", here)
    _ip("-n", here, "link", "set", "lo", "up")
    for name, address in networks.addresses(host).items():
        short = name[:3]
        outer = _outer(networks.slot, name, host)
        _ip("link", "add", outer, "type", "veth", "peer", "name", f"{short}0", "netns", here)
        _ip("link", "set", outer, "master", f"{prefix(networks.slot)}-{short}", "up")
        # A host that comes up anew has its old card: its neighbours remember it, and would talk past it for a while.
        card = f"02:bb:{networks.slot:02x}:{'io'.index(short[0]):02x}:00:{host.outside:02x}"
        _ip("-n", here, "link", "set", f"{short}0", "address", card)
        _ip("-n", here, "addr", "add", f"{address}/24", "dev", f"{short}0")
        _ip("-n", here, "link", "set", f"{short}0", "up")
    _ip("-n", here, "route", "add", "default", "via", str(networks.outside[1]))


def _outer(slot: int, network: str, host: HostSpec) -> str:
    """The name of a host's link to one of the networks, on this machine's side."""
    return f"{prefix(slot)}-{network[0]}{host.outside}"


def _delete(link: str) -> None:
    """Take a link away now. By itself it goes only some time after its namespace, when the kernel comes to it."""
    subprocess.run(["ip", "link", "del", link], capture_output=True)


def detach(slot: int, host: str) -> None:
    """Remove a host's namespace, and whatever still stands in it: a namespace that is lived in keeps its links."""
    here = namespace(slot, host)
    if here in namespaces(slot):
        for pid in _ip("netns", "pids", here).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip("netns", "del", here)


def remove(slot: int) -> None:
    """Remove all that `make` and `attach` made for this instance."""
    for found in namespaces(slot):
        detach(slot, found.removeprefix(f"{prefix(slot)}-"))
    for link in links(slot):
        _delete(link)
