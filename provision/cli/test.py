"""`backbone test`: runs the project's own tests; only in a clone, never from an installed wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path
from typing import NamedTuple

import typer

from provision import debian, paths
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _

app = typer.Typer(rich_markup_mode=None, add_completion=False)

CLONE = Path(__file__).resolve().parents[2]
OLDEST = "3.11"  # the controller's oldest Python; the newest one present runs everything else
NEWEST = "3.13"
# What the tests use of Debian's: command or library -> its package.
COMMANDS = {"openssl": "openssl", "chromium": "chromium"}
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
# The fonts in which the pages are laid out while they are measured.
FILES = {"/usr/share/fonts/truetype/liberation": "fonts-liberation"}
PARALLEL = ["-q", "-n", "logical", "--dist", "worksteal"]
NOTHING_COLLECTED = 5
Step = tuple[str, list[str]]


class Timing(NamedTuple):
    """How long a step took, in seconds, and the exit status of its command."""

    name: str
    seconds: float
    status: int
    fell_short: tuple[str, ...] = ()  # pytest's own line for each test that did


LINTERS: tuple[Step, ...] = (
    ("ruff check", ["ruff", "check", "--quiet", "."]),
    ("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
    ("mypy", ["mypy", "--no-error-summary"]),
)
# Lanes run side by side, their folders one after another, and take about equally long. The hosts of tests/lab and of
# tests/bare mostly wait for the network, for systemd or for time to pass, so that the machine has time for what only
# computes.
LANES = {
    "checks": ("tests/unit", "tests/browser", "tests/sync", "tests/drill"),
    "lab": ("tests/lab",),
    "bare": ("tests/bare",),
}
EVERYTHING = tuple(folder for folders in LANES.values() for folder in folders)
# `unit` is what one runs between two edits: the rest of tests/unit plays whole playbooks, and takes minutes.
SCOPES = {
    "": EVERYTHING,
    "unit": ("tests/unit",),
    "lab": ("tests/sync", "tests/drill", "tests/lab", "tests/bare"),
    "slow": EVERYTHING,
}
_telling = threading.Lock()
_interrupted = threading.Event()


def _lanes(scope: str, arguments: list[str]) -> dict[str, list[Step]]:
    """The commands of one scope ("": all but the slow) by lane, each with its name in the closing table."""
    if scope not in SCOPES:
        raise UsageError(
            _("test: no such set of tests: {scope}").format(scope=scope), repair="backbone test unit|lab|slow [ARGS]"
        )
    pytest = [sys.executable, "-m", "pytest"]
    kind = "slow" if scope == "slow" else "not slow"
    wanted = SCOPES[scope]
    if arguments:
        named = any((CLONE / argument.split("::")[0]).exists() for argument in arguments)
        return {"": [(scope, [*pytest, "-m", kind, *arguments, *([] if named else wanted)])]}
    lanes: dict[str, list[Step]] = {}
    for lane, folders in LANES.items():
        for folder in (one for one in folders if one in wanted):
            steps = lanes.setdefault(lane, [*LINTERS] if folder == "tests/unit" and scope != "slow" else [])
            if folder == "tests/unit":
                # Ansible forks with a terminal of its own, which the many threads of a parallel run may lock up.
                steps.append((folder, [*pytest, "-m", f"{kind} and not needs_ansible", *PARALLEL, folder]))
                if scope != "unit":
                    steps.append((f"{folder} with Ansible", [*pytest, "-m", f"{kind} and needs_ansible", folder]))
            else:
                steps.append((folder, [*pytest, "-m", kind, folder]))
    return lanes


def _run_lane(lane: str, steps: list[Step], timings: list[Timing], *, prefix: str) -> None:
    """Run the steps of a lane in order; each line that they print follows `prefix`. Adds to `timings`."""
    environment = {**os.environ, "BACKBONE_LANG": "en", "PYTHONUNBUFFERED": "1"}
    if lane:
        # Labs side by side are instances of their own.
        environment["BACKBONE_LAB"] = os.environ.get("BACKBONE_LAB", "test") + lane
    for name, command in steps:
        if _interrupted.is_set():
            return
        _tell(f"{prefix}── {name}")
        started = time.monotonic()
        fell_short: list[str] = []
        if prefix:
            with subprocess.Popen(
                command, cwd=CLONE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as running:
                for line in running.stdout or ():
                    _tell(prefix + line.rstrip("\n"))
                    if line.startswith(("FAILED ", "ERROR ")):
                        fell_short.append(line.rstrip("\n"))
            status = running.returncode
        else:
            status = subprocess.run(command, cwd=CLONE, env=environment).returncode
        timings.append(Timing(name, time.monotonic() - started, status, tuple(fell_short)))


def _tell(line: str) -> None:
    with _telling:
        typer.echo(line, err=True)


def _install_what_is_missing() -> None:
    """Debian's packages that the tests use beside Python's: installed where apt may be used, else named."""
    missing = [package for command, package in COMMANDS.items() if shutil.which(command) is None]
    missing += [package for library, package in LIBRARIES.items() if find_library(library) is None]
    missing += [package for file, package in FILES.items() if not Path(file).exists()]
    if missing:
        debian.install(missing)


def _on_the_oldest_python() -> Step | None:
    """The unit tests once more, on the oldest Python and without the `ansible` bundle.

    None where everything runs on it anyway. Raises BackboneError where it is not there.
    """
    if sys.version_info[:2] == _version(OLDEST):
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


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _interpreters() -> Iterator[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(found) for found in sorted(pyenv.glob(f"{OLDEST}.*/bin/python{OLDEST}")))
    yield f"python{OLDEST}"


@app.command(name="test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    ctx: typer.Context,
    scope: str = typer.Argument("", help="unit, lab or slow; without a word: all but the slow."),
) -> int:
    """Run the project's own tests; what they need is installed first.

    Example: backbone test unit -k inventory
    """
    if not (CLONE / "tests").is_dir() or paths.roles_dir().parent != CLONE:
        raise UsageError(_("test: the tests are in the project's clone, not in an installed package"))
    _install_what_is_missing()
    lanes = _lanes(scope, list(ctx.args))
    not_run: list[str] = []
    if not scope:
        checks = lanes["checks"]
        checks.insert(len(LINTERS), ("ansible-lint", ["ansible-lint", "-q", "--offline", "--profile=production"]))
        try:
            if older := _on_the_oldest_python():
                checks.insert(len(LINTERS) + 3, older)
        except BackboneError as absent:
            not_run.append(f"tests/unit on Python {OLDEST}: {absent.message}")
        if sys.version_info[:2] != _version(NEWEST):
            # `backbone` took the newest Python that it found, or the one that a person named.
            not_run.append(f"everything on Python {NEWEST}")
    timings: list[Timing] = []
    started = time.monotonic()
    threads = [
        threading.Thread(
            target=_run_lane, args=(lane, steps, timings), kwargs={"prefix": f"{lane:7}│ " if len(lanes) > 1 else ""}
        )
        for lane, steps in lanes.items()
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        # The steps at work were interrupted by the same key: they take their hosts down and end.
        _interrupted.set()
        raise
    accepted = (0, NOTHING_COLLECTED) if scope == "slow" else (0,)
    for line in (line for one in timings for line in one.fell_short):
        # Once more, together: a lane's own list has scrolled away behind the other lanes.
        typer.echo(line)
    for one in timings:
        typer.echo(f"{'ok  ' if one.status in accepted else 'FAIL'}  {one.seconds:7.1f} s  {one.name}")
    for name in not_run:
        typer.echo(f"----  {_('not run'):<10} {name}")
    typer.echo(f"      {time.monotonic() - started:7.1f} s  {_('in all, side by side')}")
    if not all(one.status in accepted for one in timings):
        raise BackboneError(_("tests fell short; see above"), exit_status=Exit.FELL_SHORT)
    return int(Exit.OK)
