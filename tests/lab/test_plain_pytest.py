"""Who prefers plain pytest and testinfra gets the same verdict for every control."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from provision.inventory import load
from tests.support.lab_hosts import CLONE, SERVER, Provisioned


def test_plain_pytest_says_the_same(provisioned: Provisioned, tmp_path: Path) -> None:
    provisioned.run("systemctl stop backbone-sync.timer")  # so that not all of it is green
    try:
        found = provisioned.findings()
        (server,) = load(provisioned.inventory, SERVER).servers
        how = f"ssh_config={provisioned.lab.ssh_config}&ssh_identity_file={server.connection.key_file}&sudo=True"
        told = tmp_path / "told.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "checks", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
             f"--hosts=ssh://{server.connection.user}@{SERVER}?{how}", f"--junit-xml={told}"],
            cwd=CLONE, env={**os.environ, "BACKBONE_INVENTORY": str(provisioned.inventory)},
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
    finally:
        provisioned.run("systemctl start backbone-sync.timer")
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-2000:]
    cases = ElementTree.parse(told).iter("testcase")
    said = {
        str(case.get("name")).partition("[")[2].rpartition("-ssh")[0] or str(case.get("name")): next(
            (one.get("value") for one in case.iter("property") if one.get("name") == "status"), "?"
        )
        for case in cases
    }
    controls = {name: status for key, status in said.items() for name in found if name in key}
    assert controls == found
    assert controls["SYNC-01"] == "fail"
