"""The file drop as a source: bundles of rows that come by any road into a directory, for places with hardly a line.

What a bundle says to be complete is compared with what is stored, behind the brake; what it says to be changes is
merged. How many rows are in force is the manifest's word, kept from bundle to bundle, so that a run balances also when
no new one has come. Which bundles were taken stands in the database, beside their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import psycopg

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import BundleMissing, CursorExpired, SourceStale, SyncError
from backbone_sync.findings import Step
from backbone_sync.interfaces import Capabilities, Cell, Page, Total
from backbone_sync.run import pace
from backbone_sync.sources import bundle_rows, delivery
from backbone_sync.sources import source_fill as fills
from backbone_sync.sources.bundle import Part
from backbone_sync.sources.drop import Drop, Found, Ledger, Taken
from backbone_sync.stores.postgresql import guarded

if TYPE_CHECKING:
    from backbone_sync.config import Config
    from backbone_sync.sources import Sleep

_LEDGER = "SELECT sequence, sha256 FROM sync.bundle WHERE region = %s ORDER BY sequence DESC LIMIT 1"
_TAKE = (
    "INSERT INTO sync.bundle (region, sequence, name, sha256, signer, made_at) VALUES (%s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (region, sequence) DO NOTHING"
)
_ENTITY = (
    "INSERT INTO sync.bundle_entity AS b (region, entity, sequence, live, fields) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (region, entity) DO UPDATE SET sequence = excluded.sequence, live = excluded.live,"
    " fields = CASE WHEN %s THEN excluded.fields ELSE b.fields END"
)


@dataclass(frozen=True)
class Files:
    """Where bundles are dropped, and whose.

    `signers`: directory with the public keys of those who may make them. `fresh`: a bundle at least so often.
    `settle`: a file is looked at when nobody has written to it for so long. `max_bytes`: of one bundle, unpacked.
    `keep_done`: how many stay in done/. `zone`: of times in CSV that are written without one.
    """

    directory: str
    signers: str
    fresh: timedelta = timedelta(days=35)
    settle: timedelta = timedelta(minutes=1)
    max_bytes: int = 8 * 1024**3
    keep_done: int = 3
    zone: tzinfo = timezone.utc
    page_limit: int = 4000
    credentials: str = ""

    kind: ClassVar[str] = "files"
    overlap: ClassVar[timedelta] = timedelta(0)
    identity: ClassVar[str] = "files"


def parse(raw: dict[str, Any], dictionary: Dictionary) -> Files:
    """The settings of [source]; KeyError, ValueError or TypeError for what is wrong."""
    from backbone_sync.config import duration

    for name in ("fresh", "settle"):
        if name in raw:
            raw[name] = duration(raw[name])
    made = fills.fill(Files, {**raw, "zone": pace.zone(raw.get("zone", "Asia/Jakarta"))}, "source")
    for name in ("directory", "signers"):
        if not str(getattr(made, name)).startswith("/"):
            raise ValueError(f"source.{name} is no absolute path")
    if made.page_limit < 1 or made.keep_done < 0 or made.max_bytes < 1:
        raise ValueError("source.page_limit, source.max_bytes or source.keep_done is too small")
    return made


def of(config: Config) -> Files:
    """The configuration's source, which is this kind's."""
    assert isinstance(config.source, Files)
    return config.source


def open_source(config: Config, dictionary: Dictionary, version: str, sleep: Sleep) -> FileDrop:
    """The source; nothing is looked at yet."""
    return FileDrop(config, dictionary)


def steps(config: Config, dictionary: Dictionary, timeout: float) -> Iterator[Step]:
    """The drop directory, and the signers' keys."""
    from backbone_sync.sources import envelope

    place = of(config)
    try:
        FileDrop(config, dictionary).drop.ready()
    except SyncError as fault:
        yield Step("drop", fault.message)
        return
    yield Step("drop")
    try:
        envelope.known(Path(place.signers))
    except SyncError as fault:
        yield Step("signers", fault.message)
        return
    yield Step("signers")


class FileDrop:
    """Reads one drop directory. Safe to use from one thread at a time."""

    def __init__(self, config: Config, dictionary: Dictionary) -> None:
        self._settings = of(config)
        self._region = config.region
        self._database = config.database
        self._dictionary = dictionary
        self.drop = Drop(
            directory=Path(self._settings.directory),
            signers=Path(self._settings.signers),
            region=config.region,
            dictionary=dictionary,
            settle=self._settings.settle.total_seconds(),
            max_bytes=self._settings.max_bytes,
            keep=self._settings.keep_done,
            work=config.publish_directory or None,
        )
        self._found = Found()
        self._baseline: dict[str, tuple[int, frozenset[str]]] = {}
        self._fields: dict[str, tuple[str, ...]] = {}
        self._rows: Iterator[msgspec.Raw] = iter(())
        self._place = ("", 0, 0)  # entity, rows handed out, rows there are
        self._requests = self._bytes = 0

    # -- the life of a run

    def install(self) -> list[str]:
        """Make the folders below the drop directory."""
        return self.drop.install()

    def begin(self, granted: tuple[str, ...]) -> None:
        """Judge what has come; what is wrong is put aside at once, and told when the run ends."""
        self.install()
        with self._connected() as connection:
            row = connection.execute(_LEDGER, (self._region,)).fetchone()
            ledger = Ledger(int(row[0]), str(row[1])) if row else Ledger()
            held = connection.execute(
                "SELECT entity, live, fields FROM sync.bundle_entity WHERE region = %s", (self._region,)
            ).fetchall()
        self._baseline = {str(name): (int(live), frozenset(fields)) for name, live, fields in held}
        self._found = self.drop.look(ledger, granted)

    def finish(self, complete: frozenset[str]) -> None:
        """Put by the bundles whose rows are all committed. Raises for what was refused, and for silence."""
        held = frozenset(self._fields)
        for one in self._found.taken:
            wanted = {part.entity for part in one.told.manifest.files} & held
            if not wanted <= complete:
                break
            self._note(one)
            self.drop.put_by(one.told.name)
        with self._connected() as connection:
            row = connection.execute(
                "SELECT max(made_at) FROM sync.bundle WHERE region = %s", (self._region,)
            ).fetchone()
        made_at = row[0] if row else None
        delivery.note(self._database, Files.kind, made_at)
        if self._found.refused:
            raise self._found.refused[0]
        left = delivery.refused(Path(self._settings.directory))
        if left:
            raise BundleMissing(f"{len(left)} refused bundles lie in rejected/: {left[0].name}: {left[0].reason}")
        if fault := stale(made_at, self._settings.fresh, datetime.now(timezone.utc)):
            raise fault

    def delivery(self, connection: psycopg.Connection[Any]) -> delivery.Delivery | None:
        """How things stand."""
        place = self._settings
        return delivery.read(connection, Files.kind, place.fresh, self._region, place.directory)

    def close(self) -> None:
        """Let the private copies go."""
        for one in self._found.taken:
            one.file.close()

    # -- what the engine asks

    def capabilities(self, entity: str) -> Capabilities:
        """Complete where a bundle that waits to be applied holds the whole of the entity."""
        complete = any(part.kind == "complete" for _, part in self._parts(entity))
        return Capabilities(since=False, resume=False, tombstones=False, complete=complete)

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """The next rows of the bundles that wait, in their order."""
        if not cursor:
            self._open(entity, fields)
        name, given, count = self._place
        if name != entity or cursor not in ("", str(given)):
            raise CursorExpired(f"the reading of {entity} was begun anew")
        raws = list(islice(self._rows, self._settings.page_limit))
        given += len(raws)
        self._place = (entity, given, count)
        self._requests += 1
        self._bytes += sum(len(bytes(one)) for one in raws)
        return Page(raws, str(given), given < count and bool(raws), self._as_of(entity))

    def totals(self) -> Mapping[str, Total] | None:
        """Rows in force by the manifests' word, after the last bundle that names the entity."""
        made = {name: Total(live) for name, (live, _) in self._baseline.items()}
        for one in self._found.taken:
            made.update({part.entity: Total(part.live) for part in one.told.manifest.files})
        return made

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """None."""
        return None

    def traffic(self) -> tuple[int, int]:
        """Pages read and the size of their rows."""
        return self._requests, self._bytes

    def _parts(self, entity: str) -> list[tuple[Taken, Part]]:
        """The entity's files that wait, from the last complete one on."""
        found: list[tuple[Taken, Part]] = []
        for one in self._found.taken:
            for part in one.told.manifest.files:
                if part.entity == entity:
                    found = [*([] if part.kind == "complete" else found), (one, part)]
        return found

    def _open(self, entity: str, fields: tuple[str, ...]) -> None:
        self._fields[entity] = fields
        parts = self._parts(entity)
        if not any(part.kind == "complete" for _, part in parts):
            known = self._baseline.get(entity)
            if known is None:
                raise BundleMissing(f"no bundle has brought {entity} complete yet")
            if missing := sorted(set(fields) - known[1]):
                raise BundleMissing(
                    f"{', '.join(missing[:5])} of {entity} came into the grant after its last complete file"
                )
        whole = self._dictionary[entity]
        self._rows = chain.from_iterable(
            bundle_rows.rows(part, whole, one.inside, one.file, self._settings.zone) for one, part in parts
        )
        self._place = (entity, 0, sum(part.rows for _, part in parts))

    def _as_of(self, entity: str) -> datetime:
        moments = [one.told.manifest.made_at for one, _ in self._parts(entity)]
        return max(moments, default=datetime.now(timezone.utc))

    def _note(self, one: Taken) -> None:
        said, manifest = one.told, one.told.manifest
        values = (self._region, manifest.sequence, said.name, said.sha256, said.signer, manifest.made_at)
        with self._connected() as connection, connection.transaction():
            connection.execute(_TAKE, values)
            for part in manifest.files:
                if part.entity in self._fields:
                    fields = list(self._fields[part.entity])
                    key = (self._region, part.entity, manifest.sequence, part.live, fields)
                    connection.execute(_ENTITY, (*key, part.kind == "complete"))

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        with guarded(), psycopg.connect(self._database, autocommit=True, connect_timeout=10) as connection:
            yield connection


def stale(made_at: datetime | None, fresh: timedelta, now: datetime) -> SourceStale | None:
    """The fault of a drop to which no newer bundle has come for longer than `fresh`. Pure."""
    if made_at is None:
        return SourceStale("no bundle has been taken yet")
    if now - made_at <= fresh:
        return None
    return SourceStale(f"the last bundle was made on {made_at:%Y-%m-%d}, {(now - made_at).days} days ago")
