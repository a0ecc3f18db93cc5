"""A grant is kept to: past its last day nothing is fetched, and what it does not name is never on the disk."""

from __future__ import annotations

import dataclasses
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.privacy import grant
from backbone_sync.stores.store import Store
from provision.lab.source.serve import Source
from tests.support.sync_world import SIZE, Run


def test_past_its_last_day_nothing_is_fetched_and_the_run_says_what_to_do(
    run: Run, source: Source, database: str
) -> None:
    ended = dataclasses.replace(grant.make(dictionary.load()), expires=date(2025, 12, 31))
    result = run(grant=ended)
    assert result.exit_status == 1
    assert result.error is not None
    assert result.error.kind == "grant"
    assert "2025-12-31" in result.error.message
    assert "Nota Kesepakatan" in result.error.repair
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT state, error_kind FROM sync.run").fetchall() == [("not_green", "grant")]
        assert connection.execute("SELECT count(*) FROM ref.mst_wilayah").fetchone() == (0,)


def limited(*levels: str) -> grant.Grant:
    words = dictionary.load()
    made = dataclasses.replace(grant.make(words), levels=levels)
    return dataclasses.replace(made, entities=grant.chosen(words, ()))


def at_source(data: Path, statement: str) -> set[str]:
    with sqlite3.connect(data) as connection:
        return {row[0] for row in connection.execute(statement)}


def held(database: str, statement: str) -> set[str]:
    with psycopg.connect(database) as connection:
        return {str(row[0]) for row in connection.execute(statement.encode())}


SCHOOLS = "SELECT sekolah_id FROM sekolah WHERE soft_delete = 0 AND bentuk_pendidikan_id IN ({})"
STUDENTS = (
    "SELECT peserta_didik_id FROM registrasi_peserta_didik WHERE soft_delete = 0 AND sekolah_id IN"
    " (SELECT sekolah_id FROM sekolah WHERE bentuk_pendidikan_id IN ({}))"
)
TEACHERS = (
    "SELECT ptk_id FROM ptk_terdaftar WHERE soft_delete = 0 AND sekolah_id IN"
    " (SELECT sekolah_id FROM sekolah WHERE bentuk_pendidikan_id IN ({}))"
)
FORMS = {"PAUD": "1, 2, 3, 4", "SD": "5", "SMP": "6", "SMA": "13", "SMK": "15"}


def assert_exactly(data: Path, database: str, *levels: str) -> None:
    """Tables hold the rows of the levels' schools and no others; elsewhere there is nothing but keys."""
    forms = ", ".join(FORMS[level] for level in levels)
    assert held(database, "SELECT sekolah_id FROM backbone.sekolah") == at_source(data, SCHOOLS.format(forms))
    assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == at_source(
        data, STUDENTS.format(forms)
    )
    assert held(database, "SELECT ptk_id FROM backbone.ptk") == at_source(data, TEACHERS.format(forms))
    for child in ("registrasi_peserta_didik", "ptk_terdaftar", "rombongan_belajar", "tanah"):
        foreign = f"SELECT 1 FROM backbone.{child} WHERE sekolah_id NOT IN (SELECT sekolah_id FROM backbone.sekolah)"
        assert held(database, foreign) == set()
    for child in ("anggota_rombel", "pembelajaran"):
        foreign = (
            f"SELECT 1 FROM backbone.{child} WHERE rombongan_belajar_id NOT IN"
            " (SELECT rombongan_belajar_id FROM backbone.rombongan_belajar)"
        )
        assert held(database, foreign) == set()
    assert (
        held(database, "SELECT payload FROM sync.quarantine WHERE reason = 'outside_grant' AND payload <> ''") == set()
    )


def test_rows_of_schools_of_other_levels_are_dropped_and_counted(run: Run, data: Path, database: str) -> None:
    result = run(grant=limited("PAUD", "SD", "SMP"))
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    assert_exactly(data, database, "PAUD", "SD", "SMP")
    students = result.entities["peserta_didik"]
    assert students.balance is not None
    assert students.counts.withheld == students.balance.withheld > 0
    assert students.counts.quarantined == 0
    assert students.balance.stored + students.balance.withheld == SIZE.students
    again = run(grant=limited("PAUD", "SD", "SMP"))
    assert again.green
    assert all(r.counts.pages == 1 for r in again.entities.values())


def test_a_wider_and_a_narrower_grant_of_levels_take_effect_at_the_next_run(
    run: Run, data: Path, database: str
) -> None:
    assert run(grant=limited("SD")).green
    assert_exactly(data, database, "SD")
    assert run(grant=limited("SD", "SMA")).green
    assert_exactly(data, database, "SD", "SMA")
    assert run(grant=limited("SMA")).green
    assert_exactly(data, database, "SMA")


def test_a_narrower_grant_takes_effect_though_the_source_failed_when_it_was_new(
    run: Run, data: Path, database: str, source: Source
) -> None:
    """What goes by our own word needs nobody's, in whichever run it goes, until the listing by it has ended."""
    assert run(grant=limited("SD", "SMA")).green
    source.switches.arm("broken", "/sekolah", times=10_000)
    assert not run(grant=limited("SMA"), source_retries=0).green
    source.switches.clear()
    noted = "SELECT entity FROM sync.sweep WHERE entity = 'narrowed sekolah'"
    assert held(database, noted)
    assert run(grant=limited("SMA")).green
    assert_exactly(data, database, "SMA")
    assert held(database, noted) == set()


def change(data: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(data) as connection:
        assert connection.execute(statement, values).rowcount == 1


def test_a_person_comes_and_goes_with_the_enrolment_though_the_own_row_never_changes(
    run: Run, data: Path, database: str
) -> None:
    of_sd = limited("SD")
    assert run(grant=of_sd).green
    stays = at_source(data, STUDENTS.format("5"))
    newcomer = sorted(at_source(data, STUDENTS.format("13")) - stays)[0]
    leaver = sorted(stays)[0]
    school = sorted(at_source(data, SCHOOLS.format("5")))[0]
    later = "2025-03-01T00:00:00.000Z"
    change(
        data,
        "UPDATE registrasi_peserta_didik SET sekolah_id = ?, last_update = ? WHERE peserta_didik_id = ?",
        school,
        later,
        newcomer,
    )
    change(
        data,
        "UPDATE registrasi_peserta_didik SET soft_delete = 1, last_update = ? WHERE peserta_didik_id = ?",
        later,
        leaver,
    )
    result = run(grant=of_sd)
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == stays - {leaver} | {newcomer}
    assert_exactly(data, database, "SD")
    # Whoever left enrols again: the enrolment alone is news.
    change(
        data,
        "UPDATE registrasi_peserta_didik SET soft_delete = 0, last_update = ? WHERE peserta_didik_id = ?",
        "2025-04-01T00:00:00.000Z",
        leaver,
    )
    assert run(grant=of_sd).green
    assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == stays | {newcomer}


def test_an_enrolment_at_a_school_that_is_not_granted_lets_nobody_back_in(run: Run, data: Path, database: str) -> None:
    """A child of a primary school was erased because it had left long ago; it goes to a secondary school now."""
    of_sd = limited("SD")
    assert run(grant=of_sd).green
    child = sorted(at_source(data, STUDENTS.format("5")))[0]
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO sync.erasure (entity, key, reason) VALUES ('peserta_didik', %s, 'retention')", (child,)
        )
    change(
        data,
        "UPDATE registrasi_peserta_didik SET tanggal_keluar = '2020-06-30', last_update = ? WHERE peserta_didik_id = ?",
        "2025-03-01T00:00:00.000Z",
        child,
    )
    with sqlite3.connect(data) as source:
        source.execute(
            "CREATE TEMP TABLE later AS SELECT * FROM registrasi_peserta_didik WHERE peserta_didik_id = ?", (child,)
        )
        source.execute(
            "UPDATE later SET registrasi_id = '00000000-0000-4000-8000-000000000001', tanggal_keluar = NULL,"
            " sekolah_id = (SELECT sekolah_id FROM sekolah WHERE bentuk_pendidikan_id = 13 ORDER BY 1 LIMIT 1)"
        )
        source.execute("INSERT INTO registrasi_peserta_didik SELECT * FROM later")
    assert run(full=True, grant=of_sd).green
    assert held(database, "SELECT key FROM sync.erasure") == {child}
    for entity in ("peserta_didik", "registrasi_peserta_didik", "anggota_rombel"):
        assert held(database, f"SELECT 1 FROM backbone.{entity} WHERE peserta_didik_id = '{child}'") == set(), entity


def test_a_school_that_changes_its_form_brings_or_takes_all_that_is_its_own(
    run: Run, data: Path, database: str
) -> None:
    of_sd = limited("SD")
    assert run(grant=of_sd).green
    grown, shrunk = sorted(at_source(data, SCHOOLS.format("13")))[0], sorted(at_source(data, SCHOOLS.format("5")))[0]
    statement = "UPDATE sekolah SET bentuk_pendidikan_id = ?, last_update = ? WHERE sekolah_id = ?"
    change(data, statement, 5, "2025-03-01T00:00:00.000Z", grown)
    change(data, statement, 13, "2025-03-01T00:00:00.000Z", shrunk)
    result = run(grant=of_sd)
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    assert_exactly(data, database, "SD")


def test_a_malformed_row_of_another_level_leaves_nothing_of_its_content(run: Run, data: Path, database: str) -> None:
    outsider = sorted(at_source(data, STUDENTS.format("13")))[0]
    insider = sorted(at_source(data, STUDENTS.format("5")))[0]
    for key in (outsider, insider):
        change(data, "UPDATE peserta_didik SET jenis_kelamin = 'X' WHERE peserta_didik_id = ?", key)
    run(grant=limited("SD"))
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT key, reason, payload IS NULL FROM sync.quarantine WHERE entity = 'peserta_didik' AND key = ANY(%s)",
            ([outsider, insider],),
        ).fetchall()
    assert sorted(rows) == sorted([(outsider, "outside_grant", True), (insider, "not_in_code_list", False)])


def test_people_of_a_school_of_another_region_are_not_stored_either(run: Run, data: Path, database: str) -> None:
    """No levels are granted, and the source lists a school of another region, with its children and teachers."""
    of_whom = "SELECT {0}_id FROM {1} WHERE soft_delete = 0 AND sekolah_id {2} '{3}'"
    with sqlite3.connect(data) as connection:
        school, area = connection.execute("SELECT sekolah_id, kode_wilayah FROM sekolah ORDER BY 1").fetchone()
        connection.execute("UPDATE sekolah SET kode_wilayah = '020500  ' WHERE sekolah_id = ?", (school,))
    people = {"peserta_didik": "registrasi_peserta_didik", "ptk": "ptk_terdaftar"}
    ours = {p: at_source(data, of_whom.format(p, e, "<>", school)) for p, e in people.items()}
    strangers = {p: at_source(data, of_whom.format(p, e, "=", school)) - ours[p] for p, e in people.items()}
    assert all(strangers.values())
    result = run()
    assert result.exit_status == 1
    for person in people:
        assert held(database, f"SELECT {person}_id FROM backbone.{person}") == ours[person]
        balance = result.entities[person].balance
        assert balance is not None
        assert (balance.withheld, balance.balanced) == (len(strangers[person]), True)
    change(
        data,
        "UPDATE sekolah SET kode_wilayah = ?, last_update = ? WHERE sekolah_id = ?",
        area,
        "2025-06-01T00:00:00.000Z",
        school,
    )
    assert run().green
    for person in people:
        assert held(database, f"SELECT {person}_id FROM backbone.{person}") == ours[person] | strangers[person]
    # And the other way round: the school leaves, and takes its people along.
    change(
        data,
        "UPDATE sekolah SET kode_wilayah = ?, last_update = ? WHERE sekolah_id = ?",
        "020500  ",
        "2025-07-01T00:00:00.000Z",
        school,
    )
    assert run().exit_status == 1
    for person in people:
        assert held(database, f"SELECT {person}_id FROM backbone.{person}") == ours[person]


REFUSED = (
    "INSERT INTO sync.quarantine (entity, key, reason, last_update, first_run, last_run) VALUES"
    " ('registrasi_peserta_didik', '00000000-0000-4000-8000-000000000001', 'outside_region', now(), 1, 1)"
)


def test_one_refused_enrolment_takes_nobody_along_whose_own_is_not_known(
    run: Run, data: Path, database: str, source: Source
) -> None:
    """No levels are granted. Whose a child is nobody knows while its enrolment cannot be read, or is not listed yet."""
    with sqlite3.connect(data) as connection:
        (unread, stranger) = (
            row[0]
            for row in connection.execute(
                "SELECT peserta_didik_id FROM registrasi_peserta_didik WHERE soft_delete = 0 ORDER BY 1 LIMIT 2"
            )
        )
        connection.execute(
            "UPDATE registrasi_peserta_didik SET jenis_pendaftaran_id = 'X' WHERE peserta_didik_id = ?", (unread,)
        )
    assert run().green
    everybody = held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik")
    assert unread in everybody
    with psycopg.connect(database) as connection:
        connection.execute("TRUNCATE backbone.registrasi_peserta_didik")
        connection.execute("UPDATE sync.cursor SET since_update = NULL WHERE entity = 'registrasi_peserta_didik'")
        connection.execute(REFUSED)
    source.switches.arm("broken", "/registrasi_peserta_didik", times=10_000, after=1)
    assert not run(source_retries=0).green
    assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == everybody
    source.switches.clear()
    run()
    assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == everybody
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM backbone.registrasi_peserta_didik WHERE peserta_didik_id = %s", (stranger,))
        connection.execute(REFUSED)
    run()
    assert everybody - held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == {stranger}


def test_a_listing_for_those_who_are_let_in_again_goes_on_where_it_was_cut_off(
    run: Run, database: str, source: Source
) -> None:
    assert run().green
    with psycopg.connect(database) as connection:
        connection.execute(
            "WITH gone AS (DELETE FROM backbone.peserta_didik WHERE peserta_didik_id = (SELECT peserta_didik_id"
            " FROM backbone.peserta_didik ORDER BY last_update DESC LIMIT 1) RETURNING peserta_didik_id, last_update)"
            " INSERT INTO sync.quarantine (entity, key, reason, last_update, first_run, last_run)"
            " SELECT 'peserta_didik', peserta_didik_id::text, 'outside_grant', last_update, 1, 1 FROM gone"
        )
    source.switches.arm("broken", "/peserta_didik", times=10_000, after=3)
    assert not run(source_retries=0).green
    source.switches.clear()
    result = run()
    assert result.green
    assert 0 < result.entities["peserta_didik"].counts.received < SIZE.students


ALL_TO_HIGH = "UPDATE sekolah SET bentuk_pendidikan_id = 13, last_update = '2025-06-01T00:00:00.000Z'"
MOVED = (
    "UPDATE registrasi_peserta_didik SET last_update = '2025-06-01T00:00:00.000Z', sekolah_id ="
    " (SELECT sekolah_id FROM sekolah WHERE bentuk_pendidikan_id = 13 ORDER BY 1 LIMIT 1)"
)


@pytest.mark.parametrize(
    ("entity", "slip", "mend"),
    [
        (
            "sekolah",
            ALL_TO_HIGH,
            "UPDATE sekolah SET bentuk_pendidikan_id = (SELECT k.bentuk_pendidikan_id FROM kept k"
            " WHERE k.sekolah_id = sekolah.sekolah_id)",
        ),
        ("registrasi_peserta_didik", MOVED, ""),
    ],
)
def test_a_slip_that_takes_everybody_out_of_the_granted_levels_waits_for_a_word_by_name(
    entity: str, slip: str, mend: str, run: Run, data: Path, database: str
) -> None:
    """The centre gives all schools another form, or moves all children to another school: none goes at once."""
    of_sd = limited("SD")
    assert run(grant=of_sd).green
    with sqlite3.connect(data) as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM sekolah")
    everybody = held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik")
    many = len(held(database, f"SELECT 1 + row_number() OVER () FROM backbone.{entity}"))
    with sqlite3.connect(data) as connection:
        connection.execute(slip)
    for full in (False, True) if mend else (False,):
        result = run(full=full, grant=of_sd)
        made = result.entities[entity]
        assert made.error is not None
        assert (made.error.kind, made.held, result.exit_status) == ("leaving_braked", many, 1)
        told = f"{many} of {many} stored rows of {entity} would leave the granted levels of schooling: none did"
        assert made.error.message == told
        assert f"backbone-sync release-deletes {entity} --by NAME" in made.error.repair
        assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == everybody
    if mend:
        with sqlite3.connect(data) as connection:
            connection.execute(mend)
        assert run(grant=of_sd).green
        assert_exactly(data, database, "SD")
        return
    store = Store(database)
    assert store.release(dictionary.load()[entity], "Siti Aminah", "letter 421/17", timedelta(days=1)).rows == many
    store.close()
    run(grant=of_sd)
    assert held(database, "SELECT peserta_didik_id FROM backbone.peserta_didik") == set()
