"""A repository whose disk is full: the database goes on, pg_wal stays bounded, people learn of it, a backup heals."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import time
from types import ModuleType

from provision.paths import roles_dir
from tests.support.small_cluster import Cluster

SEGMENT_MB = 16
QUEUE_MB = 64  # as conftest.py sets it
MOST_SEGMENTS = 60


def program() -> ModuleType:
    """The stage's own metrics program."""
    path = str(roles_dir() / "backup" / "files" / "backbone-backup-metrics")
    loader = importlib.machinery.SourceFileLoader("backbone_backup_metrics", path)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def waiting(cluster: Cluster) -> int:
    """WAL segments that are not archived yet."""
    return len(list((cluster.folder / "data" / "pg_wal" / "archive_status").glob("*.ready")))


def test_a_full_repository_does_not_fill_pg_wal(cramped: Cluster) -> None:
    metrics = program()
    logs = (str(cramped.folder / "log" / "main-archive-push-async.log"),)
    cramped.sql("CREATE TABLE junk (a uuid, b uuid)")
    most = written = 0
    while not metrics.last_dropped(logs):
        assert written < MOST_SEGMENTS, "the repository never filled up, or nothing was dropped"
        cramped.sql(
            "INSERT INTO junk SELECT gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 200000);"
            "TRUNCATE junk; SELECT pg_switch_wal()"
        )
        written += 1
        time.sleep(0.5)
        most = max(most, waiting(cramped))
    assert written * SEGMENT_MB > QUEUE_MB
    deadline = time.monotonic() + 120
    while waiting(cramped) * SEGMENT_MB > QUEUE_MB:
        assert time.monotonic() < deadline, "pg_wal is not relieved"
        time.sleep(1)
    # The bound is looked at between segments, so a few more may wait for a moment, not all that were written.
    assert most * SEGMENT_MB <= 3 * QUEUE_MB
    dropped = metrics.last_dropped(logs)
    assert abs(time.time() - dropped) < 600
    used = "\n".join(metrics.disk_lines({"repository": str(cramped.folder / "repository")}))
    told = "\n".join(metrics.alarms(f"{used}\nbackbone_archive_dropped_seconds {dropped}\n"))
    assert "the disk of the repository is" in told
    assert "changes were dropped" in told
    # With room again the archive goes on, and a new backup starts a history without a gap.
    grown = ["mount", "-o", "remount,size=512m", str(cramped.folder / "repository")]
    subprocess.run(grown, check=True)
    cramped.pgbackrest("--type=diff", "backup")
    cramped.pgbackrest("check")
