"""A session with one server, whose remote part is laid there at the first word and gone at the last."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _
from provision.operate.drill import (
    LOST_AFTER,
    POLL_SECONDS,
    RESTORE_UNIT,
    ROOT,
    START_SECONDS,
    call,
    laid,
    last_words,
)
from provision.probe.snapshot import Fault
from provision.probe.transport import Session, Target, repair_of

Told = Callable[[Mapping[str, Any]], None]


class OneServer:
    """A session with one server for a piece of work; a context manager. Faults are BackboneErrors with their repair.

    `unit`: the module of the remote part that its verbs go to.
    """

    unit = RESTORE_UNIT

    def __init__(self, target: Target) -> None:
        self.target = target
        self.name = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
        self._session = Session([target])
        self._laid = False
        self._goes_on = False  # a unit on the server needs its folder beyond this session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._laid and not self._goes_on:
            self.ask(f"rm -rf {ROOT}/{self.name}", START_SECONDS)
        self._session.close()

    def ask(self, script: str, timeout: float) -> str:
        """What a script answers."""
        outcome = self._session.run({self.target.name: script}, timeout)[self.target.name]
        if isinstance(outcome, Fault):
            raise BackboneError(outcome.message, repair=repair_of(outcome, self.target))
        if outcome.status != 0:
            raise BackboneError(_(last_words(outcome.stderr)), exit_status=Exit.FELL_SHORT)
        return outcome.stdout.decode("utf-8", "replace")

    def call(
        self, verb: str, *arguments: object, given: Any = None, timeout: float = START_SECONDS, unit: str = ""
    ) -> Any:
        """What a verb of the remote part answers (JSON); None for nothing."""
        asked = call(self.name, verb, *arguments, given=given, unit=unit or self.unit)
        told = self.ask(asked if self._laid else laid(self.name, asked), timeout)
        self._laid = True
        return json.loads(told) if told.strip() else None

    def until_ended(self, tell: Told) -> dict[str, Any]:
        """Listen to the unit on the server until it ended, and tell each of its events; the last answer to `poll`.

        BackboneError where the server was silent LOST_AFTER times in a row: the unit goes on by itself.
        """
        seen = silent = 0
        while True:
            try:
                news: dict[str, Any] = self.call("poll", seen, timeout=POLL_SECONDS)
            except BackboneError:
                silent += 1
                if silent >= LOST_AFTER:
                    raise
                continue
            silent, seen = 0, seen + len(news["events"])
            for event in news["events"]:
                tell(event)
            if not news["active"]:
                return news
