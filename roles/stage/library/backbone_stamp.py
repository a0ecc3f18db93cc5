#!/usr/bin/python
"""Keeps a server's own ledger of finished stages, and the lock that lets one controller at a time in."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backbone_stamp
short_description: Begin, finish or abort a stage on a server
description:
  - C(begin) takes the server's lock and takes the stage's stamp (and those of the stages that must follow it)
    out of force, so that a run that is killed is never taken for a finished one.
  - C(finish) digests the files that the stage manages and puts its stamp in force, atomically.
  - C(abort) gives the lock back and fails.
  - C(tried) notes controls that still failed after the stage ran.
options:
  state: {type: str, required: true, choices: [begin, finish, abort, tried], description: What to do.}
  stage: {type: str, required: true, description: The stage's name.}
  host: {type: str, default: "", description: The server's name in the inventory.}
  digest: {type: str, default: "", description: Digest of all of the stage's inputs.}
  inputs: {type: dict, default: {}, description: "Variable -> keyed digest."}
  files: {type: list, elements: path, default: [], description: Files that the stage manages.}
  identity: {type: dict, default: {}, description: "For what kind of server the stage ran: region, level, and so on."}
  followers: {type: list, elements: str, default: [], description: Stages to invalidate as well.}
  controls: {type: list, elements: str, default: [], description: Ids of controls (state tried).}
  owner: {type: dict, default: {}, description: "Who runs this: controller, person, run."}
  release: {type: bool, default: false, description: Give the lock back afterwards.}
  lock_seconds: {type: int, default: 3600, description: Age at which a lock is stale.}
  root: {type: path, default: /, description: Where the system's root is; only tests change it.}
author: [Backbone Daerah developers]
"""

EXAMPLES = r"""
- name: Stamp the stage
  backbone_stamp:
    state: finish
    stage: base
    files: [/etc/chrony/conf.d/backbone.conf]
"""

RETURN = r"""
stamp:
  description: The stamp that is now in force.
  type: dict
  returned: when state is finish
"""

import datetime  # noqa: E402
import hashlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

VERSION = 1
UTC = datetime.timezone.utc  # noqa: UP017 - also for servers whose Python is older than 3.11
STAMPS = "var/lib/backbone/stamps"
LOCK = "run/backbone/converge.lock"
STARTED = ".started"
# What makes a stamp another one; its time does not.
COMPARED = ("version", "stage", "digest", "inputs", "files", "host", "identity")


class RefusedError(Exception):
    """Another controller holds the server."""


def now():
    """This moment in UTC, ISO 8601, whole seconds."""
    return datetime.datetime.now(UTC).replace(microsecond=0).isoformat()


def read_json(path):
    """The object in a file; None where there is none or it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_json(path, content):
    """Replace a file by an object, atomically and for root's eyes only; survives a power cut."""
    handle, name = tempfile.mkstemp(dir=str(path.parent), prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o600)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise
    directory = os.open(str(path.parent), os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def digest_of(path):
    """SHA-256 (hex) of what a path leads to; None where that is no regular file."""
    if not path.is_file():
        return None
    whole = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            whole.update(block)
    return whole.hexdigest()


def make_directory(path, mode):
    """Have a directory with this mode."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_mode & 0o777 != mode:
        path.chmod(mode)


class Ledger:
    """The stamps and the lock below one root."""

    def __init__(self, root):
        self.stamps = Path(root) / STAMPS
        self.lock = Path(root) / LOCK

    def stamp(self, stage):
        """Where a stage's stamp is when it is in force."""
        return self.stamps / (stage + ".json")

    def before(self, stage):
        """Where what was the stamp is while the stage is at work, and after it died."""
        return self.stamps / (stage + ".json" + STARTED)

    def take_lock(self, owner, seconds):
        """Hold the server for this owner, or raise RefusedError.

        The same controller may take over its own lock: it lets only one run at a time reach a server, so that
        a lock of its own that is not this run's was left by a run that died.
        """
        make_directory(self.lock.parent, 0o755)
        held = read_json(self.lock)
        if held and held.get("controller") != owner.get("controller"):
            try:
                since = datetime.datetime.fromisoformat(held["at"])
                age = (datetime.datetime.now(UTC) - since).total_seconds()
            except (KeyError, TypeError, ValueError):
                age = seconds
            if 0 <= age < seconds:
                raise RefusedError(
                    "another controller is converging this server: {person} on {controller}, last heard of "
                    "{age:.0f} s ago. Wait for it; if it is certain that it died, remove {lock} on the "
                    "server.".format(
                        person=held.get("person", "?"),
                        controller=held.get("controller", "?"),
                        age=age,
                        lock=self.lock,
                    )
                )
        write_json(self.lock, dict(owner, at=now()))

    def release(self, owner):
        """Give the lock back, if it is this owner's."""
        held = read_json(self.lock)
        if held and held.get("controller") == owner.get("controller"):
            self.lock.unlink()

    def begin(self, stage, followers):
        """Take stamps out of force; they are kept for comparison only."""
        make_directory(self.stamps, 0o700)
        for name in [stage, *followers]:
            if self.stamp(name).exists():
                self.stamp(name).replace(self.before(name))
        if not self.before(stage).exists():
            write_json(self.before(stage), {"stage": stage})

    def finish(self, stamp):
        """Put a stamp in force; True when it says anything new besides its time."""
        make_directory(self.stamps, 0o700)
        before = read_json(self.before(stamp["stage"])) or {}
        write_json(self.stamp(stamp["stage"]), stamp)
        if self.before(stamp["stage"]).exists():
            self.before(stamp["stage"]).unlink()
        return any(before.get(key) != stamp.get(key) for key in COMPARED)

    def tried(self, stage, controls):
        """Note in a stamp in force which controls the stage could not mend; False without such a stamp."""
        stamp = read_json(self.stamp(stage))
        if stamp is None:
            return False
        write_json(self.stamp(stage), dict(stamp, tried=sorted(controls)))
        return True


def main():
    """Entry point of the module."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "required": True, "choices": ["begin", "finish", "abort", "tried"]},
            "stage": {"type": "str", "required": True},
            "host": {"type": "str", "default": ""},
            "digest": {"type": "str", "default": ""},
            "inputs": {"type": "dict", "default": {}},
            "files": {"type": "list", "elements": "path", "default": []},
            "identity": {"type": "dict", "default": {}},
            "followers": {"type": "list", "elements": "str", "default": []},
            "controls": {"type": "list", "elements": "str", "default": []},
            "owner": {"type": "dict", "default": {}},
            "release": {"type": "bool", "default": False},
            "lock_seconds": {"type": "int", "default": 3600},
            "root": {"type": "path", "default": "/"},
        },
        supports_check_mode=True,
    )
    given = module.params
    if module.check_mode:
        if given["state"] == "abort":
            module.fail_json(msg="stage {} would fail".format(given["stage"]))
        module.exit_json(changed=False)
    ledger = Ledger(given["root"])
    try:
        if given["state"] == "begin":
            ledger.take_lock(given["owner"], given["lock_seconds"])
            ledger.begin(given["stage"], given["followers"])
            module.exit_json(changed=False)
        if given["state"] == "tried":
            module.exit_json(changed=ledger.tried(given["stage"], given["controls"]))
        if given["state"] == "finish":
            stamp = {
                "version": VERSION,
                "stage": given["stage"],
                "host": given["host"],
                "digest": given["digest"],
                "inputs": given["inputs"],
                "files": {path: digest_of(Path(path)) for path in sorted(set(given["files"]))},
                "tried": [],
                "identity": given["identity"],
                "at": now(),
            }
            changed = ledger.finish(stamp)
            if given["release"]:
                ledger.release(given["owner"])
            module.exit_json(changed=changed, stamp=stamp)
        ledger.release(given["owner"])
        module.fail_json(msg="stage {} failed; it leaves no stamp and will run again".format(given["stage"]))
    except RefusedError as refusal:
        module.fail_json(msg=str(refusal))


if __name__ == "__main__":
    main()
