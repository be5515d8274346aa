"""Chinese text: foldings, sentences, numerals, dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import text
from reports.formats.word.numbering import chinese

PROSE = st.text("一二三十百〇公开申请，。；！？、：（）() \n\t\u3000\u200b０１23．-－—Ａb", max_size=80)


@settings(deadline=None)
@given(PROSE)
def test_a_folded_text_folds_to_itself(prose):
    for folding in (text.half_width, text.fold, text.squeeze, text.letters):
        assert folding(folding(prose)) == folding(prose)


@settings(deadline=None)
@given(PROSE)
def test_letters_are_what_every_folding_keeps(prose):
    assert text.letters(text.fold(prose)) == text.letters(prose) == text.letters(text.squeeze(prose))
    assert all(char.isalnum() for char in text.letters(prose))


def test_what_each_folding_keeps():
    printed = " 一、收到 １２ 件，其中：（一）予以公开 "
    assert text.half_width(printed) == "一、收到 12 件,其中:(一)予以公开"
    assert text.fold(printed) == "一、收到12件，其中：（一）予以公开"
    assert text.squeeze(printed) == "一、收到12件,其中:(一)予以公开"
    assert text.letters(printed) == "一收到12件其中一予以公开"
    assert text.bare_title(printed) == "收到12件其中一予以公开"


@pytest.mark.parametrize(
    "heading", ["一、总体情况", "第一部分 总体情况", "（一）总体情况", "1. 总体 情况：", "总体情况"]
)
def test_headings_compare_without_their_numeral(heading):
    assert text.bare_title(heading) == "总体情况"


@settings(deadline=None)
@given(PROSE)
def test_sentences_lose_nothing_but_marks_and_blanks(prose):
    assert text.letters("".join(text.sentences(prose))) == text.letters(prose)
    assert text.letters("".join(text.unwrapped_sentences(prose))) == text.letters(prose)


def test_a_printed_line_end_ends_a_sentence_unless_it_is_unwrapped():
    first = "2023年，我局共收到政府信息公开申请十二件，均在法定期限内予以答复，其中予以公开"
    wrapped = f"{first}\n三件。其他无。"
    assert list(text.sentences(wrapped)) == [text.squeeze(first), "三件。", "其他无。"]
    assert list(text.unwrapped_sentences(wrapped)) == [f"{first}三件", "其他无"]


def test_no_sentence_is_longer_than_any_real_one():
    cut = list(text.unwrapped_sentences("收到申请，" * 1000))
    assert max(map(len, cut)) <= text.MAX_SENTENCE
    assert "".join(cut) == "收到申请，" * 1000


@settings(deadline=None)
@given(st.integers(1, 99))
def test_a_numeral_is_read_as_it_is_written(number):
    assert text.numeral(chinese(number)) == number == text.numeral(str(number))
    assert text.count_in_words(chinese(number)) == number


@pytest.mark.parametrize("no_numeral", ["", "一二", "二三十", "十一二", "十十", "百", "零", "一、"])
def test_what_is_no_numeral_is_none(no_numeral):
    assert text.numeral(no_numeral) is None


@pytest.mark.parametrize(
    ("words", "count"), [("两", 2), ("一百零五", 105), ("一千零二十", 1020), ("〇", 0), ("十", 10), ("三成", None)]
)
def test_a_count_in_words(words, count):
    assert text.count_in_words(words) == count


@pytest.mark.parametrize("printed", ["2021", "２０２１", "二〇二一", "二○二一", "二零二一"])
def test_a_year_in_any_numerals(printed):
    assert text.number_of_year(printed) == 2021


def test_the_year_of_a_document_number_is_no_year_of_the_text():
    assert text.years_in("按照国办公开办函〔2021〕30号，现公布2022年度报告（2023）") == [2022, 2023]


@settings(deadline=None)
@given(st.dates(text.FIRST_DAY, date(2049, 12, 31)))
def test_a_date_is_read_in_digits_and_in_words(day):
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    assert text.date_in(f"发布日期：{day:%Y-%m-%d} 08:30") == day
    assert text.date_in(f"{year}年{chinese(day.month)}月{chinese(day.day)}日") == day
