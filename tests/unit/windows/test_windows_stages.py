"""Every stage's Windows form, by the real Ansible against a stand-in for Windows, in the order that proves a role.

Check mode on a fresh server does not fail and changes nothing → converge → again: nothing changes → what was laid down
is edited → repaired. What each module is handed is held against its own documentation by the stand-in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provision.converge.progress import Result
from tests.support.windows.world import World, simulated, variables

pytestmark = pytest.mark.needs_ansible

STAGES = ("base", "patching", "ssh", "firewall", "tls", "vpn", "antivirus", "postgresql", "backup", "monitoring")
REPORTED = ("record", "answers", "stamps", "started", "was")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("windows")
    with pytest.MonkeyPatch.context() as patch:
        simulated(patch, folder)
        yield World(folder, variables(folder / "inventory"))


def settled(world: World) -> dict[str, Any]:
    """The stand-in's state, without what runs leave behind; files by their digest."""
    kept = {key: value for key, value in world.state.items() if key not in REPORTED}
    return {**kept, "files": {path: one["sha256"] for path, one in kept["files"].items() if "ansible-tmp" not in path}}


def bad(results: dict[str, Result]) -> dict[str, str]:
    return {stage: f"{one.status}: {one.message}" for stage, one in results.items() if one.status != "ok"}


def test_check_mode_on_a_fresh_server_does_not_fail_and_changes_nothing(world: World) -> None:
    before = settled(world)
    results = world.run(STAGES, check=True)
    assert bad(results) == {}
    assert settled(world) == before
    assert all(call["check"] or "/get-" in call["call"] for call in world.calls() if call["changed"])


def test_every_stage_converges(world: World) -> None:
    results = world.run(STAGES)
    assert bad(results) == {}
    assert set(world.state["stamps"]) == set(STAGES)


def test_again_nothing_changes(world: World) -> None:
    world.calls()
    results = world.run(STAGES)
    assert bad(results) == {}
    assert [(call["call"], call["arguments"]) for call in world.calls() if call["changed"]] == []
    assert {stage: one.changed for stage, one in results.items() if one.changed} == {}
    assert world.state["stamps"]["tls"]["Files"].keys() == {
        "C:\\ProgramData\\Backbone\\tls\\server.crt",
        "C:\\ProgramData\\Backbone\\tls\\authority.pem",
    }


def test_the_firewall_gets_the_declared_surface_under_a_rollback(world: World) -> None:
    state = world.state
    state["scripts"].pop("firewall/set-firewall.ps1")
    world.keep({**state, "record": []})
    assert bad(world.run(["firewall"])) == {}
    calls = [(call["call"], call["arguments"].get("parameters", {})) for call in world.calls()]
    names = [name for name, _given in calls]
    # Asked first, armed, changed, and disarmed over a new connection.
    order = ["firewall/set-firewall.ps1", "stage/do-arm.ps1", "firewall/set-firewall.ps1", "stage/do-disarm.ps1"]
    assert [name for name in names if name in order] == order
    assert names.index("stage/do-disarm.ps1") > names.index("ansible.windows.win_ping") > names.index(order[1])
    rules = next(given["Rules"] for name, given in calls if name == order[0])
    assert {(one["proto"], one["port"], *one["from"]) for one in rules} == {
        ("tcp", 5986, "10.0.0.0/16", "10.90.0.0/24"),
        ("tcp", 80, "Any"),
        ("tcp", 443, "Any"),
        ("udp", 51820, "Any"),
        ("tcp", 1433, "10.90.0.0/24"),
    }


def test_what_was_edited_is_repaired_and_nothing_else_changes(world: World) -> None:
    before = settled(world)
    edits = world.state
    edits["registry"]["HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU\\AUOptions"]["data"] = 2
    edits["event_logs"]["Security"]["maximum_size"] = "1024KB"
    edits["groups"]["backbone-admins"].append("tamu")
    edits["services"]["w32time"]["state"] = "stopped"
    edits["services"]["windows_exporter"]["start_mode"] = "disabled"
    edits["tasks"]["\\Backbone\\Restart when due"]["enabled"] = False
    edits["audit"]["Logon"]["audit_type"] = ["none"]
    edits["files"]["C:\\Program Files\\Backbone\\bin\\restart-when-due.ps1"]["sha1"] = "edited"
    edits["files"]["C:\\ProgramData\\Backbone\\sqlserver\\setup.ini"]["sha1"] = "edited"
    for script in ("antivirus/set-defender.ps1", "ssh/set-winrm.ps1", "vpn/set-tunnel.ps1", "tls/set-ciphers.ps1"):
        edits["scripts"][script] = "edited"
    world.keep({**edits, "record": []})
    told = world.run(STAGES, check=True)
    repaired = world.run(STAGES)
    assert bad(told) == bad(repaired) == {}
    after = settled(world)
    assert {key: value for key, value in after.items() if value != before[key]} == {}
    # Check mode names exactly the stages that the run then changes.
    assert {stage for stage, one in told.items() if one.changed} == {
        stage for stage, one in repaired.items() if one.changed
    }
    assert {stage for stage, one in repaired.items() if one.changed} == {
        *("base", "patching", "ssh", "tls", "vpn", "antivirus", "postgresql", "monitoring")
    }


def test_no_secret_reaches_the_record(world: World) -> None:
    kept = json.dumps(world.state["record"]) + json.dumps(world.state["tasks"])
    assert "Awal-2026!" not in kept
    assert "rahasia cadangan uji" not in kept
    assert "PRIVATE KEY" not in kept


SERVER = "stage/get-server.ps1"


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"build": 9600, "product": "Windows Server 2012 R2 Standard"}, "build 9600) is not among the Windows systems"),
        ({"server": False, "product": "Windows 11 Pro"}, "Windows 11 Pro"),
        ({"powershell": "4.0"}, "Windows PowerShell 4.0 is too old"),
        ({"dotnet": 0}, "The .NET Framework 4.6.2 or newer is missing"),
        ({"connection": "http://10.0.0.5:5985/wsman"}, "came over HTTP (http://10.0.0.5:5985/wsman)"),
        ({"elevated": False}, "The account Administrator is not an administrator"),
        ({"reboot_pending": ["Windows Update"], "stamps": 0}, "waits for a restart (Windows Update)"),
    ],
)
def test_a_server_that_cannot_be_provisioned_is_refused_before_anything_changes(
    world: World, found: dict[str, object], sentence: str
) -> None:
    state = world.state
    usual = state["answers"][SERVER]
    world.keep({**state, "answers": {**state["answers"], SERVER: {**usual, **found}}, "record": []})
    result = world.run(["base"])["base"]
    assert result.status == "failed"
    assert sentence in result.message, result.message
    # Only the question, and the lock given back.
    assert [call["call"] for call in world.calls() if call["changed"]] == []
    world.keep({**world.state, "answers": {**state["answers"], SERVER: usual}})


def test_a_wrong_password_reaches_nothing(world: World) -> None:
    world.calls()
    result = world.run(["base"], ansible_password="salah")["base"]
    assert result.status == "unreachable"
    assert "failed to authenticate" in result.message
    assert world.calls() == []


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ("postgresql", "SQL Server's medium is missing on this Windows server (D:\\media\\sqlserver\\setup.exe)"),
        ("monitoring", "The installer of windows_exporter is missing"),
        ("vpn", "The installer of WireGuard is missing"),
    ],
)
def test_a_medium_that_is_missing_is_named_before_its_stage_changes_anything(
    world: World, stage: str, sentence: str
) -> None:
    state = world.state
    without = {name: one for name, one in state["services"].items() if name != "MSSQLSERVER"}
    world.keep({**state, "media": [], "packages": {}, "services": without, "record": []})
    result = world.run([stage])[stage]
    assert result.status == "failed"
    assert sentence in result.message, result.message
    assert [call["call"] for call in world.calls() if call["changed"]] == []
    world.keep(state)


def test_a_stage_without_a_windows_form_says_so(world: World) -> None:
    result = world.run(["gateway"])["gateway"]
    assert result.status == "failed"
    assert "The stage gateway has no Windows form yet" in result.message
