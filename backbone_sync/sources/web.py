"""HTTP as every adapter that speaks it needs it: TLS verified, bodies bounded, bytes paced and counted, patience.

Whatever goes wrong on the line becomes a SyncError without the address's query and without a word of the body.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import urllib3
from urllib3.response import HAS_ZSTD

from backbone_sync.errors import BadAnswer, ConfigInvalid, Overloaded, SourceUnreachable
from backbone_sync.run.pace import Throttle

MAX_BODY = 64 * 1024 * 1024  # bytes after decompression: a page beyond this is a fault or an attack
_PIECE = 64 * 1024  # bytes as they come over the line: small enough for an even pace
BUSY = (429, 503)
# Asking for what cannot be decoded would make every answer look like rubbish.
_CODINGS = "zstd, gzip" if HAS_ZSTD else "gzip"
T = TypeVar("T")


class Patience(Protocol):
    """The settings that every HTTP adapter has: times in seconds, `bandwidth` in bytes a second (0: no bound)."""

    @property
    def ca_file(self) -> str: ...

    @property
    def connect_timeout(self) -> float: ...

    @property
    def read_timeout(self) -> float: ...

    @property
    def retries(self) -> int: ...

    @property
    def max_wait(self) -> float: ...

    @property
    def bandwidth(self) -> float: ...


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; `kind` is the media type in lower case without parameters."""

    status: int
    kind: str
    retry_after: str
    body: bytes


class Web:
    """One connection's worth of requests, one after another."""

    def __init__(self, settings: Patience, version: str, sleep: Callable[[float], None]) -> None:
        self._settings = settings
        self._sleep = sleep
        self._waited = 0.0
        self._throttle = Throttle(settings.bandwidth, sleep)
        self._agent = f"backbone-sync/{version}"
        self.requests = 0
        self.received = 0
        try:
            self._pool = urllib3.PoolManager(
                num_pools=1,
                maxsize=2,
                ca_certs=settings.ca_file or None,
                cert_reqs="CERT_REQUIRED",
                timeout=urllib3.Timeout(connect=settings.connect_timeout, read=settings.read_timeout),
                retries=False,
            )
        except (OSError, ValueError) as fault:
            raise ConfigInvalid(f"cannot use the source's CA file {settings.ca_file}: {fault}") from fault

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask again, with growing pauses, after what may pass: silence, overload, a mangled answer."""
        attempt = 0
        while True:
            try:
                return ask()
            except (SourceUnreachable, BadAnswer, Overloaded) as fault:
                attempt += 1
                pause = fault.retry_after if isinstance(fault, Overloaded) else None
                if attempt > self._settings.retries:
                    raise
                if pause is None:
                    pause = min(60.0, 0.5 * 2**attempt) * random.uniform(0.75, 1.25)  # noqa: S311
                if self._waited + pause > self._settings.max_wait:
                    raise
                self._waited += pause
                self._sleep(pause)

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, what: str) -> Answer:
        """One request. `what` names in messages what was asked for; SourceUnreachable or BadAnswer of the line."""
        with _told(url, what):
            answer = self._asked(method, url, headers, body)
            try:
                content = self._limited(answer, what)
            finally:
                answer.release_conn()
        return _answer(answer, content)

    def stream(self, url: str, headers: Mapping[str, str], what: str, most: int) -> tuple[Answer, Iterator[bytes]]:
        """GET as `exchange`, but the decompressed body of a 200 comes in pieces, up to `most` bytes of it."""
        with _told(url, what):
            answer = self._asked("GET", url, headers, None)
            if answer.status == 200:
                return _answer(answer, b""), self._pieces(answer, url, what, most)
            try:
                return _answer(answer, self._limited(answer, what)), iter(())
            finally:
                answer.release_conn()

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> urllib3.BaseHTTPResponse:
        headers = {**headers, "User-Agent": self._agent, "Accept-Encoding": _CODINGS}
        self.requests += 1
        return self._pool.request(method, url, body=body, headers=headers, redirect=False, preload_content=False)

    def _pieces(self, answer: urllib3.BaseHTTPResponse, url: str, what: str, most: int) -> Iterator[bytes]:
        whole = False
        try:
            with _told(url, what):
                yield from self._read(answer, what, most)
            whole = True
        finally:
            # A body that is left half read would be taken for the next answer.
            answer.release_conn() if whole else answer.close()

    def _limited(self, answer: urllib3.BaseHTTPResponse, what: str) -> bytes:
        """The decompressed body, read in pieces so that neither a bomb nor a large buffer fills the memory."""
        return b"".join(self._read(answer, what, MAX_BODY))

    def _read(self, answer: urllib3.BaseHTTPResponse, what: str, most: int) -> Iterator[bytes]:
        length = seen = 0
        for piece in answer.stream(_PIECE, decode_content=True):
            arrived = answer.tell()
            self._throttle.spend(arrived - seen)
            self.received += arrived - seen
            seen = arrived
            length += len(piece)
            if length > most:
                answer.close()
                raise BadAnswer(f"the answer for {what} is larger than {most} bytes")
            yield piece


@contextmanager
def _told(url: str, what: str) -> Iterator[None]:
    """What goes wrong on the line, as one of our faults."""
    try:
        yield
    except urllib3.exceptions.DecodeError:
        raise BadAnswer(f"the answer for {what} is compressed wrongly") from None
    except (urllib3.exceptions.IncompleteRead, urllib3.exceptions.ProtocolError):
        raise BadAnswer(f"the answer for {what} was cut off") from None
    except urllib3.exceptions.SSLError as fault:
        raise SourceUnreachable(
            f"no trusted connection to {place(url)}: {_cause(fault)}",
            "check source.ca_file, the server's name and this machine's clock",
        ) from None
    except (urllib3.exceptions.HTTPError, OSError) as fault:
        raise SourceUnreachable(
            f"no answer from {place(url)}: {_cause(fault)}",
            "check the address, the route and the firewall",
        ) from None
    except ValueError:  # its own words would hold the header
        raise ConfigInvalid(
            f"the request for {what} cannot be made: a credential or a header's name holds what no header may",
            "see that each credential file holds one line of plain characters",
        ) from None


def _answer(answer: urllib3.BaseHTTPResponse, content: bytes) -> Answer:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(answer.status, kind, answer.headers.get("Retry-After", ""), content)


def refused_for_now(answer: Answer, what: str) -> None:
    """Overloaded or SourceUnreachable for a status that says "not now"."""
    if answer.status in BUSY:
        raise _overloaded(answer.status, answer.retry_after, what)
    if answer.status >= 500:
        broken = SourceUnreachable(f"the source answered {answer.status} for {what}", "try again later")
        broken.answered = True
        raise broken


def must_be_json(answer: Answer, what: str) -> bytes:
    """The body of an answer that says of itself that it is JSON, and is not empty; BadAnswer otherwise."""
    if answer.kind != "application/json":
        raise BadAnswer(
            f"the answer for {what} is {answer.kind[:40] or 'of no stated type'}, not JSON",
            "a proxy or a login page may stand between this server and the source",
        )
    if not answer.body:
        raise BadAnswer(f"the answer for {what} is empty")
    return answer.body


def place(url: str) -> str:
    """Host and port of an address, without what an address can hide."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _overloaded(status: int, after: str, what: str) -> Overloaded:
    pause = retry_after(after, datetime.now(timezone.utc))
    asked = "" if pause is None else f" and asks to be left alone for {pause:.0f} s"
    fault = Overloaded(f"the source answered {status} for {what}{asked}")
    fault.retry_after = pause
    return fault


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, None when it asks for nothing that can be read."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())


def _cause(fault: BaseException) -> str:
    """What failed, without the address and the query that urllib3 puts in front."""
    reason = getattr(fault, "reason", None) or fault.__cause__ or fault
    return type(reason).__name__
