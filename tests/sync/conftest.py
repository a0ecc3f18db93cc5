"""A throwaway PostgreSQL cluster and the reference source over real TLS, for tests of the whole engine."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backbone_sync import __version__, dictionary
from backbone_sync import config as configs
from backbone_sync.privacy import grant
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.sources.client import Client
from backbone_sync.sources.source_contract import Contract
from backbone_sync.sources.source_files import FileDrop, Files
from backbone_sync.stores.store import Store
from provision.lab.source.generate import generate
from provision.lab.source.serve import Source
from tests.support.bundles import DROPPED, Maker, key_pair
from tests.support.certificates import self_signed
from tests.support.cluster import Cluster
from tests.support.foreign import emptied
from tests.support.foreign_world import World
from tests.support.gateway import ENTITIES as OF_GATEWAY
from tests.support.gateway import STUDENTS, Gateway
from tests.support.odd_http import served
from tests.support.pages_source import KEY, PASSWORD, STUDENT_KEY, USER, PagesApi
from tests.support.sync_world import PAGE, SECRET, SIZE, Run


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """The socket directory of a running cluster; trust on the socket, no TCP."""
    with Cluster.made() as made:
        yield made.home


@pytest.fixture
def database(cluster: Path) -> Iterator[str]:
    """The conninfo of an empty database owned by the service's role."""
    admin = f"host={cluster} user=postgres dbname=postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'backbone_sync'").fetchone()
        if not row:
            connection.execute("CREATE ROLE backbone_sync LOGIN NOSUPERUSER")
            connection.execute("CREATE ROLE backbone_analyst NOLOGIN; CREATE ROLE backbone_audit NOLOGIN")
            connection.execute("CREATE ROLE backbone_reader NOLOGIN; CREATE ROLE siti LOGIN; CREATE ROLE budi LOGIN")
            connection.execute("GRANT backbone_analyst TO siti; GRANT backbone_reader TO budi")
        connection.execute("DROP DATABASE IF EXISTS backbone WITH (FORCE)")
        connection.execute("CREATE DATABASE backbone OWNER backbone_sync")
        connection.execute("ALTER DATABASE backbone SET log_min_messages = 'log'")
        connection.execute("ALTER DATABASE backbone SET pgaudit.role = 'backbone_audit'")
    yield f"host={cluster} user=backbone_sync dbname=backbone"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS backbone WITH (FORCE)")


@pytest.fixture(scope="module")
def foreign_database(cluster: Path) -> Iterator[str]:
    """One database for a module's tests with foreign sources; `tests.support.foreign.emptied` makes it empty."""
    admin = f"host={cluster} user=postgres dbname=postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS abroad WITH (FORCE)")
        connection.execute("CREATE DATABASE abroad")
    conninfo = f"host={cluster} user=postgres dbname=abroad"
    store = Store(conninfo)
    store.migrate(dictionary.load(), ("ref.mst_wilayah",))
    store.close()
    yield conninfo
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE abroad WITH (FORCE)")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The credentials directory that both sides read."""
    folder = tmp_path_factory.mktemp("credentials")
    (folder / "client_id").write_text("semarang\n")
    (folder / "token").write_text(SECRET + "\n")
    return folder


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated data file that nobody changes."""
    data = tmp_path_factory.mktemp("source") / "data.db"
    generate(data, SIZE, seed=7, region="33.74")
    for extra in ("-wal", "-shm"):
        assert not Path(f"{data}{extra}").exists()
    return data


@pytest.fixture
def data(pristine: Path, tmp_path: Path) -> Path:
    """A data file of this test's own."""
    return Path(shutil.copy(pristine, tmp_path / "data.db"))


@pytest.fixture
def source(data: Path, credentials: Path, certificate: tuple[Path, Path]) -> Iterator[Source]:
    """The reference source, serving `data` over TLS on a free port."""
    made = Source(("127.0.0.1", 0), data, credentials, *certificate)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)


@pytest.fixture
def config(source: Source, database: str, credentials: Path, certificate: tuple[Path, Path]) -> configs.Config:
    """A configuration for the test's source and database; small pages so that there are many."""
    return configs.Config(
        region="33.74",
        source=Contract(
            url=f"https://127.0.0.1:{source.server_address[1]}",
            ca_file=str(certificate[0]),
            credentials=str(credentials),
            page_limit=PAGE,
            read_timeout=5.0,
            retries=2,
        ),
        database=database,
        grant=grant.make(dictionary.load()),
    )


@pytest.fixture
def run(config: configs.Config) -> Run:
    """Runs the engine once, with no pauses; keywords change the configuration, `source_` ones its source."""

    def once(full: bool = False, **changes: object) -> RunResult:
        of_source = {k[7:]: v for k, v in changes.items() if k.startswith("source_")}
        rest = {k: v for k, v in changes.items() if not k.startswith("source_")}
        made = dataclasses.replace(config, source=dataclasses.replace(config.source, **of_source), **rest)
        store = Store(made.database)
        try:
            client = Client(made, __version__, sleep=lambda _: None)
            return Engine(made, dictionary.load(), client, store).run(full=full)
        finally:
            store.close()

    return once


@pytest.fixture(scope="session")
def drop_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with signers/pusat.pem, its private key, and a stranger's."""
    folder = tmp_path_factory.mktemp("keys")
    key_pair(folder, "pusat")
    stranger = folder / "elsewhere"
    stranger.mkdir()
    key_pair(stranger, "stranger")
    return folder


@pytest.fixture
def drop_config(database: str, tmp_path: Path, drop_keys: Path) -> configs.Config:
    drop = tmp_path / "drop"
    drop.mkdir()
    files = Files(str(drop), str(drop_keys / "signers"), settle=timedelta(0), page_limit=500)
    return configs.Config(region="33.74", source=files, database=database, grant=DROPPED)


@pytest.fixture
def maker(drop_config: configs.Config, tmp_path: Path, data: Path, drop_keys: Path) -> Maker:
    return Maker(tmp_path, tmp_path / "drop", drop_keys / "pusat.key", data, DROPPED.entities)


@pytest.fixture
def drop_run(drop_config: configs.Config) -> Run:
    def once(source: Any = None, **changes: Any) -> RunResult:
        made = dataclasses.replace(drop_config, **changes)
        with closing(Store(made.database)) as store, closing(source or FileDrop(made, dictionary.load())) as drop:
            return Engine(made, dictionary.load(), drop, store).run()

    return once


@pytest.fixture
def gate(foreign_database: str, certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[Gateway]:
    """An API with 70 students in three districts, and an empty database."""
    emptied(foreign_database)
    api = PagesApi().filled(STUDENTS)
    world = World(foreign_database, tmp_path, OF_GATEWAY)
    world.secret(username=USER, password=PASSWORD, api_key=KEY, api_key_siswa=STUDENT_KEY)
    with served(api.answer, certificate) as url:
        yield Gateway(api, world, url, certificate[0])
