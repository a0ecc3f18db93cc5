"""What a server was provisioned as, and must not become something else by a changed line in an inventory.

Each stamp names the region, the level, the operating system and the database for which its stage ran. Where the
inventory, or the system that was found, now says otherwise, data would be mixed or left aside; `apply` refuses that
until a person accepts it. Pure but for the one table of the role that says which database a system brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ruamel.yaml import YAML

from provision import paths
from provision.converge.stamp import ServerState
from provision.i18n import _, joined
from provision.inventory import Server

# The role's choice where a system brings none that is new enough (roles/postgresql/vars/debian.yml).
_OLDEST, _OTHERWISE = 14, 17
# Only this stage's stamp tells which database there is: before it ran there is none.
_DATABASE_STAGE = "postgresql"


@dataclass(frozen=True)
class Change:
    """One trait that a server was provisioned with and that now is another."""

    trait: str
    was: str
    now: str


def identity(server: Server, system: str) -> dict[str, str]:
    """What a server is to be. `system`: os-release's id and version ("debian 12")."""
    settings = server.settings
    version = settings.database_version or (
        _database_of(system) if settings.database == "postgresql" else settings.database_version
    )
    return {
        "region": server.region,
        "level": server.level,
        "system": system,
        "database": f"{settings.database} {version or ''}".strip(),
    }


@cache
def _versions() -> dict[str, int]:
    file = paths.roles_dir() / "postgresql" / "vars" / "debian.yml"
    brought = YAML(typ="safe").load(file)["__postgresql_distribution_versions"]
    return {name.replace("-", " ").lower(): int(version) for name, version in brought.items()}


def _database_of(system: str) -> int:
    """The major version of PostgreSQL that the role installs where the inventory names none."""
    brought = _versions().get(system, 0)
    return brought if brought >= _OLDEST else _OTHERWISE


def changes(state: ServerState, wished: Mapping[str, str]) -> dict[str, tuple[Change, ...]]:
    """By stage, in what its stamp was made for another server than `wished`; stages without a difference lack.

    A stamp that says nothing of a trait, and a system that is not known, differ in nothing.
    """
    found = {}
    for stage, stamp in state.stamps.items():
        differing = tuple(
            Change(trait, was, wished[trait])
            for trait, was in stamp.identity.items()
            if was and wished.get(trait) and was != wished[trait] and (trait != "database" or stage == _DATABASE_STAGE)
        )
        if differing:
            found[stage] = differing
    return found


def lost(change: Change) -> str:
    """What would become of the data, for a person."""
    told = {
        "region": _("the database would hold the data of two regions: of {was} and of {now}"),
        "level": _("rows of the schools of a {was} would stay in the database of a {now}, beyond its grant"),
        "system": _("the stages ran on {was}; on {now} the database's files may be left aside and an empty one begun"),
        "database": _("the data in {was} would be left aside, and an empty {now} begun beside it"),
    }[change.trait]
    return joined("", (told.format(was=change.was, now=change.now),))
