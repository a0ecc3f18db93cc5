"""The real restore of SQL Server on a Windows server, driven from here, statement by statement.

The backups are restored beside the live database, under another name; only when that has come to its end do the two
change places, by renaming. The former one is kept aside, closed to all but administrators, until a person lets it go.
The record of what was done lies on the server: whoever goes on with a restore that was cut off reads it there. Unlike a
restore of PostgreSQL it stands still while nobody drives it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NoReturn, Self

from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _
from provision.operate.compare import failure, utc
from provision.operate.remote.observe import Short
from provision.operate.sqlserver import chain as chains
from provision.operate.sqlserver.talk import Hand, LostError, RefusedError, Value, WindowsSpeaker
from provision.probe.transport import Target, repair_of

SERVER, LIVE, RESTORED, BEFORE = "master", "backbone", "backbone_restored", "backbone_before"
RECORD = "restore"
# What writes into the database by itself, and what begins a new history once it is restored.
TASKS = ("Sync", "Sync retention", "Backup full", "Backup differential", "Backup log")
AFTERWARDS = ("Backup full", "Sync")
# What gives a database that was put back the newest backup: where there is no database, that one's history counts.
BACK = ("Backup log",)
Tell = Callable[[Mapping[str, Any]], None]
Clock = Callable[[], float]


class Restore:
    """The restore of one server; a context manager, as `provision.operate.restore.Restore` is for PostgreSQL."""

    engine = "sqlserver"

    def __init__(self, target: Target, hand: Hand | None = None, clock: Clock = time.time) -> None:
        self.target, self.clock = target, clock
        self.hand = hand or WindowsSpeaker(target)

    def __enter__(self) -> Self:
        if self.target.kind != "psrp":
            raise BackboneError(_("a Windows server is restored from a controller, not from itself"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    # -- what there is

    def state(self) -> dict[str, Any] | None:
        """The restore in hand, or a finished one whose former database is kept; None where there is none."""
        with self._reaching():
            text = self.hand.kept(RECORD)
        found: dict[str, Any] | None = json.loads(text) if text else None
        return found

    def marks(self) -> NoReturn:
        """There are none: BackboneError."""
        raise BackboneError(
            _("no marks are kept on a Windows server"), repair="backbone restore --to 2026-11-21T14:30+07:00"
        )

    def survey(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The plan. BackboneError with the reason where there can be none; nothing was touched then."""
        if self.state() is not None:
            raise BackboneError(
                _("a restore is in hand on {server}, or its former cluster is still kept").format(
                    server=self.target.name
                ),
                repair="backbone restore --continue | --undo | --release",
                exit_status=Exit.FELL_SHORT,
            )
        try:
            with self._reaching():
                return self._plan(settings)
        except Short as fault:
            raise BackboneError(failure(told(fault)), exit_status=Exit.FELL_SHORT) from fault

    def _plan(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        if settings.get("backup") or settings.get("from") or settings.get("repo", 1) != 1:
            raise Short("SQL Server is restored from its newest backups here: leave out --backup, --repo and --from")
        at, now = moment(str(settings.get("to") or "")), self.clock()
        if at is not None and at > now:
            raise Short("{moment} has not come yet", moment=utc(at))
        (live,) = self.ask("live")
        if live["before"] or live["restored"]:
            raise Short(
                "a database of a former restore is still there: look at it, then remove it ({names})",
                names=", ".join(name for name, key in ((BEFORE, "before"), (RESTORED, "restored")) if live[key]),
            )
        if self.ask("left"):
            raise Short("a drill is under way, or has left something: drill again, then restore")
        if live["state"] not in (None, "ONLINE"):
            raise Short(
                "the present database is {state} and cannot be put aside under another name. First save the end of its "
                "log, if SQL Server lets you: BACKUP LOG [backbone] TO DISK = N'…' WITH NO_TRUNCATE, CHECKSUM, "
                "ENCRYPTION (ALGORITHM = AES_256, SERVER CERTIFICATE = [backbone_backup]), FORMAT. Then SET OFFLINE, "
                "then the statement DROP DATABASE (not the dialog of Management Studio, which deletes the history of "
                "the backups too), leave its files where they are, and this restores into the empty place",
                state=live["state"],
            )
        made = chains.upto(chains.backups(self.ask("chain")), at, lasting=bool(live["state"]))
        listed = self.ask("files", file=made.full.file)
        chains.places(listed, str(live["folder"]), RESTORED)  # Short for files of a kind that cannot be restored
        needed, free = chains.needed(listed), int(live["free"] or 0)
        if needed > free:
            raise Short(
                "not enough disk under {place}: {needed} MiB are needed, {free} MiB are free",
                place=live["folder"],
                needed=needed >> 20,
                free=free >> 20,
            )
        start = made.differential or made.full
        # To the end: what the present database still holds is backed up first, if there is one.
        end = at if at is not None else now if live["state"] else made.newest.reaches
        return {
            "repo": 1,
            "repo_place": "here",
            "backup": start.file,
            "backup_type": chains.TITLES[start.kind],
            "backup_at": utc(start.at),
            "to": "end" if at is None else "time",
            "to_at": utc(end),
            "lost_since": utc(end) if live["state"] else "",
            "needed_bytes": needed,
            "free_bytes": free,
        }

    # -- the work

    def run(self, settings: Mapping[str, Any] | None, tell: Tell) -> dict[str, Any]:
        """Do it (None: go on with the one in hand); its last state. One that fell short was taken back."""
        state = self.state()
        if settings is not None:
            self.survey(settings)
            name = datetime.fromtimestamp(self.clock(), UTC).strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
            state = {"version": 1, "id": name, "at": moment(str(settings.get("to") or "")), "done": [], "seconds": {}}
            state |= {"failed": None, "last_wal": None, "finished_at": None, "undone": False, "tasks": None}
        if state is None:
            raise BackboneError(
                _("no restore is in hand on {server}").format(server=self.target.name), exit_status=Exit.FELL_SHORT
            )
        if state["undone"]:
            # It was cut off while it was taken back.
            self.undo()
            return {**state, "finished_at": None}
        with self._reaching():
            self._keep(state)
            return self._go(state, tell)

    def _go(self, state: dict[str, Any], tell: Tell) -> dict[str, Any]:
        steps: tuple[tuple[str, Callable[[dict[str, Any]], None]], ...] = (
            ("stop_services", self._stop),
            ("last_log", self._last_log),
            ("fetch", self._fetch),
            ("swap", self._swap),
            ("start_services", self._start),
        )
        for name, step in steps:
            if name in state["done"]:
                continue
            tell({"event": "begin", "step": name})
            began = self.clock()
            fault: Short | RefusedError | None = None
            try:
                step(state)
            except (Short, RefusedError) as seen:
                fault = seen
            taken = round(self.clock() - began, 2)
            tell({"event": "end", "step": name, "seconds": taken})
            if fault is not None:
                state["failed"] = {"step": name, **told(fault)}
                if name != "start_services":
                    state["undone"] = True
                    self._keep(state)
                    self._back(state)
                    self._keep(None)
                else:
                    self._keep(state)
                return state
            state["done"].append(name)
            state["seconds"][name] = taken
            state["failed"] = None
            self._keep(state)
        state["finished_at"] = self.clock()
        self._keep(state)
        return state

    def _stop(self, state: dict[str, Any]) -> None:
        """Nothing writes any more; which tasks ran by themselves is noted before the first is stopped."""
        if state["tasks"] is None:
            state["tasks"] = self.hand.tasks(TASKS)
            self._keep(state)
        self.hand.pause(state["tasks"])

    def _last_log(self, state: dict[str, Any]) -> None:
        """What the present database still holds is backed up, if it can be."""
        (live,) = self.ask("live")
        state["aside"] = live["state"] is not None
        if not state["aside"]:
            return
        folder = chains.folder_of(chains.chain(chains.backups(self.ask("chain"))).full.file)
        stamp = datetime.fromtimestamp(self.clock(), UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            self.ask("log", file=f"{folder}{stamp}-log-restore.bak")
            state["last_wal"] = "sent"
        except RefusedError as fault:
            state["last_wal"] = f"SQL Server {fault.number}: {fault.said}"

    def _fetch(self, state: dict[str, Any]) -> None:
        """The backups into a database of another name; what a run that was cut off has left of it goes first."""
        self.ask("drop", name=RESTORED)
        (live,) = self.ask("live")
        made = chains.upto(chains.backups(self.ask("chain")), state["at"], lasting=False)
        listed = self.ask("files", file=made.full.file)
        # A restored database's files bear its restore's name: those of the former ones still lie there.
        files = chains.places(listed, str(live["folder"]), f"{LIVE}_{state['id']}")
        self.ask("restore-full", file=made.full.file, files=json.dumps(files), name=RESTORED)
        if made.differential:
            self.ask("restored-differential", file=made.differential.file)
        for one in made.logs:
            if state["at"] is not None and one is made.logs[-1]:
                self.ask("restored-until", file=one.file, moment=server_time(state["at"]))
            else:
                self.ask("restored-log", file=one.file)
        self.ask("restored-open")

    def _swap(self, state: dict[str, Any]) -> None:
        self.ask("swap")
        (live,) = self.ask("live")
        if live["state"] != "ONLINE" or live["restored"] or bool(live["before"]) != state["aside"]:
            raise Short("the restored database did not come into the live place: it is {state}", state=live["state"])

    def _start(self, state: dict[str, Any]) -> None:
        """What ran by itself does again; a full backup begins the new history, and the sync fetches what came since."""
        self.hand.resume(state["tasks"], [name for name in AFTERWARDS if name in state["tasks"]])

    def _back(self, state: Mapping[str, Any]) -> None:
        """The former database in its place again; what was restored is removed."""
        tasks = state["tasks"] or []
        # After one that had come to its end they run again.
        self.hand.pause(tasks)
        self.ask("swap-back")
        self.ask("drop", name=RESTORED)
        self.hand.resume(tasks, [name for name in BACK if name in tasks])

    def undo(self) -> None:
        """The former database back in its place. BackboneError where there was none."""
        state = self._in_hand()
        if state["finished_at"] and not state["aside"]:
            raise BackboneError(
                _("there was no database before this restore: nothing can be put back"), exit_status=Exit.FELL_SHORT
            )
        with self._reaching():
            self._keep({**state, "undone": True})
            self._back(state)
            self._keep(None)

    def release(self) -> None:
        """Delete the former database. BackboneError while the restore has not come to its end, or has no backup yet."""
        state = self._in_hand()
        if not state["finished_at"] or state["undone"]:
            raise BackboneError(
                _("the restore has not come to its end: backbone restore --continue, or --undo"),
                exit_status=Exit.FELL_SHORT,
            )
        with self._reaching():
            if state["aside"]:
                self._own_backups()
            self.ask("drop", name=BEFORE)
            self._keep(None)

    def _own_backups(self) -> None:
        """What was restored can be restored itself, from backups of its own history; BackboneError where it cannot."""
        try:
            chains.chain(chains.backups(self.ask("chain")))
        except Short as fault:
            raise BackboneError(
                _("the former database is kept until the restored one has backups of its own: {why}").format(
                    why=failure(told(fault))
                ),
                exit_status=Exit.FELL_SHORT,
            ) from fault

    # -- how it speaks

    def ask(self, statement: str, /, **values: Value) -> list[dict[str, Any]]:
        """The rows of a statement, said in `master`."""
        return self.hand.ask(statement, values, SERVER)

    def _in_hand(self) -> dict[str, Any]:
        state = self.state()
        if state is None:
            raise BackboneError(
                _("no restore is in hand on {server}").format(server=self.target.name), exit_status=Exit.FELL_SHORT
            )
        return state

    def _keep(self, state: Mapping[str, Any] | None) -> None:
        self.hand.keep({RECORD: json.dumps(state) if state is not None else ""})

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """A server that is lost, or that refuses what no step expects, is a fault in plain words."""
        try:
            yield
        except LostError as fault:
            raise BackboneError(fault.fault.message, repair=repair_of(fault.fault, self.target)) from fault
        except RefusedError as fault:
            raise BackboneError(f"SQL Server {fault.number}: {fault.said}", exit_status=Exit.FELL_SHORT) from fault


def moment(to: str) -> float | None:
    """Seconds since 1970 of a moment in ISO 8601 with its zone; None for the end. Short for anything else."""
    if not to:
        return None
    try:
        at = datetime.fromisoformat(to)
    except ValueError:
        raise Short("no marks are kept on a Windows server: give a moment, such as 2026-11-21T14:30+07:00") from None
    return at.timestamp()


def server_time(at: float) -> str:
    """A moment as `restored-until.sql` reads it: UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def told(fault: Short | RefusedError) -> dict[str, Any]:
    """What went wrong, as `compare.failure` says it."""
    if isinstance(fault, Short):
        return {"message": str(fault), **fault.as_told()}
    return {"message": f"SQL Server {fault.number}: {fault.said}", "template": "", "values": {}}
