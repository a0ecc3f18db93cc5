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

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import SyncError
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.stores.personal_store import PeopleDesk

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


def find(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, identifier: str) -> Subject:
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
        keys = desk.named(entity, fields, text.lower() if "-" in text else text)
        found.update((Subject(name, key), None) for key in keys)
        for key, content in _quarantined(desk, name):
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


def _quarantined(desk: PeopleDesk, entity: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Keys and contents in quarantine; read here, because the server's own JSON refuses what may stand in them."""
    yield from ((key, msgspec.json.decode(payload)) for key, payload in desk.contents(entity))


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
    desk: PeopleDesk, dictionary: Dictionary, grant: Grant, who: Subject
) -> dict[str, tuple[Place | None, list[dict[str, Any]]]]:
    """Stored rows by entity, the own row first; values as JSON holds them."""
    own = dictionary[who.entity]
    found: dict[str, tuple[Place | None, list[dict[str, Any]]]] = {
        who.entity: (None, _rows(desk, grant, own, own.key, [who.key]))
    }
    keys = {who.entity: [who.key]}
    for place in places(dictionary, grant, who.entity):
        assert place.field.reference is not None
        rows = _rows(desk, grant, place.entity, place.field, keys.get(place.field.reference, []))
        if rows:
            found[place.entity.name] = (place, rows)
        if not place.mention:
            keys[place.entity.name] = [str(row[place.entity.key.name]) for row in rows]
    return found


def _rows(desk: PeopleDesk, grant: Grant, entity: Entity, by: Field, keys: list[str]) -> list[dict[str, Any]]:
    if not keys:
        return []
    # Sorted here: a uniqueidentifier of SQL Server sorts by its last group first.
    return sorted(desk.rows(entity, grant.fields(entity), by, keys), key=lambda row: str(row[entity.key.name]))


def quarantine_of(
    desk: PeopleDesk, dictionary: Dictionary, grant: Grant, who: Subject, own_rows: dict[str, list[str]]
) -> list[dict[str, Any]]:
    """Rows in quarantine that are about the person: by key, by a reference, or by the person's identifiers."""
    own = dictionary[who.entity]
    marks = {who.key}
    for row in _rows(desk, grant, own, own.key, [who.key]):
        marks |= {str(row[f.name]) for f in identifiers(own) if row.get(f.name)}
    found = []
    for entity in dictionary.entities:
        if entity.name not in grant.entities or entity.schema == "ref":
            continue
        about = {entity.key.name, *(f.name for f in entity.fields if f.reference in (who.entity, *own_rows))}
        about |= {f.name for f in identifiers(entity)} if entity.name == who.entity else set()
        wanted = marks | {key for keys in own_rows.values() for key in keys}
        for key, content in _quarantined(desk, entity.name):
            values = {str(v).strip() for n, v in content.items() if n in about and v is not None}
            if key in own_rows.get(entity.name, []) or {*values, *(v.lower() for v in values)} & wanted:
                found.append({"entity": entity.name, "key": key, "content": content})
    return found


def export(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, region: str, who: Subject) -> dict[str, Any]:
    """The whole file on a person as a JSON document, with what the law wants told along with it."""
    stored = rows_of(desk, dictionary, grant, who)
    keys = {name: [str(r[dictionary[name].key.name]) for r in rows] for name, (p, rows) in stored.items() if not _m(p)}
    every = [k for one in keys.values() for k in one]
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
        "quarantine": quarantine_of(desk, dictionary, grant, who, keys),
        "corrections": [_correction(one) for one in desk.corrections(keys=every)],
        "withdrawn": [{"entity": e, "last_update": at.isoformat()} for e, at in desk.withdrawn(every)],
        "labels": {
            name: {f.name: {"id": f.label.id, "en": f.label.en} for f in grant.fields(dictionary[name])}
            for name in stored
        },
    }


def _m(place: Place | None) -> bool:
    return place is not None and place.mention


def _correction(one: dict[str, Any]) -> dict[str, Any]:
    names = ("entity", "key", "field", "was", "value", "reason", "made_by", "made_at", "state", "settled_at")
    told = {name: one[name] for name in names}
    return {**told, "was": msgspec.json.decode(one["was"]), "value": msgspec.json.decode(one["value"])}
