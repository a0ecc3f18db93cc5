"""A drill of one server on another one of the region: from the second repository, which a third machine keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provision.lab.lab import Lab
from tests.support.archived import ARCHIVE, CORE, Archived, backbone
from tests.support.lab_hosts import CLONE

SOURCE, HOST = "lab-kab", "lab-prov"
# Of a drill that has ended: passphrases, keys, what was seen in the other's databases, and copied records.
NOTHING = (
    "find /var/lib/backbone/drill -name settings.json -o -name pgbackrest.conf -o -name ca.pem -o -name mark.json.gz "
    "-o -name scratch"
)


@pytest.fixture(params=["debian12", "debian13"])
def region(lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Archived]:
    """Two servers of the same release, of which one has a second repository; both provisioned up to the backups."""
    hosts = [SOURCE, HOST, ARCHIVE]
    lab.down(hosts)
    changed = {one: {"image": request.param} for one in (SOURCE, HOST)}
    made = Archived(lab, SOURCE, tmp_path / "controller", CORE, others=[HOST], changed=changed)
    made.with_repository()
    backbone("apply", "-i", made.folder, "--limit", f"{SOURCE},{HOST}", "--yes")
    yield made
    lab.down(hosts)


def drilled(region: Archived) -> tuple[int, str, str]:
    """The verb, as a person types it: exit status, what it says for machines, and its faults."""
    words = ["drill", "-i", str(region.folder), "--limit", SOURCE, "--on", HOST, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "--lang", "en", *words],
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )
    return done.returncode, done.stdout, done.stderr


def left_on_host(lab: Lab) -> str:
    """What of a drill lies or runs on the host that made it."""
    found = lab.run(HOST, NOTHING, check=False).stdout
    return found + lab.run(HOST, "ps -eo args | grep '[b]ackbone-drill'", check=False).stdout


@pytest.mark.slow
def test_another_server_proves_the_backups_of_the_one(region: Archived) -> None:
    lab = region.lab
    region.database("CREATE TABLE backbone.jauh AS SELECT n, md5(n::text) FROM generate_series(1, 5000) n")
    region.sent()
    before = lab.run(HOST, "runuser -u postgres -- psql -XAtqd backbone -c '\\dt *.*' | sha256sum").stdout
    status, told, fault = drilled(region)
    assert status == 0, told + fault
    [result] = json.loads(told)["servers"]
    assert (result["ok"], result["on"], result["repo"], result["was_compared"]) == (True, HOST, 2, True)
    rows: dict[str, Any] = {one["name"]: one["restored"] for one in result["compared"]}
    assert rows["backbone.jauh"] == 5000
    assert [one["name"] for one in result["controls"] if not one["noticed"]] == []
    # The record is the server's; on the other one nothing stays, and its own database is as it was.
    last = json.loads(region.run("cat /var/lib/backbone/drill/last.json"))
    assert (last["drill"], last["on"]) == (result["drill"], HOST)
    assert left_on_host(lab) == ""
    assert lab.run(HOST, "runuser -u postgres -- psql -XAtqd backbone -c '\\dt *.*' | sha256sum").stdout == before

    lab.run(ARCHIVE, "systemctl stop backbone-repository")
    status, told, fault = drilled(region)
    assert status in (1, 3), told
    assert told + fault
    assert left_on_host(lab) == ""
    assert json.loads(region.run("cat /var/lib/backbone/drill/last.json"))["drill"] == result["drill"]
