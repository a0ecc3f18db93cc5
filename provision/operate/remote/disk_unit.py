"""The frame of a copy to a removable disk, on the server. See `disk.py` for the copy.

python3 -m provision.operate.remote.disk_unit VERB ID [ARGUMENT]

survey  root: what would be copied (settings, JSON, on stdin); {"plan"} or {"refused"}. Changes nothing
start   root: begin, in the unit backbone-disk-copy.service; the settings come on stdin
work    root, in the unit: the copy
poll    root: news beyond line ARGUMENT; {"active", "result", "events", "observed"}
signed  root: the signature (JSON: {"place", "envelope"}) on stdin goes beside the record on the disk
stop    root: end it; what is on the disk already is gone on with next time
forget  root: remove what this program keeps of the run, on the server
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from provision.operate.remote.disk import Copying
from provision.operate.remote.medium import put, without_links
from provision.operate.remote.observe import Short, run
from provision.operate.remote.place import DEFAULTS, MARKS, ROOT
from provision.operate.remote.repositories import COPY
from provision.operate.remote.scratch import remove
from provision.operate.remote.unit import COPYING, as_postgres, of_postgres, poll, running

UNIT = "backbone-disk-copy.service"
PROGRAM = "provision.operate.remote.disk_unit"
SIGNATURE = "copy.dsse.json"


def survey(given: dict[str, Any]) -> dict[str, Any]:
    """The plan, or why there can be none."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return {"plan": Copying(Path(folder), {**DEFAULTS, **given}).survey()}
    except Short as fault:
        return {"refused": {"message": str(fault), **fault.as_told()}}


def start(name: str, given: dict[str, Any]) -> None:
    """Make the run's place and start its unit, behind the live service in processor and disk."""
    if running(UNIT):
        raise Short("a copy is being made on this server already; wait for it, or: systemctl stop {unit}", unit=UNIT)
    for left in ROOT.glob(f"*/{COPYING}"):
        if left.parent.name != name:
            remove(left.parent)
    noted(name, given)
    command = ["systemd-run", "--quiet", "--collect", f"--unit={UNIT}", "--description=Backbone copy to a disk"]
    for one in ("PYTHONPATH", "BACKBONE_DRILL_ROOT"):
        if os.environ.get(one):
            command.append(f"--setenv={one}={os.environ[one]}")
    for limit in ("CPUWeight=20", "IOWeight=20", "Nice=10", "UMask=0022", "RuntimeMaxSec=24h"):
        command += ["-p", limit]
    run([*command, sys.executable, "-m", PROGRAM, "work", name], what="systemd-run", timeout=60)


def noted(name: str, given: dict[str, Any]) -> None:
    """The run's place, with its settings."""
    work = ROOT / name / "work"
    work.mkdir(mode=0o755, parents=True, exist_ok=True)
    (ROOT / name / COPYING).touch()
    (ROOT / name / "settings.json").write_text(json.dumps({**DEFAULTS, **given}))


def work(name: str) -> None:
    """The copy."""
    settings = json.loads((ROOT / name / "settings.json").read_text())
    of_postgres(ROOT / MARKS)
    Copying(ROOT / name / "work", settings).all(lambda: as_postgres("marked", name, settings))


def signed(given: dict[str, Any]) -> None:
    """Put the signature beside its record."""
    place = Path(given["place"])
    if not (place / COPY).is_file():
        raise Short("{place} is gone: the signature was not written", place=place)
    without_links(place.parent, place)
    put(place / SIGNATURE, given["envelope"])
    run(["sync", "-f", place], what="sync")


def main(arguments: list[str]) -> int:
    verb, name = arguments[0], arguments[1]
    if not name.isalnum():
        raise SystemExit(f"no such copy: {name!r}")
    try:
        if verb == "survey":
            print(json.dumps(survey(json.load(sys.stdin))))
        elif verb == "start":
            start(name, json.load(sys.stdin))
        elif verb == "work":
            work(name)
        elif verb == "poll":
            print(json.dumps(poll(name, int(arguments[2]), UNIT)))
        elif verb == "signed":
            signed(json.load(sys.stdin))
        elif verb == "stop":
            subprocess.run(["systemctl", "stop", UNIT], capture_output=True, timeout=180)
        if verb in ("stop", "forget"):
            remove(ROOT / name)
    except Short as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
