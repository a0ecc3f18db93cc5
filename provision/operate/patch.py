"""Patch waves: updates and restarts on a few servers at a time, each wave audited before the next one begins.

The first wave is one server, the canary. A wave falls short when an update fails, a server does not come back with all
its services in time, or a control that held before does not hold any more; then no further server is touched. What
happens on a server is in `remote/patch.py`; there it goes on, whatever becomes of this program.
"""

from __future__ import annotations

import base64
import importlib.resources
import json
import math
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from provision.audit.findings import Finding
from provision.audit.run import Examination, examine
from provision.converge.run import held
from provision.converge.targets import this_owner
from provision.errors import UsageError
from provision.exits import Exit, worst
from provision.i18n import Text, _, joined
from provision.inventory import Fleet
from provision.probe.snapshot import Fault
from provision.probe.transport import Outcome, Session, Target

VERSION = 1
ROOT = "/var/lib/backbone/patch"
OK, FELL_SHORT, UNREACHED, NOT_REACHED = "ok", "fell_short", "unreached", "not_reached"
_ASK_SECONDS = 60
_LOST_AFTER = 5  # questions in a row without an answer
_RETRY_SECONDS = 3
# That an update waits, or could not be installed, is what a wave is there to end.
_OUTSTANDING = ("PATCH-03", "PATCH-06")


class Remote(Protocol):
    """What a wave needs of provision.probe.transport.Session."""

    def run(self, scripts: Mapping[str, str], timeout: float) -> Mapping[str, Outcome]: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Limits:
    """`drain_seconds`: for running work to end; `update_seconds`: for the updates; `back_seconds`: from the restart
    until all services run again. `restart`: whether a server restarts when an update asks for it.
    """

    drain_seconds: int = 1800
    update_seconds: int = 3 * 3600
    back_seconds: float = 1800
    restart: bool = True


@dataclass(frozen=True)
class Patched:
    """One server's part. `away_seconds`: from the restart until all services ran again."""

    server: str
    wave: int
    status: str = NOT_REACHED
    installed: tuple[str, ...] = ()
    restarted: bool = False
    away_seconds: float | None = None
    seconds: float = 0.0
    shortcomings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """How all waves went, in the servers' order."""

    started_at: str
    servers: tuple[Patched, ...] = field(default=())

    @property
    def exit_status(self) -> Exit:
        """0 all patched · 1 a wave fell short · 3 a server was silent."""
        status = {OK: Exit.OK, FELL_SHORT: Exit.FELL_SHORT, UNREACHED: Exit.UNREACHED, NOT_REACHED: Exit.FELL_SHORT}
        return worst(status[one.status] for one in self.servers)

    def as_dict(self) -> dict[str, Any]:
        """patch.json."""
        return {
            "version": VERSION,
            "kind": "patch",
            "started_at": self.started_at,
            "ok": self.exit_status == Exit.OK,
            "servers": [asdict(one) for one in self.servers],
        }


Tell = Callable[[str, str], None]
Examine = Callable[[Fleet], Examination]


def waves(servers: Sequence[str], size: str, canary: str = "") -> tuple[tuple[str, ...], ...]:
    """The canary alone, then the others by `size`: a number of servers, or a share of all of them ("10%").

    The canary is the first server where none is named. Raises UsageError for a size or a canary that is none.
    """
    count = int(size.removesuffix("%")) if size.removesuffix("%").isdecimal() else 0
    if count < 1 or (size.endswith("%") and count > 100):
        raise UsageError(
            _("--wave {size}: neither a number of servers nor a share of them").format(size=size),
            repair="--wave 5, --wave 10%",
        )
    if canary and canary not in servers:
        raise UsageError(
            _("--canary {name}: not among the servers").format(name=canary), repair=_("choose one that --limit names")
        )
    if size.endswith("%"):
        count = math.ceil(len(servers) * count / 100)
    first = canary or servers[0]
    others = [name for name in servers if name != first]
    return ((first,), *(tuple(others[at : at + count]) for at in range(0, len(others), count)))


def worse(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[str, ...]:
    """Why an audit after a wave is not as good as the one before it, a sentence each; empty when it is."""
    open_before = {one.control for one in before if one.open}
    told = []
    for one in after:
        observed = Text(one.observed.text(_), one.observed.text())
        if one.open and one.control in _OUTSTANDING:
            told.append(joined(": ", (one.control, observed)))
        elif one.open and one.control not in open_before:
            text = _("{control} held before and does not any more: {observed}")
            told.append(text.format(control=one.control, observed=observed))
    return tuple(told)


def program() -> str:
    """The remote part."""
    return (importlib.resources.files("provision.operate") / "remote" / "patch.py").read_text("utf-8")


def _encoded(given: Any) -> str:
    return base64.b64encode(json.dumps(given).encode()).decode()


def _ask(wave: str, verb: str, given: Any = None) -> str:
    words = [verb, wave] if given is None else [verb, wave, _encoded(given)]
    return f"python3 {ROOT}/{wave}/patch.py {' '.join(words)} </dev/null"


def begin_script(wave: str, settings: Mapping[str, Any]) -> str:
    """Puts the remote part on the server and starts it there; leaves nothing if that fails."""
    folder = f"{ROOT}/{wave}"
    return (
        f"set -eu\numask 077\ncd /\nmkdir -p {folder}\ntrap '[ $? = 0 ] || rm -rf {folder}' EXIT\n"
        f"base64 -d >{folder}/patch.py <<'PROGRAM'\n{base64.encodebytes(program().encode()).decode()}PROGRAM\n"
        f"{_ask(wave, 'begin', dict(settings))}\n"
    )


def _said(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return _(lines[-1]) if lines else ""


class _Wave:
    """One wave while it goes on: what is known of each of its servers, and the connections to them."""

    def __init__(
        self, number: int, targets: Sequence[Target], connect: Callable[[Sequence[Target]], Remote], tell: Tell
    ) -> None:
        self.id = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
        self.targets = {target.name: target for target in targets}
        self.known = {target.name: Patched(target.name, number) for target in targets}
        self.boots: dict[str, str] = {}
        self.connect, self.tell = connect, tell
        self.started = time.monotonic()

    def note(self, name: str, **what: Any) -> None:
        self.known[name] = replace(self.known[name], seconds=time.monotonic() - self.started, **what)

    def short(self, name: str, why: str, status: str = FELL_SHORT) -> None:
        self.note(name, status=status, shortcomings=(*self.known[name].shortcomings, why))
        self.tell(name, why)

    def going(self) -> list[str]:
        """The servers of which nothing bad is known."""
        return [name for name, one in self.known.items() if one.status == NOT_REACHED]

    def begin(self, remote: Remote, settings: Mapping[str, Any]) -> None:
        script = begin_script(self.id, settings)
        for name, outcome in remote.run(dict.fromkeys(self.targets, script), _ASK_SECONDS).items():
            if isinstance(outcome, Fault):
                self.short(name, outcome.message, UNREACHED)
            elif outcome.status != 0:
                self.short(name, _said(outcome.stderr) or f"exit status {outcome.status}")
            else:
                self.tell(name, _("updates are being installed"))

    def update(self, remote: Remote) -> dict[str, bool]:
        """Wait for the updates of all servers; answers which of them must restart."""
        restart: dict[str, bool] = {}
        silent = dict.fromkeys(self.targets, 0)
        while asked := [name for name in self.going() if name not in restart]:
            for name, outcome in remote.run(dict.fromkeys(asked, _ask(self.id, "poll")), _ASK_SECONDS).items():
                if isinstance(outcome, Fault) or outcome.status != 0:
                    silent[name] += 1
                    if silent[name] >= _LOST_AFTER:
                        said = outcome.message if isinstance(outcome, Fault) else _said(outcome.stderr)
                        self.short(name, _("stopped answering during the updates: {said}").format(said=said), UNREACHED)
                    continue
                silent[name] = 0
                news = json.loads(outcome.stdout)
                if not news["active"]:
                    self.boots[name] = news["boot"]
                    restart[name] = self.updated(name, news["observed"])
        return {name: wanted for name, wanted in restart.items() if name in self.going()}

    def updated(self, name: str, observed: Mapping[str, Any] | None) -> bool:
        """Take what the unit observed; whether the server asks for a restart."""
        if observed is None:
            self.short(name, _("the updates ended without a result; see `journalctl -u backbone-patch` there"))
            return False
        self.note(name, installed=tuple(observed["installed"]))
        if fault := observed["fault"]:
            self.short(name, _(fault["template"]).format(**fault["values"]))
        else:
            count = len(observed["installed"])
            self.tell(name, _("{count} packages installed").format(count=count))
        return bool(observed["restart"])

    def restart(self, remote: Remote, names: Sequence[str], seconds: float) -> None:
        """Restart servers and wait until each has come back with what ran before."""
        begun = time.monotonic()
        for name in names:
            self.tell(name, _("restarts"))
        # Whoever restarts may cut the line before it answers.
        remote.run(dict.fromkeys(names, _ask(self.id, "restart")), _ASK_SECONDS)
        remote.close()
        away = dict.fromkeys(names, _("it did not answer again"))
        while away and (left := seconds - (time.monotonic() - begun)) > 0:
            again = self.connect([self.targets[name] for name in away])
            try:
                script = _ask(self.id, "back", max(1, min(20, int(left))))
                answers = again.run(dict.fromkeys(away, script), _ASK_SECONDS)
            finally:
                again.close()
            for name, outcome in answers.items():
                if isinstance(outcome, Fault) or outcome.status != 0:
                    continue
                news = json.loads(outcome.stdout)
                if news["boot"] == self.boots[name]:
                    away[name] = _("it did not restart")
                elif news["lacking"]:
                    away[name] = _("not running again: {units}").format(units=", ".join(news["lacking"]))
                elif news["state"] in ("running", "degraded"):
                    del away[name]
                    self.note(name, restarted=True, away_seconds=time.monotonic() - begun)
                    self.tell(name, _("is back"))
            if away:
                time.sleep(_RETRY_SECONDS)
        for name, why in away.items():
            self.short(name, _("not back within {minutes} min: {why}").format(minutes=round(seconds / 60), why=why))

    def end(self, owner: Mapping[str, str]) -> None:
        """Give the locks back; a server that does not answer now loses its lock by age."""
        remote = self.connect(list(self.targets.values()))
        try:
            remote.run(dict.fromkeys(self.targets, _ask(self.id, "end", dict(owner))), _ASK_SECONDS)
        finally:
            remote.close()

    def audit(self, before: Examination, after: Examination) -> None:
        """Hold the audit after the wave against the one before it."""
        for name in self.going():
            found = worse(before.of(name), after.of(name))
            for why in found:
                self.short(name, why)
            if not found:
                self.note(name, status=OK)


def run(
    fleet: Fleet,
    groups: Sequence[Sequence[str]],
    limits: Limits | None = None,
    *,
    tell: Tell = lambda _server, _news: None,
    audit: Examine = examine,
    connect: Callable[[Sequence[Target]], Remote] = Session,
) -> Course:
    """Patch the fleet's servers in these waves; stop before the wave that follows one which fell short.

    A server that does not answer at the beginning is left out and said so. `tell(server, news)` hears what happens.
    Interrupted, it touches no further server; updates that have begun come to their end there.
    """
    bounds = limits or Limits()
    servers = {server.name: server for server in fleet.servers}
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    owner = asdict(this_owner("patch", Path(fleet.path)))
    found = {name: Patched(name, number) for number, group in enumerate(groups, 1) for name in group}
    with ExitStack() as stack:
        for name in sorted(servers):
            stack.enter_context(held(Path(fleet.path), name))
        before = audit(fleet)
        silent = set(before.unreached)
        for name in silent:
            fault = before.snapshots[name].fault
            why = fault.message if fault else ""
            found[name] = replace(found[name], status=UNREACHED, shortcomings=(why,))
            tell(name, why)
        for number, group in enumerate(groups, 1):
            names = [name for name in group if name not in silent]
            if not names:
                continue
            wave = _Wave(number, [Target.of(servers[name]) for name in names], connect, tell)
            _carry_out(wave, bounds, owner)
            wave.audit(before, audit(replace(fleet, servers=tuple(servers[name] for name in names))))
            found |= wave.known
            if any(one.status != OK for one in wave.known.values()):
                break
    return Course(started_at, tuple(found[server.name] for server in fleet.servers))


def _carry_out(wave: _Wave, limits: Limits, owner: Mapping[str, str]) -> None:
    """Updates and restarts of one wave."""
    settings = {"owner": owner, "drain_seconds": limits.drain_seconds, "seconds": limits.update_seconds}
    remote = wave.connect(list(wave.targets.values()))
    try:
        wave.begin(remote, settings)
        asking = [name for name, wanted in wave.update(remote).items() if wanted]
        if asking and limits.restart:
            wave.restart(remote, asking, limits.back_seconds)
    finally:
        remote.close()
    wave.end(owner)
