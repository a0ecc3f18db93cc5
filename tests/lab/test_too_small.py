"""A server below the minimum: red in the audit, named by preflight, not provisioned unless a person says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from provision.lab import region
from provision.lab.lab import Lab
from tests.support.lab_hosts import DemoRun, Provisioned

CLONE = Path(__file__).parents[2]


def _verb(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "--lang", "en", *words],
        cwd=CLONE, env={**os.environ, "BACKBONE_LAB": lab.name}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_a_provisioned_host_with_4_gb_is_red_for_its_memory_alone(
    lab: Lab, demo: DemoRun, boot_server: Provisioned
) -> None:
    server = boot_server(memory_mb=4096)
    assert server.red() == {"HW-04"}
    repaired = _verb(lab, "apply", "-i", str(demo.inventory), "--limit", "lab-kab", "--yes")
    assert repaired.returncode in (0, 1), repaired.stderr  # a provisioned server is never kept from repair
    assert "below the minimum" not in repaired.stderr


def test_a_provisioned_host_whose_disk_is_too_small_is_red_for_its_disk_alone(boot_server: Provisioned) -> None:
    server = boot_server(disk_mb=8 * 1024)
    assert server.red() == {"HW-05"}
    assert server.run("df --output=size -m / | tail -n1").strip() in map(str, range(7 * 1024, 8 * 1024))


def test_a_bare_host_with_4_gb_is_refused_before_anything_changes(lab: Lab, tmp_path: Path) -> None:
    lab.down(["lab-kab"])
    lab.up(["lab-kab"], changed={"lab-kab": {"memory_mb": 4096}})
    inventory = region.write(lab, tmp_path / "inventory", key_file=lab.folder / "ssh" / "id_ed25519")
    before = lab.run("lab-kab", "dpkg -l | wc -l; ls /etc /var/lib | sha256sum").stdout
    named = _verb(lab, "preflight", "-i", str(inventory), "--limit", "lab-kab")
    assert named.returncode == 1
    assert "HW-04" in named.stdout
    refused = _verb(lab, "apply", "-i", str(inventory), "--limit", "lab-kab", "--yes")
    assert refused.returncode != 0
    assert "--accept-below-minimum" in refused.stdout + refused.stderr
    assert lab.run("lab-kab", "dpkg -l | wc -l; ls /etc /var/lib | sha256sum").stdout == before
    accepted = _verb(
        lab, "apply", "-i", str(inventory), "--limit", "lab-kab", "--yes", "--accept-below-minimum", "--stage", "base"
    )
    assert "base" in accepted.stdout
    assert lab.run("lab-kab", "test -e /var/lib/backbone/stamps/base.json", check=False).returncode == 0
    lab.down(["lab-kab"])
