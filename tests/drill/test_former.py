"""The repository of a former passphrase is put aside while the database writes: no WAL is lost or misplaced."""

from __future__ import annotations

import re
import subprocess
import threading
import time

import pytest

from tests.drill.conftest import PASSPHRASE, QUEUE_MB
from tests.support.small_cluster import Cluster
from tests.unit.roles.taskbook import named, rendered

pytestmark = pytest.mark.needs_ansible
PATIENCE = 20
SEGMENT = re.compile(r"[0-9A-F]{24}(?=-)")


def put_aside(cluster: Cluster, patience: int = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Run the stage's own shell on the test's repository."""
    folder = cluster.folder
    variables = {
        "backup_repository": f"{folder}/repository",
        "backup_second_host": "",
        "__backup_lock": f"{folder}/lock/backbone.lock",
        "__backup_patience": str(patience),
        "__backup_pushing": f"^pgbackrest .*--config={folder}/pgbackrest.conf .*archive-push",
        "__backup_writers": f"runuser -u postgres -- pgbackrest --no-config --lock-path={folder}/lock --stanza=main",
    }
    shell = named("backup", "former", "Put it aside")["ansible.builtin.shell"]["cmd"]
    return subprocess.run(["/bin/sh", "-c", rendered(shell, **variables)], capture_output=True, text=True)


def segments(cluster: Cluster, place: str) -> list[int]:
    """The numbers of the WAL segments in an archive, by 16 MB from the cluster's beginning."""
    found = (cluster.folder / "repository" / place).rglob("*-*")
    names = sorted({one[0] for file in found if (one := SEGMENT.match(file.name))})
    return [int(name[8:16], 16) * 256 + int(name[16:], 16) for name in names]


def test_nothing_is_moved_while_a_backup_or_wal_is_on_its_way(apart: Cluster) -> None:
    repository = apart.folder / "repository"
    before = sorted(one.name for one in repository.iterdir())
    lock = apart.folder / "lock" / "backbone.lock"
    with subprocess.Popen(["flock", str(lock), "sh", "-c", "echo held; exec cat"], stdin=-1, stdout=-1) as backup:
        assert backup.stdout
        assert backup.stdout.readline() == b"held\n"
        done = put_aside(apart, patience=1)
        backup.communicate()
    assert (done.returncode, "A backup is being made" in done.stderr) == (1, True), done.stderr
    # As the archive command's background process, which has passed the test for the stop file.
    named_so = f"pgbackrest --exec-id=1 --config={apart.folder}/pgbackrest.conf --stanza=main archive-push:async"
    with subprocess.Popen(["runuser", "-u", "postgres", "--", "bash", "-c", f"exec -a '{named_so}' sleep 60"]) as push:
        time.sleep(0.5)
        done = put_aside(apart, patience=2)
        subprocess.run(["pkill", "-P", str(push.pid)], check=True)
    assert (done.returncode, "WAL is still being archived" in done.stderr) == (1, True), done.stderr
    assert sorted(one.name for one in repository.iterdir()) == before
    assert not (apart.folder / "lock" / "main.stop").exists(), "pgBackRest may write again"
    apart.pgbackrest("check")


def test_no_wal_is_lost_and_none_is_written_between_the_two(apart: Cluster) -> None:
    config = apart.folder / "pgbackrest.conf"
    # The bound past which WAL is dropped is there for full disks, not for this test's haste.
    config.write_text(config.read_text().replace(f"queue-max={QUEUE_MB}MB", "queue-max=10GB"))
    apart.pgbackrest("check")
    first, over = segments(apart, "archive")[0], threading.Event()

    def write() -> None:
        while not over.is_set():
            apart.sql("SELECT pg_switch_wal() FROM pg_logical_emit_message(true, 'test', repeat('x', 100000))")
            time.sleep(0.1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(2)
        done = put_aside(apart)
        assert done.returncode == 0, done.stderr
        time.sleep(2)  # the archive command goes on trying, by the old passphrase still
        assert [one.name for one in (apart.folder / "repository").iterdir()] == ["former"]
        config.write_text(config.read_text().replace(PASSPHRASE, "another passphrase"))
        made = named("backup", "repository", "Make the stanza")
        for _attempt in range(made["retries"]):
            create = ("pgbackrest", f"--config={config}", "--stanza=main", "stanza-create")
            if (done := apart.as_postgres(*create, check=False)).returncode == 0:
                break
            time.sleep(made["delay"])
        assert done.returncode == 0, done.stdout
    finally:
        over.set()
        writer.join()
    apart.pgbackrest("--type=full", "backup")
    apart.pgbackrest("check")
    former, new = segments(apart, "former/archive"), segments(apart, "archive")
    assert set(range(first, new[-1] + 1)) == {*former, *new}
    assert former
    assert new
    assert apart.labels()
