"""What an audit leaves on a server is a file of metrics that node_exporter can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from checks import commands
from provision.audit import catalogue, judge
from provision.audit.record import leave, metrics
from provision.audit.run import Examination
from provision.probe.snapshot import Answer
from provision.probe.transport import Outcome, Session
from tests.support.recorded import PARAMS, SNAPSHOT


def test_the_metrics_name_time_and_every_status() -> None:
    at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    text = metrics(Examination({}, (), catalogue.load()), "smg1", at)
    assert f"backbone_audit_last_run_timestamp_seconds {int(at.timestamp())}\n" in text
    for status in ("pass", "fail", "error", "warning", "attested", "waived", "not_applicable"):
        assert f'backbone_audit_controls{{status="{status}"}} 0\n' in text
    assert text.endswith("\n")


class Noting(Session):
    """A session that only notes whom it was to run something on."""

    def __init__(self) -> None:
        super().__init__([])
        self.asked: list[str] = []

    def run(self, scripts: Mapping[str, str], timeout: float, *, bound: int = 0) -> dict[str, Outcome]:
        self.asked += scripts
        return {}


def examined(metrics_said: str | None = None) -> Examination:
    """The recorded server, which audits itself; or one that says something else of its metrics."""
    snapshot, known = SNAPSHOT, catalogue.load()
    if metrics_said is not None:
        snapshot = replace(snapshot, answers={**snapshot.answers, commands.METRICS: Answer(0, metrics_said)})
    return Examination({"lab-kab": snapshot}, judge.judge_server(snapshot, PARAMS, known).findings, known)


def test_a_server_that_audits_itself_is_not_written_to_and_another_is() -> None:
    own, other, itself = Noting(), Noting(), Noting()
    leave(own, examined())
    assert own.asked == []
    gone = SNAPSHOT.answers[commands.METRICS].stdout.replace(" audit.prom", " other.prom")
    leave(other, examined(gone))
    leave(other, examined("##files\n##exporter\nnode_textfile_scrape_error 0\n"))
    assert other.asked == ["lab-kab", "lab-kab"]
    leave(itself, examined(), always=True)
    assert itself.asked == ["lab-kab"]
