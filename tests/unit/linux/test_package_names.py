"""Names of packages that docs/platforms.md calls held against Ansible's own collections: they stand there, for RHEL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from provision.paths import roles_dir
from tests.support.linux import systems

pytestmark = pytest.mark.needs_ansible

# What names the package, and the name: tasks and variables of the RHEL family, or what a module says it needs.
HELD = {
    "ca-certificates": "ravendb/ravendb/roles/ravendb_node/tasks/redhat.yml",
    "dnf-plugins-core": "community/general/plugins/modules/copr.py",
    "epel-release": "community/mongodb/roles/mongodb_auth/molecule/default/prepare.yml",
    "openssl": "ravendb/ravendb/roles/ravendb_node/tasks/redhat.yml",
    "python3-libsemanage": "community/zabbix/roles/zabbix_server/tasks/selinux.yml",
    "python3-psycopg2": "community/zabbix/roles/zabbix_server/vars/RedHat.yml",
}


@pytest.mark.parametrize("name", HELD)
def test_a_name_stands_where_the_support_table_says(name: str) -> None:
    spec = find_spec("ansible_collections")
    assert spec is not None
    (collections,) = list(spec.submodule_search_locations or ())
    words = (Path(collections) / HELD[name]).read_text("utf-8").split()
    assert name in words or f"{name}" in [word.strip("'\",") for word in words]
    assert name in systems.PACKAGES["RedHat"]
    row = next(
        line
        for line in (roles_dir().parent / "docs" / "platforms.md").read_text("utf-8").splitlines()
        if line.startswith("|") and f"`{name}`" in line
    )
    assert "unverified" not in row
