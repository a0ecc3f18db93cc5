"""The drop directory: which bundles have come, which are taken, and where each one goes.

A bundle is looked at once nobody has written to it for a while. It is judged whole, from a private copy: whatever is
wrong with it, nothing of it is stored, and it goes to `rejected/` with the reason beside it. Sequence numbers leave no
gap: none is skipped and none is taken twice. What was taken goes to `done/` once all its rows are committed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid, SyncError
from backbone_sync.sources import bundle, bundle_rows, envelope
from backbone_sync.sources.bundle import BundleRefused, Told
from backbone_sync.sources.delivery import REASON, WAITING_LONG, log

DONE, REJECTED = "done", "rejected"


@dataclass(frozen=True)
class Ledger:
    """What was taken before: the last sequence number (0: none yet) and the SHA-256 of what had it."""

    last: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Taken:
    """A bundle that was judged sound: its manifest, a private copy of its file, and the zip in it, if it is one."""

    told: Told
    file: IO[bytes]
    inside: zipfile.ZipFile | None


@dataclass
class Found:
    """What a look into the directory has found: bundles to apply in their order, and those that were refused."""

    taken: list[Taken] = field(default_factory=list)
    refused: list[BundleRefused] = field(default_factory=list)


@dataclass(frozen=True)
class Drop:
    """One drop directory. `settle`: seconds without a write before a file is looked at; `keep` of the done ones."""

    directory: Path
    signers: Path
    region: str
    dictionary: Dictionary
    settle: float = 60.0
    max_bytes: int = 8 * 1024**3
    keep: int = 3
    work: str | None = None  # where private copies are made; None: the usual place for temporary files
    now: Callable[[], float] = time.time

    def install(self) -> list[str]:
        """Make the folders that are missing; their names."""
        made = []
        for name in (DONE, REJECTED):
            place = self.directory / name
            try:
                if not place.is_dir():
                    place.mkdir(mode=0o770)
                    made.append(str(place))
            except OSError as fault:
                raise ConfigInvalid(
                    f"cannot make {place}: {fault.strerror}",
                    "check source.directory: it must be there, and the service's user must be able to write into it",
                ) from fault
        return made

    def ready(self) -> None:
        """ConfigInvalid unless bundles can be read from the directory and moved within it; changes nothing."""
        for place in (self.directory, self.directory / DONE, self.directory / REJECTED):
            if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
                raise ConfigInvalid(
                    f"{place} is not there, or closed to the service",
                    "run `backbone-sync migrate`; check source.directory",
                )

    def look(self, ledger: Ledger, granted: Sequence[str]) -> Found:
        """Judge everything that lies in the directory; what is refused is moved at once."""
        keys = envelope.known(self.signers)
        found, read = Found(), list[Told]()
        names = self._names()
        envelopes = {name for name in names if name.endswith(envelope.ENDING)}
        waits = False
        for name in sorted(names):
            signed = name if name in envelopes else name + envelope.ENDING
            other = name[: -len(envelope.ENDING)] if name in envelopes else signed
            if self._young(name) or (other in names and self._young(other)):
                waits = True
            elif other not in names:
                if self._age(name) > WAITING_LONG.total_seconds():
                    lack = "the file that it signs" if name in envelopes else "its signature"
                    self._refuse(found, name, BundleRefused(f"{lack} has not come within an hour"))
                else:
                    waits = True
            elif name in envelopes:
                try:
                    read.append(self._told(name, keys))
                except SyncError as fault:
                    self._refuse(found, other, fault)
        self._in_order(found, sorted(read, key=lambda one: one.manifest.sequence), ledger, granted, waits=waits)
        return found

    def _in_order(self, found: Found, read: list[Told], ledger: Ledger, granted: Sequence[str], *, waits: bool) -> None:
        last = ledger.last
        for one in read:
            number = one.manifest.sequence
            if number == ledger.last and one.sha256 == ledger.sha256:
                # Taken, and then the machine went down before it was put by.
                self.put_by(one.name)
                continue
            try:
                if fault := out_of_order(one, last, granted):
                    if waits and number > last:
                        continue  # the one before may be on its way
                    raise fault
                found.taken.append(self._take(one))
                last = number
            except BundleRefused as fault:
                self._refuse(found, one.name, fault)

    def _told(self, name: str, keys: Sequence[envelope.Key]) -> Told:
        with self._opened(name) as file:
            content = file.read(envelope.MAX_ENVELOPE + 1)
        if len(content) > envelope.MAX_ENVELOPE:
            raise BundleRefused("its signature file is too large to be one")
        beside = name[: -len(envelope.ENDING)]
        if not bundle.PLAIN.match(beside):
            raise BundleRefused("its name has other characters than letters, digits, and . _ -")
        statement, key = envelope.opened(content, keys)
        told = bundle.told(statement, key.name, beside)
        bundle.fits(told, self.region, self.dictionary, datetime.now(timezone.utc), self.max_bytes)
        return told

    def _take(self, told: Told) -> Taken:
        file = tempfile.TemporaryFile(dir=self.work)  # noqa: SIM115  (lives as long as the run; without a name, it goes by itself)
        with self._opened(told.name) as original:
            while piece := original.read(bundle.PIECE):
                file.write(piece)
        file.flush()
        if bundle.digest_of(file) != told.sha256:
            raise BundleRefused("it has another SHA-256 than its signature says: changed or cut off on its way")
        inside = bundle.container(told, file)
        for part in told.manifest.files:
            bundle_rows.check(part, self.dictionary[part.entity], inside, file)
        return Taken(told, file, inside)

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        """A plain file of the directory, not through a link."""
        try:
            place = os.open(self.directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as fault:
            if fault.errno == errno.ELOOP:
                raise BundleRefused("it is a link and no file") from None
            why = (
                "the antivirus or the file's rights keep it closed"
                if fault.errno in (errno.EPERM, errno.EACCES)
                else ""
            )
            raise BundleRefused(f"it cannot be opened: {why or fault.strerror}") from None
        with os.fdopen(place, "rb") as file:
            if not stat.S_ISREG(os.fstat(place).st_mode):
                raise BundleRefused("it is no plain file")
            yield file

    def _names(self) -> set[str]:
        try:
            return {
                one.name
                for one in os.scandir(self.directory)
                if not one.name.startswith(".") and not one.is_dir(follow_symlinks=False)
            }
        except OSError as fault:
            raise ConfigInvalid(
                f"cannot read the drop directory {self.directory}: {fault.strerror}", "check source.directory"
            ) from fault

    def _age(self, name: str) -> float:
        try:
            found = os.lstat(self.directory / name)
        except OSError:
            return 0.0
        # A copy may keep the time of its original; the inode's own time says when it came.
        return self.now() - max(found.st_mtime, found.st_ctime)

    def _young(self, name: str) -> bool:
        return self._age(name) < self.settle

    def _refuse(self, found: Found, name: str, fault: SyncError) -> None:
        """Move a bundle and what belongs to it to rejected/; the reason goes beside it before."""
        base = name[: -len(envelope.ENDING)] if name.endswith(envelope.ENDING) else name
        made = BundleRefused(f"bundle {printable(base)} was refused: {fault.message}")
        log.error("bundle=%r refused=%r", base, fault.message)
        self._move(base, REJECTED, f"{fault.message}\n")
        found.refused.append(made)

    def put_by(self, name: str) -> None:
        """Move a bundle to done/, and remove the oldest there beyond those that are kept."""
        self._move(name, DONE)
        folder = self.directory / DONE
        try:
            bundles = sorted(
                (one for one in folder.iterdir() if not one.name.endswith(envelope.ENDING)),
                key=lambda one: (one.lstat().st_ctime, one.name),
                reverse=True,
            )
            for old in bundles[self.keep :]:
                old.unlink()
                old.with_name(old.name + envelope.ENDING).unlink(missing_ok=True)
        except OSError as fault:
            log.warning("cannot tidy %s: %s", folder, fault.strerror)

    def _move(self, base: str, folder: str, reason: str = "") -> None:
        mark = ""
        while os.path.lexists(self.directory / folder / f"{base}{mark}"):
            mark = f".{int(mark[1:] or 1) + 1}"
        try:
            if reason:
                (self.directory / folder / f"{base}{mark}{REASON}").write_text(reason, "utf-8")
            for ending in ("", envelope.ENDING):
                here = self.directory / f"{base}{ending}"
                if os.path.lexists(here):
                    here.rename(self.directory / folder / f"{base}{mark}{ending}")
        except OSError as fault:
            raise ConfigInvalid(
                f"cannot move {printable(base)} to {self.directory / folder}: {fault.strerror}",
                "the service's user must be able to write into source.directory and the folders in it",
            ) from fault


def out_of_order(told: Told, last: int, granted: Sequence[str]) -> BundleRefused | None:
    """Why a bundle cannot follow the one with number `last` (0: none yet); None when it can. Pure.

    One that holds every granted entity complete may leave numbers out: nothing can be missing after it.
    """
    number = told.manifest.sequence
    whole = {one.entity for one in told.manifest.files if one.kind == "complete"}
    if number <= last:
        return BundleRefused(
            f"it has the number {number}, and number {last} was taken already: an older bundle or a copy"
        )
    if number == last + 1 or set(granted) <= whole:
        return None
    return BundleRefused(
        f"it has the number {number}, and number {last + 1} has not been taken: that one has to come first."
        " Put this one back into the drop directory then"
    )


def printable(name: str) -> str:
    """A file's name as a message may hold it."""
    return "".join(c if c.isprintable() else "?" for c in name)[:120]
