"""Judgement: snapshots in, findings out. Pure: no connection, no clock but the snapshot's own time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from checks import facts, windows
from checks.measure import Check, Measure, Say, all_checks, say
from checks.params import Params, over
from provision.audit import params as inputs
from provision.audit.catalogue import Catalogue, Control
from provision.audit.findings import Evidence, Finding
from provision.audit.masking import mask, said
from provision.inventory import Fleet, Server
from provision.probe.backend import Missing, Unmeasured, host_of
from provision.probe.snapshot import Snapshot

ANSWER_KEPT = 16_384  # characters of one command's answer that become evidence


@dataclass(frozen=True)
class Judged:
    """The findings of one server, the commands that they rest on, and the commands that the snapshot lacks."""

    findings: tuple[Finding, ...]
    used: tuple[str, ...]
    missing: tuple[str, ...]


def applies(control: Control, params: Params) -> bool:
    """Has the control a meaning for this server?"""
    return params.level in control.applies_to.levels and params.platform in control.applies_to.platforms


class _Evidence:
    """The evidence of one snapshot; many findings rest on the same answer, which is masked once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._answers = snapshot.answers
        self._known: dict[str, Evidence] = {}

    def of(self, used: Iterable[str]) -> tuple[Evidence, ...]:
        """The answers to the commands used."""
        return tuple(self._one(command) for command in sorted(used) if command in self._answers)

    def _one(self, command: str) -> Evidence:
        if command not in self._known:
            answer = self._answers[command]
            # Masked before it is cut: half a secret is no longer known as one.
            text = mask(answer.stdout if answer.stdout.strip() else answer.stderr)
            cut = answer.cut or len(text) > ANSWER_KEPT
            self._known[command] = Evidence(mask(command), answer.status, text[:ANSWER_KEPT], cut)
        return self._known[command]


def _error(observed: Say) -> Measure:
    return Measure("error", observed, say("an answer that can be judged"))


def judge_server(
    snapshot: Snapshot,
    params: Params,
    catalogue: Catalogue,
    *,
    only: Sequence[str] | None = None,
) -> Judged:
    """Run every check (or `only` these) against a snapshot; a check that lacks an answer is `error` so far."""
    evidence = _Evidence(snapshot)
    checks = all_checks()
    host = host_of(snapshot)
    findings: list[Finding] = []
    used_by_all: dict[str, None] = {}
    missing: dict[str, None] = {}
    for identity, control in catalogue.controls.items():
        if only is not None and identity not in only:
            continue
        with facts.traced(host) as used:
            measure = _measure(checks[identity], control, host, snapshot, params, missing)
        used_by_all.update(dict.fromkeys(sorted(used)))
        findings.append(finding_of(control, params, catalogue, measure, evidence.of(used)))
    return Judged(tuple(findings), tuple(used_by_all), tuple(missing))


def _measure(
    check: Check, control: Control, host: object, snapshot: Snapshot, params: Params, missing: dict[str, None]
) -> Measure:
    if params.platform == "windows" and params.level in control.applies_to.levels:
        check = _on_windows(control, check)
    elif not applies(control, params):
        where = say("{level}, {platform}", level=params.level, platform=params.platform)
        return Measure("not_applicable", where, say("another level or platform"))
    try:
        return check(host, params)
    except Missing as lacking:
        missing[lacking.command] = None
        fault = snapshot.fault
        return _error(say("{why}", why=fault.message) if fault else say("the server was not asked this"))
    except Unmeasured as unclear:
        return _error(say("{why}", why=unclear.why))
    except facts.NotAnswered as unclear:
        return _error(unclear.why)
    except Exception as fault:
        # A server may answer what no check foresaw; that is this control's error, and no reason to lose the
        # others.
        return _error(say("the answer cannot be read ({kind}: {why})", kind=type(fault).__name__, why=str(fault)[:160]))


def _on_windows(control: Control, ordinary: Check) -> Check:
    """A control's check on a Windows server: its Windows measure, or the ordinary one where that asks nothing."""

    def check(host: Any, params: Params) -> Measure:
        return windows.measure(control.id, host, params) or ordinary(host, params)

    return check


def finding_of(
    control: Control, params: Params, catalogue: Catalogue, measure: Measure, shown: tuple[Evidence, ...] = ()
) -> Finding:
    """The finding that a measure makes: an attestation stands in where the control allows one."""
    finding = Finding(
        control=control.id,
        server=params.server,
        family=catalogue.family_of[control.id].family,
        basis=control.basis,
        severity=control.severity,
        status=measure.status,
        measured=measure.status,
        observed=said(measure.observed),
        expected=said(measure.expected),
        stage=control.stage,
        evidence=shown,
    )
    statement = params.statement(control.id) if control.attestable else None
    if statement is None or measure.status not in ("error", "fail"):
        return finding
    words = {"name": statement.attested_by, "evidence": statement.evidence, "date": statement.expires.isoformat()}
    if over(statement.expires, params.at):
        return replace(finding, note=say("the statement of {name} expired on {date}", **words))
    if measure.status == "fail":
        # A machine that can see the contrary outweighs a person's word.
        return replace(finding, note=say("{name} states otherwise ({evidence})", **words))
    return replace(finding, status="attested", note=say("stated by {name}: {evidence} (until {date})", **words))


def waived(findings: Iterable[Finding], fleet: Fleet, at: datetime) -> tuple[Finding, ...]:
    """The findings after waivers: an open one that somebody answers for is `waived`, and says who and why."""
    after = []
    for finding in findings:
        mine = [one for one in fleet.waivers if one.control == finding.control and finding.server in one.servers]
        latest = max(mine, key=lambda one: one.expires, default=None)
        if latest is not None and finding.open:
            words = {"name": latest.approver, "reason": latest.reason, "date": latest.expires.isoformat()}
            if latest.holds(finding.control, finding.server, at):
                note = say("waived by {name}: {reason} (until {date})", **words)
                finding = replace(finding, status="waived", note=note)
            else:
                finding = replace(finding, note=say("the waiver of {name} expired on {date}", **words))
        after.append(finding)
    return tuple(after)


def moment(snapshot: Snapshot) -> datetime:
    """When a snapshot was taken, UTC."""
    return datetime.fromisoformat(snapshot.taken_at)


def judge_one(
    server: Server, fleet: Fleet, snapshot: Snapshot, catalogue: Catalogue, only: Sequence[str] | None = None
) -> Judged:
    """One server's findings, attestations and waivers applied, by the time at which it was asked.

    After a fault nothing is judged from what came before it: every control that needs the server is `error`.
    """
    at = moment(snapshot)
    whole = snapshot if snapshot.fault is None else replace(snapshot, answers={})
    judged = judge_server(whole, inputs.of(server, fleet, at), catalogue, only=only)
    return replace(judged, findings=waived(judged.findings, fleet, at))


def judge(fleet: Fleet, snapshots: Mapping[str, Snapshot], catalogue: Catalogue) -> tuple[Finding, ...]:
    """The findings of every server that has a snapshot."""
    return tuple(
        finding
        for server in fleet.servers
        if server.name in snapshots
        for finding in judge_one(server, fleet, snapshots[server.name], catalogue).findings
    )
