"""Corrections: a value that the person has shown to be wrong is put right here at once, and stays right.

The centre owns the data. So a correction is also a message to it, and every sync compares: when the centre's value is
the corrected one, the correction is confirmed and ends; when the centre has changed the row since and holds to
another value, it is disputed: it stays in force, and a person decides (`subject withdraw`).
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import msgspec

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import _wire_type as wire_type
from backbone_sync.errors import SyncError
from backbone_sync.privacy import subject as subjects
from backbone_sync.privacy.erasure import moment
from backbone_sync.privacy.grant import ALWAYS, Grant
from backbone_sync.privacy.subject import Subject
from backbone_sync.stores.personal_store import OPEN, PeopleDesk


class CorrectionRefused(SyncError):
    """The correction cannot be made; the message repeats no value."""

    kind = "correction"


def _field(dictionary: Dictionary, grant: Grant, entity: Entity, name: str) -> Field:
    granted = {f.name: f for f in grant.fields(entity)}
    item = granted.get(name)
    if item is None or item.key or item.name in ALWAYS or (item.reference or "").partition(".")[0] in dictionary.names:
        offered = [n for n, f in granted.items() if not f.key and n not in ALWAYS]
        raise CorrectionRefused(f"{entity.name}.{name} cannot be corrected here", "one of: " + ", ".join(offered))
    return item


def parsed(item: Field, text: str) -> Any:
    """The new value of a field from its text (empty: no value), by the rules of the data dictionary."""
    if not text:
        if item.nullable:
            return None
        raise CorrectionRefused(f"{item.name} cannot be without a value")
    if item.pattern and not re.match(item.pattern, text):
        raise CorrectionRefused(f"the new value of {item.name} has not the form that the data dictionary wants")
    try:
        return msgspec.convert(text, wire_type(item), strict=False)
    except msgspec.ValidationError:
        raise CorrectionRefused(
            f"the new value of {item.name} is not as the data dictionary wants it",
            f"type {item.type}" + (f", at most {item.length} characters" if item.length else ""),
        ) from None


def correct(
    desk: PeopleDesk,
    dictionary: Dictionary,
    grant: Grant,
    who: Subject,
    place: str,
    text: str,
    reason: str,
    by: str,
    row: str = "",
) -> int:
    """Correct one field ("field" of the own row, or "entity.field" with the row's key); returns the correction's id.

    An open correction of the same field is replaced.
    """
    entity_name, _, name = place.rpartition(".")
    entity = _entity(dictionary, entity_name or who.entity)
    item = _field(dictionary, grant, entity, name)
    value = parsed(item, text)
    stored = subjects.rows_of(desk, dictionary, grant, who).get(entity.name)
    key = row or (who.key if entity.name == who.entity else "")
    rows = {str(r[entity.key.name]): r for r in (stored[1] if stored and not _mention(stored[0]) else [])}
    if key not in rows:
        raise CorrectionRefused(
            f"{entity.name} has no stored row of this person under that key",
            "name one with --row; `subject export` shows them",
        )
    was = msgspec.json.encode(rows[key][item.name]).decode()
    said = msgspec.json.encode(value).decode()
    seen = moment(rows[key]["last_update"])
    with desk.transaction():
        desk.supersede(entity.name, key, item.name)
        number = desk.add_correction(entity.name, key, item.name, said, was, reason, by, seen)
        desk.put(entity, item, key, value)
    return number


def _entity(dictionary: Dictionary, name: str) -> Entity:
    if name not in dictionary.names:
        raise CorrectionRefused(f"the data dictionary has no entity {name}")
    return dictionary[name]


def _mention(place: subjects.Place | None) -> bool:
    return place is not None and place.mention


def listed(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, all_states: bool = False) -> dict[str, Any]:
    """The corrections that the centre's data owner is asked to take over, as a document for that office."""
    states = (*OPEN, "confirmed", "withdrawn") if all_states else OPEN
    names = ("entity", "key", "field", "was", "value", "reason", "made_at", "state", "centre_update")
    owner = grant.contacts.get("data_owner")
    made = []
    for one in desk.corrections(states=states):
        label = dictionary[one["entity"]].field(one["field"]).label
        made.append(
            {
                "id": one["correction_id"],
                **{name: one[name] for name in names},
                "was": msgspec.json.decode(one["was"]),
                "value": msgspec.json.decode(one["value"]),
                "label": {"id": label.id, "en": label.en},
            }
        )
    return {"version": 1, "to": asdict(owner) if owner else None, "corrections": made}


def withdraw(desk: PeopleDesk, dictionary: Dictionary, number: int) -> None:
    """End a correction: the old value returns, and the row is as the centre has it at the entity's next listing."""
    with desk.transaction():
        row = desk.end_correction(number)
        if row is None:
            raise CorrectionRefused(f"there is no open correction {number}", "see `backbone-sync subject corrections`")
        entity, key, name, was, seen = row
        made = dictionary[entity]
        desk.put(made, made.field(name), key, msgspec.json.decode(was))
        # The centre may have changed the value since; from there on it is listed again.
        desk.rewind(entity, seen)
