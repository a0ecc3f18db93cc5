"""What the lab is made of: its hosts, read from inventories/lab/lab.yml, and its two networks."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from ruamel.yaml import YAML

from provision import paths
from provision.errors import UsageError
from provision.i18n import _

# Nothing else lives here: a documentation range (RFC 5737) for the outside, which no route of this machine ever
# meets, and one /24 an instance for the inside, on which this machine itself stands as .1.
OUTSIDE = IPv4Network("198.51.100.0/24")
INTERNAL_BLOCK = "10.83.{slot}.0/24"


@dataclass(frozen=True)
class HostSpec:
    """One lab host. `memory_mb`, `processor` and `cores` are what the host reports of itself; None: the truth.
    `disk_mb`: the size of a volume of its own; None: it writes to this machine's disk.

    A server (a host on the internal network) has an account `petugas` with a password, as an installer leaves it;
    an enrolled one also has the administrator `backbone` with a key.
    """

    name: str
    about: str
    image: str
    outside: int
    internal: int | None = None
    memory_mb: int | None = None
    processor: str | None = None
    cores: int = 2
    disk_mb: int | None = None
    services: bool = False
    enrolled: bool = True

    @property
    def is_server(self) -> bool:
        """Whether it is a region's server, as opposed to the world around one."""
        return self.internal is not None


@dataclass(frozen=True)
class Networks:
    """The two networks of one lab instance; `slot` keeps instances apart."""

    slot: int

    @property
    def internal(self) -> IPv4Network:
        """The network from which administrators and the controller come."""
        return IPv4Network(INTERNAL_BLOCK.format(slot=self.slot))

    @property
    def outside(self) -> IPv4Network:
        """The network where the centre, and everybody else, is."""
        return OUTSIDE

    @property
    def controller(self) -> IPv4Address:
        """This machine's own address on the internal network."""
        return self.internal[1]

    def addresses(self, host: HostSpec) -> dict[str, IPv4Address]:
        """The host's address by network name."""
        found = {"outside": self.outside[host.outside]}
        if host.internal is not None:
            found["internal"] = self.internal[host.internal]
        return found


def hosts() -> dict[str, HostSpec]:
    """All hosts that a lab can have, by name, in the order in which they boot.

    BACKBONE_LAB_SYSTEM names an image (ubuntu2404, rocky9, …) that the regions' servers get in Debian's place.
    """
    described = YAML(typ="safe").load(paths.inventories_dir() / "lab" / "lab.yml")
    found = {name: HostSpec(name=name, **fields) for name, fields in described["hosts"].items()}
    if not (system := os.environ.get("BACKBONE_LAB_SYSTEM", "")):
        return found
    from provision.lab.image import IMAGES

    if system not in IMAGES:
        raise UsageError(
            _("{variable} names no system that the lab knows: {value}").format(
                variable="BACKBONE_LAB_SYSTEM", value=system
            ),
            repair=", ".join(name for name in IMAGES if name != "tools"),
        )
    return {name: replace(one, image=system) if one.is_server else one for name, one in found.items()}
