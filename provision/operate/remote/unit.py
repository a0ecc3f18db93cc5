"""The frame of a drill on the server: its unit, its news, its record, and its clean-up. See `drill.py` for the drill.

    python3 -m provision.operate.remote.unit VERB ID [ARGUMENT]

    survey  root: what a drill with these settings (JSON on stdin) would do; answers {"plan"} or {"refused"}
    start   root: begin; the settings (JSON) come on stdin
    work    postgres, in the unit backbone-drill.service: the drill
    poll    root: wait a little for news beyond line ARGUMENT; answers {"active", "result", "events", "observed"}
    finish  root: the result (JSON) on stdin becomes last.json and drill.prom, and the run is forgotten
    stop    root: end a drill before its time
    whole   root: a drill from its start to its record, as a timer has it made; ends with 1 if it fell short
    mark    postgres: a mark without a drill: a moment that later drills and restores can be compared with
    marked  postgres: the same, waits for its WAL in the repository; answers {"path", "segment", "at", "lsn"}
    lend    root: a mark and facts for a drill on another host; see away.py
    marks   root: the kept marks as JSON, oldest first: when, and rows by table
    clean   root: remove the scratch place, and settings with passphrases; the unit asks for it, however it ends

Everything lies below ROOT/ID, which is root's; only ROOT/ID/work belongs to postgres.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from provision.operate.remote.away import lend, opened
from provision.operate.remote.drill import Work, told_plan
from provision.operate.remote.marking import Marking
from provision.operate.remote.observe import Short, run
from provision.operate.remote.place import DEFAULTS, HISTORY, MARKS, ROOT, Live, history, marks, read_mark, survey
from provision.operate.remote.repositories import AT_REST
from provision.operate.remote.scratch import end_all, remove

METRICS = Path(os.environ.get("BACKBONE_METRICS", "/var/lib/backbone/metrics"))
UNIT = "backbone-drill.service"
PROGRAM = "provision.operate.remote.unit"
KEPT_HISTORY = 240
SUCCESS = "backbone_drill_last_success_timestamp_seconds"
POLL_SECONDS = 10
FETCHED_SECONDS = 3600  # what was observed of another server's drill is fetched within this, or gone
# Of a drill, once it has ended: passphrases, and what was seen in another server's databases.
SECRETS = ("settings.json", "work/pgbackrest.conf", "work/ca.pem", "work/mark.json.gz")
COPYING = "copying"  # in the folder of a copy to a removable disk, which goes on beside drills


def shown(name: str, unit: str = UNIT) -> str:
    """One property of a unit, as systemd tells it."""
    return run(["systemctl", "show", "--value", "-p", name, unit], what="systemctl show", timeout=30).strip()


def running(unit: str = UNIT) -> bool:
    return shown("ActiveState", unit) in ("active", "activating", "deactivating", "reloading")


def of_postgres(place: Path) -> None:
    """A folder that belongs to the user postgres, and that nobody else may look into."""
    owner = pwd.getpwnam("postgres")
    if not place.is_dir():
        place.mkdir(mode=0o700)
        os.chown(place, owner.pw_uid, owner.pw_gid)


def as_postgres(verb: str, drill: str, given: Any = None, *, program: str = PROGRAM) -> Any:
    """What a verb of this program answers when the user postgres asks it."""
    named = {name: os.environ[name] for name in ("PYTHONPATH", "BACKBONE_DRILL_ROOT") if os.environ.get(name)}
    command = ["runuser", "-u", "postgres", "--", "env", *(f"{name}={value}" for name, value in named.items())]
    done = subprocess.run(
        [*command, sys.executable, "-m", program, verb, drill],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
    )
    if done.returncode != 0:
        raise Short("{said}", said=" ".join(done.stderr.strip().splitlines()[-1:]) or f"exit status {done.returncode}")
    return json.loads(done.stdout)


def look(drill: str, given: dict[str, Any]) -> dict[str, Any]:
    """As postgres: the plan of a drill, or why there can be none. Changes nothing."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return {"plan": told_plan(survey(opened({**DEFAULTS, **given}, Path(folder)), ROOT))}
    except Short as fault:
        return {"refused": {"message": str(fault), **fault.as_told()}}


def start(drill: str, given: dict[str, Any]) -> None:
    """Make the run's place and start its unit, below the live service in processor, disk and memory."""
    if running():
        raise Short("a drill is running on this server already; wait for it, or: systemctl stop backbone-drill")
    for left in ROOT.iterdir():  # records of drills whose controller went away
        if left.is_dir() and left.name not in (drill, MARKS) and not (left / COPYING).exists():
            remove(left)
    settings = {**DEFAULTS, **given}
    # A drill on another host than the cluster's brings passphrases along.
    private = ROOT / drill / "settings.json"
    private.touch(mode=0o600)
    private.write_text(json.dumps(settings))
    shutil.chown(private, "postgres", "postgres")
    of_postgres(ROOT / MARKS)
    of_postgres(ROOT / drill / "work")
    program = [sys.executable, "-m", PROGRAM]
    limits = {
        "User": "postgres",
        "CPUWeight": settings["cpu_weight"],
        "IOWeight": settings["io_weight"],
        "Nice": 10,
        "IOSchedulingClass": "best-effort",
        "IOSchedulingPriority": 7,
        "MemoryHigh": settings["memory_high"],
        "OOMScoreAdjust": 500,
        "RuntimeMaxSec": f"{settings['hours']}h",
        "TimeoutStopSec": "2min",
        "NoNewPrivileges": "yes",
        "ProtectHome": "yes",
        "UMask": "0077",
        "ExecStopPost": f"+{' '.join(program)} clean {drill}",
    }
    command = ["systemd-run", "--quiet", "--collect", f"--unit={UNIT}", "--description=Backbone restore drill"]
    for name in ("PYTHONPATH", "BACKBONE_DRILL_ROOT"):
        if os.environ.get(name):
            command.append(f"--setenv={name}={os.environ[name]}")
    for name, value in limits.items():
        command += ["-p", f"{name}={value}"]
    run([*command, *program, "work", drill], what="systemd-run", timeout=60)


def work(drill: str) -> None:
    """The drill, as postgres."""
    settings = json.loads((ROOT / drill / "settings.json").read_text())
    Work(ROOT / drill / "work", drill, settings).all()


def poll(drill: str, seen: int, unit: str = UNIT) -> dict[str, Any]:
    """News since line `seen`, as soon as there are any; `observed` once the drill has ended."""
    place, deadline = ROOT / drill / "work", time.monotonic() + POLL_SECONDS
    while True:
        active = running(unit)
        events = read_as_owner(place / "events.jsonl").splitlines()
        if len(events) > seen or not active or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    observed = "" if active else read_as_owner(place / "observed.json")
    return {
        "active": active,
        "result": "" if active else shown("Result", unit),
        "events": [json.loads(line) for line in events[seen:]],
        "observed": json.loads(observed) if observed else None,
    }


def read_as_owner(path: Path) -> str:
    """A file of the user postgres, read with that user's rights: whatever it has put there, root is not its reader."""
    done = subprocess.run(
        ["runuser", "-u", "postgres", "--", "cat", str(path)], capture_output=True, text=True, cwd="/"
    )
    return done.stdout


def finish(drill: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Keep the result for the audit and the monitoring, and forget the run; answers the last drills, this one too.

    A restore to a moment that nobody had marked was not compared: it is no drill, and leaves no record of one. One from
    a copy on a disk, or from the former repository, is noted, and proves nothing of the repository in use.
    """
    if result.get("to") == "time":
        remove(ROOT / drill)
        return history(ROOT)
    if result["ok"] and result.get("operator"):
        # A timer's drill comes after it every month, and is no evidence of a person's skill.
        write(ROOT / "person.json", json.dumps(result, indent=2) + "\n")
    past = [*history(ROOT), told(result)][-KEPT_HISTORY:]
    write(ROOT / HISTORY, "".join(json.dumps(one) + "\n" for one in past))
    if result.get("repo") not in AT_REST:
        write(ROOT / "last.json", json.dumps(result, indent=2) + "\n")
        measured(result)
    remove(ROOT / drill)
    return past


def measured(result: dict[str, Any]) -> None:
    """The metrics that alarms go by."""
    now = int(time.time())
    success = now if result["ok"] else last_success()
    lines = [
        f"backbone_drill_ok {int(result['ok'])}",
        f"backbone_drill_last_run_timestamp_seconds {now}",
        f"{SUCCESS} {success}",
    ]
    for name in ("rpo_seconds", "rto_seconds", "rows", "tables"):
        if result.get(name) is not None:
            lines.append(f"backbone_drill_{name} {result[name]}")
    METRICS.mkdir(mode=0o755, parents=True, exist_ok=True)
    write(METRICS / "drill.prom", "\n".join(lines) + "\n")


def told(result: dict[str, Any]) -> dict[str, Any]:
    """A drill's line in the history."""
    names = ("drill", "started_at", "ok", "operator", "repo", "rpo_seconds", "rto_seconds", "database_bytes")
    steps = result.get("steps") or {}
    return {
        **{name: result.get(name) for name in names},
        "seconds": round(sum(steps.values()), 1) if "controls" in steps else None,
    }


def whole(drill: str, given: dict[str, Any]) -> int:
    """A drill without a controller: start, wait, judge, keep. Stopped before its end, it stops what it started."""
    from provision.operate.compare import judge, unfinished, utc

    def give_up(_number: int, _frame: object) -> None:
        raise SystemExit(1)

    signal.signal(signal.SIGTERM, give_up)
    (ROOT / drill).mkdir(mode=0o755, parents=True, exist_ok=True)
    begun = utc(time.time())
    try:
        start(drill, given)
        seen = 0
        while True:
            news = poll(drill, seen)
            seen += len(news["events"])
            if not news["active"]:
                break
    except BaseException:
        stop(drill)
        raise
    if news["observed"] is None:
        reason = f"the drill ended without a result (systemd: {news['result'] or 'gone'})"
        result = unfinished(socket.gethostname(), drill, begun, "work", reason)
    else:
        result = judge(socket.gethostname(), news["observed"])
    finish(drill, result.as_dict())
    print("\n".join(result.shortcomings) or f"held: {result.tables} tables, {result.rows} rows")
    return 0 if result.ok else 1


def mark(drill: str, given: dict[str, Any], wait: bool = False) -> dict[str, Any]:
    """As postgres: a mark, kept; its WAL leaves the server in its own time, or is waited for."""
    live = Live({**DEFAULTS, **given, "repo": 1, "from": ""}, ROOT)
    made = Marking(live, drill)
    archive = live.stanza()["archive"][-1]["id"]
    made.make(archive)
    made.digest()
    path = made.keep(ROOT)
    if wait:
        live.await_segment(archive, made.segment)
    return {"path": str(path), "segment": made.segment, "at": made.mark["at"], "lsn": made.mark["lsn"]}


def kept() -> list[dict[str, Any]]:
    """As postgres: every kept mark with its rows by table ("database: table")."""
    found = []
    for path in marks(ROOT):
        one = read_mark(path)
        tables = {
            f"{database}: {name}": counted[0]
            for database, held in one["source"]["databases"].items()
            for name, counted in held["tables"].items()
        }
        found.append({"name": path.name.split(".")[0], "at": one["mark"]["at"], "tables": tables})
    return found


def last_success() -> int:
    """When a drill held for the last time; 0 when none ever did."""
    try:
        kept = (METRICS / "drill.prom").read_text().splitlines()
    except OSError:
        return 0
    return next((int(float(line.split()[1])) for line in kept if line.startswith(f"{SUCCESS} ")), 0)


def write(path: Path, text: str) -> None:
    """Replace a file in one step, readable for all."""
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as out:
        out.write(text)
    Path(fresh).chmod(0o644)
    Path(fresh).replace(path)


def stop(drill: str) -> None:
    """End the drill and everything of it."""
    if (ROOT / drill / "work").exists():  # else it never began, and what runs is another drill
        subprocess.run(["systemctl", "stop", UNIT], capture_output=True, timeout=180)
    end_all(ROOT / drill / "work")
    remove(ROOT / drill)


def clean(drill: str) -> None:
    """What a drill leaves when it ended, however: the scratch place, and settings with passphrases, go.

    Of another server's drill nothing stays here: what was observed waits a while for the one who asked for it. Short
    where something stays.
    """
    place = ROOT / drill
    try:
        away = json.loads((place / "settings.json").read_text()).get("away")
    except (OSError, ValueError):
        away = None
    for name in SECRETS:
        (place / name).unlink(missing_ok=True)
    try:
        end_all(place / "work")
        remove(place / "work" / "scratch")
    finally:
        if away:
            timed = ["systemd-run", "--quiet", "--collect", f"--on-active={FETCHED_SECONDS}", "rm", "-rf", str(place)]
            run(timed, what="systemd-run", timeout=60)


def main(arguments: list[str]) -> int:
    verb, drill = arguments[0], arguments[1]
    if drill == "auto":
        drill = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + secrets.token_hex(3)
    if not drill.isalnum():
        raise SystemExit(f"no such drill: {drill!r}")
    try:
        if verb == "poll":
            print(json.dumps(poll(drill, int(arguments[2]))))
        elif verb == "whole":
            return whole(drill, json.loads(arguments[2]) if len(arguments) > 2 else {})
        elif verb == "marks":
            print(json.dumps(as_postgres("kept", drill)))
        elif verb == "kept":
            print(json.dumps(kept()))
        elif verb in ("survey", "look", "finish"):
            answers = {"survey": lambda *both: as_postgres("look", *both), "look": look, "finish": finish}
            print(json.dumps(answers[verb](drill, json.load(sys.stdin))))
        elif verb == "start":
            start(drill, json.load(sys.stdin))
        elif verb == "lend":
            print(json.dumps(as_postgres("lent", drill, json.load(sys.stdin))))
        elif verb == "lent":
            print(json.dumps(lend(drill, json.load(sys.stdin))))
        elif verb == "marked":
            print(json.dumps(mark(drill, json.load(sys.stdin), wait=True)))
        elif verb == "mark":
            mark(drill, json.loads(arguments[2]) if len(arguments) > 2 else {})
        else:
            {"work": work, "stop": stop, "clean": clean}[verb](drill)
    except Short as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
