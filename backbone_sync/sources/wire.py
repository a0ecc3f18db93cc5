"""What the contract's answers look like on the wire, and the refusal of everything that looks otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Optional, TypeVar

import msgspec

from backbone_sync.errors import BadAnswer, RegionMismatch

SCHEMA_VERSION = "1"
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
T = TypeVar("T")
# Named here, because msgspec evaluates annotations and Python 3.9 has no `str | None`.
MaybeText = Optional[str]
MaybeNumber = Optional[int]


class Token(msgspec.Struct):
    """The token endpoint's answer; `expires_in` in seconds."""

    access_token: str
    token_type: str
    expires_in: int


class Page(msgspec.Struct):
    """One page of a listing. `rows` stay undecoded JSON; `cursor` is the position after the last of them."""

    schema_version: str
    entity: str
    region: str
    as_of: Moment
    count: int
    cursor: str
    more: bool
    rows: list[msgspec.Raw]


class Group(msgspec.Struct):
    """The rows in force of one kecamatan or semester or both; None where a row has none."""

    live: int
    digest: str
    kecamatan: MaybeText = None
    semester: MaybeText = None


MaybeGroups = Optional[list[Group]]


class Total(msgspec.Struct):
    """How many rows of an entity are in force at the source, their digest, and how many have been withdrawn.

    `groups` are the same rows in parts, where parts were asked for and the entity has them.
    """

    live: int
    deleted: int
    digest: str = ""
    groups: MaybeGroups = None


class Totals(msgspec.Struct):
    """The totals of every entity of one region."""

    schema_version: str
    region: str
    as_of: Moment
    entities: dict[str, Total]


class Words(msgspec.Struct):
    """One sentence in both languages."""

    id: str
    en: str


class Window(msgspec.Struct, rename={"start": "from"}):
    """An announced window of maintenance: from `start` until `until` the source answers 503."""

    start: Moment
    until: Moment
    reason: Words


class Change(msgspec.Struct, rename={"start": "from"}):
    """An announced change of the schema: `version` is in force from `start`."""

    version: str
    start: Moment
    kind: str
    entity: str
    description: Words
    field: MaybeText = None


class Limits(msgspec.Struct):
    """What the source bears: rows a page, requests a minute (None: no bound), days, seconds."""

    page: int
    cursor_days: int
    tombstone_days: int
    visibility_seconds: int
    requests_per_minute: MaybeNumber = None


class Notice(msgspec.Struct):
    """What the source announces."""

    schema_version: str
    as_of: Moment
    changes: list[Change]
    maintenance: list[Window]
    limits: Limits


_PAGE = msgspec.json.Decoder(Page)
_TOTALS = msgspec.json.Decoder(Totals)
_TOKEN = msgspec.json.Decoder(Token)
_NOTICE = msgspec.json.Decoder(Notice)


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes, what: str) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        # The decoder's own words can quote the body, so only their kind is passed on.
        kind = "is not by the contract" if isinstance(fault, msgspec.ValidationError) else "is cut off or not JSON"
        raise BadAnswer(f"the answer for {what} {kind}", "see what the source's address really serves") from None


def token(body: bytes) -> Token:
    """The token answer, or BadAnswer."""
    made = _decoded(_TOKEN, body, "the token")
    if not made.access_token or made.token_type.lower() != "bearer":
        raise BadAnswer("the token endpoint gave no bearer token")
    return made


def page(body: bytes, entity: str, region: str, asked: str) -> Page:
    """A page of `entity` for `region` that follows the cursor `asked`.

    BadAnswer or RegionMismatch otherwise.
    """
    return checked_page(_decoded(_PAGE, body, entity), entity, region, asked)


def checked_page(made: Page, entity: str, region: str, asked: str) -> Page:
    """The page, if it is the one that was asked for; BadAnswer or RegionMismatch otherwise."""
    checked_version(made.schema_version, entity)
    if made.entity != entity:
        raise BadAnswer(f"asked for {entity}, got a page of another entity")
    if made.region != region:
        raise RegionMismatch(f"a page of {entity} belongs to another region than {region}; nothing of it was stored")
    if made.count != len(made.rows):
        raise BadAnswer(f"a page of {entity} announces {made.count} rows and holds {len(made.rows)}")
    if made.more and (not made.rows or made.cursor == asked):
        raise BadAnswer(f"the listing of {entity} does not move on: a repeated page")
    return made


def totals(body: bytes, region: str) -> Totals:
    """The totals for `region`; BadAnswer or RegionMismatch otherwise."""
    made = _decoded(_TOTALS, body, "the totals")
    checked_version(made.schema_version, "the totals")
    if made.region != region:
        raise RegionMismatch(f"the totals belong to another region than {region}")
    return made


def notice(body: bytes) -> Notice:
    """What the source announces; BadAnswer when it is not by the contract."""
    made = _decoded(_NOTICE, body, "the notice")
    checked_version(made.schema_version, "the notice")
    return made


def checked_version(version: str, what: str) -> None:
    """BadAnswer when `version` is of another MAJOR than this service speaks."""
    if version.partition(".")[0] != SCHEMA_VERSION:
        raise BadAnswer(
            f"{what} comes in version {version[:16]} of the contract; this service speaks {SCHEMA_VERSION}",
            "update the service",
        )
