"""The vault, with Ansible itself: written, read, refused with a wrong password, templates resolved."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from provision.errors import UsageError
from provision.inventory import resolve, vault
from provision.inventory.secrecy import VAULT_FILE
from provision.inventory.vault import (
    generate_secrets,
    is_vaulted,
    read_secret,
    read_secrets,
    read_vault,
    write_password_file,
    write_vault,
)
from provision.onboard.authority import make_authority

from .conftest import Folder, sound

pytestmark = pytest.mark.needs_ansible


@pytest.fixture
def vaulted(folder: Folder) -> Folder:
    variables = sound()
    del variables["backbone_fqdn"]
    folder.hosts({**variables, "backbone_fqdn": "{{ short }}.semarang.example", "short": "{{ 'da' ~ 'ta' }}"})
    write_password_file(folder.path, "correct horse")
    values = generate_secrets(make_authority("33.74")[0], ["reader"]) | {
        "backbone_secret_sync_client_id": "region-33.74",
        "backbone_secret_sync_token": "s3cret",
    }
    write_vault(folder.path / VAULT_FILE, values, "correct horse")
    return folder


def test_a_vaulted_inventory_is_sound_and_complete(vaulted: Folder) -> None:
    fleet = vaulted.load(resolver=resolve.resolve)
    (server,) = fleet.servers
    assert fleet.notes == ()
    assert server.settings.fqdn == "data.semarang.example"
    assert server.secrets == {
        "stamp_key",
        "backup_passphrase",
        "backup_second_passphrase",
        "backup_second_key",
        "state_passphrase",
        "kit_passphrase",
        "tls_authority_key",
        "db_passwords",
        "sync_client_id",
        "sync_token",
    }
    assert "s3cret" not in repr(fleet)


def test_the_files_are_private_and_encrypted(vaulted: Folder) -> None:
    vault = vaulted.path / VAULT_FILE
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    assert stat.S_IMODE((vaulted.path / ".vault-password").stat().st_mode) == 0o600
    assert is_vaulted(vault)
    assert b"s3cret" not in vault.read_bytes()
    with pytest.raises(UsageError, match="there already"):
        write_password_file(vaulted.path)


def test_secrets_come_back_as_they_went_in(vaulted: Folder) -> None:
    found = read_secrets(vaulted.path, "s1")
    assert found["sync_token"] == "s3cret"
    assert found["tls_authority_key"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert found["tls_authority_key"].endswith("-----END PRIVATE KEY-----\n")
    assert len(bytes.fromhex(found["stamp_key"])) == 32
    assert set(found["db_passwords"]) == {"reader"}
    assert read_secret(vaulted.path, "s1", "sync_token") == "s3cret"
    with pytest.raises(UsageError, match="holds no backbone_secret_telegram_token"):
        read_secret(vaulted.path, "s1", "telegram_token")
    with pytest.raises(KeyError):
        read_secrets(vaulted.path, "s9")


def test_generated_secrets_are_new_each_time() -> None:
    one, two = generate_secrets(), generate_secrets()
    names = ("stamp_key", "backup_passphrase", "backup_second_passphrase", "backup_second_key", "state_passphrase")
    assert set(one) == {f"backbone_secret_{name}" for name in (*names, "kit_passphrase")}
    assert len(set(one.values())) == len(one)
    assert all(one[name] != two[name] for name in one)


def test_a_single_vaulted_value_and_precedence(vaulted: Folder, tmp_path: Path) -> None:
    from ansible.constants import DEFAULT_VAULT_IDENTITY
    from ansible.parsing.vault import VaultLib, VaultSecret

    library = VaultLib([(DEFAULT_VAULT_IDENTITY, VaultSecret(b"correct horse"))])
    lines = library.encrypt(b"of-this-host").decode().splitlines()
    body = "\n".join("  " + line for line in lines)
    vaulted.text("host_vars/s1.yml", f"backbone_secret_sync_token: !vault |\n{body}\n")
    assert read_secret(vaulted.path, "s1", "sync_token") == "of-this-host"
    assert len(vaulted.load(resolver=resolve.resolve).servers) == 1


def test_a_wrong_password(vaulted: Folder) -> None:
    vaulted.text(".vault-password", "wrong horse")
    fault = vaulted.fault(resolver=resolve.resolve)
    assert fault.file == str(VAULT_FILE)
    assert "does not open" in fault.message
    with pytest.raises(UsageError, match="does not open"):
        read_vault(vaulted.path / VAULT_FILE, "wrong horse")


def test_the_password_may_lie_elsewhere(vaulted: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = vaulted.path / "safe" / "password"
    elsewhere.parent.mkdir()
    (vaulted.path / ".vault-password").rename(elsewhere)
    monkeypatch.setenv("BACKBONE_VAULT_PASSWORD_FILE", str(elsewhere))
    assert read_secret(vaulted.path, "s1", "sync_token") == "s3cret"


def test_a_template_without_an_answer_is_a_fault_at_its_line(vaulted: Folder) -> None:
    content = (vaulted.path / "hosts.yml").read_text(encoding="utf-8")
    vaulted.text("hosts.yml", content.replace("{{ short }}", "{{ ansible_hostname }}"))
    fault = vaulted.fault(resolver=resolve.resolve)
    assert fault.key == "backbone_fqdn"
    assert "ansible_hostname" in fault.message
    assert "facts" in fault.repair


def test_ansible_and_our_reading_of_the_files_agree(folder: Folder) -> None:
    """The stand-in for Ansible's answer takes the same value from the same place."""
    folder.yaml(
        "hosts.yml",
        {
            "all": {
                "vars": {"a": "all-inline", "b": "all-inline", "c": "all-inline", "d": "all-inline"},
                "children": {
                    "outer": {
                        "vars": {"b": "outer-inline"},
                        "children": {"inner": {"hosts": {"s1": {"d": "host-inline"}}}},
                    },
                    "zz": {"hosts": {"s1": None}},
                },
            }
        },
    )
    folder.text("group_vars/all.yml", "b: all-file\nc: all-file\ne: 22:00\nf: yes\ng: 0777\nh: 2027-01-01\n")
    folder.text("group_vars/outer.yml", "c: outer-file\ni: outer\nj: outer\n")
    folder.text("group_vars/inner/x.yml", "i: inner\nj: inner\n")
    folder.text("group_vars/zz.yml", "j: zz\n")
    folder.text("host_vars/s1.yml", "k: {l: [1, 2.5, ~, 1_000, y]}\n")
    from provision.inventory import layout

    answered = resolve.resolve(folder.path / "hosts.yml", None).hostvars["s1"]
    ours = layout.read(folder.path / "hosts.yml").values("s1")
    assert ours == answered


@pytest.mark.parametrize("how", ["in the vault", "by a template", "of its own"])
def test_sudos_password_is_read_and_never_shown(vaulted: Folder, how: str) -> None:
    file = vaulted.path / VAULT_FILE
    if how == "of its own":
        closed = vault._library("correct horse").encrypt(b"kata sandi").decode()
        lines = "".join(f"      {line}\n" for line in closed.splitlines())
        (vaulted.path / "host_vars").mkdir()
        (vaulted.path / "host_vars" / "s1.yml").write_text(f"ansible_become_password: !vault |\n{lines}")
    else:
        name = "ansible_become_password" if how == "in the vault" else "vault_sandi"
        write_vault(file, {**read_vault(file, "correct horse"), name: "kata sandi"}, "correct horse")
        if how == "by a template":
            (vaulted.path / "host_vars").mkdir()
            (vaulted.path / "host_vars" / "s1.yml").write_text('ansible_become_password: "{{ vault_sandi }}"\n')
    fleet = vaulted.load(resolver=resolve.resolve)
    assert {one.name: one.connection.become_password for one in fleet.servers}["s1"] == "kata sandi"
    assert "kata sandi" not in repr(fleet)
