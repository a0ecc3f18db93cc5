"""What was kept long enough goes, the rest stays; a breach is counted by what is really there."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.config import Config
from backbone_sync.privacy import erasure
from backbone_sync.privacy.subject import Subject
from backbone_sync.stores.store import Store
from tests.support.sync_cli import Command, commander, settings
from tests.support.sync_loaded import start_from_loaded
from tests.support.sync_world import SIZE

GRANT: dict[str, object] = {
    "version": 1,
    "region": "33.74",
    "number": "NK/12/2026",
    "expires": date(2099, 12, 31),
    "legal_basis": ["UU 20/2003"],
    "purposes": ["Perencanaan daya tampung sekolah"],
    "contacts": {"protection_officer": {"name": "PPDP", "phone": "000"}},
    "retention": {"quarantine": "30d", "runs": "100d", "corrections": "50d", "departed": "365d"},
}


@pytest.fixture
def sync(
    cluster: Path,
    tmp_path: Path,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    command = commander(settings(tmp_path, config, GRANT), monkeypatch, capsys)

    def load() -> None:
        assert command("run", "--json").status == 0

    start_from_loaded(cluster, load)
    return command


def one(database: str, statement: str) -> tuple[object, ...]:
    with psycopg.connect(database) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row


def test_each_class_goes_when_its_time_is_over_and_not_before(
    sync: Command, data: Path, database: str, tmp_path: Path, config: Config
) -> None:
    with psycopg.connect(database) as connection:
        for key, days in (("?old", 31), ("?new", 29)):
            connection.execute(
                "INSERT INTO sync.quarantine (entity, key, reason, payload, first_run, last_run, seen_at)"
                " VALUES ('ptk', %s, 'malformed', '{\"nama\": \"X\"}', 1, 1, now() - make_interval(days => %s))",
                (key, days),
            )
        for days in (99, 101):
            connection.execute(
                "INSERT INTO sync.run (run_id, started_at, state, version, region) OVERRIDING SYSTEM VALUE"
                " VALUES (%s, now() - make_interval(days => %s), 'green', '1', '33.74')",
                (-days, days),
            )
        leavers = [
            str(k)
            for (k,) in connection.execute(
                "SELECT peserta_didik_id FROM backbone.registrasi_peserta_didik ORDER BY 1 LIMIT 2"
            )
        ]
        for key, days in zip(leavers, (366, 364), strict=True):
            connection.execute(
                "UPDATE backbone.registrasi_peserta_didik SET tanggal_keluar = now()::date - %s::int"
                " WHERE peserta_didik_id = %s",
                (days, key),
            )
    shown = sync("retention", "show", "--json").document
    assert {name: (told["days"], told["due"]) for name, told in shown.items()} == {
        "quarantine": (30, 1),
        "runs": (100, 1),
        "corrections": (50, 0),
        "departed": (365, 1),
    }
    # Whom the grant readmits the next run would bring back: the person stays, and is counted.
    settings(tmp_path, config, {**GRANT, "readmit": [leavers[0]], "retention": {"departed": "365d"}})
    kept = sync("retention", "apply", "--json").document["gone"]
    assert (kept["departed"], kept["readmitted"]) == (0, 1)
    assert one(database, "SELECT count(*) FROM backbone.peserta_didik") == (SIZE.students,)
    settings(tmp_path, config, GRANT)
    gone = sync("retention", "apply", "--json").document["gone"]
    assert gone == {"quarantine": 1, "runs": 1, "corrections": 0, "departed": 1}
    assert one(database, "SELECT count(*), count(payload) FROM sync.quarantine WHERE key LIKE '?%'") == (2, 1)
    assert one(database, "SELECT count(*) FROM sync.run WHERE run_id < 0") == (1,)
    assert one(database, "SELECT count(*) FROM backbone.peserta_didik") == (SIZE.students - 1,)
    assert one(database, "SELECT entity, key, reason FROM sync.erasure") == ("peserta_didik", leavers[0], "retention")
    assert leavers[0] in (tmp_path / "state" / "erasures.jsonl").read_text()
    assert set(sync("retention", "apply", "--json").document["gone"].values()) == {0}
    # The centre still lists the person; the account balances, and the person stays away.
    with sqlite3.connect(data) as source:
        source.execute(
            "UPDATE registrasi_peserta_didik SET tanggal_keluar = '2020-06-30' WHERE peserta_didik_id = ?", leavers[:1]
        )
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM sync.quarantine WHERE key LIKE '?%'")
    assert sync("run", "--full", "--json").status == 0
    assert one(database, f"SELECT count(*) FROM backbone.peserta_didik WHERE peserta_didik_id = '{leavers[0]}'") == (0,)


def enrolled(data: Path, key: str, row: str, ended: str | None, at: str) -> None:
    """The source enrols somebody (once more): a copy of the last enrolment, under a key of its own."""
    with sqlite3.connect(data) as source:
        source.row_factory = sqlite3.Row
        last = dict(
            source.execute("SELECT * FROM registrasi_peserta_didik WHERE peserta_didik_id = ?", (key,)).fetchone()
        )
        made = {**last, "registrasi_id": row, "tanggal_keluar": ended, "last_update": at, "soft_delete": 0}
        names = ", ".join(f'"{name}"' for name in made)
        source.execute(
            f"INSERT OR REPLACE INTO registrasi_peserta_didik ({names}) VALUES ({', '.join('?' * len(made))})",
            list(made.values()),
        )


def test_whoever_departed_and_enrols_again_comes_back_but_not_whoever_asked_to_be_erased(
    sync: Command, data: Path, database: str, tmp_path: Path
) -> None:
    with sqlite3.connect(data) as source:
        rows = source.execute(
            "SELECT registrasi_id, peserta_didik_id FROM registrasi_peserta_didik WHERE soft_delete = 0 ORDER BY 1"
        ).fetchmany(3)
    for row, key in rows:
        enrolled(data, key, row, "2024-06-30", "2026-01-01T00:00:00.000Z")
    assert sync("run", "--json").status == 0
    assert sync("retention", "apply", "--json").document["gone"]["departed"] == 3
    back, asked, away = (key for _, key in rows)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE sync.erasure SET reason = 'subject' WHERE key = %s", (asked,))
    for number, key in enumerate((back, asked), 1):
        enrolled(data, key, f"00000000-0000-4000-8000-{number:012d}", None, "2026-02-01T00:00:00.000Z")
    there = f"SELECT peserta_didik_id FROM backbone.{{}} WHERE peserta_didik_id IN ('{back}', '{asked}', '{away}')"
    for _ in range(2):
        assert sync("run", "--json").status == 0
        for entity in ("peserta_didik", "registrasi_peserta_didik", "anggota_rombel"):
            with psycopg.connect(database) as connection:
                found = {str(k) for (k,) in connection.execute(there.format(entity).encode())}
            assert found == {back}, entity
    with psycopg.connect(database) as connection:
        kept = {str(k) for (k,) in connection.execute("SELECT key FROM sync.erasure")}
    assert kept == {asked, away}
    assert sync("retention", "apply", "--json").document["gone"]["departed"] == 0
    listed = [json.loads(line) for line in (tmp_path / "state" / "erasures.jsonl").read_text().splitlines()]
    assert [(one["key"], one["reason"]) for one in listed][-1] == (back, "returned")


def departed(sync: Command, data: Path) -> str:
    """A child whose time to keep was over, and who is erased."""
    with sqlite3.connect(data) as source:
        row, key = source.execute(
            "SELECT registrasi_id, peserta_didik_id FROM registrasi_peserta_didik WHERE soft_delete = 0 ORDER BY 1"
        ).fetchone()
    enrolled(data, key, row, "2024-06-30", "2026-01-01T00:00:00.000Z")
    assert sync("run", "--json").status == 0
    assert sync("retention", "apply", "--json").document["gone"]["departed"] == 1
    return str(key)


def test_whoever_enrols_again_is_there_though_the_run_was_killed_before_it_said_so(
    sync: Command, data: Path, database: str, tmp_path: Path
) -> None:
    key = departed(sync, data)
    list_ = tmp_path / "state" / "erasures.jsonl"
    before = list_.read_text()
    enrolled(data, key, "00000000-0000-4000-8000-000000000001", None, "2026-02-01T00:00:00.000Z")
    with sqlite3.connect(data) as source:  # so that the cursor is past it by more than the overlap
        source.execute(
            "UPDATE registrasi_peserta_didik SET last_update = '2026-03-01T00:00:00.000Z' WHERE registrasi_id ="
            " (SELECT registrasi_id FROM registrasi_peserta_didik WHERE peserta_didik_id <> ? ORDER BY 1 LIMIT 1)",
            (key,),
        )
    assert sync("run", "--json").status == 0
    # Killed once its pages were stored: the database lets the child in, and the file outside it does not know yet.
    list_.write_text(before)
    for _ in range(2):
        assert sync("run", "--json").status == 0
        for entity in ("peserta_didik", "registrasi_peserta_didik", "anggota_rombel"):
            found = one(database, f"SELECT count(*) > 0 FROM backbone.{entity} WHERE peserta_didik_id = '{key}'")
            assert found == (True,), entity
    assert one(database, "SELECT count(*) FROM sync.erasure") == (0,)
    assert json.loads(list_.read_text().splitlines()[-1])["reason"] == "returned"


def test_whoever_asked_to_be_erased_stays_away_though_the_time_to_keep_was_over_before(
    sync: Command, data: Path, database: str, tmp_path: Path, config: Config
) -> None:
    key = departed(sync, data)
    grant_, words = config.grant, dictionary.load()
    with closing(Store(database)) as store:
        for reason in ("subject", "retention"):
            erasure.erase(store.people, words, grant_, str(tmp_path / "state"), Subject("peserta_didik", key), reason)
            assert one(database, "SELECT key, reason FROM sync.erasure") == (key, "subject")
    enrolled(data, key, "00000000-0000-4000-8000-000000000001", None, "2026-02-01T00:00:00.000Z")
    assert sync("run", "--json").status == 0
    assert one(database, f"SELECT count(*) FROM backbone.peserta_didik WHERE peserta_didik_id = '{key}'") == (0,)


def test_a_breach_is_counted_by_entity_and_category_with_the_hours_left(sync: Command, database: str) -> None:
    told = sync("breach", "affected", "--known", "2026-07-01T08:00+07:00", "--json").document
    assert told["notify_until"] == "2026-07-04T01:00+00:00"
    assert told["people"] == {"peserta_didik": SIZE.students, "ptk": SIZE.staff}
    assert told["specific_data"] == ["anggota_rombel", "peserta_didik", "registrasi_peserta_didik"]
    categories = {c["field"]: c["rows"] for c in told["entities"]["peserta_didik"]["categories"]}
    assert categories["nama"] == SIZE.students
    assert categories["nisn"] == one(database, "SELECT count(nisn) FROM backbone.peserta_didik")[0]
    assert not {"nik", "agama_id", "peserta_didik_id", "last_update"} & set(categories)
    assert told["protection_officer"]["name"] == "PPDP"
    assert "sekolah" not in told["entities"]


def test_one_schools_people_are_listed_for_letters(sync: Command, data: Path, tmp_path: Path) -> None:
    with sqlite3.connect(data) as source:
        npsn, school = source.execute("SELECT npsn, sekolah_id FROM sekolah LIMIT 1").fetchone()
        students = {
            r[0]
            for r in source.execute(
                "SELECT peserta_didik_id FROM registrasi_peserta_didik WHERE sekolah_id = ?", (school,)
            )
        }
    out = tmp_path / "people.ndjson"
    said = sync("breach", "affected", "--school", npsn, "--people", str(out), "--json")
    assert said.document["people"]["peserta_didik"] == len(students)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {p["peserta_didik_id"] for p in lines if p["entity"] == "peserta_didik"} == students
    assert all(p["nama"] for p in lines)
    assert said.document["listed"] == len(lines)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not any(p["nama"] in said.out + said.err for p in lines)
    assert sync("breach", "affected", "--entity", "sekolah").status == 1
