"""Makes bundles for a file drop: rows from a source, or files that somebody has, packed into a zip and signed.

The counterpart of `source_files`; `bundle` has the format. The key stays with openssl, the bundle is whole before its
signature is there.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from backbone_sync.dictionary import Entity
from backbone_sync.errors import BadAnswer, ConfigInvalid
from backbone_sync.interfaces import Source, Total
from backbone_sync.sources import bundle, envelope
from backbone_sync.sources.bundle import Manifest, Part

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@dataclass(frozen=True)
class Piece:
    """One entity's file before it is packed: NDJSON or CSV on this disk; see `bundle.Part` for the rest."""

    entity: str
    kind: str
    path: Path
    rows: int
    live: int


def make(
    folder: Path,
    region: str,
    sequence: int,
    made_at: datetime,
    pieces: Iterable[Piece],
    key: Path,
    *,
    pack: bool = True,
) -> Path:
    """Write REGION-SEQUENCE.zip and its signature into `folder`; the zip's path. `pack`: each file with zstd."""
    name = f"{region}-{sequence:06d}.zip"
    parts = []
    with _finished(folder / name) as draft:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED if pack else zipfile.ZIP_DEFLATED) as archive:
            for one in pieces:
                member = f"{one.entity}{one.path.suffix}" + (".zst" if pack else "")
                count, digest = _packed(archive, member, one.path, pack=pack)
                told = {"name": member, "entity": one.entity, "kind": one.kind, "rows": one.rows, "live": one.live}
                parts.append(msgspec.convert({**told, "bytes": count, "sha256": digest}, Part))
        with draft.open("rb") as file:
            sha256 = bundle.digest_of(file)
        manifest = Manifest(region, sequence, made_at.astimezone(timezone.utc), parts)
        signed = envelope.sign(bundle.statement(name, sha256, manifest), key)
    with _finished(folder / (name + envelope.ENDING)) as draft:
        draft.write_bytes(signed)
    return folder / name


def _packed(archive: zipfile.ZipFile, member: str, path: Path, *, pack: bool) -> tuple[int, str]:
    """Put a file into the archive; its size and its SHA-256 before packing."""
    digest, count = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as target:
        packer: Any = zstd.ZstdFile(target, "w") if pack else target
        while piece := source.read(bundle.PIECE):
            digest.update(piece)
            count += len(piece)
            packer.write(piece)
        if pack:
            packer.close()
            if not count:
                target.write(zstd.compress(b""))  # ZstdFile writes no frame at all where nothing was written
    return count, digest.hexdigest()


@contextmanager
def _finished(path: Path) -> Iterator[Path]:
    """A hidden file beside `path` that takes its place when all went well."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    except OSError as fault:
        raise ConfigInvalid(f"cannot write {path}: {fault.strerror}", "choose another folder with --out") from fault
    finally:
        draft.unlink(missing_ok=True)


def fetched(
    source: Source, entities: Iterable[tuple[Entity, tuple[str, ...]]], work: Path, since: datetime | None = None
) -> list[Piece]:
    """Every entity's rows as NDJSON files in `work`: all of them, or those changed at `since` or later.

    BadAnswer when the source changed meanwhile, so that its counts are not those of the rows.
    """
    wanted = list(entities)
    before = source.totals() or {}
    made = [_listed(source, entity, fields, work, since, before) for entity, fields in wanted]
    after = source.totals() or {}
    if changed := [e.name for e, _ in wanted if before.get(e.name) != after.get(e.name)]:
        raise BadAnswer(f"the source changed while it was read: {', '.join(changed[:5])}", "make the bundle again")
    return made


def _listed(
    source: Source,
    entity: Entity,
    fields: tuple[str, ...],
    work: Path,
    since: datetime | None,
    totals: Any,
) -> Piece:
    path = work / f"{entity.name}.ndjson"
    rows, live = 0, set[str]()
    with path.open("wb") as file:
        cursor, more = "", True
        while more:
            page = source.page(entity.name, fields, cursor, None if cursor else since)
            for raw in page.rows:
                row = msgspec.json.decode(raw)
                file.write(msgspec.json.encode(row) + b"\n")
                rows += 1
                if since is None:
                    key = str(row.get(entity.key.name)).lower()
                    live.discard(key) if row.get("soft_delete") else live.add(key)
            cursor, more = page.cursor, page.more
    if since is None:
        return Piece(entity.name, "complete", path, rows, len(live))
    total: Total | None = totals.get(entity.name)
    if total is None:
        raise BadAnswer(f"the source does not say how many rows of {entity.name} there are", "make a complete bundle")
    return Piece(entity.name, "changes", path, rows, total.live)


@contextmanager
def workplace() -> Iterator[Path]:
    """A private folder for the files before they are packed."""
    with tempfile.TemporaryDirectory(prefix="backbone-bundle-") as folder:
        yield Path(folder)
