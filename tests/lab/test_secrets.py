"""After a full run no secret is anywhere but where it belongs: not in what the controller wrote, not on the server."""

from __future__ import annotations

import re

import pytest

from provision import paths
from provision.inventory.secrecy import PASSWORD_FILE, VAULT_FILE
from provision.inventory.vault import read_password, read_secrets
from tests.support.lab_hosts import SERVER, DemoRun, Provisioned

# What the server keeps to itself, made there: its private keys.
OWN_KEYS = "/etc/backbone/tls/server.key /etc/wireguard/wg-backbone.key /etc/backbone/keys/report_ed25519.pem"
# Where the services read their secrets, each for root or the service alone.
BELONGS = {
    "/etc/backbone/credentials/sync-client_id",
    "/etc/backbone/credentials/sync-token",
    "/etc/backbone/keys/report_ed25519.pem",
    "/etc/backbone/tls/server.key",
    "/etc/pgbackrest/pgbackrest.conf",
    "/etc/wireguard/wg-backbone.key",
    "/var/lib/backbone/vpn/confirmed/wg-backbone.key",
}
PLACES = "/etc /home /opt /root /run /srv /tmp /usr/local /var"


@pytest.fixture(scope="module")
def secrets(provisioned: Provisioned) -> list[str]:
    """Every line of every secret: the vault's, its password, what was typed at the first contact, the server's keys."""
    texts = [str(one) for one in read_secrets(provisioned.inventory, SERVER).values()]
    texts += [read_password(provisioned.inventory), (provisioned.lab.folder / "password").read_text()]
    texts += provisioned.run(f"cat {OWN_KEYS}").split("-----")
    lines = {line.strip() for text in texts for line in text.splitlines()}
    found = sorted(line for line in lines if len(line) >= 8 and not re.search(r"PRIVATE KEY|^-+", line))
    assert len(found) >= 12
    return found


def named(text: str, secrets: list[str]) -> list[str]:
    """The lines of a text that hold a secret, the secret itself left out."""
    held = [line for line in text.splitlines() if any(one in line for one in secrets)]
    for one in secrets:
        held = [line.replace(one, "<secret>") for line in held]
    return [line[:200] for line in held]


def test_the_controller_wrote_them_nowhere_but_into_the_vault(demo: DemoRun, secrets: list[str]) -> None:
    inventory = demo.inventory.parent
    belongs = {inventory / VAULT_FILE, inventory / PASSWORD_FILE}
    folders = [demo.out, inventory, *(paths.state_dir() / one for one in ("runs", "probe", "locks", "kits"))]
    folders += [paths.cache_dir() / one for one in ("inputs", "program", "catalogue", "wheelhouse")]
    files = {file for folder in folders for file in folder.rglob("*") if file.is_file()} - belongs
    assert demo.out / "demo.log" in files
    assert [file for file in files if file.name == "log.txt"]
    patterns = [one.encode() for one in secrets]
    held = {file: file.read_bytes() for file in files}
    assert not [str(file) for file, content in held.items() if any(one in content for one in patterns)]


def test_the_server_has_them_where_they_belong_and_nowhere_else(provisioned: Provisioned, secrets: list[str]) -> None:
    # In memory, beyond what is searched, for the time of the search.
    command = (
        f"list=$(mktemp -p /dev/shm) && cat >$list; find {PLACES} -xdev -type f -size -64M -print0 "
        "| xargs -0 grep -lFf $list; rm $list"
    )
    given = "\n".join(secrets) + "\n"
    found = set(provisioned.run(command, given=given).split("\n")) - {""}
    assert found <= BELONGS
    assert {"/etc/backbone/credentials/sync-token", "/etc/pgbackrest/pgbackrest.conf"} <= found, "the search finds"
    for place in sorted(found):
        assert provisioned.run(f"stat -c %a {place}").strip()[-1] == "0", place


def test_no_log_of_the_server_tells_one(provisioned: Provisioned, secrets: list[str]) -> None:
    logs = provisioned.run(
        "journalctl --no-pager -q -o export | tr -cd '\\11\\12\\40-\\176';"
        " find /var/log -type f -name '*.gz' -exec zcat {} +"
    )
    assert "COMMAND=" in logs or "_CMDLINE=" in logs, "command lines are in the journal"
    assert not named(logs, secrets)
