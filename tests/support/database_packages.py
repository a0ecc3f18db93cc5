"""Debian's PostgreSQL and pgBackRest on this machine, for tests that start throwaway clusters of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = ("postgresql", "pgbackrest", "python3-psycopg2")
# Read by the package while it is installed: without it a cluster that nobody asked for would be started.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/backbone-tests.conf")


def newest_programs() -> Path:
    """The folder of the newest PostgreSQL's programs; the packages are installed where they are missing."""
    if os.geteuid() != 0:
        pytest.fail("these tests become the user postgres: run them as root")
    if _missing():
        _install()
    return max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])).parent


def _missing() -> bool:
    driver = subprocess.run(["/usr/bin/python3", "-c", "import psycopg2"], capture_output=True).returncode
    return bool(driver) or not shutil.which("pgbackrest") or not [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]


def _install() -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "-q", *command], check=True, env=quiet, capture_output=True)
    finally:
        NO_CLUSTER.unlink()
