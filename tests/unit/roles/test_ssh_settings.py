"""Who root may log in as: never more than the provisioning needs, and never what the server had closed."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from provision.paths import playbooks_dir, roles_dir
from tests.unit.roles.taskbook import rendered

pytestmark = pytest.mark.needs_ansible

yaml = YAML(typ="safe")


def wired(**inventory: Any) -> str:
    wiring = yaml.load(playbooks_dir() / "wiring" / "ssh.yml")
    return str(rendered(wiring["ssh_root_login"], **inventory))


@pytest.mark.parametrize(
    ("inventory", "login"),
    [
        ({"ansible_user": "backbone"}, "no"),
        ({"ansible_user": "root"}, "prohibit-password"),
        ({}, "prohibit-password"),
        ({"ansible_connection": "local"}, "as-found"),
        ({"ansible_connection": "local", "ansible_user": "sri"}, "no"),
    ],
)
def test_root_logs_in_only_where_the_provisioning_does(inventory: dict[str, Any], login: str) -> None:
    assert wired(**inventory) == login
    choices = yaml.load(roles_dir() / "ssh" / "meta" / "argument_specs.yml")["argument_specs"]["linux"]["options"]
    assert login in choices["ssh_root_login"]["choices"]


@pytest.mark.parametrize(
    ("wish", "now", "then"),
    [
        ("as-found", "no", "no"),
        ("as-found", "without-password", "prohibit-password"),
        ("as-found", "yes", "prohibit-password"),
        ("no", "yes", "no"),
        ("prohibit-password", "no", "prohibit-password"),
    ],
)
def test_what_the_server_has_closed_stays_closed(wish: str, now: str, then: str) -> None:
    told = {"stdout_lines": ["port 22", f"permitrootlogin {now}"]}
    wanted = yaml.load(roles_dir() / "ssh" / "vars" / "main.yml")["__ssh_root"]
    assert rendered(wanted, ssh_root_login=wish, __ssh_now=told) == then
