"""The catalogue's controls on a Windows server: the same ids, measured in the one answer that `audit.ps1` gives.

A control has here one of three: a check over that answer, a reason for which it does not apply to Windows, or (people,
papers, the room) its ordinary check, which asks the server nothing. A control with none of them is `error`: nobody has
written its measure, and nothing may pass unmeasured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from checks.measure import Measure, Say, say
from checks.params import Params

# What a snapshot calls the answer of audit.ps1.
COMMAND = "backbone: audit.ps1"
VERSION = 1
# Families whose checks look at the inventory alone.
ASK_NOTHING = ("PEOPLE", "SITE", "DOC")


class NotToldError(Exception):
    """The answer lacks what a check needs; `why` says so to people."""

    def __init__(self, why: Say) -> None:
        super().__init__(why.text())
        self.why = why


@dataclass(frozen=True)
class Told:
    """What a Windows server answered."""

    content: Mapping[str, Any]

    def section(self, name: str) -> Mapping[str, Any]:
        """A section with named values. Raises NotToldError where the server could not measure it."""
        found = self.content.get(name)
        if not isinstance(found, Mapping):
            raise NotToldError(say("the server's answer has no section {name}", name=name))
        if "error" in found:
            raise NotToldError(
                say("the server could not measure {name}: {why}", name=name, why=str(found["error"])[:300])
            )
        return found

    def rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        """A section that is a list. PowerShell writes one member without its list, and none as nothing."""
        if name not in self.content:
            raise NotToldError(say("the server's answer has no section {name}", name=name))
        found = self.content[name]
        if isinstance(found, Mapping) and "error" in found:
            self.section(name)
        return rows(found)


def rows(value: Any) -> Sequence[Any]:
    """A value of the answer as a list."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def members(section: Mapping[str, Any], name: str) -> Sequence[Any]:
    """A list inside a section. Raises NotToldError where the section does not have it: absent is not empty."""
    if name not in section:
        raise NotToldError(say("the server's answer has no section {name}", name=name))
    return rows(section[name])


Check = Callable[[Told, Params], Measure]
_CHECKS: dict[str, Check] = {}
_NOT_HERE: dict[str, Say] = {}


def control(identity: str) -> Callable[[Check], Check]:
    """Register the Windows check of a control. ValueError if it has one already."""

    def register(check: Check) -> Check:
        if identity in _CHECKS or identity in _NOT_HERE:
            raise ValueError(f"{identity} has two Windows answers")
        _CHECKS[identity] = check
        return check

    return register


def not_here(why: Say, *identities: str) -> None:
    """Register controls that have no meaning on Windows, and why."""
    for identity in identities:
        if identity in _CHECKS or identity in _NOT_HERE:
            raise ValueError(f"{identity} has two Windows answers")
        _NOT_HERE[identity] = why


def _loaded() -> None:
    for name in ("machine", "hardening", "antivirus", "network", "data", "trail", "privacy", "sync"):
        import_module(f"checks.windows.{name}")


def known() -> tuple[Mapping[str, Check], Mapping[str, Say]]:
    """(checks, reasons) by control."""
    _loaded()
    return _CHECKS, _NOT_HERE


def script() -> str:
    """The one script that asks a Windows server everything."""
    return (files("checks.windows") / "audit.ps1").read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def read(text: str) -> Told:
    """The answer in a script's output. Raises NotToldError where it is none."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise NotToldError(say("the server's answer is not that of audit.ps1"))
    return Told(content)


def measure(identity: str, host: Any, params: Params) -> Measure | None:
    """A control's measure on a Windows server; None where its ordinary check is the one to ask."""
    checks, reasons = known()
    if identity not in checks and identity.rpartition("-")[0] in ASK_NOTHING:
        return None
    if identity in reasons:
        return Measure("not_applicable", reasons[identity], say("a server with Linux"))
    if identity not in checks:
        return Measure("error", say("no measure of this control is written for Windows"), say("a measure"))
    try:
        return checks[identity](read(host.run(COMMAND).stdout), params)
    except NotToldError as fault:
        return Measure("error", fault.why, say("an answer that can be judged"))
