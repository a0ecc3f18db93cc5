"""Retention: what was kept long enough goes, class by class, as the grant's `retention` says.

Keys of withdrawn rows stay, because without them the account with the centre would not balance; they hold nothing
about anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from backbone_sync.dictionary import Dictionary
from backbone_sync.privacy import erasure
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.privacy.subject import Connection, Subject
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.store import guarded

# Where an enrolment says that it is over, and since when.
_ENDED = {"registrasi_peserta_didik": "tanggal_keluar", "ptk_terdaftar": "tgl_ptk_keluar"}
_BATCH = 1000  # people in one call; the next day goes on


@dataclass(frozen=True)
class Due:
    """One class: how long it is kept (None: as long as the grant holds), and how much of it is over."""

    kept: timedelta | None
    due: int


def due(connection: Connection, dictionary: Dictionary, grant: Grant) -> dict[str, Due]:
    """What is over, by class; nothing is changed."""
    counts: Mapping[str, str] = {
        "quarantine": "SELECT count(*) FROM sync.quarantine WHERE payload IS NOT NULL AND seen_at < %s",
        "runs": "SELECT count(*) FROM sync.run WHERE started_at < %s"
        " AND run_id < (SELECT coalesce(max(run_id), 0) FROM sync.run WHERE state = 'green')",
        "corrections": "SELECT count(*) FROM sync.correction WHERE settled_at < %s",
    }
    made = {}
    for name, kept in grant.retention.items():
        if kept is None:
            made[name] = Due(None, 0)
        elif name == "departed":
            made[name] = Due(kept, len(_departed(connection, dictionary, grant, kept)))
        else:
            with guarded():
                row = connection.execute(counts[name].encode(), (_before(kept),)).fetchone()
            made[name] = Due(kept, int(row[0]) if row else 0)
    return made


def apply(connection: Connection, dictionary: Dictionary, grant: Grant, folder: str) -> dict[str, int]:
    """Let go of what is over; returns how much of each class went."""
    gone = {name: 0 for name, kept in grant.retention.items() if kept is not None}
    statements = {
        # The row stays in the account; what it said goes.
        "quarantine": "UPDATE sync.quarantine SET payload = NULL WHERE payload IS NOT NULL AND seen_at < %s",
        "runs": "DELETE FROM sync.run WHERE started_at < %s"
        " AND run_id < (SELECT coalesce(max(run_id), 0) FROM sync.run WHERE state = 'green')",
        "corrections": "DELETE FROM sync.correction WHERE settled_at < %s",
    }
    for name, statement in statements.items():
        kept = grant.retention.get(name)
        if kept is not None:
            with guarded():
                gone[name] = connection.execute(statement.encode(), (_before(kept),)).rowcount
    kept = grant.retention.get("departed")
    if kept is not None:
        people = _departed(connection, dictionary, grant, kept)
        erasure.erase_all(connection, dictionary, grant, folder, people, "retention")
        gone["departed"] = len(people)
    if gone.get("quarantine") or gone.get("corrections"):
        erasure.clean(connection, dictionary, ())
    return gone


def _before(kept: timedelta) -> datetime:
    return datetime.now(timezone.utc) - kept


def _departed(connection: Connection, dictionary: Dictionary, grant: Grant, kept: timedelta) -> list[Subject]:
    """People who have enrolments, every one of them over for that long; without the date nobody has departed."""
    found: list[Subject] = []
    for person, enrolment in ENROLMENT.items():
        ended = _ENDED[enrolment]
        names = {f.name for f in grant.fields(dictionary[enrolment])} if enrolment in grant.entities else set()
        if person not in grant.entities or ended not in names:
            continue
        key, table = ddl.quoted(dictionary[person].key.name), ddl.qualified(dictionary[enrolment])
        with guarded():
            rows = connection.execute(
                f"SELECT e.{key}::text FROM {table} e JOIN {ddl.qualified(dictionary[person])} p ON p.{key} = e.{key}"
                f" GROUP BY e.{key} HAVING bool_and(coalesce(e.{ended} < %s, false)) ORDER BY 1 LIMIT %s".encode(),
                (_before(kept).date(), _BATCH),
            ).fetchall()
        found += [Subject(person, str(k)) for (k,) in rows]
    return found
