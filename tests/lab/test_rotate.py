"""Secrets of a provisioned server are renewed: the old is refused, the new accepted, everything green afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from provision.audit.run import examine
from provision.inventory import load
from provision.inventory.secrecy import VAULT_FILE
from provision.inventory.vault import read_password, read_vault, write_vault
from provision.onboard import vpn
from provision.onboard.rotation import BACKUP_FORMER, FORMER
from tests.support.lab_hosts import SERVER, Provisioned

PASSWORDS = "backbone_secret_db_passwords"
PASSPHRASE = "backbone_secret_backup_passphrase"
ANALYST, OLD = "analis", "the-password-before-the-rotation"
TLS = "/etc/backbone/tls"
REPOSITORY = "/var/lib/pgbackrest"


class Region:
    """The provisioned server with an inventory of its own, and the command line for it."""

    def __init__(self, server: Provisioned, folder: Path) -> None:
        self.server, self.folder = server, folder
        shutil.copytree(server.inventory.parent, folder)
        # Its own: what it shares with other servers can be renewed on all of them only.
        shared = read_vault(folder / VAULT_FILE, read_password(folder))
        self.file = folder / "host_vars" / SERVER / "vault.yml"
        own = {PASSWORDS: {ANALYST: OLD}, PASSPHRASE: shared[PASSPHRASE]}
        write_vault(self.file, own, read_password(folder))
        self.out = folder.parent / "out"

    @property
    def vault(self) -> dict[str, Any]:
        return read_vault(self.file, read_password(self.folder))

    def asked(self, verb: str, *words: str, status: int = 0) -> Any:
        """What a verb answers to machines, one document."""
        return json.loads(self.backbone(verb, *words, "--json", status=status, both=False))

    def backbone(self, verb: str, *words: str, status: int = 0, both: bool = True) -> str:
        """What a verb says, on standard output and, if asked, as errors; it has to end as expected."""
        which = ["-i", str(self.folder), "--limit", SERVER]
        command = [sys.executable, "-m", "provision.cli.main", *verb.split(), *which, *words]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + (done.stderr if both else "")

    def logs_in(self, password: str) -> bool:
        """Whether the analyst may log in to the database over the network with this password."""
        asks = f"psql 'host=127.0.0.1 sslmode=require dbname=backbone user={ANALYST}' -XAtc 'SELECT 1'"
        done = self.server.lab.run(
            SERVER, f"IFS= read -r PGPASSWORD; export PGPASSWORD; {asks}", given=f"{password}\n", check=False
        )
        assert done.returncode == 0 or "password authentication failed" in done.stderr, done.stderr
        return done.returncode == 0

    def presented(self) -> str:
        """The public key that the gateway shows, after its certificate held against the authority."""
        to = f"-connect 127.0.0.1:443 -servername lab-kab.backbone.test -CAfile {TLS}/authority.pem"
        told = f"openssl s_client {to} -verify_return_error </dev/null"
        return self.server.run(f'shown=$({told} 2>/dev/null) && echo "$shown" | openssl x509 -noout -pubkey')

    def tunnel(self) -> str:
        """The tunnel's public key, as it runs."""
        return self.server.run("wg show wg-backbone public-key").strip()

    def red(self) -> set[str]:
        found = examine(load(self.folder, SERVER)).findings
        return {one.control for one in found if one.status in ("fail", "error")}


@pytest.fixture(scope="module")
def region(provisioned: Provisioned, tmp_path_factory: pytest.TempPathFactory) -> Region:
    made = Region(provisioned, tmp_path_factory.mktemp("region") / "semarang")
    psql = "runuser -u postgres -- psql -Xqd postgres"
    provisioned.run(psql, given=f"CREATE ROLE {ANALYST} LOGIN PASSWORD '{OLD}'; GRANT backbone_reader TO {ANALYST};")
    return made


def test_database_certificate_and_tunnel_are_renewed_and_gone_on_with(region: Region) -> None:
    last = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    _private, public = vpn.key_pair()
    own = region.folder / "host_vars" / SERVER / "vpn.yml"
    own.write_text(
        f"backbone_vpn_peers:\n  - name: sri\n    public_key: {public}\n    address: 10.90.0.2\n    expires: '{last}'\n"
    )
    signers = region.folder / "signers" / "servers"
    signer = (signers / f"{SERVER}.pem").read_text()
    before, tunnel = region.presented(), region.tunnel()
    assert region.logs_in(OLD)

    planned = region.asked("plan", "--rotate", "database,tls,vpn,audit", status=1)["rotation"]
    assert {one["name"]: one["stages"] for one in planned} == {
        "database": ["postgresql"],
        "tls": ["tls", "postgresql", "gateway"],
        "vpn": ["vpn"],
        "audit": ["audit"],
    }
    assert region.vault[PASSWORDS] == {ANALYST: OLD}, "a plan changes nothing"

    # As if cut off after the first stage: the others are still to come.
    told = region.backbone(
        "apply", "--rotate", "database,tls,vpn,audit", "--stage", "vpn", "--out", str(region.out), status=1
    )
    assert region.tunnel() != tunnel
    [handed] = region.out.glob(f"vpn-*/{SERVER}/sri.conf")
    assert f"PublicKey = {region.tunnel()}\n" in handed.read_text()
    region.backbone("vpn files", "--out", str(region.out / "again"))
    assert (region.out / "again" / SERVER / "sri.conf").read_text() == handed.read_text()
    assert "Still being renewed: database" in told
    new = region.vault[PASSWORDS][ANALYST]
    assert region.vault[FORMER]["database"]["values"] == {"db_passwords": {ANALYST: OLD}}
    assert region.logs_in(OLD)
    assert region.presented() == before

    running = region.tunnel()
    again = region.backbone("apply", "--rotate", "database,tls")
    assert "gone on with" in again
    assert region.vault[PASSWORDS] == {ANALYST: new}
    assert FORMER not in region.vault
    assert not region.logs_in(OLD)
    assert region.logs_in(new)
    assert region.presented() != before
    assert region.tunnel() == running
    key, held = (
        region.server.run(f"openssl {one}")
        for one in (f"pkey -in {TLS}/server.key -pubout", f"x509 -in {TLS}/server.crt -noout -pubkey")
    )
    assert key == held == region.presented()

    # What the server signed before still verifies: its former key has a place of its own.
    assert (signers / f"{SERVER}.pem").read_text() != signer
    assert signer in {one.read_text() for one in signers.glob(f"{SERVER}@*.pem")}
    region.server.run("systemctl start backbone-sync.service backbone-audit.service")
    assert not region.red()
    assert "no stage is needed" in region.backbone("plan")
    written = told + again + "".join(one.read_text() for one in region.out.rglob("*.conf"))
    assert not [one for one in (OLD, new) if one in written]


@pytest.mark.slow
def test_backups_get_a_new_passphrase_and_the_former_stay_readable(region: Region) -> None:
    asked = "runuser -u postgres -- pgbackrest --stanza=main --output=json info"
    old = region.vault[PASSPHRASE]
    region.backbone("drill", "--out", str(region.out / "before"))
    mark = region.asked("restore", "--find")[-1]
    region.backbone("apply", "--rotate", "backup")
    new = region.vault[PASSPHRASE]
    assert new != old
    assert region.vault[BACKUP_FORMER]["passphrase"] == old
    assert FORMER not in region.vault

    [stanza] = json.loads(region.server.run(asked))
    assert [one["type"] for one in stanza["backup"]] == ["full"]
    assert "repo3" not in region.server.run("cat /etc/pgbackrest/pgbackrest.conf")
    region.backbone("drill", "--out", str(region.out / "after"))

    # The former one: its marks are found, and a restore from it is planned; without the name nothing is touched.
    assert mark["mark"] in {one["mark"] for one in region.asked("restore", "--find")}
    offered = region.backbone("restore", "--repo", "3", "--to", mark["mark"], status=2)
    assert "in repository 3" in offered
    assert "has to be confirmed" in offered
    drilled = region.backbone("drill", "--repo", "3", "--to", mark["mark"], "--out", str(region.out / "former"))
    assert drilled

    # An apply on top changes nothing; a second rotation waits until the former is let go.
    assert "no stage is needed" in region.backbone("apply")
    assert "--let-go backup" in region.backbone("apply", "--rotate", "backup", status=2)
    assert "backups are deleted only when somebody agrees" in region.backbone("apply", "--let-go", "backup", status=2)
    region.backbone("apply", "--let-go", "backup", "--yes")
    assert BACKUP_FORMER not in region.vault
    assert region.server.run(f"ls {REPOSITORY}").split() == ["archive", "backup"]
    assert not region.server.run("ls /etc/pgbackrest/former.conf 2>/dev/null || :")
    region.backbone("drill", "--out", str(region.out / "alone"))
    assert not region.red()
