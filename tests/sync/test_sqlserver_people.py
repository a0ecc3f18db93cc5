"""The verbs on people, the record and the figures, with SQL Server's stand-in; no server of that kind is here.

The same questions are put to PostgreSQL, filled from the same source, and the answers have to be the same.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backbone_sync import config as configs
from backbone_sync import dictionary
from provision.lab.source.generate import Size, generate
from tests.support.sqlserver_standin import Killed, Server, driver, known
from tests.support.sync_cli import Command, commander, settings

WORDS = dictionary.load()
STORE = 'kind = "sqlserver"\nserver = "tcp:db.semarang.example,1433"\ndatabase = "backbone"'
GRANT: dict[str, object] = {
    "version": 1,
    "region": "33.74",
    "number": "NK/12/2026",
    "expires": date(2099, 12, 31),
    "legal_basis": ["UU 20/2003"],
    "purposes": ["Perencanaan daya tampung sekolah"],
    "contacts": {"data_owner": {"name": "Pusdatin", "email": "pusdatin@contoh.example"}},
    "retention": {"quarantine": "30d", "runs": "100d", "corrections": "50d", "departed": "365d"},
}
WHY = ("--reason", "Surat 12/2026")
BY = (*WHY, "--by", "Kepala Dinas")
# What differs between two runs of anything.
MOMENTS = {
    "verified",
    "dct:issued",
    "made_at",
    "stored_at",
    "settled_at",
    "issued",
    "as_of",
    "at",
    "hours_left",
    "finished_at",
    "written",
}


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few rows: the stand-in checks every value."""
    data = tmp_path_factory.mktemp("people") / "data.db"
    generate(data, Size(schools=12, students=150, gone=3, doubtful=4), seed=11, region="33.74")
    return data


@pytest.fixture
def config(config: configs.Config, credentials: Path) -> configs.Config:
    (credentials / "sqlserver-password").write_text("geheim\n")
    return dataclasses.replace(config, source=dataclasses.replace(config.source, page_limit=100))


@pytest.fixture
def path(tmp_path: Path, config: configs.Config) -> Path:
    folder = tmp_path / "sqlserver"
    folder.mkdir()
    return settings(folder, config, GRANT, STORE)


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    made = Server(known(WORDS, [configs.load(path, WORDS).grant]))
    yield made
    made.rows.close()


@pytest.fixture
def sync(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """The command, on a stand-in that a first run has filled."""
    monkeypatch.setitem(sys.modules, "mssql_python", driver(server))
    command = commander(path, monkeypatch, capsys)
    said = command("run", "--json")
    assert said.status == 0, said.out + said.err
    yield command
    assert not server.locks


@pytest.fixture
def beside(
    tmp_path: Path, config: configs.Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The same command on PostgreSQL, filled from the same source."""
    folder = tmp_path / "postgresql"
    folder.mkdir()
    command = commander(settings(folder, config, GRANT), monkeypatch, capsys)
    assert command("run", "--json").status == 0
    return command


def at_source(data: Path, statement: str) -> list[Any]:
    with sqlite3.connect(data) as connection:
        return connection.execute(statement).fetchall()


def change(data: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(data) as connection:
        assert connection.execute(statement, values).rowcount


def student(data: Path) -> tuple[str, str, str]:
    """Key, NISN and name of a student whose NISN is sound."""
    return at_source(  # type: ignore[no-any-return]
        data,
        "SELECT peserta_didik_id, nisn, nama FROM peserta_didik WHERE soft_delete = 0 AND nisn > '9900000100' LIMIT 1",
    )[0]


def teacher(data: Path) -> tuple[str, str]:
    """Key and NUPTK of a teacher who has a class."""
    return at_source(  # type: ignore[no-any-return]
        data, "SELECT ptk_id, nuptk FROM ptk WHERE ptk_id IN (SELECT ptk_id FROM rombongan_belajar) LIMIT 1"
    )[0]


def everywhere(server: Server, text: str) -> list[str]:
    """Tables in which any column of any row holds the text."""
    found = []
    for table in server.columns:
        name = table.replace("[", '"').replace("]", '"')
        rows = server.rows.execute(f"SELECT * FROM {name}").fetchall()
        if any(text.lower() in str(value).lower() for row in rows for value in row):
            found.append(table)
    return found


def timeless(told: Any) -> Any:
    """A document without the moments at which it was made."""
    if isinstance(told, dict):
        return {k: timeless(v) for k, v in told.items() if k not in MOMENTS}
    return [timeless(one) for one in told] if isinstance(told, list) else told


def test_both_stores_give_the_same_answers(sync: Command, beside: Command, data: Path, tmp_path: Path) -> None:
    (npsn,) = at_source(data, "SELECT npsn FROM sekolah WHERE npsn IS NOT NULL LIMIT 1")[0]
    (_, nisn, _), (_, nuptk) = student(data), teacher(data)
    known_at = ("--known", "2026-07-01T08:00+07:00", "--json")
    asked = [
        (("subject", "export", *WHY), nisn),
        (("subject", "export", *WHY), nuptk),
        (("subject", "correct", "--field", "tempat_lahir", *BY, "--json"), f"{nisn}\nSurabaya\n"),
        (("subject", "correct", "--field", "tanggal_lahir", *BY, "--json"), f"{nisn}\n2015-02-03\n"),
        (("subject", "corrections", "--json"), ""),
        (("subject", "export", *WHY), nisn),
        (("subject", "withdraw", "2", *BY, "--json"), ""),
        (("subject", "corrections", "--all", "--json"), ""),
        (("breach", "affected", *known_at), ""),
        (("breach", "affected", "--school", npsn, *known_at), ""),
        (("subject", "erase", *BY, "--json"), nuptk),
        (("subject", "erase", *BY, "--yes", "--json"), nuptk),
        (("retention", "show", "--json"), ""),
        (("retention", "apply", "--json"), ""),
        (("quarantine", "--json"), ""),
        (("replay", "--json"), ""),
        (("record", "verify", "--json"), ""),
        (("metadata", "--counts"), ""),
        (("run", "--full", "--json"), ""),
        (("doctor", "--offline", "--lang", "en"), ""),
    ]
    for words, stdin in asked:
        here, there = sync(*words, stdin=stdin), beside(*words, stdin=stdin)
        assert here.status == there.status, (words, here, there)
        if words[:2] == ("subject", "erase"):
            backups = {"backups": ""}
            assert {**here.document, **backups} == {**there.document, **backups}
        elif words[0] == "run":
            for name in ("entities", "green", "orphans"):
                assert timeless(here.document[name]) == timeless(there.document[name])
            for said in (here.document, there.document):
                assert all(one["verified"] for one in said["entities"].values())
        elif here.out.startswith("{"):
            assert timeless(here.document) == timeless(there.document), words
        else:
            assert here.out == there.out
    for command, folder in ((sync, "here"), (beside, "there")):
        assert command("export", "--out", str(tmp_path / folder), "--json").status == 0
        assert command("breach", "affected", "--people", str(tmp_path / folder / "letters")).status == 0
    files = sorted(p.name for p in (tmp_path / "there").iterdir() if p.suffix in (".csv", ".json"))
    assert len(files) == 12
    for name in files:
        here_, there_ = ((tmp_path / folder / name).read_text() for folder in ("here", "there"))
        if name.endswith(".csv"):
            assert here_ == there_
        else:
            assert timeless(json.loads(here_)) == timeless(json.loads(there_))
    letters = [sorted((tmp_path / f / "letters").read_text().splitlines()) for f in ("here", "there")]
    assert letters[0] == letters[1]
    assert len(letters[0]) > 150


def test_a_person_is_found_by_the_whole_identifier_and_no_other(sync: Command, data: Path) -> None:
    key, nisn, name = student(data)
    document = sync("subject", "export", *WHY, stdin=key.upper()).document
    assert document["rows"]["peserta_didik"][0]["nama"] == name
    # A uniqueidentifier is made of the first 36 characters of a longer text: that must name nobody.
    for odd in (f"{key}x", f"{key} {nisn}", f"{nisn}0", key[:-1]):
        said = sync("subject", "export", *WHY, stdin=odd)
        assert (said.status, "nobody is held" in said.err) == (1, True), odd


def test_a_corrected_value_leaves_its_flag_and_no_other(sync: Command, server: Server, data: Path) -> None:
    key, nisn, _ = student(data)
    for flags, left in (('["nisn","nama"]', '["nama"]'), ('["nisn"]', None), (None, None)):
        server.rows.execute("UPDATE backbone.peserta_didik SET flags = ? WHERE nisn = ?", (flags, nisn))
        assert sync("subject", "correct", "--field", "nisn", *BY, stdin=f"{key}\n{nisn}\n").status == 0
        assert server.query(f"SELECT flags FROM backbone.peserta_didik WHERE nisn = '{nisn}'") == [(left,)]
    assert server.query("SELECT state, count(*) FROM sync.correction GROUP BY 1") == [("in_force", 1), ("withdrawn", 2)]


def test_a_withdrawn_correction_gives_the_centres_value_back(sync: Command, server: Server, data: Path) -> None:
    key, nisn, _ = student(data)
    number = sync("subject", "correct", "--field", "tempat_lahir", *BY, "--json", stdin=f"{nisn}\nSurabaya\n").document
    moved = "UPDATE peserta_didik SET tempat_lahir = 'Misalan', last_update = ? WHERE peserta_didik_id = ?"
    change(data, moved, "2026-04-01T00:00:00.000Z", key)
    assert sync("run", "--json").status == 0
    there = f"SELECT p.tempat_lahir, c.state FROM backbone.peserta_didik p, sync.correction c WHERE p.nisn = '{nisn}'"
    assert server.query(there) == [("Surabaya", "disputed")]
    assert sync("subject", "withdraw", str(number["correction"]), *BY).status == 0
    assert sync("run", "--json").status == 0
    assert server.query(there) == [("Misalan", "withdrawn")]
    assert sync("subject", "withdraw", str(number["correction"]), *BY).status == 1


def test_a_listing_from_the_beginning_that_was_broken_off_still_begins_there(
    sync: Command, server: Server, data: Path
) -> None:
    _, nisn, _ = student(data)
    sync("subject", "correct", "--field", "tempat_lahir", *BY, stdin=f"{nisn}\nSurabaya\n")
    server.rows.execute("UPDATE sync.cursor SET since_update = NULL, position = 'x' WHERE entity = 'peserta_didik'")
    assert sync("subject", "withdraw", "1", *BY).status == 0
    where = "SELECT since_update, position FROM sync.cursor WHERE entity = 'peserta_didik'"
    assert server.query(where) == [(None, None)]


def test_an_erased_child_is_gone_everywhere_and_does_not_come_back(
    sync: Command, server: Server, data: Path, path: Path, config: configs.Config
) -> None:
    key, nisn, name = student(data)
    sync("subject", "correct", "--field", "tempat_lahir", *BY, stdin=f"{nisn}\nSurabaya\n")
    server.rows.execute(
        "INSERT INTO sync.quarantine (entity, key, reason, payload, first_run, last_run)"
        " VALUES ('peserta_didik', '?abc', 'malformed', ?, 1, 1)",
        (json.dumps({"nama": name, "nisn": nisn}),),
    )
    assert everywhere(server, nisn) == ["[sync].[quarantine]", "[backbone].[peserta_didik]"]
    said = sync("subject", "erase", *BY, "--yes", "--json", stdin=nisn).document
    assert said["removed"] == {"anggota_rombel": 1, "peserta_didik": 1, "registrasi_peserta_didik": 1}
    assert (said["quarantine"], said["corrections"]) == (1, 1)
    assert everywhere(server, nisn) == everywhere(server, "Surabaya") == []
    # Deleted rows leave the pages of the tables at once, and of the tables that hold contents and corrections.
    cleaned = {one.split(" ")[4] for one in server.said if one.startswith("ALTER INDEX")}
    assert cleaned == {f"[backbone].[{n}]" for n in said["removed"]} | {"[sync].[quarantine]", "[sync].[correction]"}
    server.rows.execute("DELETE FROM sync.quarantine WHERE key = '?abc'")  # the source never sent it
    for full in ((), ("--full",)):
        moved = "UPDATE peserta_didik SET last_update = ? WHERE peserta_didik_id = ?"
        change(data, moved, f"2026-05-0{len(full) + 1}T00:00:00.000Z", key)
        again = sync("run", *full, "--json")
        assert again.status == 0, again.out
        assert everywhere(server, nisn) == []
    assert again.document["entities"]["peserta_didik"]["withheld"] == 1
    settings(path.parent, config, {**GRANT, "readmit": [key]}, STORE)
    assert sync("run", "--json").status == 0
    assert everywhere(server, nisn) == ["[backbone].[peserta_didik]"]


def test_who_was_erased_is_erased_again_from_a_database_that_was_restored(
    sync: Command, server: Server, data: Path
) -> None:
    key, nisn, _ = student(data)
    kept = server.query(f"SELECT * FROM backbone.peserta_didik WHERE nisn = '{nisn}'")[0]
    assert sync("subject", "erase", *BY, "--yes", stdin=nisn).status == 0
    for statement in (
        "DELETE FROM sync.erasure",
        "DELETE FROM sync.quarantine WHERE reason = 'erased'",
        "UPDATE sync.cursor SET since_update = NULL, position = NULL",
    ):
        server.rows.execute(statement)
    back = [v.isoformat(timespec="microseconds") if isinstance(v, datetime) else v for v in kept]
    server.rows.execute(f"INSERT INTO backbone.peserta_didik VALUES ({', '.join('?' * len(back))})", back)
    assert everywhere(server, nisn) == ["[backbone].[peserta_didik]"]
    # A run does it before it asks the source for anything.
    assert sync("run", "--json").status == 0
    assert everywhere(server, nisn) == []
    assert server.query("SELECT key, reason FROM sync.erasure") == [(key, "subject")]
    assert sync("subject", "reapply", "--json").document == {"erased_again": 0}


def test_an_erasure_that_is_killed_has_done_all_or_nothing(sync: Command, server: Server, data: Path) -> None:
    _, nisn, _ = student(data)
    before = everywhere(server, nisn)
    for moment in range(1, 200):
        left = [moment]

        def falls(what: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        server.before = falls
        try:
            sync("subject", "erase", *BY, "--yes", stdin=nisn)
            break
        except Killed:
            for session in server.sessions:
                session.close()
        finally:
            server.before = lambda what: None
        held = server.query("SELECT count(*) FROM sync.erasure")[0][0]
        assert everywhere(server, nisn) == ([] if held else before), moment
    assert 20 < moment < 199
    assert everywhere(server, nisn) == []


def test_each_class_goes_when_its_time_is_over_and_not_before(sync: Command, server: Server, path: Path) -> None:
    def ago(days: int) -> str:
        return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")

    for key, days in (("?old", 31), ("?new", 29)):
        server.rows.execute(
            "INSERT INTO sync.quarantine (entity, key, reason, payload, first_run, last_run, seen_at)"
            " VALUES ('ptk', ?, 'malformed', '{}', 1, 1, ?)",
            (key, ago(days)),
        )
    for run, days in ((-1, 99), (-2, 101)):
        server.rows.execute(
            "INSERT INTO sync.run (run_id, started_at, state, version, region) VALUES (?, ?, 'green', '1', '33.74')",
            (run, ago(days)),
        )
        lines = "SELECT * FROM sync.run_entity WHERE run_id = 1 LIMIT 1"
        server.rows.execute(f"INSERT INTO sync.run_entity {lines.replace('*', f'{run}, ' + REST)}")
    leavers = server.query("SELECT peserta_didik_id FROM backbone.registrasi_peserta_didik ORDER BY 1 LIMIT 2")
    for (who,), days in zip(leavers, (366, 364), strict=True):
        server.rows.execute(
            "UPDATE backbone.registrasi_peserta_didik SET tanggal_keluar = ? WHERE peserta_didik_id = ?",
            ((datetime.now(UTC) - timedelta(days=days)).date().isoformat(), who),
        )
    shown = sync("retention", "show", "--json").document
    due = {"quarantine": 1, "runs": 1, "corrections": 0, "departed": 1}
    assert {name: told["due"] for name, told in shown.items()} == due
    assert sync("retention", "apply", "--json").document["gone"] == due
    assert server.query("SELECT count(*), count(payload) FROM sync.quarantine WHERE key LIKE '?%'") == [(2, 1)]
    assert server.query("SELECT run_id FROM sync.run WHERE run_id < 0") == [(-1,)]
    assert server.query("SELECT run_id FROM sync.run_entity WHERE run_id < 0") == [(-1,)]
    gone = leavers[0][0].lower()
    assert server.query("SELECT entity, key, reason FROM sync.erasure") == [("peserta_didik", gone, "retention")]
    assert gone in (path.parent / "state" / "erasures.jsonl").read_text()
    assert set(sync("retention", "apply", "--json").document["gone"].values()) == {0}


REST = (
    "entity, pages, received, created, updated, unchanged, deleted, quarantined, refused, withheld, flagged, conflicts,"
    " dropped_values, seconds, unknown_fields, widened, held, compared, error_kind, message"
)


def test_what_waits_in_quarantine_is_shown_and_stored_once_it_can_be(sync: Command, server: Server, data: Path) -> None:
    key, nisn, _ = student(data)
    moved = "UPDATE peserta_didik SET tanggal_lahir = ?, last_update = ? WHERE peserta_didik_id = ?"
    change(data, moved, "kemarin", "2026-05-01T00:00:00.000Z", key)
    assert sync("run", "--json").status == 0
    shown = sync("quarantine", "peserta_didik", "--json")
    assert (shown.status, [(r["key"], r["replayable"]) for r in shown.document["rows"]]) == (1, [(key, True)])
    assert nisn not in shown.out
    assert nisn in sync("quarantine", "--values", "--json").out
    assert sync("quarantine", "sekolah", "--json").document == {"rows": []}
    # What is wrong with it is put right where it lies, as a newer dictionary would see it.
    server.rows.execute("UPDATE sync.quarantine SET payload = replace(payload, 'kemarin', '2016-01-02')")
    assert sync("replay", "peserta_didik", "--json").document["entities"] == [
        {"entity": "peserta_didik", "stored": 1, "waiting": 0, "without_content": 0}
    ]
    born = f"SELECT tanggal_lahir FROM backbone.peserta_didik WHERE nisn = '{nisn}'"
    assert server.query(born) == [("2016-01-02",)]
    assert sync("quarantine", "--json").document == {"rows": []}


def test_the_record_tells_who_did_what_and_a_changed_line_is_found_out(
    sync: Command, server: Server, data: Path
) -> None:
    _, nisn, _ = student(data)
    sync("subject", "export", *WHY, stdin=nisn)
    sync("subject", "erase", *BY, "--yes", stdin=nisn)
    lines = sync("record", "show", "--json").document["lines"]
    assert [line["activity"] for line in lines] == ["run", "subject_export", "subject_erase"]
    assert nisn not in json.dumps(lines)
    assert sync("record", "verify", "--json").document["holds"]
    assert "record" not in sync("doctor", "--offline", "--json").out
    server.rows.execute("UPDATE sync.processing SET line = replace(line, 'subject_export', 'run') WHERE seq = 2")
    said = sync("record", "verify", "--json")
    assert (said.status, said.document["faults"]) == (1, ["line 2 is not what it was when it was written"])
    server.rows.execute("DELETE FROM sync.processing WHERE seq > 1")
    assert sync("subject", "export", *WHY, stdin=teacher(data)[1]).status == 1
    assert sync("record", "restart", "--reason", "dipulihkan", "--json").document["seq"] == 2
    assert sync("record", "verify", "--json").document["restarts"][0]["detail"]["lost_seq"] == 3
