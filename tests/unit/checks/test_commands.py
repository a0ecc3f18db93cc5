"""What servers are asked: shell that parses, always the same; nothing prints a secret or changes a thing."""

from __future__ import annotations

import re
import subprocess

import pytest

from checks import commands

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
        assert "dump" not in text or name == "PATCHES", name  # `wg show dump` begins with the private key
        assert "server.key" not in text or re.search(r"server\.key -pubout \| sha256sum", text), name
        assert "credentials" not in text, name


def test_questions_are_the_same_whatever_their_order() -> None:
    assert commands.units(("b.service", "a.service")) == commands.units(("a.service", "b.service"))
