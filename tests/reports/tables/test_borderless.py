"""Tables without upright rules: figures that touch what stands beside them are told apart or flagged."""

from __future__ import annotations

from reports.blocks import Grid, GridCell
from reports.form import forms
from reports.geometry.lines import TextLine
from reports.tables.borderless.page import free_blocks

SIZE = 9.0
COLUMNS = [250.0 + 34 * n for n in range(7)]
LABELS = {spec.key: spec.label for spec in forms.rows("applications", "2021")}


def line(y: float, *words: tuple[float, str]) -> TextLine:
    """Words from their left edges; Chinese a square, digits half of one."""
    texts: list[str] = []
    edges: list[tuple[float, float]] = []
    for x, word in words:
        for char in word:
            width = SIZE if char >= "\u2e80" else SIZE / 2
            texts.append(char)
            edges.append((x, x + width))
            x += width
    order = sorted(range(len(texts)), key=lambda n: edges[n][0])
    box = (min(e[0] for e in edges), y, max(e[1] for e in edges), y + SIZE)
    return TextLine(tuple(texts[n] for n in order), tuple(edges[n] for n in order), box)


def row(y: float, label: str, figures: list[str], label_at: float | None = None) -> TextLine:
    """A row whose label ends well before the figures, or begins where it is told."""
    at = COLUMNS[0] - 30 - SIZE * len(label) if label_at is None else label_at
    words = [(x, figure) for x, figure in zip(COLUMNS, figures, strict=True) if figure]
    return line(y, (at, label), *words)


def table(*lines: TextLine) -> dict[str, list[GridCell]]:
    """The figures of each row by its label."""
    usual = ["3", "0", "0", "1", "0", "0", "4"]
    keys = ("carried_in", "granted", "handled", "carried_out")
    below = [row(300 + 16 * n, LABELS[key], usual) for n, key in enumerate(keys)]
    lower = [text for text in lines if text.bbox[1] > 300]
    upper = [text for text in lines if text.bbox[1] <= 300]
    (grid,) = (block for block in free_blocks(1, [*upper, *below, *lower], []) if isinstance(block, Grid))
    return {cells[0].text: list(cells[1:]) for cells in grid.rows if cells}


def test_a_figure_that_touches_its_label_is_its_own():
    label = LABELS["new"]
    found = table(row(284, label, ["195", "0", "0", "7", "0", "0", "202"], COLUMNS[0] - SIZE * len(label)))
    assert [cell.text for cell in found[label]] == ["195", "0", "0", "7", "0", "0", "202"]
    assert all(cell.confidence == 1 for cell in found[label])


def test_a_column_that_the_label_is_printed_over_is_no_sure_blank():
    label = LABELS["new"]
    over = row(284, label, ["5", "0", "0", "7", "0", "0", "12"], COLUMNS[0] - SIZE * len(label) + 14)
    cells = next(cells for text, cells in table(over).items() if "新收" in text)
    assert cells[0].confidence < 0.9
    assert [cell.text for cell in cells[1:]] == ["0", "0", "7", "0", "0", "12"]


def test_figures_of_two_columns_that_touch_are_flagged_with_the_column_they_cover():
    figures = ["52885177", "4", "0", "7", "0", "0", "12"]
    found = table(row(284, LABELS["new"], figures))
    first, second = found[LABELS["new"]][:2]
    assert first.confidence < 0.9
    assert second.confidence < 0.9


def test_the_end_of_a_figure_wrapped_to_the_next_line_flags_it():
    end = line(348 + 12, (COLUMNS[0], "3"), (COLUMNS[6], "9"))
    cells = table(end)[LABELS["carried_out"]]
    assert (cells[0].text, cells[6].text) == ("33", "49")
    assert all(cell.confidence < 0.9 for cell in (cells[0], cells[6]))
    assert all(cell.confidence == 1 for cell in cells[1:6])


def test_a_label_of_many_lines_keeps_the_figures_beside_its_first():
    label = LABELS["other.fee_unpaid"]
    pieces = [label[n : n + 4] for n in range(0, len(label), 4)]
    at = COLUMNS[0] - 66
    first = row(100, pieces[0], ["1", "0", "2", "0", "0", "0", "3"], at)
    others = [line(100 + 12 * n, (at, piece)) for n, piece in enumerate(pieces[1:], 1)]
    (cells,) = (cells for text, cells in table(first, *others).items() if text.startswith(label[:30]))
    assert [cell.text for cell in cells] == ["1", "0", "2", "0", "0", "0", "3"]
