"""What a document is by its bare title: kind, reporting body, report year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from reports.narrative.names import body_in, is_name
from reports.narrative.words import words
from reports.report import Kind
from reports.suffixes import ALL, any_of, ending_in
from reports.text import YEAR, fold, years_in

LAST_LEGACY_YEAR = 2018  # the first uniform form is that of report year 2019 (国办公开办函〔2019〕60号)


@dataclass(frozen=True, slots=True)
class Classification:
    """What a title says: kind (None: nothing that we know), body and year as far as it names them."""

    kind: Kind | None
    agency: str | None
    year: int | None


@lru_cache(maxsize=1)
def _kinds() -> dict[str, re.Pattern[str]]:
    """data/kinds.yaml: one pattern for each list of words."""
    lists: dict[str, list[str]] = words()["kinds"]
    return {name: re.compile("|".join(f"(?:{word})" for word in known)) for name, known in lists.items()}


_SUFFIX = re.compile(
    r"(?:[（(\[【][^）)\]】]{0,12}[)）\]】])+$|[（(](?:最?终?稿|定稿|公开版|修订|更正)[)）]?$|[-_]\d{1,3}$"
    rf"|{any_of(ALL)}$"
)
_PREFIX = re.compile(r"^(?:【[^】]{0,8}】|\[[^\]]{0,12}\]|附件\d*[:：.、]?|附[:：]|·|•|\d{1,3}[.、](?!\d)|《)+")
_FULL_DATE = re.compile(r"[\[(（]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])）]?(?:\d{1,2}:\d\d(?::\d\d)?)?")
# How a portal sets its own name off from the title.
_PORTAL = re.compile(r"[_|｜»>]|\s[-–—]\s|—{2,}|-{2,}|(?<=[\u4e00-\u9fff])[-–—·](?=[^-–—·]*[\u4e00-\u9fff]{4})|::")
# Before these the name of a body goes on behind a blank: 甲县 水利局, 兵团 统计局, 市公安局 桥东分局.
_PLACE = re.compile(r".{1,10}(?:省|市|县|区|州|盟|旗|镇|乡|街道|兵团|师|管委会|管理委员会)$")
_BRANCH = re.compile(r"(?:分局|支队|大队|总队|中心|站|所|办公室)$")


@lru_cache(maxsize=2048)
def classify(title: str) -> Classification:
    """Kind, body and year from a bare title, as in a list of links.

    A title that has the words of a report and more besides is told by the rest of its words (data/kinds.yaml):
    an interpretation, a notice about reports, an event. Of what only the text can tell the kind is None."""
    text = _bare(title)
    kinds = _kinds()
    agency, year = _agency_and_year(text)
    # The year taken out, the words of a report stand together whatever order they came in.
    timeless = re.sub(r"[（(](?:年度?)?[)）]", "", YEAR.sub("", text))
    timeless = re.sub(r"(?<!半)年度?(?=年)", "", timeless)
    # The last one: the body's own name may hold such words.
    found = next(reversed(list(kinds["report"].finditer(timeless))), None)
    after = _SUFFIX.sub("", timeless[found.end() :]) if found else ""
    dressing = timeless[found.end() :] if found else timeless
    kind: Kind | None
    if kinds["website_report"].search(timeless) and not (found and re.match(r"(政府|政务)?信息公开", found.group(0))):
        kind = "website_report"
    elif found and kinds["announcement"].search(text) and not re.search(r"做好|编制|报送|填报", text):
        kind = None
    elif found and kinds["notice"].search(timeless):
        kind = "notice"
    elif found and (
        kinds["interpretation"].search(timeless[: found.start()]) or kinds["interpretation"].search(dressing)
    ):
        kind = "interpretation"
    elif (found and not _is_about_something_else(timeless[: found.start()], after)) or (
        year is not None and kinds["cut_report"].search(timeless)
    ):
        kind = "annual_report"
    elif kinds["other"].search(timeless) or found:
        kind = "other"
    elif kinds["interpretation"].search(timeless) and "信息公开" in timeless:
        kind = "interpretation"
    elif kinds["papers"].search(timeless):
        kind = "notice" if "报告" in timeless and "公开" in timeless else "other"
    else:
        kind = None
    if kind == "annual_report" and re.search(r"学年|学校信息公开|第[一二三四]季度|[上下]半年|\d月份?", text):
        kind = "other"
    if kind == "annual_report" and year is not None and year <= LAST_LEGACY_YEAR:
        kind = "legacy_report"
    return Classification(kind, agency, year)


def _is_about_something_else(before: str, after: str) -> bool:
    """Whether the words around those of a report tell of a meeting about it or of another paper."""
    kinds = _kinds()
    return bool((len(after) > 2 and kinds["other"].search(after)) or kinds["event"].search(after + before))


def own_title(title: str) -> str:
    """The document's part of a page's title: without the site's name and the column's, which stand before or behind it,
    set off by a mark or only by a blank (``青柳市人民政府 年度报告 市水务局2024年度…报告``)."""
    parts = [part for part in _PORTAL.split(title.strip()) if part.strip()]
    named = [part for part in parts if "公开" in fold(part) or "报告" in fold(part) or "年报" in fold(part)]
    if not named:
        return parts[0].strip() if parts else title.strip()
    # A column's name (政府信息公开年报) may stand beside the title: the fuller one is the title, then the longer.
    best = max(named, key=lambda part: (_fullness(fold(part)), len(part)))
    return _without_site(best.strip())


def _fullness(text: str) -> int:
    """How much of a report's title a text has: its words, a year, a body."""
    if not _kinds()["report"].search(YEAR.sub("", text)):
        return 0
    agency, year = _agency_and_year(text)
    return 1 + (year is not None) + (agency is not None)


def _without_site(text: str) -> str:
    words_ = text.split()
    for index in range(len(words_) - 1, 0, -1):
        tail = "".join(words_[index:])
        if _fullness(fold(tail)) < 3:
            continue
        before = fold(words_[index - 1])
        agency = _agency_and_year(fold(tail))[0] or ""
        goes_on = _PLACE.fullmatch(before) or (_BRANCH.search(agency) and is_name(before))
        if not goes_on:
            return " ".join(words_[index:])
    return text


def _bare(title: str) -> str:
    """A title without the portal's name, the date of a list's row and the marks around it."""
    text = fold(own_title(title))
    text = _FULL_DATE.sub("", text)
    text = ending_in(ALL).sub("", text)
    text = re.sub(r"^(?:图解|一图读懂|解读|图说)[:：丨]", "【图解】", text)
    return text.strip("《》\"“”'。，,;；:：")


def _agency_and_year(text: str) -> tuple[str | None, int | None]:
    """Body and year around the words of a title: ``甲局2023年政府信息公开…``, ``2023年甲局政府信息公开…``,
    ``甲局政府信息公开工作年度报告（2023年度）``."""
    text = _PREFIX.sub("", text)
    years = years_in(text)
    year = years[0] if years else None
    match = YEAR.search(text)
    heads = [text]
    if match is not None:
        before, after = text[: match.start()], re.sub(r"^(?:年度|年|度|[)）\]】])+", "", text[match.end() :])
        heads = [before, after] if len(before) >= 2 else [after]
    for head in heads:
        name = body_in(head)
        if name is not None:
            return name, year
    return None, year
