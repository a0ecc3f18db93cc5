"""The adapter of the school application's local web service: every school in turn, one call at a time.

A school that is down hinders no other: the listing is incomplete then, and nothing of that school is deleted by
comparison. What the methods bring is kept in memory, compressed and within a bound, for the
entities that come from the same method.
"""

from __future__ import annotations

import hashlib
import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import (
    AuthRefused,
    BadAnswer,
    ConfigInvalid,
    Incomplete,
    Overloaded,
    SourceUnreachable,
    SyncError,
)
from backbone_sync.sources import Sleep
from backbone_sync.sources.school_answer import Said, members, parts, read
from backbone_sync.sources.source_rows import Shaper
from backbone_sync.sources.source_school import METHODS, School, SchoolSettings, Shape
from backbone_sync.sources.web import Web
from backbone_sync.sources.whole import Rows, Whole

log = logging.getLogger("backbone_sync")
_NAMED = 5  # schools that a message names
_KEPT = 32 * 1024 * 1024  # bytes of answers, compressed
# A person who is at two schools is listed by both; the first school's row stands, or runs would swap the two for ever.
_SHARED = ("ptk", "peserta_didik")
_ENOUGH = 20  # schools out of reach, with none that answered: then it is the way to them, and no more are tried
_FIRST_PAGE = 1
_MOST_PAGES = 200  # of one method of one school: what brings something new for longer never ends
_ONE = "getSekolah"  # its rows are one object
Row = Mapping[str, Any]


@dataclass
class _Kept:
    """One method's rows of one school, and which entities have been made of them."""

    packed: bytes
    used: set[str] = field(default_factory=set)


class Schools(Whole):
    """All schools' applications. Safe to use from one thread at a time."""

    def __init__(
        self,
        settings: SchoolSettings,
        secret: Callable[[str], str],
        dictionary: Dictionary,
        version: str,
        sleep: Sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        zone = ZoneInfo(settings.zone)
        super().__init__(dictionary, zone, settings.reference)
        self._settings = settings
        self._secret = secret
        self._sleep = sleep
        self._now = now
        self._web = Web(settings, version, sleep)
        self._called: dict[str, float] = {}  # school → when its last call ended
        self._down: dict[str, SyncError] = {}  # schools that need not be asked again by this run
        self._ids: dict[str, str] = {}  # school → its sekolah_id
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._served = [name for name in METHODS if name not in settings.leave_out]
        self._shapers = {
            name: Shaper(dictionary[name], zone, settings.entities.get(name, Shape()).fields, known_only=True)
            for name in self._served
        }

    def has(self, entity: str) -> bool:
        """Whether the application has it and the configuration does not leave it out."""
        return entity in self._shapers

    def lacks(self, entity: str) -> frozenset[str]:
        """What the configuration says."""
        return frozenset(self._settings.entities.get(entity, Shape()).lacks)

    def traffic(self) -> tuple[int, int]:
        """Requests made and bytes received, as they came over the line."""
        return self._web.requests, self._web.received

    def listing(self, entity: str) -> Iterator[Rows]:
        """School after school; Incomplete at the end when one of them did not answer in full."""
        failed: dict[str, SyncError] = {}
        heard: set[str] = set()
        met: set[bytes] = set()
        away: SyncError | None = None
        shape = self._shapers[entity]
        for school in self._settings.schools:
            if away is not None and len(self._down) >= _ENOUGH and not self._ids:
                failed[school.npsn] = away
                continue
            try:
                rows = self._rows(entity, school)
            except (AuthRefused, BadAnswer, Overloaded, SourceUnreachable, ConfigInvalid) as fault:
                if isinstance(fault, (AuthRefused, ConfigInvalid, SourceUnreachable)) and not _answered(fault):
                    self._down[school.npsn] = away = fault
                failed[school.npsn] = fault
                log.warning("entity=%s npsn=%s error=%s message=%r", entity, school.npsn, fault.kind, fault.message)
                continue
            heard.add(self._ids[school.npsn])
            if entity in _SHARED:
                rows = [row for row in rows if _first(met, shape.shape(row).get(shape.key))]
            if made := [one for row in rows if (one := shape.in_force(row)) is not None]:
                yield made
        if failed:
            raise _incomplete(entity, failed, len(self._settings.schools), frozenset(heard))

    def check(self, school: School) -> None:
        """SyncError unless the school's application answers, with this token and for this school: for the doctor."""
        self._sekolah(school)

    # -- one school

    def _rows(self, entity: str, school: School) -> list[Row]:
        """The rows of an entity that one school has, with what they leave to their surroundings filled in."""
        if fault := self._down.get(school.npsn):
            raise fault
        own = self._sekolah_id(school)
        method, nested = METHODS[entity]
        if entity == "sekolah":
            return list(self._sekolah(school))
        rows = self._method(school, method, entity)
        if entity == "anggota_rombel":
            made = members(rows, self._method(school, "getRombonganBelajar", entity))
            if made.doubtful:
                log.warning(
                    "entity=anggota_rombel npsn=%s doubtful=%d without_class=%d: left out, the classes say otherwise",
                    school.npsn,
                    made.doubtful,
                    made.without,
                )
            rows = list(made.rows)
        elif nested:
            rows = [
                {"rombongan_belajar_id": row.get("rombongan_belajar_id"), "semester_id": row.get("semester_id"), **part}
                for row in rows
                for part in parts(row, nested)
            ]
        else:
            rows = [row for row in rows if self._is(entity, row)]
        return [row if row.get("sekolah_id") else {**row, "sekolah_id": own} for row in rows]

    def _is(self, entity: str, row: Row) -> bool:
        """Whether a row is of the entity: a row of several holds the keys of those that it speaks of.

        Where a method brings one entity first of all, a row without its key is a fault that quarantine shows.
        """
        if entity in ("ptk", "peserta_didik", "rombongan_belajar"):
            return True
        shape = self._settings.entities.get(entity, Shape())
        key = self.dictionary[entity].key.name
        names = [source for source, target in shape.fields.items() if target == key] or [key]
        return any(row.get(name) for name in names)

    def _sekolah_id(self, school: School) -> str:
        if school.npsn not in self._ids:
            self._sekolah(school)
        return self._ids[school.npsn]

    def _sekolah(self, school: School) -> tuple[Row, ...]:
        said = self._web.patiently(lambda: self._call(school, _ONE, _FIRST_PAGE))
        if len(said.rows) != 1:
            raise BadAnswer(f"getSekolah of {school.npsn} brings {len(said.rows)} schools, not one")
        (row,) = said.rows
        if str(row.get("npsn", "")).strip().upper() != school.npsn or not row.get("sekolah_id"):
            raise BadAnswer(
                f"what answers for {school.npsn} at its address is another school",
                "correct npsn or url of that school in [[source.schools]]",
            )
        self._ids[school.npsn] = str(row["sekolah_id"])
        return (row,)

    def _method(self, school: School, method: str, entity: str) -> list[Row]:
        """All rows of a method: from memory, if another entity's listing has asked; else anew."""
        kept = self._kept.get((school.npsn, method))
        if kept and entity not in kept.used:
            kept.used.add(entity)
            return list(msgspec.json.decode(zlib.decompress(kept.packed)))
        rows = self._whole(school, method)
        packed = zlib.compress(msgspec.json.encode(rows), 1)
        self._kept.pop((school.npsn, method), None)
        if sum(len(one.packed) for one in self._kept.values()) + len(packed) <= _KEPT:
            self._kept[school.npsn, method] = _Kept(packed, {entity})
        return rows

    def _whole(self, school: School, method: str) -> list[Row]:
        """Page after page until one brings nothing new; the application may not look at page and limit at all."""
        found: dict[bytes, Row] = {}
        number, results, again = _FIRST_PAGE, 0, False
        while number < _FIRST_PAGE + _MOST_PAGES:
            said = self._web.patiently(lambda at=number: self._call(school, method, at))  # type: ignore[misc]
            before, again = len(found), bool(said.rows)
            for row in said.rows:
                found.setdefault(_mark(row), row)
            if number == _FIRST_PAGE:
                results = said.results or 0
            if len(found) == before:
                break
            number += 1
        else:
            raise BadAnswer(f"{method} of {school.npsn} does not come to an end", "see the application's version")
        # The second page was the first one again: the application does not look at pages, but perhaps at limit.
        cut = number == _FIRST_PAGE + 1 and again and len(found) == self._settings.page_size
        if len(found) < results or cut:
            raise BadAnswer(
                f"{method} of {school.npsn} brings {len(found)} rows"
                + (" again and again, a full page" if cut else f" and announces {results}"),
                "make source.page_size larger than the number of rows that any school has",
            )
        rows = [row for row in found.values() if self._now_in_force(row)]
        if not rows and method not in self._settings.may_be_empty:
            raise BadAnswer(
                f"the application of {school.npsn} says that {method} has no rows"
                + (" of the semester" if found else ""),
                f"see at the school whether that is so; if it is, name {method} in source.may_be_empty",
            )
        return rows

    def _now_in_force(self, row: Row) -> bool:
        """Whether a row is of the semester that was asked for, which the application may not look at."""
        wanted, said = self._settings.semester, row.get("semester_id")
        return not wanted or said is None or str(said).strip() == wanted

    def _call(self, school: School, method: str, number: int) -> Said:
        """One call, not before the last one to the same school has been over for the pause."""
        token = self._secret(school.token_file)
        if not token:
            raise ConfigInvalid(
                f"there is no credential file named {school.token_file} for school {school.npsn}",
                "put the application's token there, mode 0600",
            )
        query = {"npsn": school.npsn}
        if self._settings.semester:
            query["semester_id"] = self._settings.semester
        if method != _ONE:
            query.update(page=str(number), limit=str(self._settings.page_size))
        what = f"{method} of {school.npsn}"
        wait = self._called.get(school.npsn, float("-inf")) + self._settings.pause - self._now()
        if wait > 0:
            self._sleep(wait)
        try:
            answer = self._web.exchange(
                "GET",
                f"{school.url}/WebService/{method}?{urlencode(query)}",
                {"Authorization": f"Bearer {token}", "Accept": "application/json"},
                None,
                what,
            )
        finally:
            self._called[school.npsn] = self._now()
        return read(answer, what, self._settings.no_rows, single=method == _ONE)


def _incomplete(entity: str, failed: Mapping[str, SyncError], of: int, heard: frozenset[str]) -> SyncError:
    """The fault of a listing that lacks schools; where all of them are away, it is the way to them."""
    first = next(iter(failed.values()))
    told = "; ".join(f"{npsn}: {fault.message}" for npsn, fault in list(failed.items())[:_NAMED])
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    silent = f"{len(failed)} of {of} schools did not answer in full"
    message = f"{entity}: {silent}, so none of their rows was deleted: {told}{more}"
    for kind in (SourceUnreachable, AuthRefused):
        if len(failed) == of and all(isinstance(fault, kind) for fault in failed.values()):
            return kind(message, first.repair)
    made = Incomplete(message, first.repair)
    made.heard = heard
    return made


def _answered(fault: SyncError) -> bool:
    """Whether something did answer, so that another question may fare better."""
    return isinstance(fault, SourceUnreachable) and fault.answered


def _mark(row: Row) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(row), digest_size=12).digest()


def _first(met: set[bytes], key: object) -> bool:
    """Whether the key is met for the first time; a row without one always goes on."""
    if not isinstance(key, str):
        return True
    mark = hashlib.blake2b(key.strip().lower().encode(), digest_size=8).digest()
    if mark in met:
        return False
    met.add(mark)
    return True
