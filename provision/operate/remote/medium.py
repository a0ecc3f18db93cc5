"""Files on a removable disk, handled by root: what somebody put on it leads nowhere else.

A symbolic link on the disk would have root read, overwrite or give away files of the live server. So links are refused
before anything is written, and no file is written through one that came later.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from provision.operate.remote.observe import Short

BLOCK = 1 << 20


def without_links(place: Path, unfinished: Path) -> None:
    """Short where one server's folder on a disk is a link, holds one, or where there is one in what is gone on with."""
    found = [place, *(place.iterdir() if place.is_dir() and not place.is_symlink() else ())]
    for folder, folders, files in os.walk(unfinished):  # does not follow links
        found += [Path(folder, name) for name in (*folders, *files)]
    for path in found:
        if path.is_symlink():
            raise Short("{path} is a symbolic link: nothing was written; look who put it there", path=path)


def put(path: Path, text: str) -> None:
    """Write a file, through no link."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644), "w") as out:
        out.write(text)


def bring(source: Path, target: Path) -> None:
    """Copy one file; under its name it is either whole or not there."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    fresh = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(fresh, "wb") as out, source.open("rb") as file:
        shutil.copyfileobj(file, out, BLOCK)
    part.replace(target)


def give(place: Path, user: int, group: int) -> None:
    """All of a folder to one owner; where the file system has owners."""
    for path in (place, *place.rglob("*")):
        with contextlib.suppress(PermissionError):
            os.chown(path, user, group, follow_symlinks=False)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read from the medium and not from memory."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
