"""Runs shell scripts on many servers at once: pyinfra's SSH in a process of its own, or `sh` right here.

pyinfra needs gevent's patches before anything else is imported, which must not happen in a program that
also runs Ansible or a progress display; hence the worker process (`worker.py`), which holds one SSH session
a server open for as long as the Session lives. Host keys are always verified. A server that fails is a
Fault of its own and disturbs no other.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import IO, Any, Protocol

import psutil

from provision.errors import BackboneError
from provision.i18n import _, joined
from provision.probe.becoming import asking
from provision.probe.snapshot import Fault

CONNECT_SECONDS = 10
OUTPUT_BOUND = 64 << 20


class ConnectionLike(Protocol):
    """The part of provision.inventory's Connection that the transport reads."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def user(self) -> str | None: ...
    @property
    def key_file(self) -> Any: ...
    @property
    def common_args(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def become(self) -> bool: ...
    @property
    def become_password(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def authority(self) -> str: ...
    @property
    def auth(self) -> str: ...


class ServerLike(Protocol):
    """The part of provision.inventory's Server that the transport reads."""

    @property
    def name(self) -> str: ...
    @property
    def connection(self) -> ConnectionLike: ...


@dataclass(frozen=True)
class Target:
    """How to reach one server. `kind`: ssh, local or psrp; `common_args`: what Ansible would hand to ssh.

    `become_password` is for sudo; it goes to the worker and to sudo by stdin, and is never shown. `password`,
    `authority` (PEM file) and `auth` are for Windows alone.
    """

    name: str
    host: str = ""
    port: int | None = None
    user: str = ""
    key_file: str = ""
    common_args: str = ""
    kind: str = "ssh"
    become: bool = True
    become_password: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    authority: str = ""
    auth: str = "negotiate"

    @classmethod
    def of(cls, server: ServerLike) -> Target:
        """The target that an inventory's server describes."""
        link = server.connection
        return cls(
            name=server.name,
            host=link.host or server.name,
            port=link.port,
            user=link.user or "",
            key_file=str(link.key_file or ""),
            common_args=link.common_args or "",
            kind=link.kind,
            become=link.become,
            become_password=link.become_password,
            password=link.password,
            authority=link.authority,
            auth=link.auth,
        )

    @classmethod
    def this_machine(cls, name: str = "localhost") -> Target:
        """The machine that this program runs on."""
        return cls(name=name, kind="local")


@dataclass(frozen=True)
class Output:
    """What a script gave: its exit status and its raw output."""

    status: int
    stdout: bytes
    stderr: bytes


Outcome = Output | Fault


def _kill(pid: int) -> None:
    """End a process and all that it started. `timeout` puts each command into a group of its own, past killpg."""
    with contextlib.suppress(psutil.NoSuchProcess):
        leader = psutil.Process(pid)
        family = [*leader.children(recursive=True), leader]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def _run_local(target: Target, script: str, timeout: float, bound: int) -> Outcome:
    command, script = ["sh", "-s"], script
    if os.geteuid() != 0 and target.become:
        words, before = asking(target.become_password, "sh -s")
        command, script = shlex.split(words), before + script
    # Files, not pipes: nothing is held in memory beyond the bound, and no reader thread is needed.
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(script.encode())
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=err, start_new_session=True, cwd="/")
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            return Fault("timeout", _("no answer within {seconds} s").format(seconds=f"{timeout:.0f}"))
        finally:
            if process.poll() is None:
                _kill(process.pid)
                process.wait()
        if out.seek(0, os.SEEK_END) > bound:
            return Fault("too_big", _("the answer is larger than {bound} bytes").format(bound=bound))
        out.seek(0)
        err.seek(0)
        return sudo_refused(Output(status, out.read(), err.read(bound)), bool(target.become_password))


def sudo_refused(output: Output, with_password: bool = False) -> Outcome:
    """The output, or the Fault if it is only sudo's refusal."""
    said = output.stderr.decode("utf-8", "replace").strip()
    # Of somebody who may not, sudo says so without naming itself.
    refusal = re.search(r"\bsudo:|is not in the sudoers file|^Sorry, user ", said, re.M)
    if output.status != 0 and not output.stdout.strip() and refusal:
        told = _("sudo refuses the password: {said}") if with_password else _("sudo refuses without a password: {said}")
        return Fault("sudo", told.format(said=said.splitlines()[-1][:200]))
    return output


def _worker() -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """A worker that waits for its targets, and where it complains."""
    log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the session)
    process = subprocess.Popen(
        [sys.executable, "-m", "provision.probe.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        # Ctrl-C reaches the program, which then closes the worker in good order.
        start_new_session=True,
    )
    return process, log


_READY: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []


def prewarm() -> None:
    """Start a worker for the next Session: its imports take as long as reading an inventory does, meanwhile.

    One that no Session takes ends with the program.
    """
    if not _READY:
        _READY.append(_worker())
        atexit.register(_dismiss)


def _dismiss() -> None:
    while _READY:
        process, log = _READY.pop()
        process.kill()
        process.wait()
        log.close()


class Session:
    """Open connections to some servers; a context manager. Scripts run on all of them at once.

    `wait` seconds are given to each connect (TCP, key exchange and login together).
    """

    def __init__(self, targets: Sequence[Target], *, wait: float = CONNECT_SECONDS) -> None:
        names = [target.name for target in targets]
        if len(set(names)) != len(names):
            raise ValueError("two targets of one name")
        self._targets = {target.name: target for target in targets}
        self._wait = wait
        self._worker: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection."""
        worker, self._worker = self._worker, None
        if worker is not None:
            assert worker.stdin is not None
            assert worker.stdout is not None
            with contextlib.suppress(OSError):
                worker.stdin.close()
            try:
                worker.wait(2)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            worker.stdout.close()
        if self._log is not None:
            self._log.close()
            self._log = None

    def target(self, name: str) -> Target:
        """How one of the servers is reached."""
        return self._targets[name]

    def run(
        self,
        scripts: Mapping[str, str],
        timeout: float,
        *,
        bound: int = OUTPUT_BOUND,
        arrived: Callable[[str, Outcome], None] = lambda _name, _outcome: None,
    ) -> dict[str, Outcome]:
        """Run each server's script there (as root where the target says become), all at once.

        `timeout` seconds for each script, `bound` bytes for its output. Every server named gets an Outcome; `arrived`
        is called with each as it comes, while the others are still at it.
        """
        outcomes: dict[str, Outcome] = {}
        remote: dict[str, str] = {}
        local: dict[str, str] = {}
        for name, script in scripts.items():
            kind = self._targets[name].kind
            if kind == "ssh":
                remote[name] = script
            elif kind == "local":
                local[name] = script
            else:
                told = _("servers of connection {kind} cannot be probed yet").format(kind=kind)
                outcomes[name] = Fault("platform", told)
                arrived(name, outcomes[name])
        if remote:
            self._send(remote, timeout, bound)
        for name, script in local.items():
            outcomes[name] = _run_local(self._targets[name], script, timeout, bound)
            arrived(name, outcomes[name])
        if remote:
            outcomes.update(self._receive(set(remote), arrived))
        return outcomes

    def _start(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            self._worker, self._log = _READY.pop() if _READY else _worker()
            targets = [asdict(target) for target in self._targets.values() if target.kind == "ssh"]
            self._write({"targets": targets, "wait": self._wait})
        return self._worker

    def _write(self, message: dict[str, Any]) -> None:
        assert self._worker is not None
        assert self._worker.stdin is not None
        try:
            self._worker.stdin.write(json.dumps(message).encode() + b"\n")
            self._worker.stdin.flush()
        except OSError as fault:
            raise self._died() from fault

    def _send(self, scripts: Mapping[str, str], timeout: float, bound: int) -> None:
        self._start()
        texts = list(dict.fromkeys(scripts.values()))
        number = {text: position for position, text in enumerate(texts)}
        self._write(
            {
                "texts": texts,
                "scripts": {name: number[text] for name, text in scripts.items()},
                "timeout": timeout,
                "bound": bound,
            }
        )

    def _receive(self, waiting: set[str], arrived: Callable[[str, Outcome], None]) -> dict[str, Outcome]:
        assert self._worker is not None
        assert self._worker.stdout is not None
        outcomes: dict[str, Outcome] = {}
        while waiting:
            line = self._worker.stdout.readline()
            if not line:
                raise self._died()
            said = json.loads(line)
            waiting.discard(said["name"])
            if said["fault"]:
                kind, template, values = said["fault"]
                outcomes[said["name"]] = Fault(kind, _(template).format(**values))
            else:
                out, err = base64.b64decode(said["stdout"]), base64.b64decode(said["stderr"])
                with_password = bool(self._targets[said["name"]].become_password)
                outcomes[said["name"]] = sudo_refused(Output(said["status"], out, err), with_password)
            arrived(said["name"], outcomes[said["name"]])
        return outcomes

    def _died(self) -> BackboneError:
        tail = b""
        if self._log is not None:
            self._log.seek(0)
            tail = self._log.read()[-2000:]
        self.close()
        said = tail.decode("utf-8", "replace").strip()
        return BackboneError(_("probe: the SSH worker ended unexpectedly: {said}").format(said=said))


def run(
    target: Target, script: str, timeout: float, *, wait: float = CONNECT_SECONDS, bound: int = OUTPUT_BOUND
) -> tuple[int, str, str]:
    """Run one script on one server; its exit status, stdout and stderr. BackboneError if it cannot be
    reached.
    """
    with Session([target], wait=wait) as session:
        outcome = session.run({target.name: script}, timeout, bound=bound)[target.name]
    if isinstance(outcome, Fault):
        raise BackboneError(joined(": ", (target.name, outcome.message)), repair=repair_of(outcome, target))
    return (
        outcome.status,
        outcome.stdout.decode("utf-8", "replace"),
        outcome.stderr.decode("utf-8", "replace"),
    )


def repair_of(fault: Fault, target: Target) -> str:
    """What a person does about a server that could not be reached; empty where only a look at it helps."""
    at = target.host or target.name
    if target.kind == "psrp":
        at_windows = {
            "unreachable": _("is the server on, and is port 5986 open to this machine? first-boot.ps1 opens it"),
            "host_key": _(
                "name the server's certificate (PEM) in ansible_psrp_ca_cert; replaced on purpose? fetch it anew"
            ),
            "login": _("which account does the inventory name, and is its password in the vault as ansible_password?"),
            "platform": _("run first-boot.ps1 on the server and write 5986"),
        }
        return at_windows.get(fault.kind, "")
    repairs = {
        "unreachable": _("is the server on, and does ssh {at} work from here?"),
        "host_key": _("compare its key with the server's letter; replaced on purpose? ssh-keygen -R {at}"),
        "login": _("which user and key does the inventory name? ssh {at} must log in without a password"),
        "agent": _("ssh-add the key in this session, then run the command again"),
        "sudo": _("put the user's password into the vault as ansible_become_password, or let sudo do without one"),
    }
    return repairs[fault.kind].format(at=at) if fault.kind in repairs else ""
