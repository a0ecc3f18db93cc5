"""Reads the tasks of roles, so that what a task would do on a server is tried without one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

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
