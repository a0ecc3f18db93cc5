"""Which backup, which moment, which repository: a drill goes where it is told, and says so where it cannot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from provision.operate.compare import judge
from provision.operate.remote.place import MARKS
from tests.support.small_cluster import Cluster


@pytest.fixture(scope="module")
def later(cluster: Cluster) -> Iterator[tuple[float, str]]:
    """A moment long before now, then rows that came and rows that went, and a second backup; the backup's label."""
    cluster.sql("SELECT backbone_ops.write_canary('before the moment')")
    time.sleep(2.5)
    at = time.time()
    time.sleep(2.5)
    cluster.sql("SELECT backbone_ops.write_canary('after the moment')")
    cluster.sql("CREATE TABLE backbone.kelak AS SELECT generate_series(1, 77) AS id")
    cluster.pgbackrest("--type=diff", "backup")
    yield at, cluster.labels()[-1]
    cluster.sql("DROP TABLE backbone.kelak")


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def test_a_bare_moment_is_restored_exactly_and_never_green(cluster: Cluster, later: tuple[float, str]) -> None:
    at, second = later
    result = judge("here", cluster.drill(to=iso(at)))
    # All but the comparison held: the canary before the moment is there, the one after it is not.
    assert len(result.shortcomings) == 1
    assert result.shortcomings[0].startswith("not compared")
    assert (result.ok, result.to, result.identical) == (False, "time", False)
    assert result.canary_before_present
    assert result.canary_after_absent
    assert result.backup != second
    assert "backbone.kelak" not in {table.name for table in result.compared}


def test_a_kept_mark_is_compared_with_what_was_seen_then(cluster: Cluster, later: tuple[float, str]) -> None:
    mark = sorted((cluster.folder / "drill" / MARKS).glob("*.json.gz"))
    held = cluster.drill(backup=later[1])
    assert (judge("here", held).ok, held["backup"]["type"]) == (True, "diff")
    made = [path for path in (cluster.folder / "drill" / MARKS).glob("*.json.gz") if path not in mark]
    name = made[0].name.split(".")[0]
    cluster.sql("DELETE FROM backbone.kelak WHERE id > 70")
    result = judge("here", cluster.drill(to=name))
    assert (result.shortcomings, result.differences) == ((), ())
    assert (result.ok, result.to) == (True, "mark")
    assert {table.name: table.restored for table in result.compared}["backbone.kelak"] == 77
    # The same mark by its second, as a person reads it from a table.
    assert judge("here", cluster.drill(to=iso(int(held["mark"]["at"])))).to == "mark"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"to": "2020-01-01T00:00:00Z"}, "no backup ended before that moment: the earliest that can be restored is 20"),
        ({"to": "2999-01-01T00:00:00Z"}, "2999-01-01T00:00:00Z has not come yet"),
        ({"to": "kemarin"}, "kemarin is neither a moment nor a mark"),
        ({"backup": "20200101-000000F"}, "the repository holds no sound backup 20200101-000000F; there are: 20"),
        ({"repo": 2}, "knows no repository 2"),
    ],
)
def test_what_cannot_be_restored_is_refused_before_anything_is_touched(
    cluster: Cluster, settings: dict[str, object], said: str
) -> None:
    canaries = cluster.sql("SELECT count(*) FROM backbone_ops.canary")
    refused = cluster.refusal(**settings)
    assert said in refused
    assert cluster.sql("SELECT count(*) FROM backbone_ops.canary") == canaries


def test_a_backup_that_ended_after_the_moment_is_refused(cluster: Cluster, later: tuple[float, str]) -> None:
    assert "after the moment that was asked for" in cluster.refusal(to=iso(later[0]), backup=later[1])
