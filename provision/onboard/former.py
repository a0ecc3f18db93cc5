"""The account of the first contact: written down as one that ends, so that a first `apply` leaves no stranger behind.

An installer's account logs in by a password and has sudo. Once the administrator has a key, nobody needs it, and the
controls of accounts say so; which account it was, only `enroll` knows.
"""

from __future__ import annotations

from provision.inventory import Fleet
from provision.onboard.lists import Change, own_file

NAME = "backbone_former_admins"
FILE = "accounts.yml"


def ending(fleet: Fleet, host: str, user: str) -> Change | None:
    """The change that lets `user` end on the server at address `host` with its next `apply`.

    None where that is said already, must not be (root, an administrator, the account that provisions), or where the
    server has a list that a person keeps.
    """
    server = next((one for one in fleet.servers if one.connection.host == host), None)
    if server is None or server.settings.former_admins:
        return None
    if user in {"root", server.connection.user, *(one.name for one in server.settings.admins)}:
        return None
    file = own_file(fleet.directory, server.name, FILE)
    before = file.read_text(encoding="utf-8") if file.is_file() else None
    start = before.rstrip("\n") + "\n" if before and before.strip() else ""
    return Change(file, before, f"{start}{NAME}: [{user}] # served the first contact\n")
