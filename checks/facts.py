"""What servers are asked, in batches: one command for all units, one for all sockets, … many checks read
from each.

Every command is a constant, or made from the inventory alone, so that the probe can send it again next
time. A fact is asked and read once a host. Nothing here changes anything, and nothing asks for a secret.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from checks import commands, redhat
from checks.asking import NotAnswered as NotAnswered
from checks.asking import ask as ask
from checks.asking import fact as fact
from checks.asking import json_of as json_of
from checks.asking import sections as sections
from checks.asking import traced as traced
from checks.measure import Say, say
from checks.params import Params

# --- the machine
# -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Machine:
    """Hardware and system as the kernel tells them. Memory in GiB, clock in GHz, free in bytes."""

    distribution: str
    version: str
    title: str
    architecture: str
    memory_gib: float
    processors: int
    models: tuple[str, ...]
    long_mode: bool
    clock_ghz: float | None
    virtual: str
    free_bytes: int | None
    data_path: str
    clock: int


@fact
def machine(host: Any) -> Machine:
    """Hardware and operating system."""
    told = sections(ask(host, commands.MACHINE).stdout)
    release: dict[str, str] = {}
    for line in told.get("os", []):
        name, _, value = line.partition("=")
        release[name] = value.strip("\"'")
    cpu = [line.partition(":") for line in told.get("cpu", [])]
    models = sorted({value.strip() for name, _, value in cpu if name.strip() == "model name"})
    flags = {flag for name, _, value in cpu if name.strip() in ("flags", "Features") for flag in value.split()}
    memory = told.get("memory", [])
    if not memory or not memory[0].isdigit():
        raise NotAnswered("the kernel does not tell its memory")
    disk = told.get("disk", [])
    fields = disk[-1].split() if disk else []
    return Machine(
        distribution=release.get("ID", ""),
        version=release.get("VERSION_ID", ""),
        title=release.get("PRETTY_NAME", release.get("ID", "")),
        architecture="".join(told.get("architecture", [])).strip(),
        memory_gib=int(memory[0]) / 1024**2,
        processors=int("".join(told.get("processors", [])) or 0),
        models=tuple(models),
        long_mode="lm" in flags,
        clock_ghz=_nominal_clock(models, told),
        virtual="".join(told.get("virtual", [])).strip() or "none",
        free_bytes=int(fields[3]) * 1024 if len(fields) >= 6 and fields[3].isdigit() else None,
        data_path=fields[5] if len(fields) >= 6 else "",
        clock=int("".join(told.get("clock", [])) or 0),
    )


def redhat_like(host: Any) -> bool:
    """Whether this is a system of the RHEL family."""
    return machine(host).distribution in redhat.SYSTEMS


def _nominal_clock(models: list[str], told: dict[str, list[str]]) -> float | None:
    """The clock that the maker names: in the model's name, else as the firmware or the driver states it."""
    named = [float(found[1]) for model in models if (found := re.search(r"@ ?([\d.]+) ?GHz", model))]
    if named:
        return min(named)
    base = [int(line) / 1e6 for line in told.get("base_frequency", []) if line.isdigit()]
    if base:
        return min(base)
    firmware = [
        int(found[1]) / 1000
        for line in told.get("firmware", [])
        if (found := re.search(r"(?:Current|Max) Speed: (\d+) MHz", line))
    ]
    return min(firmware) if firmware else None


@fact
def packages(host: Any) -> dict[str, str]:
    """Which of the packages that controls ask for (commands' list) are installed, and their versions (dpkg or rpm)."""
    lines = (line.split("\t") for line in ask(host, commands.PACKAGES).stdout.splitlines())
    return {parts[0]: parts[1] for parts in lines if len(parts) == 3 and parts[2].startswith("ii")}


# --- systemd
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unit:
    """One systemd unit. Times are seconds since the epoch, 0 for never."""

    name: str
    loaded: bool
    active: bool
    state: str | Say  # systemd's own word, or ours where there is no such unit
    enabled: bool
    result: str
    on_failure: tuple[str, ...]
    last_exit: float
    last_trigger: float
    failed: bool = False  # ended badly, and has not been started since

    @property
    def running(self) -> bool:
        """Active now, and active again after a reboot."""
        return self.active and self.enabled


def _moment(text: str) -> float:
    """A time as systemctl prints it in UTC; 0 where there is none."""
    if text.startswith("@"):
        return float(text[1:])
    found = re.search(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", text)
    return datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() if found else 0.0


_ENABLED = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "linked")


@fact
def units(host: Any, *further: str) -> dict[str, Unit]:
    """The units that the stages bring, `further` ones, and all that have failed; each asked name is a key.

    Times and whom a failure tells are known of `further` ones, of those in commands' list and of failed ones alone; the
    result as well, and of any other it is "": one that ended badly would be among the failed ones.
    """
    return _units_of(ask(host, commands.units(further)))


@fact
def _other(host: Any, name: str) -> dict[str, Unit]:
    return _units_of(ask(host, commands.other_unit(name)))


def _units_of(answer: Any) -> dict[str, Unit]:
    if answer.rc != 0 or "Id=" not in answer.stdout:
        raise NotAnswered("{command} does not answer: {said}", command="systemctl", said=answer.stderr.strip()[:120])
    found: dict[str, Unit] = {}
    for block in answer.stdout.split("\n\n"):
        said = dict(line.partition("=")[::2] for line in block.strip().splitlines())
        if "Id" not in said or ("Result" not in said and said["Id"] in found):  # failed: told before, and in full
            continue
        unit = Unit(
            name=said["Id"],
            loaded=said.get("LoadState") == "loaded",
            active=said.get("ActiveState") in ("active", "reloading"),
            state=f"{said.get('ActiveState', '?')} ({said.get('SubState', '?')})",
            enabled=said.get("UnitFileState") in _ENABLED,
            result=said.get("Result", ""),
            on_failure=tuple(said.get("OnFailure", "").split()),
            last_exit=_moment(said.get("ExecMainExitTimestamp", "")),
            last_trigger=_moment(said.get("LastTriggerUSec", "")),
            failed=said.get("ActiveState") == "failed",
        )
        for name in {said["Id"], *said.get("Names", "").split()}:
            found[name] = unit
    return found


_NO_UNIT = Unit("", False, False, say("not installed"), False, "", (), 0.0, 0.0)


def unit(host: Any, name: str) -> Unit:
    """One unit, by Debian's name for it; one that is not installed is neither active nor enabled."""
    return all_units(host).get(_named_here(host, name), _NO_UNIT)


def other_unit(host: Any, name: str) -> Unit:
    """A unit that an inventory names, of software that no stage brings: asked by itself, a fifth of all units' cost."""
    here = _named_here(host, name)
    return _other(host, here).get(here, _NO_UNIT)


def _named_here(host: Any, name: str) -> str:
    return redhat.UNITS.get(name, name) if redhat_like(host) else name


def all_units(host: Any) -> dict[str, Unit]:
    """The units by the names that this system has for them: one question, whatever is asked of them afterwards."""
    return units(host, *(redhat.ASKED if redhat_like(host) else ()))


# --- network
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listener:
    """A listening socket. `address` as ss prints it, without brackets and interface; `pid` 0 where it is not told."""

    proto: str
    address: str
    port: int
    process: str
    pid: int = 0

    @property
    def loopback(self) -> bool:
        """Only this machine itself reaches it."""
        # IPv4 by way of an IPv6 socket is written so: a program that binds 127.0.0.1 there is not on the network.
        address = self.address.strip("[]").lower().removeprefix("::ffff:")
        return address.startswith("127.") or address == "::1"


def read_listeners(text: str) -> tuple[Listener, ...]:
    """The sockets in the output of `ss -H -lntup`."""
    found = set()
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 5 or fields[0] not in ("tcp", "udp"):
            continue
        address, _, port = fields[4].rpartition(":")
        owner = re.search(r'\(\("([^"]+)",pid=(\d+)', line)
        if port.isdigit():
            bare = address.split("%")[0].strip("[]")
            name, pid = (owner[1], int(owner[2])) if owner else ("", 0)
            found.add(Listener(fields[0], bare, int(port), name, pid))
    return tuple(sorted(found, key=lambda one: (one.proto, one.port, one.address, one.process, one.pid)))


@fact
def listeners(host: Any) -> tuple[Listener, ...]:
    """Every listening TCP and bound UDP socket."""
    answer = ask(host, commands.SOCKETS)
    if answer.rc != 0:
        raise NotAnswered("{command} does not answer: {said}", command="ss", said=answer.stderr.strip()[:120])
    return read_listeners(answer.stdout)


@fact
def ruleset(host: Any) -> list[dict[str, Any]] | None:
    """The live nftables rules, as nft's JSON objects; None where nft is not installed."""
    answer = ask(host, commands.RULESET)
    if answer.rc == 127:
        return None
    if answer.rc != 0:
        raise NotAnswered("{command} does not answer: {said}", command="nft", said=answer.stderr.strip()[:120])
    objects = json_of(answer.stdout, "nft").get("nftables", [])
    return [one for one in objects if isinstance(one, dict)]


@fact
def sshd(host: Any) -> dict[str, str]:
    """sshd's effective settings, keys in lower case; empty where there is no sshd."""
    answer = ask(host, commands.SSHD)
    if answer.rc == 127:
        return {}
    if answer.rc != 0:
        raise NotAnswered("{command} does not answer: {said}", command="sshd -T", said=answer.stderr.strip()[:160])
    return {key.lower(): value for key, _, value in (line.partition(" ") for line in answer.stdout.splitlines())}


@fact
def told(host: Any, command: str) -> dict[str, list[str]]:
    """The sections of a command's answer."""
    return sections(ask(host, command).stdout)


@fact
def postgresql(host: Any) -> dict[str, Any] | None:
    """The running cluster, as one JSON object; None where no cluster answers."""
    answer = ask(host, commands.POSTGRESQL)
    if answer.rc != 0:
        return None
    read: dict[str, Any] = json_of(answer.stdout.partition("\n")[0], "psql")
    return read


@fact
def data(host: Any) -> dict[str, Any] | None:
    """The data's database, as one JSON object: names and rights, no rows; None where there is no such database."""
    cluster = postgresql(host)
    if cluster is None or "backbone" not in cluster["databases"]:
        return None
    second = ask(host, commands.POSTGRESQL).stdout.partition("\n")[2]
    if not second.strip():
        raise NotAnswered("{command} does not answer: {said}", command="psql", said="backbone")
    read: dict[str, Any] = json_of(second, "psql")
    return read


@fact
def pgbackrest(host: Any) -> dict[str, Any] | None:
    """The stanza `main` as `pgbackrest info` tells it; None where there is none."""
    answer = ask(host, commands.PGBACKREST)
    if answer.rc != 0:
        return None
    stanzas = [one for one in json_of(answer.stdout, "pgbackrest") if one.get("name") == "main"]
    return stanzas[0] if stanzas else None


@fact
def drill(host: Any) -> dict[str, Any]:
    """Of the last drill's record whether it held, who ran it and when; empty where there is none."""
    return _drill_record(ask(host, commands.DRILL).stdout.partition("##person")[0], "last.json")


@fact
def person_drill(host: Any) -> dict[str, Any]:
    """The same of the last drill that a person ran and that held; a timer's drills since then do not hide it."""
    last, _, person = ask(host, commands.DRILL).stdout.partition("##person")
    return _drill_record(person, "person.json") or _drill_record(last, "last.json")


def _drill_record(lines: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json_of("{" + lines.strip().rstrip(",") + "}", name)
    return read


@fact
def sync_status(host: Any) -> dict[str, Any] | None:
    """What `backbone-sync status --json` says; None where it is not installed."""
    answer = ask(host, commands.SYNC_STATUS)
    if answer.rc in (126, 127):
        return None
    read: dict[str, Any] = json_of(answer.stdout, "backbone-sync status")
    return read


@fact
def tls_ports(host: Any, fqdn: str, ports: tuple[int, ...]) -> dict[str, dict[str, str]]:
    """What further ports answer to TLS; those that speak none are left out.

    By port, or PORT@ADDRESS for one that listens at certain addresses only.
    """
    if not ports:
        return {}
    answer = ask(host, commands.tls_ports(fqdn, ports))
    if answer.rc != 0:
        raise NotAnswered("{command} does not answer: {said}", command="openssl", said=answer.stderr.strip()[:120])
    told = sections(answer.stdout)
    return {
        place: {key.lower(): value for key, _, value in (line.partition("=") for line in lines)}
        for place, lines in told.items()
        if place.partition("@")[0].isdigit() and lines
    }


@fact
def gateway(host: Any, fqdn: str) -> dict[str, list[str]]:
    """What ports 443 and 80 answer to this machine itself: certificate, protocol, headers."""
    return sections(ask(host, commands.gateway(fqdn)).stdout)


def command_of_supplied(params: Params) -> str:
    """The health command of supplied sync software, in a shell of its own."""
    return "sh -c " + shlex.quote(params.sync_health)
