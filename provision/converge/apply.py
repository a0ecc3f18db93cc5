"""The loop: look, plan, converge, look again. What the verbs `plan` and `apply` and the demo call."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from functools import cache

from ruamel.yaml import YAML

from provision import paths
from provision.converge import places, run
from provision.converge.book import Book, default_book
from provision.converge.identity import changes, identity, lost
from provision.converge.inputs import resolve
from provision.converge.look import Observation, look
from provision.converge.plan import CONTROL_FAILED, Plan, ServerPlan, Wish, check_wish, plan_server
from provision.converge.progress import OK, Progress, Result
from provision.converge.run import Outcome, Setting
from provision.errors import BackboneError, UsageError
from provision.exits import Exit, worst
from provision.i18n import _, joined
from provision.inventory import Fleet
from provision.inventory.rules import missing_secrets
from provision.inventory.secrecy import edit_command


@dataclass(frozen=True)
class Assessment:
    """What the servers are and what they need."""

    plan: Plan
    observations: Mapping[str, Observation]

    @property
    def exit_status(self) -> Exit:
        """0 nothing to do · 1 something to do, or a stage could not mend a control · 3 a server was silent."""
        exits = [Exit.OK]
        for server in self.plan.servers:
            exits.append(Exit.UNREACHED if server.unreachable else Exit.OK)
            exits.append(Exit.FELL_SHORT if server.stages or server.given_up else Exit.OK)
        return worst(exits)


@dataclass(frozen=True)
class Applied:
    """What an apply came to: the plan it made, how the stages ended, and what is still to be done.

    `conclusive`: `after` is of all stages, and of a look after the last one ran. Of an apply that was interrupted, or
    that had nothing to do among the few stages it was asked for, it is only what was planned.
    """

    before: Assessment
    outcome: Outcome | None
    after: Assessment
    conclusive: bool = True

    @property
    def exit_status(self) -> Exit:
        """0 all held · 1 something remains · 3 a stage failed or a server was silent · 130 interrupted."""
        exits = [self.after.exit_status]
        if self.outcome:
            exits += [Exit.OK if one.status == OK else Exit.UNREACHED for one in self.outcome.results]
            exits.append(Exit.INTERRUPTED if self.outcome.interrupted else Exit.OK)
        return worst(exits)


Observe = Callable[[Fleet], Mapping[str, Observation]]


def this_machine(fleet: Fleet) -> Fleet:
    """The fleet with only the server that this program runs on. Raises UsageError when that is not clear."""
    names = {platform.node(), platform.node().split(".")[0]}
    mine = [one for one in fleet.servers if {one.name, one.settings.fqdn, one.connection.host} & names]
    chosen = fleet.servers if len(fleet.servers) == 1 else tuple(mine)
    if len(chosen) != 1:
        raise UsageError(
            _("--local: which of the inventory's servers is this machine ({name})?").format(name=platform.node()),
            repair=_("name it: --limit SERVER"),
        )
    return changed(fleet, servers=tuple(chosen))


def require_secrets(fleet: Fleet) -> None:
    """Raise UsageError when the vault lacks what a stage will need: before the first stage, not at the tenth."""
    lacking = {one.name: missing_secrets(one.settings, one.secrets) for one in fleet.servers}
    if told := [f"{name}: {', '.join(secrets)}" for name, secrets in lacking.items() if secrets]:
        raise UsageError(
            _("the vault lacks secrets that stages need; nothing was touched: {servers}").format(
                servers="; ".join(told)
            ),
            repair=_("add them: {command}").format(command=edit_command(fleet.directory)),
        )


def assess(
    fleet: Fleet,
    wish: Wish | None = None,
    *,
    local: bool = False,
    book: Book | None = None,
    observe: Observe | None = None,
) -> Assessment:
    """Look at every server (by `observe`, or as `look` does) and decide what it needs. Changes nothing."""
    stages = book or default_book()
    check_wish(wish or Wish(), stages.names)
    inputs = resolve(
        fleet.path,
        [server.name for server in fleet.servers],
        stages,
        extra=places.contents(stages),
    )
    found = observe(fleet) if observe else look(fleet, local=local)
    plans = []
    for server in fleet.servers:
        seen = found[server.name]
        if seen.fault:
            plans.append(ServerPlan(server.name, unreachable=seen.fault))
            continue
        disabled = frozenset(server.settings.stages_disabled)
        other = changes(seen.state, identity(server, seen.distribution))
        age = server.settings.stages_max_age_days
        plans.append(
            plan_server(
                server.name,
                stages.stages,
                seen.state,
                inputs[server.name],
                seen.failed,
                wish=wish,
                disabled=disabled,
                different={stage: [one.trait for one in found] for stage, found in other.items()},
                oldest=datetime.now(UTC) - timedelta(days=age) if age else None,
            )
        )
    return Assessment(Plan(tuple(plans)), found)


def preview(
    fleet: Fleet,
    assessment: Assessment,
    on_progress: Callable[[Progress], None],
    *,
    local: bool = False,
    book: Book | None = None,
) -> tuple[Result, ...]:
    """What the planned stages would change, by Ansible's check mode; `changed` progress carries the diffs.

    A server without Python cannot be asked; its stages are reported as not reached.
    """
    unable = {name for name, seen in assessment.observations.items() if not seen.state.has_python}
    plan = Plan(tuple(one for one in assessment.plan.servers if one.server not in unable))
    silent = tuple(
        Result(one.server, stage, "not_reached", message=_("no Python there yet"))
        for one in assessment.plan.servers
        if one.server in unable
        for stage in one.names
    )
    if plan.empty:
        return silent
    setting = _setting(fleet, assessment, plan, book or default_book(), local=local, check=True)
    outcome = run.converge(plan, setting, on_progress)
    if outcome.interrupted:
        raise KeyboardInterrupt
    return outcome.results + silent


def apply(
    fleet: Fleet,
    wish: Wish | None = None,
    *,
    local: bool = False,
    accept_below_minimum: bool = False,
    accept_another_server: bool = False,
    book: Book | None = None,
    observe: Observe | None = None,
    on_plan: Callable[[Assessment], None] = lambda _assessment: None,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> Applied:
    """Converge what the plan says, then look again.

    `on_plan` is called with the plan before anything changes. Raises BackboneError (exit 1) when a server that
    was never provisioned is below the minimum, unless that is accepted; nothing has been touched then.
    """
    stages = book or default_book()
    before = assess(fleet, wish, local=local, book=stages, observe=observe)
    on_plan(before)
    _gate(before, accept_below_minimum)
    if not accept_another_server:
        _refuse_another_server(fleet, before)
    setting = _setting(fleet, before, before.plan, stages, local=local, check=False)
    if before.plan.empty:
        run.note_tried(notes((), before.observations), setting)
        return Applied(before, None, before, conclusive=not (wish and wish.stages))
    outcome = run.converge(before.plan, setting, on_progress)
    if outcome.interrupted:
        return Applied(before, outcome, before, conclusive=False)
    after = assess(fleet, local=local, book=stages, observe=observe)
    tried = notes(outcome.results, after.observations)
    run.note_tried(tried, setting)
    return Applied(before, outcome, _without(after, tried))


def notes(results: tuple[Result, ...], seen: Mapping[str, Observation]) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the stamps must note anew of controls that their stage could not mend: {server: {stage: controls}}.

    Noted is a control that still fails though its stage just ran. The note goes (an empty tuple, where it was the
    last) once the control has passed, so that a later failure is repaired again.
    """
    ran = {(result.server, result.stage) for result in results if result.status == OK}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for server, one in seen.items():
        if one.fault:
            continue
        for stage, stamp in one.state.stamps.items():
            failed = set(one.failed.get(stage, ()))
            vain = failed if (server, stage) in ran else failed & set(stamp.tried)
            if vain != set(stamp.tried):
                found.setdefault(server, {})[stage] = tuple(sorted(vain))
    return found


def _without(assessment: Assessment, tried: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Assessment:
    """The assessment as the next look will give it: stages tried in vain are given up, not planned."""
    servers = []
    for server in assessment.plan.servers:
        vain = tried.get(server.server, {})
        hopeless = {stage: controls for stage, controls in vain.items() if controls}
        kept = tuple(
            one
            for one in server.stages
            if one.stage not in hopeless or any(reason.code != CONTROL_FAILED for reason in one.reasons)
        )
        servers.append(changed(server, stages=kept, given_up={**server.given_up, **hopeless}))
    return changed(assessment, plan=Plan(tuple(servers)))


def _gate(assessment: Assessment, accepted: bool) -> None:
    """Stop before a first apply on a machine of another system, below the minimum, or in use.

    A server that was provisioned is never kept from repair.
    """
    known = supported()
    strange = {
        name: seen.distribution
        for name, seen in assessment.observations.items()
        if seen.state.bare and not seen.fault and seen.distribution not in known
    }
    if strange:
        raise BackboneError(
            _("no stage is written for this system, nothing was touched: {servers}").format(
                servers="; ".join(f"{name}: {system or '?'}" for name, system in strange.items())
            ),
            repair=_("install one of {systems}, or leave these servers out with --limit").format(
                systems=", ".join(sorted(known))
            ),
            exit_status=Exit.FELL_SHORT,
        )
    below = {
        name: seen.below_minimum
        for name, seen in assessment.observations.items()
        if seen.below_minimum and seen.state.bare and not accepted
    }
    if below:
        raise BackboneError(
            _("below the minimum, nothing was touched: {servers}").format(
                servers="; ".join(f"{name}: {', '.join(controls)}" for name, controls in below.items())
            ),
            repair=_(
                "mend what preflight names, leave these servers out with --limit, or go on all the same "
                "(--accept-below-minimum)"
            ),
            exit_status=Exit.FELL_SHORT,
        )
    if found := {name: seen.undecided for name, seen in assessment.observations.items() if seen.undecided}:
        raise BackboneError(
            _("in use already, nothing was touched: {servers}").format(
                servers="; ".join(f"{name}: {', '.join(things)}" for name, things in found.items())
            ),
            repair=_("decide what becomes of each (keep, adopt or stop): backbone preflight -i INV"),
            exit_status=Exit.FELL_SHORT,
        )


def _refuse_another_server(fleet: Fleet, assessment: Assessment) -> None:
    """Stop before the stages of a provisioned server run for another region, level, system or database."""
    told: list[str] = []
    for server in fleet.servers:
        seen = assessment.observations[server.name]
        found = changes(seen.state, identity(server, seen.distribution)) if not seen.fault else {}
        told += dict.fromkeys(
            joined(": ", (server.name, lost(one))) for differing in found.values() for one in differing
        )
    if told:
        raise UsageError(
            _("nothing was touched. {servers}").format(servers=joined("; ", told)),
            repair=_(
                "set the inventory back to what the server is; or save and move its data first, and then go on with "
                "--accept-another-server"
            ),
        )


# What os-release calls a system that Ansible's facts name otherwise.
_OS_IDS = {"RedHat": "rhel"}


@cache
def supported() -> frozenset[str]:
    """The systems that stages are written for, as os-release names them: "debian 12"."""
    written = YAML(typ="safe").load(paths.roles_dir() / "stage" / "vars" / "main.yml")
    return frozenset(
        f"{_OS_IDS.get(name, name.lower())} {version}"
        for name, versions in written["__stage_supported"].items()
        for version in versions
    ) | {f"windows {build}" for build in written["__stage_windows"]}


def _setting(fleet: Fleet, assessment: Assessment, plan: Plan, book: Book, *, local: bool, check: bool) -> Setting:
    return Setting(
        inventory=fleet.path,
        book=book,
        places=places.of(fleet, plan, {name: seen.distribution for name, seen in assessment.observations.items()}),
        no_python=frozenset(name for name, seen in assessment.observations.items() if not seen.state.has_python),
        windows=frozenset(server.name for server in fleet.servers if server.connection.kind == "psrp"),
        local=local,
        check=check,
        identities={
            server.name: identity(server, assessment.observations[server.name].distribution) for server in fleet.servers
        },
    )
