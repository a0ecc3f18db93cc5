"""The SSH worker: gevent patched before anything else, then pyinfra. Only transport.Session starts it.

Reads one JSON line with the targets, then one a round of scripts; writes one JSON line a server as it
answers. pyinfra connects (its inventory, its SSH configuration, its connector); the script's channel is
read here, because pyinfra's own run keeps all output, decodes it as UTF-8 and returns no exit status.
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import base64
import contextlib
import json
import logging
import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore
from paramiko import HostKeys, SSHException
from pyinfra.api.config import Config
from pyinfra.api.exceptions import ConnectError
from pyinfra.api.inventory import Inventory
from pyinfra.api.state import State

from provision.i18n import N_
from provision.probe.becoming import asking
from provision.probe.script import ERRORS_BOUND

PARALLEL = 128
_WRITING = BoundedSemaphore()


class Trouble(Exception):  # noqa: N818 (a fault of the server, not of ours)
    """A server's own fault: kind and sentence, the latter English and not filled in: who reads it translates it."""

    def __init__(self, kind: str, template: str, **values: object) -> None:
        super().__init__(kind, template, {name: str(value) for name, value in values.items()})


def ssh_config(common_args: str, folder: Path, number: int) -> str:
    """An ssh configuration file that means what `ssh ARGS` would mean; host keys strictly, at every hop.

    pyinfra knows no command-line options, and asks at the terminal where a jump host's key is unknown: so the
    options come first (in such a file the first value wins), then the file of -F or the user's own.
    """
    options, files = ["StrictHostKeyChecking yes"], ["~/.ssh/config"]
    words = iter(shlex.split(common_args))
    for word in words:
        flag, value = word[:2], word[2:]
        if flag in ("-o", "-F", "-J", "-i", "-p", "-l"):
            value = value or next(words, "")
        if flag == "-F":
            files = [value]
        elif flag == "-o":
            key, _, setting = value.replace("=", " ", 1).partition(" ")
            options.append(f"{key} {setting.strip()}")
        elif flag == "-J":
            options.append(f"ProxyJump {value}")
        elif flag == "-i":
            options.append(f"IdentityFile {value}")
        elif flag == "-p":
            options.append(f"Port {value}")
        elif flag == "-l":
            options.append(f"User {value}")
    # A jump host must not be reached through itself: what was said for this server alone is not said for it.
    jumps = [value.split(None, 1)[1] for value in options if value.lower().startswith("proxyjump ")]
    hops = [f"!{hop.split('@')[-1].split(':')[0]}" for jump in jumps for hop in jump.split(",")]
    path = folder / f"ssh_config.{number}"
    lines = ["Host *", "  StrictHostKeyChecking yes", f"Host {' '.join([*hops, '*'])}"]
    lines += [f"  {option}" for option in options]
    lines.append("Host *")
    for name in files:
        source = Path(name).expanduser()
        if source.is_file():
            lines.append(f"Include {source.absolute()}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def known_hosts(config_file: str, host: str, port: int, path: Path) -> str:
    """One file with what the user, the configuration and the system know about `host`; returns its path.

    pyinfra knows neither HostKeyAlias nor the system's own file: the alias's keys are written under the name
    that paramiko will look for.
    """
    from pyinfra.connectors.sshuserclient.client import get_ssh_config

    config = get_ssh_config(config_file)
    said = config.lookup(host) if config is not None else {}
    files = str(said.get("userknownhostsfile", "~/.ssh/known_hosts")).split()
    files += str(said.get("globalknownhostsfile", "/etc/ssh/ssh_known_hosts")).split()
    lines = [
        line
        for name in files
        if Path(name).expanduser().is_file()
        for line in Path(name).expanduser().read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    if alias := said.get("hostkeyalias"):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        number = port or int(said.get("port", 22))
        address = said.get("hostname", host)
        looked_for = address if number == 22 else f"[{address}]:{number}"
        found: Any = HostKeys(str(path)).lookup(alias) or {}
        lines = [f"{looked_for} {kind} {key.get_base64()}" for kind, key in found.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def protected(path: Path) -> bool:
    """Does a private key need a password? A file that cannot be read is left to whoever uses it."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    if "BEGIN OPENSSH PRIVATE KEY" not in text:
        return "ENCRYPTED" in text
    body = "".join(line for line in text.splitlines() if line and "-----" not in line)
    with contextlib.suppress(ValueError):
        raw = base64.b64decode(body)  # a magic word, then the name of the cipher, after its length
        start = len(b"openssh-key-v1\0") + 4
        return not raw[start:].startswith(b"none")
    return False


def make_state(targets: list[dict[str, Any]], wait: float, folder: Path) -> State:
    """pyinfra's state for the targets; nothing is connected yet."""
    configs: dict[str, str] = {}
    hosts: list[Any] = []
    for target in targets:
        args = target["common_args"]
        if args not in configs:
            configs[args] = ssh_config(args, folder, len(configs))
        data: dict[str, Any] = {
            "ssh_hostname": target["host"],
            "ssh_config_file": configs[args],
            "ssh_strict_host_key_checking": "yes",
            "ssh_paramiko_connect_kwargs": {
                "banner_timeout": wait,
                "auth_timeout": wait,
                "channel_timeout": wait,
            },
            "become": target["become"],
            "become_password": target["become_password"],
        }
        known = known_hosts(configs[args], target["host"], target["port"] or 0, folder / f"known.{len(hosts)}")
        data["ssh_known_hosts_file"] = known
        for key, name in (("port", "ssh_port"), ("user", "ssh_user")):
            if target[key]:
                data[name] = target[key]
        if target["key_file"]:
            path = Path(target["key_file"]).expanduser()
            if protected(path):
                # Only an agent can use it: nobody is asked for a password here, with hundreds of servers at once.
                data |= {"ssh_look_for_keys": False, "protected_key": str(path)}
            else:
                data["ssh_key"] = str(path)
        hosts.append((f"@ssh/{target['name']}", data))
    inventory = Inventory((hosts, {}))  # type: ignore[no-untyped-call]
    return State(
        inventory,
        Config(  # type: ignore[no-untyped-call]
            CONNECT_TIMEOUT=max(1, round(wait)), PARALLEL=min(PARALLEL, len(hosts))
        ),
        check_for_changes=False,
    )


def connect_fault(text: str) -> Trouble:
    """The kind of a failed connect, from pyinfra's sentence."""
    low = text.lower()
    if "host key" in low:
        if "does not match" in low:
            return Trouble("host_key", N_("its host key has changed; nothing was sent ({said})"), said=text)
        return Trouble("host_key", N_("its host key is not known here; nothing was sent ({said})"), said=text)
    if "authentication" in low or "private key" in low or "key file" in low or "key_password" in low:
        return Trouble("login", N_("login refused: {said}"), said=text)
    return Trouble("unreachable", N_("cannot be reached: {said}"), said=text)


def connect(host: Any, wait: float) -> None:
    """Connect one host, or raise Trouble; TCP, key exchange and login together get `wait` seconds."""
    if host.connected:
        transport = host.connector.client.get_transport()
        if transport is not None and transport.is_active():
            return
        raise Trouble("cut", N_("the server closed the connection"))
    try:
        with gevent.Timeout(wait + 1, ConnectError(f"no SSH answer within {wait:.0f} s")):
            host.connect(show_errors=False, raise_exceptions=True)
    except ConnectError as fault:
        trouble = connect_fault(str(fault))
        if trouble.args[0] == "login" and (key := host.data.get("protected_key")):
            raise Trouble("agent", N_("its key {key} has a password, and no agent here opens it"), key=key) from fault
        raise trouble from fault
    except Exception as fault:
        # A wrong key file, an unreadable configuration: pyinfra's own exceptions of many kinds, all of this
        # host.
        raise connect_fault(f"{type(fault).__name__}: {fault}") from fault


def converse(host: Any, script: str, timeout: float, bound: int) -> tuple[int, bytes, bytes]:
    """Run the script over one new channel; bounded in time and size. Raises Trouble."""
    channel = host.connector.client.get_transport().open_session(timeout=timeout)
    limited = f"timeout -k 2 {max(1, round(timeout))} sh -s"
    errors = bytearray()

    def read_errors() -> None:
        while chunk := channel.recv_stderr(32768):
            if len(errors) < ERRORS_BOUND:
                errors.extend(chunk)

    as_root = host.data.get("become") and host.connector.client.get_transport().get_username() != "root"
    words, before = asking(host.data.get("become_password") or "", limited) if as_root else (limited, "")

    def write_script() -> None:
        try:
            channel.sendall((before + script).encode())
            channel.shutdown_write()
        except (OSError, EOFError):
            return  # the far side ended early; its output and exit status tell why

    helpers = []
    try:
        late = Trouble("timeout", N_("no answer within {seconds} s"), seconds=f"{timeout:.0f}")
        with gevent.Timeout(timeout + 2, late):
            channel.exec_command(words)
            helpers = [gevent.spawn(read_errors), gevent.spawn(write_script)]
            output = bytearray()
            while chunk := channel.recv(65536):
                output.extend(chunk)
                if len(output) > bound:
                    raise Trouble("too_big", N_("the answer is larger than {bound} bytes"), bound=bound)
            channel.status_event.wait(5)
            helpers[0].join(1)
        if channel.exit_status < 0:
            raise Trouble("cut", N_("the connection was cut in the middle of the answer"))
        return channel.exit_status, bytes(output), bytes(errors)
    finally:
        gevent.killall(helpers, block=False)
        channel.close()


def serve_one(host: Any, script: str, wait: float, timeout: float, bound: int) -> dict[str, Any]:
    """One server's part of a round, as the message to send back."""
    message: dict[str, Any] = {"name": host.name.removeprefix("@ssh/"), "fault": None}
    try:
        connect(host, wait)
        status, out, err = converse(host, script, timeout, bound)
    except Trouble as trouble:
        message["fault"] = list(trouble.args)
    except (SSHException, OSError, EOFError) as fault:
        said = str(fault) or type(fault).__name__
        message["fault"] = ["cut", N_("the connection broke: {said}"), {"said": said}]
    else:
        message |= {
            "status": status,
            "stdout": base64.b64encode(out).decode(),
            "stderr": base64.b64encode(err).decode(),
        }
    return message


def main() -> None:
    """Serve rounds until stdin ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not reach the protocol
    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="backbone-ssh-") as folder:
        opening = json.loads(sys.stdin.readline())
        wait = float(opening["wait"])
        state = make_state(opening["targets"], wait, Path(folder))
        hosts = {host.name.removeprefix("@ssh/"): host for host in state.inventory}

        def answer(name: str, script: str, timeout: float, bound: int) -> None:
            line = json.dumps(serve_one(hosts[name], script, wait, timeout, bound)).encode() + b"\n"
            with _WRITING:
                answers.write(line)
                answers.flush()

        for line in sys.stdin:
            asked = json.loads(line)
            jobs = [
                state.pool.spawn(answer, name, asked["texts"][number], asked["timeout"], asked["bound"])
                for name, number in asked["scripts"].items()
            ]
            gevent.joinall(jobs, raise_error=True)
        connectors: list[Any] = [host.connector for host in hosts.values() if host.connected]
        for connector in connectors:
            connector.client.close()


if __name__ == "__main__":
    main()
