"""One lab host: an overlay over its image, booted by systemd-nspawn in its own namespaces and control group."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from provision.errors import BackboneError
from provision.i18n import _
from provision.lab import network

BOOT_SECONDS = 60.0
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Machine:
    """A host's place on this machine. `folder` holds overlay and log; nothing outside it but names made of `slot`."""

    slot: int
    name: str
    folder: Path

    @property
    def unit(self) -> str:
        """Its name among this machine's namespaces, control groups and processes."""
        return network.namespace(self.slot, self.name)

    @property
    def root(self) -> Path:
        """Its root file system, while it is mounted."""
        return self.folder / "root"

    @property
    def disk(self) -> Path:
        """Where its own volume is mounted, if it has one."""
        return self.folder / "disk"

    @property
    def written(self) -> Path:
        """What it wrote on top of its image and layers."""
        return (self.disk if self.disk.is_mount() else self.folder) / "written"

    def mount(self, layers: Sequence[Path], disk_mb: int | None = None) -> None:
        """Lay a fresh, empty layer over `layers` (uppermost first), on a volume of its own size if one is given."""
        if disk_mb:
            self.disk.mkdir(parents=True, exist_ok=True)
            volume = self.folder / "disk.img"
            with volume.open("wb") as file:
                file.truncate(disk_mb * 1024 * 1024)
            _call("mkfs.ext4", "-q", "-m", "0", str(volume))
            _call("mount", "-o", "loop", str(volume), str(self.disk))
        work = self.written.with_name("work")
        for path in (self.root, self.written, work):
            path.mkdir(parents=True, exist_ok=True)
        stack = ":".join(str(layer) for layer in layers)
        options = f"lowerdir={stack},upperdir={self.written},workdir={work}"
        _call("mount", "-t", "overlay", "-o", options, f"overlay-{self.unit}", str(self.root))

    def boot(self, binds: Sequence[tuple[str, str]] = ()) -> None:
        """Start its systemd. `binds` are (path inside, path inside) pairs: the first shown in place of the second."""
        devices = self.folder / "tun"
        if not devices.exists():
            os.mknod(devices, 0o600 | 0o020000, os.makedev(10, 200))
        command = [
            "systemd-nspawn",
            "--quiet",
            f"--directory={self.root}",
            f"--machine={self.unit}",
            "--register=no",
            *(["--keep-unit"] if not Path("/run/systemd/system").is_dir() else []),
            f"--network-namespace-path=/run/netns/{self.unit}",
            "--boot",
            "--link-journal=no",
            "--console=pipe",
            "--resolv-conf=off",
            "--timezone=off",
            # Of its own namespace, not of this machine's network.
            "--capability=CAP_NET_ADMIN",
            # On-access scanning needs fanotify.
            "--system-call-filter=fanotify_init fanotify_mark",
            f"--bind={devices}:/dev/net/tun",
            *(f"--bind-ro={source}:{target}" for source, target in binds),
        ]
        # Each host in a control group of its own: two systemds in one would end each other's services.
        groups = [
            CGROUPS / tree / self.unit
            for tree in ("unified", "systemd", ".")
            if (CGROUPS / tree / "cgroup.procs").exists()
        ]
        joins = "".join(f'mkdir -p "{group}" && echo $$ >"{group}/cgroup.procs"; ' for group in groups)
        with (self.folder / "console.log").open("ab") as log:
            starting = subprocess.Popen(
                # With this status it says that the host restarts itself.
                ["sh", "-c", joins + 'while "$@"; [ $? = 133 ]; do :; done', "sh", *command],
                env={
                    **os.environ,
                    "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
                    # Of its own network a host may set everything.
                    "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while starting.poll() is None and not self.running():
            time.sleep(0.01)  # it has not joined its control group yet

    def processes(self) -> list[psutil.Process]:
        """Every process of this host, its systemd-nspawn among them, also when an interrupted lab left them."""
        groups = re.compile(rf"/{re.escape(self.unit)}[/.\n]")
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess, OSError):
                if (
                    groups.search(Path(f"/proc/{process.pid}/cgroup").read_text())
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(process)
        return found

    def enter(self) -> list[str]:
        """The words before a command that is to run as root inside the host."""
        first = next((process.pid for process in self.processes() if _is_first_of_its_namespace(process.pid)), None)
        if first is None:
            raise BackboneError(
                _("{host} is not running").format(host=self.name), repair=f"backbone lab up {self.name}"
            )
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        entered = ["nsenter", f"--target={first}", "--mount", "--uts", "--ipc", "--net", "--pid", "--"]
        return [*entered, "env", "-i", path, "HOME=/root", "USER=root", "LANG=C.UTF-8", "TERM=dumb"]

    def running(self) -> bool:
        """Whether it has been booted and not ended."""
        return bool(self.processes())

    def power_off(self, seconds: float = 30.0) -> None:
        """End it in good order, services stopped and files written."""
        for process in self.processes():
            if _is_first_of_its_namespace(process.pid):
                process.send_signal(signal.SIGRTMIN + 4)
        deadline = time.monotonic() + seconds
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        deadline = time.monotonic() + 10
        while alive := self.processes():
            for process in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            if time.monotonic() > deadline:
                raise BackboneError(
                    _("{host}: its processes do not end: {pids}").format(
                        host=self.name, pids=", ".join(str(process.pid) for process in alive)
                    )
                )
            time.sleep(0.02)
        for tree in ("unified", "systemd", "."):
            _remove_group(CGROUPS / tree / self.unit)

    def unmount(self) -> None:
        """Take its root file system away, and then its volume."""
        for place in (self.root, self.disk):
            while str(place) in (line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()):
                _call("umount", str(place))

    def erase(self) -> None:
        """Remove its folder with all that it wrote."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists():
            raise BackboneError(_("{folder} could not be removed").format(folder=self.folder))

    def wait_for_ssh(self, address: str, seconds: float = BOOT_SECONDS) -> None:
        """Return when its sshd answers on `address`, tried from where it listens: its own namespace."""
        deadline = time.monotonic() + seconds
        command = ["ip", "netns", "exec", self.unit, "nc", "-w1", address, "22"]
        while time.monotonic() < deadline:
            done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
            if done.stdout.startswith(b"SSH-"):
                return
            if not self.running():
                break
            time.sleep(0.1)
        log = (self.folder / "console.log").read_text(errors="replace")[-1500:]
        raise BackboneError(
            _("{host} did not boot; its console says:\n{log}").format(host=self.name, log=log),
            repair="backbone lab down",
        )


def _is_first_of_its_namespace(pid: int) -> bool:
    """Whether the process is a PID 1 to those that it started: the host's systemd."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                numbers = line.split()[1:]
                return len(numbers) > 1 and numbers[-1] == "1"
    return False


def _remove_group(group: Path) -> None:
    for _attempt in range(50):
        if not group.is_dir():
            return
        for path in sorted(_folders(group), key=lambda found: len(found.parts), reverse=True):
            with contextlib.suppress(OSError):
                path.rmdir()
        time.sleep(0.02)


def _folders(group: Path) -> Iterator[Path]:
    yield group
    for folder, names, _files in os.walk(group):
        yield from (Path(folder) / name for name in names)


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise BackboneError(f"{' '.join(command)}: {done.stderr.strip()}", repair="backbone lab down")
