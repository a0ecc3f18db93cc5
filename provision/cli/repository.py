"""`backbone repository`: prepare the machine that keeps the second repositories."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.cli.plan import Inventory, Limit
from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _

if TYPE_CHECKING:
    from provision.onboard.enroll import Pinned

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def repository(
    inventory: Inventory,
    limit: Limit = "",
    user: Annotated[str, typer.Option("--user", "-u", help="The account there: root, or one with sudo.")] = "root",
    key: Annotated[Path | None, typer.Option(help="Its private SSH key.")] = None,
    port: Annotated[int, typer.Option(help="Port of its ssh server.")] = 22,
    ssh_args: Annotated[str, typer.Option(help="Further options of ssh, such as a jump host.")] = "",
    fingerprint: Annotated[
        str, typer.Option(help="The host key that the machine must show, SHA256:…; without it a person is asked.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Prepare the machine that backbone_backup_second names, and give this inventory's servers their place there.

    A plain Debian machine in another building does. What servers delete there is kept for weeks; it can read nothing.

    Example: backbone repository -i ./semarang --user petugas --key ~/.ssh/id_ed25519
    """
    from provision.inventory import load
    from provision.onboard import repository as second

    fleet = load(inventory, limit, allow_expired=True)
    found = second.hosts(fleet)
    done = {}
    for host, servers in found.items():
        args = ssh_args or _pinned(fleet.directory, host, port, fingerprint)
        login = second.Login(user, port, str(key.expanduser().absolute()) if key else "", args)
        teller = (lambda _task: None) if as_json else _tell
        done[host] = second.prepare(fleet, host, servers, login, teller)
        if not as_json:
            names = ", ".join(server.name for server in servers)
            typer.echo(_("{host} keeps the second repositories of: {servers}").format(host=host, servers=names))
    if as_json:
        typer.echo(json.dumps({"hosts": [{"host": host, "changed": count} for host, count in done.items()]}))
    else:
        typer.echo(_("Next: backbone apply -i {folder}").format(folder=inventory))
    return int(Exit.OK)


def _tell(task: str) -> None:
    if sys.stderr.isatty() and task:
        print(f"  {task}", file=sys.stderr, flush=True)


def _pinned(folder: Path, host: str, port: int, fingerprint: str) -> str:
    """SSH options that trust the machine's host key alone, as it is pinned beside the inventory; pins it at first."""
    from provision.cli.first_contact import same_key
    from provision.onboard.enroll import host_key, pin

    known_hosts = folder / "known_hosts"
    name = host if port == 22 else f"[{host}]:{port}"
    lines = known_hosts.read_text().splitlines() if known_hosts.exists() else []
    if not any(line.split()[:1] == [name] for line in lines):
        shown: Pinned = host_key(host, port)
        if fingerprint and shown.fingerprint != fingerprint:
            raise UsageError(
                _("{host} shows the host key {fingerprint}").format(host=host, fingerprint=shown.fingerprint),
                repair=_("on the server's own console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"),
            )
        if not same_key(host, shown, fingerprint):
            raise typer.Abort
        pin(known_hosts, host, port, shown)
    return f"-o UserKnownHostsFile={known_hosts.absolute()}"
