"""pgBackRest's settings as drills, restores and copies read them: one repository alone, or a copy on a disk."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from provision.operate.remote.observe import Short

COPY = "copy.json"  # the record in a copy on a removable disk
# A copy on a disk, and the repository of the former passphrase: nothing is added to them. They say nothing of what a
# disaster would cost now, nor whether the repository in use can be restored.
AT_REST = (0, 3)


def read(config: Path, included: bool) -> configparser.ConfigParser:
    """pgBackRest's settings: the main file, and those of the other repositories if these are asked for."""
    known = configparser.ConfigParser(interpolation=None, strict=False)
    known.add_section("global")
    known.read_string(config.read_text())
    others = (
        [*sorted((config.parent / "conf.d").glob("*.conf")), *config.parent.glob("former.conf")] if included else []
    )
    for file in others:
        known.read_string(file.read_text())
    return known


def alone(known: configparser.ConfigParser, repo: int) -> str:
    """The same settings with one repository, called the first."""
    lines = []
    for section in known.sections():
        lines.append(f"[{section}]")
        for name, value in known[section].items():
            if name.startswith(f"repo{repo}-"):
                lines.append(f"repo1-{name.split('-', 1)[1]}={value}")
            elif not re.match(r"repo\d+-", name):
                lines.append(f"{name}={value}")
    return "\n".join(lines) + "\n"


def on_disk(known: configparser.ConfigParser, copy: Path) -> configparser.ConfigParser:
    """The same settings with a copy in place of the first repository: of that one only the cipher and its key stay."""
    for section in known.sections():
        for name in [name for name in known[section] if name.startswith("repo1-") and "-cipher-" not in name]:
            del known[section][name]
    known["global"]["repo1-path"] = str(copy / "pgbackrest")
    return known


def former_cipher(config: Path) -> dict[str, str]:
    """How the repository of the former passphrase is opened, as settings of a first one; empty where there is none."""
    known = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        known.read_string((config.parent / "former.conf").read_text())
        found = known["global"]
    except (OSError, KeyError, configparser.Error):
        return {}
    return {f"repo1-{name[6:]}": value for name, value in found.items() if name.startswith("repo3-cipher-")}


def copies_in(place: Path) -> list[Path]:
    """The copies in one server's folder of a removable disk that came to their end, oldest first."""
    return sorted(path.parent for path in place.glob(f"[0-9]*/{COPY}"))


def copy_on(place: Path) -> Path:
    """The copy that a place means: itself, else the newest there. Short where there is none, or several servers'."""
    try:
        if (place / COPY).is_file():
            return place
        servers = [place] if copies_in(place) else [one for one in sorted(place.glob("backbone-*")) if copies_in(one)]
    except OSError:  # not for the user postgres to look into
        servers = []
    if len(servers) > 1:
        raise Short(
            "{place} holds copies of several servers: {names}",
            place=place,
            names=", ".join(str(one) for one in servers),
        )
    if not servers:
        raise Short("{place} holds no finished copy that the user postgres can read", place=place)
    return copies_in(servers[0])[-1]
