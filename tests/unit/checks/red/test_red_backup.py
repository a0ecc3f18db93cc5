"""Backups, archive, second repository, drills: what turns each control red, on a recorded server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from checks import commands
from tests.support.recorded import (
    AT,
    EPOCH,
    PARAMS,
    SNAPSHOT,
    STOPPED,
    Mutation,
    Red,
    answered,
    backup,
    both,
    disks,
    in_json,
    said,
    setting,
    statuses,
    turns,
    unit,
)


def archived(minutes: float) -> Callable[[Any], None]:
    def change(told: Any) -> None:
        told["archiver"]["last"] = told["started"] = EPOCH - minutes * 60

    return change


def aged(days: float) -> Callable[[dict[str, Any]], Any]:
    """The first backup of all was made so long ago."""

    def change(told: dict[str, Any]) -> None:
        first = json.loads(json.dumps(told["backup"][0]))
        first["timestamp"]["stop"] = int(EPOCH - days * 86400)
        told["backup"].insert(0, first)

    return change


def second(days: float | None = 1.0, code: int = 0, host: str = "repo2-host=backup.example") -> Mutation:
    """A second repository, whose last backup is so many days old (None: it holds none)."""

    def change(told: dict[str, Any]) -> None:
        told["repo"].append({"key": 2, "cipher": "aes-256-cbc", "status": {"code": code, "message": "unreachable"}})
        if days is not None:
            copy = json.loads(json.dumps(told["backup"][-1]))
            copy["database"]["repo-key"] = 2
            copy["timestamp"]["stop"] = int(EPOCH - days * 86400)
            told["backup"].append(copy)

    return both(backup(change), said(commands.BACKUP_DISKS, "##repositories", f"##repositories\n{host}"))


def keeping_up(oldest: float = 0, saved: float = 1) -> Mutation:
    """A second repository whose archive is so many hours behind, and holds a state of so many hours ago."""
    lines = f"waiting 1\noldest {EPOCH - oldest * 3600 if oldest else 0:.0f}\nsaved {EPOCH - saved * 3600:.0f}\n"
    return both(second(), said(commands.BACKUP_DISKS, "##second\n", f"##second\n{lines}"))


def away() -> Mutation:
    """pgBackRest's word for the whole where one of two repositories is out of reach."""
    return both(second(code=99), backup(lambda told: told["status"].update(code=4, message="different across repos")))


def drill(ok: str = "true", days: float = 1) -> Mutation:
    at = (AT - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return answered(commands.DRILL, f'  "started_at": "{at}",\n  "operator": "",\n  "ok": {ok},\n')


REDS = [
    Red(
        "an old backup",
        backup(lambda told: [one["timestamp"].update(stop=EPOCH - 27 * 3600) for one in told["backup"]]),
        ("BAK-01",),
    ),
    Red("a plain repository", backup(lambda told: [one.update(cipher="none") for one in told["repo"]]), ("BAK-02",)),
    Red(
        "a failing archive",
        in_json(commands.POSTGRESQL, lambda told: told["archiver"].update(last_failed=EPOCH + 9)),
        ("BAK-03",),
    ),
    Red("WAL that was dropped since the last backup", disks(int(EPOCH), 31), ("BAK-05",)),
    Red("a full disk of the repository", disks("", 96), ("BAK-05",)),
    Red("disks that cannot be asked", answered(commands.BACKUP_DISKS, "##dropped\n##disks\n"), (), ("BAK-05",)),
    Red("no backup timer", unit("backbone-backup-diff.timer", **STOPPED), ("BAK-04",)),
    Red("an archive that lags", in_json(commands.POSTGRESQL, archived(40)), ("BAK-06",)),
    Red("changes archived once a day", setting("archive_timeout", "86400"), ("BAK-06",)),
    Red(
        "nothing archived",
        in_json(commands.POSTGRESQL, lambda told: told["archiver"].update(last=None)),
        ("BAK-03", "BAK-06"),
    ),
    Red("a second repository out of reach", second(code=99), ("BAK-07",)),
    Red("a second repository without a backup", second(days=None), ("BAK-07",)),
    Red("a second repository that is old", second(days=9), ("BAK-07",)),
    Red("a second repository out of reach, and the first one in order", away(), ("BAK-07",)),
    Red("a second archive that is behind", keeping_up(oldest=7), ("BAK-07",)),
    Red("a state that was saved long ago", keeping_up(saved=51), ("BAK-07",)),
    Red("a drill that fell short", drill(ok="false"), ("BAK-08",)),
    Red("a drill long ago", drill(days=91), ("BAK-08",)),
    Red("no drill on an old server", both(answered(commands.DRILL, ""), backup(aged(40))), ("BAK-08",)),
    Red("a drill without a time", answered(commands.DRILL, '  "ok": true'), (), ("BAK-08",)),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_a_disk_that_fills_up_is_a_warning_and_an_old_drop_is_history() -> None:
    assert statuses(*disks("", 85)(SNAPSHOT, PARAMS))["BAK-05"] == "warning"
    assert statuses(*disks(1600000000, 31)(SNAPSHOT, PARAMS))["BAK-05"] == "pass"


def test_a_second_repository_is_judged_where_there_is_one() -> None:
    assert statuses()["BAK-07"] == "warning"
    assert statuses(*second()(SNAPSHOT, PARAMS))["BAK-07"] == "pass"
    assert statuses(*keeping_up(oldest=5, saved=49)(SNAPSHOT, PARAMS))["BAK-07"] == "pass"
    assert statuses(*second(host="repo2-type=s3")(SNAPSHOT, PARAMS))["BAK-07"] == "pass"
    assert statuses(*second(host="repo1-type=posix")(SNAPSHOT, PARAMS))["BAK-07"] == "warning"


def test_a_new_server_may_still_owe_its_first_drill() -> None:
    assert statuses(*answered(commands.DRILL, "")(SNAPSHOT, PARAMS))["BAK-08"] == "warning"
