"""A finding: one control on one server, with status, observed, expected and evidence; and what follows from
many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from checks.measure import Say
from provision.audit.catalogue import BASES, SEVERITIES, Basis, Severity
from provision.exits import Exit

Status = Literal["pass", "warning", "attested", "not_applicable", "waived", "fail", "error"]
STATUSES: tuple[Status, ...] = ("pass", "warning", "attested", "not_applicable", "waived", "fail", "error")


@dataclass(frozen=True)
class Evidence:
    """A command that a finding rests on, and its answer: masked, bounded (`cut`: there was more)."""

    command: str
    status: int
    output: str
    cut: bool = False


@dataclass(frozen=True)
class Finding:
    """`measured` is the check's own verdict; `status` what counts after attestations and waivers."""

    control: str
    server: str
    family: str
    basis: Basis
    severity: Severity
    status: Status
    measured: Status
    observed: Say
    expected: Say
    stage: str | None
    note: Say | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def open(self) -> bool:
        """Does somebody have to do something?"""
        return self.status in ("fail", "error")


def counts(findings: Iterable[Finding]) -> dict[Status, int]:
    """How many findings have each status; every status is a key."""
    found = Counter(finding.status for finding in findings)
    return {status: found[status] for status in STATUSES}


def ready(findings: Iterable[Finding]) -> bool:
    """May the server receive Backbone data? Rests on the controls of basis `minimum` alone.

    An unmeasured minimum is no yes. A waiver does not make a server meet the ministry's minimum.
    """
    return all(
        one.status in ("pass", "warning", "attested", "not_applicable") for one in findings if one.basis == "minimum"
    )


FailOn = Literal["minimum", "interpretation", "recommended", "critical", "high", "medium", "low"]
FAIL_ON: tuple[FailOn, ...] = (*BASES, *SEVERITIES)
EVERY_FINDING: FailOn = "recommended"


def weighs(finding: Finding, fail_on: FailOn) -> bool:
    """Is a finding of a basis, or of a severity, at or above `fail_on`?

    Bases from the weightiest down: minimum, interpretation, recommended; severities: critical, high, medium, low. So
    `recommended` and `low` name every finding.
    """
    if fail_on in BASES:
        return BASES.index(finding.basis) <= BASES.index(fail_on)
    return SEVERITIES.index(finding.severity) <= SEVERITIES.index(fail_on)


def exit_status(findings: Iterable[Finding], unreached: Iterable[str], fail_on: FailOn = EVERY_FINDING) -> Exit:
    """3 if a server gave no answer, else 1 if a finding that weighs enough is open, else 0."""
    if any(True for _name in unreached):
        return Exit.UNREACHED
    return Exit.FELL_SHORT if any(one.open and weighs(one, fail_on) for one in findings) else Exit.OK
