"""The main job, end to end, by the command that a newcomer types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

from provision.report import keys
from provision.report.verify import verify
from tests.support.lab_hosts import DemoRun

CLONE = Path(__file__).parents[2]


def test_everything_held(demo: DemoRun) -> None:
    summary = demo.summary
    assert summary["faults"] == []
    assert (demo.status, summary["ok"]) == (0, True)
    assert summary["controls"]["fail"] == summary["controls"]["error"] == 0
    assert summary["controls"]["pass"] > 50


def test_an_average_kabupaten_was_synced_and_balances(demo: DemoRun) -> None:
    students = demo.summary["sync"]["peserta_didik"]
    assert students["source"] == students["stored"] + students["quarantined"] == 88_000
    assert all(entity["balanced"] for entity in demo.summary["sync"].values())
    wanted = {"sekolah", "registrasi_peserta_didik", "ptk", "ptk_terdaftar", "rombongan_belajar", "anggota_rombel"}
    assert wanted <= set(demo.summary["sync"])


def test_the_restored_tables_are_the_same(demo: DemoRun) -> None:
    drill = demo.summary["drill"]
    assert drill["identical"] is True
    assert drill["tables"] >= 22
    assert drill["rows"] > 250_000
    assert 0 <= drill["rpo_seconds"] < 300
    assert 0 < drill["rto_seconds"] < 300


def test_only_declared_ports_answer_outside(demo: DemoRun) -> None:
    assert demo.summary["outside"] == {"open": [80, 443], "declared": [80, 443]}


def test_a_second_apply_changed_nothing(demo: DemoRun) -> None:
    assert demo.summary["second_apply_changes"] == 0


def test_its_papers_are_whole(demo: DemoRun) -> None:
    for name, schema in (
        ("audit.json", CLONE / "provision/report/schema/audit.schema.json"),
        ("drill.json", CLONE / "provision/operate/schema/drill.json"),
    ):
        jsonschema.validate(
            json.loads((demo.out / name).read_text()),
            json.loads(schema.read_text()),
            registry=_schemas(schema.parent),
        )
    for name in ("audit.html", "drill.html", "sync.html"):
        page = (demo.out / name).read_text()
        assert "lab-kab" in page
        assert 'src="http' not in page
        assert 'href="http' not in page


def test_the_sync_is_reported_as_the_server_tells_it_and_signed(demo: DemoRun) -> None:
    told = json.loads((demo.out / "sync.json").read_text())
    assert told["ok"] is True
    [server] = told["servers"]
    assert (server["server"], server["fault"], server["status"]["green"]) == ("lab-kab", None, True)
    assert server["status"]["entities"]["peserta_didik"]["stored"] == demo.summary["sync"]["peserta_didik"]["stored"]
    assert 'class="answer yes"' in (demo.out / "sync.html").read_text()
    held, _remarks = verify([demo.out], keys.known([demo.out / "signers"]))
    assert {one.kind: one.held for one in held} == {"audit": True, "drill": True, "sync": True}


def _schemas(folder: Path) -> Registry[Any]:
    """All schemas of a folder, by their own names and by their files'."""
    found = {file.name: json.loads(file.read_text()) for file in folder.glob("*.json")}
    named = {**found, **{schema["$id"]: schema for schema in found.values() if "$id" in schema}}
    return Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in named.items())
