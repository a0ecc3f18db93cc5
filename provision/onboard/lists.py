"""Changes a list that an inventory gives to a server, in the file where a person wrote it, and nothing else there.

Lines are put in or taken out as text, so that comments, quotes and order survive byte for byte; a list that is not
written one entry a line goes through ruamel's round trip instead. Whatever way it went, the result is read again and
must say exactly what was meant; the caller shows the difference before anything is written.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import layout, raw
from provision.inventory.faults import shown

Entry = dict[str, str]
# mapping, sequence, offset: the ways in which people indent.
_INDENTS = ((2, 4, 2), (2, 2, 0), (4, 6, 4), (4, 4, 0), (4, 4, 2))


@dataclass(frozen=True)
class Change:
    """What becomes of one file. `before` is None for a file that is not there yet."""

    file: Path
    before: str | None
    after: str

    def diff(self) -> str:
        """The change as a unified difference, for a person's eye."""
        name = shown(self.file)
        old = (self.before or "").splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, self.after.splitlines(keepends=True), name, name, n=1))

    def write(self) -> None:
        """Write it, all or nothing; the file's mode stays."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        file = self.file.resolve()
        new = file.with_name(f".{file.name}.new")
        new.write_text(self.after, encoding="utf-8")
        if file.exists():
            new.chmod(file.stat().st_mode & 0o7777)
        new.replace(file)

    def undo(self) -> None:
        """Put back what was there."""
        if self.before is None:
            self.file.unlink(missing_ok=True)
        else:
            Change(self.file, self.after, self.before).write()


@dataclass(frozen=True)
class Written:
    """Where a server's list is written, and whom that place serves; no `definition`: nowhere yet."""

    definition: layout.Definition | None
    entries: tuple[Entry, ...]
    serves: frozenset[str]


def written(read: layout.Layout, server: str, name: str, effective: Sequence[Entry]) -> Written:
    """The place whose list `name` the server has; UsageError where it cannot be changed there.

    `effective`: what the server's list says after Ansible has read everything. A list that comes out of an encrypted
    file or a template is not the one that stands in the file, and is left alone.
    """

    def last(host: str) -> layout.Definition | None:
        return next((one for one in reversed(read.definitions(host)) if one.name == name), None)

    found = last(server)
    entries: list[Any] = found.node.plain() or [] if found is not None else []
    if entries != list(effective):
        place = f"{shown(found.file)}:{found.line}" if found else shown(read.path)
        raise UsageError(
            _("{place}: the list {name} of {server} is encrypted or put together by a template").format(
                place=place, name=name, server=server
            ),
            repair=_("write it as a plain list, or change it by hand"),
        )
    if found is None:
        return Written(None, (), frozenset({server}))
    here = (found.file, found.line)
    serves = {host for host in read.hosts if (one := last(host)) is not None and (one.file, one.line) == here}
    return Written(found, tuple(entries), frozenset(serves))


def own_file(folder: Path, server: str, name: str) -> Path:
    """The file for variables of one server: its host_vars file where it has one, else `name` in its host_vars folder.

    Where host_vars has a folder and a file of one name, Ansible reads the folder alone.
    """
    own = folder / "host_vars" / server
    files = [own.with_name(server + ending) for ending in (".yml", ".yaml")]
    return next((file for file in files if file.is_file() and not own.is_dir()), own / name)


def changed(place: Written, name: str, entries: Sequence[Entry]) -> Change:
    """The file of a list with `entries` in place of what it held."""
    if place.definition is None:
        raise ValueError(name)
    file = place.definition.file
    text = file.read_text(encoding="utf-8")
    line = place.definition.line
    for way in (_by_lines, _by_round_trip):
        after = way(text, line, name, place.entries, entries)
        if after is not None and _says(after, line, name) == list(entries):
            return Change(file, text, after)
    raise UsageError(
        _("{place}: the list {name} cannot be changed by a program").format(place=f"{shown(file)}:{line}", name=name),
        repair=_("write it as a plain list, or change it by hand"),
    )


def added_to(file: Path, name: str, entries: Sequence[Entry], header: str) -> Change:
    """A file of variables with a list that it did not hold, at its end."""
    before = file.read_text(encoding="utf-8") if file.is_file() else None
    lines = [f"{name}:", *(line for one in entries for line in _lines(one, "  "))]
    start = f"# {header}\n" if before is None else before.rstrip("\n") + "\n" if before.strip() else before
    return Change(file, before, start + "\n".join(lines) + "\n")


def _lines(entry: Entry, indent: str) -> list[str]:
    """An entry as a block: one key a line, dates and whatever YAML could misread in quotes."""
    plain = re.compile(r"[A-Za-z][A-Za-z0-9._-]*|[A-Za-z0-9+/]{43}=|(\d{1,3}\.){3}\d{1,3}")
    words = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
    shaped = [
        f"{key}: {value if plain.fullmatch(value) and value.lower() not in words else _quoted(value)}"
        for key, value in entry.items()
    ]
    return [f"{indent}{'- ' if at == 0 else '  '}{one}" for at, one in enumerate(shaped)]


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _definition(text: str, line: int, name: str) -> raw.Node | None:
    """The node of the variable `name` whose key stands on `line`."""
    root = raw.read_text(Path(name), text).root

    def find(node: raw.Node) -> raw.Node | None:
        for key, at, below in node.items:
            if key == name and at == line:
                return below
            if (found := find(below)) is not None:
                return found
        return None

    return find(root) if root is not None else None


def _says(text: str, line: int, name: str) -> Any:
    node = _definition(text, line, name)
    return (node.plain() or []) if node is not None else None


def _last_line(node: raw.Node) -> int:
    return max([node.line, *(one.line for _path, one in node.scalars())])


def _by_lines(text: str, line: int, name: str, old: Sequence[Entry], new: Sequence[Entry]) -> str | None:
    """The text with lines put in after the last entry, or with an entry's lines taken out; None where it cannot be."""
    node = _definition(text, line, name)
    lines = text.splitlines(keepends=True)
    if node is None or node.kind != "seq" or not node.items or not lines[-1].endswith("\n"):
        return None
    starts = [at for _index, at, _node in node.items]
    dashes = [re.match(r"( *)- ", lines[at - 1]) for at in starts]
    if not all(dashes) or len(set(starts)) != len(starts):
        return None
    indent = dashes[-1].group(1) if dashes[-1] else ""
    ends = [_last_line(below) for _index, _at, below in node.items]
    if new and list(new[: len(old)]) == list(old):
        fresh = [one + "\n" for entry in new[len(old) :] for one in _lines(entry, indent)]
        return "".join([*lines[: ends[-1]], *fresh, *lines[ends[-1] :]])
    gone = {
        number
        for (index, at, _node), end in zip(node.items, ends, strict=True)
        if old[int(index)] not in new
        for number in range(at, end + 1)
    }
    if not new:
        key = re.fullmatch(rf"( *{name}:)( *#.*)?\n", lines[line - 1])
        if key is None:
            return None
        lines[line - 1] = f"{key.group(1)} []{key.group(2) or ''}\n"
    return "".join(one for number, one in enumerate(lines, 1) if number not in gone)


def _by_round_trip(text: str, line: int, name: str, _old: Sequence[Entry], new: Sequence[Entry]) -> str | None:
    """The text after ruamel's round trip, indented as it is now as far as that can be told."""
    best: tuple[int, str] | None = None
    for mapping, sequence, offset in _INDENTS:
        yaml = YAML()
        yaml.preserve_quotes = True
        yaml.width = 4096
        yaml.explicit_start = bool(re.search(r"^---\s*$", text, re.MULTILINE))
        yaml.indent(mapping=mapping, sequence=sequence, offset=offset)
        content = yaml.load(text)
        same = _dumped(yaml, content)
        holder = _holder(content, line, name)
        if holder is None:
            return None
        kept = holder[name] if isinstance(holder[name], CommentedSeq) else CommentedSeq()
        by_name = {one["name"]: one for one in kept}
        flow = bool(kept) and kept.fa.flow_style()
        made = CommentedSeq([by_name.get(one["name"]) or CommentedMap(_typed(one)) for one in new])
        if flow:
            made.fa.set_flow_style()
        holder[name] = made
        cost = sum(1 for one in difflib.ndiff(text.splitlines(), same.splitlines()) if one[0] in "+-")
        if best is None or cost < best[0]:
            best = (cost, _dumped(yaml, content))
    return best[1] if best else None


def _typed(entry: Entry) -> dict[str, str]:
    return {key: DoubleQuotedScalarString(one) if key == "expires" else one for key, one in entry.items()}


def _dumped(yaml: YAML, content: Any) -> str:
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _holder(content: Any, line: int, name: str) -> Any:
    """The mapping that has the key `name` on `line`."""
    if isinstance(content, CommentedMap):
        if name in content and content.lc.key(name)[0] + 1 == line:
            return content
        below = list(content.values())
    else:
        below = list(content) if isinstance(content, CommentedSeq) else []
    return next((found for one in below if (found := _holder(one, line, name)) is not None), None)
