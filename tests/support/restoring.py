"""The real restore on a small cluster: begun, run, killed, taken back as on a server, without a lab host."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provision.operate.drill import RESTORE_UNIT, UNIT, program
from provision.operate.remote.place import MARKS
from tests.support.small_cluster import Cluster


@dataclass
class Region:
    """A small cluster with a place for restores; `names` counts them."""

    cluster: Cluster
    names: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Where the remote part finds itself and its places."""
        folder = self.cluster.folder
        return {
            **os.environ,
            "PYTHONPATH": str(folder / "restore.pyz"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "BACKBONE_DRILL_ROOT": str(folder / "drill"),
            "BACKBONE_RESTORE_ROOT": str(folder / "restores"),
        }

    def settings(self, **more: Any) -> dict[str, Any]:
        """As a controller gives them, with other ways to start and stop than systemd's."""
        cluster, log = self.cluster, self.cluster.folder / "log" / "postgresql.log"
        control = f"runuser -u postgres -- {cluster.bin}/pg_ctl -D {cluster.folder}/data"
        start = f"{control} status >/dev/null || {control} -l {log} -W start >/dev/null 2>&1"
        stop = f"! {control} status >/dev/null || {control} -w -m fast stop >/dev/null"
        # pg_ctl asks the folder that it is in first of all.
        ways = {"start": ["sh", "-c", f"cd / && {start}"], "stop": ["sh", "-c", f"cd / && {stop}"]}
        return cluster.settings(**ways, **more)

    def asked(self, unit: str, verb: str, *words: str, given: Any = None) -> subprocess.CompletedProcess[str]:
        """Run a verb of the remote part as root."""
        self.lay()
        return subprocess.run(
            ["/usr/bin/python3", "-m", unit, verb, *words],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            env=self.environment,
            cwd="/",
        )

    def lay(self) -> None:
        """The program, and the folders that the stage makes."""
        folder = self.cluster.folder
        (folder / "restore.pyz").write_bytes(program())
        (folder / "restores").mkdir(exist_ok=True)
        (folder / "drill" / MARKS).mkdir(parents=True, exist_ok=True)
        subprocess.run(["chown", "postgres", str(folder / "drill" / MARKS)], check=True)

    def marked(self) -> str:
        """A new kept mark, whose WAL has left; its name."""
        self.names += 1
        name = f"m{self.names}"
        self.lay()
        folder = self.cluster.folder
        keep = [f"{key}={self.environment[key]}" for key in ("PYTHONPATH", "BACKBONE_DRILL_ROOT")]
        words = ["/usr/bin/python3", "-m", UNIT, "mark", name, json.dumps(self.cluster.settings())]
        self.cluster.as_postgres("env", *keep, *words)
        assert (folder / "drill" / MARKS / f"{name}.json.gz").is_file()
        return name

    def survey(self, **more: Any) -> dict[str, Any]:
        """The plan, or why there is none."""
        done = self.asked(RESTORE_UNIT, "survey", "s1", given=self.settings(**more))
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def noted(self, **more: Any) -> None:
        """Begin a restore, without the unit that would run it at once."""
        self.names += 1
        text = f"import json, sys; from {RESTORE_UNIT} import noted; noted(sys.argv[1], json.load(sys.stdin))"
        self.lay()
        done = subprocess.run(
            ["/usr/bin/python3", "-c", text, f"r{self.names}"],
            input=json.dumps(self.settings(**more)),
            capture_output=True,
            text=True,
            env=self.environment,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr

    def go(self, kill_after: float | None = None) -> dict[str, Any] | None:
        """Every step that is left; killed with all that it started after so many seconds. The state then."""
        running = subprocess.Popen(
            ["/usr/bin/python3", "-m", RESTORE_UNIT, "go", "x"],
            env=self.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,
        )
        try:
            running.wait(kill_after)
        except subprocess.TimeoutExpired:
            # As a power cut: the restore and the server that it may have started.
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            self._power_cut()
        return self.state()

    def _power_cut(self) -> None:
        for pid in self.cluster.folder.glob("data*/postmaster.pid"):
            number = int(pid.read_text().split()[0])
            try:
                os.kill(number, signal.SIGQUIT)
            except ProcessLookupError:
                continue
            deadline = time.monotonic() + 30
            while Path(f"/proc/{number}").exists() and time.monotonic() < deadline:
                time.sleep(0.1)

    def state(self) -> dict[str, Any] | None:
        """The restore in hand."""
        try:
            found: dict[str, Any] = json.loads((self.cluster.folder / "restores" / "state.json").read_text())
        except FileNotFoundError:
            return None
        return found

    def settle(self, verb: str) -> None:
        """undo or release."""
        done = self.asked(RESTORE_UNIT, verb, "x")
        assert done.returncode == 0, done.stderr

    def beside(self) -> list[str]:
        """The data directories there are."""
        return sorted(path.name.split("-")[0] for path in self.cluster.folder.glob("data*"))
