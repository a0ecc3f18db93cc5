#!/usr/bin/env python3
"""Waits until apt can be used: nobody holds its package lists, and no installation that was cut off stands in its way.

On a server's first boot apt-daily fetches the lists for minutes; apt itself waits for dpkg's lock and not for this one.
Where a power cut has ended dpkg in the middle, its journal is not empty, and apt refuses everything until dpkg has
configured what it had begun: that is done here. Arguments: seconds to wait, then the lock's file and the journal's
folder. Ends with 0 as soon as apt can be used ("finished" on standard output where an installation was finished), and
with 1 and a sentence on standard error when it cannot. The lock is only asked for, never taken.
"""

import fcntl
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

STEP_SECONDS = 2.0
LOCK = "/var/lib/apt/lists/lock"
JOURNAL = "/var/lib/dpkg/updates"
# Settings that a person has edited stay as they are, as in every installation by a stage.
FINISH = ("dpkg", "--force-confdef", "--force-confold", "--configure", "-a")
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


def cut_off(journal):
    """Whether dpkg was ended in the middle, or is at work: the question that apt asks, too."""
    try:
        return any(entry.name.isdigit() for entry in Path(journal).iterdir())
    except FileNotFoundError:
        return False


def wait_for_lists(deadline, minutes, path):
    """Until nobody holds the lists; False, and a sentence, when somebody does at the deadline."""
    process = holder(path)
    while process:
        if time.monotonic() > deadline:
            print(
                f"for {minutes:.0f} minutes another program ({name(process)}, process {process}) has held apt's "
                f"package lists ({path}): let it finish, or end it (systemctl stop apt-daily.service), and try again",
                file=sys.stderr,
            )
            return False
        time.sleep(STEP_SECONDS)
        process = holder(path)
    return True


def finish(deadline, journal):
    """Configure what an installation that was cut off has left; False, and why, when that fails."""
    quiet = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
    while cut_off(journal):
        done = subprocess.run(
            FINISH, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode == 0:
            print("finished an installation that had been cut off")
            return True
        # Locked: the journal is that of a dpkg at work, which empties it.
        if "locked" not in done.stdout or time.monotonic() > deadline:
            print(
                f"an installation was cut off, and dpkg --configure -a does not finish it: {done.stdout.strip()}",
                file=sys.stderr,
            )
            return False
        time.sleep(STEP_SECONDS)
    return True


def main(seconds, path, journal):
    """Both, one after the other; the exit status."""
    deadline = time.monotonic() + seconds
    return 0 if wait_for_lists(deadline, seconds / 60, path) and finish(deadline, journal) else 1


if __name__ == "__main__":
    given = sys.argv[2:] + [LOCK, JOURNAL][len(sys.argv) - 2 :]
    sys.exit(main(float(sys.argv[1]), *given))
