"""A paper as a page of HTML, for the PDF; self-contained, A4."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from provision import paths
from provision.onboard.papers.facts import HOLE
from provision.onboard.papers.text import Block, Row


def _cells(row: Row, name: str) -> str:
    return "".join(f"<{name}>{_escaped(cell)}</{name}>" for cell in row.cells)


def _escaped(text: str) -> str:
    """The paper's own words as HTML; what stands in {{ }} and {% %} is left for Jinja."""
    parts = re.split(r"(\{\{.*?\}\}|\{%.*?%\})", text)
    return "".join(part if part.startswith("{") else html.escape(part, quote=False) for part in parts)


def _rows(rows: Sequence[Row]) -> str:
    made = []
    for row in rows:
        if row.role == "tag":
            made.append(row.cells[0])
        elif row.role == "gap":
            made.append('<tr class="gap"><td></td><td></td></tr>')
        elif len(row.cells) == 1:
            made.append(f'<tr><td colspan="2">{_escaped(row.cells[0])}</td></tr>')
        else:
            made.append(f"<tr>{_cells(row, 'td')}</tr>")
    return "".join(made)


def _facts(rows: Sequence[Row]) -> str:
    return "".join(
        f"<tr><td>{_escaped(name)}</td><td>:</td><td>{_escaped(value)}</td></tr>" for name, value in _two(rows)
    )


def _two(rows: Sequence[Row]) -> list[tuple[str, str]]:
    return [(row.cells[0], row.cells[1]) for row in rows]


def _block(block: Block, following: str) -> str:
    """A block as HTML; what leads over to the next one is not parted from it by the end of a page."""
    text = _escaped(block.text).replace("\n", "<br>")
    match block.kind:
        case "title":
            return f"<h1>{text}</h1>"
        case "subtitle":
            return f'<p class="sub">{text}</p>'
        case "heading":
            numbered = re.match(r"\d", block.text)
            return f"<h2{'' if numbered else ' class=mid'}>{text}</h2>"
        case "right":
            return f'<p class="right">{text}</p>'
        case "point" | "numbered":
            return (
                f'<div class="item"><span class="no">{block.number or "–"}</span><span class="tx">{text}</span></div>'
            )
        case "facts":
            return f'<table class="facts">{_facts(block.rows)}</table>'
        case "sign":
            return f'<table class="sign">{_rows(block.rows)}</table>'
        case "table":
            head = "".join(f"<tr>{_cells(row, 'th')}</tr>" for row in block.rows if row.role == "head")
            widths = "".join(f'<col style="width: {width}%">' for width in block.rows[0].widths)
            return (
                f'<table class="grid"><colgroup>{widths}</colgroup><thead>{head}</thead>'
                f"<tbody>{_rows([row for row in block.rows if row.role != 'head'])}</tbody></table>"
            )
        case "rule":
            return "<hr>"
        case "tag":
            return block.text
        case _:
            leads = following == "sign" or block.text.endswith(":")
            return f"<p{' class=last' if leads else ''}>{text}</p>"


def page(title: str, blocks: Sequence[Block], values: Mapping[str, Any]) -> str:
    """The page of a paper, filled in; what is still to be written by hand is marked."""
    following = [*(block.kind for block in blocks[1:]), ""]
    source = "".join(_block(block, after) for block, after in zip(blocks, following, strict=True))
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    body = environment.from_string(source).render(values)
    body = HOLE.sub(lambda found: f"<mark>{found[0]}</mark>", body)
    style = (paths.templates_dir() / "papers" / "paper.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )
