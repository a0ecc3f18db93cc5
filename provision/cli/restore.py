"""`backbone restore`: the real thing, on the bad day; and the search for the last moment before the damage."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from provision.cli.backups import Backup, Disk, Inventory, Repo, chosen, from_disk, utc
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _, english, number

if TYPE_CHECKING:
    from provision.operate.restore import Restore
    from provision.operate.sqlserver.restoring import Restore as OfSqlServer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def restore(
    inventory: Inventory = None,
    limit: str = typer.Option("", "--limit", help="The server to restore, as in Ansible.", show_default=False),
    local: bool = typer.Option(False, "--local", help="Restore this machine itself."),
    find: bool = typer.Option(False, "--find", help="Only show the marks: when, how many rows, what vanished."),
    to: str = typer.Option(
        "",
        "--to",
        help="The moment to restore (2026-11-21T14:30+07:00), or a mark of --find; without it the end of the archive.",
        show_default=False,
    ),
    backup: Backup = "",
    repo: Repo = 1,
    disk: Disk = "",
    confirm: str = typer.Option(
        "", "--confirm", help="The server's name, in place of the question.", show_default=False
    ),
    go_on: bool = typer.Option(False, "--continue", help="Go on with a restore that was cut off."),
    undo: bool = typer.Option(False, "--undo", help="Put the former cluster back in its place."),
    release: bool = typer.Option(False, "--release", help="Let the former cluster go: it is deleted."),
    as_json: bool = typer.Option(False, "--json", help="For machines: the outcome on standard output."),
) -> int:
    """Restore a server's database in its live place; the present one is kept aside until you let it go.

    Shows its plan, asks for the server's name, stops the services, restores, starts them again. Cut off at any moment,
    it goes on with --continue or is taken back with --undo.

    Example: backbone restore -i inventories/kabupaten --limit kota-semarang --to 2026-11-21T14:30+07:00
    """
    from provision.operate.restore import Restore
    from provision.operate.sqlserver.restoring import Restore as OfSqlServer
    from provision.probe.windows import is_windows

    if sum((find, go_on, undo, release)) > 1:
        raise UsageError(_("one of --find, --continue, --undo and --release at a time"))
    targets, zones, _regions = chosen(inventory, limit, local)
    if len(targets) != 1:
        raise UsageError(
            _("a restore is of one server, but {count} are named").format(count=len(targets)),
            repair="backbone restore -i INV --limit SERVER",
        )
    server, zone = targets[0].name, zones.get(targets[0].name, "")
    of = OfSqlServer if is_windows(targets[0]) else Restore
    with of(targets[0]) as session:
        if find:
            return _find(session, zone, as_json)
        state = session.state()
        if undo or release or go_on:
            if state is None:
                raise BackboneError(
                    _("no restore is in hand on {server}").format(server=server), exit_status=Exit.FELL_SHORT
                )
            return _settle(session, server, confirm, undo, release, as_json)
        settings = {"to": utc(to, zones), "backup": backup, "repo": repo, "from": from_disk(disk, to, repo)}
        plan = session.survey(settings)
        _show_plan(server, plan, zone)
        _ask(server, confirm)
        return _ended(session.run(settings, _tell(as_json, session.engine)), as_json)


def _show_plan(server: str, plan: Mapping[str, Any], zone: str) -> None:
    from provision.operate.restore import planned

    print(_("Restore of {server}, in the live place:").format(server=server), file=sys.stderr)
    for line in planned(plan, zone):
        print(f"  - {line}", file=sys.stderr)


def _ask(server: str, confirm: str) -> None:
    """The question that only the server's name answers. UsageError for another answer, or nobody to ask."""
    given = confirm
    if not given:
        if not sys.stdin.isatty():
            raise UsageError(
                _("a restore has to be confirmed with the server's name"),
                repair=f"backbone restore … --confirm {server}",
            )
        print(
            _("To go on, type the server's name ({server}):").format(server=server),
            end=" ",
            file=sys.stderr,
            flush=True,
        )
        given = sys.stdin.readline().strip()
    if given != server:
        raise UsageError(_("{given} is not the server's name: nothing was touched").format(given=given or "–"))


def _settle(session: Restore | OfSqlServer, server: str, confirm: str, undo: bool, release: bool, as_json: bool) -> int:
    """Undo, release, or go on."""
    if not undo and not release:
        return _ended(session.run(None, _tell(as_json, session.engine)), as_json)
    _ask(server, confirm)
    if undo:
        session.undo()
    else:
        session.release()
    told = _("The former cluster is back in its place.") if undo else _("The former cluster is gone.")
    print(json.dumps({"ok": True, "done": "undo" if undo else "release"}) if as_json else told)
    return int(Exit.OK)


def _tell(as_json: bool, engine: str) -> Any:
    from provision.operate.restore import steps

    titles = steps(engine)

    def tell(event: Mapping[str, Any]) -> None:
        if event["event"] == "end" and not as_json:
            print(f"  {event['seconds']:7.1f} s  {titles.get(event['step'], event['step'])}", flush=True)

    return tell


def _ended(state: Mapping[str, Any], as_json: bool) -> int:
    """Say how it ended; the exit status."""
    from provision.operate.compare import failure

    failed = state.get("failed")
    held = bool(state.get("finished_at")) and not failed
    if as_json:
        told = {
            "ok": held,
            "undone": bool(state.get("undone")),
            **{k: state.get(k) for k in ("id", "seconds", "last_wal")},
        }
        print(json.dumps({**told, "failure": failed["message"] if failed else ""}, indent=2))
        return int(Exit.OK if held else Exit.FELL_SHORT)
    if held:
        print(_("Restored in {seconds} s.").format(seconds=number(sum(state["seconds"].values()), 1)))
        if state.get("last_wal") not in (None, "sent"):
            print("  - " + _("the last changes were not archived: {said}").format(said=state["last_wal"]))
        print("  - " + _("look at the data; on the server `backbone-sync reconcile` compares it with the source"))
        print("  - " + _("well: backbone restore --release lets the former cluster go · not: backbone restore --undo"))
        return int(Exit.OK)
    if failed:
        print(f"{_('error')}: " + failure(failed), file=sys.stderr)
    if state.get("left"):
        print(f"{_('error')}: " + failure(state["left"]), file=sys.stderr)
    if state.get("undone"):
        print(_("The former cluster is back in its place."), file=sys.stderr)
    else:
        print(_("It did not come to its end: backbone restore --continue, or --undo"), file=sys.stderr)
    return int(Exit.FELL_SHORT)


def _find(session: Restore | OfSqlServer, zone: str, as_json: bool) -> int:
    """The marks as a table, so that a person sees where rows vanished."""
    from provision.operate.restore import changes
    from provision.times import shown

    found = changes(session.marks())
    if as_json:
        told = [
            {"mark": one.mark.name, "at": one.mark.at, "rows": one.rows, "less": one.less, "more": one.more}
            for one in found
        ]
        print(json.dumps(english(told), indent=2))
    else:
        print(_("mark · moment · rows · change since the mark before"))
        for one in found:
            moved = [f"{name} {number(count)}" for name, count in one.less.items()]
            moved += [f"{name} +{number(count)}" for name, count in one.more.items()]
            sign = "!" if one.less else " "
            moment = shown(one.mark.at, zone, seconds=True)
            print(f"{sign} {one.mark.name}  {moment}  {number(one.rows):>12}  {' · '.join(moved)}")
        if not found:
            print(_("no marks are kept on this server yet"))
    return int(Exit.OK)
