"""The statistics period that a report states."""

from __future__ import annotations

import re
from datetime import date

from reports.report import Period
from reports.text import fold

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
_WHOLE_YEAR = re.compile(r"(20\d\d)年?(?:度)?1?月?(?:至|到|—|-|~)12月(?:底|份)?")
_ABOUT_FIGURES = re.compile(
    r"统计(?:期限|时限|时间|周期|区间|范围|数据|日期|年度|口径|期间|起止)|数据.{0,14}(?:期限|时限|截止|时间|范围|截至)|(?:期限|时限|起止时间|起止日期|截止日期|截止时间|截至)|"
    r"所列数据|报告期|时间范围"
)


def period(text: str) -> Period | None:
    """The statistics period of a text, lost characters restored: ``202211日至1231日`` is 1 January to 31 December 2022.

    A period counts only in a sentence about the figures (统计期限, 所列数据 …); ``start`` is None where only the end is
    given."""
    # Not by ``reports.text``: a period goes on over a line's end, which only a numbered line is sure to close.
    for sentence in re.split(r"[。；;]|\n(?=\s*[一（(])", text):
        if "20" not in sentence and "２" not in sentence:
            continue
        folded = fold(sentence)
        about = _ABOUT_FIGURES.search(folded)
        if about is None:
            continue
        found = _in_sentence(folded)
        if found is not None:
            return found
    return None


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
