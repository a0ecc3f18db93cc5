"""The one shell script that asks a server everything, and the reader of its framed answer. Pure: no I/O here.

The script runs under any POSIX sh with the base utilities (timeout, head, base64). It writes nothing on the
server: each command's output passes through `head -c` (the bound in size) and base64 (so that the frame is
ASCII whatever the command says), the exit status comes before it on the same line. A random marker begins
every line of the frame, so that banners and shell noise cannot be taken for an answer; the end line counts
the commands, so that a cut answer cannot be taken for a whole one.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import shlex
from collections.abc import Sequence

from provision.i18n import _
from provision.probe.snapshot import Answer, Fault

STDOUT_BOUND = 1 << 20  # bytes of one command's stdout; more is cut and never judged
STDERR_BOUND = 1 << 14
COMMAND_SECONDS = 20

_PROLOGUE = r"""exec 4>&1
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
TZ=UTC
HISTFILE=/dev/null
export PATH LC_ALL TZ
unset LANGUAGE LANG ENV BASH_ENV
umask 077
cd /
q() {
  printf '%s %s ' "$M" "$1" >&4
  O=$(
    {
      E=$(
        { timeout -k 1 "$T" sh -c "$2" </dev/null 4>&-; printf '%s ' "$?" >&4; } 2>&1 >&3 3>&- \
          | head -c "$BE" | base64 -w0
      )
      printf '=%s ' "$E" >&4
    } 3>&1 | head -c "$BO" | base64 -w0
  )
  printf '=%s\n' "$O" >&4
}
"""


def marker() -> str:
    """A marker that no server can have said by accident."""
    return "BB" + secrets.token_hex(12)


def build(commands: Sequence[str], mark: str, *, seconds: int = COMMAND_SECONDS) -> str:
    """The script that asks `commands`, each with `seconds` of time."""
    head = f"M={mark}\nT={seconds}\nBO={STDOUT_BOUND + 1}\nBE={STDERR_BOUND}\n{_PROLOGUE}"
    asks = "".join(f"q {number} {shlex.quote(command)}\n" for number, command in enumerate(commands))
    return f"{head}printf '\\n%s begin\\n' \"$M\"\n{asks}printf '%s end {len(commands)}\\n' \"$M\"\n"


def frame_bound(count: int) -> int:
    """The most bytes that an honest answer to `count` commands can have, with room for a login banner."""
    return (1 << 20) + min(count, 64) * (STDOUT_BOUND + STDERR_BOUND) * 4 // 3


def _decoded(field: bytes) -> bytes:
    return base64.b64decode(field[1:], validate=True)


def parse(output: bytes, commands: Sequence[str], mark: str) -> dict[str, Answer] | Fault:
    """The answers in a script's output, or why they are not to be trusted."""
    begin = f"\n{mark} begin\n".encode()
    start = (b"\n" + output).rfind(begin)
    if start < 0:
        return Fault("garbled", _("the server's answer does not begin as asked; no POSIX sh behind this login?"))
    answers: dict[str, Answer] = {}
    end = f"{mark} end {len(commands)}".encode()
    form = re.compile(mark.encode() + rb" (\d+) (\d+) (=[A-Za-z0-9+/=]*) (=[A-Za-z0-9+/=]*)")
    lines = output[start + len(begin) - 1 :].split(b"\n")[:-1]  # without its newline, a line is no whole line
    for position, line in enumerate(lines):
        if line == end and position == len(commands):
            return answers
        read = form.fullmatch(line)
        if read is None or int(read[1]) != position or position >= len(commands):
            break
        try:
            stdout, stderr = _decoded(read[4]), _decoded(read[3])
        except (binascii.Error, ValueError):
            break
        answers[commands[position]] = Answer(
            status=int(read[2]),
            stdout=stdout[:STDOUT_BOUND].decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
            cut=len(stdout) > STDOUT_BOUND,
        )
    if end in lines:
        told = _("the server's answer is not in the form asked, after {count} of {total} commands")
    else:
        told = _("the server's answer was cut off after {count} of {total} commands")
    said = told.format(count=len(answers), total=len(commands))
    return Fault("garbled" if end in lines else "cut", said)
