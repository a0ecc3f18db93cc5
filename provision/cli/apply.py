"""`backbone apply`: converge what the plan says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.cli.plan import Full, Inventory, Limit, Local, Stages
from provision.errors import BackboneError, UsageError
from provision.i18n import _, english

if TYPE_CHECKING:
    from provision.exits import Exit
    from provision.inventory import Fleet

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def apply(
    inventory: Inventory,
    limit: Limit = "",
    local: Local = False,
    stage: Stages = None,
    full: Full = False,
    accept_below_minimum: Annotated[
        bool, typer.Option("--accept-below-minimum", help="Provision a machine that is below the minimum all the same.")
    ] = False,
    accept_another_server: Annotated[
        bool,
        typer.Option(
            "--accept-another-server", help="Go on though the region, level, system or database is not what it was."
        ),
    ] = False,
    bundle: Annotated[
        Path | None,
        typer.Option(help="Folder of a bundle: packages come from there, no internet is needed.", show_default=False),
    ] = None,
    rotate: Annotated[
        str,
        typer.Option(
            "--rotate", help="Renew these secrets first: names with commas, or all; plan shows it.", show_default=False
        ),
    ] = "",
    let_go: Annotated[
        str,
        typer.Option("--let-go", help="Delete what a rotation keeps: backup, the former backups.", show_default=False),
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder for what a rotation hands out.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; without a terminal nothing is ever asked.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For machines: one JSON object a line, as things happen.")
    ] = False,
) -> int:
    """Run the stages that each server needs, and only those; then look again and say what remains.

    Killed or cut off, it goes on where it was when it is run again.

    Example: backbone apply -i inventories/kabupaten
    """
    from provision.cli import converge_view as view
    from provision.cli import rotating
    from provision.converge import apply as loop
    from provision.converge.plan import Wish
    from provision.exits import Exit, worst
    from provision.inventory import load

    if rotate and let_go:
        raise UsageError(
            _("--rotate and --let-go do not go together: the one may only begin when the other is through"),
            repair=_("first --let-go alone, then --rotate"),
        )
    fleet = load(inventory, limit, allow_expired=True, here=local)
    fleet = loop.this_machine(fleet) if local else fleet
    loop.require_secrets(fleet)
    if bundle is not None:
        _carry(bundle, fleet, inventory, local=local, quiet=as_json)
    rotation = None
    if let_go:
        rotating.let_go(fleet, let_go, yes, quiet=as_json, local=local)
    if rotate:
        rotation = rotating.planned(rotate, fleet, inventory, local=local)
        if as_json:
            typer.echo(json.dumps(english({"event": "rotation", "items": rotating.as_json(rotation)})))
        else:
            rotating.show(rotation)
        values = rotating.given(rotation)
        rotating.ask(_("Renew these?"), yes or bool(values), quiet=as_json)
        rotating.begin(rotation, fleet, values, local=local)
    if rotate or let_go:
        fleet = load(inventory, limit, allow_expired=True, here=local)
        fleet = loop.this_machine(fleet) if local else fleet
    agreed = yes or bool(rotate or let_go)
    with view.Progressing(json_lines=as_json, ask=not agreed) as progressing:
        applied = loop.apply(
            fleet,
            Wish(tuple(stage or ()), full),
            local=local,
            accept_below_minimum=accept_below_minimum,
            accept_another_server=accept_another_server,
            on_plan=progressing.on_plan,
            on_progress=progressing.on_progress,
        )
    renewed = rotating.finish(applied, fleet, rotation, out, local=local)
    kept = _send_kit(inventory, local)
    if kept[1] == Exit.OK:
        renewed = rotating.kits_sent(renewed, fleet, local=local)
    if as_json:
        typer.echo(json.dumps(english({**view.applied_as_json(applied), "kit": kept[0], "rotation": renewed})))
    else:
        view.show_applied(applied)
        rotating.tell(renewed)
        if kept[0]:
            typer.echo(kept[0])
    if applied.exit_status == Exit.INTERRUPTED:
        raise KeyboardInterrupt
    return int(worst([applied.exit_status, kept[1]]))


def _send_kit(inventory: Path, local: bool) -> tuple[str, Exit]:
    """Send the controller's kit where second repositories are and lack it; a sentence for people, and how it ended.

    The whole inventory's, whatever `--limit` says: a kit with a part of the servers would bring back a part.
    """
    from provision.exits import Exit
    from provision.inventory import load
    from provision.onboard import kit

    try:
        sent = [one for one in kit.send(load(inventory, allow_expired=True, here=local), datetime.now(UTC)) if one.name]
    except BackboneError as fault:
        return _("The controller's kit was not sent: {reason}").format(reason=fault.message), Exit.FELL_SHORT
    places = ", ".join(f"{one.host}/{one.bucket}" for one in sent)
    return (_("The controller's kit was sent to {places}.").format(places=places) if sent else ""), Exit.OK


def _carry(folder: Path, fleet: Fleet, inventory: Path, *, local: bool, quiet: bool) -> None:
    """Judge the bundle, and bring it to the servers."""
    from provision.cli.verify import known_keys
    from provision.onboard.bundle.carry import accept, carry
    from provision.report import keys

    known = known_keys(inventory, list(keys.machine_signers()))
    bundle = accept(folder, known)
    if not quiet:
        typer.echo(
            _("Bundle of {made}, signed by {signer}: carried to {count} servers …").format(
                made=bundle.made_at, signer=bundle.signer, count=len(fleet.servers)
            ),
            err=True,
        )
    carry(bundle, fleet, local=local)
