"""The grant file: the centre's consent as YAML, read strictly, so that a slip of the pen never widens it.

An example, with everything that it may say, is in the inventories of the repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Optional

import msgspec
import yaml

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import grant as grants

_PERIOD = re.compile(r"^(\d{1,5})d$")
Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Annotated[list[Text], msgspec.Meta(min_length=1)]
Period = Annotated[str, msgspec.Meta(pattern=r"^(\d{1,5}d|forever)$")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class EntityEntry(msgspec.Struct, forbid_unknown_fields=True):
    """An entity: exactly these `fields`; or all but the sensitive ones, some of those as well (`also`), some not."""

    fields: Optional[Texts] = None  # noqa: UP045  (msgspec reads it on Python 3.9 as well)
    also: list[Text] = []
    without: list[Text] = []


class ContactEntry(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to tell."""

    name: Text
    email: str = ""
    phone: str = ""


class Retention(msgspec.Struct, forbid_unknown_fields=True):
    """How long each class is kept: days such as 90d, or forever."""

    quarantine: Period = "90d"
    runs: Period = "400d"
    corrections: Period = "400d"
    departed: Period = "forever"


class GrantFile(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file. What is not said is not granted, except `entities`: left out, it means all."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    region: Text
    number: Text
    expires: date
    legal_basis: Texts
    purposes: Texts
    levels: list[Text] = []
    forms: list[int] = []
    entities: Optional[dict[str, EntityEntry]] = None  # noqa: UP045
    contacts: dict[str, ContactEntry] = {}
    retention: Retention = msgspec.field(default_factory=Retention)
    readmit: list[Key] = []


CONTACTS = ("data_owner", "protection_officer")


def load(path: Path, dictionary: Dictionary, region: str, entities: tuple[str, ...] = ()) -> grants.Grant:
    """The grant in `path`, narrowed to `entities` where any are named; ConfigInvalid with every fault."""
    try:
        raw = yaml.safe_load(path.read_bytes())
    except OSError as fault:
        raise ConfigInvalid(f"cannot read the grant {path}: {fault.strerror}", "see grant.file") from fault
    except yaml.YAMLError as fault:
        raise ConfigInvalid(f"{path} is not YAML") from fault
    try:
        read = msgspec.convert(raw, GrantFile)
    except msgspec.ValidationError as fault:
        raise ConfigInvalid(f"{path}: {fault}", "correct the file; nothing is fetched until then") from fault
    if found := list(faults(read, dictionary, region, entities)):
        said = "; ".join(f"{'.'.join(place)}: {message}" for place, message in found)
        raise ConfigInvalid(f"{path}: {said}", "correct the file; nothing is fetched until then")
    names = tuple(n for n in _entries(read, dictionary) if not entities or n in entities)
    # Nothing named in the file means nothing, but an empty tuple would mean all.
    return _made(read, dictionary, names or ("ref.mst_wilayah",))


def _entries(read: GrantFile, dictionary: Dictionary) -> dict[str, EntityEntry]:
    return read.entities if read.entities is not None else {name: EntityEntry() for name in dictionary.names}


def faults(
    read: GrantFile, dictionary: Dictionary, region: str, entities: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a well-formed file says that cannot be: (place, what is wrong)."""
    if read.region != region:
        yield ("region",), f"it is for {read.region}, but this server's region is {region}"
    for level in read.levels:
        if level not in grants.LEVELS:
            yield ("levels",), f"{level} is none of {', '.join(grants.LEVELS)}"
    for who in sorted({*read.contacts} - {*CONTACTS}):
        yield ("contacts", who), f"none of {', '.join(CONTACTS)}"
    for name, entry in (read.entities or {}).items():
        if name not in dictionary.names:
            yield ("entities", name), f"the data dictionary has no {name}"
            continue
        known = {f.name for f in dictionary[name].fields}
        for item in sorted({*(entry.fields or []), *entry.also, *entry.without} - known):
            yield ("entities", name), f"the data dictionary has no field {item}"
        if entry.fields is not None and entry.also:
            yield ("entities", name, "also"), "`fields` lists all that is granted; nothing can be added to it"
    if read.levels or read.forms:
        names = tuple(n for n in _entries(read, dictionary) if not entities or n in entities)
        for person, enrolment in grants.ENROLMENT.items():
            if person in names and enrolment not in names:
                yield ("levels",), f"{person} cannot be told by level without {enrolment}"


def _made(read: GrantFile, dictionary: Dictionary, names: tuple[str, ...]) -> grants.Grant:
    entries = _entries(read, dictionary)
    kept = read.retention
    made = grants.Grant(
        entities=grants.chosen(dictionary, names),
        without=frozenset(f"{n}.{f}" for n, e in entries.items() for f in e.without),
        also=frozenset(f"{n}.{f}" for n, e in entries.items() for f in e.also),
        only={n: frozenset(e.fields) for n, e in entries.items() if e.fields is not None},
        levels=tuple(read.levels),
        forms=tuple(read.forms),
        expires=read.expires,
        number=read.number,
        purposes=tuple(read.purposes),
        legal_basis=tuple(read.legal_basis),
        contacts={who: grants.Contact(c.name, c.email, c.phone) for who, c in read.contacts.items()},
        retention={name: _period(getattr(kept, name)) for name in grants.RETENTION},
        readmit=frozenset(read.readmit),
    )
    return replace(made, digest=grants.digest_of(made, dictionary))


def _period(text: str) -> timedelta | None:
    found = _PERIOD.match(text)
    return timedelta(days=int(found[1])) if found else None
