"""Rows told by the number of separators; what is not regular stays as it is."""

from __future__ import annotations

import random

import pytest

from reports import reader
from reports.blocks import Blocks, Grid, Paragraph
from reports.form import forms
from reports.tables import separators
from reports.tables.align import align

SPECS = forms.rows("applications", "2021")
HEADS = "自然人 商业企业 科研机构 社会公益组织 法律服务机构 其他 总计"


def lines(separator: str, rng: random.Random) -> tuple[list[str], dict[str, int | None]]:
    out: list[str] = []
    truth: dict[str, int | None] = {}
    for spec in SPECS:
        figures = [rng.choice((None, None, rng.randrange(1, 900))) for _ in spec.columns]
        truth.update(zip(spec.cells(), figures, strict=True))
        out.append(separator.join([spec.label, *("" if f is None else str(f) for f in figures)]))
    return out, truth


def read(texts: list[str]) -> dict[str, tuple[object, bool]]:
    blocks = Blocks("text", [Paragraph(text) for text in ["本年制发件数", HEADS, *texts]], flat=True)
    return {key: (cell.value, cell.confidence >= 0.9) for key, cell in align(blocks).cells.items()}


@pytest.mark.parametrize("separator", [" ", "  ", "\xa0\xa0", "\u3000", "\xa0 "])
@pytest.mark.parametrize("seed", range(5))
def test_blanks_between_constant_separators_keep_their_columns(separator, seed):
    texts, truth = lines(separator, random.Random(seed))
    found = read(texts)
    assert {key: found[key] for key in truth} == {key: (value, True) for key, value in truth.items()}


def test_separators_that_swallow_blanks_tell_nothing_and_nothing_is_sure_but_whole_rows():
    texts, truth = lines(" ", random.Random(3))
    found = read([" ".join(text.split()) for text in texts])
    wrong = {key: found[key] for key, value in truth.items() if found[key][0] != value and found[key][1]}
    assert wrong == {}


def test_one_row_with_a_figure_too_many_leaves_all_lines_as_they_are():
    texts, _ = lines("  ", random.Random(4))
    blocks = Blocks("text", [Paragraph(text) for text in [texts[0] + "  7", *texts[1:]]], flat=True)
    labels = {spec.label for spec in SPECS}
    assert separators.regained(blocks, labels.__contains__, 7) is blocks


def test_prose_and_pictures_keep_their_places_beside_rows():
    texts, _ = lines("  ", random.Random(5))
    blocks = Blocks("text", [Paragraph("第一句。  第二句。"), *(Paragraph(t) for t in texts), Paragraph("五、问题")])
    found = separators.regained(blocks, {spec.label for spec in SPECS}.__contains__, 7).blocks
    assert len(found) == len(texts) + 2
    assert [isinstance(block, Grid) for block in found] == [False, *[True] * len(texts), False]


def test_rows_regained_and_the_heads_above_them_are_no_narrative():
    texts, _ = lines("  ", random.Random(6))
    title, heading = "某市统计局2023年政府信息公开工作年度报告", "三、收到和处理政府信息公开申请情况"
    heads = HEADS.replace(" ", "  ")
    ends = ["五、存在的主要问题", "无。", "六、其他需要报告的事项", "无。"]
    page = "\n".join([title, "一、总体情况", "全年公开信息3条。", heading, heads, *texts, *ends])
    report = reader.read(page.encode(), "a.txt")
    assert {section.number: section.text for section in report.sections}[3] == ""
    assert sum(cell.confidence >= 0.9 for cell in (report.cells or {}).values()) == 7 * len(SPECS)


def test_a_table_whose_rows_cannot_be_told_is_there_and_not_called_missing():
    damaged = [spec.label + " ".join("x7?" for _ in range(3)) for spec in SPECS]
    first = Paragraph("规章 1 2 3")
    heads = Paragraph("本年制发件数 本年废止件数 现行有效件数")
    second = Paragraph("行政规范性文件 4 5 6")
    found = align(Blocks("text", [heads, first, second, Paragraph(HEADS), *(Paragraph(t) for t in damaged)], flat=True))
    assert found.tables["applications"] == "read"
    assert all(found.cells[key].confidence == 0 for spec in SPECS for key in spec.cells())
