"""Turns ansible-runner's events into what one wants to follow, and into the outcome per stage.

Pure: a `Tracker` is fed events and answers with `Progress`; nothing is printed here. What Ansible marks as
secret (no_log) arrives censored and stays so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from provision.i18n import N_

PLAY_PREFIX = "Stage "
PREPARING_PLAY = "Python for Ansible"
STAMP_TASK = "Stamp the stage"
# Tasks that only order others; nobody wants to read their names.
_SILENT_ACTIONS = (
    "include_role",
    "include_tasks",
    "import_role",
    "import_tasks",
    "meta",
    "validate_argument_spec",
)
_MAX_MESSAGE = 4000
HIDDEN = N_("(hidden: the task handles secrets)")

OK = "ok"
FAILED = "failed"
UNREACHABLE = "unreachable"
NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class Progress:
    """One thing that happened. `kind`: stage_started, task, changed, stage_ended.

    `status`, `seconds` and `message` belong to stage_ended; `diff` to changed, in check mode only.
    """

    kind: str
    server: str
    stage: str
    task: str = ""
    status: str = ""
    changed: int = 0
    seconds: float = 0.0
    message: str = ""
    diff: str = ""


@dataclass(frozen=True)
class Result:
    """How one stage ended on one server: ok, failed, unreachable or not_reached; how many tasks changed."""

    server: str
    stage: str
    status: str
    changed: int = 0
    seconds: float = 0.0
    message: str = ""


@dataclass
class _Running:
    stage: str
    since: datetime
    changed: int = 0
    item_message: str = ""


@dataclass
class Tracker:
    """Follows one run. `planned`: the stages of each server, in order; `diffs`: whether to tell differences."""

    planned: Mapping[str, Sequence[str]]
    diffs: bool = False
    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    _running: dict[str, _Running] = field(default_factory=dict)

    def feed(self, event: Mapping[str, Any]) -> list[Progress]:
        """What an event means, in order; often nothing."""
        data = event.get("event_data") or {}
        server, play = str(data.get("host")), str(data.get("play", ""))
        if server not in self.planned:
            return []
        if play == PREPARING_PLAY and event.get("event") in ("runner_on_failed", "runner_on_unreachable"):
            play = PLAY_PREFIX + self.planned[server][0]  # without Python its first stage cannot begin
        if not play.startswith(PLAY_PREFIX):
            return []
        stage = play.removeprefix(PLAY_PREFIX)
        handler = {
            "runner_on_start": self._task_started,
            "runner_on_ok": self._task_ok,
            "runner_item_on_failed": self._item_failed,
            "runner_on_failed": self._task_failed,
            "runner_on_unreachable": self._server_lost,
        }.get(str(event.get("event")))
        if handler is None or stage not in self.planned[server] or (server, stage) in self.results:
            return []
        # A censored result lacks even whether it changed anything; the line for the screen has that.
        return handler(server, stage, {**data, "_line": str(event.get("stdout", ""))}, _when(event))

    def cut_off(self) -> dict[str, list[str]]:
        """The stages that were never begun on servers on which none fell short: the failure of others ended the run."""
        short = {server for (server, _stage), one in self.results.items() if one.status != OK} | set(self._running)
        waiting = {
            server: [stage for stage in stages if (server, stage) not in self.results]
            for server, stages in self.planned.items()
            if server not in short
        }
        return {server: stages for server, stages in waiting.items() if stages}

    def close(self, reason: str = "") -> list[Result]:
        """The outcome of every planned stage, in order; a stage in mid-run failed for `reason`."""
        for server, running in list(self._running.items()):
            self._end(server, running.stage, FAILED, datetime.now(UTC), reason)
        return [
            self.results.get((server, stage), Result(server, stage, NOT_REACHED))
            for server, stages in self.planned.items()
            for stage in stages
        ]

    def _task_started(self, server: str, stage: str, data: Mapping[str, Any], when: datetime) -> list[Progress]:
        told = []
        if server not in self._running:
            self._running[server] = _Running(stage, when)
            told.append(Progress("stage_started", server, stage))
        action = str(data.get("task_action", "")).rpartition(".")[2]
        if action not in _SILENT_ACTIONS:
            told.append(Progress("task", server, stage, task=str(data.get("task", ""))))
        return told

    def _task_ok(self, server: str, stage: str, data: Mapping[str, Any], when: datetime) -> list[Progress]:
        outcome = data.get("res") or {}
        task = str(data.get("task", ""))
        if task == STAMP_TASK:
            return self._end(server, stage, OK, when)
        if not outcome.get("changed") and not data.get("_line", "").startswith("changed:"):
            return []
        running = self._running.setdefault(server, _Running(stage, when))
        running.changed += 1
        told = Progress(
            "changed", server, stage, task=task, changed=running.changed, diff=diff_text(outcome) if self.diffs else ""
        )
        return [told]

    def _item_failed(self, server: str, stage: str, data: Mapping[str, Any], when: datetime) -> list[Progress]:
        running = self._running.setdefault(server, _Running(stage, when))
        if not data.get("ignore_errors"):
            running.item_message = running.item_message or failure_text(data.get("res") or {})
        return []

    def _task_failed(self, server: str, stage: str, data: Mapping[str, Any], when: datetime) -> list[Progress]:
        if data.get("ignore_errors"):
            return []
        running = self._running.setdefault(server, _Running(stage, when))
        message = running.item_message or failure_text(data.get("res") or {})
        return self._end(server, stage, FAILED, when, f"{data.get('task', '')}: {message}")

    def _server_lost(self, server: str, stage: str, data: Mapping[str, Any], when: datetime) -> list[Progress]:
        running = self._running.setdefault(server, _Running(stage, when))
        message = running.item_message or failure_text(data.get("res") or {})
        return self._end(server, stage, UNREACHABLE, when, f"{data.get('task', '')}: {message}")

    def _end(self, server: str, stage: str, status: str, when: datetime, message: str = "") -> list[Progress]:
        running = self._running.pop(server, _Running(stage, when))
        seconds = max(0.0, round((when - running.since).total_seconds(), 3))
        ended = Result(server, stage, status, running.changed, seconds, message)
        self.results[server, stage] = ended
        return [
            Progress(
                "stage_ended",
                server,
                stage,
                status=status,
                changed=ended.changed,
                seconds=seconds,
                message=message,
            )
        ]


def failure_text(outcome: Mapping[str, Any]) -> str:
    """What went wrong, readable: the module's message, and the ends of what a command wrote."""
    if "censored" in outcome:
        return HIDDEN
    # Of a loop the whole says only that it is through.
    for item in outcome.get("results") or ():
        if isinstance(item, Mapping) and (item.get("failed") or item.get("unreachable")):
            return failure_text(item)
    parts = [str(outcome.get("msg", "")).strip()]
    for stream in ("stderr", "stdout", "module_stderr", "module_stdout"):
        text = str(outcome.get(stream) or "").strip()
        if text and text not in parts[0]:
            parts.append(text[-_MAX_MESSAGE // 2 :])
    return "\n".join(part for part in parts if part)[:_MAX_MESSAGE] or "?"


def diff_text(outcome: Mapping[str, Any]) -> str:
    """The differences that check mode would make, unified; "" without any, or where they are secret."""
    if "censored" in outcome:
        return HIDDEN
    results = outcome.get("results") or [outcome]
    return "\n".join(
        text
        for result in results
        if isinstance(result, Mapping) and result.get("changed")
        for text in (HIDDEN if "censored" in result else _one_diff(result.get("diff")),)
        if text
    )


def _one_diff(diff: Any) -> str:
    parts: Iterable[Any] = diff if isinstance(diff, list) else [diff]
    lines: list[str] = []
    for part in parts:
        if not isinstance(part, Mapping):
            continue
        if part.get("prepared"):
            lines.append(str(part["prepared"]).rstrip())
            continue
        before, after = _lines(part.get("before")), _lines(part.get("after"))
        names = str(part.get("before_header") or "before"), str(part.get("after_header") or "after")
        lines += [line.rstrip("\n") for line in difflib.unified_diff(before, after, *names)]
    return "\n".join(lines)


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}: {member}\n" for key, member in sorted(value.items())]
    return str(value or "").splitlines(keepends=True)


def _when(event: Mapping[str, Any]) -> datetime:
    """When an event arose, UTC."""
    text = re.sub(r"Z$", "+00:00", str(event.get("created", "")))
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
