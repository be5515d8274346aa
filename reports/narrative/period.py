"""The statistics period that a report states."""

from __future__ import annotations

import re
from datetime import date

from reports.report import Period
from reports.text import A_YEAR, count_in_words, fold, number_of_year

_A_YEAR = re.compile(A_YEAR)
_M, _DAY = r"(\d{1,2})", r"(\d{1,2})"
_TO = r"(?:起|开始)?(?:[至到止—－~～-]+|截[至止])"
_PERIOD = re.compile(
    rf"(20\d\d)年?{_M}月{_DAY}日?{_TO}(?:(20\d\d)年|当年|同年|本年)?(?:(年底)|{_M}月(?:{_DAY}日?|底)?)"
)
_NATURAL = re.compile(rf"(20\d\d)年?0?1月?0?1日?{_TO}(20\d\d)?年?12月?31日?")
# 202211日至1231日: the characters around the numerals are lost.
_GLUED = re.compile(rf"(20\d\d)0?1?0?1日?{_TO}(20\d\d)?年?12月?31日?")
_DOTTED = re.compile(r"(20\d\d)[./-](\d{1,2})[./-](\d{1,2})(?:[至到—~～-]+)(20\d\d)[./-](\d{1,2})[./-](\d{1,2})")
_END_ONLY = re.compile(r"截[止至](?:时间|日期|到|期限)*(?:为|是|到|至|：|:)*(20\d\d)年?12月?(?:31日?|底)")
_WHOLE_YEAR = re.compile(r"(20\d\d)年?(?:度)?1?月?(?:至|到|[－—―~～-])12月(?:底|份)?")
# What may stand inside a period and says nothing of its days, and numerals for digits.
_BESIDE_DAYS = re.compile(
    r"[（(](?:含|不含|含当日|含本日|起|止)[)）]|(?:零时|24时|(?<!\d)0时|(?<!\d)(?:0?0|24|23)[:：](?:00|59)(?:[:：](?:00|59))?)"
)
_TO_COMES = re.compile(r"(?:起|开始|始)?[，,]?(?:截至|截止到?|至|到)(?=(?:20\d\d|当年|同年|本年|1?\d月|1?\d[./-]))")
_YEAR_IN_BRACKETS = re.compile(r"(20\d\d)年?(?:全年|度)?[（(]([^）)]{4,30})[)）]")
_NUMERALS_OF_DAY = re.compile(r"[一二三四五六七八九十]{1,3}(?=[月日])")
_ABOUT_FIGURES = re.compile(
    r"统计(?:期限|时限|时间|时段|周期|区间|范围|数据|日期|年度|口径|期间|起止)|数据.{0,14}(?:期限|时限|截止|时间|范围|截至)|(?:期限|时限|起止时间|起止日期|截止日期|截止时间|截至)|"
    r"所列数据|报告期|时间范围"
)


def period(text: str) -> Period | None:
    """The statistics period of a text, lost characters restored: ``202211日至1231日`` is 1 January to 31 December 2022.

    A period counts only in a sentence about the figures (统计期限, 所列数据 …); ``start`` is None where only the end is
    given."""
    # Not by ``reports.text``: a period goes on over a line's end, which only a numbered line is sure to close.
    for sentence in re.split(r"[。；;]|\n(?=\s*[一（(])", text):
        folded = fold(sentence)
        if _A_YEAR.search(folded) is None:
            continue
        about = _ABOUT_FIGURES.search(folded)
        if about is None:
            continue
        found = _in_sentence(folded) or _in_sentence(_plain(folded))
        if found is not None:
            return found
    return None


def _plain(folded: str) -> str:
    """A sentence with its periods in digits and without hours and brackets: 自二〇二四年元月一日（含）起，至… comes out as
    2024年1月1日至…."""
    text = _A_YEAR.sub(lambda found: str(number_of_year(found.group()) or found.group()), folded)
    text = _NUMERALS_OF_DAY.sub(lambda found: str(count_in_words(found.group()) or ""), text).replace("元月", "1月")
    text = _YEAR_IN_BRACKETS.sub(r"\1年\2", _BESIDE_DAYS.sub("", text))
    return _TO_COMES.sub("至", text)


def _in_sentence(folded: str) -> Period | None:
    for pattern in (_NATURAL, _GLUED):
        found = pattern.search(folded)
        if found:
            first = int(found.group(1))
            last = int(found.group(2)) if found.group(2) else first
            return Period(f"{first}-01-01", f"{last}-12-31", found.group(0))
    found = _PERIOD.search(folded)
    if found:
        year, month, day, last_year, at_end, last_month, last_day = found.groups()
        start = _iso(year, month, day)
        end = _end(last_year or year, "12" if at_end else last_month, last_day)
        if start and end:
            return Period(start, end, found.group(0))
    found = _DOTTED.search(folded)
    if found:
        start, end = _iso(*found.group(1, 2, 3)), _iso(*found.group(4, 5, 6))
        if start and end:
            return Period(start, end, found.group(0))
    found = _WHOLE_YEAR.search(folded)
    if found:
        return Period(f"{found.group(1)}-01-01", f"{found.group(1)}-12-31", found.group(0))
    found = _END_ONLY.search(folded)
    if found:
        return Period(None, f"{found.group(1)}-12-31", found.group(0))
    return None


def _iso(year: str, month: str | None, day: str | None) -> str | None:
    try:
        return date(int(year), int(month or 0), int(day or 0)).isoformat()
    except ValueError:
        return None


def _end(year: str, month: str | None, day: str | None) -> str | None:
    """The last day of a period; a month alone (至11月, 至11月底) ends with its last day."""
    if day is not None or month is None:
        return _iso(year, month, day)
    return next((iso for last in (31, 30, 29, 28) if (iso := _iso(year, month, str(last)))), None)
