"""The gate of the PostgreSQL store: asks, page by page, what the grant and the erased keep out.

What a page changes for other entities (people whose enrolment went, classes of a school that is now granted) is
written down before the page is stored, so that a run that is killed in between finds it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import Judged
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy.gate import (
    ERASED,
    OUTSIDE_GRANT,
    WITHHELD,
    Correction,
    Known,
    Parent,
    needed_sweeps,
    parents,
    sift,
)
from backbone_sync.privacy.grant import ENROLMENT, LEVELS, Grant
from backbone_sync.run.state import Position
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.postgresql import guarded

_RESET = (
    "UPDATE sync.cursor SET since_update = NULL, high_update = NULL, floor_update = NULL, position = NULL"
    " WHERE entity = ANY(%s)"
)


class PostgresGate:
    """One run's gate. `connection` is the store's own, in autocommit."""

    def __init__(self, connection: psycopg.Connection[Any], dictionary: Dictionary, grant: Grant) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self._grant = grant
        self._forms: frozenset[int] | None = None
        self._active = False
        self._readmit()

    def _readmit(self) -> None:
        """Who was erased and stands in the grant again comes back: all that refers to them is listed anew."""
        if not self._grant.readmit:
            return
        with self._connection.transaction():
            rows = self._connection.execute(
                "DELETE FROM sync.erasure WHERE key = ANY(%s) RETURNING entity", (list(self._grant.readmit),)
            ).fetchall()
            for (name,) in rows:
                self._connection.execute(_RESET, ([name, *self._below(name)],))

    def _below(self, name: str) -> list[str]:
        """Entities with a reference to `name`, at any distance."""
        found: list[str] = []
        for entity in self._dictionary.entities:
            if any(f.reference in (name, *found) and f.reference != entity.name for f in entity.fields):
                found.append(entity.name)
        return found

    # -- before an entity

    @guarded()
    def begin(self, entity: Entity, granted: tuple[Field, ...], position: Position) -> Position:
        """Sweep what no longer belongs, and go back for people who have since been let in."""
        self._entity, self._granted = entity, granted
        self._belongs = parents(entity, granted, self._dictionary)
        self._person = ENROLMENT.get(entity.name) if self._grant.limited else None
        if entity.name == "sekolah" and self._grant.limited:
            self._forms = self._granted_forms()
        erased = self._one("SELECT EXISTS (SELECT FROM sync.erasure)")
        self._corrected = bool(
            self._one(
                "SELECT EXISTS (SELECT FROM sync.correction WHERE entity = %s AND state IN ('in_force', 'disputed'))",
                entity.name,
            )
        )
        self._active = bool(self._grant.limited or erased or self._corrected) and entity.schema != "ref"
        if not self._grant.limited or entity.schema == "ref":
            return position
        self._sweep()
        return self._rewound(position)

    def _granted_forms(self) -> frozenset[int]:
        wanted = {name for level in self._grant.levels for name in LEVELS[level]}
        rows = self._connection.execute(
            "SELECT bentuk_pendidikan_id FROM ref.bentuk_pendidikan WHERE upper(trim(nama)) = ANY(%s)", (list(wanted),)
        ).fetchall()
        forms = frozenset(r[0] for r in rows) | frozenset(self._grant.forms)
        if not forms:
            raise ConfigInvalid(
                f"ref.bentuk_pendidikan knows no form of school of {', '.join(self._grant.levels)}",
                "name the codes in the grant's `forms`, after the centre's own list",
            )
        return forms

    def _sweep(self) -> None:
        """Move rows that belong to no granted school any more out of the table; their keys stay in the account."""
        if not self._one("SELECT EXISTS (SELECT FROM sync.sweep WHERE entity = %s)", self._entity.name):
            return
        table, key = ddl.qualified(self._entity), ddl.quoted(self._entity.key.name)
        gone = []
        if self._person:
            other = ddl.qualified(self._dictionary[self._person])
            gone.append(f"NOT EXISTS (SELECT FROM {other} e WHERE e.{key} = t.{key})")
        gone += [
            f"EXISTS (SELECT FROM sync.quarantine q WHERE q.entity = '{p.entity}' AND q.reason = '{OUTSIDE_GRANT}'"
            f" AND q.key = t.{ddl.quoted(p.field.name)}::text)"
            for p in self._belongs
            if p.needed and p.entity not in ENROLMENT
        ]
        with self._connection.transaction():
            if gone:
                moved = self._connection.execute(
                    (
                        f"WITH gone AS (DELETE FROM {table} t WHERE {' OR '.join(gone)}"
                        f" RETURNING t.{key}, t.last_update)"
                        " INSERT INTO sync.quarantine AS q (entity, key, reason, last_update, first_run, last_run)"
                        " SELECT %s, g.key, %s, g.at, r.run, r.run FROM (SELECT "
                        f"{key}::text, last_update FROM gone) AS g(key, at),"
                        " (SELECT coalesce(max(run_id), 0) FROM sync.run) AS r(run)"
                        " ON CONFLICT (entity, key) DO UPDATE SET reason = excluded.reason, payload = NULL,"
                        " field = NULL, last_update = excluded.last_update, last_run = excluded.last_run"
                    ).encode(),
                    (self._entity.name, OUTSIDE_GRANT),
                ).rowcount
                if moved:
                    self._mark(needed_sweeps(self._entity, self._dictionary, self._grant))
            self._connection.execute("DELETE FROM sync.sweep WHERE entity = %s", (self._entity.name,))

    def _rewound(self, position: Position) -> Position:
        """People kept out until now whose enrolment has come: their rows lie behind the cursor."""
        if not self._person or position.since_update is None:
            return position
        other = ddl.qualified(self._dictionary[self._person])
        earliest = self._one(
            "SELECT min(q.last_update) FROM sync.quarantine q WHERE q.entity = %s AND q.reason = %s"
            f" AND EXISTS (SELECT FROM {other} e WHERE e.{ddl.quoted(self._entity.key.name)}::text = q.key)",
            self._entity.name,
            OUTSIDE_GRANT,
        )
        if not isinstance(earliest, datetime):
            return position
        back = Position(since_update=min(earliest, position.since_update), high_update=position.high_update)
        self._connection.execute(
            "UPDATE sync.cursor SET since_update = %s, floor_update = NULL, position = NULL WHERE entity = %s",
            (back.since_update, self._entity.name),
        )
        return back

    # -- a page

    @guarded()
    def admit(self, judged: Judged) -> Judged:
        """The page without what must not be stored."""
        if not self._active:
            return judged
        known = Known(
            own=self._own([*judged.rows, *(k for k, q in judged.quarantined.items() if q.last_update)]),
            parents={p.entity: self._kept_out(p, judged) for p in self._belongs},
            forms=self._forms if self._entity.name == "sekolah" else None,
            corrections=self._corrections(list(judged.rows)) if self._corrected else {},
        )
        sifted = sift(self._entity, self._granted, self._belongs, judged, known)
        with self._connection.transaction():
            for number, state, moment in sifted.settled:
                self._connection.execute(
                    "UPDATE sync.correction SET state = %s, centre_update = %s,"
                    " settled_at = CASE WHEN %s = 'confirmed' THEN clock_timestamp() END WHERE correction_id = %s",
                    (state, moment, state, number),
                )
            self._foresee(sifted.judged)
        return sifted.judged

    def _own(self, keys: list[str]) -> dict[str, str]:
        out: dict[str, str] = {}
        if self._person:
            name = ddl.quoted(self._entity.key.name)
            rows = self._connection.execute(
                f"SELECT DISTINCT {name}::text FROM {ddl.qualified(self._dictionary[self._person])}"
                f" WHERE {name} = ANY(%s::uuid[])".encode(),
                (keys,),
            ).fetchall()
            out = dict.fromkeys({*keys} - {r[0] for r in rows}, OUTSIDE_GRANT)
        rows = self._connection.execute(
            "SELECT key FROM sync.erasure WHERE entity = %s AND key = ANY(%s)", (self._entity.name, keys)
        ).fetchall()
        return {**out, **{r[0]: ERASED for r in rows}}

    def _kept_out(self, parent: Parent, judged: Judged) -> dict[str, str]:
        keys = {str(row[parent.index]).lower() for row in judged.rows.values() if row[parent.index] is not None}
        for row in judged.quarantined.values():
            value = msgspec.json.decode(row.payload).get(parent.field.name) if row.payload else None
            if isinstance(value, str):
                keys.add(value.lower())
        # An enrolment comes before its person and is what lets the person in: only an erasure keeps it out.
        statement = (
            "SELECT key, 'erased' FROM sync.erasure WHERE entity = %s AND key = ANY(%s)"
            if parent.entity in ENROLMENT
            else "SELECT key, reason FROM sync.quarantine WHERE entity = %s AND key = ANY(%s) AND reason = ANY(%s)"
        )
        values: tuple[Any, ...] = (parent.entity, list(keys))
        if parent.entity not in ENROLMENT:
            values += (list(WITHHELD),)
        return dict(self._connection.execute(statement.encode(), values).fetchall())

    def _corrections(self, keys: list[str]) -> dict[str, tuple[Correction, ...]]:
        made: dict[str, tuple[Correction, ...]] = {}
        for number, key, name, value, seen in self._connection.execute(
            "SELECT correction_id, key, field, value, seen_update FROM sync.correction"
            " WHERE entity = %s AND key = ANY(%s) AND state IN ('in_force', 'disputed')",
            (self._entity.name, keys),
        ):
            one = Correction(number, name, msgspec.json.decode(value), seen)
            made[key] = (*made.get(key, ()), one)
        return made

    def _foresee(self, judged: Judged) -> None:
        """What this page means for other entities, once it is stored."""
        if not self._grant.limited:
            return
        if judged.tombstones or any(q.reason == OUTSIDE_GRANT for q in judged.quarantined.values()):
            self._mark(needed_sweeps(self._entity, self._dictionary, self._grant))
        if self._entity.name in (*ENROLMENT, *ENROLMENT.values()):
            return
        back = self._one(
            "SELECT EXISTS (SELECT FROM sync.quarantine WHERE entity = %s AND key = ANY(%s) AND reason = %s)",
            self._entity.name,
            list(judged.rows),
            OUTSIDE_GRANT,
        )
        if back:
            self._connection.execute(_RESET, (self._below(self._entity.name),))

    def _mark(self, names: Iterable[str]) -> None:
        for name in names:
            self._connection.execute("INSERT INTO sync.sweep VALUES (%s) ON CONFLICT DO NOTHING", (name,))

    def _one(self, statement: str, *values: object) -> object:
        row = self._connection.execute(statement.encode(), values).fetchone()
        return row[0] if row else None
