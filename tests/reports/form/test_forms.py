"""The forms as data."""

from __future__ import annotations

import pytest

from reports.form import forms


@pytest.mark.parametrize(("form", "count"), [("2021", 200), ("2019", 198)])
def test_a_form_has_the_official_number_of_cells_each_once(form, count):
    keys = forms.keys(form)
    assert len(keys) == len(set(keys)) == count


def test_the_2019_form_has_one_row_of_other_handling_and_the_2021_form_three():
    def rows(form):
        return [r.key for r in forms.rows("applications", form) if r.key.startswith("other")]

    assert rows("2019") == ["other"]
    assert rows("2021") == ["other.not_corrected", "other.fee_unpaid", "other.other"]


def test_every_cell_has_a_chinese_label_and_a_place():
    for form in ("2019", "2021"):
        for key in forms.keys(form):
            assert forms.label(key) != key
            assert forms.place(key).startswith(("表二，", "表三，", "表四，"))


def test_a_key_is_taken_apart_at_the_row_and_the_column():
    assert forms.split("applications.denied.state_secret.total") == ("applications", "denied.state_secret", "total")
