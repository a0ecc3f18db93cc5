"""A throwaway PostgreSQL cluster of the newest version on this machine: trust on its socket, no TCP."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.support.database_packages import logging_settings, newest_programs


@dataclass
class Cluster:
    """`home` is the socket directory, with the data below it."""

    home: Path
    programs: Path
    prefix: list[str] = field(default_factory=lambda: ["runuser", "-u", "postgres", "--"])
    server: subprocess.Popen[bytes] | None = None

    @property
    def admin(self) -> str:
        """The conninfo of the superuser."""
        return f"host={self.home} user=postgres dbname=postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.home}", "-c", "fsync=off"]
        options += logging_settings()
        self.server = subprocess.Popen(
            [*self.prefix, str(self.programs / "postgres"), "-D", str(self.home / "data"), *options],
            cwd=self.home,
            stderr=(self.home / "log").open("ab"),
            start_new_session=True,
        )
        for _ in range(600):
            try:
                psycopg.connect(self.admin).close()
                return
            except psycopg.OperationalError:
                assert self.server.poll() is None, (self.home / "log").read_text()
                time.sleep(0.05)
        raise AssertionError((self.home / "log").read_text())

    def stop(self) -> None:
        """Stop the server at once, as a power cut does: what it had not yet written is in its log."""
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGQUIT)
            self.server.wait(30)
            self.server = None

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Cluster]:
        """A running cluster, removed at the end."""
        # Not below pytest's own folder: that one is closed to the user postgres by every other pytest that starts.
        made = cls(Path(tempfile.mkdtemp(prefix="backbone-sync-")), newest_programs())
        owner = pwd.getpwnam("postgres")
        os.chown(made.home, owner.pw_uid, owner.pw_gid)
        words = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        initdb = [str(made.programs / "initdb"), "-D", str(made.home / "data"), *words]
        try:
            subprocess.run([*made.prefix, *initdb], check=True, capture_output=True, cwd=made.home)
            made.start()
            yield made
        finally:
            made.stop()
            shutil.rmtree(made.home, ignore_errors=True)
