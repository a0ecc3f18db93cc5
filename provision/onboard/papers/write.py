"""Writes the papers of a fleet, a region each, as DOCX and PDF; a region's own templates take the place of ours.

Everything is made before anything is written, and nothing that is there is overwritten unless that is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provision import paths
from provision.errors import UsageError
from provision.i18n import N_, _
from provision.inventory import Fleet, Server
from provision.inventory.explain import nearest
from provision.inventory.faults import shown
from provision.inventory.regions import by_code
from provision.inventory.vault import write_private
from provision.onboard.papers import docx, facts, page
from provision.onboard.papers.text import Block, parse
from provision.report.formats import pdf

KINDS: dict[str, str] = {
    "surat-permohonan": N_("letter of request to the Secretary General, signed by the head of the region"),
    "nota-kesepakatan": N_("draft of the Nota Kesepakatan"),
    "spesifikasi-server": N_("specification sheet of a server, from its last preflight or audit"),
    "pernyataan-tujuan-data": N_("statement of what the data is used for (UU 27/2022)"),
    "surat-pusdatin": N_("letter to Pusdatin: fuller data, and what for"),
    "berita-acara-serah-terima": N_("record of handover to a new administrator"),
    "kompetensi-operator": N_("the operator's competence record"),
}
PER_SERVER = "spesifikasi-server"


@dataclass(frozen=True)
class Made:
    """A paper, made but not written: where it belongs, its bytes, and what is still to be filled in by hand."""

    file: Path
    content: bytes
    holes: tuple[str, ...]


def source(kind: str) -> tuple[str, tuple[Block, ...]]:
    """The title and the blocks of a paper of ours."""
    blocks = parse((paths.templates_dir() / "papers" / f"{kind}.txt").read_text(encoding="utf-8"))
    own = [one.text for one in blocks if one.kind == "title" and "{{" not in one.text]
    title = own[0].capitalize() if own else kind.replace("-", " ").capitalize()
    return title, blocks


def templates(folder: Path) -> list[Made]:
    """Our papers as DOCX templates, for a region to change."""
    return [Made(folder / f"{kind}.docx", docx.template(*source(kind)), ()) for kind in KINDS]


def audits(file: Path | None) -> dict[str, Any]:
    """Server → what an audit.json or preflight.json found on it; UsageError for another file."""
    if file is None:
        return {}
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["kind"] not in ("audit", "preflight"):
            raise ValueError(document["kind"])
        return {one["name"]: one for one in document["servers"] if one["findings"] is not None}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UsageError(
            _("{file} is no audit.json or preflight.json").format(file=shown(file)),
            repair=_("make one: backbone audit -i INVENTORY --out FOLDER"),
        ) from fault


def make(
    fleet: Fleet,
    out: Path,
    *,
    only: Sequence[str] = (),
    own: Path | None = None,
    audit: Path | None = None,
    as_pdf: bool = False,
) -> list[Made]:
    """All papers of a fleet, made. With several regions, each has a folder of its own in `out`.

    `own`: a folder of DOCX templates; one with the name of ours takes its place, another is a further paper.
    """
    if as_pdf:
        pdf.ensure()
    theirs = {file.stem: file for file in sorted(own.glob("*.docx")) if not file.name.startswith("~$")} if own else {}
    if own and not theirs:
        raise UsageError(_("{folder} holds no DOCX template").format(folder=shown(own)))
    kinds = _chosen(only, [*KINDS, *(name for name in theirs if name not in KINDS)])
    seen = audits(audit)
    if audit is not None and not {one.name for one in fleet.servers} & set(seen):
        raise UsageError(
            _("{file} knows none of these servers: {names}").format(
                file=shown(audit), names=", ".join(one.name for one in fleet.servers[:20])
            ),
            repair=_("name the audit of this inventory"),
        )
    regions = sorted({one.region for one in fleet.servers})
    made: list[Made] = []
    for code in regions:
        servers = [one for one in fleet.servers if one.region == code]
        region = by_code(code)
        if region is None:  # no inventory with such a code can be loaded
            raise AssertionError(code)
        known = facts.values(fleet, region, servers, seen)
        folder = out if len(regions) == 1 else out / code
        for kind in kinds:
            made += _paper(kind, theirs.get(kind), folder, servers, known, as_pdf)
    return made


def _chosen(only: Sequence[str], there: Sequence[str]) -> list[str]:
    for one in only:
        if one not in there:
            near = nearest(one, there)
            raise UsageError(
                _("there is no paper called {name}").format(name=one),
                repair=_("did you mean {name}?").format(name=near)
                if near
                else _("there are {names}").format(names=", ".join(there)),
            )
    return [one for one in there if one in only] if only else list(there)


def _paper(
    kind: str, own: Path | None, folder: Path, servers: Sequence[Server], known: Mapping[str, Any], as_pdf: bool
) -> list[Made]:
    made: list[Made] = []
    several = kind == PER_SERVER and len(servers) > 1
    for server in servers if several else servers[:1]:
        values = facts.for_server(known, server.name)
        stem = f"{kind}-{server.name}" if several else kind
        if own is not None:
            made.append(Made(folder / f"{stem}.docx", docx.fill(own, values), ()))
            continue
        title, blocks = source(kind)
        html = page.page(title, blocks, values)
        holes = tuple(dict.fromkeys(facts.HOLE.findall(html)))
        made.append(Made(folder / f"{stem}.docx", docx.fill(docx.template(title, blocks), values), holes))
        if as_pdf:
            made.append(Made(folder / f"{stem}.pdf", pdf.render(html), holes))
    return made


def write(made: Sequence[Made], *, overwrite: bool = False) -> None:
    """Write papers; UsageError where one is there already, unless it may be overwritten."""
    there = [one.file for one in made if one.file.exists()]
    if there and not overwrite:
        raise UsageError(
            _("there already, nothing was overwritten: {files}").format(files=", ".join(map(shown, there))),
            repair=_("choose another folder with --out, or overwrite them with --overwrite"),
        )
    for one in made:
        write_private(one.file, one.content)
