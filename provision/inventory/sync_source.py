"""What an inventory says of the source that the sync service pulls from, a block of settings for each kind.

A block has the service's own words, so that what stands here reaches its configuration as it is (`table`); what they
mean together is asked of the service itself (`fault`), so that a block that passes here is one that it takes.
"""

# ruff: noqa: S105  (names of form fields, headers and credential files; no secret stands here)

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backbone_sync import dictionary, sources
from backbone_sync.errors import SyncError
from provision.inventory.fields import AbsolutePath, Entity, HttpsUrl, Network, Text, Url

Kind = Literal["contract", "pages", "school", "landing", "files"]
Span = Annotated[str, Field(pattern=r"^[1-9]\d{0,4}[smhd]$", description="Such as 90s, 5m, 1h, 2d")]
Age = Annotated[str, Field(pattern=r"^\d{1,5}[smhd]$", description="Such as 90s, 5m, 1h, 2d; 0d: never")]
Window = Annotated[
    str,
    Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$", description="Such as 20:00-05:00"),
]
Zone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC"]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="Of a credential file")]
Npsn = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9]{7}$")]
Names = dict[str, Text]

# Where the role puts what lies in folders beside the inventory.
SIGNERS = "/etc/backbone/sync-signers"
REFERENCE = "/etc/backbone/sync-reference"


class Closed(BaseModel):
    """As the inventory's own: unknown keys are refused, nothing is converted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Run(Closed):
    """When the service may ask, and how it handles what comes (the configuration's table [run])."""

    windows: Annotated[tuple[Window, ...], Field(description="Hours of the region's day; empty: any")] = ()
    jitter: Annotated[Span | None, Field(description="A run waits for a time by chance up to this")] = None
    delete_share: Annotated[
        float, Field(ge=0, le=1, description="Share of an entity's rows; more deletions than this wait for an operator")
    ] = 0.05
    balance_rounds: Annotated[int, Field(ge=1, le=20)] = 3
    ahead: Annotated[int, Field(ge=1, le=16, description="Pages that may wait to be stored")] = 1
    group_rows: Annotated[int, Field(ge=1, le=100_000, description="Small pages are stored together up to this")] = 8000
    verify: Annotated[Age, Field(description="How long an entity goes without its digest compared; 0d: for ever")] = (
        "1d"
    )
    relist: Annotated[Age, Field(description="How long without a listing from the beginning; 0d: for ever")] = "30d"


class PagesEntity(Closed):
    """Where one entity is listed, and how its rows are to be read."""

    path: Annotated[str, Field(pattern=r"^/[^?#\s]*$")]
    rows: Annotated[str, Field(description="Dotted way to the list of rows in an answer")] = ""
    key_header: str = ""
    key_file: FileName | None = None
    scope_parameter: str = ""
    scopes: tuple[Text, ...] = ()
    lacks: Annotated[tuple[Text, ...], Field(description="Fields of the dictionary that the source does not have")] = ()
    ignore: Annotated[tuple[Text, ...], Field(description="Fields of its own that are of no use")] = ()
    empty: Annotated[bool, Field(description="A scope without any row is no fault")] = False
    unscoped: bool = False
    query: Names = {}
    fields: Annotated[Names, Field(description="The source's names, each with the dictionary's")] = {}


class PagesSource(Closed):
    """An API with numbered pages, at backbone_sync_url."""

    entities: Annotated[dict[Entity, PagesEntity], Field(min_length=1)]
    token_path: str = ""
    token_field: Text = "access_token"
    username_field: Text = "username"
    password_field: Text = "password"
    username_file: FileName = "username"
    password_file: FileName = "password"
    token_file: FileName = "token"
    token_header: Text = "Authorization"
    token_prefix: str = "Bearer "
    key_header: str = "X-API-KEY"
    key_file: FileName = "api_key"
    page_parameter: Text = "page"
    size_parameter: str = "per_page"
    page_size: Annotated[int, Field(ge=2, le=100_000)] = 100
    first_page: Annotated[int, Field(ge=0, le=1)] = 1
    scope_parameter: str = ""
    scopes: tuple[Text, ...] = ()
    rows: str = "data"
    trust_short_page: bool = False
    past_end_status: Annotated[int, Field(ge=0, le=599)] = 0
    zone: Zone = "Asia/Jakarta"
    reference: Annotated[Text | None, Field(description="Folder beside the inventory with ENTITY.ndjson")] = None
    retries: Annotated[int, Field(ge=0, le=20)] = 3


class SchoolApplication(Closed):
    """One school's application."""

    npsn: Npsn
    url: Url
    token_file: FileName | None = None


class SchoolEntity(Closed):
    """How an entity's rows are to be read."""

    lacks: tuple[Text, ...] = ()
    fields: Names = {}


class SchoolSource(Closed):
    """The local web services of schools' own applications."""

    schools: Annotated[tuple[SchoolApplication, ...], Field(min_length=1)]
    entities: dict[Entity, SchoolEntity] = {}
    leave_out: tuple[Entity, ...] = ()
    semester: str = ""
    page_size: Annotated[int, Field(ge=2, le=100_000)] = 5000
    pause: Annotated[float, Field(ge=0, le=60, description="Seconds between two calls to one application")] = 0.35
    may_be_empty: tuple[Text, ...] = ("getPrasarana",)
    no_rows: tuple[Text, ...] | None = None
    zone: Zone = "Asia/Jakarta"
    reference: Annotated[Text | None, Field(description="Folder beside the inventory with ENTITY.ndjson")] = None
    retries: Annotated[int, Field(ge=0, le=20)] = 1


class LandingSource(Closed):
    """Tables on this server that the centre writes into, through the VPN, as backbone_landing."""

    clients: Annotated[
        tuple[Network, ...], Field(description="Whence the centre comes, within the VPN; empty: the whole VPN")
    ] = ()
    zone: Annotated[Zone, Field(description="Of times that are written without one")] = "Asia/Jakarta"
    fresh: Annotated[Span, Field(description="The centre writes at least so often")] = "2d"
    patience: Annotated[Span, Field(description="How long a run waits for a table that is being written")] = "30s"


class FilesSource(Closed):
    """Signed bundles that come by any road into a drop directory."""

    directory: Annotated[AbsolutePath, Field(description="One of backbone_drop_dirs, for nothing else")] = (
        "/srv/backbone/drop"
    )
    signers: Annotated[Text, Field(description="Folder beside the inventory with the makers' public keys")] = (
        "bundle-signers"
    )
    fresh: Annotated[Span, Field(description="A bundle comes at least so often")] = "35d"
    settle: Annotated[Span, Field(description="A file is looked at when nobody has written to it for so long")] = "1m"
    max_bytes: Annotated[int, Field(ge=1024, description="Of one bundle, unpacked")] = 8 * 1024**3
    keep_done: Annotated[int, Field(ge=0, le=1000, description="Bundles that stay in done/")] = 3
    zone: Annotated[Zone, Field(description="Of times in CSV that are written without one")] = "Asia/Jakarta"


class SqlServerStore(Closed):
    """A SQL Server that keeps the data in PostgreSQL's place (the configuration's table [store])."""

    server: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._,\\-]{1,250}$", description="Such as tcp:db.local,1433")]
    database: Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,128}$")]
    login: Annotated[
        Literal["secret", "integrated"], Field(description="By password, or as the service's own Kerberos ticket")
    ] = "secret"
    user: Text = "backbone_sync"
    certificate_name: Annotated[Text | None, Field(description="Name in the certificate, if it is another")] = None
    certificate: Annotated[Text | None, Field(description="PEM file beside the inventory: accepted alone")] = None
    strict: Annotated[bool, Field(description="TLS before the first word: SQL Server 2022 or newer")] = False


BLOCKS: Mapping[str, str] = {
    "pages": "sync_pages",
    "school": "sync_school",
    "landing": "sync_landing",
    "files": "sync_files",
}
NEEDS_BLOCK = ("pages", "school")  # the others have a default for everything
NEEDS_URL = ("contract", "pages")


def block(kind: str, url: HttpsUrl | None, made: BaseModel | None) -> dict[str, Any]:
    """The service's table [source] for a kind, its address and its block. Pure."""
    said = {} if made is None else made.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if kind == "landing":
        said.pop("clients", None)
    if kind == "files":
        said = {"directory": FilesSource.model_fields["directory"].default, **said, "signers": SIGNERS}
    if said.get("reference"):
        said["reference"] = REFERENCE
    return {"kind": kind, **({"url": url or ""} if kind in NEEDS_URL else {}), **said}


def fault(kind: str, url: HttpsUrl | None, made: BaseModel | None) -> str:
    """What the service would refuse in it; "" for what it takes."""
    try:
        sources.parse(block(kind, url, made), dictionary.load())
    except SyncError as refused:
        return refused.message
    except (KeyError, TypeError, ValueError) as refused:
        return str(refused)
    return ""


def credential_files(kind: str, made: BaseModel | None) -> tuple[str, ...]:
    """Names of the credential files (backbone_secret_sync_credentials) without which the service cannot ask."""
    if kind == "pages" and isinstance(made, PagesSource):
        return (made.username_file, made.password_file) if made.token_path else ()
    if kind == "school" and isinstance(made, SchoolSource):
        return tuple(one.token_file or f"school_{one.npsn}" for one in made.schools)
    return ()


def secrets(kind: str, pages: PagesSource | None, school: SchoolSource | None) -> list[str]:
    """The secrets that a kind needs before `apply`, without their prefix."""
    if kind == "contract":
        return ["sync_client_id", "sync_token"]
    if kind == "landing":
        return ["landing_password"]
    return ["sync_credentials"] if credential_files(kind, pages if kind == "pages" else school) else []
