"""For any figures and any layout: read(render(figures)) is the figures, or flagged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.blocks import At, Blocks, Grid, GridCell, Paragraph
from reports.form import forms
from reports.reader import read
from reports.report import Form
from reports.tables.align import align
from reports.tables.labels import similarity
from reports.tables.match import match
from reports.tables.rows import line_of
from reports.text import letters
from tests.reports import rendering

SURE = 0.9
SEEDS = st.integers(0, 10**9)


def grid(*rows: list[str], table: int = 1) -> Grid:
    return Grid(
        tuple(
            tuple(GridCell(text, At(table=table, row=r, column=c), column=c - 1) for c, text in enumerate(row, 1))
            for r, row in enumerate(rows, 1)
        ),
        At(table=table),
    )


def applications(form: Form = "2021", **replaced: list[str]) -> list[list[str]]:
    out = [["（本列数据的勾稽关系）", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]]
    for spec in forms.rows("applications", form):
        values = replaced.get(spec.key.replace(".", "_"), ["1", "0", "0", "0", "0", "0", "1"])
        out.append([spec.label, *values])
    return out


def silent_errors(printed: rendering.Printed, name: str) -> tuple[list[str], int]:
    """Cells that are wrong and say they are sure; and how many of the printed cells were not read as printed."""
    report = read(printed.data, name)
    assert report.cells is not None, report.error
    silent, missed = [], 0
    for key, right in printed.right.items():
        cell = report.cells.get(key)
        value = None if cell is None else cell.value
        wrong = value not in right if key not in printed.lost else value is not None and value not in right
        if wrong and cell is not None and cell.confidence >= SURE:
            silent.append(f"{key}: printed {right}, read {cell}")
        missed += key not in printed.lost and (cell is None or value not in right)
    return silent, missed


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_page_in_any_layout_is_read_as_printed_or_flagged(seed):
    printed = rendering.html(seed)
    silent, missed = silent_errors(printed, "a.html")
    assert silent == [], printed.style
    assert missed <= 7, f"more than one row left unread: {printed.style}"


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_flattened_text_in_any_manner_is_read_as_printed_or_flagged(seed):
    printed = rendering.text(seed)
    silent, missed = silent_errors(printed, "a.txt")
    assert silent == [], printed.style
    assert missed <= 7, f"more than one row left unread: {printed.style}"


@given(SEEDS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_damaged_labels_and_lost_blanks_never_give_a_wrong_figure_that_looks_sure(seed, lossy):
    printed = rendering.text(seed, damaged=True, lossy=lossy)
    silent, _ = silent_errors(printed, "a.txt")
    assert silent == [], printed.style


def test_a_label_is_alike_whatever_its_brackets_blanks_and_quotes():
    assert similarity("( 三 )\n危及", "3.危及“三安全一稳定”") < 0.7
    assert similarity('3. 危及"三安全一稳定"', "3.危及“三安全一稳定”") == 1.0
    assert similarity("（二）部分公开", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）") == 1.0
    assert letters("（一） 予以公开") == "一予以公开"


def test_a_document_without_tables_has_no_form_and_no_cells():
    aligned = align(Blocks("text", [Paragraph("一、总体情况"), Paragraph("行政许可12项，行政处罚3件。")]))
    assert aligned.form is None
    assert aligned.cells == {}
    assert set(aligned.tables.values()) == {"missing"}


def test_a_row_of_five_values_is_short_and_its_cells_are_empty_and_in_doubt():
    aligned = align(Blocks("html", [grid(*applications(granted=["5", "0", "0", "0", "5"]))]))
    cells = [aligned.cells[key] for key in forms.row("applications", "2021", "granted").cells()]
    assert all(cell.value is None and cell.confidence < SURE for cell in cells)
    assert [row.key for row in aligned.rows if row.short] == ["granted"]
    assert aligned.cells["applications.partial.total"].value == 1


def test_a_wrong_sum_that_is_printed_stays_wrong_and_sure():
    aligned = align(Blocks("html", [grid(*applications(granted=["5", "0", "0", "0", "0", "0", "9"]))]))
    assert aligned.cells["applications.granted.total"].value == 9
    assert aligned.cells["applications.granted.total"].confidence == 1.0


def test_a_row_cut_by_a_page_end_is_joined_from_its_halves():
    rows = applications()
    at = next(n for n, row in enumerate(rows) if row[0].startswith("2.申请人逾期"))
    label, values = rows[at][0], rows[at][1:]
    rows[at : at + 1] = [[label[:20], *values], [label[20:], *[""] * 7]]
    aligned = align(Blocks("docx", [grid(*rows)]))
    assert aligned.cells["applications.other.fee_unpaid.natural_person"].value == 1
    assert all(cell.confidence == 1.0 for cell in aligned.cells.values())


def test_a_row_that_has_lost_its_label_is_placed_between_its_neighbours_and_in_doubt():
    rows = applications()
    rows[7][0] = ""
    aligned = align(Blocks("pdf-text", [grid(*rows)]))
    key = f"applications.{forms.rows('applications', '2021')[6].key}.total"
    assert aligned.cells[key].value == 1
    assert aligned.cells[key].confidence < SURE


def test_a_lost_row_leaves_its_cells_empty_and_in_doubt_and_moves_no_other():
    rows = applications(handled=["7", "0", "0", "0", "0", "0", "7"])
    del rows[10]
    aligned = align(Blocks("html", [grid(*rows)]))
    key = f"applications.{forms.rows('applications', '2021')[9].key}.total"
    assert (aligned.cells[key].value, aligned.cells[key].confidence) == (None, 0.0)
    assert aligned.cells["applications.handled.total"].value == 7


def test_glued_zeros_are_as_many_cells_and_other_glued_digits_are_in_doubt():
    head = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    aligned = align(
        Blocks(
            "html", [grid(["第二十条第（一）项"], head, ["规章000"], ["行政规范性文件", "1", "0", "9"], ["行政许可3"])]
        )
    )
    assert [aligned.cells[f"proactive.regulations.{c}"].value for c in ("issued", "repealed", "in_force")] == [0, 0, 0]
    assert aligned.cells["proactive.licensing.decisions"].confidence < SURE


def test_the_form_is_told_by_most_heads_and_a_left_over_row_does_not_change_it():
    head = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    rows = [head, ["规章", "0", "0", "0"], ["行政规范性文件", "6", "1", "20"], ["信息内容", "本年处理决定数量"]]
    rows += [["行政许可", "3"], ["行政处罚", "6"], ["行政强制", "0"], ["信息内容", "本年收费金额（单位：万元）"]]
    rows += [["行政事业性收费", "267.9503"], ["政府集中采购", "92"]]
    aligned = align(Blocks("html", [grid(*rows)]))
    assert aligned.form == "2021"
    assert [(row.label, row.foreign) for row in aligned.rows if row.foreign] == [("政府集中采购", "2019")]


def test_a_table_printed_twice_with_other_figures_is_in_doubt_where_they_differ():
    other = applications(granted=["8", "0", "0", "0", "0", "0", "8"])
    aligned = align(Blocks("html", [grid(*applications()), grid(*other, table=2)]))
    cell = aligned.cells["applications.granted.total"]
    assert cell.confidence < SURE
    assert {str(cell.value), *cell.alternatives} == {"1", "8"}
    assert aligned.cells["applications.partial.total"].confidence == 1.0
    assert aligned.warnings


def test_sixteen_equal_values_in_the_disputes_are_fifteen_of_them():
    heads = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    aligned = align(Blocks("text", [grid(*applications()), grid(heads * 3, ["0"] * 16, table=2)]))
    assert [aligned.cells[key].value for key in aligned.cells if key.startswith("disputes.")] == [0] * 15


def test_disputes_in_two_tables_of_five_and_ten_are_one_row():
    heads = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    first = grid(heads, ["1", "2", "0", "0", "3"], table=2)
    second = grid(heads * 2, ["0", "1", "0", "0", "1", "4", "0", "0", "0", "4"], table=3)
    aligned = align(Blocks("html", [grid(*applications()), first, second]))
    assert aligned.cells["disputes.reconsideration.total"].value == 3
    assert aligned.cells["disputes.litigation_direct.corrected"].value == 1
    assert aligned.cells["disputes.litigation_after_reconsideration.total"].value == 4


def test_a_calendar_and_lists_of_figures_are_no_rows_of_the_form():
    calendar = grid(*[[str(d) for d in range(w, w + 7)] for w in (1, 8, 15, 22)], table=2)
    aligned = align(Blocks("html", [calendar, grid(*applications()), calendar]))
    assert len(aligned.rows) == 25


def test_the_units_and_signs_of_a_cell_stay_in_its_raw_text():
    aligned = align(Blocks("html", [grid(*applications(granted=["5件", "—", "/", "", "０", "1，234", "1239"]))]))
    cells = [aligned.cells[key] for key in forms.row("applications", "2021", "granted").cells()]
    assert [cell.value for cell in cells] == [5, None, None, None, 0, 1234, 1239]
    assert [cell.raw for cell in cells] == ["5件", "—", "/", "", "０", "1，234", "1239"]
    assert all(cell.confidence == 1.0 for cell in cells)


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_matching_keeps_the_order_of_the_form(form):
    specs = forms.rows("applications", form)
    lines = [line_of(tuple(GridCell(t) for t in (s.label, *["0"] * 7)), At(), 0, 1) for s in specs]
    assert match(lines, specs) == {n: (n, 1.0) for n in range(len(specs))}


def test_a_row_whose_label_is_two_rows_labels_has_no_sure_figure():
    rows = applications()
    first, second = rows[1], rows[2]
    glued = [[first[0] + second[0], "10", "9", "6", "2", "2", "2", "31"], ["", "16", "0", "0", "0", "3", "0", "19"]]
    aligned = align(Blocks("image-ocr", [grid(rows[0], *glued, *rows[3:])]))
    for row in ("new", "carried_in"):
        assert all(aligned.cells[f"applications.{row}.{column}"].confidence < SURE for column in ("business", "total"))
    assert aligned.cells["applications.denied.state_secret.total"].confidence >= SURE


def test_columns_printed_in_another_order_are_put_right_and_flagged():
    rows = applications()
    top = ["", "自然人", "法人或其他组织", "总计"]
    leaves = ["", "科研机构", "商业企业", "社会公益组织", "法律服务机构", "其他"]
    body = [[label, "1", "3", "2", "0", "0", "0", "6"] for label, *_ in rows[1:]]
    aligned = align(Blocks("html", [grid(top, leaves, *body)]))
    found = {column: aligned.cells[f"applications.new.{column}"] for column in ("business", "research", "total")}
    assert {column: cell.value for column, cell in found.items()} == {"business": 2, "research": 3, "total": 6}
    assert all(cell.confidence < SURE for cell in found.values())
    assert any("another order" in warning for warning in aligned.warnings)


def test_total_printed_before_the_kinds_of_applicants_is_seen():
    rows = applications()
    heads = ["", "总计", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    body = [[label, "6", "1", "3", "2", "0", "0", "0"] for label, *_ in rows[1:]]
    aligned = align(Blocks("html", [grid(heads, *body)]))
    assert aligned.cells["applications.granted.total"].value == 6
    assert aligned.cells["applications.granted.other_org"].value == 0
    assert aligned.cells["applications.granted.total"].confidence < SURE


def test_documents_in_force_printed_first_are_no_issued_ones():
    table = [
        ["信息内容", "现行有效件数", "本年制发件数", "本年废止件数"],
        ["规章", "9", "2", "1"],
        ["行政规范性文件", "30", "4", "3"],
        ["信息内容", "本年处理决定数量"],
        ["行政许可", "5"],
    ]
    cells = align(Blocks("html", [grid(*table)])).cells
    assert [cells[f"proactive.regulations.{c}"].value for c in ("issued", "repealed", "in_force")] == [2, 1, 9]
    assert cells["proactive.normative_documents.in_force"].confidence < SURE
    assert cells["proactive.licensing.decisions"].confidence >= SURE


def test_a_row_printed_in_parts_is_added_up_and_flagged():
    heads = ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"]
    table = [
        heads,
        ["行政许可", "4", "0", "7"],
        ["其他对外管理服务事项", "行政检查", "3", "1", "20"],
        ["行政确认", "2", "-1", "5"],
        heads,
        ["行政处罚", "8", "0", "9"],
        ["行政强制", "1", "0", "0"],
    ]
    aligned = align(Blocks("html", [grid(*table)]))
    found = [aligned.cells[f"proactive.other_services.{c}"] for c in ("prior_items", "change", "decisions")]
    assert [cell.value for cell in found] == [5, 0, 25]
    assert all(cell.confidence < SURE for cell in found)
    assert found[2].alternatives[:2] == ("20", "5")
    assert aligned.cells["proactive.licensing.decisions"].confidence >= SURE


def test_a_form_without_any_figure_is_no_missing_table():
    words = ["信息内容 本年制发件数 本年废止件数 现行有效件数"]
    words += [spec.label for table in ("proactive", "applications") for spec in forms.rows(table, "2021")]
    aligned = align(Blocks("pdf-text", [Paragraph(text) for text in words]))
    assert aligned.form == "2021"
    assert set(aligned.tables.values()) == {"read"}
    assert all(cell.value is None and cell.confidence < SURE for cell in aligned.cells.values())
    prose = align(Blocks("pdf-text", [Paragraph("本年收到政府信息公开申请3件，予以公开2件，重复申请1件。")]))
    assert set(prose.tables.values()) == {"missing"}


def test_figures_cut_from_the_row_of_disputes_leave_it_in_doubt():
    above = grid(*applications())
    heads = [["行政复议", "行政诉讼"], ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3]
    row = ["0"] * 15
    sure = align(Blocks("html", [above, grid(*heads, row, table=2)])).cells
    cut = align(Blocks("html", [above, grid(*heads, [*row[:7], "", *row[8:]], ["18720"], table=2)])).cells
    key = "disputes.litigation_direct.other"
    assert sure[key].confidence >= SURE
    assert all(cell.confidence < SURE for name, cell in cut.items() if name.startswith("disputes."))


def test_blanks_beside_a_label_with_figures_in_it_are_in_doubt():
    table = applications()
    table[-2][1:] = ["", "", "", "3", "3", "3", "9"]
    table[-1][0] = f"14件 1088 27{table[-1][0]}"
    found = align(Blocks("html", [grid(*table)]))
    keys = forms.rows("applications", "2021")[-2].cells()
    assert [found.cells[key].confidence < SURE for key in keys] == [True] * 3 + [False] * 4


@pytest.mark.parametrize(
    ("printed", "sure"),
    [("11.749", False), ("１１．７４９", False), ("11.75", True), ("0.749", True), ("11749.0", True), ("11,749", True)],
)
def test_a_count_with_a_point_before_three_digits_is_in_doubt(printed, sure):
    rows = applications(new=[printed, "0", "0", "0", "0", "0", "1"])
    cells = align(Blocks("html", [grid(*rows)])).cells
    assert (cells["applications.new.natural_person"].confidence >= SURE) == sure
