"""Page-number APIs as regional gateways have them: settings, and the way to one. `pages` speaks with it."""

# ruff: noqa: S105  (names of form fields, headers and credential files; no secret stands here)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import SyncError
from backbone_sync.run import pace
from backbone_sync.sources import source_fill as fills

if TYPE_CHECKING:
    from backbone_sync.config import Config
    from backbone_sync.findings import Step
    from backbone_sync.sources import Sleep
    from backbone_sync.sources.pages import Pages


@dataclass(frozen=True)
class Listed:
    """Where one entity is listed, and how its rows are to be read; "" and () mean as the source's own settings say.

    `fields`: the source's names → the dictionary's; `lacks`: fields of the dictionary that it does not have;
    `ignore`: fields of its own that are of no use; `empty`: a scope without any row is no fault.
    """

    path: str
    rows: str = ""
    key_header: str = ""
    key_file: str = ""
    scope_parameter: str = ""
    scopes: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    empty: bool = False
    unscoped: bool = False
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PagesSettings:
    """A page-number API. Times in seconds; `*_file` are names of credential files.

    A token comes by form POST to `token_path`, of user name and password in `username_file` and `password_file`;
    without a path it is what `token_file` holds, and where there is no such file, none is sent. `rows` is the dotted
    way to the list of rows within an answer that is no bare list.
    """

    url: str
    entities: Mapping[str, Listed]
    token_path: str = ""
    token_field: str = "access_token"
    username_field: str = "username"
    password_field: str = "password"
    username_file: str = "username"
    password_file: str = "password"
    token_file: str = "token"
    token_header: str = "Authorization"
    token_prefix: str = "Bearer "
    key_header: str = "X-API-KEY"
    key_file: str = "api_key"
    page_parameter: str = "page"
    size_parameter: str = "per_page"
    page_size: int = 100
    first_page: int = 1
    scope_parameter: str = ""
    scopes: tuple[str, ...] = ()
    rows: str = "data"
    trust_short_page: bool = False
    past_end_status: int = 0
    zone: str = "Asia/Jakarta"
    reference: str = ""
    ca_file: str = ""
    credentials: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    retries: int = 3
    max_wait: float = 300.0
    bandwidth: float = 0.0
    overlap: ClassVar[timedelta] = timedelta(0)
    kind: ClassVar[str] = "pages"

    @property
    def identity(self) -> str:
        """Another address is another source; where an entity is found there is not."""
        return f"pages {self.url}"


def parse(raw: dict[str, Any], dictionary: Dictionary) -> PagesSettings:
    """The settings of [source]; ValueError names the key that is wrong."""
    tables = raw.pop("entities", {})
    if not isinstance(tables, dict) or not tables:
        raise ValueError("source.entities names no entity and its path")
    entities = {name: _listed(name, table, dictionary) for name, table in tables.items()}
    made = fills.fill(PagesSettings, {**raw, "entities": entities}, "source")
    fills.address(made.url, "source.url")
    pace.zone(made.zone)
    for name in ("username_file", "password_file", "token_file", "key_file"):
        fills.credential(getattr(made, name), f"source.{name}")
    if made.page_size < 2:
        raise ValueError("source.page_size is at least 2")
    if made.scopes and not made.scope_parameter:
        raise ValueError("source.scopes need source.scope_parameter")
    return made


def _listed(name: str, table: Any, dictionary: Dictionary) -> Listed:
    where = "source.entities"
    fills.entity(name, dictionary, where)
    if not isinstance(table, dict):
        raise ValueError(f"{where}.{name} is no table")
    made = fills.fill(Listed, table, f"{where}.{name}")
    if not made.path.startswith("/") or "?" in made.path or "#" in made.path:
        raise ValueError(f"{where}.{name}.path begins with / and holds no query")
    if made.key_file:
        fills.credential(made.key_file, f"{where}.{name}.key_file")
    if made.scopes and made.unscoped:
        raise ValueError(f"{where}.{name}: either scopes or unscoped")
    fills.field_names(name, made.fields, made.lacks, dictionary, where)
    return made


def of(config: Config) -> PagesSettings:
    """The configuration's source, which is this kind's."""
    assert isinstance(config.source, PagesSettings)
    return config.source


def open_source(config: Config, dictionary: Dictionary, version: str, sleep: Sleep) -> Pages:
    """The source; nothing is asked yet."""
    from backbone_sync.sources.pages import Pages

    return Pages(of(config), config.secret, dictionary, version, sleep)


def steps(config: Config, dictionary: Dictionary, timeout: float) -> Iterator[Step]:
    """Name, connection, certificate, token; then the first page of every granted entity, each on its own."""
    from backbone_sync import __version__
    from backbone_sync.findings import Step
    from backbone_sync.sources import probe
    from backbone_sync.sources.pages import Pages

    settings = of(config)
    if (yield from probe.way(settings.url, settings.ca_file, timeout)):
        return
    once = replace(settings, retries=0, read_timeout=timeout)
    source = Pages(once, config.secret, dictionary, __version__, lambda _: None)
    try:
        source.enter()
    except SyncError as fault:
        yield Step("token", fault.message)
        return
    yield Step("token")
    for entity in filter(source.has, config.grant.entities):
        try:
            source.first(entity)
        except SyncError as fault:
            yield Step("answer", fault.message, where=entity)
        else:
            yield Step("answer", where=entity)
    yield from probe.unserved(config, source)
