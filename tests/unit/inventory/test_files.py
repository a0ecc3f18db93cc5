"""The files themselves: broken YAML, keys twice, encryption and its password, plain secrets, wrong places."""

from __future__ import annotations

import pytest

from provision.errors import UsageError
from provision.inventory.resolve import CannotResolve

from .conftest import Folder, sound, ssh_key, wireguard_key

VAULTED = "$ANSIBLE_VAULT;1.1;AES256\n3031\n"


def test_no_inventory(folder: Folder) -> None:
    fault = folder.fault()
    assert fault.file == "hosts.yml"
    assert "backbone init" in fault.repair


def test_an_empty_fleet(folder: Folder) -> None:
    folder.text("hosts.yml", "all:\n  hosts:\n")
    assert "no server" in folder.fault().message
    folder.text("hosts.yml", "")
    assert "no server" in folder.fault().message


def test_broken_yaml_names_its_line_and_the_other_files_are_judged_all_the_same(folder: Folder) -> None:
    folder.text("hosts.yml", "all:\n  hosts:\n    s1:\n      ansible_host: 10.0.0.1\n")
    folder.yaml("group_vars/all/site.yml", {**sound(), "backbone_region": "99"})
    folder.text("group_vars/all/ports.yml", "backbone_ports: [\n  {port: 8080,\nbackbone_x: }")

    def refuses(*_: object) -> None:
        raise CannotResolve("bad YAML somewhere")

    faults = folder.faults(resolver=refuses)
    assert ("group_vars/all/ports.yml", 3) in {(fault.file, fault.line) for fault in faults}
    assert "backbone_region" in {fault.key for fault in faults}


def test_a_key_that_is_there_twice(folder: Folder) -> None:
    folder.hosts({})
    folder.yaml("group_vars/all.yml", sound())
    lines = (folder.path / "group_vars/all.yml").read_text().count("\n")
    with (folder.path / "group_vars/all.yml").open("a") as out:
        out.write('backbone_region: "33.74"\n')
    fault = folder.fault()
    assert (fault.file, fault.line, fault.key) == ("group_vars/all.yml", lines + 1, "backbone_region")
    assert "the first is on line" in fault.message


def test_places_follow_ansibles_precedence(folder: Folder) -> None:
    folder.yaml(
        "hosts.yml",
        {
            "all": {
                "vars": {"backbone_tls_days": 1000},
                "children": {
                    "outer": {"children": {"inner": {"hosts": {"s1": sound()}}}},
                },
            }
        },
    )
    assert folder.fault().file == "hosts.yml"
    folder.text("group_vars/all.yml", "backbone_tls_days: 1001\n")
    assert "1001" in folder.fault().message
    folder.text("group_vars/inner/tls.yml", "backbone_tls_days: 1003\n")
    folder.text("group_vars/outer.yml", "backbone_tls_days: 1002\n")
    fault = folder.fault()
    assert (fault.file, "1003" in fault.message) == ("group_vars/inner/tls.yml", True)
    folder.text("host_vars/s1.yml", "backbone_tls_days: 300\n")
    assert folder.load().servers[0].settings.tls_days == 300
    assert folder.load().servers[0].groups == ("all", "outer", "inner")


def test_a_file_for_nobody(folder: Folder) -> None:
    folder.hosts(sound())
    folder.text("host_vars/s11.yml", "backbone_tls_days: 300\n")
    fault = folder.fault()
    assert fault.file == "host_vars/s11.yml"
    assert "rename it to s1" in fault.repair


@pytest.mark.parametrize(
    ("text", "key", "repair"),
    [
        ("all:\n  host:\n    s1:\n", "all.host", "hosts"),
        ("all:\n  hosts:\n    - s1\n", "all.hosts", "name:"),
        ("all:\n  hosts:\n    s[1:3]:\n", "s[1:3]", "each server"),
        ("- s1\n", "", "all:"),
    ],
)
def test_a_structure_that_ansible_would_pass_over(folder: Folder, text: str, key: str, repair: str) -> None:
    folder.text("hosts.yml", text)
    assert any(fault.key == key and repair in fault.repair for fault in folder.faults())


def test_an_encrypted_file_needs_its_password_and_hides_no_other_fault(folder: Folder) -> None:
    folder.hosts({**sound(), "backbone_region": "99"})
    folder.text("group_vars/all/vault.yml", VAULTED)
    faults = folder.faults()
    assert {(fault.file, fault.key) for fault in faults} == {
        (".vault-password", ""),
        ("hosts.yml", "backbone_region"),
    }
    missing = next(fault for fault in faults if fault.file == ".vault-password")
    assert "BACKBONE_VAULT_PASSWORD_FILE" in missing.repair


def test_without_the_password_nothing_is_called_missing_that_the_vault_may_hold(folder: Folder) -> None:
    variables = sound()
    del variables["backbone_sync_url"]
    del variables["backbone_fqdn"]
    folder.hosts(variables)
    folder.text("group_vars/all/vault.yml", VAULTED)
    assert "backbone_fqdn" not in {fault.key for fault in folder.faults()}


def test_a_password_that_others_may_read(folder: Folder) -> None:
    folder.hosts(sound())
    folder.text(".vault-password", "x").chmod(0o644)
    fault = folder.fault()
    assert fault.repair == "run: chmod 600 .vault-password"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("backbone_secret_sync_token: abc", "backbone_secret_sync_token"),
        ("backbone_secret_db_passwords: {app: abc}", "backbone_secret_db_passwords.app"),
        ("ansible_become_password: abc", "ansible_become_password"),
        ("my_api_key: abc", "my_api_key"),
        ("mine: {db: {password: abc}}", "mine.db.password"),
        ("note_text: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  b3Bl\n", "note_text"),
        ("mine: 9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c", "mine"),
        ("mine: dGhpcyBpcyBhIHNlY3JldDEyMzQ1Njc4OTBxd2VydHk", "mine"),
    ],
)
def test_a_secret_in_plain_text_is_found_and_never_repeated(folder: Folder, text: str, key: str) -> None:
    folder.hosts({})
    folder.yaml("group_vars/all/site.yml", sound())
    folder.text("group_vars/all/own.yml", text + "\n")
    fault = folder.fault()
    assert (fault.file, fault.key, fault.line) == ("group_vars/all/own.yml", key, 1)
    assert "plain text" in fault.message
    value = text.split(": ")[-1].strip("{} \n")
    assert value not in fault.as_text()


def test_what_is_no_secret_is_left_alone(folder: Folder) -> None:
    folder.hosts(
        {
            **sound(),
            "backbone_secret_sync_token": "{{ vault_token }}",
            "backbone_admins": [{"name": "sri", "ssh_keys": [ssh_key(n) for n in (1, 7)]}],
            "backbone_vpn_peers": [
                {"name": "a", "public_key": wireguard_key(9), "address": "10.90.0.9", "expires": "2027-01-01"}
            ],
            "backbone_deadman_url": "https://hc.example/0b9e5bb2-4bc8-4e3c-9d3c-2d1b8f6a7c11",
            "remark": "a sentence with many words and no secret in it whatsoever 1234567890",
        }
    )
    folder.load()


def test_an_inline_vaulted_secret_is_no_fault_and_its_name_is_known(folder: Folder) -> None:
    folder.hosts({})
    folder.yaml("group_vars/all/site.yml", sound())
    folder.text(
        "group_vars/all/vault.yml",
        "backbone_secret_stamp_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3031\n",
    )
    assert folder.load().servers[0].secrets == {"stamp_key"}


def test_a_misspelt_secret(folder: Folder) -> None:
    folder.hosts({**sound(), "backbone_secret_synctoken": "{{ x }}"})
    assert folder.fault().repair == "did you mean backbone_secret_sync_token?"


def test_a_limit_means_somebody(folder: Folder) -> None:
    second = {**sound(), "ansible_host": "10.33.74.11", "backbone_fqdn": "b.semarang.example"}
    folder.hosts(sound(), second)
    assert [server.name for server in folder.load("s2").servers] == ["s2"]
    assert [server.name for server in folder.load("all:!s2").servers] == ["s1"]
    assert [server.name for server in folder.load("!s1").servers] == ["s2"]
    with pytest.raises(UsageError, match="no server or group is called s9"):
        folder.load("s9")
    with pytest.raises(UsageError, match="leaves no server"):
        folder.load("s1:!all")
