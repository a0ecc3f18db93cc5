"""`backbone drill`: restore the last backup beside the live database and prove that it is the same."""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision.exits import Exit, worst
from provision.i18n import _, english, number

if TYPE_CHECKING:
    from provision.operate.compare import DrillResult
    from provision.probe.transport import Target
    from provision.report.keys import ReportKey

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def drill(
    inventory: Annotated[
        Path | None,
        typer.Option(
            "-i", "--inventory", help="The inventory file, or the folder of its hosts.yml.", show_default=False
        ),
    ] = None,
    limit: str = typer.Option("", "--limit", help="Servers to drill, as in Ansible.", show_default=False),
    local: bool = typer.Option(False, "--local", help="Drill this machine itself."),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for drill.json and drill.html.", show_default=False),
    ] = None,
    by: str = typer.Option(
        "", "--by", help="Who runs it, for the record; without it the name of your login.", show_default=False
    ),
    as_json: bool = typer.Option(False, "--json", help="For machines: drill.json on standard output."),
) -> int:
    """Restore the last backup into a scratch place on the server, compare every table, measure RPO and RTO.

    A drill that held is evidence, for a year, that whoever ran it can back up and restore.

    Example: backbone drill -i inventories/kabupaten --out ./hasil
    """
    from provision.operate.drill import document, plan, run_drills

    targets, zones = _targets(inventory, limit, local)
    key = None if out is None else _key(inventory, targets[0].name, local)
    if not as_json:
        for line in plan([target.name for target in targets]):
            print(line)
    teller = (lambda name, event: None) if as_json else _Teller(len(targets) > 1)
    results = run_drills(targets, tell=teller, operator=by or os.environ.get("SUDO_USER") or getpass.getuser())
    found = document(results)
    if out is not None and key is not None:
        from provision.report.drill import publish

        publish(english(found), zones, out, key)
    if as_json:
        print(json.dumps(english(found), indent=2))
    else:
        for result in results:
            _show(result, zones.get(result.server, ""))
        if out is not None:
            print(_("Report: {path}").format(path=out / "drill.html"))
    return int(worst(_exit(result) for result in results))


def _key(inventory: Path | None, server: str, local: bool) -> ReportKey:
    """The key that signs the report: asked for before the drill, so that a damaged one does not cost its result."""
    from provision.inventory.load import inventory_file
    from provision.report import keys

    return keys.of_run(None if local or inventory is None else inventory_file(inventory).parent, server)


def _targets(inventory: Path | None, limit: str, local: bool) -> tuple[list[Target], dict[str, str]]:
    """The servers to drill, and the time zone of each that has one in the inventory."""
    from provision.errors import UsageError
    from provision.inventory import load
    from provision.probe.transport import Target

    if inventory is None:
        if not local:
            raise UsageError(_("which servers?"), repair="backbone drill -i INV, backbone drill --local")
        return [Target.this_machine(socket.gethostname())], {}
    servers = load(inventory, limit, allow_expired=True).servers
    zones = {server.name: server.zone for server in servers}
    if not local:
        return [Target.of(server) for server in servers], zones
    if len(servers) != 1:
        raise UsageError(
            _("--local drills this machine, but {count} servers are named").format(count=len(servers)),
            repair=f"backbone drill -i {inventory} --limit {socket.gethostname()} --local",
        )
    return [Target.this_machine(servers[0].name)], zones


class _Teller:
    """A line a step, with its time once it has ended."""

    def __init__(self, several: bool) -> None:
        from provision.operate.drill import steps

        self.titles, self.several = steps(), several

    def __call__(self, name: str, event: Mapping[str, Any]) -> None:
        if event["event"] != "end":
            return
        where = f"{name}: " if self.several else ""
        print(f"  {event['seconds']:7.1f} s  {where}{self.titles.get(event['step'], event['step'])}", flush=True)


def _exit(result: DrillResult) -> Exit:
    if result.ok:
        return Exit.OK
    return Exit.UNREACHED if result.failed_step in ("connect", "start") else Exit.FELL_SHORT


def _show(result: DrillResult, zone: str) -> None:
    from provision.times import shown

    verdict = _("held") if result.ok else _("FELL SHORT")
    print(
        _("{server}: {verdict} · backup {backup} · RPO {rpo} s · RTO {rto} s").format(
            server=result.server,
            verdict=verdict,
            backup=f"{result.backup} ({shown(result.backup_at, zone)})" if result.backup else "-",
            rpo="-" if result.rpo_seconds is None else number(result.rpo_seconds, 1),
            rto="-" if result.rto_seconds is None else number(result.rto_seconds, 1),
        )
    )
    if result.tables:
        print(
            "  "
            + _("{tables} tables with {rows} rows compared, identical: {identical}").format(
                tables=number(result.tables),
                rows=number(result.rows),
                identical=_("yes") if result.identical else _("no"),
            )
        )
    for line in (*result.shortcomings, *result.differences[:20]):
        print(f"  - {line}")
    if len(result.differences) > 20:
        print("  - " + _("and {count} more in drill.json").format(count=len(result.differences) - 20))
