"""Signs a report: a DSSE envelope around an in-toto statement that names each of its files with its SHA-256.

The payload is canonical JSON (RFC 8785), so the digest of a statement is the digest of its payload. Each report names
the digest of the one before it and counts on from it: within a chain none can be left out unseen.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785
from securesystemslib.dsse import Envelope

from provision import __version__
from provision.report.keys import ReportKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:backbone-daerah:report:v1"
ENDING = ".dsse.json"
EARLIER = "earlier"


@dataclass(frozen=True)
class Link:
    """A report's place in its chain. `sha256`: of its statement; `number`: 1 for the first."""

    chain: str
    number: int
    sha256: str


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def statement(
    kind: str,
    files: Iterable[Path],
    *,
    document_version: int,
    made_at: str,
    signed_at: str,
    signer: str,
    summary: Mapping[str, Any],
    before: Link | None,
) -> dict[str, Any]:
    """The in-toto statement about a report's files, which lie in one folder. Times: UTC, ISO 8601."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": one.name, "digest": {"sha256": file_digest(one)}} for one in sorted(files)],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "kind": kind,
            "documentVersion": document_version,
            "madeAt": made_at,
            "signedAt": signed_at,
            "signer": signer,
            "tool": {"name": "backbone-daerah", "version": __version__},
            "chain": before.chain if before else secrets.token_hex(16),
            "number": before.number + 1 if before else 1,
            "previous": {"sha256": before.sha256} if before else None,
            "summary": dict(summary),
        },
    }


def envelope_file(folder: Path, kind: str) -> Path:
    """Where a report's signature lies: KIND.dsse.json beside its files."""
    return folder / f"{kind}{ENDING}"


def link_of(envelope: Path) -> Link | None:
    """The place in its chain that an envelope states; None for one that is missing or broken."""
    try:
        payload = Envelope.from_dict(json.loads(envelope.read_text(encoding="utf-8"))).payload
        told = json.loads(payload)["predicate"]
        return Link(str(told["chain"]), int(told["number"]), hashlib.sha256(payload).hexdigest())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def altered(file: Path) -> bool:
    """Does the envelope beside a file name another digest than the file has? Whose signature it is, `verify` says."""
    try:
        told = json.loads(
            Envelope.from_dict(json.loads(envelope_file(file.parent, file.name.split(".")[0]).read_text())).payload
        )
        named = {one["name"]: one["digest"]["sha256"] for one in told["subject"]}
        return file.name in named and named[file.name] != file_digest(file)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def last_link(folder: Path, kind: str) -> Link | None:
    """The place in the chain of the report in `folder`, else of the last one put by there; None where none is signed.

    A chain that begins anew is no secret: `backbone verify` over both says that there are two.
    """
    here = link_of(envelope_file(folder, kind))
    put = (link_of(envelope_file(one, kind)) for one in (folder / EARLIER).glob(f"{kind}-*"))
    return here or max((one for one in put if one), key=lambda one: one.number, default=None)


def put_by(folder: Path, kind: str) -> Path | None:
    """Move a signed report out of the way of the next one, into earlier/KIND-NUMBER-DIGEST; the folder, if any."""
    envelope = envelope_file(folder, kind)
    if not envelope.exists():
        return None
    link = link_of(envelope)
    mark = f"{link.number:05}-{link.sha256[:8]}" if link else f"damaged-{file_digest(envelope)[:8]}"
    place = folder / EARLIER / f"{kind}-{mark}"
    place.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.glob(f"{kind}.*")):
        shutil.move(file, place / file.name)
    return place


def sign(
    folder: Path,
    kind: str,
    files: Iterable[Path],
    key: ReportKey,
    *,
    document_version: int,
    made_at: str,
    summary: Mapping[str, Any],
    before: Link | None = None,
    at: datetime | None = None,
) -> Path:
    """Sign a report's files in `folder`; the envelope's file. `before`: the report that this one follows."""
    told = statement(
        kind,
        files,
        document_version=document_version,
        made_at=made_at,
        signed_at=(at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds"),
        signer=key.name,
        summary=summary,
        before=before,
    )
    envelope = Envelope(rfc8785.dumps(told), PAYLOAD_TYPE, {})
    envelope.sign(key.signer)
    place = envelope_file(folder, kind)
    place.touch(mode=0o600)
    place.write_text(json.dumps(envelope.to_dict(), indent=1) + "\n", encoding="ascii")
    return place


def issue(
    folder: Path,
    kind: str,
    write: Callable[[], Iterable[Path]],
    key: ReportKey,
    *,
    document_version: int,
    made_at: str,
    summary: Mapping[str, Any],
    follows: Path | None = None,
) -> Path:
    """Put the signed report in `folder` by, have `write` write the new one there, and sign it; the envelope's file.

    The new one follows the signed report that was in `folder`; where none was, the one in `follows` (a file or folder).
    So a look back at another folder's report does not fork that one's chain.
    """
    beside = follows if follows is None or follows.is_dir() else follows.parent
    before = last_link(folder, kind) or (last_link(beside, kind) if beside else None)
    put_by(folder, kind)
    return sign(
        folder,
        kind,
        write(),
        key,
        document_version=document_version,
        made_at=made_at,
        summary=summary,
        before=before,
    )
