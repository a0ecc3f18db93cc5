"""Listening to a unit on a server until it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from provision.errors import BackboneError
from provision.operate.drill import LOST_AFTER
from provision.operate.session import OneServer


class Answering(OneServer):
    """A server that answers each poll with the next of `answers`; notes what it was asked."""

    def __init__(self, answers: list[dict[str, Any] | None]) -> None:
        self.answers: Iterator[dict[str, Any] | None] = iter(answers)
        self.asked: list[tuple[object, ...]] = []

    def call(self, verb: str, *arguments: object, given: Any = None, timeout: float = 0, unit: str = "") -> Any:
        self.asked.append((verb, *arguments))
        answer = next(self.answers)
        if answer is None:
            raise BackboneError("no answer")
        return answer


def news(*steps: str, active: bool = True) -> dict[str, Any]:
    return {"active": active, "events": [{"step": one} for one in steps], "observed": None if active else {"ok": True}}


def test_every_event_is_told_once_and_the_last_answer_comes_back() -> None:
    server, told = Answering([news("mark", "copy"), news(), None, news("read", active=False)]), list[Any]()
    assert server.until_ended(told.append)["observed"] == {"ok": True}
    assert [one["step"] for one in told] == ["mark", "copy", "read"]
    assert server.asked == [("poll", 0), ("poll", 2), ("poll", 2), ("poll", 2)]


def test_a_server_that_stays_silent_is_given_up() -> None:
    server = Answering([news("mark"), *[None] * (LOST_AFTER - 1), news(), *[None] * LOST_AFTER])
    with pytest.raises(BackboneError, match="no answer"):
        server.until_ended(lambda event: None)
    assert len(server.asked) == 2 * LOST_AFTER + 1
