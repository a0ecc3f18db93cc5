"""The desks of `personal_store` in PostgreSQL."""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg

from backbone_sync.dictionary import Entity, Field
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.personal_store import CORRECTION, OPEN, OWN, AtSchool
from backbone_sync.stores.postgresql import guarded

_WITHHOLD = (
    "INSERT INTO sync.quarantine AS q (entity, key, reason, last_update, first_run, last_run)"
    " SELECT %(entity)s, g.key, %(reason)s, g.at, r.run, r.run"
    " FROM unnest(%(keys)s::text[], %(moments)s::timestamptz[]) AS g(key, at),"
    " (SELECT coalesce(max(run_id), 0) FROM sync.run) AS r(run)"
    " ON CONFLICT (entity, key) DO UPDATE SET reason = excluded.reason, payload = NULL, field = NULL"
)
# What a class of retention is kept in, and what of it is over. The last green run's record stays, however old.
_OVER = {
    "quarantine": "sync.quarantine WHERE payload IS NOT NULL AND seen_at < %s",
    "runs": "sync.run WHERE started_at < %s"
    " AND run_id < (SELECT coalesce(max(run_id), 0) FROM sync.run WHERE state = 'green')",
    "corrections": "sync.correction WHERE settled_at < %s",
}


class _Asking:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with guarded():
            return self.connection.execute(statement.encode(), values or None).fetchall()

    def _run(self, statement: str, *values: Any) -> int:
        with guarded():
            return self.connection.execute(statement.encode(), values or None).rowcount

    def _one(self, statement: str, *values: Any) -> Any:
        return next((row[0] for row in self._rows(statement, *values)), None)


class PostgresPeople(_Asking):
    """See `personal_store.PeopleDesk`."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `PeopleDesk`."""
        with guarded(), self.connection.transaction():
            yield

    def named(self, entity: Entity, fields: Sequence[Field], identifier: str) -> list[str]:
        """See `PeopleDesk`."""
        where = " OR ".join(f"{ddl.quoted(f.name)}::text = %s" for f in fields)
        statement = f"SELECT {ddl.quoted(entity.key.name)}::text FROM {ddl.qualified(entity)} WHERE {where}"
        return [str(key) for (key,) in self._rows(statement, *[identifier] * len(fields))]

    def rows(self, entity: Entity, granted: Sequence[Field], by: Field, keys: Sequence[str]) -> list[dict[str, Any]]:
        """See `PeopleDesk`."""
        names = [*(f.name for f in granted), *OWN]
        statement = (
            f"SELECT {', '.join(map(ddl.quoted, names))} FROM {ddl.qualified(entity)}"
            f" WHERE {ddl.quoted(by.name)} = ANY(%s::uuid[])"
        )
        return [dict(zip(names, msgspec.to_builtins(row))) for row in self._rows(statement, list(keys))]

    def contents(self, entity: str) -> list[tuple[str, str]]:
        """See `PeopleDesk`."""
        statement = "SELECT key, payload FROM sync.quarantine WHERE entity = %s AND payload IS NOT NULL"
        return [(str(key), str(payload)) for key, payload in self._rows(statement, entity)]

    def withdrawn(self, keys: Sequence[str]) -> list[tuple[str, datetime]]:
        """See `PeopleDesk`."""
        found = self._rows("SELECT entity, last_update FROM sync.tombstone WHERE key = ANY(%s)", list(keys))
        return [(str(entity), at) for entity, at in found]

    def corrections(self, *, keys: Sequence[str] = (), states: Sequence[str] = ()) -> list[dict[str, Any]]:
        """See `PeopleDesk`."""
        found = self._rows(
            f"SELECT {', '.join(CORRECTION)} FROM sync.correction WHERE key = ANY(%s) OR state = ANY(%s)"
            " ORDER BY correction_id",
            list(keys),
            list(states),
        )
        return [dict(zip(CORRECTION, msgspec.to_builtins(row))) for row in found]

    def supersede(self, entity: str, key: str, field: str) -> None:
        """See `PeopleDesk`."""
        self._run(
            "UPDATE sync.correction SET state = 'withdrawn', settled_at = clock_timestamp()"
            " WHERE entity = %s AND key = %s AND field = %s AND state = ANY(%s)",
            *(entity, key, field, list(OPEN)),
        )

    def add_correction(
        self, entity: str, key: str, field: str, value: str, was: str, reason: str, by: str, seen: datetime
    ) -> int:
        """See `PeopleDesk`."""
        made = self._one(
            "INSERT INTO sync.correction (entity, key, field, value, was, reason, made_by, seen_update)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING correction_id",
            *(entity, key, field, value, was, reason, by, seen),
        )
        return int(made)

    def put(self, entity: Entity, item: Field, key: str, value: Any) -> None:
        """See `PeopleDesk`."""
        self._run(
            f"UPDATE {ddl.qualified(entity)} SET {ddl.quoted(item.name)} = %s,"
            " flags = nullif(array_remove(flags, %s), '{}'), stored_at = now()"
            f" WHERE {ddl.quoted(entity.key.name)} = %s",
            *(value, item.name, key),
        )

    def end_correction(self, number: int) -> tuple[str, str, str, str, datetime] | None:
        """See `PeopleDesk`."""
        found = self._rows(
            "UPDATE sync.correction SET state = 'withdrawn', settled_at = clock_timestamp()"
            " WHERE correction_id = %s AND state = ANY(%s) RETURNING entity, key, field, was, seen_update",
            *(number, list(OPEN)),
        )
        return next(((str(e), str(k), str(f), str(was), seen) for e, k, f, was, seen in found), None)

    def rewind(self, entity: str, seen: datetime) -> None:
        """See `PeopleDesk`."""
        # No moment is the beginning: a first listing that was broken off goes back to it.
        self._run(
            "UPDATE sync.cursor SET since_update = CASE WHEN since_update > %s THEN %s ELSE since_update END,"
            " floor_update = NULL, position = NULL WHERE entity = %s",
            *(seen, seen, entity),
        )

    def forget_mentions(self, entity: Entity, item: Field, keys: Sequence[str]) -> None:
        """See `PeopleDesk`."""
        self._run(
            f"UPDATE {ddl.qualified(entity)} SET {ddl.quoted(item.name)} = NULL"
            f" WHERE {ddl.quoted(entity.key.name)} = ANY(%s::uuid[])",
            list(keys),
        )

    def remove(self, entity: Entity, keys: Sequence[str]) -> None:
        """See `PeopleDesk`."""
        self._run(
            f"DELETE FROM {ddl.qualified(entity)} WHERE {ddl.quoted(entity.key.name)} = ANY(%s::uuid[])", list(keys)
        )

    def withhold(self, entity: str, reason: str, moments: Mapping[str, datetime]) -> None:
        """See `PeopleDesk`."""
        values = {"entity": entity, "reason": reason, "keys": list(moments), "moments": list(moments.values())}
        with guarded():
            self.connection.execute(_WITHHOLD, values)

    def empty(self, entity: str, key: str, reason: str | None) -> None:
        """See `PeopleDesk`."""
        self._run(
            "UPDATE sync.quarantine SET payload = NULL, reason = coalesce(%s, reason) WHERE entity = %s AND key = %s",
            *(reason, entity, key),
        )

    def forget_corrections(self, keys: Sequence[str]) -> int:
        """See `PeopleDesk`."""
        return self._run("DELETE FROM sync.correction WHERE key = ANY(%s)", list(keys))

    def block(self, entity: str, key: str, reason: str) -> None:
        """See `PeopleDesk`."""
        self._run(
            "INSERT INTO sync.erasure (entity, key, reason) VALUES (%s, %s, %s) ON CONFLICT (entity, key)"
            " DO UPDATE SET reason = excluded.reason WHERE excluded.reason = 'subject'",
            *(entity, key, reason),
        )

    def blocked(self) -> list[tuple[str, str, str]]:
        """See `PeopleDesk`."""
        return [(str(e), str(k), str(r)) for e, k, r in self._rows("SELECT entity, key, reason FROM sync.erasure")]

    def clean(self, entities: Sequence[Entity]) -> None:
        """See `PeopleDesk`; until a VACUUM the values lie in the tables' pages."""
        for name in [*map(ddl.qualified, entities), "sync.quarantine", "sync.correction"]:
            self._run(f"VACUUM {name}")

    def filled(self, entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> tuple[int, ...]:
        """See `PeopleDesk`."""
        where, values = _where(at)
        shown = ", ".join(["count(*)", *(f"count(t.{ddl.quoted(f.name)})" for f in fields)])
        (row,) = self._rows(f"SELECT {shown} FROM {ddl.qualified(entity)} t{where}", *values)
        return tuple(map(int, row))

    def aside(self, entity: str) -> int:
        """See `PeopleDesk`."""
        counted = "SELECT count(*) FROM sync.quarantine WHERE entity = %s AND payload IS NOT NULL"
        return int(self._one(counted, entity))

    def listed(self, entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> Iterator[dict[str, Any]]:
        """See `PeopleDesk`."""
        where, values = _where(at)
        names = [f.name for f in fields]
        columns = ", ".join(f"t.{ddl.quoted(n)}" for n in names)
        with guarded(), self.connection.transaction(), self.connection.cursor(name="affected") as cursor:
            cursor.execute(f"SELECT {columns} FROM {ddl.qualified(entity)} t{where}".encode(), values or None)
            for row in cursor:
                yield dict(zip(names, msgspec.to_builtins(row)))

    def over(self, kind: str, before: datetime) -> int:
        """See `PeopleDesk`."""
        return int(self._one(f"SELECT count(*) FROM {_OVER[kind]}", before))

    def let_go(self, kind: str, before: datetime) -> int:
        """See `PeopleDesk`; a row in quarantine stays in the account, and what it said goes."""
        if kind == "quarantine":
            return self._run("UPDATE " + _OVER[kind].replace(" WHERE", " SET payload = NULL WHERE", 1), before)
        return self._run(f"DELETE FROM {_OVER[kind]}", before)

    def departed(self, person: Entity, enrolment: Entity, ended: Field, before: date, most: int) -> list[str]:
        """See `PeopleDesk`."""
        key = ddl.quoted(person.key.name)
        found = self._rows(
            f"SELECT e.{key}::text FROM {ddl.qualified(enrolment)} e"
            f" JOIN {ddl.qualified(person)} p ON p.{key} = e.{key}"
            f" GROUP BY e.{key} HAVING bool_and(coalesce(e.{ddl.quoted(ended.name)} < %s, false)) ORDER BY 1 LIMIT %s",
            *(before, most),
        )
        return [str(k) for (k,) in found]


def _where(at: AtSchool | None) -> tuple[str, tuple[str, ...]]:
    """The condition that keeps the rows of one school, and its values."""
    if at is None:
        return "", ()
    school = "SELECT s.sekolah_id FROM backbone.sekolah s WHERE s.npsn = %s"
    if at.through:
        field = ddl.quoted(at.field)
        school = f"SELECT x.{field} FROM backbone.{ddl.quoted(at.through)} x WHERE x.sekolah_id IN ({school})"
    return f" WHERE t.{ddl.quoted(at.field)} IN ({school})", (at.npsn,)


class PostgresRecord(_Asking):
    """See `personal_store.RecordDesk`."""

    def there(self) -> bool:
        """See `RecordDesk`."""
        return bool(self._one("SELECT to_regclass('sync.processing') IS NOT NULL"))

    @contextmanager
    def appending(self) -> Iterator[tuple[int, str] | None]:
        """See `RecordDesk`."""
        with guarded(), self.connection.transaction():
            self._run("LOCK TABLE sync.processing IN EXCLUSIVE MODE")
            found = self._rows("SELECT seq, digest FROM sync.processing ORDER BY seq DESC LIMIT 1")
            yield (int(found[0][0]), str(found[0][1])) if found else None

    def append(self, seq: int, line: str, digest: str) -> None:
        """See `RecordDesk`."""
        self._run("INSERT INTO sync.processing VALUES (%s, %s, %s)", seq, line, digest)

    def lines(self, since: int = 0) -> list[tuple[int, str, str]]:
        """See `RecordDesk`."""
        found = self._rows("SELECT seq, line, digest FROM sync.processing WHERE seq > %s ORDER BY seq", since)
        return [(int(seq), str(line), str(digest)) for seq, line, digest in found]


class PostgresFigures(_Asking):
    """See `personal_store.FiguresDesk`."""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """See `FiguresDesk`."""
        return self._rows(statement)

    def held(self) -> list[tuple[str, int, datetime | None]]:
        """See `FiguresDesk`."""
        found = self._rows(
            "SELECT b.entity, b.stored, c.high_update FROM sync.balance b"
            " LEFT JOIN sync.cursor c ON c.entity = b.entity"
        )
        return [(str(name), int(stored), at) for name, stored, at in found]
