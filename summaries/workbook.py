"""Described pages to an XLSX file: type, borders, colours, print set-up. Knows nothing of what the pages say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from processes import whole_file
from spreadsheet import save, storable
from summaries.aggregate import Box, Sheet, Style
from summaries.content import Link

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

A4 = 9  # the number of the paper in the file format
SONG, HEI = "宋体", "黑体"
MARKS: dict[str, str] = {"blank": "*", "doubtful": "※"}
LONGEST = 32_767  # characters a cell holds
LONGEST_LINK = 2_079


@dataclass(frozen=True, slots=True)
class _Format:
    font: Font
    alignment: Alignment
    fill: PatternFill | None = None
    border: bool = True


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


def _centred() -> Alignment:
    return Alignment("center", "center", wrap_text=True)


def _left() -> Alignment:
    return Alignment("left", "center", wrap_text=True)


FORMATS: dict[Style, _Format] = {
    "title": _Format(Font(HEI, 16), _centred(), border=False),
    "complete": _Format(Font(SONG, 11, bold=True, color="1B5E20"), _left(), border=False),
    "incomplete": _Format(Font(SONG, 11, bold=True, color="B71C1C"), _left(), border=False),
    "note": _Format(Font(SONG, 9, color="546E7A"), _left(), border=False),
    "head": _Format(Font(HEI, 10.5), _centred(), _fill("E8EEF4")),
    "item": _Format(Font(HEI, 10.5), _centred(), _fill("F4F6F8")),
    "group": _Format(Font(SONG, 10.5), _centred()),
    "label": _Format(Font(SONG, 10.5), _left()),
    "figure": _Format(Font(SONG, 10.5), Alignment("center", "center")),
    "blank": _Format(Font(SONG, 10.5), Alignment("center", "center"), _fill("FFF8D6")),
    "doubtful": _Format(Font(SONG, 10.5, color="8A3B00"), Alignment("center", "center"), _fill("FFD9B3")),
    "text": _Format(Font(SONG, 10), _left()),
    "address": _Format(Font(SONG, 9, color="1D4E79"), Alignment("left", "center")),
    "lack": _Format(Font(SONG, 10, color="B71C1C"), _left()),
}
_LINE = Side("thin", "78909C")
_BORDER = Border(_LINE, _LINE, _LINE, _LINE)


def write(pages: Iterable[Sheet], path: Path) -> None:
    """Write the pages to ``path``, whole or not at all. Raises OSError."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        _write_page(book.create_sheet(page.name), page)
    with whole_file(path) as beside:
        save(book, beside)


def _write_page(sheet: Worksheet, page: Sheet) -> None:
    for index, width in enumerate(page.widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    for row, height in page.heights.items():
        sheet.row_dimensions[row].height = min(height, 400)
    for box in page.boxes:
        _write_box(sheet, box)
    sheet.freeze_panes = sheet.cell(*page.frozen).coordinate
    _set_up_print(sheet, page)


def _write_box(sheet: Worksheet, box: Box) -> None:
    style = FORMATS[box.style]
    for row in range(box.row, box.row + box.rows):
        for column in range(box.column, box.column + box.columns):
            cell: Any = sheet.cell(row, column)
            cell.font, cell.alignment = style.font, style.alignment
            if style.fill is not None:
                cell.fill = style.fill
            if style.border:
                cell.border = _BORDER
    if box.rows > 1 or box.columns > 1:
        sheet.merge_cells(
            start_row=box.row, start_column=box.column,
            end_row=box.row + box.rows - 1, end_column=box.column + box.columns - 1,
        )  # fmt: skip
    cell = sheet.cell(box.row, box.column)
    if isinstance(box.value, str):
        cell.value = storable(box.value)[:LONGEST] or None
    elif box.value is not None:
        cell.value = box.value
        cell.number_format = _number_format(box)
    elif box.style in MARKS:
        cell.value = MARKS[box.style]  # no figure at all: the mark alone, so that paper shows it too
    if box.comment:
        cell.comment = Comment(storable(box.comment), "Nianbao", width=320, height=90)
    if Link("", box.link).web and len(box.link) <= LONGEST_LINK:
        cell.hyperlink = storable(box.link)


def _number_format(box: Box) -> str:
    """As many decimals as the figure has; the mark stands behind it, and the cell stays a number."""
    exponent = box.value.as_tuple().exponent if isinstance(box.value, Decimal) else 0
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    plain = "0" + ("." + "0" * decimals if decimals else "")
    mark = MARKS.get(box.style)
    return f'{plain}"{mark}"' if mark else plain


def _set_up_print(sheet: Worksheet, page: Sheet) -> None:
    setup = sheet.page_setup
    setup.paperSize = A4
    setup.orientation = "landscape" if page.landscape else "portrait"
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.print_options.horizontalCentered = not page.wide
    if page.wide:
        setup.scale = 60
        setup.pageOrder = "overThenDown"
    else:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
        setup.fitToWidth, setup.fitToHeight = 1, 0
    rows, columns = page.titles
    if rows:
        sheet.print_title_rows = f"1:{rows}"
    if columns:
        sheet.print_title_cols = f"A:{get_column_letter(columns)}"
    footer = sheet.oddFooter.center  # type: ignore[union-attr]
    footer.text, footer.size = "&A · 第 &P 页，共 &N 页", 9
