"""Runs restore drills on many servers at once over the probe's transport, and judges what each observed.

On the server the drill is a systemd unit of its own (`remote/unit.py`): it goes on, and cleans up, if the connection
or this program goes away. Here is only: send it, listen to it, judge it, hand the result back for the audit.
"""

from __future__ import annotations

import base64
import importlib.resources
import io
import json
import secrets
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from provision import times
from provision.errors import BackboneError
from provision.i18n import _, english, number
from provision.operate.compare import VERSION, DrillResult, failure, judge, unfinished, utc
from provision.operate.remote.observe import Short
from provision.operate.sqlserver import many as sqlserver
from provision.probe import windows
from provision.probe.snapshot import Fault
from provision.probe.transport import Outcome, Session, Target

ROOT = "/var/lib/backbone/drill"
UNIT = "provision.operate.remote.unit"
DISK_UNIT = "provision.operate.remote.disk_unit"
RESTORE_UNIT = "provision.operate.remote.restore_unit"
SENT = (
    "__init__.py",
    "observe.py",
    "repositories.py",
    "place.py",
    "away.py",
    "marking.py",
    "medium.py",
    "scratch.py",
    "controls.py",
    "drill.py",
    "unit.py",
    "restoring.py",
    "restore_unit.py",
    "disk.py",
    "disk_unit.py",
)
START_SECONDS, POLL_SECONDS, STOP_SECONDS = 120, 60, 240
LOST_AFTER = 5  # polls in a row without an answer

Tell = Callable[[str, Mapping[str, Any]], None]


def program() -> bytes:
    """What is sent: the remote part as a zip that Python imports from. The same bytes every time."""
    folder = importlib.resources.files("provision.operate") / "remote"
    files = {"provision/__init__.py": b"", "provision/operate/__init__.py": b""}
    files |= {f"provision/operate/remote/{name}": (folder / name).read_bytes() for name in SENT}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def call(drill: str, verb: str, *arguments: object, given: Any = None, unit: str = UNIT) -> str:
    """The shell command that asks the remote part for something; `given` goes to its standard input."""
    words = " ".join([verb, drill, *map(str, arguments)])
    ask = f"PYTHONPATH={ROOT}/{drill}/drill.pyz PYTHONDONTWRITEBYTECODE=1 python3 -m {unit} {words}"
    if given is None:
        return f"{ask} </dev/null"
    text = base64.b64encode(json.dumps(given).encode()).decode()
    return f"base64 -d <<'GIVEN' | {ask}\n{text}\nGIVEN"


def laid(drill: str, then: str) -> str:
    """A script that puts the remote part on the server and has it do `then`; leaves nothing if that fails."""
    folder = f"{ROOT}/{drill}"
    sent = base64.encodebytes(program()).decode()
    return (
        "set -eu\numask 022\ncd /\n"
        f"mkdir -p {folder}\ntrap '[ $? = 0 ] || rm -rf {folder}' EXIT\n"
        f"base64 -d >{folder}/drill.pyz <<'PROGRAM'\n{sent}PROGRAM\n"
        f"{then}\n"
    )


def survey_script(drill: str, settings: Mapping[str, Any]) -> str:
    """Puts the remote part on the server and asks it what a drill with these settings would do."""
    return laid(drill, call(drill, "survey", given=dict(settings)))


def steps(engine: str = "postgresql") -> dict[str, str]:
    """What each step is called to a person, in order. `engine`: postgresql or sqlserver."""
    if engine == "sqlserver":
        return steps() | {
            "mark": _("mark a moment: a marked transaction and a snapshot"),
            "archive": _("back up the log on both sides of the mark"),
            "checksums": _("read every backup and its checksums (RESTORE VERIFYONLY)"),
            "amcheck": _("check every table and index (DBCC CHECKDB)"),
        }
    return {
        "prepare": _("look for the last backup and for room"),
        "mark": _("mark a moment: snapshot and restore point"),
        "digest_source": _("digest of every table at that moment"),
        "archive": _("wait for the WAL in the repository"),
        "restore": _("restore the backup into a scratch place"),
        "recover": _("start it and recover to the mark"),
        "digest_restored": _("digest of every restored table"),
        "amcheck": _("check every table and index (pg_amcheck)"),
        "checksums": _("check every page's checksum"),
        "controls": _("prove that damage is noticed: spoilt copies of the backup"),
        "cleanup": _("remove the scratch place"),
    }


def plan(names: Sequence[str]) -> tuple[str, ...]:
    """What a drill will do, a line each."""
    return (
        _("Restore drill on: {names}").format(names=", ".join(names)),
        _("The live database keeps running; only its schema backbone_ops is written (canaries, a mark)."),
        _("Below {place} the backup is restored, checked and removed again:").format(place=ROOT),
        *(f"  {number}. {text}" for number, text in enumerate(steps().values(), 1)),
    )


def located(place: str) -> str:
    """Where a repository lies, as the remote part tells it."""
    told = {"here": _("on this server"), "disk": _("a copy on a removable disk")}
    return told.get(place, _("off this server"))


def planned(found: Mapping[str, Any], zone: str = "") -> tuple[str, ...]:
    """One server's plan, before anything is touched: from which backup, to which moment, how much room, how long."""
    target = {
        "now": _("to this moment, which is marked and compared"),
        "mark": _("to the mark of {moment}, compared with what was seen then"),
        "time": _("to {moment}: nobody marked it, so nothing can be compared and the drill cannot be green"),
    }[found["to"]]
    expected = found["expected_seconds"]
    return (
        _("from the backup {label} ({type}, {moment}) in repository {repo} ({place})").format(
            label=found["backup"],
            type=found["backup_type"],
            moment=times.shown(found["backup_at"], zone),
            repo=found["repo"],
            place=located(found["repo_place"]),
        ),
        target.format(moment=times.shown(found["to_at"], zone, seconds=True)),
        _("{needed} MiB of disk for a while, of {free} MiB that are free").format(
            needed=number(found["needed_bytes"] >> 20), free=number(found["free_bytes"] >> 20)
        ),
        _("about {minutes} minutes, as the last drill took").format(minutes=number(expected / 60, 1))
        if expected
        else _("how long, nobody knows yet: it is the first drill here"),
    )


class _Run:
    """One server's drill while it goes on."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.drill = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
        self.started_at = utc(datetime.now(UTC).timestamp())
        self.seen = 0
        self.silent = 0
        self.result: DrillResult | None = None

    def fail(self, step: str, message: str) -> None:
        self.result = unfinished(self.target.name, self.drill, self.started_at, step, message)

    def surveyed(self, outcome: Outcome, tell: Tell) -> None:
        """Take the plan, or why there can be none: that is a drill that fell short, before anything was touched."""
        self.started(outcome)
        if self.result is None and not isinstance(outcome, Fault):
            found = json.loads(outcome.stdout)
            if "plan" in found:
                tell(self.target.name, {"event": "plan", "plan": found["plan"]})
            else:
                self.fail("prepare", failure(found["refused"]))

    def started(self, outcome: Outcome) -> None:
        """Take what the start answered."""
        if isinstance(outcome, Fault):
            self.fail("connect", outcome.message)
        elif outcome.status != 0:
            self.fail(
                "start", _(last_words(outcome.stderr)) if outcome.stderr.strip() else f"exit status {outcome.status}"
            )

    def polled(self, outcome: Outcome, tell: Tell) -> None:
        """Take what a poll answered."""
        if isinstance(outcome, Fault) or outcome.status != 0:
            self.silent += 1
            if self.silent >= LOST_AFTER:
                said = outcome.message if isinstance(outcome, Fault) else last_words(outcome.stderr)
                told = _("the server stopped answering; the drill ends and cleans up by itself: {said}")
                self.fail("connect", told.format(said=said))
            return
        self.silent = 0
        news = json.loads(outcome.stdout)
        self.seen += len(news["events"])
        for event in news["events"]:
            tell(self.target.name, event)
        if news["active"]:
            return
        if news["observed"] is None:
            told = _("the drill ended without a result (systemd: {result})")
            self.fail("work", told.format(result=news["result"] or "gone"))
        else:
            self.result = judge(self.target.name, news["observed"])


def last_words(stderr: bytes) -> str:
    return " ".join(stderr.decode("utf-8", "replace").strip().splitlines()[-1:])


def run_drills(
    targets: Sequence[Target],
    settings: Mapping[str, Any] | None = None,
    tell: Tell = lambda name, event: None,
    operator: str = "",
    regions: Mapping[str, str] | None = None,
) -> tuple[DrillResult, ...]:
    """A drill on every target, all at once; a result for each, in their order.

    `settings` overrides `remote/place.py`'s DEFAULTS. `tell(server, event)` hears of the plan before anything is
    touched ({"event": "plan", "plan": …}), then of steps as they begin and end ({"event": "begin"|"end", "step": …,
    "seconds": …}). `operator` is the person who runs them, `regions` each server's code, both for the record.
    Interrupted, it stops the drills and removes what they made.
    """
    there = [target for target in targets if windows.is_windows(target)]
    stopping = threading.Event()

    def heard(name: str, event: Mapping[str, Any]) -> None:
        if stopping.is_set() and event["event"] == "begin" and event["step"] != "cleanup":
            raise Short(_("interrupted"))
        tell(name, event)

    with ThreadPoolExecutor(max(len(there), 1)) as pool:
        # A Windows server has SQL Server, which is drilled from here, statement by statement.
        asked = [pool.submit(sqlserver.run, one, settings or {}, heard) for one in there]
        try:
            results = _by_units([one for one in targets if one not in there], settings, tell, operator, regions)
            results |= {one.name: told.result() for one, told in zip(there, asked, strict=True)}
        except BaseException:
            stopping.set()
            raise
    known = {
        name: replace(one, operator=operator, region=(regions or {}).get(name, "")) for name, one in results.items()
    }
    for target in there:
        sqlserver.keep(target, known[target.name])
    return tuple(known[target.name] for target in targets)


def _by_units(
    targets: Sequence[Target],
    settings: Mapping[str, Any] | None,
    tell: Tell,
    operator: str,
    regions: Mapping[str, str] | None,
) -> dict[str, DrillResult]:
    """The drills of servers on which each is a unit of its own: those with PostgreSQL."""
    if not targets:
        return {}
    runs = {target.name: _Run(target) for target in targets}
    with Session(targets) as session:
        try:
            given = dict(settings or {})
            seen = session.run({name: survey_script(run.drill, given) for name, run in runs.items()}, START_SECONDS)
            for name, outcome in seen.items():
                runs[name].surveyed(outcome, tell)
            begin = {name: call(run.drill, "start", given=given) for name, run in runs.items() if run.result is None}
            for name, outcome in session.run(begin, START_SECONDS).items():
                runs[name].started(outcome)
            while going := [run for run in runs.values() if run.result is None]:
                asked = {run.target.name: call(run.drill, "poll", run.seen) for run in going}
                for name, outcome in session.run(asked, POLL_SECONDS).items():
                    runs[name].polled(outcome, tell)
        except BaseException:
            going = [run for run in runs.values() if run.result is None]
            session.run({run.target.name: call(run.drill, "stop") for run in going}, STOP_SECONDS)
            raise
        results = {
            name: replace(run.result, operator=operator, region=(regions or {}).get(name, ""))
            for name, run in runs.items()
            if run.result is not None
        }
        kept = {
            name: call(runs[name].drill, "finish", given=english(result.as_dict()))
            for name, result in results.items()
            if result.failed_step not in ("connect", "start")
        }
        for name, outcome in session.run(kept, START_SECONDS).items():
            if isinstance(outcome, Fault) or outcome.status != 0:
                said = outcome.message if isinstance(outcome, Fault) else last_words(outcome.stderr)
                raise BackboneError(_("{name}: the drill's result was not kept: {said}").format(name=name, said=said))
            results[name] = replace(results[name], history=tuple(json.loads(outcome.stdout)))
    return results


def document(results: Sequence[DrillResult]) -> dict[str, Any]:
    """drill.json: all results of one run."""
    return {
        "version": VERSION,
        "kind": "drill",
        "ok": bool(results) and all(result.ok for result in results),
        "servers": [result.as_dict() for result in results],
    }
