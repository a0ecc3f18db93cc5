"""How a fact is asked and remembered: once a host, with the commands that it rests on noted as evidence."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from checks.measure import Say

P = ParamSpec("P")
R = TypeVar("R")


class NotAnswered(Exception):  # noqa: N818
    """A fact could not be read: the command that tells it failed. The judge makes it an `error`."""

    def __init__(self, message: str, **values: str) -> None:
        self.why = Say(message, tuple(values.items()))
        super().__init__(self.why.text())


class _Notes:
    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], tuple[Any, frozenset[str]]] = {}
        self.traces: list[set[str]] = []


_NOTES: weakref.WeakKeyDictionary[Any, _Notes] = weakref.WeakKeyDictionary()


def _notes(host: Any) -> _Notes:
    return _NOTES.setdefault(host, _Notes())


@contextmanager
def traced(host: Any) -> Iterator[set[str]]:
    """The commands whose answers are used within the `with`, remembered ones included."""
    traces = _notes(host).traces
    traces.append(set())
    try:
        yield traces[-1]
    finally:
        used = traces.pop()
        if traces:
            traces[-1] |= used


def ask(host: Any, command: str) -> Any:
    """testinfra's result of one command; noted as evidence."""
    with traced(host) as used:
        used.add(command)
        return host.run(command)  # without arguments testinfra quotes and formats nothing


def fact(read: Callable[P, R]) -> Callable[P, R]:
    """Remember what a function of (host, further arguments) found, and which commands it asked."""

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        host, rest = args[0], args[1:]
        notes = _notes(host)
        key = (read, *rest)
        if key not in notes.known:
            with traced(host) as used:
                value = read(*args, **kwargs)
            notes.known[key] = (value, frozenset(used))
        value, asked = notes.known[key]
        with traced(host) as used:
            used |= asked
        return value

    return remembered


def sections(text: str) -> dict[str, list[str]]:
    """Lines below each `##name` line."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.startswith("##"):
            current = found.setdefault(line[2:], [])
        else:
            current.append(line)
    return found


def json_of(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as fault:
        raise NotAnswered("{what}: not JSON: {said}", what=what, said=repr(text.strip()[:120])) from fault
