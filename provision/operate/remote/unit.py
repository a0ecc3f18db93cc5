"""The frame of a drill on the server: its unit, its news, its record, and its clean-up. See `drill.py` for the drill.

    python3 -m provision.operate.remote.unit VERB ID [ARGUMENT]

    start   root: begin; the settings (JSON) come on stdin
    work    postgres, in the unit backbone-drill.service: the drill
    poll    root: wait a little for news beyond line ARGUMENT; answers {"active", "result", "events", "observed"}
    finish  root: the result (JSON) on stdin becomes last.json and drill.prom, and the run is forgotten
    stop    root: end a drill before its time
    clean   root: remove the scratch place; the unit itself asks for it when it ends, however it ends

Everything lies below ROOT/ID, which is root's; only ROOT/ID/work belongs to postgres.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from provision.operate.remote.drill import DEFAULTS, Work
from provision.operate.remote.observe import Short, run

ROOT = Path(os.environ.get("BACKBONE_DRILL_ROOT", "/var/lib/backbone/drill"))
METRICS = Path(os.environ.get("BACKBONE_METRICS", "/var/lib/backbone/metrics"))
UNIT = "backbone-drill.service"
SUCCESS = "backbone_drill_last_success_timestamp_seconds"
POLL_SECONDS = 10


def shown(name: str) -> str:
    """One property of the unit, as systemd tells it."""
    return run(["systemctl", "show", "--value", "-p", name, UNIT], what="systemctl show", timeout=30).strip()


def running() -> bool:
    return shown("ActiveState") in ("active", "activating", "deactivating", "reloading")


def start(drill: str, given: dict[str, Any]) -> None:
    """Make the run's place and start its unit, below the live service in processor, disk and memory."""
    if running():
        raise Short("a drill is running on this server already; wait for it, or: systemctl stop backbone-drill")
    for left in ROOT.iterdir():  # records of drills whose controller went away
        if left.is_dir() and left.name != drill:
            shutil.rmtree(left, ignore_errors=True)
    settings = {**DEFAULTS, **given}
    (ROOT / drill / "settings.json").write_text(json.dumps(settings))
    owner = pwd.getpwnam("postgres")
    place = ROOT / drill / "work"
    place.mkdir(mode=0o700)
    os.chown(place, owner.pw_uid, owner.pw_gid)
    program = [sys.executable, "-m", "provision.operate.remote.unit"]
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


def poll(drill: str, seen: int) -> dict[str, Any]:
    """News since line `seen`, as soon as there are any; `observed` once the drill has ended."""
    place, deadline = ROOT / drill / "work", time.monotonic() + POLL_SECONDS
    while True:
        active = running()
        events = read_as_owner(place / "events.jsonl").splitlines()
        if len(events) > seen or not active or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    observed = "" if active else read_as_owner(place / "observed.json")
    return {
        "active": active,
        "result": "" if active else shown("Result"),
        "events": [json.loads(line) for line in events[seen:]],
        "observed": json.loads(observed) if observed else None,
    }


def read_as_owner(path: Path) -> str:
    """A file of the user postgres, read with that user's rights: whatever it has put there, root is not its reader."""
    done = subprocess.run(
        ["runuser", "-u", "postgres", "--", "cat", str(path)], capture_output=True, text=True, cwd="/"
    )
    return done.stdout


def finish(drill: str, result: dict[str, Any]) -> None:
    """Keep the result for the audit and the monitoring, and forget the run."""
    write(ROOT / "last.json", json.dumps(result, indent=2) + "\n")
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
    shutil.rmtree(ROOT / drill, ignore_errors=True)


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
    subprocess.run(["systemctl", "stop", UNIT], capture_output=True, timeout=180)
    shutil.rmtree(ROOT / drill, ignore_errors=True)


def clean(drill: str) -> None:
    shutil.rmtree(ROOT / drill / "work" / "scratch", ignore_errors=True)


def main(arguments: list[str]) -> int:
    verb, drill = arguments[0], arguments[1]
    if not drill.isalnum():
        raise SystemExit(f"no such drill: {drill!r}")
    try:
        if verb == "poll":
            print(json.dumps(poll(drill, int(arguments[2]))))
        elif verb in ("start", "finish"):
            {"start": start, "finish": finish}[verb](drill, json.load(sys.stdin))
        else:
            {"work": work, "stop": stop, "clean": clean}[verb](drill)
    except Short as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
