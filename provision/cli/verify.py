"""`backbone verify`: who signed these reports, when, and is everything as it was?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _, english

if TYPE_CHECKING:
    from provision.report.keys import KnownKey
    from provision.report.verify import Checked, State

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def verify(
    reports: Annotated[
        list[Path], typer.Argument(help="Reports: their folder, or a file in it. Several make a chain.")
    ],
    inventory: Annotated[
        Path | None,
        typer.Option(
            "-i", "--inventory", help="The inventory whose signers/ holds the known keys.", show_default=False
        ),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key", help="A known public key (PEM), or a folder of them; may be repeated.", show_default=False
        ),
    ] = None,
    as_json: bool = typer.Option(False, "--json", help="For machines: the outcome on standard output."),
) -> int:
    """Verify signed reports, offline. Exit 0 only if each is whole, unchanged, by a known key, and none is missing.

    Without -i and --key only this machine's own keys are known. docs/verify.md does the same with openssl alone.

    Example: backbone verify ./hasil -i inventories/kabupaten
    """
    from provision.report.verify import verify as examine

    found, remarks = examine(reports, known_keys(inventory, key or []))
    held = all(one.held for one in found)
    if as_json:
        documents = [_document(one) for one in found]
        print(json.dumps(english({"held": held, "reports": documents, "remarks": remarks}), indent=2))
    else:
        for one in found:
            _show(one)
        for remark in remarks:
            show_line(_("remark: {text}").format(text=remark))
    return int(Exit.OK if held else Exit.FELL_SHORT)


def known_keys(inventory: Path | None, named: list[Path]) -> dict[str, KnownKey]:
    """The keys to trust: those named, else this machine's own. UsageError for a place that is not there."""
    from provision.report import keys

    places = list(named)
    if inventory is not None:
        directory = inventory if inventory.is_dir() else inventory.parent
        places.append(directory / keys.SIGNERS)
        if (directory / keys.SERVERS).is_dir():
            places.append(directory / keys.SERVERS)
    for place in places:
        if not place.exists():
            raise UsageError(
                _("{file} is not there").format(file=place),
                repair=_("put the signer's public key there, or name its file with --key"),
            )
    return keys.known(places or keys.machine_signers())


def _document(one: Checked) -> dict[str, Any]:
    return {**asdict(one), "envelope": str(one.envelope), "held": one.held}


def show_line(text: str) -> None:
    """A line for a terminal; what a stranger's file says cannot steer it."""
    print("".join(one if one.isprintable() else "�" for one in text))


def _show(one: Checked) -> None:
    words: dict[State, str] = {
        "unchanged": _("unchanged"),
        "changed": _("CHANGED"),
        "missing": _("MISSING"),
        "unsigned": _("NOT SIGNED"),
    }
    show_line(f"{one.envelope}: " + (_("holds") if one.held else _("DOES NOT HOLD")))
    if one.signer:
        show_line("  " + _("signed by {signer} (key {key})").format(signer=one.signer, key=one.keyid[:16]))
    if one.kind:
        show_line(
            "  "
            + _("{kind} made {made}, signed {signed} (UTC), number {number} of its chain").format(
                kind=one.kind, made=one.made_at, signed=one.signed_at, number=one.number
            )
        )
    for file in one.files:
        show_line(f"  {words[file.state]:12} {file.name}")
    for fault in one.faults:
        show_line(f"  ! {fault}")
