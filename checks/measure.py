"""What a check says: a status, what was observed, what was expected. And the registry that finds checks by
control.

Sentences are kept as message and values, so that one measurement can be read in Indonesian and in English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from checks.params import Params

# `warning`: below the recommended, above the minimum, or close to an expiry. `error`: could not be measured.
Status = Literal["pass", "warning", "fail", "attested", "not_applicable", "error"]

FAMILIES = (
    "hardware",
    "system",
    "accounts",
    "database",
    "vpn",
    "antivirus",
    "ports",
    "tls",
    "patching",
    "backup",
    "sync",
    "privacy",
    "ssh",
    "hardening",
    "logging",
    "people",
    "site",
    "documents",
)


@dataclass(frozen=True)
class Say:
    """A sentence for people: English with {places}, and what belongs there."""

    message: str
    values: tuple[tuple[str, Any], ...] = ()

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of `translate`."""
        filled = {name: _plain(value, translate) for name, value in self.values}
        return translate(self.message).format(**filled)


def _plain(value: Any, translate: Callable[[str], str]) -> str:
    if isinstance(value, Say):
        return value.text(translate)
    if isinstance(value, float):
        return f"{value:.1f}".replace(".", translate(_HALF.message)[1])
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [_plain(one, translate) for one in (value if isinstance(value, (list, tuple)) else sorted(value))]
        shown = ", ".join(parts[:8])
        return shown + (f", … ({len(parts)})" if len(parts) > 8 else "")
    # What the transport says has been translated already and knows its English.
    return str(getattr(value, "english", value) if translate is str else value)


def say(message: str, **values: Any) -> Say:
    """A sentence for people."""
    return Say(message, tuple(values.items()))


_HALF = say("0.5")  # how a language writes it: 0,5 in Indonesian


@dataclass(frozen=True)
class Measure:
    """One control on one server, measured."""

    status: Status
    observed: Say
    expected: Say


def verdict(good: bool, observed: Say, expected: Say) -> Measure:
    """`pass` or `fail`."""
    return Measure("pass" if good else "fail", observed, expected)


def absent(observed: Say, expected: Say) -> Measure:
    """What a stage brings is not there (yet): `fail`, never a crash."""
    return Measure("fail", observed, expected)


Check = Callable[[Any, "Params"], Measure]
C = TypeVar("C", bound=Check)

_CHECKS: dict[str, Check] = {}


def control(identity: str) -> Callable[[C], C]:
    """Register a check as the one that measures a control. ValueError if there is one already."""

    def register(check: C) -> C:
        if identity in _CHECKS:
            raise ValueError(f"{identity} has two checks")
        _CHECKS[identity] = check
        return check

    return register


def all_checks(families: Iterable[str] = FAMILIES) -> dict[str, Check]:
    """Every check by control, after importing the families' modules."""
    for family in families:
        import_module(f"checks.{family}")
    return dict(_CHECKS)
