"""Runs a command that must not outlive this controller's process, even when that is killed.

`python leash.py PARENT COMMAND ARGS…` starts the command and answers with its exit status. When the process
PARENT dies, this process and everything in its process group is killed: an orphaned run would go on changing
a server while the next run believes that it is alone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1


def _parent_died(_number: int, _frame: FrameType | None) -> None:
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Entry point; the exit status of the command, 128 + signal when a signal ended it."""
    parent, *command = sys.argv[1:]
    signal.signal(signal.SIGUSR1, _parent_died)
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)
    if os.getppid() != int(parent):  # it died before it could be watched
        return 1
    status = subprocess.run(command).returncode
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
