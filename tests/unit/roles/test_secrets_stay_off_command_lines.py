"""Ansible puts a task's environment on the remote command line, which sudo logs: no secret may be in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from provision.paths import roles_dir

yaml = YAML(typ="safe")


def secrets(role: str) -> set[str]:
    """The variables that a role's argument specification calls secret, at any depth."""
    found: set[str] = set()

    def walk(options: dict[str, Any]) -> None:
        for name, spec in options.items():
            if spec.get("no_log"):
                found.add(name)
            walk(spec.get("options", {}))

    for entry in yaml.load(roles_dir() / role / "meta" / "argument_specs.yml")["argument_specs"].values():
        walk(entry.get("options", {}))
    return found


def tasks(value: Any) -> Iterator[dict[str, Any]]:
    """Every task of a tasks file, those in blocks too."""
    for task in value or ():
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part))


def test_no_environment_carries_a_secret() -> None:
    seen = 0
    for role in sorted(path.name for path in roles_dir().iterdir() if (path / "meta" / "argument_specs.yml").is_file()):
        hidden = secrets(role)
        seen += len(hidden)
        for file in sorted((roles_dir() / role / "tasks").glob("*.yml")):
            for task in tasks(yaml.load(file)):
                words = str(task.get("environment", "")) + str(task.get("ansible.builtin.command", ""))
                words += str({k: v for k, v in (task.get("ansible.builtin.shell") or {}).items() if k == "cmd"})
                assert not [name for name in hidden if re.search(rf"\b{name}\b", words)], f"{file.name}: {task['name']}"
    assert seen >= 5
