"""What a document is: kind, reporting body, report year, statistics period.

Sources of a year, in order: title, period, first sentence; never an address or a column (they carry the template's).
Sources of the body: title, signature, contact line. The register's aliases are somebody else's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from reports.report import Kind, Period
from reports.sections import words
from reports.text import YEAR, fold, years_in

LAST_LEGACY_YEAR = 2018  # the first uniform form is that of report year 2019 (国办公开办函〔2019〕60号)


@dataclass(frozen=True, slots=True)
class Titled:
    """What a title says: kind (None: nothing that we know), body and year as far as it names them."""

    kind: Kind | None
    agency: str | None
    year: int | None


# ------------------------------------------------------------------ titles


@lru_cache(maxsize=1)
def _kinds() -> dict[str, re.Pattern[str]]:
    """reports/data/titles.yaml: one pattern for each list of words."""
    lists: dict[str, list[str]] = words()["kinds"]
    return {name: re.compile("|".join(f"(?:{word})" for word in known)) for name, known in lists.items()}


@lru_cache(maxsize=1)
def _body_end() -> re.Pattern[str]:
    known = sorted(words()["bodies"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(known)})(?:[（(][^）)]{{1,24}}[)）])?$")


_SUFFIX = re.compile(
    r"(?:[（(\[【][^）)\]】]{0,12}[)）\]】])+$|[（(](?:最?终?稿|定稿|公开版|修订|更正)[)）]?$|\.(?:docx?|wps|pdf|html?|ofd|xlsx?|txt|jpe?g|png)$|[-_]\d{1,3}$"
)
_PREFIX = re.compile(r"^(?:【[^】]{0,8}】|\[[^\]]{0,12}\]|附件\d*[:：.、]?|附[:：]|·|•|\d{1,3}[.、](?!\d)|《)+")
_FULL_DATE = re.compile(r"[\[(（]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])）]?(?:\d{1,2}:\d\d(?::\d\d)?)?")
# How a portal sets its own name off from the title.
_PORTAL = re.compile(r"[_|｜»>]|\s[-–—]\s|—{2,}")


@lru_cache(maxsize=2048)
def classify(title: str) -> Titled:
    """Kind, body and year from a bare title, as in a list of links.

    A title that has the words of a report and more besides is told by the rest of its words (reports/data/titles.yaml):
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
    return Titled(kind, agency, year)


def _is_about_something_else(before: str, after: str) -> bool:
    """Whether the words around those of a report tell of a meeting about it or of another paper."""
    kinds = _kinds()
    return bool((len(after) > 2 and kinds["other"].search(after)) or kinds["event"].search(after + before))


def _bare(title: str) -> str:
    """A title without the portal's name, the date of a list's row and the marks around it."""
    parts = [part for part in _PORTAL.split(title.strip()) if part.strip()]
    told = [part for part in parts if "公开" in fold(part) or "报告" in fold(part) or "年报" in fold(part)]
    # A column's name (政府信息公开年报) may stand beside the title: the longer one is the title.
    text = fold(max(told, key=len)) if told else fold(parts[0]) if parts else fold(title)
    text = _FULL_DATE.sub("", text)
    text = re.sub(r"\.(?:docx?|wps|pdf|html?|ofd|xlsx?|txt|jpe?g|png)$", "", text, flags=re.I)
    text = re.sub(r"^(?:图解|一图读懂|解读|图说)[:：丨]", "【图解】", text)
    return text.strip("《》\"“”'。，,;；:：")


_TAIL = re.compile(
    r"(?:年度?)?的?(?:本级|（本级）|\(本级\))?(?:政府|政务)?(?:信息|信思|政务信息)(?:工作)?公开.*$|(?:年度?)?政务公开.*$|"
    r"(?:年度?)?政府网站.*$|(?:年度?)?政务新媒体.*$|(?:年度?)?法治政府.*$|(?:年度?)?(?:工作)?(?:年度报告|年报|年度工作报告).*$|"
    r"(?:年度?)?(?:政府)?工作报告.*$|工作告年度报.*$|(?:年度?)?部门[决预]算.*$|年度?$"
)
_LEAD = re.compile(r"^(?:关于|印发|发布|公布|公开|转发|解读|图解|一图读懂|《|【[^】]*】|[（(]图[^）)]*[)）])+")


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


def body_in(head: str) -> str | None:
    """The public body that the words before (or around) a report's title name, None if they name none."""
    name = _TAIL.sub("", _LEAD.sub("", head))
    if name.endswith("人民") and re.match(r"政府", head[head.find(name) + len(name) :]):
        name += "政府"  # 甲县人民政府信息公开…: one 政府 does for two
    name = re.sub(r"(?:关于|发布|公布|编制|的|本级|（本级）|\(本级\))+$", "", name).strip('《》·-—:：,，、.． "“”')
    name = re.sub(r"^[（(]+|[（(]+$", "", name)
    if name.endswith((")", "）")) and "（" not in name and "(" not in name:
        name = name[:-1]
    return name if is_name(name) else None


_NO_NAME = re.compile(
    r"[。；，！？《》:：\d]|信息公开|政务公开|年度|报告|通知|公告|专栏|栏目|首页|当前位置|索引|工作情况|按照|根据|要求|条例|领导小组$|"
    r"各(?:县|区|市|镇|乡|街道|单位|部门|有关)|^(?:关于|本|我|该|各|全|其他|有关|相关|以上|上述|一|二|三|四|五|六)|"
    r"(?:重大|重要|基本|主要|总体)|^(?:市|县|区|镇|乡|省|局|办公室|机关|部门|单位|街道|政府|人民政府|社会|法治政府)$"
)


def is_name(text: str) -> bool:
    """Whether a text may be a public body's name: it ends as such names end and is no sentence."""
    return 2 <= len(text) <= 40 and bool(_body_end().search(text)) and not _NO_NAME.search(text)


# ------------------------------------------------------------------ the period


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
