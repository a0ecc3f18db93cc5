"""A testinfra backend that answers from a snapshot, so that ordinary testinfra checks need no connection.

A command that the snapshot lacks is noted and ends the check by an exception that derives from
BaseException: no check can swallow it by `except Exception`, so that nothing is ever judged from an answer
that was not given.
"""

from __future__ import annotations

from typing import Any

import testinfra.host
from testinfra.backend.base import BaseBackend, CommandResult

from provision.i18n import _
from provision.probe.snapshot import Snapshot


class Missing(BaseException):
    """The snapshot has no answer to this command yet."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


class Unmeasured(BaseException):
    """The server's answer to this command is incomplete (out of time, or over its bound) and must not be
    judged.
    """

    def __init__(self, command: str, why: str) -> None:
        super().__init__(why)
        self.command = command
        self.why = why


class SnapshotBackend(BaseBackend):  # type: ignore[misc]
    """Answers testinfra's commands from one Snapshot; `asked` lists the commands in the order first asked."""

    NAME = "snapshot"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot.server)
        self._encoding = "utf-8"
        self.snapshot = snapshot
        self.asked: dict[str, None] = {}

    def run(self, command: str, *args: str, **_kwargs: Any) -> CommandResult:
        """The recorded answer. Raises Missing or Unmeasured (both BaseException)."""
        whole = self.get_command(command, *args)
        self.asked[whole] = None
        answer = self.snapshot.answers.get(whole)
        if answer is None:
            raise Missing(whole)
        if answer.unmeasured:
            told = _("said more than its bound: {command}") if answer.cut else _("did not answer in time: {command}")
            raise Unmeasured(whole, told.format(command=whole[:120]))
        return self.result(answer.status, self.encode(whole), answer.stdout, answer.stderr)


def host_of(snapshot: Snapshot) -> testinfra.host.Host:
    """A new testinfra Host over the snapshot (new each wave: testinfra's modules remember what they saw)."""
    backend = SnapshotBackend(snapshot)
    host = testinfra.host.Host(backend)
    backend.set_host(host)
    return host
