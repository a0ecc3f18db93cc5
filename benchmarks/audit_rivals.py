"""Probe and judgement of one warm server, against testinfra's own backends and against one shell script.

    python -m benchmarks.audit_rivals [-i INVENTORY --limit SERVER] [--delay 0.04] [--runs 3] [--json]

Everybody asks the same commands of the same server and judges by the same checks. A rival gets a new backend in every
run and its connections closed afterwards; the shell script is OpenSSH running all commands one after the other, framed
by nothing and judged by nobody. The inventory is loaded before. Times are medians, in seconds; `delay` is each way.

The rivals share the answers among the checks as ours does: a hundred checks ask some 25 commands. With --apart they
run as ordinary testinfra checks do, each of which asks for itself.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import testinfra.host

from benchmarks.audit_host import add_arguments, chosen
from benchmarks.audit_line import Line, through
from checks import facts
from checks.measure import all_checks
from checks.params import Params
from provision.audit import params as inputs
from provision.audit.run import examine
from provision.inventory import Fleet, load
from provision.probe import Memory
from provision.probe.transport import prewarm


def ours(fleet: Fleet) -> float:
    """Seconds of probe and judgement; the worker has been started while the inventory was read, as the command does."""
    prewarm()
    time.sleep(3)
    began = time.perf_counter()
    found = examine(fleet)
    assert not found.unreached, found.snapshots
    return time.perf_counter() - began


APART = False


def rival(spec: str, params: Params, **more: object) -> float:
    """Seconds of all checks by a testinfra backend that is new."""
    began = time.perf_counter()
    testinfra.host.Host._host_cache.clear()
    host = testinfra.host.Host.get_host(spec, **more)
    for check in all_checks().values():
        if APART:  # the connection stays, what was answered to other checks does not
            backend = host.backend
            host = testinfra.host.Host(backend)
            backend.set_host(host)
        try:
            check(host, params)
        except facts.NotAnswered:
            continue
    return time.perf_counter() - began


def shared(spec: str, config: Path, server: str, socket: Path, params: Params) -> float:
    """Seconds with ssh's connection shared by a socket; opening it is part of it."""
    began = time.perf_counter()
    master = subprocess.Popen(["ssh", "-F", str(config), "-o", f"ControlPath={socket}", "-M", "-N", server])
    try:
        while not socket.exists():
            assert master.poll() is None, "ssh does not hold a connection open"
            time.sleep(0.01)
        rival(spec, params, controlpath=str(socket))
        return time.perf_counter() - began
    finally:
        master.terminate()
        master.wait()


def script(words: list[str], commands: list[str]) -> float:
    """Seconds of one shell script that asks the same."""
    text = "cd /\nexport LC_ALL=C.UTF-8 TZ=UTC PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    text += "".join(f"( {command}\n) 2>&1 </dev/null\n" for command in commands)
    began = time.perf_counter()
    done = subprocess.run(words, input=text.encode(), capture_output=True)
    assert len(done.stdout) > 30_000, done.stderr
    return time.perf_counter() - began


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--apart", action="store_true", help="Each check of a rival asks for itself.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    global APART
    APART = options.apart
    place = chosen(options)
    plain = load(place.inventory, place.name)
    (server,) = plain.servers
    line = Line(server.connection.host, server.connection.port or 22, options.delay)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fleet, config = through(plain, {server.name: line}, folder)
        params = inputs.of(fleet.servers[0], fleet, datetime.now(UTC))
        examine(fleet)  # warm: its commands are known from here on
        commands = Memory(f"{fleet.path.resolve()}#").recall()[server.name]
        how = f"{server.name}?ssh_config={config}&sudo=True"
        words = ["ssh", "-F", str(config), server.name, "sudo sh -s"]
        sockets = iter(range(1000))
        rivals: dict[str, Callable[[], float]] = {
            "ours": lambda: ours(fleet),
            "ssh": lambda: rival(f"ssh://{how}", params),
            "paramiko": lambda: rival(f"paramiko://{how}", params),
            "ssh, ControlPath": lambda: shared(
                f"ssh://{how}", config, server.name, folder / f"{next(sockets)}", params
            ),
            "shell script": lambda: script(words, commands),
        }
        told: dict[str, object] = {"commands": len(commands), "delay": options.delay, "load": os.getloadavg()[0]}
        medians = {}
        for rival_name, run in rivals.items():
            before = line.connections
            times = [run() for _ in range(options.runs)]
            medians[rival_name] = statistics.median(times)
            told[rival_name] = {
                "seconds": round(medians[rival_name], 2),
                "connections": (line.connections - before) / options.runs,
                "ours is faster by": round(medians[rival_name] / medians["ours"], 2),
            }
    print(json.dumps(told) if options.json else "\n".join(f"{key:18} {value}" for key, value in told.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
