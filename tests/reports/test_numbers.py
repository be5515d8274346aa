"""Printed text to figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.numbers import looks_like_value, parse


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0", 0, ""),
        ("１２", 12, ""),
        (" 1，234 ", 1234, ""),
        ("1 234", 1234, ""),
        ("12,345,678", 12345678, ""),
        ("54.70万元", Decimal("54.70"), "万元"),
        ("8040元", 8040, "元"),
        ("3（件）", 3, "件"),
        ("267.9503", Decimal("267.9503"), ""),
        ("-29", -29, ""),
        ("－9", -9, ""),
        ("−9", -9, ""),
        ("减3", -3, ""),
        ("减少3项", -3, "项"),
        ("增加2", 2, ""),
        ("+2", 2, ""),
        ("\u200b7\xa0", 7, ""),
        ("零", 0, ""),
        ("3。", 3, ""),
    ],
)
def test_a_printed_figure_is_read_with_its_unit(text, value, unit):
    printed = parse(text)
    assert (printed.value, printed.unit, printed.certain) == (value, unit, True)


@pytest.mark.parametrize("text", ["—", "-", "——", "/", "／", "无", "－"])
def test_a_sign_for_no_figure_is_a_token_and_certain(text):
    printed = parse(text)
    assert printed.value is None
    assert printed.token
    assert printed.certain


@pytest.mark.parametrize("mark", ["①", "②", "¹", "³", "₁", "⑴", "⒈", " ①", "①②", "⓵"])
def test_a_mark_of_a_note_behind_a_figure_is_no_part_of_it(mark):
    assert (parse(f"6{mark}").value, parse(f"6{mark}").certain) == (6, True)
    assert (parse(f"1，234{mark}").value, parse(f"12.5{mark}").value) == (1234, Decimal("12.5"))


@pytest.mark.parametrize("text", ["①", "①6", "6①2", "¹", "6½", "件①", "/①"])
def test_a_mark_of_a_note_elsewhere_leaves_no_figure(text):
    assert parse(text).value is None
    assert not parse(text).certain


@pytest.mark.parametrize("text", ["", " ", "\xa0", "\u3000\n"])
def test_blank_is_blank_and_not_zero(text):
    assert parse(text).is_blank


@pytest.mark.parametrize("text", ["000", "0 0", "1,2", "行 政许可", "1.2.3", "12%", "3-4", "O12", "9" * 30, "0\n5"])
def test_what_could_be_several_cells_or_words_gives_no_value(text):
    printed = parse(text)
    assert printed.value is None
    assert not printed.certain


def test_digits_with_a_break_between_them_are_joined_without_certainty():
    printed = parse("167\n3")
    assert (printed.value, printed.certain) == (1673, False)


def test_a_long_dash_before_digits_is_a_minus_without_certainty():
    assert (parse("—5").value, parse("—5").certain) == (-5, False)


def test_words_do_not_look_like_a_value_and_signs_do():
    assert all(looks_like_value(t) for t in ("0", "", "—", "3件", "减3"))
    assert not any(looks_like_value(t) for t in ("规章", "1.属于国家秘密", "本年增/减", "2023年"))


@given(st.integers(-(10**12), 10**12))
def test_any_whole_number_survives_printing(n):
    assert parse(str(n)).value == n
    assert parse(f"{n:,}").value == n


@given(st.text(max_size=40))
def test_nothing_raises(text):
    parse(text)
