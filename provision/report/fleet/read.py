"""Reads audits and drills from files and folders. What cannot be read is told, with the reason, and stops nothing.

Documents are decoded into the few fields that a fleet view needs; the servers' answers, which are most of an audit, are
passed over. Schema versions 1 and 2 of audits and of drills are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from provision.errors import BackboneError, UsageError
from provision.i18n import _
from provision.report import sign, verify
from provision.report.keys import KnownKey

# The versions of documents that this program can read; `verify.VERSIONS` has the ones that it writes.
KNOWN = {"audit": (1, 2), "drill": (1, 2)}
# A clock may be a little wrong; what is dated later than that would hide all audits to come.
AHEAD = timedelta(days=1)

Status = Literal["pass", "warning", "attested", "not_applicable", "waived", "fail", "error"]
# `unchecked`: nobody asked. `unsigned`: no envelope beside it. `refused`: its envelope proves less than it should.
Trust = Literal["unchecked", "signed", "unsigned", "refused"]


class Words(msgspec.Struct, frozen=True):
    """A text in both languages."""

    id: str
    en: str


class Finding(msgspec.Struct, frozen=True):
    """What a fleet view needs of a finding."""

    control: str
    family: str
    title: Words
    basis: Literal["minimum", "interpretation", "recommended"]
    severity: Literal["critical", "high", "medium", "low"]
    status: Status
    observed: str
    expected: str
    remedy: Words
    stage: str | None = None
    note: str | None = None
    since: str | None = None


class Fault(msgspec.Struct, frozen=True):
    """Why a server gave no answer."""

    message: str


class Server(msgspec.Struct, frozen=True):
    """One server of an audit."""

    name: str
    region: str
    region_name: str
    level: str
    zone: str
    taken_at: str
    ready: bool
    findings: tuple[Finding, ...]
    fault: Fault | None = None


class FamilyTitle(msgspec.Struct, frozen=True):
    """A family that an audit has findings of."""

    family: str
    title: Words


class Audit(msgspec.Struct, frozen=True):
    """audit.json."""

    servers: tuple[Server, ...]
    inventory: str = ""
    families: tuple[FamilyTitle, ...] = ()


class Drill(msgspec.Struct, frozen=True):
    """One server of a drill."""

    server: str
    ok: bool
    started_at: str
    region: str = ""  # since version 2


class DrillDocument(msgspec.Struct, frozen=True):
    """drill.json."""

    servers: tuple[Drill, ...]


class _Head(msgspec.Struct):
    version: object = None
    kind: object = None
    ok: object = None


@dataclass(frozen=True)
class Proof:
    """How far a document may be believed. `signer`: the known key's name; `why`: what a refused one lacks."""

    trust: Trust
    signer: str = ""
    why: tuple[str, ...] = ()

    @property
    def believed(self) -> bool:
        """May a yes rest on it? Where nobody asked for signatures the reader answers for the files."""
        return self.trust in ("unchecked", "signed")


UNCHECKED = Proof("unchecked")


@dataclass(frozen=True)
class Read:
    """A document, the file that it came from, and how far to believe it."""

    file: Path
    document: Audit | DrillDocument
    proof: Proof = UNCHECKED


@dataclass(frozen=True)
class Unread:
    """A file that is left out, and why."""

    file: Path
    why: str


@dataclass
class Reader:
    """Reads documents one at a time, and keeps what could not be read. `keys`: verify signatures by these; None: do
    not. `at`: now, UTC. `days`: files in folders that were written longer ago are passed over; None: none are.
    """

    at: datetime
    keys: Mapping[str, KnownKey] | None = None
    days: int | None = None
    unread: list[Unread] = field(default_factory=list)

    def read(self, places: Iterable[Path]) -> Iterator[Read]:
        """Every audit and drill of the places. UsageError for a place that is not there."""
        since = None if self.days is None else (self.at - timedelta(days=self.days)).timestamp()
        for file in files(places, since):
            try:
                yield self._one(file)
            except BackboneError as fault:
                self.unread.append(Unread(file, fault.message))

    def _one(self, file: Path) -> Read:
        try:
            content = file.read_bytes()
        except OSError as fault:
            raise BackboneError(_("it cannot be read: {why}").format(why=fault.strerror)) from fault
        document = decode(content)
        moments = (
            [one.taken_at for one in document.servers]
            if isinstance(document, Audit)
            else [one.started_at for one in document.servers]
        )
        if any(moment(one) > self.at + AHEAD for one in moments):
            raise BackboneError(_("it is dated in the future: somebody's clock was wrong"))
        if self.keys is not None:
            return Read(file, document, proof(file, self.keys))
        if sign.altered(file):
            raise BackboneError(_("it was changed after it was signed"))
        return Read(file, document)


def files(places: Iterable[Path], since: float | None = None) -> tuple[Path, ...]:
    """The documents that files and folders mean, each once: all JSON below a folder whose name begins or ends with
    audit or drill (audit.json, earlier/audit-…/audit.json, 2026-11-21-audit.json). UsageError for a place that is not
    there. `since`: of the files in folders only those written then or later, in seconds since 1970.
    """
    found: dict[Path, None] = {}
    for place in places:
        if place.is_dir():
            for file in sorted(place.rglob("*.json")):
                stem = file.name.removesuffix(".json")
                if stem.startswith(("audit", "drill")) or stem.endswith(("audit", "drill")):
                    if stem.endswith((".dsse", ".oscal")) or not file.is_file():
                        continue
                    if since is not None and file.stat().st_mtime < since:
                        continue
                    found[file.resolve()] = None
        elif place.is_file():
            found[place.resolve()] = None
        else:
            raise UsageError(_("{file} is not there").format(file=place), repair="backbone audit --out DIR")
    return tuple(found)


def decode(content: bytes) -> Audit | DrillDocument:
    """The document in a file. BackboneError, with why, for what is none that can be read."""
    try:
        head = msgspec.json.decode(content, type=_Head)
        # A drill of version 1 does not say what it is.
        kind = "drill" if head.kind is None and isinstance(head.ok, bool) else head.kind
        if kind not in ("audit", "drill"):
            raise BackboneError(_("it is neither an audit nor a drill"))
        if isinstance(head.version, int) and head.version > max(KNOWN[kind]):
            raise BackboneError(
                _("its schema version {found} is newer than {known}: read it with a newer program").format(
                    found=head.version, known=max(KNOWN[kind])
                )
            )
        if isinstance(head.version, bool) or head.version not in KNOWN[kind]:
            raise BackboneError(_("its schema version {found} is not known").format(found=str(head.version)[:40]))
        document: Audit | DrillDocument = (
            msgspec.json.decode(content, type=Audit)
            if kind == "audit"
            else msgspec.json.decode(content, type=DrillDocument)
        )
        for one in document.servers:
            moment(one.taken_at if isinstance(one, Server) else one.started_at)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise BackboneError(_("it is damaged: {why}").format(why=str(fault)[:160])) from fault
    return document


def moment(iso: str) -> datetime:
    """A moment in UTC; one without an offset is UTC. ValueError for what is none."""
    at = datetime.fromisoformat(iso)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def proof(file: Path, keys: Mapping[str, KnownKey]) -> Proof:
    """What the envelope beside a document proves, judged as `backbone verify` judges it."""
    envelope = file.with_name(file.name.split(".")[0] + sign.ENDING)
    if not envelope.is_file():
        return Proof("unsigned")
    checked = verify.check(envelope, keys)
    if not any(one.name == file.name and one.state == "unchanged" for one in checked.files) and checked.held:
        return Proof("refused", checked.signer, (_("its signature does not cover it"),))
    return Proof("signed", checked.signer) if checked.held else Proof("refused", checked.signer, checked.faults)
