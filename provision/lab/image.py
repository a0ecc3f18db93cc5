"""Root file systems of lab hosts: Debian, others from a mirror that is named. Made once, cached, shared by overlays.

An image is named by what it is made from, so that a change to its recipe makes a new one. A *layer* is what a host
wrote on top of its image, frozen for others to start from.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from provision import paths
from provision.errors import BackboneError
from provision.i18n import _
from provision.lab import recipe

RECIPE_VERSION = 5

# What an installer leaves on a bare Debian server, and wireguard-go: the lab's kernels may lack WireGuard.
_SERVER = (
    *("systemd-sysv", "dbus", "libpam-systemd", "openssh-server", "python3", "sudo", "iproute2", "ca-certificates"),
    *("procps", "kmod", "apt-utils", "less", "iputils-ping", "tzdata", "wireguard-go"),
)
_EL_SERVER = (
    *("systemd", "dbus", "dnf", "openssh-server", "openssh-clients", "python3", "sudo", "iproute", "ca-certificates"),
    *("procps-ng", "kmod", "less", "iputils", "passwd", "shadow-utils", "tzdata", "selinux-policy-targeted"),
)
# What the centre and a machine outside work with.
_TOOLS = (
    *("chrony", "curl", "nmap", "openssl", "wireguard-tools", "postgresql-client", "netcat-openbsd", "nftables"),
    *("python3-msgspec", "testssl.sh"),
)


@dataclass(frozen=True)
class Image:
    """A recipe: a kind of system, its suite or version, and its packages."""

    name: str
    suite: str
    packages: tuple[str, ...]
    kind: str = "debian"

    @property
    def root(self) -> Path:
        """Where its root file system is kept once it is made."""
        other = [] if self.kind == "debian" else [self.kind, EL_FILES]
        made_from = json.dumps([RECIPE_VERSION, self.suite, self.packages, FILES, LINKS, *other])
        return images_dir() / f"{self.name}-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}"

    @property
    def distribution(self) -> str:
        """The system that it holds, such as `debian13`, whatever else is on it."""
        return next(one.name for one in IMAGES.values() if (one.kind, one.suite) == (self.kind, self.suite))


IMAGES = {
    image.name: image
    for image in (
        Image("debian12", "bookworm", _SERVER),
        Image("debian13", "trixie", _SERVER),
        Image("tools", "trixie", (*_SERVER, *_TOOLS)),
        Image("ubuntu2204", "jammy", _SERVER, "ubuntu"),
        Image("ubuntu2404", "noble", _SERVER, "ubuntu"),
        Image("ubuntu2604", "resolute", _SERVER, "ubuntu"),
        Image("rocky9", "9", _EL_SERVER, "rocky"),
        Image("rocky10", "10", _EL_SERVER, "rocky"),
        Image("almalinux9", "9", _EL_SERVER, "almalinux"),
        Image("almalinux10", "10", _EL_SERVER, "almalinux"),
    )
}

# What a lab host has that a real one has not; see docs/lab.md. Roles stay free of all this.
FILES = {
    # The host shares this machine's clock and may not set it.
    "etc/systemd/system/chrony.service.d/lab.conf": (
        "[Unit]\nConditionCapability=\n[Service]\nExecStart=\nExecStart=!/usr/sbin/chronyd -x -F 0\n"
        "CapabilityBoundingSet=~CAP_SYS_TIME\n"
    ),
    # The kernel here may lack WireGuard: the user-space implementation of the same project serves.
    "etc/systemd/system/wg-quick@.service.d/lab.conf": (
        "[Service]\nEnvironment=WG_I_PREFER_BUGGY_USERSPACE_TO_POLISHED_KMOD=1\n"
    ),
    "etc/apt/apt.conf.d/00lab": (
        'Acquire::http::Proxy "http://lab-controller:3142";\nAcquire::Languages "none";\n'
        'Dpkg::Options { "--force-unsafe-io"; };\n'
    ),
    # What mmdebstrap keeps of its own options: the proxy of the instance that made the image.
    "etc/apt/apt.conf.d/99mmdebstrap": "",
    # Documentation and translations are the bulk of what packages unpack.
    "etc/dpkg/dpkg.cfg.d/lab": (
        "path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n"
    ),
    "etc/ssh/sshd_config.d/lab.conf": "UseDNS no\n",
    "etc/machine-id": "",
    "etc/resolv.conf": "",
}
# The same for the RHEL family; WireGuard has to be in this machine's own kernel there.
EL_FILES = {
    "etc/systemd/system/chronyd.service.d/lab.conf": FILES["etc/systemd/system/chrony.service.d/lab.conf"],
    "etc/dnf/dnf.conf": "[main]\ngpgcheck=1\ninstallonly_limit=3\nproxy=http://lab-controller:3142\ntsflags=nodocs\n",
    "etc/selinux/config": "SELINUX=disabled\n",
    **{name: FILES[name] for name in ("etc/ssh/sshd_config.d/lab.conf", "etc/machine-id", "etc/resolv.conf")},
}
LINKS = {
    # Nothing here has disks to mount, consoles to offer or a network to configure.
    f"etc/systemd/system/{unit}": "/dev/null"
    for unit in (
        "systemd-networkd.service",
        "systemd-resolved.service",
        "console-getty.service",
        "systemd-firstboot.service",
    )
}


def images_dir() -> Path:
    """The folder of images and layers."""
    return paths.cache_dir() / "lab" / "images"


def packages_dir() -> Path:
    """The folder in which the package proxy keeps what it fetched."""
    return paths.cache_dir() / "lab" / "packages"


def missing(names: Sequence[str]) -> list[Image]:
    """The images among `names` that are not in the cache yet."""
    return [IMAGES[name] for name in dict.fromkeys(names) if not IMAGES[name].root.is_dir()]


def make(images: Sequence[Image], proxy: tuple[IPv4Address, int]) -> None:
    """Make images, two at a time; each appears under its name only when it is whole."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda image: _make(image, proxy), images))


def _make(image: Image, proxy: tuple[IPv4Address, int]) -> None:
    images_dir().mkdir(parents=True, exist_ok=True)
    partial = images_dir() / f".partial-{image.root.name}-{os.getpid()}"
    left_out = FILES["etc/dpkg/dpkg.cfg.d/lab"].split()
    command = recipe.command(image.kind, image.suite, image.packages, partial, proxy, left_out)
    recipe.ensure(image.kind)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise BackboneError(
            _("{image}: the root file system could not be made: {reason}").format(
                image=image.name, reason=done.stderr.strip()[-600:]
            ),
            repair=_(
                "check that Debian's packages can be reached from here; BACKBONE_DEBIAN_MIRROR names another mirror"
            )
            if image.kind == "debian"
            else _("check the address in {variable}").format(variable=recipe.MIRRORS[image.kind][0]),
        )
    _furnish(partial, image.kind)
    try:
        partial.rename(image.root)
    except OSError:
        # Another lab made the same image meanwhile.
        shutil.rmtree(partial)


def _furnish(root: Path, kind: str) -> None:
    """Write what a lab host has beyond a real one, and take away what must differ from host to host."""
    for name, text in (EL_FILES if kind in ("rocky", "almalinux") else FILES).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
    for name, target in LINKS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
