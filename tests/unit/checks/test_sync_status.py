"""The controls of the sync service read the very file that the service writes."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backbone_sync.run import publish
from backbone_sync.run.status import EntityStatus, Status
from checks import sync
from checks.measure import say
from checks.params import Params

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
ENTITY = EntityStatus(
    source=101, stored=100, quarantined=1, deleted=3, refused=0, withheld=0, balanced=True, cursor=AT, unknown_fields=()
)
STATUS = Status(
    version=1,
    region="33.74",
    green=True,
    state="green",
    last_run_started=AT - timedelta(hours=2, minutes=1),
    last_run_finished=AT - timedelta(hours=2),
    last_green=AT - timedelta(hours=2, minutes=1),
    lag_seconds=7260.0,
    error_kind=None,
    message=None,
    entities={"sekolah": ENTITY},
)
EXPECTED = say("last run green, at most {hours} hours ago", hours=3.0)


def published(folder: Path, **changes: Any) -> dict[str, Any]:
    publish.write(str(folder), dataclasses.replace(STATUS, **changes))
    read: dict[str, Any] = json.loads((folder / "sync.json").read_bytes())
    return read


def verdicts(status: dict[str, Any]) -> tuple[str, str, str]:
    """Of SYNC-02, SYNC-03 and SYNC-06."""
    return (
        sync.green_of(status, 3.0, Params(at=AT), EXPECTED).status,
        sync.balance_of(status, EXPECTED).status,
        sync.quarantine_of(status, EXPECTED).status,
    )


def test_a_good_run_passes_and_each_fault_fails_its_own_control(tmp_path: Path) -> None:
    assert verdicts(published(tmp_path)) == ("pass", "pass", "warning")
    clean = dataclasses.replace(ENTITY, quarantined=0)
    assert verdicts(published(tmp_path, entities={"sekolah": clean})) == ("pass", "pass", "pass")
    late = published(tmp_path, last_run_finished=AT - timedelta(hours=4))
    assert verdicts(late) == ("fail", "pass", "warning")
    red = published(tmp_path, green=False, state="not_green", error_kind="auth", message="answered 403")
    assert verdicts(red) == ("fail", "pass", "warning")
    slipped = dataclasses.replace(ENTITY, verified=AT, missed=2)
    assert verdicts(published(tmp_path, entities={"sekolah": slipped})) == ("pass", "warning", "warning")
    off = dataclasses.replace(ENTITY, balanced=False)
    assert verdicts(published(tmp_path, entities={"sekolah": off})) == ("pass", "fail", "warning")
    for bad in (dataclasses.replace(ENTITY, held=5), dataclasses.replace(ENTITY, quarantined=2)):
        assert verdicts(published(tmp_path, entities={"sekolah": bad})) == ("pass", "pass", "fail")
    never = published(tmp_path, green=False, state="never", last_run_finished=None, entities={})
    assert verdicts(never) == ("fail", "fail", "fail")
