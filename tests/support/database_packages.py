"""Debian's PostgreSQL and pgBackRest on this machine, for tests that start throwaway clusters of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from provision import debian

PACKAGES = ("postgresql", "pgbackrest", "python3-psycopg2")
# Read by the package while it is installed: without it a cluster that nobody asked for would be started.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/backbone-tests.conf")


def newest_programs() -> Path:
    """The folder of the newest PostgreSQL's programs; the packages are installed where they are missing."""
    if os.geteuid() != 0:
        pytest.fail("these tests become the user postgres: run them as root")
    if _missing():
        _install(PACKAGES)
    newest = _newest()
    if not (newest.parent / "lib" / "pgaudit.so").is_file():
        _install((f"postgresql-{newest.parent.name}-pgaudit",))
    return newest


def _newest() -> Path:
    return max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])).parent


def _missing() -> bool:
    driver = subprocess.run(["/usr/bin/python3", "-c", "import psycopg2"], capture_output=True).returncode
    return bool(driver) or not shutil.which("pgbackrest") or not [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]


def _install(packages: tuple[str, ...]) -> None:
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        debian.install(packages)
    finally:
        NO_CLUSTER.unlink()


def logging_settings() -> list[str]:
    """What the stage postgresql writes about logs and pgaudit, as options of the server's command line."""
    template = Path(__file__).parents[2] / "roles/postgresql/templates/backbone.conf.j2"
    wanted = ("log_", "debug_print", "shared_preload", "pgaudit.")
    # Where a server writes its log, and in which zone, is the test's own matter.
    not_ours = ("log_destination", "log_directory", "log_filename", "log_file_mode", "log_rotation", "log_truncate")
    lines = [line for line in template.read_text("utf-8").splitlines() if line.startswith(wanted)]
    options: list[str] = []
    for line in lines:
        name, _, value = line.partition(" = ")
        if not name.startswith(not_ours) and "{" not in value:
            options += ["-c", f"{name}={value.strip().strip(chr(39))}"]
    return options
