"""Verifies signed reports, offline: who signed what and when, is each file unchanged, is none of a chain left out.

Nothing in an envelope is believed before a known key has verified it. Faults are sentences for people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, Literal

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error as SigningError
from securesystemslib.signer import Key  # type: ignore[attr-defined]  # its __init__ offers it

from provision.errors import BackboneError, UsageError
from provision.i18n import _
from provision.report.keys import KnownKey
from provision.report.sign import ENDING, PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, file_digest

# The versions of documents that this program can judge, by kind of report.
VERSIONS = {"audit": 2, "drill": 2, "bundle": 1, "sync": 1, "proof": 1, "copy": 1}

State = Literal["unchanged", "changed", "missing", "unsigned"]


@dataclass(frozen=True)
class FileCheck:
    """One file of a report. `unsigned`: it lies beside the report, under its name, and no signature covers it."""

    name: str
    state: State


@dataclass(frozen=True)
class Checked:
    """What one envelope proves. `signer`: the known key's name, empty where no known key verified it.

    Everything below `keyid` is empty unless the signature holds. `faults`: why it proves less than it should.
    """

    envelope: Path
    faults: tuple[str, ...] = ()
    signer: str = ""
    keyid: str = ""
    kind: str = ""
    made_at: str = ""
    signed_at: str = ""
    chain: str = ""
    number: int = 0
    previous: str = ""
    sha256: str = ""
    files: tuple[FileCheck, ...] = ()
    summary: Mapping[str, Any] | None = None

    @property
    def held(self) -> bool:
        """Signed by a known key, all files there and unchanged, nothing wrong with its chain."""
        return not self.faults

    def at_fault(self, *more: str) -> Checked:
        """The same with further faults."""
        return replace(self, faults=(*self.faults, *more))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as fault:
        raise UsageError(_("{file} is not there").format(file=file)) from fault
    except OSError as fault:
        raise BackboneError(_("{file} cannot be read: {why}").format(file=file, why=fault.strerror)) from fault


def _digest(file: Path) -> str:
    try:
        return file_digest(file)
    except OSError as fault:
        raise BackboneError(_("{file} cannot be read: {why}").format(file=file, why=fault.strerror)) from fault


def check(file: Path, keys: Mapping[str, KnownKey]) -> Checked:
    """One envelope and the files beside it. UsageError if it is not there, BackboneError if it cannot be read."""
    blank = Checked(file)
    try:
        envelope = Envelope.from_dict(json.loads(_read(file)))
        strange = [one for one in envelope.signatures if not isinstance(one, str)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, SigningError):
        return blank.at_fault(_("it is not a whole envelope: cut short, or damaged"))
    if strange:
        return blank.at_fault(_("it is not a whole envelope: cut short, or damaged"))
    if envelope.payload_type != PAYLOAD_TYPE:
        return blank.at_fault(
            _("it holds something else than a report: {type}").format(type=str(envelope.payload_type)[:80])
        )
    if not envelope.signatures:
        return blank.at_fault(_("it bears no signature"))
    mine: list[Key] = [keys[one].key for one in envelope.signatures if one in keys]
    first = next(iter(envelope.signatures))
    if not mine:
        return replace(blank, keyid=first).at_fault(
            _("signed by a key that is not known here: {key}. It may be anyone's").format(key=first[:16])
        )
    try:
        accepted = next(iter(envelope.verify(mine, 1)))
    except SigningError:
        return replace(blank, keyid=mine[0].keyid).at_fault(
            _("the signature does not fit: the envelope was changed, or signed by another key than it says")
        )
    whole = replace(
        blank, signer=keys[accepted].name, keyid=accepted, sha256=hashlib.sha256(envelope.payload).hexdigest()
    )
    told = _statement(whole, envelope.payload)
    return _within_its_right(told, keys[accepted].server)


def _within_its_right(checked: Checked, server: str) -> Checked:
    """A server's key speaks of that server alone: who breaks into one must not be able to judge the others."""
    if not server or checked.summary is None or checked.summary.get("servers") == [server]:
        return checked
    return checked.at_fault(
        _("signed by the key of the server {server}, which may speak of that server alone").format(server=server)
    )


def _statement(checked: Checked, payload: bytes) -> Checked:
    """What the signed statement says, held against the files."""
    try:
        told = json.loads(payload)
        if told["_type"] != STATEMENT_TYPE or told["predicateType"] != PREDICATE_TYPE:
            return checked.at_fault(
                _("well signed, but of a form that this program does not know: {type}").format(
                    type=str(told["predicateType"])[:80]
                )
            )
        predicate = told["predicate"]
        subjects = {str(one["name"]): str(one["digest"]["sha256"]) for one in told["subject"]}
        version = int(predicate["documentVersion"])
        full = replace(
            checked,
            kind=str(predicate["kind"]),
            made_at=str(predicate["madeAt"]),
            signed_at=str(predicate["signedAt"]),
            chain=str(predicate["chain"]),
            number=int(predicate["number"]),
            previous=str((predicate["previous"] or {"sha256": ""})["sha256"]),
            summary=dict(predicate["summary"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return checked.at_fault(_("well signed, but its statement lacks something: {why}").format(why=fault))
    full = replace(full, files=_files(full, subjects))
    bad: dict[State, str] = {
        "changed": _("{file} was changed after it was signed"),
        "missing": _("{file} is missing"),
        "unsigned": _("{file} lies beside the report and is not covered by its signature"),
    }
    faults = [bad[one.state].format(file=one.name) for one in full.files if one.state in bad]
    if full.kind not in VERSIONS:
        faults.append(_("a report of a kind that this program does not know: {kind}").format(kind=full.kind[:40]))
    elif version < VERSIONS[full.kind]:
        faults.append(
            _("its schema version {found} is older than {known}: judged by older rules, make it anew").format(
                found=version, known=VERSIONS[full.kind]
            )
        )
    elif version > VERSIONS[full.kind]:
        faults.append(
            _("its schema version {found} is newer than {known}: verify it with a newer program").format(
                found=version, known=VERSIONS[full.kind]
            )
        )
    return full.at_fault(*faults)


def _files(checked: Checked, subjects: Mapping[str, str]) -> tuple[FileCheck, ...]:
    folder = checked.envelope.parent
    found = []
    for name, digest in subjects.items():
        # A name that leaves the folder is no file of this report.
        inside = PurePath(name).name == name and (folder / name).is_file()
        state: State = "missing" if not inside else "unchanged" if _digest(folder / name) == digest else "changed"
        found.append(FileCheck(name, state))
    beside = (one.name for one in sorted(folder.glob(f"{checked.kind}.*")) if one != checked.envelope)
    return (*found, *(FileCheck(name, "unsigned") for name in beside if name not in subjects))


def chained(reports: Iterable[Checked]) -> tuple[tuple[Checked, ...], tuple[str, ...]]:
    """The reports with the faults of their chains added, oldest first in each chain; and remarks that are no faults.

    Of a chain's oldest report the one before it may be kept elsewhere: a remark. Between two reports nothing may be
    missing. Whether a newer one was left out cannot be seen from what is here.
    """
    chains: dict[tuple[str, str], list[Checked]] = {}
    for one in reports:
        chains.setdefault((one.keyid, one.chain) if one.chain else ("", str(one.envelope)), []).append(one)
    found: list[Checked] = []
    remarks: list[str] = []
    for members in chains.values():
        members.sort(key=lambda one: (one.number, one.signed_at))
        if members[0].previous:
            remarks.append(
                _("{file} is number {number} of its chain; the ones before it are not here").format(
                    file=members[0].envelope, number=members[0].number
                )
            )
        for before, one in zip([None, *members], members, strict=False):
            found.append(one if before is None else one.at_fault(*_joint(before, one)))
    begun: dict[tuple[str, str], int] = {}
    for keyid, chain in chains:
        if keyid:
            kind = chains[keyid, chain][0].kind
            begun[keyid, kind] = begun.get((keyid, kind), 0) + 1
    remarks += [
        _("{count} separate chains of {kind} reports by one key are here").format(count=count, kind=kind)
        for (_key, kind), count in begun.items()
        if count > 1
    ]
    return tuple(found), tuple(remarks)


def _joint(before: Checked, one: Checked) -> tuple[str, ...]:
    """What is wrong between two neighbours of a chain."""
    if one.sha256 == before.sha256:
        return ()  # the same report, twice
    if one.number == before.number:
        return (_("two different reports are number {number} of this chain").format(number=one.number),)
    if one.number == before.number + 2:
        return (_("a gap: number {number} of this chain is missing before it").format(number=one.number - 1),)
    if one.number > before.number + 1:
        return (
            _("a gap: number {first} to {last} of this chain are missing before it").format(
                first=before.number + 1, last=one.number - 1
            ),
        )
    if one.previous != before.sha256:
        return (_("it does not follow the report number {number} that is here").format(number=before.number),)
    if one.signed_at < before.signed_at:
        return (_("it is dated before the report that it follows"),)
    return ()


def envelopes(place: Path) -> tuple[Path, ...]:
    """The envelopes that a file or a folder means. UsageError where there is none."""
    if place.is_dir():
        found = sorted(place.rglob(f"*{ENDING}"))
        if not found:
            raise UsageError(
                _("{folder}: nothing there is signed").format(folder=place), repair="backbone audit --out DIR"
            )
        return tuple(found)
    if place.name.endswith(ENDING):
        return (place,)
    if not place.is_file():
        raise UsageError(_("{file} is not there").format(file=place))
    signature = place.with_name(place.name.split(".")[0] + ENDING)
    if not signature.is_file():
        raise UsageError(
            _("{file} has no signature: {signature} is missing").format(file=place, signature=signature),
            repair=_("ask whoever made it for the whole folder of the report"),
        )
    return (signature,)


def verify(places: Iterable[Path], keys: Mapping[str, KnownKey]) -> tuple[tuple[Checked, ...], tuple[str, ...]]:
    """Every report that the places mean, and remarks. See `check` and `envelopes` for what is raised."""
    files = dict.fromkeys(file.resolve() for place in places for file in envelopes(place))
    return chained(check(file, keys) for file in files)
