"""The commands that the documentation tells people to run: found in its pages, parsed by the commands themselves.

A command is a line in a block of code that begins, after a prompt if there is one, with `backbone`, `./backbone` or
`backbone-sync`. A block that follows the line `<!-- run -->` can be run anywhere, without a server.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

RUN = "<!-- run -->"
_FENCE = re.compile(r"^ *(```+|~~~+)")
_COMMAND = re.compile(r"^(?:[$#] )?(?:sudo )?(?:\./)?(?P<tool>backbone(?:-sync)?) (?P<rest>\S.*)$")


@dataclass(frozen=True)
class Command:
    """One command of a page. `runs`: it is in a block that tests run."""

    page: Path
    line: int
    tool: str
    text: str
    runs: bool

    @property
    def words(self) -> list[str]:
        """Its words as the shell hands them over; what follows `#`, `&&`, `|` or `;` is another's."""
        lexer = shlex.shlex(self.text, posix=True, punctuation_chars="&|;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if set(word) <= set("&|;<>"):
                break
            words.append(word)
        return words

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}: {self.tool} {self.text}"


def commands(page: Path) -> Iterator[Command]:
    """Every command of a page's blocks of code, fenced or indented, in order."""
    fence, runs, marked, blank = "", False, False, True
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if found := _FENCE.match(line):
            if not fence:
                fence, runs = found[1], marked
            elif found[1] == fence:
                fence, runs = "", False
            marked, blank = False, False
            continue
        marked = (marked and not line.strip()) or line.strip() == RUN
        indented = line.startswith("    ") and (blank or line.startswith("    ./backbone"))
        if (fence or indented) and (said := _COMMAND.match(line.strip())):
            yield Command(page, number, said["tool"], said["rest"], runs)
        blank = not line.strip() or (blank and line.startswith("    "))


def parse(command: Command) -> None:
    """Let the command's own parser read it, and run nothing; what it refuses is raised as ValueError."""
    try:
        _parse_sync(command.words) if command.tool == "backbone-sync" else _parse_backbone(command.words)
    except Exception as refused:
        told = getattr(refused, "message", None) or str(refused)
        raise ValueError(f"{command}: {told}") from refused


def _parse_backbone(words: list[str]) -> None:
    from provision.cli.main import app

    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "resolve_command"):
        context = command.make_context(command.name or "backbone", rest, resilient_parsing=True)
        left = [*context._protected_args, *context.args]
        if not left:
            return
        _name, command, rest = command.resolve_command(context, left)
    if "--help" not in rest:
        command.make_context(command.name, rest)


class _RefusedError(Exception):
    """What argparse would have ended the program with."""


def _parse_sync(words: list[str]) -> None:
    from backbone_sync import cli

    def error(_parser: argparse.ArgumentParser, message: str) -> None:
        raise _RefusedError(message)

    kept, argparse.ArgumentParser.error = argparse.ArgumentParser.error, error  # type: ignore[assignment,method-assign]
    try:
        cli.parser().parse_args(words)
    except SystemExit as ended:
        if ended.code:
            raise _RefusedError(str(ended)) from None
    finally:
        argparse.ArgumentParser.error = kept  # type: ignore[method-assign]
