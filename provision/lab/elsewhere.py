"""The demo on a spare server, for people whose own machine cannot hold a lab: macOS, Windows, a small laptop.

Over plain ssh and tar: look whether the machine will do, copy this clone into a folder of its own there, run its
`./backbone demo`, bring the reports back, remove the folder. `judge` decides and needs no machine.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _, language

CLONE = Path(__file__).resolve().parents[2]
# What is not copied: what tools and tests leave, git's own folder, and built pages.
LEFT_BEHIND = frozenset({".git", ".venv", ".cache", "build", "dist", "__pycache__", "site"})
LEAST_MEMORY = 7.0  # GiB; a machine of 8 GB shows so much
LEAST_DISK = 10.0  # GiB
LEAST_CORES = 2
_PLACE = "/var/tmp/backbone-demo"  # noqa: S108 — the folder below it is made by mktemp
_ASK = """
. /etc/os-release 2>/dev/null; echo "system=$ID $VERSION_ID"; echo "uid=$(id -u)"
if sudo -n true 2>/dev/null; then echo sudo=yes; else echo sudo=no; fi
echo "memory=$(sed -n 's/^MemTotal: *//p' /proc/meminfo | cut -d' ' -f1)"; echo "cores=$(nproc)"
echo "disk=$(df -Pk /var/tmp | tail -n1 | awk '{print $4}')"; echo "init=$(cat /proc/1/comm)"
"""
# Runs the demo and watches standard input: when the connection goes, the demo is told to end and takes its lab down.
_RUN = """
exec 3<&0; cd "$0/clone" || exit 3
export XDG_CACHE_HOME="$0/cache" XDG_STATE_HOME="$0/state" BACKBONE_LANG="$1" BACKBONE_LAB=demo
./backbone demo --out "$0/hasil" </dev/null 3<&- & demo=$!
(cat <&3; kill -TERM $demo) >/dev/null 2>&1 & watch=$!
wait $demo; status=$?; kill $watch 2>/dev/null; exit $status
"""
Say = Callable[[str], None]


def facts(answer: str) -> dict[str, str]:
    """What the machine said of itself, by name."""
    return dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)


def judge(found: Mapping[str, str]) -> list[str]:
    """Why the machine will not do, every reason at once; [] when it will."""
    told: list[str] = []
    system = found.get("system", "").strip()
    if system.partition(" ")[0] not in ("debian", "ubuntu"):
        told.append(_("it runs {system}; the lab needs Debian or Ubuntu").format(system=system or "?"))
    if found.get("init") != "systemd":
        told.append(_("it was not started by systemd (a container?); the lab needs systemd-nspawn"))
    if found.get("uid") != "0" and found.get("sudo") != "yes":
        told.append(_("the account is not root and cannot use sudo without a password"))
    for name, least, unit, words in (
        ("memory", LEAST_MEMORY, 1 << 20, _("{have} GiB of memory; {least} are needed")),
        ("disk", LEAST_DISK, 1 << 20, _("{have} GiB free in /var/tmp; {least} are needed")),
        ("cores", LEAST_CORES, 1, _("{have} processor cores; {least} are needed")),
    ):
        value = found.get(name, "")
        have = int(value) / unit if value.isdigit() else 0.0
        if have < least:
            told.append(words.format(have=f"{have:.1f}".removesuffix(".0"), least=f"{least:g}"))
    return told


class Elsewhere:
    """A spare server, as ssh knows it. `config`: ssh's configuration file, None for the person's own."""

    def __init__(self, host: str, config: Path | None = None) -> None:
        if host.startswith("-") or not re.fullmatch(r"(ssh://)?[^\s/]+", host):
            raise UsageError(_("{host} is no USER@HOST").format(host=host), repair="--on admin@192.168.10.9")
        self.host = host
        self._options = ["-F", str(config)] if config else []
        self._sockets: tempfile.TemporaryDirectory[str] | None = None
        if os.name == "posix":
            # One connection for all: a password is asked for once.
            self._sockets = tempfile.TemporaryDirectory(prefix="bb-")
            shared = f"ControlPath={self._sockets.name}/%C"
            self._options += ["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o", shared]
        self.root = False
        self.folder = ""

    def close(self) -> None:
        """End the shared connection."""
        if self._sockets:
            subprocess.run([*self._ssh("-O", "exit")], capture_output=True, check=False)
            self._sockets.cleanup()

    def _ssh(self, *options: str) -> list[str]:
        if shutil.which("ssh") is None:
            raise UsageError(_("there is no ssh on this machine"), repair="OpenSSH")
        return ["ssh", *self._options, *options, self.host]

    def _command(self, *words: str, root: bool = True) -> list[str]:
        before = ["sudo", "-n"] if root and not self.root else []
        return [*self._ssh("-T"), shlex.join([*before, *words])]

    def look(self) -> None:
        """Ask what the machine is. BackboneError where ssh does not get there, UsageError where it will not do."""
        done = subprocess.run(
            self._command("sh", "-c", _ASK, root=False), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode == 255 or "uid=" not in done.stdout:
            raise BackboneError(
                _("{host} cannot be reached: {why}").format(host=self.host, why=done.stderr.strip()[-300:]),
                repair=_("try it by hand: {command}").format(command=f"ssh {self.host}"),
                exit_status=Exit.UNREACHED,
            )
        found = facts(done.stdout)
        if reasons := judge(found):
            raise UsageError(
                _("{host} will not do for the demo: {reasons}").format(host=self.host, reasons="; ".join(reasons)),
                repair=_("a spare Debian or Ubuntu machine, 2 cores, 8 GB of memory, 10 GB of disk, sudo or root"),
            )
        self.root = found.get("uid") == "0"

    def copy(self, clone: Path = CLONE) -> int:
        """This clone into a new folder there; the bytes that went. UsageError when this is no clone."""
        if not (clone / "backbone").is_file() or not (clone / "requirements").is_dir():
            raise UsageError(
                _("--on needs the project's clone; an installed package cannot be copied"),
                repair=_("in a clone: {command}").format(command="./backbone demo --on USER@HOST"),
            )
        made = self._done(["mktemp", "-d", f"{_PLACE}.XXXXXXXX"]).decode().strip()
        if not re.fullmatch(rf"{_PLACE}\.\w{{8}}", made):
            raise BackboneError(_("{host} gave no folder: {said}").format(host=self.host, said=made[:200]))
        self.folder = made
        packed = pack(clone)
        self._done(["sh", "-c", 'mkdir "$0/clone" && tar -xz --no-same-owner -C "$0/clone"', made], packed)
        return len(packed)

    def run(self, say: Say) -> int:
        """The demo there, each line of it told as it comes; its exit status. Standard input is the leash."""
        running = subprocess.Popen(
            self._command("sh", "-c", _RUN, self.folder, language()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            for line in running.stdout:
                say(line.rstrip())
        except BaseException:
            running.stdin.close()
            running.wait(timeout=180)
            raise
        running.stdin.close()
        return running.wait()

    def fetch(self, out: Path) -> list[str]:
        """The reports into `out`; their names. BackboneError where there are none."""
        packed = self._done(["sh", "-c", 'cd "$0/hasil" && tar -cz .', self.folder])
        out.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            archive.extractall(out, filter="data")
            return sorted(name.removeprefix("./") for name in archive.getnames() if name.count("/") == 1)

    def clean(self) -> None:
        """Remove the folder, with the lab's cache in it. What apt installed for the lab stays."""
        if self.folder:
            self._done(["rm", "-rf", "--one-file-system", self.folder])
            self.folder = ""

    def _done(self, words: list[str], given: bytes = b"") -> bytes:
        done = subprocess.run(self._command(*words), input=given, capture_output=True, check=False)
        if done.returncode:
            told = done.stderr.decode(errors="replace").strip()[-300:]
            raise BackboneError(
                _("{host}: {command} failed: {why}").format(host=self.host, command=words[0], why=told),
                exit_status=Exit.UNREACHED,
            )
        return done.stdout


def pack(clone: Path) -> bytes:
    """The clone as a compressed tar, without what is made anew there and without secrets of inventories."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as archive:
        for path in files(clone):
            archive.add(path, arcname=str(path.relative_to(clone)), recursive=False)
    return stream.getvalue()


def files(clone: Path) -> Iterator[Path]:
    """What git keeps, where git is there; else everything but what tools leave and folders of inventories' secrets."""
    listed = subprocess.run(["git", "-C", str(clone), "ls-files", "-z"], capture_output=True, check=False) if (
        shutil.which("git") and (clone / ".git").exists()
    ) else None  # fmt: skip
    if listed is not None and listed.returncode == 0:
        yield from (clone / name for name in listed.stdout.decode().split("\0") if name and (clone / name).is_file())
        return
    for top, folders, names in os.walk(clone):
        secret = ".vault-password" in names
        folders[:] = [] if secret else [one for one in folders if one not in LEFT_BEHIND and not one.startswith(".")]
        yield from (Path(top) / name for name in names if not secret and not name.endswith(".pyc"))
