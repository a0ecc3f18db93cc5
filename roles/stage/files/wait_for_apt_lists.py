#!/usr/bin/env python3
"""Waits until no other program holds apt's package lists: on a server's first boot apt-daily fetches them for minutes.

apt itself waits for dpkg's lock and not for this one. Arguments: seconds to wait, then the lock's file. Ends with 0 as
soon as the lock is free, and with 1 and a sentence on standard error when it is not. The lock is only asked for, never
taken.
"""

import fcntl
import struct
import sys
import time
from pathlib import Path

STEP_SECONDS = 2.0
LOCK = "/var/lib/apt/lists/lock"
# struct flock on 64-bit Linux: type, whence, start, length, process.
FLOCK = "hhqqi4x"


def holder(path):
    """Process that holds the lock, 0 for none."""
    try:
        with Path(path).open("rb") as file:
            asked = struct.pack(FLOCK, fcntl.F_WRLCK, 0, 0, 0, 0)
            kind, _, _, _, process = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    except FileNotFoundError:
        return 0
    return 0 if kind == fcntl.F_UNLCK else process


def name(process):
    """What the process is called, as far as it can be told."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return "?"


def main(seconds, path):
    deadline = time.monotonic() + seconds
    process = holder(path)
    while process:
        if time.monotonic() > deadline:
            print(
                f"for {seconds / 60:.0f} minutes another program ({name(process)}, process {process}) has held apt's "
                f"package lists ({path}): let it finish, or end it (systemctl stop apt-daily.service), and try again",
                file=sys.stderr,
            )
            return 1
        time.sleep(STEP_SECONDS)
        process = holder(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else LOCK))
