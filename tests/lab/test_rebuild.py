"""Server and controller are destroyed, and come back from the second repository and the sheet; every row is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.lab.lab import Lab
from provision.onboard.enroll import host_key
from provision.onboard.sheet import lines
from tests.support.lab_hosts import CLONE, SERVER, Provisioned

ARCHIVE = "lab-arsip"
ROWS = (
    "SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))) FROM %I.%I t', "
    "schemaname || '.' || tablename, schemaname, tablename) FROM pg_tables "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'backbone_ops') ORDER BY 1"
)


def backbone(*words: object, given: str = "", timeout: int = 1500) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "provision.cli.main", "--lang", "en", *map(str, words)]
    return subprocess.run(command, cwd=CLONE, input=given, capture_output=True, text=True, timeout=timeout)


def said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout[-3000:] + done.stderr[-3000:]


def database(lab: Lab, statement: str) -> str:
    """What the server's database answers."""
    command = "cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d backbone"
    return lab.run(SERVER, command, given=statement).stdout.strip()


def every_row(lab: Lab) -> list[str]:
    """Count and digest of every table of the region's data."""
    return database(lab, ";\n".join(database(lab, ROWS).splitlines()) + ";").splitlines()


@pytest.mark.slow
def test_everything_is_gone_and_comes_back(lab: Lab, boot_server: Callable[..., Provisioned], tmp_path: Path) -> None:
    server = boot_server()
    [spec] = lab.up([ARCHIVE])
    archive = str(lab.networks.addresses(spec)["internal"])
    # The inventory of a controller that is to be lost: a copy, for other tests go on with the demo's.
    folder = tmp_path / "controller"
    shutil.copytree(server.inventory.parent, folder)
    hosts = folder / "hosts.yml"
    text = hosts.read_text().replace(str(server.inventory.parent), str(folder))
    assert "backbone_region:" in text
    place = f"backbone_backup_second: {{host: {archive}, bucket: {SERVER}}}\n"
    indent = text[: text.index("backbone_region:")].rpartition("\n")[2]
    hosts.write_text(text.replace("backbone_region:", place + indent + "backbone_region:", 1))
    _with_new_secrets(folder)

    done = backbone(
        "repository",
        *("-i", folder, "--limit", SERVER, "--user", "backbone", "--key", lab.folder / "ssh" / "id_ed25519"),
        *("--fingerprint", host_key(archive).fingerprint, "--json"),
    )
    assert done.returncode == 0, said(done)
    done = backbone("apply", "-i", folder, "--limit", SERVER, "--yes")
    assert done.returncode in (0, 1), said(done)
    assert "kit was sent" in done.stdout, said(done)
    again = backbone("apply", "-i", folder, "--limit", SERVER, "--yes")
    assert "kit was sent" not in again.stdout, said(again)

    database(lab, "CREATE TABLE backbone.rebuilt AS SELECT n, md5(n::text) FROM generate_series(1, 5000) n")
    lab.run(SERVER, "systemctl is-active backbone-archive-second.service")
    before = every_row(lab)
    assert any("backbone.rebuilt|5000" in line for line in before)
    known = lab.run(SERVER, "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/backbone/tls/server.crt").stdout
    tunnel = lab.run(SERVER, "cat /var/lib/backbone/vpn/public.key").stdout
    # The last word reaches the second repository: nothing waits any more.
    database(lab, "SELECT pg_switch_wal()")
    lab.run(
        SERVER,
        "for n in $(seq 60); do sleep 2; grep -q '^waiting 0' /var/lib/backbone/archive-second/state && "
        "[ $n -gt 8 ] && exit 0; done; cat /var/lib/backbone/archive-second/state >&2; exit 1",
    )
    passphrase = _secret(folder, "kit_passphrase")

    # The bad day: an empty machine at the old address, and a controller that knows nothing.
    shutil.rmtree(folder)
    lab.down([SERVER])
    lab.up([SERVER], changed={SERVER: {"enrolled": False}})
    address = str(lab.networks.addresses(next(one for one in lab.up([SERVER]) if one.name == SERVER))["internal"])
    password = tmp_path / "password"
    password.write_text(lab.password)
    new = tmp_path / "new controller"
    typed = "\n".join(lines(passphrase)) + "\n\n"
    done = backbone(
        "rebuild",
        SERVER,
        *("--from", archive, "--into", new, "--user", "petugas", "--password-file", password),
        *("--fingerprint", host_key(address).fingerprint),
        given=typed,
    )
    assert done.returncode == 0, said(done)
    assert every_row(lab) == before
    assert lab.run(SERVER, "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/backbone/tls/server.crt").stdout == known
    assert lab.run(SERVER, "cat /var/lib/backbone/vpn/public.key").stdout == tunnel
    # It is a whole server again, with an archive that goes on in both places.
    found = json.loads(backbone("plan", "-i", new, "--limit", SERVER, "--json").stdout)
    assert not [one for one in found["servers"] for _stage in one["stages"]], found
    told = lab.run(SERVER, "cd / && runuser -u postgres -- pgbackrest --stanza=main --output=json info").stdout
    [stanza] = json.loads(told)
    assert stanza["status"]["code"] == 0, stanza["status"]
    # A second run on the server that is back finds nothing to destroy.
    done = backbone("rebuild", SERVER, "-i", new, "--fingerprint", host_key(address).fingerprint)
    assert done.returncode == 0, said(done)
    assert every_row(lab) == before
    lab.down([ARCHIVE])


def _secret(folder: Path, name: str) -> str:
    from provision.inventory.vault import read_secret

    return read_secret(folder, SERVER, name)


def _with_new_secrets(folder: Path) -> None:
    """The secrets of a second repository, in a vault that was made before there were any."""
    from provision.inventory.secrecy import VAULT_FILE
    from provision.inventory.vault import generate_secrets, read_password, read_vault, write_vault

    password = read_password(folder)
    present = read_vault(folder / VAULT_FILE, password)
    write_vault(folder / VAULT_FILE, {**generate_secrets(), **present}, password)
