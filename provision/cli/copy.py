"""`backbone copy`: the newest backup, verified, onto a removable disk of the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from provision.cli.backups import Inventory, chosen
from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _, number

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def copy(
    inventory: Inventory = None,
    limit: str = typer.Option("", "--limit", help="The server, as in Ansible.", show_default=False),
    local: bool = typer.Option(False, "--local", help="This machine itself."),
    to: str = typer.Option("", "--to", help="Where the disk is mounted on the server.", show_default=False),
    keep: int = typer.Option(2, "--keep", help="So many copies stay on the disk.", min=1),
    backup: str = typer.Option(
        "", "--backup", help="pgBackRest's label of the backup; without it the newest.", show_default=False
    ),
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the signed record, here.", show_default=False)
    ] = None,
    plan_only: bool = typer.Option(False, "--plan", help="Only say what would be copied, and whether it fits."),
    as_json: bool = typer.Option(False, "--json", help="For machines: the record on standard output."),
) -> int:
    """Copy the newest backup from the server's repository to a removable disk, and verify it there.

    The backup stays encrypted; names of tables, rows and digests at its moment lie beside it in the open. Cut off, the
    next run goes on; older copies go only after the new one was read back and checked. `backbone drill --from` and
    `backbone restore --from` restore from it.

    Example: backbone copy -i semarang --to /mnt/salinan
    """
    from provision.operate.copies import DiskCopy, planned, steps
    from provision.report import keys
    from provision.report.copied import publish

    if not to.startswith("/"):
        raise UsageError(
            _("--to {place}: name the place on the server, from its root").format(place=to or "–"),
            repair="backbone copy -i INV --to /mnt/salinan",
        )
    targets, zones, _regions = chosen(inventory, limit, local)
    if len(targets) != 1:
        raise UsageError(
            _("a disk is in one server, but {count} are named").format(count=len(targets)),
            repair="backbone copy -i INV --limit SERVER --to /mnt/salinan",
        )
    server = targets[0].name
    key = keys.of_run(None if local or inventory is None else _folder(inventory), server)
    settings = {"disk": to, "keep": keep, "backup": backup, "server": server}
    titles = steps()

    def tell(event: Mapping[str, Any]) -> None:
        if event["event"] == "end" and not as_json:
            print(f"  {event['seconds']:7.1f} s  {titles.get(event['step'], event['step'])}", flush=True)

    with DiskCopy(targets[0]) as session:
        plan = session.survey(settings)
        if not as_json:
            print(_("Copy of {server} to {place}:").format(server=server, place=to))
            for line in planned(plan, zones.get(server, "")):
                print(f"  - {line}", flush=True)
        if plan_only:
            if as_json:
                print(json.dumps(plan, indent=2))
            return int(Exit.OK)
        observed = session.run(settings, tell)
        session.signed(observed["place"], publish(observed["record"], key, out))
    if as_json:
        told = {name: observed[name] for name in ("ok", "record", "place", "copied", "kept", "removed", "steps")}
        print(json.dumps(told, indent=2))
        return int(Exit.OK)
    record = observed["record"]
    print(
        _("Copied and verified: {files} files, {size} MiB, in {place}").format(
            files=number(record["files"]), size=number(record["bytes"] >> 20), place=observed["place"]
        )
    )
    print("  - " + _("prove it: backbone drill --from {place}").format(place=observed["place"]))
    print("  - " + _("then unmount the disk, and keep it in another building"))
    return int(Exit.OK)


def _folder(inventory: Path) -> Path:
    from provision.inventory.load import inventory_file

    return inventory_file(inventory).parent
