"""APIs with numbered pages: all of a source is stored, and nothing that such an API does is taken for a deletion."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from backbone_sync import doctor, sources
from backbone_sync.errors import SyncError
from backbone_sync.results import RunResult
from tests.support.foreign import DISTRICTS, WORDS, count, emptied, key_of, stored, student
from tests.support.foreign_world import World
from tests.support.odd_http import HTML, Asked, Reply, reply, served
from tests.support.pages_source import KEY, PASSWORD, SECRETS, STUDENT_KEY, USER, PagesApi

STUDENTS = 70
ENTITY = "peserta_didik"
ENTITIES = ("sekolah", ENTITY)
Spoil = Callable[[Asked, Reply], Reply]


@dataclasses.dataclass
class Gateway:
    """A scripted API, the world that is run against it, and the configuration of the one for the other."""

    api: PagesApi
    world: World
    url: str
    ca: Path

    def toml(self, more: str = "", of_students: str = "", scopes: tuple[str, ...] = DISTRICTS) -> str:
        """The table [source]."""
        listed = ", ".join(f'"{s}"' for s in scopes)
        return f"""
kind = "pages"
url = "{self.url}"
ca_file = "{self.ca}"
token_path = "/masuk"
page_size = 10
scope_parameter = "kode_kecamatan"
scopes = [{listed}]
retries = 1
read_timeout = 5.0
{more}
[source.entities."ref.mst_wilayah"]
path = "/wilayah"
unscoped = true
[source.entities.sekolah]
path = "/sekolah"
[source.entities.peserta_didik]
path = "/siswa"
key_header = "Apikey"
key_file = "api_key_siswa"
ignore = ["dibuat_oleh"]
{of_students}
fields = {{ nm_siswa = "nama" }}
"""

    def run(self, more: str = "", of_students: str = "", run: str = "") -> RunResult:
        """One run."""
        return self.world.run(self.toml(more, of_students), run=run)

    def held(self) -> set[str]:
        """Students that are stored."""
        return {str(row[0]) for row in stored(self.world.database, ENTITY)}

    def in_force(self) -> set[str]:
        """Students that the source has."""
        return {row["peserta_didik_id"] for row in self.api.rows[ENTITY]}

    def drop(self, *numbers: int) -> None:
        """Students go from the source."""
        gone = {key_of(ENTITY, n) for n in numbers}
        self.api.rows[ENTITY] = [row for row in self.api.rows[ENTITY] if row["peserta_didik_id"] not in gone]


@pytest.fixture
def gate(foreign_database: str, certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[Gateway]:
    """An API with 70 students in three districts, and an empty database."""
    emptied(foreign_database)
    api = PagesApi().filled(STUDENTS)
    world = World(foreign_database, tmp_path, ENTITIES)
    world.secret(username=USER, password=PASSWORD, api_key=KEY, api_key_siswa=STUDENT_KEY)
    with served(api.answer, certificate) as url:
        yield Gateway(api, world, url, certificate[0])


def fault_of(result: RunResult) -> SyncError:
    fault = result.error or result.entities[ENTITY].error
    assert fault is not None
    assert not result.green
    return fault


def test_a_full_load_equals_the_source_by_the_dictionarys_names_and_types(gate: Gateway) -> None:
    result = gate.run()
    assert result.green, (result.error, {n: (r.error, r.balance) for n, r in result.entities.items()})
    assert set(result.entities) == {"ref.mst_wilayah", "sekolah", ENTITY}  # what the source lacks is left alone
    assert gate.held() == gate.in_force()
    first = stored(gate.world.database, ENTITY, "peserta_didik_id", "nama", "tanggal_lahir", "last_update")[0]
    assert first[1:] == ("Murid 0", date(2015, 6, 1), datetime(2025, 3, 1, 1, 15, tzinfo=UTC))
    assert count(gate.world.database, "backbone.sekolah WHERE rt = 3 AND lintang = -7.012345") == 6
    assert result.entities[ENTITY].unknown == ()
    listed = [a for a in gate.api.asked if a.path == "/siswa" and a.query["kode_kecamatan"] == DISTRICTS[0]]
    # 24 rows in pages of ten; the short page is asked past, because it might be a full one of a smaller kind.
    assert [a.query["page"] for a in listed] == ["1", "2", "3", "4"]
    assert {(a.headers["authorization"], a.headers["apikey"]) for a in listed} == {("Bearer token-1", STUDENT_KEY)}
    assert gate.api.tokens == 1
    again = gate.run()
    assert again.green
    assert (again.entities[ENTITY].counts.unchanged, again.entities[ENTITY].counts.updated) == (STUDENTS, 0)


def test_a_change_is_stored_and_a_row_that_is_no_longer_listed_is_deleted(gate: Gateway) -> None:
    assert gate.run().green
    gate.api.rows[ENTITY][5]["nama"] = "Murid Berganti Nama"
    gate.api.rows[ENTITY].append(student(900, DISTRICTS[1]))
    gate.drop(7)
    result = gate.run()
    made = result.entities[ENTITY]
    assert result.green
    assert (made.counts.created, made.counts.updated, made.counts.deleted) == (1, 1, 1)
    assert gate.held() == gate.in_force()


def test_a_source_that_tells_no_time_of_change_is_followed_by_content(gate: Gateway) -> None:
    for row in gate.api.rows["sekolah"]:
        del row["last_update"], row["soft_delete"]
    assert gate.run().green
    gate.api.rows["sekolah"][2]["nama"] = "SD Berganti Nama"
    result = gate.run()
    assert (result.green, result.entities["sekolah"].counts.updated) == (True, 1)
    assert gate.run().entities["sekolah"].counts.updated == 0
    assert count(gate.world.database, "backbone.sekolah WHERE nama = 'SD Berganti Nama'") == 1


def test_every_way_to_end_is_understood(gate: Gateway) -> None:
    """Thirty students are a full page a district exactly: the first page again may be the end or a deaf source."""
    for students, bare in ((30, False), (STUDENTS, True)):
        gate.api.filled(students)
        gate.api.bare = bare
        for past in ("empty", "last", "first", "404"):
            gate.api.past = past
            result = gate.run("past_end_status = 404" if past == "404" else "")
            assert result.green, (students, past, fault_of(result).message)
            assert result.entities[ENTITY].counts.received >= students
            assert gate.held() == gate.in_force()


def test_a_page_that_is_short_because_the_source_gives_no_longer_ones_is_not_the_end(gate: Gateway) -> None:
    gate.api.most = 4
    assert gate.run().green
    assert gate.held() == gate.in_force()


def test_a_short_page_may_be_trusted_to_spare_a_request(gate: Gateway) -> None:
    assert gate.run("trust_short_page = true").green
    assert gate.held() == gate.in_force()
    asked = [a.query["page"] for a in gate.api.asked if a.query.get("kode_kecamatan") == DISTRICTS[0]]
    assert asked == ["1", "1", "2", "3"]


def test_a_source_that_does_not_look_at_page_numbers_is_found_out(gate: Gateway) -> None:
    assert gate.run().green
    gate.api.deaf = True
    fault = fault_of(gate.run())
    assert (fault.kind, "every page is the first one" in fault.message) == ("bad_answer", True)
    assert "page_parameter" in fault.repair
    assert gate.held() == gate.in_force()


def test_a_source_that_does_not_look_at_the_scope_is_found_out(gate: Gateway) -> None:
    gate.api.scopeless = True
    fault = fault_of(gate.run())
    assert fault.kind == "incomplete"
    assert "two values of kode_kecamatan bring the same rows" in fault.message


def test_a_district_without_any_row_is_a_fault_unless_it_is_said_to_be_right(gate: Gateway) -> None:
    assert gate.run().green
    stood = gate.held()
    gate.api.rows[ENTITY] = [r for r in gate.api.rows[ENTITY] if r["kode_wilayah"] != DISTRICTS[2]]
    fault = fault_of(gate.run())
    assert (fault.kind, f"({DISTRICTS[2]})" in fault.message, gate.held()) == ("incomplete", True, stood)
    braked = gate.run(of_students="empty = true")
    assert (fault_of(braked).kind, gate.held()) == ("deletions_braked", stood)


def spoilt(answer: Reply, scope: str | None = None, page: str = "2") -> Spoil:
    """The answer in place of a page of students."""

    def spoil(asked: Asked, made: Reply) -> Reply:
        hit = asked.path == "/siswa" and asked.query["page"] == page
        return answer if hit and scope in (None, asked.query["kode_kecamatan"]) else made

    return spoil


FAULTS = {
    "html": (HTML, "not JSON"),
    "html_500": (dataclasses.replace(HTML, status=500), "answered 500"),
    "not_found": (dataclasses.replace(HTML, status=404), "answered 404"),
    "error_in_200": (reply({"success": False, "data": []}), "says that it failed"),
    "status_error": (reply({"status": "error", "data": []}), "says that it failed"),
    "null": (reply({"data": None}), "no list of rows at 'data'"),
    "nothing": (Reply(), "is empty"),
    "cut_off_json": (Reply(body=b'{"data":[{"peserta_didik_id":"1'), "cut off or not JSON"),
    "cut_off": (Reply(body=b'{"data":[', announced=500), "cut off"),
}


def test_a_district_that_fails_hinders_no_other_and_deletes_nothing(gate: Gateway) -> None:
    assert gate.run().green
    gate.drop(0, 3, 1)  # two of the district that fails, one of another
    for number, (name, (answer, said)) in enumerate(FAULTS.items(), 900):
        gate.api.rows[ENTITY].append(student(number, DISTRICTS[2]))
        gate.api.spoil = spoilt(answer, DISTRICTS[0])
        result = gate.world.run(gate.toml().replace("retries = 1", "retries = 0"))
        fault = fault_of(result)
        assert (fault.kind, result.exit_status) == ("incomplete", 1), name
        assert said in fault.message, name
        assert f"1 of 3 values of kode_kecamatan failed ({DISTRICTS[0]})" in fault.message
        assert "nothing was deleted" in fault.message
        assert fault.repair
        assert key_of(ENTITY, number) in gate.held()
        assert gate.held() >= {key_of(ENTITY, n) for n in range(STUDENTS)}
    gate.api.spoil = lambda asked, made: made
    again = gate.run()
    assert (again.green, again.entities[ENTITY].counts.deleted) == (True, 3)
    assert gate.held() == gate.in_force()


def test_what_passes_is_waited_for_with_growing_pauses(gate: Gateway) -> None:
    turns = {"left": 2}

    def once(asked: Asked, made: Reply) -> Reply:
        if asked.path == "/siswa" and turns["left"]:
            turns["left"] -= 1
            return dataclasses.replace(HTML, status=502)
        return made

    gate.api.spoil = once
    source = gate.toml().replace("retries = 1", "retries = 3")
    gate.world.pauses.clear()
    assert gate.world.run(source).green
    assert len(gate.world.pauses) == 2
    assert 0.7 < gate.world.pauses[0] < 1.3 < gate.world.pauses[1]


def test_silence_and_overload_end_the_run_and_delete_nothing(gate: Gateway) -> None:
    assert gate.run().green
    gate.drop(0)
    gate.api.spoil = spoilt(Reply(silent=True))
    source = gate.toml().replace("read_timeout = 5.0", "read_timeout = 0.3").replace("retries = 1", "retries = 0")
    result = gate.world.run(source)
    assert (fault_of(result).kind, result.exit_status) == ("unreachable", 3)
    gate.api.spoil = spoilt(dataclasses.replace(reply({}, 429), headers={"Retry-After": "7"}))
    gate.world.pauses.clear()
    result = gate.run()
    assert (fault_of(result).kind, result.exit_status, gate.world.pauses) == ("overloaded", 3, [7.0])
    assert len(gate.held()) == STUDENTS


def test_a_token_that_ends_in_mid_run_is_renewed_and_one_that_is_refused_ends_the_run(gate: Gateway) -> None:
    def expire(asked: Asked) -> None:
        if asked.path == "/siswa" and asked.query["page"] == "2" and gate.api.tokens == 1:
            gate.api.tokens = 2

    gate.api.meanwhile = expire
    assert gate.run().green
    gate.world.secret(password="sandi-lama")
    result = gate.run()
    fault = result.error
    assert fault is not None
    assert (fault.kind, "user name and password" in fault.repair) == ("auth", True)
    assert gate.held() == gate.in_force()


def test_a_key_that_does_not_cover_an_entity_is_named(gate: Gateway) -> None:
    gate.world.secret(api_key_siswa="kunci-lain")
    fault = fault_of(gate.run())
    assert (fault.kind, "403 for peserta_didik" in fault.message) == ("auth", True)


def test_a_listing_that_was_shifted_by_a_deletion_is_made_again_before_anything_goes(gate: Gateway) -> None:
    """A row goes from page one while page two is fetched: a row in force slips from page three to page two."""
    gate.api.filled(60)
    assert gate.world.run(gate.toml(scopes=()).replace("scopes = []", "")).green
    turns = {"left": 1}

    def shift(asked: Asked) -> None:
        if asked.path == "/siswa" and asked.query["page"] == "3" and turns["left"]:
            turns["left"] = 0
            gate.drop(4)

    gate.api.meanwhile = shift
    result = gate.world.run(gate.toml(scopes=()).replace("scopes = []", ""))
    made = result.entities[ENTITY]
    assert (turns["left"], made.counts.deleted) == (0, 0)  # what a listing of this run has had is not gone yet
    assert key_of(ENTITY, 20) in gate.held()
    after = gate.world.run(gate.toml(scopes=()).replace("scopes = []", ""))
    assert (after.green, after.entities[ENTITY].counts.deleted) == (True, 1)
    assert gate.held() == gate.in_force()


def test_another_source_than_before_is_listed_anew_and_its_rows_win(gate: Gateway) -> None:
    """Its times may be older than those of the first source, which had withdrawn a row that it has in force."""
    assert gate.run().green
    with psycopg.connect(gate.world.database, autocommit=True) as connection:
        connection.execute("DELETE FROM backbone.sekolah WHERE sekolah_id = %s", (key_of("sekolah", 4),))
        connection.execute(
            "INSERT INTO sync.tombstone VALUES ('sekolah', %s, '2025-09-09T00:00:00Z', 1)", (key_of("sekolah", 4),)
        )
    for row in gate.api.rows["sekolah"]:
        row.update(nama="SD Lama", last_update="2019-01-01T00:00:00Z")
    same = gate.run()
    assert not same.entities["sekolah"].green  # the source that withdrew it has it again, older: that is no order
    assert count(gate.world.database, "backbone.sekolah WHERE nama = 'SD Lama'") == 0
    other = gate.world.run(gate.toml().replace(gate.url, gate.url + "/baru"))
    assert other.green
    assert count(gate.world.database, "backbone.sekolah WHERE nama = 'SD Lama'") == 6
    assert gate.held() == gate.in_force()


def test_more_deletions_than_a_run_may_make_wait(gate: Gateway) -> None:
    assert gate.run().green
    gate.drop(*range(0, 30, 3))
    result = gate.run()
    assert (fault_of(result).kind, result.entities[ENTITY].held) == ("deletions_braked", 10)
    assert len(gate.held()) == STUDENTS


def test_a_row_that_says_that_it_is_withdrawn_is_as_good_as_absent_and_may_come_back(gate: Gateway) -> None:
    rows = gate.api.rows["sekolah"]
    for row in rows:
        del row["last_update"]
    for withdrawn, many in ((0, 6), (1, 5), (0, 6)):
        rows[3]["soft_delete"] = withdrawn
        assert gate.run().green
        assert count(gate.world.database, "backbone.sekolah") == many


def test_a_run_that_is_killed_at_any_page_is_made_good_by_the_next_one(gate: Gateway) -> None:
    """Also in the second listing, which comes before a deletion."""
    gate.world.configured(gate.toml(), run="group_rows = 1")
    words = ["run", "--json", "--config", str(gate.world.folder / "sync.toml")]
    child: queue.Queue[int] = queue.Queue()
    with zygote() as spawn:
        for page, drop in ((3, False), (9, False), (0, False), (9, True), (17, True)):
            if drop:
                gate.drop(page)
            left = iter(range(page, -1, -1))

            def kill(asked: Asked, left: Iterator[int] = left, page: int = page) -> None:
                if page and asked.path == "/siswa" and next(left, None) == 1:
                    os.kill(child.get(timeout=10), signal.SIGKILL)
                    time.sleep(0.05)

            gate.api.meanwhile = kill
            code = spawn(words, child)
            assert code == (-signal.SIGKILL if page else 0)
            assert len(gate.held()) == STUDENTS or (0 < len(gate.held()) < STUDENTS and not drop)
    gate.api.meanwhile = lambda asked: None
    result = gate.run()
    assert (result.green, result.entities[ENTITY].counts.deleted) == (True, 2)
    assert gate.held() == gate.in_force()


@contextmanager
def zygote() -> Iterator[Callable[[list[str], queue.Queue[int]], int]]:
    """Runs backbone-sync in a process of its own: puts its id into the queue, gives its exit code."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.zygote"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    to, said = process.stdin, process.stdout
    assert to is not None
    assert said is not None

    def spawn(words: list[str], child: queue.Queue[int]) -> int:
        to.write(json.dumps(words) + "\n")
        to.flush()
        while not child.empty():
            child.get()
        child.put(int(said.readline()))
        to.write("\n")
        to.flush()
        return int(said.readline())

    try:
        yield spawn
    finally:
        to.close()
        process.wait(30)


def test_nothing_secret_is_said_or_logged(gate: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gate.run()
    gate.api.spoil = spoilt(HTML)
    gate.run()
    gate.world.secret(password="sandi-lama")
    result = gate.run()
    config = gate.world.configured(gate.toml())
    said = [caplog.text, repr(config), str(result), *(f.what.en for f in examined(gate))]
    assert not [s for s in (*SECRETS, "sandi-lama", "Murid") if any(s in text for text in said)]


def examined(gate: Gateway, source: str = "") -> list[doctor.Finding]:
    steps = tuple(sources.steps(gate.world.configured(source or gate.toml()), WORDS, 2.0))
    found = doctor.diagnose(doctor.Facts(None, "", steps))
    # There is no database to speak of, and the test's own certificate ends tomorrow.
    return [
        one for one in found if one.code != "database" and (one.code, one.level) != ("source.certificate", "warning")
    ]


def test_the_doctor_walks_the_way_and_names_the_entity_that_fails(gate: Gateway) -> None:
    found = examined(gate)
    assert [(f.code, f.level) for f in found] == [("source.unserved", "warning")]
    assert "ref.agama" in found[0].what.en
    gate.api.spoil = spoilt(HTML, page="1")
    assert [f.code for f in examined(gate)] == ["source.answer.peserta_didik", "source.unserved"]
    gate.world.secret(password="sandi-lama")
    assert [f.code for f in examined(gate)] == ["source.token"]
    elsewhere = gate.toml().replace(f'ca_file = "{gate.ca}"', "")
    assert [f.code for f in examined(gate, elsewhere)] == ["source.certificate"]
    away = gate.toml().replace(gate.url, "https://127.0.0.1:1")
    assert [f.code for f in examined(gate, away)] == ["source.connection"]
