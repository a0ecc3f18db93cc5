"""The restore drill as a certificate: one self-contained HTML page, and PDF, for the administrator and an inspector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provision import __version__, i18n, paths, times
from provision.i18n import _, number
from provision.inventory.regions import by_code
from provision.operate.compare import PROOFS, control_titles
from provision.operate.drill import steps
from provision.report import sign
from provision.report.drill_plot import plot
from provision.report.formats import pdf
from provision.report.keys import ReportKey

SHOWN_DIFFERENCES = 200
_SYSTEMS = {"postgresql": "PostgreSQL", "sqlserver": "SQL Server"}


@dataclass(frozen=True)
class Page:
    """One server's part of the page: everything already in words and figures."""

    server: str
    ok: bool
    shortcomings: tuple[str, ...]
    rpo: str
    rto: str
    tables: str
    rows: str
    region: str
    operator: str
    compared_at_all: bool
    facts: tuple[tuple[str, str], ...]
    proofs: tuple[tuple[str, bool], ...]
    controls: tuple[tuple[str, str, bool], ...]
    plot: str
    steps: tuple[tuple[str, str], ...]
    differences: tuple[str, ...]
    compared: tuple[Mapping[str, Any], ...]


def moment(iso: str, zone: str) -> str:
    """A UTC moment in a region's zone, to the second; without a zone it stays in UTC."""
    return times.shown(iso, zone, seconds=True)


def duration(seconds: float | None) -> str:
    """Seconds as a person says them."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return _("{count} s").format(count=number(seconds, 1))
    if seconds < 5400:
        return _("{count} min").format(count=number(seconds / 60, 1))
    return _("{count} h").format(count=number(seconds / 3600, 1))


def size(count: int | None) -> str:
    """Bytes in MiB or GiB."""
    if count is None:
        return "–"
    return f"{number(count / (1 << 30), 1)} GiB" if count >= 1 << 30 else f"{number(count / (1 << 20))} MiB"


def page(result: Mapping[str, Any], zone: str) -> Page:
    """One result of drill.json, put into words."""
    region = by_code(result["region"])
    operator = result["operator"] or _("nobody: the server itself, by its timer")
    rate = result["restored_bytes_per_second"]
    engine = result.get("engine", "postgresql")
    programs = PROOFS[engine]
    facts = (
        (_("region"), f"{region.name} ({region.code})" if region else result["region"] or "–"),
        (_("run by"), operator),
        (_("started"), moment(result["started_at"], zone)),
        (_("backup"), f"{result['backup'] or '–'} ({moment(result['backup_at'], zone)})"),
        (
            _("repository"),
            {
                0: _("a copy on a removable disk"),
                1: _("the first, on the server"),
                2: _("the second, off the server"),
            }.get(result["repo"], str(result["repo"] or "–")),
        ),
        (_("restored on"), result.get("on") or _("the server itself")),
        (_("restored as of"), moment(result["target_at"], zone)),
        (_("size of the databases"), size(result["database_bytes"])),
        (_("size of the backup in the repository"), size(result["repository_bytes"])),
        (_("speed of the restore"), _("{size} a second").format(size=size(round(rate))) if rate else "–"),
        (_SYSTEMS[engine], result["server_version"] or "–"),
        (_("tables without WAL, not in any backup"), ", ".join(result["unlogged"]) or _("none")),
    )
    proofs = (
        (_("Rows, structure, sequences, roles and rights are those of the marked moment"), result["identical"]),
        (_("Every table and every index is sound ({program})").format(program=programs["amcheck"]), result["amcheck"]),
        (_("Every page's checksum is right ({program})").format(program=programs["checksums"]), result["checksums"]),
        (_("The row written just before the moment came back"), result["canary_before_present"]),
        (_("The row written just after it did not"), result["canary_after_absent"]),
    )
    titles = steps(engine)
    names = control_titles()
    verdicts = {True: _("noticed"), False: _("NOT noticed")}
    controls = tuple(
        (
            names[one["name"]],
            verdicts[one["noticed"]] if one["made"] else _("not proven: {said}").format(said=one["said"] or "–"),
            one["made"] and one["noticed"],
        )
        for one in result["controls"]
    )
    return Page(
        server=result["server"],
        ok=result["ok"],
        shortcomings=tuple(result["shortcomings"]),
        rpo=duration(result["rpo_seconds"]),
        rto=duration(result["rto_seconds"]),
        tables=number(result["tables"]),
        rows=number(result["rows"]),
        region=f"{region.name}" if region else "",
        operator=operator,
        compared_at_all=result["was_compared"],
        facts=facts,
        proofs=proofs,
        controls=controls,
        plot=plot(result["history"], zone),
        steps=tuple((titles.get(name, name), duration(taken)) for name, taken in result["steps"].items()),
        differences=tuple(result["differences"][:SHOWN_DIFFERENCES]),
        compared=tuple(result["compared"]),
    )


def publish(
    document: Mapping[str, Any], zones: Mapping[str, str], out: Path, key: ReportKey, *, pdf_too: bool = False
) -> None:
    """Write drill.json, drill.html and perhaps drill.pdf into `out`, and sign them; an earlier one there is put by."""

    def write() -> tuple[Path, ...]:
        out.mkdir(parents=True, exist_ok=True)
        (out / "drill.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        page = render(document, zones)
        (out / "drill.html").write_text(page, encoding="utf-8")
        if not pdf_too:
            return out / "drill.json", out / "drill.html"
        (out / "drill.pdf").write_bytes(pdf.render(page))
        return out / "drill.json", out / "drill.html", out / "drill.pdf"

    sign.issue(
        out,
        "drill",
        write,
        key,
        document_version=document["version"],
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        summary={"ok": document["ok"], "servers": [one["server"] for one in document["servers"]]},
    )


def render(document: Mapping[str, Any], zones: Mapping[str, str]) -> str:
    """drill.html for a drill.json; `zones`: the time zone of each server that has one. In the language in use."""
    environment = Environment(
        loader=FileSystemLoader(paths.templates_dir() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "number": number}
    pages = [page(result, zones.get(result["server"], "")) for result in document["servers"]]
    return environment.get_template("drill.html.j2").render(pages=pages, language=i18n.language(), version=__version__)
