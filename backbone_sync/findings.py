"""What the doctor tells: one thing that was found, and what to do about it, in both languages."""

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
