"""`backbone validate`: the inventory, offline, every fault at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from provision.exits import Exit
from provision.i18n import _, english

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def validate(
    inventory: Annotated[
        Path,
        typer.Option(
            "-i",
            "--inventory",
            help="The inventory file, or the folder of its hosts.yml.",
            show_default=False,
        ),
    ],
    limit: str = typer.Option("", "--limit", help="Servers to list, as in Ansible.", show_default=False),
    as_json: bool = typer.Option(False, "--json", help="For machines: faults, notes, servers."),
) -> int:
    """Judge an inventory without touching any server: every fault with its file, line, key and repair.

    Example: backbone validate -i inventories/kabupaten
    """
    from provision.inventory import InventoryInvalid, load

    try:
        fleet = load(inventory, limit)
    except InventoryInvalid as invalid:
        if not as_json:
            raise
        print(json.dumps({"valid": False, "faults": english([fault.as_dict() for fault in invalid.faults])}, indent=2))
        return int(Exit.USAGE)
    if as_json:
        servers = [
            {
                "name": server.name,
                "region": server.region,
                "level": server.level,
                "zone": server.zone,
                "host": server.connection.host,
                "port": server.connection.port,
                "fqdn": server.settings.fqdn,
            }
            for server in fleet.servers
        ]
        notes = english([note.as_dict() for note in fleet.notes])
        print(json.dumps({"valid": True, "faults": [], "notes": notes, "servers": servers}, indent=2))
        return int(Exit.OK)
    _show(fleet)
    return int(Exit.OK)


def _show(fleet: object) -> None:
    """The servers as a table, then the notes, then the verdict."""
    from rich.console import Console
    from rich.table import Table

    from provision.inventory import Fleet, declared_ports
    from provision.inventory.regions import by_code
    from provision.report.words import LEVEL

    if not isinstance(fleet, Fleet):
        raise TypeError(fleet)
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("server"), _("region"), _("level"), _("address"), _("zone"), _("open ports")):
        table.add_column(heading, overflow="fold", no_wrap=heading == _("level"))
    for server in fleet.servers:
        region = by_code(server.region)
        ports = sorted({(one.port, one.proto) for one in declared_ports(server)})
        table.add_row(
            server.name,
            f"{server.region} {region.name if region else ''}",
            _(LEVEL[server.level]),
            server.connection.host,
            region.zone_name if region else server.zone,
            " ".join(f"{port}" if proto == "tcp" else f"{port}/{proto}" for port, proto in ports),
        )
    console.print(table)
    for note in fleet.notes:
        console.print(f"{_('note')}: {note.as_text()}", markup=False, soft_wrap=True)
    console.print(_("The inventory is sound: {count} server(s). Nothing was touched.").format(count=len(fleet.servers)))
