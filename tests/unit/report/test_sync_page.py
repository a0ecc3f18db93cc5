"""The sync's page: self-contained, in the region's time, and never kinder than the server's own account."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from provision import i18n
from provision.report import keys
from provision.report.sync import SyncResult, document, publish, reading, render, to_do
from provision.report.verify import verify

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
ZONES = {"data-semarang": "Asia/Jakarta"}


def entity(**changed: Any) -> dict[str, Any]:
    counts = {
        "source": 12345,
        "stored": 12345,
        "quarantined": 0,
        "deleted": 2,
        "refused": 0,
        "withheld": None,
        "held": 0,
    }
    return counts | {"balanced": True, "cursor": "2026-11-22T01:00:00+00:00", "unknown_fields": []} | changed


def status(**changed: Any) -> dict[str, Any]:
    run = {"last_run_finished": "2026-11-22T01:02:03+00:00", "last_green": "2026-11-22T01:00:00+00:00"}
    return {"green": True, "error_kind": None, "message": None, "entities": {"sekolah": entity()}} | run | changed


def told(answer: dict[str, Any], exit_status: int = 0) -> SyncResult:
    return reading("data-semarang", "33.74", exit_status, json.dumps(answer), "")


def test_a_green_run_shows_its_account_in_the_region_s_time() -> None:
    result = told(status())
    assert (result.green, to_do(result)) == (True, [])
    page = render(document([result], AT), [result], ZONES)
    assert 'class="answer yes"' in page
    assert "12,345" in page
    assert "08:02 WIB" in page
    assert "Asked 2026-11-22 10:00 WIB" in page
    assert "UTC" not in page
    # The verdict stands beside the entity's name: what a narrow screen cuts off is the rest.
    assert re.search(r'>sekolah</th><td class="n yes-word">yes</td>', page)
    assert "data-semarang · Kota Semarang (33.74)" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("answer", "said", "command"),
    [
        (status(green=False, error_kind="auth", message="<b>401</b>"), "The last run stopped: <b>401</b>", "doctor"),
        (status(green=False, entities={"ptk": entity(balanced=False)}), "does not balance: ptk", "reconcile"),
        (status(green=False, entities={"ptk": entity(held=7)}), "7 deletions wait", "release-deletes"),
        (status(entities={"ptk": entity(quarantined=3)}), "3 rows are in quarantine", "quarantine"),
        (status(green=False, last_green=None, entities={}), "No run has ended well yet", "run"),
    ],
)
def test_what_wants_a_person_is_said_with_its_command(answer: dict[str, Any], said: str, command: str) -> None:
    result = told(answer, 1)
    [(sentence, repair)] = to_do(result)
    assert (said in sentence, f"backbone-sync {command}" in repair) == (True, True)
    page = render(document([result], AT), [result], ZONES)
    assert "<b>401" not in page
    assert ('class="answer yes"' in page) == answer["green"]


@pytest.mark.parametrize(
    ("exit_status", "out"),
    [(3, json.dumps(status())), (127, ""), (0, "<html>"), (0, "[]"), (0, '{"green": 1, "entities": {}}'), (0, "{}")],
)
def test_no_answer_is_never_green(exit_status: int, out: str) -> None:
    result = reading("data-semarang", "33.74", exit_status, out, "sh: 1: backbone-sync: not found\n")
    assert (result.green, result.fault) == (False, "sh: 1: backbone-sync: not found")
    made = document([result], AT)
    assert made["ok"] is False
    assert 'class="answer no"' in render(made, [result], ZONES)


def test_it_is_signed_and_follows_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    key = keys.of_inventory(tmp_path / "inventory")
    result = told(status())
    for _time in range(2):
        publish(document([result], AT), [result], ZONES, tmp_path / "out", key)
    found, remarks = verify([tmp_path / "out"], keys.known([tmp_path / "inventory" / keys.SIGNERS]))
    assert [(one.kind, one.number, one.held) for one in found] == [("sync", 1, True), ("sync", 2, True)]
    assert remarks == ()


def test_in_indonesian() -> None:
    i18n.use("id")
    try:
        result = told(status(green=False, entities={"ptk": entity(balanced=False)}))
        page = render(document([result], AT), [result], ZONES)
    finally:
        i18n.use("en")
    assert '<html lang="id">' in page
    assert "Hitungannya tidak seimbang: ptk" in page
    assert json.loads(json.dumps(document([result], AT)))["servers"][0]["status"]["green"] is False
