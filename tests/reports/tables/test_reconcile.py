"""The identities confirm, choose or mark; they never change a figure printed surely."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from reports.form import forms
from reports.report import Cell
from reports.tables.model import Aligned
from reports.tables.reconcile import compared, holds, identities, questioned, reconciled
from tests.reports.rendering import figures


def aligned(**changed: Cell) -> Aligned:
    values = figures(random.Random(4), "2021", small=False)
    cells = {key: Cell(value, str(value)) for key, value in values.items()}
    cells.update({key.replace("__", "."): cell for key, cell in changed.items()})
    return Aligned("2021", cells)


KEY = "applications.granted.natural_person"
NAME = KEY.replace(".", "__")
VALUE = int(aligned().cells[KEY].value or 0)


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_a_consistent_report_satisfies_every_identity(form):
    cells = {key: Cell(value, str(value)) for key, value in figures(random.Random(1), form).items()}
    assert len(identities(form)) == len(forms.rows("applications", form)) + 14 + 3
    assert all(holds(identity, cells) for identity in identities(form))


def test_a_doubtful_figure_that_satisfies_row_and_column_is_confirmed():
    assert VALUE
    out = reconciled(aligned(**{NAME: Cell(VALUE, str(VALUE), 0.6)}))
    assert out.cells[KEY].confidence >= 0.9


def test_a_doubtful_figure_that_breaks_them_stays_in_doubt():
    out = reconciled(aligned(**{NAME: Cell(VALUE + 1, str(VALUE + 1), 0.6)}))
    assert out.cells[KEY].value == VALUE + 1
    assert out.cells[KEY].confidence < 0.9


def test_another_reading_that_was_seen_is_taken_if_it_alone_fits():
    doubtful = Cell(VALUE + 7, str(VALUE + 7), 0.6, alternatives=(str(VALUE + 1), str(VALUE)))
    out = reconciled(aligned(**{NAME: doubtful}))
    assert out.cells[KEY].value == VALUE
    assert str(VALUE + 7) in out.cells[KEY].alternatives


def test_a_sure_figure_that_breaks_an_identity_is_left_as_printed():
    wrong = Cell(VALUE + 5, str(VALUE + 5), 1.0, alternatives=(str(VALUE),))
    doubtful = Cell(None, "", 0.3)
    out = reconciled(aligned(**{NAME: wrong, "disputes__reconsideration__other": doubtful}))
    assert out.cells[KEY] == wrong


def test_a_table_of_zeros_confirms_nothing():
    cells = {key: Cell(0, "0") for key in forms.keys("2021")}
    cells[KEY] = Cell(0, "0", 0.6)
    assert reconciled(Aligned("2021", cells)).cells[KEY].confidence == 0.6


def test_a_recognised_figure_in_a_broken_identity_is_marked():
    out = reconciled(aligned(**{NAME: Cell(VALUE + 1, str(VALUE + 1), 0.92)}))
    assert out.cells[KEY].confidence < 0.9


def test_what_two_readings_agree_on_stands_though_it_is_wrong():
    wrong = aligned(**{NAME: Cell(VALUE + 5, str(VALUE + 5), 1.0)})
    assert KEY in questioned(wrong)
    assert compared(wrong, aligned(**{NAME: Cell(VALUE + 5, f"{VALUE + 5}件", 0.8)})) is wrong


def test_a_questioned_figure_that_is_otherwise_in_a_second_reading_is_in_doubt_or_proven():
    wrong = aligned(**{NAME: Cell(VALUE + 5, str(VALUE + 5), 1.0)})
    proven = compared(wrong, aligned())
    assert proven.cells[KEY].value == VALUE
    open_ = compared(wrong, aligned(**{NAME: Cell(VALUE + 3, str(VALUE + 3), 0.8)}))
    assert open_.cells[KEY].value == VALUE + 5
    assert open_.cells[KEY].confidence < 0.9


def test_where_one_questioned_figure_differs_all_that_differ_are_in_doubt_even_where_no_sum_tells():
    free = "proactive.licensing.decisions"
    wrong = aligned(**{NAME: Cell(VALUE + 5, str(VALUE + 5), 1.0)})
    other = aligned()
    other.cells[free] = Cell(123456, "123456", 0.9)
    assert compared(wrong, other).cells[free].confidence < 0.9
    assert compared(aligned(), other).cells[free].confidence == 1.0


def test_a_second_reading_that_is_illegible_or_of_another_form_says_nothing():
    wrong = aligned(**{NAME: Cell(VALUE + 5, str(VALUE + 5), 1.0)})
    assert compared(wrong, aligned(**{NAME: Cell(VALUE, str(VALUE), 0.3)})) is wrong
    assert compared(wrong, replace(aligned(), form="2019")) is wrong
    assert compared(wrong, Aligned()) is wrong


def test_nothing_is_questioned_where_a_cell_is_in_doubt_anyway():
    doubtful = aligned(**{NAME: Cell(VALUE + 5, str(VALUE + 5), 0.6)})
    assert questioned(doubtful) == frozenset()
