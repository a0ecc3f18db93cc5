"""What the lab needs of this machine, checked before anything is made, installed where apt may be used."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from provision import debian
from provision.errors import BackboneError
from provision.i18n import _

# command that must exist -> Debian/Ubuntu package that brings it
COMMANDS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "nc": "netcat-openbsd",
    "mount": "mount",
    "mkfs.ext4": "e2fsprogs",
}
FILES = {"/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring"}


def missing_packages() -> list[str]:
    """The Debian packages that have to be installed before a lab can be built here."""
    found = {package for command, package in COMMANDS.items() if shutil.which(command) is None}
    found |= {package for file, package in FILES.items() if not Path(file).exists()}
    return sorted(found)


def ensure() -> None:
    """Make this machine able to hold a lab, or say what is missing and how to get it."""
    if os.geteuid() != 0:
        raise BackboneError(
            _("the lab boots real hosts and needs root for it"),
            repair=_("run the same command with sudo; on macOS or Windows use a Debian machine or a virtual one"),
        )
    if packages := missing_packages():
        print(_("Installing what the lab needs: {packages}").format(packages=" ".join(packages)))
        debian.install(packages)
    for tree in ("/proc/sys", "/sys/fs/cgroup"):
        if os.statvfs(tree).f_flag & os.ST_RDONLY and not _writable_below(Path(tree)):
            raise BackboneError(
                _("the lab cannot work here: {tree} is read-only (a container?)").format(tree=tree),
                repair=_("use a real or virtual machine with Debian or Ubuntu"),
            )
    if "overlay" not in Path("/proc/filesystems").read_text() and _run("modprobe", "overlay") != 0:
        raise BackboneError(
            _("the lab cannot work here: this kernel has no overlay file system"),
            repair=_("use the distribution's own kernel"),
        )


def _writable_below(tree: Path) -> bool:
    """Whether a tree that is read-only itself has writable parts: control groups of version 1 are mounted so."""
    return any(not os.statvfs(part).f_flag & os.ST_RDONLY for part in tree.iterdir() if part.is_mount())


def _run(*command: str) -> int:
    try:
        return subprocess.run(command, capture_output=True).returncode
    except FileNotFoundError:
        return 127
