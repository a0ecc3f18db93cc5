"""Gathers a bundle on a connected machine. Cut off, it goes on where it was: what is whole stays, by its digest."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from provision import __version__, debian
from provision.converge import program
from provision.converge.stages import NAMES
from provision.converge.wheelhouse import WINDOWS, WINDOWS_PYTHON, build_wheelhouse
from provision.errors import BackboneError, UsageError
from provision.i18n import _
from provision.onboard.bundle import archive, packages
from provision.report.keys import ReportKey
from provision.report.sign import envelope_file, sign

KIND = "bundle"
VERSION = 1
LIST = f"{KIND}.json"
# What the controller builds for servers: its folder in a bundle, and in the cache in which `apply` looks for it.
BUILT = {"wheels": "wheelhouse", "program": "program"}
SIGNATURES = Path("signatures")
DATABASES = ("main.cvd", "daily.cvd", "bytecode.cvd")
PYTHONS = {"12": "3.11", "13": "3.13"}


@dataclass(frozen=True)
class Wish:
    """What to gather. `releases` of Debian; `stages`: () all, and what every installation has; `more`: packages beyond;
    `signatures`: where the antivirus's databases lie, a folder or an http(s) address, "" to leave them out; `windows`:
    also what the controller builds for Windows servers.
    """

    releases: tuple[str, ...] = ("12", "13")
    stages: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    signatures: str = ""
    windows: bool = False


@dataclass(frozen=True)
class Gathered:
    """What a bundle came to. `size` in bytes."""

    folder: Path
    files: int
    size: int
    left_out: tuple[str, ...]


# What is at work, bytes that are here, bytes in all.
Told = Callable[[str, int, int], None]


def gather(folder: Path, wish: Wish, key: ReportKey, told: Told = lambda _what, _have, _all: None) -> Gathered:
    """Fill `folder` with a bundle and sign it. BackboneError for what cannot be had: the next run goes on."""
    if strange := [one for one in wish.releases if one not in archive.SUITES]:
        raise UsageError(
            _("no bundle for Debian {releases}").format(releases=", ".join(strange)),
            repair=", ".join(archive.SUITES),
        )
    if strange := [one for one in wish.stages if one not in NAMES]:
        raise UsageError(_("no such stage: {names}").format(names=", ".join(strange)), repair=", ".join(NAMES))
    if not archive.KEYRING.exists():
        raise UsageError(
            _("{file} is not there: without it nobody can tell Debian's packages from others").format(
                file=archive.KEYRING
            ),
            repair="sudo apt-get install debian-archive-keyring",
        )
    folder.mkdir(parents=True, exist_ok=True)
    # An unfinished bundle bears no signature.
    envelope_file(folder, KIND).unlink(missing_ok=True)
    kept: set[Path] = set()
    for release in wish.releases:
        kept |= _release(folder, release, wish, told)
    if not wish.stages or wish.windows or "sync" in wish.stages:
        kept |= _built(folder, told, windows=wish.windows)
    left_out = []
    if wish.signatures:
        kept |= _signatures(folder, wish.signatures, told)
    else:
        left_out.append(_("signatures of the antivirus: name a mirror or a folder with --signatures"))
    return _close(folder, kept, wish, key, tuple(left_out))


def _release(folder: Path, release: str, wish: Wish, told: Told) -> set[Path]:
    copy = folder / f"debian-{release}"
    found = archive.parts(release, debian.archives(Path("/etc/apt")))
    told(_("Debian {release}: indexes").format(release=release), 0, 0)
    for part in found:
        archive.indexes(part, copy / part.name)
    with tempfile.TemporaryDirectory(prefix="backbone-bundle-") as work:
        apt = archive.Apt(Path(work), copy.resolve(), found)
        apt.run("update", "--error-on=any")
        postgresql = archive.version_of(found, copy, "postgresql").partition("+")[0]
        named = [*packages.of_stages(wish.stages or NAMES, postgresql), *wish.more]
        needed = apt.closure(named) | apt.closure(packages.ANSIBLE, recommended=True)
        if not wish.stages:
            # By themselves: what an installation has is not always to be had together with what a server gets.
            needed |= apt.closure([*archive.of_priority(found, copy), *packages.ALWAYS])
    files = archive.wanted(found, copy, needed)
    total, have = sum(one.size for one in files), 0
    what = _("Debian {release}: {count} packages").format(release=release, count=len(files))

    def heard(size: int) -> None:
        nonlocal have
        have += size
        told(what, min(have, total), total)

    for one in files:
        archive.fetch(one, heard)
    (copy / "sources.list").write_text(archive.sources("@FOLDER@", found))
    kept = {one.path for one in files} | {copy / "sources.list"}
    return kept | {path for path in copy.rglob("*") if path.is_file() and "dists" in path.relative_to(copy).parts}


def _built(folder: Path, told: Told, *, windows: bool = False) -> set[Path]:
    """The sync service and the program of a server's own audit, for all Pythons, whatever Debian the bundle is for.

    `windows`: for the Python that stages bring to a Windows server, too, and Microsoft's driver with the service.
    """
    kept = set()
    told(_("wheels of the sync service"), 0, 0)
    made_here = [("wheels", build_wheelhouse()), ("program", program.build())]
    if windows:
        told(_("wheels for Windows servers"), 0, 0)
        made_here += [
            ("wheels", build_wheelhouse((WINDOWS_PYTHON,), machine=WINDOWS, sqlserver=True)),
            ("program", program.build((WINDOWS_PYTHON,), machine=WINDOWS)),
        ]
    for inside, made in made_here:
        place = folder / inside / made.name
        if not (place / "release").exists():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(made, place)
        kept |= {path for path in place.rglob("*") if path.is_file()}
    return kept


def _signatures(folder: Path, source: str, told: Told) -> set[Path]:
    place = folder / SIGNATURES
    place.mkdir(exist_ok=True)
    kept = set()
    for number, name in enumerate(DATABASES):
        told(_("signatures of the antivirus"), number, len(DATABASES))
        if source.startswith(("http://", "https://")):
            content = archive.plain(f"{source.rstrip('/')}/{name}")
        elif (Path(source) / name).is_file():
            content = (Path(source) / name).read_bytes()
        else:
            raise UsageError(_("{file} is not there").format(file=Path(source) / name))
        if not content.startswith(b"ClamAV-VDB:"):
            raise BackboneError(_("{name} from {source} is no database of ClamAV").format(name=name, source=source))
        (place / name).write_bytes(content)
        kept.add(place / name)
    return kept


def _close(folder: Path, kept: set[Path], wish: Wish, key: ReportKey, left_out: tuple[str, ...]) -> Gathered:
    """Throw out what belongs to an older bundle, list the rest, sign the list."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path not in kept and path.relative_to(folder).parts[0] in _parts(wish):
            path.unlink()
    listed = {
        str(path.relative_to(folder)): {"sha256": archive.digest(path), "size": path.stat().st_size}
        for path in sorted(kept)
    }
    size = sum(path.stat().st_size for path in kept)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    document = {
        "version": VERSION,
        "made_at": at,
        "tool": __version__,
        "releases": list(wish.releases),
        "stages": list(wish.stages),
        "files": listed,
    }
    (folder / LIST).write_text(json.dumps(document, indent=1) + "\n")
    summary = {"files": len(kept), "bytes": size, "releases": list(wish.releases)}
    sign(folder, KIND, [folder / LIST], key, document_version=VERSION, made_at=at, summary=summary)
    return Gathered(folder, len(kept), size, left_out)


def _parts(wish: Wish) -> set[str]:
    return {*(f"debian-{release}" for release in archive.SUITES), *BUILT, str(SIGNATURES)}
