"""The one shell script that asks a server everything, and the reader of its framed answer. Pure: no I/O here.

The script runs under any POSIX sh with the base utilities (timeout, head, base64). It writes nothing on the
server. What a command says, and after it its exit status, passes through `head -c` (the bound in size) and base64
(so that the frame is ASCII whatever the command says); what it says on stderr goes to the script's own, below a
line with the marker, and is bounded for all commands together. That is four programs a command; each costs the
server about half a millisecond.

A random marker begins every line of the frame, so that banners and shell noise cannot be taken for an answer; the end
line counts the commands, so that a cut answer cannot be taken for a whole one.
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
STDERR_BOUND = 1 << 14  # bytes of one command's stderr that are kept
ERRORS_BOUND = 1 << 18  # bytes of stderr of all commands together; the rest is dropped
COMMAND_SECONDS = 20
_STATUS_ROOM = 8

_PROLOGUE = r"""exec 3>&1 4>&2
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
TZ=UTC
HISTFILE=/dev/null
export PATH LC_ALL TZ
unset LANGUAGE LANG ENV BASH_ENV
umask 077
cd /
q() {
  printf '\n%s %s\n' "$M" "$1" >&2
  printf '%s %s =' "$M" "$1"
  { timeout -k 1 "$T" sh -c "$2" </dev/null; printf '\n%s' "$?"; } | head -c "$BO" | base64 -w0
  echo
}
"""


def marker() -> str:
    """A marker that no server can have said by accident."""
    return "BB" + secrets.token_hex(12)


def build(commands: Sequence[str], mark: str, *, seconds: int = COMMAND_SECONDS) -> str:
    """The script that asks `commands`, each with `seconds` of time."""
    head = f"M={mark}\nT={seconds}\nBO={STDOUT_BOUND + 1 + _STATUS_ROOM}\n{_PROLOGUE}"
    asks = "".join(f"q {number} {shlex.quote(command)}\n" for number, command in enumerate(commands))
    body = f"printf '\\n%s begin\\n' \"$M\"\n{asks}printf '%s end {len(commands)}\\n' \"$M\"\n"
    # What is over the bound is read all the same: a command must not die of writing to nobody.
    return f"{head}{{\n{body}}} 2>&1 >&3 3>&- 4>&- | {{ head -c {ERRORS_BOUND}; cat >/dev/null; }} >&4 3>&- 4>&-\n"


def frame_bound(count: int) -> int:
    """The most bytes that an honest answer to `count` commands can have, with room for a login banner."""
    return (1 << 20) + min(count, 64) * STDOUT_BOUND * 4 // 3


def _answer(field: bytes, said: bytes) -> Answer | None:
    """The answer in one line of the frame; None if it is not in the form asked."""
    try:
        raw = base64.b64decode(field, validate=True)
    except (binascii.Error, ValueError):
        return None
    stderr = said[:STDERR_BOUND].decode("utf-8", "replace")
    if len(raw) > STDOUT_BOUND + _STATUS_ROOM:
        return Answer(141, raw[:STDOUT_BOUND].decode("utf-8", "replace"), stderr, cut=True)
    stdout, newline, status = raw.rpartition(b"\n")
    if not newline or not re.fullmatch(rb"\d{1,3}", status):
        return None
    return Answer(int(status), stdout[:STDOUT_BOUND].decode("utf-8", "replace"), stderr, len(stdout) > STDOUT_BOUND)


def _errors(errors: bytes, mark: str) -> dict[int, bytes]:
    """What each command said on stderr, by its number; what stands above the first marker is the login's."""
    parts = re.split(rb"\n" + mark.encode() + rb" (\d+)\n", errors)
    return {int(number): said for number, said in zip(parts[1::2], parts[2::2], strict=True)}


def parse(output: bytes, commands: Sequence[str], mark: str, errors: bytes = b"") -> dict[str, Answer] | Fault:
    """The answers in a script's output (`errors`: its stderr), or why they are not to be trusted."""
    begin = f"\n{mark} begin\n".encode()
    start = (b"\n" + output).rfind(begin)
    if start < 0:
        return Fault("garbled", _("the server's answer does not begin as asked; no POSIX sh behind this login?"))
    answers: dict[str, Answer] = {}
    end = f"{mark} end {len(commands)}".encode()
    form = re.compile(mark.encode() + rb" (\d+) =([A-Za-z0-9+/=]*)")
    said = _errors(errors, mark)
    lines = output[start + len(begin) - 1 :].split(b"\n")[:-1]  # without its newline, a line is no whole line
    for position, line in enumerate(lines):
        if line == end and position == len(commands):
            return answers
        read = form.fullmatch(line)
        if read is None or int(read[1]) != position or position >= len(commands):
            break
        answer = _answer(read[2], said.get(position, b""))
        if answer is None:
            break
        answers[commands[position]] = answer
    if end in lines:
        told = _("the server's answer is not in the form asked, after {count} of {total} commands")
    else:
        told = _("the server's answer was cut off after {count} of {total} commands")
    message = told.format(count=len(answers), total=len(commands))
    return Fault("garbled" if end in lines else "cut", message)
