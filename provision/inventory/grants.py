"""The grant beside an inventory (backbone_grant): what the centre lets a region receive, for what, until when.

The shape is checked here, every fault with its line; what the words mean is asked of the sync service itself, so that
a grant that passes here is one that the service takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field, TypeAdapter, ValidationError

from backbone_sync import dictionary
from backbone_sync.privacy import grant_file
from backbone_sync.privacy.grant import Grant, make
from provision.i18n import _
from provision.inventory import raw
from provision.inventory.explain import explained
from provision.inventory.faults import Fault, shown
from provision.inventory.fields import Text
from provision.inventory.settings import Closed, Settings

Level = Literal["PAUD", "SD", "SMP", "NONFORMAL", "SMA", "SMK", "SLB"]
Period = Annotated[str, Field(pattern=r"^(\d{1,5}d|forever)$", description="Days, such as 90d, or forever")]
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Some = Annotated[tuple[Text, ...], Field(min_length=1)]


class GrantedEntity(Closed):
    """An entity: exactly these `fields`; or all but the sensitive ones, some of those as well (`also`), some not."""

    fields: Annotated[Some | None, Field(description="All that is granted, besides key and bookkeeping")] = None
    also: Annotated[tuple[Text, ...], Field(description="Sensitive fields that are granted as well")] = ()
    without: Annotated[tuple[Text, ...], Field(description="Fields that are not granted")] = ()


class GrantContact(Closed):
    """Whom to tell."""

    name: Text
    email: str = ""
    phone: str = ""


class GrantContacts(Closed):
    """The centre's data owner, who hears of corrections, and the region's data protection officer."""

    data_owner: GrantContact | None = None
    protection_officer: GrantContact | None = None


class GrantRetention(Closed):
    """How long each class of data is kept."""

    quarantine: Annotated[Period, Field(description="Contents of rows that cannot be stored")] = "90d"
    runs: Annotated[Period, Field(description="Records of runs")] = "400d"
    corrections: Annotated[Period, Field(description="Corrections that are settled")] = "400d"
    departed: Annotated[Period, Field(description="People whose every enrolment has ended")] = "forever"


class GrantPaper(Closed):
    """A grant.yml. What is not said is not granted, except `entities`: left out, it means all."""

    version: Literal[1]
    region: Annotated[Text, Field(description="Kemendagri code")]
    number: Annotated[Text, Field(description="Of the Nota Kesepakatan that it follows from")]
    expires: Annotated[date, Field(description="Its last day (UTC)")]
    legal_basis: Some
    purposes: Some
    levels: Annotated[tuple[Level, ...], Field(description="Levels of schooling; none named means all")] = ()
    forms: Annotated[tuple[int, ...], Field(description="Further codes of ref.bentuk_pendidikan")] = ()
    entities: dict[str, GrantedEntity] | None = None
    contacts: GrantContacts = GrantContacts()
    retention: GrantRetention = GrantRetention()
    readmit: Annotated[tuple[Key, ...], Field(description="Keys of erased people whom the centre brings back")] = ()


GRANT_FILE: TypeAdapter[GrantPaper] = TypeAdapter(GrantPaper)


def faults(path: Path, region: str, entities: tuple[str, ...]) -> Iterator[Fault]:
    """What is wrong with the grant of a region's server; `path` is there."""
    read = raw.read(path)
    yield from read.faults
    file = shown(path)
    if read.faults:
        return
    if read.vaulted or read.root is None or read.root.kind != "map":
        yield Fault(file, 1, "", _("keys and values in plain text are expected"), _("see docs/privacy.md"))
        return
    node = read.root

    def written(place: raw.Path_) -> str:
        found = node.at(place)
        return found.text if found is not None else ""

    plain = node.plain()
    try:
        GRANT_FILE.validate_json(json.dumps(plain))
    except ValidationError as refused:
        for at, message, repair in explained(refused, "", GrantPaper, written):
            yield Fault(file, node.line_of(at) if at else 1, raw.dotted(at), message, repair)
        return
    try:
        understood = msgspec.convert(plain, grant_file.GrantFile, strict=False)
    except msgspec.ValidationError as refused:
        yield Fault(file, 1, "", str(refused))
        return
    for place, message in grant_file.faults(understood, dictionary.load(), region, entities):
        yield Fault(file, node.line_of(place), raw.dotted(place), message)


def of(settings: Settings, directory: Path) -> Grant:
    """The grant in force for a server with these settings: that of its file, or the default one without."""
    words = dictionary.load()
    if settings.grant is None:
        return make(words, settings.sync_entities)
    return grant_file.load(directory / settings.grant, words, settings.region, settings.sync_entities)


def last_day(path: Path) -> date | None:
    """The last day of a sound grant."""
    found: Any = raw.read(path).root
    return date.fromisoformat(str(found.plain()["expires"])) if found is not None else None
