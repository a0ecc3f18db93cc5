"""A lab instance: hosts up, down, frozen into layers; the ssh configuration and inventory to reach them with.

    with Lab.named("test") as lab:          # down again when the block ends, however it ends
        lab.up(["lab-kab", "lab-pusat"])
        lab.run("lab-kab", "hostname")

An instance is named by BACKBONE_LAB (default `lab`) and has a slot of its own, so that several may run at once.
Whatever an interrupted instance left is found by name, not from memory: `down` needs no record of what was made.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from provision import paths
from provision.errors import BackboneError, UsageError
from provision.i18n import _
from provision.lab import image, limits, network, region, requirements
from provision.lab.centre import REGIONS, Centre, Region
from provision.lab.machine import Machine
from provision.lab.spec import HostSpec, Networks, hosts
from provision.onboard.enroll import administrator_script

SLOTS = range(32)
PROXY_PORT = 3142
Say = Callable[[str], None]


@dataclass(frozen=True)
class Lab:
    """One instance. All its files are in `folder`; `networks.slot` names everything else that it makes."""

    name: str
    folder: Path
    networks: Networks
    say: Say = field(default=lambda _text: None, compare=False)
    regions: tuple[Region, ...] = REGIONS

    @classmethod
    def named(cls, name: str = "", say: Say = lambda _text: None) -> Lab:
        """The instance of this name, else of BACKBONE_LAB, else `lab`; nothing is booted yet."""
        name = name or os.environ.get("BACKBONE_LAB", "lab")
        if not name.isalnum():
            raise UsageError(_("a lab's name is letters and digits, not {name!r}").format(name=name))
        folder = _labs_dir() / name
        folder.mkdir(parents=True, exist_ok=True)
        return cls(name, folder, Networks(_slot(folder.resolve())), say)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.down()

    @property
    def ssh_config(self) -> Path:
        """The ssh configuration file that reaches every host by name, with pinned host keys."""
        return self.folder / "ssh" / "config"

    @property
    def inventory(self) -> Path:
        """The inventory of this instance's servers, made by `up`."""
        return self.folder / "inventory" / "hosts.yml"

    @property
    def password(self) -> str:
        """The password of the servers' account `petugas`, made for this instance."""
        file = self.folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(12))
        return file.read_text()

    def machine(self, name: str) -> Machine:
        """The place of one host on this machine."""
        return Machine(self.networks.slot, name, self.folder / "hosts" / name)

    def up(
        self,
        names: Sequence[str] = (),
        *,
        layers: Mapping[str, Sequence[Path]] | None = None,
        changed: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> list[HostSpec]:
        """Boot the named hosts, or all; those that run already stay as they are. Returns those now running.

        `layers` gives hosts frozen layers to start from, the newest first; `changed` overrides fields of their
        HostSpec, such as `{"lab-kab": {"memory_mb": 4096}}` for a server that is too small.
        """
        specs = self._specs(names, changed or {})
        requirements.ensure()
        fresh = [spec for spec in specs if not self.machine(spec.name).running()]
        if fresh:
            limits.raise_for_hosts(_machine_dir())
            self._make_networks()
            self._make_images(fresh)
            self._write_ssh(specs)
        for spec in fresh:
            self._boot(spec, (layers or {}).get(spec.name, ()))
        for spec in fresh:
            address = self.networks.addresses(spec).get("internal") or self.networks.addresses(spec)["outside"]
            self.machine(spec.name).wait_for_ssh(str(address))
        if not self.inventory.exists():
            region.write(self, self.inventory.parent, key_file=self.folder / "ssh" / "id_ed25519")
        return specs

    def down(self, names: Iterable[str] = ()) -> None:
        """End the named hosts and remove what they wrote; without names, the whole instance and its networks."""
        chosen = list(names) or list(hosts())
        faults: list[Exception] = []
        for name in chosen:
            machine = self.machine(name)
            # What cannot be removed of one host keeps nothing of the others.
            for step in (
                machine.kill,
                machine.unmount,
                partial(network.detach, self.networks.slot, name),
                machine.erase,
            ):
                try:
                    step()
                except (OSError, subprocess.SubprocessError, BackboneError) as fault:
                    faults.append(fault)
                    break
        if not list(names):
            _end(self.folder / "proxy.pid")
            network.remove(self.networks.slot)
            shutil.rmtree(self.folder, ignore_errors=True)
            if not any(network.namespaces(slot) for slot in SLOTS):
                limits.restore(_machine_dir())
        if faults:
            raise BackboneError(
                _("not everything of the lab could be removed: {reason}").format(reason=faults[0]),
                repair=_("end what still uses it, then: backbone lab down"),
            ) from faults[0]

    def freeze(self, name: str, layer: Path) -> None:
        """Power the host off and keep what it wrote as `layer`, which `up(layers=…)` lays over those it had."""
        machine = self.machine(name)
        if machine.disk.is_mount():
            raise BackboneError(_("{host} has a volume of its own and cannot become a layer").format(host=name))
        machine.power_off()
        machine.unmount()
        layer.parent.mkdir(parents=True, exist_ok=True)
        machine.written.rename(layer)
        self.down([name])

    def run(
        self, name: str, command: str, *, check: bool = True, timeout: float = 600, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command as root on the host; `given` goes to its standard input.

        It enters the host's namespaces, so it works whatever the host's sshd and firewall say.
        """
        done = subprocess.run(
            [*self.machine(name).enter(), "sh", "-c", command],
            capture_output=True,
            text=True,
            input=given,
            timeout=timeout,
        )
        if check and done.returncode != 0:
            told = _("{name}: `{command}` exited {status}: {said}")
            said = f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            raise BackboneError(told.format(name=name, command=command, status=done.returncode, said=said))
        return done

    def inside(self, name: str, *command: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command of this machine standing where the host stands in the network."""
        return subprocess.run(
            ["ip", "netns", "exec", self.machine(name).unit, *command],
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def listing(self) -> list[dict[str, Any]]:
        """What `lab list --json` prints: a host each, with its addresses and how to reach it."""
        return [
            {
                "name": spec.name,
                "about": spec.about,
                "distribution": image.IMAGES[spec.image].distribution,
                "running": self.machine(spec.name).running(),
                "addresses": {net: str(address) for net, address in self.networks.addresses(spec).items()},
                "ssh_config": str(self.ssh_config),
                "inventory": str(self.inventory),
            }
            for spec in hosts().values()
        ]

    def _specs(self, names: Sequence[str], changed: Mapping[str, Mapping[str, Any]]) -> list[HostSpec]:
        known = hosts()
        if unknown := [name for name in names if name not in known]:
            raise UsageError(
                _("no such lab host: {name}").format(name=", ".join(unknown)),
                repair=_("the hosts are {names}").format(names=", ".join(known)),
            )
        return [HostSpec(**{**known[name].__dict__, **changed.get(name, {})}) for name in (names or list(known))]

    def _make_networks(self) -> None:
        if (taken := network.in_use(self.networks.internal)) not in (None, f"bbl{self.networks.slot}-int"):
            raise BackboneError(
                _("the lab's network {network} is already reached over {link}").format(
                    network=self.networks.internal, link=taken
                ),
                repair=_("choose another instance: BACKBONE_LAB=other backbone lab up"),
            )
        network.make(self.networks)
        if not _alive(self.folder / "proxy.pid"):
            log = (self.folder / "proxy.log").open("ab")
            address = f"{self.networks.controller}:{PROXY_PORT}"
            command = ["-m", "provision.lab.proxy", "--listen", address, "--cache", str(image.packages_dir())]
            proxy = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
            (self.folder / "proxy.pid").write_text(str(proxy.pid))
            _wait_for_port(str(self.networks.controller), PROXY_PORT)

    def _make_images(self, specs: Sequence[HostSpec]) -> None:
        image.images_dir().mkdir(parents=True, exist_ok=True)
        with (image.images_dir() / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if absent := image.missing([spec.image for spec in specs]):
                self.say(
                    _("Making root file systems: {names} (once, about a minute)").format(
                        names=", ".join(made.name for made in absent)
                    )
                )
                image.make(absent, (self.networks.controller, PROXY_PORT))

    def _boot(self, spec: HostSpec, layers: Sequence[Path]) -> None:
        machine = self.machine(spec.name)
        machine.kill()
        machine.unmount()
        machine.erase()
        network.detach(self.networks.slot, spec.name)
        machine.mount([*layers, image.IMAGES[spec.image].root], spec.disk_mb)
        network.attach(self.networks, spec)
        if not layers:
            self._furnish(machine.root, spec)
        machine.boot(_hardware(machine.root, spec))
        self.say(_("{host} boots: {about}").format(host=spec.name, about=_(spec.about)))

    def _furnish(self, root: Path, spec: HostSpec) -> None:
        """Write into a host's root what is its own: names, keys, accounts, the centre's services."""
        (root / "etc/hostname").write_text(f"{spec.name}\n")
        known = ["127.0.0.1 localhost", "::1 localhost", f"127.0.1.1 {spec.name}"]
        known.append(f"{self.networks.controller} lab-controller")
        for other in hosts().values():
            address = self.networks.addresses(other)["outside"]
            known.append(f"{address} {other.name}.backbone.test {other.name}")
        (root / "etc/hosts").write_text("\n".join(known) + "\n")
        keys = self.folder / "ssh"
        (root / "root/.ssh").mkdir(mode=0o700, exist_ok=True)
        shutil.copy(keys / "id_ed25519.pub", root / "root/.ssh/authorized_keys")
        for half in ("", ".pub"):
            shutil.copy(keys / f"host_{spec.name}{half}", root / f"etc/ssh/ssh_host_ed25519_key{half}")
        if spec.is_server:
            self._make_accounts(root, spec)
        if spec.services:
            Centre(self.folder / "centre").furnish(root, self.regions)

    def _make_accounts(self, root: Path, spec: HostSpec) -> None:
        script = "id -u petugas >/dev/null 2>&1 || useradd -m -s /bin/bash -G sudo petugas\nchpasswd <<'.'\n"
        script += f"petugas:{self.password}\n.\n"
        if spec.enrolled:
            script += administrator_script("backbone", (self.folder / "ssh/id_ed25519.pub").read_text().strip())
        subprocess.run(["chroot", str(root), "sh", "-s"], input=script, text=True, check=True, capture_output=True)

    def _write_ssh(self, specs: Sequence[HostSpec]) -> None:
        """The administrator's key, a host key each, known_hosts and the configuration that names them all."""
        folder = self.folder / "ssh"
        folder.mkdir(mode=0o700, exist_ok=True)
        _key(folder / "id_ed25519")
        known, config = [], []
        for spec in hosts().values():
            _key(folder / f"host_{spec.name}")
            addresses = self.networks.addresses(spec)
            address = str(addresses.get("internal") or addresses["outside"])
            public = (folder / f"host_{spec.name}.pub").read_text().split()
            known.append(f"{spec.name},{address} {public[0]} {public[1]}")
            config.append(f"Host {spec.name} {address}\n  HostName {address}\n  HostKeyAlias {spec.name}\n")
            if "internal" not in addresses:
                # Such a host has no way in from this machine; ssh starts from inside its own namespace.
                unit = self.machine(spec.name).unit
                config.append(f"  ProxyCommand ip netns exec {unit} nc %h %p\n")
        config.append(
            f"Host *\n  User root\n  IdentityFile {folder / 'id_ed25519'}\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {folder / 'known_hosts'}\n  StrictHostKeyChecking yes\n  LogLevel ERROR\n"
            "  ServerAliveInterval 15\n"
        )
        (folder / "known_hosts").write_text("\n".join(known) + "\n")
        self.ssh_config.write_text("".join(config))


def _hardware(root: Path, spec: HostSpec) -> list[tuple[str, str]]:
    """Write what the host shall read as its memory and processor; returns the binds for `Machine.boot`."""
    binds = []
    told = root / "usr/lib/lab-hardware"
    told.mkdir(exist_ok=True)
    if spec.memory_mb:
        # A machine of 8192 MB reports a little less: what the firmware and the kernel keep.
        total = int(spec.memory_mb * 1024 * 0.976)
        lines = Path("/proc/meminfo").read_text().splitlines(keepends=True)
        shown = {"MemTotal": total, "MemFree": total // 2, "MemAvailable": total * 3 // 4}
        (told / "meminfo").write_text(
            "".join(f"{n + ':':<15} {shown[n]:>9} kB\n" if (n := ln.split(":")[0]) in shown else ln for ln in lines)
        )
        binds.append(("/usr/lib/lab-hardware/meminfo", "/proc/meminfo"))
    if spec.processor:
        block = (
            "processor\t: {core}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel name\t: {name}\n"
            "cpu MHz\t\t: 1197.400\ncpu cores\t: {cores}\nflags\t\t: fpu pae lm constant_tsc sse4_2 aes avx2\n"
            "address sizes\t: 46 bits physical, 48 bits virtual\n\n"
        )
        (told / "cpuinfo").write_text(
            "".join(block.format(core=core, name=spec.processor, cores=spec.cores) for core in range(spec.cores))
        )
        binds.append(("/usr/lib/lab-hardware/cpuinfo", "/proc/cpuinfo"))
    return binds


def _labs_dir() -> Path:
    return paths.state_dir() / "lab"


def _machine_dir() -> Path:
    """What instances of all users and all state folders share on this machine; gone with a reboot, as they are."""
    folder = Path("/run/backbone-lab") if os.geteuid() == 0 else _labs_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _slot(folder: Path) -> int:
    """The slot of the instance in `folder`; a new instance gets the lowest that no other has."""
    with (_machine_dir() / ".slots.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = _machine_dir() / "slots.json"
        slots: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        if str(folder) not in slots:
            if len(slots) == len(SLOTS):
                # An instance that is down has no folder any more; what an interrupted one left has its slot's name.
                slots = {one: slot for one, slot in slots.items() if Path(one).exists() or network.namespaces(slot)}
            free = (slot for slot in SLOTS if slot not in slots.values() and not network.links(slot))
            if (chosen := next(free, None)) is None:
                raise BackboneError(
                    _("{number} labs are up on this machine; there is no room for another").format(number=len(SLOTS)),
                    repair=_("take one down: BACKBONE_LAB=NAME backbone lab down"),
                )
            slots[str(folder)] = chosen
            file.write_text(json.dumps(slots))
        return slots[str(folder)]


def _key(path: Path) -> None:
    if not path.exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "backbone-lab", "-f", str(path)], check=True
        )


def _pid(file: Path) -> int | None:
    try:
        pid = int(file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError):
        return None
    return pid if "provision.lab" in command else None


def _alive(file: Path) -> bool:
    return _pid(file) is not None


def _end(file: Path) -> None:
    if pid := _pid(file):
        os.kill(pid, 15)
    file.unlink(missing_ok=True)


def _wait_for_port(address: str, port: int, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while subprocess.run(["nc", "-z", "-w1", address, str(port)], capture_output=True).returncode != 0:
        if time.monotonic() > deadline:
            raise BackboneError(_("the lab's package proxy did not start on {address}").format(address=address))
        time.sleep(0.1)
