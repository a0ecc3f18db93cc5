"""Asks a Windows server everything in one round trip: one script over PowerShell remoting (PSRP, HTTPS alone).

The server's certificate is always verified, by the file that the inventory names or by the system's authorities. On a
Windows machine itself the same script runs right there, and psutil says what listens and how much memory there is.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks import windows
from provision.i18n import _
from provision.probe.snapshot import Answer, Fault

if TYPE_CHECKING:
    from provision.probe.transport import Target

Asked = dict[str, Answer] | Fault
_AT_ONCE = 16


def is_windows(target: Target) -> bool:
    """Is this a server that answers to PowerShell alone?"""
    return target.kind == "psrp" or (target.kind == "local" and os.name == "nt")


def ask(targets: Sequence[Target], commands: Mapping[str, Sequence[str]], timeout: float) -> dict[str, Asked]:
    """Each server's answer, all at once: command → Answer, or the server's Fault. `timeout`: seconds for each."""
    if not targets:
        return {}
    with ThreadPoolExecutor(min(len(targets), _AT_ONCE)) as pool:
        answers = pool.map(lambda one: _one(one, commands[one.name], timeout), targets)
        return {target.name: answer for target, answer in zip(targets, answers, strict=True)}


def _one(target: Target, commands: Sequence[str], timeout: float) -> Asked:
    told = _local(timeout) if target.kind == "local" else remote(target, windows.script(), timeout)
    if isinstance(told, Fault):
        return told
    # A Windows server knows one question; whoever asks another has taken it for Linux.
    other = Answer(127, "", "not a command of a Windows server")
    return {command: Answer(0, told) if command == windows.COMMAND else other for command in commands}


def remote(target: Target, script: str, timeout: float) -> str | Fault:
    """What a script says on a server, or why it says nothing."""
    import requests.exceptions
    from pypsrp.client import Client
    from pypsrp.exceptions import AuthenticationError, WinRMError

    if target.port == 5985:
        return Fault("platform", _("5985 is WinRM over HTTP: passwords and data would be open to whoever listens"))
    try:
        with Client(
            target.host,
            username=target.user or None,
            password=target.password or None,
            ssl=True,
            port=target.port or 5986,
            auth=target.auth,
            cert_validation=target.authority or True,
            connection_timeout=10,
            operation_timeout=max(int(timeout) - 10, 10),
            read_timeout=max(int(timeout), 20),
        ) as client:
            output, streams, failed = client.execute_ps(script)
    except AuthenticationError:
        return Fault("login", _("{user} and its password are not accepted").format(user=target.user or "?"))
    except requests.exceptions.SSLError as fault:
        return Fault("host_key", _("the server's certificate does not prove it: {why}").format(why=str(fault)[:200]))
    except requests.exceptions.Timeout:
        return Fault("timeout", _("no complete answer within {seconds} s").format(seconds=f"{timeout:.0f}"))
    except (requests.exceptions.ConnectionError, OSError) as fault:
        return Fault("unreachable", _("cannot be reached: {why}").format(why=str(fault)[:200]))
    except WinRMError as fault:
        return Fault("transport", _("WinRM refuses: {why}").format(why=str(fault)[:200]))
    if failed and not output.strip():
        said = "; ".join(str(one) for one in streams.error)[:300]
        return Fault("garbled", _("the server's PowerShell failed: {why}").format(why=said or "?"))
    return str(output)


def _local(timeout: float) -> str | Fault:
    """The same script on this machine, completed by what psutil measures."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "audit.ps1")
        # With its mark, by which Windows PowerShell 5.1 knows UTF-8.
        file.write_text(windows.script(), encoding="utf-8-sig")
        words = ["powershell.exe", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", str(file)]
        try:
            done = subprocess.run(words, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            return Fault("timeout", _("no complete answer within {seconds} s").format(seconds=f"{timeout:.0f}"))
        except OSError as fault:
            return Fault("unreachable", _("cannot be reached: {why}").format(why=str(fault)[:200]))
    return completed(done.stdout.decode("utf-8", "replace"), measured())


def measured() -> dict[str, Any]:
    """Sections of the answer that psutil measures on this machine: memory in bytes, listeners."""
    import psutil

    listeners = []
    for one in psutil.net_connections("inet"):
        udp = one.type.name == "SOCK_DGRAM"
        if not one.laddr or (not udp and one.status != psutil.CONN_LISTEN):
            continue
        try:
            name = psutil.Process(one.pid).name() if one.pid else "System"
        except psutil.Error:
            name = ""
        listeners.append(
            {
                "proto": "udp" if udp else "tcp",
                "port": one.laddr.port,
                "address": one.laddr.ip,
                "process": name.removesuffix(".exe"),
            }
        )
    return {"memory": psutil.virtual_memory().total, "listeners": listeners}


def completed(text: str, found: Mapping[str, Any]) -> str:
    """The script's answer with psutil's measures where the script has none of its own."""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    if not isinstance(content.get("listeners"), list):
        content["listeners"] = found["listeners"]
    system = content.get("system")
    if isinstance(system, dict) and not system.get("memory"):
        system["memory"] = found["memory"]
    return json.dumps(content)
