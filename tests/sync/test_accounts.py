"""Orphans, quarantine and its replay, widened columns, comparison by kecamatan and semester, windows."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from backbone_sync import cli, dictionary
from backbone_sync import config as configs
from backbone_sync.config import Config
from backbone_sync.errors import WindowClosed
from backbone_sync.interfaces import Cell
from backbone_sync.privacy import grant
from backbone_sync.run import pace, reconcile, replay
from backbone_sync.run.engine import Engine
from backbone_sync.sources.client import Client
from backbone_sync.stores.store import Store
from provision.lab.source import schema
from provision.lab.source.faults import Answer
from provision.lab.source.serve import Source
from tests.support.sync_world import SIZE, Run, difference
from tests.sync.test_kills import written

WORDS = dictionary.load()
STUDENTS = grant.make(WORDS, ("peserta_didik",))
LATER = "2025-03-01T00:00:00.000Z"


def at_source(data: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = schema.connect(data)
    found = connection.execute(statement, values).fetchall()
    connection.close()
    return found


def test_references_that_lead_nowhere_are_counted_and_their_rows_kept(run: Run, data: Path, database: str) -> None:
    assert run().green
    ((parent, children),) = at_source(
        data,
        "SELECT rombongan_belajar_id, count(*) FROM anggota_rombel GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
    )
    at_source(
        data,
        "UPDATE rombongan_belajar SET soft_delete = 1, last_update = ? WHERE rombongan_belajar_id = ?",
        LATER,
        parent,
    )
    result = run()
    assert result.green  # an orphan is the centre's matter, and no row is missing
    found = {(o.entity, o.field): (o.orphans, o.waiting) for o in result.orphans}
    assert found["anggota_rombel", "rombongan_belajar_id"] == (children, 0)
    assert found["rombongan_belajar", "sekolah_id"] == (0, 0)
    with psycopg.connect(database) as connection:
        count = connection.execute(
            "SELECT count(*) FROM backbone.anggota_rombel WHERE rombongan_belajar_id = %s", (parent,)
        ).fetchone()
    assert count == (children,)
    at_source(
        data,
        "UPDATE rombongan_belajar SET soft_delete = 0, last_update = ? WHERE rombongan_belajar_id = ?",
        "2025-04-01T00:00:00.000Z",
        parent,
    )
    mended = {(o.entity, o.field): o.orphans for o in run().orphans}
    assert mended["anggota_rombel", "rombongan_belajar_id"] == 0


def test_a_longer_text_widens_its_column_and_is_reported(run: Run, data: Path, database: str) -> None:
    assert run(grant=STUDENTS).green
    ((key,),) = at_source(data, "SELECT min(peserta_didik_id) FROM peserta_didik WHERE soft_delete = 0")
    at_source(
        data, "UPDATE peserta_didik SET nama = ?, last_update = ? WHERE peserta_didik_id = ?", "N" * 137, LATER, key
    )
    result = run(grant=STUDENTS)
    made = result.entities["peserta_didik"]
    assert (result.green, made.widened, made.counts.quarantined) == (True, ("nama",), 0)
    assert difference(data, database, "peserta_didik") == set()
    with psycopg.connect(database) as connection:
        width = connection.execute(
            "SELECT character_maximum_length FROM information_schema.columns"
            " WHERE table_name = 'peserta_didik' AND column_name = 'nama'"
        ).fetchone()
    assert width == (140,)
    assert run(grant=STUDENTS, full=True).green


def test_a_text_beyond_all_measure_goes_to_quarantine_and_widens_nothing(run: Run, data: Path, database: str) -> None:
    ((key,),) = at_source(data, "SELECT min(peserta_didik_id) FROM peserta_didik WHERE soft_delete = 0")
    at_source(data, "UPDATE peserta_didik SET nama = ? WHERE peserta_didik_id = ?", "N" * 5000, key)
    made = run(grant=STUDENTS).entities["peserta_didik"]
    assert (made.widened, made.counts.quarantined) == ((), 1)


def test_a_column_that_a_view_shows_is_not_widened_and_its_row_waits(run: Run, data: Path, database: str) -> None:
    assert run(grant=STUDENTS).green
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE VIEW backbone.names AS SELECT nama FROM backbone.peserta_didik")
    at_source(
        data,
        "UPDATE peserta_didik SET nama = ?, last_update = ? WHERE peserta_didik_id ="
        " (SELECT min(peserta_didik_id) FROM peserta_didik WHERE soft_delete = 0)",
        "N" * 137,
        LATER,
    )
    result = run(grant=STUDENTS)
    made = result.entities["peserta_didik"]
    assert (result.green, made.widened, made.counts.quarantined) == (True, (), 1)


def test_quarantine_shows_reasons_without_values_and_a_replay_stores_what_has_become_right(
    run: Run, data: Path, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ((key, name),) = at_source(
        data, "SELECT peserta_didik_id, nama FROM peserta_didik WHERE soft_delete = 0 ORDER BY 1 LIMIT 1"
    )
    at_source(data, "UPDATE peserta_didik SET jenis_kelamin = 'X' WHERE peserta_didik_id = ?", key)
    run(grant=STUDENTS)
    settings = str(written(config, tmp_path))
    capsys.readouterr()
    assert cli.main(["quarantine", "--json", "--config", settings]) == 1
    text = capsys.readouterr().out
    (row,) = json.loads(text)["rows"]
    assert (row["key"], row["reason"], row["field"]) == (key, "not_in_code_list", "jenis_kelamin")
    assert str(name) not in text
    assert cli.main(["quarantine", "peserta_didik", "--values", "--json", "--config", settings]) == 1
    assert str(name) in capsys.readouterr().out
    store = Store(config.database)
    try:
        with_students = dataclasses.replace(config, grant=STUDENTS)
        (nothing,) = replay.replay(store, with_students, WORDS, ("peserta_didik",))
        assert (nothing.stored, nothing.waiting) == (0, 1)
        # A newer dictionary knows the code.
        students = WORDS["peserta_didik"]
        sex = students.field("jenis_kelamin")
        known = dataclasses.replace(sex, codes={**sex.codes, "X": sex.codes["L"]})
        fields = tuple(known if f.name == "jenis_kelamin" else f for f in students.fields)
        newer = dictionary.Dictionary(
            tuple(dataclasses.replace(e, fields=fields) if e is students else e for e in WORDS.entities)
        )
        (made,) = replay.replay(store, with_students, newer, ("peserta_didik",))
        assert (made.stored, made.waiting, made.without_content) == (1, 0, 0)
    finally:
        store.close()
    assert run(grant=STUDENTS).green


def test_rows_that_were_refused_are_fetched_when_their_school_comes_into_the_region(
    run: Run, data: Path, database: str
) -> None:
    """Nothing was kept of them, and their own last_update never changes."""
    ((school, area),) = at_source(data, "SELECT sekolah_id, kode_wilayah FROM sekolah ORDER BY 1 LIMIT 1")
    at_source(data, "UPDATE sekolah SET kode_wilayah = '020500  ' WHERE sekolah_id = ?", school)
    assert not run().green
    at_source(data, "UPDATE sekolah SET kode_wilayah = ?, last_update = ? WHERE sekolah_id = ?", area, LATER, school)
    result = run()
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    for entity in ("sekolah", "rombongan_belajar", "registrasi_peserta_didik"):
        assert difference(data, database, entity) == set()
    at_source(
        data,
        "UPDATE sekolah SET kode_wilayah = '020500  ', last_update = ? WHERE sekolah_id = ?",
        "2025-04-01T00:00:00.000Z",
        school,
    )
    assert not run().green
    with psycopg.connect(database) as connection:
        kept = connection.execute(
            "SELECT count(*) FROM backbone.rombongan_belajar WHERE sekolah_id = %s", (school,)
        ).fetchone()
    assert kept == (0,)  # what hangs on a school that has left the region leaves with it


def test_reconciliation_says_where_counts_differ_and_where_nothing_can_be_said() -> None:
    ours = (Cell("036301", "20241", 5), Cell("036302", "20241", 7))
    theirs = (Cell("036301", "20241", 5), Cell("036302", "20241", 8), Cell("036303", "20241", 1))
    lines = reconcile.compare("rombongan_belajar", theirs, ours)
    assert [(one.kecamatan, one.source, one.stored, one.verdict) for one in lines] == [
        ("036301", 5, 5, "equal"),
        ("036302", 8, 7, "different"),
        ("036303", 1, 0, "different"),
    ]
    assert {one.verdict for one in reconcile.compare("x", None, ours)} == {"not_comparable"}


def test_as_many_rows_that_are_not_the_same_are_a_difference() -> None:
    ours = (Cell("036301", "", 5, "00000000000000aa"), Cell("036302", "", 7, "00000000000000bb"))
    theirs = (Cell("036301", "", 5, "00000000000000aa"), Cell("036302", "", 7, "00000000000000cc"))
    lines = reconcile.compare("sekolah", theirs, ours)
    assert [(one.verdict, bool(one.why)) for one in lines] == [("equal", False), ("different", True)]


def test_every_entity_is_reconciled_with_the_source(run: Run, config: Config, data: Path, database: str) -> None:
    assert run().green
    store = Store(database)
    try:
        equal = reconcile.reconcile(store, Client(config, "0"), WORDS, WORDS.names)
        store.connection.execute(
            "UPDATE backbone.kondisi_ruang SET last_update = last_update + interval '1 second' WHERE kondisi_ruang_id"
            " = (SELECT kondisi_ruang_id FROM backbone.kondisi_ruang WHERE semester_id = '20232' ORDER BY 1 LIMIT 1)"
        )
        after = reconcile.reconcile(store, Client(config, "0"), WORDS, WORDS.names)
    finally:
        store.close()
    assert {one.entity for one in equal} == set(WORDS.names)
    assert {one.verdict for one in equal} == {"equal"}
    (different,) = [one for one in after if one.verdict != "equal"]
    assert (different.entity, different.semester, different.source) == ("kondisi_ruang", "20232", different.stored)
    assert different.kecamatan


def test_the_parts_by_kecamatan_and_semester_are_those_of_the_source(run: Run, data: Path, database: str) -> None:
    assert run().green
    store = Store(database)
    try:
        classes = store.breakdown(WORDS, WORDS["rombongan_belajar"])
        schools = store.breakdown(WORDS, WORDS["sekolah"])
    finally:
        store.close()
    area = (
        "SELECT substr(p.kode_wilayah, 1, 6), s.semester_id, count(*) FROM rombongan_belajar s JOIN sekolah k"
        ' USING (sekolah_id) JOIN "ref.mst_wilayah" v ON v.kode_wilayah = k.kode_wilayah JOIN "ref.mst_wilayah" p'
        " ON p.kode_wilayah = v.mst_kode_wilayah WHERE s.soft_delete = 0 GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [(c.kecamatan, c.semester, c.live) for c in classes] == at_source(data, area)
    assert sum(c.live for c in schools) == SIZE.schools
    assert all(c.kecamatan and not c.semester for c in schools)


def test_a_run_keeps_to_its_window_and_goes_on_in_the_next(config: Config, data: Path, database: str) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    hours = iter([datetime(2025, 3, 1, 4, 0, tzinfo=zone)] * 20 + [datetime(2025, 3, 1, 5, 1, tzinfo=zone)] * 1000)
    limited = dataclasses.replace(
        config,
        grant=STUDENTS,
        source=dataclasses.replace(config.source, page_limit=40),
        pace=configs.Pace(windows=(pace.window("20:00-05:00"),), zone=zone, group_rows=1),
    )

    def engine(store: Store) -> Engine:
        return Engine(limited, WORDS, Client(limited, "0"), store, now=lambda: next(hours))

    store = Store(database)
    try:
        result = engine(store).run()
        assert (result.green, result.error and result.error.kind) == (False, "window")
        assert result.error is not None
        assert "2025-03-01 20:00 WIB" in result.error.message
        some = len(store.connection.execute("SELECT FROM backbone.peserta_didik").fetchall())
        assert 0 < some < SIZE.students
        with pytest.raises(WindowClosed):
            engine(store).run()
        rest = engine(store).run(anytime=True)
    finally:
        store.close()
    assert rest.green
    assert rest.entities["peserta_didik"].counts.created == SIZE.students - some


def test_what_passes_through_the_line_is_counted(run: Run, source: Source, database: str) -> None:
    sent: list[int] = []

    def weigh(answer: Answer) -> Answer:
        sent.append(len(answer.body))
        return answer

    source.switches.arm(weigh, "", times=10_000)
    assert run(grant=STUDENTS).green
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT requests, bytes_received FROM sync.run").fetchone()
    assert row is not None
    assert row[0] == len(sent) + 1  # and the token
    assert 0 < row[1] < sum(sent)  # compressed


def test_a_lease_is_at_least_an_instant(config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = str(written(config, tmp_path))
    for lasting in ("0s", "31d"):
        words = ["release-deletes", "ptk", "--by", "Siti", "--reason", "x", "--for", lasting, "--config", settings]
        assert cli.main(words) == 2
    assert cli.main(["release-deletes", "ptk", "--by", " ", "--reason", "x", "--config", settings]) == 2
    assert timedelta(0) < configs.duration("1s")
