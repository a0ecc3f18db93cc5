"""Patch waves: canary first; what makes a wave the last one; what a server that is away or silent comes to."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from checks.measure import say
from provision.audit import catalogue
from provision.audit.findings import Finding
from provision.audit.run import Examination
from provision.errors import UsageError
from provision.exits import Exit
from provision.inventory import Fleet
from provision.operate import patch
from provision.probe.snapshot import Fault, Snapshot
from provision.probe.transport import Outcome, Output, Target
from tests.support.tiny_book import tiny_fleet

SILENT = Fault("unreachable", "no route")
VERB = re.compile(r"/patch\.py (\w+) \w+(?: (\S+))? </dev/null")


@dataclass
class Machine:
    """A server as the remote part would answer for it."""

    installs: tuple[str, ...] = ("openssl:amd64",)
    wants_restart: bool = False
    returns: bool = True
    lacking: tuple[str, ...] = ()
    refuses: str = ""
    fault: Mapping[str, Any] | None = None
    silent_in: str = ""
    breaks: str = ""
    boot: int = 1
    verbs: list[str] = field(default_factory=list)
    audits: int = 0

    def answer(self, verb: str) -> Outcome:
        self.verbs.append(verb)
        if verb == self.silent_in or (self.boot == 0 and verb != "end"):
            return SILENT
        if verb == "begin" and self.refuses:
            return Output(1, b"", self.refuses.encode())
        told: dict[str, Any] = {"boot": str(self.boot)}
        if verb == "poll":
            polls = self.verbs.count("poll")
            observed = {"installed": list(self.installs), "restart": self.wants_restart, "fault": self.fault}
            told |= {"active": polls < 2, "observed": observed if polls >= 2 else None}
        elif verb == "restart":
            self.boot = 2 if self.returns else 0
        elif verb == "back":
            told |= {"state": "running", "lacking": list(self.lacking)}
        return Output(0, json.dumps(told).encode(), b"")


class Lab:
    """Machines, the connection to them, and their audit."""

    def __init__(self, **machines: Machine) -> None:
        self.machines = machines
        self.fleet = tiny_fleet(Path("/inv/hosts.yml"), tuple(machines), Path("/inv/ssh_config"))
        self.told: list[tuple[str, str]] = []

    def connect(self, targets: Sequence[Target]) -> Lab:
        return self

    def close(self) -> None:
        pass

    def run(self, scripts: Mapping[str, str], timeout: float) -> dict[str, Outcome]:
        answers = {}
        for name, script in scripts.items():
            found = VERB.search(script)
            assert found is not None, script
            answers[name] = self.machines[name].answer(found[1])
        return answers

    def audit(self, fleet: Fleet) -> Examination:
        findings, shots = [], {}
        for one in fleet.servers:
            machine = self.machines[one.name]
            gone = machine.silent_in == "audit"
            shots[one.name] = Snapshot(one.name, "2026-11-22T01:00:00+00:00", fault=SILENT if gone else None)
            broken = machine.breaks if machine.audits else ""
            machine.audits += 1
            findings.append(finding("SYNC-01", one.name, "fail" if broken == "SYNC-01" else "pass"))
            findings.append(finding("HW-04", one.name, "fail"))
            findings.append(
                finding("PATCH-03", one.name, "fail" if broken == "PATCH-03" or not machine.audits else "pass")
            )
        return Examination(shots, tuple(findings), catalogue.load())

    def patched(self, groups: Sequence[Sequence[str]], limits: patch.Limits | None = None) -> patch.Course:
        return patch.run(
            self.fleet,
            groups,
            limits,
            tell=lambda name, news: self.told.append((name, news)),
            audit=self.audit,
            connect=self.connect,
        )


def finding(control: str, name: str, status: Any) -> Finding:
    return Finding(control, name, "test", "minimum", "high", status, status, say("-"), say("-"), None)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(patch, "_RETRY_SECONDS", 0.01)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def by_name(course: patch.Course) -> dict[str, patch.Patched]:
    return {one.server: one for one in course.servers}


def test_the_canary_goes_alone_and_the_others_by_number_or_share() -> None:
    names = [f"s{number}" for number in range(11)]
    assert patch.waves(names, "4") == (("s0",), ("s1", "s2", "s3", "s4"), ("s5", "s6", "s7", "s8"), ("s9", "s10"))
    assert [len(group) for group in patch.waves(names, "25%")] == [1, 3, 3, 3, 1]
    assert patch.waves(names, "100%", "s7") == (("s7",), tuple(name for name in names if name != "s7"))
    assert patch.waves(["only"], "10%") == (("only",),)


@pytest.mark.parametrize(("size", "canary"), [("0", ""), ("-1", ""), ("many", ""), ("101%", ""), ("%", ""), ("1", "x")])
def test_a_size_or_a_canary_that_is_none_is_refused(size: str, canary: str) -> None:
    with pytest.raises(UsageError):
        patch.waves(["a", "b"], size, canary)


def test_all_held() -> None:
    lab = Lab(a=Machine(), b=Machine(wants_restart=True), c=Machine(installs=()))
    course = lab.patched([("a",), ("b", "c")])
    found = by_name(course)
    assert course.exit_status == Exit.OK
    assert {one.status for one in found.values()} == {patch.OK}
    assert (found["a"].restarted, found["b"].restarted, found["c"].restarted) == (False, True, False)
    assert found["b"].away_seconds is not None
    assert (found["a"].installed, found["c"].installed) == (("openssl:amd64",), ())
    assert [one.wave for one in found.values()] == [1, 2, 2]
    assert all(machine.verbs[-1] == "end" for machine in lab.machines.values())
    document = course.as_dict()
    assert document["ok"] is True
    assert document["servers"][1]["wave"] == 2


@pytest.mark.parametrize(
    ("canary", "says"),
    [
        (Machine(breaks="SYNC-01"), "SYNC-01 held before"),
        (Machine(breaks="PATCH-03"), "PATCH-03"),
        (Machine(fault={"template": "{said}", "values": {"said": "dpkg was interrupted"}}), "dpkg was interrupted"),
        (Machine(wants_restart=True, lacking=("postgresql@15-main.service",)), "postgresql@15-main.service"),
        (Machine(wants_restart=True, returns=False), "did not answer again"),
        (Machine(wants_restart=True, silent_in="restart"), "did not restart"),
        (Machine(refuses="another controller is converging this server; wait for it"), "another controller"),
        (Machine(silent_in="poll"), "no route"),
    ],
)
def test_a_wave_that_falls_short_is_the_last(canary: Machine, says: str) -> None:
    lab = Lab(a=canary, b=Machine(), c=Machine())
    course = lab.patched([("a",), ("b", "c")], patch.Limits(back_seconds=0.3))
    found = by_name(course)
    assert found["a"].status != patch.OK
    assert any(says in why for why in found["a"].shortcomings), found["a"].shortcomings
    assert (found["b"].status, found["c"].status) == (patch.NOT_REACHED, patch.NOT_REACHED)
    assert lab.machines["b"].verbs == lab.machines["c"].verbs == []
    assert course.exit_status in (Exit.FELL_SHORT, Exit.UNREACHED)
    assert not course.as_dict()["ok"]


def test_what_failed_before_already_stops_nothing() -> None:
    course = Lab(a=Machine()).patched([("a",)])
    assert by_name(course)["a"].shortcomings == ()  # HW-04 fails before and after


def test_a_server_that_is_silent_from_the_beginning_is_left_out_and_said_so() -> None:
    lab = Lab(a=Machine(silent_in="audit"), b=Machine())
    course = lab.patched([("a",), ("b",)])
    found = by_name(course)
    assert (found["a"].status, found["b"].status) == (patch.UNREACHED, patch.OK)
    assert lab.machines["a"].verbs == []
    assert course.exit_status == Exit.UNREACHED


def test_a_restart_can_be_left_to_the_night() -> None:
    lab = Lab(a=Machine(wants_restart=True))
    course = lab.patched([("a",)], replace(patch.Limits(), restart=False))
    assert by_name(course)["a"].status == patch.OK
    assert "restart" not in lab.machines["a"].verbs


def test_the_script_carries_the_program_and_the_settings_whole() -> None:
    script = patch.begin_script("20261122T010203Zabc", {"owner": {"controller": "c'; x"}})
    sent = re.search(r"<<'PROGRAM'\n(.*?)PROGRAM\n", script, re.S)
    assert sent is not None
    assert base64.b64decode(sent[1]).decode() == patch.program()
    found = VERB.search(script)
    assert found is not None
    assert found[1] == "begin"
    assert json.loads(base64.b64decode(found[2])) == {"owner": {"controller": "c'; x"}}
