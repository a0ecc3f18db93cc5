"""What is found on the servers before a plan is made: their stamps, and what the checks say of them.

One probe answers both; a server that does not answer is unreachable, never bare.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as changed

from checks import windows
from provision.audit.findings import Finding
from provision.audit.preflight import preflight as preflights
from provision.audit.run import examine, targets
from provision.converge.stamp import STATE_COMMAND, ServerState, StateUnreadableError, read_state
from provision.i18n import _, joined
from provision.inventory import Fleet
from provision.probe import Snapshot
from provision.probe.transport import repair_of

OS_COMMAND = "cat /etc/os-release"
# Systems whose minor releases come by updates: a server that went from 9.6 to 9.7 is no other server.
_BY_MAJOR = ("rhel", "rocky", "almalinux", "centos", "ol")
COMMANDS = (STATE_COMMAND, OS_COMMAND)


@dataclass(frozen=True)
class Observation:
    """One server as it was found.

    `fault` says why it could not be asked ("" when it could) and `repair` what a person does about that. `failed`
    maps a stage to the failed controls that it repairs; `below_minimum` names failed controls that ask whether
    the machine may become such a server at all; `others` names failed controls that no stage repairs.
    `undecided` names what a machine that no stage has touched carries and its inventory does not settle.
    `distribution` is os-release's id and version ("debian 12"; of the RHEL family the major one, "rocky 9").
    """

    server: str
    state: ServerState = field(default_factory=ServerState)
    failed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    below_minimum: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    distribution: str = ""
    fault: str = ""
    repair: str = ""


def look(fleet: Fleet, *, local: bool = False) -> dict[str, Observation]:
    """Every server of the fleet as it is now, in one probe: {server: Observation}."""
    asked = {one.name: (windows.COMMAND,) if one.connection.kind == "psrp" else COMMANDS for one in fleet.servers}
    examination = examine(fleet, asked, local=local)
    preflight = frozenset(name for name, one in examination.catalogue.controls.items() if one.preflight)
    early = frozenset(name for name, one in examination.catalogue.controls.items() if one.early)
    found = {}
    for one in targets(fleet, local=local):
        snapshot = examination.snapshots[one.name]
        if snapshot.fault:
            found[one.name] = Observation(one.name, fault=snapshot.fault.message, repair=repair_of(snapshot.fault, one))
        else:
            found[one.name] = read(snapshot, examination.of(one.name), preflight, early)
    # Only before the first stage does anybody ask what was there before, so only then it costs a second round trip.
    bare = frozenset(name for name, seen in found.items() if not seen.fault and seen.state.bare)
    if bare:
        first = changed(fleet, servers=tuple(one for one in fleet.servers if one.name in bare))
        for thing in preflights(first, local=local).undecided:
            seen = found[thing.server]
            named = joined(" ", filter(None, (_(thing.kind), thing.name, thing.detail)))
            found[thing.server] = changed(seen, undecided=(*seen.undecided, named))
    return found


def read(
    snapshot: Snapshot,
    findings: Iterable[Finding],
    preflight: frozenset[str] = frozenset(),
    early: frozenset[str] = frozenset(),
) -> Observation:
    """A server's ledger, distribution and failed controls, from a snapshot that holds the answers to COMMANDS.

    Only what was measured and failed counts: a control that could not be measured gives no stage a reason to run.
    Of `early` controls a warning counts, too: a certificate is renewed before it expires, not after.
    """
    try:
        state, distribution = _windows(snapshot) if windows.COMMAND in snapshot.answers else _linux(snapshot)
    except StateUnreadableError as fault:
        return Observation(snapshot.server, fault=_("its stamps cannot be read: {fault}").format(fault=fault))
    failed: dict[str, tuple[str, ...]] = {}
    below: list[str] = []
    others: list[str] = []
    for finding in findings:
        if finding.status != "fail" and not (finding.status == "warning" and finding.control in early):
            continue
        if finding.stage:
            failed[finding.stage] = (*failed.get(finding.stage, ()), finding.control)
            continue
        others.append(finding.control)
        if finding.control in preflight and finding.basis == "minimum":
            below.append(finding.control)
    return Observation(
        snapshot.server,
        state,
        failed,
        tuple(below),
        tuple(others),
        distribution=distribution,
    )


def _linux(snapshot: Snapshot) -> tuple[ServerState, str]:
    """The ledger and os-release's id and version."""
    told, system = snapshot.answers[STATE_COMMAND], snapshot.answers[OS_COMMAND]
    if told.unmeasured:
        raise StateUnreadableError(_("not read in time"))
    values = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', system.stdout, re.M))
    name, version = values.get("ID", ""), values.get("VERSION_ID", "")
    if name in _BY_MAJOR:
        version = version.partition(".")[0]
    found = f"{name} {version}".strip()
    return read_state(told.status, told.stdout, told.stderr), found


def _windows(snapshot: Snapshot) -> tuple[ServerState, str]:
    """The ledger and the system ("windows 20348") out of a Windows server's one answer."""
    try:
        told = windows.read(snapshot.answers[windows.COMMAND].stdout)
        ledger, build = told.section("ledger"), told.section("system")["build"]
    except (windows.NotToldError, KeyError) as fault:
        raise StateUnreadableError(str(fault)) from fault
    content = {
        "stamps": ledger.get("stamps") or {},
        "files": ledger.get("files") or {},
        "started": list(windows.rows(ledger.get("started"))),
    }
    return read_state(0, json.dumps(content)), f"windows {build}"
