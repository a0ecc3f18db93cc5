"""`backbone patch`: updates and restarts in waves, each wave audited before the next."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.cli.plan import Inventory, Limit
from provision.exits import Exit
from provision.i18n import _, english, number

if TYPE_CHECKING:
    from provision.operate.patch import Course

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def patch(
    inventory: Inventory,
    limit: Limit = "",
    wave: Annotated[str, typer.Option("--wave", help="Servers in a wave: a number, or a share such as 10%.")] = "10%",
    canary: Annotated[
        str, typer.Option("--canary", help="The server of the first wave; the inventory's first.", show_default=False)
    ] = "",
    window: Annotated[
        int, typer.Option("--window", min=1, help="Minutes in which a restarted server must be back with its services.")
    ] = 30,
    restart: Annotated[
        bool,
        typer.Option("--restart/--no-restart", help="Restart where an update asks for it, or leave it to the night."),
    ] = True,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for patch.json.", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; without a terminal nothing is ever asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: patch.json on standard output.")] = False,
) -> int:
    """Install the updates that wait, one server first, then wave by wave; audit each wave before the next.

    A wave in which an update fails, a server does not come back, or a control that held does not hold any more is the
    last one: no further server is touched. Run again, it begins anew; servers without updates take seconds.

    Example: backbone patch -i inventories/provinsi --wave 10% --out ./hasil
    """
    from provision.cli.spoken import confirm
    from provision.inventory import load
    from provision.operate.patch import Limits, run, waves

    fleet = load(inventory, limit, allow_expired=True)
    groups = waves([server.name for server in fleet.servers], wave, canary)
    if not as_json:
        _show_plan(groups, window, restart)
        if sys.stdin.isatty() and sys.stdout.isatty() and not yes and not confirm(_("Go on?"), default=True):
            print(_("Nothing was changed."))
            return int(Exit.FELL_SHORT)
    try:
        course = run(
            fleet,
            groups,
            Limits(back_seconds=60 * window, restart=restart),
            tell=(lambda _server, _news: None)
            if as_json
            else (lambda name, news: print(f"  {name}: {news}", flush=True)),
        )
    except KeyboardInterrupt:
        print(
            _("Interrupted: no further server is touched; updates that have begun come to their end."), file=sys.stderr
        )
        raise
    found = json.dumps(english(course.as_dict()), indent=2)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "patch.json").write_text(found + "\n", encoding="utf-8")
    if as_json:
        print(found)
    else:
        _show(course)
    return int(course.exit_status)


def _show_plan(groups: Sequence[Sequence[str]], window: int, restart: bool) -> None:
    """What will be done, a line a wave."""
    for at, group in enumerate(groups, 1):
        print(_("Wave {number}: {servers}").format(number=at, servers=", ".join(group)))
    if restart:
        told = _("Where an update asks for it the server restarts; it must be back within {minutes} min.")
        print(told.format(minutes=window))


def _show(course: Course) -> None:
    """A line a server, and what fell short below it."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from provision.operate import patch as waves

    words = {
        waves.OK: f"[green]{_('ok')}[/]",
        waves.FELL_SHORT: f"[red]{_('FELL SHORT')}[/]",
        waves.UNREACHED: f"[red]{_('unreachable')}[/]",
        waves.NOT_REACHED: f"[yellow]{_('not reached')}[/]",
    }
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("server"), _("wave"), _("outcome"), _("packages"), _("away for"), _("seconds")):
        table.add_column(heading, overflow="fold")
    for one in course.servers:
        away = _("{count} s").format(count=number(one.away_seconds, 0)) if one.away_seconds is not None else ""
        seconds = f"{one.seconds:.0f}" if one.seconds else ""
        table.add_row(escape(one.server), str(one.wave), words[one.status], str(len(one.installed)), away, seconds)
    console = Console(highlight=False)
    console.print(table)
    for one in course.servers:
        for why in one.shortcomings:
            console.print(f"[bold]{escape(one.server)}[/]: {escape(why)}", soft_wrap=True)
