"""What backbone-vpn decides: who may enter on a day, what WireGuard is given, when a running tunnel differs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SERVER = """# Managed
[Interface]
Address = 10.90.0.1/24
ListenPort = 51820
PostUp = /opt/backbone/vpn/backbone-vpn load
"""
CLIENT = """[Interface]
Address = 10.91.0.7/32
PostUp = /opt/backbone/vpn/backbone-vpn load

[Peer]
PublicKey = HUB=
Endpoint = hub.example:51820
AllowedIPs = 10.91.0.0/24, 10.92.3.4/16
PersistentKeepalive = 25
"""
BUDI = {"name": "Budi", "public_key": "BUDI=", "address": "10.90.0.2", "expires": "2026-12-31"}
SITI = {"name": "Siti", "public_key": "SITI=", "address": "10.90.0.3/24"}


@pytest.fixture(scope="module")
def vpn(program: Callable[[str], ModuleType]) -> Any:
    return program("vpn/files/backbone_vpn.py")


def test_a_peer_may_enter_on_its_last_day_and_not_on_the_next(vpn: Any) -> None:
    assert vpn.active_peers([BUDI, SITI], "2026-12-31") == [BUDI, SITI]
    assert vpn.active_peers([BUDI, SITI], "2027-01-01") == [SITI]


def test_wireguard_gets_key_and_peers_but_no_line_of_wg_quick(vpn: Any) -> None:
    text = vpn.wanted_configuration(SERVER, "KEY=", [BUDI, SITI])
    assert text.splitlines() == [
        *("[Interface]", "PrivateKey = KEY=", "listenport = 51820"),
        *("[Peer]", "PublicKey = BUDI=", "AllowedIPs = 10.90.0.2/32"),
        *("[Peer]", "PublicKey = SITI=", "AllowedIPs = 10.90.0.3/32"),
    ]


def test_a_tunnel_as_wanted_is_in_line_and_every_difference_is_seen(vpn: Any) -> None:
    wanted = vpn.wanted_state(vpn.wanted_configuration(SERVER, "KEY=", [BUDI]))
    interface, budi = "KEY=\tPUB=\t51820\toff", "BUDI=\t(none)\t198.51.100.9:4711\t10.90.0.2/32\t0\t0\t0\toff"
    assert vpn.same(wanted, vpn.running_state(f"{interface}\n{budi}\n"))
    for changed in (
        f"{interface}\n",
        f"{interface}\n{budi}\nSITI=\t(none)\t(none)\t10.90.0.3/32\t0\t0\t0\toff\n",
        f"{interface}\n{budi.replace('10.90.0.2/32', '10.90.0.0/24')}\n",
        f"{interface}\n{budi.replace('10.90.0.2/32', '(none)')}\n",
        f"{interface.replace('51820', '51821')}\n{budi}\n",
        f"{interface.replace('KEY=', '(none)')}\n{budi}\n",
    ):
        assert not vpn.same(wanted, vpn.running_state(changed)), changed


def test_a_client_reaches_the_networks_behind_its_hub_from_any_port(vpn: Any) -> None:
    wanted = vpn.wanted_state(vpn.wanted_configuration(CLIENT, "KEY=", []))
    assert wanted == ("KEY=", None, {"HUB=": {"10.91.0.0/24", "10.92.0.0/16"}})
    running = "KEY=\tPUB=\t47719\toff\nHUB=\t(none)\t203.0.113.1:51820\t10.91.0.0/24,10.92.0.0/16\t0\t0\t0\t25\n"
    assert vpn.same(wanted, vpn.running_state(running))


def test_the_metrics_count_and_do_not_name(vpn: Any) -> None:
    text = vpn.metrics([BUDI, SITI], [SITI])
    assert 'state="active"} 1' in text
    assert 'state="expired"} 1' in text
    assert "Budi" not in text


@pytest.fixture
def server(vpn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server's files and, in place of wg and systemctl, two programs that note how they were called."""
    for name in ("CONFIGURATION", "KEY", "SINCE", "PEERS", "PUBLIC_KEY", "CONFIRMED", "LOADED", "METRICS"):
        monkeypatch.setattr(vpn, name, tmp_path / name.lower())
    programs = tmp_path / "bin"
    programs.mkdir()
    wg = 'case "$1" in genkey) echo KEY=;; pubkey) echo PUB=;; esac'
    for name, body in {"wg": wg, "systemctl": '[ "$1" != is-active ] || exit 3'}.items():
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/calls\n{body}\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return tmp_path


def test_the_key_is_made_once_and_readable_by_root_alone(
    vpn: Any, server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vpn.key()
    vpn.key()
    assert capsys.readouterr().out.split() == ["changed", "unchanged"]
    assert (server / "key").stat().st_mode & 0o777 == 0o600
    assert (server / "public_key").read_text() == "PUB=\n"
    assert (server / "calls").read_text().count("genkey") == 1


def test_a_rollback_restores_the_confirmed_files(vpn: Any, server: Path) -> None:
    (server / "configuration").write_text(SERVER)
    (server / "peers").write_text('{"peers": []}')
    vpn.confirm()
    (server / "configuration").write_text("broken")
    vpn.rollback()
    assert (server / "configuration").read_text() == SERVER
    assert f"systemctl restart {vpn.UNIT}" in (server / "calls").read_text()


def test_a_key_is_renewed_once_a_moment_and_a_rollback_brings_the_former_back(
    vpn: Any, server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program in place of wg makes KEY1, KEY2, … and tells the public half of each."""
    made = f"echo x >>{server}/made; echo KEY$(wc -l <{server}/made)="
    wg = f'case "$1" in genkey) {made};; pubkey) sed s/KEY/PUB/;; show) exit 1;; esac'
    (server / "bin" / "wg").write_text(f"#!/bin/sh\n{wg}\n")
    (server / "configuration").write_text(SERVER)
    (server / "peers").write_text('{"peers": []}')
    vpn.key()
    vpn.confirm()
    for since in ("2026", "2026", "2027"):
        vpn.key(since)
    assert capsys.readouterr().out.split() == ["changed", "changed", "unchanged", "changed"]
    assert (server / "public_key").read_text() == "PUB3=\n"
    assert (server / "key").stat().st_mode & 0o777 == 0o600

    vpn.rollback()
    assert (server / "key").read_text() == "KEY1=\n"
    assert (server / "public_key").read_text() == "PUB1=\n"
    vpn.key("2027")  # what was asked for still stands
    assert (server / "public_key").read_text() == "PUB4=\n"
    vpn.confirm()
    vpn.rollback()
    assert (server / "public_key").read_text() == "PUB4=\n"


def test_a_rollback_of_the_very_first_tunnel_takes_it_down(vpn: Any, server: Path) -> None:
    (server / "configuration").write_text(SERVER)
    vpn.rollback()
    assert (server / "calls").read_text().split("\n")[0] == f"systemctl disable --now {vpn.UNIT}"


def test_a_failed_command_ends_the_tool_with_its_reason(vpn: Any) -> None:
    with pytest.raises(SystemExit, match="false"):
        vpn.must("false")
    assert isinstance(vpn.run("true"), subprocess.CompletedProcess)
