"""A Windows server in the loop: its inventory's rules, and its ledger out of the one answer that it gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checks import windows
from provision.audit.preflight import discover
from provision.converge import look
from provision.converge.apply import supported
from provision.inventory import InventoryInvalid
from provision.probe.snapshot import Answer, Snapshot
from tests.support.windows import recorded
from tests.unit.inventory.conftest import Folder, sound

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WINDOWS = {
    "ansible_connection": "psrp",
    "backbone_database": "sqlserver",
    "backbone_stages_disabled": ["sync", "gateway"],
    "backbone_windows_media": {"exporter": "D:\\media\\windows_exporter.msi", "sqlserver": "\\\\files\\media\\sql"},
}


def faults(folder: Folder, changes: dict[str, Any]) -> list[str]:
    folder.hosts({**sound(), **WINDOWS, **changes})
    try:
        folder.load()
    except InventoryInvalid as invalid:
        return [str(one.message) for one in invalid.faults]
    return []


def test_a_windows_server_s_inventory_is_sound(folder: Folder) -> None:
    assert faults(folder, {}) == []
    (server,) = folder.load().servers
    assert (server.connection.kind, server.connection.port, server.connection.auth) == ("psrp", 5986, "negotiate")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ansible_port": 5985}, "5985 is WinRM over HTTP"),
        (
            {"backbone_stages_disabled": ["gateway"]},
            "on a Windows server the sync service keeps the data in SQL Server, and none is named",
        ),
        (
            {"backbone_stages_disabled": ["sync"]},
            "a Windows server opens no port for that: its state comes by the audit",
        ),
        (
            {"backbone_database": "postgresql"},
            "on a Windows server the stages install SQL Server alone, not PostgreSQL",
        ),
        ({"backbone_windows_media": {"exporter": "/media/x.msi"}}, "/media/x.msi"),
        ({"ansible_psrp_auth": "basic"}, "basic"),
    ],
)
def test_what_a_windows_server_cannot_be_is_said_offline(
    folder: Folder, changes: dict[str, Any], sentence: str
) -> None:
    found = faults(folder, changes)
    assert len(found) == 1
    assert sentence in found[0] or sentence in json.dumps(changes)


def seen(told: dict[str, Any] | str) -> look.Observation:
    text = told if isinstance(told, str) else recorded.text(told)
    return look.read(Snapshot("win", AT.isoformat(), {windows.COMMAND: Answer(0, text)}), ())


def test_a_ledger_is_read_out_of_the_answer() -> None:
    told = recorded.good(AT)
    stamp = {"version": 1, "stage": "base", "host": "win", "digest": "d", "inputs": {"a": "1"}, "files": {}, "at": "x"}
    file = "C:\\Program Files\\Backbone\\bin\\restart-when-due.ps1"
    told["ledger"] = {
        "stamps": {"base": json.dumps(stamp), "tls": "half a"},
        "files": {file: "abc"},
        # PowerShell writes one member without its list.
        "started": "patching",
    }
    found = seen(told)
    assert (found.fault, found.distribution) == ("", "windows 20348")
    assert set(found.state.stamps) == {"base"}
    assert found.state.unusable == {"tls": "damaged"}
    assert (found.state.started, found.state.files) == (frozenset({"patching"}), {file: "abc"})
    assert not found.state.bare
    assert found.distribution in supported()


def test_a_bare_server_and_one_that_is_too_old() -> None:
    told = recorded.good(AT)
    told["system"]["build"] = 9600
    found = seen(told)
    assert found.state.bare
    assert found.distribution == "windows 9600"
    assert found.distribution not in supported()


@pytest.mark.parametrize("text", ["", "{}", '{"version": 1, "ledger": {"error": "denied"}}'])
def test_an_answer_without_a_ledger_is_a_fault_and_never_bare(text: str) -> None:
    assert seen(text).fault


def test_what_is_on_a_windows_machine_already_wants_a_decision(folder: Folder) -> None:
    folder.hosts({**sound(), **WINDOWS})
    (server,) = folder.load().servers
    told = recorded.good(AT)
    told["listeners"].append({"proto": "tcp", "port": 8080, "address": "0.0.0.0", "process": "tomcat9"})
    snapshot = Snapshot(server.name, AT.isoformat(), {windows.COMMAND: Answer(0, recorded.text(told))})
    found = {(one.kind, one.name): one for one in discover(server, snapshot)}
    assert {key: [way.word for way in one.choices] for key, one in found.items() if not one.settled} == {
        ("listener", "tcp/8080"): ["keep", "stop"],
        ("database", "MSSQLSERVER"): ["adopt"],
    }
    folder.hosts(
        {
            **sound(),
            **WINDOWS,
            "backbone_found": [
                {"kind": "listener", "name": "tcp/8080", "decision": "keep", "ports": [{"port": 8080}]},
                {"kind": "database", "name": "MSSQLSERVER", "decision": "adopt"},
            ],
        }
    )
    (server,) = folder.load().servers
    assert {one.name for one in discover(server, snapshot) if not one.settled} == set()
    silent = Snapshot(server.name, AT.isoformat(), {windows.COMMAND: Answer(0, "{}")})
    assert [one.settled for one in discover(server, silent)] == [False]
