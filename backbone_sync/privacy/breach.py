"""Who and what a breach concerns, for the notice within three times 24 hours (UU 27/2022 Ps. 46).

Counts by entity and by category of data, and on request the list of the people with the contacts that are granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from backbone_sync.dictionary import Dictionary, Entity
from backbone_sync.errors import SyncError
from backbone_sync.privacy import access
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.privacy.subject import Connection
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.store import guarded

NOTICE = timedelta(hours=72)
_CONTACTS = ("nomor_telepon_seluler", "no_hp", "email", "alamat_jalan")
_NAMES = ("nama", "nama_wali")


class NothingAffected(SyncError):
    """The question names what is not stored here."""

    kind = "breach"


def affected(
    connection: Connection, dictionary: Dictionary, grant: Grant, entities: tuple[str, ...], npsn: str, known: datetime
) -> dict[str, Any]:
    """Counts for the notice. `entities` none: all; `npsn` a single school; `known` when the breach became known."""
    chosen = _chosen(dictionary, grant, entities)
    counted = {}
    for entity in chosen:
        where, values = _where(dictionary, entity, npsn)
        fields = [f for f in grant.fields(entity) if access.personal(entity, f)]
        filled = ", ".join(f"count(t.{ddl.quoted(f.name)})" for f in fields)
        statement = f"SELECT count(*){', ' + filled if fields else ''} FROM {ddl.qualified(entity)} t{where}"
        with guarded():
            row = connection.execute(statement.encode(), values).fetchone()
            aside = connection.execute(
                "SELECT count(*) FROM sync.quarantine WHERE entity = %s AND payload IS NOT NULL", (entity.name,)
            ).fetchone()
        assert row is not None
        assert aside is not None
        counted[entity.name] = {
            "rows": row[0],
            "in_quarantine": aside[0],
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
                for f, count in zip(fields, row[1:])
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
    connection: Connection, dictionary: Dictionary, grant: Grant, entities: tuple[str, ...], npsn: str
) -> Iterator[dict[str, Any]]:
    """The people themselves: key, name and the contacts that are granted, for letters."""
    for entity in _chosen(dictionary, grant, entities):
        if entity.name not in ENROLMENT:
            continue
        granted = {f.name for f in grant.fields(entity)}
        names = [entity.key.name, *(n for n in (*_NAMES, *_CONTACTS) if n in granted)]
        where, values = _where(dictionary, entity, npsn)
        columns = ", ".join(f"t.{ddl.quoted(n)}" for n in names)
        with guarded(), connection.transaction(), connection.cursor(name="affected") as cursor:
            cursor.execute(f"SELECT {columns} FROM {ddl.qualified(entity)} t{where}".encode(), values)
            for row in cursor:
                yield {"entity": entity.name, **dict(zip(names, msgspec.to_builtins(row)))}


def _chosen(dictionary: Dictionary, grant: Grant, entities: tuple[str, ...]) -> list[Entity]:
    held = [dictionary[n] for n in grant.entities if dictionary[n].legal_class not in ("public", "reference")]
    if odd := {*entities} - {e.name for e in held}:
        raise NothingAffected(
            f"not held here, or not about people: {', '.join(sorted(odd))}",
            "one of: " + ", ".join(e.name for e in held),
        )
    return [e for e in held if not entities or e.name in entities]


def _where(dictionary: Dictionary, entity: Entity, npsn: str) -> tuple[str, tuple[Any, ...]]:
    """Rows of one school alone, by the entity's own reference to it or by the person's enrolment."""
    if not npsn:
        return "", ()
    of_school = "SELECT s.sekolah_id FROM backbone.sekolah s WHERE s.npsn = %s"
    if any(f.name == "sekolah_id" for f in entity.fields):
        return f" WHERE t.sekolah_id IN ({of_school})", (npsn,)
    for target, table in (("rombongan_belajar_id", "rombongan_belajar"), ("ptk_terdaftar_id", "ptk_terdaftar")):
        if any(f.name == target for f in entity.fields if not f.key):
            inner = f"SELECT x.{target} FROM backbone.{table} x WHERE x.sekolah_id IN ({of_school})"
            return f" WHERE t.{target} IN ({inner})", (npsn,)
    key, enrolment = entity.key.name, ENROLMENT[entity.name]
    inner = f"SELECT e.{key} FROM backbone.{enrolment} e WHERE e.sekolah_id IN ({of_school})"
    return f" WHERE t.{key} IN ({inner})", (npsn,)
