"""Satu Data tables: counted rightly from a real database, codes joined, small counts withheld in every format."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from backbone_sync.config import Config
from tests.support.sync_cli import Command, commander, settings
from tests.support.sync_loaded import start_from_loaded


@pytest.fixture
def sync(
    cluster: Path, tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    command = commander(settings(tmp_path, config), monkeypatch, capsys)

    def load() -> None:
        assert command("run", "--json").status == 0

    start_from_loaded(cluster, load)
    return command


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def truth(data: Path) -> Counter[tuple[str, str, str]]:
    """Students by kecamatan (Kemendagri), form and sex, counted from the source by other means."""
    connection = sqlite3.connect(data)
    parent = dict(connection.execute('SELECT trim(kode_wilayah), trim(mst_kode_wilayah) FROM "ref.mst_wilayah"'))
    dagri = dict(connection.execute('SELECT trim(kode_wilayah), kode_dagri FROM "ref.mst_wilayah"'))
    forms = dict(connection.execute('SELECT bentuk_pendidikan_id, nama FROM "ref.bentuk_pendidikan"'))
    rows = connection.execute(
        "SELECT trim(s.kode_wilayah), s.bentuk_pendidikan_id, p.jenis_kelamin FROM registrasi_peserta_didik r"
        " JOIN sekolah s USING (sekolah_id) JOIN peserta_didik p USING (peserta_didik_id)"
        " WHERE r.soft_delete = 0 AND p.soft_delete = 0"
    ).fetchall()
    connection.close()
    sexes = {"L": "Laki-laki", "P": "Perempuan"}
    return Counter((dagri[parent[village]], forms[form], sexes[sex]) for village, form, sex in rows)


def test_counts_are_those_of_the_source_and_small_ones_are_withheld(
    sync: Command, data: Path, database: str, tmp_path: Path
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE ref.mst_wilayah SET kode_bps = '3374' || right(kode_dagri, 2) WHERE id_level_wilayah = 3"
        )
    out = tmp_path / "satu-data"
    said = sync("export", "--out", str(out), "--json")
    assert said.status == 0
    assert {Path(f).name for f in said.document["files"]} == {
        *(
            f"{name}{end}"
            for name in ("satuan_pendidikan", "peserta_didik", "ptk", "rombongan_belajar")
            for end in (".csv", ".metadata.json", ".json")
        ),
        "satu-data.xlsx",
    }
    rows = read(out / "peserta_didik.csv")
    true = truth(data)
    shown: Counter[tuple[str, str, str]] = Counter()
    withheld = set()
    for row in rows:
        if "Total" in (row["kecamatan"], row["jenis_kelamin"]):
            continue
        assert row["kode_bps"] == "3374" + row["kode_kemendagri"][-2:]
        key = (row["kode_kemendagri"], row["bentuk_pendidikan"], row["jenis_kelamin"])
        if row["jumlah"] == "":
            assert row["keterangan"] == "disembunyikan"
            withheld.add(key)
        else:
            shown[key] += int(row["jumlah"])
    assert sum(shown.values()) > 0
    assert all(shown[key] == count for key, count in true.items() if key not in withheld)
    grand = [r for r in rows if r["kecamatan"] == "Total" and r["jenis_kelamin"] == "Total"]
    assert [r["jumlah"] for r in grand] == [str(sum(true.values()))]
    for name in ("peserta_didik", "ptk"):
        counts = [int(r["jumlah"]) for r in read(out / f"{name}.csv") if r["jumlah"]]
        assert not [count for count in counts if 0 < count < 5]
    assert said.document["withheld"]["ptk"] > 0
    assert said.document["withheld"]["satuan_pendidikan"] == 0


def test_every_format_tells_the_same_and_explains_itself(sync: Command, tmp_path: Path) -> None:
    out = tmp_path / "satu-data"
    assert sync("export", "--out", str(out), "--json").status == 0
    told = json.loads((out / "ptk.json").read_text())
    rows = read(out / "ptk.csv")
    assert [str(r["jumlah"]) if r["jumlah"] is not None else "" for r in told["rows"]] == [r["jumlah"] for r in rows]
    about = json.loads((out / "ptk.metadata.json").read_text())
    assert about == told["metadata"]
    for attribute in ("concept", "definition", "classification", "measure", "unit"):
        assert about[attribute]
    assert about["suppression"]["least"] == 5
    assert about["as_of"]
    with zipfile.ZipFile(out / "satu-data.xlsx") as book:
        assert book.testzip() is None
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 5
        text = book.read("xl/sharedStrings.xml").decode()
        assert "disembunyikan" in text
        numbers = book.read("xl/worksheets/sheet3.xml").decode().count("<v>")
        assert numbers >= len([r for r in rows if r["jumlah"]])
        assert "<f>" not in "".join(book.read(s).decode() for s in sheets)


def test_a_table_that_the_grant_does_not_carry_is_left_out_and_said(
    sync: Command, tmp_path: Path, config: Config
) -> None:
    path = settings(tmp_path, config)
    path.write_text(path.read_text() + '[grant]\nentities = ["sekolah", "rombongan_belajar"]\n')
    out = tmp_path / "satu-data"
    said = sync("export", "--out", str(out), "--format", "csv", "--json").document
    assert set(said["left_out"]) == {"peserta_didik", "ptk"}
    assert sorted(p.name for p in out.iterdir() if p.suffix == ".csv") == [
        "rombongan_belajar.csv",
        "satuan_pendidikan.csv",
    ]


def test_it_will_not_show_every_single_person(sync: Command, tmp_path: Path) -> None:
    assert sync("export", "--out", str(tmp_path / "x"), "--least", "1").status == 2
