"""What becomes of what preflight found: a person's decisions, written into the inventory as `backbone_found`.

They stand in the server's own host_vars, so that they apply to it alone; what is written there already is kept.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from provision.audit.preflight import Found, Word

VARIABLE = "backbone_found"
_HEADER = """\
# What was on this machine before, and what becomes of it; `backbone preflight` adds to it.
"""


@dataclass(frozen=True)
class Decision:
    """A thing found, what becomes of it, and who may reach what is kept ("internal", "vpn", "anywhere", networks)."""

    found: Found
    word: Word
    sources: str = "internal"

    def entry(self) -> dict[str, Any]:
        """As it stands in the inventory."""
        found = self.found
        made: dict[str, Any] = {"kind": found.kind, "name": found.name, "decision": self.word}
        if self.word == "keep" and found.ports:
            made["ports"] = [{"port": port, "proto": proto} for proto, port in found.ports]
            made["sources"] = self.sources
        if self.word == "stop":
            made |= {"units": list(found.units)} if found.units else {}
            made |= {"containers": list(found.containers)} if found.containers else {}
        return made


def place(folder: Path, server: str) -> Path:
    """The file for a server's decisions: its host_vars file where it has one, else one of its own.

    Where host_vars has a folder and a file of one name, Ansible reads the folder alone.
    """
    own = folder / "host_vars" / server
    files = [own.with_name(server + ending) for ending in (".yml", ".yaml")]
    return next((file for file in files if file.is_file() and not own.is_dir()), own / "found.yml")


def write(folder: Path, decisions: Sequence[Decision]) -> tuple[Path, ...]:
    """Add decisions to the inventory in `folder`; an older one about the same thing is replaced. The files written."""
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = []
    for server in dict.fromkeys(one.found.server for one in decisions):
        file = place(folder, server)
        new = [one.entry() for one in decisions if one.found.server == server]
        text = file.read_text(encoding="utf-8") if file.is_file() else _HEADER
        content = yaml.load(text) or {}
        same = {(one["kind"], one["name"]) for one in new}
        kept = [one for one in content.get(VARIABLE) or [] if (one.get("kind"), one.get("name")) not in same]
        content[VARIABLE] = [*kept, *new]
        out = io.StringIO()
        yaml.dump(content, out)
        header = "" if text is not _HEADER else _HEADER
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.new")
        temporary.write_text(header + out.getvalue(), encoding="utf-8")
        temporary.replace(file)
        written.append(file)
    return tuple(written)
