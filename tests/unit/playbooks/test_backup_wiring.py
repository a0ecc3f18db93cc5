"""The second repository as the inventory names it: what the stage gets, and that the controller means the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision.onboard.repository import server_secret
from tests.unit.playbooks.test_wiring import BASE, resolved
from tests.unit.roles.taskbook import rendered

pytestmark = pytest.mark.needs_ansible

SECRETS = {
    "backbone_secret_backup_second_passphrase": "the second passphrase",
    "backbone_secret_backup_second_key": "k" * 64,
    "backbone_secret_state_passphrase": "the state's passphrase",
}
HOSTS: dict[str, dict[str, Any]] = {
    "none": {**SECRETS},
    "Data_Kab": {**SECRETS, "backbone_backup_second": {"host": "arsip.example", "keep_full": 2}},
    "cloud": {
        **SECRETS,
        "backbone_backup_second": {
            "kind": "s3",
            "host": "s3.example",
            "bucket": "backbone",
            "access_key": "AKIA1",
            "region": "id-1",
            "uri_style": "host",
        },
    },
    "own-ca": {
        **SECRETS,
        "backbone_backup_second": {"kind": "s3", "host": "s3.example", "port": 9000, "bucket": "b", "access_key": "k"},
        "backbone_backup_second_ca": "other.pem",
    },
}
NAMES = ("host", "port", "bucket", "region", "uri_style", "access_key", "key", "ca", "passphrase", "keep_full")
VARIABLES = (*(f"backup_second_{name}" for name in NAMES), "backup_state_passphrase", "backup_host", "backup_time")


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "authority.pem").write_text("our authority")
    (folder / "other.pem").write_text("another authority")
    return resolved(folder, "backup", VARIABLES, {name: BASE | changed for name, changed in HOSTS.items()})


def second(wired: dict[str, Any], host: str) -> dict[str, Any]:
    return {name: wired[host][f"backup_second_{name}"] for name in NAMES}


def test_without_one_no_secret_is_handed_on(wired: dict[str, Any]) -> None:
    found = second(wired, "none")
    assert {name for name in ("host", "bucket", "access_key", "key", "ca", "passphrase") if found[name]} == set()
    assert wired["none"]["backup_state_passphrase"] == ""


def test_a_prepared_machine_knows_each_server_by_a_key_of_its_own(wired: dict[str, Any]) -> None:
    assert second(wired, "Data_Kab") == {
        "host": "arsip.example",
        "port": 9443,
        "bucket": "data_kab",
        "region": "backbone",
        "uri_style": "path",
        "access_key": "data_kab",
        "key": server_secret("k" * 64, "Data_Kab"),
        "ca": "our authority",
        "passphrase": "the second passphrase",
        "keep_full": 2,
    }


def test_another_store_is_told_what_its_owner_handed_out(wired: dict[str, Any]) -> None:
    found = second(wired, "cloud")
    assert (found["port"], found["bucket"], found["access_key"], found["key"]) == (443, "backbone", "AKIA1", "k" * 64)
    assert (found["region"], found["uri_style"], found["ca"]) == ("id-1", "host", "")
    assert (second(wired, "own-ca")["port"], second(wired, "own-ca")["ca"]) == (9000, "another authority")


def test_what_the_stage_manages_follows_from_it(wired: dict[str, Any], tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    from provision.paths import roles_dir

    known = dict(YAML(typ="safe").load(roles_dir() / "backup" / "vars" / "debian.yml"))
    given = {"backup_drill_program": "", "__backup_version": 15}
    own = {name: value for name, value in known.items() if name != "__backup_files" and "{{" not in str(value)}
    own["__backup_etc"] = "/etc/postgresql/15/main"
    for host, count in (("none", 0), ("cloud", 7)):
        files = rendered(known["__backup_files"], **given, **own, **wired[host])
        assert all(path.startswith("/") for path in files), files
        assert len([path for path in files if "second" in path or "state-backup" in path]) == count + (
            4 if count else 0
        )
        assert "/etc/systemd/system/backbone-backup-full.timer" in files
    assert rendered(known["__backup_second_time"], **wired["none"]) == "05:30"
    assert known["__backup_second_packages"] == ["restic"]
