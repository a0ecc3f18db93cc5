"""The program with which a server audits itself: this package's own rooms and what they import, ready to run.

DIRECTORY/release holds its id, DIRECTORY/<python>.tar.gz the files for that Python of a server: unpacked there, on
PYTHONPATH, it runs with the server's own Python. No pip and no virtual environment: unpacking takes the server a
second. The wheels come from the controller's lock, each by its hash. The id comes from the program's own files and the
lock alone, so that it is known without building anything, and a stage's input digest can carry it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from provision import __version__, paths
from provision.converge import wheelhouse
from provision.converge.wheelhouse import PYTHONS, locked_for, platform_words, run_pip
from provision.i18n import _

# What the rooms below import, and what that imports; a test holds it closed.
NEEDED = (
    "annotated-types",
    "cffi",
    "cryptography",
    "jinja2",
    "markupsafe",
    "msgspec",
    "packaging",
    "psutil",
    "pycparser",
    "pydantic",
    "pydantic-core",
    "pytest-testinfra",
    "pyyaml",
    "rfc8785",
    "ruamel-yaml",
    "ruamel-yaml-clib",
    "securesystemslib",
    "typing-extensions",
    "typing-inspection",
    # Windows keeps no list of time zones.
    "tzdata",
)
# The Pythons that pyproject.toml names.
RUNS_ON = ("3.11", "3.12", "3.13")
# Rooms of this package; files at its top come along where they are named.
ROOMS = ("audit", "inventory", "probe", "report", "selfaudit")
MODULES = ("__init__.py", "errors.py", "exits.py", "i18n.py", "paths.py", "times.py")
BESIDE = ("checks", "backbone_sync")
_LEFT_OUT = ("__pycache__", "*.pyc", ".*", "test_*.py")


@cache
def sources() -> tuple[tuple[str, Path], ...]:
    """The program's own files: (place in the program, file), in a stable order."""
    package = Path(__file__).resolve().parents[1]
    found = {f"provision/{name}": package / name for name in MODULES}
    roots = [(f"provision/{room}", package / room) for room in ROOMS]
    roots += [(name, package.parent / name) for name in BESIDE]
    for inside, root in roots:
        for path in root.rglob("*"):
            relative = path.relative_to(root)
            if path.is_file() and _kept(relative):
                found[f"{inside}/{relative}"] = path
    return tuple(sorted(found.items()))


def _kept(relative: Path) -> bool:
    return not any(Path(part).match(pattern) for part in relative.parts for pattern in _LEFT_OUT)


def release_id() -> str:
    """The version and a short digest of the program's files and of the lock."""
    digest = hashlib.sha256(paths.controller_lock().read_bytes() + " ".join(NEEDED).encode())
    for inside, path in sources():
        digest.update(f"{inside}\0".encode() + path.read_bytes() + b"\0")
    return f"{__version__}-{digest.hexdigest()[:12]}"


def needed(lock: Path, python: str, machine: str = "x86_64") -> Iterator[str]:
    """The lines of the lock for what is needed, each with its hashes."""
    for line in locked_for(lock, python, machine):
        name = re.split(r"[=\[ ]", line, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")
        if name in NEEDED:
            yield line


def pythons_of(systems: Iterable[str]) -> tuple[str, ...]:
    """Of the Pythons that servers with these systems have, those that the program runs on."""
    return tuple(one for one in wheelhouse.pythons_of(systems) if one in RUNS_ON)


def build(pythons: Sequence[str] = PYTHONS, *, machine: str = "x86_64") -> Path:
    """The present program for servers with any of `pythons`; from the cache, or put together now.

    Raises BackboneError when the package index cannot be reached or has no wheel for one of the Pythons.
    """
    release = release_id()
    place = paths.cache_dir() / "program" / f"{release}-{machine}-{'-'.join(pythons)}"
    if (place / "release").is_file():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".building-") as temporary:
        made = Path(temporary) / "program"
        made.mkdir()
        for python in pythons:
            _pack(Path(temporary) / python, python, machine, made / f"{python}.tar.gz")
        (made / "release").write_text(release + "\n", "utf-8")
        # Another process may have been as quick; what it made is the same.
        if not (place / "release").is_file():
            shutil.rmtree(place, ignore_errors=True)
            made.rename(place)
    return place


def _pack(folder: Path, python: str, machine: str, archive: Path) -> None:
    """Put the program together in `folder`, for one Python, and pack it: the same bit for bit each time."""
    folder.mkdir(parents=True)
    requirements = folder.with_name(f"{python}.txt")
    requirements.write_text("\n".join(needed(paths.controller_lock(), python, machine)) + "\n", "utf-8")
    run_pip(
        [
            *("install", *platform_words(python, machine), "--no-compile"),
            *("--target", str(folder), "--requirement", str(requirements)),
        ],
        _("the wheels of the servers' own audit for Python {python} could not be fetched").format(python=python),
    )
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for inside, path in sources():
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

    def plain(one: tarfile.TarInfo) -> tarfile.TarInfo:
        one.uid = one.gid = 0
        one.uname = one.gname = "root"
        one.mtime = 1735689600
        one.mode = 0o755 if one.isdir() else 0o644
        return one

    with (
        archive.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=str(path.relative_to(folder)), recursive=False, filter=plain)
