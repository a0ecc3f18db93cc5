"""What a person may ask for: everything is given out, a correction stays, an erasure reaches everywhere and lasts."""

from __future__ import annotations

import sqlite3
import stat
from datetime import date
from pathlib import Path

import psycopg
import pytest

from backbone_sync.config import Config
from tests.support.sync_cli import Command, commander, settings
from tests.support.sync_loaded import start_from_loaded

GRANT: dict[str, object] = {
    "version": 1,
    "region": "33.74",
    "number": "NK/12/2026",
    "expires": "2099-12-31",
    "legal_basis": ["UU 20/2003"],
    "purposes": ["Perencanaan daya tampung sekolah"],
    "contacts": {"data_owner": {"name": "Pusdatin", "email": "pusdatin@contoh.example"}},
}
WHY = ("--reason", "Surat 12/2026")
BY = (*WHY, "--by", "Kepala Dinas")


@pytest.fixture
def grant_file() -> dict[str, object]:
    return {**GRANT, "expires": date(2099, 12, 31)}


@pytest.fixture
def sync(
    cluster: Path,
    tmp_path: Path,
    config: Config,
    grant_file: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The command, on a database that a first run has filled."""
    command = commander(settings(tmp_path, config, grant_file), monkeypatch, capsys)

    def load() -> None:
        assert command("run", "--json").status == 0

    start_from_loaded(cluster, load)
    return command


def ask(database: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(statement.encode(), values or None).fetchall()


def at_source(data: Path, statement: str, *values: object) -> list[tuple[str, ...]]:
    with sqlite3.connect(data) as connection:
        return connection.execute(statement, values).fetchall()


def student(data: Path) -> tuple[str, str, str]:
    """Key, NISN and name of a student whose NISN is sound."""
    return at_source(  # type: ignore[return-value]
        data,
        "SELECT peserta_didik_id, nisn, nama FROM peserta_didik WHERE soft_delete = 0 AND nisn > '9900000100' LIMIT 1",
    )[0]


def homeroom_teacher(data: Path) -> tuple[str, str]:
    """Key and NUPTK of a teacher who has a class and two assignments."""
    return at_source(  # type: ignore[return-value]
        data,
        "SELECT ptk_id, nuptk FROM ptk WHERE ptk_id IN (SELECT ptk_id FROM rombongan_belajar)"
        " AND (SELECT count(*) FROM ptk_terdaftar t WHERE t.ptk_id = ptk.ptk_id) = 2 LIMIT 1",
    )[0]


def everywhere(database: str, text: str) -> list[str]:
    """Tables of ours in which any column of any row holds the text."""
    tables = ask(
        database,
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
        " WHERE table_schema IN ('backbone', 'ref', 'sync') AND table_type = 'BASE TABLE'",
    )
    return [str(t) for (t,) in tables if ask(database, f"SELECT 1 FROM {t} x WHERE x::text ILIKE %s", f"%{text}%")]


def test_everything_held_about_a_child_is_given_out(sync: Command, data: Path, database: str, tmp_path: Path) -> None:
    key, nisn, name = student(data)
    aside = f'{{"anggota_rombel_id": "x", "peserta_didik_id": "{key}"}}'
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO sync.quarantine (entity, key, reason, payload, first_run, last_run)"
            " VALUES ('anggota_rombel', '?abc', 'malformed', %s, 1, 1)",
            (aside,),
        )
    said = sync("subject", "export", *WHY, "--json", stdin=f"{nisn}\n")
    document = said.document
    assert said.status == 0
    assert {n: len(rows) for n, rows in document["rows"].items()} == {
        "peserta_didik": 1,
        "registrasi_peserta_didik": 1,
        "anggota_rombel": 1,
    }
    own = document["rows"]["peserta_didik"][0]
    assert (own["peserta_didik_id"], own["nisn"], own["nama"]) == (key, nisn, name)
    assert "nik" not in own
    assert [(q["entity"], q["content"]["peserta_didik_id"]) for q in document["quarantine"]] == [
        ("anggota_rombel", key)
    ]
    assert document["purposes"] == GRANT["purposes"]
    assert document["labels"]["peserta_didik"]["nama"] == {"id": "Nama", "en": "Name"}
    out = tmp_path / "file.json"
    again = sync("subject", "export", *WHY, "--out", str(out), stdin=f"{key.upper()}\n")
    assert again.status == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert name in out.read_text()
    assert name not in again.out + again.err


def test_a_teachers_file_holds_assignments_lessons_and_the_class(sync: Command, data: Path) -> None:
    key, nuptk = homeroom_teacher(data)
    rows = sync("subject", "export", *WHY, stdin=nuptk).document["rows"]
    count = "SELECT count(*) FROM {} WHERE soft_delete = 0 AND {}"
    lessons = f"ptk_terdaftar_id IN (SELECT ptk_terdaftar_id FROM ptk_terdaftar WHERE ptk_id = '{key}')"
    assert len(rows["ptk_terdaftar"]) == 2
    for entity, where in (("rombongan_belajar", f"ptk_id = '{key}'"), ("pembelajaran", lessons)):
        assert len(rows.get(entity, [])) == at_source(data, count.format(entity, where))[0][0]


def test_an_identifier_that_names_nobody_or_several_is_refused_and_not_repeated(sync: Command, database: str) -> None:
    for identifier, said in (("9911223344", "nobody"), ("0000000000", "people are held")):
        answer = sync("subject", "export", *WHY, stdin=identifier)
        assert answer.status == 1
        assert said in answer.err
        assert identifier not in answer.out + answer.err
    assert "NIK" in sync("subject", "export", *WHY, stdin="3374010101010001").err
    assert sync("subject", "export", *WHY, stdin="").status == 2
    with pytest.raises(SystemExit):
        sync("subject", "erase", "--reason", "NIK 3374010101010001", "--by", "x")


def mutate(data: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(data) as connection:
        assert connection.execute(statement, values).rowcount == 1


def corrected(database: str, key: str) -> tuple[object, ...]:
    return ask(
        database,
        "SELECT p.tempat_lahir, c.state FROM backbone.peserta_didik p"
        " LEFT JOIN sync.correction c ON c.key = p.peserta_didik_id::text WHERE peserta_didik_id = %s",
        key,
    )[0]


def test_a_correction_stays_through_syncs_until_the_centre_takes_it_over(
    sync: Command, data: Path, database: str
) -> None:
    assert sync("run", "--json").status == 0
    key, nisn, _ = student(data)
    before = str(
        ask(database, "SELECT tempat_lahir FROM backbone.peserta_didik WHERE peserta_didik_id = %s", key)[0][0]
    )
    said = sync("subject", "correct", "--field", "tempat_lahir", *BY, "--json", stdin=f"{nisn}\nSurabaya\n")
    assert (said.status, said.document["tell"]["name"]) == (0, "Pusdatin")
    assert corrected(database, key) == ("Surabaya", "in_force")
    assert sync("run", "--full", "--json").status == 0
    assert corrected(database, key) == ("Surabaya", "in_force")
    shown = sync("subject", "corrections", "--json").document
    assert shown["to"]["email"] == "pusdatin@contoh.example"
    assert [(c["key"], c["field"], c["was"], c["value"]) for c in shown["corrections"]] == [
        (key, "tempat_lahir", before, "Surabaya")
    ]
    # The centre changes the row and holds to another value: a person has to decide.
    change = "UPDATE peserta_didik SET tempat_lahir = ?, last_update = ? WHERE peserta_didik_id = ?"
    mutate(data, change, "Misalan", "2025-04-01T00:00:00.000Z", key)
    assert sync("run", "--json").status == 0
    assert corrected(database, key) == ("Surabaya", "disputed")
    mutate(data, change, "Surabaya", "2025-04-02T00:00:00.000Z", key)
    assert sync("run", "--json").status == 0
    assert corrected(database, key) == ("Surabaya", "confirmed")


def test_a_withdrawn_correction_gives_the_centres_value_back(sync: Command, data: Path, database: str) -> None:
    key, nisn, _ = student(data)
    number = sync("subject", "correct", "--field", "tempat_lahir", *BY, "--json", stdin=f"{nisn}\nSurabaya\n").document
    change = "UPDATE peserta_didik SET tempat_lahir = ?, last_update = ? WHERE peserta_didik_id = ?"
    mutate(data, change, "Misalan", "2025-04-01T00:00:00.000Z", key)
    assert sync("run", "--json").status == 0
    assert sync("subject", "withdraw", str(number["correction"]), *BY).status == 0
    assert sync("run", "--json").status == 0
    assert corrected(database, key) == ("Misalan", "withdrawn")
    assert sync("subject", "withdraw", str(number["correction"]), *BY).status == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("nisn", "12", "form"),
        ("tanggal_lahir", "kemarin", "dictionary"),
        ("jenis_kelamin", "X", "dictionary"),
        ("nama", "", "without a value"),
        ("nik", "3374010101010001", "cannot be corrected"),
        ("last_update", "2025-01-01", "cannot be corrected"),
        ("registrasi_peserta_didik.sekolah_id", "x", "cannot be corrected"),
        ("registrasi_peserta_didik.sekolah_asal", "SD Lama", "--row"),
    ],
)
def test_a_correction_that_the_dictionary_or_the_grant_forbids_changes_nothing(
    field: str, value: str, said: str, sync: Command, data: Path, database: str
) -> None:
    _, nisn, _ = student(data)
    answer = sync("subject", "correct", "--field", field, *BY, stdin=f"{nisn}\n{value}\n")
    assert answer.status == 1
    assert said in answer.err
    assert not value or value not in answer.err
    assert ask(database, "SELECT count(*) FROM sync.correction") == [(0,)]


def test_an_erased_child_is_gone_everywhere_and_does_not_come_back(
    sync: Command, data: Path, database: str, tmp_path: Path, grant_file: dict[str, object], config: Config
) -> None:
    assert sync("run", "--json").status == 0
    key, nisn, name = student(data)
    sync("subject", "correct", "--field", "tempat_lahir", *BY, stdin=f"{nisn}\nSurabaya\n")
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO sync.quarantine (entity, key, reason, payload, first_run, last_run)"
            " VALUES ('peserta_didik', '?abc', 'malformed', %s, 1, 1)",
            (f'{{"nama": "{name}", "nisn": "{nisn}"}}',),
        )
    asked = sync("subject", "erase", *BY, "--json", stdin=nisn)
    assert (asked.status, asked.document["would_erase"]["peserta_didik"]) == (1, 1)
    assert everywhere(database, nisn)
    said = sync("subject", "erase", *BY, "--yes", "--json", stdin=nisn)
    assert said.document["removed"] == {"anggota_rombel": 1, "peserta_didik": 1, "registrasi_peserta_didik": 1}
    assert (said.document["quarantine"], said.document["corrections"]) == (1, 1)
    assert everywhere(database, nisn) == []
    assert everywhere(database, "Surabaya") == []
    with psycopg.connect(database) as connection:  # the source never sent it, so no account would balance with it
        connection.execute("DELETE FROM sync.quarantine WHERE key = '?abc'")
    for full in ((), ("--full",)):
        mutate(
            data,
            "UPDATE peserta_didik SET last_update = ? WHERE peserta_didik_id = ?",
            f"2025-05-0{len(full) + 1}T00:00:00.000Z",
            key,
        )
        again = sync("run", *full, "--json")
        assert again.status == 0, again.out
        assert everywhere(database, nisn) == []
        assert ask(database, "SELECT 1 FROM backbone.anggota_rombel WHERE peserta_didik_id = %s", key) == []
    assert again.document["entities"]["peserta_didik"]["withheld"] == 1
    # Unless the centre's grant says so.
    settings(tmp_path, config, {**grant_file, "readmit": [key]})
    assert sync("run", "--json").status == 0
    assert everywhere(database, nisn) == ["backbone.peserta_didik"]
    assert len(ask(database, "SELECT 1 FROM backbone.anggota_rombel WHERE peserta_didik_id = %s", key)) == 1
    # While it says so, no second erasure is promised that the next run would undo.
    refused = sync("subject", "erase", *BY, "--yes", "--json", stdin=nisn)
    assert refused.status != 0
    assert "take the key out of readmit in grant.yml" in refused.document["error"]["repair"]
    assert everywhere(database, nisn) == ["backbone.peserta_didik"]
    settings(tmp_path, config, grant_file)
    assert sync("subject", "erase", *BY, "--yes", stdin=nisn).status == 0
    assert sync("run", "--json").status == 0
    assert everywhere(database, nisn) == []


def test_a_replay_after_a_restore_stores_nobody_who_was_erased(
    sync: Command, data: Path, database: str, tmp_path: Path, grant_file: dict[str, object], config: Config
) -> None:
    key, nisn, _ = student(data)
    mutate(data, "UPDATE peserta_didik SET jenis_kelamin = 'X', last_update = '2025-05-01T00:00:00.000Z'"
           " WHERE peserta_didik_id = ?", key)  # fmt: skip
    assert sync("run", "--json").status == 0
    ((payload,),) = ask(database, "SELECT payload FROM sync.quarantine WHERE key = %s", key)
    mended = str(payload).replace('"X"', '"L"')
    assert (mended != payload, nisn in mended) == (True, True)
    assert sync("subject", "erase", *BY, "--yes", stdin=nisn).status == 0
    with psycopg.connect(database) as connection:  # what a restore to an earlier moment leaves behind
        connection.execute("DELETE FROM sync.erasure")
        connection.execute("DELETE FROM sync.quarantine WHERE reason = 'erased'")
        connection.execute(
            "INSERT INTO sync.quarantine (entity, key, reason, last_update, payload, first_run, last_run)"
            " VALUES ('peserta_didik', %s, 'not_in_code_list', '2025-05-01T00:00:00Z', %s, 1, 1)",
            (key, mended),
        )
    settings(tmp_path, config, {**grant_file, "expires": date(2020, 1, 1)})
    ended = sync("replay", "peserta_didik", "--json")
    assert (ended.status, ended.document["error"]["kind"]) == (1, "grant")
    settings(tmp_path, config, grant_file)
    assert sync("replay", "peserta_didik", "--json").document["entities"][0]["stored"] == 0
    assert everywhere(database, nisn) == []
    assert ask(database, "SELECT 1 FROM backbone.peserta_didik WHERE peserta_didik_id = %s", key) == []


def test_an_erasure_is_applied_again_to_a_database_that_was_restored(sync: Command, data: Path, database: str) -> None:
    key, nisn, _ = student(data)
    assert sync("subject", "erase", *BY, "--yes", stdin=nisn).status == 0
    with psycopg.connect(database) as connection:  # what a restore to an earlier moment leaves behind
        connection.execute("DELETE FROM sync.erasure")
        connection.execute("DELETE FROM sync.quarantine WHERE reason = 'erased'")
        connection.execute("DELETE FROM sync.cursor")
        connection.execute("INSERT INTO backbone.peserta_didik (peserta_didik_id, nisn, nama, last_update, soft_delete)"
                           " VALUES (%s, %s, 'Kembali', now(), 0)", (key, nisn))  # fmt: skip
    assert sync("subject", "reapply", "--json").document == {"erased_again": 1}
    assert everywhere(database, nisn) == []
    assert sync("run", "--json").status == 0
    assert everywhere(database, nisn) == []
    assert sync("subject", "reapply", "--json").document == {"erased_again": 0}


def test_an_erased_teacher_leaves_the_class_without_a_name(sync: Command, data: Path, database: str) -> None:
    key, nuptk = homeroom_teacher(data)
    classes = ask(database, "SELECT count(*) FROM backbone.rombongan_belajar")
    assert sync("subject", "erase", *BY, "--yes", stdin=nuptk).status == 0
    said = sync("run", "--full", "--json")
    assert said.status == 0, said.out
    assert ask(database, "SELECT 1 FROM backbone.rombongan_belajar WHERE ptk_id = %s", key) == []
    assert ask(database, "SELECT 1 FROM backbone.ptk_terdaftar WHERE ptk_id = %s", key) == []
    assert ask(database, "SELECT count(*) FROM backbone.rombongan_belajar") == classes
