"""`backbone prove`: the checklist of docs/platforms.md on one real server, as a signed record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from provision.cli.plan import Inventory, Limit
from provision.i18n import _, english

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def prove(
    inventory: Inventory,
    out: Annotated[Path, typer.Option("--out", help="Folder for proof.json and its signature.")],
    limit: Limit = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether the server may be thrown away.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: proof.json on standard output.")] = False,
) -> int:
    """Prove a platform on one server that may be thrown away: plan, apply, apply again, audit, drill.

    The signed record says per stage whether it converged and then changed nothing, and per control what was measured.

    Example: backbone prove -i inventori --limit smg-win1 --out ./bukti
    """
    from datetime import UTC, datetime

    from provision.converge import apply as loop
    from provision.errors import UsageError
    from provision.exits import Exit
    from provision.inventory import Fleet, load
    from provision.inventory.load import inventory_file
    from provision.operate import prove as proving
    from provision.operate.drill import run_drills
    from provision.probe.transport import Target
    from provision.report import keys, sign

    fleet = load(inventory, limit)
    loop.require_secrets(fleet)
    key = keys.of_inventory(inventory_file(inventory).parent)
    if not yes and not typer.confirm(_("Everything on {server} may be changed?").format(server=fleet.servers[0].name)):
        raise UsageError(_("nothing was touched"), repair="--yes")

    def drill(of: Fleet) -> tuple[str, ...]:
        results = run_drills([Target.of(one) for one in of.servers], {})
        return tuple(f"{one.failed_step}: {one.failure}" for one in results if not one.ok)

    windows = any(one.connection.kind == "psrp" for one in fleet.servers)
    doing = proving.Doing(drill=None if windows else drill)
    proof = proving.prove(fleet, doing, (lambda _step: None) if as_json else _show)
    record = english(proving.document(proof))

    def write() -> tuple[Path, ...]:
        out.mkdir(parents=True, exist_ok=True)
        (out / "proof.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        return (out / "proof.json",)

    signed = sign.issue(
        out,
        "proof",
        write,
        key,
        document_version=proving.VERSION,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        summary={"held": proof.held, "system": proof.system, "servers": [proof.server]},
    )
    if as_json:
        print(json.dumps(record, indent=2))
    else:
        print(_("Send in: {path} and what lies beside it").format(path=signed))
    return int(Exit.OK if proof.held else Exit.FELL_SHORT)


def _show(step: object) -> None:
    from provision.operate.prove import Step

    assert isinstance(step, Step)
    words = {"held": _("held"), "fell_short": _("fell short"), "not_tried": _("not tried")}
    print(f"{step.name:6} {words[step.state]} {step.seconds:.0f} s {', '.join(step.told)[:300]}".rstrip())
