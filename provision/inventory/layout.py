"""Who is in an inventory and where each variable of a server is written: groups, group_vars, host_vars.

Follows Ansible's precedence for one inventory file: variables of groups inside the file, group_vars/all,
group_vars of the other groups (parents before children, then by name), variables of the host inside the file,
host_vars. It serves to name files and lines, and stands in for the values while a broken file keeps Ansible
from giving them. Known limit: `ansible_group_priority` is not looked at.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provision.i18n import _
from provision.inventory import raw
from provision.inventory.faults import Fault, shown

_SUFFIXES = ("", ".yml", ".yaml", ".json")


@dataclass(frozen=True)
class Definition:
    """One place where a variable is given to a host or a group."""

    name: str
    file: Path
    line: int
    node: raw.Node


@dataclass
class Group:
    """A group as the inventory file gives it."""

    hosts: dict[str, int] = field(default_factory=dict)  # name -> line
    children: set[str] = field(default_factory=set)
    line: int = 0


@dataclass
class Layout:
    """The inventory as written. `hosts` maps each server to the line of its first mention."""

    path: Path
    hosts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    inline_group: dict[str, list[Definition]] = field(default_factory=dict)
    inline_host: dict[str, list[Definition]] = field(default_factory=dict)
    group_files: dict[str, list[raw.RawFile]] = field(default_factory=dict)
    host_files: dict[str, list[raw.RawFile]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def files(self) -> Iterator[raw.RawFile]:
        """Every variable file that was read."""
        for files in (*self.group_files.values(), *self.host_files.values()):
            yield from files

    def members(self, group: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """The servers of a group and of the groups below it."""
        if group == "all":
            return set(self.hosts)
        if group in seen or group not in self.groups:
            return set()
        below = [self.members(child, seen | {group}) for child in self.groups[group].children]
        return set(self.groups[group].hosts).union(*below)

    def _depth(self, group: str, seen: frozenset[str] = frozenset()) -> int:
        if group == "all" or group in seen:
            return 0
        parents = [name for name, one in self.groups.items() if group in one.children and name != "all"]
        return 1 + max((self._depth(parent, seen | {group}) for parent in parents), default=0)

    def groups_of(self, host: str) -> list[str]:
        """The groups that a server is in, parents before children; `all` first."""
        names = [name for name in self.groups if name != "all" and host in self.members(name)]
        return ["all", *sorted(names, key=lambda name: (self._depth(name), name))]

    def layers(self, host: str) -> Iterator[Definition | Path]:
        """Every place that gives the server a variable, weakest first; an encrypted file as its path."""
        groups = self.groups_of(host)
        for group in groups:
            yield from self.inline_group.get(group, [])
        for group in groups:
            yield from _of_files(self.group_files.get(group, []))
        yield from self.inline_host.get(host, [])
        yield from _of_files(self.host_files.get(host, []))

    def definitions(self, host: str) -> list[Definition]:
        """Every readable place that gives the server a variable, weakest first."""
        return [one for one in self.layers(host) if isinstance(one, Definition)]

    def all_definitions(self) -> Iterator[Definition]:
        """Every place, once, whomever it serves."""
        for inline in (*self.inline_group.values(), *self.inline_host.values()):
            yield from inline
        yield from (one for one in _of_files(self.files()) if isinstance(one, Definition))

    def vaulted_files(self, host: str) -> list[Path]:
        """The encrypted files that give the server variables."""
        return [one for one in self.layers(host) if isinstance(one, Path)]

    def values(self, host: str) -> dict[str, Any]:
        """The server's variables as far as they can be read without Ansible and without a vault password."""
        return {one.name: one.node.plain() for one in self.definitions(host)}


def _of_files(files: Iterable[raw.RawFile]) -> Iterator[Definition | Path]:
    for one in files:
        if one.vaulted:
            yield one.path
        elif one.root is not None and one.root.kind == "map":
            for key, line, node in one.root.items:
                yield Definition(str(key), one.path, line, node)


def _variable_files(folder: Path, name: str) -> list[Path]:
    found: list[Path] = []
    for suffix in _SUFFIXES:
        candidate = folder / f"{name}{suffix}"
        if candidate.is_dir():
            found += sorted(
                below
                for below in candidate.rglob("*")
                if below.is_file()
                and below.suffix in _SUFFIXES
                and not any(part.startswith(".") or part.endswith("~") for part in below.relative_to(candidate).parts)
            )
        elif candidate.is_file():
            found.append(candidate)
    return found


def read(path: Path) -> Layout:
    """Read an inventory file and the group_vars and host_vars beside it; faults are in the result."""
    layout = Layout(path)
    top = raw.read(path)
    layout.faults += top.faults
    if top.vaulted:
        layout.faults.append(
            Fault(
                shown(path),
                0,
                "",
                _("the inventory file itself is encrypted"),
                _("encrypt only secrets: keep them in group_vars/all/vault.yml"),
            )
        )
    if top.root is not None:
        _read_groups(layout, top.root)
    _read_folder(layout, path.parent / "group_vars", {"all", *layout.groups}, layout.group_files)
    _read_folder(layout, path.parent / "host_vars", set(layout.hosts), layout.host_files)
    return layout


def _read_groups(layout: Layout, root: raw.Node) -> None:
    file = shown(layout.path)
    if root.kind != "map":
        layout.faults.append(
            Fault(
                file,
                root.line,
                "",
                _("the inventory is not a mapping of groups"),
                _("start it with: all: {hosts: {…}}"),
            )
        )
        return
    for name, line, node in root.items:
        _read_group(layout, str(name), line, node)


def _read_group(layout: Layout, name: str, line: int, node: raw.Node) -> None:
    file = shown(layout.path)
    group = layout.groups.setdefault(name, Group(line=line))
    if node.kind == "scalar" and node.value is None and not node.vaulted:
        return
    if node.kind != "map":
        layout.faults.append(
            Fault(file, line, name, _("a group is a mapping"), _("write hosts:, children: and vars: below it"))
        )
        return
    for key, at, below in node.items:
        empty = below.kind == "scalar" and below.value is None
        if key not in ("hosts", "children", "vars"):
            near = difflib.get_close_matches(str(key), ("hosts", "children", "vars"), 1)
            layout.faults.append(
                Fault(
                    file,
                    at,
                    f"{name}.{key}",
                    _("a group has no such part"),
                    _("write {name}").format(name=near[0] if near else "hosts, children, vars"),
                )
            )
        elif not empty and below.kind != "map":
            layout.faults.append(
                Fault(
                    file,
                    at,
                    f"{name}.{key}",
                    _("a mapping is expected here, one name a line, each with a colon"),
                    _("write `name:` instead of `- name`"),
                )
            )
        elif key == "vars":
            layout.inline_group.setdefault(name, []).extend(
                Definition(str(variable), layout.path, where, value) for variable, where, value in below.items
            )
        elif key == "children":
            for child, where, value in below.items:
                group.children.add(str(child))
                _read_group(layout, str(child), where, value)
        else:
            for host, where, value in below.items:
                _read_host(layout, group, str(host), where, value)


def _read_host(layout: Layout, group: Group, host: str, line: int, node: raw.Node) -> None:
    file = shown(layout.path)
    group.hosts.setdefault(host, line)
    layout.hosts.setdefault(host, line)
    if "[" in host:
        layout.faults.append(
            Fault(
                file,
                line,
                host,
                _("a range of names cannot be one server"),
                _("write each server on its own, with its own address and region"),
            )
        )
    if node.kind == "map":
        layout.inline_host.setdefault(host, []).extend(
            Definition(str(variable), layout.path, where, value) for variable, where, value in node.items
        )
    elif node.value is not None:
        layout.faults.append(
            Fault(file, line, host, _("a server's variables are a mapping"), _("write `variable: value` below"))
        )


def _read_folder(layout: Layout, folder: Path, names: set[str], into: dict[str, list[raw.RawFile]]) -> None:
    if not folder.is_dir():
        return
    for name in sorted(names):
        files = [raw.read(path) for path in _variable_files(folder, name)]
        if files:
            into[name] = files
        for one in files:
            layout.faults += one.faults
            if one.root is not None and one.root.kind != "map":
                layout.faults.append(
                    Fault(
                        shown(one.path),
                        one.root.line,
                        "",
                        _("a file of variables is a mapping"),
                        _("write `variable: value` on each line"),
                    )
                )
    for entry in sorted(folder.iterdir()):
        name = entry.name if entry.is_dir() else entry.name.removesuffix(entry.suffix)
        if entry.name.startswith(".") or entry.name.endswith("~") or name in names or not layout.hosts:
            continue
        near = difflib.get_close_matches(name, sorted(names), 1)
        layout.faults.append(
            Fault(
                shown(entry),
                0,
                "",
                _("nobody in the inventory is called {name}, so Ansible ignores this file").format(name=name),
                _("rename it to {name}").format(name=near[0]) if near else _("rename or remove it"),
            )
        )
