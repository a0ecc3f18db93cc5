"""Starts ansible-playbook through ansible-runner: one environment, a private folder, events, not output.

What is here knows nothing of stages: it runs a playbook, hands on its events, leaves no event file behind.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provision import paths
from provision.converge.leash import kill_leashed

Event = Mapping[str, Any]
_LINES_KEPT = 40
_MAX_FORKS = 50
_SETTINGS = {"suppress_output_file": True, "pexpect_timeout": 1}


@dataclass(frozen=True)
class Job:
    """One run of one playbook.

    `folder` is private to the run (mode 0700). `connection` overrides how every server is reached ("local"),
    "" leaves it to the inventory.
    """

    playbook: Path
    inventories: tuple[Path, ...]
    folder: Path
    roles: Path
    servers: int
    vault_password_file: Path | None = None
    check: bool = False
    connection: str = ""


@dataclass(frozen=True)
class Ended:
    """How a run ended: Ansible's exit status, whether it was interrupted, its last words outside of tasks."""

    status: int
    interrupted: bool
    words: str = field(repr=False)


def environment(job: Job) -> dict[str, str]:
    """Ansible's settings for a run; nothing in the user's home or the working directory takes part."""
    settings = {
        "ANSIBLE_CONFIG": str(job.folder / "tmp" / "ansible.cfg"),
        "ANSIBLE_ROLES_PATH": str(job.roles),
        "ANSIBLE_ACTION_PLUGINS": str(paths.playbooks_dir() / "action_plugins"),
        # Only the collections of the pinned bundle: the input digest names its version.
        "ANSIBLE_COLLECTIONS_PATH": str(job.folder / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(job.folder / "tmp"),
        "ANSIBLE_PIPELINING": "1",
        # A line that breaks for a moment, or a server that is busy, is no reason to give the server up.
        "ANSIBLE_SSH_RETRIES": "3",
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=15",
        "ANSIBLE_HOST_KEY_CHECKING": "1",
        "ANSIBLE_TIMEOUT": "20",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "ANSIBLE_GATHERING": "explicit",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "0",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORKS": str(max(1, min(job.servers, _MAX_FORKS))),
        "LC_ALL": "C.UTF-8",
        # What Ansible says goes to the log, which is English whatever the person reads.
        "BACKBONE_LANG": "en",
        "PATH": f"{job.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
    }
    if job.vault_password_file:
        settings["ANSIBLE_VAULT_PASSWORD_FILE"] = str(job.vault_password_file)
    return settings


def drive(job: Job, on_event: Callable[[Event], None]) -> Ended:
    """Run a playbook to its end; `on_event` receives each of ansible-runner's events.

    An interruption (SIGINT, SIGTERM) kills Ansible with everything that it started.
    """
    import ansible_runner

    for part in ("bin", "tmp", "collections", "env"):
        (job.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    _leash(job.folder)
    (job.folder / "tmp" / "ansible.cfg").touch()
    # ansible-runner reads these from a file only; without it they are silently dropped.
    (job.folder / "env" / "settings").write_text(json.dumps(_SETTINGS), encoding="utf-8")
    words: deque[str] = deque(maxlen=_LINES_KEPT)

    def handle(event: Event) -> bool:
        if event.get("event") in ("verbose", "error", "warning") and str(event.get("stdout") or "").strip():
            words.append(str(event["stdout"]))
        on_event(event)
        return False  # keeps the event out of the artifacts: its data may hold what nobody should find later

    arguments = [*(["--check", "--diff"] if job.check else [])]
    if job.connection:
        arguments += ["--extra-vars", f"ansible_connection={job.connection}"]
    with _interruption() as interrupted:

        def cancelled() -> bool:
            if interrupted.is_set():
                # ansible-runner kills a process group; Ansible's workers are in groups of their own.
                kill_leashed(str(job.folder))
            return interrupted.is_set()

        try:
            runner = ansible_runner.run(
                private_data_dir=str(job.folder),
                project_dir=str(job.playbook.parent),
                playbook=str(job.playbook),
                inventory=[str(path) for path in job.inventories],
                envvars=environment(job),
                cmdline=shlex.join(arguments) or None,
                suppress_env_files=True,
                event_handler=handle,
                cancel_callback=cancelled,
                quiet=True,
            )
        finally:
            for part in ("artifacts", "env", "tmp", "bin", "collections"):
                shutil.rmtree(job.folder / part, ignore_errors=True)
    return Ended(int(runner.rc), runner.status == "canceled", "\n".join(words))


def _leash(folder: Path) -> None:
    """Write a stand-in for ansible-playbook that dies with this process (see leash.py)."""
    real = Path(sys.executable).parent / "ansible-playbook"
    leash = Path(__file__).with_name("leash.py")
    command = [sys.executable, str(leash), str(os.getpid()), str(folder), str(real)]
    script = folder / "bin" / "ansible-playbook"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    script.chmod(0o700)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, instead of what they did before; in the main thread only."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: event.set()) for number in numbers}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def first_failure(words: str) -> str:
    """The sentence that matters in what Ansible said outside of tasks: why a run failed before any task."""
    lines: Sequence[str] = [line.strip() for line in words.splitlines() if line.strip()]
    marked = next((number for number, line in enumerate(lines) if "ERROR" in line), 0)
    return " ".join(lines[marked : marked + 4]) or "?"
