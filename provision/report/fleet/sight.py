"""One server as one audit saw it, with the answer that a fleet view gives for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from provision.report.fleet.read import Audit, Finding, Proof, Server, Status, moment

Answer = Literal["yes", "no", "unknown"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "unknown")
Key = tuple[str, str]

# From the worst on: what a cell of many controls shows.
WORST: tuple[Status, ...] = ("fail", "error", "waived", "warning", "attested", "pass", "not_applicable")
OPEN: tuple[Status, ...] = ("fail", "error")
_SETTLED: tuple[Status, ...] = ("pass", "warning", "attested", "not_applicable")
# How `provision/audit/judge.py` ends the notes of waivers and attestations; a test holds the two equal.
_HOLDS = re.compile(r"^(?:waived|stated) by .*\(until (\d{4}-\d\d-\d\d)\)$", re.DOTALL)
_ENDED = re.compile(r"^the (?:waiver|statement) of .* expired on (\d{4}-\d\d-\d\d)$", re.DOTALL)


@dataclass(frozen=True)
class Sight:
    """One server in one audit. `at`: when it was asked, UTC; `place`: of the server in its document, from 0."""

    server: Server
    at: datetime
    proof: Proof
    file: Path
    inventory: str
    place: int
    of: int

    @property
    def key(self) -> Key:
        """Which server it is: inventories of two regions may both have a `server1`."""
        return self.server.region, self.server.name

    @property
    def answer(self) -> Answer:
        """May it receive Backbone data? Never kinder than the audit, and unknown where nothing was measured."""
        return answer(self.server, self.proof)

    @property
    def open(self) -> frozenset[str]:
        """The controls that somebody has to do something about."""
        return frozenset(one.control for one in self.server.findings if one.status in OPEN)

    @property
    def silent(self) -> bool:
        """Did the server give no answer?"""
        return self.server.fault is not None


def answer(server: Server, proof: Proof) -> Answer:
    """Yes only for a server that answered, in a believed audit that holds minimum controls, all of them settled."""
    minimum = [one for one in server.findings if one.basis == "minimum"]
    if server.fault is not None or not proof.believed or not minimum:
        return "unknown"
    return "yes" if server.ready and all(one.status in _SETTLED for one in minimum) else "no"


def sights(audit: Audit, file: Path, proof: Proof) -> Iterable[Sight]:
    """Every server of an audit."""
    for place, server in enumerate(audit.servers):
        yield Sight(server, moment(server.taken_at), proof, file, audit.inventory, place, len(audit.servers))


def worst(findings: Iterable[Finding]) -> dict[str, Status]:
    """The worst status of each family that has findings."""
    found: dict[str, Status] = {}
    for one in findings:
        before = found.get(one.family)
        if before is None or WORST.index(one.status) < WORST.index(before):
            found[one.family] = one.status
    return found


@dataclass(frozen=True)
class Excuse:
    """A waiver or an attestation of one server, and its last day (UTC)."""

    control: str
    kind: Literal["waiver", "attestation"]
    until: date


def excuse(finding: Finding) -> Excuse | None:
    """The waiver or attestation that a finding's note tells of, held or ended; None where it tells of none."""
    told = finding.note or ""
    found = _HOLDS.fullmatch(told) or _ENDED.fullmatch(told)
    if found is None:
        return None
    try:
        until = date.fromisoformat(found[1])
    except ValueError:
        return None
    kind: Literal["waiver", "attestation"] = "waiver" if told.startswith(("waived by", "the waiver")) else "attestation"
    return Excuse(finding.control, kind, until)


@dataclass(frozen=True)
class Change:
    """What became of a server since the audit before.

    `direction`: by the answer first, then by unmet minimum controls, then by all open ones; `silent`: it gave no
    answer this time; `again`: it gave none the time before.
    """

    direction: Literal["first", "better", "worse", "same", "silent", "again"]
    new: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


def change(now: Sight, before: Sight | None) -> Change:
    """Compare two sights of one server."""
    if before is None:
        return Change("first")
    if now.silent:
        return Change("silent")
    if before.silent:
        return Change("again")
    there = {one.control: one.status for one in now.server.findings}
    new = tuple(sorted(now.open - before.open))
    # A waiver repairs nothing, and what was not looked at is not repaired.
    repaired = tuple(sorted(one for one in before.open if there.get(one, "waived") in _SETTLED))
    was, is_ = _weight(before), _weight(now)
    direction: Literal["better", "worse", "same"] = "same" if was == is_ else "worse" if is_ > was else "better"
    return Change(direction, new, repaired)


def _weight(sight: Sight) -> tuple[bool, int, int]:
    """How badly a server stands; more is worse. The measured state alone: a missing signature makes none worse."""
    unmet = sum(one.basis == "minimum" and one.status not in _SETTLED for one in sight.server.findings)
    return not sight.server.ready, unmet, len(sight.open)


def by_control(findings: Iterable[Finding]) -> Mapping[str, Finding]:
    """The findings by their control."""
    return {one.control: one for one in findings}
