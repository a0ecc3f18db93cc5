"""A bundle of rows on its way without a line: one file, and beside it a signed statement that says what is in it.

`NAME.zip` holds a file an entity, each plain, .gz or .zst; `NAME.ndjson.gz` and their like are a bundle of one file.
`NAME.….dsse.json` beside it is the manifest and the signature in one: region, sequence number, time, and of each file
entity, kind, rows, size and SHA-256. A bundle is read twice: first whole, from a private copy, holding every byte to
the manifest; only then are its rows handed out (`bundle_rows`).
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import IO, Annotated, Any, Literal

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import SyncError
from backbone_sync.sources.wire import Moment

PREDICATE = "urn:backbone-daerah:bundle:v1"
PIECE = 1024 * 1024
MAX_FILES = 200
# Rows of text are squeezed to a twentieth at best; what grows more than this is no table.
MAX_RATIO = 200
PLAIN = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$")
_MEMBER = re.compile(r"\.(ndjson|csv)(?:\.(gz|zst))?$")
_DIGEST = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
_COUNT = Annotated[int, msgspec.Meta(ge=0, le=10**10)]


class BundleRefused(SyncError):
    """A bundle that is not taken, whole: the message says which and why."""

    kind = "bundle"
    usual = "see `rejected/` in the drop directory; ask who made the bundle for another one, then remove it there"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a bundle.

    `kind` complete: every row in force (and withdrawn ones, if the source keeps them); changes: rows changed or
    withdrawn since the bundle before. `rows`: how many; `live`: how many rows of the entity are in force at the
    source once this bundle is applied. `bytes` and `sha256` of the file as it reads when unpacked.
    """

    name: Annotated[str, msgspec.Meta(max_length=120)]
    entity: str
    kind: Literal["complete", "changes"]
    rows: _COUNT
    live: _COUNT
    bytes: _COUNT
    sha256: _DIGEST

    @property
    def form(self) -> str:
        """ndjson or csv."""
        found = _MEMBER.search(self.name)
        return found[1] if found else ""

    @property
    def packing(self) -> str:
        """gz, zst, or "" for a plain file."""
        found = _MEMBER.search(self.name)
        return (found[2] or "") if found else ""


class Manifest(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What the statement says of a bundle: `sequence` counts a region's bundles from 1."""

    region: str
    sequence: Annotated[int, msgspec.Meta(ge=1, le=10**12)]
    made_at: Moment
    files: Annotated[list[Part], msgspec.Meta(min_length=1, max_length=MAX_FILES)]


@dataclass(frozen=True)
class Told:
    """A statement that a known key has signed: the bundle's file, its SHA-256, its manifest, and the signer's name."""

    name: str
    sha256: str
    manifest: Manifest
    signer: str


def told(statement: Mapping[str, Any], signer: str, beside: str) -> Told:
    """The manifest in a statement that lies `beside` a file of that name; BundleRefused when it is none. Pure."""
    if statement.get("predicateType") != PREDICATE:
        raise BundleRefused("its signature is about something else than a bundle")
    try:
        manifest = msgspec.convert(statement.get("predicate"), Manifest)
        subject = msgspec.convert(statement.get("subject"), list[_Subject])
    except msgspec.ValidationError as fault:
        raise BundleRefused(f"its manifest is not by the format: {fault}") from None
    if len(subject) != 1 or subject[0].name != beside:
        raise BundleRefused("its signature is about a file of another name")
    return Told(beside, subject[0].digest.sha256, manifest, signer)


class _Digest(msgspec.Struct):
    sha256: _DIGEST


class _Subject(msgspec.Struct):
    name: str
    digest: _Digest


def fits(said: Told, region: str, dictionary: Dictionary, now: datetime, max_bytes: int) -> None:
    """BundleRefused unless a manifest can be one of ours at all. Pure."""
    manifest = said.manifest
    if manifest.region != region:
        raise BundleRefused(f"it is for region {manifest.region[:13]}, and this server is of region {region}")
    # An hour for clocks that differ: nobody makes a bundle tomorrow.
    if (manifest.made_at - now).total_seconds() > 3600:
        raise BundleRefused(f"it says that it was made at {manifest.made_at:%Y-%m-%d %H:%M}, which is still to come")
    names, entities = [one.name for one in manifest.files], [one.entity for one in manifest.files]
    for one in manifest.files:
        if not PLAIN.match(one.name) or not one.form:
            raise BundleRefused("it names a file that is not plainly called NAME.ndjson or NAME.csv (.gz, .zst)")
        if one.entity not in dictionary.names:
            raise BundleRefused(f"it holds {one.entity[:60]!r}, which is no entity of the data dictionary")
    if len(set(names)) < len(names) or len(set(entities)) < len(entities):
        raise BundleRefused("it names a file or an entity twice")
    if not said.name.endswith(".zip") and (len(names) != 1 or not manifest.files[0].packing or names != [said.name]):
        raise BundleRefused("a bundle that is no zip has one file, packed (.gz or .zst), of its own name")
    if sum(one.bytes for one in manifest.files) > max_bytes:
        raise BundleRefused(f"unpacked it would have more than {max_bytes} bytes (source.max_bytes)")


def digest_of(file: IO[bytes]) -> str:
    """SHA-256 of an open file, from its beginning."""
    made = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        made.update(piece)
    return made.hexdigest()


def container(said: Told, file: IO[bytes]) -> zipfile.ZipFile | None:
    """The zip, if its members are the manifest's files and nothing else; None for a bundle of one packed file."""
    if not said.name.endswith(".zip"):
        return None
    file.seek(0)
    try:
        made = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        raise BundleRefused("it is no zip, or cut off") from None
    members = made.infolist()
    for one in members:
        kind = stat.S_IFMT(one.external_attr >> 16)
        if not PLAIN.match(one.filename) or one.orig_filename != one.filename or kind not in (0, stat.S_IFREG):
            raise BundleRefused("it holds a folder, a link, or a file with a path")
        if one.flag_bits & 0x1:
            raise BundleRefused("it is encrypted with a password, which is not how bundles are protected")
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BundleRefused("it is compressed in another way than deflate")
    if sorted(one.filename for one in members) != sorted(one.name for one in said.manifest.files):
        raise BundleRefused("its files are not those that its manifest names")
    for one in members:
        if one.file_size > MAX_RATIO * max(one.compress_size, PIECE // 16):
            raise BundleRefused("it would unpack to more than any table does: a zip bomb")
    return made


def statement(name: str, sha256: str, manifest: Manifest) -> dict[str, Any]:
    """The statement about the bundle in file `name`."""
    told_: dict[str, Any] = msgspec.to_builtins(manifest)
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": sha256}}],
        "predicateType": PREDICATE,
        "predicate": {**told_, "madeAt": manifest.made_at.astimezone(timezone.utc).isoformat()},
    }
