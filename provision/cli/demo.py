"""`backbone demo`: the main job on lab hosts, watched by a person."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from provision import i18n
from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _, english, number

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="demo")
def run_demo(
    out: Annotated[Path | None, typer.Option(help="Where reports, log and summary go.", show_default=False)] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the lab up afterwards.")] = False,
    on: Annotated[
        str, typer.Option("--on", metavar="USER@HOST", help="A spare server that holds the lab in this one's place.")
    ] = "",
    ssh_config: Annotated[
        Path | None, typer.Option(help="With --on: ssh's configuration file, if not your own.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; without a terminal nothing is ever asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary for machines.")] = False,
) -> int:
    """See the main job on throwaway hosts of this machine: build, provision, sync, drill, audit, report.

    Needs root, a Debian or Ubuntu machine and about ten minutes; nothing of it is left afterwards but DIR.

    With --on this machine only needs ssh: the clone goes to a spare server, the demo runs there, the reports come back.

    Example: backbone demo --out ./hasil
    """
    out = (out or Path(tempfile.mkdtemp(prefix="backbone-demo-"))).absolute()
    console = Console(stderr=True)
    if on:
        if keep:
            raise UsageError(_("--keep and --on do not go together: nothing is left on the spare server"))
        return _elsewhere(on, ssh_config, out, console, ask=not yes and not as_json, as_json=as_json)
    from provision.lab.demo import Demo
    from provision.lab.lab import Lab

    screen = _Screen(console)
    # A demo that is told to end, or whose terminal goes, ends as an interrupted one does: the lab is taken down.
    for told in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.default_int_handler)
    lab = Lab.named(say=screen.progress)
    try:
        summary = Demo(lab, out, screen.watch()).run()
    finally:
        screen.stop()
        if not keep:
            lab.down()
    if as_json:
        typer.echo(json.dumps(english(summary.as_json()), indent=2))
    else:
        _show(console, summary.as_json(), out)
        if keep:
            console.print(_("The lab is still up: backbone lab list · backbone lab down"))
    return int(Exit.OK if summary.ok else Exit.FELL_SHORT)


def _elsewhere(host: str, config: Path | None, out: Path, console: Console, *, ask: bool, as_json: bool) -> int:
    """The demo on a spare server: the plan first, then its lines as they come, then what was brought back."""
    from provision.cli.spoken import confirm
    from provision.lab.elsewhere import Elsewhere

    for told in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.default_int_handler)
    spare = Elsewhere(host, config)
    try:
        spare.look()
        console.print(
            _(
                "{host} will do. The plan: copy this clone into a folder of its own there; run its demo (about ten "
                "minutes; Debian packages for the lab are installed and stay); bring the reports to {out}; remove the "
                "folder."
            ).format(host=host, out=out),
            markup=False,
            highlight=False,
        )
        if ask and sys.stdin.isatty() and not confirm(_("Go on?"), default=True):
            raise typer.Abort
        try:
            size = spare.copy()
            console.print(_("copied: {size} MB").format(size=number(size / 1e6, 1)), markup=False, highlight=False)
            status = spare.run(lambda line: console.print(f"  {line}", markup=False, highlight=False))
            names = spare.fetch(out)
        finally:
            spare.clean()
    finally:
        spare.close()
    if as_json:
        summary = out / "summary.json"
        typer.echo(summary.read_text() if summary.exists() else json.dumps({"ok": False}))
    console.print(_("Brought back to {out}: {names}").format(out=out, names=", ".join(names)), markup=False)
    return status if status in {int(one) for one in Exit} else int(Exit.UNREACHED)


class _Screen:
    """One line a step: a spinner with the time and the verb's last words while it runs, then its outcome."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.words = ""
        self.step = ""
        self.started = 0.0
        self.live: Live | None = None
        self.done = threading.Event()

    def watch(self) -> Any:
        from provision.lab.demo import Watch

        return Watch(self.begin, self.progress, self.end)

    def begin(self, name: str, command: str) -> None:
        self.step, self.words, self.started = _(name), "", time.monotonic()
        if not self.console.is_terminal:
            print(f"… {_(name)}  ({command})", file=sys.stderr)
            return
        self.console.print(f"[dim]$ {command}[/dim]", highlight=False)
        spinner = Spinner("dots")
        self.live = Live(get_renderable=lambda: self._line(spinner), console=self.console, transient=True)
        self.live.start()

    def _line(self, spinner: Spinner) -> Table:
        line = Table.grid(padding=(0, 1))
        seconds = f"{time.monotonic() - self.started:5.0f} s"
        line.add_row(spinner, f"[bold]{self.step}[/bold]", seconds, self.words[: max(20, self.console.width - 40)])
        return line

    def progress(self, text: str) -> None:
        self.words = text
        if not self.console.is_terminal:
            print(f"    {text}", file=sys.stderr)

    def end(self, name: str, seconds: float, held: bool) -> None:
        self.stop()
        mark = "[green]✔[/green]" if held else "[red]✘[/red]"
        self.console.print(f"{mark} {_(name):<16} {seconds:7.1f} s", highlight=False)

    def stop(self) -> None:
        if self.live:
            self.live.stop()
            self.live = None


def _show(console: Console, summary: dict[str, Any], out: Path) -> None:
    from provision.report import words

    report = out / "audit.json"
    table = Table(title=_("Controls by family"), title_justify="left")
    statuses = ["pass", "attested", "warning", "waived", "fail", "error"]
    for heading in (_("family"), *(_(words.STATUS[status]) for status in statuses)):
        table.add_column(heading, justify="left" if heading == _("family") else "right")
    for family in json.loads(report.read_text())["families"] if report.exists() else ():
        title = family["title"][i18n.language()]
        table.add_row(title, *(str(family["counts"].get(status) or "") for status in statuses))
    console.print(table)

    rows = Table(title=_("Rows synced and reconciled"), title_justify="left")
    for heading in (_("entity"), _("source"), _("stored"), _("quarantined"), _("deleted"), _("balanced")):
        rows.add_column(heading, justify="left" if heading == _("entity") else "right")
    for entity, counts in summary["sync"].items():
        numbers = (number(counts[key]) for key in ("source", "stored", "quarantined", "deleted"))
        rows.add_row(entity, *numbers, "✔" if counts["balanced"] else "✘")
    console.print(rows)

    if drill := summary["drill"]:
        console.print(
            _("Drill: RPO {rpo} s, RTO {rto} s, {tables} tables compared, identical: {identical}").format(
                rpo=drill.get("rpo_seconds"),
                rto=drill.get("rto_seconds"),
                tables=drill.get("tables"),
                identical=_("yes") if drill.get("identical") else _("no"),
            )
        )
    total = sum(summary["seconds"].values())
    slowest = sorted(summary["seconds"].items(), key=lambda item: -item[1])
    spent = " · ".join(f"{_(name)} {seconds:.0f} s" for name, seconds in slowest if seconds >= 1)
    console.print(_("Time: {total:.0f} s in all: {spent}").format(total=total, spent=spent))
    for fault in summary["faults"]:
        console.print(f"✘ {fault}", style="red", markup=False)
    console.print(_("All held.") if summary["ok"] else _("Not all held; see {log}").format(log=out / "demo.log"))
    for name in ("audit.html", "drill.html", "sync.html"):
        if (out / name).exists():
            console.print(_("Report: {path}").format(path=out / name))
