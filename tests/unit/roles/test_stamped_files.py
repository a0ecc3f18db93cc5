"""A stamp holds plain digests of the files that a stage manages: no file of a credential may be among them."""

from __future__ import annotations

import re

import pytest
from ruamel.yaml import YAML

from provision.paths import roles_dir
from tests.unit.roles.taskbook import rendered

pytestmark = pytest.mark.needs_ansible

yaml = YAML(typ="safe")


def test_the_syncs_token_and_client_id_are_not_digested() -> None:
    known = dict(yaml.load(roles_dir() / "sync" / "vars" / "main.yml"))
    wanted = known.pop("__sync_files")
    given = {"sync_source": "bundled", "sync_ca": "PEM", "sync_grant": "version: 1", "sync_signers": {"a.pem": "KEY"}}
    given["sync_store_certificate"] = ""
    known["__sync_beside"] = rendered(
        known["__sync_beside"], **given, **known, sync_reference={"ref.agama.ndjson": "{}"}
    )
    files = rendered(wanted, **given, **known)
    assert "/etc/backbone/grant.yml" in files
    assert {"/etc/backbone/sync-signers/a.pem", "/etc/backbone/sync-reference/ref.agama.ndjson"} <= set(files)
    assert "/etc/backbone/sync.toml" in files
    assert not [path for path in files if "credentials" in path]


def test_no_list_of_managed_files_names_credentials() -> None:
    lists = 0
    for file in roles_dir().glob("*/vars/*.yml"):
        for name, value in (yaml.load(file) or {}).items():
            if re.fullmatch(r"__\w+_files", name):
                lists += 1
                assert "credential" not in str(value), f"{file}: {name}"
    assert lists >= 13
