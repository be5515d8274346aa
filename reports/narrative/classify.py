"""What a document is by its bare title: kind, reporting body, report year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from reports.narrative.names import body_in
from reports.narrative.words import words
from reports.report import Kind
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
    r"(?:[（(\[【][^）)\]】]{0,12}[)）\]】])+$|[（(](?:最?终?稿|定稿|公开版|修订|更正)[)）]?$|\.(?:docx?|wps|pdf|html?|ofd|xlsx?|txt|jpe?g|png)$|[-_]\d{1,3}$"
)
_PREFIX = re.compile(r"^(?:【[^】]{0,8}】|\[[^\]]{0,12}\]|附件\d*[:：.、]?|附[:：]|·|•|\d{1,3}[.、](?!\d)|《)+")
_FULL_DATE = re.compile(r"[\[(（]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])）]?(?:\d{1,2}:\d\d(?::\d\d)?)?")
# How a portal sets its own name off from the title.
_PORTAL = re.compile(r"[_|｜»>]|\s[-–—]\s|—{2,}")


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
