"""The probe: one round trip a server; what it answered, as plain data; a testinfra backend over that data."""

from provision.probe.snapshot import Answer, Fault, Snapshot
from provision.probe.transport import Session, Target
from provision.probe.waves import Memory, ask, collect

__all__ = ["Answer", "Fault", "Memory", "Session", "Snapshot", "Target", "ask", "collect"]
