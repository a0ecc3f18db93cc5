"""The audit as metrics in the Prometheus text format, for the textfile collector of the controller's node_exporter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

_OPEN = ("fail", "error")


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _sample(name: str, value: float, **labels: str) -> str:
    inside = ",".join(f'{key}="{_label(text)}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {value:g}" if abs(value) < 1e6 else f"{name}{{{inside}}} {value:.0f}"


def _family(name: str, help_text: str, samples: Iterator[str]) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge", *samples]


def render(document: Mapping[str, Any]) -> str:
    """audit.prom for an audit.json: per server its time, its verdict, its findings by status and its open ones."""
    servers = [(one, {"server": one["name"], "region": one["region"]}) for one in document["servers"]]
    prefix = "backbone_fleet_audit"

    def opened() -> Iterator[str]:
        for server, labels in servers:
            found = Counter((one["basis"], one["severity"]) for one in server["findings"] if one["status"] in _OPEN)
            for (basis, severity), count in sorted(found.items()):
                yield _sample(f"{prefix}_open", count, **labels, basis=basis, severity=severity)

    lines = _family(
        f"{prefix}_last_run_timestamp_seconds",
        "When the server was asked.",
        (
            _sample(
                f"{prefix}_last_run_timestamp_seconds", datetime.fromisoformat(one["taken_at"]).timestamp(), **labels
            )
            for one, labels in servers
        ),
    )
    lines += _family(
        f"{prefix}_reached",
        "Did the server give a whole answer?",
        (_sample(f"{prefix}_reached", one["fault"] is None, **labels) for one, labels in servers),
    )
    lines += _family(
        f"{prefix}_ready",
        "Are all controls of basis minimum met?",
        (_sample(f"{prefix}_ready", one["ready"], **labels) for one, labels in servers),
    )
    lines += _family(
        f"{prefix}_controls",
        "Controls by status.",
        (
            _sample(f"{prefix}_controls", count, **labels, status=status)
            for one, labels in servers
            for status, count in one["counts"].items()
        ),
    )
    lines += _family(f"{prefix}_open", "Open findings by basis and severity.", opened())
    return "\n".join(lines) + "\n"
