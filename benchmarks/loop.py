"""The closed loop against plain Ansible, on one provisioned server: nothing to do, one change, all forced, 50 servers.

    python -m benchmarks.loop -i INVENTORY --limit SERVER [--servers 50] [--json]

All is measured in one run, in turn. The rivals run the same roles from the same playbook on the same server:
`ansible-playbook` as the product starts it (pipelining on, one connection), and role by role as people do it, with
facts gathered and Ansible's own settings. The inventory is copied first; the one changed variable (the time at which
updates are installed) is put back at the end. The 50 servers are names for the one host, whose sshd must take as many
logins at once (MaxStartups); what they ask is real, the digests of their inputs are the one server's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from ruamel.yaml import YAML

from provision import paths
from provision.converge import apply as loop
from provision.converge import run, targets
from provision.converge.book import default_book
from provision.converge.driver import Job, environment
from provision.converge.inputs import resolve
from provision.converge.plan import Wish
from provision.inventory import load

TURNS = 3


def timed(act: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def apply(inventory: Path, server: str, *wishes: str) -> None:
    """`backbone apply` as a person runs it. Raises CalledProcessError where it falls short."""
    command = [sys.executable, "-m", "provision.cli.main", "apply", "-i", str(inventory), "--limit", server]
    subprocess.run([*command, "--yes", *wishes], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Rivals:
    """Plain `ansible-playbook` over the same roles; the second inventory is that of a forced run."""

    def __init__(self, inventory: Path, server: str, folder: Path) -> None:
        fleet, self.book = load(inventory, server), default_book()
        assessment = loop.assess(fleet, Wish(full=True))
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
        site = self.with_facts / self.book.site.name
        site.write_text(site.read_text().replace("gather_facts: false", "gather_facts: true"))

    def _play(self, site: Path, environment: dict[str, str], *arguments: str) -> None:
        hosts = targets.inventory_file(self.inventory)
        command = ["ansible-playbook", "-i", str(hosts), "-i", str(self.second), str(site), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout[-4000:] + done.stderr[-2000:])

    def whole(self) -> None:
        """All roles in one run, with the product's own settings."""
        self._play(self.book.site, self.ours)

    def role_by_role(self) -> None:
        """A run a role, each with facts, with the settings that Ansible has by itself."""
        for stage in self.stages:
            self._play(self.with_facts / self.book.site.name, self.plain, "--tags", stage)


def set_time(inventory: Path, server: str, value: str | None) -> str | None:
    """Set (or, with None, take out) the server's time of updates; what was there."""
    yaml, file = YAML(), inventory.parent / "host_vars" / server / "benchmark.yml"
    before = yaml.load(file)["backbone_patch_time"] if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    if value is None:
        file.unlink(missing_ok=True)
    else:
        yaml.dump({"backbone_patch_time": value}, file)
    return before


def many(inventory: Path, server: str, servers: int) -> float:
    """Seconds that an `apply` with nothing to do takes over so many names of the server, the package loaded."""
    fleet = load(inventory, server)
    (one,) = fleet.servers
    aliases = replace(fleet, servers=tuple(replace(one, name=f"server-{number:03d}") for number in range(servers)))

    def same(path: Path, names: list[str], *others: object, **more: object) -> dict[str, object]:
        known = resolve(path, [server], *others, **more)[server]  # type: ignore[arg-type]
        return dict.fromkeys(names, known)

    with patch.object(loop, "resolve", same):
        loop.apply(aliases)  # what was asked last time is remembered from here on
        began = time.perf_counter()
        applied = loop.apply(aliases)
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
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    server = options.limit
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = targets.inventory_file(options.inventory)
        shutil.copytree(source.parent, folder / "inventory", symlinks=True)
        inventory = folder / "inventory" / source.name
        load_before = os.getloadavg()[0]
        apply(inventory, server)
        nothing = statistics.median(timed(lambda: apply(inventory, server)) for _turn in range(TURNS))
        fleet = many(inventory, server, options.servers)
        set_time(inventory, server, "01:17")
        one = timed(lambda: apply(inventory, server))
        set_time(inventory, server, None)
        apply(inventory, server)
        (folder / "rivals").mkdir()
        rivals = Rivals(inventory, server, folder / "rivals")
        plain = timed(rivals.whole)
        forced = timed(lambda: apply(inventory, server, "--full"))
        by_role = timed(rivals.role_by_role)
        apply(inventory, server)
    told = {
        "nothing to do, s": round(nothing, 2),
        "ansible-playbook over the same roles, s": round(plain, 1),
        "times": round(plain / nothing, 1),
        f"nothing to do on {options.servers} servers, s": round(fleet, 1),
        "one changed variable, s": round(one, 1),
        "all forced, nothing to do, s": round(forced, 1),
        "role by role, facts, default settings, s": round(by_role, 1),
        "share": round(forced / by_role, 2),
        "load before": round(load_before, 1),
    }
    print(json.dumps(told) if options.json else "\n".join(f"{key:45} {value}" for key, value in told.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
