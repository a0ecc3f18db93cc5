"""An audit beside an earlier one: what is new, what was repaired, what is still open and since when.

The earlier audit is read from its audit.json; the comparison itself is pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785

from provision.audit.findings import Finding
from provision.audit.run import Examination
from provision.errors import UsageError
from provision.i18n import _

DOCUMENT = "audit.json"
VERSION = 2  # of the documents that can be compared with
_OPEN = ("fail", "error")
Key = tuple[str, str]  # server, control


@dataclass(frozen=True)
class Open:
    """An open finding. `since`: when an audit first saw it open, UTC, ISO 8601."""

    server: str
    control: str
    since: str


@dataclass(frozen=True)
class Earlier:
    """What an earlier audit found. `sha256`: of its document as canonical JSON (RFC 8785)."""

    at: str
    sha256: str
    open: Mapping[Key, str]
    seen: frozenset[Key]


@dataclass(frozen=True)
class Changes:
    """What happened between two audits.

    `repaired` and `waived` were open before; `unseen` were open before and are not in this audit at all (another
    --limit, a control that is no more); `silent` are servers that did not answer this time, of which only what was
    open before is listed, as still open.
    """

    at: str
    sha256: str
    new: tuple[Open, ...] = ()
    repaired: tuple[Open, ...] = ()
    still_open: tuple[Open, ...] = ()
    waived: tuple[Open, ...] = ()
    unseen: tuple[Open, ...] = ()
    silent: tuple[str, ...] = ()


def digest(document: Any) -> str:
    """SHA-256 of JSON values in their canonical form (RFC 8785), hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _findings(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for server in document["servers"]:
        yield from server["findings"]


def of_document(document: Any, place: str) -> Earlier:
    """The earlier audit in a document; UsageError that names `place` for what is none that can be compared with."""
    if not isinstance(document, dict) or document.get("kind") != "audit":
        raise UsageError(_("{file} is not an audit").format(file=place), repair="backbone audit --out DIR")
    version = document.get("version")
    if version != VERSION:
        raise UsageError(
            _("{file} is an audit of schema version {found}; this program compares version {known}").format(
                file=place, found=version, known=VERSION
            ),
            repair=_("audit once more without it; the next audit is compared with that one"),
        )
    try:
        still = {
            (str(one["server"]), str(one["control"])): str(one["since"] or one["at"])
            for one in _findings(document)
            if one["status"] in _OPEN
        }
        seen = frozenset((str(one["server"]), str(one["control"])) for one in _findings(document))
        return Earlier(str(document["generated_at"]), digest(document), still, seen)
    except (KeyError, TypeError, ValueError) as fault:
        raise UsageError(_("{file} is a damaged audit: {why}").format(file=place, why=fault)) from fault


def read(path: Path) -> Earlier:
    """The earlier audit in a file, or in the audit.json of a folder. UsageError for what is none."""
    file = path / DOCUMENT if path.is_dir() else path
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise UsageError(
            _("{file} cannot be read: {why}").format(file=file, why=fault.strerror),
            repair=_("--since names an audit.json, or the folder that holds one"),
        ) from fault
    except ValueError as fault:
        raise UsageError(_("{file} is a damaged audit: {why}").format(file=file, why=fault)) from fault
    return of_document(document, str(file))


def since(examination: Examination, earlier: Earlier | None) -> dict[Key, str]:
    """For each open finding, when an audit first saw it open without a break since."""
    before = earlier.open if earlier else {}
    return {
        (one.server, one.control): before.get((one.server, one.control)) or examination.snapshots[one.server].taken_at
        for one in examination.findings
        if one.open
    }


def compare(earlier: Earlier, examination: Examination) -> Changes:
    """The changes since an earlier audit, in the order of the findings."""
    silent = frozenset(examination.unreached)
    now: dict[Key, Finding] = {(one.server, one.control): one for one in examination.findings}
    began = since(examination, earlier)

    def listed(keys: Iterator[Key]) -> tuple[Open, ...]:
        return tuple(Open(*key, began.get(key) or earlier.open[key]) for key in keys)

    return Changes(
        at=earlier.at,
        sha256=earlier.sha256,
        new=listed(
            key for key, one in now.items() if one.open and key not in earlier.open and one.server not in silent
        ),
        repaired=listed(key for key in earlier.open if key in now and _settled(now[key])),
        still_open=listed(key for key in now if now[key].open and key in earlier.open),
        waived=listed(key for key in earlier.open if key in now and now[key].status == "waived"),
        unseen=listed(key for key in earlier.open if key not in now),
        silent=tuple(sorted(silent)),
    )


def _settled(finding: Finding) -> bool:
    """Neither open nor excused: a waiver repairs nothing."""
    return not finding.open and finding.status != "waived"
