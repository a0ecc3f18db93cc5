"""Test code: takes the place of Ansible's own `ssh` connection, so that real playbooks reach a stand-in for Linux.

It lies on no plugin path but that of tests (ANSIBLE_CONNECTION_PLUGINS). The engine above it is the real one: it finds
each module, packs it with its arguments and pipes it to Python; what arrives here is read out of that packing and
answered by `tests.support.linux.host`, whose folder is in BACKBONE_SIMULATED_LINUX.
"""

from __future__ import annotations

import ast
import json
from typing import Any

from tests.support.linux.host import Host
from tests.support.standin.connection import StandIn
from tests.support.standin.documented import RefusedError

DOCUMENTATION = """
name: ssh
short_description: A stand-in for a Linux server
description: Test code.
options:
  remote_addr:
    description: The server's name.
    default: inventory_hostname
    type: str
    vars: [{name: inventory_hostname}]
"""


class Connection(StandIn):
    """What Ansible's own says of itself; nothing leaves this machine."""

    system = "linux"
    transport = "ssh"

    def _host(self) -> Host:
        return Host(self.state_file())

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Answer a module that is piped in, or one of the shell's own few commands."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        try:
            if in_data:
                name, arguments = _packed(in_data.decode())
                return 0, json.dumps(self._host().module(name, arguments)).encode(), b""
            return 0, self._host().shell(cmd).encode(), b""
        except RefusedError as refused:
            raise self.refused(refused) from refused

    def put_file(self, in_path: str, out_path: str) -> None:
        """Only scripts of roles are laid down so in check mode; they are answered by their names."""
        super().put_file(in_path, out_path)


def _packed(program: str) -> tuple[str, dict[str, Any]]:
    """The module's name and its arguments, out of the program that Ansible pipes to the server's Python."""
    call = next(
        node
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_ansiballz_main"
    )
    given = {one.arg: one.value for one in call.keywords}
    where = str(ast.literal_eval(given["module_fqn"])).split(".")
    arguments: dict[str, Any] = json.loads(ast.literal_eval(given["params"]))["ANSIBLE_MODULE_ARGS"]
    if where[0] == "ansible_collections":
        return ".".join((where[1], where[2], where[-1])), arguments
    own = where[-1].startswith("backbone_")
    return where[-1] if own else f"ansible.builtin.{where[-1]}", arguments
