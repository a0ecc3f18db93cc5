"""The real restore: the live data is as at the mark, the former cluster is kept, and no halfway end harms."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.operate.compare import judge
from provision.operate.restore import Mark, changes
from tests.drill.conftest import made_cluster
from tests.drill.test_drill import live_state
from tests.support.restoring import Region

SEED = random.randrange(10**6)


@pytest.fixture(scope="module")
def region() -> Iterator[Region]:
    with made_cluster() as cluster:
        yield Region(cluster)


def damage(region: Region) -> str:
    region.cluster.sql(
        "UPDATE backbone.peserta_didik SET nama = 'XXXX'; DELETE FROM backbone.peserta_didik WHERE id > 9"
    )
    return live_state(region.cluster)


def settled(region: Region) -> None:
    """The server takes a while to let anybody in after it was started."""
    for _ in range(100):
        asked = ("psql", "-XAtqh", region.cluster.folder / "socket", "-p", 5999, "-d", "backbone", "-c", "SELECT 1")
        if region.cluster.as_postgres(*asked, check=False).returncode == 0:
            return
        time.sleep(0.3)
    raise AssertionError("the database does not answer")


def test_to_a_mark_and_back_and_again_and_let_go(region: Region) -> None:
    cluster = region.cluster
    sound = live_state(cluster)
    mark = region.marked()
    damaged = damage(region)
    assert damaged != sound
    plan = region.survey(to=mark)["plan"]
    assert (plan["to"], plan["answers"]) == ("mark", True)
    assert live_state(cluster) == damaged, "a plan touches nothing"

    region.noted(to=mark)
    state = region.go()
    assert state
    assert (state["failed"], state["last_wal"]) == (None, "sent")
    assert live_state(cluster) == sound
    assert region.beside() == ["data", "data.before"]
    assert "in_hand" in region.survey(to=mark), "another restore has to wait until this one is settled"

    region.settle("undo")
    settled(region)
    assert live_state(cluster) == damaged
    assert (region.beside(), region.state()) == (["data"], None)

    # The archive now holds a timeline that leads elsewhere; the next restore is not misled by it.
    region.noted(to=mark)
    region.go()
    assert live_state(cluster) == sound
    region.settle("release")
    assert (region.beside(), region.state()) == (["data"], None)
    assert live_state(cluster) == sound
    # Drills go on on the new timeline, also before it has a backup of its own.
    for _ in range(2):
        assert judge("here", cluster.drill()).shortcomings == ()
        cluster.pgbackrest("--type=diff", "backup")
    cluster.pgbackrest("check")


def test_killed_at_any_moment_it_goes_on_or_is_taken_back(region: Region) -> None:
    _killed(region, times=2)


@pytest.mark.slow
def test_killed_at_twenty_moments_it_goes_on_or_is_taken_back(region: Region) -> None:
    _killed(region, times=20)


def _killed(region: Region, times: int) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    cluster = region.cluster
    mark = region.marked()
    sound = live_state(cluster)
    damaged = damage(region)
    region.noted(to=mark)
    began = time.monotonic()
    region.go()
    whole = time.monotonic() - began
    region.settle("undo")
    settled(region)
    for number in range(times):
        region.noted(to=mark)
        after = chance.uniform(0.05, whole)
        state = region.go(kill_after=after)
        assert state, f"{number}: killed after {after:.2f} s"
        if number % 2 and not state.get("undoing"):
            state = region.go()
            assert state
            assert state["failed"] is None, f"{number}: killed after {after:.2f} s"
            assert live_state(cluster) == sound
        region.settle("undo")
        settled(region)
        assert live_state(cluster) == damaged, f"{number}: killed after {after:.2f} s"
        assert (region.beside(), region.state()) == (["data"], None)


def test_a_recovery_that_cannot_reach_its_target_is_taken_back(region: Region) -> None:
    """A WAL segment is gone: the former cluster is back in its place before anybody asks."""
    cluster = region.cluster
    mark = region.marked()
    before = live_state(cluster)
    kept = cluster.folder / "kept"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and int(
        cluster.sql("SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'")
    ):
        time.sleep(0.2)
    newest = max(cluster.folder.glob("repository/archive/main/*/*/*.zst"), key=lambda path: path.stat().st_mtime)
    region.noted(to=mark)
    shutil.move(newest, kept)
    try:
        state = region.go()
    finally:
        shutil.move(kept, newest)
    assert state
    assert (state["failed"]["step"], state["undone"]) == ("recover", True)
    settled(region)
    assert live_state(cluster) == before
    assert region.beside() == ["data"]
    (cluster.folder / "restores" / "state.json").unlink()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"spare_bytes": 1 << 60}, "not enough disk"),
        ({"to": "2999-01-01T00:00:00Z"}, "has not come yet"),
        ({"to": "2020-01-01T00:00:00Z"}, "no backup ended before that moment"),
        ({"repo": 3}, "knows no repository 3"),
    ],
)
def test_what_cannot_be_restored_is_refused_before_anything_is_touched(
    region: Region, settings: dict[str, object], said: str
) -> None:
    before = live_state(region.cluster)
    assert said in region.survey(**settings)["refused"]["message"]
    assert (live_state(region.cluster), region.beside(), region.state()) == (before, ["data"], None)


def test_the_wrong_passphrase_is_refused(region: Region) -> None:
    wrong = Path(region.cluster.folder / "wrong.conf")
    wrong.write_text(
        (region.cluster.folder / "pgbackrest.conf").read_text().replace("cipher-pass=", "cipher-pass=not ")
    )
    wrong.chmod(0o644)
    assert "sound backup" in region.survey(config=str(wrong))["refused"]["message"]


def test_a_person_sees_where_rows_vanished() -> None:
    marks = (
        Mark("m1", "2026-11-20T20:00:00+00:00", {"b: sekolah": 430, "b: siswa": 88_000, "b: backbone_ops.canary": 5}),
        Mark("m2", "2026-11-21T20:00:00+00:00", {"b: sekolah": 430, "b: siswa": 88_100, "b: backbone_ops.canary": 9}),
        Mark("m3", "2026-11-22T20:00:00+00:00", {"b: siswa": 12, "b: pesan_tebusan": 1}),
    )
    found = changes(marks)
    assert [one.rows for one in found] == [88_430, 88_530, 13]
    assert (found[0].less, found[0].more) == ({}, {})
    assert (found[1].less, found[1].more) == ({}, {"b: siswa": 100})
    assert found[2].less == {"b: siswa": -88_088, "b: sekolah": -430}
    assert list(found[2].less) == ["b: siswa", "b: sekolah"], "the largest loss first"
