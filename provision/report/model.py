"""The one model that every rendering of an audit comes from: plain JSON values, version 2, in English.

`schema/audit.schema.json` describes it. Sentences that people read in Indonesian are rendered from the findings
themselves (`html.py`); machines always get English.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from provision import __version__, paths
from provision.audit import compare, masking
from provision.audit.catalogue import VERSION as CATALOGUE_VERSION
from provision.audit.catalogue import Catalogue
from provision.audit.findings import EVERY_FINDING, Evidence, FailOn, Finding, counts, exit_status, ready
from provision.audit.run import Examination
from provision.i18n import english
from provision.inventory import Fleet
from provision.inventory.fields import Stage
from provision.inventory.regions import by_code
from provision.report import summary

VERSION = compare.VERSION
STAGES: tuple[str, ...] = get_args(Stage)


@cache
def catalogue_digest() -> str:
    """SHA-256 over the catalogue's files: which catalogue judged."""
    digest = hashlib.sha256()
    for path in sorted(paths.catalogue_dir().glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def repair_command(finding: Finding, inventory: Path) -> str | None:
    """The command that repairs an open finding; None where only people can."""
    if finding.stage is None:
        return None
    return f"backbone apply -i {inventory} --limit {finding.server} --stage {finding.stage}"


class Answers:
    """The answers that one server's findings rest on, each once; findings name them by their place."""

    def __init__(self) -> None:
        self._places: dict[Evidence, int] = {}

    def place(self, one: Evidence) -> int:
        """The place of an answer in the list, from 0."""
        return self._places.setdefault(one, len(self._places))

    def document(self) -> list[dict[str, Any]]:
        """The list."""
        return [
            {"command": one.command, "status": one.status, "output": one.output, "cut": one.cut} for one in self._places
        ]


def finding_document(
    finding: Finding, catalogue: Catalogue, inventory: Path, at: str, since: str | None, answers: Answers
) -> dict[str, Any]:
    """One finding. `at`: when the server was asked; `since`: since when it is open; UTC, ISO 8601.

    What it rests on goes into `answers`.
    """
    control = catalogue.controls[finding.control]
    return {
        "control": finding.control,
        "server": finding.server,
        "family": finding.family,
        "title": {"id": control.title.id, "en": control.title.en},
        "basis": finding.basis,
        "severity": finding.severity,
        "requirement": {"id": control.requirement.id, "en": control.requirement.en},
        "source": {"id": control.source.id, "en": control.source.en},
        "reference_verified": control.reference_verified,
        "status": finding.status,
        "measured": finding.measured,
        "at": at,
        "since": since,
        "observed": finding.observed.text(),
        "expected": finding.expected.text(),
        "note": finding.note.text() if finding.note else None,
        "stage": finding.stage,
        "repair": repair_command(finding, inventory) if finding.open else None,
        "remedy": {"id": control.remedy.id, "en": control.remedy.en},
        "evidence": [answers.place(one) for one in finding.evidence],
    }


def findings_document(
    examination: Examination, server: str, inventory: Path, since: Mapping[compare.Key, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One server's findings, and the answers that they rest on. `since`: of each open finding, since when."""
    answers = Answers()
    at = examination.snapshots[server].taken_at
    found = [
        finding_document(one, examination.catalogue, inventory, at, since.get((server, one.control)), answers)
        for one in examination.of(server)
    ]
    return found, answers.document()


def audit_document(
    fleet: Fleet,
    examination: Examination,
    at: datetime | None = None,
    *,
    earlier: compare.Earlier | None = None,
    fail_on: FailOn = EVERY_FINDING,
) -> dict[str, Any]:
    """The audit as JSON values. `at`: when the report is made (now without it); `earlier`: compared with that one."""
    catalogue = examination.catalogue
    since = compare.since(examination, earlier)
    servers = []
    for server in fleet.servers:
        snapshot = examination.snapshots.get(server.name)
        if snapshot is None:
            continue
        mine = examination.of(server.name)
        region = by_code(server.region)
        findings, answers = findings_document(examination, server.name, fleet.path, since)
        servers.append(
            {
                "name": server.name,
                "region": server.region,
                "region_name": region.name if region else server.region,
                "level": server.level,
                "zone": server.zone,
                "taken_at": snapshot.taken_at,
                "round_trips": snapshot.waves,
                "fault": None
                if snapshot.fault is None
                else {"kind": snapshot.fault.kind, "message": masking.values(english(snapshot.fault.message))},
                "ready": ready(mine),
                "counts": dict(counts(mine)),
                "first": [
                    {"stage": one.stage, "controls": list(one.controls), "minimum": one.minimum}
                    for one in summary.steps(mine, STAGES)[:3]
                ],
                "answers": answers,
                "findings": findings,
            }
        )
    return {
        "version": VERSION,
        "kind": "audit",
        "tool": {"name": "backbone-daerah", "version": __version__},
        "catalogue": {
            "version": CATALOGUE_VERSION,
            "controls": len(catalogue.controls),
            "sha256": catalogue_digest(),
        },
        "generated_at": (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds"),
        "inventory": str(fleet.path),
        "ready": bool(servers) and all(one["ready"] for one in servers),
        "counts": dict(counts(examination.findings)),
        "families": [
            {"family": row.family, "title": {"id": row.title_id, "en": row.title_en}, "counts": dict(row.counts)}
            for row in summary.by_family(examination.findings, catalogue)
        ],
        "compared": None if earlier is None else asdict(compare.compare(earlier, examination)),
        "fail_on": fail_on,
        "exit_status": int(exit_status(examination.findings, examination.unreached, fail_on)),
        "servers": servers,
    }


def schema(name: str = "audit") -> dict[str, Any]:
    """The published JSON Schema of `audit`, `finding` or `fleet`."""
    text = (files("provision.report") / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def write_json(document: dict[str, Any], path: Path) -> None:
    """Write a document for machines: sorted by nothing but its own order, UTF-8, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(english(document), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def named(findings: Iterable[Finding], controls: Iterable[str]) -> tuple[Finding, ...]:
    """The findings of these controls, in the order of the controls."""
    found = {one.control: one for one in findings}
    return tuple(found[name] for name in controls if name in found)
