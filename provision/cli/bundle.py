"""`backbone bundle`: everything for a server without internet, gathered once on a connected machine."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Annotated

import typer

from provision.exits import Exit
from provision.i18n import _, english, number

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="bundle")
def gather_bundle(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the bundle; a bundle that is there is brought up to date.")
    ],
    inventory: Annotated[
        Path | None,
        typer.Option(
            "-i",
            "--inventory",
            help="The inventory whose key signs it; without it this machine's own.",
            show_default=False,
        ),
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(help="Debian release, 12 or 13; may be repeated. Without it both.", show_default=False),
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", help="Only what this stage needs; may be repeated.", show_default=False),
    ] = None,
    package: Annotated[
        list[str] | None, typer.Option(help="A further package of Debian's; may be repeated.", show_default=False)
    ] = None,
    signatures: Annotated[
        str,
        typer.Option(
            help="Antivirus signatures: folder or mirror with main.cvd, daily.cvd, bytecode.cvd.", show_default=False
        ),
    ] = "",
    windows: Annotated[
        bool, typer.Option("--windows", help="Also the wheels that a controller hands to Windows servers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Gather everything that servers need from the internet into a folder, and sign it.

    Cut off, it goes on when it is run again. Carry the folder on a disk; `apply --bundle DIR` needs no internet.

    Example: backbone bundle /media/usb/bundle -i inventories/kabupaten
    """
    from provision.onboard.bundle.gather import Wish, gather
    from provision.report import keys

    directory = None if inventory is None else inventory if inventory.is_dir() else inventory.parent
    key = keys.of_run(directory, platform.node())
    wish = Wish(tuple(release or Wish.releases), tuple(stage or ()), tuple(package or ()), signatures, windows)
    with _Progress(quiet=as_json) as progress:
        made = gather(folder, wish, key, progress.told)
    if as_json:
        document = {
            "bundle": str(made.folder), "files": made.files, "bytes": made.size, "signer": key.name,
            "left_out": list(made.left_out),
        }  # fmt: skip
        typer.echo(json.dumps(english(document)))
        return int(Exit.OK)
    typer.echo(
        _("{folder}: {files} files, {size} MB, signed by {signer}.").format(
            folder=made.folder, files=number(made.files), size=number(made.size / 1e6), signer=key.name
        )
    )
    for one in made.left_out:
        typer.echo(_("Left out: {what}").format(what=one))
    typer.echo(
        _("Next, where there is no internet: {command}").format(command=f"backbone apply -i INV --bundle {made.folder}")
    )
    return int(Exit.OK)


class _Progress:
    """A bar with the time left on a terminal; a line for each thing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, quiet=quiet)
        self.quiet = quiet
        self.words = ""
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
            console=console, transient=True, disable=quiet or not console.is_terminal,
        )  # fmt: skip
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> _Progress:
        self.bar.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.bar.stop()

    def told(self, what: str, have: int, total: int) -> None:
        """As `gather` tells it."""
        self.bar.update(self.task, description=what, completed=have, total=total or None)
        if what != self.words and self.bar.disable and not self.quiet:
            typer.echo(f"    {what}", err=True)
        self.words = what
