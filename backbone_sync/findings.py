"""What the doctor is told and tells: a step of the way to the source, and one thing that was found."""

from __future__ import annotations

from dataclasses import dataclass

from backbone_sync.dictionary import Text

_NOTHING = Text("", "")


@dataclass(frozen=True)
class Finding:
    """One thing that was found: `level` ok, warning or fault; what it is and what to do about it."""

    code: str
    level: str
    what: Text
    do: Text = _NOTHING


@dataclass(frozen=True)
class Step:
    """One step of the way to the source; `fault` empty when it held.

    `name` is one of those that the doctor has words for; `where` says which of several sources or entities;
    `warning`: it held, but.
    """

    name: str
    fault: str = ""
    repair: str = ""
    days_left: int | None = None
    where: str = ""
    warning: bool = False
