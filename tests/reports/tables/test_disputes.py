"""表四 has no labels: its figures are known by the heads above them, and where these stand otherwise all is in doubt."""

from __future__ import annotations

import random

import pytest

from reports.blocks import At, Blocks, Grid, GridCell
from reports.form import forms, words
from reports.reader import read
from reports.tables.align import align
from tests.makers import pdf, report

SURE = 0.9
GROUPS, PARTS = words.disputes()
HEADS = [
    [GROUPS[0]] * 5 + [GROUPS[1]] * 10,
    [""] * 5 + [PARTS[0]] * 5 + [PARTS[1]] * 5,
    [*words.heads("disputes")] * 3,
]
FIGURES = ["1", "2", "0", "3", "6", *"00000", "4", "0", "0", "0", "4"]
ABOVE = [
    ["项目", *words.heads("applications")],
    *([spec.label, *"0000000"] for spec in forms.rows("applications", "2021")),
]
KEYS = [key for spec in forms.rows("disputes", "2021") for key in spec.cells()]


def grid(rows: list[list[str]], table: int = 1) -> Grid:
    return Grid(
        tuple(
            tuple(GridCell(text, At(table=table, row=r, column=c), c - 1) for c, text in enumerate(row, 1))
            for r, row in enumerate(rows, 1)
        ),
        At(table=table),
    )


def turned(row: list[str], order: list[int]) -> list[str]:
    return [row[n] for n in order]


def in_doubt(*grids: Grid) -> set[str]:
    cells = align(Blocks("html", [grid(ABOVE, 9), *grids])).cells
    return {key for key in KEYS if cells[key].confidence < SURE}


def test_columns_in_the_forms_order_are_sure():
    assert in_doubt(grid([*HEADS, FIGURES])) == set()


@pytest.mark.parametrize(
    "order",
    [
        [*range(14, -1, -1)],
        [*range(5, 15), *range(5)],
        [*range(5), *range(10, 15), *range(5, 10)],
        [4, *range(4), 9, *range(5, 9), 14, *range(10, 14)],
        [1, 0, *range(2, 15)],
    ],
    ids=["mirrored", "groups", "parts", "sums first", "two outcomes"],
)
def test_columns_in_another_order_are_in_doubt(order):
    assert in_doubt(grid([turned(row, order) for row in (*HEADS, FIGURES)])) == set(KEYS)


def test_figures_that_a_second_copy_prints_otherwise_are_in_doubt():
    other = [*FIGURES[:3], "7", "10", *FIGURES[5:]]
    assert in_doubt(grid([*HEADS, FIGURES]), grid([*HEADS, other], 2)) == set(KEYS[3:5])
    assert in_doubt(grid([*HEADS, FIGURES]), grid([*HEADS, FIGURES], 2)) == set()


def test_the_numbers_of_the_columns_are_no_figures():
    numbers = [str(n) for n in range(1, 16)]
    found = align(Blocks("html", [grid(ABOVE, 9), grid([*HEADS, numbers, FIGURES])])).cells
    assert [found[key].raw for key in KEYS] == FIGURES


def test_a_row_that_a_pages_end_cuts_into_equal_halves_is_no_row_printed_twice():
    truth = report.make(34, form="2021", wrong=(), plain=True)
    for key in KEYS:
        truth.printed[key], truth.allowed[key] = "33", frozenset((33,))  # a narrow cell wraps it: 3 here, 3 overleaf
    found = read(pdf.render(truth, random.Random(34), "slim-cut"), "a.pdf").cells
    assert found is not None
    assert {(found[key].raw, found[key].confidence) for key in KEYS} == {("3", 0.5)}
