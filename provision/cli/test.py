"""`backbone test`: runs the project's own tests; only in a clone, never from an installed wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import typer

from provision import paths
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _

app = typer.Typer(rich_markup_mode=None, add_completion=False)

CLONE = Path(__file__).resolve().parents[2]
OLDEST = "3.11"  # the controller's oldest Python; the newest one present runs everything else
# What the tests use of Debian's: command or library -> its package.
COMMANDS = {"openssl": "openssl"}
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
PARALLEL = ["-q", "-n", "logical", "--dist", "worksteal"]
NOTHING_COLLECTED = 5
Step = tuple[str, list[str]]

LINTERS: tuple[Step, ...] = (
    ("ruff check", ["ruff", "check", "--quiet", "."]),
    ("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
    ("mypy", ["mypy", "--no-error-summary"]),
)
# Folders in one group share a session of pytest, and so the booted hosts.
GROUPS = {"unit": (("tests/unit",),), "lab": (("tests/sync",), ("tests/drill",), ("tests/lab", "tests/roles"))}


def _steps(scope: str, arguments: list[str]) -> Iterator[Step]:
    """The commands of one scope, each with the name that the closing table gives it."""
    if scope not in ("unit", "lab", "slow"):
        raise UsageError(
            _("test: no such set of tests: {scope}").format(scope=scope), repair="backbone test unit|lab|slow [ARGS]"
        )
    pytest = [sys.executable, "-m", "pytest"]
    kind = "slow" if scope == "slow" else "not slow"
    groups = [group for name in ("unit", "lab") for group in GROUPS[name] if scope in (name, "slow")]
    groups = [group for group in groups if any(next((CLONE / one).rglob("test_*.py"), None) for one in group)]
    if arguments:
        named = any((CLONE / argument.split("::")[0]).exists() for argument in arguments)
        yield scope, [*pytest, "-m", kind, *arguments, *([] if named else [one for group in groups for one in group])]
        return
    if scope == "unit":
        yield from LINTERS
    for group in groups:
        if group == ("tests/unit",):
            # Ansible forks with a terminal of its own, which the many threads of a parallel run may lock up.
            yield "tests/unit", [*pytest, "-m", f"{kind} and not needs_ansible", *PARALLEL, *group]
            yield "tests/unit with Ansible", [*pytest, "-m", f"{kind} and needs_ansible", *group]
            continue
        yield " ".join(group), [*pytest, "-m", kind, *group]


def _install_what_is_missing() -> None:
    """Debian's packages that the tests use beside Python's: installed where apt may be used, else named."""
    missing = [package for command, package in COMMANDS.items() if shutil.which(command) is None]
    missing += [package for library, package in LIBRARIES.items() if find_library(library) is None]
    if not missing:
        return
    install = ["apt-get", "-qy", "install", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise BackboneError(
            _("the tests need packages of the system: {packages}").format(packages=", ".join(missing)),
            repair=f"sudo {' '.join(install)}",
            exit_status=Exit.UNREACHED,
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "-q", "update"], install):
        subprocess.run(command, check=True, env=quiet, stdout=subprocess.DEVNULL)


def _on_the_oldest_python() -> Step | None:
    """The unit tests once more, on the oldest Python and without the `ansible` bundle.

    None where everything runs on it anyway. Raises BackboneError where it is not there.
    """
    if sys.version_info[:2] == tuple(map(int, OLDEST.split("."))):
        return None
    python = next(filter(None, map(shutil.which, _interpreters())), None)
    if python is None:
        raise BackboneError(_("no Python {version} here").format(version=OLDEST))
    lock = CLONE / "requirements" / "unit.txt"
    venv = CLONE / ".cache" / f"unit-{OLDEST}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not (venv / ".complete").exists():
        subprocess.run([python, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet", "--no-compile", "--require-hashes"]
        subprocess.run([*pip, "-r", str(lock)], check=True, stderr=subprocess.DEVNULL)
        (venv / ".complete").touch()
    return f"tests/unit on Python {OLDEST}", [str(venv / "bin/python"), "-m", "pytest", *PARALLEL, "tests/unit"]


def _interpreters() -> Iterator[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(found) for found in sorted(pyenv.glob(f"{OLDEST}.*/bin/python{OLDEST}")))
    yield f"python{OLDEST}"


@app.command(name="test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    ctx: typer.Context,
    scope: str = typer.Argument("", help="unit, lab or slow; without a word: unit and lab."),
) -> int:
    """Run the project's own tests; what they need is installed first.

    Example: backbone test unit -k inventory
    """
    if not (CLONE / "tests").is_dir() or paths.roles_dir().parent != CLONE:
        raise UsageError(_("test: the tests are in the project's clone, not in an installed package"))
    _install_what_is_missing()
    not_run: list[str] = []
    steps = [step for one in ([scope] if scope else ["unit", "lab"]) for step in _steps(one, list(ctx.args))]
    if not scope:
        steps.insert(1, ("ansible-lint", ["ansible-lint", "-q", "--offline", "--profile=production"]))
        try:
            if older := _on_the_oldest_python():
                steps.insert(len(LINTERS) + 3, older)
        except BackboneError as absent:
            not_run.append(f"tests/unit on Python {OLDEST}: {absent.message}")
    timings: list[tuple[str, float, bool]] = []
    for name, command in steps:
        typer.echo(f"── {name}", err=True)
        started = time.monotonic()
        status = subprocess.run(command, cwd=CLONE, env={**os.environ, "BACKBONE_LANG": "en"}).returncode
        held = status == 0 or (scope == "slow" and status == NOTHING_COLLECTED)
        timings.append((name, time.monotonic() - started, held))
    for name, seconds, held in timings:
        typer.echo(f"{'ok  ' if held else 'FAIL'}  {seconds:7.1f} s  {name}")
    for name in not_run:
        typer.echo(f"----  {_('not run'):<10} {name}")
    if not all(held for _name, _seconds, held in timings):
        raise BackboneError(_("tests fell short; see above"), exit_status=Exit.FELL_SHORT)
    return int(Exit.OK)
