"""An audit beside an earlier one: new, repaired, still open since when; a waiver and silence repair nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks.measure import say
from provision.audit import catalogue, compare
from provision.audit.findings import Finding
from provision.audit.run import Examination
from provision.errors import UsageError
from provision.probe.snapshot import Fault, Snapshot

NOW = "2026-11-22T01:00:00+00:00"
FIRST = "2026-11-01T01:00:00+00:00"


def finding(control: str, status: Any, server: str = "kab") -> Finding:
    return Finding(control, server, "test", "minimum", "high", status, status, say("-"), say("-"), None)


def examined(*findings: Finding, fault: Fault | None = None) -> Examination:
    shots = {one.server: Snapshot(one.server, NOW, fault=fault) for one in findings}
    return Examination(shots, findings, catalogue.load())


def document(**statuses: str) -> dict[str, Any]:
    """An earlier audit: HW_01="fail" (open since FIRST) or "pass"."""
    return {
        "version": compare.VERSION,
        "kind": "audit",
        "generated_at": "2026-11-21T01:00:00+00:00",
        "servers": [
            {
                "findings": [
                    {
                        "server": "kab",
                        "control": name.replace("_", "-"),
                        "status": status,
                        "at": "2026-11-21T00:59:00+00:00",
                        "since": FIRST if status in ("fail", "error") else None,
                    }
                    for name, status in statuses.items()
                ]
            }
        ],
    }


def controls(found: tuple[compare.Open, ...]) -> list[str]:
    return [one.control for one in found]


def test_every_finding_lands_where_it_belongs() -> None:
    earlier = compare.of_document(
        document(HW_01="pass", HW_02="fail", HW_03="fail", HW_04="error", HW_05="fail", DB_01="fail"), "x"
    )
    now = examined(
        finding("HW-01", "fail"),
        finding("HW-02", "pass"),
        finding("HW-03", "error"),
        finding("HW-04", "fail"),
        finding("HW-05", "waived"),
        finding("DB-02", "fail"),
    )
    changes = compare.compare(earlier, now)
    assert controls(changes.new) == ["HW-01", "DB-02"]
    assert controls(changes.repaired) == ["HW-02"]
    assert controls(changes.still_open) == ["HW-03", "HW-04"]
    assert controls(changes.waived) == ["HW-05"]
    assert controls(changes.unseen) == ["DB-01"]
    assert {one.since for one in changes.still_open} == {FIRST}
    assert {one.since for one in changes.new} == {NOW}


def test_a_silent_server_repairs_nothing_and_breaks_nothing() -> None:
    earlier = compare.of_document(document(HW_01="pass", HW_02="fail"), "x")
    now = examined(finding("HW-01", "error"), finding("HW-02", "error"), fault=Fault("timeout", "silent"))
    changes = compare.compare(earlier, now)
    assert (controls(changes.still_open), changes.new, changes.repaired) == (["HW-02"], (), ())
    assert changes.silent == ("kab",)


def test_since_begins_anew_after_a_repair() -> None:
    earlier = compare.of_document(document(HW_01="pass"), "x")
    assert compare.since(examined(finding("HW-01", "fail")), earlier) == {("kab", "HW-01"): NOW}
    assert compare.since(examined(finding("HW-01", "pass")), None) == {}


def test_the_digest_is_of_canonical_json() -> None:
    assert compare.digest({"b": 1, "a": "é"}) == hashlib.sha256('{"a":"é","b":1}'.encode()).hexdigest()
    whole = document(HW_01="fail")
    assert compare.of_document(whole, "x").sha256 == compare.digest(dict(reversed(whole.items())))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 1}, "schema version 1"),
        ({"version": 99}, "schema version 99"),
        ({"kind": "drill"}, "is not an audit"),
        ({"servers": [{}]}, "damaged"),
    ],
)
def test_what_cannot_be_compared_with_is_said(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    (tmp_path / "audit.json").write_text(json.dumps({**document(HW_01="fail"), **change}))
    with pytest.raises(UsageError, match=said) as raised:
        compare.read(tmp_path)
    assert str(tmp_path / "audit.json") in raised.value.message


def test_a_file_cut_short_or_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        compare.read(tmp_path)
    (tmp_path / "audit.json").write_text(json.dumps(document())[:-9])
    with pytest.raises(UsageError, match="damaged"):
        compare.read(tmp_path / "audit.json")


def test_statuses_that_count_are_all_known() -> None:
    now = examined(*(replace(finding("HW-01", "fail"), control=f"HW-0{n}") for n in range(1, 4)))
    assert controls(compare.compare(compare.of_document(document(), "x"), now).new) == ["HW-01", "HW-02", "HW-03"]
