"""The contract's HTTPS adapter: token, pages, totals.

Whatever is not by the contract raises; it is never "no rows".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from urllib.parse import quote, urlencode

from backbone_sync.config import Config
from backbone_sync.dictionary import Entity
from backbone_sync.errors import AuthRefused, BadAnswer, ConfigInvalid, CursorExpired, Forbidden
from backbone_sync.interfaces import Capabilities, Cell, Page, Total
from backbone_sync.sources import lines, wire
from backbone_sync.sources.source_contract import of
from backbone_sync.sources.web import Answer, Web, must_be_json, refused_for_now

_TOKEN_MARGIN = 30.0
_SNAPSHOT = 4 * 1024**3  # bytes: a hundred for each row, which are read as they come and not kept


class Client:
    """Speaks contract v1 with one source. Safe to use from one thread at a time."""

    def __init__(self, config: Config, version: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._config = config
        self._settings = source = of(config)
        self._token = ""
        self._token_until = 0.0
        # The address of the service, with or without the version that every path of the contract begins with.
        self._base = source.url.rstrip("/").removesuffix("/v1")
        self._web = Web(source, version, sleep)
        self._root = f"{self._base}/v1/regions/{quote(config.region, safe='')}"

    def capabilities(self, entity: str) -> Capabilities:
        """All that contract v1 promises, for every entity."""
        return Capabilities(breakdown=True, snapshot=True)

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """One page of `entity`: after `cursor`, from `since` (inclusive), or from the beginning."""
        query = {"limit": str(self._settings.page_limit), "fields": ",".join(fields)}
        if cursor:
            query["cursor"] = cursor
        elif since is not None:
            query["updated_since"] = since.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
        url = f"{self._root}/entities/{quote(entity, safe='')}?{urlencode(query)}"
        made = self._web.patiently(lambda: wire.page(self._get(url, entity), entity, self._config.region, cursor))
        return Page(made.rows, made.cursor, made.more, made.as_of)

    def totals(self) -> dict[str, Total]:
        """How many rows of every entity the source holds for the region."""
        made = self._web.patiently(
            lambda: wire.totals(self._get(f"{self._root}/totals", "the totals"), self._config.region)
        )
        return {name: Total(one.live, one.deleted, one.digest or None) for name, one in made.entities.items()}

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """Its rows in force by kecamatan and semester; one cell of neither where the entity has no such parts."""
        url = f"{self._root}/totals?{urlencode({'entity': entity, 'by': 'kecamatan,semester'})}"
        made = self._web.patiently(lambda: wire.totals(self._get(url, "the totals"), self._config.region))
        total = made.entities.get(entity)
        if total is None:
            return None
        groups = total.groups
        if groups is None:
            groups = [wire.Group(total.live, total.digest)] if total.live else []
        return tuple(Cell(g.kecamatan or "", g.semester or "", g.live, g.digest or None) for g in groups)

    def snapshot(self, entity: Entity) -> Iterator[tuple[str, datetime]]:
        """(key text, last_update) of every row in force at one moment, as they arrive; BadAnswer unless it is whole."""
        url = f"{self._root}/entities/{quote(entity.name, safe='')}/snapshot"
        what = f"the snapshot of {entity.name}"
        for fresh in (False, True):
            headers = {"Authorization": f"Bearer {self._bearer(fresh)}", "Accept": lines.MEDIA}
            answer, pieces = self._web.stream(url, headers, what, _SNAPSHOT)
            if answer.status != 401:
                break
        _accepted(answer, what)
        if answer.kind != lines.MEDIA:
            raise BadAnswer(f"the answer for {what} does not come in lines")
        return lines.snapshot(pieces, entity.name, self._config.region, entity.key)

    def notice(self) -> wire.Notice | None:
        """What the source announces; answered also during maintenance. None from a source of contract 1.0."""
        answer = self._web.exchange(
            "GET", f"{self._base}/v1/notice", {"Accept": "application/json"}, None, "the notice"
        )
        return None if answer.status == 404 else wire.notice(_checked(answer, "the notice"))

    def traffic(self) -> tuple[int, int]:
        """Requests made and bytes received, as they came over the line."""
        return self._web.requests, self._web.received

    def _get(self, url: str, what: str) -> bytes:
        for fresh in (False, True):
            headers = {"Authorization": f"Bearer {self._bearer(fresh)}", "Accept": "application/json"}
            answer = self._web.exchange("GET", url, headers, None, what)
            if answer.status != 401:
                return _checked(answer, what)
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
            answer = self._web.exchange("POST", f"{self._base}/oauth/token", headers, form, "a token")
            if answer.status in (400, 401, 403):
                raise AuthRefused(
                    f"the token endpoint answered {answer.status}",
                    "check client id and token with the centre",
                )
            made = wire.token(_checked(answer, "a token"))
            self._token = made.access_token
            self._token_until = time.monotonic() + max(0.0, made.expires_in - _TOKEN_MARGIN)
        return self._token


def _checked(answer: Answer, what: str) -> bytes:
    _accepted(answer, what)
    return must_be_json(answer, what)


def _accepted(answer: Answer, what: str) -> None:
    refused_for_now(answer, what)
    if answer.status == 410:
        raise CursorExpired(f"the source no longer knows the cursor of {what}")
    if answer.status == 401:
        raise AuthRefused(f"the source answered 401 for {what}", "check client id and token with the centre")
    if answer.status == 403:
        raise Forbidden(f"the source answered 403 for {what}", "ask the centre what this region is granted")
    if answer.status != 200:
        raise BadAnswer(
            f"the source answered {answer.status} for {what}", "check source.url and the contract's version"
        )
