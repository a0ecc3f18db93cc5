"""Ansible action `backbone_new_connection`: proves that the controller can open a new connection to the
server.

A firewall or sshd change looks harmless over the connection that made it: established traffic passes, and
OpenSSH's shared connection (ControlPersist) hides that no new one would come. So this action opens one that
shares nothing, and compares the client's port that the server sees with that of the old connection.

Argument: `sources`, a list of networks. It is judged only when the controller is the server itself
(`connection: local`) and people work on it over SSH: their addresses have to lie in them. The connections are read
from the system, since sudo and tmux hide SSH_CONNECTION. An empty list judges nothing. Result: `connection`, what
the server saw as client ("address port address port"); fails with the reason.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Iterable
from typing import Any

import psutil
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

_ASK = "/bin/sh -c 'echo \"$SSH_CONNECTION\"'"
# LogLevel, so that ssh tells the reason even where its own configuration silences it; a time-out well below the
# rollback's own time.
_UNSHARED = "-o ControlMaster=no -o ControlPath=none -o LogLevel=INFO -o ConnectTimeout=10 "


def strangers(clients: Iterable[str], sources: Iterable[str]) -> list[str]:
    """Those addresses of `clients` that no network of `sources` holds; none where there are no sources."""
    networks = [ipaddress.ip_network(source, strict=False) for source in sources]
    found = []
    for client in clients:
        address = ipaddress.ip_address(client.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if networks and not address.is_loopback and not any(address in network for network in networks):
            found.append(str(address))
    return sorted(set(found))


def ssh_clients() -> set[str]:
    """The addresses from which people work on this machine over SSH."""
    found = set(os.environ.get("SSH_CONNECTION", "").split()[:1])
    for one in psutil.net_connections("tcp"):
        if one.status == psutil.CONN_ESTABLISHED and one.raddr and one.pid:
            with contextlib.suppress(psutil.Error):
                if psutil.Process(one.pid).name().startswith("sshd"):
                    found.add(one.raddr.ip)
    return found


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible's classes carry no types
    """Opens the connection on the controller; nothing is copied to the server."""

    _requires_connection = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        result["changed"] = False
        transport = self._connection.transport
        if transport == "local":
            if cut_off := strangers(ssh_clients(), self._task.args.get("sources") or []):
                told = ", ".join(cut_off)
                result.update(failed=True, msg=f"{told}, from where people work here, would be let in no more")
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
        former, tries = connection.get_option("ssh_args"), connection.get_option("reconnection_retries")
        try:
            if unshared:
                connection.set_option("ssh_args", _UNSHARED + (former or ""))
                # A later try would come through once the server has undone the change.
                connection.set_option("reconnection_retries", 0)
            status, out, err = connection.exec_command(_ASK, in_data=None, sudoable=False)
        finally:
            connection.set_option("ssh_args", former)
            connection.set_option("reconnection_retries", tries)
        if status != 0:
            raise AnsibleError(err.decode(errors="replace").strip() or f"exit status {status}")
        return str(out.decode(errors="replace").strip())
