"""Reads YAML as it was written: every key with its line, what is encrypted, what is there twice.

Ansible answers with values only, and the last of two equal keys silently wins there. This reading keeps the
places, so that a fault can name its line; scalars are understood as YAML 1.1, as Ansible does (`22:00` is a
number there, `yes` a boolean), and kept as written too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from provision.i18n import _
from provision.inventory.faults import Fault, shown

VAULT_HEADER = b"$ANSIBLE_VAULT;"
VAULTED = "__ansible_vault"  # ansible-inventory's own mark for an encrypted value

Path_ = tuple["str | int", ...]


@dataclass(frozen=True)
class Node:
    """A value with its place; `items`: (key, line, node) of a mapping, (index, line, node) of a sequence."""

    line: int
    kind: str  # map, seq, scalar
    value: Any = None  # a scalar's value
    text: str = ""  # a scalar as written
    quoted: bool = False
    vaulted: bool = False
    items: tuple[tuple[str | int, int, Node], ...] = ()

    def get(self, key: str | int) -> Node | None:
        """The node under `key`: the last one where a key is there twice, as in Ansible."""
        found = [node for name, _line, node in self.items if name == key]
        return found[-1] if found else None

    def line_of(self, path: Path_) -> int:
        """The line of the deepest part of `path` that exists."""
        line, node = self.line, self
        for part in path:
            hit = [(at, below) for name, at, below in node.items if name == part]
            if not hit:
                break
            line, node = hit[-1]
        return line

    def at(self, path: Path_) -> Node | None:
        """The node at `path`, or None."""
        node: Node | None = self
        for part in path:
            if node is None:
                return None
            node = node.get(part)
        return node

    def plain(self) -> Any:
        """The value without places; an encrypted one as {"__ansible_vault": …}, a date as text."""
        if self.vaulted:
            return {VAULTED: self.text}
        if self.kind == "map":
            return {str(key): node.plain() for key, _line, node in self.items}
        if self.kind == "seq":
            return [node.plain() for _key, _line, node in self.items]
        return self.value.isoformat() if isinstance(self.value, date) else self.value

    def scalars(self, path: Path_ = ()) -> Iterator[tuple[Path_, Node]]:
        """Every scalar below, with its path."""
        if self.kind == "scalar":
            yield path, self
        for key, _line, node in self.items:
            yield from node.scalars((*path, key))


@dataclass(frozen=True)
class RawFile:
    """One YAML file; `root` is None for an empty, encrypted or unreadable one."""

    path: Path
    root: Node | None
    vaulted: bool = False
    faults: tuple[Fault, ...] = ()


def dotted(path: Path_) -> str:
    """`("backbone_ports", 0, "port")` as `backbone_ports[0].port`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _scalar(node: ScalarNode) -> Any:
    maker = SafeConstructor()
    tag = str(node.tag)
    try:
        if tag.endswith(":int"):
            # YAML 1.1 counts 22:00 in sixties; kept as the number that Ansible will see.
            if ":" in node.value:
                total = 0
                for part in node.value.split(":"):
                    total = total * 60 + int(part)
                return total
            return int(node.value.replace("_", ""), 8 if _is_octal(node.value) else 0)
        if tag.endswith(":float"):
            return float(node.value.replace("_", ""))
        if tag.endswith(":bool"):
            # A lone y or n is text to Ansible.
            return node.value if len(node.value) == 1 else node.value.lower() in ("yes", "true", "on")
        if tag.endswith(":null"):
            return None
        if tag.endswith(":timestamp"):
            made = maker.construct_yaml_timestamp(node)
            return made if type(made) is date else node.value
    except (ValueError, YAMLError):
        return node.value
    return node.value


def _is_octal(text: str) -> bool:
    return len(text) > 1 and text[0] == "0" and text.replace("_", "").isdigit()


def _merged(node: MappingNode) -> list[tuple[Any, Any]]:
    """A mapping's pairs with `<<` unfolded: own keys come last, so that they win."""
    own: list[tuple[Any, Any]] = []
    base: list[tuple[Any, Any]] = []
    for key, value in node.value:
        if isinstance(key, ScalarNode) and str(key.tag).endswith(":merge"):
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                if isinstance(source, MappingNode):
                    base.extend(_merged(source))
        else:
            own.append((key, value))
    names = {key.value for key, _value in own if isinstance(key, ScalarNode)}
    return [pair for pair in base if pair[0].value not in names] + own


class _Reader:
    def __init__(self, path: Path) -> None:
        self.file = shown(path)
        self.faults: list[Fault] = []

    def node(self, given: Any, path: Path_ = ()) -> Node:
        line = int(given.start_mark.line) + 1
        if isinstance(given, MappingNode):
            self._twice(given, path)
            items = tuple(
                (str(key.value), int(key.start_mark.line) + 1, self.node(value, (*path, str(key.value))))
                for key, value in _merged(given)
                if isinstance(key, ScalarNode)
            )
            return Node(line, "map", items=items)
        if isinstance(given, SequenceNode):
            return Node(
                line,
                "seq",
                items=tuple(
                    (index, int(one.start_mark.line) + 1, self.node(one, (*path, index)))
                    for index, one in enumerate(given.value)
                ),
            )
        if str(given.tag) in ("!vault", "!vault-encrypted"):
            return Node(line, "scalar", value=None, text=given.value, vaulted=True)
        return Node(line, "scalar", value=_scalar(given), text=given.value, quoted=bool(given.style))

    def _twice(self, given: MappingNode, path: Path_) -> None:
        seen: dict[str, int] = {}
        for key, _value in given.value:
            if not isinstance(key, ScalarNode):
                continue
            line = int(key.start_mark.line) + 1
            if key.value in seen:
                self.faults.append(
                    Fault(
                        self.file,
                        line,
                        dotted((*path, key.value)),
                        _("the key is there twice; the first is on line {line}").format(line=seen[key.value]),
                        _("keep one of the two"),
                    )
                )
            seen.setdefault(key.value, line)


def read(path: Path) -> RawFile:
    """Read one YAML file; never raises for its content, the faults come with the result."""
    file = shown(path)
    try:
        content = path.read_bytes()
    except OSError as fault:
        return RawFile(
            path,
            None,
            faults=(Fault(file, 0, "", _("cannot be read: {why}").format(why=fault.strerror)),),
        )
    if content.startswith(VAULT_HEADER):
        return RawFile(path, None, vaulted=True)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        return RawFile(path, None, faults=(Fault(file, line, "", _("is not UTF-8 text"), _("save it as UTF-8")),))
    return read_text(path, text)


def read_text(path: Path, text: str) -> RawFile:
    """As `read`, of a text that is not in the file yet; `path` only names it."""
    file = shown(path)
    parser = YAML(typ="rt", pure=True)
    parser.version = (1, 1)
    try:
        composed = parser.compose(io.StringIO(text))
        if composed is None:
            return RawFile(path, None)
        reader = _Reader(path)
        root = reader.node(composed)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = int(mark.line) + 1 if mark else 0
        return RawFile(
            path,
            None,
            faults=(
                Fault(
                    file,
                    line,
                    "",
                    _("is not valid YAML: {problem}").format(problem=fault.problem or fault.context or "?"),
                    _("look at the indentation, colons and quotes of this line and the one before"),
                ),
            ),
        )
    except (YAMLError, RecursionError) as fault:
        why = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        return RawFile(path, None, faults=(Fault(file, 0, "", _("is not valid YAML: {problem}").format(problem=why)),))
    return RawFile(path, root, faults=tuple(reader.faults))
