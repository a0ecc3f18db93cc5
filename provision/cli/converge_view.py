"""How plans, runs and their outcomes look: tables and bars for people, JSON for machines."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from provision.cli.spoken import confirm
from provision.converge import plan as plans
from provision.converge.apply import Applied, Assessment
from provision.converge.forecast import Forecast, usual
from provision.converge.plan import Plan, Reason
from provision.converge.progress import FAILED, NOT_REACHED, OK, UNREACHABLE, Result
from provision.converge.progress import Progress as Happening
from provision.converge.remedies import remedy
from provision.converge.role_words import told
from provision.exits import Exit
from provision.i18n import _, english

_NAMES_SHOWN = 4


def describe(reason: Reason) -> str:
    """Why a stage would run, as a person reads it."""
    sentence = {
        plans.NEVER_RAN: _("never ran"),
        plans.INTERRUPTED: _("began and did not finish"),
        plans.STAMP_UNUSABLE: _("its stamp does not count: {what}"),
        plans.INPUTS_CHANGED: _("inputs changed: {what}"),
        plans.FILE_CHANGED: _("managed file changed: {what}"),
        plans.CONTROL_FAILED: _("control failed: {what}"),
        plans.ASKED: _("asked for"),
        plans.FOLLOWS: _("follows {what}"),
        plans.TOO_OLD: _("last ran long ago: {what}"),
        plans.ANOTHER_SERVER: _("ran for another kind of server: {what}"),
    }[reason.code]
    shown = ", ".join(reason.what[:_NAMES_SHOWN])
    if len(reason.what) > _NAMES_SHOWN:
        shown += " " + _("and {count} more").format(count=len(reason.what) - _NAMES_SHOWN)
    return sentence.format(what=shown)


def status_word(status: str) -> str:
    """A result's status, as a person reads it."""
    return {
        OK: _("ok"),
        FAILED: _("failed"),
        UNREACHABLE: _("unreachable"),
        NOT_REACHED: _("not reached"),
    }[status]


def time_left(forecast: Forecast) -> str:
    """What a run will still take, in words; nothing where nobody knows."""
    left = forecast.left()
    if left is None or left < 1:
        return ""
    minutes = round(left / 60)
    return _("about {count} min left").format(count=minutes) if minutes else _("less than a minute left")


def _console() -> Console:
    return Console(highlight=False, markup=True)


def show_plan(assessment: Assessment) -> None:
    """The plan as a table; what keeps servers out of it below."""
    console = _console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("server"), _("stage"), _("why")):
        table.add_column(heading, overflow="fold")
    for server in assessment.plan.servers:
        for number, one in enumerate(server.stages):
            why = "; ".join(describe(reason) for reason in one.reasons)
            table.add_row(escape(server.server) if number == 0 else "", one.stage, escape(why))
    if not assessment.plan.empty:
        console.print(table)
    _show_remarks(console, assessment)
    if assessment.plan.empty:
        console.print(_("Nothing to do: no stage is needed."))


def _show_remarks(console: Console, assessment: Assessment) -> None:
    """Servers that did not answer, and controls that their stage could not mend."""
    for server in assessment.plan.servers:
        if server.unreachable:
            console.print(f"[red]{escape(server.server)}[/]: {escape(server.unreachable)}", soft_wrap=True)
            if repair := assessment.observations[server.server].repair:
                console.print(f"    {_('repair')}: {escape(repair)}", soft_wrap=True)
        for stage, controls in server.given_up.items():
            told = _("{stage} ran and did not mend {controls}; it runs again when an input changes, or with --stage")
            text = told.format(stage=stage, controls=", ".join(controls))
            console.print(f"[yellow]{escape(server.server)}[/]: {escape(text)}", soft_wrap=True)


def show_changes(changes: Iterable[Happening]) -> None:
    """What check mode would change, task by task, with the differences."""
    console = _console()
    for one in changes:
        console.print(f"[bold]{escape(one.server)} · {one.stage}[/] · {escape(one.task)}", soft_wrap=True)
        for line in one.diff.splitlines():
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
            console.print(f"    [{colour}]{escape(_(line))}[/]", soft_wrap=True)


def show_failures(results: Iterable[Result]) -> None:
    """Each failure once, with the output that explains it, and what to do where that is known."""
    console = _console()
    for one in results:
        if one.status in (FAILED, UNREACHABLE):
            title = f"{escape(one.server)} · {one.stage} · {status_word(one.status)}"
            console.print(f"[bold red]{title}[/]", soft_wrap=True)
            for line in told(one.message).splitlines():
                console.print(f"    {escape(_(line))}", soft_wrap=True)
            if repair := remedy(one.message):
                console.print(f"    {_('repair')}: {escape(repair)}", soft_wrap=True)


def show_applied(applied: Applied) -> None:
    """How every stage ended, what remains, and where the log is."""
    console = _console()
    if applied.outcome:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in (_("server"), _("stage"), _("outcome"), _("changed"), _("seconds")):
            table.add_column(heading, overflow="fold")
        for one in applied.outcome.results:
            colour = {OK: "green", NOT_REACHED: "yellow"}.get(one.status, "red")
            table.add_row(
                escape(one.server),
                one.stage,
                f"[{colour}]{status_word(one.status)}[/]",
                str(one.changed),
                f"{one.seconds:.1f}" if one.seconds else "",
            )
        console.print(table)
        show_failures(applied.outcome.results)
        if applied.outcome.interrupted:
            console.print(_("Interrupted; the next apply goes on from here."))
        else:
            _show_remaining(console, applied.after)
        console.print(_("log: {path}").format(path=escape(str(applied.outcome.log))), soft_wrap=True)


def _show_remaining(console: Console, after: Assessment) -> None:
    if after.plan.empty:
        _show_remarks(console, after)
        console.print(_("Looked again: no stage is needed."))
    else:
        console.print(_("Looked again; still to be done:"))
        show_plan(after)
    others = sum(len(seen.others) for seen in after.observations.values())
    if others:
        console.print(_("{count} finding(s) that no stage repairs: see backbone audit").format(count=others))


def plan_as_json(assessment: Assessment) -> dict[str, Any]:
    """The plan for machines; codes and names only, never translated."""
    return {
        "empty": assessment.plan.empty,
        "exit_status": int(assessment.exit_status),
        "servers": [
            {
                "server": server.server,
                "unreachable": server.unreachable,
                "given_up": {stage: list(controls) for stage, controls in server.given_up.items()},
                "stages": [
                    {
                        "stage": one.stage,
                        "reasons": [{"code": reason.code, "what": list(reason.what)} for reason in one.reasons],
                    }
                    for one in server.stages
                ],
            }
            for server in assessment.plan.servers
        ],
    }


def progress_as_json(one: Happening) -> dict[str, Any]:
    """What happened, without what does not apply to it."""
    return {key: value for key, value in dataclasses.asdict(one).items() if value not in ("", 0, 0.0) or key == "kind"}


def result_as_json(one: Result) -> dict[str, Any]:
    """A stage's outcome on a server; `repair` where what failed is the server's own and known."""
    return {**dataclasses.asdict(one), "repair": remedy(one.message)}


def applied_as_json(applied: Applied) -> dict[str, Any]:
    """The last line of `apply --json`: results, what remains, the exit status."""
    outcome = applied.outcome
    return {
        "event": "end",
        "exit_status": int(applied.exit_status),
        "interrupted": bool(outcome and outcome.interrupted),
        "log": str(outcome.log) if outcome else None,
        "results": [result_as_json(one) for one in outcome.results] if outcome else [],
        "remains": plan_as_json(applied.after),
    }


class Progressing:
    """Shows a run as it happens: a bar a server on a terminal, a line a stage elsewhere, JSON lines if asked."""

    def __init__(
        self, plan: Plan | None = None, *, json_lines: bool = False, quiet: bool = False, ask: bool = False
    ) -> None:
        self._ask = ask and not json_lines and sys.stdin.isatty() and sys.stdout.isatty()
        self.changes: list[Happening] = []
        self._json = json_lines
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self._bars = Progress(
            TextColumn("{task.fields[server]}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.description}"),
            console=self._console,
            disable=json_lines or quiet or not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._forecasts: dict[str, Forecast] = {}
        self._plan = plan

    def __enter__(self) -> Progressing:
        if self._plan:
            self._start(self._plan)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def on_plan(self, assessment: Assessment) -> None:
        """The plan, before anything changes."""
        if self._json:
            self._line({"event": "plan", **plan_as_json(assessment)})
            return
        show_plan(assessment)
        if not assessment.plan.empty:
            if self._ask and not confirm(_("Go on?"), default=True):
                typer.echo(_("Nothing was changed."))
                raise typer.Exit(int(Exit.FELL_SHORT))
            self._start(assessment.plan)

    def on_progress(self, one: Happening) -> None:
        """One thing that happened."""
        if one.kind == "changed":
            self.changes.append(one)
        if self._json:
            self._line({"event": one.kind, **{k: v for k, v in progress_as_json(one).items() if k != "kind"}})
        elif not self._bars.disable:
            self._advance(one)
        elif one.kind == "stage_ended" and not self._quiet:
            words = f"{one.server}  {one.stage}  {status_word(one.status)}  {one.seconds:.1f} s"
            print(words, file=sys.stderr, flush=True)

    def _start(self, plan: Plan) -> None:
        known = usual()
        for server in plan.servers:
            if server.stages:
                forecast = self._forecasts[server.server] = Forecast(server.names, known)
                self._tasks[server.server] = self._bars.add_task(
                    "", total=len(server.stages), server=server.server, left=time_left(forecast)
                )
        self._bars.start()

    def _advance(self, one: Happening) -> None:
        bar, forecast = self._tasks[one.server], self._forecasts[one.server]
        if one.kind == "stage_ended":
            step = 1 if one.status == OK else 0
            forecast.ended(one.stage)
            words = f"{one.stage} {status_word(one.status)}"
            self._bars.update(bar, advance=step, description=words, left=time_left(forecast))
        else:
            words = escape(f"{one.stage} · {one.task}" if one.task else one.stage)
            self._bars.update(bar, description=words, left=time_left(forecast))

    @staticmethod
    def _line(content: dict[str, Any]) -> None:
        print(json.dumps(english(content)), flush=True)
