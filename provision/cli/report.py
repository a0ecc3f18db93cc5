"""`backbone report`: many audits and drills as one view of the fleet."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision.errors import UsageError
from provision.exits import Exit, worst
from provision.i18n import _, english, number

if TYPE_CHECKING:
    from provision.report.fleet.model import View

SHOWN = 20
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def report(
    places: Annotated[
        list[Path],
        typer.Argument(
            help="Audits and drills: their files, or folders that hold them, at any depth.", metavar="DIR..."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for fleet.html, fleet.json and fleet.csv.", show_default=False),
    ] = None,
    verify: bool = typer.Option(
        False, "--verify", help="Check signatures: an audit without a valid one by a known key counts as unknown."
    ),
    inventory: Annotated[
        Path | None,
        typer.Option(
            "-i",
            "--inventory",
            help="With --verify: the inventory whose signers/ holds the known keys.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key",
            help="With --verify: a known public key (PEM), or a folder of them; may be repeated.",
            show_default=False,
        ),
    ] = None,
    audit_days: int = typer.Option(30, "--audit-days", min=1, help="An audit older than so many days is old."),
    drill_days: int = typer.Option(90, "--drill-days", min=1, help="A drill older than so many days is overdue."),
    soon_days: int = typer.Option(30, "--soon-days", min=0, help="Tell of expiries within so many days."),
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=1,
            help="Of folders, read only what was written within so many days; for a collector that holds years.",
            show_default=False,
        ),
    ] = None,
    as_json: bool = typer.Option(False, "--json", help="For machines: the fleet on standard output."),
) -> int:
    """The whole fleet on one page: who may receive data, what is open where, who got better or worse, what is overdue.

    Of each server the newest audit counts, the one before shows what changed, the older ones make the trend. Exit 0
    only if every server may receive data and no drill is overdue; 3 if a file could not be used.

    Example: backbone report ./hasil ./kolektor --out ./armada
    """
    from provision.cli.verify import known_keys
    from provision.report.fleet import page, table
    from provision.report.fleet.make import make
    from provision.report.fleet.model import Limits

    if (inventory is not None or key) and not verify:
        raise UsageError(_("known keys say nothing without --verify"), repair="backbone report DIR --verify -i INV")
    keys = known_keys(inventory, key or []) if verify else None
    limits = Limits(audit_days, drill_days, soon_days)
    view = make(places, at=datetime.now(UTC), keys=keys, limits=limits, days=days)
    document = english(table.document(view))
    if out is not None:
        _write(out / "fleet.html", page.render(view, out))
        _write(out / "fleet.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        _write(out / "fleet.csv", table.matrix(view))
    if as_json:
        print(json.dumps(document, indent=1, ensure_ascii=True))
    else:
        _show(view)
        if out is not None:
            print(_("Report: {path}").format(path=out / "fleet.html"))
    found = [Exit.OK if view.held else Exit.FELL_SHORT]
    if view.unread:
        found.append(Exit.UNREACHED)
    return int(worst(found))


def _write(place: Path, content: str) -> None:
    """Readable by its owner only: it describes the insides of many servers."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch(mode=0o600)
    place.write_bytes(content.encode("utf-8", "replace"))


def _show(view: View) -> None:
    """The first screen of the page, as lines."""
    from provision.cli.verify import show_line

    def told(sentence: str, **counts: int) -> None:
        show_line(sentence.format(**{name: number(count) for name, count in counts.items()}))

    told(
        _("{servers} servers, {regions} of 552 regions: {yes} may receive data, {no} may not yet, {unknown} unknown"),
        servers=len(view.lines),
        regions=len(view.regions),
        yes=view.count("yes"),
        no=view.count("no"),
        unknown=view.count("unknown"),
    )
    changes = [one.change.direction for one in view.lines]
    told(
        _("since the audit before: {better} better, {worse} worse, {silent} without an answer"),
        better=changes.count("better"),
        worse=changes.count("worse"),
        silent=changes.count("silent"),
    )
    told(
        _("{drills} drills overdue; {expired} waivers and statements expired, {expiring} end soon; {old} old audits"),
        drills=sum(one.drill.overdue for one in view.lines),
        expired=sum(len(one.expired) for one in view.lines),
        expiring=sum(len(one.expiring) for one in view.lines),
        old=sum(one.old for one in view.lines),
    )
    if view.verified:
        doubted = [one.sight for one in view.lines if not one.sight.proof.believed]
        told(_("{count} servers without a valid signature"), count=len(doubted))
        for one in doubted[:SHOWN]:
            show_line(f"  {one.server.name}: " + ("; ".join(one.proof.why) or _("not signed")))
    for remark in view.remarks:
        show_line(_("remark: {text}").format(text=remark))
    for lost in view.unread[:SHOWN]:
        show_line(_("not used: {file}: {why}").format(file=lost.file, why=lost.why))
    if len(view.unread) > SHOWN:
        told(_("and {count} more"), count=len(view.unread) - SHOWN)
