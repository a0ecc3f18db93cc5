"""The bad day on a real host: rows that vanished come back, services and sync with them; a drill that is killed leaves
nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provision.report.keys import known
from provision.report.verify import check
from tests.support.lab_hosts import CLONE, SERVER, Provisioned

SQL = "runuser -u postgres -- psql -XAtqd backbone -c"


def verb(server: Provisioned, *words: str) -> subprocess.Popen[str]:
    """A verb against the server, as a person types it."""
    command = [sys.executable, "-m", "provision.cli.main", "--lang", "en", *words]
    chosen = ["-i", str(server.inventory), "--limit", SERVER]
    return subprocess.Popen(
        [*command, *chosen],
        cwd=CLONE,
        env={**os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(running: subprocess.Popen[str]) -> tuple[int, str]:
    told = running.communicate(timeout=600)[0]
    return running.returncode, told


def test_a_killed_drill_leaves_nothing_behind(provisioned: Provisioned) -> None:
    running = verb(provisioned, "drill", "--json")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and running.poll() is None:
        if provisioned.run("ls -d /var/lib/backbone/drill/*/work/scratch/data 2>/dev/null", check=False).strip():
            provisioned.run("systemctl kill -s KILL backbone-drill.service")
            break
        time.sleep(0.3)
    status, told = ended(running)
    assert status == 1, told
    [server] = json.loads(told)["servers"]
    assert (server["ok"], server["failed_step"]) == (False, "work")
    assert provisioned.run("ls -d /var/lib/backbone/drill/*/work 2>/dev/null", check=False) == ""
    assert "backbone-drill" not in provisioned.run("ps -eo args | grep '[p]ostgres.*backbone-drill'", check=False)
    assert provisioned.run(f"{SQL} 'SELECT 1'").strip() == "1"


def copied(server: Provisioned, out: Path) -> str:
    """A copy on a disk of the server's, which a volume in memory is here; where it lies."""
    server.run("mkdir -p /mnt/salinan && mountpoint -q /mnt/salinan || mount -t tmpfs -o size=900m disk /mnt/salinan")
    status, told = ended(verb(server, "copy", "--to", "/mnt/salinan", "--out", str(out), "--json"))
    assert status == 0, told
    return str(json.loads(told)["place"])


@pytest.mark.slow
def test_a_copy_on_a_disk_is_whole_and_signed(provisioned: Provisioned, tmp_path: Path) -> None:
    status, told = ended(verb(provisioned, "copy", "--to", "/mnt", "--out", str(tmp_path)))
    assert status == 1, told
    assert "/mnt is no mounted disk" in told
    place = copied(provisioned, tmp_path)
    assert check(tmp_path / "copy.dsse.json", known([provisioned.inventory.parent / "signers"])).held
    assert provisioned.run(f"cat {place}/copy.json") == (tmp_path / "copy.json").read_text()
    assert provisioned.run(f"cat {place}/copy.dsse.json") == (tmp_path / "copy.dsse.json").read_text()
    assert provisioned.run(f"cd {place} && sha256sum --quiet -c files.sha256") == ""
    assert provisioned.run("ls /var/lib/backbone/drill/*/copying 2>/dev/null", check=False) == ""


@pytest.mark.slow
def test_a_copy_on_a_disk_is_drilled(provisioned: Provisioned, tmp_path: Path) -> None:
    copied(provisioned, tmp_path)
    status, told = ended(verb(provisioned, "drill", "--from", "/mnt/salinan", "--json"))
    assert status == 0, told
    [drilled] = json.loads(told)["servers"]
    assert (drilled["ok"], drilled["repo"], drilled["was_compared"]) == (True, 0, True)


def test_rows_that_vanished_come_back_and_the_sync_goes_on(provisioned: Provisioned) -> None:
    provisioned.run("systemctl start backbone-mark.service")
    pupils = provisioned.run(f"{SQL} 'SELECT count(*) FROM backbone.anggota_rombel'").strip()
    provisioned.run(f"{SQL} 'DELETE FROM backbone.anggota_rombel'; systemctl start backbone-mark.service")
    status, told = ended(verb(provisioned, "restore", "--find", "--json"))
    assert status == 0, told
    *_, sound, damaged = json.loads(told)
    assert damaged["less"] == {"backbone: backbone.anggota_rombel": -int(pupils)}
    status, told = ended(verb(provisioned, "restore", "--to", sound["mark"], "--confirm", SERVER))
    assert status == 0, told
    assert provisioned.run(f"{SQL} 'SELECT count(*) FROM backbone.anggota_rombel'").strip() == pupils
    provisioned.run("systemctl start backbone-sync.service")
    assert json.loads(provisioned.run("backbone-sync status --json"))["green"] is True
    assert " 0 different" in provisioned.run("backbone-sync reconcile")
    units = "backbone-sync.timer backbone-canary.timer backbone-mark.timer backbone-drill-monthly.timer"
    assert set(provisioned.run(f"systemctl is-active {units}").split()) == {"active"}
    # The next drill, on the new timeline, by the server itself.
    provisioned.run("systemctl start backbone-drill-monthly.service")
    last = json.loads(provisioned.run("cat /var/lib/backbone/drill/last.json"))
    assert (last["ok"], last["operator"], last["shortcomings"]) == (True, "", [])
    status, told = ended(verb(provisioned, "restore", "--release", "--confirm", SERVER))
    assert status == 0, told
    assert provisioned.run("ls /var/lib/postgresql/15").split() == ["main"]
