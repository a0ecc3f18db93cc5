"""`backbone enroll`: the first login to a server that has only a password."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _

if TYPE_CHECKING:
    from provision.onboard.enroll import Enrolled

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="enroll")
def enroll_server(
    host: Annotated[str, typer.Argument(help="Address or name of the server.")],
    folder: Annotated[
        Path, typer.Option("--inventory", "-i", help="Folder of the inventory; keys and pinned host keys go there.")
    ],
    user: Annotated[str, typer.Option("--user", "-u", help="The account that has a password now.")] = "root",
    port: Annotated[int, typer.Option(help="Port of its ssh server.")] = 22,
    administrator: Annotated[str, typer.Option(help="The administrator's account to make.")] = "backbone",
    key: Annotated[
        Path | None, typer.Option(help="The administrator's private key; made in the inventory's folder without this.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File that holds the password; without it the password is asked for.")
    ] = None,
    fingerprint: Annotated[
        str, typer.Option(help="The host key that the server must show, SHA256:…; without it a person is asked.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Pin a new server's host key, make an administrator with a key, and prove that both work.

    Example: backbone enroll 192.168.10.5 --user petugas -i ./semarang
    """
    from provision.cli.first_contact import same_key
    from provision.onboard.enroll import enroll

    folder = folder if folder.is_dir() or not folder.suffix else folder.parent
    password = _password(password_file, f"{user}@{host}")

    done = enroll(
        host,
        port=port,
        user=user,
        password=password,
        administrator=administrator,
        key_file=(key or folder / "keys" / f"{administrator}_ed25519").absolute(),
        known_hosts=(folder / "known_hosts").absolute(),
        confirm=lambda shown: same_key(host, shown, fingerprint),
    )
    settings = {
        "ansible_host": done.host,
        **({"ansible_port": done.port} if done.port != 22 else {}),
        "ansible_user": done.administrator,
        "ansible_become": True,
        "ansible_ssh_private_key_file": str(done.key_file),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={done.known_hosts}",
    }
    if as_json:
        typer.echo(json.dumps({"host": done.host, "fingerprint": done.fingerprint, "inventory": settings}, indent=2))
        return int(Exit.OK)
    if _reaches(folder, done):
        typer.echo(_("{host} is enrolled; the inventory says already how it is reached.").format(host=done.host))
        _let_end(folder, done.host, user)
    else:
        typer.echo(_("{host} is enrolled. Put this under its name in the inventory:").format(host=done.host))
        for name, value in settings.items():
            typer.echo(f"  {name}: {json.dumps(value)}")
    typer.echo(_("Next: backbone preflight -i {folder}").format(folder=folder))
    return int(Exit.OK)


def _let_end(folder: Path, host: str, user: str) -> None:
    """Write the account of the first contact down as one that ends, if the person at the terminal agrees."""
    from provision.cli.spoken import confirm
    from provision.inventory import load
    from provision.onboard import former

    change = former.ending(load(folder, allow_expired=True), host, user)
    if change is None:
        return
    if not sys.stdin.isatty():
        typer.echo(_("{user} is needed no more: write it into {name}.").format(user=user, name=former.NAME))
        return
    typer.echo(change.diff())
    if confirm(
        _("{user} is needed no more. Shall its login and its sudo end with the first `apply`?").format(user=user),
        default=True,
    ):
        change.write()


def _reaches(folder: Path, done: Enrolled) -> bool:
    """Whether the inventory has a server with this address, account, key and pinned host key."""
    from provision.inventory import load

    try:
        servers = load(folder, allow_expired=True).servers
    except BackboneError:
        return False
    return any(
        (one.connection.host, one.connection.port, one.connection.user) == (done.host, done.port, done.administrator)
        and Path(one.connection.key_file) == done.key_file
        and str(done.known_hosts) in one.connection.common_args
        for one in servers
    )


def _password(file: Path | None, account: str) -> str:
    if file is not None:
        return file.read_text().rstrip("\n")
    if not sys.stdin.isatty():
        raise UsageError(
            _("the password of {account} is needed").format(account=account), repair="--password-file FILE"
        )
    return getpass.getpass(_("Password of {account}: ").format(account=account))
