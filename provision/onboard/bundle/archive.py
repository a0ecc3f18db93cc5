"""A part of Debian's archive: its signed indexes, and of its packages those that are wanted with all they depend on.

The indexes are fetched whole, so that apt on a server verifies them by Debian's own keys; apt itself, with a root of
its own and nothing installed, says here which packages are needed.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITES = {"12": "bookworm", "13": "trixie"}
PRIORITIES = ("required", "important", "standard")
_CHUNK = 1 << 20
_ATTEMPTS = 4
_INDEX = "main/binary-amd64/Packages.xz"


@dataclass(frozen=True)
class Part:
    """One archive of a distribution: its folder's name in the bundle, its address, its suites."""

    name: str
    url: str
    suites: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """A file to fetch. `size` in bytes; `sha256` hexadecimal."""

    url: str
    path: Path
    size: int
    sha256: str


def parts(release: str, archives: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    """The archives of a release ("12"), from (address, pocket) as `debian.archives` gives them."""
    suite = SUITES[release]
    main = next((url for url, pocket in archives if pocket == ""), "http://deb.debian.org/debian")
    security = next((url for url, pocket in archives if pocket == "-security"), f"{main}-security")
    return (
        Part("main", main.rstrip("/"), (suite, f"{suite}-updates")),
        Part("security", security.rstrip("/"), (f"{suite}-security",)),
    )


def sources(folder: str, found: Sequence[Part]) -> str:
    """sources.list for a copy in `folder`. Debian's signature is demanded; that it is old is what a bundle is."""
    options = f"[signed-by={KEYRING} check-valid-until=no by-hash=no]"
    return "".join(f"deb {options} file:{folder}/{part.name} {suite} main\n" for part in found for suite in part.suites)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch(wanted: Wanted, told: Callable[[int], None] = lambda _bytes: None) -> None:
    """Bring a file here; one that is whole stays, one that was begun goes on. `told` hears of each piece's bytes.

    Raises BackboneError when it cannot be had, or is another than its digest says.
    """
    if wanted.path.is_file() and wanted.path.stat().st_size == wanted.size and digest(wanted.path) == wanted.sha256:
        told(wanted.size)
        return
    begun = wanted.path.with_name(wanted.path.name + ".part")
    begun.parent.mkdir(parents=True, exist_ok=True)
    last = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(2**attempt)
        try:
            _go_on(wanted.url, begun, wanted.size, told)
        except (OSError, urllib.error.URLError) as fault:
            last = str(getattr(fault, "reason", fault))
            continue
        if begun.stat().st_size < wanted.size:
            last = _("the answer was cut off")
            continue
        if begun.stat().st_size == wanted.size and digest(begun) == wanted.sha256:
            begun.rename(wanted.path)
            return
        last = _("what came is another file than the signed index says")
        begun.unlink()
    raise BackboneError(
        _("{url} cannot be had: {why}").format(url=wanted.url, why=last),
        repair=_("run the same command again: what is there already is kept"),
        exit_status=Exit.UNREACHED,
    )


def _go_on(url: str, begun: Path, size: int, told: Callable[[int], None]) -> None:
    have = begun.stat().st_size if begun.exists() else 0
    if have >= size:
        return
    asked = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 — http(s) of an archive
        goes_on = have and answer.status == 206
        with begun.open("ab" if goes_on else "wb") as stream:
            if goes_on:
                told(have)
            while piece := answer.read(_CHUNK):
                stream.write(piece)
                told(len(piece))


def plain(url: str) -> bytes:
    """A small file, whole. BackboneError when it cannot be had."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 — http(s) of an archive
            return bytes(answer.read())
    except OSError as fault:
        raise BackboneError(
            _("{url} cannot be had: {why}").format(url=url, why=getattr(fault, "reason", fault)),
            repair=_("let this machine reach Debian's archive, or name a mirror in BACKBONE_DEBIAN_MIRROR"),
            exit_status=Exit.UNREACHED,
        ) from fault


def indexes(part: Part, folder: Path) -> None:
    """Fetch InRelease and Packages of a part's suites into folder/dists; whoever signed them, apt says afterwards."""
    for suite in part.suites:
        base = f"{part.url}/dists/{suite}"
        place = folder / "dists" / suite
        release = plain(f"{base}/InRelease")
        found = re.search(rf"^ ([0-9a-f]{{64}}) +(\d+) {re.escape(_INDEX)}$", release.decode(), re.MULTILINE)
        if not found:
            raise BackboneError(_("{url} names no index of packages").format(url=f"{base}/InRelease"))
        fetch(Wanted(f"{base}/{_INDEX}", place / _INDEX, int(found[2]), found[1]))
        (place / "InRelease").write_bytes(release)


def stanzas(index: Path) -> Iterator[Mapping[str, str]]:
    """The packages of a Packages.xz: the fields of each that count here."""
    with lzma.open(index, "rt", encoding="utf-8") as stream:
        fields: dict[str, str] = {}
        for line in stream:
            if line == "\n":
                yield fields
                fields = {}
            elif line[0] not in " \t":
                name, _colon, value = line.partition(": ")
                fields[name] = value.strip()
        if fields:
            yield fields


class Apt:
    """apt with a root of its own, where nothing is installed, over the indexes of one release in a bundle."""

    def __init__(self, work: Path, copy: Path, found: Sequence[Part]) -> None:
        for name in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d"):
            (work / name).mkdir(parents=True, exist_ok=True)
        (work / "status").touch()
        (work / "sources.list").write_text(sources(str(copy), found))
        options = {
            "Dir::State": work / "state",
            "Dir::State::status": work / "status",
            "Dir::Cache": work / "cache",
            "Dir::Etc": work / "etc",
            "Dir::Etc::sourcelist": work / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "APT::Architecture": "amd64",
            "APT::Architectures": "amd64",
            "APT::Sandbox::User": "root",
            "APT::Get::List-Cleanup": "true",
            "Acquire::Languages": "none",
            "Debug::NoLocking": "true",
        }
        self.options = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]

    def run(self, *words: str) -> str:
        """apt-get's output. BackboneError with its own words when it fails: a wrong signature among the reasons."""
        try:
            done = subprocess.run(
                ["apt-get", "-q", *self.options, *words],
                capture_output=True,
                text=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
                check=False,
            )
        except FileNotFoundError as absent:
            raise BackboneError(
                _("a bundle is gathered on Debian or Ubuntu: there is no apt-get here"), exit_status=Exit.USAGE
            ) from absent
        if done.returncode:
            told = "; ".join(line for line in done.stderr.splitlines() if line.startswith(("E:", "W:")))
            raise BackboneError(_("apt refuses: {reason}").format(reason=told[-600:] or done.stderr[-600:]))
        return done.stdout

    def closure(self, names: Sequence[str], *, recommended: bool = False) -> set[tuple[str, str]]:
        """(package, version) of all that these need where nothing is installed, or what they recommend too."""
        said = self.run("-s", f"--{'' if recommended else 'no-'}install-recommends", "install", *names)
        return set(re.findall(r"^Inst (\S+) \((\S+) ", said, re.MULTILINE))


def wanted(found: Sequence[Part], copy: Path, needed: set[tuple[str, str]]) -> list[Wanted]:
    """The files of packages, by the indexes in `copy`. BackboneError for one that no index has."""
    files: dict[tuple[str, str], Wanted] = {}
    for part in found:
        for suite in part.suites:
            for one in stanzas(copy / part.name / "dists" / suite / _INDEX):
                key = (one["Package"], one["Version"])
                if key in needed and key not in files:
                    name = one["Filename"]
                    files[key] = Wanted(f"{part.url}/{name}", copy / part.name / name, int(one["Size"]), one["SHA256"])
    if absent := needed - set(files):
        raise BackboneError(_("no index has {packages}").format(packages=", ".join(f"{a} {b}" for a, b in absent)))
    return [files[key] for key in sorted(files)]


def of_priority(found: Sequence[Part], copy: Path) -> list[str]:
    """The packages that every installation of this release has."""
    main = copy / found[0].name / "dists" / found[0].suites[0] / _INDEX
    return sorted({one["Package"] for one in stanzas(main) if one.get("Priority") in PRIORITIES})


def version_of(found: Sequence[Part], copy: Path, package: str) -> str:
    """The version of a package in the release's main suite; "" without it."""
    main = copy / found[0].name / "dists" / found[0].suites[0] / _INDEX
    return next((one["Version"] for one in stanzas(main) if one["Package"] == package), "")
