#!/usr/bin/python
"""Brings all units of a step in line in one round trip: enabled, running, started since their files were written."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backbone_units
short_description: Have several systemd units enabled, running and in line with their files
description:
  - Starts what is stopped, stops what shall be, and restarts a unit that was started before one of its C(files) was
    written. That needs no handler, so that a run that was killed between file and restart is made good by the next.
  - systemd is told first of unit files that were altered, whosever they are.
options:
  units:
    type: list
    elements: dict
    required: true
    description: The units, in the order in which they are to start.
    suboptions:
      name: {type: str, required: true, description: "Its name, with the suffix."}
      state: {type: str, choices: [running, stopped, any], default: running, description: What it does now.}
      boot: {type: str, choices: [enabled, disabled, any], default: enabled, description: And at boot.}
      files: {type: list, elements: path, default: [], description: Files that it reads only when it starts.}
author: [Backbone Daerah developers]
"""

EXAMPLES = r"""
- name: Keep time
  backbone_units:
    units:
      - {name: chrony.service, files: [/etc/chrony/chrony.conf]}
"""

RETURN = r"""
done:
  description: What was done, such as C(restart chrony.service).
  type: list
  returned: always
"""

import datetime  # noqa: E402
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

ASKED = ("Id", "LoadState", "ActiveState", "UnitFileState", "ActiveEnterTimestamp")
# A unit without an [Install] section, or one that a generator or another unit brings, starts without being enabled.
ENABLED = ("enabled", "static", "alias", "indirect", "generated", "transient")
EPOCH = datetime.datetime(1970, 1, 1)


def blocks(text):
    """The properties of each unit that `systemctl show` tells, in the order asked for."""
    return [dict(line.partition("=")[::2] for line in block.splitlines()) for block in text.strip().split("\n\n")]


def started_at(stamp):
    """Nanoseconds since 1970 of "Sat 2026-11-21 22:12:01.123456 UTC"; 0 where a unit never started."""
    if not stamp or stamp == "n/a":
        return 0
    day, hour = stamp.split()[1:3]
    moment = datetime.datetime.strptime(day + " " + (hour if "." in hour else hour + ".0"), "%Y-%m-%d %H:%M:%S.%f")
    return (moment - EPOCH) // datetime.timedelta(microseconds=1) * 1000


def newest(files):
    """When the newest of the files that exist was written, in nanoseconds since 1970; 0 without any."""
    return max([path.stat().st_mtime_ns for path in map(Path, files) if path.exists()], default=0)


def needed(wanted, told, written):
    """Verbs of systemctl that bring one unit in line; `written`: when the newest of its files was."""
    verbs = []
    enabled = told["UnitFileState"] in ENABLED
    if wanted["boot"] != "any" and (wanted["boot"] == "enabled") != enabled:
        verbs.append("disable" if enabled else "enable")
    active = told["ActiveState"] in ("active", "activating", "reloading")
    if wanted["state"] == "running" and not active:
        verbs.append("start")
    elif wanted["state"] == "running" and written > started_at(told["ActiveEnterTimestamp"]):
        verbs.append("restart")
    elif wanted["state"] == "stopped" and active:
        verbs.append("stop")
    return verbs


class Manager:
    """systemctl on this machine."""

    def __init__(self, module):
        self.module = module
        self.systemctl = module.get_bin_path("systemctl", required=True)

    def run(self, *words):
        """What systemctl says; the module fails where it fails."""
        # systemd writes times in the zone and language of who asks.
        code, out, err = self.module.run_command([self.systemctl, *words], environ_update={"LC_ALL": "C", "TZ": "UTC"})
        if code != 0:
            self.module.fail_json(msg="systemctl {}: {}".format(" ".join(words), (err or out).strip()))
        return out

    def show(self, names):
        """The properties of units, in the order of `names`."""
        words = ["show", "--no-pager", "--timestamp=us+utc", "--property=" + ",".join(ASKED), "--"]
        return blocks(self.run(*words, *names))


def main():
    """Entry point of the module."""
    unit = {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["running", "stopped", "any"], "default": "running"},
        "boot": {"type": "str", "choices": ["enabled", "disabled", "any"], "default": "enabled"},
        "files": {"type": "list", "elements": "path", "default": []},
    }
    module = AnsibleModule(
        argument_spec={"units": {"type": "list", "elements": "dict", "required": True, "options": unit}},
        supports_check_mode=True,
    )
    units = module.params["units"]
    if not units:
        module.exit_json(changed=False, done=[])
    manager = Manager(module)
    names = [one["name"] for one in units]
    if not module.check_mode and "NeedDaemonReload=yes" in manager.run("show", "--property=NeedDaemonReload", "*"):
        manager.run("daemon-reload")
    told = manager.show(names)
    done = []
    for wanted, found in zip(units, told):  # noqa: B905 - also for servers whose Python is older than 3.10
        if found["LoadState"] == "not-found" and (wanted["state"], wanted["boot"]) == ("stopped", "disabled"):
            continue
        if found["LoadState"] == "not-found" and module.check_mode:
            # Its package or its file is still to come.
            done += ["start " + wanted["name"]] if wanted["state"] == "running" else []
            continue
        if found["LoadState"] != "loaded":
            repair = "; `systemctl unmask {}` lets it start".format(wanted["name"])
            module.fail_json(
                msg="{}: systemd calls it {}{}".format(
                    wanted["name"], found["LoadState"], repair if found["LoadState"] == "masked" else ""
                )
            )
        for verb in needed(wanted, found, newest(wanted["files"])):
            done.append(verb + " " + wanted["name"])
            if not module.check_mode:
                manager.run(verb, "--", wanted["name"])
    module.exit_json(changed=bool(done), done=done)


if __name__ == "__main__":
    main()
