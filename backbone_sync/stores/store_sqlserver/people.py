"""The desks of `personal_store` in SQL Server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from backbone_sync.dictionary import Entity, Field
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores import people_sqlserver as made
from backbone_sync.stores import state_sqlserver as state
from backbone_sync.stores.personal_store import CORRECTION, AtSchool
from backbone_sync.stores.staged_rows import keys as with_versions
from backbone_sync.stores.staged_rows import listed
from backbone_sync.stores.statements_sqlserver import Sql
from backbone_sync.stores.store_sqlserver.database import Database

_PIECE = 1000  # rows of a list of people that are in memory at a time


class SqlServerPeople:
    """See `personal_store.PeopleDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractContextManager[None]:
        """See `PeopleDesk`."""
        return self._database.transaction()

    def named(self, entity: Entity, fields: Sequence[Field], identifier: str) -> list[str]:
        """See `PeopleDesk`."""
        found = self._database.rows(made.named(entity, fields), *[identifier] * len(fields))
        return [str(key) for (key,) in found]

    def rows(self, entity: Entity, granted: Sequence[Field], by: Field, keys: Sequence[str]) -> list[dict[str, Any]]:
        """See `PeopleDesk`."""
        return [
            {**_plain(granted, row), "flags": flagged(row[-2]), "stored_at": msgspec.to_builtins(row[-1])}
            for row in self._database.rows(made.rows(entity, granted, by), listed(keys))
        ]

    def contents(self, entity: str) -> list[tuple[str, str]]:
        """See `PeopleDesk`."""
        return [(str(key), str(payload)) for key, payload in self._database.rows(made.CONTENTS, entity)]

    def withdrawn(self, keys: Sequence[str]) -> list[tuple[str, datetime]]:
        """See `PeopleDesk`."""
        return [(str(entity), at) for entity, at in self._database.rows(made.WITHDRAWN, listed(keys))]

    def corrections(self, *, keys: Sequence[str] = (), states: Sequence[str] = ()) -> list[dict[str, Any]]:
        """See `PeopleDesk`."""
        found = self._database.rows(made.CORRECTIONS_OF, listed(keys), listed(states))
        return [dict(zip(CORRECTION, msgspec.to_builtins(row))) for row in found]

    def supersede(self, entity: str, key: str, field: str) -> None:
        """See `PeopleDesk`."""
        self._database.run(made.SUPERSEDE, entity, key, field)

    def add_correction(
        self, entity: str, key: str, field: str, value: str, was: str, reason: str, by: str, seen: datetime
    ) -> int:
        """See `PeopleDesk`."""
        return int(self._database.one(made.ADD_CORRECTION, entity, key, field, value, was, reason, by, seen))

    def put(self, entity: Entity, item: Field, key: str, value: Any) -> None:
        """See `PeopleDesk`."""
        left = [name for name in flagged(self._database.one(made.flags(entity), key)) or () if name != item.name]
        self._database.run(made.put(entity, item), written(value), listed(left) if left else None, key)

    def end_correction(self, number: int) -> tuple[str, str, str, str, datetime] | None:
        """See `PeopleDesk`."""
        found = self._database.rows(made.END_CORRECTION, number)
        return next(((str(e), str(k), str(f), str(was), seen) for e, k, f, was, seen in found), None)

    def rewind(self, entity: str, seen: datetime) -> None:
        """See `PeopleDesk`."""
        self._database.run(made.REWIND_TO, seen, seen, entity)

    def forget_mentions(self, entity: Entity, item: Field, keys: Sequence[str]) -> None:
        """See `PeopleDesk`."""
        self._database.run(made.forget_mentions(entity, item), listed(keys))

    def remove(self, entity: Entity, keys: Sequence[str]) -> None:
        """See `PeopleDesk`."""
        self._database.run(made.remove(entity), listed(keys))

    def withhold(self, entity: str, reason: str, moments: Mapping[str, datetime]) -> None:
        """See `PeopleDesk`."""
        change, add = made.WITHHOLD
        run, which = int(self._database.one(state.LAST_RUN)), with_versions(moments)
        self._database.run(change, reason, which, entity)
        self._database.run(add, entity, reason, run, run, which, entity)

    def empty(self, entity: str, key: str, reason: str | None) -> None:
        """See `PeopleDesk`."""
        self._database.run(made.EMPTY, reason, entity, key)

    def forget_corrections(self, keys: Sequence[str]) -> int:
        """See `PeopleDesk`."""
        return self._database.run(made.FORGET_CORRECTIONS, listed(keys))

    def block(self, entity: str, key: str, reason: str) -> None:
        """See `PeopleDesk`."""
        self._database.put(made.BLOCK, reason, entity, key)

    def blocked(self) -> list[tuple[str, str, str]]:
        """See `PeopleDesk`."""
        return [(str(e), str(k), str(r)) for e, k, r in self._database.rows(made.BLOCKED)]

    def clean(self, entities: Sequence[Entity]) -> None:
        """See `PeopleDesk`; the server does it by itself, but says not when."""
        for table in [*map(ddl.qualified, entities), "[sync].[quarantine]", "[sync].[correction]"]:
            self._database.batch(made.reorganized(table))

    def filled(self, entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> tuple[int, ...]:
        """See `PeopleDesk`."""
        (row,) = self._database.rows(made.filled(entity, fields, at), *_school(at))
        return tuple(map(int, row))

    def aside(self, entity: str) -> int:
        """See `PeopleDesk`."""
        return int(self._database.one(made.ASIDE, entity))

    def listed(self, entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> Iterator[dict[str, Any]]:
        """See `PeopleDesk`."""
        for row in self._database.pieces(made.listed(entity, fields, at), _PIECE, *_school(at)):
            yield _plain(fields, row)

    def over(self, kind: str, before: datetime) -> int:
        """See `PeopleDesk`."""
        return int(self._database.one(made.OVER[kind], before))

    def let_go(self, kind: str, before: datetime) -> int:
        """See `PeopleDesk`."""
        with self._database.transaction():
            gone = self._database.run(made.LET_GO[kind], before)
            if kind == "runs" and gone:
                self._database.run(made.UNRUN)
        return gone

    def departed(self, person: Entity, enrolment: Entity, ended: Field, before: date, most: int) -> list[str]:
        """See `PeopleDesk`."""
        asked = made.departed(person, enrolment, ended)
        return [str(key) for (key,) in self._database.rows(asked, before.isoformat(), most)]


def _school(at: AtSchool | None) -> tuple[str, ...]:
    return () if at is None else (at.npsn,)


# What JSON holds of a column's value; the rest is as it is.
_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "uuid": lambda value: str(value).lower(),
    "date": str,
    "decimal": str,
    "timestamp": msgspec.to_builtins,
}


def _plain(fields: Sequence[Field], row: Sequence[Any]) -> dict[str, Any]:
    """The values of a row by field, as JSON holds them."""
    return {
        item.name: value if value is None or item.type not in _PLAIN else _PLAIN[item.type](value)
        for item, value in zip(fields, row)
    }


def flagged(text: Any) -> list[str] | None:
    """The names in a row's flags."""
    return msgspec.json.decode(str(text), type=list[str]) if text else None


def written(value: Any) -> str | None:
    """A value as the server reads it out of text: no exponent in a number, whatever the date's language."""
    if value is None:
        return None
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(msgspec.to_builtins(value))


class SqlServerRecord:
    """See `personal_store.RecordDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def there(self) -> bool:
        """See `RecordDesk`."""
        return self._database.one(state.EXISTS, "[sync].[processing]") is not None

    @contextmanager
    def appending(self) -> Iterator[tuple[int, str] | None]:
        """See `RecordDesk`."""
        with self._database.transaction():
            found = self._database.rows(made.RECORD_END)
            yield (int(found[0][0]), str(found[0][1])) if found else None

    def append(self, seq: int, line: str, digest: str) -> None:
        """See `RecordDesk`."""
        self._database.run(made.RECORD_APPEND, seq, line, digest)

    def lines(self, since: int = 0) -> list[tuple[int, str, str]]:
        """See `RecordDesk`."""
        return [(int(s), str(line), str(digest)) for s, line, digest in self._database.rows(made.RECORD_LINES, since)]


class SqlServerFigures:
    """See `personal_store.FiguresDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """See `FiguresDesk`."""
        return self._database.rows(Sql(statement))

    def held(self) -> list[tuple[str, int, datetime | None]]:
        """See `FiguresDesk`."""
        return [(str(name), int(stored), at) for name, stored, at in self._database.rows(made.HELD_ROWS)]
