"""No figure of a table is lost without a word: it is in a cell, in a label, or stray, and then what it may belong to is
in doubt."""

from __future__ import annotations

import random
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import formats, reader
from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph
from reports.form import forms
from reports.report import Form
from reports.sniff import sniff
from reports.tables.accounts import figures_of
from reports.tables.align import align
from reports.tables.labels import is_form_words
from reports.tables.layout import analysed
from reports.text import letters
from tests.makers import docx, html, odt, ofd, pdf, report, rtf, sheet, text

SURE = 0.9
MAKERS: dict[str, ModuleType] = {
    "html": html,
    "text": text,
    "pdf": pdf,
    "ofd": ofd,
    "docx": docx,
    "odt": odt,
    "rtf": rtf,
    "xlsx": sheet,
}
STYLES = [(name, style) for name, maker in MAKERS.items() for style in maker.STYLES]
RULING = ("rules", "rowrules", "bare", "open", "pieces", "bars")
BREAKS = ("right", "heads", "middle", "bottom", "headless")


@given(
    st.sampled_from((pdf, ofd)),
    st.sampled_from(RULING),
    st.sets(st.sampled_from(BREAKS)),
    st.integers(0, 10**6),
)
@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_figure_that_its_narrow_cell_wraps_and_a_page_end_cuts_is_right_or_flagged(maker, ruling, breaks, seed):
    truth = report.make(seed)
    marks = frozenset((ruling, "slim", "low", "cut", *breaks))
    data = maker.render(truth, random.Random(seed), "ruled", marks)
    verdict = report.judge(truth, reader.read(data, "a"))
    assert verdict.silent == []


@pytest.mark.parametrize("breaks", [(), ("middle",), ("bottom",), ("heads",), ("middle", "heads"), ("middle", "right")])
@pytest.mark.parametrize("ruling", ["rules", "pieces"])
@pytest.mark.parametrize("seed", [881394, 881393, 881395])
def test_figures_of_several_columns_that_one_page_end_cuts_are_right_or_flagged(seed, ruling, breaks):
    truth = report.make(seed, wrong=())
    marks = frozenset((ruling, "slim", "low", "cut", *breaks))
    data = pdf.render(truth, random.Random(seed), "slim-cut-middle", marks)
    assert report.judge(truth, reader.read(data, "a.pdf")).silent == []


@given(st.sampled_from(STYLES), st.integers(0, 10**6))
@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_figure_of_a_made_report_is_in_a_cell_a_label_or_stray(made, seed):
    name, style = made
    truth = report.make(seed)
    data = MAKERS[name].render(truth, random.Random(seed), style)
    blocks = analysed(formats.reader(sniff(data, f"a.{name}").format)(data))
    aligned = align(blocks)
    told = {letters(cell.raw) for cell in aligned.cells.values()} | {
        letters(raw) for row in aligned.rows for raw in row.raws
    }
    told |= {letters(text) for stray in aligned.strays for text in stray.texts}
    told |= {letters(row.label) for row in aligned.rows}
    told |= {
        letters(part) for cell in aligned.cells.values() for part in cell.alternatives
    }  # of rows that were added up
    for index in aligned.consumed:
        block = blocks.blocks[index]
        for cell in (c for row in block.rows for c in row) if isinstance(block, Grid) else ():
            for figure in figures_of(cell.text):
                assert letters(figure) in told or is_form_words(cell.text), (style, cell)


def grid(rows: list[list[str]], page: int | None = None) -> Grid:
    """A table; on a page each of its cells is 50 wide and 20 high."""
    return Grid(
        tuple(
            tuple(
                GridCell(
                    text,
                    At(table=1, row=r, column=c)
                    if page is None
                    else At(page, (50.0 * (c - len(row)) + 500, 20.0 * r, 50.0 * (c - len(row)) + 550, 20.0 * r + 20)),
                    c - 1,
                )
                for c, text in enumerate(row, 1)
            )
            for r, row in enumerate(rows, 1)
        ),
        At(page, (0.0, 0.0, 600.0, 800.0)) if page is not None else At(table=1),
    )


def applications(form: Form = "2021") -> list[list[str]]:
    return [[spec.label, "5", "0", "0", "0", "0", "0", "5"] for spec in forms.rows("applications", form)]


def doubtful(blocks: list[Block]) -> set[str]:
    return {key for key, cell in align(Blocks("pdf", blocks)).cells.items() if cell.confidence < SURE and cell.raw}


def keys(*rows: str) -> set[str]:
    return {key for row in rows for key in forms.row("applications", "2021", row).cells()}


@pytest.mark.parametrize("where", ["before", "behind", "beside the label"])
def test_a_row_of_figures_without_a_label_puts_its_neighbours_in_doubt(where):
    rows = applications()
    rest = {"before": ["", "8", "", "", "", "", "", "8"], "behind": ["8", "8"], "beside the label": ["", "", "8件"]}[
        where
    ]
    found = doubtful([grid([*rows[:3], rest, *rows[3:]])])
    assert found == keys("granted", "partial")


def test_the_rest_of_a_figure_on_the_next_page_puts_its_column_in_doubt_and_no_other():
    rows = applications()
    upper, lower = grid(rows[:10], 1), grid([["", "8", "", "", "", "", "", "8"], *rows[10:]], 2)
    names = [forms.rows("applications", "2021")[n].key for n in (9, 10)]
    assert doubtful([upper, Paragraph("- 1 -", At(1, (300.0, 820.0, 320.0, 830.0))), lower]) == {
        f"applications.{name}.{column}" for name in names for column in ("natural_person", "total")
    }


@pytest.mark.parametrize("heads", [True, False])
def test_the_rest_of_a_figure_below_printed_again_heads_puts_what_stands_above_in_doubt(heads):
    rows = applications()
    again = [["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]] if heads else []
    lower = grid([*again, ["", "9", "", "", "", "", "", ""], *rows[10:]], 2)
    name = forms.rows("applications", "2021")[9].key
    assert f"applications.{name}.natural_person" in doubtful([grid(rows[:10], 1), lower])


@pytest.mark.parametrize(
    ("off", "doubted"), [(-20.0, ("new", "carried_in")), (20.0, ("carried_in", "granted")), (5.0, ())]
)
def test_without_rules_figures_wholly_above_or_below_their_label_may_be_another_rows(off, doubted):
    rows = applications()
    upper, lower = grid(rows[:1], 1), grid(rows[1:], 2)

    def moved(cell: GridCell) -> GridCell:
        assert cell.at.bbox is not None
        x0, y0, x1, y1 = cell.at.bbox
        return replace(cell, at=replace(cell.at, bbox=(x0, y0 + off, x1, y1 + off)))

    first = (lower.rows[0][0], *map(moved, lower.rows[0][1:]))
    open_rows = replace(lower, rows=(first, *lower.rows[1:]), ruled=False)
    assert doubtful([replace(upper, ruled=False), open_rows]) == keys(*doubted)


@pytest.mark.parametrize("between", ["9", "9 件", "9 12", "1,0"])
def test_a_figure_on_a_line_between_two_parts_of_a_table_is_the_rest_of_one(between):
    rows = applications()
    names = [forms.rows("applications", "2021")[n].key for n in (9, 10)]
    assert doubtful([grid(rows[:10]), Paragraph(between), grid(rows[10:])]) == keys(*names)


@pytest.mark.parametrize(
    "between", ["- 3 -", "— 3 —", "第 3 页", "第3页 共8页", "3/8", "3.", "注：以上均为2024年数据。", "单位：件"]
)
def test_numbers_of_pages_and_notes_between_two_parts_of_a_table_belong_nowhere(between):
    rows = applications()
    assert doubtful([grid(rows[:10]), Paragraph(between), grid(rows[10:])]) == set()


def test_bare_numbers_that_count_the_pages_belong_nowhere_and_a_bare_number_elsewhere_does_not():
    rows = applications()
    parts = [grid(rows[:10], 1), grid(rows[10:20], 2), grid(rows[20:], 3)]

    def numbered(*texts: str) -> list[Block]:
        out: list[Block] = []
        for n, (part, words) in enumerate(zip(parts, texts, strict=True), 1):
            out += [part, Paragraph(words, At(n, (300.0, 820.0, 305.0, 830.0)))]
        return out

    assert doubtful(numbered("1", "2", "3")) == set()
    assert doubtful(numbered("11", "12", "13")) == set()
    assert doubtful(numbered("1", "4", "3")) != set()


def test_the_numbers_of_the_columns_and_of_the_rows_belong_nowhere():
    heads = ["项目", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    rows = [[str(n), *row] for n, row in enumerate(applications(), 1)]
    for numbers in (list("1234567"), [*"123456", "7=1+2+3+4+5+6"]):
        assert doubtful([grid([["序号", *heads], ["", "", *numbers], *rows])]) == set()


@pytest.mark.parametrize(
    "rest",
    [
        ["", "1", "", "", "2", "", "", "3"],  # with gaps
        ["", "", "", "", "", "1", "2", "3"],  # side by side, but not all columns
        ["三、本年度", "1", "", "", "2", "", "", "3"],  # with a part of its label
        ["", "2", "3", "4", "", "", "", ""],
    ],
)
@pytest.mark.parametrize("pages", [(1, 2), (None, None)])
def test_digits_that_go_on_by_one_but_do_not_number_each_column_are_the_rest_of_figures(rest, pages):
    rows = applications()
    upper, lower = grid([*rows[:10], rest], pages[0]), grid(rows[10:], pages[1])
    name = forms.rows("applications", "2021")[10].key
    columns = [key for key, text in zip(forms.row("applications", "2021", name).cells(), rest[1:], strict=True) if text]
    assert set(columns) <= doubtful([upper, lower])


@pytest.mark.parametrize("first", [0, 1])
def test_first_digits_cut_in_all_three_columns_of_a_row_are_no_numbers_of_the_columns(first):
    specs = forms.rows("proactive", "2021")
    rows = [[spec.label, *["45"] * len(spec.cells())] for spec in specs]
    upper, lower = grid([*rows[:first], ["", "1", "2", "3"]], 1), grid(rows[first:], 2)
    assert set(specs[first].cells()) <= doubtful([upper, lower])


def test_the_rest_of_a_figure_with_its_unit_is_no_label_of_a_row_of_its_own():
    specs = forms.rows("proactive", "2021")
    rows = [[spec.label, *["45"] * len(spec.cells())] for spec in specs]
    upper, lower = grid(rows[:1], 1), grid([["", "", "8\n0\n6\n6\n件", "60"], *rows[1:]], 2)
    assert {"proactive.regulations.repealed", "proactive.regulations.in_force"} <= doubtful([upper, lower])


def test_the_numbers_of_three_columns_above_the_first_row_belong_nowhere():
    rows = [[spec.label, *["45"] * len(spec.cells())] for spec in forms.rows("proactive", "2021")]
    heads = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    assert doubtful([grid([heads, ["", "1", "2", "3"], *rows], 1)]) == set()


def test_figures_beside_no_table_are_nobodys():
    rows = applications()
    prose = Paragraph("三、收到和处理政府信息公开申请情况")
    calendar = grid([[str(day) for day in range(first, first + 7)] for first in (1, 8, 15, 22)])
    assert doubtful([calendar, prose, grid(rows), Paragraph("五、存在的主要问题及改进情况"), calendar]) == set()


def test_a_run_of_digits_of_any_length_is_looked_at_once():
    # Split in every way that it can be split in, it would take longer than the world stands.
    assert figures_of("1" * 4000 + "甲") == []


def opened(rows: list[list[str]], page: int) -> Grid:
    """A table whose rows no rules part."""
    return replace(grid(rows, page), ruled=False)


def proactive_rows(form: Form = "2021", figure: str = "45") -> list[list[str]]:
    return [[spec.label, *[figure] * len(spec.cells())] for spec in forms.rows("proactive", form)]


def test_digits_that_ran_into_the_heads_below_an_open_row_are_the_rest_of_its_figures():
    rows = proactive_rows("2019", "124")
    heads = ["175上年项目数量", "853本年增/ 定减", "028处理决数量", "第二十条第（五）项", "信息内容"]
    cells = forms.rows("proactive", "2019")[1].cells()
    assert set(cells) <= doubtful([opened([*rows[:2], heads, *rows[2:]], 1)])


def test_an_open_figure_put_together_at_a_pages_end_may_have_taken_the_first_digits_of_the_row_behind():
    rows = applications()
    upper, lower = opened(rows[:10], 1), opened(rows[10:], 2)
    last = upper.rows[-1]
    pieced = (*last[:3], replace(last[3], text="12", confidence=0.5), *last[4:])
    upper = replace(upper, rows=(*upper.rows[:-1], pieced))
    names = [forms.rows("applications", "2021")[n].key for n in (9, 10)]
    assert doubtful([upper, lower]) == {f"applications.{name}.research" for name in names}
    assert doubtful([replace(upper, ruled=True), lower]) == {f"applications.{names[0]}.research"}


def test_the_lower_part_of_a_cut_row_beside_its_groups_label_is_no_row_of_the_other_form():
    rows = applications()
    at = next(n for n, row in enumerate(rows) if row[0].startswith("1.申请人无正当理由"))
    upper = grid(
        [*rows[:at], ["1.申请人无正当理由逾期不补正、行政机关不再处理其政府信", *[""] * 4, "12", "22", "35"]], 1
    )
    lower = grid([["（六）其他处理", "息公开申请", "0", "0", "0", "0", "8", "7", "5"], *rows[at + 1 :]], 2)
    found = align(Blocks("pdf", [upper, lower])).cells
    sure = {key for key in keys("other.not_corrected") if found[key].confidence >= SURE}
    assert sure == set()


@pytest.mark.parametrize(
    "printed",
    ["（一）予以公开１２件 5 0 0 0 0 0 5", "（一）12予以公开 5 0 0 0 0 0 5", "１２．（一）予以公开 5 0 0 0 0 0 5"],
)
def test_digits_in_the_label_of_a_row_of_text_may_be_its_figures(printed):
    specs = forms.rows("applications", "2021")
    lines = [f"{spec.label} 5 0 0 0 0 0 5" for spec in specs]
    lines[2] = printed
    found = doubtful([Paragraph(line) for line in lines])
    assert set(specs[2].cells()) <= found
    assert not found & set(specs[5].cells())


def test_figures_on_lines_of_text_before_an_open_row_of_a_page_are_the_first_digits_of_its_own():
    specs = forms.rows("applications", "2021")
    lines: list[Block] = [
        Paragraph(f"{spec.label} 5 0 0 0 0 0 5", At(1, (50.0, 20.0 * n, 500.0, 20.0 * n + 10)))
        for n, spec in enumerate(specs)
    ]
    first = [Paragraph("13 24 37", At(1, (400.0, 790.0, 550.0, 800.0)))]
    rows = proactive_rows()
    assert set(forms.rows("proactive", "2021")[0].cells()) <= doubtful([*lines, *first, opened(rows, 2)])


def test_figures_beside_the_label_of_a_group_in_an_open_table_are_those_of_the_row_beside_it():
    rows = applications()
    at = next(n for n, row in enumerate(rows) if row[0].startswith("2.申请人逾期"))
    rest = ["（六）其他处理", "", "", "8", "6", "", "", "4"]
    assert keys("other.fee_unpaid") <= doubtful([opened([*rows[: at + 1], rest, *rows[at + 1 :]], 1)])


@pytest.mark.parametrize("figure", ["0", "171", "1,171"])
def test_a_figure_on_a_line_of_its_own_below_a_label_puts_the_row_in_doubt(figure):
    # Converters lay tables within cells a column off: the first figure stands with the label, the last cell is blank.
    rows = applications()
    rows[2] = [f"{rows[2][0]}\n{figure}", "6", "7", "8", "9", "10", "11", ""]
    row = forms.rows("applications", "2021")[2]
    assert {key for key in row.cells() if not key.endswith("total")} <= doubtful([grid(rows, 1)])
