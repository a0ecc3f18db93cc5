"""Leaves on each audited server when it was audited and how it stood, for its node_exporter and its notices.

It is the only thing that an audit writes on a server: one file of metrics, and only where the directory for such
files is there already. A server that audits itself writes its own, and is not written to: so an audit of it is one
command.
"""

from __future__ import annotations

from datetime import UTC, datetime

from checks import commands
from provision.audit.findings import counts
from provision.audit.run import Examination
from provision.probe.transport import Session

DIRECTORY = "/var/lib/backbone/metrics"
SECONDS = 10.0
OWN_AUDIT = "LOG-09"
OWN_FILES = {"audit.dsse.json", "audit.prom"}


def metrics(examination: Examination, server: str, at: datetime) -> str:
    """One server's outcome in the Prometheus text format."""
    lines = [
        "# HELP backbone_audit_last_run_timestamp_seconds When this server was last audited.",
        "# TYPE backbone_audit_last_run_timestamp_seconds gauge",
        f"backbone_audit_last_run_timestamp_seconds {at.timestamp():.0f}",
        "# HELP backbone_audit_controls Controls by status at the last audit.",
        "# TYPE backbone_audit_controls gauge",
    ]
    found = counts(examination.of(server))
    lines += [f'backbone_audit_controls{{status="{status}"}} {number}' for status, number in found.items()]
    return "\n".join(lines) + "\n"


def writes_its_own(examination: Examination, server: str) -> bool:
    """Has this server audited itself within a day, and does it publish that?"""
    answer = examination.snapshots[server].answers.get(commands.METRICS)
    there = set() if answer is None else {line.rpartition(" ")[2] for line in answer.stdout.splitlines()}
    return there >= OWN_FILES and any(
        one.control == OWN_AUDIT and one.status == "pass" for one in examination.of(server)
    )


def leave(session: Session, examination: Examination, *, always: bool = False) -> None:
    """Write the metrics on every server that answered, over the connections that it answered by.

    One that cannot be written stays as it was, and overdue. `always`: also on one that writes its own.
    """
    at, silent = datetime.now(UTC), set(examination.unreached)
    if not always:
        silent |= {name for name in examination.snapshots if writes_its_own(examination, name)}
    scripts = {name: _script(metrics(examination, name, at)) for name in examination.snapshots if name not in silent}
    if scripts:
        session.run(scripts, SECONDS)


def _script(text: str) -> str:
    return (
        f"[ -d {DIRECTORY} ] || exit 0; umask 022; cat >{DIRECTORY}/.audit.new <<'.' && "
        f"mv {DIRECTORY}/.audit.new {DIRECTORY}/audit.prom\n{text}.\n"
    )
