"""`backbone vpn`: people's access from outside: add, remove, list."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.cli.plan import Inventory, Limit, Local
from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _, english

if TYPE_CHECKING:
    from provision.inventory import Fleet, Server
    from provision.onboard.lists import Change

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; without a terminal nothing is ever asked.")]
SOON = 14  # days


@app.callback()
def vpn() -> None:
    """People's access from outside through the VPN: add, remove, list.

    Example: backbone vpn add sri-laptop -i inventories/kabupaten
    """


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The person's or device's name, such as sri-laptop.")],
    inventory: Inventory,
    limit: Limit = "",
    expires: Annotated[str, typer.Option(help="Last day (UTC): a date, or days from today.")] = "90d",
    public_key: Annotated[
        str, typer.Option(help="The public key, if the person made the key pair.", show_default=False)
    ] = "",
    server_key: Annotated[
        str, typer.Option(help="The server's public key; without this the server is asked.", show_default=False)
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder for the person's files.")] = Path(),
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Let a person in: an entry in the inventory, and a file and QR code to hand over once.

    Example: backbone vpn add sri-laptop -i inventories/kabupaten --expires 30d --out /media/usb
    """
    from provision.inventory import load
    from provision.onboard import vpn as people

    fleet = load(inventory, limit, allow_expired=True)
    server = _one(fleet, inventory)
    people.own_tunnel(server)
    today = datetime.now(UTC).date()
    person = people.new_person(server, name, people.last_day(expires, today), public_key, today)
    change, note = people.adding(fleet, server, person.peer)
    text = people.configuration(server, person, server_key or people.server_key(server))
    stem = people.file_stem(name)
    files = {".conf": text.encode()} | ({} if public_key else {".png": people.png(text)})
    if not as_json:
        typer.echo(
            _("{name} may enter {server} from {address} until {day} (UTC).").format(
                name=name, server=server.name, address=person.peer.address, day=person.peer.expires
            )
        )
    _agreed([change], note, yes, quiet=as_json)
    handed = people.hand_over(out, fleet.directory, stem, files)
    try:
        people.write([change], lambda: load(inventory, allow_expired=True))
    except BaseException:
        for file in handed:
            file.unlink(missing_ok=True)
        raise
    following = f"backbone apply -i {inventory} --limit {server.name} --stage vpn"
    if as_json:
        document = people.entry(person.peer) | {
            "server": server.name,
            "inventory_file": str(change.file),
            "files": [str(file) for file in handed],
            "next": following,
        }
        typer.echo(json.dumps(document, indent=2))
        return int(Exit.OK)
    typer.echo(_("Written: {files}").format(files=", ".join(map(str, [change.file, *handed]))))
    if public_key:
        typer.echo(_("The person puts the private key in place of […]; it never leaves their device."))
    else:
        if sys.stdout.isatty():
            people.qr(text).terminal(compact=True)
        typer.echo(_("Hand file and picture over once, by hand, then delete them here: they are the person's key."))
    typer.echo(_("Next: {command}").format(command=following))
    return int(Exit.OK)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="Whose access ends.")],
    inventory: Inventory,
    limit: Limit = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Shut a person out: the entry leaves the inventory; the next apply closes the tunnel.

    Example: backbone vpn remove sri-laptop -i inventories/kabupaten
    """
    from provision.inventory import load
    from provision.onboard import vpn as people

    fleet = load(inventory, limit, allow_expired=True)
    changes = people.removing(fleet, fleet.servers, name)
    servers = [one.name for one in fleet.servers if any(peer.name == name for peer in one.settings.vpn_peers)]
    _agreed(changes, "", yes, quiet=as_json)
    people.write(changes, lambda: load(inventory, allow_expired=True))
    following = f"backbone apply -i {inventory} --limit {','.join(servers)} --stage vpn"
    if as_json:
        files = [str(change.file) for change in changes]
        typer.echo(json.dumps({"removed": name, "servers": servers, "inventory_files": files, "next": following}))
        return int(Exit.OK)
    typer.echo(
        _("{name} is out of the inventory; the way in is open until: {command}").format(name=name, command=following)
    )
    return int(Exit.OK)


@app.command()
def files(
    inventory: Inventory,
    limit: Limit = "",
    local: Local = False,
    out: Annotated[Path, typer.Option(help="Folder for the people's files.")] = Path(),
    as_json: AsJson = False,
) -> int:
    """Write the files of all people anew, after a server's own key was renewed; private keys stay with the people.

    Example: backbone vpn files -i inventories/kabupaten --out /media/usb
    """
    from provision.inventory import load
    from provision.onboard import rotate

    fleet = load(inventory, limit, allow_expired=True, here=local)
    names = [server.name for server in fleet.servers]
    written = rotate.vpn_files(fleet, names, out, datetime.now(UTC).date(), here=local)
    if as_json:
        typer.echo(json.dumps({"files": [str(file) for file in written]}, indent=2))
    elif written:
        typer.echo(_("Written: {files}").format(files=", ".join(map(str, written))))
        typer.echo(_("Each person puts the private key that they have in place of […]; it never leaves their device."))
    else:
        typer.echo(_("Nobody may enter through the VPN. Add somebody: backbone vpn add NAME -i INVENTORY"))
    return int(Exit.OK)


@app.command(name="list")
def list_people(inventory: Inventory, limit: Limit = "", as_json: AsJson = False) -> int:
    """Who may enter which server, from which address, until when.

    Example: backbone vpn list -i inventories/kabupaten
    """
    from provision.inventory import load

    fleet = load(inventory, limit, allow_expired=True)
    today = datetime.now(UTC).date()
    rows = [
        {
            "server": server.name,
            "name": peer.name,
            "address": peer.address,
            "expires": peer.expires.isoformat(),
            "state": state(peer.expires, today),
        }
        for server in fleet.servers
        if server.settings.vpn == "server"
        for peer in server.settings.vpn_peers
    ]
    if as_json:
        typer.echo(json.dumps(english(rows), indent=2))
        return int(Exit.OK)
    _show(rows)
    return int(Exit.OK)


def state(expires: date, today: date) -> str:
    """ended, ends soon (within two weeks) or open; the last day itself still counts."""
    left = (expires - today).days
    return _("ENDED") if left < 0 else _("ends soon") if left <= SOON else _("open")


def _show(rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not rows:
        console.print(_("Nobody may enter through the VPN. Add somebody: backbone vpn add NAME -i INVENTORY"))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("server"), _("name"), _("address"), _("last day (UTC)"), _("state")):
        table.add_column(heading, overflow="fold")
    styles: dict[str, str] = {_("ENDED"): "bold red", _("ends soon"): "yellow"}
    for row in rows:
        table.add_row(*row.values(), style=styles.get(row["state"], ""))
    console.print(table)
    if any(row["state"] == _("ENDED") for row in rows):
        console.print(_("An access that has ended lets nobody in; take it out with: backbone vpn remove NAME"))


def _one(fleet: Fleet, inventory: Path) -> Server:
    if len(fleet.servers) == 1:
        return fleet.servers[0]
    names = ", ".join(one.name for one in fleet.servers[:20])
    raise UsageError(
        _("an access is for one server; {inventory} has {count}").format(inventory=inventory, count=len(fleet.servers)),
        repair=_("name it with --limit: {names}").format(names=names),
    )


def _agreed(changes: list[Change], note: str, yes: bool, *, quiet: bool) -> None:
    """Show what would be written and ask; Abort for a no."""
    from provision.cli.spoken import confirm

    if not quiet:
        for change in changes:
            typer.echo(change.diff())
        if note:
            typer.echo(f"{_('note')}: {note}")
    if not yes and not quiet and sys.stdin.isatty() and not confirm(_("Write this?"), default=True):
        raise typer.Abort
