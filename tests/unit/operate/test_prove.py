"""The proof of a platform: the checklist in its order, what fell short is written down, and the record is signed."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from provision.converge.plan import Wish
from provision.converge.progress import OK, Result
from provision.errors import UsageError
from provision.operate.prove import STEPS, Doing, document, prove
from provision.report import keys, sign
from provision.report.verify import VERSIONS, verify


def fleet(*names: str) -> Any:
    return SimpleNamespace(servers=tuple(SimpleNamespace(name=name) for name in names))


class Done:
    """A server whose steps come out as told; `asked` is their order."""

    def __init__(self, again: int = 0, status: str = OK, findings: tuple[tuple[str, str], ...] = ()) -> None:
        self.asked: list[str] = []
        self.again, self.status, self.findings = again, status, findings

    def plan(self, _fleet: Any) -> Any:
        self.asked.append("plan")
        seen = {"win": SimpleNamespace(distribution="windows 20348")}
        return SimpleNamespace(observations=seen, plan=SimpleNamespace(servers=[SimpleNamespace(unreachable="")]))

    def apply(self, _fleet: Any, wish: Wish) -> Any:
        self.asked.append("again" if wish.full else "apply")
        changed = self.again if wish.full else 5
        results = [Result("win", "base", OK, changed), Result("win", "tls", self.status, 0)]
        return SimpleNamespace(outcome=SimpleNamespace(results=results))

    def audit(self, _fleet: Any) -> Any:
        self.asked.append("audit")
        found = [SimpleNamespace(control=control, status=status) for control, status in self.findings]
        return SimpleNamespace(findings=found)

    def doing(self, drill: Any = None) -> Doing:
        return Doing(self.plan, self.apply, self.audit, drill)


@pytest.mark.needs_ansible
def test_a_server_on_which_all_holds() -> None:
    server = Done(findings=(("OS-01", "pass"), ("HW-06", "warning")))
    proof = prove(fleet("win"), server.doing(lambda _fleet: ()))
    assert proof.held
    assert server.asked == ["plan", "apply", "again", "audit"]
    assert [step.name for step in proof.steps] == list(STEPS)
    made = document(proof)
    assert (made["system"], made["stages"]) == ("windows 20348", {"base": True, "tls": True})
    assert made["counts"] == {"pass": 1, "warning": 1}


def test_what_changes_the_second_time_is_named_and_nothing_rests_on_it() -> None:
    server = Done(again=1)
    proof = prove(fleet("win"), server.doing(lambda _fleet: pytest.fail("no drill of what does not hold")))
    states = {step.name: (step.state, step.told) for step in proof.steps}
    assert states["again"] == ("fell_short", ("base",))
    assert (states["audit"][0], states["drill"][0]) == ("not_tried", "not_tried")
    assert (proof.held, proof.stages) == (False, {"base": False, "tls": True})


def test_a_stage_that_fails_ends_it() -> None:
    server = Done(status="failed")
    proof = prove(fleet("win"), server.doing())
    assert server.asked == ["plan", "apply"]
    assert proof.steps[1].told == ("tls: failed",)


def test_what_was_not_measured_is_no_proof() -> None:
    proof = prove(fleet("win"), Done(findings=(("SYNC-01", "error"),)).doing(lambda _fleet: ()))
    assert [(step.name, step.told) for step in proof.steps if step.state == "fell_short"] == [
        ("audit", ("SYNC-01: error",))
    ]
    assert not proof.held


def test_without_a_drill_nothing_is_held() -> None:
    proof = prove(fleet("win"), Done().doing())
    assert (proof.steps[-1].state, proof.held) == ("not_tried", False)


@pytest.mark.parametrize("names", [(), ("a", "b")])
def test_a_proof_is_of_one_server(names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="of one server"):
        prove(fleet(*names), Done().doing())


@pytest.mark.needs_ansible
def test_the_record_is_signed_and_a_change_is_seen(tmp_path: Path) -> None:
    made = document(prove(fleet("win"), Done().doing()))
    key = keys.of_inventory(tmp_path)
    out = tmp_path / "bukti"
    out.mkdir()
    (out / "proof.json").write_text(json.dumps(made))
    sign.sign(out, "proof", [out / "proof.json"], key, document_version=made["version"], made_at=made["at"], summary={})
    assert VERSIONS["proof"] == made["version"]
    trusted = keys.known([tmp_path / "signers"])
    [whole], _gaps = verify([out], trusted)
    (out / "proof.json").write_text(json.dumps({**made, "held": True}))
    [changed], _gaps = verify([out], trusted)
    assert (whole.held, changed.held) == (True, False)
