"""The SQL Server store's pure parts: values, digest, connection string, faults, tables' differences; and its verbs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backbone_sync import cli, config, dictionary
from backbone_sync.dictionary import digest
from backbone_sync.errors import ConfigInvalid, StoreUnreachable
from backbone_sync.privacy import grant
from backbone_sync.stores import ddl_sqlserver, staged_rows
from backbone_sync.stores.migrations import Column
from backbone_sync.stores.store_sqlserver import database, faults, tables
from backbone_sync.stores.store_sqlserver.target import Target, connection_string
from tests.support import tsql_to_sqlite
from tests.support.sqlserver_standin import OperationalError, Server, driver, known

WORDS = dictionary.load()
JAKARTA = timezone(timedelta(hours=7))
TARGET = Target("tcp:db.semarang.example,1433", "backbone")


# -- values


def made(name: str, **values: Any) -> dict[str, Any]:
    fields = WORDS[name].fields
    (row,) = staged_rows.rows(fields, [(*(values.get(f.name) for f in fields), values.get("flags"))])
    return dict(zip([*(f.name for f in fields), "flags"], row, strict=True))


def test_values_take_the_types_of_their_columns() -> None:
    at = datetime(2025, 1, 1, 6, 30, 0, 123456, JAKARTA)
    row = made(
        "sekolah",
        sekolah_id="11111111-1111-4111-A111-111111111111",
        nama="",
        kode_wilayah="036301  ",
        lintang=-6.98765432105,
        last_update=at,
        tanggal_sk_pendirian=date(1990, 2, 3),
        flags=["npsn"],
    )
    assert row["sekolah_id"] == uuid.UUID("11111111-1111-4111-a111-111111111111")
    # An empty text is not NULL, and blanks that pad a code are not stored.
    assert (row["nama"], row["npsn"], row["kode_wilayah"]) == ("", None, "036301")
    assert row["last_update"] == at
    assert row["last_update"].utcoffset() == timedelta(0)
    assert row["last_update"].microsecond == 123456
    assert row["flags"] == '["npsn"]'


@pytest.mark.parametrize(
    ("value", "scale", "stored"),
    [(1.005, 2, "1.01"), (-1.005, 2, "-1.01"), (0.125, 2, "0.13"), (2.5, 0, "3"), (1e-7, 2, "0.00"), (3.0, 2, "3.00")],
)
def test_decimals_are_rounded_as_postgresql_rounds_what_copy_gives_it(value: float, scale: int, stored: str) -> None:
    field = next(f for e in WORDS.entities for f in e.fields if f.type == "decimal")
    ((found, _),) = staged_rows.rows((dataclasses.replace(field, scale=scale),), [(value, None)])
    assert found == Decimal(stored)
    assert str(found) == stored


def test_lists_are_what_openjson_reads() -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    assert json.loads(staged_rows.keys({"a": at, "b": None})) == [
        {"key": "a", "last_update": "2025-01-01T00:00:00.000000+00:00"},
        {"key": "b", "last_update": None},
    ]
    assert json.loads(staged_rows.seen(["é😀"], ["b"])) == [{"key": "é😀", "live": True}, {"key": "b", "live": False}]


def test_a_character_beyond_the_basic_plane_fits_where_the_validator_lets_it_through() -> None:
    """60 characters are 120 of nvarchar's units; the dictionary counts characters."""
    areas = WORDS["ref.mst_wilayah"]
    longest = "😀" * (areas.field("nama").length or 0)
    size = ddl_sqlserver.column_type(areas.field("nama")).removeprefix("nvarchar(").rstrip(")")
    assert len(longest.encode("utf-16-le")) // 2 == int(size)


# -- the digest

KEYS = {
    "sekolah": [
        "00000000-0000-4000-8000-000000000000",
        "ffffffff-ffff-4fff-bfff-ffffffffffff",
        str(uuid.uuid5(uuid.NAMESPACE_DNS, "x")),
    ],
    "ref.mst_wilayah": ["036301", "000000", "33"],
    "ref.tahun_ajaran": ["2024", "0", "9999"],
}
MOMENTS = [
    datetime(2, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2025, 6, 1, 7, 0, 0, 1, JAKARTA),
    datetime(9998, 12, 31, 23, 59, 59, 999999, UTC),
]


@pytest.mark.parametrize("name", KEYS)
def test_the_row_number_in_t_sql_is_pythons(name: str) -> None:
    """By the text of the T-SQL itself, its functions emulated: hash, the first eight bytes, the sign, the sum."""
    key = WORDS[name].key
    rows = tsql_to_sqlite.connect(())
    expression = tsql_to_sqlite.translated(f"SELECT {digest.number_sqlserver(key, 't')} FROM t")
    rows.execute(f'CREATE TABLE t ("{key.name}", last_update)')
    numbers, pairs = [], []
    for text in KEYS[name]:
        for moment in MOMENTS:
            rows.execute("DELETE FROM t")
            # The server gives a uniqueidentifier in capitals, and may still hold a code with its padding.
            stored: Any = text.upper() if key.type == "uuid" else text + "  " if key.type == "code" else int(text)
            rows.execute(
                "INSERT INTO t VALUES (?, ?)", (stored, moment.astimezone(UTC).isoformat(timespec="microseconds"))
            )
            ((number,),) = rows.execute(expression).fetchall()
            micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            line = f"{digest.key_text(key, text)}|{micros}"
            assert number == int.from_bytes(hashlib.sha256(line.encode()).digest()[:8], "big", signed=True)
            assert number % 2**64 == digest.row_number(digest.key_text(key, text), moment)
            numbers.append(number)
            pairs.append((digest.key_text(key, text), moment))
    assert any(n < 0 for n in numbers)
    # The sum is one of signed numbers, beyond 64 bits, in whatever order: it folds to the same.
    assert digest.folded(sum(numbers)) == digest.folded(sum(reversed(numbers))) == digest.of(pairs)


# -- the connection


def test_tls_is_asked_for_and_verified_whatever_the_configuration_says() -> None:
    text = connection_string(TARGET, "a;b}c")
    assert text == (
        "Server={tcp:db.semarang.example,1433};Database={backbone};Encrypt={yes};TrustServerCertificate={no};"
        "ConnectRetryCount={0};UID={backbone_sync};PWD={a;b}}c}"
    )
    pinned = Target(
        "db", "b", login="integrated", strict=True, certificate_name="db.local", certificate_file="/etc/x.pem"
    )
    assert connection_string(pinned, "") == (
        "Server={db};Database={b};Encrypt={strict};TrustServerCertificate={no};ConnectRetryCount={0};"
        "HostnameInCertificate={db.local};ServerCertificate={/etc/x.pem};Trusted_Connection={yes}"
    )


@pytest.mark.parametrize(
    "wrong", [{"server": ""}, {"database": ""}, {"login": "password"}, {"user": ""}], ids=lambda w: next(iter(w))
)
def test_what_cannot_be_connected_to_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigInvalid):
        Target(**{"server": "db", "database": "b", **wrong})


@pytest.mark.parametrize("password", ["", "a\nb", "a\x00b"])
def test_a_password_that_is_missing_or_would_end_the_string_is_refused(password: str) -> None:
    with pytest.raises(ConfigInvalid) as fault:
        connection_string(TARGET, password)
    assert not password or password not in str(fault.value)


def toml(folder: Path, store: str) -> Path:
    (folder / "credentials").mkdir(exist_ok=True)
    (folder / "credentials/sqlserver-password").write_text("geheim\n")
    path = folder / "sync.toml"
    path.write_text(
        f'region = "33.74"\n[source]\nurl = "https://centre.example"\ncredentials = "{folder}/credentials"\n{store}'
    )
    return path


def test_the_configuration_names_the_database(tmp_path: Path) -> None:
    store = '[store]\nkind = "sqlserver"\nserver = "tcp:db.semarang.example,1433"\ndatabase = "backbone"\n'
    assert config.load(toml(tmp_path, store), WORDS).sqlserver == TARGET
    assert config.load(toml(tmp_path, '[store]\nkind = "postgresql"\n'), WORDS).sqlserver is None
    assert config.load(toml(tmp_path, ""), WORDS).sqlserver is None


@pytest.mark.parametrize(
    "store",
    [
        'kind = "mysql"',
        'server = "db"',
        'kind = "postgresql"\nserver = "db"',
        'kind = "sqlserver"\nserver = "db"\ndatabase = "b"\nencrypt = "no"',
        'kind = "sqlserver"\nserver = "db"',
    ],
)
def test_a_store_that_makes_no_sense_is_refused(store: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        config.load(toml(tmp_path, f"[store]\n{store}\n"), WORDS)


def test_a_driver_that_is_missing_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    with pytest.raises(ConfigInvalid) as fault:
        database.connect(TARGET, "x")
    assert "backbone-sync[sqlserver]" in fault.value.repair


# -- faults


@pytest.mark.parametrize(
    ("driver", "server", "says"),
    [
        ("Client unable to establish connection", "[Microsoft]TCP Provider: Error code 0x2749", "(SQLSTATE 08001)"),
        ("Invalid authorization specification", "[SQL Server]Login failed for user 'x'", "(SQLSTATE 28000)"),
        ("Connection failed: PWD=geheim", "", "(SQLSTATE none)"),
        ("General error", "The transaction log for database 'x' is full due to 'LOG_BACKUP'.", "disk is full"),
        ("General error", "Could not allocate a new page for database 'x'", "disk is full"),
    ],
)
def test_a_fault_is_told_by_its_state_alone(driver: str, server: str, says: str) -> None:
    told = faults.translated(OperationalError(driver, server))
    assert isinstance(told, StoreUnreachable)
    assert says in told.message
    for word in ("geheim", "0x2749", "Login", "LOG_BACKUP"):
        assert word not in told.message + told.repair


def test_a_library_that_is_missing_is_named() -> None:
    told = faults.translated(OperationalError("Connection operation failed", "Failed to load the driver. Please read"))
    assert isinstance(told, ConfigInvalid)
    assert "libltdl7" in told.repair


# -- tables


def columns(name: str, **changed: str | None) -> list[Column]:
    wanted = {f.name: ddl_sqlserver.column_type(f) for f in WORDS[name].fields} | tables.OWN
    found = {**wanted, **changed}
    return [Column(n, t) for n, t in found.items() if t]


def staged(name: str, **changed: str | None) -> list[Column]:
    return [c for c in columns(name, **changed) if c.name != "stored_at"]


def test_a_table_that_is_as_the_dictionary_says_is_left_alone() -> None:
    for name in WORDS.names:
        assert tables.plan(WORDS[name], columns(name), staged(name)) == tables.Plan()


def test_what_is_missing_is_added_what_is_narrower_widened_and_staging_made_anew() -> None:
    made = tables.plan(WORDS["sekolah"], columns("sekolah", nama="nvarchar(20)", npsn=None), staged("sekolah"))
    assert (made.added, made.widened) == (("npsn",), ("nama",))
    assert "ALTER TABLE [backbone].[sekolah] ADD [npsn] nvarchar(64) NULL" in made.statements
    assert "ALTER TABLE [backbone].[sekolah] ALTER COLUMN [nama] nvarchar(200) NULL" in made.statements
    assert made.statements[-2:] == ("DROP TABLE [staging].[sekolah]", ddl_sqlserver.staging(WORDS["sekolah"]))


def test_what_was_widened_stays_so_in_both_tables() -> None:
    areas = WORDS["ref.mst_wilayah"]
    wide = {"nama": "nvarchar(400)"}
    assert not tables.plan(areas, columns(areas.name, **wide), staged(areas.name, **wide)).statements
    again = tables.plan(areas, columns(areas.name, **wide), staged(areas.name))
    assert again.statements[-1] == "ALTER TABLE [staging].[ref_mst_wilayah] ALTER COLUMN [nama] nvarchar(400) NULL"


@pytest.mark.parametrize(
    "changed",
    [
        {"last_update": "datetime"},
        {"sekolah_id": "nvarchar(36)"},
        {"last_update": None},
        {"own": "int"},
        {"kode_wilayah": "nvarchar(16)"},
    ],
    ids=str,
)
def test_nothing_is_narrowed_retyped_dropped_or_collated_anew(changed: dict[str, str | None]) -> None:
    made = tables.plan(WORDS["sekolah"], columns("sekolah", **changed), staged("sekolah"))
    assert made.blocked
    assert not made.statements


# -- the verbs


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A stand-in server behind a module with the driver's name."""
    server = Server(known(WORDS, [grant.make(WORDS)]))
    monkeypatch.setitem(sys.modules, "mssql_python", driver(server))
    return server


STORE = '[store]\nkind = "sqlserver"\nserver = "tcp:db.semarang.example,1433"\ndatabase = "backbone"\n'


def test_migrate_and_status_speak_to_the_server(
    driven: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(toml(tmp_path, STORE))
    assert cli.main(["status", "--json", "--config", path]) == 1
    assert json.loads(capsys.readouterr().out)["state"] == "never"
    assert cli.main(["migrate", "--json", "--config", path]) == 0
    assert json.loads(capsys.readouterr().out)["applied"] == [1, 2]
    assert cli.main(["migrate", "--json", "--config", path]) == 0
    assert json.loads(capsys.readouterr().out) == {"applied": [], "guarded": [], "installed": []}
    assert not driven.locks


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("quarantine", {"rows": []}),
        ("replay sekolah", {"entities": [{"entity": "sekolah", "stored": 0, "waiting": 0, "without_content": 0}]}),
        ("subject corrections", {"corrections": []}),
        ("subject reapply", {"erased_again": 0}),
        ("breach affected", {"people": {"peserta_didik": 0, "ptk": 0}}),
        ("retention apply", {"gone": {"quarantine": 0, "runs": 0, "corrections": 0}}),
        ("record verify", {"lines": 0, "holds": True}),
        ("metadata --counts", {}),
    ],
)
def test_every_verb_speaks_to_an_empty_database(
    words: str, says: dict[str, Any], driven: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(toml(tmp_path, STORE))
    assert cli.main(["migrate", "--json", "--config", path]) == 0
    capsys.readouterr()
    assert cli.main([*words.split(), "--json", "--config", path]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in says} == says
    assert not driven.locks
