"""The demo: the main job on lab hosts, from nothing, by the same commands that a person would type.

It builds the lab, enrols a bare server, provisions it, syncs, drills and audits it, looks at it from outside, and
shows that a second `apply` has nothing to do. Its outcome is a Summary; it holds only if every step held.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provision.errors import BackboneError
from provision.i18n import N_, _, english, language
from provision.inventory.load import load
from provision.inventory.ports import declared_ports
from provision.lab import region
from provision.lab.lab import Lab
from provision.onboard.enroll import Pinned

SERVER = "lab-kab"
HOSTS = (SERVER, "lab-pusat", "lab-luar")
CLONE_OR_SITE = Path(__file__).resolve().parents[2]
# What a run leaves in DIR; of one that ended early, the former run's would be told as its own.
OUTPUTS = (
    "summary.json",
    *(f"{kind}.{form}" for kind in ("audit", "drill", "sync") for form in ("json", "html", "dsse.json")),
)
# Ports that somebody outside tries: all that a server of this kind might listen on, and some that it never should.
TRIED_PORTS = (22, 25, 53, 80, 111, 123, 443, 3142, 3306, 5432, 8080, 8443, 9100, 51820)


@dataclass
class Summary:
    """What the demo found; `as_json` is DIR/summary.json. Times in seconds."""

    controls: dict[str, int] = field(default_factory=dict)
    sync: dict[str, dict[str, Any]] = field(default_factory=dict)
    drill: dict[str, Any] = field(default_factory=dict)
    outside: dict[str, list[int]] = field(default_factory=dict)
    second_apply_changes: int | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything held; a step that did not run has not held."""
        return (
            not self.faults
            and self.controls.get("pass", 0) > 0
            and self.controls.get("fail", 1) == 0
            and self.controls.get("error", 1) == 0
            and bool(self.sync)
            and all(entity["balanced"] for entity in self.sync.values())
            and self.drill.get("identical") is True
            and self.second_apply_changes == 0
            # A server that answers nobody is no server: what is declared for anywhere must answer, and only that.
            and bool(self.outside.get("declared"))
            and self.outside.get("open") == self.outside.get("declared")
        )

    def as_json(self) -> dict[str, Any]:
        """Plain data for machines."""
        return {
            "ok": self.ok,
            "controls": self.controls,
            "sync": self.sync,
            "drill": self.drill,
            "outside": self.outside,
            "second_apply_changes": self.second_apply_changes,
            "seconds": {name: round(seconds, 1) for name, seconds in self.seconds.items()},
            "faults": self.faults,
        }


@dataclass(frozen=True)
class Watch:
    """What the demo tells while it runs: the step that begins, the words of the verb at work, the step's end."""

    begin: Callable[[str, str], None]
    progress: Callable[[str], None]
    end: Callable[[str, float, bool], None]


class Demo:
    """One run of the demo. `out` receives reports, log and summary; it is made where it does not exist."""

    def __init__(self, lab: Lab, out: Path, watch: Watch) -> None:
        self.lab = lab
        self.out = out
        self.watch = watch
        self.summary = Summary()
        self.folder = lab.folder / "inventory"
        self.inventory = self.folder / "hosts.yml"
        self.chosen = ["-i", str(self.inventory), "--limit", SERVER]

    def run(self) -> Summary:
        """All steps in order; the first that fails ends the run, and the summary says which."""
        self.out.mkdir(parents=True, exist_ok=True)
        for name in OUTPUTS:
            (self.out / name).unlink(missing_ok=True)
        steps: list[tuple[str, str, Callable[[], None]]] = [
            (N_("lab"), "backbone lab up", self.boot),
            (N_("enrol"), "backbone enroll ADDRESS -u petugas", self.enroll),
            (N_("inventory"), "backbone validate -i INV", self.validate),
            (N_("preflight"), "backbone preflight -i INV", self.preflight),
            (N_("provision"), "backbone apply -i INV", self.apply),
            (N_("sync"), "backbone sync -i INV --out DIR", self.sync),
            (N_("drill"), "backbone drill -i INV --out DIR", self.drill),
            (N_("audit"), "backbone audit -i INV --out DIR", self.audit),
            (N_("outside view"), "nmap", self.look_from_outside),
            (N_("second apply"), "backbone apply -i INV", self.apply_again),
        ]
        try:
            for name, command, step in steps:
                with self._timed(name, command):
                    step()
        except BackboneError as fault:
            self.summary.faults.append(fault.message)
        finally:
            (self.out / "summary.json").write_text(json.dumps(english(self.summary.as_json()), indent=2) + "\n")
        return self.summary

    @contextmanager
    def _timed(self, name: str, command: str) -> Iterator[None]:
        self.watch.begin(name, command)
        started = time.monotonic()
        held = False
        try:
            yield
            held = True
        finally:
            self.summary.seconds[name] = time.monotonic() - started
            self.watch.end(name, self.summary.seconds[name], held)

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────

    def boot(self) -> None:
        """Real hosts, the server among them as an installer leaves it: an account, a password, nothing else."""
        self.lab.up(HOSTS, changed={SERVER: {"enrolled": False}})

    def enroll(self) -> None:
        """The first login by password, the host key held against the fingerprint that the lab itself knows."""
        address = self._address("internal")
        password = self.lab.folder / "password"
        known = (self.lab.folder / "ssh" / f"host_{SERVER}.pub").read_text().split()
        fingerprint = Pinned(known[0], known[1]).fingerprint
        self._verb(
            "enroll",
            address,
            *("--user", "petugas", "--password-file", str(password), "--fingerprint", fingerprint),
            *("--inventory", str(self.folder)),
        )
        region.write(self.lab, self.folder, key_file=self.folder / "keys" / "backbone_ed25519")

    def validate(self) -> None:
        """The inventory, offline."""
        self._verb("validate", *self.chosen)

    def preflight(self) -> None:
        """May this machine become such a server?"""
        self._verb("preflight", *self.chosen, "--json")

    def apply(self) -> None:
        """Every stage, on the bare server. That nothing has been synced yet is no fault of a stage."""
        last = self._apply()
        failed = [f"{one['stage']}: {one['message']}" for one in last["results"] if one["status"] != "ok"]
        if failed or not last["results"] or not last["remains"]["empty"]:
            raise BackboneError(_("not every stage held: {failed}").format(failed="; ".join(failed) or last["remains"]))

    def sync(self) -> None:
        """A run of the service on the server, by its own unit, and the report of what it says of itself."""
        self.lab.run(SERVER, "systemctl start backbone-sync.service", timeout=900)
        # 1: the account does not balance, which the summary says entity by entity.
        self._verb("sync", *self.chosen, "--out", str(self.out), expected=(0, 1))
        [server] = json.loads((self.out / "sync.json").read_text())["servers"]
        self.summary.sync = {
            name: {key: counts[key] for key in ("source", "stored", "quarantined", "deleted", "balanced")}
            for name, counts in server["status"]["entities"].items()
        }

    def drill(self) -> None:
        """Restore the last backup beside the live cluster and compare every table."""
        self._verb("drill", *self.chosen, "--out", str(self.out))
        result = json.loads((self.out / "drill.json").read_text())
        [server] = result.get("servers", [result])
        self.summary.drill = {
            key: server[key] for key in ("rpo_seconds", "rto_seconds", "tables", "rows", "identical") if key in server
        }

    def audit(self) -> None:
        """Every control, the report, and who signed it."""
        self._verb("audit", *self.chosen, "--out", str(self.out))
        self.summary.controls = json.loads((self.out / "audit.json").read_text())["counts"]
        # The lab's key goes with the lab; its public half stays, so that the papers can be verified later.
        shutil.copytree(self.folder / "signers", self.out / "signers", dirs_exist_ok=True)
        self._verb("verify", str(self.out), "--key", str(self.out / "signers"))

    def look_from_outside(self) -> None:
        """Which ports answer somebody on the internet, against those that the inventory declares for anywhere."""
        server = next(found for found in load(self.inventory).servers if found.name == SERVER)
        declared = {port.port for port in declared_ports(server) if port.proto == "tcp" and "anywhere" in port.sources}
        ports = ",".join(map(str, TRIED_PORTS))
        scan = self.lab.run("lab-luar", f"nmap -n -Pn -oG - -p {ports} {self._address('outside')}", timeout=120)
        answering = sorted(
            int(part.strip().split("/")[0])
            for line in scan.stdout.splitlines()
            if "Ports:" in line
            for part in line.split("Ports:")[1].split("\t")[0].split(",")
            if "/open/" in part
        )
        self.summary.outside = {"open": answering, "declared": sorted(declared)}
        if set(answering) != declared:
            raise BackboneError(
                _("{server}: from outside {ports} answer, and {declared} should").format(
                    server=SERVER, ports=answering, declared=sorted(declared)
                )
            )

    def apply_again(self) -> None:
        """Nothing is left to do: no stage runs, nothing changes."""
        last = self._apply()
        self.summary.second_apply_changes = sum(result["changed"] for result in last["results"])
        if last["results"] or not last["remains"]["empty"]:
            raise BackboneError(_("the second apply still found something to do: {last}").format(last=last))

    # ── how they are done ────────────────────────────────────────────────────────────────────────────────────────

    def _address(self, net: str) -> str:
        return str(next(host["addresses"][net] for host in self.lab.listing() if host["name"] == SERVER))

    def _apply(self) -> dict[str, Any]:
        """`apply`, its events told to whoever watches; returns the last one, which says how it ended."""
        # A stage that failed (3) is told by its own words, which the last event has.
        said = self._verb("apply", *self.chosen, "--yes", "--json", expected=(0, 1, 3))
        if not said.splitlines()[-1:] or '"results"' not in said.splitlines()[-1]:
            raise BackboneError(_("`backbone apply` did not come to its end: {tail}").format(tail=said[-300:]))
        last: dict[str, Any] = json.loads(said.splitlines()[-1])
        return last

    def _verb(self, *words: str, expected: tuple[int, ...] = (0,)) -> str:
        """Run a verb as a person would; its words go to the log, the last of them to whoever watches."""
        command = [sys.executable, "-m", "provision.cli.main", *words]
        environment: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(CLONE_OR_SITE), "BACKBONE_LANG": language()}
        with (self.out / "demo.log").open("a") as log:
            log.write(f"\n$ backbone {shlex.join(words)}\n")
            log.flush()
            running = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT if "--json" not in words else log, text=True,
                env=environment, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            assert running.stdout is not None
            said = []
            try:
                for line in running.stdout:
                    said.append(line)
                    log.write(line)
                    if told := _told(line):
                        self.watch.progress(told)
                status = running.wait()
            except BaseException:
                running.terminate()
                running.wait(timeout=30)
                raise
        if status not in expected:
            tail = "".join(said[-12:]).strip()
            raise BackboneError(
                _("`backbone {words}` exited {status}: {tail}").format(
                    words=shlex.join(words), status=status, tail=tail
                )
            )
        return "".join(said)


def _told(line: str) -> str:
    """What a person is told of a line that a verb prints: its words, or the task that an event is about."""
    line = line.strip()
    if not line.startswith("{"):
        return "" if line.startswith(("}", "[", "]", '"')) else line
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    return " · ".join(str(event[key]) for key in ("stage", "task", "status") if event.get(key))
