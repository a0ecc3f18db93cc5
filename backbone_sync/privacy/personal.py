"""Which columns tell something about a person, and what an analyst may see; decided from the dictionary alone.

The database's views and rights are made by this, and the audit judges them by it.
"""

from __future__ import annotations

from backbone_sync.dictionary import Entity, Field
from backbone_sync.privacy.grant import ALWAYS, ENROLMENT

SCHEMA = "analyst"
ANALYST, AUDIT = "backbone_analyst", "backbone_audit"
SMALL = 5  # a count below this could single people out
PUBLIC = ("public", "reference")
COUNTS = {
    "jumlah_peserta_didik": ("kecamatan", "bentuk_pendidikan_id", "jenis_kelamin", "jumlah"),
    "jumlah_ptk": ("kecamatan", "bentuk_pendidikan_id", "jenis_kelamin", "jumlah"),
}


def personal(entity: Entity, item: Field) -> bool:
    """Whether the field tells something about a person, as the law and the dictionary see it."""
    if item.key or item.name in ALWAYS or (item.reference and not item.reference.startswith("ref.")):
        return False
    return item.sensitivity != "none" or item.legal_class not in PUBLIC or entity.legal_class not in PUBLIC


def open_fields(entity: Entity) -> tuple[Field, ...]:
    """What an analyst may see of an entity's rows: nothing where the rows are about people."""
    if entity.legal_class not in PUBLIC:
        return ()
    return tuple(
        f
        for f in entity.fields
        if not personal(entity, f) and f.name not in ALWAYS and f.reference not in ENROLMENT and f.name != "flags"
    )
