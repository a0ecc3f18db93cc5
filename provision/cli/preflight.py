"""`backbone preflight`: may this machine become such a server, and what is on it already?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.exits import Exit
from provision.i18n import N_, _, english

if TYPE_CHECKING:
    from provision.audit.preflight import Preflight
    from provision.inventory import Fleet

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def preflight(
    inventory: Annotated[
        Path,
        typer.Option("-i", "--inventory", help="The inventory file, or the folder of its hosts.yml."),
    ],
    limit: str = typer.Option("", "--limit", help="Machines to look at, as in Ansible.", show_default=False),
    local: bool = typer.Option(False, "--local", help="This machine itself: the one server of --limit."),
    out: Annotated[Path | None, typer.Option("--out", help="Folder for preflight.json.", show_default=False)] = None,
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> int:
    """Judge machines before anything is changed: the minimum, the way to the centre, what is on them already.

    Exit 1 if a requirement falls short, or something found still needs a decision.

    Example: backbone preflight -i inventories/kabupaten
    """
    from provision.audit import catalogue
    from provision.audit import preflight as look
    from provision.cli.audit import one_server, progress
    from provision.inventory import load
    from provision.report.model import write_json

    fleet = load(inventory, limit, known_controls=frozenset(catalogue.load().controls), allow_expired=True)
    one_server(fleet, local)
    with progress(len(fleet.servers), as_json) as done:
        seen = look.preflight(fleet, local=local, progress=done)
    document = _document(fleet, seen)
    if out is not None:
        write_json(document, out / "preflight.json")
    if as_json:
        print(json.dumps(english(document), indent=2, ensure_ascii=False))
    else:
        _show(fleet, seen)
    if seen.examination.unreached:
        return int(Exit.UNREACHED)
    short = any(one.open for one in seen.examination.findings)
    return int(Exit.FELL_SHORT if short or seen.undecided else Exit.OK)


def _document(fleet: Fleet, seen: Preflight) -> dict[str, object]:
    from provision.audit.preflight import below_minimum
    from provision.report.model import finding_document

    examination = seen.examination
    return {
        "version": 1,
        "kind": "preflight",
        "servers": [
            {
                "name": server.name,
                "taken_at": examination.snapshots[server.name].taken_at,
                "below_minimum": [one.control for one in below_minimum(examination.of(server.name))],
                "findings": [
                    finding_document(one, examination.catalogue, fleet.path) for one in examination.of(server.name)
                ],
                "found": [
                    {
                        "kind": one.kind,
                        "name": one.name,
                        "detail": one.detail,
                        "settled": one.settled,
                        "choices": [{"word": way.word, "how": way.how.text()} for way in one.choices],
                    }
                    for one in seen.found
                    if one.server == server.name
                ],
            }
            for server in fleet.servers
        ],
    }


def _show(fleet: Fleet, seen: Preflight) -> None:
    from rich.console import Console

    from provision.audit.preflight import below_minimum
    from provision.cli.audit import show

    console = Console(soft_wrap=True, highlight=False)
    show(fleet, seen.examination, None, verdict=False)
    for server in fleet.servers:
        mine = [one for one in seen.found if one.server == server.name]
        console.print(f"[bold]{server.name}[/]: {_('on this machine already')}")
        if not mine:
            console.print(f"  {_('nothing')}", markup=False)
        for one in mine:
            mark = "✓" if one.settled else "?"
            console.print(f"  {mark} {_(KINDS[one.kind])} {one.name}  {one.detail}", markup=False)
            if not one.settled:
                for way in one.choices:
                    console.print(f"      {_(CHOICES[way.word])}: {way.how.text(_)}", markup=False)
        if below := below_minimum(seen.examination.of(server.name)):
            names = ", ".join(finding.control for finding in below)
            console.print(f"  {_('below the minimum specification:')} {names}", markup=False)


KINDS = {
    "listener": N_("listener"),
    "container": N_("container"),
    "firewall": N_("firewall"),
    "database": N_("database"),
    "panel": N_("control panel"),
}
CHOICES = {"keep": N_("keep"), "adopt": N_("adopt"), "stop": N_("stop")}
