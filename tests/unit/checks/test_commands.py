"""What servers are asked: shell that parses, always the same; nothing prints a secret or changes a thing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from checks import commands
from checks.asking import sections

ALL = {
    **{name: value for name, value in vars(commands).items() if name.isupper() and isinstance(value, str)},
    "units": commands.units(("extra.service",)),
    "gateway": commands.gateway("a.example.id"),
    "reach": commands.reach("a.example.id", 443),
}


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("_")])
def test_a_command_is_sound_shell(name: str) -> None:
    said = subprocess.run(["sh", "-n"], input=ALL[name], text=True, capture_output=True)
    assert (said.returncode, said.stderr) == (0, "")
    # A continued line that lost its backslash would run as a command of its own.
    for line in ALL[name].splitlines():
        assert not re.match(r"\s*(-|\d?>|'s/)", line) or "\\\n" + line in ALL[name], line


@pytest.mark.parametrize("name", ALL)
def test_a_command_asks_and_changes_nothing(name: str) -> None:
    changing = r"\b(rm|mv|cp|tee|touch|chmod|chown|mkdir|install|systemctl (start|stop|restart|reload|enable))\b"
    text = re.sub(r"'[^']*'", "", ALL[name]).replace("apt-get -s ", "")
    assert not re.search(changing, text)
    assert not re.search(r"[^0-9&]>(?!/dev/null|&)\s*\w", text)


def test_no_command_prints_a_private_key_or_a_password() -> None:
    for name, text in ALL.items():
        assert "dump" not in text or name in ("PATCHES", "WIREGUARD"), name
        assert "server.key" not in text or re.search(r"openssl pkey -in server\.key -pubout\n", text), name
        assert "credentials" not in text, name


def test_questions_are_the_same_whatever_their_order() -> None:
    assert commands.units(("b.service", "a.service")) == commands.units(("a.service", "b.service"))


def test_of_the_tunnel_its_keys_stay_on_the_server(tmp_path: Path) -> None:
    """WireGuard's dump begins with the private key, and each peer's shared one stands in it."""
    wg, ip = tmp_path / "wg", tmp_path / "ip"
    peers = (
        "AAA=\\tSHARED\\t192.0.2.1:1\\t10.90.0.2/32,fd00::2/128\\t1700000000\\t0\\t0\\toff\\n"
        "BBB=\\t(none)\\t(none)\\t(none)\\t0\\t0\\t0\\toff"
    )
    wg.write_text(f"#!/bin/sh\nprintf 'PRIVATE\\tPUB=\\t51820\\toff\\n{peers}\\n'\n")
    ip.write_text("#!/bin/sh\necho '7: wg-backbone: <UP>'\n")
    for tool in (wg, ip):
        tool.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", commands.WIREGUARD],
        capture_output=True,
        text=True,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert sections(done.stdout) == {
        "link": ["7: wg-backbone: <UP>"],
        "peers": ["AAA=\t10.90.0.2/32 fd00::2/128", "BBB=\t(none)"],
        "port": ["51820"],
        "handshakes": ["AAA=\t1700000000", "BBB=\t0"],
    }
    assert "PRIVATE" not in done.stdout + done.stderr
    assert "SHARED" not in done.stdout + done.stderr


def told_units(folder: Path, states: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the question for units answers where the bus tells these units' LoadState; without any the bus is away."""
    folder.mkdir(exist_ok=True)
    (folder / "systemctl").write_text("#!/bin/sh\nprintf 'Id=ssh.service\\nLoadState=loaded\\n'\n")
    telling = "".join(f"{name}) load={state};; " for name, state in states.items())
    (folder / "busctl").write_text(
        "#!/bin/sh\nwhile [ \"$1\" != as ]; do shift; done; shift 2\nprintf 'a(ssssssouso) %s' $#\n"
        f"for unit; do load=loaded; case $unit in {telling} esac\n"
        'printf \' "%s" "What it is \\\\"so\\\\"" "%s" "active" "running" "" "/org/unit" 0 "" "/"\' '
        '"$unit" $load; done\n'
        if states
        else "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n"
    )
    for tool in ("systemctl", "busctl"):
        (folder / tool).chmod(0o755)
    linked = commands.units().replace("/etc/systemd/system", str(folder))
    (folder / "multi-user.target.wants").mkdir(exist_ok=True)
    for name in states:
        (folder / "multi-user.target.wants" / name).symlink_to("/dev/null")
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(["sh", "-c", linked], env=environment, capture_output=True, text=True)


def test_what_is_masked_or_gone_does_not_start_though_it_is_linked(tmp_path: Path) -> None:
    states = {"chrony.service": "loaded", "nftables.service": "masked", "backbone-sync.timer": "not-found"}
    told = told_units(tmp_path / "bus", states)
    assert told.returncode == 0, told.stderr
    found = {
        name: re.search(rf"Id={re.escape(name)}\n(?:.*\n)*?UnitFileState=(.*)", told.stdout).group(1)  # type: ignore[union-attr]
        for name in states
    }
    assert found == {"chrony.service": "enabled", "nftables.service": "masked", "backbone-sync.timer": "not-found"}


def test_units_are_not_told_where_the_bus_is_away(tmp_path: Path) -> None:
    assert told_units(tmp_path / "bus", {}).returncode != 0


def test_of_sets_in_the_firewall_the_members_are_not_asked() -> None:
    assert " -t " in commands.RULESET


def test_a_sudoers_file_with_a_space_in_its_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "tim it").write_text("budi ALL=(ALL) ALL\n")
    text = commands.PEOPLE.replace("/etc/sudoers.d/", f"{tmp_path}/").replace("/etc/sudoers ", f"{tmp_path}/none ")
    told = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True).stdout
    assert "budi" in sections(told)["sudoers"]
