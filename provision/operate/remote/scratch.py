"""A scratch cluster: a backup restored below a folder of its own, started cut off from everything, stopped again.

And the end of such a folder, which holds copied records of children: what runs there is ended, and that it is gone is
never taken for granted.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import Short, connect, driver, rows
from provision.operate.remote.place import Live

STOP_SECONDS = 600
QUIT_SECONDS, END_SECONDS, REMOVE_SECONDS = 6, 30, 10


class Scratch:
    """What lies below `folder`: data, socket, log. `port` names the socket; nothing listens on any network."""

    def __init__(self, live: Live, folder: Path, survey: dict[str, Any]) -> None:
        self.live, self.folder, self.survey = live, folder, survey
        self.data, self.socket = folder / "data", folder / "socket"
        self.postgres: subprocess.Popen[bytes] | None = None

    def restore(self, goal: Sequence[str], *, config: Path | None = None, more: Sequence[str] = ()) -> None:
        """Restore the chosen backup into `data`. `goal`: pgBackRest's words for the target of the recovery."""
        self.socket.mkdir(mode=0o700, parents=True)
        self.data.mkdir(mode=0o700)
        self.live.pgbackrest(
            f"--pg1-path={self.data}",
            f"--set={self.survey['backup']['label']}",
            *goal,
            "--archive-mode=off",
            f"--tablespace-map-all={self.folder / 'tablespaces'}",
            f"--process-max={self.live.settings['process_max']}",
            *more,
            "restore",
            what="pgbackrest restore",
            config=config,
        )

    def start(self) -> None:
        """Start it, and wait until it has recovered to its target and lets sessions in."""
        (self.folder / "hba.conf").write_text("local all postgres peer\n")
        (self.folder / "ident.conf").write_text("")
        fixed = {
            "hba_file": self.folder / "hba.conf",
            "ident_file": self.folder / "ident.conf",
            "listen_addresses": "",
            "unix_socket_directories": self.socket,
            "port": self.live.port,
            "archive_mode": "off",
            "hot_standby": "off",
            "ssl": "off",
            "autovacuum": "off",
            "logging_collector": "off",
            "max_wal_senders": 0,
            "shared_preload_libraries": self.survey["preload"],
            "max_prepared_transactions": self.survey["prepared"],
            "max_connections": 20,
            "shared_buffers": "128MB",
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "default_transaction_read_only": "on",
            "cluster_name": "backbone-drill",
        }
        # The file is empty and the settings stand on the command line: they win over a restored postgresql.auto.conf.
        (self.folder / "postgresql.conf").write_text("")
        command = [str(self.live.bin / "postgres"), "-D", str(self.data)]
        for name, value in {"config_file": self.folder / "postgresql.conf", **fixed}.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("wb") as log:
            self.postgres = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        while True:
            if self.postgres.poll() is not None:
                raise Short("the restored cluster did not come up: {said}", said=self.last_words())
            # Until the restored cluster has reached its target it lets nobody in.
            with (
                contextlib.suppress(driver().OperationalError),
                contextlib.closing(connect(self.socket, self.live.port, "postgres")) as session,
            ):
                if not rows(session, "SELECT pg_is_in_recovery()")[0][0]:
                    return
            time.sleep(0.2)

    def last_words(self) -> str:
        """What the server said at the end of its life."""
        words = (self.folder / "log").read_text(errors="replace").splitlines()
        fatal = [line for line in words if "FATAL" in line or "PANIC" in line] or words
        return " ".join(fatal[-2:])[-600:]

    def stop(self) -> None:
        """Stop it, with a checkpoint."""
        if self.postgres is not None and self.postgres.poll() is None:
            self.postgres.send_signal(2)  # SIGINT: fast shutdown
            try:
                self.postgres.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.postgres.kill()
                self.postgres.wait()


def left_in(folder: Path) -> dict[int, str]:
    """What the user postgres still runs below `folder`: process → its name. By its folder, or a word of its command.

    To be asked by root. A process that has ended, and waits only to be noticed, does not count.
    """
    owner, found = str(pwd.getpwnam("postgres").pw_uid), {}
    below = os.fsencode(folder)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            words = (process / "cmdline").read_bytes()
            uid = (process / "status").read_text(errors="replace").split("\nUid:", 1)[1].split()[0]
            cwd = (process / "cwd").readlink()
            if uid == owner and (below in words or cwd.is_relative_to(folder)):
                found[int(process.name)] = (process / "comm").read_text(errors="replace").strip()
    return found


def end_all(folder: Path) -> None:
    """End what runs below `folder`, and wait until nothing does. Short where something stays.

    A unit's ExecStopPost= is no proof that the unit's processes are gone: systemd waits for the first of them alone.
    """
    begun = time.monotonic()
    while left := left_in(folder):
        waited = time.monotonic() - begun
        if waited > END_SECONDS:
            names = ", ".join(f"{name} {pid}" for pid, name in sorted(left.items()))
            raise Short("processes that work in {place} do not end: {names}", place=folder, names=names)
        for pid, name in left.items():
            # PostgreSQL, asked to quit, gives its shared memory back.
            quits = name == "postgres" and waited < QUIT_SECONDS
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT if quits else signal.SIGKILL)
        time.sleep(0.1)


def remove(folder: Path) -> None:
    """Remove a folder with copied records, if it is there; tried again for a while, where something still writes there.

    Short where it stays: nobody may believe that those records are gone.
    """
    deadline = 0.0  # from the first fault on: a pass over a large cluster takes minutes
    while True:
        try:
            shutil.rmtree(folder)
            return
        except OSError as fault:
            if not os.path.lexists(folder):
                return
            deadline = deadline or time.monotonic() + REMOVE_SECONDS
            if time.monotonic() > deadline:
                raise Short(
                    "{place} holds copied data and could not be removed; remove it by hand: {said}",
                    place=folder,
                    said=fault,
                ) from fault
            time.sleep(0.2)
