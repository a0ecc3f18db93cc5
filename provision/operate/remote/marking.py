"""A mark: an instant in which nobody writes, named in WAL, with a digest of everything as it was at that instant.

All tables are locked for a few milliseconds, in which a snapshot of every database is opened and a restore point is
written; the digests are taken from the snapshots afterwards, at leisure. Kept marks (ROOT/marks) are the moments that a
later restore can be compared with exactly. Runs as the user postgres; writes into the schema backbone_ops alone.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import time
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import (
    LOCKABLE,
    TABLES,
    Short,
    cluster,
    connect,
    databases,
    driver,
    give_way,
    observe,
    rows,
    sequences,
)
from provision.operate.remote.place import KEPT_MARKS, MARKS, Live, marks

# Somebody was in the way of a mark: lock not available, deadlock, a table that is gone.
IN_THE_WAY = ("55P03", "40P01", "42P01")
CANARY = "INSERT INTO backbone_ops.canary (writer) VALUES (%s) RETURNING id"
# The newest canary that had left the server by itself at some moment: had the server burnt down then, this is what
# would have come back. The 64 KiB leave room for its commit.
NEWEST_ARCHIVED = (
    "SELECT id, extract(epoch FROM written_at)::float8 FROM backbone_ops.canary WHERE id < %s "
    "AND pg_walfile_name(lsn + 65536) <= %s ORDER BY id DESC LIMIT 1"
)


class _Restless(Exception):  # noqa: N818
    """A table came or went while the mark was made."""


class Marking:
    """One mark on its way: `make` it, `digest` it, then wait for `segment` in the archive."""

    def __init__(self, live: Live, name: str) -> None:
        self.live, self.name = live, name
        self.mark: dict[str, Any] = {}
        self.canary: dict[str, Any] = {}
        self.source: dict[str, Any] = {"databases": {}, "cluster": []}
        self.segment = ""
        self._viewers: dict[str, Any] = {}

    def make(self, archive: str) -> None:
        """The instant, with a canary before and one after it. `archive`: the repository's name for the cluster."""
        keeper = self.live.session()
        with contextlib.ExitStack() as at_end:
            at_end.callback(keeper.close)
            before = rows(keeper, CANARY, f"{self.name} before")[0][0]
            timeline = rows(keeper, "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)")[0][0]
            archived = self.live.newest(archive, timeline)
            pairs = {
                name: [connect(self.live.socket, self.live.port, name) for _ in range(2)] for name in databases(keeper)
            }
            self._viewers = {name: viewer for name, (_, viewer) in pairs.items()}
            for locker, _ in pairs.values():
                at_end.callback(locker.close)
            point = f"backbone-drill-{self.name}"
            instant = self._instant(pairs, point)
            newest = rows(keeper, NEWEST_ARCHIVED, before, archived)
            after = rows(keeper, CANARY, f"{self.name} after")[0][0]
            rows(keeper, "INSERT INTO backbone_ops.mark (restore_point, lsn) VALUES (%s, %s)", point, instant["lsn"])
            self.segment = rows(keeper, "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
        self.mark = {**instant, "restore_point": point, "archived_before": archived, "timeline": timeline}
        self.canary = {"before": before, "after": after, "newest_archived": list(newest[0]) if newest else None}

    def _instant(self, pairs: dict[str, list[Any]], point: str) -> dict[str, Any]:
        """Lock all tables, look, write the restore point, unlock; again if somebody was in the way."""
        seconds = self.live.settings["mark_seconds"]
        deadline, attempts = time.monotonic() + seconds, 0
        while True:
            attempts += 1
            started = time.monotonic()
            try:
                for locker, _ in pairs.values():
                    rows(locker, "BEGIN")
                    tables = [name for _, name in rows(locker, LOCKABLE)]
                    if tables:
                        rows(locker, f"LOCK TABLE {', '.join('ONLY ' + name for name in tables)} IN SHARE MODE")
                locked = time.monotonic()
                counted = {}
                for name, (locker, viewer) in pairs.items():
                    rows(viewer, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    seen = rows(viewer, TABLES)
                    counted[name] = sequences(locker)
                    if seen != rows(locker, TABLES):
                        raise _Restless
                locker = next(iter(pairs.values()))[0]
                place, epoch = rows(
                    locker,
                    "SELECT pg_create_restore_point(%s)::text, extract(epoch FROM clock_timestamp())::float8",
                    point,
                )[0]
                self.source["databases"] = {name: {"sequences": counted[name]} for name in pairs}
                for locker, _ in pairs.values():
                    rows(locker, "COMMIT")
                held = round((time.monotonic() - locked) * 1000, 1)
                return {"lsn": place, "at": epoch, "held_ms": held, "attempts": attempts}
            except (driver().Error, _Restless) as fault:
                if not isinstance(fault, _Restless) and fault.pgcode not in IN_THE_WAY:
                    raise
                for pair in pairs.values():
                    for session in pair:
                        rows(session, "ROLLBACK")
                if time.monotonic() > deadline:
                    raise Short(
                        "the database was never at rest within {seconds} s: a long transaction holds tables; "
                        "try again when it has ended",
                        seconds=seconds,
                    ) from None
                time.sleep(min(2.0, 0.2 + time.monotonic() - started))

    def digest(self) -> None:
        """The digests of the marked moment, from the snapshots."""
        for name, session in self._viewers.items():
            with contextlib.closing(session):
                give_way(session)
                self.source["databases"][name].update(observe(session))
                if name == self.live.settings["database"]:
                    self.source["cluster"] = cluster(session)

    def keep(self, root: Path) -> Path | None:
        """Put the mark among the kept ones, and let go of the oldest beyond what is kept; None where nobody keeps."""
        folder = root / MARKS
        if not folder.is_dir():
            return None
        fresh, path = folder / f".{self.name}", folder / f"{self.name}.json.gz"
        with gzip.open(fresh, "wt") as out:
            json.dump({"version": 1, "mark": self.mark, "canary": self.canary, "source": self.source}, out)
        fresh.replace(path)
        for old in marks(root)[:-KEPT_MARKS]:
            old.unlink()
        return path


def around(live: Live, at: float) -> dict[str, Any]:
    """The canaries by which a moment without a mark can be told: the last written before it, the first after it.

    Writes one more and has its WAL archived, so that a commit after the moment lies in the repository.
    """
    session = live.session()
    with contextlib.closing(session):
        rows(session, CANARY, "after a moment asked for")
        found = rows(
            session,
            "SELECT (SELECT array[id::float8, extract(epoch FROM written_at)::float8] FROM backbone_ops.canary "
            "WHERE extract(epoch FROM written_at) < %s ORDER BY id DESC LIMIT 1), "
            "(SELECT id FROM backbone_ops.canary WHERE extract(epoch FROM written_at) > %s ORDER BY id LIMIT 1), "
            "pg_walfile_name(pg_switch_wal())",
            at - 1,
            at + 1,
        )
    [[before, after, segment]] = found
    newest = [int(before[0]), before[1]] if before else None
    return {"before": newest[0] if newest else None, "after": after, "newest_archived": newest, "segment": segment}
