"""Accounts: who may log in at all, by what name, and that nobody does so without proof."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

_NO_SHELL = ("nologin", "false", "sync", "halt", "shutdown", "")


@dataclass(frozen=True)
class Account:
    """One account of the machine. `password`: empty, locked or set; `key`: SSH lets it in by a key."""

    name: str
    uid: int
    shell: str
    password: str
    key: bool
    expired: bool

    @property
    def enters(self) -> bool:
        """Can somebody log in as it?"""
        may = self.shell.rsplit("/", 1)[-1] not in _NO_SHELL
        return may and not self.expired and (self.key or self.password in ("set", "empty"))


@facts.fact
def accounts(host: Any) -> tuple[Account, ...]:
    """Every account of the machine, in the order of its files. NotAnswered where they cannot be read."""
    told = facts.told(host, commands.PEOPLE)
    passwords = dict(line.split(":", 1) for line in told.get("passwords", []) if ":" in line)
    keys, expired = set(told.get("keys", [])), set(told.get("expired", []))
    found = []
    for line in told.get("passwd", []):
        fields = line.split(":")
        if len(fields) == 4 and fields[1].isdigit():
            name, uid, home, shell = fields
            state = passwords.get(name, "locked")
            found.append(Account(name, int(uid), shell, state, home in keys, name in expired))
    if not found or not passwords:
        raise facts.NotAnswered("the accounts of this machine cannot be read")
    return tuple(found)


@control("ACC-01")
def unique(host: Any, params: Params) -> Measure:
    """root alone has the number 0, and no two accounts share one."""
    expected = say("root alone has uid 0, and no two accounts share a uid")
    numbers = Counter(one.uid for one in accounts(host))
    shared = [
        f"{one.name} ({one.uid})"
        for one in accounts(host)
        if numbers[one.uid] > 1 or (one.uid == 0) != (one.name == "root")
    ]
    observed = say("shared: {names}", names=shared) if shared else say("{count} accounts", count=len(accounts(host)))
    return verdict(not shared, observed, expected)


@control("ACC-02")
def no_empty_password(host: Any, params: Params) -> Measure:
    """No account has an empty password."""
    empty = [one.name for one in accounts(host) if one.password == "empty"]  # noqa: S105
    observed = say("empty: {names}", names=empty) if empty else say("none")
    return verdict(not empty, observed, say("no empty password"))


@control("ACC-03")
def known_logins(host: Any, params: Params) -> Measure:
    """Nobody but root, the declared administrators and the controller's own account can log in."""
    expected = say("nobody but root, the declared administrators and the controller's account can log in")
    known = {"root", *params.admins, params.login}
    strangers = [one.name for one in accounts(host) if one.enters and one.name not in known]
    if strangers:
        return absent(say("can log in as well: {names}", names=strangers), expected)
    return verdict(True, say("{count} accounts can log in", count=sum(one.enters for one in accounts(host))), expected)
