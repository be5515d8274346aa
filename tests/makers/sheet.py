"""Reports as workbooks: XLSX by openpyxl, XLS by xlwt."""

from __future__ import annotations

import io
import random

import xlwt
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.makers.report import Placed, Truth, placed, story, tables

STYLES = ("one", "sheets", "hidden", "texts", "xls", "xls-sheets")


def _value(cell: Placed, truth: Truth, rng: random.Random, style: str):
    """Figures as numbers or as text, as people type them."""
    key = cell.slot.key
    if key is None or not cell.slot.text:
        return cell.slot.text
    value = truth.cells[key]
    plain = cell.slot.text == str(value)
    if plain and style != "texts" and rng.random() < 0.8:
        return float(value)
    return cell.slot.text


def _lines(truth: Truth):
    """(kind, text or rows) in order, a sheet's worth at a time begins with each heading."""
    found = tables(truth)
    for kind, text in story(truth):
        yield kind, placed(found[text]) if kind == "table" else text


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """A workbook. ``style`` is one of ``STYLES``; those of XLS begin so."""
    return _xls(truth, rng, style) if style.startswith("xls") else _xlsx(truth, rng, style)


def _xlsx(truth: Truth, rng: random.Random, style: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    row = 1
    for kind, what in _lines(truth):
        if kind == "heading" and style == "sheets":
            sheet = book.create_sheet(f"s{len(book.sheetnames)}")
            row = 1
        if kind != "table":
            sheet.cell(row, 1, what)
            if rng.random() < 0.5:
                sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=10)
            row += 1
            continue
        for line in what:
            for cell in line:
                r, c = row + cell.row, cell.column + 1
                value = _value(cell, truth, rng, style)
                if value != "":
                    sheet.cell(r, c, value)
                if cell.slot.rows > 1 or cell.slot.columns > 1:
                    sheet.merge_cells(
                        start_row=r,
                        end_row=r + cell.slot.rows - 1,
                        start_column=c,
                        end_column=c + cell.slot.columns - 1,
                    )
        row += len(what)
        if style == "hidden":
            for n in range(1, 9):
                sheet.cell(row, n, "行政许可" if n == 1 else 77)
            sheet.row_dimensions[row].hidden = True
            row += 1
        row += rng.choice((0, 1))
    if style == "hidden":
        old = book.create_sheet("旧表")
        old.sheet_state = "hidden"
        for n, text in enumerate(("（七）总计", 5, 5, 5, 5, 5, 5, 5), 1):
            old.cell(1, n, text)
        sheet.column_dimensions[get_column_letter(20)].hidden = True
        sheet.cell(3, 20, 12345)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xls(truth: Truth, rng: random.Random, style: str) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("年报")
    row = 0
    count = 1
    for kind, what in _lines(truth):
        if kind == "heading" and style == "xls-sheets":
            sheet = book.add_sheet(f"s{count}")
            count += 1
            row = 0
        if kind != "table":
            sheet.write(row, 0, what)
            row += 1
            continue
        for line in what:
            for cell in line:
                value = _value(cell, truth, rng, style)
                r, c = row + cell.row, cell.column
                if cell.slot.rows > 1 or cell.slot.columns > 1:
                    sheet.write_merge(r, r + cell.slot.rows - 1, c, c + cell.slot.columns - 1, value)
                elif value != "":
                    sheet.write(r, c, value)
        row += len(what)
        for n in range(8):
            sheet.write(row, n, "行政许可" if n == 0 else 77)
        sheet.row(row).hidden = True
        row += 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
