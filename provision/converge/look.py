"""What is found on the servers before a plan is made: their stamps, and what the checks say of them.

One probe answers both; a server that does not answer is unreachable, never bare.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from provision.converge.stamp import STATE_COMMAND, ServerState, StateUnreadableError, read_state
from provision.inventory import Fleet, Server
from provision.probe.snapshot import Answer, Fault
from provision.probe.transport import Target, repair_of

OS_COMMAND = "cat /etc/os-release"


@dataclass(frozen=True)
class Observation:
    """One server as it was found.

    `fault` says why it could not be asked ("" when it could) and `repair` what a person does about that. `failed`
    maps a stage to the failed controls that it repairs; `below_minimum` names failed controls that ask whether
    the machine may become such a server at all; `others` counts failed controls that no stage repairs.
    `distribution` is os-release's id and version ("debian 12").
    """

    server: str
    state: ServerState = field(default_factory=ServerState)
    failed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    below_minimum: tuple[str, ...] = ()
    others: int = 0
    distribution: str = ""
    fault: str = ""
    repair: str = ""


def target(server: Server, *, local: bool) -> Target:
    """How the probe reaches a server; as root, for the ledger is for root's eyes only."""
    return Target.this_machine(server.name) if local else replace(Target.of(server), become=True)


def read(server: str, answers: Mapping[str, Answer]) -> Observation:
    """A server's ledger and distribution from what it answered."""
    told, system = answers[STATE_COMMAND], answers[OS_COMMAND]
    if told.unmeasured:
        return Observation(server, fault="its stamps were not read in time")
    try:
        state = read_state(told.status, told.stdout, told.stderr)
    except StateUnreadableError as fault:
        return Observation(server, fault=f"its stamps cannot be read: {fault}")
    values = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', system.stdout, re.M))
    return Observation(server, state, distribution=f"{values.get('ID', '')} {values.get('VERSION_ID', '')}".strip())


def look(fleet: Fleet, *, local: bool = False) -> dict[str, Observation]:
    """Every server of the fleet as it is now, in one round trip each: {server: Observation}."""
    from provision.probe.waves import ask

    targets = {server.name: target(server, local=local) for server in fleet.servers}
    commands: Sequence[str] = (STATE_COMMAND, OS_COMMAND)
    found = {}
    for name, answer in ask(list(targets.values()), dict.fromkeys(targets, commands)).items():
        if isinstance(answer, Fault):
            found[name] = Observation(name, fault=answer.message, repair=repair_of(answer, targets[name]))
        else:
            found[name] = read(name, answer)
    return found
