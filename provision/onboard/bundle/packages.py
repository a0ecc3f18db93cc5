"""Which of Debian's packages a server needs: those that the roles name, and what every installation has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from provision import paths
from provision.errors import UsageError
from provision.i18n import _

# A server's own: with them an installation of an older day becomes the present one.
ALWAYS = ("linux-image-amd64", "openssh-server", "python3", "sudo")
# Ansible's apt module brings its own library where it is missing, with all that it recommends.
ANSIBLE = ("python3-apt",)
# Files of variables whose systems are not Debian's: a bundle is for Debian.
OTHER_SYSTEMS = ("redhat", "windows")
_QUOTED = re.compile(r"'([^']*)'")
_VERSION = re.compile(r"\{\{ *__postgresql_version *\}\}")


def of_stages(stages: Sequence[str], postgresql: str) -> list[str]:
    """The packages that the roles of `stages` install; `postgresql`: the release's major version, for "15".

    UsageError for a name that holds anything else that is filled in: this function would have to learn it.
    """
    names: set[str] = set()
    for stage in stages:
        for file in sorted((paths.roles_dir() / stage / "vars").glob("*.yml")):
            if file.stem in OTHER_SYSTEMS:
                continue
            read: dict[str, Any] = yaml.safe_load(file.read_text("utf-8")) or {}
            for variable, value in read.items():
                if variable.startswith("__") and variable.endswith("_packages"):
                    names |= {_VERSION.sub(postgresql, name) for name in _names(value)}
    if strange := sorted(name for name in names if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name)):
        raise UsageError(_("a role's list of packages cannot be read: {names}").format(names=", ".join(strange)))
    return sorted(names)


def _names(value: Any) -> list[str]:
    """The names in a list, or in an expression that puts lists together: there all that it may come to."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return _QUOTED.findall(str(value)) or [str(value)]
