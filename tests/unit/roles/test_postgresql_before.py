"""What an adopted cluster had is kept before it is replaced: once, for root alone, and not when it is ours already."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.taskbook import rendered, tasks

pytestmark = pytest.mark.needs_ansible

THEIRS = "host all all 0.0.0.0/0 md5\n"
OURS = "# managed\nlocal   all  all  peer map=backbone\n"


class Cluster:
    """The files of a cluster, and the place where they are kept."""

    def __init__(self, root: Path, rules: str) -> None:
        self.etc, self.data, self.before = root / "etc", root / "data", root / "before"
        for folder in (self.etc, self.data, self.before):
            folder.mkdir()
        (self.etc / "pg_hba.conf").write_text(rules)
        (self.etc / "postgresql.conf").write_text("port = 5432\n")
        (self.data / "postgresql.auto.conf").write_text("work_mem = '1GB'\n")

    def keep(self) -> dict[str, str]:
        [task] = [one for one in tasks("postgresql", "cluster") if one["name"].startswith("Keep a copy")]
        places: dict[str, Any] = {
            "__postgresql_before": str(self.before),
            "__postgresql_etc": str(self.etc),
            "__postgresql_data": str(self.data),
        }
        script = rendered(task["ansible.builtin.shell"]["cmd"], **places)
        assert rendered(task["ansible.builtin.shell"]["creates"], **places) == f"{self.before}/README"
        if not (self.before / "README").exists():
            subprocess.run(["/bin/sh", "-c", str(script)], check=True)
        return {path.name: path.read_text() for path in self.before.iterdir() if path.name != "README"}


def test_rules_and_settings_of_others_are_kept_once(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, THEIRS)
    kept = {"pg_hba.conf": THEIRS, "postgresql.conf": "port = 5432\n", "postgresql.auto.conf": "work_mem = '1GB'\n"}
    assert cluster.keep() == kept
    modes = {stat.S_IMODE(path.stat().st_mode) for path in cluster.before.iterdir()}
    assert modes == {0o600}
    (cluster.etc / "pg_hba.conf").write_text(OURS)
    assert cluster.keep() == kept


def test_a_cluster_that_is_ours_already_has_nothing_to_keep(tmp_path: Path) -> None:
    assert Cluster(tmp_path, OURS).keep() == {}


def test_it_is_kept_before_it_is_replaced() -> None:
    for file, replaces in (
        ("cluster", "Write the settings, and who may log in"),
        ("data", "Bring roles and databases in line"),
    ):
        order = [task["name"].split(" of ")[0] for task in tasks("postgresql", file)]
        keeps = next(number for number, name in enumerate(order) if name.startswith("Keep a copy"))
        assert keeps < next(number for number, name in enumerate(order) if name.startswith(replaces))
