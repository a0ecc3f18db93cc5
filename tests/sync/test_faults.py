"""Nothing that is not a page is taken for "no rows"; a run that was killed, cut off or fooled loses nothing."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.config import Config
from backbone_sync.errors import AlreadyRunning, Overloaded, StoreUnreachable, SyncError
from backbone_sync.privacy import grant
from backbone_sync.sources.client import Client
from backbone_sync.stores.store import Store
from provision.lab.source import schema
from provision.lab.source.faults import Answer
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.certificates import self_signed
from tests.support.sync_world import PAGE, SIZE, Run, difference, stored

FOREVER = 10_000
# fault → (class of the error, exit status)
LASTING = {
    "html": ("bad_answer", 1),
    "html_as_json": ("bad_answer", 1),
    "error_in_200": ("bad_answer", 1),
    "bare_empty": ("bad_answer", 1),
    "nothing": ("bad_answer", 1),
    "unauthorised": ("auth", 1),
    "forbidden": ("auth", 1),
    "slow_down": ("overloaded", 3),
    "maintenance": ("overloaded", 3),
    "broken": ("unreachable", 3),
    "moved": ("bad_answer", 1),
    "cut_off": ("bad_answer", 1),
    "cut_off_json": ("bad_answer", 1),
    "wrong_type": ("bad_answer", 1),
    "wrong_gzip": ("bad_answer", 1),
    "other_region": ("region", 1),
    "other_entity": ("bad_answer", 1),
    "other_version": ("bad_answer", 1),
    "miscounted": ("bad_answer", 1),
}


def kind_of(error: SyncError | None) -> str | None:
    return error.kind if error else None


@pytest.mark.parametrize(("fault", "kind", "status"), [(f, *v) for f, v in LASTING.items()])
def test_an_answer_that_is_no_page_stops_the_entity_and_costs_nothing(
    fault: str, kind: str, status: int, run: Run, source: Source, data: Path, database: str
) -> None:
    source.switches.arm(fault, "/peserta_didik", times=FOREVER, after=2)
    students = grant.make(dictionary.load(), ("peserta_didik",))
    result = run(source_retries=0, grant=students)
    assert not result.green
    assert result.exit_status == status
    errors = {kind_of(result.error), kind_of(result.entities["peserta_didik"].error)}
    assert kind in errors
    said = result.error or result.entities["peserta_didik"].error
    assert said is not None
    assert said.repair
    assert len(stored(database, "peserta_didik", "peserta_didik_id")) < SIZE.students
    source.switches.clear()
    again = run(grant=students)
    assert again.green
    assert again.entities["peserta_didik"].counts.received < SIZE.students + SIZE.withdrawn
    assert difference(data, database, "peserta_didik") == set()


@pytest.mark.parametrize(("fault", "kind", "status"), [("forbidden", "auth", 1), ("broken", "unreachable", 3)])
def test_an_entity_that_the_source_will_not_or_cannot_give_keeps_no_other_from_being_fetched(
    fault: str, kind: str, status: int, run: Run, source: Source, data: Path, database: str
) -> None:
    source.switches.arm(fault, "/entities/sekolah", times=FOREVER)
    result = run(source_retries=0)
    assert result.error is None
    assert kind_of(result.entities["sekolah"].error) == kind
    assert (result.entities["sekolah"].complete, result.green, result.exit_status) == (False, False, status)
    assert [n for n, r in result.entities.items() if not r.complete] == ["sekolah"]
    assert difference(data, database, "peserta_didik") == set()


@pytest.mark.parametrize("fault", ["slow_down", "maintenance", "cut_off", "broken", "html"])
def test_what_passes_is_waited_for(fault: str, run: Run, source: Source) -> None:
    source.switches.arm(fault, "/peserta_didik", times=2, after=1)
    assert run().green


def test_the_pause_that_the_source_asks_for_is_kept(config: Config, source: Source) -> None:
    pauses: list[float] = []
    client = Client(config, "0", sleep=pauses.append)
    source.switches.arm("slow_down", "/totals", times=2)
    assert client.totals()
    assert pauses == [1.0, 1.0]
    impatient = dataclasses.replace(config, source=dataclasses.replace(config.source, max_wait=0.5))
    source.switches.arm("slow_down", "/totals", times=1)
    with pytest.raises(Overloaded, match="left alone for 1 s") as caught:
        Client(impatient, "0", sleep=pauses.append).totals()
    assert "run.windows" in caught.value.repair
    assert len(pauses) == 2


def test_a_token_that_is_revoked_in_mid_run_is_renewed(run: Run, source: Source) -> None:
    def revoke(answer: Answer) -> Answer:
        source.revoke()
        return answer

    source.switches.arm(revoke, "/peserta_didik", times=3)
    assert run().green


def test_an_expired_cursor_starts_again_from_the_last_safe_time(run: Run, source: Source, data: Path) -> None:
    source.switches.arm("expired", "/peserta_didik", times=1, after=3)
    result = run()
    assert result.green
    assert result.entities["peserta_didik"].counts.created == SIZE.students


def test_a_page_that_comes_again_is_not_followed_for_ever(run: Run, source: Source) -> None:
    pages: list[Answer] = []

    def same(answer: Answer) -> Answer:
        pages.append(answer)
        return pages[0]

    source.switches.arm(same, "/peserta_didik", times=FOREVER)
    result = run(source_retries=0)
    assert kind_of(result.entities["peserta_didik"].error) == "bad_answer"
    assert result.entities["sekolah"].complete


def test_a_source_that_is_not_there_ends_with_three(run: Run, config: Config) -> None:
    result = run(source_url="https://127.0.0.1:1", source_retries=0)
    assert (result.exit_status, kind_of(result.error)) == (3, "unreachable")


@pytest.mark.parametrize("which", ["no authority of ours", "another authority", "another name"])
def test_a_certificate_from_elsewhere_is_not_trusted(
    which: str, run: Run, source: Source, database: str, tmp_path: Path
) -> None:
    changed = {
        "no authority of ours": {"source_ca_file": ""},
        "another authority": {"source_ca_file": str(self_signed(tmp_path)[0])},
        "another name": {"source_url": f"https://127.1:{source.server_address[1]}"},  # the same address
    }
    result = run(source_retries=0, **changed[which])
    assert (result.green, result.exit_status, kind_of(result.error)) == (False, 3, "unreachable")
    assert result.error is not None
    assert "no trusted connection" in result.error.message
    assert "ca_file" in result.error.repair
    assert stored(database, "sekolah", "sekolah_id") == []
    assert run().green


def test_thirty_seconds_of_silence_are_not_waited_for(run: Run, source: Source, data: Path, database: str) -> None:
    source.switches.arm("silent", "/peserta_didik", times=FOREVER, after=2)
    students = grant.make(dictionary.load(), ("peserta_didik",))
    began = time.monotonic()
    result = run(source_retries=1, source_read_timeout=0.5, grant=students)
    assert time.monotonic() - began < 25
    assert (result.green, result.exit_status, kind_of(result.error)) == (False, 3, "unreachable")
    assert result.error is not None
    assert "no answer from 127.0.0.1" in result.error.message
    assert "check the address, the route and the firewall" in result.error.repair
    assert 2 * PAGE - SIZE.withdrawn <= len(stored(database, "peserta_didik", "peserta_didik_id")) <= 2 * PAGE
    source.switches.clear()
    assert run(grant=students).green
    assert difference(data, database, "peserta_didik") == set()


def test_a_database_that_is_not_there_says_so_without_its_words(config: Config) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        Store("host=/nowhere dbname=backbone user=somebody")
    assert "somebody" not in caught.value.message


def test_totals_that_do_not_fit_are_not_green(run: Run, source: Source) -> None:
    def fewer(answer: Answer) -> Answer:
        body = json.loads(answer.body)
        body["entities"]["peserta_didik"]["live"] += 1
        return dataclasses.replace(answer, body=json.dumps(body).encode())

    source.switches.arm(fewer, "/totals", times=FOREVER)
    result = run()
    assert result.exit_status == 1
    assert [n for n, r in result.entities.items() if not r.green] == ["peserta_didik"]


def test_two_runs_at_once_are_one_too_many(run: Run, config: Config) -> None:
    other = Store(config.database)
    other.lock()
    try:
        second = Store(config.database)
        with pytest.raises(AlreadyRunning):
            second.lock(patience=0.5)
        second.close()
    finally:
        other.close()


def at_source(data: Path, statement: str, *values: object) -> None:
    connection = schema.connect(data)
    connection.execute(statement, values)
    connection.close()


def test_a_row_that_cannot_be_stored_waits_in_quarantine_until_it_is_mended(
    run: Run, data: Path, database: str
) -> None:
    bad = "UPDATE peserta_didik SET jenis_kelamin = ?, last_update = ? WHERE peserta_didik_id = ?"
    connection = schema.connect(data)
    key, nik = connection.execute("SELECT peserta_didik_id, nik FROM peserta_didik WHERE soft_delete = 0").fetchone()
    connection.close()
    at_source(data, bad, "X", "2025-02-01T00:00:00.000Z", key)
    first = run()
    account = first.entities["peserta_didik"].balance
    assert account is not None
    assert (account.stored, account.quarantined, account.balanced) == (SIZE.students - 1, 1, True)
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT key, reason, field, payload FROM sync.quarantine").fetchone()
    assert row is not None
    assert row[:3] == (key, "not_in_code_list", "jenis_kelamin")
    assert nik not in row[3]
    assert "nama_ibu_kandung" not in row[3]
    at_source(data, bad, "P", "2025-02-02T00:00:00.000Z", key)
    second = run()
    account = second.entities["peserta_didik"].balance
    assert account is not None
    assert (second.green, account.stored, account.quarantined) == (True, SIZE.students, 0)


def test_schools_of_another_region_are_refused_with_all_that_hangs_on_them(run: Run, data: Path, database: str) -> None:
    connection = schema.connect(data)
    key = connection.execute("SELECT sekolah_id FROM sekolah ORDER BY 1").fetchone()[0]
    classes = connection.execute("SELECT count(*) FROM rombongan_belajar WHERE sekolah_id = ?", [key]).fetchone()[0]
    connection.close()
    at_source(data, "UPDATE sekolah SET kode_wilayah = '020500  ' WHERE sekolah_id = ?", key)
    result = run()
    assert result.exit_status == 1
    assert result.entities["sekolah"].counts.refused == 1
    assert result.entities["rombongan_belajar"].counts.refused == classes
    with psycopg.connect(database) as connection2:
        counts = connection2.execute(
            "SELECT (SELECT count(*) FROM backbone.sekolah WHERE sekolah_id = %(k)s),"
            " (SELECT count(*) FROM backbone.rombongan_belajar WHERE sekolah_id = %(k)s),"
            " (SELECT count(payload) FROM sync.quarantine)",
            {"k": key},
        ).fetchone()
    assert counts == (0, 0, 0)


def test_fields_that_nobody_asked_for_are_dropped_counted_and_reported(run: Run, source: Source, database: str) -> None:
    def more(answer: Answer) -> Answer:
        body = json.loads(answer.body)
        for row in body["rows"]:
            if not row["soft_delete"]:
                row["nik"] = "9900000000000001"
                row["kolom baru"] = {"a": 1}
        return dataclasses.replace(answer, body=json.dumps(body).encode())

    source.switches.arm(more, "/peserta_didik", times=FOREVER)
    result = run()
    assert result.green
    assert result.entities["peserta_didik"].unknown == ("kolom baru",)
    assert result.entities["peserta_didik"].counts.dropped_values == 2 * SIZE.students
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(nik), count(*) FROM backbone.peserta_didik").fetchone()
    assert row == (0, SIZE.students)


def test_an_older_page_cannot_bring_back_what_is_deleted_or_changed(run: Run, source: Source, data: Path) -> None:
    """A source that lists old versions after new ones, as a restored replica would."""
    kept: list[Answer] = []

    def keep(answer: Answer) -> Answer:
        kept.append(answer)
        return answer

    source.switches.arm(keep, "/peserta_didik", times=1)
    run()
    mutate(data, "peserta_didik", change=300, delete=50, seed=9)
    assert run().green
    old = json.loads(kept[0].body)

    def replay(answer: Answer) -> Answer:
        body = {**json.loads(answer.body), "rows": old["rows"], "count": old["count"], "more": False}
        return dataclasses.replace(answer, body=json.dumps(body).encode())

    source.switches.arm(replay, "/peserta_didik", times=1)
    result = run()
    counts = result.entities["peserta_didik"].counts
    assert result.green
    assert (counts.created, counts.updated, counts.deleted) == (0, 0, 0)
    assert counts.conflicts > 0
