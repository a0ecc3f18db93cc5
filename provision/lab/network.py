"""The lab's two networks: bridges on this machine, a namespace a host, addresses set from here.

Everything is named after the instance's slot, so that what an interrupted lab left can be found and removed by name.
"""

from __future__ import annotations

import json
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
    _ip("netns", "add", here)
    _ip("-n", here, "link", "set", "lo", "up")
    for name, address in networks.addresses(host).items():
        short = name[:3]
        outer = f"{prefix(networks.slot)}-{short[0]}{host.outside}"
        _ip("link", "add", outer, "type", "veth", "peer", "name", f"{short}0", "netns", here)
        _ip("link", "set", outer, "master", f"{prefix(networks.slot)}-{short}", "up")
        _ip("-n", here, "addr", "add", f"{address}/24", "dev", f"{short}0")
        _ip("-n", here, "link", "set", f"{short}0", "up")
    _ip("-n", here, "route", "add", "default", "via", str(networks.outside[1]))


def detach(slot: int, host: str) -> None:
    """Remove a host's namespace; its links go with it."""
    if namespace(slot, host) in namespaces(slot):
        _ip("netns", "del", namespace(slot, host))


def remove(slot: int) -> None:
    """Remove all that `make` and `attach` made for this instance."""
    for found in namespaces(slot):
        _ip("netns", "del", found)
    for link in links(slot):
        # The outer half of a pair goes by itself, a moment after its namespace.
        subprocess.run(["ip", "link", "del", link], capture_output=True)
