"""The one shell script that asks a server everything, and the reader of its framed answer. Pure: no I/O here.

The script runs under any POSIX sh with the base utilities (timeout, head, base64). It writes nothing on the
server. What all commands say passes through one `head -c` (the bound in size) and one base64 (so that the frame is
ASCII whatever a command says); what they say on stderr goes to the script's own, bounded as well.

A program costs the server about a millisecond, a fork a third of that. So one shell under one `timeout` asks all
commands, each in a fork of its own; that is the ordinary case. Where it is out of time, the command that it was at and
all after it are asked one by one, each with a time of its own: a command that hangs costs no other its answer.

A random marker begins every line of the frame, inside and outside, so that banners, shell noise and answers cannot be
taken for it; the end line counts the commands, so that a cut answer cannot be taken for a whole one. A command that
says more than all may say together is cut, and what was to be asked after it is not answered: it is asked again.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import shlex
from collections.abc import Mapping, Sequence

from provision.i18n import _
from provision.probe.snapshot import Answer, Fault

STDOUT_BOUND = 1 << 20  # bytes of one command's stdout; more is never judged
TOTAL_BOUND = 8 << 20  # bytes of stdout of all commands together; more is cut on the server
STDERR_BOUND = 1 << 14  # bytes of one command's stderr that are kept
ERRORS_BOUND = 1 << 18  # bytes of stderr of all commands together; the rest is dropped
COMMAND_SECONDS = 20
ARGUMENT_BOUND = 1 << 16  # bytes of one argument; Linux takes twice that

# Programs that are told a language read a dozen files first; C is built in, and passes bytes on as they are.
# $S tells the commands: `c NUMBER` begins an answer and sets $C. What of a group was begun last is told by file 9.
_PROLOGUE = r"""exec 3>&1 4>&2
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
TZ=UTC
HISTFILE=/dev/null
export PATH LC_ALL TZ
unset LANGUAGE LANG ENV BASH_ENV
umask 077
cd /
E='printf "\n%s =%s\n" "$M" "$?"'
A='i=$1; while [ $i -lt $2 ]; do echo $i >&9; c $i; ( eval "$C" ) </dev/null 9>&-; '$E'; i=$((i + 1)); done
echo $i >&9'
g() {
  { N=$(timeout -k 1 "$G" sh -c "$S$A" sh "$1" "$2" </dev/null 9>&1 >&8 8>&-); } 8>&1
  N=${N##*
}
  [ "$N" -lt "$2" ] && printf '\n%s =124\n' "$M"
  while [ "$N" -lt "$2" ]; do
    timeout -k 1 "$T" sh -c "$S"'c "$1"; eval "$C"' sh "$N" </dev/null
    eval "$E"
    N=$((N + 1))
  done
}
"""


def marker() -> str:
    """A marker that no server can have said by accident."""
    return "BB" + secrets.token_hex(12)


def build(commands: Sequence[str], mark: str, *, seconds: int = COMMAND_SECONDS) -> str:
    """The script that asks `commands`, each with `seconds` of time."""
    head = f'M={mark}\nT={seconds}\nG={max(1, seconds // 2)}\n{_PROLOGUE}printf \'\\n%s begin\\n%s =\' "$M" "$M"\n'
    asks = "".join(
        f"S={shlex.quote(_told(commands, group, mark))}\ng {group.start} {group.stop}\n" for group in _groups(commands)
    )
    # Errors over their bound are read all the same: a command must not die of writing to nobody. It does die of saying
    # more than all may say.
    errors = f"2>&1 >&5 3>&- 4>&- 5>&- | {{ head -c {ERRORS_BOUND}; cat >/dev/null; }} >&4 3>&- 4>&- 5>&-"
    body = f"{{ {{\n{asks}}} {errors}; }} 5>&1 | head -c {TOTAL_BOUND} | base64 -w0\n"
    return f"{head}{body}printf '\\n%s end {len(commands)}\\n' \"$M\"\n"


def _groups(commands: Sequence[str]) -> list[range]:
    """Which commands are handed to a shell together: all, unless they were too long for a program's argument."""
    groups, start, size = [], 0, 0
    for number, command in enumerate(commands):
        size += len(command.encode()) + 4 * command.count("'") + 16
        if size > ARGUMENT_BOUND and number > start:
            groups.append(range(start, number))
            start, size = number, len(command.encode())
    return [*groups, range(start, len(commands))]


def _told(commands: Sequence[str], group: range, mark: str) -> str:
    """What tells a shell its commands."""
    cases = "".join(f"{number}) C={shlex.quote(commands[number])};;\n" for number in group)
    said = 'printf "\\n%s %s\\n" "$M" "$1" >&2\nprintf "\\n%s %s\\n" "$M" "$1"\n'
    return f"M={mark}\nc() {{\ncase $1 in\n{cases}esac\n{said}}}\n"


def frame_bound() -> int:
    """The most bytes that an honest answer can have, with room for a login banner."""
    return (1 << 20) + TOTAL_BOUND * 4 // 3


def _errors(errors: bytes, mark: str) -> dict[int, bytes]:
    """What each command said on stderr, by its number; what stands above the first marker is the login's."""
    parts = re.split(rb"\n" + mark.encode() + rb" (\d+)\n", errors)
    return {int(number): said for number, said in zip(parts[1::2], parts[2::2], strict=True)}


def parse(output: bytes, commands: Sequence[str], mark: str, errors: bytes = b"") -> dict[str, Answer] | Fault:
    """The answers in a script's output (`errors`: its stderr), or why they are not to be trusted.

    Where one command said too much, those after it have no answer.
    """
    begin = f"\n{mark} begin\n".encode()
    start = (b"\n" + output).rfind(begin)
    if start < 0:
        return Fault("garbled", _("the server's answer does not begin as asked; no POSIX sh behind this login?"))
    frame = output[start + len(begin) - 1 :]
    form = rf"{mark} =([A-Za-z0-9+/=]*)\n{mark} end {len(commands)}\n".encode()
    whole = re.fullmatch(form, frame)
    if whole is None:
        return _broken(frame, mark, len(commands))
    try:
        said = base64.b64decode(whole[1], validate=True)
    except (binascii.Error, ValueError):
        return _broken(frame, mark, len(commands))
    answers, position = _answers(said, commands, mark, _errors(errors, mark))
    if len(answers) == len(commands) and position == len(said):
        return answers
    if len(said) < TOTAL_BOUND or len(answers) == len(commands):
        told = _("the server's answer is not in the form asked, after {count} of {total} commands")
        return Fault("garbled", told.format(count=len(answers), total=len(commands)))
    cut = commands[len(answers)]
    text = said[position:].partition(b"\n" + f"{mark} {len(answers)}".encode() + b"\n")[2]
    return {**answers, cut: Answer(141, text[:STDOUT_BOUND].decode("utf-8", "replace"), "", cut=True)}


def _broken(frame: bytes, mark: str, total: int) -> Fault:
    """Why a frame is not whole: it has no end, or something stands in it."""
    if f"\n{mark} end {total}\n".encode() in frame:
        told = _("the server's answer is not in the form asked, after {count} of {total} commands")
        return Fault("garbled", told.format(count=0, total=total))
    # Of what was cut off, so much as can be read is only counted, never judged.
    field = frame.partition(b"=")[2].partition(b"\n")[0]
    try:
        said = base64.b64decode(field[: len(field) // 4 * 4])
    except (binascii.Error, ValueError):
        said = b""
    count = len(re.findall(rb"\n" + mark.encode() + rb" =\d{1,3}\n", said))
    return Fault(
        "cut", _("the server's answer was cut off after {count} of {total} commands").format(count=count, total=total)
    )


def _answers(
    said: bytes, commands: Sequence[str], mark: str, errors: Mapping[int, bytes]
) -> tuple[dict[str, Answer], int]:
    """The whole answers from the beginning on, and where they end."""
    form = re.compile(rb"\n" + mark.encode() + rb" (\d+)\n(.*?)\n" + mark.encode() + rb" =(\d{1,3})\n", re.DOTALL)
    answers: dict[str, Answer] = {}
    position = 0
    for number, command in enumerate(commands):
        read = form.match(said, position)
        if read is None or int(read[1]) != number:
            break
        # Cut short with its group, and asked again.
        again = form.match(said, read.end())
        if again is not None and int(again[1]) == number:
            read = again
        stdout, stderr = read[2], errors.get(number, b"")[:STDERR_BOUND].decode("utf-8", "replace")
        answers[command] = Answer(
            int(read[3]), stdout[:STDOUT_BOUND].decode("utf-8", "replace"), stderr, len(stdout) > STDOUT_BOUND
        )
        position = read.end()
    return answers, position
