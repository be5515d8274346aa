"""The tables as the forms print them."""

from __future__ import annotations

from typing import get_args

import pytest

from reports.form import forms, layout
from reports.report import Form, Table


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("which", get_args(Table))
def test_the_slots_cover_the_table_once_and_hold_every_cell_in_order(which: Table, form: Form):
    slots = layout.table(which, form)
    covered = [
        (row, column)
        for slot in slots
        for row in range(slot.row, slot.row + slot.rows)
        for column in range(slot.column, slot.column + slot.columns)
    ]
    height = max(row for row, _ in covered) + 1
    assert sorted(covered) == [(row, column) for row in range(height) for column in range(layout.WIDTH[which])]
    assert [slot.key for slot in slots if slot.key] == [key for spec in forms.rows(which, form) for key in spec.cells()]


@pytest.mark.parametrize("form", get_args(Form))
def test_every_label_and_header_of_the_form_is_printed(form: Form):
    for which in get_args(Table):
        printed = {slot.text for slot in layout.table(which, form)}
        for spec in forms.rows(which, form):
            assert set(spec.headers) <= printed
            assert set(spec.label.split(" · ")) <= printed


def test_labels_that_repeat_are_told_apart_by_their_group():
    labels = [layout.full_label(spec) for spec in forms.rows("applications", "2021")]
    assert len(set(labels)) == len(labels)
    assert "（五）不予处理 2.重复申请" in labels
    assert layout.full_label(forms.row("applications", "2019", "other")) == "（六）其他处理"
