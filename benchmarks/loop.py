"""The closed loop against plain Ansible, on one provisioned server: nothing to do, one change, all forced, 50 servers.

    python -m benchmarks.loop -i INVENTORY --limit SERVER [--servers 50] [--stages base,notify] [--json]

All is measured in one run, in turn. The rivals run the same roles from the same playbook on the same server:
`ansible-playbook` as the product starts it (pipelining on, one connection), and a playbook a role as people do it, with
all facts gathered and Ansible's own settings. The inventory is copied first; the one changed variable (the time at
which updates are installed) is put back at the end. The 50 servers are names for the one host, whose sshd must take as
many logins at once (MaxStartups); what they ask is real, the digests of their inputs are the one server's. With
`--stages` the runs by Ansible, ours among them, are of these stages alone, which takes minutes instead of an hour where
the machine has other work. Beside each time stands the processor time that the command took on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from ruamel.yaml import YAML

from provision import paths
from provision.converge import apply as loop
from provision.converge import run, targets
from provision.converge.book import default_book
from provision.converge.driver import Job, environment
from provision.converge.inputs import resolve
from provision.converge.look import Observation, look
from provision.converge.plan import Wish
from provision.inventory import Fleet, load

TURNS = 3


@dataclass(frozen=True, order=True)
class Taken:
    """Seconds by the clock, and of processor time of the programs that were started and have ended."""

    clock: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} ({self.cpu:.1f})"


def timed(act: Callable[[], object]) -> Taken:
    """What one call takes."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(time.perf_counter() - began, cpu)


def say(figure: object) -> None:
    """A figure as it comes, for who waits."""
    print(figure, file=sys.stderr, flush=True)


def apply(inventory: Path, server: str, *wishes: str) -> None:
    """`backbone apply` as a person runs it. Raises CalledProcessError where it falls short."""
    command = [sys.executable, "-m", "provision.cli.main", "apply", "-i", str(inventory), "--limit", server]
    subprocess.run([*command, "--yes", *wishes], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Rivals:
    """Plain `ansible-playbook` over the same roles; the second inventory is that of a forced run."""

    def __init__(self, inventory: Path, server: str, folder: Path, wish: Wish) -> None:
        fleet, self.book = load(inventory, server), default_book()
        assessment = loop.assess(fleet, wish)
        setting = loop._setting(fleet, assessment, assessment.plan, self.book, local=False, check=False)
        owner = targets.this_owner("benchmark", inventory)
        self.second = run._second_inventory(folder, assessment.plan.servers, setting, owner)
        self.inventory = inventory
        self.stages = assessment.plan.servers[0].names
        job = Job(self.book.site, (), folder, self.book.roles, 1, targets.vault_password_file(inventory))
        for part in ("bin", "tmp", "collections"):
            (folder / part).mkdir()
        (folder / "tmp" / "ansible.cfg").touch()
        self.ours = {**os.environ, **environment(job)}
        kept = ("ANSIBLE_CONFIG", "ANSIBLE_ROLES_PATH", "ANSIBLE_ACTION_PLUGINS", "ANSIBLE_VAULT_PASSWORD_FILE", "PATH")
        self.plain = {**os.environ, **{name: self.ours[name] for name in kept if name in self.ours}}
        self.with_facts = folder / "playbooks"
        shutil.copytree(paths.playbooks_dir(), self.with_facts)
        yaml = YAML()
        plays = yaml.load(self.book.site)
        for stage in self.stages:
            own = [play for play in plays if stage in play.get("tags", ()) and "linux" in play["hosts"]]
            yaml.dump([{**play, "gather_facts": True} for play in own], self.with_facts / f"{stage}.yml")

    def _play(self, site: Path, environment: dict[str, str]) -> None:
        hosts = targets.inventory_file(self.inventory)
        command = ["ansible-playbook", "-i", str(hosts), "-i", str(self.second), str(site)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout[-4000:] + done.stderr[-2000:])

    def whole(self) -> None:
        """All roles in one run, with the product's own settings."""
        self._play(self.book.site, self.ours)

    def role_by_role(self) -> None:
        """A playbook a role, each with all facts, with the settings that Ansible has by itself."""
        for stage in self.stages:
            self._play(self.with_facts / f"{stage}.yml", self.plain)


def set_time(inventory: Path, server: str, value: str | None) -> None:
    """Set (or, with None, take out) the server's time of updates."""
    file = inventory.parent / "host_vars" / server / "benchmark.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    if value is None:
        file.unlink()
    else:
        YAML().dump({"backbone_patch_time": value}, file)


def many(inventory: Path, server: str, servers: int) -> float:
    """Seconds that an `apply` with nothing to do takes over so many names of the server, the package loaded."""
    fleet = load(inventory, server)
    (one,) = fleet.servers
    aliases = replace(fleet, servers=tuple(replace(one, name=f"server-{number:03d}") for number in range(servers)))

    def observe(several: Fleet) -> dict[str, Observation]:
        """Each name as it was found, with the stamps in that name: another server's would count as forged."""
        return {
            name: replace(
                seen,
                state=replace(
                    seen.state,
                    stamps={stage: replace(stamp, host=name) for stage, stamp in seen.state.stamps.items()},
                ),
            )
            for name, seen in look(several).items()
        }

    def same(path: Path, names: list[str], *others: object, **more: object) -> dict[str, object]:
        known = resolve(path, [server], *others, **more)[server]  # type: ignore[arg-type]
        return dict.fromkeys(names, known)

    with patch.object(loop, "resolve", same):
        loop.apply(aliases, observe=observe)  # what was asked last time is remembered from here on
        began = time.perf_counter()
        applied = loop.apply(aliases, observe=observe)
        seconds = time.perf_counter() - began
    if applied.outcome or not applied.before.plan.empty:
        raise SystemExit("there was something to do: " + str(applied.before.plan)[:2000])
    return seconds


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-i", "--inventory", type=Path, required=True)
    parser.add_argument("--limit", required=True)
    parser.add_argument("--servers", type=int, default=50)
    parser.add_argument("--stages", default="", help="With commas; those that follow them come along. All.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    server = options.limit
    wish = Wish(tuple(options.stages.split(","))) if options.stages else Wish(full=True)
    forced_words = [word for stage in wish.stages for word in ("--stage", stage)] or ["--full"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = targets.inventory_file(options.inventory)
        shutil.copytree(source.parent, folder / "inventory", symlinks=True)
        inventory = folder / "inventory" / source.name
        load_before = os.getloadavg()[0]
        apply(inventory, server)
        nothing = statistics.median_low(timed(lambda: apply(inventory, server)) for _turn in range(TURNS))
        say(nothing)
        fleet = many(inventory, server, options.servers)
        say(fleet)
        set_time(inventory, server, "01:17")
        one = timed(lambda: apply(inventory, server))
        say(one)
        set_time(inventory, server, None)
        apply(inventory, server)
        (folder / "rivals").mkdir()
        rivals = Rivals(inventory, server, folder / "rivals", wish)
        plain = timed(rivals.whole)
        say(plain)
        forced = timed(lambda: apply(inventory, server, *forced_words))
        say(forced)
        by_role = timed(rivals.role_by_role)
        apply(inventory, server)
    told = {
        "stages": len(rivals.stages),
        "nothing to do, s": str(nothing),
        "ansible-playbook over the same roles, s": str(plain),
        "times": round(plain.clock / nothing.clock, 1),
        "times, by processor": round(plain.cpu / nothing.cpu, 1),
        f"nothing to do on {options.servers} servers, s": round(fleet, 1),
        "one changed variable, s": str(one),
        "all forced, nothing to do, s": str(forced),
        "role by role, facts, default settings, s": str(by_role),
        "share": round(forced.clock / by_role.clock, 2),
        "share, by processor": round(forced.cpu / by_role.cpu, 2),
        "load before": round(load_before, 1),
        "load after": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(told) if options.json else "\n".join(f"{key:45} {value}" for key, value in told.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
