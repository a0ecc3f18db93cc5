"""A drill on another host: from what the cluster's server lent and a repository, the cluster itself out of reach."""

from __future__ import annotations

import json
import secrets
import shutil
from typing import Any

import pytest

from provision.operate.compare import judge
from provision.operate.remote.place import MARKS
from tests.drill.conftest import PASSPHRASE
from tests.support.small_cluster import Cluster

LEND = (
    "import json, sys\nfrom provision.operate.remote.away import lend\n"
    "from provision.operate.remote.observe import Short\n"
    "try:\n    print(json.dumps(lend(sys.argv[2], json.loads(sys.argv[1]))))\n"
    "except Short as fault:\n    print(json.dumps(str(fault)))\n"
)


def lent(cluster: Cluster, **more: Any) -> Any:
    """What the cluster's server lends, with how the repository is read."""
    root = cluster.folder / "drill"
    root.mkdir(exist_ok=True)
    (root / MARKS).mkdir(exist_ok=True)
    shutil.chown(root / MARKS, "postgres", "postgres")
    words = json.dumps(cluster.settings(**more)), f"l{secrets.token_hex(6)}"
    told = json.loads(cluster.python(root / "lend.pyz", LEND, *words))
    if isinstance(told, str):
        return told
    config = (
        f"[global]\nrepo1-path={cluster.folder}/repository\nrepo1-cipher-type=aes-256-cbc\n"
        f"repo1-cipher-pass={PASSPHRASE}\nlock-path=@FOLDER@\nspool-path=@FOLDER@\nlog-level-file=off\n"
    )
    return {**told, "config": config, "authority": ""}


def test_the_same_is_proven_without_the_cluster(cluster: Cluster) -> None:
    cluster.sql("CREATE TABLE backbone.jauh AS SELECT generate_series(1, 33) AS id")
    away = lent(cluster)
    cluster.sql("DROP TABLE backbone.jauh")
    # Its WAL leaves by itself; then nobody here can ask the cluster anything any more.
    cluster.pgbackrest("check")
    cluster.control("stop")
    try:
        observed = cluster.drill(away=away, config="/nowhere/pgbackrest.conf")
    finally:
        cluster.control("-l", cluster.folder / "log" / "postgresql.log", "start")
    result = judge("kab", observed)
    assert (result.shortcomings, result.differences) == ((), ())
    assert (result.ok, result.to, result.repo) == (True, "mark", 2)
    assert {table.name: table.restored for table in result.compared}["backbone.jauh"] == 33
    assert {one.name for one in result.controls if one.noticed} == {one.name for one in result.controls}


@pytest.mark.slow
def test_a_row_that_differs_is_seen_from_afar(cluster: Cluster) -> None:
    away = lent(cluster)
    held = away["mark"]["source"]["databases"]["backbone"]["tables"]["backbone.peserta_didik"]
    held[1] = str(int(held[1]) + 1)
    result = judge("kab", cluster.drill(away=away))
    assert not result.ok
    assert any("backbone.peserta_didik" in line for line in result.differences)


def test_a_host_with_another_postgresql_is_refused_beforehand(cluster: Cluster) -> None:
    away = lent(cluster)
    away["facts"]["server_version"] = "9.6.24"
    refused = cluster.refusal(away=away)
    assert "the backups are of PostgreSQL 9, which this machine does not have" in refused
    assert "it has: " in refused


def test_a_moment_that_nobody_marked_is_not_lent(cluster: Cluster) -> None:
    assert "was not marked" in lent(cluster, to="2020-01-01T00:00:00Z")


def test_a_kept_mark_is_lent_as_it_is(cluster: Cluster) -> None:
    made = lent(cluster)
    name = made["mark"]["mark"]["restore_point"].removeprefix("backbone-drill-")
    again = lent(cluster, to=name)
    assert again["mark"] == made["mark"]
    assert again["segment"] == ""
