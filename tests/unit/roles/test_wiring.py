"""Wiring, argument specification and defaults of a role name the same public variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
ROLES = ("vpn", "antivirus", "gateway", "monitoring", "notify", "audit")


def read(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text())


@pytest.mark.parametrize("role", ROLES)
def test_every_public_variable_is_specified_and_wired(role: str) -> None:
    specified = read(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]
    linux = specified["linux"]["options"]
    assert specified["windows"]["options"] == linux
    wired = set(read(ROOT / "provision" / "playbooks" / "wiring" / f"{role}.yml"))
    assert {name for name in wired if not name.startswith("__")} == set(linux)
    defaults = read(ROOT / "roles" / role / "defaults" / "main.yml")
    assert set(defaults) <= set(linux)
    for name, option in linux.items():
        if "default" in option:
            assert defaults[name] == option["default"], name
        else:
            assert name in defaults or option.get("required"), name
    assert all(name.startswith(f"{role}_") for name in linux)


@pytest.mark.parametrize("role", ROLES)
def test_secrets_are_never_shown(role: str) -> None:
    linux = read(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["linux"]["options"]
    wiring = read(ROOT / "provision" / "playbooks" / "wiring" / f"{role}.yml")
    for name, value in wiring.items():
        if "backbone_secret_" in str(value):
            assert linux[name]["no_log"] is True, name


@pytest.mark.parametrize("role", ROLES)
def test_every_managed_template_says_who_manages_it(role: str) -> None:
    for template in (ROOT / "roles" / role / "templates").iterdir():
        if template.name != "sandbox.j2":
            assert f"Managed by Backbone Daerah (stage {role})".lower() in template.read_text().lower().replace(
                "'managed': 'backbone", "managed by backbone"
            ).replace('"managed": "backbone', "managed by backbone"), template
