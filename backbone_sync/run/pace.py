"""When a run may ask the source, and how fast: hours of the day, a pause by chance, a bandwidth. Pure but for sleep."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backbone_sync.errors import ConfigInvalid

_WINDOW = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")


@dataclass(frozen=True)
class Window:
    """Hours of the day from `start` until before `end`, in the region's zone; over midnight when `end` is earlier."""

    start: clock
    end: clock

    def holds(self, moment: clock) -> bool:
        """Whether the time of day lies in the window."""
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


def window(text: str) -> Window:
    """A window like 20:00-05:00; ConfigInvalid for anything else."""
    found = _WINDOW.match(text)
    if not found or found.group(1, 2) == found.group(3, 4):
        raise ConfigInvalid(f"not a window: {text!r}", "write two times of day, such as 20:00-05:00")
    first, second = clock(int(found[1]), int(found[2])), clock(int(found[3]), int(found[4]))
    return Window(first, second)


def zone(name: str) -> ZoneInfo:
    """A time zone; ConfigInvalid when it is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigInvalid(
            f"no such time zone: {name!r}", "write Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
        ) from None


def is_open(windows: Sequence[Window], now: datetime) -> bool:
    """Whether a run may ask the source at `now` (in the region's zone); no windows: always."""
    return not windows or any(w.holds(now.time()) for w in windows)


def next_opening(windows: Sequence[Window], now: datetime) -> datetime:
    """When the next window opens, in the zone of `now`."""
    openings = []
    for one in windows:
        moment = now.replace(hour=one.start.hour, minute=one.start.minute, second=0, microsecond=0)
        openings.append(moment if moment > now else moment + timedelta(days=1))
    return min(openings, default=now)


class Throttle:
    """Keeps to `rate` bytes a second on average (0: no bound): `spend` sleeps when more was received than that.

    What was not used is not saved up for longer than a second.
    """

    def __init__(
        self,
        rate: float,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._sleep = sleep
        self._now = now
        self._free = now()

    def spend(self, size: int) -> None:
        """Account for `size` bytes that have arrived."""
        if self._rate <= 0:
            return
        now = self._now()
        self._free = max(self._free, now - 1.0) + size / self._rate
        if self._free > now:
            self._sleep(self._free - now)
