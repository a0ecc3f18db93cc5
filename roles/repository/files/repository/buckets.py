"""Objects of one client, in files: what is, what was, and what is still coming."""

import os
import shutil
import threading
import time
from pathlib import Path

DAY = 86400 * 10**9  # nanoseconds
HALF_DAYS = 2  # an upload that is not whole by then never will be


class Refused(Exception):  # noqa: N818 — reads as the state it is
    """A request that is not served: HTTP status, S3's word for it, a sentence."""

    def __init__(self, status, code, message=""):
        super().__init__(message or code)
        self.status, self.code, self.message = status, code, message or code


def checked_key(key):
    """The parts of an object's name as they become a path; Refused for what could lead anywhere else."""
    parts = key.split("/")
    bad = any(part in ("", ".", "..") or "\0" in part or len(part.encode()) > 255 for part in parts)
    if bad or len(key.encode()) > 1024:
        raise Refused(400, "InvalidArgument", "such a name is not taken")
    return parts


class Bucket:
    """The objects of one client, in files. Its methods may be called from many threads."""

    def __init__(self, root, quota=0):
        self.root, self.now, self.was, self.coming = root, root / "now", root / "was", root / "coming"
        for one in (self.now, self.was, self.coming):
            one.mkdir(mode=0o750, parents=True, exist_ok=True)
        self.quota = quota
        self.lock = threading.Lock()
        self.used = used(root)

    def path(self, key):
        """Where an object lies."""
        return self.now.joinpath(*checked_key(key))

    def keys(self, prefix):
        """All names that begin with the prefix, in S3's order."""
        above = prefix.split("/")[:-1]
        start = self.now.joinpath(*above) if not {"", ".", ".."} & set(above) else None
        if start is None or not start.is_dir():
            return []
        found = []
        for folder, _folders, files in os.walk(start):
            at = os.path.relpath(folder, self.now)
            found += [name if at == "." else f"{at}/{name}" for name in files]
        return sorted((key for key in found if key.startswith(prefix)), key=str.encode)

    def aside(self, path, moment):
        """Put an object aside, under the moment (nanoseconds) until which it was."""
        kept = self.was / str(moment) / path.relative_to(self.now)
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.replace(kept)

    def prune(self, folder):
        """Take away a folder that became empty, and those above it."""
        while folder != self.now and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def room(self, size):
        """Refused where so much more would pass the quota; the bytes are booked at once."""
        with self.lock:
            if self.quota and self.used + size > self.quota:
                raise Refused(507, "InsufficientStorage", "the quota of this bucket is used up")
            self.used += size

    def put(self, coming, key):
        """A whole upload becomes the object; what it replaces is put aside."""
        path = self.path(key)
        with self.lock:
            try:
                path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                raise Refused(409, "InvalidRequest", "an object has the name of this folder") from None
            if path.is_dir():
                raise Refused(409, "InvalidRequest", "a folder has the name of this object")
            if path.exists():
                self.aside(path, time.time_ns())
            coming.replace(path)
            sync_folder(path.parent)

    def delete(self, keys):
        """Put objects aside; those that are not there are as good as deleted."""
        moment = time.time_ns()
        with self.lock:
            for key in keys:
                path = self.path(key)
                if path.is_file():
                    self.aside(path, moment)
                    self.prune(path.parent)

    def purge(self, before):
        """Remove for good what was put aside before a moment (nanoseconds), and uploads that never became whole."""
        for old in self.was.iterdir():
            if old.name.isdigit() and int(old.name) < before:
                shutil.rmtree(old)
        stale = time.time_ns() - HALF_DAYS * DAY
        for half in self.coming.iterdir():
            if half.stat().st_mtime_ns < stale:
                shutil.rmtree(half) if half.is_dir() else half.unlink()
        with self.lock:
            self.used = used(self.root)

    def rewind(self, moment):
        """Make everything as it was at a moment (nanoseconds); what came since is put aside, not lost."""
        stamp = time.time_ns()
        with self.lock:
            newer = [path for path in self.now.rglob("*") if path.is_file() and path.stat().st_mtime_ns > moment]
            for path in newer:
                self.aside(path, stamp)
                self.prune(path.parent)
            later = sorted(int(one.name) for one in self.was.iterdir() if moment < int(one.name) < stamp)
            brought = 0
            for one in later:
                for old in [path for path in (self.was / str(one)).rglob("*") if path.is_file()]:
                    place = self.now / old.relative_to(self.was / str(one))
                    if old.stat().st_mtime_ns <= moment and not place.exists():
                        place.parent.mkdir(parents=True, exist_ok=True)
                        old.replace(place)
                        brought += 1
        return len(newer), brought


def used(root):
    """Bytes of all files below a folder; those that go meanwhile do not count."""
    total = 0
    for folder, _folders, files in os.walk(root):
        for name in files:
            try:
                total += (Path(folder) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def sync_folder(folder):
    """Make the names in a folder outlast a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
