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
