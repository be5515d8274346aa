"""What a document is: kind, reporting body, report year, statistics period, publication date.

Sources of a year, in order: title, period, first sentence; never an address or a column (they carry the template's).
Sources of the body: title, signature, contact line. The register's aliases are somebody else's business.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from reports.report import Kind, Period
from reports.sections import fold

_DIGITS = {
    "〇": "0",
    "○": "0",
    "零": "0",
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
}
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d|二[〇○零][〇○零一二三四][〇○零一二三四五六七八九])(?=年|年度|度|\D|$)")

# Words of the statutory report's title, in all the forms it is met with.
_REPORT = re.compile(
    r"(政府|政务)?(信息|信思)公开(工作)?(情况)?的?(20\d\d)?(年度?)?(工作)?(情况)?的?(年度?)?(报告|年报|工作告年度报|年度报|工作年报|工作总结)|"
    r"政府信息公开(工作)?年(度)?报|信息公开年报|信息公开年度报告|信息公开工作年报|政府信息公开工作\d{4}年度?报告"
)
_INTERPRETATION = re.compile(r"解读|图解|一图读懂|一图看懂|图说|H5|动漫|语音版|读懂")
_WEBSITE = re.compile(
    r"(政府)?网站.{0,8}(工作)?(年度|年)?(报表|年报|工作年度报告|监管年度|年度报告)|政务新媒体.{0,6}(自查|报表|报告)|网站监管"
)
_OTHER_REPORTS = re.compile(
    r"法治政府建设|政府工作报告|行政执法|部门决算|部门预算|决算公开|预算公开|双公示|自查报告|统计年报|普法|权责清单|"
    r"工作要点|任务分解|分工方案|培训|测评|整改|推进会|督查|双随机|财政预算|审计报告|建议提案|国民经济和社会发展|统计公报"
)
_NOTICE = re.compile(r"通知|公告|通报|的函$|征求意见|意见$|办法|规定|方案|指南|目录|格式")


@dataclass(frozen=True, slots=True)
class Titled:
    """What a title says: kind (None: nothing that we know), body and year as far as it names them."""

    kind: Kind | None
    agency: str | None
    year: int | None


def number_of_year(text: str) -> int | None:
    """2021, ２０２１, 二〇二一 → 2021."""
    folded = "".join(_DIGITS.get(char, char) for char in fold(text))
    return int(folded) if re.fullmatch(r"20[0-4]\d", folded) else None


def years_in(text: str) -> list[int]:
    """All years in a text, in order."""
    return [year for match in _YEAR.finditer(fold(text)) if (year := number_of_year(match.group(1))) is not None]


def classify(title: str) -> Titled:
    """Kind, body and year from a bare title, as in a list of links."""
    text = fold(title).strip("《》")
    kind: Kind | None
    is_report = bool(_REPORT.search(text))
    if _WEBSITE.search(text) and not re.search(r"政府信息公开(工作)?年度报告", text):
        kind = "website_report"
    elif is_report and _INTERPRETATION.search(text):
        kind = "interpretation"
    elif is_report and re.search(r"(关于|做好|编制|报送|印发|开展).*(通知|通报|方案|要求|的函)|通知$|格式", text):
        kind = "notice"
    elif _OTHER_REPORTS.search(text) and not re.search(r"政府信息公开(工作)?(年度报告|年报)", text):
        kind = "other"
    elif is_report:
        kind = "annual_report"
    elif _NOTICE.search(text):
        kind = "notice"
    else:
        kind = None
    agency, year = _agency_and_year(text)
    if kind == "annual_report" and year is not None and year <= 2018:
        kind = "legacy_report"
    return Titled(kind, agency, year)


_TAIL = re.compile(
    r"(年度?)?的?(本级)?(政府|政务)?(信息|信思)公开(工作)?.*$|工作年度报告.*$|年度报告.*$|年报.*$|工作告年度报.*$"
)
_AROUND = re.compile(r"^(关于|【[^】]*】|\[[^\]]*\]|（[^）]*版[^）]*）|《)+|^(附件\d*[:：]?)")


def _agency_and_year(text: str) -> tuple[str | None, int | None]:
    """Body and year around the words of a title: ``甲局2023年政府信息公开…``, ``2023年甲局政府信息公开…``,
    ``甲局政府信息公开工作年度报告（2023年度）``."""
    text = _AROUND.sub("", text)
    years = years_in(text)
    year = years[0] if years else None
    head = text
    match = _YEAR.search(text)
    if match is not None:
        before, after = text[: match.start()], re.sub(r"^年?度?", "", text[match.end() :])
        head = before if len(before) >= 2 else after
    name = _TAIL.sub("", head)
    name = re.sub(r"^(印发|发布|公布|公开)", "", name).strip("《》（）()·-—:：,，、 ")
    name = re.sub(r"(关于|发布|公布)$", "", name)
    return (name if _is_name(name) else None), year


_NAME_END = re.compile(
    r"(局|厅|委|委员会|办|办公室|办公厅|政府|院|所|站|中心|处|街道|办事处|镇|乡|管委会|委会|会|部|署|社|馆|队|支队|大队|总队|师|团|"
    r"市|县|区|州|盟|旗|省|自治区|公司|集团|银行|行|苏木|农场|林场|监狱|分局|海关|协会|联合会|兵团|部门)(（[^）]{1,20}）|\([^)]{1,20}\))?$"
)


def _is_name(text: str) -> bool:
    return (
        2 <= len(text) <= 40
        and bool(_NAME_END.search(text))
        and not re.search(r"[。；，！？\d]", text.replace("（", ""))
    )


# ------------------------------------------------------------------ the period


_D = r"(\d{1,2})"
_PERIOD = re.compile(
    rf"(20\d\d)年?{_D}月?{_D}日?(?:0时)?(?:起)?(?:[至到—\-－~～]+|起至|开始至)(?:(20\d\d)年?|当年|同年)?(?:年底|{_D}月?{_D}[日止]?)"
)
_NATURAL = re.compile(r"(20\d\d)年?1月?1日?(?:起)?(?:至|到|—|-|~|～)+(20\d\d)?年?12月?31日?")
_GLUED = re.compile(r"(20\d\d)11日?(?:起)?(?:至|到|—|-|~|～)+(20\d\d)?1231日?")
_END_ONLY = re.compile(r"截[止至](?:时间|日期|到)?(?:为|是|到|至)?[:：]?(20\d\d)年?12月?31日?")
_ABOUT_FIGURES = re.compile(
    r"统计(期限|时限|时间|周期|区间|范围|数据)|数据.{0,12}(期限|时限|截止|时间|范围)|(期限|时限|起止时间|截止日期)"
)


def period(text: str) -> Period | None:
    """The statistics period of a text, lost characters restored: ``202211日至1231日`` is 1 January to 31 December 2022.

    A period counts only in a sentence about the figures (统计期限, 所列数据 …); ``start`` is None where only the end is given."""
    for sentence in re.split(r"[。；;\n]", text):
        folded = fold(sentence)
        if not _ABOUT_FIGURES.search(folded):
            continue
        for pattern in (_NATURAL, _GLUED):
            found = pattern.search(folded)
            if found:
                first = int(found.group(1))
                last = int(found.group(2)) if found.group(2) else first
                return Period(f"{first}-01-01", f"{last}-12-31", found.group(0))
        found = _PERIOD.search(folded)
        if found:
            start = _iso(found.group(1), found.group(2), found.group(3))
            end = (
                _iso(found.group(4) or found.group(1), found.group(5), found.group(6))
                if found.group(5)
                else f"{found.group(4) or found.group(1)}-12-31"
            )
            if start and end:
                return Period(start, end, found.group(0))
        found = _END_ONLY.search(folded)
        if found:
            return Period(None, f"{found.group(1)}-12-31", found.group(0))
    return None


def _iso(year: str, month: str | None, day: str | None) -> str | None:
    try:
        return date(int(year), int(month or 0), int(day or 0)).isoformat()
    except ValueError:
        return None


# ------------------------------------------------------------------ dates


_DATE = re.compile(
    r"(?<![\d])(20\d\d|二[〇○零][〇○零一二三四][〇○零一二三四五六七八九])(?:年|[-/.])([0-9]{1,2}|[一二三四五六七八九十]{1,2})(?:月|[-/.])"
    r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:日|号)?(?![\d])"
)
_LABELLED = re.compile(
    r"(发布|发文|公布|公开|发表|更新|上传|发稿)(日期|时间)[:：]?|^(日期|时间)[:：]|[\s|｜](日期|时间)[:：]"
)
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def small_number(text: str) -> int | None:
    """1 to 99 in digits or Chinese numerals (十一, 二十, 三十一)."""
    if text.isdigit():
        return int(text)
    tens, _, ones = text.partition("十")
    if "十" in text:
        left = _CHINESE.get(tens, 1) if tens else 1
        right = _CHINESE.get(ones, 0) if ones else 0
        return left * 10 + right
    return _CHINESE.get(text)


def date_in(text: str) -> date | None:
    """The first date of a text in any of the forms that pages print (blanks and line ends inside included)."""
    # A time of day may follow after a blank, and a blank or line end may stand inside the date: both are tried.
    narrow = unicodedata.normalize("NFKC", text)
    for match in [*_DATE.finditer(narrow), *_DATE.finditer(fold(text))]:
        year, month, day = number_of_year(match.group(1)), small_number(match.group(2)), small_number(match.group(3))
        try:
            found = date(year or 0, month or 0, day or 0)
        except ValueError:
            continue
        # The regulation on disclosure came into force on 2008-05-01: an earlier date is an unset field.
        if found >= date(2008, 5, 1):
            return found
    return None


def published(lines: list[str], labelled: str, year: int | None) -> date | None:
    """The publication date a page or document states: a labelled one (索引号 and 成文日期 are not), else the day under
    the signature."""
    if labelled:
        found = date_in(labelled)
        if found is not None:
            return found
    for line in [*lines[:25], *lines[-6:]]:
        if len(line) > 400:
            continue
        spot = _LABELLED.search(fold(line))
        if spot is not None:
            found = date_in(fold(line)[spot.end() : spot.end() + 24])
            if found is not None:
                return found
    for line in reversed(lines[-8:]):
        folded = fold(line)
        if len(folded) > 40:
            continue
        found = date_in(folded)
        if (
            found is not None
            and re.search(r"(日|号|\d)[)）]?$", folded)
            and (year is None or found.year in {year, year + 1})
        ):
            return found
    return None
