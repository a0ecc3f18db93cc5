"""Every stage's Windows form, by the real Ansible against a stand-in for Windows, in the order that proves a role.

Check mode on a fresh server does not fail and changes nothing → converge → again: nothing changes → what was laid down
is edited → repaired. What each module is handed is held against its own documentation by the stand-in.

A run of the engine costs the same for two servers as for one on a machine with two processors, nearly; so three runs
do it: one server converges; a bare one and an edited copy of it are looked at in check mode; the first converges again
while the edited one is repaired. All servers that are to be refused are refused in a fourth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from provision.converge.progress import Result
from provision.inventory.windows_rules import NEVER_ON_WINDOWS
from tests.support.standin.frame import simulated
from tests.support.windows.world import World, run, variables

pytestmark = pytest.mark.needs_ansible

STAGES = (
    *("base", "patching", "hardening", "ssh", "firewall", "tls", "vpn", "antivirus", "postgresql", "backup"),
    *("sync", "monitoring", "notify", "audit"),
)
REPORTED = ("record", "answers", "stamps", "started", "was")
Results = Mapping[str, Result]
Call = Mapping[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("windows")
    with pytest.MonkeyPatch.context() as patch:
        simulated(patch, folder, "windows")
        yield World(folder, variables(folder / "inventory"))


def settled(state: Mapping[str, Any]) -> dict[str, Any]:
    """A stand-in's state, without what runs leave behind; files by their digest."""
    kept = {key: value for key, value in state.items() if key not in REPORTED}
    return {**kept, "files": {path: one["sha256"] for path, one in kept["files"].items() if "ansible-tmp" not in path}}


def bad(results: Results) -> dict[str, str]:
    return {stage: f"{one.status}: {one.message}" for stage, one in results.items() if one.status != "ok"}


def changing(results: Results) -> set[str]:
    return {stage for stage, one in results.items() if one.changed}


@dataclass(frozen=True)
class Seen:
    """One server in one run: its state before and after, each stage's result, what was called."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    results: Results
    calls: tuple[Call, ...]


def go(*worlds: World, check: bool = False) -> tuple[Seen, ...]:
    for one in worlds:
        one.calls()
    before = [one.state for one in worlds]
    results = run(dict.fromkeys(worlds, STAGES), check=check)
    told = [one.calls() for one in worlds]
    return tuple(
        Seen(was, one.state, results[one.server], tuple(calls))
        for one, was, calls in zip(worlds, before, told, strict=True)
    )


@dataclass(frozen=True)
class Proof:
    """What the three runs showed."""

    converged: Seen
    bare: Seen
    told: Seen
    again: Seen
    repaired: Seen


@pytest.fixture(scope="module")
def proof(world: World) -> Proof:
    (converged,) = go(world)
    assert bad(converged.results) == {}
    edited = world.another("win-edited", edits(world.state))
    bare, told = go(world.another("win-bare"), edited, check=True)
    again, repaired = go(world, edited)
    return Proof(converged, bare, told, again, repaired)


def edits(state: dict[str, Any]) -> dict[str, Any]:
    """A converged server after somebody's work by hand: something of every stage that keeps more than files."""
    state["registry"]["HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU\\AUOptions"]["data"] = 2
    state["event_logs"]["Security"]["maximum_size"] = "1024KB"
    state["groups"]["backbone-admins"].append("tamu")
    state["services"]["w32time"]["state"] = "stopped"
    state["services"]["windows_exporter"]["start_mode"] = "disabled"
    state["tasks"]["\\Backbone\\Restart when due"]["enabled"] = False
    state["tasks"]["\\Backbone\\Sync retention"]["actions"][0]["arguments"] = "-File nothing.ps1"
    state["audit"]["Logon"]["audit_type"] = ["none"]
    state["files"]["C:\\Program Files\\Backbone\\bin\\restart-when-due.ps1"]["sha1"] = "edited"
    state["files"]["C:\\ProgramData\\Backbone\\sqlserver\\setup.ini"]["sha1"] = "edited"
    values = state["registry"]
    values["HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\LmCompatibilityLevel"]["data"] = 1
    for script in (
        "antivirus/set-defender.ps1",
        "stage/set-release.ps1 audit",
        "stage/set-release.ps1 sync",
        "stage/set-secret.ps1 C:\\ProgramData\\Backbone\\notify\\webhook-url",
        "firewall/set-firewall.ps1",
        "hardening/set-services.ps1",
        "ssh/set-winrm.ps1",
        "stage/set-sql.ps1 the audit of changes",
        "stage/set-sql.ps1 what the audit of reading notes",
        "tls/set-ciphers.ps1",
        "vpn/set-tunnel.ps1",
    ):
        state["scripts"][script] = "edited"
    return state


EDITED = {
    *("base", "patching", "hardening", "ssh", "firewall", "tls", "vpn", "antivirus", "postgresql", "monitoring"),
    *("sync", "notify", "audit"),
}
# Files that name their server, so that a copy's are another's.
NAMING = {
    "C:\\ProgramData\\Backbone\\audit\\subject.json",
    "C:\\ProgramData\\Backbone\\audit\\push.json",
    "C:\\ProgramData\\Backbone\\notify\\notify.json",
}


def test_check_mode_on_a_fresh_server_does_not_fail_and_changes_nothing(proof: Proof) -> None:
    assert bad(proof.bare.results) == {}
    assert settled(proof.bare.after) == settled(proof.bare.before)
    assert all(call["check"] or "/get-" in call["call"] for call in proof.bare.calls if call["changed"])
    assert changing(proof.bare.results) == set(STAGES)


def test_every_stage_converges(proof: Proof) -> None:
    assert bad(proof.converged.results) == {}
    assert set(proof.converged.after["stamps"]) == set(STAGES)


def test_again_nothing_changes(proof: Proof) -> None:
    assert bad(proof.again.results) == {}
    assert [(call["call"], call["arguments"]) for call in proof.again.calls if call["changed"]] == []
    assert changing(proof.again.results) == set()
    assert proof.again.after["stamps"]["tls"]["Files"].keys() == {
        "C:\\ProgramData\\Backbone\\tls\\server.crt",
        "C:\\ProgramData\\Backbone\\tls\\authority.pem",
    }


def test_what_was_edited_is_repaired_and_nothing_else_changes(proof: Proof) -> None:
    assert bad(proof.told.results) == bad(proof.repaired.results) == {}
    assert settled(proof.told.after) == settled(proof.told.before)
    after, wanted = settled(proof.repaired.after), settled(proof.converged.after)
    files, of_first = after.pop("files"), wanted.pop("files")
    assert {file for file in files if files[file] != of_first.get(file)} == NAMING
    assert files.keys() == of_first.keys()
    assert after == wanted
    # Check mode names exactly the stages that the run then changes.
    assert changing(proof.told.results) == changing(proof.repaired.results) == EDITED


def test_the_firewall_gets_the_declared_surface_under_a_rollback(proof: Proof) -> None:
    calls = [(call["call"], call["arguments"].get("parameters", {})) for call in proof.repaired.calls]
    first = next(at for at, (name, _given) in enumerate(calls) if name == "firewall/set-firewall.ps1")
    last = len(calls) - next(
        at for at, (name, _given) in enumerate(reversed(calls)) if name == "firewall/set-firewall.ps1"
    )
    names = [name for name, _given in calls[first : last + 2]]
    # Asked first, armed, changed, and disarmed over a new connection.
    order = ["firewall/set-firewall.ps1", "stage/do-arm.ps1", "firewall/set-firewall.ps1", "stage/do-disarm.ps1"]
    assert [name for name in names if name in order] == order
    assert names.index("stage/do-disarm.ps1") > names.index("ansible.windows.win_ping") > names.index(order[1])
    rules = calls[first][1]["Rules"]
    assert {(one["proto"], one["port"], *one["from"]) for one in rules} == {
        ("tcp", 5986, "10.0.0.0/16", "10.90.0.0/24"),
        ("udp", 51820, "Any"),
        ("tcp", 1433, "10.90.0.0/24"),
    }


def test_no_secret_reaches_the_record(proof: Proof) -> None:
    for seen in (proof.converged, proof.bare, proof.told, proof.again, proof.repaired):
        kept = json.dumps(seen.calls) + json.dumps(seen.after["tasks"])
        assert "Awal-2026!" not in kept
        assert "rahasia cadangan uji" not in kept
        assert "PRIVATE KEY-----" not in kept
        assert "rahasia-hook" not in kept
        assert "rahasia-sync" not in kept


SERVER = "stage/get-server.ps1"
# What is found on a server that cannot be provisioned, and what is said then.
UNFIT: tuple[tuple[dict[str, object], str], ...] = (
    ({"build": 9600, "product": "Windows Server 2012 R2 Standard"}, "build 9600) is not among the Windows systems"),
    ({"server": False, "product": "Windows 11 Pro"}, "Windows 11 Pro"),
    ({"powershell": "4.0"}, "Windows PowerShell 4.0 is too old"),
    ({"dotnet": 0}, "The .NET Framework 4.6.2 or newer is missing"),
    ({"connection": "http://10.0.0.5:5985/wsman"}, "came over HTTP (http://10.0.0.5:5985/wsman)"),
    ({"elevated": False}, "The account Administrator is not an administrator"),
    ({"reboot_pending": ["Windows Update"], "stamps": 0}, "waits for a restart (Windows Update)"),
)
# Stages that need an installer which somebody has to bring.
MEDIA_OF = {
    "vpn": "The installer of WireGuard is missing",
    "postgresql": "SQL Server's medium is missing on this Windows server (D:\\media\\sqlserver\\setup.exe)",
    "monitoring": "The installer of windows_exporter is missing",
    "audit": "The installer of Python 3.13 is missing",
}
HELD = {"held_by": "kantor-lain", "person": "budi", "since": "2026-11-20T03:00:00+00:00"}


@pytest.fixture(scope="module")
def refused(world: World) -> Mapping[str, tuple[World, Result]]:
    """Every server that a stage refuses, all in one run."""
    sound = world.another("win-sound")
    usual = sound.state
    # Ansible ends a run where a play's last server has failed: one has to come through each of them.
    planned: dict[World, tuple[str, ...]] = {sound: ("base", *MEDIA_OF)}
    for at, (found, _sentence) in enumerate(UNFIT):
        answers = {**usual["answers"], SERVER: {**usual["answers"][SERVER], **found}}
        planned[world.another(f"win-unfit-{at}", {**usual, "answers": answers})] = ("base",)
    planned[world.another("win-password", usual, ansible_password="salah")] = ("base",)
    planned[world.another("win-held", {**usual, "held": HELD})] = ("base",)
    for stage in MEDIA_OF:
        planned[world.another(f"win-without-{stage}", {**usual, "media": []})] = (stage,)
    results = run(planned)
    assert bad(results[sound.server]) == {}
    return {one.server: (one, results[one.server][stages[0]]) for one, stages in planned.items() if one is not sound}


def changed(world: World) -> set[str]:
    return {call["call"] for call in world.state["record"] if call["changed"]}


@pytest.mark.parametrize("at", range(len(UNFIT)), ids=[sentence for _found, sentence in UNFIT])
def test_a_server_that_cannot_be_provisioned_is_refused_before_anything_changes(
    refused: Mapping[str, tuple[World, Result]], at: int
) -> None:
    server, result = refused[f"win-unfit-{at}"]
    assert result.status == "failed"
    assert UNFIT[at][1] in result.message, result.message
    assert changed(server) == set()


def test_a_wrong_password_reaches_nothing(refused: Mapping[str, tuple[World, Result]]) -> None:
    server, result = refused["win-password"]
    assert result.status == "unreachable"
    assert "failed to authenticate" in result.message
    assert server.state["record"] == []


def test_a_server_that_another_controller_holds_is_left_to_it(refused: Mapping[str, tuple[World, Result]]) -> None:
    server, result = refused["win-held"]
    assert result.status == "failed"
    assert "is held by the controller kantor-lain (budi) since 2026-11-20T03:00:00+00:00" in result.message
    assert changed(server) <= {"stage/set-places.ps1"}


@pytest.mark.parametrize("stage", list(MEDIA_OF))
def test_a_medium_that_is_missing_is_named_before_its_stage_changes_anything(
    refused: Mapping[str, tuple[World, Result]], stage: str
) -> None:
    server, result = refused[f"win-without-{stage}"]
    assert result.status == "failed"
    assert MEDIA_OF[stage] in result.message, result.message
    # On a server that no stage has touched, our own folder is made before; nothing of the stage's.
    assert changed(server) <= {"stage/set-places.ps1"}


def test_a_stage_that_does_not_go_with_windows_says_so(world: World) -> None:
    result = run({world.another("win-formless"): (NEVER_ON_WINDOWS,)})["win-formless"][NEVER_ON_WINDOWS]
    assert result.status == "failed"
    assert "a Windows server opens no port for that" in result.message
