"""How often one client may ask: so many requests in any minute."""

from __future__ import annotations

import collections
import math
import threading
import time

_MINUTE = 60.0


class Limiter:
    """Counts requests by client. `per_minute` None: no bound. Safe between threads."""

    def __init__(self, per_minute: int | None = None) -> None:
        self.per_minute = per_minute
        self._lock = threading.Lock()
        self._asked: dict[str, collections.deque[float]] = collections.defaultdict(collections.deque)

    def wait(self, who: str) -> int:
        """Whole seconds that `who` has to wait; 0 lets the request pass and counts it."""
        if self.per_minute is None:
            return 0
        now = time.monotonic()
        with self._lock:
            asked = self._asked[who]
            while asked and asked[0] <= now - _MINUTE:
                asked.popleft()
            if len(asked) < self.per_minute:
                asked.append(now)
                return 0
            return max(1, math.ceil(asked[0] + _MINUTE - now))
