"""The frame of a restore on the server: plan, unit, news, undo, release. See `restoring.py` for the restore.

python3 -m provision.operate.remote.restore_unit VERB ID [ARGUMENT]

survey   root: the plan for these settings (JSON on stdin), or why there can be none; {"plan"}, {"refused"}
begin    root: start the restore with these settings (JSON on stdin) in its unit; the ID is its name
again    root: go on with the one in hand
go       root, in the unit: every step that is left
poll     root: news beyond line ARGUMENT; {"active", "events", "state"}
undo     root: the former cluster back in its place
release  root: delete the former cluster
state    root: the restore in hand, or null
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from provision.operate.remote.marking import around
from provision.operate.remote.observe import Short, driver, rows, run
from provision.operate.remote.place import DEFAULTS, Live, chosen, read_mark, shown, target
from provision.operate.remote.place import ROOT as DRILLS
from provision.operate.remote.restoring import (
    ROOT,
    STEPS,
    Restoring,
    read_state,
    started_with,
    timeline_of,
    write_state,
)
from provision.operate.remote.unit import as_postgres, of_postgres

UNIT = "backbone-restore.service"
PROGRAM = "provision.operate.remote.restore_unit"
POLL_SECONDS = 10


def look(drill: str, given: dict[str, Any]) -> dict[str, Any]:
    """As postgres: what a restore would do, or why it cannot be. Writes at most a canary, to bound the moment."""
    try:
        return {"plan": surveyed({**DEFAULTS, **given}, Path(given["folder"]))}
    except Short as fault:
        return {"refused": {"message": str(fault), **fault.as_told()}}


def surveyed(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Backup, target, room; the words for pgBackRest; whether the live cluster answers, and its canaries."""
    live = Live(settings, folder)
    if live.data.is_mount():
        raise Short(
            "{place} is a disk of its own: the restored cluster cannot take its place; "
            "mount the disk one folder higher",
            place=live.data,
        )
    goal = target(settings, DRILLS)
    stanza = live.stanza()
    backup = chosen(stanza, goal, str(settings["backup"]))
    answers, canary, timeline = True, None, timeline_of(live)
    try:
        session = live.session()
        try:
            [[latest]] = rows(session, "SELECT extract(epoch FROM max(written_at))::float8 FROM backbone_ops.canary")
        finally:
            session.close()
        if goal["kind"] == "time":
            canary = around(live, goal["at"])
    except driver().Error:
        answers, latest = False, None
    words = ["--type=default"]
    if goal["kind"] == "mark":
        words = ["--type=name", f"--target={goal['restore_point']}", "--target-action=promote"]
        canary, timeline = read_mark(Path(goal["path"]))["canary"], str(int(goal["timeline"], 16))
    elif goal["kind"] == "time":
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(goal["at"]))
        words = ["--type=time", f"--target={at}.{int(goal['at'] % 1 * 1e6):06}+00", "--target-action=promote"]
    size = int(backup["info"]["size"])
    needed = int(size * 1.05) + int(settings["spare_bytes"])
    free = shutil.disk_usage(live.data.parent).free
    if free < needed:
        raise Short(
            "not enough disk under {place}: {needed} MiB are needed, {free} MiB are free",
            place=live.data.parent,
            needed=needed >> 20,
            free=free >> 20,
        )
    return {
        "repo": live.repo,
        "repo_place": live.where,
        "backup": backup["label"],
        "backup_type": backup["type"],
        "backup_at": shown(backup["timestamp"]["stop"]),
        "to": goal["kind"] if goal["kind"] != "now" else "end",
        "to_at": shown(goal["at"]) if "at" in goal else "",
        "lost_since": shown(goal["at"]) if "at" in goal else shown(latest) if latest else "",
        "answers": answers,
        "database_bytes": size,
        "needed_bytes": needed,
        "free_bytes": free,
        "data": str(live.data),
        "state": {
            "config": str(live.config),
            "live_config": str(settings["config"]),
            "data": str(live.data),
            "socket": live.socket,
            "port": live.port,
            "backup": backup["label"],
            "goal": [*words, f"--target-timeline={timeline}"],
            "canary": canary,
            "version": live.version,
        },
    }


def survey(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The plan, made by the user postgres in the restore's own folder."""
    state = read_state()
    if state is not None and state.get("undone"):
        (ROOT / "state.json").unlink()
    elif state is not None:
        return {"in_hand": state}
    folder = ROOT / name
    ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    of_postgres(folder)
    told: dict[str, Any] = as_postgres("look", name, {**given, "folder": str(folder)}, program=PROGRAM)
    shutil.rmtree(folder)
    return told


def begin(name: str, given: dict[str, Any]) -> None:
    """Note what is to be done, then do it in the unit."""
    noted(name, given)
    again()


def noted(name: str, given: dict[str, Any]) -> None:
    """The state that a restore begins with. Short where another one is in hand, or where there is nothing to do."""
    if read_state() is not None:
        raise Short("a restore is in hand on this server, or its former cluster is still kept")
    settings, folder = {**DEFAULTS, **given}, ROOT / name
    of_postgres(folder)
    plan = as_postgres("look", name, {**given, "folder": str(folder)}, program=PROGRAM)
    if "plan" not in plan:
        raise Short("{said}", said=plan["refused"]["message"])
    told = plan["plan"]["state"]
    ways = {one: settings[one] for one in ("start", "stop") if one in settings}
    state = {
        "id": name,
        **told,
        **started_with(told["version"], Path(told["data"]).name),
        **ways,
        "systemd": not ways,
        "database": settings["database"],
        "process_max": settings["process_max"],
        "to": plan["plan"]["to"],
        "to_at": plan["plan"]["to_at"],
        "begun_at": time.time(),
        "done": [],
        "seconds": {},
        "failed": None,
    }
    write_state(state)


def again() -> None:
    """Start the unit that goes on with the restore in hand."""
    state = in_hand()
    if len(state["done"]) == len(STEPS):
        raise Short("the restore is finished; its former cluster waits to be let go")
    if state.get("undoing"):
        raise Short("the restore is being taken back: backbone restore --undo")
    state["failed"] = None
    write_state(state)
    command = ["systemd-run", "--quiet", "--collect", f"--unit={UNIT}", "--description=Backbone restore"]
    for name in ("PYTHONPATH", "BACKBONE_DRILL_ROOT", "BACKBONE_RESTORE_ROOT"):
        if os.environ.get(name):
            command.append(f"--setenv={name}={os.environ[name]}")
    run([*command, sys.executable, "-m", PROGRAM, "go", state["id"]], what="systemd-run", timeout=60)


def in_hand() -> dict[str, Any]:
    state = read_state()
    if state is None:
        raise Short("no restore is in hand on this server")
    return state


def restoring() -> Restoring:
    state = in_hand()
    return Restoring(ROOT / state["id"], state)


def running() -> bool:
    done = subprocess.run(["systemctl", "is-active", UNIT], capture_output=True, text=True, timeout=30)
    return done.stdout.strip() in ("active", "activating", "deactivating", "reloading")


def poll(seen: int) -> dict[str, Any]:
    """News since line `seen`, as soon as there are any."""
    state = in_hand()
    deadline = time.monotonic() + POLL_SECONDS
    while True:
        going = running()
        events = (
            (ROOT / state["id"] / "events.jsonl").read_text().splitlines()
            if (ROOT / state["id"] / "events.jsonl").exists()
            else []
        )
        if len(events) > seen or not going or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    now = read_state()
    if not going and now is not None and now.get("undone"):
        (ROOT / "state.json").unlink()
    return {"active": going, "events": [json.loads(line) for line in events[seen:]], "state": now}


def main(arguments: list[str]) -> int:
    verb, name = arguments[0], arguments[1]
    if not name.isalnum():
        raise SystemExit(f"no such restore: {name!r}")
    try:
        if verb == "look":
            print(json.dumps(look(name, json.load(sys.stdin))))
        elif verb == "survey":
            print(json.dumps(survey(name, json.load(sys.stdin))))
        elif verb == "begin":
            begin(name, json.load(sys.stdin))
        elif verb == "again":
            again()
        elif verb == "go":
            restoring().go()
        elif verb == "poll":
            print(json.dumps(poll(int(arguments[2]))))
        elif verb == "state":
            print(json.dumps(read_state()))
        elif running():
            raise Short("the restore is still going on: systemctl stop {unit} ends it", unit=UNIT)
        elif verb == "undo":
            restoring().undo()
            (ROOT / "state.json").unlink()
        elif verb == "release":
            restoring().release()
    except Short as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
