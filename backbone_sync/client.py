"""The contract's HTTPS adapter: token, pages, totals.

Whatever is not by the contract raises; it is never "no rows".
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from urllib3.response import HAS_ZSTD

from backbone_sync import wire
from backbone_sync.config import Config
from backbone_sync.errors import (
    AuthRefused,
    BadAnswer,
    ConfigInvalid,
    CursorExpired,
    Overloaded,
    SourceUnreachable,
)
from backbone_sync.interfaces import Capabilities, Cell, Page, Total
from backbone_sync.pace import Throttle
from backbone_sync.source_contract import of

MAX_BODY = 64 * 1024 * 1024  # bytes after decompression: a page beyond this is a fault or an attack
_TOKEN_MARGIN = 30.0
_PIECE = 64 * 1024  # bytes as they come over the line: small enough for an even pace
_BUSY = (429, 503)
# Asking for what cannot be decoded would make every answer look like rubbish.
_CODINGS = "zstd, gzip" if HAS_ZSTD else "gzip"


class Client:
    """Speaks contract v1 with one source. Safe to use from one thread at a time."""

    def __init__(self, config: Config, version: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._config = config
        self._settings = source = of(config)
        self._sleep = sleep
        self._token = ""
        self._token_until = 0.0
        self._waited = 0.0
        self._throttle = Throttle(source.bandwidth, sleep)
        # The address of the service, with or without the version that every path of the contract begins with.
        self._base = source.url.rstrip("/").removesuffix("/v1")
        self._agent = f"backbone-sync/{version}"
        try:
            self._pool = urllib3.PoolManager(
                num_pools=1,
                maxsize=2,
                ca_certs=source.ca_file or None,
                cert_reqs="CERT_REQUIRED",
                timeout=urllib3.Timeout(connect=source.connect_timeout, read=source.read_timeout),
                retries=False,
            )
        except (OSError, ValueError) as fault:
            raise ConfigInvalid(f"cannot use the source's CA file {source.ca_file}: {fault}") from fault
        self._root = f"{self._base}/v1/regions/{quote(config.region, safe='')}"
        self.requests = 0
        self.bytes_received = 0

    def capabilities(self, entity: str) -> Capabilities:
        """All that contract v1 promises, for every entity."""
        return Capabilities(breakdown=True)

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """One page of `entity`: after `cursor`, from `since` (inclusive), or from the beginning."""
        query = {"limit": str(self._settings.page_limit), "fields": ",".join(fields)}
        if cursor:
            query["cursor"] = cursor
        elif since is not None:
            query["updated_since"] = since.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
        url = f"{self._root}/entities/{quote(entity, safe='')}?{urlencode(query)}"
        made = self._patiently(lambda: wire.page(self._get(url, entity), entity, self._config.region, cursor))
        return Page(made.rows, made.cursor, made.more, made.as_of)

    def totals(self) -> dict[str, Total]:
        """How many rows of every entity the source holds for the region."""
        made = self._patiently(
            lambda: wire.totals(self._get(f"{self._root}/totals", "the totals"), self._config.region)
        )
        return {name: Total(one.live, one.deleted) for name, one in made.entities.items()}

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """Its rows in force by kecamatan and semester; one cell of neither where the entity has no such parts."""
        url = f"{self._root}/totals?{urlencode({'entity': entity, 'by': 'kecamatan,semester'})}"
        made = self._patiently(lambda: wire.totals(self._get(url, "the totals"), self._config.region))
        total = made.entities.get(entity)
        if total is None:
            return None
        groups = total.groups
        if groups is None:
            groups = [wire.Group(total.live, total.digest)] if total.live else []
        return tuple(Cell(g.kecamatan or "", g.semester or "", g.live, g.digest or None) for g in groups)

    def traffic(self) -> tuple[int, int]:
        """Requests made and bytes received, as they came over the line."""
        return self.requests, self.bytes_received

    def _patiently(self, ask: Callable[[], wire.T]) -> wire.T:
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

    def _get(self, url: str, what: str) -> bytes:
        for fresh in (False, True):
            headers = {"Authorization": f"Bearer {self._bearer(fresh)}", "Accept": "application/json"}
            answer, body = self._exchange("GET", url, headers, None, what)
            if answer.status != 401:
                return self._checked(answer, body, what)
        raise AuthRefused(
            f"the source answered 401 for {what} to a fresh token",
            "check client id and token with the centre",
        )

    def _bearer(self, fresh: bool) -> str:
        """The bearer token: asked for with the client's id, or the configured one where there is no id."""
        client, secret = self._config.secret("client_id"), self._config.secret("token")
        if not secret:
            raise ConfigInvalid(
                "there is no credential file named token", "put it where source.credentials points, mode 0600"
            )
        if not client:
            return secret
        if fresh or not self._token or time.monotonic() > self._token_until:
            form = urlencode(
                {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
            ).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            answer, body = self._exchange("POST", f"{self._base}/oauth/token", headers, form, "a token")
            if answer.status in (400, 401, 403):
                raise AuthRefused(
                    f"the token endpoint answered {answer.status}",
                    "check client id and token with the centre",
                )
            made = wire.token(self._checked(answer, body, "a token"))
            self._token = made.access_token
            self._token_until = time.monotonic() + max(0.0, made.expires_in - _TOKEN_MARGIN)
        return self._token

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, what: str
    ) -> tuple[urllib3.BaseHTTPResponse, bytes]:
        headers = {**headers, "User-Agent": self._agent, "Accept-Encoding": _CODINGS}
        self.requests += 1
        try:
            answer = self._pool.request(method, url, body=body, headers=headers, redirect=False, preload_content=False)
            try:
                content = self._limited(answer, what)
            finally:
                answer.release_conn()
        except urllib3.exceptions.DecodeError:
            raise BadAnswer(f"the answer for {what} is compressed wrongly") from None
        except (urllib3.exceptions.IncompleteRead, urllib3.exceptions.ProtocolError):
            raise BadAnswer(f"the answer for {what} was cut off") from None
        except urllib3.exceptions.SSLError as fault:
            raise SourceUnreachable(
                f"no trusted connection to {urlsplit(url).netloc}: {_cause(fault)}",
                "check source.ca_file, the server's name and this machine's clock",
            ) from None
        except (urllib3.exceptions.HTTPError, OSError) as fault:
            raise SourceUnreachable(
                f"no answer from {urlsplit(url).netloc}: {_cause(fault)}",
                "check the address, the route and the firewall",
            ) from None
        return answer, content

    def _limited(self, answer: urllib3.BaseHTTPResponse, what: str) -> bytes:
        """The decompressed body, read in pieces so that neither a bomb nor a large buffer fills the memory."""
        content, seen = bytearray(), 0
        for piece in answer.stream(_PIECE, decode_content=True):
            content += piece
            arrived = answer.tell()
            self._throttle.spend(arrived - seen)
            self.bytes_received += arrived - seen
            seen = arrived
            if len(content) > MAX_BODY:
                answer.close()
                raise BadAnswer(f"the answer for {what} is larger than {MAX_BODY} bytes")
        return bytes(content)

    def _checked(self, answer: urllib3.BaseHTTPResponse, body: bytes, what: str) -> bytes:
        status = answer.status
        if status in _BUSY:
            raise _overloaded(status, answer.headers.get("Retry-After", ""), what)
        if status == 410:
            raise CursorExpired(f"the source no longer knows the cursor of {what}")
        if status == 403:
            raise AuthRefused(f"the source answered 403 for {what}", "ask the centre what this region is granted")
        if status >= 500:
            raise SourceUnreachable(f"the source answered {status} for {what}", "try again later")
        if status != 200:
            raise BadAnswer(f"the source answered {status} for {what}", "check source.url and the contract's version")
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise BadAnswer(
                f"the answer for {what} is {kind[:40] or 'of no stated type'}, not JSON",
                "a proxy or a login page may stand between this server and the source",
            )
        if not body:
            raise BadAnswer(f"the answer for {what} is empty")
        return body


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
