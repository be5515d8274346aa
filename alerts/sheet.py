"""A digest as a sheet: every notice a row, for sorting, filtering and handing on (XLSX, ECMA-376)."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from alerts.digest import Digest
from alerts.notice import GROUPS, Notice
from spreadsheet import row_height, storable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_LINK = 2_079  # characters of an address that a spreadsheet follows

# Each head with the width of its column, in characters.
COLUMNS = (
    ("状态", 12), ("单位", 28), ("年度", 8), ("类别", 16), ("事项", 60), ("位置", 30), ("填报数或发布日期", 18),
    ("核对数或法定期限", 18), ("逾期天数", 10), ("依据", 24), ("网址", 40), ("规则", 18), ("核对结论", 10),
)  # fmt: skip


def sheet(digest: Digest) -> bytes:
    """The notices told now, those told before that still stand and those corrected since, as the bytes of a workbook
    with a frozen head and filters. Nothing in it runs as a formula."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = f"{digest.year}年度监测事项"
    page.append([head for head, _ in COLUMNS])
    for column, (_, width) in enumerate(COLUMNS, 1):
        head = page.cell(1, column)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1D4E79")
        head.alignment = Alignment("center", "center", wrap_text=True)
        page.column_dimensions[get_column_letter(column)].width = width
    parts = (
        ("新发现", digest.notices),
        ("尚未解决", digest.still_open),
        ("已更正", digest.corrected),
        ("尚未公布", digest.pending),
        ("仍未发现", digest.overdue),
    )
    rows = [(state, notice) for state, notices in parts for notice in notices]
    for number, (state, notice) in enumerate(rows, 2):  # the sheet's own max_row counts all its cells anew each time
        texts = [storable(value) for value in _row(state, notice)]
        page.append(texts)
        page.row_dimensions[number].height = row_height(texts, [width for _, width in COLUMNS])
        for cell in page[number]:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"
        if notice.url.startswith(("http://", "https://")) and len(notice.url) <= LONGEST_LINK:
            link = page.cell(number, [head for head, _ in COLUMNS].index("网址") + 1)
            link.hyperlink, link.style = notice.url, "Hyperlink"
    page.freeze_panes = "C2"
    page.auto_filter.ref = page.dimensions
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _row(state: str, notice: Notice) -> list[str | int | date | None]:
    names = [name for name, _ in notice.figures]
    reported: str | date
    other: str | date
    reported, other = notice.dates or ((notice.actual, notice.expected) if names or not notice.rule else ("", ""))
    conclusion = "应为" if "应为" in names else "不一致" if "两处数字" in names else ""
    return [
        state, notice.agency, notice.year, dict(GROUPS)[notice.group], "\n".join((notice.message, *notice.evidence)),
        notice.place, reported, other, notice.days_late, notice.basis, notice.url, notice.rule, conclusion,
    ]  # fmt: skip
