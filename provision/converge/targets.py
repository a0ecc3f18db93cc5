"""The second inventory, which the controller generates beside the author's: who runs what.

It is YAML in the private folder of a run and holds no secret: digests, names and places only.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Variables of the controller that wiring files may name, each a place on the controller. In digests each
# counts by its name only: the same content in another place is the same input.
PLACES = (
    "controller_wheelhouse_dir",
    "controller_audit_program_dir",
    "controller_authority_dir",
    "controller_drill_dir",
)


@dataclass(frozen=True)
class Owner:
    """Who converges, as the lock on a server tells others; the same controller may take over its own lock."""

    controller: str
    person: str
    run: str


def this_owner(run: str, inventory: Path) -> Owner:
    """This machine with this inventory, and person. The machine's id enters as a digest: it is not for others.

    With the inventory, because runs of one controller wait for each other by inventory and server: two inventories
    that name the same machine are as two controllers to it.
    """
    try:
        machine = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except OSError:
        machine = ""
    mark = hashlib.sha256(f"backbone controller {machine} {inventory_file(inventory).resolve()}".encode()).hexdigest()[
        :8
    ]
    return Owner(f"{platform.node()}-{mark}", getpass.getuser(), run)


def inventory_file(inventory: Path) -> Path:
    """The file that Ansible reads: the path itself, or hosts.yml in a folder, whose other files are ours."""
    return inventory / "hosts.yml" if inventory.is_dir() else inventory


def vault_password_file(inventory: Path) -> Path | None:
    """The vault password's file, as the inventory was read with; None where there is none."""
    from provision.inventory.load import password_file

    return password_file(inventory_file(inventory).parent)


def write(
    path: Path,
    hosts: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Sequence[str]],
    everyone: Mapping[str, Any],
) -> Path:
    """Write an Ansible inventory: variables of hosts, members of groups, variables for all."""
    content = {
        "all": {
            "vars": dict(everyone),
            "hosts": {name: dict(variables) for name, variables in hosts.items()},
            "children": {group: {"hosts": dict.fromkeys(members)} for group, members in groups.items()},
        }
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")  # JSON is YAML
    path.chmod(0o600)
    return path
