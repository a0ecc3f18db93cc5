"""Reads the tasks of roles, so that what a task would do on a server is tried without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from provision import paths
from provision.paths import roles_dir


def flat(tasks: Any) -> Iterator[dict[str, Any]]:
    """Every task of a tasks file in its order, those in blocks too."""
    for task in tasks or ():
        yield task
        for part in ("block", "rescue", "always"):
            yield from flat(task.get(part))


def tasks(role: str, file: str) -> list[dict[str, Any]]:
    """The tasks of roles/<role>/tasks/<file>.yml, flat."""
    return list(flat(YAML(typ="safe").load(roles_dir() / role / "tasks" / f"{file}.yml")))


def named(role: str, file: str, name: str) -> dict[str, Any]:
    """The one task with that name."""
    [task] = [one for one in tasks(role, file) if one["name"] == name]
    return task


def holds(conditions: Any, **variables: Any) -> bool:
    """Whether a task's `when` (one condition or a list) holds, as Ansible judges it."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar, trust_as_template

    templar = Templar(DataLoader(), variables=variables)
    listed = conditions if isinstance(conditions, list) else [conditions]
    return all(templar.evaluate_conditional(trust_as_template(str(one))) for one in listed)


def rendered(text: str, **variables: Any) -> Any:
    """What Ansible makes of a template."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar, trust_as_template

    trusted = {name: trust_as_template(value) if isinstance(value, str) else value for name, value in variables.items()}
    return Templar(DataLoader(), variables=trusted).template(trust_as_template(text))


def one_step(folder: Path, module: str, step: Mapping[str, Any], *words: str, **keywords: Any) -> dict[str, Any]:
    """The result of one step of the role `small` in `folder`/roles, run by the real Ansible on this machine."""
    tasks = [{"name": "Take the step", module: dict(step), **keywords}]
    (folder / "roles" / "small" / "tasks").mkdir(parents=True, exist_ok=True)
    YAML().dump(tasks, folder / "roles" / "small" / "tasks" / "main.yml")
    play = [{"hosts": "localhost", "gather_facts": False, "vars": {"who": "siti", "wanted": True}, "roles": ["small"]}]
    YAML().dump(play, folder / "play.yml")
    environment = {
        **os.environ,
        "ANSIBLE_LIBRARY": ":".join(str(folder) for folder in paths.roles_dir().glob("*/library")),
        "ANSIBLE_ACTION_PLUGINS": str(paths.playbooks_dir() / "action_plugins"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    }
    command = [Path(sys.executable).with_name("ansible-playbook"), "-c", "local", folder / "play.yml", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert "{" in done.stdout, done.stderr
    told = json.loads(done.stdout[done.stdout.index("{") :])
    found: dict[str, Any] = told["plays"][0]["tasks"][0]["hosts"]["localhost"]
    return found
