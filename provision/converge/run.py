"""Carries out a plan with Ansible: the second inventory, the run's private folder and log, the outcome."""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from provision import paths
from provision.converge import targets
from provision.converge.book import Book
from provision.converge.driver import Ended, Event, Job, drive, first_failure
from provision.converge.plan import Plan, ServerPlan
from provision.converge.progress import Progress, Result, Tracker
from provision.converge.stages import by_name
from provision.errors import BackboneError
from provision.i18n import _, english

# Runs whose logs are kept.
_RUNS_KEPT = 50


@dataclass(frozen=True)
class Outcome:
    """What a run came to: every planned stage's result, where its log is, whether it was interrupted."""

    results: tuple[Result, ...]
    log: Path
    interrupted: bool


@dataclass(frozen=True)
class Setting:
    """What a run needs besides its plan.

    `places` gives each server the places on the controller that its wiring may name (targets.PLACES), `identities`
    what its stamps will say that it is (identity.py).
    `no_python` names servers that need Python before Ansible can work there. `windows` names those that are reached
    by PowerShell. `local` reaches the (only) server without SSH.
    """

    inventory: Path
    book: Book
    places: Mapping[str, Mapping[str, str]]
    no_python: frozenset[str] = frozenset()
    windows: frozenset[str] = frozenset()
    local: bool = False
    check: bool = False
    identities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def converge(plan: Plan, setting: Setting, on_progress: Callable[[Progress], None]) -> Outcome:
    """Run the planned stages, in order, on all servers at once.

    A stage that fails stops its server, not the others. Raises BackboneError when another run on this
    controller is at one of the servers, or when Ansible cannot start.
    """
    servers = [server for server in plan.servers if server.stages]
    run = _new_run()
    tracker = Tracker({server.server: server.names for server in servers}, diffs=setting.check)
    owner = targets.this_owner(run.name, setting.inventory)
    with ExitStack() as stack:
        if not setting.check:
            for server in sorted(server.server for server in servers):
                stack.enter_context(held(setting.inventory, server))
        log = stack.enter_context((run / "log.txt").open("w", encoding="utf-8"))

        def listen(event: Event) -> None:
            for progress in tracker.feed(event):
                _log(log, progress)
                on_progress(progress)

        def go(servers: Sequence[ServerPlan]) -> Ended:
            return drive(
                Job(
                    playbook=setting.book.site,
                    inventories=(
                        targets.inventory_file(setting.inventory).resolve(),
                        _second_inventory(run, servers, setting, owner),
                    ),
                    folder=run / "ansible",
                    roles=setting.book.roles,
                    servers=len(servers),
                    vault_password_file=targets.vault_password_file(setting.inventory),
                    check=setting.check,
                    connection="local" if setting.local else "",
                ),
                listen,
            )

        ended, left = go(servers), len(servers)
        # Ansible gives a run up after a play in which every server failed: the others go on in one of their own.
        while (waiting := tracker.cut_off()) and len(waiting) < left and not ended.interrupted:
            left = len(waiting)
            ended = go([_narrowed(server, waiting[server.server]) for server in servers if server.server in waiting])
        reason = "interrupted" if ended.interrupted else first_failure(ended.words)
        results = tuple(tracker.close(reason))
        log.write(f"{_now()} ended: status {ended.status}{' interrupted' if ended.interrupted else ''}\n")
        if ended.status and ended.words:
            log.write(ended.words + "\n")
    (run / "results.json").write_text(json.dumps(english([dataclasses.asdict(result) for result in results]), indent=1))
    shutil.rmtree(run / "ansible", ignore_errors=True)
    if ended.status and not ended.interrupted and all(r.status in ("ok", "not_reached") for r in results):
        # It fell over outside of any stage: a broken playbook, a wrong vault password, no Python to be had.
        raise BackboneError(
            _("Ansible failed before any stage: {reason}").format(reason=first_failure(ended.words)),
            repair=_("read {log}").format(log=run / "log.txt"),
        )
    return Outcome(results, run / "log.txt", ended.interrupted)


def note_tried(tried: Mapping[str, Mapping[str, Sequence[str]]], setting: Setting) -> None:
    """Note in stamps which controls still fail after their stage ran: {server: {stage: [control]}}.

    Where a server cannot be reached for it, its stage is tried once more next time, which does no harm.
    """
    if not tried:
        return
    run = _new_run()
    second = targets.write(
        run / "inventory.yml",
        hosts={
            server: {"stage_tried": {stage: list(controls) for stage, controls in stages.items()}}
            for server, stages in tried.items()
        },
        groups={
            "controller_tried": [server for server in tried if server not in setting.windows],
            "controller_tried_windows": [server for server in tried if server in setting.windows],
        },
        everyone={},
    )
    drive(
        Job(
            playbook=paths.playbooks_dir() / "tried.yml",
            inventories=(targets.inventory_file(setting.inventory).resolve(), second),
            folder=run / "ansible",
            roles=setting.book.roles,
            servers=len(tried),
            vault_password_file=targets.vault_password_file(setting.inventory),
            connection="local" if setting.local else "",
        ),
        lambda _event: None,
    )
    shutil.rmtree(run, ignore_errors=True)


def _second_inventory(run: Path, servers: Sequence[ServerPlan], setting: Setting, owner: targets.Owner) -> Path:
    known = by_name(setting.book.stages)
    hosts: dict[str, dict[str, Any]] = {}
    groups: dict[str, list[str]] = {f"run_{stage}": [] for stage in setting.book.names}
    for server in servers:
        planned = set(server.names)
        hosts[server.server] = {
            "controller_stages": {
                one.stage: {
                    "digest": one.inputs.digest,
                    "inputs": dict(one.inputs.inputs),
                    "followers": [name for name in known[one.stage].followers if name in planned],
                    "last": one.stage == server.names[-1],
                }
                for one in server.stages
            },
            "controller_identity": dict(setting.identities.get(server.server, {})),
            **setting.places.get(server.server, {}),
        }
        for stage in server.names:
            groups[f"run_{stage}"].append(server.server)
    bare = setting.no_python - setting.windows
    groups["run_python"] = [s.server for s in servers if s.server in bare and not setting.check]
    groups["windows"] = [server.server for server in servers if server.server in setting.windows]
    groups["linux"] = [server.server for server in servers if server.server not in setting.windows]
    return targets.write(run / "inventory.yml", hosts, groups, everyone={"controller_owner": dataclasses.asdict(owner)})


def _narrowed(server: ServerPlan, stages: Sequence[str]) -> ServerPlan:
    """The plan with these of its stages alone."""
    return dataclasses.replace(server, stages=tuple(one for one in server.stages if one.stage in stages))


def _new_run() -> Path:
    """A new private folder for a run; the oldest ones go."""
    runs = paths.state_dir() / "runs"
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = sorted((entry for entry in runs.iterdir() if entry.is_dir()), key=lambda entry: entry.stat().st_mtime)
    for folder in old[:-_RUNS_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    while True:
        run = runs / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        try:
            run.mkdir(mode=0o700)
        except FileExistsError:
            time.sleep(0.001)
            continue
        return run


@contextmanager
def held(inventory: Path, server: str) -> Iterator[None]:
    """Keep other runs of this controller away from a server while this process lives."""
    locks = paths.state_dir() / "locks"
    locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A name means a machine within its inventory only; two inventories that have the same machine meet at the
    # server's own lock.
    of_inventory = hashlib.sha256(str(inventory.resolve()).encode()).hexdigest()[:12]
    handle = os.open(locks / f"{server}-{of_inventory}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackboneError(
                _("{server}: another run on this controller is converging it").format(server=server),
                repair=_("wait until it has ended"),
            ) from None
        yield
    finally:
        os.close(handle)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _log(log: TextIO, progress: Progress) -> None:
    """One line of the log; a failure's message follows, indented."""
    words = [_now(), progress.server, progress.stage, progress.kind]
    words += [progress.task] if progress.task else []
    if progress.kind == "stage_ended":
        words += [progress.status, f"changed={progress.changed}", f"{progress.seconds:.1f}s"]
    log.write("  ".join(words) + "\n")
    log.writelines(f"    {line}\n" for line in progress.message.splitlines())
    log.flush()
