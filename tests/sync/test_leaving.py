"""A slip of the centre that moves all schools out of the region deletes nothing, until somebody answers for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.errors import NothingHeld
from backbone_sync.run import status
from backbone_sync.run.results import RunResult
from backbone_sync.run.state import Brake
from backbone_sync.stores.store import Store
from provision.lab.source import schema
from tests.support.sync_world import SIZE, Run, difference

WORDS = dictionary.load()
LATER = "2025-06-01T00:00:00.000Z"
# By each school's own area, and by the areas' parents: every village leaves its district.
SLIPS = {
    "schools": f"UPDATE sekolah SET kode_wilayah = '020500  ', last_update = '{LATER}'",
    "areas": f"UPDATE \"ref.mst_wilayah\" SET mst_kode_wilayah = '020500  ', last_update = '{LATER}'"
    " WHERE kode_wilayah IN (SELECT kode_wilayah FROM sekolah)",
}
HANGING = ("rombongan_belajar", "registrasi_peserta_didik", "anggota_rombel", "ruang")


def at_source(data: Path, statement: str) -> None:
    connection = schema.connect(data)
    connection.execute(statement)
    connection.close()


def rows(database: str, entity: str) -> int:
    with psycopg.connect(database) as connection:
        found = connection.execute(f"SELECT count(*) FROM backbone.{entity}").fetchone()  # type: ignore[arg-type]
    assert found is not None
    return int(found[0])


def assert_stopped(result: RunResult, many: int) -> None:
    made = result.entities["sekolah"]
    assert made.error is not None
    assert (made.error.kind, made.held, made.complete) == ("leaving_braked", many, False)
    assert made.error.message == f"{many} of {SIZE.schools} stored rows of sekolah would leave the region: none did"
    assert "backbone-sync release-deletes sekolah --by NAME" in made.error.repair
    assert (result.green, result.exit_status, result.error) == (False, 1, None)


@pytest.mark.parametrize("slip", SLIPS)
def test_all_schools_that_leave_at_once_stay_with_all_that_hangs_on_them(
    slip: str, run: Run, data: Path, database: str
) -> None:
    assert run().green
    before = {name: rows(database, name) for name in ("sekolah", *HANGING)}
    at_source(data, SLIPS[slip])
    assert_stopped(run(), SIZE.schools)
    assert {name: rows(database, name) for name in before} == before
    assert_stopped(run(), SIZE.schools)  # nor little by little, run after run
    with psycopg.connect(database) as connection:
        now = status.read(connection, "33.74", WORDS)
        assert connection.execute("SELECT count(*) FROM sync.quarantine").fetchone() == (0,)
    assert (now.error_kind, now.entities["sekolah"].held) == ("leaving_braked", SIZE.schools)
    store = Store(database)
    assert store.release(WORDS["sekolah"], "Siti Aminah", "letter 421/17", timedelta(days=1)).rows == SIZE.schools
    result = run()
    assert result.entities["sekolah"].complete
    assert {name: rows(database, name) for name in before} == dict.fromkeys(before, 0)
    with psycopg.connect(database) as connection:
        used = connection.execute("SELECT rows, deleted, used_at IS NOT NULL FROM sync.release").fetchall()
    assert used == [(SIZE.schools, SIZE.schools, True)]
    with pytest.raises(NothingHeld):
        store.release(WORDS["sekolah"], "Siti Aminah", "once more", timedelta(days=1))
    store.close()


def test_a_slip_that_is_mended_leaves_nothing_behind(run: Run, data: Path, database: str) -> None:
    assert run().green
    at_source(data, "CREATE TABLE kept AS SELECT sekolah_id, kode_wilayah FROM sekolah")
    at_source(data, SLIPS["schools"])
    assert not run().green
    mended = "SELECT k.kode_wilayah FROM kept k WHERE k.sekolah_id = sekolah.sekolah_id"
    at_source(data, f"UPDATE sekolah SET kode_wilayah = ({mended})")
    assert run().green
    assert difference(data, database, "sekolah") == set()


def test_a_release_covers_no_more_rows_than_waited(run: Run, data: Path, database: str) -> None:
    assert run().green
    some = SLIPS["schools"] + " WHERE sekolah_id IN (SELECT sekolah_id FROM sekolah ORDER BY 1 LIMIT 5)"
    at_source(data, some)
    assert_stopped(run(), 5)
    store = Store(database)
    assert store.release(WORDS["sekolah"], "Siti Aminah", "five schools moved", timedelta(days=1)).rows == 5
    store.close()
    at_source(data, SLIPS["schools"])
    assert_stopped(run(), SIZE.schools)
    assert rows(database, "sekolah") == SIZE.schools


def test_what_a_run_deletes_of_an_entity_counts_up_however_often_it_settles() -> None:
    brake = Brake(0.05)
    assert brake.left("sekolah", 200) == 10
    brake.spend("sekolah", 8)
    assert brake.left("sekolah", 192) == 2
    brake.spend("sekolah", 2)
    assert (brake.left("sekolah", 190), brake.left("ptk", 190)) == (0, 9)
    assert Brake(0.05).left("sekolah", 3) == 1  # a single row is never a mass
