"""Findings in short: counts by family, and what to do first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provision.audit.catalogue import BASES, SEVERITIES, Catalogue, load
from provision.audit.findings import Finding, Status, counts


@dataclass(frozen=True)
class FamilyCount:
    """How one family of controls stands; `title` in both languages."""

    family: str
    title_id: str
    title_en: str
    counts: dict[Status, int]
    total: int


def by_family(findings: Iterable[Finding], catalogue: Catalogue | None = None) -> tuple[FamilyCount, ...]:
    """The counts of every family that has findings, in the catalogue's order."""
    catalogue = catalogue or load()
    found = list(findings)
    rows = []
    for family in catalogue.families:
        mine = [one for one in found if one.family == family.family]
        if mine:
            rows.append(FamilyCount(family.family, family.title.id, family.title.en, counts(mine), len(mine)))
    return tuple(rows)


@dataclass(frozen=True)
class Step:
    """One thing to do on one server: run a stage (`stage`), or follow a control's remedy (`stage` None)."""

    server: str
    stage: str | None
    controls: tuple[str, ...]
    minimum: bool


def _weight(finding: Finding) -> tuple[int, int]:
    return BASES.index(finding.basis), SEVERITIES.index(finding.severity)


def steps(findings: Iterable[Finding], stage_order: Sequence[str]) -> tuple[Step, ...]:
    """What to do, the most important first: minimum before the rest, then by severity.

    All findings that one stage repairs are one step. Among equals stages run in their order (a database before its
    backup), before what only people can do.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.open:
            groups.setdefault((finding.server, finding.stage or finding.control), []).append(finding)

    def rank(item: tuple[tuple[str, str], list[Finding]]) -> tuple[tuple[int, int], int, int]:
        (_server, name), members = item
        place = stage_order.index(name) if name in stage_order else len(stage_order)
        return min(_weight(one) for one in members), place, -len(members)

    return tuple(
        Step(
            server=server,
            stage=name if members[0].stage else None,
            controls=tuple(one.control for one in members),
            minimum=any(one.basis == "minimum" for one in members),
        )
        for (server, name), members in sorted(groups.items(), key=rank)
    )
