"""What the region may receive: which entities, which of their fields, rows of which schools, for what, until when.

The rest is neither asked for nor kept. Without a grant file everything but sensitive fields is taken; the file's
form is in `grant_file`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import ConfigInvalid, SyncError

# Without these a row cannot be ordered, matched or withdrawn; they hold nothing about a person.
ALWAYS = ("create_date", "last_update", "soft_delete", "last_sync", "updater_id")

# A level of schooling → the forms of schools it means, by their names in ref.bentuk_pendidikan; the codes come from
# the feed. A kabupaten runs the first three, a province the last three.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "PAUD": ("TK", "KB", "TPA", "SPS", "TKLB"),
    "SD": ("SD",),
    "SMP": ("SMP",),
    "NONFORMAL": ("PKBM", "SKB"),
    "SMA": ("SMA",),
    "SMK": ("SMK",),
    "SLB": ("SLB", "SDLB", "SMPLB", "SMLB"),
}

# A person belongs to a school by an entity of its own; where both are granted, that one must come first.
ENROLMENT: Mapping[str, str] = {"peserta_didik": "registrasi_peserta_didik", "ptk": "ptk_terdaftar"}

# Where an enrolment says that it is over, and since when.
ENDED: Mapping[str, str] = {"registrasi_peserta_didik": "tanggal_keluar", "ptk_terdaftar": "tgl_ptk_keluar"}

RETENTION: Mapping[str, timedelta | None] = {
    "quarantine": timedelta(days=90),
    "runs": timedelta(days=400),
    "corrections": timedelta(days=400),
    "departed": None,
}


class GrantExpired(SyncError):
    """The grant's last day is past: nothing may be fetched any more."""

    kind = "grant"


@dataclass(frozen=True)
class Contact:
    """Whom to tell: a person or an office, with at least one way to reach it."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Grant:
    """What may be fetched and stored.

    `entities` in the order of a run; `leave_out` sensitivities; `without` and `also` single fields ("entity.field");
    `only` an entity's fields where the grant lists them one by one; `levels` of schooling (none: all); `expires` its
    last day (UTC); `retention` class → how long (None: as long as the grant holds); `readmit` keys of erased people
    whom the centre's grant brings back.
    """

    entities: tuple[str, ...]
    leave_out: frozenset[str] = frozenset({"s"})
    without: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    forms: tuple[int, ...] = ()
    expires: date | None = None
    number: str = ""
    purposes: tuple[str, ...] = ()
    legal_basis: tuple[str, ...] = ()
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    retention: Mapping[str, timedelta | None] = field(default_factory=lambda: dict(RETENTION))
    readmit: frozenset[str] = frozenset()
    digest: str = ""

    def fields(self, entity: Entity) -> tuple[Field, ...]:
        """The fields of an entity that may be fetched and stored; key and bookkeeping always."""
        return tuple(f for f in entity.fields if self._may(entity, f))

    def withheld(self, entity: Entity) -> tuple[Field, ...]:
        """The fields of an entity that may not be stored."""
        return tuple(f for f in entity.fields if not self._may(entity, f))

    def _may(self, entity: Entity, item: Field) -> bool:
        if item.key or item.scope or item.name in ALWAYS or self._places(entity, item):
            return True
        name = f"{entity.name}.{item.name}"
        if name in self.without:
            return False
        if entity.name in self.only:
            return item.name in self.only[entity.name]
        return name in self.also or item.sensitivity not in self.leave_out

    def _places(self, entity: Entity, item: Field) -> bool:
        """Whether a row cannot be told to be of a granted level without the field."""
        if not self.limited:
            return False
        return item.name == "bentuk_pendidikan_id" or (not item.nullable and item.reference in (*ENROLMENT, "sekolah"))

    @property
    def limited(self) -> bool:
        """Whether only some levels of schooling are granted."""
        return bool(self.levels or self.forms)

    def scope(self, region: str) -> str:
        """What a listing was made for: when it changes, the listing starts from the beginning."""
        return " ".join([region, *sorted(self.levels), *map(str, sorted(self.forms))])

    def check(self, today: date) -> None:
        """GrantExpired when the last day is past."""
        if self.expires is not None and today > self.expires:
            raise GrantExpired(
                f"the grant ended on {self.expires.isoformat()}; nothing is fetched any more",
                "ask the centre for a new Nota Kesepakatan, put its grant.yml beside the inventory and run"
                " `backbone apply --stage sync`",
            )


def make(
    dictionary: Dictionary,
    entities: tuple[str, ...] = (),
    leave_out: tuple[str, ...] = ("s",),
    without: tuple[str, ...] = (),
) -> Grant:
    """A grant checked against the dictionary, with no file behind it.

    No entities named means all. ConfigInvalid for unknown names.
    """
    known_fields = {f"{e.name}.{f.name}" for e in dictionary.entities for f in e.fields}
    unknown = sorted({*entities} - {*dictionary.names}) + sorted({*without} - known_fields)
    if unknown:
        raise ConfigInvalid(
            "the grant names what the data dictionary does not know: " + ", ".join(unknown),
            "correct the names in the configuration's [grant]",
        )
    if odd := sorted({*leave_out} - {"u", "s"}):
        raise ConfigInvalid(f"the grant leaves out {', '.join(odd)}; only u and s are sensitivities")
    given = Grant(chosen(dictionary, entities), frozenset(leave_out), frozenset(without))
    return Grant(given.entities, given.leave_out, given.without, digest=digest_of(given, dictionary))


def chosen(dictionary: Dictionary, entities: tuple[str, ...]) -> tuple[str, ...]:
    """The entities of a run in its order; none named means all.

    Code tables are about nobody, and without the areas nothing could be told to lie in the region: they always come.
    Enrolments come before people, because they alone say whose school a person's is.
    """
    names = [n for n in dictionary.names if not entities or n in entities or n.startswith("ref.")]
    people = [n for n in names if n in ENROLMENT]
    rest = [n for n in names if n not in people]
    after = [rest.index(ENROLMENT[n]) + 1 for n in people if ENROLMENT[n] in rest]
    if after:
        rest[max(after) : max(after)] = people
        names = rest
    return tuple(names)


def digest_of(grant: Grant, dictionary: Dictionary) -> str:
    """A short digest of what the grant comes to: equal grants have equal digests, however they are written."""
    told = hashlib.sha256()
    for name in sorted(grant.entities):
        told.update(f"{name}:{','.join(f.name for f in grant.fields(dictionary[name]))}\n".encode())
    rest = (sorted(grant.levels), sorted(grant.forms), grant.expires, grant.purposes, sorted(grant.readmit))
    told.update(repr(rest).encode())
    return told.hexdigest()[:16]
