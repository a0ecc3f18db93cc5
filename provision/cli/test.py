"""`backbone test`: runs the project's own tests; only in a clone, never from an installed wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import typer

from provision import paths
from provision.errors import BackboneError, UsageError
from provision.exits import Exit

app = typer.Typer(rich_markup_mode=None, add_completion=False)

CLONE = Path(__file__).resolve().parents[2]
LINTERS = (
    ("ruff check", ["ruff", "check", "--quiet", "."]),
    ("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
    ("mypy", ["mypy", "--no-error-summary"]),
)


def _steps(scope: str, arguments: list[str]) -> list[tuple[str, list[str]]]:
    """The commands of one scope, each with the name that the closing table gives it."""
    pytest = [sys.executable, "-m", "pytest"]
    if arguments:
        folder = {"unit": "tests/unit", "lab": "tests/lab", "slow": "tests"}[scope]
        named_a_path = any((CLONE / argument.split("::")[0]).exists() for argument in arguments)
        return [(scope, [*pytest, *arguments, *([] if named_a_path else [folder])])]
    if scope == "unit":
        return [*LINTERS, ("unit tests", [*pytest, "tests/unit"])]
    raise UsageError(f"test: no such set of tests: {scope!r}", repair="backbone test unit|lab|slow")


@app.command(name="test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    ctx: typer.Context,
    scope: str = typer.Argument("", help="unit, lab or slow; without a word: unit and lab."),
) -> int:
    """Run the project's own tests; what they need is installed first.

    Example: backbone test unit -k inventory
    """
    if not (CLONE / "tests").is_dir() or paths.roles_dir().parent != CLONE:
        raise UsageError("test: the tests are in the project's clone, not in an installed package")
    scopes = [scope] if scope else ["unit"]
    timings: list[tuple[str, float, bool]] = []
    for one in scopes:
        for name, command in _steps(one, list(ctx.args)):
            started = time.monotonic()
            status = subprocess.run(command, cwd=CLONE, env={**os.environ, "BACKBONE_LANG": "en"}).returncode
            timings.append((name, time.monotonic() - started, status == 0))
    for name, seconds, held in timings:
        typer.echo(f"{'ok  ' if held else 'FAIL'}  {seconds:7.1f} s  {name}")
    if not all(held for _name, _seconds, held in timings):
        raise BackboneError("tests fell short; see above", exit_status=Exit.FELL_SHORT)
    return int(Exit.OK)
