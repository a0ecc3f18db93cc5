"""Running it: the doctor sees what is really wrong, a stalled run ends, and nobody's name stands in any log."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from backbone_sync.config import Config
from provision.lab.source.faults import Answer
from provision.lab.source.notice import announce
from provision.lab.source.serve import Source
from tests.support.sync_cli import Command, commander, settings
from tests.support.sync_loaded import start_from_loaded


@pytest.fixture
def path(tmp_path: Path, config: Config) -> Path:
    return settings(tmp_path, config)


@pytest.fixture
def sync(cluster: Path, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    command = commander(path, monkeypatch, capsys)

    def load() -> None:
        assert command("run", "--json").status == 0

    start_from_loaded(cluster, load)
    (path.parent / "state" / "record.head").unlink(missing_ok=True)
    return command


def faults(said: object) -> set[str]:
    return {f["code"] for f in said["findings"] if f["level"] == "fault"}  # type: ignore[index]


def test_the_doctor_finds_nothing_where_nothing_is_wrong(sync: Command) -> None:
    sync("run", "--json")
    said = sync("doctor", "--json")
    assert (said.status, faults(said.document)) == (0, set())
    assert [step["name"] for step in said.document["steps"]] == [
        *("name", "connection", "certificate", "token", "contract")
    ]
    # The reference source's certificate lasts a day, and there is nothing else to remark.
    assert sync("doctor", "--lang", "id").out.startswith("! Sertifikat server pusat habis dalam 0 hari")
    assert sync("doctor", "--lang", "en", "--offline").out == "+ All is well.\n"


def test_the_doctor_sees_a_way_to_the_source_that_is_cut(sync: Command, path: Path, tmp_path: Path) -> None:
    sync("run", "--json")
    text = path.read_text()
    address = re.search(r'url = "(.*)"', text)
    assert address is not None
    trust = re.search(r'ca_file = ".*"\n', text)
    assert trust is not None
    empty = tmp_path / "no-credentials"
    empty.mkdir()
    for changed, code in (
        (text.replace(address[1], "https://nowhere.invalid"), "source.name"),
        (text.replace(address[1], "https://127.0.0.1:1"), "source.connection"),
        (text.replace(trust[0], ""), "source.certificate"),
        (re.sub(r'credentials = ".*"', f'credentials = "{empty}"', text), "source.token"),
    ):
        path.write_text(changed)
        said = sync("doctor", "--json")
        assert (said.status, faults(said.document)) == (1, {code}), said.out


def test_the_doctor_tells_what_the_source_announces_also_during_maintenance(sync: Command, source: Source) -> None:
    sync("run", "--json")
    window = {"from": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z", "reason": {"id": "x", "en": "x"}}
    change = {
        "version": "1.2",
        "from": "2099-01-01T00:00:00Z",
        "kind": "field_added",
        "entity": "ptk",
        "field": "baru",
        "description": {"id": "x", "en": "x"},
    }
    announce(source.data, "maintenance", [window])
    announce(source.data, "changes", [change])
    found = {f["code"]: f["level"] for f in sync("doctor", "--json").document["findings"]}
    assert found["source.contract"] == "fault"
    assert (found["source.maintenance"], found["source.change.ptk.baru"]) == ("warning", "warning")
    assert "2099-01-01 ptk.baru: field_added (1.2)" in sync("doctor", "--lang", "en").out


def test_the_doctor_explains_a_red_run_and_a_database_that_is_gone(
    sync: Command, path: Path, source: Source, database: str
) -> None:
    source.switches.arm("forbidden", "/ptk", times=10_000)
    assert sync("run", "--json").status == 1
    source.switches.clear()
    said = sync("doctor", "--lang", "en")
    assert said.status == 1
    assert "refused this region's credentials" in said.out
    assert "do: Ask the centre" in said.out
    path.write_text(path.read_text().replace("dbname=backbone", "dbname=not_there"))
    assert faults(sync("doctor", "--offline", "--json").document) == {"database"}


def test_a_stalled_run_ends_and_the_next_one_goes_on(sync: Command, path: Path, source: Source, database: str) -> None:
    source.switches.arm("silent", "/ptk", times=1)
    path.write_text(path.read_text().replace("read_timeout = 5.0", "read_timeout = 60.0"))
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "backbone_sync", "run", "--full", "--stall", "4s", "--config", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 75, done.stderr
    assert "error=stalled" in done.stderr
    assert time.monotonic() - began < 40
    source.switches.clear()
    assert sync("run", "--json").status == 0


def test_a_run_that_takes_long_to_fill_a_group_is_not_taken_for_stalled(
    sync: Command, path: Path, source: Source
) -> None:
    def slow(answer: Answer) -> Answer:
        time.sleep(1.0)
        return answer

    # Seven pages of one group: nothing is stored for seven seconds.
    source.switches.arm(slow, "/peserta_didik", times=10_000)
    done = subprocess.run(
        [sys.executable, "-m", "backbone_sync", "run", "--full", "--stall", "4s", "--config", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr


def people(data: Path) -> set[str]:
    """Every name, number, address and telephone number of every synthetic person."""
    columns = {
        "peserta_didik": "nama, nisn, nik, no_kk, nomor_telepon_seluler, nama_ayah, nama_ibu_kandung",
        "ptk": "nama, nip, nik, nuptk, no_hp",
    }
    with sqlite3.connect(data) as connection:
        values = {
            str(value)
            for table, names in columns.items()
            for row in connection.execute(f"SELECT {names} FROM {table}")
            for value in row
            if value
        }
    return values - {"0000000000"}


def test_no_log_of_ours_or_postgresqls_names_anybody(
    sync: Command, path: Path, data: Path, source: Source, cluster: Path, database: str, tmp_path: Path
) -> None:
    before = (cluster / "log").stat().st_size
    somebody = sorted(people(data))
    with sqlite3.connect(data) as connection:
        # What goes wrong is logged: a row that cannot be stored, one that is too long, one with an odd character.
        keys = [r[0] for r in connection.execute("SELECT peserta_didik_id FROM peserta_didik LIMIT 3")]
        connection.execute("UPDATE peserta_didik SET jenis_kelamin = nama WHERE peserta_didik_id = ?", (keys[0],))
        connection.execute("UPDATE peserta_didik SET tanggal_lahir = nisn WHERE peserta_didik_id = ?", (keys[1],))
        connection.execute(
            "UPDATE peserta_didik SET nama = nama || char(0) || nik WHERE peserta_didik_id = ?", (keys[2],)
        )
        nisn, name = connection.execute(
            "SELECT nisn, nama FROM peserta_didik WHERE nisn > '9900000200' AND soft_delete = 0"
        ).fetchone()
    said: list[str] = []
    for words, stdin in (
        (("run", "--full", "--log", "json"), ""),
        (("run", "--json"), ""),
        (("status",), ""),
        (("quarantine",), ""),
        (("reconcile",), ""),
        (("doctor",), ""),
        (("subject", "export", "--out", str(tmp_path / "s.json"), "--reason", "Surat 1"), nisn),
        (("subject", "correct", "--field", "tanggal_lahir", "--reason", "Surat 1", "--by", "Kabid"), f"{nisn}\n{name}"),
        (("subject", "correct", "--field", "nama", "--reason", "Surat 1", "--by", "Kabid"), f"{nisn}\n{name}"),
        (("subject", "corrections"), ""),
        (("breach", "affected", "--people", str(tmp_path / "p.ndjson")), ""),
        (("export", "--out", str(tmp_path / "out")), ""),
        (("subject", "erase", "--yes", "--reason", "Surat 1", "--by", "Kabid"), nisn),
        (("record", "show"), ""),
        (("record", "verify", "--json"), ""),
        (("retention", "apply"), ""),
    ):
        answer = sync(*words, stdin=stdin)
        said += [answer.out, answer.err]
    with psycopg.connect(database, autocommit=True) as connection, pytest.raises(psycopg.Error):
        connection.execute("INSERT INTO backbone.peserta_didik (tanggal_lahir) VALUES (%s::text::date)", (name,))
    time.sleep(0.5)
    log = (cluster / "log").read_bytes()[before:].decode("utf-8", "replace")
    assert "AUDIT" in log
    everything = "\n".join([*said, log, (path.parent / "state" / "sync.prom").read_text()])
    assert (tmp_path / "p.ndjson").stat().st_size > 10_000
    found = [value for value in somebody if value in everything]
    assert found == []
