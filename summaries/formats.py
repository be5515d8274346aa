"""Content as a web page, a printed page, a workbook and an official paper. None of them decides what is said."""

from __future__ import annotations

import io
import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.text import NUMERALS
from spreadsheet import row_height, storable
from summaries import official
from summaries.content import Content, Link, Section, StateWord, Table, Value
from summaries.official import Grid, Paper, Part

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_LINK = 2_079  # characters of an address that a spreadsheet follows
MOST_ROWS = 200  # of a table in a circular; what is longer is named and stands in the workbook
# The same in print and on a page, which are set as a whole: 20,000 rows took 3.2 GB, and nobody turns so many pages.
MOST_PRINTED = 5_000


def as_html(content: Content) -> str:
    """One self-contained page: no script, nothing loaded from elsewhere, printable, readable on a phone."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["numeral"] = lambda number: NUMERALS[number - 1]
    environment.filters["first"] = lambda table: _first(table, MOST_PRINTED)
    environment.filters["drawing"] = Markup  # our own drawings, whose text charts.py has escaped
    return environment.get_template("summary.html").render(content=content)


def as_pdf(content: Content) -> bytes:
    """A4 for print (PDF 1.7): Chinese type embedded, page numbers, heads repeated, tagged for reading aloud; the long tables
    come last, on pages on their side. The same content gives the same bytes: no system font is used and no time is
    written."""
    annexes = [one for one in content.sections if all(isinstance(each, Table) and each.annex for each in one.blocks)]
    upright = [one for one in content.sections if one not in annexes] + [Section("说明", content.notes)]
    titled = [(f"{numeral}、{one.title}", one) for numeral, one in zip(NUMERALS, upright, strict=False)]
    titled += [(f"附：{one.title}", one) for one in annexes]
    sections = [
        {
            "title": title,
            "blocks": [_printed(block, section.title) for block in section.blocks],
            "turned": section in annexes,
        }
        for title, section in titled
    ]
    data = {"title": content.title, "made": content.made, "cards": content.cards, "sections": sections}
    template = (TEMPLATES / "summary.typ").read_bytes()
    compiler = typst.Compiler(  # type: ignore[misc]
        template,
        font_paths=[str(files("pylopdf_fonts_zh_cn"))],
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(data, ensure_ascii=False)},
    )
    out = compiler.compile(format="pdf", timestamp=0)
    assert isinstance(out, bytes)
    return out


def _printed(block: Any, title: str) -> Any:
    if isinstance(block, str):
        return block
    if not isinstance(block, Table):
        return {"svg": block.svg, "caption": block.caption}
    heads = [{"text": head.text, "width": head.width, "kind": head.kind} for head in block.heads]
    rows = [[_print(value) for value in row] for row in _first(block, MOST_PRINTED)]
    name = "" if block.name == title else block.name  # what the heading says is not said again
    return {"name": name, "heads": heads, "rows": rows}


def _first(table: Table, most: int) -> tuple[tuple[Value, ...], ...]:
    """So many rows of a table, and one that says how many more the workbook has."""
    if len(table.rows) <= most:
        return table.rows
    return (*table.rows[:most], (f"其余{len(table.rows) - most}行见电子表格", *[""] * (len(table.heads) - 1)))


def _print(value: Value) -> object:
    if isinstance(value, Link):
        return {"text": value.text, "web": value.web}
    if isinstance(value, StateWord):
        return {"text": value.text, "key": value.key}
    return value.isoformat() if isinstance(value, date) else value


def as_xlsx(content: Content) -> bytes:
    """A sheet a table, the chief figures and notes first: heads frozen and repeated in print, filters, real numbers and
    dates, links that a click follows. Nothing in it runs as a formula."""
    book = openpyxl.Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "概况"
    rows: list[tuple[object, ...]] = [(content.title,), (content.made,), (), *((n, c) for n, c, _ in content.cards), ()]
    for row in (*rows, *((note,) for note in content.notes)):
        first.append([storable(value) for value in row])
    first["A1"].font = Font(bold=True, size=15)
    for column, width in zip("ABCD", (24, 12, 24, 24), strict=True):
        first.column_dimensions[column].width = width
    for number in (1, 2, *range(first.max_row - len(content.notes) + 1, first.max_row + 1)):
        first.merge_cells(start_row=number, start_column=1, end_row=number, end_column=4)
        first.cell(number, 1).alignment = Alignment(vertical="top", wrap_text=True)
        first.row_dimensions[number].height = row_height([first.cell(number, 1).value], [84]) * (
            1.4 if number == 1 else 1
        )
    first.sheet_properties.pageSetUpPr, first.page_setup.fitToHeight = PageSetupProperties(fitToPage=True), 0
    for section in content.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                _sheet(book.create_sheet(block.name[:31]), block)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(page: Worksheet, table: Table) -> None:
    page.append([head.text for head in table.heads])
    widths = [max(head.width, 2 * len(head.text) + 2) for head in table.heads]
    for column, width in enumerate(widths, 1):
        cell = page.cell(1, column)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1D4E79")
        cell.alignment = Alignment("center", "center", wrap_text=True)
        page.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(table.rows, 2):  # the sheet's own max_row counts all its cells anew each time
        texts = [storable(value.text if isinstance(value, Link | StateWord) else value) for value in row]
        page.append(texts)
        page.row_dimensions[number].height = row_height(texts, widths)
        for column, value in enumerate(row, 1):
            cell = page.cell(number, column)
            assert isinstance(cell, Cell)
            _finish(cell, value)
    page.freeze_panes = "B2"
    page.auto_filter.ref = page.dimensions
    page.page_setup.orientation, page.page_setup.paperSize, page.page_setup.fitToHeight = "landscape", 9, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"


def _finish(cell: Cell, value: Value) -> None:
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, int):
        cell.number_format = "#,##0"
    elif isinstance(value, Link) and value.web and len(value.web) <= LONGEST_LINK:
        cell.hyperlink, cell.style = value.web, "Hyperlink"


def as_docx(content: Content, signed: str, dated: str, reply_by: str = "") -> bytes:
    """A circular (通报) in the official layout: the sections' text and tables, the long ones as annexes, no drawings; what
    it asks for, by which day (in Chinese; a blank is left for the office where none is given)."""
    parts: list[Part | Grid] = [Part(f"{content.made}。")]
    annexes: list[Table] = []
    shown = 0
    for section in content.sections:
        annexes += [one for one in section.blocks if isinstance(one, Table) and one.annex and not one.inside]
        inline = [
            block
            for block in section.blocks
            if isinstance(block, str) or (isinstance(block, Table) and not block.annex)
        ]
        if inline:
            parts.append(Part(f"{NUMERALS[shown]}、{section.title}", "head"))
            parts += [Part(block) if isinstance(block, str) else _grid(block) for block in inline]
            shown += 1
    if content.requirements:
        parts.append(Part(f"{NUMERALS[shown]}、工作要求", "head"))
        answer = f"请有关单位于{reply_by or '（日期）'}前反馈处理情况，并写明回复人、电话和邮箱。"
        parts += [Part(text) for text in (*content.requirements, answer)]
        shown += 1
    parts.append(Part(f"{NUMERALS[shown]}、说明", "head"))
    parts += [Part(note) for note in content.notes]
    paper = Paper(content.circular, "", tuple(parts), signed, dated, annexes=tuple((t.name, _grid(t)) for t in annexes))
    return official.as_docx(paper)


def _grid(table: Table) -> Grid:
    shown = [n for n, head in enumerate(table.heads) if head.kind != "code"]
    heads = [table.heads[n] for n in shown]
    rows = tuple(tuple(_text(row[n]) for n in shown) for row in _first(table, MOST_ROWS))
    numbers = frozenset(n for n, head in enumerate(heads) if head.kind == "number")
    return Grid(tuple(head.text for head in heads), rows, tuple(head.width for head in heads), numbers)


def _text(value: Value) -> str:
    if isinstance(value, Link | StateWord):
        return value.text
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
