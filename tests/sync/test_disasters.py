"""The database's disk fills up, the database restarts in mid-run: the run says so, and the next one puts it right."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.config import Config, Pace
from backbone_sync.errors import StoreUnreachable
from backbone_sync.privacy import grant
from backbone_sync.run import status
from backbone_sync.stores.store import Store
from provision.lab.source import schema
from provision.lab.source.faults import Answer
from provision.lab.source.serve import Source
from tests.support.cluster import Cluster
from tests.support.sync_world import SIZE, Run, difference

WORDS = dictionary.load()
STUDENTS = grant.make(WORDS, ("peserta_didik",))
BLOCK = 8192


def assert_exact(run: Run, data: Path, database: str) -> None:
    """After the disaster one run puts everything right: nothing lost, nothing doubled, the cursor at the end."""
    result = run(grant=STUDENTS, database=database)
    assert result.green, (result.error, {n: r.error for n, r in result.entities.items() if r.error})
    assert difference(data, database, "peserta_didik") == set()
    with psycopg.connect(database) as connection:
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM backbone.peserta_didik), (SELECT count(*) FROM sync.tombstone)"
        ).fetchone()
        cursor = connection.execute(
            "SELECT position, high_update FROM sync.cursor WHERE entity = 'peserta_didik'"
        ).fetchone()
    assert counts == (SIZE.students, SIZE.withdrawn)
    source = schema.connect(data)
    ((last,),) = source.execute("SELECT max(last_update) FROM peserta_didik").fetchall()
    source.close()
    assert cursor is not None
    assert cursor[0] is None
    assert cursor[1].isoformat(timespec="milliseconds").replace("+00:00", "Z") == last


@pytest.fixture
def own(cluster: Path) -> Iterator[Cluster]:
    """A cluster of this test's own, because the others' must not go down."""
    with Cluster.made() as made:
        with psycopg.connect(made.admin, autocommit=True) as connection:
            connection.execute("CREATE ROLE backbone_sync LOGIN")
            connection.execute("CREATE DATABASE backbone OWNER backbone_sync")
        yield made


def test_a_database_that_restarts_in_mid_run_costs_nothing(run: Run, source: Source, data: Path, own: Cluster) -> None:
    database = f"host={own.home} user=backbone_sync dbname=backbone"

    def restart(answer: Answer) -> Answer:
        own.stop()
        own.start()
        return answer

    source.switches.arm(restart, "/peserta_didik", times=1, after=4)
    with pytest.raises(StoreUnreachable) as caught:
        run(grant=STUDENTS, database=database, pace=Pace(group_rows=1))
    assert "next run goes on" in caught.value.repair
    with psycopg.connect(database) as connection:
        now = status.read(connection, "33.74", WORDS)
        some = connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone()
    assert (now.green, now.state) == (False, "interrupted")
    assert some is not None
    assert 0 < some[0] < SIZE.students
    assert_exact(run, data, database)


@contextmanager
def small_disk(size: int) -> Iterator[Path]:
    """A file system of `size` bytes in memory that the user postgres may write to."""
    place = Path(tempfile.mkdtemp(prefix="backbone-sync-small-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def test_a_full_disk_stops_the_run_and_costs_nothing(run: Run, data: Path, cluster: Path, config: Config) -> None:
    admin = f"host={cluster} user=postgres dbname=postgres"
    database = f"host={cluster} user=backbone_sync dbname=small"
    with small_disk(64 * 1024 * 1024) as place:
        with psycopg.connect(admin, autocommit=True) as connection:
            home = place / "tablespace"
            home.mkdir(mode=0o700)
            subprocess.run(["chown", "postgres", str(home)], check=True)
            connection.execute(f"CREATE TABLESPACE small LOCATION '{home}'".encode())
            connection.execute("CREATE DATABASE small OWNER backbone_sync TABLESPACE small")
        try:
            store = Store(database)
            store.migrate(WORDS, STUDENTS.entities)
            store.close()
            ballast = place / "ballast"
            free = os.statvfs(place)
            ballast.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - 60 * BLOCK))
            said = stopped(run, database)
            assert "disk is full" in said.message
            assert "make room" in said.repair
            with psycopg.connect(database) as connection:
                now = status.read(connection, "33.74", WORDS)
                some = connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone()
            assert not now.green
            assert some is not None
            assert some[0] < SIZE.students
            ballast.unlink()
            assert_exact(run, data, database)
        finally:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS small WITH (FORCE)")
                connection.execute("DROP TABLESPACE IF EXISTS small")


def stopped(run: Run, database: str) -> StoreUnreachable:
    """The fault that stopped the run; the run's own record may or may not have found room."""
    try:
        result = run(grant=STUDENTS, database=database)
    except StoreUnreachable as fault:
        return fault
    assert (result.green, result.exit_status) == (False, 3)
    assert isinstance(result.error, StoreUnreachable)
    return result.error
