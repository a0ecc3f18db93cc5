"""The landing database as a source: what the centre has written into schema `landing`, read as it stands committed.

An entity is read whole, ordered by (last_update, key), from one snapshot: what the centre is in the middle of writing
is not seen, and a row that has gone is found by comparison, behind the brake. Changes alone are never asked for: when
the centre writes a change, and not what its last_update says, decides whether a reader by time would have missed it.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; no values)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg

from backbone_sync.dictionary import Dictionary, Entity
from backbone_sync.errors import BadAnswer, BeingWritten, CursorExpired, SourceStale, SourceUnreachable, SyncError
from backbone_sync.findings import Step
from backbone_sync.interfaces import Capabilities, Cell, Page, Total
from backbone_sync.run import pace
from backbone_sync.sources import delivery, landing_schema
from backbone_sync.sources import source_fill as fills
from backbone_sync.sources.loose import Rows, moment
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.postgresql import guarded

if TYPE_CHECKING:
    from backbone_sync.config import Config
    from backbone_sync.sources import Sleep

_HEARTBEAT = (
    "SELECT lower(state), rows, written_at FROM landing.heartbeat"
    " WHERE coalesce(entity, '') IN ('', %s) ORDER BY written_at DESC LIMIT 1"
)
# A subject who was erased is not kept in the landing either; the gate keeps out what is written again until then.
_ERASED = (
    "SELECT key FROM sync.quarantine WHERE entity = %(entity)s AND reason = 'erased'"
    " UNION SELECT key FROM sync.erasure WHERE entity = %(entity)s"
)


@dataclass(frozen=True)
class LandingSettings:
    """How the landing database is reached and what is expected of the centre.

    `conninfo` empty: the service's own database. `zone`: of times that are written without one. `fresh`: a write at
    least so often. `patience`: how long to wait for a table that the centre holds locked.
    """

    conninfo: str = ""
    zone: tzinfo = timezone.utc
    fresh: timedelta = timedelta(days=2)
    patience: timedelta = timedelta(seconds=30)
    page_limit: int = 4000
    credentials: str = ""

    kind: ClassVar[str] = "landing"
    overlap: ClassVar[timedelta] = timedelta(0)
    identity: ClassVar[str] = "landing"


def parse(raw: dict[str, Any], dictionary: Dictionary) -> LandingSettings:
    """The settings of [source]; ValueError or TypeError for what is wrong."""
    from backbone_sync.config import duration

    for name in ("fresh", "patience"):
        if name in raw:
            raw[name] = duration(raw[name])
    made = fills.fill(LandingSettings, {**raw, "zone": pace.zone(raw.get("zone", "Asia/Jakarta"))}, "source")
    if made.page_limit < 1:
        raise ValueError("source.page_limit is too small")
    return made


def of(config: Config) -> LandingSettings:
    """The configuration's source, which is this kind's."""
    assert isinstance(config.source, LandingSettings)
    return config.source


def open_source(config: Config, dictionary: Dictionary, version: str, sleep: Sleep) -> Landing:
    """The source; nothing is asked yet."""
    return Landing(config, dictionary)


def steps(config: Config, dictionary: Dictionary, timeout: float) -> Iterator[Step]:
    """The landing database, and its tables."""
    source = Landing(config, dictionary)
    try:
        missing = source.missing()
    except SyncError as fault:
        yield Step("landing", fault.message)
        return
    finally:
        source.close()
    yield Step("landing", f"no table for {', '.join(missing[:5])}" if missing else "")


@dataclass
class _Listing:
    """A listing under way: how many rows the snapshot has, how many were read, and when it was taken."""

    entity: Entity
    rows: Rows
    count: int
    as_of: datetime
    read: int = 0


class Landing:
    """Reads one landing database. Safe to use from one thread at a time."""

    def __init__(self, config: Config, dictionary: Dictionary) -> None:
        self._settings = of(config)
        self._database = config.database
        self._conninfo = self._settings.conninfo or config.database
        self._region = config.region
        self._entities = config.grant.entities
        self._dictionary = dictionary
        self._connection: psycopg.Connection[Any] | None = None
        self._cursor: psycopg.ServerCursor[Any] | None = None
        self._listing: _Listing | None = None
        self._granted: dict[str, tuple[str, ...]] = {}
        self._requests = self._bytes = 0

    def capabilities(self, entity: str) -> Capabilities:
        """Whole listings only, compared every time."""
        return Capabilities(since=False, resume=False, tombstones=False)

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """The next rows of the snapshot that the first page has opened."""
        with self._guarded(entity):
            if not cursor:
                self._granted[entity] = fields
                self._begin(self._dictionary[entity])
            made = self._listing
            if made is None or made.entity.name != entity or cursor not in ("", str(made.read)):
                raise CursorExpired(f"the snapshot of {entity} is gone")
            assert self._cursor is not None
            found = self._cursor.fetchmany(self._settings.page_limit)
            self._requests += 1
            made.read += len(found)
            more = made.read < made.count
            if more and not found:
                raise BadAnswer(f"the landing table of {entity} holds {made.count} rows and gave {made.read}")
            raws = [made.rows.raw(values) for values in found]
            self._bytes += sum(map(len, map(bytes, raws)))
            if not more:
                self._end()
        return Page(raws, str(made.read), more, made.as_of)

    def totals(self) -> Mapping[str, Total] | None:
        """None: the snapshot itself is the account, counted as it is read."""
        return None

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """None."""
        return None

    def traffic(self) -> tuple[int, int]:
        """Pages read and the size of their rows."""
        return self._requests, self._bytes

    def install(self) -> list[str]:
        """Make or change the tables that the centre writes into, and give its account its rights; what was done."""
        with self._guarded("its tables"):
            return landing_schema.bring(self._connected(), self._dictionary, self._entities, again=True)

    def missing(self) -> list[str]:
        """Granted entities without a landing table."""
        with self._guarded("its tables"):
            connection = self._connected()
            return [
                name
                for name in self._entities
                if connection.execute(
                    "SELECT to_regclass(%s) IS NULL", (landing_schema.qualified(self._dictionary[name].table),)
                ).fetchone()
                == (True,)
            ]

    def begin(self, granted: tuple[str, ...]) -> None:
        """Have the tables; a centre that writes into them just now is not waited for."""
        with self._guarded("its tables"):
            landing_schema.bring(self._connected(), self._dictionary, self._entities, again=False)

    def delivery(self, connection: psycopg.Connection[Any]) -> delivery.Delivery | None:
        """How fresh the landing was when a run last looked."""
        return delivery.read(connection, self._settings.kind, self._settings.fresh, self._region)

    def finish(self, complete: frozenset[str]) -> None:
        """Empty what is beyond the grant, note how fresh the landing is; SourceStale when it is too old."""
        with self._guarded("the landing database"):
            self._end()
            connection = self._connected()
            for name in sorted(complete & self._granted.keys()):
                emptied = landing_schema.scrub(connection, self._dictionary[name], self._granted[name])
                if emptied:
                    delivery.log.warning("entity=%s landing rows emptied of fields beyond the grant=%d", name, emptied)
            written = self._written(connection)
            self._remove_erased(connection)
        delivery.note(self._database, self._settings.kind, written)
        if fault := stale(written, self._settings.fresh, datetime.now(timezone.utc)):
            raise fault

    def _remove_erased(self, connection: psycopg.Connection[Any]) -> None:
        """Who was erased is known to the service's own database, wherever the landing is."""
        with guarded(), psycopg.connect(self._database, autocommit=True, connect_timeout=10) as own:
            erased = {name: [str(row[0]) for row in own.execute(_ERASED, {"entity": name})] for name in self._granted}
        for name, keys in erased.items():
            if keys:
                landing_schema.forget(connection, self._dictionary[name], keys)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._conninfo, autocommit=True, application_name="backbone-sync landing", connect_timeout=10
            )
            self._connection.execute(
                f"SET timezone = 'UTC'; SET lock_timeout = {int(self._settings.patience.total_seconds() * 1000)};"
                " SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0".encode()
            )
        return self._connection

    def _begin(self, entity: Entity) -> None:
        self._end()
        connection = self._connected()
        name = landing_schema.qualified(entity.table)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # Before the snapshot is taken: one from before another's TRUNCATE would find the table empty.
        connection.execute(f"LOCK TABLE {name}, landing.heartbeat IN ACCESS SHARE MODE".encode())
        row = connection.execute(f"SELECT now(), count(*) FROM {name}".encode()).fetchone()
        assert row is not None
        as_of, count = row
        beat = connection.execute(_HEARTBEAT, (entity.name,)).fetchone()
        if beat and (fault := unready(entity.name, beat[0], beat[1], beat[2], count)):
            raise fault
        columns = [f.name for f in entity.fields]
        shown = ", ".join(ddl.quoted(column) for column in columns)
        self._cursor = connection.cursor(name="landing")
        self._cursor.execute(
            f'SELECT {shown} FROM {name} ORDER BY last_update COLLATE "C",'
            f' {ddl.quoted(entity.key.name)} COLLATE "C"'.encode()
        )
        self._listing = _Listing(entity, Rows(entity, columns, self._settings.zone), count, as_of)

    def _end(self) -> None:
        self._listing = None
        cursor, self._cursor = self._cursor, None
        connection = self._connection
        if connection is None or connection.closed:
            return
        if cursor is not None and connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
            cursor.close()
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.execute("ROLLBACK")

    def _written(self, connection: psycopg.Connection[Any]) -> datetime | None:
        """When the centre wrote last: its own mark, else the newest row by our clock or by its own last_update."""
        now = datetime.now(timezone.utc)
        row = connection.execute("SELECT max(written_at) FROM landing.heartbeat").fetchone()
        moments = [row[0]] if row else []
        for name in self._granted:
            table = landing_schema.qualified(self._dictionary[name].table)
            found = connection.execute(
                f'SELECT max({landing_schema.LANDED}), max(last_update COLLATE "C")'
                f" FILTER (WHERE last_update ~ '^[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}[T ]') FROM {table}".encode()
            ).fetchone()
            if found:
                moments += [found[0], moment(found[1] or "", self._settings.zone)]
        return max((min(one, now) for one in moments if one is not None), default=None)

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """The driver's errors as ours, without the server's words: those can quote a row."""
        try:
            yield
        except psycopg.errors.LockNotAvailable:
            self._end()
            raise BeingWritten(f"the centre holds the landing table of {what} locked") from None
        except psycopg.errors.UndefinedTable:
            self._end()
            raise BadAnswer(f"there is no landing table of {what}", "run `backbone-sync migrate`") from None
        except psycopg.OperationalError as fault:
            self.close()
            raise SourceUnreachable(
                f"the landing database does not answer (SQLSTATE {fault.sqlstate or 'none'})",
                "check that PostgreSQL runs and lets this user in; the next run begins the entity anew",
            ) from None
        except psycopg.Error as fault:
            self._end()
            raise BadAnswer(
                f"the landing database refused to show {what} (SQLSTATE {fault.sqlstate or 'none'})",
                "run `backbone-sync migrate`; look up the SQLSTATE in PostgreSQL's manual",
            ) from None
        except BeingWritten:
            self._end()
            raise


def unready(entity: str, state: str | None, rows: str | None, at: datetime, count: int) -> BeingWritten | None:
    """Why the centre's own mark says that the table is not to be read now; None when it may be. Pure."""
    if state == "loading":
        return BeingWritten(f"the centre has been writing {entity} since {at:%Y-%m-%d %H:%M} UTC")
    if state == "complete" and rows is not None and rows.strip().isdigit() and int(rows) != count:
        return BeingWritten(f"the centre says that {entity} has {int(rows)} rows, and the landing table holds {count}")
    return None


def stale(written: datetime | None, fresh: timedelta, now: datetime) -> SourceStale | None:
    """The fault of a landing that nobody has written into for longer than `fresh`. Pure."""
    if written is None:
        return SourceStale("the centre has never written into the landing database")
    if now - written <= fresh:
        return None
    return SourceStale(
        f"the centre last wrote into the landing database on {written:%Y-%m-%d %H:%M} UTC,"
        f" {int((now - written).total_seconds() // 3600)} hours ago"
    )
