"""Server and controller are destroyed, and come back from the second repository and the sheet; every row is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from provision.converge.stages import NAMES
from provision.inventory.vault import read_secret
from provision.lab import region
from provision.lab.lab import Lab
from provision.onboard.enroll import host_key, pin
from provision.onboard.sheet import lines
from tests.support.lab_hosts import CLONE, SERVER

ARCHIVE = "lab-arsip"
# All that the way back rests on; the other stages are run as ever, which other tests see to.
CORE = ("base", "tls", "postgresql", "backup")
ROWS = (
    "SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))) FROM %I.%I t', "
    "schemaname || '.' || tablename, schemaname, tablename) FROM pg_tables "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'backbone_ops') ORDER BY 1"
)
KEYS = "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/backbone/tls/server.key"


def backbone(*words: object, given: str = "", timeout: int = 1500) -> str:
    """What a verb says; it must hold."""
    command = [sys.executable, "-m", "provision.cli.main", "--lang", "en", *map(str, words)]
    done = subprocess.run(command, cwd=CLONE, input=given, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0 or (words[0] in ("apply", "plan") and done.returncode == 1), (
        done.stdout[-3000:] + done.stderr[-3000:]
    )
    return done.stdout


class Region:
    """A server, the machine that keeps its second repository, and the folder of its controller."""

    def __init__(self, lab: Lab, folder: Path, stages: Sequence[str]) -> None:
        self.lab = lab
        self.folder = folder
        server, archive = lab.up([SERVER, ARCHIVE])
        self.address, self.archive = (str(lab.networks.addresses(one)["internal"]) for one in (server, archive))
        self.key = lab.folder / "ssh" / "id_ed25519"
        hosts = region.write(lab, folder, key_file=self.key)
        text = hosts.read_text()
        off = [name for name in NAMES if name not in stages]
        added = (
            f"backbone_backup_second: {{host: {self.archive}}}\n          backbone_stages_disabled: {off}\n          "
        )
        text = text.replace('backbone_region: "33.74"', f'{added}backbone_region: "33.74"', 1)
        # Host keys are pinned beside the inventory, as `enroll` does it.
        arguments = next(line for line in text.splitlines() if "ansible_ssh_common_args:" in line)
        text = text.replace(arguments.split(": ", 1)[1], f"-o UserKnownHostsFile={folder}/known_hosts")
        hosts.write_text(text)
        pin(folder / "known_hosts", self.address, 22, host_key(self.address))

    def database(self, statement: str) -> str:
        """What the server's database answers."""
        command = "cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d backbone"
        return self.lab.run(SERVER, command, given=statement).stdout.strip()

    def every_row(self) -> list[str]:
        """Count and digest of every table of the region's data."""
        return self.database(";\n".join(self.database(ROWS).splitlines()) + ";").splitlines()

    def sent(self) -> None:
        """Wait until the last change is in the second repository, too."""
        segment = self.database("SELECT pg_walfile_name(pg_current_wal_lsn())")
        self.database("SELECT pg_switch_wal()")
        self.lab.run(
            SERVER,
            f"for n in $(seq 90); do grep -q {segment} /var/lib/backbone/archive-second/sent && exit 0; sleep 2; done; "
            "cat /var/lib/backbone/archive-second/state >&2; exit 1",
        )


def there_and_back(lab: Lab, tmp_path: Path, stages: Sequence[str]) -> None:
    """The whole story with these stages."""
    old = Region(lab, tmp_path / "controller", stages)
    where = ("-i", old.folder, "--limit", SERVER)
    fingerprint = host_key(old.archive).fingerprint
    backbone("repository", *where, "--user", "backbone", "--key", old.key, "--fingerprint", fingerprint)
    assert "kit was sent" in backbone("apply", *where, "--yes")
    assert "kit was sent" not in backbone("apply", *where, "--yes")
    old.database("CREATE TABLE backbone.rebuilt AS SELECT n, md5(n::text) FROM generate_series(1, 5000) n")
    before = old.every_row()
    assert any("backbone.rebuilt|5000" in line for line in before)
    known = lab.run(SERVER, KEYS).stdout
    old.sent()
    passphrase = read_secret(old.folder, SERVER, "kit_passphrase")

    # The bad day: an empty machine at the old address, and a controller that knows nothing.
    shutil.rmtree(old.folder)
    lab.down([SERVER])
    lab.up([SERVER], changed={SERVER: {"enrolled": False}})
    (tmp_path / "password").write_text(lab.password)
    new = tmp_path / "new-controller"
    seen = host_key(old.address).fingerprint
    assert seen.partition(":")[2] not in known
    words = ("--from", old.archive, "--into", new, "--user", "petugas", "--password-file", tmp_path / "password")
    typed = "\n".join(lines(passphrase)) + "\n\n"
    told = backbone("rebuild", SERVER, *words, "--fingerprint", seen, given=typed)
    assert f"{SERVER} is back" in told
    assert old.every_row() == before
    assert lab.run(SERVER, KEYS).stdout == known
    # It is a whole server again, with an archive that goes on in both places.
    [planned] = json.loads(backbone("plan", "-i", new, "--limit", SERVER, "--json"))["servers"]
    assert not planned["stages"], planned
    [stanza] = json.loads(
        lab.run(SERVER, "cd / && runuser -u postgres -- pgbackrest --stanza=main --output=json info").stdout
    )
    assert stanza["status"]["code"] == 0, stanza["status"]
    old.database("INSERT INTO backbone.rebuilt VALUES (0, 'after')")
    old.sent()
    # A second run on the server that is back finds nothing to bring back, and overwrites nothing.
    after = old.every_row()
    backbone("rebuild", SERVER, "-i", new, "--fingerprint", host_key(old.address).fingerprint)
    assert old.every_row() == after


@pytest.fixture
def gone_afterwards(lab: Lab) -> Lab:
    """The lab, without the hosts of a test before and after it."""
    lab.down([SERVER, ARCHIVE])
    yield lab  # type: ignore[misc]
    lab.down([SERVER, ARCHIVE])


@pytest.mark.slow
def test_server_and_controller_come_back(gone_afterwards: Lab, tmp_path: Path) -> None:
    there_and_back(gone_afterwards, tmp_path, CORE)


@pytest.mark.slow
def test_with_every_stage_they_come_back_too(gone_afterwards: Lab, tmp_path: Path) -> None:
    gone_afterwards.up(["lab-pusat"])
    there_and_back(gone_afterwards, tmp_path, NAMES)
