"""The text of a paper: lines with a mark, as blocks. Both DOCX and PDF are made from these.

`@ ` title, `@@ ` line below it, `= ` heading, `> ` at the right, `: name : value` a line of a list of facts, `- ` a
point, `a. ` or `1. ` a numbered point, `| … | …` a row of a table (`|! ` its heading; `%20` ends a cell of a
column as wide as 20 of 100), `& … | …` a row of signatures
(`&& ` room for the pen), `--` a rule; all else is a paragraph, each line a line. `{{ name }}` is filled in; `{% … %}`
on a line of its own repeats what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal[
    "title", "subtitle", "heading", "right", "facts", "point", "numbered", "table", "sign", "rule", "text", "tag"
]
_TAG = re.compile(r"\{%.*%\}")
_NUMBERED = re.compile(r"([a-z]|\d{1,2})\.\s+(.*)")
_MARKS: tuple[tuple[str, Kind], ...] = (
    ("@@ ", "subtitle"),
    ("@ ", "title"),
    ("= ", "heading"),
    ("> ", "right"),
    (": ", "facts"),
    ("- ", "point"),
    ("|", "table"),
    ("&", "sign"),
    ("--", "rule"),
)


@dataclass(frozen=True)
class Row:
    """A row of a table or of signatures. `role`: head, body, gap (room for a signature) or tag (one cell)."""

    cells: tuple[str, ...]
    role: Literal["head", "body", "gap", "tag"] = "body"
    widths: tuple[int, ...] = ()  # of the columns, a heading's only


@dataclass(frozen=True)
class Block:
    """A part of a paper. `text` for what is running text, `rows` for facts, tables and signatures."""

    kind: Kind
    text: str = ""
    rows: tuple[Row, ...] = ()
    number: str = ""


def _kind(line: str) -> Kind:
    if _TAG.fullmatch(line):
        return "tag"
    if _NUMBERED.fullmatch(line):
        return "numbered"
    return next((kind for mark, kind in _MARKS if line.startswith(mark)), "text")


def _row(kind: Kind, line: str) -> Row:
    if _TAG.fullmatch(line):
        return Row((line,), "tag")
    if kind == "facts":
        name, _colon, value = line[2:].partition(" : ")
        return Row((name.strip(), value.strip()))
    if kind == "sign" and line.startswith("&&"):
        return Row(("", ""), "gap")
    body = line.lstrip("|&!")
    cells = [cell.strip() for cell in body.split("|")]
    if not line.startswith("|!"):
        return Row(tuple(cells))
    parted = [cell.rpartition(" %") for cell in cells]
    return Row(tuple(name for name, _mark, _width in parted), "head", tuple(int(width) for *_name, width in parted))


def _grouped(lines: list[str]) -> list[tuple[Kind, list[str]]]:
    """Lines that belong together; a tag between rows of a table is one of its rows."""
    kinds: list[Kind] = [_kind(line) if line else "text" for line in lines]
    for at in range(1, len(lines)):
        if kinds[at] == "tag" and kinds[at - 1] == "table":
            kinds[at] = "table"
    numbered = zip(kinds, lines, strict=True)
    return [(kind, [line for _kind_, line in some]) for kind, some in groupby(numbered, key=lambda one: one[0])]


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a paper's text."""
    blocks: list[Block] = []
    for kind, lines in _grouped([line.strip() for line in text.splitlines()]):
        if kind in ("table", "sign", "facts"):
            blocks.append(Block(kind, rows=tuple(_row(kind, line) for line in lines)))
        elif kind == "text":
            paragraphs = "\n".join(lines).split("\n\n")
            blocks += [Block("text", one.strip()) for one in paragraphs if one.strip()]
        elif kind == "numbered":
            found = [_NUMBERED.fullmatch(line) for line in lines]
            blocks += [Block(kind, one[2], number=one[1] + ".") for one in found if one]
        elif kind in ("tag", "rule"):
            blocks += [Block(kind, line) for line in lines]
        else:
            mark = next(mark for mark, one in _MARKS if one == kind)
            blocks += [Block(kind, line.removeprefix(mark).strip()) for line in lines]
    return tuple(blocks)
