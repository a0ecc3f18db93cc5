"""The probe of a Windows server: one question over PowerShell remoting, and every way in which it can fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypsrp.client
import pytest
import requests.exceptions
from pypsrp.exceptions import AuthenticationError, WinRMError

from checks import windows as answers
from provision.probe import windows
from provision.probe.snapshot import Answer, Fault, Snapshot
from provision.probe.transport import Target, repair_of
from provision.probe.waves import collect

PLACE = Target("win", host="10.0.0.5", port=5986, kind="psrp", user="Administrator", password="x", authority="/a.pem")


class Client:
    """What pypsrp's client is to the probe; `said` is what its server says or raises."""

    made: list[dict[str, Any]]
    said: Callable[[], tuple[str, Any, bool]]

    def __init__(self, server: str, **words: Any) -> None:
        Client.made.append({"server": server, **words})

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_left: object) -> None:
        return None

    def execute_ps(self, script: str) -> tuple[str, Any, bool]:
        assert script == answers.script()
        return Client.said()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], tuple[str, Any, bool]]], None]:
    monkeypatch.setattr(pypsrp.client, "Client", Client)
    Client.made = []

    def says(said: Callable[[], tuple[str, Any, bool]]) -> None:
        Client.said = staticmethod(said)  # type: ignore[assignment]

    return says


def raising(fault: Exception) -> Callable[[], tuple[str, Any, bool]]:
    def said() -> tuple[str, Any, bool]:
        raise fault

    return said


def test_a_windows_server_is_asked_once_over_https_and_its_certificate_is_verified(server: Any) -> None:
    server(lambda: ('{"version": 1}', None, False))

    def wanted(snapshot: Snapshot) -> tuple[str, ...]:
        return () if answers.COMMAND in snapshot.answers else (answers.COMMAND,)

    found = collect([PLACE], wanted, {"win": (answers.COMMAND,)})["win"]
    assert (found.fault, found.waves) == (None, 1)
    assert found.answers == {answers.COMMAND: Answer(0, '{"version": 1}')}
    [made] = Client.made
    assert (made["server"], made["port"], made["ssl"], made["cert_validation"]) == ("10.0.0.5", 5986, True, "/a.pem")


def test_a_command_of_linux_is_no_answer_of_windows(server: Any) -> None:
    server(lambda: ("{}", None, False))
    told = windows.ask([PLACE], {"win": ("cat /etc/os-release",)}, 30)["win"]
    assert isinstance(told, dict)
    assert told["cat /etc/os-release"].status == 127


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (AuthenticationError("no"), "login"),
        (requests.exceptions.SSLError("self-signed certificate"), "host_key"),
        (requests.exceptions.ConnectTimeout("slow"), "timeout"),
        (requests.exceptions.ConnectionError("refused"), "unreachable"),
        (WinRMError("quota"), "transport"),
    ],
)
def test_every_failure_is_a_fault_with_its_repair(server: Any, fault: Exception, kind: str) -> None:
    server(raising(fault))
    told = windows.ask([PLACE], {"win": (answers.COMMAND,)}, 30)["win"]
    assert isinstance(told, Fault)
    assert told.kind == kind
    assert "ssh" not in repair_of(told, PLACE)
    if kind in ("login", "host_key", "unreachable"):
        assert repair_of(told, PLACE)


def test_a_powershell_that_fails_is_no_answer(server: Any) -> None:
    server(lambda: ("", SimpleNamespace(error=["Access denied"]), True))
    told = windows.remote(PLACE, answers.script(), 30)
    assert told == Fault("garbled", "the server's PowerShell failed: Access denied")


def test_http_is_refused_before_anything_is_sent(server: Any) -> None:
    server(lambda: ("{}", None, False))
    told = windows.remote(Target("win", host="h", port=5985, kind="psrp"), answers.script(), 30)
    assert isinstance(told, Fault)
    assert (told.kind, Client.made) == ("platform", [])


def test_psutil_completes_what_the_script_could_not_measure() -> None:
    found = windows.measured()
    assert found["memory"] > 2**20
    assert all(set(one) == {"proto", "port", "address", "process"} for one in found["listeners"])
    told = {"version": 1, "system": {"memory": 0}, "listeners": {"error": "Get-NetTCPConnection: not found"}}
    whole = json.loads(windows.completed(json.dumps(told), {"memory": 7, "listeners": [{"port": 1}]}))
    assert (whole["system"]["memory"], whole["listeners"]) == (7, [{"port": 1}])
    kept = {"version": 1, "system": {"memory": 5}, "listeners": []}
    assert json.loads(windows.completed(json.dumps(kept), found)) == kept
    assert windows.completed("no json", found) == "no json"


def test_a_template_of_first_contact_lets_nobody_else_in() -> None:
    text = (Path(__file__).parents[3] / "templates" / "windows" / "first-boot.ps1").read_text()
    assert "AllowUnencrypted -Value false" in text
    assert "Auth\\Basic -Value false" in text
    assert "-RemoteAddress $From" in text
