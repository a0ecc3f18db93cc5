"""A paper as DOCX: a template made from its text (python-docx), filled in by docxtpl; a region's own template likewise.

What the program makes from the text is the very template that a region gets to change: placeholders are Jinja's,
`{%p … %}` and `{%tr … %}` repeat a paragraph or a row, as docxtpl has it.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import jinja2
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.run import Run
from docxtpl import DocxTemplate

from provision.errors import UsageError
from provision.i18n import _
from provision.inventory.explain import nearest
from provision.inventory.faults import shown
from provision.onboard.papers.facts import HOLE
from provision.onboard.papers.text import Block, Row

FONT = "Arial"
_MIDDLE, _RIGHT, _BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
_WIDTH = 16.0  # cm between the margins of A4


def _empty() -> Any:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2), Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(10.5)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.1
    document.core_properties.author, document.core_properties.comments = "Backbone Daerah", ""
    return document


def _paragraph(
    place: Any, text: str, *, align: Any = None, bold: bool = False, after: float = 6, size: float = 0
) -> Any:
    made = place.add_paragraph()
    made.alignment = align
    made.paragraph_format.space_after = Pt(after)
    for at, line in enumerate(text.split("\n")):
        run = made.add_run(line)
        run.bold = bold or None
        if size:
            run.font.size = Pt(size)
        if at < text.count("\n"):
            run.add_break()
    return made


def _spacer(place: Any) -> None:
    """The paragraph that must follow a table, half a line tall."""
    made = _paragraph(place, "", after=0)
    made.paragraph_format.line_spacing = Pt(7)


def _in_cell(cell: Any, text: str, *, align: Any = None, bold: bool = False, size: float = 0) -> None:
    made = cell.paragraphs[0]
    made.alignment, made.paragraph_format.space_after = align, Pt(1)
    run = made.add_run(text)
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)


def _widths(table: Any, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _grid(document: Any, rows: Sequence[Row]) -> None:
    widths = [_WIDTH * one / sum(rows[0].widths) for one in rows[0].widths]
    table = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row in rows:
        line = table.add_row()
        properties = line._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if row.role == "tag":
            _in_cell(line.cells[0], row.cells[0].replace("{%", "{%tr", 1))
            continue
        if row.role == "head":
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text in zip(line.cells, row.cells, strict=False):
            _in_cell(cell, text, bold=row.role == "head", size=9.5)
            if row.role == "head":
                shade = OxmlElement("w:shd")
                shade.set(qn("w:val"), "clear")
                shade.set(qn("w:fill"), "EEEEEE")
                cell._tc.get_or_add_tcPr().append(shade)
    _widths(table, widths)
    _spacer(document)


def _facts(document: Any, rows: Sequence[Row]) -> None:
    table = document.add_table(rows=0, cols=3)
    for row in rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, (row.cells[0], ":", row.cells[1]), strict=True):
            _in_cell(cell, text)
    longest = max(len(row.cells[0]) for row in rows)
    name = min(6.0, 1.0 + 0.21 * longest)
    _widths(table, (name, 0.5, _WIDTH - name - 0.5))
    _spacer(document)


def _signatures(document: Any, rows: Sequence[Row]) -> None:
    _paragraph(document, "", after=0).paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=2)
    merged = []
    for row in rows:
        line = table.add_row()
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if row.role == "gap":
            line.height = Cm(1.5)
        if len(row.cells) == 1:
            merged.append(line.cells[0].merge(line.cells[1]))
        for cell, text in zip(line.cells, row.cells, strict=False):
            _in_cell(cell, text, align=_MIDDLE)
            # A signature never stands alone on a page.
            cell.paragraphs[0].paragraph_format.keep_with_next = row is not rows[-1]
    _widths(table, (_WIDTH / 2, _WIDTH / 2))
    for cell in merged:
        cell.width = Cm(_WIDTH)
    _spacer(document)


def _rule(document: Any) -> None:
    made = _paragraph(document, "", after=8)
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    # The schema wants it ahead of what python-docx has put there; Word calls another order a damaged file.
    properties = made._p.get_or_add_pPr()
    later = [one for one in properties if one.tag in (qn("w:spacing"), qn("w:ind"), qn("w:jc"))]
    if later:
        later[0].addprevious(border)
    else:
        properties.append(border)


def _item(document: Any, block: Block) -> None:
    made = _paragraph(document, f"{block.number or '–'}\t{block.text}", align=_BOTH, after=3)
    made.paragraph_format.left_indent, made.paragraph_format.first_line_indent = Cm(0.8), Cm(-0.8)
    made.paragraph_format.tab_stops.add_tab_stop(Cm(0.8))


def template(title: str, blocks: Sequence[Block]) -> bytes:
    """The DOCX template of a paper, its placeholders not filled in."""
    document = _empty()
    document.core_properties.title = title
    for at, block in enumerate(blocks):
        following = blocks[at + 1].kind if at + 1 < len(blocks) else ""
        match block.kind:
            case "title":
                _paragraph(document, block.text, align=_MIDDLE, bold=True, after=0, size=13)
            case "subtitle":
                _paragraph(
                    document, block.text, align=_MIDDLE, after=0 if following in ("title", "subtitle", "rule") else 14
                )
            case "heading":
                numbered = re.match(r"\d", block.text)
                made = _paragraph(document, block.text, align=None if numbered else _MIDDLE, bold=True, after=3)
                made.paragraph_format.keep_with_next = True
                if at and blocks[at - 1].kind != "heading":
                    made.paragraph_format.space_before = Pt(8)
            case "right":
                _paragraph(document, block.text, align=_RIGHT)
            case "point" | "numbered":
                _item(document, block)
            case "facts":
                _facts(document, block.rows)
            case "sign":
                _signatures(document, block.rows)
            case "table":
                _grid(document, block.rows)
            case "rule":
                _rule(document)
            case "tag":
                _paragraph(document, block.text.replace("{%", "{%p", 1))
            case _:
                made = _paragraph(document, block.text, align=None if "\n" in block.text else _BOTH)
                made.paragraph_format.keep_with_next = following == "sign" or block.text.endswith(":")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def fill(source: bytes | Path, values: Mapping[str, Any]) -> bytes:
    """A template filled in; what is still to be written by hand is highlighted.

    UsageError that names every placeholder that there is not, and where Word's markup or Jinja's is broken.
    """
    named = shown(source) if isinstance(source, Path) else ""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    try:
        ready = DocxTemplate(source if isinstance(source, Path) else io.BytesIO(source))
        unknown = sorted(ready.get_undeclared_template_variables(environment) - set(values))
        if unknown:
            raise UsageError(
                _("{file}: there is no such placeholder: {names}").format(file=named, names=", ".join(unknown)),
                repair=_suggestion(unknown, values),
            )
        ready.render(dict(values), environment, autoescape=True)
    except jinja2.TemplateError as fault:
        raise UsageError(
            _("{file}: a placeholder cannot be understood: {why}").format(file=named, why=fault.message),
            repair=_("a placeholder stands in two pairs of braces; `backbone papers --list` names them all"),
        ) from fault
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError, OSError) as fault:
        raise UsageError(
            _("{file} is not a Word document (DOCX)").format(file=named),
            repair=_("open it in Word or LibreOffice and save it as DOCX"),
        ) from fault
    for paragraph in _paragraphs(ready.docx):
        for run in list(paragraph.runs):
            _mark(run)
    out = io.BytesIO()
    ready.save(out)
    return out.getvalue()


def _suggestion(unknown: Sequence[str], values: Mapping[str, Any]) -> str:
    meant = {name: near for name in unknown if (near := nearest(name, values))}
    if not meant:
        return _("`backbone papers --list` names them all")
    return _("did you mean {name}?").format(name=", ".join(meant.values()))


def _paragraphs(part: Any) -> Iterator[Any]:
    yield from part.paragraphs
    for table in part.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from _paragraphs(cell)


def _mark(run: Run) -> None:
    """Highlight the holes in a run, which is cut in pieces for it."""
    pieces = [one for one in HOLE.split(run.text) if one]
    if not any(HOLE.fullmatch(one) for one in pieces):
        return
    if len(pieces) == 1:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        return
    for piece in pieces:
        element = copy.deepcopy(run._r)
        run._r.addprevious(element)
        part = Run(element, run._parent)
        part.text = piece
        part.font.highlight_color = WD_COLOR_INDEX.YELLOW if HOLE.fullmatch(piece) else None
    run._r.getparent().remove(run._r)
