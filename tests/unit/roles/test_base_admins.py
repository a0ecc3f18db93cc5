"""Who leaves: in which order, out of which groups, and never somebody who is needed."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from provision.paths import roles_dir
from tests.unit.roles.taskbook import named, rendered, tasks

pytestmark = pytest.mark.needs_ansible


def variable(name: str, **known: Any) -> Any:
    return rendered(YAML(typ="safe").load(roles_dir() / "base" / "vars" / "main.yml")[name], **known)


def test_a_former_administrator_expires_before_the_group_forgets_them() -> None:
    order = [task["name"] for task in tasks("base", "admins")]
    expire = order.index("Let the accounts of those who left expire")
    assert expire < order.index("Take those who left out of the groups that may use sudo")
    assert order.index("Refuse to lock out those who are needed") == 0


def test_those_leave_who_are_not_on_the_list_and_nobody_unnamed() -> None:
    group = {"stdout": "backbone-admins:x:997:sri,lama"}
    admins = [{"name": "sri"}]
    assert variable("__base_former", __base_members=group, base_admins=admins, base_former_admins=[]) == ["lama"]
    named_too = {"__base_members": group, "base_admins": admins, "base_former_admins": ["petugas", "lama"]}
    assert variable("__base_former", **named_too) == ["lama", "petugas"]
    none = {"__base_members": {"stdout": ""}, "base_admins": admins, "base_former_admins": []}
    assert variable("__base_former", **none) == []


def test_they_lose_every_group_that_may_use_sudo_and_keep_the_others() -> None:
    results = [
        {"rc": 0, "item": "petugas", "stdout": "petugas cdrom sudo"},
        {"rc": 0, "item": "lama", "stdout": "lama backbone-admins wheel"},
        {"rc": 1, "item": "nobody-there", "stdout": ""},
    ]
    found = variable("__base_memberships", __base_leaving={"results": results}, base_admin_group="backbone-admins")
    assert [(one["name"], one["group"]) for one in found] == [
        ("petugas", "sudo"),
        ("lama", "backbone-admins"),
        ("lama", "wheel"),
    ]
    assert variable("__base_memberships", __base_leaving={"results": []}, base_admin_group="backbone-admins") == []


@pytest.mark.parametrize(
    ("former", "user", "needed"),
    [(["petugas"], "backbone", []), (["backbone"], "backbone", ["backbone"]), (["sri"], "root", ["sri"])],
)
def test_nobody_who_is_needed_can_be_named(former: list[str], user: str, needed: list[str]) -> None:
    task = named("base", "admins", "Refuse to lock out those who are needed")
    known = {"base_former_admins": former, "base_admins": [{"name": "sri"}], "ansible_user": user}
    assert rendered(task["vars"]["__base_needed"], **known) == needed
