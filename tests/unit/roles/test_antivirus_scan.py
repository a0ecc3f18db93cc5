"""What the daily antivirus scan makes of clamdscan's answers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def scan(program: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program with its files under tmp_path, and a clamdscan that says and ends as the test tells it."""
    module = program("antivirus/files/antivirus_scan.py")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "quarantine").mkdir()
    (tmp_path / "quarantine" / "taken.doc").write_text("x")
    (tmp_path / "quarantine" / ".lock").write_text("")
    settings = {"paths": [str(tmp_path), "/does/not/exist"], "quarantine": str(tmp_path / "quarantine")}
    (tmp_path / "settings").write_text(json.dumps(settings))
    monkeypatch.setattr(module, "CONFIGURATION", tmp_path / "settings")
    monkeypatch.setattr(module, "LOG", tmp_path / "log")
    monkeypatch.setattr(module, "METRICS", tmp_path / "metrics" / "antivirus.prom")
    clamdscan = tmp_path / "clamdscan"
    clamdscan.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/asked\nprintf "%s" "$SAYS"\nexit "$ENDS"\n')
    clamdscan.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return module


def values(scan: Any) -> dict[str, float]:
    text = scan.METRICS.read_text()
    return {name: float(value) for name, value in re.findall(r"^backbone_antivirus_(\w+) (\S+)$", text, re.M)}


def test_a_clean_scan(scan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYS", "")
    monkeypatch.setenv("ENDS", "0")
    assert scan.main() == 0
    now = values(scan)
    assert (now["infected_files"], now["scan_failed"], now["quarantined_files"]) == (0, 0, 1)
    assert now["scan_last_success_timestamp_seconds"] == now["scan_last_run_timestamp_seconds"] > 0
    assert (tmp_path / "asked").read_text().split()[-1] == str(tmp_path)


def test_a_finding_fails_the_unit_and_is_named_in_the_log_alone(scan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYS", "/srv/data siswa.doc: Eicar-Test-Signature FOUND\n")
    monkeypatch.setenv("ENDS", "1")
    assert scan.main() == 1
    assert values(scan)["infected_files"] == 1
    assert "siswa" in scan.LOG.read_text()
    assert "siswa" not in scan.METRICS.read_text()
    assert scan.LOG.stat().st_mode & 0o007 == 0


def test_a_scan_that_broke_off_is_no_success(scan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scan.METRICS.write_text("backbone_antivirus_scan_last_success_timestamp_seconds 4711\n")
    monkeypatch.setenv("SAYS", "ERROR: Could not connect to clamd\n")
    monkeypatch.setenv("ENDS", "2")
    assert scan.main() == 2
    assert values(scan)["scan_failed"] == 1
    assert values(scan)["scan_last_success_timestamp_seconds"] == 4711
