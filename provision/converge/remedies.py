"""What a person does about failures that are the server's own and that no stage can mend: a full disk, a held lock.

Pure: recognised by what programs say, which is English whatever the person reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from provision.i18n import _


def _full() -> str:
    return _("the server's disk is full: make room there (df -h names the file system), then run apply again")


def _read_only() -> str:
    return _("a file system of the server can only be read, often after a fault of its disk: read dmesg there first")


def _interrupted() -> str:
    return _("an installation was cut off: run dpkg --configure -a on the server, then apply again")


def _locked() -> str:
    return _("another program installs packages on the server: let it finish, then run apply again")


_KNOWN: tuple[tuple[str, Callable[[], str]], ...] = (
    (r"no space left on device|disk quota exceeded|don't have enough free space", _full),
    (r"read-only file system", _read_only),
    (r"dpkg was interrupted|dpkg --configure -a does not finish", _interrupted),
    (r"could not get lock /var|unable to acquire the dpkg|lock was locked by|has held apt's package lists", _locked),
)


def remedy(failure: str) -> str:
    """What to do about a stage's failure, by its text; "" where the text says all that is known."""
    return next((told() for pattern, told in _KNOWN if re.search(pattern, failure, re.IGNORECASE)), "")
