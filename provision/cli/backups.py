"""What `drill`, `restore` and `copy` ask in the same words: which servers, which backup, which moment."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.i18n import _

if TYPE_CHECKING:
    from provision.probe.transport import Target

Inventory = Annotated[
    Path | None,
    typer.Option("-i", "--inventory", help="The inventory file, or the folder of its hosts.yml.", show_default=False),
]
Backup = Annotated[
    str,
    typer.Option(
        "--backup",
        help="pgBackRest's label of the backup; without it the last one before the moment.",
        show_default=False,
    ),
]
Repo = Annotated[int, typer.Option("--repo", help="1: the repository on the server, 2: the one off it.", min=1, max=4)]
Disk = Annotated[
    str,
    typer.Option(
        "--from",
        help="A removable disk mounted on the server, or a copy on it: to the moment of that copy.",
        show_default=False,
    ),
]


def chosen(inventory: Path | None, limit: str, local: bool) -> tuple[list[Target], dict[str, str], dict[str, str]]:
    """The servers to drill or restore; the time zone and the region's code of each that the inventory names."""
    from provision.errors import UsageError
    from provision.inventory import load
    from provision.probe.transport import Target

    if inventory is None:
        if not local:
            raise UsageError(_("which servers?"), repair="backbone drill -i INV, backbone drill --local")
        return [Target.this_machine(socket.gethostname())], {}, {}
    servers = load(inventory, limit, allow_expired=True, here=local).servers
    zones = {server.name: server.zone for server in servers}
    regions = {server.name: server.region for server in servers}
    if not local:
        return [Target.of(server) for server in servers], zones, regions
    if len(servers) != 1:
        raise UsageError(
            _("--local drills this machine, but {count} servers are named").format(count=len(servers)),
            repair=f"backbone drill -i {inventory} --limit {socket.gethostname()} --local",
        )
    return [Target.this_machine(servers[0].name)], zones, regions


def from_disk(disk: str, to: str, repo: int) -> str:
    """The disk to restore from; UsageError beside what it leaves no choice of."""
    from provision.errors import UsageError

    if disk and (to or repo != 1):
        raise UsageError(
            _("a copy on a disk is restored to its own moment: --from goes with neither --to nor --repo"),
            repair="--from /mnt/salinan/backbone-SERVER/20261122T093000Z",
        )
    if disk and not disk.startswith("/"):
        raise UsageError(
            _("--from {place}: name the place on the server, from its root").format(place=disk),
            repair="--from /mnt/salinan",
        )
    return disk


def utc(to: str, zones: Mapping[str, str]) -> str:
    """The moment in UTC: as a person writes it, in the region's zone where it names none; a mark's name as it is."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    try:
        at = datetime.fromisoformat(to)
    except ValueError:
        return to  # a mark; the server knows which there are
    zone = next(iter(zones.values()), "") or "UTC"
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC).isoformat()
