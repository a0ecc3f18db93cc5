"""Who and what a breach concerns, for the notice within three times 24 hours (UU 27/2022 Ps. 46).

Counts by entity and by category of data, and on request the list of the people with the contacts that are granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Any

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import SyncError
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.privacy.personal import personal
from backbone_sync.stores.personal_store import AtSchool, PeopleDesk

NOTICE = timedelta(hours=72)
_CONTACTS = ("nomor_telepon_seluler", "no_hp", "email", "alamat_jalan")
_NAMES = ("nama", "nama_wali")


class NothingAffected(SyncError):
    """The question names what is not stored here."""

    kind = "breach"


def affected(
    desk: PeopleDesk, dictionary: Dictionary, grant: Grant, entities: tuple[str, ...], npsn: str, known: datetime
) -> dict[str, Any]:
    """Counts for the notice. `entities` none: all; `npsn` a single school; `known` when the breach became known."""
    chosen = _chosen(dictionary, grant, entities)
    counted = {}
    for entity in chosen:
        fields = [f for f in grant.fields(entity) if personal(entity, f)]
        rows, *filled = desk.filled(entity, fields, at_school(entity, npsn))
        counted[entity.name] = {
            "rows": rows,
            "in_quarantine": desk.aside(entity.name),
            "label": asdict(entity.label),
            "legal_class": entity.legal_class,
            "categories": [
                {
                    "field": f.name,
                    "label": asdict(f.label),
                    "sensitivity": f.sensitivity,
                    "legal_class": f.legal_class,
                    "rows": count,
                }
                for f, count in zip(fields, filled)
                if count
            ],
        }
    people = {name: counted[name]["rows"] for name in ENROLMENT if name in counted}
    officer = grant.contacts.get("protection_officer")
    return {
        "version": 1,
        "known_at": known.isoformat(timespec="minutes"),
        "notify_until": (known + NOTICE).isoformat(timespec="minutes"),
        "hours_left": round((known + NOTICE - datetime.now(timezone.utc)).total_seconds() / 3600, 1),
        "people": people,
        "specific_data": sorted(n for n, c in counted.items() if c["legal_class"] == "specific" and c["rows"]),
        "entities": counted,
        "protection_officer": asdict(officer) if officer else None,
        "whom": ["those concerned (a child's parent or guardian)", "the supervisory agency", "the centre's data owner"],
        "purposes": list(grant.purposes),
    }


def people(
    desk: PeopleDesk, dictionary: Dictionary, grant: Grant, entities: tuple[str, ...], npsn: str
) -> Iterator[dict[str, Any]]:
    """The people themselves: key, name and the contacts that are granted, for letters."""
    for entity in _chosen(dictionary, grant, entities):
        if entity.name not in ENROLMENT:
            continue
        for row in desk.listed(entity, contacts(entity, grant.fields(entity)), at_school(entity, npsn)):
            yield {"entity": entity.name, **row}


def contacts(entity: Entity, granted: Sequence[Field]) -> tuple[Field, ...]:
    """What a letter to a person needs: key, name, and how to reach them, as far as granted."""
    found = {f.name: f for f in granted}
    return (entity.key, *(found[n] for n in (*_NAMES, *_CONTACTS) if n in found))


def _chosen(dictionary: Dictionary, grant: Grant, entities: tuple[str, ...]) -> list[Entity]:
    held = [dictionary[n] for n in grant.entities if dictionary[n].legal_class not in ("public", "reference")]
    if odd := {*entities} - {e.name for e in held}:
        raise NothingAffected(
            f"not held here, or not about people: {', '.join(sorted(odd))}",
            "one of: " + ", ".join(e.name for e in held),
        )
    return [e for e in held if not entities or e.name in entities]


def at_school(entity: Entity, npsn: str) -> AtSchool | None:
    """Rows of one school alone, by the entity's own reference to it or by the person's enrolment; "": all rows."""
    if not npsn:
        return None
    if any(f.name == "sekolah_id" for f in entity.fields):
        return AtSchool(npsn, "sekolah_id")
    for target, table in (("rombongan_belajar_id", "rombongan_belajar"), ("ptk_terdaftar_id", "ptk_terdaftar")):
        if any(f.name == target for f in entity.fields if not f.key):
            return AtSchool(npsn, target, table)
    return AtSchool(npsn, entity.key.name, ENROLMENT[entity.name])
