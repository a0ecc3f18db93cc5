"""The command line in the language of the person: help texts, headings, and what the parser has to say.

Verbs keep their English in docstrings and `help=`, paragraph by paragraph a message of the catalogue; `translate`
puts them into the language in use when the verb is looked up. Typer says most of its own sentences in English only;
`refusal` says the ones that a person meets in ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import pairwise
from typing import Any

import typer

from provision import i18n
from provision.i18n import N_, _

# What typer's parser says, as patterns, the more exact first: a {word} stands for what it fills in.
REFUSALS = (
    N_("Missing option {name}."),
    N_("Missing argument {name}."),
    N_("Missing command."),
    N_("No such option: {name} (Possible options: {names})"),
    N_("No such option: {name}"),
    N_("No such command {name}. Did you mean {near}?"),
    N_("No such command {name}."),
    N_("Got unexpected extra argument(s) ({name})"),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Invalid value for {name}: {said}"),
    N_("{value}: id or en"),
    N_("Input should be a valid integer, unable to parse string as an integer"),
)
# What typer writes around help texts; it asks its module's own `_` for some of them.
FRAME = (
    N_("Usage: "),
    N_("Options"),
    N_("Arguments"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("required"),
    N_("default: {default}"),
    N_("Aborted!"),
)
LANGUAGE_HELP = N_("Language of what people read: id or en.")


_HelpFormatter: Any = typer.Context.formatter_class


class Formatter(_HelpFormatter):  # type: ignore[misc]
    """Typer's help formatter, its headings in the language in use."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        super().write_heading(_(heading))


class Context(typer.Context):
    """A command's context, whose help is written by our formatter."""

    formatter_class = Formatter


setattr(typer.core, "_", _)  # noqa: B010 — typer's own name, which it does not offer to type checkers


def asked_language(words: Sequence[str]) -> str:
    """The language that a command line asks for with --lang; "" without, or for one that there is not.

    Read before anything is parsed: whatever is said while parsing is said in it, wherever --lang stands.
    """
    before = list(words[: words.index("--")] if "--" in words else words)
    asked = ""
    for word, following in pairwise([*before, ""]):
        said = following if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        asked = said if said in i18n.LANGUAGES else asked
    return asked


def check_language(asked: str) -> str:
    """Refuse a language that there is not; the one that there is is in use already."""
    if asked and asked not in i18n.LANGUAGES:
        raise typer.BadParameter(f"{asked}: id or en")
    return asked


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def texts(command: Any) -> Iterator[str]:
    """Every message of a command's help, its sub-commands' too, in English."""
    yield from _paragraphs(command.help or "")
    for param in command.params:
        yield from _paragraphs(getattr(param, "help", None) or "")
    for one in getattr(command, "commands", {}).values():
        yield from texts(one)


def translate(command: Any, language: Any = None) -> Any:
    """The command, its help in the language in use; the same for sub-commands.

    `language`: the option --lang, which each command without sub-commands then has too.
    """
    command.context_class = Context
    command.help = "\n\n".join(map(_, _paragraphs(command.help or "")))
    for param in command.params:
        if getattr(param, "help", None):
            param.help = _(" ".join(param.help.split()))
    for one in getattr(command, "commands", {}).values():
        translate(one, language)
    if language is not None and not hasattr(command, "commands"):
        option = copy(language)
        option.expose_value = False
        command.params.append(option)
    # Typer makes --help, with its English, when it is first asked for.
    command.get_help_option(Context(command)).help = _("Show this message and exit.")
    return command


def confirm(question: str, *, default: bool) -> bool:
    """Ask yes or no at the terminal; answers of both languages count."""
    yes, no = _("y"), _("n")
    choice = f"{yes.upper() if default else yes}/{no if default else no.upper()}"
    while True:
        said = typer.prompt(f"{question} [{choice}]", default="", show_default=False).strip().lower()
        if not said:
            return default
        if said in (yes, "y", "ya", "yes"):
            return True
        if said in (no, "n", "no", "t", "tidak"):
            return False
        typer.echo(_("Please answer {yes} or {no}.").format(yes=yes, no=no))


def said_by_parser(sentence: str) -> str:
    """A sentence of the parser in the language in use; one that is not known stays as it is."""
    return i18n.retold(sentence, REFUSALS)


def refusal(fault: Any) -> None:
    """Say on standard error what was wrong with the command line, and where its help is."""
    if fault.ctx is not None:
        print(fault.ctx.get_usage(), file=sys.stderr)
        print(_("Try '{command} --help' for help.").format(command=fault.ctx.command_path) + "\n", file=sys.stderr)
    print(f"{_('error')}: {said_by_parser(fault.format_message())}", file=sys.stderr)
