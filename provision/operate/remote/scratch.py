"""A scratch cluster: a backup restored below a folder of its own, started cut off from everything, stopped again."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import Short, connect, driver, rows
from provision.operate.remote.place import Live

STOP_SECONDS = 600


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
