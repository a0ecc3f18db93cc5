"""The reports that a server keeps of itself, and which of them the collector has not got yet.

`reports/` holds the newest, `reports/earlier/` the ones before it, `delivered/` an empty file for each report that the
collector has taken. What waits is everything else: nothing is copied into a queue, so that nothing can be lost between
signing and queueing, and a restart changes nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from provision.report import sign

KIND = "audit"
KEPT = timedelta(days=400)


@dataclass(frozen=True)
class Kept:
    """A signed report. `mark`: its number in the chain and the beginning of its statement's digest, 00012-1a2b3c4d."""

    mark: str
    folder: Path
    envelope: Path

    @property
    def at(self) -> datetime:
        """When it was signed, as its file says; UTC."""
        return datetime.fromtimestamp(self.envelope.stat().st_mtime, UTC)

    def files(self) -> tuple[Path, ...]:
        """Its files, the envelope last: where that has arrived, the whole report has."""
        rest = sorted(one for one in self.folder.glob(f"{KIND}.*") if one.is_file() and one != self.envelope)
        return (*rest, self.envelope)


@dataclass(frozen=True)
class Shelf:
    """Where a server keeps its reports: `root` is /var/lib/backbone/audit."""

    root: Path

    @property
    def reports(self) -> Path:
        """The newest report; `earlier/` below it holds the others."""
        return self.root / "reports"

    @property
    def delivered(self) -> Path:
        """A mark for each report that the collector has taken."""
        return self.root / "delivered"

    @property
    def waiting_mark(self) -> Path:
        """There while something may wait: a unit's condition, so that an idle queue costs no process."""
        return self.root / "waiting"

    def kept(self) -> tuple[Kept, ...]:
        """All signed reports, oldest first; one that is damaged is left to `backbone verify`."""
        return tuple(sorted(self._found(), key=lambda one: one.mark))

    def _found(self) -> Iterator[Kept]:
        for folder in (self.reports, *(self.reports / sign.EARLIER).glob(f"{KIND}-*")):
            envelope = sign.envelope_file(folder, KIND)
            link = sign.link_of(envelope)
            if link is not None:
                yield Kept(f"{link.number:05}-{link.sha256[:8]}", folder, envelope)

    def waiting(self) -> tuple[Kept, ...]:
        """What the collector has not taken yet, oldest first."""
        have = {one.name for one in self.delivered.iterdir()} if self.delivered.is_dir() else set()
        return tuple(one for one in self.kept() if one.mark not in have)

    def expect(self) -> None:
        """Note, before a report is made, that something will wait."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.waiting_mark.touch(mode=0o600)

    def settle(self) -> None:
        """Note that nothing waits."""
        self.waiting_mark.unlink(missing_ok=True)

    def deliver(self, one: Kept) -> None:
        """Note that the collector has taken a report, so that it stays noted when the power goes."""
        self.delivered.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.delivered / one.mark).touch(mode=0o600)
        if os.name == "nt":
            # Windows opens no directories; its file system notes a new name in its own journal.
            return
        folder = os.open(self.delivered, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def prune(self, now: datetime) -> tuple[str, ...]:
        """Remove reports older than KEPT and their marks; the newest always stays. The marks of what went."""
        gone = tuple(one for one in self.kept() if now - one.at > KEPT and one.folder != self.reports)
        for one in gone:
            shutil.rmtree(one.folder)
            (self.delivered / one.mark).unlink(missing_ok=True)
        return tuple(one.mark for one in gone)


@contextmanager
def locked(root: Path, name: str) -> Iterator[bool]:
    """Hold `root`/NAME.lock; False where another process of this machine holds it."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / f"{name}.lock").open("w") as stream:
        if not _mine(stream.fileno()):
            yield False
            return
        yield True


def _mine(handle: int) -> bool:
    """Lock an open file for as long as it is open; False where another process holds it."""
    if os.name == "nt":
        locking = import_module("msvcrt")
        try:
            locking.locking(handle, locking.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    locking = import_module("fcntl")
    try:
        locking.flock(handle, locking.LOCK_EX | locking.LOCK_NB)
    except BlockingIOError:
        return False
    return True
