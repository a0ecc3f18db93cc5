"""Says T-SQL to a server of SQL Server: over PowerShell remoting where it runs on Windows."""

from __future__ import annotations

import base64
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from provision.i18n import _
from provision.paths import roles_dir
from provision.probe import windows
from provision.probe.snapshot import Fault
from provision.probe.transport import Target

TIMEOUT = 4 * 3600.0  # seconds for one statement; a large database takes its time
# What the stage backup says too is said by its own files.
_OF_STAGE = {"log": "backup-log.sql", "verify": "backup-verify.sql"}
_HERE = "provision.operate.sqlserver"

Value = str | int


class RefusedError(Exception):
    """The server refuses a statement; `number` is its error's."""

    def __init__(self, number: int, said: str) -> None:
        super().__init__(said)
        self.number, self.said = number, said


class LostError(Exception):
    """The server does not answer any more."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Speaker(Protocol):
    """One server. Each call is a connection of its own: nothing is held between two."""

    def ask(self, name: str, values: Mapping[str, Value], database: str) -> list[dict[str, Any]]:
        """The rows that the statement `name` answers with; RefusedError, LostError."""

    def spoil(self, file: str) -> str:
        """A copy of a file of the server in which one byte in the middle is another; its path."""

    def forget(self, file: str) -> None:
        """Remove such a copy; nothing where there is none."""

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep records on the server by name, each in place of the one before; an empty text removes one."""


class Hand(Speaker, Protocol):
    """One server of which a restore asks more than a drill does."""

    def kept(self, name: str) -> str:
        """The record of that name, as it was kept; "" where there is none."""

    def tasks(self, names: Sequence[str]) -> list[str]:
        """Which of these scheduled tasks of ours are there and run by themselves."""

    def pause(self, names: Sequence[str]) -> None:
        """Let these tasks rest, and end what they are at."""

    def resume(self, names: Sequence[str], start: Sequence[str]) -> None:
        """Let these tasks run by themselves again, and begin those of `start` now."""


@cache
def statement(name: str) -> str:
    """The T-SQL of a statement, by the name of its file."""
    if name in _OF_STAGE:
        return (roles_dir() / "backup" / "files" / "sqlserver" / _OF_STAGE[name]).read_text("utf-8")
    return (importlib.resources.files(_HERE) / "statements" / f"{name}.sql").read_text("utf-8")


class WindowsSpeaker:
    """A Windows server; its administrator is SQL Server's, as the stage postgresql sets it up."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def ask(self, name: str, values: Mapping[str, Value], database: str) -> list[dict[str, Any]]:
        """See `Speaker`."""
        told = self._do(do="ask", statement=statement(name), database=database, values=dict(values))
        rows: list[dict[str, Any]] = told["rows"]
        return rows

    def spoil(self, file: str) -> str:
        """See `Speaker`."""
        return str(self._do(do="spoil", file=file)["file"])

    def forget(self, file: str) -> None:
        """See `Speaker`."""
        self._do(do="forget", file=file)

    def keep(self, texts: Mapping[str, str]) -> None:
        """See `Speaker`."""
        self._do(do="keep", texts=dict(texts))

    def kept(self, name: str) -> str:
        """See `Hand`."""
        return str(self._do(do="kept", name=name)["text"])

    def tasks(self, names: Sequence[str]) -> list[str]:
        """See `Hand`."""
        found = self._do(do="tasks", names=list(names)).get("names") or []
        return [str(one) for one in (found if isinstance(found, list) else [found])]

    def pause(self, names: Sequence[str]) -> None:
        """See `Hand`."""
        self._do(do="pause", names=list(names))

    def resume(self, names: Sequence[str], start: Sequence[str]) -> None:
        """See `Hand`."""
        self._do(do="resume", names=list(names), start=list(start))

    def _do(self, **request: Any) -> dict[str, Any]:
        told = windows.remote(self._target, script(request), TIMEOUT)
        if isinstance(told, Fault):
            raise LostError(told)
        return answered(told)


def script(request: Mapping[str, Any]) -> str:
    """The script that does one request; what it holds is data to it, never a part of its text."""
    text = (importlib.resources.files(_HERE) / "speak.ps1").read_text("ascii")
    return text.replace("@REQUEST@", base64.b64encode(json.dumps(request).encode()).decode())


def answered(text: str) -> dict[str, Any]:
    """What such a script said; RefusedError for a refusal of the server, LostError for what is no answer."""
    try:
        found = json.loads(text)
        if "number" in found:
            raise RefusedError(int(found["number"]), str(found["said"]))
        if not found["done"]:
            raise KeyError("done")
        rows = found.get("rows") or []
        # PowerShell 5.1 makes of a list of one its only member.
        rows = rows if isinstance(rows, list) else [rows]
        if not all(isinstance(one, dict) for one in rows):
            raise TypeError("rows")
    except (ValueError, KeyError, TypeError) as fault:
        told = _("the server's PowerShell failed: {why}").format(why=text.strip()[:200] or "?")
        raise LostError(Fault("garbled", told)) from fault
    return {**found, "rows": rows}
