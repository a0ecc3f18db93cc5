"""A model of a SQL Server that is drilled: backups with their places in the log, a mark, a snapshot, a scratch place.

It answers the statements of `provision/operate/sqlserver/statements` by their names, after Microsoft's description of
what each does; no real server stands behind it. What it is given must be what the statement's own text asks for.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from provision.operate.sqlserver.talk import RefusedError, Value, statement

_DECLARED = re.compile(r"@(\w+) (?:int|bigint|datetime2|nvarchar)\b")
FOLDER = "C:\\ProgramData\\Backbone\\backup\\"
START = 1_795_000_000.0


@dataclass
class Taken:
    """A backup file: its row in msdb, what was in the database, and where marks stand in its part of the log."""

    row: dict[str, Any]
    state: dict[str, Any]
    marks: dict[str, dict[str, Any]] = field(default_factory=dict)


class World:
    """One server. `spoils` maps a statement's name to what happens in its place or to its answer."""

    def __init__(self) -> None:
        self.lsn, self.now = 1000, START
        self.tables: dict[str, list[list[Any]]] = {
            "backbone.sekolah": [[n, f"SD {n}"] for n in range(40)],
            "sync.run": [[1, "green"]],
        }
        self.canaries: list[list[Any]] = []
        self.files: dict[str, Taken] = {}
        self.databases: dict[str, dict[str, Any]] = {}
        self.restoring: dict[str, Any] | None = None
        self.marks: dict[str, dict[str, Any]] = {}
        self.log_from = 1000
        self.free = 10 << 30
        self.asked: list[str] = []
        self.kept_texts: dict[str, str] = {}
        self.spoils: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {}
        self.before: Callable[[str], None] = lambda name: None
        self.backup("D", "20261120T180000Z-full.bak")
        self.backup("I", "20261121T180000Z-differential.bak")
        self.backup("L", "20261121T181500Z-log.bak")

    def clock(self) -> float:
        """Seconds since 1970; each look takes a moment."""
        self.now += 0.25
        return self.now

    # -- what the server does

    def state(self) -> dict[str, Any]:
        return {"tables": copy.deepcopy(self.tables), "canaries": copy.deepcopy(self.canaries)}

    def backup(self, kind: str, name: str) -> Taken:
        """A backup of a kind into the folder; the log's holds the marks since its last one."""
        file = name if "\\" in name else FOLDER + name
        began = self.now
        self.now += 60
        self.lsn += 10
        fulls = [one.row["id"] for one in self.files.values() if one.row["type"] == "D"]
        first = self.log_from if kind == "L" else self.lsn - 5
        row = {"type": kind, "id": f"{kind}{self.lsn}", "base": fulls[-1] if kind == "I" else None, "file": file}
        row |= {"first": str(first), "last": str(self.lsn), "seconds": int(self.now), "bytes": 1000 + self.lsn}
        row |= {"checked": 1, "damaged": 0, "began": int(began)}
        self.files[file] = made = Taken(row, self.state())
        if kind == "L":
            made.marks = {n: m for n, m in self.marks.items() if self.log_from <= m["lsn"] < self.lsn}
            self.log_from = self.lsn
        return made

    # -- what it is asked

    def ask(self, name: str, values: Mapping[str, Value], database: str) -> list[dict[str, Any]]:
        """See `Speaker`."""
        text = re.sub(r"--.*|N'(?:[^']|'')*'", "", statement(name))
        wanted = {*re.findall(r"(?<!@)@(\w+)", text)} - {*_DECLARED.findall(text)} - _LOCALS
        assert wanted == {*values}, (name, wanted, values)
        self.asked.append(name)
        self.before(name)
        answer = getattr(self, "do_" + name.replace("-", "_"))(database=database, **values)
        rows = json.loads(json.dumps(answer or []))
        return self.spoils[name](rows) if name in self.spoils else rows

    def spoil(self, file: str) -> str:
        """See `Speaker`."""
        self.files[file + ".spoilt"] = made = copy.deepcopy(self.files[file])
        made.row["damaged"] = 2
        return file + ".spoilt"

    def forget(self, file: str) -> None:
        """See `Speaker`."""
        assert file.endswith(".spoilt")
        self.files.pop(file, None)

    def keep(self, texts: Mapping[str, str]) -> None:
        """See `Speaker`."""
        self.kept_texts |= texts

    def do_look(self, database: str) -> list[dict[str, Any]]:
        about = {"version": "16.0.4003.1", "recovery": "FULL", "state": "ONLINE", "folder": "D:\\data\\"}
        return [{**about, "bytes": 64 << 20, "free": self.free}]

    def do_chain(self, database: str) -> list[dict[str, Any]]:
        return [one.row for name, one in self.files.items() if not name.endswith(".spoilt")]

    def do_files(self, database: str, file: str) -> list[dict[str, Any]]:
        self.readable(file)
        data = {"LogicalName": "backbone", "PhysicalName": "D:\\data\\backbone.mdf", "Type": "D", "Size": 48 << 20}
        return [data, {**data, "LogicalName": "backbone_log", "Type": "L", "Size": 16 << 20}]

    def readable(self, file: str) -> Taken:
        if file not in self.files:
            raise RefusedError(3201, f"Cannot open backup device '{file}'. Operating system error 2")
        if self.files[file].row["damaged"]:
            raise RefusedError(3189, "Damage to the backup set was detected.")
        return self.files[file]

    def do_place(self, database: str) -> None:
        assert database == "backbone"

    def do_log(self, database: str, file: str) -> None:
        self.backup("L", file)

    def do_mark(self, database: str, mark: str, snapshot: str, folder: str) -> list[dict[str, Any]]:
        assert database == "backbone"
        assert len(mark) <= 32
        assert folder == "D:\\data\\"
        self.lsn += 1
        self.canaries.append([len(self.canaries) + 1, mark])
        self.databases[snapshot] = self.state()
        self.marks[mark] = {"lsn": self.lsn, "state": self.state()}
        answer = {"before": len(self.canaries), "held": 41, "at": self.clock(), "lsn": str(self.lsn)}
        self.lsn += 1
        self.canaries.append([len(self.canaries) + 1, mark])
        return [{**answer, "after": len(self.canaries)}]

    def do_digest(self, database: str) -> list[dict[str, Any]]:
        held = self.databases[database]
        tables = {**held["tables"], "backbone_ops.drill_canary": held["canaries"]}
        return [
            {"name": name, "rows": len(rows), "one": str(sum(hash(repr(r)) for r in rows)), "other": str(len(rows) * 7)}
            for name, rows in tables.items()
        ]

    def do_structure(self, database: str) -> list[dict[str, Any]]:
        assert database in self.databases
        return [
            {"kind": "structure", "line": "column backbone.sekolah.nama nvarchar(400,0,0) null 1"},
            {"kind": "people", "line": "member backbone_sync of backbone_service"},
        ]

    def do_identities(self, database: str) -> list[dict[str, Any]]:
        last = len(self.databases[database]["canaries"])
        return [{"name": "backbone_ops.drill_canary.number", "last": str(last), "step": "1", "first": "1"}]

    def do_drop(self, database: str, name: str) -> None:
        self.databases.pop(name, None)
        self.restoring = None if name == "backbone_drill" else self.restoring

    def do_left(self, database: str) -> list[dict[str, Any]]:
        return [{"name": name} for name in [*self.databases, *(["backbone_drill"] if self.restoring else [])]]

    def do_verify(self, database: str, file: str) -> None:
        self.readable(file)

    def do_restore_full(self, database: str, file: str, files: str, name: str) -> None:
        assert name == "backbone_drill"
        assert [one["path"] for one in json.loads(files)] == [
            "D:\\data\\backbone_drill_1.mdf", "D:\\data\\backbone_drill_2.ldf"
        ]  # fmt: skip
        taken = self.readable(file)
        self.restoring = {"at": int(taken.row["last"]), "state": copy.deepcopy(taken.state)}

    def do_restore_differential(self, database: str, file: str) -> None:
        assert self.restoring
        taken = self.readable(file)
        self.restoring.update(at=int(taken.row["last"]), state=copy.deepcopy(taken.state))

    def do_restore_log(self, database: str, file: str) -> None:
        taken, there = self.readable(file), self.restoring
        assert there
        if int(taken.row["first"]) > there["at"]:
            raise RefusedError(4305, "The log in this backup set begins at a LSN which is too recent to apply.")
        there.update(at=int(taken.row["last"]), state=copy.deepcopy(taken.state))

    def do_recover(self, database: str, file: str, mark: str) -> None:
        self.do_restore_log(database, file)
        marked = self.files[file].marks.get(mark)
        if marked is None:
            raise RefusedError(4338, "The mark is not in this backup of the log.")
        self.databases["backbone_drill"], self.restoring = copy.deepcopy(marked["state"]), None

    def do_canaries(self, database: str, mark: str) -> list[dict[str, Any]]:
        return [{"number": number} for number, of in self.databases[database]["canaries"] if of == mark]

    def do_check(self, database: str) -> list[dict[str, Any]]:
        assert "backbone_drill" in self.databases
        return []

    def do_change(self, database: str, number: int) -> None:
        for one in self.databases[database]["canaries"]:
            if one[0] == number:
                one.append("changed")


# Variables of the statements' own that follow another on one line of DECLARE, and the server's own.
_LOCALS = {"after", "at", "before", "got", "held", "taken", "make", "TRANCOUNT"} | {
    *("Resource", "LockMode", "LockOwner", "LockTimeout", "DbPrincipal", "moves", "ask", "alone", "drop", "last")
}
