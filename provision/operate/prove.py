"""Proves a platform on one real server that may be thrown away: the checklist of docs/platforms.md, run and noted.

plan → apply → apply of everything again, which must change nothing → audit → drill. What came out is a record, to be
signed and sent in: per stage whether it converged and stayed, per control what was measured. A step that did not hold
is noted as such, and those that rest on it are not tried.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from provision import __version__
from provision.audit.run import Examination, examine
from provision.converge.apply import Applied, Assessment, apply, assess
from provision.converge.book import tools_version
from provision.converge.plan import Wish
from provision.converge.progress import OK, Result
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import Fleet

VERSION = 1
STEPS = ("plan", "apply", "again", "audit", "drill")
NOT_TRIED = "not_tried"


@dataclass(frozen=True)
class Step:
    """One step: `state` is held, fell_short or not_tried; `told` names what fell short, by stage or control."""

    name: str
    state: str
    seconds: float = 0.0
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """What a server proved. `stages`: name → converged and stayed unchanged; `controls`: id → status."""

    server: str
    system: str
    at: str
    steps: tuple[Step, ...]
    stages: dict[str, bool]
    controls: dict[str, str]

    @property
    def held(self) -> bool:
        """Whether every step held."""
        return all(step.state == "held" for step in self.steps)


@dataclass(frozen=True)
class Doing:
    """What the steps are done with; a test puts others in their place. `drill`: what differed, () for nothing."""

    plan: Callable[[Fleet], Assessment] = assess
    apply: Callable[[Fleet, Wish], Applied] = apply
    audit: Callable[[Fleet], Examination] = examine
    drill: Callable[[Fleet], tuple[str, ...]] | None = None


def prove(fleet: Fleet, doing: Doing, tell: Callable[[Step], None] = lambda _step: None) -> Proof:
    """Run the checklist on the fleet's one server. UsageError where it names several, or none."""
    if len(fleet.servers) != 1:
        raise UsageError(_("a proof is of one server"), repair=_("name it: --limit SERVER"))
    run = _Run(fleet, doing, tell)
    run.all()
    return run.proof()


class _Run:
    """The steps of one proof, in their order."""

    def __init__(self, fleet: Fleet, doing: Doing, tell: Callable[[Step], None]) -> None:
        self._fleet, self._doing, self._tell = fleet, doing, tell
        self._steps: list[Step] = []
        self._stages: dict[str, bool] = {}
        self._controls: dict[str, str] = {}
        self._system = ""

    def all(self) -> None:
        """Every step; after one of the first three that fell short, none of the others."""
        for name, do in (("plan", self._plan), ("apply", self._apply), ("again", self._again), ("audit", self._audit)):
            # What is audited is a converged server.
            if any(step.state != "held" for step in self._steps):
                self._add(Step(name, NOT_TRIED))
                continue
            began = time.monotonic()
            told = do()
            self._add(Step(name, "fell_short" if told else "held", round(time.monotonic() - began, 1), told))
        if self._doing.drill is None or any(step.state != "held" for step in self._steps[:3]):
            self._add(Step("drill", NOT_TRIED))
            return
        began = time.monotonic()
        told = self._doing.drill(self._fleet)
        self._add(Step("drill", "fell_short" if told else "held", round(time.monotonic() - began, 1), told))

    def _add(self, step: Step) -> None:
        self._steps.append(step)
        self._tell(step)

    def _plan(self) -> tuple[str, ...]:
        seen = self._doing.plan(self._fleet)
        self._system = next((one.distribution for one in seen.observations.values()), "")
        return tuple(one.unreachable for one in seen.plan.servers if one.unreachable)

    def _results(self, wish: Wish) -> tuple[Result, ...]:
        outcome = self._doing.apply(self._fleet, wish).outcome
        return outcome.results if outcome else ()

    def _apply(self) -> tuple[str, ...]:
        return tuple(f"{one.stage}: {one.status}" for one in self._results(Wish()) if one.status != OK)

    def _again(self) -> tuple[str, ...]:
        results = self._results(Wish(full=True))
        self._stages = {one.stage: one.status == OK and not one.changed for one in results}
        return tuple(stage for stage, stayed in self._stages.items() if not stayed)

    def _audit(self) -> tuple[str, ...]:
        findings = self._doing.audit(self._fleet).findings
        self._controls = {one.control: one.status for one in findings}
        return tuple(f"{one.control}: {one.status}" for one in findings if one.status in ("fail", "error"))

    def proof(self) -> Proof:
        """What came of it."""
        return Proof(
            self._fleet.servers[0].name,
            self._system,
            datetime.now(UTC).isoformat(timespec="seconds"),
            tuple(self._steps),
            self._stages,
            self._controls,
        )


def document(proof: Proof) -> dict[str, Any]:
    """The record as it is signed and sent in: no address, no name but the server's, no answer of the server."""
    return {
        "version": VERSION,
        "server": proof.server,
        "system": proof.system,
        "at": proof.at,
        "held": proof.held,
        "tools": {"backbone": __version__, "ansible": tools_version()},
        "steps": [
            {"name": one.name, "state": one.state, "seconds": one.seconds, "fell_short": list(one.told)}
            for one in proof.steps
        ],
        "stages": proof.stages,
        "controls": proof.controls,
        "counts": dict(Counter(proof.controls.values())),
    }
