"""The probe: asks servers what the checks want to know, in as few round trips as can be.

Commands known from the last run go out first. What the checks then still miss goes out together in the next
wave, at most MAX_WAVES times; a server whose checks still ask after that is judged on what is known, the
rest is `error`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from provision import paths
from provision.i18n import _
from provision.probe import script, windows
from provision.probe.snapshot import Answer, Fault, Snapshot
from provision.probe.transport import CONNECT_SECONDS, Outcome, Session, Target

MAX_WAVES = 4
WAVE_SECONDS = 90

Wanted = Callable[[Snapshot], Sequence[str]]
Read = dict[str, Answer] | Fault


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _ask(
    session: Session,
    commands: Mapping[str, Sequence[str]],
    timeout: float,
    arrived: Callable[[str, Read], None] = lambda _name, _read: None,
) -> dict[str, Read]:
    """One wave: each server's commands as one script; one round trip a server.

    `arrived` gets each answer as it comes.
    """
    there = {name: session.target(name) for name in commands}
    by_powershell = [one for one in there.values() if windows.is_windows(one)]
    answers: dict[str, Read] = {**windows.ask(by_powershell, commands, timeout)}
    for name, read in answers.items():
        arrived(name, read)
    commands = {name: asked for name, asked in commands.items() if name not in answers}
    mark = script.marker()
    built: dict[tuple[str, ...], str] = {}
    scripts: dict[str, str] = {}
    for name, asked in commands.items():
        key = tuple(asked)
        if key not in built:
            built[key] = script.build(key, mark)
        scripts[name] = built[key]

    def read_one(name: str, outcome: Outcome) -> None:
        read: Read
        if isinstance(outcome, Fault):
            read = outcome
        else:
            read = script.parse(outcome.stdout, list(commands[name]), mark, outcome.stderr)
            if isinstance(read, Fault) and outcome.status in (124, 137):
                read = Fault("timeout", _("no complete answer within {seconds} s").format(seconds=f"{timeout:.0f}"))
        answers[name] = read
        arrived(name, read)

    if scripts:
        session.run(scripts, timeout, bound=script.frame_bound(), arrived=read_one)
    return answers


def ask(
    servers: Sequence[Target], commands: Mapping[str, Sequence[str]], timeout: float = WAVE_SECONDS
) -> dict[str, Read]:
    """Ask each server its commands in one round trip: command → Answer, or the server's Fault."""
    with Session(servers) as session:
        return _ask(session, commands, timeout)


def collect(
    servers: Sequence[Target],
    wanted: Wanted,
    first: Mapping[str, Sequence[str]],
    *,
    timeout: float = WAVE_SECONDS,
    wait: float = CONNECT_SECONDS,
    progress: Callable[[str], None] = lambda _name: None,
    after: Callable[[Session, Mapping[str, Snapshot]], None] | None = None,
    partial: bool = False,
) -> dict[str, Snapshot]:
    """Snapshots of all servers. `first`: the commands of the first wave; `wanted`: what a snapshot still
    lacks.

    `progress` is called with a server's name when it is done. A server with a Fault is not asked again. `after` gets
    the snapshots while the connections are still open, for what is to be done over the same ones. With `partial`, a
    Ctrl-C ends the asking and keeps what was answered: the servers that were not done have a Fault `interrupted`.
    """
    snapshots = {target.name: Snapshot(target.name, _now()) for target in servers}
    open_commands = {name: list(dict.fromkeys(first.get(name, ()))) for name in snapshots}
    done: set[str] = set()

    def arrived(name: str, answer: Read) -> None:
        if isinstance(answer, Fault):
            snapshots[name] = snapshots[name].broken(answer)
            open_commands[name] = []
        else:
            snapshots[name] = snapshots[name].plus(answer)
            known = snapshots[name].answers
            open_commands[name] = [one for one in wanted(snapshots[name]) if one not in known]
        if not open_commands[name]:
            done.add(name)
            progress(name)

    with Session(servers, wait=wait) as session:
        try:
            for _wave in range(MAX_WAVES):
                asking = {name: commands for name, commands in open_commands.items() if commands}
                if not asking:
                    break
                _ask(session, asking, timeout, arrived)
        except KeyboardInterrupt:
            if not partial:
                raise
            told = Fault("interrupted", _("the audit was interrupted before this server had answered"))
            snapshots.update({name: one.broken(told) for name, one in snapshots.items() if name not in done})
        if after is not None:
            after(session, snapshots)
    return snapshots


class Memory:
    """The commands that each server of one inventory was last asked, so that one wave suffices the next
    time.
    """

    def __init__(self, key: str, folder: Path | None = None) -> None:
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        self._path = (folder or paths.state_dir() / "probe") / f"commands-{digest}.json"

    def recall(self) -> dict[str, list[str]]:
        """Server → commands; empty when nothing usable is remembered (a cold probe is only slower)."""
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(name): [str(one) for one in commands] for name, commands in raw.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def remember(self, commands: Mapping[str, Sequence[str]]) -> None:
        """Keep what these servers were asked; other servers' memories stay. A state folder that is full is
        no fault.
        """
        kept = {**self.recall(), **{name: sorted(asked) for name, asked in commands.items()}}
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps(kept), encoding="utf-8")
            draft.replace(self._path)
