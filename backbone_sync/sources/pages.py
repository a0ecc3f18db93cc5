"""The adapter of page-number APIs: a token and a key, numbered pages, a scope after another, no word of what is gone.

There is no total and no last page's mark, so every doubt about an end is settled by asking once more; whatever does
not look like a page raises. A scope that fails does not hinder the others, but the listing is then incomplete.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import (
    AuthRefused,
    BadAnswer,
    ConfigInvalid,
    Forbidden,
    Incomplete,
    SourceUnreachable,
    SyncError,
)
from backbone_sync.sources import Sleep
from backbone_sync.sources.source_pages import Listed, PagesSettings
from backbone_sync.sources.source_rows import Shaper
from backbone_sync.sources.web import Answer, Web, must_be_json, refused_for_now
from backbone_sync.sources.whole import Rows, Whole

log = logging.getLogger("backbone_sync")
_NAMED = 5  # scopes that a message names


@dataclass(frozen=True)
class Numbered:
    """One page: its rows in force, and the marks of all of its rows, which tell it from another."""

    rows: Rows
    keys: tuple[bytes, ...]


class Pages(Whole):
    """One page-number API. Safe to use from one thread at a time."""

    def __init__(
        self,
        settings: PagesSettings,
        secret: Callable[[str], str],
        dictionary: Dictionary,
        version: str,
        sleep: Sleep,
    ) -> None:
        zone = ZoneInfo(settings.zone)
        super().__init__(dictionary, zone, settings.reference)
        self._settings = settings
        self._secret = secret
        self._web = Web(settings, version, sleep)
        self._token = ""
        self._noted: set[str] = set()
        self._shapers = {
            name: Shaper(dictionary[name], zone, one.fields, one.ignore) for name, one in settings.entities.items()
        }

    def has(self, entity: str) -> bool:
        """Whether a path is configured."""
        return entity in self._settings.entities

    def lacks(self, entity: str) -> frozenset[str]:
        """What the configuration says."""
        return frozenset(self._settings.entities[entity].lacks)

    def traffic(self) -> tuple[int, int]:
        """Requests made and bytes received, as they came over the line."""
        return self._web.requests, self._web.received

    def listing(self, entity: str) -> Iterator[Rows]:
        """Page after page, scope after scope; Incomplete at the end when a scope failed."""
        one = self._settings.entities[entity]
        scopes = self._scopes(one)
        failed: dict[str, SyncError] = {}
        opening: tuple[bytes, ...] = ()
        for scope in scopes:
            listed = 0
            try:
                for page in self._scope(entity, one, scope):
                    if not listed and scope and page.keys == opening:
                        raise BadAnswer(
                            f"{entity}: two values of {self._parameter(one)} bring the same rows",
                            "see whether the source takes that parameter at all; if not, set unscoped = true",
                        )
                    opening = opening if listed else page.keys
                    listed += len(page.keys)
                    yield page.rows
                if not listed and scope and not one.empty:
                    raise BadAnswer(f"{entity}: no rows at all", "if that is right, set empty = true for the entity")
            except BadAnswer as fault:
                failed[scope] = fault
            except SourceUnreachable as fault:
                if not fault.answered:
                    raise
                failed[scope] = fault
        if not failed:
            return
        first = next(iter(failed.values()))
        if len(failed) == len(scopes):
            raise first
        named = ", ".join(list(failed)[:_NAMED]) + (", …" if len(failed) > _NAMED else "")
        raise Incomplete(
            f"{entity}: {len(failed)} of {len(scopes)} values of {self._parameter(one)} failed ({named}):"
            f" {first.message}; nothing was deleted",
            first.repair,
        )

    def first(self, entity: str) -> int:
        """How many rows the entity's first page holds: for the doctor."""
        one = self._settings.entities[entity]
        page = self._numbered(entity, one, self._scopes(one)[0], self._settings.first_page)
        return len(page.keys)

    def enter(self) -> None:
        """Have a token, or AuthRefused; nothing where none is needed: for the doctor."""
        self._web.patiently(lambda: self._bearer(fresh=True))

    def _scopes(self, one: Listed) -> tuple[str, ...]:
        return ("",) if one.unscoped else tuple(map(str, one.scopes or self._settings.scopes)) or ("",)

    def _parameter(self, one: Listed) -> str:
        return one.scope_parameter or self._settings.scope_parameter

    def _scope(self, entity: str, one: Listed, scope: str) -> Iterator[Numbered]:
        """The pages of one scope until one is empty, or brings again what an earlier one brought."""
        settings, number = self._settings, self._settings.first_page
        first: Numbered | None = None
        before: Numbered | None = None
        while True:
            page = self._web.patiently(lambda at=number: self._numbered(entity, one, scope, at))  # type: ignore[misc]
            if not page.keys:
                return
            if first and before and (_within(page, before) or _within(page, first)):
                if before is first:
                    if len(page.keys) == settings.page_size:
                        self._must_take_numbers(entity, one, scope, first)
                    elif entity not in self._noted:
                        self._noted.add(entity)
                        said = "entity=%s rows=%d the second page is the first one, and short: taken for the whole"
                        log.warning(said, entity, len(page.keys))
                return
            yield page
            if settings.trust_short_page and len(page.keys) < settings.page_size:
                return
            first, before, number = first or page, page, number + 1

    def _must_take_numbers(self, entity: str, one: Listed, scope: str, first: Numbered) -> None:
        """The second page was the first, and full: is that the end, or does the source not look at page numbers?

        With pages smaller by one row, the second page of a source that looks at them is the first one's last row.
        """
        size = self._settings.page_size - 1
        page = self._web.patiently(lambda: self._numbered(entity, one, scope, self._settings.first_page + 1, size))
        if page.keys != first.keys[-1:]:
            raise BadAnswer(
                f"{entity}: every page is the first one, and full; the rest cannot be had",
                "see how the source numbers its pages (source.page_parameter, source.size_parameter)",
            )

    def _numbered(self, entity: str, one: Listed, scope: str, number: int, size: int = 0) -> Numbered:
        settings = self._settings
        query = dict(one.query)
        if scope:
            query[self._parameter(one)] = scope
        query[settings.page_parameter] = str(number)
        query[settings.size_parameter] = str(size or settings.page_size)
        answer = self._get(f"{settings.url}{one.path}?{urlencode(query)}", one, entity)
        if settings.past_end_status and answer.status == settings.past_end_status and number > settings.first_page:
            return Numbered([], ())
        rows = rows_of(_checked(answer, entity), one.rows or settings.rows, entity)
        shape = self._shapers[entity]
        shaped = [made for row in rows if (made := shape.in_force(row)) is not None]
        names = {target: source for source, target in one.fields.items()}
        key = names.get(shape.key, shape.key)
        return Numbered(shaped, tuple(_mark(row, key) for row in rows))

    def _get(self, url: str, one: Listed, what: str) -> Answer:
        settings = self._settings
        for fresh in (False, True):
            headers = {"Accept": "application/json", **self._bearer(fresh)}
            header, name = one.key_header or settings.key_header, one.key_file or settings.key_file
            if key := self._secret(name):
                headers[header] = key
            elif one.key_file:
                raise ConfigInvalid(f"there is no credential file named {name}", "put it there, mode 0600")
            answer = self._web.exchange("GET", url, headers, None, what)
            if answer.status != 401 or not settings.token_path:
                break
        if answer.status == 401:
            raise AuthRefused(
                f"the source answered 401 for {what}", "check user name, password and key with those who run the source"
            )
        if answer.status == 403:
            raise Forbidden(
                f"the source answered 403 for {what}", "ask those who run the source whether the key covers this path"
            )
        return answer

    def _bearer(self, fresh: bool) -> dict[str, str]:
        """The header that holds the token; none where the source has no token."""
        settings = self._settings
        if not settings.token_path:
            token = self._secret(settings.token_file)
            return {settings.token_header: settings.token_prefix + token} if token else {}
        if fresh or not self._token:
            self._token = self._new_token()
        return {settings.token_header: settings.token_prefix + self._token}

    def _new_token(self) -> str:
        settings = self._settings
        username, password = self._secret(settings.username_file), self._secret(settings.password_file)
        for name, content in ((settings.username_file, username), (settings.password_file, password)):
            if not content:
                raise ConfigInvalid(f"there is no credential file named {name}", "put it there, mode 0600")
        form = urlencode({settings.username_field: username, settings.password_field: password}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if key := self._secret(settings.key_file):
            headers[settings.key_header] = key
        answer = self._web.exchange("POST", settings.url + settings.token_path, headers, form, "a token")
        if answer.status in (400, 401, 403, 422):
            raise AuthRefused(
                f"the token endpoint answered {answer.status}", "check user name and password with those who run it"
            )
        made = decoded(_checked(answer, "a token"), "a token")
        token = at(made, settings.token_field)
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise BadAnswer(f"the token endpoint gave no {settings.token_field}", "see source.token_field")
        return token


def _checked(answer: Answer, what: str) -> bytes:
    refused_for_now(answer, what)
    if answer.status != 200:
        raise BadAnswer(f"the source answered {answer.status} for {what}", "check source.url and the entity's path")
    return must_be_json(answer, what)


def decoded(body: bytes, what: str) -> Any:
    """The body as JSON; BadAnswer otherwise."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAnswer(
            f"the answer for {what} is cut off or not JSON", "see what the source's address really serves"
        ) from None


def at(made: Any, place: str) -> Any:
    """What stands at the dotted place, None where there is no such place."""
    for name in filter(None, place.split(".")):
        made = made.get(name) if isinstance(made, Mapping) else None
    return made


def rows_of(body: bytes, place: str, what: str) -> list[Any]:
    """The rows of an answer: itself where it is a list, else the list at `place`; BadAnswer for everything else."""
    made = decoded(body, what)
    if isinstance(made, list):
        return made
    if isinstance(made, dict):
        said = made.get("success", made.get("status"))
        if said is False or (isinstance(said, str) and said.lower() in ("error", "fail", "failed", "false")):
            raise BadAnswer(f"the answer for {what} says that it failed, in spite of status 200")
        if isinstance(rows := at(made, place), list):
            return rows
    raise BadAnswer(f"the answer for {what} has no list of rows at {place!r}", "see source.rows")


def _mark(row: Any, key: str) -> bytes:
    """What tells a row from others: its key, or all of it where it has none."""
    said = row.get(key) if isinstance(row, dict) else None
    return hashlib.blake2b(msgspec.json.encode(row if said is None else said), digest_size=12).digest()


def _within(page: Numbered, other: Numbered) -> bool:
    return set(page.keys) <= set(other.keys)
