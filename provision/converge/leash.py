"""Runs a command that must not outlive this controller's process, even when that is killed.

`python leash.py PARENT MARK COMMAND ARGS…` starts the command and answers with its exit status; MARK tells it from
other leashes of the same parent. When the process PARENT dies, everything that the command started is killed, and
this process with it: an orphaned run would go on changing a server while the next run believes that it is alone.
Ansible's workers have sessions of their own, so that a process group does not hold them all; the family tree does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def kill_family(pid: int) -> None:
    """Kill all descendants of a process, also those that come into being meanwhile."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        while family := [one for one in parent.children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]:
            for one in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            psutil.wait_procs(family, timeout=0.05)


def kill_leashed(mark: str) -> None:
    """Kill what this process started on the leash of this mark; its other children are none of our business."""
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if one.cmdline()[1:4] == [__file__, str(os.getpid()), mark]:
                kill_family(one.pid)
                one.kill()


def _parent_died(_number: int, _frame: FrameType | None) -> None:
    kill_family(os.getpid())
    os._exit(1)


def main() -> int:
    """Entry point; the exit status of the command, 128 + signal when a signal ended it."""
    parent, _mark, *command = sys.argv[1:]
    control = ctypes.CDLL(None, use_errno=True).prctl
    signal.signal(signal.SIGUSR1, _parent_died)
    control(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    control(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)
    if os.getppid() != int(parent):  # it died before it could be watched
        return 1
    status = subprocess.run(command).returncode
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
