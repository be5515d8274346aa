"""Places in the form's own words and instruments by their full titles."""

from __future__ import annotations

import pytest

from reports.checks import checking
from reports.checks.sheet import place, places
from reports.form import forms
from reports.report import Form
from reports.wording import basis_in_full, place_in_words


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["applications.handled.total"], "表三“（七）总计”行、总计列"),
        (["applications.new.natural_person"], "表三“一、本年新收政府信息公开申请数量”行、自然人列"),
        (["proactive.licensing.decisions"], "表二“行政许可”行、本年处理决定数量列"),
        (["disputes.reconsideration.upheld"], "表四“行政复议”、结果维持列"),
        (
            ["applications.handled.total", "applications.carried_out.total"],
            "表三“（七）总计”、“四、结转下年度继续办理”行、总计列",
        ),
    ],
)
def test_a_place_is_named_as_the_form_names_it(cells: list[str], words: str):
    assert place_in_words(places(cells, "2021"), tuple(cells), 2025) == words


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_every_cell_of_both_forms_is_named_without_a_row_number(form: Form):
    year = 2025 if form == "2021" else 2020
    for key in forms.keys(form):
        said = place_in_words(place(key, form), (key,), year)
        assert said.endswith("列")
        assert forms.row(*forms.split(key)[:1], form, forms.split(key)[1]).label in said


def test_a_report_in_the_other_years_form_is_named_by_that_form():
    key = "applications.new.total"
    old = next(key for key in forms.keys("2019") if key not in forms.keys("2021"))
    assert place_in_words(place(old, "2019"), (old,), 2021) == place_in_words(place(old, "2019"), (old,), 2019)
    assert place_in_words(place(key, "2021"), (key,), 2021).startswith("表三“一、")


@pytest.mark.parametrize("place", ["全文", "发布日期", "", "第五部分", "表三，合计处", "年报栏目，2025"])
def test_what_is_no_place_in_a_table_stays(place: str):
    assert place_in_words(place, (), 2025) == place


@pytest.mark.parametrize("year", [2020, 2025])
def test_no_basis_of_the_catalogue_cites_an_instrument_in_short(year: int):
    for rule in checking.RULES.values():
        full = basis_in_full(rule.basis, year)
        bare = full.replace("（国办公开办函〔2021〕30号）", "").replace("（国办公开办函〔2019〕60号）", "")
        bare = bare.replace("（国办公开办函〔2019〕61号）", "").replace("（国办函〔2020〕109号）", "")
        for short in ("号文", "〔", "同上", "；条例第"):
            assert short not in bare, f"{rule.id}: {full}"
        assert not bare.startswith("条例")


def test_the_form_cited_is_that_of_the_year():
    assert "〔2021〕30号" in basis_in_full("表式（总计列）", 2025)
    assert "〔2019〕60号" in basis_in_full("表式（总计列）", 2020)
