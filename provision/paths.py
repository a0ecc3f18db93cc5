"""Where things are: the project's own files, in a clone or an installed wheel, and the user's folders."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _assets() -> Path:
    """The folder that holds roles/, templates/ and inventories/: the clone, or what the wheel carries."""
    carried = _PACKAGE / "_assets"
    return carried if carried.is_dir() else _PACKAGE.parent


def roles_dir() -> Path:
    """Ansible roles, one a stage."""
    return _assets() / "roles"


def templates_dir() -> Path:
    """What people read: letters, reports, run-books."""
    return _assets() / "templates"


def inventories_dir() -> Path:
    """The lab's inventory and the worked examples."""
    return _assets() / "inventories"


def playbooks_dir() -> Path:
    """site.yml and the few playbooks that only order roles and wire their variables."""
    return _PACKAGE / "playbooks"


def catalogue_dir() -> Path:
    """The controls' catalogue, a YAML file a family."""
    return _PACKAGE.parent / "checks" / "catalogue"


def sync_package_dir() -> Path:
    """The sync service's own distribution (its pyproject.toml lies in it)."""
    return _PACKAGE.parent / "backbone_sync"


def controller_lock() -> Path:
    """The lock of everything that the controller runs on, each with its hashes."""
    return _assets() / "requirements" / "controller.txt"


def _user_dir(variable: str, xdg: str, fallback: str) -> Path:
    if named := os.environ.get(variable):
        return Path(named)
    base = os.environ.get(xdg)
    return (Path(base) if base else Path.home() / fallback) / "backbone"


def cache_dir() -> Path:
    """What may be deleted and made again: lab images, wheels, resolved inputs. BACKBONE_CACHE moves it."""
    return _user_dir("BACKBONE_CACHE", "XDG_CACHE_HOME", ".cache")


def state_dir() -> Path:
    """What a run leaves on the controller: logs, last probes. BACKBONE_STATE moves it."""
    return _user_dir("BACKBONE_STATE", "XDG_STATE_HOME", ".local/state")
