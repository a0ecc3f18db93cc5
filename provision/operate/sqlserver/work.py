"""One restore drill of SQL Server, step by step: asks, waits, notes what it saw. `compare.judge` judges it.

The restored database stands beside the live one under a name of its own, and goes when the drill ends, however it
ends; what a drill leaves that was cut off from its server, the next one removes first.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from provision.operate.compare import utc
from provision.operate.remote.observe import Short
from provision.operate.sqlserver import chain as chains
from provision.operate.sqlserver.talk import LostError, RefusedError, Speaker, Value

ENGINE = "sqlserver"
LIVE, SCRATCH, SERVER = "backbone", "backbone_drill", "master"
OUT_OF_ORDER = 4305  # "the log in this backup set begins at … which is too recent to apply to the database"
# What VERIFYONLY finds in a damaged backup: a read that fails, a family or block that is not well formed, a checksum
# that is wrong, a page or a set that is damaged. A file that cannot be opened (3201) is none of them.
DAMAGED = (3183, 3187, 3189, 3203, 3241, 3242, 3243, 3256)
_IDENTITY_CACHE = 10_000  # how far a counter may run ahead after a restore, at most
_RUN_LOCK = 50002

Tell = Callable[[Mapping[str, Any]], None]
Clock = Callable[[], float]


class _Drill:
    def __init__(self, speaker: Speaker, drill: str, tell: Tell, clock: Clock) -> None:
        self.speaker, self.tell, self.clock = speaker, tell, clock
        self.mark = f"backbone_{drill}"[:32]  # the name of a transaction has no more
        self.snapshot = f"backbone_mark_{drill}"
        self.step = "prepare"
        self.seen: dict[str, Any] = {
            "version": 2,
            "engine": ENGINE,
            "id": drill,
            "started_at": clock(),
            "failed": None,
            "steps": {},
            "repo": 1,
            "goal": {"kind": "now"},
            "compared": True,
            "canary": {"before": None, "after": None, "newest_archived": None},
            "source": {"cluster": [], "databases": {}},
            "restored": {"cluster": [], "databases": {}},
            "controls": {},
        }

    def ask(self, statement: str, database: str = SERVER, /, **values: Value) -> list[dict[str, Any]]:
        return self.speaker.ask(statement, values, database)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        self.step, began = step, self.clock()
        self.tell({"event": "begin", "step": step, "engine": ENGINE})
        try:
            yield
        finally:
            taken = round(self.clock() - began, 2)
            self.seen["steps"][step] = taken
            self.tell({"event": "end", "step": step, "seconds": taken, "engine": ENGINE})

    # -- the steps

    def prepare(self) -> None:
        self.clear()
        found = self.ask("look")
        if not found:
            raise Short("there is no database {name} on this server", name=LIVE)
        self.about = found[0]
        if (self.about["recovery"], self.about["state"]) != ("FULL", "ONLINE"):
            raise Short(
                "the database is {state}, its recovery model {recovery}; a drill needs ONLINE and FULL",
                state=self.about["state"],
                recovery=self.about["recovery"],
            )
        there = chains.chain(chains.backups(self.ask("chain")))
        listed = self.ask("files", file=there.full.file)
        chains.places(listed, str(self.about["folder"]), SCRATCH)  # Short for files of a kind that cannot be restored
        room, free = chains.needed(listed), int(self.about["free"])
        if room > free:
            raise Short(
                "the scratch database needs {needed} MiB of disk, and {free} MiB are free",
                needed=room >> 20,
                free=free >> 20,
            )
        kind = chains.TITLES[(there.differential or there.full).kind]
        # What there was before the drill added its own: so much would have been lost.
        self.seen["backup"] = {"label": there.full.file, "type": kind, "stopped_at": there.newest.at}
        self.seen["bytes"] = {"database": int(self.about["bytes"]), "needed": room, "free": free}
        self.seen["server_version"] = str(self.about["version"])
        self.folder = chains.folder_of(there.full.file)
        backup = {"backup": there.full.file, "backup_type": kind, "backup_at": utc(there.newest.at)}
        place = {"repo": 1, "repo_place": "here", "needed_bytes": room, "free_bytes": free}
        plan = {"to": "now", "to_at": "", "expected_seconds": None, **backup, **place}
        self.tell({"event": "plan", "plan": plan})

    def mark_moment(self) -> None:
        self.ask("place", LIVE)
        # A backup of the log on this side of the mark and one on the other: leaving one out must be noticed.
        self.ask("log", file=self.log_file(1))
        (made,) = self.ask("mark", LIVE, mark=self.mark, snapshot=self.snapshot, folder=str(self.about["folder"]))
        at, held = float(made["at"]), float(made["held"])
        self.seen["mark"] = {"at": at, "held_ms": held, "restore_point": self.mark}
        self.seen["canary"].update(before=int(made["before"]), after=int(made["after"]))
        if made["lsn"] is None:
            raise Short("the server does not tell where in its log the mark stands")
        self.until = int(made["lsn"])

    def log_file(self, number: int) -> str:
        stamp = datetime.fromtimestamp(self.clock(), UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"{self.folder}{stamp}-log-drill-{number}.bak"

    def observe(self, database: str) -> dict[str, Any]:
        """What a database holds, as `compare.compare` reads it."""
        lines = self.ask("structure", database)
        return {
            "cluster": sorted(str(one["line"]) for one in lines if one["kind"] == "people"),
            "databases": {
                LIVE: {
                    "tables": self.digest(database),
                    "structure": sorted(str(one["line"]) for one in lines if one["kind"] == "structure"),
                    "unlogged": [],
                    "sequences": {
                        str(one["name"]): [
                            _whole(one["last"]),
                            _whole(one["step"]),
                            _IDENTITY_CACHE,
                            _whole(one["first"]),
                        ]
                        for one in self.ask("identities", database)
                    },
                }
            },
        }

    def digest(self, database: str) -> dict[str, list[Any]]:
        found = self.ask("digest", database)
        return {str(one["name"]): [int(one["rows"]), str(one["one"]), str(one["other"])] for one in found}

    def digest_source(self) -> None:
        self.seen["source"] = self.observe(self.snapshot)
        self.ask("drop", name=self.snapshot)

    def archive(self) -> None:
        self.ask("log", file=self.log_file(2))
        # A backup by the timer may have come in between, also a full one after the mark.
        self.chain = chains.chain(chains.backups(self.ask("chain")), self.until)
        self.seen["backup"]["label"] = self.chain.full.file
        self.seen["backup"]["repository_bytes"] = sum(one.size for one in self.chain.backups)
        if len(self.chain.logs) < 2:
            raise Short("the log was not backed up on both sides of the mark")

    def checksums(self) -> None:
        for file in self.chain.files:
            try:
                self.ask("verify", file=file)
            except RefusedError as fault:
                self.seen["checksums"] = {"made": True, "ok": False, "said": [f"{file}: {fault.said}"]}
                return
        self.seen["checksums"] = {"made": True, "ok": True, "said": [], "blocks": 0}

    def restore(self) -> None:
        full = self.chain.full.file
        files = chains.places(self.ask("files", file=full), str(self.about["folder"]), SCRATCH)
        self.ask("restore-full", file=full, files=json.dumps(files), name=SCRATCH)
        if self.chain.differential:
            self.ask("restore-differential", file=self.chain.differential.file)
        before, last = self.chain.logs[-2], self.chain.logs[-1]
        for one in self.chain.logs[:-1]:
            if one is before:
                self.seen["controls"]["missing_log"] = self.refused("restore-log", (OUT_OF_ORDER,), file=last.file)
            self.ask("restore-log", file=one.file)

    def recover(self) -> None:
        self.ask("recover", file=self.chain.logs[-1].file, mark=self.mark)

    def digest_restored(self) -> None:
        self.seen["restored"] = self.observe(SCRATCH)
        back = self.ask("canaries", SCRATCH, mark=self.mark)
        self.seen["canary"]["recovered"] = [int(one["number"]) for one in back]

    def amcheck(self) -> None:
        try:
            wrong = self.ask("check")
        except RefusedError as fault:
            self.seen["amcheck"] = {"made": False, "ok": False, "said": [fault.said]}
            return
        said = [str(one.get("MessageText") or one) for one in wrong]
        self.seen["amcheck"] = {"made": True, "ok": not wrong, "said": said}

    def controls(self) -> None:
        made = self.seen["controls"]
        spoilt = self.speaker.spoil(self.chain.logs[-1].file)
        try:
            made["flipped_byte"] = self.refused("verify", DAMAGED, file=spoilt)
        finally:
            self.speaker.forget(spoilt)
        before = copy.deepcopy(self.seen["restored"]["databases"][LIVE]["tables"])
        self.ask("change", SCRATCH, number=int(self.seen["canary"]["before"]))
        made["changed_row"] = {"made": True, "noticed": self.digest(SCRATCH) != before, "said": ""}

    def refused(self, name: str, numbers: Collection[int], **values: Value) -> dict[str, Any]:
        """A statement that the server has to refuse, with one of these errors; another reason proves nothing."""
        try:
            self.speaker.ask(name, values, SERVER)
        except RefusedError as fault:
            right = fault.number in numbers
            return {
                "made": right,
                "noticed": right,
                "said": "" if right else f"SQL Server {fault.number}: {fault.said}",
            }
        return {"made": True, "noticed": False, "said": ""}

    def clear(self) -> None:
        """Remove what this drill made, or an earlier one that was cut off."""
        for one in self.ask("left"):
            self.ask("drop", name=str(one["name"]))

    def work(self) -> None:
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("prepare", self.prepare),
            ("mark", self.mark_moment),
            ("digest_source", self.digest_source),
            ("archive", self.archive),
            ("checksums", self.checksums),
            ("restore", self.restore),
            ("recover", self.recover),
            ("digest_restored", self.digest_restored),
            ("amcheck", self.amcheck),
            ("controls", self.controls),
        )
        for name, step in steps:
            with self.timed(name):
                step()


def observe(speaker: Speaker, drill: str, tell: Tell, clock: Clock) -> dict[str, Any]:
    """Run a drill; what it saw, for `compare.judge`. `drill`: its name, 22 letters and digits, `clock`: seconds UTC.

    LostError where the server could not be reached at all; a server that is lost later fails the step it was at.
    """
    one = _Drill(speaker, drill, tell, clock)
    try:
        one.work()
    except Short as short:
        one.seen["failed"] = {"step": one.step, "message": str(short), **short.as_told()}
    except RefusedError as fault:
        told = Short("a sync run is under way; drill again once it has ended") if fault.number == _RUN_LOCK else None
        said = f"SQL Server {fault.number}: {fault.said}"
        one.seen["failed"] = {"step": one.step, "message": said, **(told.as_told() if told else {})}
    except LostError as fault:
        if one.step == "prepare":
            raise
        one.seen["failed"] = {"step": one.step, "message": fault.fault.message}
    try:
        with one.timed("cleanup"):
            one.clear()
    except (RefusedError, LostError) as fault:
        left = Short("what the drill made could not be removed: {said}", said=fault)
        one.seen["failed"] = one.seen["failed"] or {"step": "cleanup", "message": str(left), **left.as_told()}
    return one.seen


def _whole(text: Any) -> int | None:
    return None if text is None else int(text)
