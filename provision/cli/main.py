"""The `backbone` command: finds the verb, runs it, and turns its outcome into words and an exit status."""

from __future__ import annotations

import difflib
import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import typer
import typer.completion
from typer.core import TyperGroup

from provision import __version__, i18n
from provision.cli import spoken
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import N_, _, english

# verb -> (module in provision.cli, one line of help). A module is imported only when its verb is used, so
# that `backbone --help` and the small verbs stay quick.
VERBS: dict[str, str] = {
    "demo": N_("The main job on throwaway hosts, from nothing: see the whole product work."),
    "preflight": N_("May this machine become such a server? What is on it already? Changes nothing."),
    "audit": N_("Measure every requirement on every server, and write the report. Changes nothing."),
    "verify": N_("Signed reports, offline: who signed what, when; is anything changed or left out?"),
    "report": N_("Many audits and drills as one page: the whole fleet at a glance."),
    "enroll": N_("First contact by password: administrator, key, pinned host key."),
    "init": N_("A new inventory, with generated secrets, from a few answers."),
    "lab": N_("Throwaway real hosts on this machine: up, down, list, ssh, exec."),
    "patch": N_("Updates and restarts in waves, each audited before the next."),
    "drill": N_("Restore the last backup beside the live database; compare; measure RPO and RTO."),
    "copy": N_("The newest backup, verified, onto a removable disk of the server."),
    "sync": N_("How the last sync ended on every server; the report of it."),
    "restore": N_("The real restore, on the bad day; and where rows vanished (--find)."),
    "sheet": N_("The recovery sheet to print and seal; typing it back on the bad day."),
    "repository": N_("Prepare the machine in another building that keeps the second copy of the backups."),
    "rebuild": N_("A new, empty machine becomes the old server: from the second repository and the sheet alone."),
    "papers": N_("Letters and papers of a region: DOCX to edit, PDF to print."),
    "vpn": N_("People's access from outside: add, remove, list."),
    "bundle": N_("Everything for a server without internet, gathered once, signed, carried on a disk."),
    "validate": N_("The inventory, offline: every fault at once, with file, line, key and repair."),
    "plan": N_("Which stages each server needs, and why; --diff: what they would change."),
    "apply": N_("Run the stages that each server needs, and only those."),
    "prove": N_("A platform on one server that may be thrown away: the checklist, as a signed record."),
    "completion": N_("The script that completes words at the Tab key: bash, zsh, fish, PowerShell."),
    "test": N_("Install what the tests need, then run them: unit, lab, slow."),
}

COMPLETING = "_BACKBONE_COMPLETE"  # set by a shell that asks what may come next

# Typer carries its parser's exceptions privately; the class that every wrong use derives from is found from
# the one that it exports.
USAGE_FAULT: Any = typer.BadParameter.__mro__[1]

COMPLETIONS: Any = typer.completion  # what it offers is not declared


class LazyVerbs(TyperGroup):
    """A command group whose verbs live in modules of their own name, imported on use.

    A verb's module offers `app`: a typer.Typer with one command (a verb) or several (a verb with sub-verbs).
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"provision.cli.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        language = next(param for param in self.params if param.name == "lang")
        return spoken.translate(command, language)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that the first word names; one that is nearly right is named in the refusal."""
        if args and args[0] not in VERBS and (near := difflib.get_close_matches(args[0], VERBS, 1)):
            raise UsageError(
                _("there is no verb {word}").format(word=args[0]),
                repair=_("did you mean {name}?").format(name=f"backbone {near[0]}"),
            )
        return super().resolve_command(ctx, args)

    def main(self, args: Any = None, *more: Any, **settings: Any) -> Any:
        """Run; in the language of --lang from the first word on, wherever in the command line it stands."""
        if asked := spoken.asked_language(sys.argv[1:] if args is None else args):
            i18n.use(asked)
        spoken.translate(self)
        if COMPLETING in os.environ:
            COMPLETIONS.completion_init()
        return super().main(args, *more, **settings)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section(_("Verbs")):
            formatter.write_dl([(verb, _(text)) for verb, text in VERBS.items()])


app = typer.Typer(
    cls=LazyVerbs,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"backbone {__version__}")
        raise typer.Exit


@app.callback()
def backbone(
    lang: str = typer.Option(
        "", "--lang", help=spoken.LANGUAGE_HELP, callback=spoken.check_language, show_default=False
    ),
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """Turn a bare server into a compliant regional Backbone data server, prove it, and keep it so.

    Example: backbone demo --out ./hasil
    """


def run_guarded(call: Callable[[], object]) -> int:
    """Run a verb; say in one clear sentence what a person can repair, and return the exit status."""
    try:
        outcome = call()
    except BackboneError as fault:
        if "--json" in sys.argv:
            print(json.dumps({"error": english(fault.message), "repair": english(fault.repair)}))
        print(f"{_('error')}: {fault.message}", file=sys.stderr)
        if fault.repair:
            print(f"{_('repair')}: {fault.repair}", file=sys.stderr)
        return int(fault.exit_status)
    except USAGE_FAULT as fault:
        spoken.refusal(fault)
        return int(Exit.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        print(_("interrupted"), file=sys.stderr)
        return int(Exit.INTERRUPTED)
    except typer.Exit as ended:
        return ended.exit_code
    return outcome if isinstance(outcome, int) else int(Exit.OK)


def main() -> None:
    """Entry point of the `backbone` command."""
    sys.exit(run_guarded(lambda: app(standalone_mode=False, prog_name="backbone")))


if __name__ == "__main__":
    main()
