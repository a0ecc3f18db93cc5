"""The audit of a fleet: 1, 10, 100, 552 servers, all of them names for one lab host, some of them unreachable.

    python -m benchmarks.audit_fleet [-i INVENTORY --limit SERVER --group CGROUP] --servers 552 [--mute 20] [--json]

The servers' own work shares this machine's processors with the controller. The controller's processor time and memory
are those of this program and of its worker; the servers' are read from the lab host's control group. A mute server
accepts the connection and never speaks. Without -i it is the running lab's lab-kab, whose sshd is told to take as many
logins at once meanwhile; another server's must have been (MaxStartups).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil

from benchmarks.audit_host import add_arguments, chosen
from provision.audit import catalogue, run
from provision.audit.run import examine
from provision.inventory import Fleet, load
from provision.probe import Memory
from provision.report import model


def aliases(fleet: Fleet, servers: int, mute: int) -> tuple[Fleet, socket.socket]:
    """So many servers, the last `mute` of which never speak; and the port that they have."""
    (one,) = fleet.servers
    silent = socket.create_server(("127.0.0.1", 0), backlog=1024)
    made = []
    for number in range(servers):
        link = one.connection
        if number >= servers - mute:
            link = replace(link, host="127.0.0.1", port=int(silent.getsockname()[1]))
        made.append(replace(one, name=f"server-{number:03d}", connection=link))
    return replace(fleet, servers=tuple(made)), silent


class Watch(threading.Thread):
    """The most memory (MB) that this program and its worker held at once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0

    def run(self) -> None:
        me = psutil.Process()
        while True:
            total = 0
            for one in (me, *me.children(recursive=True)):
                try:
                    total += one.memory_full_info().uss
                except psutil.Error:
                    continue
            self.most = max(self.most, total / 1e6)
            time.sleep(0.5)


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--servers", type=int, default=552)
    parser.add_argument("--mute", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    place = chosen(options)
    plain = load(place.inventory, place.name, known_controls=frozenset(catalogue.load().controls))
    examine(plain)
    asked = Memory(f"{plain.path.resolve()}#").recall()[place.name]
    fleet, silent = aliases(plain, options.servers, options.mute)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run.Memory = lambda key: Memory(key, folder)  # type: ignore[misc,assignment]
        Memory(f"{fleet.path.resolve()}#", folder).remember({one.name: asked for one in fleet.servers})
        watch = Watch()
        watch.start()
        with place.many_logins():
            began, before = time.perf_counter(), place.used()
            mine = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            found = examine(fleet)
            document = model.audit_document(fleet, found)
            seconds = time.perf_counter() - began
            after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            spent = place.used() - before
    silent.close()
    cpu = sum(one.ru_utime + one.ru_stime for one in after) - sum(one.ru_utime + one.ru_stime for one in mine)
    kinds: dict[str, int] = {}
    for snapshot in found.snapshots.values():
        kind = snapshot.fault.kind if snapshot.fault else "answered"
        kinds[kind] = kinds.get(kind, 0) + 1
    told = {
        "servers": options.servers,
        "mute": options.mute,
        "seconds": round(seconds, 1),
        "controller CPU, s": round(cpu, 1),
        "controller memory, MB": round(watch.most),
        "servers' CPU, s each": round(spent / max(1, kinds.get("answered", 1)), 3),
        "outcome": kinds,
        "report, MB": round(len(json.dumps(document)) / 1e6, 1),
        "load before": round(os.getloadavg()[1], 1),
    }
    print(json.dumps(told) if options.json else "\n".join(f"{key:24} {value}" for key, value in told.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
