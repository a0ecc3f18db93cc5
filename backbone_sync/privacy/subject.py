"""Everything that is held about one child or one teacher: found by key, NISN, NIK, NUPTK or NIP, and given out.

What belongs to a person: the own row, every row that cannot be without it (enrolments, class memberships, lessons),
and the mention in rows of others (a class's homeroom teacher).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

import msgspec
import psycopg

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import SyncError
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.store import guarded

Connection = psycopg.Connection[Any]
PEOPLE = tuple(ENROLMENT)


class SubjectUnknown(SyncError):
    """Nobody is held under the identifier, or it does not name one person only."""

    kind = "subject"


@dataclass(frozen=True)
class Subject:
    """One person: the entity of the own row and its key."""

    entity: str
    key: str


@dataclass(frozen=True)
class Place:
    """Rows of `entity` that refer to a person by `field`: the person's own, or (`mention`) those of something else."""

    entity: Entity
    field: Field
    mention: bool


def identifiers(entity: Entity) -> tuple[Field, ...]:
    """The fields by which a person can be found, besides the key; a family's card number is no person's."""
    return tuple(f for f in entity.fields if f.type == "identifier" and f.sensitivity != "none" and f.name != "no_kk")


def find(connection: Connection, dictionary: Dictionary, grant: Grant, identifier: str) -> Subject:
    """The one person that the identifier names, among stored rows and those in quarantine.

    SubjectUnknown when there is none or more than one; its message does not repeat the identifier.
    """
    text = identifier.strip()
    found: dict[Subject, None] = {}
    for name in PEOPLE:
        if name not in grant.entities:
            continue
        entity = dictionary[name]
        fields = [entity.key, *identifiers(entity)]
        where = " OR ".join(f"{ddl.quoted(f.name)}::text = %(id)s" for f in fields)
        statement = f"SELECT {ddl.quoted(entity.key.name)}::text FROM {ddl.qualified(entity)} WHERE {where}"
        with guarded():
            rows = connection.execute(statement.encode(), {"id": text.lower() if "-" in text else text}).fetchall()
        found.update((Subject(name, key), None) for (key,) in rows)
        for key, content in _quarantined(connection, name):
            values = {str(content.get(f.name, "")).strip().lower() for f in fields}
            if not key.startswith("?") and (key == text.lower() or text.lower() in values):
                found[Subject(name, key)] = None
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise SubjectUnknown(
            f"{len(found)} people are held under this identifier",
            "name the person by key (uuid): an identifier that several share is doubtful",
        )
    unheld = sorted(
        f.name.upper() for n in PEOPLE if n in grant.entities for f in grant.withheld(dictionary[n]) if _finds(f)
    )
    raise SubjectUnknown(
        "nobody is held under this identifier",
        "try another identifier of the person"
        + (f"; this grant does not store: {', '.join(dict.fromkeys(unheld))}" if unheld else ""),
    )


def _finds(item: Field) -> bool:
    return item.type == "identifier" and item.name != "no_kk"


def _quarantined(connection: Connection, entity: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Keys and contents in quarantine; read here, because the server's own JSON refuses what may stand in them."""
    with guarded():
        rows = connection.execute(
            "SELECT key, payload FROM sync.quarantine WHERE entity = %s AND payload IS NOT NULL", (entity,)
        ).fetchall()
    yield from ((str(key), msgspec.json.decode(payload)) for key, payload in rows)


def places(dictionary: Dictionary, grant: Grant, person: str) -> tuple[Place, ...]:
    """Where else a person stands, nearest first; `field` refers to the person or to a row of the person's own."""
    found: list[Place] = []
    owned = [person]
    for entity in dictionary.entities:
        if entity.name not in grant.entities or entity.name == person:
            continue
        granted = grant.fields(entity)
        for item in granted:
            if item.reference in owned and not item.nullable:
                found.append(Place(entity, item, mention=False))
                owned.append(entity.name)
                break
            if item.reference == person:
                found.append(Place(entity, item, mention=True))
    return tuple(found)


def rows_of(
    connection: Connection, dictionary: Dictionary, grant: Grant, who: Subject
) -> dict[str, tuple[Place | None, list[dict[str, Any]]]]:
    """Stored rows by entity, the own row first; values as JSON holds them."""
    own = dictionary[who.entity]
    found: dict[str, tuple[Place | None, list[dict[str, Any]]]] = {
        who.entity: (None, _rows(connection, grant, own, own.key, [who.key]))
    }
    keys = {who.entity: [who.key]}
    for place in places(dictionary, grant, who.entity):
        assert place.field.reference is not None
        rows = _rows(connection, grant, place.entity, place.field, keys.get(place.field.reference, []))
        if rows:
            found[place.entity.name] = (place, rows)
        if not place.mention:
            keys[place.entity.name] = [str(row[place.entity.key.name]) for row in rows]
    return found


def _rows(connection: Connection, grant: Grant, entity: Entity, by: Field, keys: list[str]) -> list[dict[str, Any]]:
    if not keys:
        return []
    names = [f.name for f in grant.fields(entity)] + ["flags", "stored_at"]
    columns = ", ".join(ddl.quoted(n) for n in names)
    statement = (
        f"SELECT {columns} FROM {ddl.qualified(entity)} WHERE {ddl.quoted(by.name)} = ANY(%s::uuid[])"
        f" ORDER BY {ddl.quoted(entity.key.name)}"
    )
    with guarded():
        rows = connection.execute(statement.encode(), (keys,)).fetchall()
    return [dict(zip(names, msgspec.to_builtins(row))) for row in rows]


def quarantine_of(
    connection: Connection, dictionary: Dictionary, grant: Grant, who: Subject, own_rows: dict[str, list[str]]
) -> list[dict[str, Any]]:
    """Rows in quarantine that are about the person: by key, by a reference, or by the person's identifiers."""
    own = dictionary[who.entity]
    marks = {who.key}
    for row in _rows(connection, grant, own, own.key, [who.key]):
        marks |= {str(row[f.name]) for f in identifiers(own) if row.get(f.name)}
    found = []
    for entity in dictionary.entities:
        if entity.name not in grant.entities or entity.schema == "ref":
            continue
        about = {entity.key.name, *(f.name for f in entity.fields if f.reference in (who.entity, *own_rows))}
        about |= {f.name for f in identifiers(entity)} if entity.name == who.entity else set()
        wanted = marks | {key for keys in own_rows.values() for key in keys}
        for key, content in _quarantined(connection, entity.name):
            values = {str(v).strip() for n, v in content.items() if n in about and v is not None}
            if key in own_rows.get(entity.name, []) or {*values, *(v.lower() for v in values)} & wanted:
                found.append({"entity": entity.name, "key": key, "content": content})
    return found


def export(connection: Connection, dictionary: Dictionary, grant: Grant, region: str, who: Subject) -> dict[str, Any]:
    """The whole file on a person as a JSON document, with what the law wants told along with it."""
    stored = rows_of(connection, dictionary, grant, who)
    keys = {name: [str(r[dictionary[name].key.name]) for r in rows] for name, (p, rows) in stored.items() if not _m(p)}
    with guarded():
        corrections = connection.execute(
            "SELECT entity, key, field, was, value, reason, made_by, made_at, state, settled_at FROM sync.correction"
            " WHERE key = ANY(%s) ORDER BY correction_id",
            ([k for one in keys.values() for k in one],),
        ).fetchall()
        withdrawn = connection.execute(
            "SELECT entity, last_update FROM sync.tombstone WHERE key = ANY(%s)",
            ([k for one in keys.values() for k in one],),
        ).fetchall()
    return {
        "version": 1,
        "made_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "region": region,
        "subject": asdict(who),
        "purposes": list(grant.purposes),
        "legal_basis": list(grant.legal_basis),
        "kept_until": grant.expires.isoformat() if grant.expires else None,
        "contacts": {name: asdict(contact) for name, contact in grant.contacts.items()},
        "rows": {name: rows for name, (_, rows) in stored.items()},
        "quarantine": quarantine_of(connection, dictionary, grant, who, keys),
        "corrections": [_correction(row) for row in corrections],
        "withdrawn": [{"entity": e, "last_update": at.isoformat()} for e, at in withdrawn],
        "labels": {
            name: {f.name: {"id": f.label.id, "en": f.label.en} for f in grant.fields(dictionary[name])}
            for name in stored
        },
    }


def _m(place: Place | None) -> bool:
    return place is not None and place.mention


def _correction(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("entity", "key", "field", "was", "value", "reason", "made_by", "made_at", "state", "settled_at")
    made = dict(zip(names, msgspec.to_builtins(row)))
    return {**made, "was": msgspec.json.decode(made["was"]), "value": msgspec.json.decode(made["value"])}
