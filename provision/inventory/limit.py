"""`--limit P`: picks servers by name, group and wildcard, the way Ansible's patterns do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from provision.errors import UsageError
from provision.i18n import _
from provision.inventory.explain import nearest


def select(
    pattern: str, servers: Iterable[str], groups: Iterable[str], members: Callable[[str], set[str]]
) -> tuple[str, ...]:
    """The servers that `pattern` means, in the given order; UsageError when it means none.

    Parts are joined by `,` or `:`; a part is a server, a group or a wildcard; `!part` leaves out,
    `&part` keeps only what is also in it.
    """
    order = list(servers)
    names = [*groups, "all"]

    def meant(part: str) -> set[str]:
        found = {one for one in order if fnmatchcase(one, part)}
        for group in names:
            if fnmatchcase(group, part):
                found |= members(group)
        if not found:
            near = nearest(part, [*order, *names])
            raise UsageError(
                _("--limit: no server or group is called {part}").format(part=part),
                repair=_("did you mean {name}?").format(name=near)
                if near
                else _("there are {names}").format(names=", ".join(order[:20])),
            )
        return found

    parts = [part.strip() for part in re.split(r"[,:]", pattern) if part.strip()]
    chosen: set[str] = set()
    if all(part.startswith(("!", "&")) for part in parts):
        chosen = set(order)
    for part in parts:
        if not part.startswith(("!", "&")):
            chosen |= meant(part)
    for part in parts:
        if part.startswith("&"):
            chosen &= meant(part[1:])
        elif part.startswith("!"):
            chosen -= meant(part[1:])
    if not chosen:
        raise UsageError(
            _("--limit {pattern} leaves no server").format(pattern=pattern),
            repair=_("there are {names}").format(names=", ".join(order[:20])),
        )
    return tuple(one for one in order if one in chosen)
