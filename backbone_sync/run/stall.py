"""A run that makes no progress is ended, and says where it stood.

systemd's watchdog watches a service that has started; a oneshot is starting all the while it runs. So the run watches
itself, by hand and by timer alike: when for `limit` seconds nothing was stored and nothing came from the source, it
writes where every thread stands (functions and lines, no values) and leaves at once. Its transaction is undone and its
lock let go by the database; the next run goes on where it stood.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType

log = logging.getLogger("backbone_sync")
STATUS = 75  # EX_TEMPFAIL: the next run may do better


class Watch:
    """Watches over a run; `beat` says that it goes on. `end` is what is done to a run that stalls.

    `moving` gives something that changes as long as the source sends: rows are stored in groups, and a source that
    answers school by school may take long to fill one.
    """

    def __init__(
        self,
        limit: float,
        end: Callable[[int], object] = os._exit,
        moving: Callable[[], object] = lambda: None,
    ) -> None:
        self._limit = limit
        self._end = end
        self._moving = moving
        self._seen = moving()
        self._last = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stall", daemon=True)

    def __enter__(self) -> Watch:
        self.beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(5)

    def beat(self) -> None:
        """The run has made progress."""
        self._last = time.monotonic()

    def _watch(self) -> None:
        while not self._over.wait(min(5.0, self._limit / 4)):
            if (seen := self._moving()) != self._seen:
                self._seen = seen
                self.beat()
            quiet = time.monotonic() - self._last
            if quiet > self._limit:
                log.error("error=stalled seconds=%d threads=%s", quiet, "; ".join(standing()))
                self._end(STATUS)
                return


def standing() -> list[str]:
    """Where every other thread stands: its innermost frames as function:line."""
    own = threading.get_ident()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    found = []
    for ident, frame in sys._current_frames().items():
        if ident != own:
            inner = traceback.extract_stack(frame)[-4:]
            found.append(f"{names.get(ident, '?')} {' > '.join(f'{f.name}:{f.lineno}' for f in inner)}")
    return found
