"""The project's own PowerShell scripts as the stand-in knows them: by their text, their parameters and their kind.

A script that only sets things (`set-*.ps1`) is modelled by what it was given: a second run with the same is unchanged.
One that only asks (`get-*.ps1`) is answered from the host's state. All others have a model of their own in `host.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from provision.paths import roles_dir


@dataclass(frozen=True)
class Parameter:
    """One parameter of a script's param block."""

    name: str
    kind: str
    mandatory: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A script: `name` is <role>/<file>; `asks_first` says that it supports check mode (ShouldProcess)."""

    name: str
    parameters: Mapping[str, Parameter]
    asks_first: bool


def tree(text: str) -> Any:
    """PowerShell's syntax tree (tree-sitter)."""
    import tree_sitter
    import tree_sitter_powershell

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    return parser.parse(text.encode()).root_node


def nodes(node: Any, kind: str) -> Iterator[Any]:
    """All nodes of a kind, in their order."""
    if node.type == kind:
        yield node
    for child in node.children:
        yield from nodes(child, kind)


def _text(node: Any) -> str:
    return str(node.text.decode())


def read(name: str, text: str) -> Script:
    """A script's contract, out of its own text."""
    block = next(nodes(tree(text), "param_block"), None)
    parameters: dict[str, Parameter] = {}
    for one in nodes(block, "script_parameter") if block else ():
        attributes = [child for inner in one.children if inner.type == "attribute_list" for child in inner.children]
        types = [_text(child)[1:-1] for child in attributes if next(nodes(child, "type_literal"), None)]
        words = [_text(child) for child in attributes]
        choices = [word for word in words if word.startswith("[ValidateSet(")]
        named = next(_text(child) for child in one.children if child.type == "variable").lstrip("$")
        parameters[named] = Parameter(
            named,
            types[-1] if types else "object",
            any(word.startswith("[Parameter(") and "Mandatory" in word for word in words),
            tuple(part.strip(" '") for part in choices[0][13:-2].split(",")) if choices else (),
        )
    head = _text(block) if block else ""
    return Script(name, parameters, "[CmdletBinding(SupportsShouldProcess)]" in text[: text.find(head) + len(head)])


def known() -> Mapping[str, Script]:
    """Every script of the roles by its name."""
    return {name: read(name, text) for name, text in _texts()}


def _texts() -> Iterator[tuple[str, str]]:
    roles = Path(roles_dir())
    for file in sorted(roles.glob("*/files/**/*.ps1")):
        yield f"{file.relative_to(roles).parts[0]}/{file.name}", file.read_text("utf-8")


@cache
def find(text: str) -> Script | None:
    """The script with this text; None where no role has it. It alone is parsed: each task asks in a new process."""
    wanted = _plain(text)
    return next((read(name, one) for name, one in _texts() if _plain(one) == wanted), None)


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def faults(script: Script, given: Mapping[str, Any], secret: frozenset[str]) -> Iterator[str]:
    """What of these parameters the script does not take. `secret` are those that come as SecureString."""
    lower = {name.lower(): one for name, one in script.parameters.items()}
    for name, value in given.items():
        one = lower.get(name.lower())
        if one is None:
            yield f"{script.name} has no parameter {name}"
        elif (one.kind.lower() == "securestring") != (name in secret):
            yield f"{script.name}: {name} is a secret on one side only ([{one.kind}])"
        elif value is not None and name not in secret and not _fits(one.kind.lower(), value):
            yield f"{script.name}: {name} is {value!r}, not [{one.kind}]"
        elif one.choices and str(value) not in one.choices:
            yield f"{script.name}: {name} is {value!r}, not one of {one.choices}"
    missing = {one.name for one in script.parameters.values() if one.mandatory} - {
        script.parameters[key].name for key in script.parameters for name in given if key.lower() == name.lower()
    }
    yield from (f"{script.name}: {name} is mandatory" for name in sorted(missing))


def _fits(kind: str, value: Any) -> bool:
    if kind.endswith("[]"):
        return isinstance(value, list) and all(_fits(kind[:-2], one) for one in value)
    wanted: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "int": int,
        "bool": bool,
        "hashtable": dict,
        "system.collections.idictionary": dict,
        "object": object,
    }
    return isinstance(value, wanted[kind]) and not (kind == "int" and isinstance(value, bool))
