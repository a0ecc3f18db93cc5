"""`backbone audit`: measure every requirement on every server, and write the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision import i18n, times
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _, english

if TYPE_CHECKING:
    from provision.audit.compare import Changes, Earlier
    from provision.audit.findings import FailOn
    from provision.audit.run import Examination
    from provision.inventory import Fleet

SHOWN_CHANGES = 20
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def audit(
    inventory: Annotated[
        Path,
        typer.Option("-i", "--inventory", help="The inventory file, or the folder of its hosts.yml."),
    ],
    limit: str = typer.Option("", "--limit", help="Servers to audit, as in Ansible.", show_default=False),
    local: bool = typer.Option(False, "--local", help="Audit this machine itself: the one server of --limit."),
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for audit.html and audit.json.", show_default=False)
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Folder to keep the servers' answers in.", show_default=False)
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Option("--from", help="Judge answers kept by --save, offline.", show_default=False),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since",
            help="Compare with this earlier audit (audit.json or its folder); without it, with the one in --out.",
            show_default=False,
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="Form of the report in --out: json, html, pdf, junit, oscal, csv, prometheus; may be repeated. "
            "Without it json and html; json is always written.",
            show_default=False,
        ),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            help="Exit 1 for open findings of this basis (minimum, interpretation, recommended) or severity "
            "(critical, high, medium, low) and weightier ones; recommended and low mean every finding.",
        ),
    ] = "recommended",
    as_json: bool = typer.Option(False, "--json", help="For machines: the audit on standard output."),
) -> int:
    """Measure every requirement, on every server at once. Exit 0 only if nothing is open that --fail-on names.

    Nothing is changed but the metric that tells when the server was last audited. Ctrl-C ends the asking and keeps what
    was found: the report says which servers had not answered, and the exit status is 130.

    Example: backbone audit -i inventories/kabupaten --out ./hasil
    """
    from provision.audit import catalogue, compare, record
    from provision.audit import findings as judged
    from provision.audit.run import examine, reexamine
    from provision.inventory import load
    from provision.probe import snapshot, transport
    from provision.report import keys, model, outputs

    threshold = weight(fail_on)
    forms = outputs.chosen(formats or [])
    if formats and out is None:
        raise UsageError(_("--format says how to write, and --out where"), repair="backbone audit --out DIR")
    earlier, remark = before(since, out)
    if saved is None and not local:
        transport.prewarm()
    fleet = load(inventory, limit, known_controls=frozenset(catalogue.load().controls), allow_expired=True, here=local)
    if saved is None:
        one_server(fleet, local)
    # Before any server is asked: a key that cannot be read must not cost the answers.
    key = None if out is None else keys.of_run(None if local else fleet.directory, fleet.servers[0].name)
    if saved is not None:
        answers = snapshot.load(saved)
        known = {server.name for server in fleet.servers}
        if not known & set(answers):
            message = _("{folder}: no answers of a server of this inventory").format(folder=saved)
            raise UsageError(message, repair="backbone audit --save DIR")
        examination = reexamine(fleet, answers)
    else:
        with progress(len(fleet.servers), as_json) as done:
            examination = examine(fleet, local=local, progress=done, after=record.leave, partial=True)
    if save is not None:
        with written(save):
            snapshot.save(examination.snapshots.values(), save)
    document = model.audit_document(fleet, examination, earlier=earlier, fail_on=threshold)
    if out is not None and key is not None:
        with written(out):
            outputs.publish(document, fleet, examination, out, forms, key, earlier=earlier, follows=since)
    if as_json:
        print(json.dumps(english(document), indent=2, ensure_ascii=False))
    else:
        show(fleet, examination)
        if earlier is not None:
            show_changes(compare.compare(earlier, examination), fleet.servers[0].zone)
        if out is not None and key is not None:
            for name in forms:
                print(out / outputs.FILES[name])
            print(
                _("signed by {name}; the public key to verify it with: {file}").format(
                    name=key.name, file=key.public_file
                )
            )
    if remark:
        print(remark, file=sys.stderr)
    if saved is None and (lacking := len(examination.interrupted)):
        told = _("interrupted: {count} of {total} servers had answered; only those have been judged")
        total = len(examination.snapshots)
        print(told.format(count=total - lacking, total=total), file=sys.stderr)
        return int(Exit.INTERRUPTED)
    return int(judged.exit_status(examination.findings, examination.unreached, threshold))


@contextmanager
def written(folder: Path) -> Iterator[None]:
    """A disk that is full, or a folder that nobody may write to, is said in one sentence. BackboneError."""
    try:
        yield
    except OSError as fault:
        told = _("{folder} cannot be written to: {why}").format(folder=folder, why=fault.strerror or fault)
        raise BackboneError(told, repair=_("make room there, or name another folder")) from fault


def weight(fail_on: str) -> FailOn:
    """The word after --fail-on. UsageError for one that there is not."""
    from provision.audit.findings import FAIL_ON

    for word in FAIL_ON:
        if word == fail_on:
            return word
    raise UsageError(
        _("--fail-on {word}: there is no such basis or severity").format(word=fail_on),
        repair="--fail-on " + "|".join(FAIL_ON),
    )


def before(since: Path | None, out: Path | None) -> tuple[Earlier | None, str]:
    """The audit to compare with, and a remark where there is one that cannot be compared with.

    One that was named must be sound (UsageError); of one that merely lies in --out it is said that it is not.
    """
    from provision.audit import compare
    from provision.report import outputs

    if since is not None:
        return outputs.earlier(since), ""
    if out is None or not (out / compare.DOCUMENT).exists():
        return None, ""
    try:
        return outputs.earlier(out), ""
    except UsageError as fault:
        return None, _("not compared with the audit before: {why}").format(why=fault.message)


def show_changes(changes: Changes, zone: str) -> None:
    """What is new, repaired and still open since the earlier audit; moments in a region's zone."""
    print(_("Since the audit of {when}:").format(when=times.shown(changes.at, zone)))
    for title, found in (
        (_("new"), changes.new),
        (_("repaired"), changes.repaired),
        (_("still open"), changes.still_open),
        (_("now waived"), changes.waived),
        (_("not looked at this time"), changes.unseen),
    ):
        if not found:
            continue
        print(f"  {title} ({len(found)})")
        for one in found[:SHOWN_CHANGES]:
            print(f"    {one.server} {one.control}  " + _("since {when}").format(when=times.shown(one.since, zone)))
        if len(found) > SHOWN_CHANGES:
            print("    " + _("and {count} more in audit.json").format(count=len(found) - SHOWN_CHANGES))
    if not (changes.new or changes.repaired or changes.still_open or changes.waived or changes.unseen):
        print("  " + _("nothing was open, and nothing is"))


def one_server(fleet: Fleet, local: bool) -> None:
    """`--local` means one server. UsageError if the inventory and the limit leave several."""
    if local and len(fleet.servers) != 1:
        names = ", ".join(server.name for server in fleet.servers)
        message = _("--local: which of these servers is this machine? {names}").format(names=names)
        raise UsageError(message, repair=f"--limit {fleet.servers[0].name}" if fleet.servers else "--limit")


class progress:  # noqa: N801 — reads as a verb at its one place of use
    """A progress bar for people; silent when nobody watches. `with progress(n, quiet) as done: done(name)`."""

    def __init__(self, total: int, quiet: bool) -> None:
        self._bar: Any = None
        self._task: Any = None
        if not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(_("asking the servers"), total=total)

    def __enter__(self) -> progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, name: str) -> None:
        if self._bar is not None:
            self._bar.advance(self._task)


def show(fleet: Fleet, examination: Examination, *, verdict: bool = True) -> None:
    """The outcome for people: yes or no a server, the counts, what is open, what to do first."""
    from rich.console import Console
    from rich.table import Table

    from provision.audit.findings import counts, ready
    from provision.report import summary, words
    from provision.report.model import STAGES

    console = Console() if sys.stdout.isatty() else Console(width=160)
    for server in fleet.servers:
        snapshot = examination.snapshots.get(server.name)
        if snapshot is None:
            continue
        mine = examination.of(server.name)
        good = ready(mine)
        words_for_it = _("may receive Backbone data") if good else _("may not receive Backbone data yet")
        if verdict:
            console.print(f"[bold]{server.name}[/]: [bold {'green' if good else 'red'}]{words_for_it}[/]")
        else:
            console.print(f"[bold]{server.name}[/]")
        if snapshot.fault is not None:
            console.print(f"  {_('not measured')}: {snapshot.fault.message}", markup=False)
        tally = ", ".join(f"{number} {_(words.STATUS[status])}" for status, number in counts(mine).items() if number)
        when = f"{_('measured')} {times.shown(snapshot.taken_at, server.zone)}"
        console.print(f"  {tally} · {when}", markup=False)
        unsettled = [one for one in mine if one.status in ("fail", "error", "warning")]
        if unsettled and snapshot.fault is None:
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
            for one in unsettled:
                colour = {"fail": "red", "error": "magenta"}.get(one.status, "yellow")
                control = examination.catalogue.controls[one.control]
                title = control.title.in_language(i18n.language())
                word = f"[{colour}]{_(words.STATUS[one.status])}[/]"
                table.add_row(f"  {one.control}", word, title, one.observed.text(_).replace("[", "\\["))
            console.print(table)
        for step in summary.steps(mine, STAGES)[:3] if verdict else ():
            if step.stage:
                command = f"backbone apply -i {fleet.path} --limit {server.name} --stage {step.stage}"
            else:
                control = examination.catalogue.controls[step.controls[0]]
                command = control.remedy.in_language(i18n.language())
            console.print(f"  → {command}", markup=False, highlight=False)
