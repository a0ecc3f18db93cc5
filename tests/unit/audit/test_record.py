"""What an audit leaves on a server is a file of metrics that node_exporter can read."""

from __future__ import annotations

from datetime import UTC, datetime

from provision.audit import catalogue
from provision.audit.record import metrics
from provision.audit.run import Examination


def test_the_metrics_name_time_and_every_status() -> None:
    at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    text = metrics(Examination({}, (), catalogue.load()), "smg1", at)
    assert f"backbone_audit_last_run_timestamp_seconds {int(at.timestamp())}\n" in text
    for status in ("pass", "fail", "error", "warning", "attested", "waived", "not_applicable"):
        assert f'backbone_audit_controls{{status="{status}"}} 0\n' in text
    assert text.endswith("\n")
