"""What a server says of its stages, and what of it is believed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from provision.converge import stamp as stamps
from provision.converge.stamp import STATE_COMMAND, Stamp, StateUnreadableError, parse, read_state

GOOD = {
    "version": 1,
    "stage": "base",
    "host": "kab",
    "digest": "d",
    "inputs": {"x": "1"},
    "files": {"/etc/a": "00", "/etc/b": None},
    "tried": ["LOG-01"],
    "at": "2026-11-21T00:00:00+00:00",
}


def test_a_sound_stamp_is_read() -> None:
    read = parse("base", json.dumps(GOOD))
    assert isinstance(read, Stamp)
    assert (read.digest, read.files["/etc/b"], read.tried) == ("d", None, ("LOG-01",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        ("[]", "damaged"),
        (json.dumps({**GOOD, "inputs": {"x": 1}}), "damaged"),
        (json.dumps({**GOOD, "files": None}), "damaged"),
        (json.dumps({**GOOD, "version": 0}), "damaged"),
        (json.dumps({**GOOD, "version": 2}), "from a newer version (2)"),
        (json.dumps({**GOOD, "stage": "ssh"}), "forged: it is that of ssh"),
    ],
)
def test_an_unsound_stamp_is_named(text: str, reason: str) -> None:
    assert parse("base", text) == reason


def test_a_server_without_python_is_bare() -> None:
    state = read_state(127, "", "sh: python3: not found")
    assert state.bare
    assert not state.has_python


@pytest.mark.parametrize(("status", "stdout"), [(1, ""), (0, "<html>"), (0, "{}")])
def test_what_is_no_answer_is_not_taken_for_a_bare_server(status: int, stdout: str) -> None:
    with pytest.raises(StateUnreadableError):
        read_state(status, stdout, "PermissionError: stamps")


def test_the_command_answers_with_stamps_and_the_present_digests_of_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "stamps"
    managed = tmp_path / "a.conf"
    command = STATE_COMMAND.replace(stamps.STAMPS_DIR, str(folder))

    def ask() -> stamps.ServerState:
        answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        return read_state(answer.returncode, answer.stdout, answer.stderr)

    assert ask().bare
    folder.mkdir()
    managed.write_text("x")
    gone = str(tmp_path / "gone")
    (folder / "base.json").write_text(json.dumps({**GOOD, "files": {str(managed): "00", gone: "00"}}))
    (folder / "ssh.json").write_text("half a st")
    (folder / "tls.json.started").write_text("{}")
    state = ask()
    assert list(state.stamps) == ["base"]
    assert state.unusable == {"ssh": "damaged"}
    assert state.started == {"tls"}
    x = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert state.files == {str(managed): x, gone: None}
