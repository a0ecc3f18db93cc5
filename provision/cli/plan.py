"""`backbone plan`: which stages would run on which server, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from provision.exits import Exit, worst
from provision.i18n import _, english

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Inventory = Annotated[
    Path,
    typer.Option("-i", "--inventory", help="The inventory file, or the folder of its hosts.yml.", show_default=False),
]
Limit = Annotated[str, typer.Option("--limit", help="Only these servers, as in Ansible.", show_default=False)]
Local = Annotated[bool, typer.Option("--local", help="Only the machine that this runs on, without SSH.")]
Stages = Annotated[list[str] | None, typer.Option("--stage", help="Only this stage; may be repeated.")]
Full = Annotated[bool, typer.Option("--full", help="All stages, needed or not.")]


@app.command()
def plan(
    inventory: Inventory,
    limit: Limit = "",
    local: Local = False,
    stage: Stages = None,
    full: Full = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Also what the stages would change (Ansible's check mode).")
    ] = False,
    rotate: Annotated[
        str,
        typer.Option("--rotate", help="Also what apply --rotate would renew: names with commas.", show_default=False),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Say which stages each server needs, and why. Changes nothing; exit 1 when the plan is not empty.

    Example: backbone plan -i inventories/kabupaten --diff
    """
    from provision.cli import converge_view as view
    from provision.cli import rotating
    from provision.converge import apply as loop
    from provision.converge.plan import Wish
    from provision.inventory import load

    fleet = load(inventory, limit, allow_expired=True, here=local)
    fleet = loop.this_machine(fleet) if local else fleet
    rotation = rotating.planned(rotate, fleet, inventory, local=local) if rotate else None
    if rotation and not as_json:
        rotating.show(rotation)
    assessment = loop.assess(fleet, Wish(tuple(stage or ()), full), local=local)
    renewed = {"rotation": rotating.as_json(rotation)} if rotation else {}
    if as_json and not diff:
        typer.echo(json.dumps(english({**view.plan_as_json(assessment), **renewed}), indent=2))
    elif not as_json:
        view.show_plan(assessment)
    if not diff or assessment.plan.empty:
        return int(worst([assessment.exit_status, Exit.FELL_SHORT if rotation else Exit.OK]))
    with view.Progressing(assessment.plan, json_lines=False, quiet=as_json) as progressing:
        results = loop.preview(fleet, assessment, progressing.on_progress, local=local)
    if as_json:
        told = {**view.plan_as_json(assessment), **renewed}
        told["changes"] = [view.progress_as_json(one) for one in progressing.changes]
        told["results"] = [view.result_as_json(one) for one in results]
        typer.echo(json.dumps(english(told), indent=2))
    else:
        view.show_changes(progressing.changes)
        view.show_failures(results)
        typer.echo(_("Nothing was changed."))
    failed = any(one.status in ("failed", "unreachable") for one in results)
    return int(worst([assessment.exit_status, Exit.UNREACHED if failed else Exit.OK]))
