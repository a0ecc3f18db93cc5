"""A model of a SQL Server whose database is restored in its live place: what writes see when, names, and histories.

Beyond `sqlserver_drilled`, from which backups come: databases by their names, the moments of writes, the scheduled
tasks, the records on the server. A cut connection is `cut`: it says after how many words the server is lost.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from provision.operate.sqlserver.talk import LostError, RefusedError, Value, statement
from provision.probe.snapshot import Fault
from tests.support import sqlserver_drilled as drilled

LIVE, RESTORED, BEFORE = "backbone", "backbone_restored", "backbone_before"
_IF = re.compile(r"IF (DB_ID[^;]*?)\s+(?:BEGIN\s(.*?)END;|(ALTER [^;]*;))", re.S)
_THERE = re.compile(r"DB_ID\(N'(\w+)'\) IS (NOT )?NULL")
_ALTER = re.compile(
    r"ALTER DATABASE \[(?P<old>\w+)\] (?:MODIFY NAME = \[(?P<new>\w+)\]|SET (?P<access>\w+) WITH ROLLBACK IMMEDIATE)"
)


class World(drilled.World):
    """One server. `there`: databases by name, {"state", "rows", "fork", "access"}; `running`: tasks by themselves."""

    def __init__(self) -> None:
        self.there: dict[str, dict[str, Any]] = {
            LIVE: {"state": "ONLINE", "rows": [], "fork": "f0", "access": "MULTI_USER"}
        }
        # What the database held since each moment, by its history.
        self.held: list[tuple[float, str, list[str]]] = []
        self.forks: dict[str, str] = {}
        super().__init__()
        self.running = {"Sync": True, "Sync retention": True, "Backup full": True, "Backup log": True, "Audit": True}
        self.started: list[str] = []
        self.left = -1  # words until the server is lost; -1: never
        self.words = 0
        self.reader = self.taken = False  # a reader that comes back; whether it has the place of the only user
        self.after = False  # lost after the word was heard, not before

    # -- what happens on it

    def write(self, row: str) -> float:
        """A row into the live database; when it was written."""
        live = self.there[LIVE]
        self.now += 60
        live["rows"].append(row)
        self.held.append((self.now, live["fork"], list(live["rows"])))
        return self.now

    def state(self) -> dict[str, Any]:
        return {"rows": list(self.there[LIVE]["rows"])}

    def backup(self, kind: str, name: str) -> drilled.Taken:
        made = super().backup(kind, name)
        self.forks[made.row["file"]] = self.there[LIVE]["fork"]
        return made

    # -- words, and the line on which they come

    def heard(self) -> None:
        self.words += 1
        if self.left >= 0:
            self.left -= 1
            if self.left < 0:
                raise LostError(Fault("unreachable", "cannot be reached"))

    def ask(self, name: str, values: Mapping[str, Value], database: str) -> list[dict[str, Any]]:
        if not self.after:
            self.heard()
        try:
            return super().ask(name, values, database)
        finally:
            if self.after:
                self.heard()

    def keep(self, texts: Mapping[str, str]) -> None:
        self.heard()
        super().keep(texts)
        self.kept_texts = {name: text for name, text in self.kept_texts.items() if text}

    def kept(self, name: str) -> str:
        """See `Hand`."""
        return self.kept_texts.get(name, "")

    def tasks(self, names: Sequence[str]) -> list[str]:
        """See `Hand`."""
        self.heard()
        return [name for name, runs in self.running.items() if runs and name in names]

    def pause(self, names: Sequence[str]) -> None:
        """See `Hand`."""
        self.heard()
        self.running |= dict.fromkeys(names, False)

    def resume(self, names: Sequence[str], start: Sequence[str]) -> None:
        """See `Hand`."""
        self.heard()
        self.running |= dict.fromkeys(names, True)
        self.started += start

    # -- statements

    def do_chain(self, database: str) -> list[dict[str, Any]]:
        newest = next(reversed(self.forks.values()), "")
        fork = self.there[LIVE]["fork"] if LIVE in self.there else newest
        return [one.row for name, one in self.files.items() if self.forks[name] == fork]

    def do_live(self, database: str) -> list[dict[str, Any]]:
        live = self.there.get(LIVE)
        about = {"state": live["state"] if live else None, "folder": "D:\\data\\", "free": self.free}
        return [{**about, "before": int(BEFORE in self.there), "restored": int(RESTORED in self.there)}]

    def do_left(self, database: str) -> list[dict[str, Any]]:
        return [{"name": name} for name in self.databases]

    def do_log(self, database: str, file: str) -> None:
        if LIVE not in self.there:
            raise RefusedError(911, "Database 'backbone' does not exist.")
        self.backup("L", file)

    def do_drop(self, database: str, name: str) -> None:
        assert name != LIVE
        self.there.pop(name, None)

    def do_restore_full(self, database: str, file: str, files: str, name: str) -> None:
        assert name == RESTORED
        assert RESTORED not in self.there
        assert all(one["path"].startswith("D:\\data\\backbone_2") for one in json.loads(files))
        taken = self.readable(file)
        self.there[RESTORED] = {
            "state": "RESTORING",
            "at": int(taken.row["last"]),
            "rows": list(taken.state["rows"]),
            "fork": self.forks[file] + "+",
            "access": "MULTI_USER",
        }

    def _on(self, file: str) -> drilled.Taken:
        taken, there = self.readable(file), self.there[RESTORED]
        assert there["state"] == "RESTORING"
        there.update(at=int(taken.row["last"]), rows=list(taken.state["rows"]))
        return taken

    def do_restored_differential(self, database: str, file: str) -> None:
        self._on(file)

    def do_restored_log(self, database: str, file: str) -> None:
        first = int(self.readable(file).row["first"])
        if first > self.there[RESTORED]["at"]:
            raise RefusedError(4305, "The log in this backup set begins at a LSN which is too recent to apply.")
        self._on(file)

    def do_restored_until(self, database: str, file: str, moment: str) -> None:
        self.do_restored_log(database, file)
        until = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
        fork = self.there[RESTORED]["fork"].removesuffix("+")
        seen = [rows for when, of, rows in self.held if when <= until and of == fork]
        self.there[RESTORED]["rows"] = copy.deepcopy(seen[-1]) if seen else []

    def do_restored_open(self, database: str) -> None:
        assert self.there[RESTORED]["state"] == "RESTORING"
        self.there[RESTORED]["state"] = "ONLINE"

    def _access(self, name: str, access: str) -> None:
        if name not in self.there:
            raise RefusedError(5011, f"database '{name}' does not exist")
        if self.taken:
            raise RefusedError(
                5064, f"database '{name}' is in single-user mode, and a user is currently connected to it"
            )
        if self.there[name]["state"] != "ONLINE":
            raise RefusedError(5011, f"User does not have permission to alter database '{name}'.")
        self.there[name]["access"] = access
        # A reader's program comes back at once, by the live database's name, to whatever lets it in.
        self.taken = self.reader and access == "SINGLE_USER" and name == LIVE

    def _rename(self, old: str, new: str) -> None:
        assert new not in self.there
        if self.taken or (self.reader and old == LIVE and self.there[old]["access"] == "MULTI_USER"):
            raise RefusedError(5030, "The database could not be exclusively locked to perform the operation.")
        self.there[new] = self.there.pop(old)
        self.taken = self.reader and new == LIVE and self.there[new]["access"] == "SINGLE_USER"

    def _say(self, name: str) -> None:
        """The statements of such a file as they stand there: IF on what databases there are, and ALTER DATABASE."""
        text = re.sub(r"--.*", "", statement(name)).strip()
        assert text.startswith("SET XACT_ABORT ON;")
        for condition, block, single in _IF.findall(text):
            asked = _THERE.findall(condition)
            assert len(asked) == condition.count("DB_ID")
            if all((one in self.there) is bool(there) for one, there in asked):
                for what in filter(None, map(str.strip, (block or single).split(";"))):
                    made = _ALTER.fullmatch(what)
                    assert made, what
                    if made["new"]:
                        self._rename(made["old"], made["new"])
                    else:
                        self._access(made["old"], made["access"])
        assert not re.sub(r"\s", "", _IF.sub("", text).replace("SET XACT_ABORT ON;", ""))

    def do_swap(self, database: str) -> None:
        self._say("swap")

    def do_swap_back(self, database: str) -> None:
        self._say("swap-back")
