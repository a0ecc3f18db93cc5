"""The server's part of a patch wave: updates in a unit of their own, the restart, and the look at what came back.

    python3 ROOT/ID/patch.py VERB ID [ARGUMENT as base64 of JSON]

    begin    take the server's converge lock and start the unit backbone-patch.service
    work     in the unit: let running work end, install the updates
    resume   the unit's end, however it ends: start the timers again
    poll     wait a little for the unit's end; answers {"active", "boot", "observed"}
    restart  write down what runs, and restart the machine
    back     wait until the machine has started; answers {"boot", "state", "lacking"}
    end      give the lock back and forget the wave

The unit goes on if the connection or the controller goes away; what it found stays below ROOT until `end`. Runs under
the system's own Python (3.9 or later), as root.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(os.environ.get("BACKBONE_PATCH_ROOT", "/var/lib/backbone/patch"))
LOCK = Path(os.environ.get("BACKBONE_LOCK", "/run/backbone/converge.lock"))
APT = Path(os.environ.get("BACKBONE_APT", "/var/lib/apt/periodic"))
DNF = Path("/var/lib/backbone/patching/updated")
REBOOT = Path(os.environ.get("BACKBONE_REBOOT", "/run/reboot-required"))
KEEPER = "/opt/backbone/bin/backbone-outstanding"
UNIT = "backbone-patch.service"
DRILL = "backbone-drill.service"
LOCK_SECONDS = 3600
POLL_SECONDS = 10


class Short(Exception):  # noqa: N818 (it is no error of ours: the wave falls short)
    """Why the wave falls short on this server: a sentence, English here, and what it is filled with."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template.format(**values))
        self.told = {"template": template, "values": values}


def systemctl(*words: str) -> str:
    """What systemctl answers; its failure is an empty answer."""
    return subprocess.run(
        ["systemctl", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL
    ).stdout.strip()


def active(unit: str) -> bool:
    """Whether a unit is at work."""
    state = systemctl("show", "--value", "-p", "ActiveState", unit)
    return state in ("active", "activating", "deactivating", "reloading")


def boot() -> str:
    """What tells this run of the machine from every other."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def read(path: Path) -> Any:
    """The JSON object in a file, or None."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def write(path: Path, value: Any) -> None:
    """Replace a file with this JSON in one step."""
    fresh = path.with_name("." + path.name)
    fresh.write_text(json.dumps(value))
    fresh.replace(path)


def take_lock(owner: dict[str, str]) -> None:
    """Keep `apply` away: the lock and its words are those of the stages (roles/stage/library/backbone_stamp.py)."""
    LOCK.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    held = read(LOCK)
    now = datetime.datetime.now(datetime.timezone.utc)  # noqa: UP017 (Python 3.9)
    if held and held.get("controller") != owner["controller"]:
        try:
            age = (now - datetime.datetime.fromisoformat(held["at"])).total_seconds()
        except (KeyError, TypeError, ValueError):
            age = LOCK_SECONDS
        if 0 <= age < LOCK_SECONDS:
            raise Short("another controller is converging this server; wait for it")
    write(LOCK, dict(owner, at=now.isoformat()))


def begin(wave: str, settings: dict[str, Any]) -> None:
    """Start the unit that does the work."""
    if active(UNIT):
        raise Short("updates are being installed by another wave already; wait for it")
    take_lock(settings["owner"])
    for left in ROOT.iterdir():  # waves whose controller went away
        if left.name != wave:
            shutil.rmtree(left, ignore_errors=True)
    write(ROOT / wave / "settings.json", settings)
    program = [sys.executable, str(ROOT / wave / "patch.py")]
    options = [
        "--unit=" + UNIT,
        "--description=Backbone patch wave",
        f"--property=RuntimeMaxSec={settings['seconds']}",
        f"--property=ExecStopPost={' '.join(program)} resume {wave}",
    ]
    command = ["systemd-run", "--quiet", "--collect", *options, *program, "work", wave]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def listed(*words: str) -> list[str]:
    """The names of the units that systemd lists."""
    lines = systemctl("list-units", "--plain", "--no-legend", *words).splitlines()
    return sorted(line.split()[0] for line in lines if line.strip())


def drain(wave: str, seconds: float) -> None:
    """Let nothing new begin, and running work come to its end; what takes longer is named."""
    timers = listed("--state=active", "backbone-*.timer")
    write(ROOT / wave / "timers.json", {"timers": timers})
    if timers:
        systemctl("stop", *timers)
    deadline = time.monotonic() + seconds
    while busy := set(listed("--state=activating", "backbone-*.service")) | {u for u in (DRILL,) if active(u)}:
        if time.monotonic() > deadline:
            names = ", ".join(sorted(busy))
            raise Short("work did not end in time; once it has, run `patch` again: {units}", units=names)
        time.sleep(1)


def resume(wave: str) -> None:
    """Start the timers that `drain` stopped."""
    timers = (read(ROOT / wave / "timers.json") or {"timers": []})["timers"]
    if timers:
        systemctl("start", *timers)


def by_dnf() -> bool:
    """Whether this is a system of the RHEL family."""
    return shutil.which("dpkg-query") is None and shutil.which("rpm") is not None


def versions() -> dict[str, str]:
    """The installed packages and their versions."""
    asked = ["dpkg-query", "-W", "-f", "${Package}:${Architecture} ${Version}\\n"]
    if by_dnf():
        asked = ["rpm", "-qa", "--qf", "%{NAME}.%{ARCH} %{VERSION}-%{RELEASE}\\n"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


def update() -> None:
    """Install what waits, as the nightly run does, and require its evidence."""
    if by_dnf():
        update_by_dnf()
        return
    systemctl("start", "apt-daily.service")
    started = time.time()
    # With it, a run of today would count as today's, and nothing would be installed.
    if (APT / "upgrade-stamp").exists():
        (APT / "upgrade-stamp").unlink()
    systemctl("start", "apt-daily-upgrade.service")
    evidence = APT / "unattended-upgrades-stamp"
    if not evidence.exists() or evidence.stat().st_mtime < started - 1:
        raise Short("the updates did not come to their end; see /var/log/unattended-upgrades on the server")
    if os.access(KEEPER, os.X_OK):
        subprocess.run([KEEPER], check=True)


def update_by_dnf() -> None:
    """The same on the RHEL family: the unit's own last step leaves the evidence."""
    started = time.time()
    systemctl("start", "dnf-automatic.service")
    if not DNF.exists() or DNF.stat().st_mtime < started - 1:
        raise Short("the updates did not come to their end; see `journalctl -u dnf-automatic` on the server")


def work(wave: str) -> None:
    """Everything before the restart; what it observed is kept whatever happens."""
    settings = read(ROOT / wave / "settings.json")
    before = versions()
    fault: dict[str, Any] | None = None
    try:
        drain(wave, settings["drain_seconds"])
        update()
    except Short as short:
        fault = short.told
    except Exception as other:
        fault = {"template": "{said}", "values": {"said": f"{type(other).__name__}: {other}"}}
    after = versions()
    observed = {
        "installed": sorted(name for name, version in after.items() if before.get(name) != version),
        "restart": REBOOT.exists(),
        "fault": fault,
    }
    write(ROOT / wave / "observed.json", observed)


def poll(wave: str) -> dict[str, Any]:
    """News of the unit, as soon as it has ended."""
    deadline = time.monotonic() + POLL_SECONDS
    while active(UNIT) and time.monotonic() < deadline:
        time.sleep(0.5)
    running = active(UNIT)
    return {"active": running, "boot": boot(), "observed": None if running else read(ROOT / wave / "observed.json")}


def lasting() -> list[str]:
    """The running units that a machine starts by itself and that stay."""
    names = listed("--state=active", "--type=service,timer,socket,path,mount")
    kept = []
    for block in systemctl("show", "-p", "Id,UnitFileState,Type,RemainAfterExit", *names).split("\n\n"):
        told = dict(line.partition("=")[::2] for line in block.splitlines())
        once = told.get("Type") == "oneshot" and told.get("RemainAfterExit") != "yes"
        if told.get("UnitFileState") in ("enabled", "generated") and not once:
            kept.append(told["Id"])
    return kept


def restart(wave: str) -> dict[str, Any]:
    """Write down what runs, and restart the machine."""
    write(ROOT / wave / "running.json", {"units": lasting()})
    systemctl("--no-block", "reboot")
    return {"boot": boot()}


def back(wave: str, seconds: float) -> dict[str, Any]:
    """What of that runs again, once the machine has started or the time is over."""
    deadline = time.monotonic() + seconds
    before = set((read(ROOT / wave / "running.json") or {"units": []})["units"])
    while True:
        state = systemctl("is-system-running")
        lacking = sorted(before - set(listed("--state=active")))
        if (state in ("running", "degraded") and not lacking) or time.monotonic() > deadline:
            return {"boot": boot(), "state": state, "lacking": lacking}
        time.sleep(1)


def end(wave: str, owner: dict[str, str]) -> None:
    """Forget the wave; the lock goes if it is still ours."""
    held = read(LOCK)
    if held and held.get("controller") == owner["controller"]:
        LOCK.unlink()
    shutil.rmtree(ROOT / wave, ignore_errors=True)


VERBS: dict[str, Callable[..., Any]] = {
    "begin": begin,
    "work": work,
    "resume": resume,
    "poll": poll,
    "restart": restart,
    "back": back,
    "end": end,
}


def main(arguments: list[str]) -> int:
    verb, wave, *given = arguments
    if not wave.isalnum():
        raise SystemExit(f"no such wave: {wave!r}")
    try:
        told = VERBS[verb](wave, *(json.loads(base64.b64decode(one)) for one in given))
    except Short as short:
        print(short, file=sys.stderr)
        return 1
    if told is not None:
        print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
