"""Flattened text: what tabs, bars and blank lines still tell."""

from __future__ import annotations

import pytest

from reports.blocks import Grid, Paragraph, Unreadable
from reports.formats.text import blocks


def tables(text: str) -> list[list[list[str]]]:
    return [[[c.text for c in row] for row in b.rows] for b in blocks(text.encode()).blocks if isinstance(b, Grid)]


def test_cells_between_tabs_keep_their_blanks():
    assert tables("标题\n规章\t0\t\t2\n行政许可\t3\n\n正文") == [[["规章", "0", "", "2"], ["行政许可", "3"]]]


def test_cells_between_bars_lose_the_rule_under_the_head():
    assert tables("| 信息内容 | 数 |\n|---|---|\n| 规章 | 0 |") == [[["信息内容", "数"], ["规章", "0"]]]


def test_a_cell_a_line_behind_a_tab_is_a_row_up_to_the_blank_line():
    rows = [["规章", "0", "", "2"]] * 8
    text = "二、主动公开\n" + "".join("".join(f"\t{c}\n" for c in row) + "\n" for row in rows) + "三、收到\n"
    assert tables(text) == [rows]


def test_page_numbers_are_dropped_and_lines_stay_paragraphs():
    found = blocks("一、总体情况\n— 3 —\n- 4 -\n第 5 页\n正文".encode()).blocks
    assert [b.text for b in found if isinstance(b, Paragraph)] == ["一、总体情况", "正文"]


def test_a_text_of_many_megabytes_is_refused():
    with pytest.raises(Unreadable) as caught:
        blocks(b"1 2 3\n" * 1_000_000)
    assert caught.value.limit == "bytes"


def test_a_row_of_bars_with_nothing_between_is_a_row_of_blanks_and_a_drawn_rule_is_none():
    (grid,) = blocks("| 规章 | 1 | 2 |\n| --- | --- | --- |\n|  |  |  |\n".encode()).grids()
    assert [[cell.text for cell in row] for row in grid.rows] == [["规章", "1", "2"]]
    text = "| 结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计 |\n|---|---|---|---|---|\n|  |  |  |  |  |\n"
    (grid,) = blocks(text.encode()).grids()
    assert [len(row) for row in grid.rows] == [5, 5]
