"""APIs with numbered pages: all of a source is stored, every end is understood, what is gone is deleted with care."""

from __future__ import annotations

import json
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

from tests.support.foreign import DISTRICTS, count, key_of, stored, student
from tests.support.gateway import ENTITY, STUDENTS, Gateway, fault_of
from tests.support.odd_http import Asked
from tests.support.pages_source import STUDENT_KEY


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
