"""What one server answered: command → exit status, stdout, stderr. Plain data, judged offline as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from provision.errors import UsageError
from provision.i18n import _, english

VERSION = 1

FaultKind = Literal[
    "unreachable",
    "host_key",
    "login",
    "agent",
    "sudo",
    "timeout",
    "cut",
    "garbled",
    "too_big",
    "platform",
    "transport",
    "interrupted",
]


@dataclass(frozen=True)
class Answer:
    """One command's answer. `status` is its exit status (124: it ran out of time); `cut`: output over its
    bound.
    """

    status: int
    stdout: str
    stderr: str = ""
    cut: bool = False

    @property
    def unmeasured(self) -> bool:
        """The command did not finish or said more than its bound: what it said must not be judged."""
        return self.cut or self.status in (124, 137)


@dataclass(frozen=True)
class Fault:
    """Why a server gave no (complete) answer: a kind for programs, a sentence for people."""

    kind: FaultKind
    message: str


@dataclass(frozen=True)
class Snapshot:
    """The answers of one server. `taken_at`: UTC, ISO 8601, the controller's clock. `waves`: round trips it
    took.
    """

    server: str
    taken_at: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    fault: Fault | None = None
    waves: int = 0

    def plus(self, answers: Mapping[str, Answer]) -> Snapshot:
        """The snapshot after one more round trip."""
        return replace(self, answers={**self.answers, **answers}, waves=self.waves + 1)

    def broken(self, fault: Fault) -> Snapshot:
        """The snapshot of a server that answered no further; what it said before is kept as evidence only."""
        return replace(self, fault=fault)


def to_json(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as plain JSON values."""
    return {
        "version": VERSION,
        "server": snapshot.server,
        "taken_at": snapshot.taken_at,
        "waves": snapshot.waves,
        "fault": None
        if snapshot.fault is None
        else {"kind": snapshot.fault.kind, "message": english(snapshot.fault.message)},
        "answers": {
            command: {"status": one.status, "stdout": one.stdout, "stderr": one.stderr, "cut": one.cut}
            for command, one in sorted(snapshot.answers.items())
        },
    }


def from_json(raw: Any) -> Snapshot:
    """The snapshot that `to_json` wrote; ValueError, KeyError or TypeError for anything else."""
    if raw["version"] != VERSION:
        raise ValueError(f"snapshot version {raw['version']!r}, this program reads {VERSION}")
    fault = raw["fault"]
    return Snapshot(
        server=str(raw["server"]),
        taken_at=str(raw["taken_at"]),
        waves=int(raw["waves"]),
        fault=None if fault is None else Fault(fault["kind"], str(fault["message"])),
        answers={
            str(command): Answer(int(one["status"]), str(one["stdout"]), str(one["stderr"]), bool(one["cut"]))
            for command, one in raw["answers"].items()
        },
    )


def save(snapshots: Iterable[Snapshot], folder: Path) -> None:
    """Write one `<server>.snapshot.json` each, readable by their owner only: they describe a server's
    inside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for snapshot in snapshots:
        path = folder / f"{snapshot.server}.snapshot.json"
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(json.dumps(to_json(snapshot), indent=1, ensure_ascii=True) + "\n", encoding="ascii")


def load(folder: Path) -> dict[str, Snapshot]:
    """Every snapshot in a folder (or the one file named), by server. UsageError if there is none or one is
    broken.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("*.snapshot.json"))
    if not files:
        message = _("{folder}: no *.snapshot.json there").format(folder=folder)
        raise UsageError(message, repair=_("backbone audit --save DIR makes them"))
    found: dict[str, Snapshot] = {}
    for path in files:
        try:
            snapshot = from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise UsageError(_("{path}: not a snapshot: {fault}").format(path=path, fault=fault)) from fault
        found[snapshot.server] = snapshot
    return found
