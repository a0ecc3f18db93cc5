"""The former repository of the backups: when it is deleted, and what the shell that puts it aside comes to."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.unit.roles.taskbook import holds, named, rendered, tasks

pytestmark = pytest.mark.needs_ansible
FULL, FAILED, DIFF = {"type": "full", "error": False}, {"type": "full", "error": True}, {"type": "diff", "error": False}


@pytest.mark.parametrize(
    ("status", "backups", "deletes"),
    [(0, [FULL], True), (0, [FAILED, FULL, DIFF], True), (2, [], False), (0, [FAILED], False), (0, [DIFF], False)],
)
def test_it_is_deleted_only_beside_a_full_backup_without_an_error(
    status: int, backups: list[dict[str, Any]], deletes: bool
) -> None:
    told = json.dumps([{"status": {"code": status}, "backup": backups}])
    answer = {"rc": 0, "stdout": told}
    condition = named("backup", "letgo", "Refuse to delete the only backups")["ansible.builtin.assert"]["that"]
    assert holds(condition, __backup_info=answer) is deletes
    names = [one["name"] for one in tasks("backup", "letgo")]
    assert names.index("Refuse to delete the only backups") < names.index("Delete the former repository")


def test_it_is_let_go_after_the_backups_that_were_due() -> None:
    names = [one["name"] for one in tasks("backup", "linux")]
    assert names.index("Schedule") < names.index("Former repository")
    task = named("backup", "linux", "Former repository")
    assert holds(task["when"], backup_former_passphrase="", ansible_check_mode=False)
    assert not holds(task["when"], backup_former_passphrase="", ansible_check_mode=True)
    assert not holds(task["when"], backup_former_passphrase="kept", ansible_check_mode=False)


@pytest.mark.parametrize("second", ["", "s3.example.id"])
def test_what_waits_for_a_second_repository_goes_there_before_and_after_wal_is_held_back(second: str) -> None:
    variables = {
        "backup_repository": "/srv/a place/repository",
        "backup_second_host": second,
        "__backup_lock": "/run/pgbackrest/backbone.lock",
        "__backup_patience": "60",
        "__backup_pushing": "^pgbackrest .*archive-push",
        "__backup_writers": "pgbackrest",
        "__backup_data": "/data",
        "__backup_second_state": "/state",
    }
    shell = rendered(named("backup", "former", "Put it aside")["ansible.builtin.shell"]["cmd"], **variables)
    subprocess.run(["/bin/sh", "-n", "-c", shell], check=True)
    lines = [line.strip() for line in shell.splitlines()]
    stop, last = lines.index("pgbackrest stop"), lines.index("mv former.new former")
    assert lines.index("flock -w 60 9 || {") < stop
    before, after = (at for at, line in enumerate(lines) if line == "send")
    assert before < stop < after < last
    assert ("--once" in shell, "systemctl stop backbone-archive-second.service" in lines) == (
        bool(second),
        bool(second),
    )
