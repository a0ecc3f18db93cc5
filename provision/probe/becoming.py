"""How a script becomes root: sudo, with the password on stdin in the same command, or without one. Pure."""

from __future__ import annotations

import shlex

# Everything up to this line is for sudo. A sudo that wants no password leaves the password unread; whoever reads on
# from there must not take it for a command.
HERE = "# backbone: from here on"
_SKIP = f'while IFS= read -r line; do [ "$line" = {shlex.quote(HERE)} ] && exec "$@"; done; exit 125'


def asking(password: str, command: str) -> tuple[str, str]:
    """The shell words that run `command` as root, and what stdin begins with before the command's own input."""
    if not password:
        return f"sudo -n {command}", ""
    return f"sudo -S -p '' sh -c {shlex.quote(_SKIP)} sh {command}", f"{password}\n{HERE}\n"
