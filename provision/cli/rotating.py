"""What `plan --rotate` and `apply --rotate` say and ask: what is renewed, what others hand out, what is next."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _

if TYPE_CHECKING:
    from provision.converge.apply import Applied
    from provision.inventory import Fleet
    from provision.onboard.rotation import Holding, Item


@dataclass(frozen=True)
class Rotating:
    """A rotation in hand: what is renewed, and what the whole inventory held for it."""

    items: tuple[Item, ...]
    holdings: tuple[Holding, ...]
    inventory: Path

    @property
    def tunnels(self) -> tuple[str, ...]:
        """The servers whose people get new files."""
        return tuple(name for item in self.items if item.kind.name == "vpn" for name in item.servers)


def planned(names: str, fleet: Fleet, inventory: Path, *, local: bool) -> Rotating:
    """What `--rotate` would renew on the servers of `fleet`, which are looked at for keys that they make alone."""
    from provision.converge import apply as loop
    from provision.inventory import load
    from provision.onboard import rotate, rotation

    kinds = rotation.chosen(names)
    found = rotate.holdings(load(fleet.path, allow_expired=True, here=local))
    asked = {kind.name for kind in kinds if kind.how == "server"}
    if any(entry.name in asked for server in fleet.servers for entry in server.settings.keys_renewed):
        found = rotate.with_keys(found, loop.assess(fleet, local=local).plan)
    items = rotation.planned(names, found, {server.name for server in fleet.servers})
    return Rotating(items, found, inventory)


def show(rotating: Rotating) -> None:
    """The rotation, before anything changes: what, where, by which stages, and what people have to do afterwards."""
    for item in rotating.items:
        for reason in item.left_out:
            typer.echo("  ".join(("", _("left out of {name}: {reason}").format(name=item.kind.name, reason=reason))))
        if not item.servers:
            continue
        stages = ", ".join(item.stages) or _("no stage: it stays on this machine")
        typer.echo(f"{item.kind.name}: {', '.join(item.servers)} · {stages}")
        if item.goes_on:
            typer.echo(
                "  "
                + _("was begun before and is gone on with, nothing is made anew: {servers}").format(
                    servers=", ".join(sorted(item.goes_on))
                )
            )
        for one in _afterwards(rotating, item):
            typer.echo(f"  {_('afterwards')}: {one}")


def _afterwards(rotating: Rotating, item: Item) -> tuple[str, ...]:
    from provision.onboard import rotation

    return rotation.afterwards(item, rotating.holdings, str(rotating.inventory))


def as_json(rotating: Rotating) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "name": item.kind.name,
            "servers": list(item.servers),
            "goes_on": sorted(item.goes_on),
            "stages": list(item.stages),
            "left_out": list(item.left_out),
            "afterwards": list(_afterwards(rotating, item)) if item.servers else [],
        }
        for item in rotating.items
    ]


def ask(question: str, yes: bool, *, quiet: bool) -> None:
    """Ask before anything is changed; exits with 1 for a no. Without a terminal nothing is asked."""
    from provision.cli.spoken import confirm

    if not yes and not quiet and sys.stdin.isatty() and not confirm(question, default=True):
        typer.echo(_("Nothing was changed."))
        raise typer.Exit(int(Exit.FELL_SHORT))


def given(rotating: Rotating) -> dict[str, str]:
    """The values that others hand out: asked for without an echo, or read from standard input, a line NAME=VALUE each.

    UsageError where the one that a kind cannot do without is missing.
    """
    from provision.onboard import rotate

    wanted = rotate.wanted(rotating.items)
    if not wanted:
        return {}
    if sys.stdin.isatty():
        asked = _("New value of {name} (empty: as it is): ")
        values = {name: getpass.getpass(asked.format(name=name)).strip() for name in wanted}
        values = {name: value for name, value in values.items() if value}
    else:
        values = rotate.given_lines(sys.stdin.read(), wanted)
    needed = [item.kind.secrets[0] for item in rotating.items if item.kind.how == "given" and item.fresh]
    if missing := [name for name in needed if name not in values]:
        raise UsageError(
            _("nothing was changed: no value was given for {names}").format(names=", ".join(missing)),
            repair=_("answer the question at a terminal, or give standard input a line NAME=VALUE"),
        )
    return values


def begin(rotating: Rotating, fleet: Fleet, values: dict[str, str], *, local: bool) -> None:
    """Write the new secrets; from here on the next apply goes on by itself, whatever becomes of this one."""
    from provision.inventory import load
    from provision.onboard import rotate

    whole = load(fleet.path, allow_expired=True, here=local)
    rotate.begin(whole, rotating.items, rotating.holdings, values, datetime.now(UTC), here=local)


def let_go(fleet: Fleet, names: str, yes: bool, *, quiet: bool, local: bool) -> None:
    """Give up what a rotation keeps. Without a terminal only with `--yes`: backups are deleted."""
    from provision.inventory import load
    from provision.onboard import rotate, rotation

    if names != "backup":
        raise UsageError(
            _("nothing of this name is kept: {names}").format(names=names), repair="backbone apply --let-go backup"
        )
    whole = load(fleet.path, allow_expired=True, here=local)
    mine = {server.name for server in fleet.servers}
    for one in rotate.kept(whole, mine):
        if not quiet:
            typer.echo(
                _(
                    "{server}: the former backups, kept since {day}, go; the new reach back far enough from {free}."
                ).format(
                    server=one.server.name,
                    day=one.kept[:10],
                    free=rotation.free_from(one.kept, one.server.settings.backup_keep_full),
                )
            )
            typer.echo(
                _(
                    "Copies on disks made before {day} open only with the passphrase of then: make a new one first "
                    "(backbone copy), and keep the old sheet as long as you keep them."
                ).format(day=one.kept[:10])
            )
    if not yes and (quiet or not sys.stdin.isatty()):
        raise UsageError(_("backups are deleted only when somebody agrees"), repair="--yes")
    ask(_("Delete them?"), yes, quiet=quiet)
    rotate.let_go(whole, mine, datetime.now(UTC))


def finish(applied: Applied, fleet: Fleet, rotating: Rotating | None, out: Path, *, local: bool) -> dict[str, Any]:
    """Settle what is through, and write what people are handed: what is still under way, and the files written.

    Neither after an apply that was interrupted, or that found nothing to do among a few stages: it cannot tell whether
    the servers have the new.
    """
    from provision.onboard import rotate

    under_way = rotate.settle(fleet, applied.after.plan if applied.conclusive else None, here=local)
    files: Sequence[Path] = ()
    missed = ""
    if rotating and applied.conclusive and (names := _through(applied, rotating.tunnels)):
        now = datetime.now(UTC)
        try:
            files = rotate.vpn_files(fleet, names, out / f"vpn-{now:%Y%m%dT%H%M%S}", now.date(), here=local)
        except BackboneError as fault:
            # The tunnels are renewed all the same: what came of the stages has to be told.
            missed = fault.message
    return {"under_way": list(under_way), "files": [str(file) for file in files], "files_missed": missed}


def kits_sent(told: dict[str, Any], fleet: Fleet, *, local: bool) -> dict[str, Any]:
    """What `finish` told, once every second repository holds a kit of the present passphrase."""
    from provision.inventory import load
    from provision.onboard import rotate

    if "kit" not in told["under_way"] or not rotate.kits_sent(load(fleet.path, allow_expired=True, here=local)):
        return told
    return {**told, "under_way": [name for name in told["under_way"] if name != "kit"]}


def _through(applied: Applied, names: Sequence[str]) -> list[str]:
    waiting = {one.server for one in applied.after.plan.servers if one.unreachable or "vpn" in one.names}
    return [name for name in names if name not in waiting]


def tell(told: dict[str, Any]) -> None:
    """What is still under way, and what was written, for people."""
    if told["under_way"]:
        typer.echo(
            _("Still being renewed: {names}. The next apply goes on; until then the vault keeps the old, too.").format(
                names=", ".join(told["under_way"])
            )
        )
    if told["files_missed"]:
        typer.echo(
            _("The people's files were not written: {reason}. Write them: backbone vpn files -i INVENTORY").format(
                reason=told["files_missed"]
            )
        )
    if told["files"]:
        typer.echo(_("Written: {files}").format(files=", ".join(told["files"])))
        typer.echo(_("Each person puts the private key that they have in place of […]; it never leaves their device."))
