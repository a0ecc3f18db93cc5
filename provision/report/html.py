"""The audit as one self-contained HTML page: no network, no script needed, light and dark, on paper as on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provision import __version__, i18n, paths, times
from provision.audit import compare, masking
from provision.audit.catalogue import Catalogue, Control, Family
from provision.audit.findings import STATUSES, Finding, Status, counts, ready
from provision.audit.run import Examination
from provision.i18n import N_
from provision.inventory import Fleet, Server
from provision.inventory.regions import by_code
from provision.report import summary, words
from provision.report.model import STAGES, catalogue_digest, repair_command

# Above so many servers the page leaves the answers to audit.json: no browser opens them all.
PROOFS_UP_TO = 20


@dataclass(frozen=True)
class Row:
    """A finding with what a reader needs beside it, in the language of the page."""

    finding: Finding
    control: Control
    title: str
    requirement: str
    source: str
    why: str
    remedy: str
    observed: str
    expected: str
    note: str
    command: str | None
    since: str


@dataclass(frozen=True)
class Todo:
    """One of the things to do first."""

    title: str
    detail: str
    command: str | None
    controls: tuple[str, ...]
    minimum: bool


@dataclass(frozen=True)
class Page:
    """One server's part of the page."""

    server: Server
    region: str
    taken_at: str
    fault: str | None
    ready: bool
    unmet: tuple[Row, ...]
    counts: dict[Status, int]
    total: int
    todo: tuple[Todo, ...]
    families: tuple[tuple[Family, str, tuple[Row, ...], dict[Status, int]], ...]


def _row(
    finding: Finding, control: Control, inventory: Path, language: str, say: Callable[[str], str], since: str
) -> Row:
    return Row(
        finding=finding,
        control=control,
        title=control.title.in_language(language),
        requirement=control.requirement.in_language(language),
        source=control.source.in_language(language),
        why=control.why.in_language(language),
        remedy=control.remedy.in_language(language),
        observed=finding.observed.text(say),
        expected=finding.expected.text(say),
        note=finding.note.text(say) if finding.note else "",
        command=repair_command(finding, inventory) if finding.open else None,
        since=since,
    )


def _todo(rows: dict[str, Row], step: summary.Step, say: Callable[[str], str]) -> Todo:
    first = rows[step.controls[0]]
    if step.stage is None:
        return Todo(first.title, first.remedy, None, step.controls, step.minimum)
    title = say(N_("Run stage {stage}")).format(stage=step.stage)
    names = ", ".join(rows[name].title for name in step.controls[:4])
    detail = names + (f", … ({len(step.controls)})" if len(step.controls) > 4 else "")
    return Todo(title, detail, first.command, step.controls, step.minimum)


def _page(
    server: Server,
    fleet: Fleet,
    examination: Examination,
    language: str,
    say: Callable[[str], str],
    since: Mapping[compare.Key, str],
) -> Page:
    catalogue, snapshot = examination.catalogue, examination.snapshots[server.name]
    findings = examination.of(server.name)
    rows = {}
    for one in findings:
        began = since.get((one.server, one.control))
        shown = times.shown(began, server.zone) if began else ""
        rows[one.control] = _row(one, catalogue.controls[one.control], fleet.path, language, say, shown)
    families = []
    for family in catalogue.families:
        mine = tuple(rows[control.id] for control in family.controls if control.id in rows)
        if mine:
            tally = counts(row.finding for row in mine)
            families.append((family, family.title.in_language(language), mine, tally))
    region = by_code(server.region)
    unmet = [row for row in rows.values() if row.finding.basis == "minimum" and not ready([row.finding])]
    return Page(
        server=server,
        region=region.name if region else server.region,
        taken_at=times.shown(snapshot.taken_at, server.zone),
        fault=masking.values(snapshot.fault.message) if snapshot.fault else None,
        ready=ready(findings),
        unmet=tuple(unmet),
        counts=counts(findings),
        total=len(findings),
        todo=tuple(_todo(rows, step, say) for step in summary.steps(findings, STAGES)[:3]),
        families=tuple(families),
    )


@dataclass(frozen=True)
class Change:
    """One finding that is new, repaired or still open since the earlier audit."""

    server: str
    control: str
    title: str
    since: str


def _changes(
    changes: compare.Changes, catalogue: Catalogue, zone: str, language: str, say: Callable[[str], str]
) -> list[tuple[str, str, list[Change]]]:
    """(heading, status to colour it by, findings), those without a finding left out."""

    def told(found: Iterable[compare.Open]) -> list[Change]:
        return [
            Change(
                one.server,
                one.control,
                control.title.in_language(language) if (control := catalogue.controls.get(one.control)) else "",
                times.shown(one.since, zone),
            )
            for one in found
        ]

    groups = (
        (say("new"), "fail", changes.new),
        (say("repaired"), "pass", changes.repaired),
        (say("still open"), "warning", changes.still_open),
        (say("now waived"), "waived", changes.waived),
        (say("not looked at this time"), "not_applicable", changes.unseen),
    )
    return [(title, status, told(found)) for title, status, found in groups if found]


def render(
    fleet: Fleet,
    examination: Examination,
    *,
    language: str = "",
    at: datetime | None = None,
    earlier: compare.Earlier | None = None,
) -> str:
    """The page. `language`: id or en (the one in use without it); `at`: when the report is made."""
    language = language or i18n.language()
    say = i18n.translator(language)
    at = at or datetime.now(UTC)
    since = compare.since(examination, earlier)
    pages = [
        _page(server, fleet, examination, language, say, since)
        for server in fleet.servers
        if server.name in examination.snapshots
    ]
    zone = pages[0].server.zone if pages else "UTC"
    environment = Environment(
        loader=FileSystemLoader(paths.templates_dir() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    values: dict[str, Any] = {
        "_": say,
        "language": language,
        "pages": pages,
        "ready": bool(pages) and all(page.ready for page in pages),
        "counts": counts(examination.findings),
        "total": len(examination.findings),
        "statuses": STATUSES,
        "shown": [name for name in STATUSES if name in ("pass", "fail") or counts(examination.findings)[name]],
        "word": {name: say(text) for name, text in words.STATUS.items()},
        "basis": {name: say(text) for name, text in words.BASIS.items()},
        "severity": {name: say(text) for name, text in words.SEVERITY.items()},
        "levels": {name: say(text) for name, text in words.LEVEL.items()},
        "changes": _changes(compare.compare(earlier, examination), examination.catalogue, zone, language, say)
        if earlier
        else [],
        "compared_with": times.shown(earlier.at, zone) if earlier else "",
        "proofs": len(pages) <= PROOFS_UP_TO,
        "made_at": times.shown(at, zone),
        "version": __version__,
        "catalogue": catalogue_digest()[:12],
        "inventory": str(fleet.path),
    }
    return environment.get_template("audit.html.j2").render(values)


def write(page: str, path: Path) -> None:
    """Write the page, readable by its owner only: it describes a server's inside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(page, encoding="utf-8")
