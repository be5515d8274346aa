"""Tables from lines, however the lines were drawn."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.blocks import Unreadable
from reports.geometry import lattice
from reports.geometry.lattice import tables
from reports.geometry.shapes import Segment


def ruled(rows: int, columns: int, width: float = 40.0, height: float = 15.0) -> tuple[list[Segment], list[Segment]]:
    h = [Segment(r * height, 0.0, columns * width) for r in range(rows + 1)]
    v = [Segment(c * width, 0.0, rows * height) for c in range(columns + 1)]
    return h, v


def spans(lattice_: lattice.Lattice) -> list[tuple[int, int, int, int]]:
    return [(b.row, b.column, b.row_span, b.column_span) for b in lattice_.boxes]


def test_a_plain_table_has_a_box_for_each_cell():
    (found,) = tables(*ruled(3, 4), 2)
    assert spans(found) == [(r, c, 1, 1) for r in range(3) for c in range(4)]
    assert found.boxes[5].bbox == (40, 15, 80, 30)
    assert [len(row) for row in found.rows()] == [4, 4, 4]


def test_a_missing_piece_of_rule_merges_the_boxes_beside_it():
    h, v = ruled(2, 3)
    v[1] = Segment(40, 15, 30)  # open in the first row
    (found,) = tables(h, v, 2)
    assert (0, 0, 1, 2) in spans(found)
    assert len(found.boxes) == 5


def test_a_vertically_merged_label_begins_in_its_first_row_only():
    h, v = ruled(3, 3)
    h[1] = Segment(15, 40, 120)
    h[2] = Segment(30, 40, 120)
    (found,) = tables(h, v, 2)
    assert spans(found)[0] == (0, 0, 3, 1)
    assert [len(row) for row in found.rows()] == [3, 2, 2]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(2, 10), st.integers(0, 2**32))
def test_short_jittered_pieces_in_any_order_give_the_same_table(rows: int, columns: int, seed: int):
    rng = random.Random(seed)

    def pieces(rules: list[Segment]) -> list[Segment]:
        out = []
        for rule in rules:
            cuts = sorted({rule.start, rule.end, *(rng.uniform(rule.start, rule.end) for _ in range(6))})
            out += [
                Segment(rule.at + rng.uniform(-0.6, 0.6), a - rng.uniform(0, 0.5), b - rng.uniform(0, 0.5))
                for a, b in pairwise(cuts)
            ]
        rng.shuffle(out)
        return out

    h, v = ruled(rows, columns)
    (found,) = tables(pieces(h), pieces(v), 2)
    assert spans(found) == [(r, c, 1, 1) for r in range(rows) for c in range(columns)]


def test_tables_above_each_other_stay_apart():
    h, v = ruled(2, 2)
    lower = ([Segment(s.at + 100, s.start, s.end) for s in h], [Segment(s.at, s.start + 100, s.end + 100) for s in v])
    found = tables(h + lower[0], v + lower[1], 2)
    assert [t.ys[0] for t in found] == [0, 100]


def test_a_table_without_outer_sides_keeps_its_outer_columns():
    h, v = ruled(4, 4)
    (found,) = tables(h, v[1:-1], 2)
    assert [len(row) for row in found.rows()] == [4, 4, 4, 4]


def test_a_row_cut_by_the_page_end_is_a_row_and_says_so():
    h, v = ruled(3, 4)
    (found,) = tables(h[:-1], v, 2)
    assert [len(row) for row in found.rows()] == [4, 4, 4]
    assert found.open_bottom
    assert not found.open_top


def test_one_row_is_a_table():
    h, v = ruled(1, 15, width=30)
    (found,) = tables(h, v, 2)
    assert len(found.boxes) == 15


def test_double_rules_add_no_cells():
    h, v = ruled(3, 3)
    h += [Segment(s.at + 3, s.start, s.end + 3) for s in (h[0], h[-1])]
    v += [Segment(s.at + 3, s.start, s.end + 3) for s in (v[0], v[-1])]
    (found,) = tables(h, v, 2)
    assert [len(row) for row in found.rows() if len(row) > 0] == [3, 3, 3]


def test_underlines_and_frames_are_no_tables():
    assert tables([Segment(10, 0, 100), Segment(30, 0, 100)], [], 2) == []
    assert tables(*ruled(1, 1), 2) == []


def test_a_corner_left_by_a_missing_piece_never_loses_a_box():
    h, v = ruled(3, 3)
    v[1] = Segment(40, 15, 45)
    h[1] = Segment(15, 0, 80)
    (found,) = tables(h, v, 2)
    area = sum(b.row_span * b.column_span for b in found.boxes)
    assert area == 9


def test_a_drawing_is_refused():
    many = [Segment(i, 0, 1) for i in range(lattice.MAX_SEGMENTS + 1)]
    with pytest.raises(Unreadable) as caught:
        tables(many, [], 2)
    assert caught.value.limit == "cells"
