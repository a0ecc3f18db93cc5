"""The stages, in the order in which they run: the one place that names them.

site.yml, the roles and the wiring files follow this list; a unit test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One step of provisioning.

    `needs` are stages whose effect this one builds on: where they never ran, they are planned before it.
    `followers` are stages that must run again whenever this one has run, because they copy or hold what it
    makes (a service that has read a certificate).
    """

    name: str
    needs: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()


STAGES: tuple[Stage, ...] = (
    Stage("base"),
    Stage("patching", needs=("base",)),
    Stage("hardening", needs=("base",)),
    Stage("ssh", needs=("base",)),
    Stage("firewall", needs=("base",)),
    Stage("tls", needs=("base",), followers=("postgresql", "gateway")),
    Stage("vpn", needs=("base", "firewall")),
    Stage("antivirus", needs=("base",)),
    Stage("postgresql", needs=("base", "tls")),
    Stage("backup", needs=("postgresql",)),
    Stage("sync", needs=("postgresql",)),
    Stage("gateway", needs=("tls",)),
    Stage("monitoring", needs=("base",)),
    Stage("notify", needs=("base",)),
    Stage("audit", needs=("base",)),
)

NAMES: tuple[str, ...] = tuple(stage.name for stage in STAGES)


def by_name(stages: Iterable[Stage] = STAGES) -> dict[str, Stage]:
    """The stages by their names, in order."""
    return {stage.name: stage for stage in stages}


def faults(stages: Iterable[Stage] = STAGES) -> list[str]:
    """What is wrong with a list of stages: unknown names, or an order that contradicts needs or followers."""
    known: set[str] = set()
    ordered = tuple(stages)
    found = [
        f"{stage.name} is named twice"
        for i, stage in enumerate(ordered)
        if stage.name in {other.name for other in ordered[:i]}
    ]
    for stage in ordered:
        found += [f"{stage.name} needs {need}, which is not before it" for need in set(stage.needs) - known]
        known.add(stage.name)
        found += [
            f"{stage.name} is followed by {follower}, which is not after it"
            for follower in stage.followers
            if follower in known or follower not in {other.name for other in ordered}
        ]
    return found
