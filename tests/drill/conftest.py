"""A throwaway cluster of a few megabytes with a pgBackRest repository of its own, no lab host needed.

Needs root (to become the user postgres) and Debian's PostgreSQL, pgBackRest and psycopg2; they are installed if
they are missing and apt may be used.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provision.paths import roles_dir
from tests.support.database_packages import newest_programs
from tests.support.small_cluster import Cluster

QUEUE_MB = 64
REPOSITORY_MB = 48
PASSPHRASE = "only for this test run"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests take seconds each and need root: they run with the lab's."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)


def _ops_statements(cluster: Cluster) -> str:
    """What the role `backup` creates: its template has no variables, so that it can be asked as it is."""
    query = (roles_dir() / "backup" / "templates" / "wanted_ops.sql.j2").read_text()
    return ";\n".join(cluster.sql(query).splitlines())


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running cluster with some data, an encrypted repository and one full backup."""
    with made_cluster() as made:
        yield made


@pytest.fixture
def cramped() -> Iterator[Cluster]:
    """The same, with a repository on a disk of its own that is soon full."""
    with made_cluster(repository_mb=REPOSITORY_MB) as made:
        yield made


@pytest.fixture(scope="module")
def apart() -> Iterator[Cluster]:
    """The same for one module alone, whose tests change how it archives."""
    with made_cluster() as made:
        yield made


@contextmanager
def made_cluster(repository_mb: int = 0) -> Iterator[Cluster]:
    programs = newest_programs()
    folder = Path(tempfile.mkdtemp(prefix="backbone-drill-", dir="/var/tmp"))
    folder.chmod(0o755)
    made = Cluster(folder, programs)
    try:
        _build(made, repository_mb)
        yield made
    finally:
        made.as_postgres(made.bin / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", check=False)
        if repository_mb:
            subprocess.run(["umount", "--lazy", str(folder / "repository")], check=False)
        shutil.rmtree(folder)


def _build(made: Cluster, repository_mb: int) -> None:
    folder = made.folder
    for name in ("data", "socket", "repository", "lock", "log", "spool"):
        (folder / name).mkdir(mode=0o700)
        if name == "repository" and repository_mb:
            size = f"size={repository_mb}m"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder / name)], check=True)
        shutil.chown(folder / name, "postgres", "postgres")
    (folder / "pgbackrest.conf").write_text(
        f"[global]\nrepo1-path={folder}/repository\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={PASSPHRASE}\n"
        f"repo1-retention-full=2\nlock-path={folder}/lock\nlog-path={folder}/log\nstart-fast=y\ncompress-type=zst\n"
        # WAL is archived as the stage backup has it done.
        f"spool-path={folder}/spool\nlog-level-file=info\n"
        f"[global:archive-push]\narchive-async=y\narchive-push-queue-max={QUEUE_MB}MB\n"
        f"[main]\npg1-path={folder}/data\npg1-socket-path={folder}/socket\npg1-port=5999\n"
    )
    shutil.chown(folder / "pgbackrest.conf", "postgres", "postgres")
    made.as_postgres(
        made.bin / "initdb", "-k", "-D", folder / "data", "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer", "--no-sync"
    )
    with (folder / "data" / "postgresql.conf").open("a") as out:
        out.write(
            f"listen_addresses = ''\nport = 5999\nunix_socket_directories = '{folder}/socket'\nfsync = off\n"
            "max_wal_size = 64MB\nmin_wal_size = 32MB\narchive_mode = on\nshared_buffers = 32MB\n"
            f"archive_command = 'pgbackrest --config={folder}/pgbackrest.conf --stanza=main archive-push %p'\n"
        )
    made.control("-l", folder / "log" / "postgresql.log", "start")
    made.sql("CREATE DATABASE backbone", "postgres")
    made.pgbackrest("stanza-create")
    made.sql(_ops_statements(made))
    made.sql((Path(__file__).parent / "region.sql").read_text())
    made.sql("SELECT backbone_ops.write_canary('test')")
    made.pgbackrest("--type=full", "backup")
