"""What a server says of its own stages: the stamps in force and the files that they vouch for.

`STATE_COMMAND` is asked in the probe together with the checks' commands; `read_state` understands the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provision.i18n import _

STAMP_VERSION = 1
STAMPS_DIR = "/var/lib/backbone/stamps"

# One small program answers everything: Python is there on every server that a stage has ever run on.
_PROGRAM = f"""\
import glob, hashlib, json, os
def digest(path):
    try:
        if not os.path.isfile(path):
            return None
        whole = hashlib.sha256()
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1048576), b""):
                whole.update(block)
        return whole.hexdigest()
    except OSError as fault:
        return "unreadable: %s" % fault.strerror
if os.path.isdir("{STAMPS_DIR}"):
    os.listdir("{STAMPS_DIR}")
stamps, files = {{}}, {{}}
for path in sorted(glob.glob("{STAMPS_DIR}/*.json")):
    name = os.path.basename(path)[:-5]
    with open(path, encoding="utf-8", errors="replace") as file:
        stamps[name] = file.read(1000000)
    try:
        paths = list(json.loads(stamps[name])["files"])
    except Exception:
        paths = []
    files.update((p, digest(p)) for p in paths if isinstance(p, str))
started = sorted(os.path.basename(p)[:-13] for p in glob.glob("{STAMPS_DIR}/*.json.started"))
print(json.dumps({{"stamps": stamps, "files": files, "started": started}}))"""
STATE_COMMAND = f"python3 -I -c '{_PROGRAM}'"
# The status with which a shell answers that there is no such program: a server before its first stage.
_NO_PYTHON = 127


class StateUnreadableError(Exception):
    """The server answered, but what it says of its stages cannot be read."""


@dataclass(frozen=True)
class Stamp:
    """A stage's stamp. `files`: managed path -> its SHA-256, None where it must be absent; `inputs`: digests only.

    `at`: when the stage last finished, UTC, ISO 8601; `identity`: for what kind of server it ran (identity.py), empty
    in stamps of older versions.
    """

    stage: str
    host: str
    digest: str
    inputs: Mapping[str, str]
    files: Mapping[str, str | None]
    at: str
    tried: tuple[str, ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ServerState:
    """The ledger of one server.

    `stamps` are those in force and sound; `unusable` maps a stage to why its stamp does not count; `started`
    names stages that began and did not finish; `files` has the present digests of all files that stamps name.
    """

    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    unusable: Mapping[str, str] = field(default_factory=dict)
    started: frozenset[str] = frozenset()
    files: Mapping[str, str | None] = field(default_factory=dict)
    has_python: bool = True

    @property
    def bare(self) -> bool:
        """Whether no stage ever began here."""
        return not (self.stamps or self.unusable or self.started)


def read_state(status: int, stdout: str, stderr: str = "") -> ServerState:
    """The ledger from the answer to STATE_COMMAND. Raises StateUnreadableError when it is no answer."""
    if status == _NO_PYTHON:
        return ServerState(has_python=False)
    if status != 0:
        raise StateUnreadableError(stderr.strip().splitlines()[-1] if stderr.strip() else f"exit status {status}")
    try:
        told = json.loads(stdout)
        texts, files, started = dict(told["stamps"]), dict(told["files"]), frozenset(told["started"])
    except (ValueError, KeyError, TypeError) as fault:
        raise StateUnreadableError(_("no ledger in the answer: {fault}").format(fault=fault)) from fault
    stamps: dict[str, Stamp] = {}
    unusable: dict[str, str] = {}
    for stage, text in texts.items():
        read = parse(stage, text)
        if isinstance(read, Stamp):
            stamps[stage] = read
        else:
            unusable[stage] = read
    return ServerState(stamps, unusable, started, files)


def parse(stage: str, text: str) -> Stamp | str:
    """A stamp from its text, or the reason why it does not count: damaged, or from a newer version."""
    try:
        told: Any = json.loads(text)
    except ValueError:
        return _("damaged")
    if not isinstance(told, dict):
        return _("damaged")
    version = told.get("version")
    if isinstance(version, int) and version > STAMP_VERSION:
        return _("from a newer version ({version})").format(version=version)
    sound = (
        version == STAMP_VERSION
        and all(isinstance(told.get(key), str) for key in ("stage", "host", "digest", "at"))
        and _maps_text(told.get("inputs"), optional=False)
        and _maps_text(told.get("files"), optional=True)
        and isinstance(told.get("tried", []), list)
        and _maps_text(told.get("identity", {}), optional=False)
    )
    if not sound:
        return _("damaged")
    if told["stage"] != stage:
        return _("forged: it is that of {name}").format(name=told["stage"])
    return Stamp(
        stage=stage,
        host=told["host"],
        digest=told["digest"],
        inputs=told["inputs"],
        files=told["files"],
        at=told["at"],
        tried=tuple(str(control) for control in told.get("tried", [])),
        identity=told.get("identity", {}),
    )


def _maps_text(value: Any, *, optional: bool) -> bool:
    """Whether a value maps text to text (or, where optional, to nothing)."""
    return isinstance(value, dict) and all(
        isinstance(member, str) or (optional and member is None) for member in value.values()
    )
