"""Patch waves on real hosts: a security update that asks for a restart, and a wave that falls short and is the last."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.lab.lab import Lab
from tests.support.lab_hosts import SERVER, Provisioned, admit

BARE = "lab-prov"
PACKAGE = "backbone-lab-update"
# A repository as Debian's security archive names itself, with one package; its update asks for a restart.
BUILD = f"""
set -eu
cd "$(mktemp -d)"
build() {{
    mkdir -p $1/DEBIAN
    printf '%s\\n' "Package: {PACKAGE}" "Version: $1" 'Architecture: all' 'Maintainer: Lab <lab@example.org>' \\
        'Description: an update' >$1/DEBIAN/control
    printf '#!/bin/sh\\n[ "$1" != configure ] || [ -z "$2" ] || touch /run/reboot-required\\n' >$1/DEBIAN/postinst
    chmod 755 $1 $1/DEBIAN $1/DEBIAN/postinst
    dpkg-deb --root-owner-group --build $1 $1.deb >/dev/null
}}
build 1.0
build 1.1
dpkg -i 1.0.deb
mkdir -p /srv/updates
cp 1.1.deb /srv/updates/
cd /srv/updates
{{ dpkg-deb --field 1.1.deb; printf 'Filename: ./1.1.deb\\nSize: %s\\nSHA256: %s\\n' $(stat -c %s 1.1.deb) \\
    $(sha256sum 1.1.deb | cut -d' ' -f1); }} >Packages
. /etc/os-release
printf '%s\\n' 'Origin: Debian' 'Label: Debian-Security' 'Suite: stable-security' \\
    "Codename: $VERSION_CODENAME-security" 'SHA256:' \\
    " $(sha256sum Packages | cut -d' ' -f1) $(stat -c %s Packages) Packages" >Release
echo 'deb [trusted=yes] file:/srv/updates ./' >/etc/apt/sources.list.d/updates.list
apt-get -q update
"""


@pytest.fixture(scope="module")
def waiting(provisioned: Provisioned) -> Iterator[Provisioned]:
    """The provisioned server, for which a security update waits."""
    provisioned.run(BUILD)
    yield provisioned
    provisioned.lab.down([BARE])


def patched(server: Provisioned, out: Path, *more: str) -> tuple[int, dict[str, dict[str, object]]]:
    """`backbone patch`, as a person runs it: its exit status and what it says of each server."""
    words = ["patch", "-i", str(server.inventory), "--out", str(out), "--yes", "--lang", "en", *more]
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", *words], capture_output=True, text=True, timeout=900
    )
    print(done.stdout, done.stderr)
    found = json.loads((out / "patch.json").read_text())
    return done.returncode, {one["server"]: one for one in found["servers"]}


def boot_of(server: Provisioned) -> str:
    return server.run("cat /proc/sys/kernel/random/boot_id; stat -c %Y /proc/1")


def test_an_update_is_installed_the_server_restarts_and_all_is_as_before(waiting: Provisioned, tmp_path: Path) -> None:
    assert PACKAGE in waiting.run("/opt/backbone/bin/backbone-outstanding; cat /var/lib/backbone/patching/outstanding")
    assert "PATCH-03" in waiting.findings()
    before = boot_of(waiting)
    status, found = patched(waiting, tmp_path, "--limit", SERVER)
    assert status == 0, found
    one = found[SERVER]
    assert one["status"] == "ok"
    assert one["restarted"] is True
    assert f"{PACKAGE}:all" in one["installed"]  # type: ignore[operator]
    assert boot_of(waiting) != before
    assert "1.1" in waiting.run(f"dpkg-query -W {PACKAGE}")
    assert not waiting.red()
    assert waiting.run("ls /var/lib/backbone/patch /run/backbone/converge.lock 2>/dev/null", check=False).split() == [
        "/var/lib/backbone/patch:"
    ]
    timers = waiting.run("systemctl list-timers --all --no-legend 'backbone-*' apt-daily-upgrade.timer")
    assert "backbone-sync.timer" in timers


def test_after_a_wave_that_falls_short_no_server_is_touched(waiting: Provisioned, lab: Lab, tmp_path: Path) -> None:
    lab.up([BARE])
    admit(lab, BARE, waiting.inventory)
    stamp = "stat -c %y /var/lib/apt/periodic/unattended-upgrades-stamp"
    before = waiting.run(stamp)
    # Nothing on a bare server installs updates, so its wave cannot come to its end.
    status, found = patched(waiting, tmp_path, "--canary", BARE, "--wave", "1")
    assert status == 1, found
    assert found[BARE]["status"] == "fell_short"
    assert "did not come to their end" in str(found[BARE]["shortcomings"])
    assert found[SERVER]["status"] == "not_reached"
    assert waiting.run(stamp) == before
