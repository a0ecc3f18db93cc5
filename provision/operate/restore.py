"""The real restore of one server, driven from here: plan, start, news, undo, letting the former cluster go.

On the server it is a unit of its own (`remote/restore_unit.py`): it goes on if this program or the connection goes
away, and the next call finds it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from provision import times
from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _, number
from provision.operate.compare import failure
from provision.operate.drill import UNIT, located
from provision.operate.session import OneServer, Told

UNDO_SECONDS = 3600


def steps(engine: str = "postgresql") -> dict[str, str]:
    """What each step is called to a person, in order. `engine`: postgresql or sqlserver."""
    if engine == "sqlserver":
        return {
            "stop_services": _("stop what writes: the tasks of sync and backup"),
            "last_log": _("back up the log of the present database, if it answers"),
            "fetch": _("restore the backups beside the present database, to the moment"),
            "swap": _("put the present database aside and the restored one in its place"),
            "start_services": _(
                "start what was stopped; a full backup begins the new history, the sync fetches what came since"
            ),
        }
    return {
        "stop_services": _("stop what writes: sync, canaries, backups"),
        "last_wal": _("send the last WAL of the present cluster, if it answers"),
        "stop_database": _("stop the database"),
        "fetch": _("restore the backup beside the present cluster"),
        "swap": _("put the present cluster aside and the restored one in its place"),
        "recover": _("start it and recover to the moment"),
        "start_services": _("start what was stopped; the sync fetches what came since"),
    }


@dataclass(frozen=True)
class Mark:
    """A marked moment: its name, when (UTC, ISO 8601), and rows by "database: table"."""

    name: str
    at: str
    tables: Mapping[str, int]


@dataclass(frozen=True)
class Change:
    """A marked moment as a person looks for damage in it: all rows, and what is less or more than at the one before."""

    mark: Mark
    rows: int
    less: Mapping[str, int]
    more: Mapping[str, int]


def changes(marks: Sequence[Mark], shown: int = 4) -> tuple[Change, ...]:
    """Each mark beside the one before it, oldest first; of tables that grew or shrank the `shown` largest changes.

    The drill's own tables are left out: they change with every mark. Pure.
    """
    found = []
    before: Mapping[str, int] = {}
    for mark in marks:
        now = {name: rows for name, rows in mark.tables.items() if ": backbone_ops." not in name}
        moved = {name: now.get(name, 0) - before.get(name, 0) for name in {*now, *before}} if before else {}
        less = sorted((item for item in moved.items() if item[1] < 0), key=lambda item: (item[1], item[0]))
        more = sorted((item for item in moved.items() if item[1] > 0), key=lambda item: (-item[1], item[0]))
        found.append(Change(mark, sum(now.values()), dict(less[:shown]), dict(more[:shown])))
        before = now
    return tuple(found)


def planned(plan: Mapping[str, Any], zone: str) -> tuple[str, ...]:
    """The plan, a line each, before anything is touched."""
    to = {
        "end": _("to the end of what is archived"),
        "mark": _("to the mark of {moment}"),
        "time": _("to {moment}"),
    }[plan["to"]].format(moment=times.shown(plan["to_at"], zone, seconds=True))
    return (
        _("from the backup {label} ({type}, {moment}) in repository {repo} ({place})").format(
            label=plan["backup"],
            type=plan["backup_type"],
            moment=times.shown(plan["backup_at"], zone),
            repo=plan["repo"],
            place=located(plan["repo_place"]),
        ),
        to,
        _("everything written after {moment} is gone from the live database").format(
            moment=times.shown(plan["lost_since"], zone, seconds=True)
        )
        if plan["lost_since"]
        else _("the present database does not answer: nobody can say what it holds beyond the archive"),
        _("{needed} MiB of disk for a while, of {free} MiB that are free").format(
            needed=number(plan["needed_bytes"] >> 20), free=number(plan["free_bytes"] >> 20)
        ),
        _("the database and the sync stand still meanwhile; the present cluster is kept aside until you let it go"),
    )


class Restore(OneServer):
    """The restore of one server."""

    engine = "postgresql"

    def state(self) -> dict[str, Any] | None:
        """The restore in hand, or a finished one whose former cluster is kept; None where there is none."""
        found: dict[str, Any] | None = self.call("state")
        return found

    def marks(self) -> tuple[Mark, ...]:
        """The kept marks, oldest first."""
        return tuple(
            Mark(one["name"], datetime.fromtimestamp(one["at"], UTC).isoformat(timespec="seconds"), one["tables"])
            for one in self.call("marks", unit=UNIT)
        )

    def survey(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The plan. BackboneError with the reason where there can be none; nothing was touched then."""
        told = self.call("survey", given=dict(settings))
        if "in_hand" in told:
            raise BackboneError(
                _("a restore is in hand on {server}, or its former cluster is still kept").format(
                    server=self.target.name
                ),
                repair="backbone restore --continue | --undo | --release",
                exit_status=Exit.FELL_SHORT,
            )
        if "refused" in told:
            raise BackboneError(failure(told["refused"]), exit_status=Exit.FELL_SHORT)
        plan: dict[str, Any] = told["plan"]
        return plan

    def run(self, settings: Mapping[str, Any] | None, tell: Told) -> dict[str, Any]:
        """Do it (None: go on with the one in hand), and listen until it ended; its last state."""
        if settings is None:
            self.call("again")
        else:
            self.call("begin", given=dict(settings))
        state: dict[str, Any] = self.until_ended(tell)["state"] or {}
        return state

    def undo(self) -> None:
        """The former cluster back in its place."""
        self.call("undo", timeout=UNDO_SECONDS)

    def release(self) -> None:
        """Delete the former cluster."""
        self.call("release", timeout=UNDO_SECONDS)
