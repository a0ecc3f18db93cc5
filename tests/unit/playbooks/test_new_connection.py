"""On the server itself, a rule set that would cut off those who work there over SSH is not confirmed."""

from __future__ import annotations

import importlib.util
from collections import namedtuple
from types import ModuleType
from typing import Any

import pytest

from provision.paths import playbooks_dir

pytestmark = pytest.mark.needs_ansible
Address = namedtuple("Address", "ip port")
INTERNAL = ["10.33.74.0/24", "fd00:33:74::/64"]


@pytest.fixture(scope="module")
def action() -> ModuleType:
    file = playbooks_dir() / "action_plugins" / "backbone_new_connection.py"
    spec = importlib.util.spec_from_file_location("backbone_new_connection", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("clients", "sources", "cut_off"),
    [
        (["10.33.74.5"], INTERNAL, []),
        (["10.33.74.5", "203.0.113.9"], INTERNAL, ["203.0.113.9"]),
        (["::ffff:10.33.74.5", "127.0.0.1", "::1"], INTERNAL, []),
        (["fe80::1%eth0"], INTERNAL, ["fe80::1"]),
        (["203.0.113.9"], [], []),
        ([], INTERNAL, []),
    ],
)
def test_who_would_be_let_in_no_more(
    action: ModuleType, clients: list[str], sources: list[str], cut_off: list[str]
) -> None:
    assert action.strangers(clients, sources) == cut_off


def test_people_are_found_though_sudo_hides_them(action: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        def __init__(self, status: str, address: str, pid: int | None) -> None:
            self.status, self.raddr, self.pid = status, Address(address, 50000), pid

    class Process:
        def __init__(self, pid: int) -> None:
            self.pid = pid
            if pid == 4:
                raise action.psutil.NoSuchProcess(pid)

        def name(self) -> str:
            return {1: "sshd", 2: "sshd-session", 3: "nginx"}[self.pid]

    connections = [
        Connection("ESTABLISHED", "10.0.0.1", 1),
        Connection("ESTABLISHED", "10.0.0.2", 2),
        Connection("ESTABLISHED", "10.0.0.3", 3),
        Connection("ESTABLISHED", "10.0.0.4", 4),
        Connection("TIME_WAIT", "10.0.0.5", None),
    ]
    told: list[Any] = []
    monkeypatch.setattr(action.psutil, "net_connections", lambda kind: told.append(kind) or connections)
    monkeypatch.setattr(action.psutil, "Process", Process)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    assert action.ssh_clients() == {"10.0.0.1", "10.0.0.2"}
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.9 1 10.0.0.1 22")
    assert action.ssh_clients() == {"10.0.0.1", "10.0.0.2", "10.0.0.9"}
    assert told == ["tcp", "tcp"]
