"""What an audit costs the server itself: processor time of all its processes, read from its control group.

    python -m benchmarks.audit_cost [-i INVENTORY --limit SERVER --group CGROUP] [--runs 9] [--each] [--json]

Three things in turns: nothing but the login (one `true`), the same number of questions that each ask `true`, and
everything that an audit asks. Each has a connection of its own, as an audit has, so sshd, PAM, sudo and every daemon
that answers are in it; what the server does by itself meanwhile is measured first and taken off. Medians, in
milliseconds. The first login for a while costs more: systemd starts a manager for the user, and keeps it ten seconds.
With --each every question is asked ten times in one session, three times over, and what it costs beyond `true`
is told, the dearest first.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

from benchmarks.audit_host import Place, add_arguments, chosen
from provision.audit.run import examine
from provision.inventory import load
from provision.probe import Memory, script
from provision.probe.transport import Session, Target, prewarm

WARM = 2.0  # seconds in which the worker that holds the connections starts
SETTLE = 0.4  # seconds for what ends after the answer: sshd's processes, the session's scope
AGAIN = 10


def idle(place: Place, seconds: float = 1.0, times: int = 15) -> float:
    """Milliseconds that the server takes by itself in an ordinary second: the median, as a timer may strike in one."""
    found = []
    for _ in range(times):
        before, began = place.used(), time.perf_counter()
        time.sleep(seconds)
        found.append((place.used() - before) * 1000 / (time.perf_counter() - began))
    return statistics.median(found)


def cost(place: Place, act: Callable[[], object], by_itself: float) -> float:
    """Milliseconds of the server's processor time that an act takes."""
    before, began = place.used(), time.perf_counter()
    act()
    time.sleep(SETTLE)
    return (place.used() - before) * 1000 - by_itself * (time.perf_counter() - began)


def alone(place: Place, target: Target, text: str, by_itself: float) -> float:
    """What one script costs in a connection of its own, login and end of the session included."""
    prewarm()
    time.sleep(WARM)
    session = Session([target])

    def act() -> None:
        with session:
            outcome = session.run({target.name: text}, 60)[target.name]
        assert getattr(outcome, "status", 1) == 0, outcome

    return cost(place, act, by_itself)


def each(place: Place, target: Target, commands: list[str], by_itself: float) -> dict[str, float]:
    """What each question costs beyond `true`, in one session."""
    told: dict[str, float] = {}
    with Session([target]) as session:

        def once(command: str) -> float:
            text = script.build([command] * AGAIN, script.marker())
            session.run({target.name: text}, 60)
            act = partial(session.run, {target.name: text}, 60)
            return statistics.median(cost(place, act, by_itself) for _ in range(3)) / AGAIN

        base = once("true")
        for command in commands:
            told[" ".join(command.split())[:100]] = round(once(command) - base, 2)
    return dict(sorted(told.items(), key=lambda item: -item[1]))


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--each", action="store_true", help="What each question costs.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    place = chosen(options)
    assert place.group is not None, "--group names the server's control group"
    fleet = load(place.inventory, place.name)
    found = examine(fleet)  # so that its questions are known
    assert not found.unreached, found.snapshots
    commands = sorted(Memory(f"{fleet.path.resolve()}#").recall()[place.name])
    target = Target.of(fleet.servers[0])
    texts = {
        "login": "true\n",
        "frame": script.build([f"true # {number}" for number in range(len(commands))], script.marker()),
        "everything": script.build(commands, script.marker()),
    }
    by_itself = idle(place)
    times: dict[str, list[float]] = {name: [] for name in texts}
    for _ in range(options.runs):
        for name, text in texts.items():
            times[name].append(alone(place, target, text, by_itself))
    told: dict[str, object] = {
        "commands": len(commands),
        "load": round(os.getloadavg()[0], 1),
        "by itself, ms a second": round(by_itself, 1),
        **{f"{name}, ms": round(statistics.median(values)) for name, values in times.items()},
        **{f"{name}, least": round(min(values)) for name, values in times.items()},
    }
    if options.each:
        told["each, ms"] = each(place, target, commands, by_itself)
    if options.json:
        print(json.dumps(told))
        return 0
    for key, value in told.items():
        if isinstance(value, dict):
            print(key, *(f"{spent:8.1f}  {command}" for command, spent in value.items()), sep="\n")
        else:
            print(f"{key:24} {value}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
