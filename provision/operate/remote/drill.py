"""The restore drill itself, as it runs on the server: it observes and measures, and decides nothing.

Runs as the user postgres in the unit that `unit.py` starts. The live cluster is touched in its schema backbone_ops
alone; everything else happens below ROOT/ID/work/scratch, which is gone at the end, however that comes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from provision.operate.remote.away import opened
from provision.operate.remote.controls import Controls, changed_row
from provision.operate.remote.marking import Marking, around
from provision.operate.remote.observe import (
    DIGEST,
    Short,
    cluster,
    connect,
    databases,
    driver,
    observe,
    rows,
    sequences,
)
from provision.operate.remote.place import ROOT, read_mark, shown, survey
from provision.operate.remote.scratch import Scratch, remove

CANARIES = "SELECT id FROM backbone_ops.canary WHERE id = ANY (%s)"
CANARY_DIGEST = DIGEST.format("backbone_ops.canary")
STEPS = (
    "prepare",
    "mark",
    "digest_source",
    "archive",
    "restore",
    "recover",
    "digest_restored",
    "amcheck",
    "checksums",
    "controls",
)


class Work:
    """One drill, from the mark to the clean-up; `observed` grows as it goes."""

    def __init__(self, place: Path, drill: str, settings: dict[str, Any]) -> None:
        self.drill, self.settings = drill, settings
        self.place = place
        self.scratch = self.place / "scratch"
        self.observed: dict[str, Any] = {
            "version": 2,
            "id": drill,
            "steps": {},
            "started_at": time.time(),
            "failed": None,
            "source": {"databases": {}, "cluster": []},
            "restored": {"databases": {}, "cluster": []},
            "controls": {},
        }
        self.live = opened(settings, place)
        self.port = self.live.port
        self.segment = ""
        self.goal: list[str] = []
        self.marking: Marking | None = None
        self.cluster: Scratch | None = None
        self.survey: dict[str, Any] = {}

    def say(self, event: str, **more: object) -> None:
        with (self.place / "events.jsonl").open("a") as out:
            out.write(json.dumps({"event": event, **more}) + "\n")

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.say("begin", step=name)
        started = time.monotonic()
        try:
            yield
        except Short as fault:
            self.observed["failed"] = {"step": name, "message": str(fault), **fault.as_told()}
            raise
        finally:
            self.observed["steps"][name] = seconds = round(time.monotonic() - started, 3)
            self.say("end", step=name, seconds=seconds)

    def prepare(self) -> None:
        """Is there a backup, and room for it? Nothing has been touched before this is answered."""
        self.survey = survey(self.live, self.place)
        self.observed.update(
            {name: self.survey[name] for name in ("repo", "backup", "bytes", "data_checksums", "server_version")},
            goal=self.survey["goal"],
        )
        self.cluster = Scratch(self.live, self.scratch, self.survey)

    def mark(self) -> None:
        """The moment to recover to: a new mark, a kept one, or one that is only a time."""
        goal = self.survey["goal"]
        if goal["kind"] == "now":
            self.marking = Marking(self.live, self.drill)
            self.marking.make(self.survey["archive"])
            self.observed["mark"], self.observed["canary"] = self.marking.mark, self.marking.canary
            self.segment = self.marking.segment
        elif goal["kind"] == "mark":
            kept = read_mark(Path(goal["path"]))
            self.observed["mark"], self.observed["canary"] = kept["mark"], kept["canary"]
            self.observed["source"] = kept["source"]
            self.segment = (self.settings["away"] or {}).get("segment", "")
        else:
            told = around(self.live, goal["at"])
            self.segment = told.pop("segment")
            self.observed["mark"] = {"at": goal["at"], "restore_point": "", "held_ms": None, "timeline": ""}
            self.observed["canary"] = told
        mark = self.observed["mark"]
        if mark["restore_point"]:
            self.goal = ["--type=name", f"--target={mark['restore_point']}"]
        else:
            at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(mark["at"]))
            self.goal = ["--type=time", f"--target={at}.{int(mark['at'] % 1 * 1e6):06}+00"]
        # By name: after a restore that was undone, the newest timeline in the archive is not the live one.
        timeline = mark["timeline"] or self.segment[:8]
        self.goal += [f"--target-timeline={int(timeline, 16)}", "--target-action=promote"]

    def digest_source(self) -> None:
        """The digests of the marked moment; a kept mark has them already, a bare moment has none."""
        if self.marking is not None:
            self.marking.digest()
            self.observed["source"] = self.marking.source
            self.marking.keep(ROOT)
        self.observed["compared"] = bool(self.observed["source"]["databases"])

    def archive(self) -> None:
        """Wait until the WAL up to the target lies in the repository."""
        if self.segment:
            self.live.await_segment(self.survey["archive"], self.segment)

    def restore(self) -> None:
        assert self.cluster is not None
        self.cluster.restore(self.goal)

    def recover(self) -> None:
        """Start the restored cluster, cut off from everything, and wait until it has reached the mark."""
        assert self.cluster is not None
        self.cluster.start()

    def digest_restored(self) -> None:
        canary, socket = self.observed["canary"], self.scratch / "socket"
        with contextlib.closing(connect(socket, self.port, "postgres")) as session:
            names = databases(session)
        for name in names:
            with contextlib.closing(connect(socket, self.port, name)) as session:
                self.observed["restored"]["databases"][name] = {**observe(session), "sequences": sequences(session)}
                if name == self.settings["database"]:
                    self.observed["restored"]["cluster"] = cluster(session)
                    asked = [canary["before"] or 0, canary["after"] or 0, (canary["newest_archived"] or [0])[0]]
                    canary["recovered"] = sorted(one for (one,) in rows(session, CANARIES, asked))
        self.observed["controls"]["changed_row"] = changed_row(
            connect(socket, self.port, self.settings["database"]),
            canary["before"] or 0,
            lambda session: rows(session, CANARY_DIGEST),
        )

    def amcheck(self) -> None:
        """Every heap and B-tree page, and that each index holds every row of its table."""
        command = [self.live.bin / "pg_amcheck", "-h", self.scratch / "socket", "-p", self.port, "-U", "postgres"]
        command += ["--all", "--install-missing", "--heapallindexed", "-j", self.settings["process_max"]]
        status, said = asked(command, {"PGOPTIONS": "-c default_transaction_read_only=off"})
        # Status 2 is "corruption found"; anything else is a check that could not be made.
        self.observed["amcheck"] = {"made": status in (0, 2), "ok": status == 0, "said": said[:20]}

    def checksums(self) -> None:
        assert self.cluster is not None
        self.cluster.stop()
        status, said = asked([self.live.bin / "pg_checksums", "--check", "-D", self.scratch / "data"], {"LC_ALL": "C"})
        blocks = [int(line.split(":")[1]) for line in said if line.startswith("Blocks scanned")]
        self.observed["checksums"] = {
            "made": bool(blocks),
            "ok": status == 0,
            "blocks": sum(blocks),
            "said": said[-8:],
        }

    def controls(self) -> None:
        """Spoilt copies of the same backup, each of which must be noticed."""
        shutil.rmtree(self.scratch / "data")
        last = self.segment if self.observed["mark"]["restore_point"] and self.marking else ""
        made = Controls(self.live, self.scratch / "controls", self.survey, self.goal, last)
        self.observed["controls"].update(made.run())

    def all(self) -> None:
        """Every step in order until one falls short; then the clean-up, and what was observed so far."""
        try:
            for name in STEPS:
                with self.step(name):
                    try:
                        getattr(self, name)()
                    except (driver().Error, OSError, ValueError, LookupError) as fault:
                        raise Short(
                            "{said}", said=f"{type(fault).__name__}: {' '.join(str(fault).split())[:600]}"
                        ) from fault
        except Short:
            pass
        finally:
            started = time.monotonic()
            if self.cluster is not None:
                self.cluster.stop()
            try:
                remove(self.scratch)
            except Short as fault:
                left = {"step": "cleanup", "message": str(fault), **fault.as_told()}
                self.observed["failed"] = self.observed["failed"] or left
            self.observed["steps"]["cleanup"] = round(time.monotonic() - started, 3)
            self.observed["ended_at"] = time.time()
            fresh = self.place / "observed.new"
            fresh.write_text(json.dumps(self.observed))
            fresh.replace(self.place / "observed.json")


def asked(command: Sequence[object], environment: dict[str, str]) -> tuple[int, list[str]]:
    """A checking program's exit status, and its lines."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env={**os.environ, **environment},
    )
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()


def told_plan(found: dict[str, Any]) -> dict[str, Any]:
    """Of a survey what a person is told before anything happens."""
    goal = found["goal"]
    return {
        "repo": found["repo"],
        "repo_place": found["repo_place"],
        "backup": found["backup"]["label"],
        "backup_type": found["backup"]["type"],
        "backup_at": shown(found["backup"]["stopped_at"]),
        "to": goal["kind"],
        "to_at": shown(goal["at"]) if "at" in goal else "",
        **{f"{name}_bytes": found["bytes"][name] for name in ("database", "needed", "free")},
        "expected_seconds": found["expected_seconds"],
    }
