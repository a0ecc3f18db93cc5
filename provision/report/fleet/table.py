"""The fleet for machines: a document of plain values, and the matrix as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from provision import __version__
from provision.report.fleet.model import Line, View, provinces
from provision.report.fleet.page import region_name
from provision.report.formats.spreadsheet import cell

VERSION = 1
COLUMNS = (
    "region",
    "region_name",
    "province",
    "level",
    "server",
    "may_receive_data",
    "measured_at",
    "old",
    "since_the_audit_before",
    "new",
    "repaired",
    "open",
    "drill",
    "drill_at",
    "excuses_expired",
    "excuses_expiring",
    "signature",
    "signer",
)


def _flat(line: Line) -> dict[str, Any]:
    sight = line.sight
    return {
        "region": sight.server.region,
        "region_name": region_name(line),
        "province": line.province,
        "level": sight.server.level,
        "server": sight.server.name,
        "may_receive_data": sight.answer,
        "measured_at": sight.at.isoformat(),
        "old": line.old,
        "since_the_audit_before": line.change.direction,
        "new": list(line.change.new),
        "repaired": list(line.change.repaired),
        "open": sorted(sight.open),
        "drill": line.drill.state,
        "drill_at": line.drill.at.isoformat() if line.drill.at else None,
        "excuses_expired": [one.control for one in line.expired],
        "excuses_expiring": [one.control for one in line.expiring],
        "signature": sight.proof.trust,
        "signer": sight.proof.signer or None,
    }


def document(view: View) -> dict[str, Any]:
    """The fleet as JSON values. Moments: UTC, ISO 8601; `families`: the worst status of each."""
    return {
        "version": VERSION,
        "kind": "fleet",
        "tool": {"name": "backbone-daerah", "version": __version__},
        "at": view.at.isoformat(timespec="seconds"),
        "limits": {
            "audit_days": view.limits.audit_days,
            "drill_days": view.limits.drill_days,
            "soon_days": view.limits.soon_days,
        },
        "signatures_checked": view.verified,
        "held": view.held,
        "answers": {one: view.count(one) for one in ("yes", "no", "unknown")},
        "regions": sorted(view.regions),
        "provinces": [
            {"code": one.code, "regions": one.regions, "audited": one.audited, "answers": dict(one.counts)}
            for one in provinces(view)
        ],
        "trend": [{"day": one.day, "answers": dict(one.counts)} for one in view.trend],
        "unread": [{"file": str(one.file), "why": one.why} for one in view.unread],
        "remarks": list(view.remarks),
        "servers": [{**_flat(line), "families": dict(line.families)} for line in view.lines],
    }


def matrix(view: View) -> str:
    """fleet.csv: a line a server, a column a family with its worst status. What begins like a formula is made text."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    table = csv.writer(out)
    families = [name for name, _title in view.families]
    table.writerow([*COLUMNS, *map(cell, families)])
    for line in view.lines:
        flat = _flat(line)
        values = [" ".join(one) if isinstance(one, list) else one for one in (flat[name] for name in COLUMNS)]
        table.writerow([cell(one) for one in (*values, *(line.families.get(name, "") for name in families))])
    return out.getvalue()
