"""Preflight: may this machine become such a server, and what is on it already? Asks and reads; changes
nothing.

Everything found that provisioning would meet is listed with the choices that its owner has: keep it
(declare its port), adopt it (a stage takes it over), or stop it. Nothing is cut off by surprise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from checks import commands, facts
from checks.measure import Say, say
from provision.audit import catalogue as catalogues
from provision.audit.findings import Finding
from provision.audit.run import Examination, examine
from provision.inventory import Fleet, Server, declared_ports
from provision.probe.backend import Missing, Unmeasured, host_of
from provision.probe.snapshot import Snapshot

Kind = Literal["listener", "container", "firewall", "database", "panel"]
ASKED = (commands.SOCKETS, commands.RULESET, commands.CARRIED)

# Which stage knows how to take over what a process of this name does.
_ADOPTERS = {
    "sshd": "ssh",
    "nginx": "gateway",
    "postgres": "postgresql",
    "chronyd": "base",
    "systemd-timesyn": "base",
    "prometheus-node": "monitoring",
    "clamd": "antivirus",
}


@dataclass(frozen=True)
class Choice:
    """One way to deal with a thing found: a word, and how it is done."""

    word: Literal["keep", "adopt", "stop"]
    how: Say


@dataclass(frozen=True)
class Found:
    """Something that is on the machine already. `settled`: the inventory already says what becomes of it."""

    server: str
    kind: Kind
    name: str
    detail: str
    settled: bool
    choices: tuple[Choice, ...]


def controls() -> tuple[str, ...]:
    """The controls of the catalogue that preflight asks."""
    return tuple(name for name, one in catalogues.load().controls.items() if one.preflight)


def below_minimum(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that keep a machine from becoming a server: a line of the minimum that no stage can
    mend.
    """
    return tuple(one for one in findings if one.open and one.basis == "minimum" and one.stage is None)


def _listeners(server: Server, host: Any) -> list[Found]:
    declared = {(one.proto, one.port) for one in declared_ports(server)}
    found: dict[tuple[str, int, str], list[str]] = {}
    for one in facts.listeners(host):
        if not one.loopback:
            found.setdefault((one.proto, one.port, one.process), []).append(one.address)
    rows = []
    for (proto, port, process), addresses in found.items():
        adopter = _ADOPTERS.get(process)
        entry = f'backbone_ports: [{{port: {port}, proto: {proto}, sources: internal, why: "…"}}]'
        choices = [Choice("keep", say("declare it in the inventory: {entry}", entry=entry))]
        if adopter:
            choices.append(Choice("adopt", say("stage {stage} takes it over", stage=adopter)))
        choices.append(Choice("stop", say("stop and disable {process}", process=process or "?")))
        rows.append(
            Found(
                server=server.name,
                kind="listener",
                name=f"{proto}/{port}",
                detail=f"{process or '?'} @ {', '.join(sorted(set(addresses)))}",
                settled=(proto, port) in declared,
                choices=tuple(choices),
            )
        )
    return rows


def _carried(server: Server, host: Any) -> list[Found]:
    told = facts.told(host, commands.CARRIED)
    rows: list[Found] = []

    def add(kind: Kind, name: str, detail: str, *choices: Choice, settled: bool = False) -> None:
        rows.append(Found(server.name, kind, name, detail, settled, choices))

    for line in told.get("containers", []):
        engine, name, *rest = [*line.split("\t"), "", ""]
        keep = say("declare the ports that it publishes; its own rules and networks stay as they are")
        stop = say("{engine} stop {name}", engine=engine, name=name)
        add("container", name, f"{engine}: {' '.join(rest).strip()}", Choice("keep", keep), Choice("stop", stop))
    for name in dict.fromkeys(line.split("\t")[0] for line in told.get("firewalls", []) if line != "legacy\t0"):
        keep = say("its rules stay, and what it lets in must also be declared in the inventory")
        add(
            "firewall",
            name,
            "",
            Choice("keep", keep),
            Choice("adopt", say("declare its open ports, then stage firewall does its work")),
            Choice("stop", say("disable {name} after stage firewall has run", name=name)),
        )
    for table in _foreign_tables(host):
        keep = say("it stays as it is: stage firewall only owns its own table")
        add("firewall", table, "nftables", Choice("keep", keep), settled=True)
    for line in told.get("clusters", []):
        fields = line.split()
        if fields[:1] == ["other"]:
            keep = say("it stays; mind the memory that it needs beside PostgreSQL")
            add("database", fields[1], "", Choice("keep", keep), Choice("stop", say("move it elsewhere")))
        elif len(fields) >= 4:
            name, detail = f"PostgreSQL {fields[0]}/{fields[1]}", f"port {fields[2]}, {fields[3]}"
            keep = say("give it another port than 5432 and declare that one")
            adopt = say("stage postgresql takes over cluster main: back it up first, its pg_hba.conf is replaced")
            stop = say("pg_ctlcluster {version} {cluster} stop", version=fields[0], cluster=fields[1])
            adopts = [Choice("adopt", adopt)] if fields[1] == "main" else []
            add("database", name, detail, Choice("keep", keep), *adopts, Choice("stop", stop))
    for path in told.get("panels", []):
        keep = say("it stays; what it changes by itself will show as findings")
        add("panel", path, "", Choice("keep", keep), Choice("stop", say("uninstall it")))
    return rows


def _foreign_tables(host: Any) -> list[str]:
    objects = facts.ruleset(host) or []
    chains = [one["chain"] for one in objects if "chain" in one and one["chain"].get("hook") == "input"]
    return sorted({f"{one['family']} {one['table']}" for one in chains if one["table"] != "backbone"})


def discover(server: Server, snapshot: Snapshot) -> tuple[Found, ...]:
    """What is on a machine already; nothing when it could not be asked (its findings say so)."""
    if snapshot.fault is not None:
        return ()
    host = host_of(snapshot)
    rows: list[Found] = []
    for look in (_listeners, _carried):
        try:
            rows += look(server, host)
        except (Missing, Unmeasured, facts.NotAnswered) as unclear:
            name = "ss, nft, pg_lsclusters"
            rows.append(Found(server.name, "listener", name, str(unclear), False, ()))
    # What was provisioned before is ours, not found: a machine with our stamps is simply checked.
    return tuple(rows)


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
    extra = {server.name: list(ASKED) for server in fleet.servers}
    examination = examine(fleet, extra, only=controls(), local=local, progress=progress)
    found: list[Found] = []
    for server in fleet.servers:
        found += discover(server, examination.snapshots[server.name])
    return Preflight(examination, tuple(found))
