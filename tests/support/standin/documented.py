"""Holds what a playbook hands to a module against that module's own documentation in the installed collection.

Names, types, choices and what is required: a fault here would be one on a real server too, and says so before the
stand-in answers anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

# What actions add to their module's arguments, which is documented nowhere because no person sets it.
_INTERNAL = {
    "ansible.windows.win_copy": {"_copy_mode", "_original_basename", "files", "directories", "symlinks"},
}


class RefusedError(Exception):
    """A stand-in does not know this, or a module's documentation does not allow it."""


@cache
def options(module: str) -> Mapping[str, Any]:
    """A module's documented options. Raises LookupError where no installed collection documents such a module.

    Each task asks in a new process, so what was read once is kept beside the stand-ins' states.
    """
    folder = os.environ.get("BACKBONE_SIMULATED_WINDOWS")
    kept = Path(folder) / f"{module}.documented" if folder else None
    if kept and kept.is_file():
        known: Mapping[str, Any] = json.loads(kept.read_text())
        return known
    found = _read(module)
    if kept:
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(found))
        new.replace(kept)
    return found


def _read(module: str) -> Mapping[str, Any]:
    from ansible.plugins.loader import fragment_loader, init_plugin_loader, module_loader
    from ansible.utils.collection_loader import AnsibleCollectionConfig
    from ansible.utils.plugin_docs import get_plugin_docs

    if not AnsibleCollectionConfig.collection_finder:
        init_plugin_loader([])
    document, _examples, _returns, _metadata = get_plugin_docs(module, "module", module_loader, fragment_loader, False)
    if not document:
        raise LookupError(f"{module} is documented nowhere")
    found: Mapping[str, Any] = document.get("options") or {}
    return found


def faults(module: str, arguments: Mapping[str, Any]) -> list[str]:
    """What of these arguments the module's documentation does not allow."""
    given = {
        name: value
        for name, value in arguments.items()
        if not name.startswith("_ansible_") and name not in _INTERNAL.get(module, ())
    }
    return list(_faults(module, options(module), given))


def _faults(where: str, known: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    names = {alias: name for name, one in known.items() for alias in (name, *(one.get("aliases") or ()))}
    for name, value in given.items():
        if name not in names:
            yield f"{where} has no option {name}"
        elif value is not None:
            yield from _value(f"{where}: {name}", known[names[name]], value)
    present = {names[name] for name, value in given.items() if name in names and value is not None}
    yield from (
        f"{where}: {name} is required" for name, one in known.items() if one.get("required") and name not in present
    )


def _value(where: str, option: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = option.get("type") or ("dict" if option.get("suboptions") else "str")
    if kind == "list":
        # As Ansible does, one value stands for a list of one; text is split at its commas.
        several = value if isinstance(value, list) else str(value).split(",")
        for one in several:
            inner = {**option, "type": option.get("elements", "raw")}
            yield from _value(where, inner, one)
        return
    if not _is(kind, value):
        yield f"{where} is {value!r}, not of type {kind}"
    elif option.get("choices") and value not in option["choices"] and str(value) not in map(str, option["choices"]):
        yield f"{where} is {value!r}, not one of {option['choices']}"
    elif isinstance(value, Mapping) and (inside := option.get("suboptions") or option.get("options")):
        yield from _faults(where, inside, value)


def _is(kind: str, value: Any) -> bool:
    if kind == "bool":
        return isinstance(value, bool) or str(value).lower() in ("yes", "no", "true", "false", "0", "1", "on", "off")
    if kind == "int":
        return not isinstance(value, bool) and str(value).lstrip("-").isdigit()
    if kind == "dict":
        return isinstance(value, Mapping)
    return kind == "raw" or isinstance(value, str | int | float | bool)
