"""Ansible action `backbone_new_connection`: proves that the controller can open a new connection to the
server.

A firewall or sshd change looks harmless over the connection that made it: established traffic passes, and
OpenSSH's shared connection (ControlPersist) hides that no new one would come. So this action opens one that
shares nothing, and compares the client's port that the server sees with that of the old connection.

Argument: `sources`, a list of networks. It is judged only when the controller is the server itself
(`connection: local`) and a person works on it over SSH: that person's address has to lie in one of them. An
empty list judges nothing. Result: `connection`, what the server saw as client ("address port address
port"); fails with the reason.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

_ASK = "/bin/sh -c 'echo \"$SSH_CONNECTION\"'"
# LogLevel, so that ssh tells the reason even where its own configuration silences it; a time-out well below the
# rollback's own time.
_UNSHARED = "-o ControlMaster=no -o ControlPath=none -o LogLevel=INFO -o ConnectTimeout=10 "


def stranger(client: str, sources: Iterable[str]) -> str:
    """The address of `client` ("address port address port") that no network of `sources` holds, or ""."""
    networks = [ipaddress.ip_network(source, strict=False) for source in sources]
    address = client.split()[0] if client.split() else ""
    if not address or not networks:
        return ""
    known = any(ipaddress.ip_address(address) in network for network in networks)
    return "" if known else address


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible's classes carry no types
    """Opens the connection on the controller; nothing is copied to the server."""

    _requires_connection = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        result["changed"] = False
        transport = self._connection.transport
        if transport == "local":
            address = stranger(os.environ.get("SSH_CONNECTION", ""), self._task.args.get("sources") or [])
            if address:
                result.update(failed=True, msg=f"{address}, from where you work, would be let in no more")
            return result
        if transport != "ssh":
            result.update(failed=True, msg=f"a new connection over {transport} cannot be proven")
            return result
        try:
            before = self._client_seen()
            after = self._client_seen(unshared=True)
        except AnsibleError as fault:
            result.update(failed=True, msg=f"no new connection could be opened: {fault}")
            return result
        if not after or before == after:
            result.update(failed=True, msg="the connection was not a new one: something shares it all the same")
        result["connection"] = after
        return result

    def _client_seen(self, *, unshared: bool = False) -> str:
        """What the server calls the client, over the shared connection or over one of its own."""
        connection = self._connection
        former = connection.get_option("ssh_args")
        try:
            if unshared:
                connection.set_option("ssh_args", _UNSHARED + (former or ""))
            status, out, err = connection.exec_command(_ASK, in_data=None, sudoable=False)
        finally:
            connection.set_option("ssh_args", former)
        if status != 0:
            raise AnsibleError(err.decode(errors="replace").strip() or f"exit status {status}")
        return str(out.decode(errors="replace").strip())
