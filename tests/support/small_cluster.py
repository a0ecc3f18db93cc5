"""A cluster of a few megabytes with a pgBackRest repository of its own, and drills on it without a lab host."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from provision.operate.drill import program
from provision.operate.remote.place import DEFAULTS, MARKS

# pgBackRest's exit status where another one holds its lock, and how long that is waited for.
LOCKED, LOCK_SECONDS = 50, 60


@dataclass(frozen=True)
class Cluster:
    """The live cluster of a test, and how to drill it. `folder` holds everything; port 1 below a private socket."""

    folder: Path
    bin: Path

    def as_postgres(self, *command: object, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as postgres; shows its words if it fails."""
        words, deadline = ["runuser", "-u", "postgres", "--", *map(str, command)], time.monotonic() + LOCK_SECONDS
        while True:
            done = subprocess.run(words, capture_output=True, text=True, cwd="/", **more)
            # WAL on its way holds the lock that making a stanza takes.
            if not check or done.returncode != LOCKED or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        if check and done.returncode != 0:
            pytest.fail(f"{command}: {done.stdout}{done.stderr}")
        return done

    def sql(self, statement: str, database: str = "backbone") -> str:
        """What the live cluster answers."""
        socket = self.folder / "socket"
        ask = ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socket, "-p", 5999, "-d", database)
        return self.as_postgres(*ask, "-f", "-", input=statement).stdout.strip()

    def pgbackrest(self, *arguments: str) -> str:
        """pgBackRest with the test's repository."""
        return self.as_postgres(
            "pgbackrest", f"--config={self.folder}/pgbackrest.conf", "--stanza=main", *arguments
        ).stdout

    def control(self, *arguments: object) -> None:
        self.as_postgres(self.bin / "pg_ctl", "-D", self.folder / "data", "-w", *arguments)

    def labels(self) -> list[str]:
        """The backups in the repository, oldest first."""
        [stanza] = json.loads(self.pgbackrest("--output=json", "info"))
        return [one["label"] for one in stanza["backup"]]

    def settings(self, **more: Any) -> dict[str, Any]:
        """A drill's settings on this cluster."""
        given = {**DEFAULTS, "config": f"{self.folder}/pgbackrest.conf", "spare_bytes": 1 << 20, "mark_seconds": 5}
        return given | more

    def refusal(self, **settings: Any) -> str:
        """What a survey with these settings says against a drill; empty where it has nothing against it."""
        text = (
            "import json, sys\nfrom provision.operate.remote.unit import look\n"
            "print(look('x', json.loads(sys.argv[1])).get('refused', {}).get('message', ''))"
        )
        (self.folder / "drill").mkdir(exist_ok=True)
        return self.python(self.folder / "drill" / "survey.pyz", text, json.dumps(self.settings(**settings))).strip()

    def python(self, sent: Path, text: str, *arguments: str) -> str:
        """Run Python that may import the remote part, as postgres and by the system's own interpreter."""
        sent.write_bytes(program())
        # That is where Debian's psycopg2 lies, as on a server.
        named = (f"PYTHONPATH={sent}", f"BACKBONE_DRILL_ROOT={self.folder / 'drill'}")
        return self.as_postgres("env", *named, "/usr/bin/python3", "-c", text, *arguments).stdout

    def drill(self, program_text: str = "", **settings: Any) -> dict[str, Any]:
        """Run the remote part as the unit would, and return what it observed.

        `program_text` is Python that runs instead of `Work(...).all()`; it finds `work`, ready to go.
        """
        drill = f"d{secrets.token_hex(6)}"
        place = self.folder / "drill" / drill / "work"
        place.mkdir(parents=True)
        marks = self.folder / "drill" / MARKS
        marks.mkdir(exist_ok=True)
        for one in (place, marks):
            shutil.chown(one, "postgres", "postgres")
        begin = (
            "import json, sys\nfrom pathlib import Path\nfrom provision.operate.remote import observe\n"
            "from provision.operate.remote.drill import Work\n"
            f"work = Work(Path({str(place)!r}), {drill!r}, json.loads(sys.argv[1]))\n"
        )
        self.python(
            self.folder / "drill" / drill / "drill.pyz",
            begin + (program_text or "work.all()"),
            json.dumps(self.settings(**settings)),
        )
        observed: dict[str, Any] = json.loads((place / "observed.json").read_text())
        assert not (place / "scratch").exists(), "the scratch place must be gone"
        return observed
