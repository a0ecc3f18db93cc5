"""Whole runs from the reference source into the SQL Server store and its stand-in; no server of that kind is here.

What arrives is compared with the source by its own counts and digests: by entity, and by kecamatan and semester.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backbone_sync import __version__, dictionary, grant, wire
from backbone_sync import config as configs
from backbone_sync.client import Client
from backbone_sync.engine import Engine
from backbone_sync.results import RunResult
from backbone_sync.store_sqlserver.store import SqlServerStore
from provision.lab.source import account, schema
from provision.lab.source.generate import Size, generate
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.sqlserver_standin import Server, known

WORDS = dictionary.load()
GRANT = grant.make(WORDS)
BOTH = ("kecamatan", "semester")
Once = Callable[..., RunResult]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few schools are enough: the stand-in checks every value."""
    data = tmp_path_factory.mktemp("few") / "data.db"
    generate(data, Size(schools=4, students=120, gone=3, doubtful=2), seed=7, region="33.74")
    return data


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(known(WORDS, [GRANT]))
    yield made
    made.rows.close()


@pytest.fixture
def once(server: Server, source: Source, credentials: Path, certificate: tuple[Path, Path]) -> Once:
    settings = configs.Config(
        region="33.74",
        source=configs.Source(
            url=f"https://127.0.0.1:{source.server_address[1]}",
            ca_file=str(certificate[0]),
            credentials=str(credentials),
            page_limit=50,
            read_timeout=5.0,
            retries=2,
        ),
        database="",
        grant=GRANT,
    )

    def run(full: bool = False) -> RunResult:
        store = SqlServerStore(server.connect(), WORDS)
        try:
            client = Client(settings, __version__, sleep=lambda _: None)
            return Engine(settings, WORDS, client, store).run(full=full)
        finally:
            store.close()

    return run


def cells(server: Server, entity: str) -> dict[tuple[str, str], tuple[int, str | None]]:
    store = SqlServerStore(server.connect(), WORDS)
    try:
        return {(c.kecamatan, c.semester): (c.live, c.digest) for c in store.breakdown(WORDS, WORDS[entity])}
    finally:
        store.close()


def at_source(data: Path) -> wire.Totals:
    connection = schema.connect(data)
    try:
        return wire.totals(account.totals(connection, "33.74", (), BOTH), "33.74")
    finally:
        connection.close()


def same(server: Server, data: Path) -> int:
    """Every part of every entity is the source's; how many parts there were."""
    parts = 0
    for name, total in at_source(data).entities.items():
        here = cells(server, name)
        if total.groups is None:
            assert sum(live for live, _ in here.values()) == total.live, name
            assert {d for _, d in here.values()} <= {total.digest}, name
            continue
        there = {(g.kecamatan or "", g.semester or ""): (g.live, g.digest) for g in total.groups}
        assert here == there, name
        parts += len(there)
    return parts


def test_everything_arrives_and_stays_the_sources(once: Once, server: Server, data: Path) -> None:
    first = once()
    assert first.green, {n: (r.error, r.balance) for n, r in first.entities.items() if not r.green}
    assert same(server, data) > 10
    quiet = once()
    assert quiet.green
    assert sum(r.counts.created + r.counts.updated + r.counts.deleted for r in quiet.entities.values()) == 0
    mutate(data, "peserta_didik", change=7, delete=2, add=3, seed=1)
    mutate(data, "rombongan_belajar", delete=1, seed=1)
    changed = once()
    assert changed.green, changed.first_error
    students = changed.entities["peserta_didik"].counts
    assert (students.created, students.updated, students.deleted) == (3, 7, 2)
    assert same(server, data) > 10
    # A class that went leaves rows that lead nowhere: found, and kept.
    assert any(o.orphans for o in changed.orphans if o.reference == "rombongan_belajar")
    whole = once(full=True)
    assert whole.green, whole.first_error
    assert all(r.counts.created + r.counts.updated + r.counts.conflicts == 0 for r in whole.entities.values())
    assert same(server, data) > 10
    # What a default grant leaves out is kept out by the tables themselves.
    assert "[backbone].[not_granted_peserta_didik]" in server.constraints
    assert server.query("SELECT count(nik), count(nama) > 0 FROM backbone.peserta_didik") == [(0, 1)]
    assert server.query("SELECT count(*) FROM staging.peserta_didik") == [(0,)]


def test_a_row_that_changed_in_the_store_alone_is_found_in_its_part(once: Once, server: Server, data: Path) -> None:
    assert once().green
    there = cells(server, "ruang")
    server.rows.execute(
        "UPDATE backbone.ruang SET last_update = replace(last_update, '000+00:00', '001+00:00')"
        " WHERE id_ruang = (SELECT min(id_ruang) FROM backbone.ruang)"
    )
    here = cells(server, "ruang")
    assert len([part for part in there if there[part] != here[part]]) == 1
    assert {part: live for part, (live, _) in there.items()} == {part: live for part, (live, _) in here.items()}
