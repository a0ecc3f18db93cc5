"""The real restore, on the bad day: into the live place, with the former cluster kept aside.

Runs as root on the server, in the unit that `restore_unit.py` starts. Every step can be run again: what was cut off
at any moment goes on with `go`, or is taken back with `undo`. Until the operator lets it go (`release`), the former
cluster lies beside the live one, whole.
"""

from __future__ import annotations

import errno
import json
import os
import pwd
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import Short, run
from provision.operate.remote.place import Live
from provision.operate.remote.scratch import remove

ROOT = Path(os.environ.get("BACKBONE_RESTORE_ROOT", "/var/lib/backbone/restore"))
# What writes into the database, or reads its files, by itself: stopped for the time of the restore.
UNITS = (
    "backbone-sync.timer",
    "backbone-sync.service",
    "backbone-sync-retention.timer",
    "backbone-sync-retention.service",
    "backbone-canary.timer",
    "backbone-mark.timer",
    "backbone-mark.service",
    "backbone-drill-monthly.timer",
    "backbone-drill-monthly.service",
    "backbone-drill.service",
    "backbone-backup-full.timer",
    "backbone-backup-diff.timer",
    "backbone-backup-full.service",
    "backbone-backup-diff.service",
    "backbone-backup-incr.timer",
    "backbone-backup-incr.service",
    "backbone-backup-second-full.timer",
    "backbone-backup-second-diff.timer",
    "backbone-backup-second-full.service",
    "backbone-backup-second-diff.service",
)
STEPS = ("stop_services", "last_wal", "stop_database", "fetch", "swap", "recover", "start_services")
LAST_WAL_SECONDS, RECOVER_SECONDS = 60, 12 * 3600


class Restoring:
    """One restore. `state` is what the next run goes on from; `folder` (below ROOT) holds its log and settings."""

    def __init__(self, folder: Path, state: dict[str, Any]) -> None:
        self.folder, self.state = folder, state
        self.data = Path(state["data"])
        self.fresh = self.data.with_name(f"{self.data.name}.restoring-{state['id']}")
        self.aside = self.data.with_name(f"{self.data.name}.before-{state['id']}")

    def keep(self) -> None:
        """Write the state as a whole."""
        write_state(self.state)

    def say(self, event: str, **more: object) -> None:
        with (self.folder / "events.jsonl").open("a") as out:
            out.write(json.dumps({"event": event, **more}) + "\n")

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────

    def stop_services(self) -> None:
        """Nothing writes any more; which units ran is noted before the first is stopped."""
        if "units" not in self.state:
            self.state["units"] = [name for name in UNITS if active(name)] if self.state["systemd"] else []
            self.keep()
        if self.state["units"]:
            run(["systemctl", "stop", *self.state["units"]], what="systemctl stop", timeout=900)

    def last_wal(self) -> None:
        """What the former cluster still had to send is sent, if it answers."""
        if self.aside.exists():
            return
        try:
            segment = self.sql("SELECT pg_walfile_name(pg_switch_wal())", timeout=20)
        except Short as fault:
            self.state["last_wal"] = f"the database did not answer: {fault}"
            return
        deadline = time.monotonic() + LAST_WAL_SECONDS
        while self.sql("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver") < segment:
            if time.monotonic() > deadline:
                self.state["last_wal"] = f"segment {segment} did not leave the server"
                return
            time.sleep(0.3)
        self.state["last_wal"] = "sent"

    def stop_database(self) -> None:
        run(self.state["stop"], what="stop of the database", timeout=900)

    def fetch(self) -> None:
        """The backup into a folder beside the live one; what a run that was cut off has brought is used again."""
        if self.aside.exists():
            return
        if not self.fresh.is_dir():
            self.fresh.mkdir(mode=0o700)
            owner = pwd.getpwnam("postgres")
            os.chown(self.fresh, owner.pw_uid, owner.pw_gid)
        config = self.state["config"]
        again = ["--delta"] if any(self.fresh.iterdir()) else []
        command = ["pgbackrest", f"--config={config}", "--stanza=main", "--repo=1", f"--pg1-path={self.fresh}"]
        command += ["--log-level-console=off", "--log-level-stderr=error", "--log-level-file=off"]
        command += [f"--set={self.state['backup']}", *self.state["goal"], *again]
        command += [f"--tablespace-map-all={self.fresh}.tablespaces", f"--process-max={self.state['process_max']}"]
        command += [f"--recovery-option=restore_command={fetching(config, self.state.get('live_config', config))}"]
        run(["runuser", "-u", "postgres", "--", *command, "restore"], what="pgbackrest restore")

    def swap(self) -> None:
        """Two renames; whichever was made last, the next run knows. Once `aside` is there, it is whole."""
        if not self.aside.exists():
            try:
                self.data.rename(self.aside)
            except OSError as fault:
                if fault.errno != errno.EXDEV:
                    raise
                # A container's layers: what lies in a lower one cannot be renamed, only copied.
                part = self.aside.with_name(f"{self.aside.name}.part")
                remove(part)
                run(["cp", "-a", "--reflink=auto", self.data, part], what="cp")
                part.rename(self.aside)
        if self.fresh.exists():
            remove(self.data)
            self.fresh.rename(self.data)

    def recover(self) -> None:
        """Start it in its place, and wait until it has recovered to the target and takes writes."""
        run(self.state["start"], what="start of the database", timeout=900)
        deadline = time.monotonic() + RECOVER_SECONDS
        while True:
            try:
                if self.sql("SELECT pg_is_in_recovery()") == "f":
                    break
            except Short:
                if not (self.data / "postmaster.pid").exists():
                    raise Short("the restored database ended while it recovered: see its log") from None
            if time.monotonic() > deadline:
                raise Short(
                    "the restored database did not come to its target in {hours} h", hours=RECOVER_SECONDS // 3600
                )
            time.sleep(0.5)
        canary = self.state.get("canary") or {}
        asked = [int(canary[name]) for name in ("before", "after") if canary.get(name)]
        if asked:
            query = f"SELECT id FROM backbone_ops.canary WHERE id = ANY (ARRAY{asked})"  # noqa: S608 (whole numbers)
            found = self.sql(query, database=self.state["database"]).split()
            if canary.get("before") and str(canary["before"]) not in found:
                raise Short("the canary written before the moment did not come back")
            if str(canary.get("after")) in found:
                raise Short("the canary written after the moment is there: recovery went beyond its target")

    def start_services(self) -> None:
        """What ran before runs again; the sync fetches what came since, and a backup starts the new history."""
        if self.state["units"]:
            timers = [name for name in self.state["units"] if name.endswith(".timer")]
            run(["systemctl", "start", *timers], what="systemctl start", timeout=300)
        for name in ("backbone-sync.service", "backbone-backup-diff.service") if self.state["systemd"] else ():
            subprocess.run(["systemctl", "start", "--no-block", name], capture_output=True, timeout=60)

    # ── how they are run ─────────────────────────────────────────────────────────────────────────────────────────

    def go(self) -> None:
        """Every step that is left. One that fails puts everything back as it was."""
        for name in STEPS:
            if name in self.state["done"]:
                continue
            self.say("begin", step=name)
            started = time.monotonic()
            try:
                getattr(self, name)()
            except (Short, OSError, subprocess.SubprocessError) as fault:
                told = fault.as_told() if isinstance(fault, Short) else {}
                self.state["failed"] = {"step": name, "message": str(fault)[:900], **told}
                self.say("end", step=name, seconds=round(time.monotonic() - started, 3))
                if name != "start_services":
                    self.undo()
                self.keep()
                return
            self.state["done"].append(name)
            self.state["seconds"][name] = round(time.monotonic() - started, 3)
            self.keep()
            self.say("end", step=name, seconds=self.state["seconds"][name])
        self.state["finished_at"] = time.time()
        self.keep()

    def undo(self) -> None:
        """The former cluster in its place again, running, with its services; what was restored is removed."""
        self.state["undoing"] = True
        self.keep()
        if self.state["systemd"]:
            subprocess.run(["systemctl", "stop", *UNITS], capture_output=True, timeout=900)
        if self.aside.exists():
            run(self.state["stop"], what="stop of the database", timeout=900)
            spent = self.data.with_name(f"{self.data.name}.undone-{self.state['id']}")
            if self.data.exists():
                try:
                    self.data.rename(spent)
                except OSError:  # half of what was already put aside whole
                    remove(self.data)
            self.aside.rename(self.data)
        run(self.state["start"], what="start of the database", timeout=900)
        if units := [name for name in self.state.get("units", []) if name.endswith(".timer")]:
            run(["systemctl", "start", *units], what="systemctl start", timeout=300)
        self.state["undone"] = True
        self.keep()
        for left in ("undone", "restoring"):
            place = self.data.with_name(f"{self.data.name}.{left}-{self.state['id']}")
            try:
                for one in (place, Path(f"{place}.tablespaces")):
                    remove(one)
            except Short as fault:
                self.state["left"] = {"message": str(fault), **fault.as_told()}
                self.keep()
                raise

    def release(self) -> None:
        """Let the former cluster go: it is deleted, and nothing can be undone any more."""
        remove(self.aside)
        (ROOT / "state.json").unlink()

    def sql(self, query: str, *, database: str = "postgres", timeout: float = 30) -> str:
        """What the cluster in the live place answers; Short where it does not."""
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.state["socket"], "-p", str(self.state["port"])]
        given = ["runuser", "-u", "postgres", "--", *command, "-d", database, "-c", query]
        return run(given, what="psql", timeout=timeout).strip()


def fetching(config: str, live: str) -> str:
    """PostgreSQL's restore_command for a restore with the settings `config`; `live` are those that it archives by.

    A new timeline takes the first number of which PostgreSQL is given no history. In another repository those that were
    begun since are missing; a number that is taken twice would block the live archive for ever.
    """
    get = 'pgbackrest --config={} --stanza=main archive-get %f "%p"'
    if config == live:
        return get.format(config)
    return f"case %f in *.history) {get.format(live)} || {get.format(config)};; *) {get.format(config)};; esac"


def active(unit: str) -> bool:
    """Is a unit running, or waiting for its time?"""
    done = subprocess.run(["systemctl", "is-active", unit], capture_output=True, text=True, timeout=30)
    return done.stdout.strip() in ("active", "activating", "reloading")


def timeline_of(live: Live) -> str:
    """The timeline of the live cluster, by its control file; "latest" where it cannot be read.

    Named, because after a restore that was undone the archive holds a newer one that leads elsewhere.
    """
    try:
        told = run([live.bin / "pg_controldata", live.data], what="pg_controldata", environment={"LC_ALL": "C"})
    except Short:
        return "latest"
    found = re.search(r"^Latest checkpoint's TimeLineID:\s+(\d+)", told, re.M)
    return found[1] if found else "latest"


def read_state() -> dict[str, Any] | None:
    """The restore in hand, or the finished one whose former cluster is still kept; None where there is none."""
    try:
        state: dict[str, Any] = json.loads((ROOT / "state.json").read_text())
    except (OSError, ValueError):
        return None
    return state


def write_state(state: dict[str, Any]) -> None:
    """Replace the state in one step; readable by root alone."""
    fresh = ROOT / "state.new"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(state, indent=1))
    fresh.replace(ROOT / "state.json")


def started_with(version: str, name: str) -> dict[str, Sequence[str]]:
    """How a cluster is started and stopped: Debian's by its name, PGDG's on the RHEL family by its version alone."""
    pgdg = Path(f"/usr/pgsql-{version}/bin").is_dir()
    unit = f"postgresql-{version}.service" if pgdg else f"postgresql@{version}-{name}.service"
    return {"start": ["systemctl", "start", unit], "stop": ["systemctl", "stop", unit]}
