"""`backbone papers`: letters and papers of a region, as DOCX and PDF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.cli.plan import Limit
from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _, english

if TYPE_CHECKING:
    from provision.onboard.papers.write import Made

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def papers(
    inventory: Annotated[
        Path | None,
        typer.Option("-i", "--inventory", help="The inventory file, or the folder of its hosts.yml."),
    ] = None,
    limit: Limit = "",
    out: Annotated[Path, typer.Option("--out", help="Folder for the papers.")] = Path("papers"),
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this paper; may be repeated.")] = None,
    audit: Annotated[
        Path | None,
        typer.Option("--audit", help="The audit.json or preflight.json that fills the specification sheet."),
    ] = None,
    templates: Annotated[
        Path | None,
        typer.Option(
            "--templates", help="Folder of your own DOCX templates: they take the place of ours, or add to them."
        ),
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export-templates", help="Write our templates here, to be changed, and end.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also as PDF.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Overwrite papers that are there.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Name papers and placeholders, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Write letters and papers: request, Nota Kesepakatan, specification, data purpose, handover, competence.

    What no file knows is marked […] in the paper and named at the end; papers.yml beside the inventory fills it.

    Example: backbone papers -i inventories/kabupaten --audit hasil/audit.json --pdf --out ./naskah
    """
    from provision.inventory import load
    from provision.onboard.papers import facts, write

    if listing:
        return _list(as_json)
    if export is not None:
        made = write.templates(export)
        write.write(made, overwrite=overwrite)
        return _told(made, as_json)
    if inventory is None:
        raise UsageError(_("which inventory?"), repair="backbone papers -i INVENTORY")
    fleet = load(inventory, limit, allow_expired=True)
    made = write.make(fleet, out, only=only or (), own=templates, audit=audit, as_pdf=pdf)
    write.write(made, overwrite=overwrite)
    draft = fleet.directory / facts.FILE
    fresh = not draft.exists() and any(one.holes for one in made)
    if fresh:
        draft.write_text(facts.draft(), encoding="utf-8")
    _told(made, as_json)
    if not as_json:
        if templates is not None and pdf:
            typer.echo(_("Your own templates become DOCX only: print them from Word or LibreOffice."))
        if fresh:
            typer.echo(_("{file} was made: fill it in, then run this again with --overwrite.").format(file=draft))
        elif any(one.holes for one in made):
            typer.echo(_("Fill it in in {file}, then run this again with --overwrite.").format(file=draft))
    return int(Exit.OK)


def _told(made: list[Made], as_json: bool) -> int:
    if as_json:
        document = [{"file": str(one.file), "placeholders": [hole[3:-1] for hole in one.holes]} for one in made]
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return int(Exit.OK)
    for one in made:
        typer.echo(one.file)
    if holes := dict.fromkeys(hole[3:-1] for one in made for hole in one.holes):
        typer.echo(_("Still to be filled in: {names}").format(names="; ".join(holes)))
    return int(Exit.OK)


def _list(as_json: bool) -> int:
    from provision.onboard.papers import facts, write

    if as_json:
        words = {
            "papers": {k: _(v) for k, v in write.KINDS.items()},
            "placeholders": facts.TEXTS | facts.LISTS | facts.DERIVED,
        }
        typer.echo(json.dumps(english(words), indent=2, ensure_ascii=False))
        return int(Exit.OK)
    for kind, what in write.KINDS.items():
        typer.echo(f"{kind:27} {_(what)}")
    typer.echo("")
    for name, meaning in (facts.TEXTS | facts.LISTS | facts.DERIVED).items():
        typer.echo(f"{{{{ {name} }}}}".ljust(42) + meaning)
    return int(Exit.OK)
