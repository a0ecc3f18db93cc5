"""Exit statuses of every verb; the worst word of a run wins."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """What a verb's exit status means to a caller."""

    OK = 0
    FELL_SHORT = 1  # a finding or a drill fell short, or a plan is not empty
    USAGE = 2  # wrong use, or an invalid inventory
    UNREACHED = 3  # a server could not be reached, or a stage failed
    INTERRUPTED = 130


_RANK = (Exit.OK, Exit.FELL_SHORT, Exit.UNREACHED, Exit.USAGE, Exit.INTERRUPTED)


def worst(exits: Iterable[Exit]) -> Exit:
    """The exit status that outranks the others: 130, 2, 3, 1, 0; OK when there are none."""
    return max(exits, key=_RANK.index, default=Exit.OK)
