"""This machine's kernel limits that several booted systems share: raised while hosts run, put back afterwards."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

# Every systemd, dbus and path unit of every host watches files; the default of 128 watchers is for one system.
WANTED = {"fs/inotify/max_user_instances": 1024}
SYSCTL = Path("/proc/sys")


def raise_for_hosts(folder: Path) -> None:
    """Raise what is too low, and note in `folder` what it was."""
    with (folder / ".limits.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        noted = folder / "limits.json"
        before: dict[str, int] = json.loads(noted.read_text()) if noted.exists() else {}
        for name, wanted in WANTED.items():
            found = int((SYSCTL / name).read_text())
            if found < wanted:
                before.setdefault(name, found)
                noted.write_text(json.dumps(before))
                (SYSCTL / name).write_text(str(wanted))


def restore(folder: Path) -> None:
    """Put back what `raise_for_hosts` noted; to be called when the last host is down."""
    noted = folder / "limits.json"
    if noted.exists():
        for name, before in json.loads(noted.read_text()).items():
            (SYSCTL / name).write_text(str(before))
        noted.unlink()
