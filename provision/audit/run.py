"""The audit of a fleet: probe, judge. One round trip a server where the commands are known from the last
time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from checks.measure import all_checks
from provision.audit import catalogue as catalogues
from provision.audit import judge
from provision.audit.catalogue import Catalogue
from provision.audit.findings import Finding
from provision.inventory import Fleet
from provision.probe import Memory, Session, Snapshot, Target, collect


@dataclass(frozen=True)
class Examination:
    """What the servers answered, and what follows from it. `catalogue`: the version judged by."""

    snapshots: Mapping[str, Snapshot]
    findings: tuple[Finding, ...]
    catalogue: Catalogue = field(repr=False)

    def of(self, server: str) -> tuple[Finding, ...]:
        """One server's findings."""
        return tuple(one for one in self.findings if one.server == server)

    @property
    def interrupted(self) -> tuple[str, ...]:
        """The servers that had not answered when somebody pressed Ctrl-C."""
        kinds = {name: one.fault.kind for name, one in self.snapshots.items() if one.fault is not None}
        return tuple(name for name, kind in kinds.items() if kind == "interrupted")

    @property
    def unreached(self) -> tuple[str, ...]:
        """The servers that gave no whole answer."""
        return tuple(name for name, one in self.snapshots.items() if one.fault is not None)


def targets(fleet: Fleet, *, local: bool = False) -> list[Target]:
    """How to reach the fleet's servers; `local`: the one server is this machine itself."""
    if local:
        return [Target.this_machine(server.name) for server in fleet.servers]
    return [Target.of(server) for server in fleet.servers]


def examine(
    fleet: Fleet,
    extra_commands: Mapping[str, Sequence[str]] | None = None,
    *,
    only: Sequence[str] | None = None,
    local: bool = False,
    progress: Callable[[str], None] = lambda _name: None,
    after: Callable[[Session, Examination], None] | None = None,
    partial: bool = False,
) -> Examination:
    """Probe and judge every server of the fleet.

    `extra_commands` (server → commands) go along in the first wave, and their answers are in the snapshots;
    `only` names the controls to judge (all without it). Servers that cannot be reached have findings of
    status `error`. `after` gets the outcome while the connections are still open, unless somebody interrupted: with
    `partial`, a Ctrl-C ends the asking, and what had been answered is the outcome.
    """
    extra = extra_commands or {}
    found = catalogues.paired(catalogues.load(), all_checks())
    at = datetime.now(UTC).isoformat(timespec="seconds")
    servers = {server.name: server for server in fleet.servers}
    judged: dict[str, tuple[Snapshot, judge.Judged]] = {}

    def judgement(snapshot: Snapshot) -> judge.Judged:
        """The judgement of these answers; made once, as it shows what lacks and is the outcome where nothing does."""
        before = judged.get(snapshot.server)
        if before is None or before[0] is not snapshot:
            before = snapshot, judge.judge_one(servers[snapshot.server], fleet, snapshot, found, only)
            judged[snapshot.server] = before
        return before[1]

    def wanted(snapshot: Snapshot) -> Sequence[str]:
        return judgement(snapshot).missing

    memory = Memory(f"{fleet.path.resolve()}#{','.join(only or ())}")
    known = memory.recall()
    cold = {server.name: wanted(Snapshot(server.name, at)) for server in fleet.servers if server.name not in known}
    first = {
        server.name: [*(known.get(server.name) or cold.get(server.name, ())), *extra.get(server.name, ())]
        for server in fleet.servers
    }
    findings: list[Finding] = []
    used: dict[str, tuple[str, ...]] = {}

    def settle(session: Session, snapshots: Mapping[str, Snapshot]) -> None:
        for server in fleet.servers:
            snapshot = snapshots[server.name]
            outcome = judgement(snapshot)
            findings.extend(outcome.findings)
            if snapshot.fault is None:
                used[server.name] = outcome.used
        outcome_of_all = Examination(snapshots, tuple(findings), found)
        if after is not None and not outcome_of_all.interrupted:
            after(session, outcome_of_all)

    there = targets(fleet, local=local)
    snapshots = collect(there, wanted, first, progress=progress, after=settle, partial=partial)
    memory.remember(used)
    return Examination(snapshots, tuple(findings), found)


def reexamine(fleet: Fleet, snapshots: Mapping[str, Snapshot]) -> Examination:
    """Judge saved snapshots, offline, by the present catalogue and inventory."""
    found = catalogues.paired(catalogues.load(), all_checks())
    mine = {server.name: snapshots[server.name] for server in fleet.servers if server.name in snapshots}
    return Examination(mine, judge.judge(fleet, mine, found), found)
