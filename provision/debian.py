"""Debian's packages on this machine, for the lab and the tests. A server's packages are the roles' business."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _

# Labs and tests side by side may need packages at the same moment; apt does not wait for its lists.
LOCK = Path("/run/lock/backbone-packages.lock")


def install(packages: Sequence[str]) -> None:
    """Install packages, without what they merely recommend.

    Raises BackboneError, with the command to type, where apt may not be used or fails.
    """
    names = " ".join(packages)
    typed = f"sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends {names}'"
    if shutil.which("apt-get") is None:
        raise BackboneError(
            _("these packages are needed: {packages}").format(packages=names),
            repair=_("install them with this system's package manager (names are Debian's)"),
            exit_status=Exit.UNREACHED,
        )
    if os.geteuid() != 0:
        raise BackboneError(
            _("these packages are needed: {packages}").format(packages=names), repair=typed, exit_status=Exit.UNREACHED
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=600", *words]
            done = subprocess.run(command, env=quiet, capture_output=True, text=True)
            if done.returncode != 0:
                raise BackboneError(
                    _("the packages could not be installed: {reason}").format(reason=done.stderr.strip()[-400:]),
                    repair=typed,
                    exit_status=Exit.UNREACHED,
                )


def archives(apt: Path) -> list[tuple[str, str]]:
    """(archive URL, pocket) of Debian's main, updates and security archives.

    BACKBONE_DEBIAN_MIRROR names the main one; else this machine's own apt configuration does, where it is Debian's;
    else an empty list lets mmdebstrap use Debian's default.
    """
    files = (file for file in (*sorted(apt.glob("sources.list.d/*")), apt / "sources.list") if file.is_file())
    lines = [line for file in files for line in file.read_text().splitlines() if not line.lstrip().startswith("#")]
    urls = re.findall(r"https?://\S+", "\n".join(lines))
    main = os.environ.get("BACKBONE_DEBIAN_MIRROR") or next((u for u in urls if u.rstrip("/").endswith("/debian")), "")
    if not main:
        return []
    # Packages are signed; plain http lets the lab's proxy keep them.
    main = main.rstrip("/").replace("https://", "http://")
    security = next((u for u in urls if "debian-security" in u), f"{main}-security").replace("https://", "http://")
    return [(main, ""), (main, "-updates"), (security, "-security")]
