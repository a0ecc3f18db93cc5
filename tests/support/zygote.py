"""Starts `backbone-sync` as a child of its own without the cost of an interpreter: what is killed is a run at work.

Reads lines of arguments (JSON lists) from stdin; for each it forks a child and answers with the child's id. At the next
line it waits for the child and answers with its exit status (negative: the signal): until then the id is the child's,
also when it has ended, so that a kill meets nobody else.
"""

from __future__ import annotations

import json
import os
import sys

from backbone_sync import cli, dictionary


def serve() -> None:
    """Until stdin ends."""
    dictionary.load()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sink = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(sink, stream)
            os._exit(cli.main(json.loads(line)))
        print(child, flush=True)
        sys.stdin.readline()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
