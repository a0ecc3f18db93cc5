"""When the stage patching installs updates itself: on a new server, and on one whose last run is too old."""

from __future__ import annotations

import time

import pytest
from ruamel.yaml import YAML

from checks.patching import LIST_DAYS
from provision.paths import playbooks_dir, roles_dir
from tests.unit.roles.taskbook import holds, named, rendered, tasks

pytestmark = pytest.mark.needs_ansible

yaml = YAML(typ="safe")
DAY = 86400


def overdue(stat: dict[str, object]) -> bool:
    task = named("patching", "apt", "Bring a server up to date that is new, or was off for long")
    variables = yaml.load(roles_dir() / "patching" / "vars" / "main.yml")
    given = {"__patching_ran": {"stat": stat}, "patching_max_age_days": LIST_DAYS}
    # What is passed to included tasks would go on holding in them, and hide what they find afterwards.
    assert "vars" not in task
    return holds(task["when"], __patching_overdue=rendered(variables["__patching_overdue"], **given))


def test_updates_are_installed_where_the_control_would_be_red() -> None:
    assert overdue({"exists": False})
    assert overdue({"exists": True, "mtime": time.time() - (LIST_DAYS + 0.1) * DAY})
    assert not overdue({"exists": True, "mtime": time.time() - (LIST_DAYS - 0.1) * DAY})


def test_the_stage_holds_to_the_limit_of_the_control() -> None:
    assert yaml.load(playbooks_dir() / "wiring" / "patching.yml")["patching_max_age_days"] == LIST_DAYS


def test_the_evidence_is_looked_at_again_after_the_run() -> None:
    run = named("patching", "first", "Install the updates")
    after = [task for task in tasks("patching", "first") if task.get("register") == "__patching_ran"]
    assert len(after) == 1
    order = tasks("patching", "first")
    require = named("patching", "first", "Require the evidence")
    assert order.index(run) < order.index(after[0]) < order.index(require)
    assert require["ansible.builtin.assert"]["that"] == "not __patching_overdue"


def test_a_run_that_is_due_is_not_kept_from_running_by_an_older_one() -> None:
    run = named("patching", "first", "Install the updates")
    assert "creates" not in run["ansible.builtin.command"]
    order = [task["name"] for task in tasks("patching", "first")]
    assert order.index("Forget when updates were last tried") < order.index("Install the updates")
