"""Test code: takes the place of Ansible's own `psrp` connection, so that real playbooks reach a stand-in for Windows.

It lies on no plugin path but that of tests (ANSIBLE_CONNECTION_PLUGINS). The engine above it is the real one: it finds
each module in the installed collection, wraps it for PowerShell and hands the wrapped module over; what arrives here is
read out of that wrapping and answered by `tests.support.windows.host`, whose folder is in BACKBONE_SIMULATED_WINDOWS.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleConnectionFailure

from tests.support.standin.connection import StandIn
from tests.support.standin.documented import RefusedError
from tests.support.windows.host import Host

DOCUMENTATION = """
name: psrp
short_description: A stand-in for a Windows server
description: Test code.
options:
  remote_addr:
    description: The server's name.
    default: inventory_hostname
    type: str
    vars: [{name: inventory_hostname}]
  remote_password:
    description: The password, which the stand-in knows.
    type: str
    vars: [{name: ansible_password}]
"""

_BOUNDARY = b"\n\0\0\0\0\n"
_MODULE = re.compile(r"^ansible_collections\.(\w+)\.(\w+)\.plugins\.modules\.(\w+)\.ps1$")


class Connection(StandIn):
    """What Ansible's own says of itself; nothing leaves this machine."""

    system = "windows"
    transport = "psrp"
    module_implementation_preferences = (".ps1", ".exe", "")
    allow_executable = False

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self.always_pipeline_modules = True
        self.has_native_async = True
        self._shell_type = "powershell"
        super().__init__(*arguments, **keywords)

    def _host(self) -> Host:
        return Host(self.state_file())

    def _connect(self) -> Connection:
        told = self._host().refuses_connection(str(self.get_option("remote_password") or ""))
        if told:
            raise AnsibleConnectionFailure(told)
        super()._connect()
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Answer a wrapped module as PowerShell would, or one of the shell's own few scripts."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        host = self._host()
        try:
            if in_data and _BOUNDARY in in_data:
                answer = self._manifest(host, json.loads(in_data.split(_BOUNDARY)[1]))
            else:
                answer = host.shell(base64.b64decode(cmd.split(" ")[-1]).decode("utf-16-le"))
        except RefusedError as refused:
            raise self.refused(refused) from refused
        return 0, answer.encode(), b""

    @staticmethod
    def _manifest(host: Host, manifest: dict[str, Any]) -> str:
        *before, last = manifest["actions"]
        if before:
            raise RefusedError(f"{before[0]['name']} around a module")
        if last["name"] != "module_wrapper.ps1":
            return host.own_script(last["name"], last["params"])
        found = _MODULE.match(last["params"]["Script"])
        if not found:
            raise RefusedError(f"{last['params']['Script']} is no module of a collection")
        namespace, collection, module = found.groups()
        [arguments] = [one["Value"] for one in last["params"]["Variables"] if one["Name"] == "complex_args"]
        return json.dumps(host.module(f"{namespace}.{collection}.{module}", arguments))

    def put_file(self, in_path: str, out_path: str) -> None:
        """Lay a file down."""
        super().put_file(in_path, out_path)
        self._host().put(out_path, Path(in_path).read_bytes())
