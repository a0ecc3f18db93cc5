"""Applies a bundle: judges it, and carries it over SSH onto servers, whose apt then reads it in place of the internet.

What arrives lies in /var/lib/backbone/bundle; one file in /etc/apt/apt.conf.d points apt there, and taking it away
brings the server's own sources back. Roles and inventory know nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from provision import paths
from provision.converge import targets
from provision.converge.driver import Job, drive, first_failure
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _
from provision.inventory import Fleet
from provision.onboard.bundle.archive import digest
from provision.onboard.bundle.gather import BUILT, DATABASES, KIND, LIST, SIGNATURES
from provision.report.keys import KnownKey
from provision.report.sign import envelope_file
from provision.report.verify import check

PIECE = 32 << 20  # bytes that go at once: a line that breaks loses no more
_SERVER = "/var/lib/backbone/bundle"


@dataclass(frozen=True)
class Bundle:
    """A bundle that holds: signed by a known key, every file as listed. `id`: short digest of its list."""

    folder: Path
    id: str
    signer: str
    made_at: str
    releases: tuple[str, ...]
    files: tuple[str, ...]


def accept(folder: Path, keys: Mapping[str, KnownKey]) -> Bundle:
    """The bundle in `folder`, judged. UsageError when it is none, or is not what somebody known has signed."""
    if not (folder / LIST).is_file() or not envelope_file(folder, KIND).is_file():
        raise UsageError(
            _("{folder} holds no whole bundle").format(folder=folder),
            repair=_("gather it on a connected machine, to its end: backbone bundle DIR"),
        )
    checked = check(envelope_file(folder, KIND), keys)
    if not checked.held or checked.kind != KIND:
        raise UsageError(
            _("the bundle's signature does not hold: {why}").format(why="; ".join(checked.faults) or checked.kind),
            repair=_("take it from the disk anew; its signer's public key belongs into signers/ beside the inventory"),
        )
    document = json.loads((folder / LIST).read_text())
    wrong = [name for name, told in document["files"].items() if not _holds(folder, name, told)]
    if wrong:
        raise UsageError(
            _("{count} files of the bundle are missing or changed: {names}").format(
                count=len(wrong), names=", ".join(wrong[:5])
            ),
            repair=_("copy it from the disk again, or gather it again: what is whole is kept"),
        )
    short = hashlib.sha256((folder / LIST).read_bytes()).hexdigest()[:16]
    return Bundle(folder, short, checked.signer, checked.made_at, tuple(document["releases"]), tuple(document["files"]))


def _holds(folder: Path, name: str, told: Mapping[str, Any]) -> bool:
    inside = ".." not in PurePosixPath(name).parts and not PurePosixPath(name).is_absolute()
    path = folder / name
    return inside and path.is_file() and path.stat().st_size == told["size"] and digest(path) == told["sha256"]


def lay_built(bundle: Bundle) -> None:
    """Put what a controller builds for servers where `apply` looks for it on this one."""
    for inside, place in ((name, place) for name in BUILT for place in (bundle.folder / name).glob("*/")):
        target = paths.cache_dir() / BUILT[inside] / place.name
        if not (target / "release").is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(place, target)


class _Pieces:
    """A stream that is written to pieces of a bounded size, named in order."""

    def __init__(self, folder: Path, name: str, most: int) -> None:
        self.folder, self.name, self.most = folder, name, most
        self.written: list[Path] = []
        self._open: IO[bytes] | None = None
        self._room = 0

    def write(self, data: bytes) -> int:
        """As of a file."""
        rest = memoryview(data)
        while rest:
            if not self._room:
                self.close()
                self.written.append(self.folder / f"{self.name}.{len(self.written):03}")
                self._open, self._room = self.written[-1].open("wb"), self.most
            assert self._open is not None
            done = self._open.write(rest[: self._room])
            self._room -= done
            rest = rest[done:]
        return len(data)

    def close(self) -> None:
        """Close the piece at work."""
        if self._open:
            self._open.close()
            self._open = None


def _same(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of this machine in the archive: whoever makes it anew gets the same pieces."""
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mtime = 0
    member.mode = 0o755 if member.isdir() else 0o644
    return member


def pieces(bundle: Bundle, release: str, folder: Path, most: int = PIECE) -> list[Path]:
    """The part of a bundle for one release as pieces of an uncompressed tar in `folder`, the same each time."""
    stream = _Pieces(folder, f"debian-{release}", most)
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for name in sorted(bundle.files):
            if name.startswith(f"debian-{release}/"):
                archive.add(bundle.folder / name, arcname=name.partition("/")[2], filter=_same)
    stream.close()
    return stream.written


def carry(bundle: Bundle, fleet: Fleet, *, local: bool = False) -> None:
    """Bring the bundle to every server that lacks it. BackboneError with the first reason when one cannot take it.

    A Windows server has no apt: of the bundle it needs what the controller hands it in its stages.
    """
    lay_built(bundle)
    names = [server.name for server in fleet.servers if server.connection.kind != "psrp"]
    if not names:
        return
    with tempfile.TemporaryDirectory(prefix="backbone-bundle-") as temporary:
        work = Path(temporary)
        made = {release: [str(one) for one in pieces(bundle, release, work)] for release in bundle.releases}
        second = targets.write(
            work / "run" / "inventory.yml",
            hosts={},
            groups={"takes_bundle": names},
            everyone={
                "bundle_id": bundle.id,
                "bundle_folder": _SERVER,
                "bundle_pieces": made,
                "bundle_signatures": [str(one) for one in _databases(bundle)],
            },
        )
        ended = drive(
            Job(
                playbook=paths.playbooks_dir() / "bundle.yml",
                inventories=(targets.inventory_file(fleet.path).resolve(), second),
                folder=work / "ansible",
                roles=paths.roles_dir(),
                servers=len(names),
                vault_password_file=targets.vault_password_file(fleet.path),
                connection="local" if local else "",
            ),
            reasons := _Reasons(),
        )
    if ended.interrupted:
        raise KeyboardInterrupt
    if ended.status:
        raise BackboneError(
            _("the bundle did not reach every server: {reason}").format(
                reason="; ".join(reasons.told) or first_failure(ended.words)
            ),
            repair=_("run the same command again: pieces that have arrived are kept"),
            exit_status=Exit.UNREACHED,
        )


def _databases(bundle: Bundle) -> Iterator[Path]:
    yield from (bundle.folder / SIGNATURES / name for name in DATABASES if f"{SIGNATURES}/{name}" in bundle.files)


class _Reasons:
    """Ansible's events: keeps why a server failed."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, event: Mapping[str, Any]) -> None:
        if event.get("event") in ("runner_on_failed", "runner_on_unreachable"):
            data = event.get("event_data", {})
            message = str(data.get("res", {}).get("msg", "")).strip()
            self.told.append(f"{data.get('host', '?')}: {message[:300]}")
