"""The workbook of an aggregate: the printed form's tables, each body's part, what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.aggregate import Aggregate, Part, Remark, totals
from reports.form import forms, layout
from reports.report import Form, Number, Table
from summaries import aggregate as pages
from summaries import workbook

NOW = datetime(2027, 4, 2, tzinfo=UTC)
EVIL = '=HYPERLINK("http://x.cn","y")'


def made(form: Form = "2021", name: str = "甲县水利局") -> Aggregate:
    """Two bodies, the second with a blank and a doubtful cell; a third lacking. Every cell has a value of its own."""
    keys = forms.keys(form)
    first: dict[str, Number | None] = {key: number for number, key in enumerate(keys)}
    money = next(key for key in keys if key.endswith("amount"))
    first[money] = Decimal("12.05")
    second: dict[str, Number | None] = dict.fromkeys(keys, 1000)
    second["applications.new.total"] = None
    parts = [
        Part(name, "甲县人民政府", "http://a.gov.cn/1", first, {}),
        Part("甲县林业局", "甲县人民政府", "javascript:alert(1)", second,
             {"applications.new.total": "blank", "applications.granted.total": "doubtful"}),
    ]  # fmt: skip
    remark = Remark(f"{name}二", "甲县人民政府", "missing", "来源已读全，未发现该年度报告", "http://a.gov.cn/3")
    return Aggregate("甲县人民政府", 2026 if form == "2021" else 2020, form, NOW, parts, [remark], totals(form, parts))


def written(tmp_path: Path, aggregate: Aggregate) -> openpyxl.Workbook:
    workbook.write(pages.workbook(aggregate), tmp_path / "x.xlsx")
    return openpyxl.load_workbook(tmp_path / "x.xlsx")


def grid(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("form", get_args(Form))
def test_every_sum_stands_in_the_printed_forms_place(form: Form, tmp_path: Path):
    aggregate = made(form)
    book = written(tmp_path, aggregate)
    for which in get_args(Table):
        sheet = book[f"{forms.TABLE_ZH[which]} {layout.name(which)}"]
        slots = layout.table(which, form)
        texts = [(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.value == slots[0].text]
        top, left = texts[0]
        for slot in slots:
            cell = sheet.cell(top + slot.row, left + slot.column)
            expected = aggregate.totals[slot.key].value if slot.key else slot.text
            assert cell.value == pytest.approx(float(expected)) if slot.key else cell.value == expected  # type: ignore[arg-type]
            if slot.rows * slot.columns > 1:
                assert any(cell.coordinate in merged for merged in sheet.merged_cells.ranges)


def test_money_is_a_number_with_all_its_decimals_and_marks_stand_in_the_format(tmp_path: Path):
    sheet = written(tmp_path, made())["表二 主动公开"]
    (fee,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == 1012.05]
    assert fee.number_format == "0.00"
    table = written(tmp_path, made())["表三 依申请"]
    marked = {cell.number_format: cell for row in table.iter_rows() for cell in row if '"' in str(cell.number_format)}
    assert set(marked) == {'0"*"', '0"※"'}
    assert "甲县林业局" in marked['0"*"'].comment.text  # type: ignore[union-attr]
    assert all(isinstance(cell.value, int) for cell in marked.values())


@pytest.mark.parametrize("form", get_args(Form))
def test_the_parts_below_the_sums_add_up_to_them_column_by_column(form: Form, tmp_path: Path):
    aggregate = made(form)
    sheet = written(tmp_path, aggregate)["各单位数据"]
    rows = grid(sheet)
    at = next(n for n, row in enumerate(rows) if str(row[0]).startswith("合计"))
    assert rows[at][0] == "合计（2/3 家）"
    assert len(rows) == at + 3
    for column in range(4, 4 + len(forms.keys(form))):
        values = [rows[n][column] for n in (at + 1, at + 2)]
        figures = [value for value in values if isinstance(value, int | float)]
        assert rows[at][column] == pytest.approx(sum(figures))
        assert isinstance(rows[at - 1][column], str)


def test_every_sheet_says_on_its_head_that_the_sum_is_not_whole(tmp_path: Path):
    book = written(tmp_path, made())
    assert book.sheetnames == ["表二 主动公开", "表三 依申请", "表四 复议诉讼", "各单位数据", "缺漏与存疑"]
    for sheet in book.worksheets:
        assert str(sheet["A2"].value).startswith("暂按已读取的 2/3 家计算，缺 甲县水利局二。")


def test_the_missing_are_listed_with_reason_and_address(tmp_path: Path):
    rows = grid(written(tmp_path, made())["缺漏与存疑"])
    assert ["甲县水利局二", "甲县人民政府", "未发现", "来源已读全，未发现该年度报告", "http://a.gov.cn/3"] in rows


def test_the_form_without_a_unit_for_money_says_so(tmp_path: Path):
    old, new = (str(grid(written(tmp_path, made(form)).worksheets[0])) for form in ("2019", "2021"))
    assert "未定单位" in old
    assert "金额单位：万元" in new


@pytest.mark.parametrize("name", [EVIL, "\x00=1+1", "＝1+1", "@SUM(1)", "-甲县"])
def test_no_name_runs_as_a_formula(name: str, tmp_path: Path):
    book = written(tmp_path, made(name=name))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if isinstance(cell.value, str) and cell.value[:1] in "=+-@＝＋－＠"]


def test_only_web_addresses_become_links(tmp_path: Path):
    book = written(tmp_path, made())
    links = {cell.hyperlink.target for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"http://a.gov.cn/1", "http://a.gov.cn/3"}


def test_the_sheets_are_set_up_for_paper_and_for_scrolling(tmp_path: Path):
    for sheet in written(tmp_path, made()).worksheets:
        assert str(sheet.page_setup.paperSize) == "9"
        assert sheet.freeze_panes not in {None, "A1"}
        assert sheet.print_title_rows


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path):
    with pytest.raises(OSError):
        workbook.write(pages.workbook(made()), tmp_path / "none" / "x.xlsx")
    assert not list(tmp_path.iterdir())
