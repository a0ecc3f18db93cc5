"""The verb: what a person reads, what a machine reads, and the exit statuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from provision import paths

pytestmark = pytest.mark.needs_ansible


def backbone(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "--lang", "en", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def test_a_sound_inventory_for_machines() -> None:
    run = backbone("validate", "-i", str(paths.inventories_dir() / "kabupaten"), "--json")
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["valid"] is True
    assert [(one["name"], one["region"]) for one in answer["servers"]] == [("data-semarang", "33.74")]


def test_a_broken_inventory_for_people_and_for_machines(tmp_path: Path) -> None:
    example = paths.inventories_dir() / "kabupaten"
    (tmp_path / "grant.yml").write_bytes((example / "grant.yml").read_bytes())
    text = (example / "hosts.yml").read_text(encoding="utf-8")
    broken = text.replace("kabupaten_kota", "provinsi").replace("backbone_fqdn", "backbone_fqnd")
    (tmp_path / "hosts.yml").write_text(broken, encoding="utf-8")
    run = backbone("validate", "-i", ".", cwd=tmp_path)
    assert run.returncode == 2
    assert "hosts.yml:" in run.stderr
    assert "backbone_fqnd: there is no such key" in run.stderr
    assert "did you mean backbone_fqdn?" in run.stderr
    machine = backbone("validate", "-i", ".", "--json", cwd=tmp_path)
    assert machine.returncode == 2
    answer = json.loads(machine.stdout)
    assert answer["valid"] is False
    assert {fault["key"] for fault in answer["faults"]} == {"backbone_fqnd", "backbone_level"}
    assert all(fault["file"] == "hosts.yml" and fault["line"] and fault["repair"] for fault in answer["faults"])
