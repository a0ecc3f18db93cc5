"""Decides which stages each server needs, and why. Pure: what servers, Ansible and checks said is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from provision.converge.inputs import ServerInputs, StageInputs
from provision.converge.stages import Stage
from provision.converge.stamp import ServerState, Stamp
from provision.errors import UsageError
from provision.i18n import _

# The codes of reasons, as machines read them.
NEVER_RAN = "never_ran"
INTERRUPTED = "interrupted"
STAMP_UNUSABLE = "stamp_unusable"
INPUTS_CHANGED = "inputs_changed"
FILE_CHANGED = "file_changed"
CONTROL_FAILED = "control_failed"
ASKED = "asked"
FOLLOWS = "follows"
TOO_OLD = "too_old"
ANOTHER_SERVER = "another_server"


@dataclass(frozen=True)
class Reason:
    """Why a stage would run: a code, and what it is about (variables, files, controls, stages)."""

    code: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedStage:
    """A stage that would run on a server, with its reasons and the inputs with which it would be stamped."""

    stage: str
    reasons: tuple[Reason, ...]
    inputs: StageInputs


@dataclass(frozen=True)
class ServerPlan:
    """What one server needs. `given_up` maps stages to controls that they could not mend."""

    server: str
    stages: tuple[PlannedStage, ...] = ()
    given_up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unreachable: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The planned stages' names, in the order in which they run."""
        return tuple(planned.stage for planned in self.stages)


@dataclass(frozen=True)
class Plan:
    """What all servers need."""

    servers: tuple[ServerPlan, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing would run anywhere."""
        return not any(server.stages for server in self.servers)


@dataclass(frozen=True)
class Wish:
    """What a person asked for: only these stages, or all of them."""

    stages: tuple[str, ...] = ()
    full: bool = False


def check_wish(wish: Wish, known: Sequence[str]) -> None:
    """Raise UsageError when a stage is asked for that there is not."""
    if unknown := [stage for stage in wish.stages if stage not in known]:
        raise UsageError(
            _("no such stage: {names}").format(names=", ".join(unknown)),
            repair=_("choose among: {names}").format(names=", ".join(known)),
        )


def plan_server(
    server: str,
    stages: Sequence[Stage],
    state: ServerState,
    inputs: ServerInputs,
    failed: Mapping[str, Sequence[str]],
    *,
    wish: Wish | None = None,
    disabled: AbstractSet[str] = frozenset(),
    different: Mapping[str, Sequence[str]] | None = None,
    oldest: datetime | None = None,
) -> ServerPlan:
    """What one server needs.

    `failed` maps a stage to the ids of the failed controls that it repairs; `disabled` are those that
    the inventory leaves out: they are never planned; asking for one raises UsageError. `different` names, by stage,
    traits of the server that were others when it ran; stages that finished before `oldest` run again.
    """
    wished = wish or Wish()
    if refused := [stage for stage in wished.stages if stage in disabled]:
        raise UsageError(
            _("{server}: the inventory leaves out {names} (backbone_stages_disabled)").format(
                server=server, names=", ".join(refused)
            ),
            repair=_("remove the stage from backbone_stages_disabled, or do not ask for it"),
        )
    enabled = [stage for stage in stages if stage.name not in disabled]
    reasons: dict[str, list[Reason]] = {}
    given_up: dict[str, tuple[str, ...]] = {}
    for stage in enabled:
        found, hopeless = _needs(server, stage.name, state, inputs[stage.name], failed.get(stage.name, ()))
        stamp = state.stamps.get(stage.name)
        if traits := (different or {}).get(stage.name):
            found.append(Reason(ANOTHER_SERVER, tuple(traits)))
        if stamp is not None and oldest is not None and not _since(stamp, oldest):
            found.append(Reason(TOO_OLD, (stamp.at,)))
        reasons[stage.name] = found
        if hopeless:
            given_up[stage.name] = hopeless
    if wished.stages:
        kept = _with_missing_needs(wished.stages, enabled, reasons)
        reasons = {name: found if name in kept else [] for name, found in reasons.items()}
    for name in reasons:
        if wished.full or name in wished.stages:
            reasons[name].append(Reason(ASKED))
    for stage in enabled:
        if reasons[stage.name]:
            for follower in stage.followers:
                if follower in reasons:
                    reasons[follower].append(Reason(FOLLOWS, (stage.name,)))
    planned = tuple(PlannedStage(name, _merged(found), inputs[name]) for name, found in reasons.items() if found)
    return ServerPlan(server, planned, given_up)


def _needs(
    server: str, stage: str, state: ServerState, inputs: StageInputs, failed: Sequence[str]
) -> tuple[list[Reason], tuple[str, ...]]:
    """Why a stage must run again by itself, and the failed controls that it already ran for in vain."""
    if stage in state.unusable:
        return [Reason(NEVER_RAN), Reason(STAMP_UNUSABLE, (state.unusable[stage],))], ()
    stamp = state.stamps.get(stage)
    if stamp is None:
        return [Reason(INTERRUPTED if stage in state.started else NEVER_RAN)], ()
    if forged := _forged(server, stamp, inputs):
        return [Reason(NEVER_RAN), Reason(STAMP_UNUSABLE, (forged,))], ()
    found = []
    if stamp.digest != inputs.digest:
        found.append(Reason(INPUTS_CHANGED, _changed_inputs(stamp.inputs, inputs.inputs)))
    changed = tuple(sorted(path for path, was in stamp.files.items() if state.files.get(path) != was))
    if changed:
        found.append(Reason(FILE_CHANGED, changed))
    hopeless: tuple[str, ...] = ()
    if failed:
        # A control that the stage could not mend with these very inputs will not be mended by trying again.
        hopeful = tuple(sorted(set(failed) - set(stamp.tried)))
        hopeless = tuple(sorted(set(failed) & set(stamp.tried)))
        if hopeful:
            found.append(Reason(CONTROL_FAILED, hopeful))
    return found, () if found else hopeless


def _forged(server: str, stamp: Stamp, inputs: StageInputs) -> str:
    """Why a stamp cannot have been written by a stage that ran here; "" when it can.

    The digest is an HMAC over the inputs with a key that the server lacks; so the two cannot disagree.
    """
    if stamp.host != server:
        return _("forged: it is that of {name}").format(name=stamp.host)
    if (stamp.digest == inputs.digest) != (dict(stamp.inputs) == dict(inputs.inputs)):
        return _("forged: its digest is not that of its inputs")
    return ""


def _since(stamp: Stamp, oldest: datetime) -> bool:
    """Whether a stage finished after `oldest`, by its stamp; a moment that is none was long ago."""
    try:
        at = datetime.fromisoformat(stamp.at)
    except ValueError:
        return False
    return at.tzinfo is not None and at >= oldest


def _changed_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)))


def _with_missing_needs(
    asked: Sequence[str], enabled: Sequence[Stage], reasons: Mapping[str, Sequence[Reason]]
) -> set[str]:
    """The stages asked for, and those that they build on as far as these have no stamp in force."""
    missing = {
        name for name, found in reasons.items() if any(reason.code in (NEVER_RAN, INTERRUPTED) for reason in found)
    }
    needs = {stage.name: stage.needs for stage in enabled}
    kept: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += [need for need in needs.get(name, ()) if need in missing]
    return kept


def _merged(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Reasons of one code as one, in the order in which they were found."""
    merged: dict[str, tuple[str, ...]] = {}
    for reason in reasons:
        merged[reason.code] = tuple(dict.fromkeys((*merged.get(reason.code, ()), *reason.what)))
    return tuple(Reason(code, what) for code, what in merged.items())
