"""`backbone sheet`: the sealed recovery sheet of an inventory, and typing it back."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def sheet(
    inventory: Annotated[
        Path | None, typer.Option("-i", "--inventory", help="The inventory file, or the folder of its hosts.yml.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file; without this recovery-sheet.html beside the inventory.")
    ] = None,
    read: Annotated[bool, typer.Option("--read", help="Type a secret back from paper, line by line.")] = False,
    into: Annotated[Path, typer.Option("--into", help="With --read: where the secret goes.")] = Path(".vault-password"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Write the recovery sheet, to print and seal: the vault's password and every passphrase of the backups.

    Example: backbone sheet -i ./semarang
    """
    from provision.inventory import load
    from provision.onboard import sheet as recovery

    if read:
        return _read(into, as_json)
    if inventory is None:
        raise UsageError(_("which inventory?"), repair="backbone sheet -i INVENTORY")
    fleet = load(inventory, allow_expired=True)
    file = out or fleet.directory / recovery.FILE
    recovery.write(fleet, file, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps({"file": str(file)}))
        return int(Exit.OK)
    tell(file)
    return int(Exit.OK)


def tell(file: Path) -> None:
    """What a person does with a sheet that was just written."""
    typer.echo(_("{file} holds all secrets in clear: open it in a browser, print it twice, seal it.").format(file=file))
    typer.echo(_("Then destroy it: {command}").format(command=f"shred -u {shlex.quote(str(file))}"))


def _read(into: Path, as_json: bool) -> int:
    """Lines from the keyboard, hidden from nobody's screen longer than needed, each judged as it is typed."""
    from provision.inventory.vault import write_private
    from provision.onboard import sheet as recovery

    if into.exists():
        raise UsageError(
            _("{file} is there already; nothing was overwritten").format(file=into),
            repair=_("name another file: --into FILE"),
        )
    given = typed_lines()
    if not given:
        raise UsageError(_("no line was typed; nothing was written"))
    write_private(into, recovery.typed(given).encode("utf-8") + b"\n")
    typer.echo(json.dumps({"file": str(into)}) if as_json else _("Written: {files}").format(files=into))
    return int(Exit.OK)


def typed_lines() -> list[str]:
    """The lines of one secret from the keyboard, each judged as it is typed; an empty line ends them."""
    from provision.onboard import sheet as recovery

    asking = sys.stdin.isatty()
    given: list[str] = []
    if asking:
        typer.echo(_("Type the lines of one secret as they stand; an empty line ends it."))
    while line := _line(len(given) + 1, asking):
        try:
            recovery.typed([*given, line])
        except UsageError as fault:
            if not asking:
                raise
            typer.echo(f"{fault.message}; {fault.repair}")
            continue
        given.append(line)
    return given


def _line(number: int, asking: bool) -> str:
    if not asking:
        return sys.stdin.readline().strip()
    said: str = typer.prompt(str(number), default="", show_default=False)
    return said.strip()
