"""The local web service of schools' own applications: settings, and the way to each. `school` speaks with it.

A region that gets no data from the centre can ask its schools directly, each with its own address and token; all
schools together are one source.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import SyncError
from backbone_sync.run import pace
from backbone_sync.sources import source_fill as fills

if TYPE_CHECKING:
    from backbone_sync.config import Config
    from backbone_sync.findings import Step
    from backbone_sync.sources import Sleep
    from backbone_sync.sources.school import Schools

_NAMED = 5  # schools that a message names
_AT_ONCE = 16  # schools that the doctor asks side by side
NPSN = re.compile(r"^[0-9A-Z][0-9]{7}$")
# The method that brings an entity, and the list within each of its rows where the entity's own rows are nested.
# getPengguna brings passwords: it stands nowhere.
METHODS: Mapping[str, tuple[str, str]] = {
    "sekolah": ("getSekolah", ""),
    "ptk": ("getGtk", ""),
    "ptk_terdaftar": ("getGtk", ""),
    "peserta_didik": ("getPesertaDidik", ""),
    "registrasi_peserta_didik": ("getPesertaDidik", ""),
    "rombongan_belajar": ("getRombonganBelajar", ""),
    "anggota_rombel": ("getPesertaDidik", ""),
    "pembelajaran": ("getRombonganBelajar", "pembelajaran"),
    "tanah": ("getPrasarana", ""),
    "bangunan": ("getPrasarana", ""),
    "ruang": ("getPrasarana", ""),
}
_PRIVATE = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
)


@dataclass(frozen=True)
class School:
    """One school's application: `url` like http://10.20.1.5:5774; `token_file` is the name of a credential file."""

    npsn: str
    url: str
    token_file: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is asked without TLS."""
        return self.url.startswith("http://")


@dataclass(frozen=True)
class Shape:
    """How an entity's rows are to be read.

    `fields`: the application's names → the dictionary's; `lacks`: fields of the dictionary that it does not have.
    """

    lacks: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SchoolSettings:
    """All schools. Times in seconds.

    `pause` between two calls to one application, which cannot take calls at once; `may_be_empty`: methods whose "no
    rows" is believed; `no_rows`: how the application says it, in small letters.
    """

    schools: tuple[School, ...]
    entities: Mapping[str, Shape] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    semester: str = ""
    page_size: int = 5000
    pause: float = 0.35
    may_be_empty: tuple[str, ...] = ("getPrasarana",)
    no_rows: tuple[str, ...] = ("tidak ditemukan", "tidak ada data", "data kosong", "belum ada data", "no rows")
    zone: str = "Asia/Jakarta"
    reference: str = ""
    ca_file: str = ""
    credentials: str = ""
    connect_timeout: float = 5.0
    read_timeout: float = 60.0
    retries: int = 1
    max_wait: float = 300.0
    bandwidth: float = 0.0
    overlap: ClassVar[timedelta] = timedelta(0)
    kind: ClassVar[str] = "school"

    @property
    def identity(self) -> str:
        """Schools come and go and move; they remain the same kind of source."""
        return "school"


def parse(raw: dict[str, Any], dictionary: Dictionary) -> SchoolSettings:
    """The settings of [source]; ValueError names the key that is wrong."""
    listed, tables = raw.pop("schools", ()), raw.pop("entities", {})
    if not isinstance(listed, list) or not listed:
        raise ValueError("source.schools names no school: write [[source.schools]] with npsn and url")
    schools = tuple(_school(one, f"source.schools[{index}]") for index, one in enumerate(listed))
    for name in ("npsn", "url"):
        values = [getattr(one, name) for one in schools]
        if twice := sorted({one for one in values if values.count(one) > 1}):
            raise ValueError(f"source.schools: {name} {twice[0]} stands there twice")
    if not isinstance(tables, dict):
        raise ValueError("source.entities is no table")
    entities = {name: _shape(name, table, dictionary) for name, table in tables.items()}
    made = fills.fill(SchoolSettings, {**raw, "schools": schools, "entities": entities}, "source")
    pace.zone(made.zone)
    for name in made.leave_out:
        if name not in METHODS:
            raise ValueError(f"source.leave_out: the application has no {name}; it has {', '.join(METHODS)}")
    methods = {method for method, _ in METHODS.values()}
    if odd := sorted(set(made.may_be_empty) - methods):
        raise ValueError(f"source.may_be_empty: no method {odd[0]}; there are {', '.join(sorted(methods))}")
    if made.page_size < 2:
        raise ValueError("source.page_size is at least 2")
    return made


def _school(table: Any, where: str) -> School:
    if not isinstance(table, dict):
        raise ValueError(f"{where} is no table")
    made = fills.fill(School, table, where)
    if not NPSN.match(made.npsn):
        raise ValueError(f"{where}.npsn {made.npsn!r} is no NPSN (eight characters)")
    url = fills.address(made.url, f"{where}.url", ("https", "http"))
    if url.startswith("http://") and not private(urlsplit(url).hostname or ""):
        raise ValueError(f"{where}.url: without TLS only a private address (numbers, no name) may be asked")
    token = fills.credential(made.token_file or f"school_{made.npsn}", f"{where}.token_file")
    return School(made.npsn, url, token)


def private(host: str) -> bool:
    """Whether `host` is an address (no name) of a private network or of this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)


def _shape(name: str, table: Any, dictionary: Dictionary) -> Shape:
    if name not in METHODS:
        raise ValueError(f"source.entities.{name}: the application has no such entity; it has {', '.join(METHODS)}")
    if not isinstance(table, dict):
        raise ValueError(f"source.entities.{name} is no table")
    made = fills.fill(Shape, table, f"source.entities.{name}")
    fills.field_names(name, made.fields, made.lacks, dictionary, "source.entities")
    return made


def of(config: Config) -> SchoolSettings:
    """The configuration's source, which is this kind's."""
    assert isinstance(config.source, SchoolSettings)
    return config.source


def open_source(config: Config, dictionary: Dictionary, version: str, sleep: Sleep) -> Schools:
    """The source; nothing is asked yet."""
    from backbone_sync.sources.school import Schools

    return Schools(of(config), config.secret, dictionary, version, sleep)


def steps(config: Config, dictionary: Dictionary, timeout: float) -> Iterator[Step]:
    """Of every school: connection, certificate where there is one, and whether its application answers for it.

    Schools are asked side by side, as they have nothing to do with each other.
    """
    from backbone_sync.findings import Step
    from backbone_sync.sources import probe

    settings = of(config)
    if plain := [school.npsn for school in settings.schools if school.plain]:
        named = ", ".join(plain[:_NAMED]) + (", …" if len(plain) > _NAMED else "")
        yield Step("plain", named, warning=True)

    def one(school: School) -> list[Step]:
        return list(_school_steps(config, dictionary, school, timeout))

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as asking:
        for made in asking.map(one, settings.schools):
            yield from made
    yield from probe.unserved(config, open_source(config, dictionary, "", time.sleep))


def _school_steps(config: Config, dictionary: Dictionary, school: School, timeout: float) -> Iterator[Step]:
    from backbone_sync import __version__
    from backbone_sync.findings import Step
    from backbone_sync.sources import probe
    from backbone_sync.sources.school import Schools

    settings = of(config)
    once = replace(settings, schools=(school,), retries=0, read_timeout=timeout)
    if (yield from probe.way(school.url, settings.ca_file, settings.connect_timeout, school.npsn)):
        return
    try:
        Schools(once, config.secret, dictionary, __version__, time.sleep).check(school)
    except SyncError as fault:
        yield Step("school", fault.message, where=school.npsn)
    else:
        yield Step("school", where=school.npsn)
