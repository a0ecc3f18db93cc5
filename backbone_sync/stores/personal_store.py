"""What the verbs on personal data, the record of processing and the sectoral tables ask of a store.

Each kind of database has its own of these (`people_postgresql`, `store_sqlserver.people`); what is decided on the
answers stands in `privacy` and `satu_data`, once. Keys are text as the state tables hold it, moments have a zone, and
values of rows are as JSON holds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from backbone_sync.dictionary import Entity, Field

# A correction as `PeopleDesk.corrections` gives it, column by column of `sync.correction`; `was` and `value` are JSON.
CORRECTION = (
    *("correction_id", "entity", "key", "field", "was", "value", "reason", "made_by", "made_at"),
    *("seen_update", "state", "centre_update", "settled_at"),
)
OPEN = ("in_force", "disputed")  # states of a correction that still counts
OWN = ("flags", "stored_at")  # what the service adds to a row


@dataclass(frozen=True)
class AtSchool:
    """Rows of one school alone, by its NPSN: `field` is the school's key, or, with `through`, a column of that table
    of enrolments or classes, whose rows name the school."""

    npsn: str
    field: str
    through: str = ""


class PeopleDesk(Protocol):
    """What is held about people: read, corrected, erased, counted. For the holder of the run lock where it changes."""

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing. It is not entered twice."""

    # -- found and given out

    def named(self, entity: Entity, fields: Sequence[Field], identifier: str) -> list[str]:
        """Keys of stored rows of which one of `fields` is exactly `identifier`."""

    def rows(self, entity: Entity, granted: Sequence[Field], by: Field, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Stored rows whose field `by` is one of `keys`, by name of field, with `OWN`."""

    def contents(self, entity: str) -> list[tuple[str, str]]:
        """Key and content (JSON) of the entity's rows in quarantine, as far as it was kept."""

    def withdrawn(self, keys: Sequence[str]) -> list[tuple[str, datetime]]:
        """Entity and last_update of those keys that the centre has withdrawn."""

    def corrections(self, *, keys: Sequence[str] = (), states: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Corrections of these keys, or in these states, by number; each by the names of `CORRECTION`."""

    # -- corrected

    def supersede(self, entity: str, key: str, field: str) -> None:
        """End the open corrections of one value."""

    def add_correction(
        self, entity: str, key: str, field: str, value: str, was: str, reason: str, by: str, seen: datetime
    ) -> int:
        """A correction in force; `value` and `was` are JSON, `seen` the version that it is made on. Its number."""

    def put(self, entity: Entity, item: Field, key: str, value: Any) -> None:
        """Store one value of one row, and take the field off the row's flags."""

    def end_correction(self, number: int) -> tuple[str, str, str, str, datetime] | None:
        """End an open correction: its entity, key, field, the value before as JSON, the version it was made on."""

    def rewind(self, entity: str, seen: datetime) -> None:
        """Let the entity be listed from `seen` on, or from where it is if that is earlier."""

    # -- erased

    def forget_mentions(self, entity: Entity, item: Field, keys: Sequence[str]) -> None:
        """Empty `item` in the rows of these keys."""

    def remove(self, entity: Entity, keys: Sequence[str]) -> None:
        """Delete rows."""

    def withhold(self, entity: str, reason: str, moments: Mapping[str, datetime]) -> None:
        """Note keys (with their version) as kept out for `reason`, without content."""

    def empty(self, entity: str, key: str, reason: str | None) -> None:
        """Let the content of a row in quarantine go; `reason`, if any, takes the place of the one it had."""

    def forget_corrections(self, keys: Sequence[str]) -> int:
        """Delete the corrections of these keys; how many."""

    def block(self, entity: str, key: str, reason: str) -> None:
        """Put a key on the list of those that must not come back; of one that stands there, reason subject wins."""

    def blocked(self) -> list[tuple[str, str, str]]:
        """That list: entity, key, reason."""

    def clean(self, entities: Sequence[Entity]) -> None:
        """Take the values of deleted rows, contents and corrections off the disk, as far as the database can."""

    # -- counted

    def filled(self, entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> tuple[int, ...]:
        """How many rows there are, then for each field how many of them have a value."""

    def aside(self, entity: str) -> int:
        """Rows in quarantine whose content was kept."""

    def listed(self, entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> Iterator[dict[str, Any]]:
        """The rows, these fields of them, a piece at a time."""

    # -- kept long enough

    def over(self, kind: str, before: datetime) -> int:
        """How much of "quarantine", "runs" or "corrections" is older than `before`."""

    def let_go(self, kind: str, before: datetime) -> int:
        """Let that much go; how much it was."""

    def departed(self, person: Entity, enrolment: Entity, ended: Field, before: date, most: int) -> list[str]:
        """Keys of at most `most` stored people all of whose enrolments ended before a day."""


class RecordDesk(Protocol):
    """Where the lines of the processing record are kept; appended to, never changed."""

    def there(self) -> bool:
        """Whether the record has its table."""

    def appending(self) -> AbstractContextManager[tuple[int, str] | None]:
        """A transaction in which nobody else appends; number and digest of the last line, None before the first."""

    def append(self, seq: int, line: str, digest: str) -> None:
        """Add a line, within `appending`."""

    def lines(self, since: int = 0) -> list[tuple[int, str, str]]:
        """Number, text and digest of the lines after `since`, in order."""


class FiguresDesk(Protocol):
    """Reads what is published: counts and names of codes."""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement without parameters that both kinds of database read alike."""

    def held(self) -> list[tuple[str, int, datetime | None]]:
        """Entity, stored rows and newest change, by the last run."""
