"""The restore drill itself, as it runs on the server: it observes and measures, and decides nothing.

Runs as the user postgres in the unit that `unit.py` starts. The live cluster is touched in its schema backbone_ops
alone; everything else happens below ROOT/ID/work/scratch, which is gone at the end, however that comes.
"""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import (
    LOCKABLE,
    TABLES,
    Short,
    cluster,
    connect,
    databases,
    driver,
    observe,
    rows,
    run,
    sequences,
)

DEFAULTS: dict[str, Any] = {
    "config": "/etc/pgbackrest/pgbackrest.conf",
    "stanza": "main",
    "database": "backbone",  # carries the schema backbone_ops
    "process_max": 2,
    "cpu_weight": 20,  # of 100 that the live service has
    "io_weight": 20,
    "memory_high": "30%",
    "hours": 6,  # the unit ends, and cleans up, after this
    "mark_seconds": 60,  # how long to try for an instant in which nobody writes
    "archive_seconds": 180,
    "spare_bytes": 1 << 30,  # disk that a drill leaves free for the live cluster
}
CANARIES = "SELECT id FROM backbone_ops.canary WHERE id = ANY (%s)"
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
)
# Somebody was in the way of a mark: lock not available, deadlock, a table that is gone.
IN_THE_WAY = ("55P03", "40P01", "42P01")


class _Restless(Exception):  # noqa: N818
    """A table came or went while the mark was made."""


class Work:
    """One drill, from the mark to the clean-up; `observed` grows as it goes."""

    def __init__(self, place: Path, drill: str, settings: dict[str, Any]) -> None:
        self.drill, self.settings = drill, settings
        self.place = place
        self.scratch = self.place / "scratch"
        self.observed: dict[str, Any] = {
            "version": 1,
            "id": drill,
            "steps": {},
            "started_at": time.time(),
            "failed": None,
            "source": {"databases": {}, "cluster": []},
            "restored": {"databases": {}, "cluster": []},
        }
        config = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            config.read_string(Path(settings["config"]).read_text())
            stanza = config[settings["stanza"]]
            self.live = Path(stanza["pg1-path"])
            self.socket = stanza.get("pg1-socket-path", "/var/run/postgresql")
            self.port = int(stanza.get("pg1-port", "5432"))
            version = (self.live / "PG_VERSION").read_text().strip()
        except (OSError, KeyError, ValueError, configparser.Error) as fault:
            raise Short(
                "{config}: no usable stanza {stanza}: {fault}",
                config=settings["config"],
                stanza=settings["stanza"],
                fault=fault,
            ) from fault
        places = (f"/usr/lib/postgresql/{version}/bin", f"/usr/pgsql-{version}/bin")
        self.bin = next((Path(place) for place in places if Path(place, "postgres").exists()), Path("/usr/bin"))
        self.postgres: subprocess.Popen[bytes] | None = None
        self.snapshots: dict[str, Any] = {}

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

    def pgbackrest(self, *arguments: str, what: str, timeout: float | None = None) -> str:
        command = ["pgbackrest", f"--config={self.settings['config']}", f"--stanza={self.settings['stanza']}"]
        return run(
            [*command, "--log-level-console=off", "--log-level-stderr=error", *arguments], what=what, timeout=timeout
        )

    def stanza(self) -> dict[str, Any]:
        found: dict[str, Any]
        [found] = json.loads(self.pgbackrest("--output=json", "info", what="pgbackrest info", timeout=120))
        if not [one for one in found["backup"] if not one.get("error")]:
            raise Short("the repository holds no sound backup ({said})", said=found["status"]["message"])
        if not found["archive"] or not found["archive"][-1]["max"]:
            raise Short("the repository holds no WAL")
        return found

    def prepare(self) -> None:
        """Is there a backup, and room for it? Nothing has been touched before this is answered."""
        last = [one for one in self.stanza()["backup"] if not one.get("error")][-1]
        backup = {"label": last["label"], "type": last["type"], "stopped_at": last["timestamp"]["stop"]}
        with contextlib.closing(connect(self.socket, self.port, "postgres")) as session:
            [[live, wal, checksums, version]] = rows(
                session,
                "SELECT (SELECT sum(pg_database_size(oid)) FROM pg_database)::bigint, "
                "pg_size_bytes(current_setting('max_wal_size')), current_setting('data_checksums'), "
                "current_setting('server_version')",
            )
            self.preload = rows(session, "SHOW shared_preload_libraries")[0][0]
            self.prepared = rows(session, "SHOW max_prepared_transactions")[0][0]
        size = max(int(last["info"]["size"]), int(live))
        needed = int(size * 1.1) + int(wal) + int(self.settings["spare_bytes"])
        free = shutil.disk_usage(self.place).free
        self.observed.update(
            backup=backup,
            bytes={"database": size, "needed": needed, "free": free},
            data_checksums=checksums,
            server_version=version,
        )
        if free < needed:
            raise Short(
                "not enough disk under {place}: {needed} MiB are needed, {free} MiB are free",
                place=self.place,
                needed=needed >> 20,
                free=free >> 20,
            )

    def mark(self) -> None:
        """An instant in which nobody writes: a snapshot of every database and a restore point, the same moment."""
        keeper = connect(self.socket, self.port, self.settings["database"])
        with contextlib.ExitStack() as at_end:
            at_end.callback(keeper.close)
            canary = "INSERT INTO backbone_ops.canary (writer) VALUES (%s) RETURNING id"
            before = rows(keeper, canary, f"{self.drill} before")[0][0]
            archived = self.stanza()["archive"][-1]["max"]
            point = f"backbone-drill-{self.drill}"
            names = databases(keeper)
            pairs = {name: [connect(self.socket, self.port, name) for _ in range(2)] for name in names}
            self.snapshots = {name: viewer for name, (_, viewer) in pairs.items()}
            for locker, _ in pairs.values():
                at_end.callback(locker.close)
            instant = self._instant(pairs, point)
            # The newest canary that had left the server by itself when the mark was made: had the server burnt
            # down then, this is what would have come back. The 64 KiB leave room for its commit.
            newest = rows(
                keeper,
                "SELECT id, extract(epoch FROM written_at)::float8 FROM backbone_ops.canary WHERE id < %s "
                "AND pg_walfile_name(lsn + 65536) <= %s ORDER BY id DESC LIMIT 1",
                before,
                archived,
            )
            after = rows(keeper, canary, f"{self.drill} after")[0][0]
            rows(keeper, "INSERT INTO backbone_ops.mark (restore_point, lsn) VALUES (%s, %s)", point, instant["lsn"])
            self.segment = rows(keeper, "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
        self.observed["mark"] = {**instant, "restore_point": point, "archived_before": archived}
        self.observed["canary"] = {
            "before": before,
            "after": after,
            "newest_archived": list(newest[0]) if newest else None,
        }

    def _instant(self, pairs: dict[str, list[Any]], point: str) -> dict[str, Any]:
        """Lock all tables, look, write the restore point, unlock; again if somebody was in the way."""
        deadline, attempts = time.monotonic() + self.settings["mark_seconds"], 0
        while True:
            attempts += 1
            started = time.monotonic()
            try:
                for locker, _ in pairs.values():
                    rows(locker, "BEGIN")
                    tables = [name for _, name in rows(locker, LOCKABLE)]
                    if tables:
                        rows(locker, f"LOCK TABLE {', '.join('ONLY ' + name for name in tables)} IN SHARE MODE")
                locked = time.monotonic()
                counted = {}
                for name, (locker, viewer) in pairs.items():
                    rows(viewer, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    seen = rows(viewer, TABLES)
                    counted[name] = sequences(locker)
                    if seen != rows(locker, TABLES):
                        raise _Restless
                locker = next(iter(pairs.values()))[0]
                lsn, epoch = rows(
                    locker,
                    "SELECT pg_create_restore_point(%s)::text, extract(epoch FROM clock_timestamp())::float8",
                    point,
                )[0]
                self.observed["source"]["databases"] = {name: {"sequences": counted[name]} for name in pairs}
                for locker, _ in pairs.values():
                    rows(locker, "COMMIT")
                held = round((time.monotonic() - locked) * 1000, 1)
                return {"lsn": lsn, "at": epoch, "held_ms": held, "attempts": attempts}
            except (driver().Error, _Restless) as fault:
                if not isinstance(fault, _Restless) and fault.pgcode not in IN_THE_WAY:
                    raise
                for pair in pairs.values():
                    for session in pair:
                        rows(session, "ROLLBACK")
                if time.monotonic() > deadline:
                    raise Short(
                        "the database was never at rest within {seconds} s: a long transaction holds tables; "
                        "try again when it has ended",
                        seconds=self.settings["mark_seconds"],
                    ) from None
                time.sleep(min(2.0, 0.2 + time.monotonic() - started))

    def digest_source(self) -> None:
        """The digests of the marked moment, taken at leisure from the snapshots."""
        for name, session in self.snapshots.items():
            with contextlib.closing(session):
                self.observed["source"]["databases"][name].update(observe(session))
                if name == self.settings["database"]:
                    self.observed["source"]["cluster"] = cluster(session)

    def archive(self) -> None:
        deadline = time.monotonic() + self.settings["archive_seconds"]
        while self.stanza()["archive"][-1]["max"] < self.segment:
            if time.monotonic() > deadline:
                raise Short(
                    "WAL segment {segment} did not reach the repository in {seconds} s",
                    segment=self.segment,
                    seconds=self.settings["archive_seconds"],
                )
            time.sleep(0.5)

    def restore(self) -> None:
        (self.scratch / "socket").mkdir(mode=0o700, parents=True)
        (self.scratch / "data").mkdir(mode=0o700)
        self.pgbackrest(
            f"--pg1-path={self.scratch / 'data'}",
            f"--set={self.observed['backup']['label']}",
            "--type=name",
            f"--target={self.observed['mark']['restore_point']}",
            "--target-action=promote",
            "--archive-mode=off",
            f"--tablespace-map-all={self.scratch / 'tablespaces'}",
            f"--process-max={self.settings['process_max']}",
            "restore",
            what="pgbackrest restore",
        )

    def recover(self) -> None:
        """Start the restored cluster, cut off from everything, and wait until it has reached the mark."""
        (self.scratch / "hba.conf").write_text("local all postgres peer\n")
        (self.scratch / "ident.conf").write_text("")
        fixed = {
            "hba_file": self.scratch / "hba.conf",
            "ident_file": self.scratch / "ident.conf",
            "listen_addresses": "",
            "unix_socket_directories": self.scratch / "socket",
            "port": self.port,
            "archive_mode": "off",
            "hot_standby": "off",
            "ssl": "off",
            "autovacuum": "off",
            "logging_collector": "off",
            "max_wal_senders": 0,
            "shared_preload_libraries": self.preload,
            "max_prepared_transactions": self.prepared,
            "max_connections": 20,
            "shared_buffers": "128MB",
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "default_transaction_read_only": "on",
            "cluster_name": "backbone-drill",
        }
        # The file is empty and the settings stand on the command line: they win over a restored postgresql.auto.conf.
        (self.scratch / "postgresql.conf").write_text("")
        command = [str(self.bin / "postgres"), "-D", str(self.scratch / "data")]
        for name, value in {"config_file": self.scratch / "postgresql.conf", **fixed}.items():
            command += ["-c", f"{name}={value}"]
        with (self.scratch / "log").open("wb") as log:
            self.postgres = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        while True:
            if self.postgres.poll() is not None:
                words = (self.scratch / "log").read_text(errors="replace").splitlines()
                fatal = [line for line in words if "FATAL" in line or "PANIC" in line] or words
                raise Short("the restored cluster did not come up: {said}", said=" ".join(fatal[-2:])[-600:])
            # Until the restored cluster has reached the mark it lets nobody in.
            with (
                contextlib.suppress(driver().OperationalError),
                contextlib.closing(connect(self.scratch / "socket", self.port, "postgres")) as session,
            ):
                if not rows(session, "SELECT pg_is_in_recovery()")[0][0]:
                    return
            time.sleep(0.2)

    def digest_restored(self) -> None:
        canary, socket = self.observed["canary"], self.scratch / "socket"
        with contextlib.closing(connect(socket, self.port, "postgres")) as session:
            names = databases(session)
        for name in names:
            with contextlib.closing(connect(socket, self.port, name)) as session:
                self.observed["restored"]["databases"][name] = {**observe(session), "sequences": sequences(session)}
                if name == self.settings["database"]:
                    self.observed["restored"]["cluster"] = cluster(session)
                    asked = [canary["before"], canary["after"], (canary["newest_archived"] or [0])[0]]
                    canary["recovered"] = sorted(one for (one,) in rows(session, CANARIES, asked))

    def amcheck(self) -> None:
        """Every heap and B-tree page, and that each index holds every row of its table."""
        command = [self.bin / "pg_amcheck", "-h", self.scratch / "socket", "-p", self.port, "-U", "postgres", "--all"]
        command += ["--install-missing", "--heapallindexed", "-j", self.settings["process_max"]]
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env={**os.environ, "PGOPTIONS": "-c default_transaction_read_only=off"},
        )
        # Status 2 is "corruption found"; anything else is a check that could not be made.
        said = (done.stdout + done.stderr).strip().splitlines()[:20]
        self.observed["amcheck"] = {"made": done.returncode in (0, 2), "ok": done.returncode == 0, "said": said}

    def checksums(self) -> None:
        self.stop()
        done = subprocess.run(
            [str(self.bin / "pg_checksums"), "--check", "-D", str(self.scratch / "data")],
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
        )
        said = (done.stdout + done.stderr).strip().splitlines()
        blocks = [int(line.split(":")[1]) for line in said if line.startswith("Blocks scanned")]
        self.observed["checksums"] = {
            "made": bool(blocks),
            "ok": done.returncode == 0,
            "blocks": sum(blocks),
            "said": said[-8:],
        }

    def stop(self) -> None:
        if self.postgres is not None and self.postgres.poll() is None:
            self.postgres.send_signal(2)  # SIGINT: fast shutdown, with a checkpoint
            try:
                self.postgres.wait(600)
            except subprocess.TimeoutExpired:
                self.postgres.kill()
                self.postgres.wait()

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
            self.stop()
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.observed["steps"]["cleanup"] = round(time.monotonic() - started, 3)
            fresh = self.place / "observed.new"
            fresh.write_text(json.dumps(self.observed))
            fresh.replace(self.place / "observed.json")
