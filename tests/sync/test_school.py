"""The school application's web service: every trap that is known of it costs no row, and a school that is down costs
no other school anything."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backbone_sync import sources
from backbone_sync.errors import SyncError
from backbone_sync.run import doctor
from backbone_sync.run.results import RunResult
from tests.support import rows
from tests.support.foreign import WORDS, areas, count, emptied, key_of, stored
from tests.support.foreign_world import World
from tests.support.odd_http import HTML, Asked, Reply, reply, served
from tests.support.school_source import DENIED, NO_CLASS, SEMESTER, SchoolApp

ENTITIES = (
    *("sekolah", "peserta_didik", "registrasi_peserta_didik", "ptk", "ptk_terdaftar"),
    *("rombongan_belajar", "anggota_rombel", "pembelajaran"),
)
STUDENT = "peserta_didik"
ALL = {
    "sekolah": 3,
    "peserta_didik": 60,
    "registrasi_peserta_didik": 60,
    "ptk": 12,
    "ptk_terdaftar": 12,
    "rombongan_belajar": 9,
    "anggota_rombel": 60,
    "pembelajaran": 18,
}


@dataclasses.dataclass
class Region:
    """Three schools, and the world that is run against them."""

    apps: list[SchoolApp]
    urls: list[str]
    world: World

    def toml(self, more: str = "") -> str:
        """The table [source]."""
        listed = "".join(
            f'[[source.schools]]\nnpsn = "{app.npsn}"\nurl = "{url}"\n'
            for app, url in zip(self.apps, self.urls, strict=True)
        )
        return (
            f'kind = "school"\nsemester = "{SEMESTER}"\nreference = "{self.world.folder}"\nretries = 0\n'
            f"read_timeout = 5.0\n{more}\n{listed}"
        )

    def run(self, more: str = "", run: str = "") -> RunResult:
        """One run."""
        return self.world.run(self.toml(more), run=run)

    def held(self) -> dict[str, int]:
        """How many rows are stored."""
        return {name: count(self.world.database, f"backbone.{name}") for name in ENTITIES}


@pytest.fixture
def region(foreign_database: str, tmp_path: Path) -> Iterator[Region]:
    """Three schools of twenty students each, and an empty database."""
    emptied(foreign_database)
    world = World(foreign_database, tmp_path, ENTITIES)
    (tmp_path / "ref.mst_wilayah.ndjson").write_text("\n".join(map(json.dumps, areas())) + "\n", "utf-8")
    apps = [SchoolApp(number) for number in (1, 2, 3)]
    world.secret(**{f"school_{app.npsn}": app.token for app in apps})
    with ExitStack() as stack:
        yield Region(apps, [stack.enter_context(served(app.answer)) for app in apps], world)


def fault_of(result: RunResult, entity: str = STUDENT) -> SyncError:
    fault = result.error or result.entities[entity].error
    assert fault is not None
    assert not result.green
    return fault


def test_a_full_load_equals_the_schools_with_the_calls_one_by_one(region: Region) -> None:
    result = region.run()
    assert result.green, (result.error, {n: (r.error, r.balance) for n, r in result.entities.items()})
    assert region.held() == ALL
    database = region.world.database
    assert stored(database, "sekolah", "sekolah_id", "npsn")[0][1] == region.apps[0].npsn
    assert count(database, "backbone.registrasi_peserta_didik r JOIN backbone.sekolah USING (sekolah_id)") == 60
    assert count(database, f"backbone.pembelajaran WHERE semester_id = '{SEMESTER}'") == 18
    assert count(database, "backbone.anggota_rombel JOIN backbone.rombongan_belajar USING (rombongan_belajar_id)") == 60
    assert {o.orphans for o in result.orphans if o.reference in ENTITIES} == {0}, result.orphans
    methods = [a.path.rpartition("/")[2] for a in region.apps[0].asked]
    assert "getPengguna" not in methods
    # The entities that come from one method come from one call of it: and the second that shows that it repeats.
    assert [methods.count(m) for m in ("getPesertaDidik", "getGtk", "getRombonganBelajar")] == [2, 2, 2]
    assert [app.at_once for app in region.apps] == [0, 0, 0]
    assert len(region.world.pauses) >= len(methods) - 1
    assert all(0 < pause <= 0.35 for pause in region.world.pauses)


def test_changes_are_stored_and_those_who_left_are_deleted(region: Region) -> None:
    assert region.run().green
    app = region.apps[1]
    app.tables["getPesertaDidik"][3]["nama"] = "Murid Berganti Nama"
    del app.tables["getPesertaDidik"][7]
    app.tables["getPesertaDidik"].append(app.student(500))
    result = region.run()
    counts = result.entities[STUDENT].counts
    assert result.green
    assert (counts.created, counts.updated, counts.deleted, counts.unchanged) == (1, 1, 1, 58)
    assert region.held() == ALL
    quiet = region.run()
    assert {(r.counts.created, r.counts.updated, r.counts.deleted) for r in quiet.entities.values()} == {(0, 0, 0)}


@pytest.mark.parametrize("members", [False, True])
def test_a_student_without_a_class_does_not_get_the_one_of_the_student_before(region: Region, members: bool) -> None:
    app = region.apps[0]
    app.members_in_classes, app.without_class = members, (4,)
    rows = app.tables["getPesertaDidik"]
    rows[4]["anggota_rombel_id"] = NO_CLASS
    rows[4]["rombongan_belajar_id"] = rows[3]["rombongan_belajar_id"]
    rows[5]["anggota_rombel_id"] = rows[3]["anggota_rombel_id"]  # the student's before, whole
    rows[5]["rombongan_belajar_id"] = rows[3]["rombongan_belajar_id"]
    if not members:
        rows[6]["rombongan_belajar_id"] = key_of("rombongan_belajar", 99)  # no class of this school
    result = region.run()
    assert result.green
    lost = 1 if members else 3  # the classes know better, where they say it
    assert region.held() == {**ALL, "anggota_rombel": 60 - lost}
    whose = dict(stored(region.world.database, "anggota_rombel", "anggota_rombel_id", "peserta_didik_id"))
    assert {str(k): str(v) for k, v in whose.items()}[rows[3]["anggota_rombel_id"]] == rows[3]["peserta_didik_id"]


def test_every_way_of_paging_and_of_ending_brings_all_rows(region: Region) -> None:
    first, second, third = region.apps
    first.results = "none"
    second.deaf, second.at_end, second.results = False, "again", "page"
    third.deaf, third.at_end, third.most = False, "empty", 7  # and gives shorter pages than it is asked for
    assert region.run("page_size = 25").green
    assert region.held() == ALL
    assert [a.query["page"] for a in third.asked if a.path.endswith("getPesertaDidik")] == ["1", "2", "3", "4"]


def test_one_full_page_again_and_again_is_not_taken_for_all_rows(region: Region) -> None:
    assert region.run().green
    for results in ("none", "page", "total"):
        region.apps[0].most, region.apps[0].results = 10, results
        fault = fault_of(region.run("page_size = 10"))
        assert fault.kind == "incomplete"
        assert f"getPesertaDidik of {region.apps[0].npsn} brings 10 rows" in fault.message
        assert "page_size" in fault.repair
        assert region.held() == ALL


def test_rows_of_another_semester_are_not_taken_where_the_semester_is_ignored(region: Region) -> None:
    classes = region.apps[0].tables["getRombonganBelajar"]
    classes.append({**classes[0], "rombongan_belajar_id": key_of("rombongan_belajar", 77), "semester_id": "20242"})
    assert region.run().green
    assert region.held() == ALL


TRAPS = {
    "denied": (DENIED, "Access denied", "register this server's address"),
    "denied_403": (dataclasses.replace(DENIED, status=403), "Access denied", "register"),
    "error_401": (reply({"success": False, "http_code": 401, "message": "x"}), "says 401", "register"),
    "error_500": (reply({"success": False, "http_code": 500, "message": "SQLSTATE"}), "failed (500)", "log"),
    "no_rows": (
        reply({"success": False, "http_code": 404, "message": "Data tidak ditemukan"}),
        "no rows",
        "see at the",
    ),
    "empty": (reply({"results": 0, "rows": []}), "says that getPesertaDidik has no rows", "may_be_empty"),
    "fewer": (reply({"results": 20, "rows": []}), "announces 20", "page_size"),
    "html": (HTML, "not JSON", "school's address"),
    "cut_off": (Reply(body=b'{"results":20,"rows":[{"pes'), "cut off or not JSON", "address"),
    "list": (reply([]), "not what the application sends", ""),
    "object": (reply({"results": 1, "rows": {"nama": "x"}}), "no list of rows", ""),
    "broken": (Reply(status=500, body=b"oops"), "answered 500", ""),
    "busy": (dataclasses.replace(reply({}, 503), headers={"Retry-After": "1"}), "answered 503", ""),
}


def test_a_school_that_answers_oddly_hinders_no_other_and_loses_nothing(region: Region) -> None:
    region.world.entities = ("sekolah", STUDENT)
    assert region.run().green
    odd, other = region.apps[0], region.apps[1]
    # Without enrolments nobody can say whose a student is: so none goes while one school is not heard.
    del other.tables["getPesertaDidik"][0]
    for number, (name, (answer, said, repair)) in enumerate(TRAPS.items(), 500):
        other.tables["getPesertaDidik"].append(other.student(number))
        odd.spoil = lambda asked, made, a=answer: a if asked.path.endswith("getPesertaDidik") else made  # type: ignore[misc]
        result = region.run()
        fault = fault_of(result)
        assert (fault.kind, result.exit_status) == ("incomplete", 1), name
        assert said in fault.message, (name, fault.message)
        assert f"1 of 3 schools did not answer in full, so none of their rows was deleted: {odd.npsn}" in fault.message
        assert repair in fault.repair, (name, fault.repair)
        assert "SQLSTATE" not in fault.message
        assert count(region.world.database, "backbone.peserta_didik") == 60 + number - 499, name
    odd.spoil = lambda asked, made: made
    again = region.run()
    assert (again.green, again.entities[STUDENT].counts.deleted) == (True, 1)


def test_a_school_that_is_down_is_asked_once_a_run_and_keeps_its_rows(region: Region) -> None:
    assert region.run().green
    del region.apps[0].tables["getGtk"][0]
    source = region.toml().replace(region.urls[1], "http://127.0.0.1:1")
    result = region.world.run(source)
    assert (result.green, result.exit_status) == (False, 1)
    assert {r.error.kind for r in result.entities.values() if r.error} == {"incomplete"}
    assert region.apps[1].npsn in fault_of(result).message
    here = {**ALL, "ptk": 11, "ptk_terdaftar": 11}  # who left the school that answered
    assert region.held() == here
    all_down = region.world.run(_away(region))
    assert (fault_of(all_down).kind, all_down.exit_status) == ("unreachable", 3)
    assert region.held() == here


@pytest.mark.parametrize("levels", [False, True])
def test_a_silent_school_keeps_its_own_rows_and_holds_back_no_others(region: Region, levels: bool) -> None:
    """With levels granted, enrolments come before people: whose a student was is known although the row is gone."""
    region.world.delete_share = 1.0
    if levels:
        (row,) = region.apps[0].tables["getSekolah"]
        form = rows.right(WORDS["ref.bentuk_pendidikan"])
        form |= {"bentuk_pendidikan_id": row["bentuk_pendidikan_id"], "nama": "SD", "expired_date": None}
        (region.world.folder / "ref.bentuk_pendidikan.ndjson").write_text(json.dumps(form) + "\n", "utf-8")
        region.world.levels = ("SD",)
    first, silent, third = region.apps
    guest = first.tables["getPesertaDidik"][1]
    third.tables["getPesertaDidik"].append({**guest, "registrasi_id": key_of("registrasi_peserta_didik", 7777)})
    shared = first.tables["getPesertaDidik"][4]
    silent.tables["getPesertaDidik"].append({**shared, "registrasi_id": key_of("registrasi_peserta_didik", 8888)})
    assert region.run().green
    assert region.held() == {**ALL, "registrasi_peserta_didik": 62}

    gone = {2, 5, 8, 11, 14, 17}  # the students of a class of the first school, and the class
    students = first.tables["getPesertaDidik"]
    first.tables["getPesertaDidik"] = [s for n, s in enumerate(students) if n not in gone | {1, 4}]
    del first.tables["getRombonganBelajar"][2]
    del silent.tables["getPesertaDidik"][0]
    source = region.toml().replace(region.urls[1], "http://127.0.0.1:1")
    result = region.world.run(source)
    assert (result.green, fault_of(result).kind, result.entities[STUDENT].complete) == (False, "incomplete", False)
    held = region.held()
    # Student 1 is still at the third school, student 4 perhaps at the silent one.
    assert held[STUDENT] == 60 - len(gone)
    assert held["registrasi_peserta_didik"] == 62 - len(gone) - 2
    assert (held["rombongan_belajar"], held["anggota_rombel"], held["pembelajaran"]) == (8, 60 - len(gone) - 2, 16)
    assert (held["sekolah"], held["ptk"], held["ptk_terdaftar"]) == (3, 12, 12)
    again = region.run()
    assert again.green, {n: (r.error, r.balance) for n, r in again.entities.items() if not r.green}
    assert region.held()[STUDENT] == 60 - len(gone) - 1


def _away(region: Region) -> str:
    source = region.toml()
    for number, url in enumerate(region.urls, 1):
        source = source.replace(url, f"http://127.0.0.1:{number}")
    return source


def test_silence_of_a_school_is_waited_for_once(region: Region) -> None:
    assert region.run().green
    region.apps[2].spoil = lambda asked, made: Reply(silent=True)
    began = time.monotonic()
    result = region.world.run(region.toml().replace("read_timeout = 5.0", "read_timeout = 0.4"))
    assert (fault_of(result).kind, time.monotonic() - began < 6) == ("incomplete", True)
    assert region.held() == ALL


def test_the_application_of_another_school_is_not_taken_for_this_one(region: Region) -> None:
    def swapped(asked: Asked, made: Reply) -> Reply:
        return Reply(body=made.body.replace(region.apps[0].npsn.encode(), b"29999999"))

    region.apps[0].spoil = swapped
    result = region.run()
    assert "is another school" in fault_of(result).message
    assert region.held()["sekolah"] == 2


def test_teachers_at_two_schools_do_not_change_with_every_run(region: Region) -> None:
    guest = {**region.apps[0].tables["getGtk"][0], "nama": "Guru Tamu"}
    region.apps[2].tables["getGtk"].append({**guest, "ptk_terdaftar_id": key_of("ptk_terdaftar", 4444)})
    assert region.run().green
    assert region.held() == {**ALL, "ptk_terdaftar": 13}
    assert region.run().entities["ptk"].counts.updated == 0


def test_fields_that_the_application_does_not_have_are_left_empty_where_it_is_said(region: Region) -> None:
    for app in region.apps:
        for row in app.tables["getPesertaDidik"]:
            del row["alamat_jalan"], row["desa_kelurahan"]
            row["nama_ibu"] = row.pop("nama_ibu_kandung")
    fault = fault_of(region.run())
    assert fault.kind == "schema_drift"
    more = (
        f'[source.entities.{STUDENT}]\nlacks = ["alamat_jalan", "desa_kelurahan"]\n'
        'fields = { nama_ibu = "nama_ibu_kandung" }'
    )
    result = region.run(more)
    assert result.green
    filled = "backbone.peserta_didik WHERE alamat_jalan IS NULL AND nama_ibu_kandung IS NOT NULL"
    assert count(region.world.database, filled) == 60


def test_many_who_are_gone_at_once_wait_for_a_release(region: Region) -> None:
    assert region.run().green
    del region.apps[0].tables["getPesertaDidik"][:10]
    result = region.run()
    assert (fault_of(result).kind, result.entities[STUDENT].held, region.held()) == ("deletions_braked", 10, ALL)


def test_no_token_is_said_and_a_missing_one_is_named_by_its_file(
    region: Region, caplog: pytest.LogCaptureFixture
) -> None:
    region.apps[0].spoil = lambda asked, made: DENIED
    (region.world.folder / f"school_{region.apps[1].npsn}").unlink()
    result = region.run()
    fault = fault_of(result)
    assert f"school_{region.apps[1].npsn}" in fault.message
    assert "token-sekolah" not in caplog.text + fault.message + repr(region.world.configured(region.toml()))
    assert region.held()["sekolah"] == 1


def test_the_doctor_names_the_school_and_says_where_there_is_no_tls(region: Region) -> None:
    def examined(source: str) -> list[tuple[str, str]]:
        steps = tuple(sources.steps(region.world.configured(source), WORDS, 2.0))
        found = doctor.diagnose(doctor.Facts(None, "", steps))
        return [(one.code, one.level) for one in found if one.code != "database"]

    usual = [("source.plain", "warning"), ("source.unserved", "warning")]
    assert examined(region.toml()) == usual
    region.apps[0].spoil = lambda asked, made: DENIED
    away = region.toml().replace(region.urls[2], "http://127.0.0.1:1")
    first, third = region.apps[0].npsn, region.apps[2].npsn
    assert examined(away) == [(f"source.school.{first}", "fault"), (f"source.connection.{third}", "fault"), *usual]
