"""What sources have in common that can only be listed whole: pages made one after another, nothing kept in between.

Such a source has no time from which to list, no counts and no tombstones; a run lists all of it and compares. Code
tables that it does not have itself are read from a directory: a file `<entity>.ndjson` each, a row a line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import BadAnswer, ConfigInvalid, CursorExpired
from backbone_sync.interfaces import Capabilities, Cell, Page, Total
from backbone_sync.sources.source_rows import Shaper

Rows = list[msgspec.Raw]
_LINES = 5000


class Whole(ABC):
    """A `Source` made of a generator of pages an entity."""

    def __init__(self, dictionary: Dictionary, zone: ZoneInfo, reference: str) -> None:
        self.dictionary = dictionary
        self.zone = zone
        tables = [name for name in dictionary.names if name.startswith("ref.")] if reference else []
        files = {name: Path(reference, f"{name}.ndjson") for name in tables}
        self._files = {name: path for name, path in files.items() if path.is_file()}
        self._listing: Iterator[Rows] = iter(())
        self._at = ""
        self._serial = 0

    @abstractmethod
    def has(self, entity: str) -> bool:
        """Whether the source itself has the entity; no I/O."""

    @abstractmethod
    def lacks(self, entity: str) -> frozenset[str]:
        """Fields of an entity that the source cannot have; no I/O."""

    @abstractmethod
    def listing(self, entity: str) -> Iterator[Rows]:
        """All rows of the entity, a page at a time; raises at its end when a part of them did not come."""

    @abstractmethod
    def traffic(self) -> tuple[int, int]:
        """Requests made and bytes received; no I/O."""

    def capabilities(self, entity: str) -> Capabilities:
        """Only that a listing from the beginning to its end is complete."""
        own = self.has(entity)
        lacking = self.lacks(entity) if own else frozenset()
        fields = frozenset(f.name for f in self.dictionary[entity].fields) - lacking if lacking else None
        return Capabilities(
            since=False,
            resume=False,
            tombstones=False,
            explicit_nulls=False,
            stable=not own,
            served=own or entity in self._files,
            fields=fields,
        )

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """The next page of the listing under way, or the first of a new one; a last one without rows ends it."""
        if not cursor:
            self._serial += 1
            self._listing = self.listing(entity) if self.has(entity) else self._lines(entity)
        elif cursor != self._at:
            raise CursorExpired(f"a listing of {entity} can only be gone on with by the run that began it")
        rows = next(self._listing, None)
        self._at = f"{self._serial}.{entity}"
        return Page(rows or [], self._at, rows is not None, datetime.now(timezone.utc))

    def totals(self) -> Mapping[str, Total] | None:
        """None: it counts nothing."""
        return None

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """None."""
        return None

    def _lines(self, entity: str) -> Iterator[Rows]:
        path = self._files.get(entity)
        if path is None:
            raise BadAnswer(f"the source does not have {entity}", "name a path for it, or leave it out of the grant")
        shape, held, count = Shaper(self.dictionary[entity], self.zone), [], 0
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if not line.strip():
                        continue
                    try:
                        row = shape.in_force(msgspec.json.decode(line))
                    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                        raise BadAnswer(f"{path}: line {number} is not JSON", "write the file anew") from None
                    if row is None:
                        continue
                    held.append(row)
                    count += 1
                    if len(held) == _LINES:
                        yield held
                        held = []
        except OSError as fault:
            raise ConfigInvalid(f"cannot read {path}: {fault.strerror}") from fault
        if not count:
            raise BadAnswer(f"{path} holds no rows", "write the file anew")
        if held:
            yield held
