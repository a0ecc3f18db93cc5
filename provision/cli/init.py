"""`backbone init`: a new inventory from a few answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="init")
def make_inventory(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    region: Annotated[str, typer.Option(help="Name or Kemendagri code of the region: 33.74.")] = "",
    address: Annotated[str, typer.Option(help="The server's address on the internal network.")] = "",
    internal: Annotated[
        list[str] | None, typer.Option(help="Network of administrators and controller, CIDR; may be repeated.")
    ] = None,
    fqdn: Annotated[str, typer.Option(help="The name that the certificate will bear.")] = "",
    name: Annotated[str, typer.Option(help="The server's name in the inventory.")] = "",
    administrator: Annotated[str, typer.Option(help="The administrator's account.")] = "backbone",
    sync_url: Annotated[str, typer.Option(help="Address of the centre's service.")] = "",
    sync_client_id: Annotated[str, typer.Option(help="The client id that the centre handed out.")] = "",
    sync_token_file: Annotated[
        Path | None, typer.Option(help="File that holds the token that the centre handed out.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Write a new inventory with generated secrets; what is not given is asked for. Nothing is overwritten.

    The centre's client id and token may follow later; `apply` starts only once the vault holds them.

    Example: backbone init semarang --region 33.74 --address 10.33.74.10 --internal 10.33.74.0/24
    --fqdn data.semarang.example --sync-url https://backbone.pusat.example
    """
    from provision.onboard.init import Answers, init, region_of

    known = region_of(_asked(region, "--region", _("Region (name or code)")))
    answers = Answers(
        region=known.code,
        address=_asked(address, "--address", _("Address of the server")),
        internal=internal or [_asked("", "--internal", _("Internal network (CIDR)"))],
        fqdn=_asked(fqdn, "--fqdn", _("Name on the certificate")),
        name=name,
        administrator=administrator,
        sync_url=_asked(sync_url, "--sync-url", _("Address of the centre's service (https://…)")),
        sync_client_id=sync_client_id or _asked_for_later(_("Client id that the centre handed out")),
        sync_token=sync_token_file.read_text().strip()
        if sync_token_file
        else _asked_for_later(_("Token that the centre handed out"), hidden=True),
    )
    hosts = init(folder, answers)
    if as_json:
        typer.echo(json.dumps({"inventory": str(hosts), "region": known.code, "level": known.level}))
        return int(Exit.OK)
    typer.echo(_("{hosts} is written for {region}.").format(hosts=hosts, region=known.name))
    typer.echo(
        _("Keep {file} apart and safe: without it nobody can read the vault.").format(file=folder / ".vault-password")
    )
    typer.echo(
        _("Reports are signed with a key of their own; give {folder} to whoever shall verify them.").format(
            folder=folder / "signers"
        )
    )
    typer.echo(
        _("Next: backbone enroll {address} --user ACCOUNT --administrator {administrator} -i {folder}").format(
            address=answers.address, administrator=administrator, folder=folder
        )
    )
    return int(Exit.OK)


def _asked_for_later(question: str, *, hidden: bool = False) -> str:
    """The answer of the person at the terminal; "" when it is to follow later, or when nobody can be asked."""
    if not sys.stdin.isatty():
        return ""
    answer: str = typer.prompt(question + " " + _("(empty: later)"), default="", show_default=False, hide_input=hidden)
    return answer.strip()


def _asked(given: str, option: str, question: str) -> str:
    """What was given, else the answer of the person at the terminal."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(_("{option} is needed").format(option=option), repair=f"backbone init FOLDER {option} …")
    answer: str = typer.prompt(question)
    return answer
