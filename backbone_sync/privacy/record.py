"""The record of processing (UU 27/2022 Ps. 31): what was done with personal data, when, by whom, for what purpose.

Append-only and hash-chained: each line's digest covers the line and the digest before it, and the last digest is also
kept in a file outside the database, so that neither a changed, a removed nor a cut-off line goes unnoticed. No line
holds personal data: people are counted, never named.
"""

from __future__ import annotations

import getpass
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from backbone_sync.errors import ConfigInvalid, SyncError
from backbone_sync.privacy.grant import Grant
from backbone_sync.stores.personal_store import RecordDesk

log = logging.getLogger("backbone_sync")
HEAD = "record.head"
LOST = "an end that was lost, by a restore or by a hand, was found at a run"
GENESIS = "0" * 64


class RecordBroken(SyncError):
    """The chain of the processing record does not hold."""

    kind = "record"


@dataclass(frozen=True)
class Entry:
    """One line of the record, decoded."""

    seq: int
    at: str
    actor: str
    activity: str
    detail: Mapping[str, Any]


def actor() -> str:
    """Who is at work: the person behind sudo, else the system's user."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def chained(previous: str, line: str) -> str:
    """The digest of a line after another digest: SHA-256 in hex."""
    return hashlib.sha256(f"{previous}\n{line}".encode()).hexdigest()


def append(desk: RecordDesk, folder: str, activity: str, grant: Grant, detail: Mapping[str, Any]) -> Entry:
    """Append one line, with the purposes and the legal basis that it was done under; `folder` holds the head.

    Raises RecordBroken rather than continue a chain whose end was cut off.
    """
    with desk.appending() as last:
        seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
        _continues(folder, seq - 1)
        line, digest = _composed(seq, previous, activity, grant, detail)
        desk.append(seq, line, digest)
    return _kept(folder, seq, line, digest)


def _composed(seq: int, previous: str, activity: str, grant: Grant, detail: Mapping[str, Any]) -> tuple[str, str]:
    """A line and its digest, after the digest `previous`."""
    content = {
        "seq": seq,
        "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "actor": actor(),
        "activity": activity,
        "grant": {"number": grant.number, "digest": grant.digest},
        "purposes": list(grant.purposes),
        "legal_basis": list(grant.legal_basis),
        "detail": dict(detail),
    }
    line = msgspec.json.encode(content, order="sorted").decode()
    return line, chained(previous, line)


def _kept(folder: str, seq: int, line: str, digest: str) -> Entry:
    """Keep the new end outside the database too, once it is stored; the line, decoded."""
    entry = _entry(line)
    _keep_head(folder, seq, digest)
    log.info("record seq=%d activity=%s digest=%s", seq, entry.activity, digest)
    return entry


def _continues(folder: str, last: int) -> None:
    """RecordBroken when the end that is kept outside the database lies beyond the `last` line in it."""
    head = _head(folder)
    if head is not None and head[0] > last:
        raise RecordBroken(
            f"the processing record ends at line {last}, but line {head[0]} was written before",
            "was the database restored? Run `backbone-sync record verify`; then `record restart --reason TEXT` keeps"
            " the old end in the new line",
        )


def read(desk: RecordDesk, since: int = 0) -> Iterator[Entry]:
    """The lines after `since`, in order."""
    yield from (_entry(line) for _, line, _ in desk.lines(since))


def verify(desk: RecordDesk, folder: str) -> tuple[int, list[str]]:
    """How many lines there are, and what is wrong with the chain; nothing when it holds."""
    faults: list[str] = []
    previous, expected, digests = GENESIS, 1, {}
    rows = desk.lines()
    for seq, line, digest in rows:
        if seq != expected:
            faults.append(f"lines {expected} to {seq - 1} are missing")
        elif chained(previous, line) != digest:
            faults.append(f"line {seq} is not what it was when it was written")
        elif _entry(line).seq != seq:
            faults.append(f"line {seq} stands in another line's place")
        previous, expected = digest, seq + 1
        digests[seq] = digest
    head = _head(folder)
    if head is not None and head[0] >= expected:
        faults.append(f"lines {expected} to {head[0]} are missing at the end")
    elif head is not None and digests.get(head[0]) != head[1]:
        faults.append(f"the chain was written anew: line {head[0]} is not the one that {HEAD} names")
    elif head is None and rows and folder:
        faults.append(f"{HEAD} is missing, so that a cut-off end would not be noticed")
    return len(rows), faults


def restart(desk: RecordDesk, folder: str, grant: Grant, reason: str) -> Entry:
    """Go on after a restore took the end away: the new line names the head that was lost."""
    return append(desk, folder, "record_restart", grant, _lost_end(folder, reason))


def _lost_end(folder: str, reason: str) -> dict[str, Any]:
    """Let go of the end that is kept outside the database: what the line that goes on after it tells of it."""
    lost = _head(folder)
    if folder:
        (Path(folder) / HEAD).unlink(missing_ok=True)
    return {"reason": reason, "lost_seq": lost[0] if lost else None, "lost_digest": lost[1] if lost else None}


def append_on(desk: RecordDesk, folder: str, activity: str, grant: Grant, detail: Mapping[str, Any]) -> Entry:
    """Append as `append` does, but go on after a lost end with a line that says so: a run is never stopped by it."""
    try:
        return append(desk, folder, activity, grant, detail)
    except RecordBroken as fault:
        log.error("error=%s message=%r", fault.kind, fault.message)
        restart(desk, folder, grant, LOST)
        return append(desk, folder, activity, grant, detail)


def _entry(line: str) -> Entry:
    content = msgspec.json.decode(line)
    return Entry(content["seq"], content["at"], content["actor"], content["activity"], content["detail"])


def _head(folder: str) -> tuple[int, str] | None:
    path = Path(folder) / HEAD
    if not folder or not path.is_file():
        return None
    try:
        seq, digest = path.read_text("ascii").split()
        return int(seq), digest
    except (OSError, ValueError) as fault:
        raise ConfigInvalid(f"cannot read {path}", "compare it with the journal's last `record seq=` line") from fault


def _keep_head(folder: str, seq: int, digest: str) -> None:
    if not folder:
        return
    path = Path(folder) / HEAD
    try:
        fresh = path.with_suffix(".new")
        fresh.write_text(f"{seq} {digest}\n", "ascii")
        fresh.replace(path)
    except OSError as fault:
        raise ConfigInvalid(f"cannot write {path}: {fault.strerror}", "check publish.directory") from fault
