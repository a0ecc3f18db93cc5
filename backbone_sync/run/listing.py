"""Pages of one listing, fetched ahead by a thread of their own, and put together to groups worth a transaction."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from backbone_sync.interfaces import Page, Source

_END = object()
_TURN = 0.0005  # seconds that a thread may keep the interpreter while another waits


@dataclass(frozen=True)
class Asked:
    """What a listing asks for."""

    entity: str
    fields: tuple[str, ...]
    cursor: str = ""
    since: datetime | None = None


class Listing:
    """Iterates over a listing's pages while at most `ahead` more of them wait or are on their way.

    A context manager: leaving it ends the thread. Never two requests at once, because a page names the next one's
    place. Errors of the source come up where the page would have.
    """

    def __init__(self, source: Source, asked: Asked, ahead: int = 1) -> None:
        self._source = source
        self._asked = asked
        self._ready: queue.Queue[object] = queue.Queue(maxsize=max(1, ahead))
        self._stop = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._fetch, name="fetch", daemon=True)

    def __enter__(self) -> Listing:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        # An answer that is under way ends by itself or by its time-out; only then may the source be asked again.
        while not self._ended:
            self._take()
        self._thread.join()

    def _fetch(self) -> None:
        asked = self._asked
        try:
            page = self._source.page(asked.entity, asked.fields, asked.cursor, None if asked.cursor else asked.since)
            while not self._stop.is_set():
                self._ready.put(page)
                if not page.more:
                    break
                page = self._source.page(asked.entity, asked.fields, page.cursor)
        except BaseException as fault:  # handed to the thread that waits for the page
            self._ready.put(fault)
        else:
            self._ready.put(_END)

    def _take(self) -> object:
        made = self._ready.get()
        self._ended = not isinstance(made, Page)  # the thread's last word is _END or a fault
        return made

    def __iter__(self) -> Iterator[Page]:
        while not self._ended:
            made = self._take()
            if isinstance(made, BaseException):
                raise made
            if isinstance(made, Page):
                yield made

    def groups(self, rows: int) -> Iterator[Page]:
        """The pages, those that are small put together until they hold `rows` rows or more.

        A fault comes up after the pages before it, so that nothing that was received is thrown away.
        """
        held: list[Page] = []
        pages = iter(self)
        while True:
            fault: Exception | None = None
            try:
                held.append(next(pages))
            except StopIteration:
                break
            except Exception as caught:
                fault = caught
            if held and (fault or not held[-1].more or sum(len(p.rows) for p in held) >= rows):
                yield _joined(held)
                held = []
            if fault:
                raise fault


def _joined(pages: list[Page]) -> Page:
    if len(pages) == 1:
        return pages[0]
    rows = [row for page in pages for row in page.rows]
    return Page(rows, pages[-1].cursor, pages[-1].more, pages[0].as_of)


@contextmanager
def brisk() -> Iterator[None]:
    """Let the storing thread have the interpreter soon: it holds it for moments only, between two statements.

    At Python's usual 5 ms a turn, the thread that judges makes it wait longer than its statements take.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
