"""The collector's script refuses what it cannot work with before it touches anything; tests/lab runs it whole."""

from __future__ import annotations

import re
import subprocess

import pytest

from provision import paths

SCRIPT = paths.templates_dir() / "collector" / "backbone-collector.sh"


def test_it_is_sound_shell() -> None:
    said = subprocess.run(["sh", "-n", str(SCRIPT)], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("words", [[], ["a name"], ["a;reboot"], ["a.example", "84x3"], ["a.example", "-1"]])
def test_wrong_use_touches_nothing(words: list[str]) -> None:
    said = subprocess.run(["sh", str(SCRIPT), *words], capture_output=True, text=True)
    assert said.returncode == 2
    assert said.stderr


def test_what_a_server_sends_is_what_the_collector_takes() -> None:
    [form] = re.findall(r'location ~ "(\^.*?)\\\$"', SCRIPT.read_text())
    for name in ("audit.json", "audit.dsse.json"):
        assert re.fullmatch(form, f"/00012-1a2b3c4d/{name}")
        assert re.fullmatch(form, f"/100012-1a2b3c4d/{name}")
    for path in ("/00012-1a2b3c4d/audit.html", "/x/00012-1a2b3c4d/audit.json", "/00012-1a2b3c4d/../audit.json"):
        assert not re.fullmatch(form, path)
