"""`backbone preflight`: may this machine become such a server, and what is on it already?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.exits import Exit
from provision.i18n import N_, _, english

if TYPE_CHECKING:
    from provision.audit.preflight import Found, Preflight
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
    ask: bool = typer.Option(
        True, "--ask/--no-ask", help="Ask what becomes of what is found; without a terminal nothing is asked."
    ),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> int:
    """Judge machines before anything is changed: the minimum, the way to the centre, what is on them already.

    For each listener, container, firewall and database cluster that is there already it asks: keep (its ports are
    declared), adopt (a stage takes it over) or stop. The answers go into the inventory; the machine is not touched.
    Exit 1 if a requirement falls short, or something found still needs a decision: `apply` starts with neither.

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
    open_ones = list(seen.undecided)
    if ask and not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        open_ones = _decide(fleet, open_ones)
    if seen.examination.unreached:
        return int(Exit.UNREACHED)
    short = any(one.open for one in seen.examination.findings)
    return int(Exit.FELL_SHORT if short or open_ones else Exit.OK)


def _decide(fleet: Fleet, undecided: list[Found]) -> list[Found]:
    """Ask about each; what was decided is written at once, so that nothing is lost. Those left open."""
    from rich.prompt import Prompt

    from provision.onboard.decide import Decision, write

    class Question(Prompt):
        illegal_choice_message = f"[prompt.invalid.choice]{_('Please choose one of these words.')}"

    left = []
    for one in undecided:
        ways = {str(_(CHOICES[way.word])): way for way in one.choices}
        if not ways:
            left.append(one)
            continue
        typer.echo("\n" + f"{one.server}: {_(KINDS[one.kind])} {one.name}  {one.detail}".rstrip())
        for word, way in ways.items():
            typer.echo(f"  {word}: {way.how.text(_)}")
        later = str(_("later"))
        answer = Question.ask(_("What becomes of it?"), choices=[*ways, later], default=later)
        if answer == later:
            left.append(one)
            continue
        word, sources = ways[answer].word, "internal"
        if word == "keep" and one.ports:
            sources = Question.ask(_("Who may reach it?"), choices=["internal", "vpn", "anywhere"], default=sources)
        (file,) = write(fleet.directory, [Decision(one, word, sources)])
        typer.echo(_("written to {file}").format(file=file))
    return left


def _document(fleet: Fleet, seen: Preflight) -> dict[str, object]:
    from provision.audit.preflight import below_minimum
    from provision.report.model import findings_document

    examination = seen.examination
    told = {server.name: findings_document(examination, server.name, fleet.path, {}) for server in fleet.servers}
    return {
        "version": 2,
        "kind": "preflight",
        "servers": [
            {
                "name": server.name,
                "taken_at": examination.snapshots[server.name].taken_at,
                "below_minimum": [one.control for one in below_minimum(examination.of(server.name))],
                "answers": told[server.name][1],
                "findings": told[server.name][0],
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
    show(fleet, seen.examination, verdict=False)
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
    "unknown": N_("not seen"),
}
CHOICES = {"keep": N_("keep"), "adopt": N_("adopt"), "stop": N_("stop")}
