"""表三 in two parts beside each other is one table, and what its heads do not confirm is in doubt."""

from __future__ import annotations

import random

import pytest

from reports import reader
from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph
from reports.form import forms
from reports.tables.align import align
from tests.makers import report
from tests.reports.rendering import figures

SURE = 0.9
VALUES = figures(random.Random(4), "2021", small=False)
SPECS = forms.rows("applications", "2021")
HEADS = SPECS[0].headers


def grid(rows: list[list[str]], table: int) -> Grid:
    return Grid(
        tuple(
            tuple(GridCell(text, At(table=table, row=r, column=c), c - 1) for c, text in enumerate(row, 1))
            for r, row in enumerate(rows, 1)
        ),
        At(table=table),
    )


def part(columns: range, heads: bool = True, labels: bool = True) -> list[list[str]]:
    out = [["", *(HEADS[n] for n in columns)]] if heads else []
    for spec in SPECS:
        keys = spec.cells()
        out.append([*([spec.label] if labels else []), *(str(VALUES[keys[n]]) for n in columns)])
    return out


def read(*blocks: Block) -> dict[str, tuple[object, bool]]:
    found = align(Blocks("html", list(blocks))).cells
    return {key: (cell.value, cell.confidence >= SURE) for key, cell in found.items() if key.startswith("applications")}


RIGHT = {key: (value, True) for key, value in VALUES.items() if key.startswith("applications")}


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("cut", range(1, 7))
def test_two_parts_with_their_heads_are_one_table(cut, labels):
    upper, lower = part(range(cut)), part(range(cut, 7), labels=labels)
    assert read(grid(upper, 1), Paragraph("续表"), grid(lower, 2)) == RIGHT


@pytest.mark.parametrize("cut", [2, 4])
def test_without_heads_the_order_of_the_columns_is_in_doubt(cut):
    found = read(grid(part(range(cut), heads=False), 1), grid(part(range(cut, 7), heads=False), 2))
    assert {key: value for key, (value, _) in found.items()} == {key: value for key, (value, _) in RIGHT.items()}
    assert not any(sure for _, sure in found.values())


def test_parts_in_another_order_than_the_forms_are_in_doubt():
    found = read(grid(part(range(4, 7)), 1), grid(part(range(4)), 2))
    assert not any(sure and found[key] != RIGHT[key] for key, (_, sure) in found.items())


def test_two_tables_of_other_widths_or_rows_are_not_joined():
    whole, other = part(range(7)), part(range(3))
    assert read(grid(whole, 1), grid(other, 2)).keys() == RIGHT.keys()
    short = read(grid(part(range(4)), 1), grid(part(range(4, 7))[:-1], 2))
    assert not any(sure for _, sure in short.values())


def test_the_lower_part_is_no_prose_of_the_section():
    truth = report.make(81, form="2021", wrong=(), plain=True)
    page = ["<html><body>"]
    for kind, text in report.story(truth):
        if kind != "table":
            page.append(f"<p>{text}</p>")
        elif text == "applications":
            for columns in (range(4), range(4, 7)):
                page.append("<table><tr><td></td>" + "".join(f"<td>{HEADS[n]}</td>" for n in columns) + "</tr>")
                for spec in SPECS:
                    cells = "".join(f"<td>{truth.printed[spec.cells()[n]]}</td>" for n in columns)
                    page.append(f"<tr><td>{spec.label}</td>{cells}</tr>")
                page.append("</table>")
    found = reader.read("".join(page).encode(), "a.html")
    third = next(section for section in found.sections if section.number == 3)
    assert "予以公开" not in third.text
