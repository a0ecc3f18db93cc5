"""Preflight: may this machine become such a server, and what is on it already? Asks and reads; changes nothing.

Everything found that provisioning would meet is listed with the choices that its owner has: keep it (its ports are
declared), adopt it (a stage takes it over), or stop it. The choice is written into the inventory as
`backbone_found`; a first `apply` refuses to start while anything is open. So nothing is cut off by surprise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from checks import commands, facts, windows
from checks.measure import Say, say
from checks.ports import CLIENT_PORTS
from provision.audit import catalogue as catalogues
from provision.audit import preflight_windows
from provision.audit.findings import Finding
from provision.audit.run import Examination, examine
from provision.inventory import Fleet, Server, declared_ports
from provision.probe.backend import Missing, Unmeasured, host_of
from provision.probe.snapshot import Snapshot

Kind = Literal["listener", "container", "firewall", "database", "panel", "unknown"]
Word = Literal["keep", "adopt", "stop"]
Port = tuple[str, int]  # ("tcp", 8080)
ASKED = (commands.SOCKETS, commands.RULESET, commands.CARRIED)

# Which stage knows how to take over what a process of this name does.
_ADOPTERS = {
    "sshd": "ssh",
    "nginx": "gateway",
    "postgres": "postgresql",
    "chronyd": "base",
    "prometheus-node": "monitoring",
    "clamd": "antivirus",
}
# These carry what others published: the container is asked about, not its doorman.
_DOORMEN = ("docker-proxy", "rootlessport", "conmon", "pasta")
_PUBLISHED = re.compile(r"(\S*):(\d+)(?:-(\d+))?->[\d-]+/(tcp|udp)")


@dataclass(frozen=True)
class Choice:
    """One way to deal with a thing found: a word, and how it is done."""

    word: Word
    how: Say


@dataclass(frozen=True)
class Found:
    """Something that is on the machine already.

    `settled`: nothing is to be asked, since it is no obstacle or the inventory says what becomes of it. `ports` are
    those that keeping it declares, `units` and `containers` ("docker/name") those that stopping it stops.
    """

    server: str
    kind: Kind
    name: str
    detail: str
    settled: bool
    choices: tuple[Choice, ...] = ()
    ports: tuple[Port, ...] = ()
    units: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


@dataclass
class _Machine:
    """What one machine told, and what its inventory says of it."""

    server: Server
    listeners: tuple[facts.Listener, ...]
    told: dict[str, list[str]]
    tables: list[str]
    units: dict[int, str] = field(default_factory=dict)
    stages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, server: Server, host: Any) -> _Machine:
        told = facts.told(host, commands.CARRIED)
        made = cls(server, facts.listeners(host), told, _foreign_tables(host))
        for line in told.get("units", []):
            pid, _, unit = line.partition(" ")
            if pid.isdigit() and unit.strip().endswith(".service"):
                made.units[int(pid)] = unit.strip()
        made.stages = frozenset(line.split(".json")[0] for line in told.get("stages", []))
        return made


def controls() -> tuple[str, ...]:
    """The controls of the catalogue that preflight asks."""
    return tuple(name for name, one in catalogues.load().controls.items() if one.preflight)


def below_minimum(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that keep a machine from becoming a server: a line of the minimum that no stage can mend."""
    return tuple(one for one in findings if one.open and one.basis == "minimum" and one.stage is None)


def _listeners(machine: _Machine, spoken_for: frozenset[Port]) -> list[Found]:
    by_stage: dict[Port, str] = {(one.proto, one.port): one.stage for one in declared_ports(machine.server)}
    rows: dict[tuple[str, int, str], Found] = {}
    for one in machine.listeners:
        port = (one.proto, one.port)
        if one.loopback or port in CLIENT_PORTS or port in spoken_for or one.process in _DOORMEN:
            continue
        label, adopter = f"{one.proto}/{one.port}", _ADOPTERS.get(one.process)
        if before := rows.get((*port, one.process)):
            rows[*port, one.process] = replace(before, detail=f"{before.detail}, {one.address}")
            continue
        unit = machine.units.get(one.pid, "")
        # Declared by the region itself, or served by what one of our stages set up, which the audit judges.
        stages = {by_stage.get(port), adopter} - {None}
        ours = by_stage.get(port) == "" or bool(stages & {*machine.stages, "ssh", "base"})
        ways = [] if by_stage.get(port) else [Choice("keep", say("declare {port} in the inventory", port=label))]
        if adopter:
            ways.append(Choice("adopt", say("stage {stage} takes it over", stage=adopter)))
        if unit:
            ways.append(Choice("stop", say("stage base stops and disables {unit}", unit=unit)))
        elif not adopter:
            ways.append(Choice("stop", say("stop {process} by hand before `apply`", process=one.process or label)))
        rows[*port, one.process] = Found(
            server=machine.server.name,
            kind="listener",
            name=label,
            detail=f"{one.process or '?'} @ {one.address}",
            settled=ours,
            choices=tuple(ways),
            ports=(port,),
            units=(unit,) if unit else (),
        )
    return list(rows.values())


def published(text: str) -> tuple[Port, ...]:
    """The ports that a container engine says a container publishes, those of this machine alone left out."""
    found: set[Port] = set()
    for address, first, last, proto in _PUBLISHED.findall(text):
        if not address.strip("[]").startswith("127.") and address.strip("[]") != "::1":
            found |= {(proto, port) for port in range(int(first), int(last or first) + 1)}
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def _containers(machine: _Machine) -> list[Found]:
    rows = []
    for line in machine.told.get("containers", []):
        engine, name, image, ports, *_rest = [*line.split("\t"), "", "", ""]
        open_ports = published(ports)
        named = ", ".join(f"{proto}/{port}" for proto, port in open_ports)
        keep = say("it stays, and its ports are declared: {ports}", ports=named)
        stop = say("stage base stops it and does not let it start again")
        rows.append(
            Found(
                server=machine.server.name,
                kind="container",
                name=f"{engine}/{name}",
                detail=f"{image} {named}".strip(),
                settled=not open_ports,
                choices=(Choice("keep", keep), Choice("stop", stop)),
                ports=open_ports,
                containers=(f"{engine}/{name}",),
            )
        )
    return rows


def _firewalls(machine: _Machine) -> list[Found]:
    server, rows = machine.server.name, []
    lines = [line for line in machine.told.get("firewalls", []) if not line.startswith("legacy\t")]
    for name in dict.fromkeys(lines):
        keep = say("its rules stay beside ours; what it lets in must be declared in the inventory, too")
        stop = say("stage firewall stops and disables it once its own rules are in force")
        ways = (Choice("keep", keep), Choice("stop", stop))
        rows.append(Found(server, "firewall", name, "", False, ways, units=(f"{name}.service",)))
    keep = say("it stays as it is: stage firewall only owns its own table")
    rows += [Found(server, "firewall", name, "nftables", True, (Choice("keep", keep),)) for name in machine.tables]
    if any(line not in ("legacy\t0",) for line in machine.told.get("firewalls", []) if line.startswith("legacy\t")):
        rows.append(Found(server, "firewall", "iptables-legacy", "", True, (Choice("keep", keep),)))
    return rows


def _reached(machine: _Machine, unit: str) -> tuple[Port, ...]:
    """The ports on which a unit listens to the network."""
    mine = [one for one in machine.listeners if machine.units.get(one.pid) == unit and not one.loopback]
    return tuple(dict.fromkeys((one.proto, one.port) for one in mine))


def _databases(machine: _Machine) -> list[Found]:
    server, wanted = machine.server, machine.server.settings.database_version
    rows = []
    for line in machine.told.get("clusters", []):
        fields = line.split()
        if fields[:1] == ["other"]:
            keep = say("it stays; mind the memory that it needs beside PostgreSQL")
            stop = say("stage base stops and disables {unit}", unit=fields[1])
            both, ports = (Choice("keep", keep), Choice("stop", stop)), _reached(machine, fields[1])
            rows.append(Found(server.name, "database", fields[1], "", False, both, ports, units=(fields[1],)))
        elif len(fields) >= 4:
            version, cluster, port, state = fields[:4]
            unit = f"postgresql@{version}-{cluster}.service"
            # The stage's own cluster: it cannot stay as it is beside itself.
            same = cluster == "main" and str(wanted or version) == version
            adopt = say("stage postgresql takes it over: back it up first, its pg_hba.conf is replaced")
            keep = say("it stays as it is, and its port where others reach it")
            stop = say("stage base stops {unit} and keeps it from starting", unit=unit)
            ways = (Choice("adopt", adopt),) if same else (Choice("keep", keep), Choice("stop", stop))
            ours = same and "postgresql" in machine.stages
            rows.append(
                Found(
                    server=server.name,
                    kind="database",
                    name=f"PostgreSQL {version}/{cluster}",
                    detail=f"port {port}, {state}",
                    settled=ours or (not same and state.startswith("down")),
                    choices=ways,
                    ports=_reached(machine, unit),
                    units=(unit,),
                )
            )
    return rows


def _panels(machine: _Machine) -> list[Found]:
    keep = say("it stays; what it changes by itself will show as findings")
    return [
        Found(machine.server.name, "panel", path, "", False, (Choice("keep", keep),))
        for path in machine.told.get("panels", [])
    ]


def _foreign_tables(host: Any) -> list[str]:
    objects = facts.ruleset(host) or []
    chains = [one["chain"] for one in objects if "chain" in one and one["chain"].get("hook") == "input"]
    return sorted({f"{one['family']} {one['table']}" for one in chains if one["table"] != "backbone"})


def discover(server: Server, snapshot: Snapshot) -> tuple[Found, ...]:
    """What is on a machine already; nothing when it could not be asked (its findings say so)."""
    if snapshot.fault is not None:
        return ()
    if server.connection.kind == "psrp":
        return _on_windows(server, snapshot)
    try:
        machine = _Machine.of(server, host_of(snapshot))
    except (Missing, Unmeasured, facts.NotAnswered) as unclear:
        # What could not be seen is not settled.
        return (Found(server.name, "unknown", "ss, nft", str(unclear), False),)
    databases, containers = _databases(machine), _containers(machine)
    spoken_for = frozenset(port for one in (*databases, *containers) for port in one.ports)
    # A database server that is no cluster of PostgreSQL's is asked about once, and its listener is its own.
    carried = {unit for one in databases for unit in one.units}
    listening = [one for one in _listeners(machine, spoken_for) if not carried & {*one.units}]
    rows = [*listening, *containers, *_firewalls(machine), *databases, *_panels(machine)]
    decided = {(one.kind, one.name) for one in server.settings.found}
    return tuple(replace(one, settled=True) if (one.kind, one.name) in decided else one for one in rows)


def _on_windows(server: Server, snapshot: Snapshot) -> tuple[Found, ...]:
    decided = {(one.kind, one.name) for one in server.settings.found}
    try:
        rows = preflight_windows.rows(server, snapshot)
    except (windows.NotToldError, KeyError) as unclear:
        return (Found(server.name, "unknown", windows.COMMAND, str(unclear), False),)
    return tuple(
        Found(
            server=server.name,
            kind=cast(Kind, kind),
            name=name,
            detail=detail,
            settled=settled or (kind, name) in decided,
            choices=tuple(Choice(cast(Word, word), how) for word, how in ways),
            ports=ports,
        )
        for kind, name, detail, settled, ways, ports in rows
    )


@dataclass(frozen=True)
class Preflight:
    """The findings of the preflight controls, and what was found on each machine."""

    examination: Examination
    found: tuple[Found, ...]

    @property
    def undecided(self) -> tuple[Found, ...]:
        """What the inventory does not settle yet."""
        return tuple(one for one in self.found if not one.settled)


def preflight(fleet: Fleet, *, local: bool = False, progress: Callable[[str], None] = lambda _name: None) -> Preflight:
    """Ask every machine of the fleet, in one round trip each."""
    extra = {
        server.name: [windows.COMMAND] if server.connection.kind == "psrp" else list(ASKED) for server in fleet.servers
    }
    examination = examine(fleet, extra, only=controls(), local=local, progress=progress)
    found: list[Found] = []
    for server in fleet.servers:
        found += discover(server, examination.snapshots[server.name])
    return Preflight(examination, tuple(found))
