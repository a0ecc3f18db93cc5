"""The script and its frame: whatever a server says, only a whole answer is taken for one."""

from __future__ import annotations

import base64
import subprocess
import time

import pytest

from provision.probe import script
from provision.probe.snapshot import Answer, Fault

MARK = "BBtest"


def ran(commands: list[str], *, seconds: int = 5, prefix: str = "") -> subprocess.CompletedProcess[bytes]:
    text = prefix + script.build(commands, MARK, seconds=seconds)
    return subprocess.run(["sh", "-s"], input=text.encode(), capture_output=True, timeout=30)


def said(commands: list[str]) -> bytes:
    return ran(commands).stdout


def read(commands: list[str], *, seconds: int = 5, prefix: str = "") -> dict[str, Answer]:
    done = ran(commands, seconds=seconds, prefix=prefix)
    answers = script.parse(done.stdout, commands, MARK, done.stderr)
    assert not isinstance(answers, Fault), answers
    return answers


def test_status_stdout_and_stderr_come_back_apart() -> None:
    ask = "echo out; echo err >&2; exit 7"
    assert read([ask])[ask] == Answer(7, "out\n", "err\n")


def test_quotes_newlines_and_bytes_survive() -> None:
    commands = ["printf '%s\\n' \"it's\"", "printf 'a\nb'", "printf '\\377\\000\\303\\251'", "cat"]
    answers = read(commands)
    assert answers[commands[0]].stdout == "it's\n"
    assert answers[commands[1]].stdout == "a\nb"
    assert answers[commands[2]].stdout == "\ufffd\x00é"
    assert answers[commands[3]] == Answer(0, "")


def test_a_command_that_hangs_is_ended_and_the_next_one_answers() -> None:
    started = time.monotonic()
    answers = read(["sleep 60", "echo after"], seconds=1)
    assert answers["sleep 60"].unmeasured
    assert answers["echo after"].stdout == "after\n"
    assert time.monotonic() - started < 5


def test_commands_share_a_shell_and_nothing_else() -> None:
    asked = [
        "cd /tmp; x=1; set -f; exec 3</dev/null; exit 3",
        "pwd; echo ${x-none} *",
        "t='; ('",
        "f() { echo f; }; f",
        "f",
    ]
    answers = read(asked)
    assert [answers[one].status for one in asked] == [3, 0, 0, 0, 127]
    assert answers[asked[1]].stdout.startswith("/\nnone ")
    assert answers[asked[1]].stdout != "/\nnone *\n"


def test_a_command_that_no_shell_reads_is_alone_with_it() -> None:
    answers = read(["echo a", "echo 'b", "if", "echo c"])
    assert [one.status for one in answers.values()][1:3] != [0, 0]
    assert (answers["echo a"].stdout, answers["echo c"].stdout) == ("a\n", "c\n")


def test_where_all_together_take_too_long_each_still_has_its_own_time() -> None:
    asked = [f"echo {number}; sleep 0.7; echo said >&2" for number in range(5)]
    answers = read(asked, seconds=2)  # all together may take one second
    assert [answers[one] for one in asked] == [Answer(0, f"{number}\n", "said\n") for number in range(5)]


def test_more_commands_than_one_argument_takes_are_asked_all_the_same() -> None:
    asked = [f"echo {number} # {'it is ' + chr(39) * 2 + 'x' * 20_000}" for number in range(9)]
    assert [answer.stdout for answer in read(asked).values()] == [f"{number}\n" for number in range(9)]


def test_an_endless_answer_is_cut_at_its_bound_and_marked() -> None:
    answer = read(["yes x"])["yes x"]
    assert answer.cut
    assert answer.unmeasured
    assert len(answer.stdout) == script.STDOUT_BOUND


def test_a_flood_of_errors_costs_nobody_else_an_answer() -> None:
    answers = read(["yes oops >&2", "echo after; echo said >&2", "head -c 99999999 /dev/zero >&2; exit 3"], seconds=1)
    assert answers["yes oops >&2"].unmeasured
    assert answers["echo after; echo said >&2"].stdout == "after\n"
    assert answers["head -c 99999999 /dev/zero >&2; exit 3"].status == 3
    assert all(len(one.stderr) <= script.STDERR_BOUND for one in answers.values())
    assert len(ran(["yes oops >&2"], seconds=1).stderr) <= script.ERRORS_BOUND


def test_what_the_login_says_on_stderr_is_nobodys_answer() -> None:
    answers = read(["echo a >&2", "true", "printf b >&2", "true #2"], prefix="echo motd >&2; ")
    assert [one.stderr for one in answers.values()] == ["a\n", "", "b", ""]


def test_an_answer_exactly_at_the_bound_is_whole() -> None:
    ask = f"head -c {script.STDOUT_BOUND} /dev/zero"
    assert not read([ask])[ask].cut


def test_a_command_that_mimics_the_frame_is_only_text() -> None:
    ask = f"printf '{MARK} end 1\\n'; echo {MARK} begin"
    assert read([ask, "echo real"])["echo real"].stdout == "real\n"


@pytest.mark.parametrize("noise", [b"", b"Welcome!\n\x1b[31mnews\x1b[0m", b"\xff\xfe\x00binary", b"BBtest begin"])
def test_noise_before_the_frame_is_passed_over(noise: bytes) -> None:
    answers = script.parse(noise + said(["echo x"]), ["echo x"], MARK)
    assert answers == {"echo x": Answer(0, "x\n")}


def test_every_cut_is_seen() -> None:
    whole = said(["echo x", "echo y"])
    for length in range(len(whole) - 1):
        assert isinstance(script.parse(whole[:length], ["echo x", "echo y"], MARK), Fault), length


def framed(inside: bytes, count: int = 2) -> bytes:
    """A frame with this inside it."""
    return b"\nBBtest begin\nBBtest =" + base64.b64encode(inside) + f"\nBBtest end {count}\n".encode()


GOOD = b"\nBBtest 0\nx\nBBtest =0\n\nBBtest 1\ny\nBBtest =0\n"


def test_a_frame_is_read() -> None:
    assert script.parse(framed(GOOD), ["a", "b"], MARK) == {"a": Answer(0, "x"), "b": Answer(0, "y")}


def test_what_was_to_be_asked_after_a_flood_is_not_answered_and_may_be_asked_again() -> None:
    answers = read(["echo x", "yes y", "echo z"])
    assert answers["echo x"] == Answer(0, "x\n")
    assert answers["yes y"].cut
    assert "echo z" not in answers


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x01\xfe" * 50,
        b"sh: not found\n",
        b"\nBBtest begin\nBBtest end 2\n",
        b"\nBBtest begin\nBBtest =\nBBtest end 2\n",
        b"\nBBtest begin\nBBtest =!!\nBBtest end 2\n",
        b"\nBBtest begin\nBBtest =A\nBBtest end 2\n",
        framed(GOOD, count=3),
        framed(GOOD).replace(b"begin\n", b"begin\nwall: going down\n"),
        framed(GOOD[: len(GOOD) // 2]),
        framed(GOOD.replace(b"BBtest 0", b"BBtest 1").replace(b"BBtest 1\ny", b"BBtest 0\ny")),
        framed(GOOD.replace(b"=0", b"=x")),  # an exit status that is no number
        framed(GOOD.replace(b"\nBBtest =0\n\n", b"\n\n")),  # without one
        framed(GOOD + b"more"),
        framed(b"x" + GOOD),
    ],
)
def test_anything_else_is_a_fault(answer: bytes) -> None:
    assert isinstance(script.parse(answer, ["a", "b"], MARK), Fault)


def test_a_server_whose_disks_are_full_answers_all_the_same() -> None:
    """Nothing is written there: with no file allowed to grow, every answer is as before."""
    assert read(["echo x; echo y >&2", "false"], prefix="ulimit -f 0; ") == {
        "echo x; echo y >&2": Answer(0, "x\n", "y\n"),
        "false": Answer(1, ""),
    }


def test_a_server_of_another_language_and_zone_answers_alike() -> None:
    foreign = "LC_ALL=id_ID.UTF-8 LANG=de_DE LANGUAGE=id TZ=Asia/Jayapura; export LC_ALL LANG LANGUAGE TZ; "
    asked = ["date -d @0 '+%A %H:%M'", "ls /no/such/place", "echo $LC_ALL:$LANG:$LANGUAGE"]
    answers = read(asked, prefix=foreign)
    assert answers[asked[0]].stdout == "Thursday 00:00\n"
    assert "No such file or directory" in answers[asked[1]].stderr
    assert answers[asked[2]].stdout == "C::\n"
