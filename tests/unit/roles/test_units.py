"""`backbone_units`, by the real Ansible against a stand-in for systemctl: what is needed is done, once."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.taskbook import one_step

pytestmark = pytest.mark.needs_ansible

# Keeps its units in units.json beside it and notes what it was told in log.
SYSTEMCTL = """#!/usr/bin/python3
import json, pathlib, sys, datetime
here = pathlib.Path(__file__).parent
units = json.loads((here / "units.json").read_text())
verb, words = sys.argv[1], [word for word in sys.argv[2:] if not word.startswith("--")]
if verb == "show" and words == ["*"]:
    print("\\n\\n".join("NeedDaemonReload=" + unit.get("NeedDaemonReload", "no") for unit in units.values()))
elif verb == "show":
    asked = next(w for w in sys.argv if w.startswith("--property=")).partition("=")[2].split(",")
    none = {"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": "", "ActiveEnterTimestamp": ""}
    found = [units.get(word, none) | {"Id": word} for word in words]
    print("\\n\\n".join("\\n".join(key + "=" + unit.get(key, "") for key in asked) for unit in found))
else:
    with (here / "log").open("a") as log:
        log.write(" ".join([verb, *words]) + "\\n")
    for unit in units.values():
        unit["NeedDaemonReload"] = "no"
    for word in words:
        if word == "broken.service":
            sys.exit("Job for broken.service failed")
        change = {"enable": {"UnitFileState": "enabled"}, "disable": {"UnitFileState": "disabled"},
                  "stop": {"ActiveState": "inactive"}}.get(verb, {"ActiveState": "active",
                  "ActiveEnterTimestamp": datetime.datetime.utcnow().strftime("Sat %Y-%m-%d %H:%M:%S.%f UTC")})
        units[word].update(change)
    (here / "units.json").write_text(json.dumps(units))
"""
RUNNING = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "UnitFileState": "enabled",
    "ActiveEnterTimestamp": "Sat 2020-11-21 22:12:01.123456 UTC",
}
STOPPED = {**RUNNING, "ActiveState": "inactive", "UnitFileState": "disabled", "ActiveEnterTimestamp": ""}


class Machine:
    """A machine with these units."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **units: dict[str, str]) -> None:
        self.folder = folder
        (folder / "systemctl").write_text(SYSTEMCTL)
        (folder / "systemctl").chmod(0o755)
        (folder / "units.json").write_text(json.dumps({f"{name}.service": unit for name, unit in units.items()}))
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def have(self, *units: dict[str, Any], check: bool = False) -> dict[str, Any]:
        return one_step(self.folder, "backbone_units", {"units": list(units)}, *(["--check"] if check else []))

    def told(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


def test_what_is_needed_is_done_in_order_and_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(
        tmp_path,
        monkeypatch,
        fine=RUNNING,
        off=STOPPED,
        stale={**RUNNING, "NeedDaemonReload": "yes"},
        unwanted=RUNNING,
        static={**RUNNING, "UnitFileState": "static"},
    )
    written = tmp_path / "written.conf"
    written.write_text("x")
    old = tmp_path / "old.conf"
    old.write_text("x")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    units = [
        {"name": "fine.service", "files": [str(old), "/nonexistent"]},
        {"name": "off.service"},
        {"name": "stale.service", "files": [str(old), str(written)]},
        {"name": "unwanted.service", "state": "stopped", "boot": "disabled"},
        {"name": "static.service"},
        {"name": "absent.service", "state": "stopped", "boot": "disabled"},
    ]
    wanted = ["enable off.service", "start off.service", "restart stale.service", "disable unwanted.service",
              "stop unwanted.service"]  # fmt: skip
    assert machine.have(*units, check=True)["done"] == wanted
    assert machine.told() == []
    time.sleep(0.01)
    assert machine.have(*units)["done"] == wanted
    assert machine.told() == ["daemon-reload", *wanted]
    again = machine.have(*units)
    assert (again["changed"], again["done"]) == (False, [])
    assert machine.told() == ["daemon-reload", *wanted]


def test_what_is_left_as_it_is_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(tmp_path, monkeypatch, off=STOPPED, on={**RUNNING, "UnitFileState": "enabled-runtime"})
    done = machine.have({"name": "off.service", "state": "any"}, {"name": "on.service", "boot": "any"})["done"]
    assert done == ["enable off.service"]


def test_a_unit_that_is_still_to_come_starts_in_check_mode_and_fails_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(tmp_path, monkeypatch, masked={**STOPPED, "LoadState": "masked"}, broken=STOPPED)
    assert machine.have({"name": "absent.service"}, check=True)["done"] == ["start absent.service"]
    for name, words in {
        "absent.service": "absent.service: systemd calls it not-found",
        "masked.service": "`systemctl unmask masked.service` lets it start",
        "broken.service": "Job for broken.service failed",
    }.items():
        told = machine.have({"name": name, "boot": "any"})
        assert told["failed"]
        assert words in told["msg"]
