"""`backbone sync`: how the last sync ended on every server, and the page that says so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.cli.plan import Inventory, Limit, Local
from provision.exits import Exit, worst
from provision.i18n import _, english, number

if TYPE_CHECKING:
    from provision.inventory import Server
    from provision.probe.transport import Target
    from provision.report.sync import SyncResult

app = typer.Typer(rich_markup_mode=None, add_completion=False)

ASKED = "backbone-sync status --json"
SECONDS = 60.0


@app.command(name="sync")
def show_sync(
    inventory: Inventory,
    limit: Limit = "",
    local: Local = False,
    out: Annotated[Path | None, typer.Option(help="Folder for sync.json and sync.html.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: sync.json on standard output.")] = False,
) -> int:
    """Ask every server how its last sync ended, and write the report. Starts no sync; changes nothing.

    Exit 0 only if every server was asked and its account balances.

    Example: backbone sync -i inventories/kabupaten --out ./hasil
    """
    from provision.converge.apply import this_machine
    from provision.inventory import load
    from provision.probe.transport import Target
    from provision.report import keys
    from provision.report import sync as page

    fleet = load(inventory, limit, allow_expired=True, here=local)
    fleet = this_machine(fleet) if local else fleet
    key = keys.of_run(None if local else fleet.directory, fleet.servers[0].name) if out and fleet.servers else None
    asked = {one.name: Target.this_machine(one.name) if local else Target.of(one) for one in fleet.servers}
    results = _ask(fleet.servers, asked)
    told = page.document(results, datetime.now(UTC))
    if out is not None and key is not None:
        page.publish(told, results, {one.name: one.zone for one in fleet.servers}, out, key)
    if as_json:
        typer.echo(json.dumps(english(told), indent=2))
    else:
        for one in results:
            _show(one)
        if out is not None:
            typer.echo(_("Report: {path}").format(path=out / "sync.html"))
    return int(worst(_exit(one) for one in results))


def _ask(servers: Sequence[Server], targets: Mapping[str, Target]) -> list[SyncResult]:
    """Every server's answer, asked for at once."""
    from provision.probe.snapshot import Fault
    from provision.probe.transport import Session
    from provision.report.sync import SyncResult, reading

    own = [one.name for one in servers if one.settings.sync_source == "bundled"]
    with Session([targets[name] for name in own]) as session:
        answers = session.run(dict.fromkeys(own, ASKED), SECONDS)
    results = []
    for one in servers:
        answer = answers.get(one.name)
        if answer is None:
            words = _("the sync software is supplied: ask it by its own means, or `backbone audit`")
            results.append(SyncResult(one.name, one.region, words, None))
        elif isinstance(answer, Fault):
            results.append(SyncResult(one.name, one.region, answer.message, None))
        else:
            out, err = (text.decode("utf-8", "replace") for text in (answer.stdout, answer.stderr))
            results.append(reading(one.name, one.region, answer.status, out, err))
    return results


def _exit(result: SyncResult) -> Exit:
    return Exit.UNREACHED if result.fault else Exit.OK if result.green else Exit.FELL_SHORT


def _show(result: SyncResult) -> None:
    from provision.report.sync import to_do

    entities = (result.status or {}).get("entities", {})
    stored = sum(int(one.get("stored") or 0) for one in entities.values())
    verdict = _("balances") if result.green else _("NOT ASKED") if result.fault else _("NOT GREEN")
    typer.echo(
        _("{server}: {verdict} · {rows} rows stored").format(server=result.server, verdict=verdict, rows=number(stored))
    )
    for line, command in to_do(result):
        typer.echo(f"  - {line}: {command}")
