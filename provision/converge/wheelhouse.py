"""The wheelhouse: everything that a server needs to install the sync service without PyPI, built on the controller.

DIRECTORY/release holds the release's id, DIRECTORY/<python>.tar the wheels for that Python of a server and a
requirements.txt with the hash of each: one file, because every file costs Ansible a second. The id comes from the
service's own files and its lock alone, so that it is known without building anything, and a stage's input digest can
carry it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from packaging.requirements import Requirement

from provision import paths
from provision.errors import BackboneError
from provision.i18n import _

# The Pythons of Debian 12 and 13, always at hand; and of the other systems that a server may run, got where one does.
PYTHONS = ("3.11", "3.13")
PYTHON_OF = {
    "debian 12": "3.11",
    "debian 13": "3.13",
    "ubuntu 22.04": "3.10",
    "ubuntu 24.04": "3.12",
    "ubuntu 26.04": "3.14",
    **dict.fromkeys(("rhel 9", "rocky 9", "almalinux 9"), "3.9"),
    **dict.fromkeys(("rhel 10", "rocky 10", "almalinux 10"), "3.12"),
}
# A Windows server has none of its own; this is the one that its stages bring.
WINDOWS, WINDOWS_PYTHON = "win_amd64", "3.13"
# The oldest C library that counts is Ubuntu 20.04's, 2.31.
_GLIBC = range(17, 32)
_EPOCH = "1735689600"  # any fixed moment makes the wheel the same bit for bit
# What tools leave in a folder of sources: compiled files, and caches in hidden folders.
_LEFT_OUT = ("__pycache__", ".*")


def pythons_of(systems: Iterable[str]) -> tuple[str, ...]:
    """The Pythons that servers with these systems ("ubuntu 24.04") have, besides Debian's; in order."""
    found = {*PYTHONS, *(PYTHON_OF[system] for system in systems if system in PYTHON_OF)}
    return tuple(sorted(found, key=lambda python: int(python.partition(".")[2])))


def _sources(package: Path) -> list[Path]:
    return sorted(
        path
        for path in package.rglob("*")
        if path.is_file()
        and not any(fnmatch(part, pattern) for part in path.relative_to(package).parts for pattern in _LEFT_OUT)
    )


def release_id(package: Path | None = None) -> str:
    """The release of the service in `package`: its version and a short digest of all its files."""
    package = package or paths.sync_package_dir()
    digest = hashlib.sha256()
    for path in _sources(package):
        digest.update(f"{path.relative_to(package)}\0".encode() + path.read_bytes() + b"\0")
    found = re.search(r'^__version__ = "([^"]+)"$', (package / "__init__.py").read_text("utf-8"), re.MULTILINE)
    return f"{found[1] if found else '0'}-{digest.hexdigest()[:12]}"


def build_wheelhouse(
    pythons: Sequence[str] = PYTHONS,
    *,
    machine: str = "x86_64",
    package: Path | None = None,
    sqlserver: bool = False,
) -> Path:
    """The wheelhouse of the present release for servers with any of `pythons`; from the cache, or built now.

    `sqlserver`: with Microsoft's driver, for servers that keep the data in SQL Server. Raises BackboneError when the
    package index cannot be reached or has no wheel for one of the Pythons.
    """
    package = package or paths.sync_package_dir()
    release = release_id(package) + ("-sqlserver" if sqlserver else "")
    lock = package / ("requirements-sqlserver.txt" if sqlserver else "requirements.txt")
    place = paths.cache_dir() / "wheelhouse" / f"{release}-{machine}-{'-'.join(pythons)}"
    if (place / "release").is_file():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".building-") as temporary:
        made = Path(temporary) / "wheelhouse"
        wheel = _build_wheel(package, Path(temporary))
        for python in pythons:
            _fill(made / python, python, machine, lock, wheel)
            with tarfile.open(made / f"{python}.tar", "w") as archive:
                archive.add(made / python, arcname=".")
            shutil.rmtree(made / python)
        (made / "release").write_text(release + "\n", "utf-8")
        # Another process may have been as quick; what it made is the same.
        if not (place / "release").is_file():
            shutil.rmtree(place, ignore_errors=True)
            made.rename(place)
    return place


def _build_wheel(package: Path, work: Path) -> Path:
    """The service's own wheel; built from a copy, because the package may lie where nobody may write."""
    copy = work / "source"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    _run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(work / "built")],
        _("the sync service's wheel could not be built"),
        cwd=copy,
        env={"SOURCE_DATE_EPOCH": _EPOCH},
    )
    return next((work / "built").glob("*.whl"))


def platform_words(python: str, machine: str) -> list[str]:
    """pip's words for wheels of CPython `python` on any Linux that a server may run, or on WINDOWS."""
    platforms = (
        [WINDOWS]
        if machine == WINDOWS
        else [f"manylinux_2_{minor}_{machine}" for minor in reversed(_GLIBC)] + [f"manylinux2014_{machine}"]
    )
    return [
        *("--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp", f"--python-version={python}"),
        *(f"--platform={platform}" for platform in platforms),
    ]


def _fill(place: Path, python: str, machine: str, lock: Path, wheel: Path) -> None:
    place.mkdir(parents=True)
    locked = list(locked_for(lock, python, machine))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    own = f"backbone-sync=={wheel.name.split('-')[1]} --hash=sha256:{digest}"
    requirements = place / "requirements.txt"
    requirements.write_text("\n".join(locked) + "\n", "utf-8")
    run_pip(
        ["download", *platform_words(python, machine), "--dest", str(place), "--requirement", str(requirements)],
        _("the wheels of the sync service for Python {python} could not be fetched").format(python=python),
    )
    shutil.copy(wheel, place)
    requirements.write_text("\n".join([*locked, own]) + "\n", "utf-8")


def locked_for(lock: Path, python: str, machine: str = "x86_64") -> Iterator[str]:
    """The lines of a lock that a CPython `python` on Linux or WINDOWS needs, each with hashes and without its marker.

    pip judges markers by the Python that runs it, which is the controller's; so they are judged here.
    """
    target = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "platform_python_implementation": "CPython",
        "platform_machine": "AMD64" if machine == WINDOWS else machine,
        "platform_system": "Windows" if machine == WINDOWS else "Linux",
        "sys_platform": "win32" if machine == WINDOWS else "linux",
        "os_name": "nt" if machine == WINDOWS else "posix",
        "extra": "",
    }
    text = re.sub(r"(?m)^\s*#.*\n?", "", lock.read_text("utf-8")).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        wanted, *hashes = re.split(r"\s+(?=--hash=)", line)
        requirement = Requirement(wanted)
        if requirement.marker is None or requirement.marker.evaluate(target):
            requirement.marker = None
            yield " ".join([str(requirement), *(h.strip() for h in hashes)])


def run_pip(words: Sequence[str], failure: str) -> None:
    """Run pip quietly. BackboneError with `failure` and pip's own last word."""
    _run([sys.executable, "-m", "pip", words[0], "--quiet", "--disable-pip-version-check", *words[1:]], failure)


def _run(command: list[str], failure: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise BackboneError(
            f"{failure}: {said[:300]}",
            repair=_("let the controller reach a Python package index, or set PIP_INDEX_URL to one that it reaches"),
        )
