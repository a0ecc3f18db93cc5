"""The commands that make a root file system: Debian and Ubuntu by mmdebstrap, the RHEL family by dnf.

Debian comes from where this machine's own packages come from. Every other system comes only from a mirror that a person
names in a variable; without it nothing is tried, and a sentence says which variable is meant.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path

from provision import debian
from provision.errors import BackboneError, UsageError
from provision.i18n import _

UBUNTU_MIRROR = "BACKBONE_LAB_UBUNTU_MIRROR"
EL_MIRROR = "BACKBONE_LAB_EL_MIRROR"
# Which variable names the mirror of a kind of system, and an address of the kind that it takes.
MIRRORS = {
    "ubuntu": (UBUNTU_MIRROR, "http://MIRROR/ubuntu"),
    "rocky": (EL_MIRROR, "http://MIRROR/pub/rocky"),
    "almalinux": (EL_MIRROR, "http://MIRROR/almalinux"),
}
UBUNTU_KEYRING = Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg")
DNF = Path("/usr/bin/dnf")
# Names as the distributions write them in the names of their keys.
_EL_KEYS = {"rocky": "Rocky", "almalinux": "AlmaLinux"}


def mirror(kind: str, environment: Mapping[str, str] | None = None) -> str:
    """The mirror that a person named for this kind of system. Raises UsageError where none is named."""
    variable, example = MIRRORS[kind]
    named = (os.environ if environment is None else environment).get(variable, "").rstrip("/")
    if not named:
        raise UsageError(
            _("lab hosts with {system} come from a mirror that you name, and {variable} names none").format(
                system=kind, variable=variable
            ),
            repair=f"{variable}={example}",
        )
    if not named.startswith(("http://", "https://")):
        raise UsageError(
            _("{variable} is no address of a mirror: {value}").format(variable=variable, value=named),
            repair=f"{variable}={example}",
        )
    return named


def ensure(kind: str) -> None:
    """Have what makes this kind of root file system. Raises BackboneError where it cannot be had."""
    if kind == "ubuntu" and not UBUNTU_KEYRING.exists():
        raise BackboneError(
            _("{file} is missing: by its keys Ubuntu's packages are recognised").format(file=UBUNTU_KEYRING),
            repair=_("copy it from an Ubuntu machine that you trust (package ubuntu-keyring)"),
        )
    if kind in _EL_KEYS and not DNF.exists():
        debian.install(["dnf"])


def command(
    kind: str,
    suite: str,
    packages: Sequence[str],
    root: Path,
    proxy: tuple[IPv4Address, int],
    paths_left_out: Sequence[str],
) -> list[str]:
    """The command that makes the file system `root`. `suite`: a code name (Debian, Ubuntu) or a version ("9")."""
    through = f"http://{proxy[0]}:{proxy[1]}"
    if kind in _EL_KEYS:
        return _dnf(kind, suite, packages, root, through)
    if kind == "ubuntu":
        archive = mirror(kind).replace("https://", "http://")
        sources = [f"deb {archive} {suite}{pocket} main universe" for pocket in ("", "-updates", "-security")]
    else:
        sources = [f"deb {archive} {suite}{pocket} main" for archive, pocket in debian.archives(Path("/etc/apt"))]
    return [
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=minbase",
        "--format=directory",
        f"--include={','.join(packages)}",
        *([f"--keyring={UBUNTU_KEYRING}"] if kind == "ubuntu" else []),
        f'--aptopt=Acquire::http::Proxy "{through}"',
        '--aptopt=Acquire::Languages "none"',
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt={line}" for line in paths_left_out),
        suite,
        str(root),
        *sources,
    ]


def _dnf(kind: str, version: str, packages: Sequence[str], root: Path, through: str) -> list[str]:
    """Only from the named mirror, and only what the distribution's key has signed."""
    base = mirror(kind)
    words = ["dnf", "--assumeyes", "--quiet", f"--installroot={root}", f"--releasever={version}", "--forcearch=x86_64"]
    words += ["--setopt=reposdir=/dev/null", "--setopt=install_weak_deps=False", "--setopt=tsflags=nodocs"]
    for repository in ("BaseOS", "AppStream"):
        name = f"lab-{repository.lower()}"
        words += [
            f"--repofrompath={name},{base}/{version}/{repository}/x86_64/os/",
            f"--setopt={name}.gpgcheck=1",
            f"--setopt={name}.gpgkey={base}/RPM-GPG-KEY-{_EL_KEYS[kind]}-{version}",
            f"--setopt={name}.proxy={through}",
        ]
    return [*words, "install", *packages]
