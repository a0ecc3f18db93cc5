"""The second repository on real pgBackRest: while it is away the database does not notice; back, it lacks nothing."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import pytest

from provision.paths import roles_dir
from tests.support.second_store import Running, running
from tests.support.small_cluster import Cluster

ROLE = roles_dir() / "backup"


def program() -> ModuleType:
    """The stage's own program that sends WAL."""
    loader = importlib.machinery.SourceFileLoader(
        "backbone_archive_second", str(ROLE / "files/backbone-archive-second")
    )
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def second_settings(store: Running, version: str = "2.45") -> str:
    """What the stage writes for this store."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True)
    environment.tests["version"] = lambda value, other, _how: (
        tuple(map(int, value.split("."))) >= tuple(map(int, other.split(".")))
    )
    text = environment.from_string((ROLE / "templates" / "second.conf.j2").read_text()).render(
        ansible_managed="test",
        backup_second_host=store.access.host,
        backup_second_port=store.port,
        backup_second_bucket="kab",
        backup_second_region=store.access.region,
        backup_second_uri_style="path",
        backup_second_access_key="kab",
        backup_second_key=store.access.secret,
        backup_second_ca=True,
        backup_second_passphrase="the second's own passphrase",
        backup_second_keep_full=2,
        __backup_pgbackrest_version=version,
    )
    return text.replace("/etc/pgbackrest/second-ca.pem", f"{store.folder}/authority.pem")


class World:
    """A cluster, its second repository, and the program between them."""

    def __init__(self, cluster: Cluster, stack: ExitStack) -> None:
        self.cluster = cluster
        self.folder = cluster.folder / "second"
        self.stack = stack
        self.store = stack.enter_context(running(self.folder))
        self.folder.chmod(0o755)
        (self.folder / "second.conf").write_text(second_settings(self.store))
        both = (cluster.folder / "pgbackrest.conf").read_text()
        (self.folder / "both.conf").write_text(both + (self.folder / "second.conf").read_text())
        self.state = self.folder / "state"
        self.state.mkdir()
        self.module: Any = program()
        self.module.FIRST, self.module.SECOND = f"{cluster.folder}/pgbackrest.conf", f"{self.folder}/second.conf"

    def sender(self) -> Any:
        """The program, started anew; it runs as root here, and its pgBackRest as postgres."""
        found = self.module.Sender(self.cluster.folder / "repository", self.cluster.folder / "data", self.state)
        inner = found.pgbackrest

        def as_postgres(config: str, *words: str) -> subprocess.CompletedProcess[str]:
            shutil.chown(Path(words[-1]).parent, "postgres")
            run = subprocess.run
            try:
                subprocess.run = lambda command, **how: run(["runuser", "-u", "postgres", "--", *command], **how)
                done: subprocess.CompletedProcess[str] = inner(
                    config, f"--lock-path={self.cluster.folder}/lock", *words
                )
                return done
            finally:
                subprocess.run = run

        found.pgbackrest = as_postgres
        self.state.chmod(0o755)
        return found

    def pgbackrest(self, *words: str) -> str:
        """pgBackRest with both repositories."""
        command = ["pgbackrest", f"--config={self.folder}/both.conf", "--stanza=main", *words]
        return self.cluster.as_postgres(*command).stdout

    @contextmanager
    def sending(self) -> Iterator[None]:
        """The service, at short intervals, while the block runs."""
        sender, ended = self.sender(), threading.Event()

        def send() -> None:
            while not ended.wait(0.5):
                sender.round()

        sender_thread = threading.Thread(target=send)
        sender_thread.start()
        try:
            yield
        finally:
            ended.set()
            sender_thread.join()


def told(state: Path) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in (state / "state").read_text().splitlines())


@pytest.fixture
def world(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        made = World(cluster, stack)
        monkeypatch.setattr(made.module, "AT_ONCE", 1)
        made.pgbackrest("stanza-create")
        yield made
        shutil.rmtree(made.folder)


def rows(cluster: Cluster, count: int, note: str) -> None:
    cluster.sql("CREATE TABLE IF NOT EXISTS second_test (note text, at timestamptz DEFAULT clock_timestamp())")
    cluster.sql(f"INSERT INTO second_test SELECT '{note}' FROM generate_series(1, {count})")


def switch(cluster: Cluster) -> None:
    """End the WAL segment, and wait until the first repository has it."""
    segment = cluster.sql("SELECT pg_walfile_name(pg_current_wal_lsn())")
    cluster.sql("SELECT pg_switch_wal()")
    deadline = time.monotonic() + 60
    while not [*(cluster.folder / "repository").rglob(f"{segment}-*")]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_second_repository_that_was_away_lacks_nothing_afterwards(world: World) -> None:
    cluster = world.cluster
    rows(cluster, 10, "before")
    switch(cluster)
    with world.sending():
        world.pgbackrest("--repo=2", "--type=full", "backup")
    # The store goes away. The database archives as ever: nothing of this is in pg_wal's way.
    world.stack.close()
    sender = world.sender()
    for number in range(3):
        rows(cluster, 10, f"away {number}")
        switch(cluster)
    deadline = time.monotonic() + 30
    while [*(cluster.folder / "data/pg_wal/archive_status").glob("*.ready")]:
        assert time.monotonic() < deadline, "WAL waits in pg_wal"
        time.sleep(0.2)
    assert sender.round() is False
    assert int(told(world.state)["waiting"]) >= 3
    assert told(world.state)["fault"].strip()
    # It is back, the service was killed meanwhile, and starts from what it wrote down.
    with running(world.folder) as store:
        (world.folder / "second.conf").write_text(second_settings(store))
        both = (cluster.folder / "pgbackrest.conf").read_text()
        (world.folder / "both.conf").write_text(both + (world.folder / "second.conf").read_text())
        again = world.sender()
        assert again.round() is True
        assert told(world.state)["waiting"] == "0"
        # A crash between the sending and the note sends twice, which changes nothing.
        lines = world.state.joinpath("sent").read_text().splitlines()
        world.state.joinpath("sent").write_text("\n".join(lines[:-1]) + "\n")
        assert world.sender().round() is True
        # Everything comes back from the second repository alone.
        target = world.folder / "restored"
        target.mkdir(mode=0o700)
        shutil.chown(target, "postgres", "postgres")
        alone = cluster.folder / "second" / "alone.conf"
        alone.write_text(second_settings(store))
        restore = ["pgbackrest", f"--config={alone}", "--stanza=main", f"--pg1-path={target}"]
        cluster.as_postgres(*restore, f"--lock-path={cluster.folder}/lock", "--log-path=/tmp", "restore")
        start = ["-o", f"-c archive_mode=off -c port=5998 -k {target} -c listen_addresses=''", "-l", target / "log"]
        cluster.as_postgres(cluster.bin / "pg_ctl", "-D", target, "-w", "-t", "120", *start, "start")
        try:
            ask = ["psql", "-XAtq", "-h", target, "-p", "5998", "-d", "backbone", "-c"]
            count = "SELECT note, count(*) FROM second_test GROUP BY note ORDER BY note"
            deadline = time.monotonic() + 60
            while cluster.as_postgres(*ask, "SELECT pg_is_in_recovery()").stdout.strip() == "t":
                assert time.monotonic() < deadline
                time.sleep(0.5)
            found = cluster.as_postgres(*ask, count).stdout.split()
            assert found == ["away", "0|10", "away", "1|10", "away", "2|10", "before|10"]
        finally:
            cluster.as_postgres(cluster.bin / "pg_ctl", "-D", target, "-m", "immediate", "stop")
