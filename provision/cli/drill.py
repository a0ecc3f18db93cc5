"""`backbone drill`: restore a backup beside the live database and prove that it is the same."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision.cli.backups import Backup, Disk, Inventory, Repo, chosen, from_disk, utc
from provision.exits import Exit, worst
from provision.i18n import _, english, number

if TYPE_CHECKING:
    from provision.operate.compare import DrillResult
    from provision.probe.transport import Target
    from provision.report.keys import ReportKey

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def drill(
    inventory: Inventory = None,
    limit: str = typer.Option("", "--limit", help="Servers to drill, as in Ansible.", show_default=False),
    local: bool = typer.Option(False, "--local", help="Drill this machine itself."),
    to: str = typer.Option(
        "",
        "--to",
        help="The moment to restore (2026-11-21T14:30+07:00), or a mark of `backbone restore --find`; without it now.",
        show_default=False,
    ),
    backup: Backup = "",
    repo: Repo = 1,
    disk: Disk = "",
    on: str = typer.Option(
        "",
        "--on",
        help="Another server of the inventory to restore on, from the second repository; PostgreSQL as on the server.",
        show_default=False,
    ),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for drill.json and drill.html.", show_default=False),
    ] = None,
    forms: Annotated[
        list[str] | None,
        typer.Option("--format", help="Also pdf; json and html are always made.", show_default=False),
    ] = None,
    by: str = typer.Option(
        "", "--by", help="Who runs it, for the record; without it the name of your login.", show_default=False
    ),
    as_json: bool = typer.Option(False, "--json", help="For machines: drill.json on standard output."),
) -> int:
    """Restore a backup into a scratch place on the server, compare every table, measure RPO and RTO.

    A drill also proves that it can fail: spoilt copies of the backup must be noticed. One that held is evidence, for a
    year, that whoever ran it can back up and restore.

    Example: backbone drill -i inventories/kabupaten --out ./hasil
    """
    from provision.operate.drill import document, plan, run_drills

    pdf_too = _forms(forms or [])
    targets, zones, regions = chosen(inventory, limit, local)
    key = None if out is None else _key(inventory, targets[0].name, local)
    if not as_json:
        for line in plan([target.name for target in targets]):
            print(line)
    teller = (lambda name, event: None) if as_json else _Teller(len(targets) > 1, zones)
    settings = {"to": utc(to, zones), "backup": backup, "repo": repo, "from": from_disk(disk, to, repo)}
    results: tuple[DrillResult, ...]
    if on:
        results = (_elsewhere(inventory, targets, on, settings, teller, operator(by)),)
    else:
        results = run_drills(targets, settings, tell=teller, operator=operator(by), regions=regions)
    found = document(results)
    if out is not None and key is not None:
        from provision.report.drill import publish

        publish(english(found), zones, out, key, pdf_too=pdf_too)
    if as_json:
        print(json.dumps(english(found), indent=2))
    else:
        for result in results:
            _show(result, zones.get(result.server, ""))
        if out is not None:
            print(_("Report: {path}").format(path=out / "drill.html"))
    return int(worst(_exit(result) for result in results))


def _elsewhere(
    inventory: Path | None, targets: list[Target], on: str, settings: Mapping[str, Any], tell: Any, by: str
) -> DrillResult:
    """A drill of the one server chosen, on another one. UsageError where that makes no sense."""
    from provision.errors import UsageError
    from provision.inventory import load
    from provision.onboard.rebuild import reading
    from provision.operate.elsewhere import run_elsewhere
    from provision.operate.remote.away import FOLDER
    from provision.probe.transport import Target as Reached

    repair = "backbone drill -i INV --limit SERVER --on HOST"
    if inventory is None or len(targets) != 1 or settings["from"]:
        raise UsageError(_("--on takes one server of an inventory, and another one to restore on"), repair=repair)
    fleet = load(inventory, allow_expired=True)
    servers = {server.name: server for server in fleet.servers}
    source = servers[targets[0].name]
    if on == source.name:
        raise UsageError(_("--on takes one server of an inventory, and another one to restore on"), repair=repair)
    if on not in servers:
        raise UsageError(_("the inventory has no server {name}").format(name=on), repair=", ".join(servers))
    reached = reading(fleet, source, FOLDER)
    return run_elsewhere(targets[0], Reached.of(servers[on]), reached, settings, tell, by, source.region)


def operator(by: str) -> str:
    """The person who runs it: as said, else whose login it is, also behind sudo."""
    return by or os.environ.get("SUDO_USER") or getpass.getuser()


def _forms(asked: list[str]) -> bool:
    """Is a PDF wanted? UsageError for another form, and where none can be made here: said before the drill."""
    from provision.errors import UsageError

    for word in asked:
        if word not in ("json", "html", "pdf"):
            raise UsageError(
                _("--format {word}: there is no such form of a report").format(word=word), repair="--format pdf"
            )
    if "pdf" in asked:
        from provision.report.formats import pdf

        pdf.ensure()
    return "pdf" in asked


def _key(inventory: Path | None, server: str, local: bool) -> ReportKey:
    """The key that signs the report: asked for before the drill, so that a damaged one does not cost its result."""
    from provision.inventory.load import inventory_file
    from provision.report import keys

    return keys.of_run(None if local or inventory is None else inventory_file(inventory).parent, server)


class _Teller:
    """The plan of each server, then a line a step, with its time once it has ended."""

    def __init__(self, several: bool, zones: Mapping[str, str]) -> None:
        from provision.operate.drill import steps

        self.titles, self.several, self.zones = steps, several, zones

    def __call__(self, name: str, event: Mapping[str, Any]) -> None:
        if event["event"] == "plan":
            from provision.operate.drill import planned

            print(f"{name}:")
            for line in planned(event["plan"], self.zones.get(name, "")):
                print(f"  - {line}", flush=True)
        if event["event"] != "end":
            return
        where = f"{name}: " if self.several else ""
        titles = self.titles(event.get("engine", "postgresql"))
        print(f"  {event['seconds']:7.1f} s  {where}{titles.get(event['step'], event['step'])}", flush=True)


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
        told = (
            _("{tables} tables with {rows} rows compared, identical: {identical}")
            if result.was_compared
            else _("{tables} tables with {rows} rows restored, compared with nothing")
        )
        print(
            "  "
            + told.format(
                tables=number(result.tables),
                rows=number(result.rows),
                identical=_("yes") if result.identical else _("no"),
            )
        )
    for line in (*result.shortcomings, *result.differences[:20]):
        print(f"  - {line}")
    if len(result.differences) > 20:
        print("  - " + _("and {count} more in drill.json").format(count=len(result.differences) - 20))
