"""Server and controller are destroyed, and come back from the second repository and the sheet; every row is there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from provision.converge.stages import NAMES
from provision.inventory.vault import read_secret
from provision.lab.lab import Lab
from provision.onboard.enroll import host_key
from provision.onboard.sheet import lines
from tests.support.archived import ARCHIVE, CORE, Archived, backbone

SERVERS = {"debian12": "lab-kab", "debian13": "lab-prov"}
KEYS = "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/backbone/tls/server.key"


def there_and_back(lab: Lab, server: str, tmp_path: Path, stages: Sequence[str]) -> None:
    """The whole story of this server with these stages."""
    old = Archived(lab, server, tmp_path / "controller", stages)
    where = ("-i", old.folder, "--limit", server)
    old.with_repository()
    assert "kit was sent" in backbone("apply", *where, "--yes")
    assert "kit was sent" not in backbone("apply", *where, "--yes")
    old.database("CREATE TABLE backbone.rebuilt AS SELECT n, md5(n::text) FROM generate_series(1, 5000) n")
    before = old.every_row()
    assert any("backbone.rebuilt|5000" in line for line in before)
    known = old.run(KEYS)
    # A moment by which the server that came back can be compared with what was; it is saved with the state.
    marked = "systemctl start backbone-mark.service && ls /var/lib/backbone/drill/marks | tail -n 1"
    mark = old.run(marked).strip().removesuffix(".json.gz")
    old.sent()
    old.run("systemctl start backbone-state-backup.service")
    passphrase = read_secret(old.folder, server, "kit_passphrase")

    # The bad day: an empty machine at the old address, and a controller that knows nothing.
    shutil.rmtree(old.folder)
    lab.down([server])
    lab.up([server], changed={server: {"enrolled": False}})
    (tmp_path / "password").write_text(lab.password)
    new = tmp_path / "new-controller"
    seen = host_key(old.address).fingerprint
    assert seen.partition(":")[2] not in known
    words = ("--from", old.archive, "--into", new, "--user", "petugas", "--password-file", tmp_path / "password")
    typed = "\n".join(lines(passphrase)) + "\n\n"
    told = backbone("rebuild", server, *words, "--fingerprint", seen, given=typed)
    assert f"{server} is back" in told
    assert old.every_row() == before
    assert old.run(KEYS) == known
    # It is a whole server again, with an archive that goes on in both places.
    [planned] = json.loads(backbone("plan", "-i", new, "--limit", server, "--json"))["servers"]
    assert not planned["stages"], planned
    [stanza] = json.loads(old.run("cd / && runuser -u postgres -- pgbackrest --stanza=main --output=json info"))
    assert stanza["status"]["code"] == 0, stanza["status"]
    assert mark in old.run("runuser -u postgres -- ls /var/lib/backbone/drill/marks")
    [drilled] = json.loads(backbone("drill", "-i", new, "--limit", server, "--repo", 2, "--to", mark, "--json"))[
        "servers"
    ]
    assert drilled["ok"]
    assert drilled["was_compared"]
    old.database("INSERT INTO backbone.rebuilt VALUES (0, 'after')")
    old.sent()
    # A second run on the server that is back finds nothing to bring back, and overwrites nothing.
    after = old.every_row()
    backbone("rebuild", server, "-i", new, "--fingerprint", host_key(old.address).fingerprint)
    assert old.every_row() == after


@pytest.fixture
def gone_afterwards(lab: Lab) -> Iterator[Lab]:
    """The lab, without the hosts of a test before and after it."""
    hosts = [*SERVERS.values(), ARCHIVE]
    lab.down(hosts)
    yield lab
    lab.down(hosts)


@pytest.mark.slow
@pytest.mark.parametrize("system", SERVERS)
def test_server_and_controller_come_back(gone_afterwards: Lab, tmp_path: Path, system: str) -> None:
    there_and_back(gone_afterwards, SERVERS[system], tmp_path, CORE)


@pytest.mark.slow
@pytest.mark.parametrize("system", SERVERS)
def test_with_every_stage_they_come_back_too(gone_afterwards: Lab, tmp_path: Path, system: str) -> None:
    gone_afterwards.up(["lab-pusat"])
    there_and_back(gone_afterwards, SERVERS[system], tmp_path, NAMES)
