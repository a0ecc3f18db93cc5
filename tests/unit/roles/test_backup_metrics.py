"""What the backups' metrics tell of disks that fill up and of WAL that was dropped."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from provision.paths import roles_dir

WHAT = "dropped WAL file '0000000100000000000000A1' because archive queue exceeded 1GB"
LINE = f"2026-11-20 03:04:05.678 P00   WARN: {WHAT}\n"
OTHER = "2026-11-20 04:00:00.000 P00   INFO: archive-push:async command end: completed successfully (12ms)\n"


@pytest.fixture
def metrics() -> ModuleType:
    """The program, whose file has no suffix."""
    path = str(roles_dir() / "backup" / "files" / "backbone-backup-metrics")
    loader = importlib.machinery.SourceFileLoader("backbone_backup_metrics", path)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_last_drop_is_read_from_both_logs(metrics: ModuleType, tmp_path: Path) -> None:
    logs = (str(tmp_path / "log.1"), str(tmp_path / "log"))
    assert metrics.last_dropped(logs) == 0
    (tmp_path / "log").write_text(OTHER)
    assert metrics.last_dropped(logs) == 0
    (tmp_path / "log.1").write_text(LINE + OTHER)
    expected = int(time.mktime((2026, 11, 20, 3, 4, 5, 0, 0, -1)))
    assert metrics.last_dropped(logs) == expected
    (tmp_path / "log").write_text(OTHER + LINE.replace("03:04:05", "03:05:05"))
    assert metrics.last_dropped(logs) == expected + 60


def test_disks_are_counted_as_df_counts_them(metrics: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimpleNamespace(f_blocks=1000, f_bfree=150, f_bavail=100)
    monkeypatch.setattr(os, "statvfs", lambda _path: disk)
    [line] = metrics.disk_lines({"repository": "/srv"})
    assert line == 'backbone_backup_disk_used_ratio{place="repository"} 0.8947'


def told(metrics: ModuleType, **values: Any) -> list[str]:
    names = {"repository": 'backbone_backup_disk_used_ratio{place="repository"}'}
    return list(metrics.alarms("".join(f"{names.get(name, name)} {value}\n" for name, value in values.items())))


def test_a_person_is_told_of_full_disks_and_of_drops_since_the_last_backup(metrics: ModuleType) -> None:
    assert told(metrics, repository=0.84, backbone_archive_dropped_seconds=0, backbone_backup_began_seconds=5) == []
    assert "disk of the repository is 86% full" in told(metrics, repository=0.86)[0]
    dropped = {"backbone_archive_dropped_seconds": 1000, "backbone_backup_began_seconds": 900}
    assert "changes were dropped" in told(metrics, **dropped)[0]
    assert told(metrics, **dropped | {"backbone_backup_began_seconds": 1001}) == []
    assert "changes were dropped" in told(metrics, backbone_archive_dropped_seconds=1000)[0]


def test_the_watch_fails_where_there_is_an_alarm(metrics: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "backup.prom"
    assert metrics.watch(str(file)) == 0
    file.write_text('backbone_backup_disk_used_ratio{place="database"} 0.50\n')
    assert metrics.watch(str(file)) == 0
    file.write_text('backbone_backup_disk_used_ratio{place="database"} 0.91\n')
    assert metrics.watch(str(file)) == 1


def test_a_second_repository_may_be_away_for_hours_and_not_for_days(metrics: ModuleType) -> None:
    def alarms(**values: float) -> list[str]:
        text = "".join(f"backbone_{name}_seconds {value}\n" for name, value in values.items())
        return list(metrics.second_alarms(text + "backbone_backup_second_readable 0\n", 1_000_000.0))

    assert alarms(archive_second_oldest=0, backup_second_newest=999_000, backup_state_saved=999_000) == []
    assert alarms(archive_second_oldest=1_000_000 - 5 * 3600) == []
    assert "have not reached the second repository for 7 hours" in alarms(archive_second_oldest=1_000_000 - 7 * 3600)[0]
    assert "last backup is 51 hours old" in alarms(backup_second_newest=1_000_000 - 51 * 3600)[0]
    assert "saved off this server 51 hours ago" in alarms(backup_state_saved=1_000_000 - 51 * 3600)[0]
    assert list(metrics.second_alarms("backbone_backup_state_saved_seconds 1\n", 1_000_000.0)) == []
