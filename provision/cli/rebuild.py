"""`backbone rebuild`: a new, empty machine becomes the old server, also when the controller is gone."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _

if TYPE_CHECKING:
    from provision.inventory import Fleet, Server
    from provision.onboard.enroll import Pinned
    from provision.onboard.rebuild import FirstContact
    from provision.onboard.repository import Access

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(metavar="SERVER", help="The server's name in the inventory.")],
    inventory: Annotated[
        Path | None, typer.Option("-i", "--inventory", help="The inventory, where the controller still has it.")
    ] = None,
    source: Annotated[
        str, typer.Option("--from", help="HOST or HOST:PORT of the second repository, as the sheet says.")
    ] = "",
    into: Annotated[Path | None, typer.Option("--into", help="With --from: the new folder of the inventory.")] = None,
    bucket: Annotated[str, typer.Option(help="With --from: the bucket, where it is not the server's name.")] = "",
    region: Annotated[str, typer.Option(help="With --from: the region that the sheet names.")] = "backbone",
    access_key: Annotated[
        str, typer.Option(help="With --from, of a store of kind s3: the access key; its secret is asked for.")
    ] = "",
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="File with the kit's passphrase; without it the lines of the sheet are asked for."),
    ] = None,
    kit_only: Annotated[bool, typer.Option("--kit-only", help="Bring the inventory's folder back, and stop.")] = False,
    user: Annotated[str, typer.Option("--user", "-u", help="The account of the new machine that has a password.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="File with its password; asked for without it. None: the key of old is let in.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the new machine's ssh server.")] = 22,
    fingerprint: Annotated[
        str, typer.Option(help="The host key that the machine must show, SHA256:…; without it a person is asked.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Make a new, empty machine the old server: from the second repository and the recovery sheet alone.

    It brings the inventory's folder back, then host keys, certificates, VPN keys and the database, and runs all stages.
    What is in the second repository is read, never changed, until all of that is done.

    Example: backbone rebuild data-semarang --from arsip.jateng.example --into ./semarang --user petugas
    """
    from provision.inventory import load
    from provision.onboard import rebuild as again

    if (inventory is None) == (not source):
        raise UsageError(
            _("either the inventory is here, or it comes from the second repository"),
            repair="backbone rebuild SERVER -i INV, backbone rebuild SERVER --from HOST --into FOLDER",
        )
    if source:
        folder = into or Path(name)
        access, passphrase = _access(name, source, bucket, region, access_key, passphrase_file)
        inventory = again.fetch(access, passphrase, folder)
        if not as_json:
            typer.echo(_("The inventory is back: {folder}").format(folder=folder))
    assert inventory is not None
    if kit_only:
        typer.echo(json.dumps({"inventory": str(inventory)}) if as_json else f"backbone validate -i {inventory}")
        return int(Exit.OK)
    fleet = load(inventory, allow_expired=True)
    server = _server(fleet, name)
    password = ""
    if user:
        password = (
            password_file.read_text().rstrip("\n") if password_file else _secret(_("Password of {account}: "), user)
        )
    _rebuild(fleet, server, again.FirstContact(user, password, port), fingerprint, as_json)
    if as_json:
        typer.echo(json.dumps({"server": name, "inventory": str(inventory), "ok": True}))
    else:
        typer.echo(_("{server} is back. Next: backbone audit -i {folder}").format(server=name, folder=inventory))
    return int(Exit.OK)


def _rebuild(fleet: Fleet, server: Server, contact: FirstContact, fingerprint: str, as_json: bool) -> None:
    from provision.cli import converge_view as view
    from provision.cli.first_contact import same_key
    from provision.onboard import rebuild as again

    def confirmed(shown: Pinned) -> bool:
        return same_key(server.connection.host, shown, fingerprint)

    def say(step: str) -> None:
        if not as_json:
            typer.echo(f"• {step}")

    with view.Progressing(json_lines=as_json) as progressing:
        again.rebuild(fleet, server, contact, confirmed, say, progressing.on_progress)


def _server(fleet: Fleet, name: str) -> Server:
    for server in fleet.servers:
        if server.name == name:
            return server
    raise UsageError(
        _("the inventory has no server {name}").format(name=name),
        repair=", ".join(server.name for server in fleet.servers),
    )


def _access(
    name: str, source: str, bucket: str, region: str, access_key: str, passphrase_file: Path | None
) -> tuple[Access, str]:
    """How the kit is reached by what the sheet says, and the kit's passphrase."""
    from provision.onboard import repository
    from provision.onboard import sheet as recovery

    if passphrase_file is not None:
        passphrase = passphrase_file.read_text().strip()
    else:
        from provision.cli.sheet import typed_lines

        if sys.stdin.isatty():
            typer.echo(_("The passphrase of the kit, from the sheet:"))
        passphrase = recovery.typed(typed_lines())
    host, _colon, port = source.rpartition(":") if source.rpartition(":")[2].isdigit() else (source, "", "")
    place = bucket or name.lower()
    if access_key:
        secret = _secret(_("Secret of the access key {account}: "), access_key)
    else:
        access_key, secret = repository.kit_access_key(place), repository.kit_secret(passphrase)
    found = repository.Access(
        host=host,
        port=int(port or (9443 if access_key.endswith("-kit") else 443)),
        bucket=place,
        region=region,
        uri_style="path",
        access_key=access_key,
        secret=secret,
    )
    return found, passphrase


def _secret(question: str, account: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass(question.format(account=account))
