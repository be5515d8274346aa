"""The document's title, among its first lines, in the page's head, or in the file's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.narrative.classify import Classification, classify, own_title
from reports.narrative.headings import SUB, TOP, section_of
from reports.narrative.names import is_name
from reports.narrative.outline import Outline
from reports.narrative.paragraphs import Line
from reports.text import fold, years_in


@dataclass(frozen=True, slots=True)
class Title:
    """The document's title as printed and the lines it stands in (none: it is the page's or the file's)."""

    text: str
    classification: Classification
    first: int = -1
    last: int = -1


_CLOSED = re.compile(
    r"[。；>»]|当前位置|首页|索引号|发布机构|信息分类|(?:^|[^〔])根据《|现(?:公布|发布|将)|"
    r"上一篇|下一篇|请各|相关链接|点击"
)
_TITLE_END = re.compile(
    r"(?:报告|年报|报表|年度报|解读|图解|图说|通知|通报|公告|总结|读懂.{0,30}|版|稿|统计表|表|汇总|要点|方案|"
    r"指南|目录|职能|概况|简介|办法|公开|公示|公开信息|清单)"
    r"(?:[（(\[【][^）)\]】]{0,16}[)）\]】]|[》”\"…])*$"
)


def find_title(lines: Sequence[Line], outline: Outline, meta: str, name: str) -> Title:  # noqa: C901  one branch a place where a title may stand, in the order of trust
    """The document's title: of the lines before the first section (at most three of them together) those that make the
    most complete title, and of equals the last, for what stands above belongs to the page."""
    stop = len(outline.preface) if outline.sections else min(len(lines), 60)
    listed = _listed(lines[:stop])
    best: tuple[float, int, int, Title] | None = None
    page = classify(meta) if meta.strip() else None
    for first in range(stop):
        if first in listed and first + 1 < stop:
            continue
        joined = ""
        for last in range(first, min(first + 3, stop)):
            text = lines[last].text.strip()
            if not text or len(fold(text)) > 60 or _CLOSED.search(fold(text)):
                break
            joined += text
            found = _rate(joined, first, last, lines, page)
            if found is not None and (best is None or found[:2] >= best[:2]):
                best = found
    if best is not None:
        return best[3]
    if page is not None and page.kind is not None:
        return Title(own_title(meta), page)
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    classification = classify(stem)
    if classification.kind is not None:
        return Title(stem, classification)
    # Nothing calls itself a report or any other paper: the page's title or the first line names the document at most. A
    # site's name tells neither the body nor the year.
    unknown = Classification(None, None, None)
    for index, line in enumerate(lines[:8]):
        if _may_name(line.text) and re.search("报告|年报", line.text) and years_in(line.text):
            return Title(line.text.strip(), classify(line.text), index, index)
    if meta.strip():
        return Title(own_title(meta), unknown)
    for index, line in enumerate(lines[:5]):
        if _may_name(line.text):
            return Title(line.text.strip(), unknown, index, index)
    return Title("", unknown)


def _may_name(text: str) -> bool:
    """Whether a line without the words of a title may still be one: no heading, no sentence, no number, no label."""
    bare = fold(text)
    return (
        4 <= len(bare) <= 60
        and section_of(text) is None
        and not TOP.match(text.strip())
        and not SUB.match(text.strip())
        and not _CLOSED.search(bare)
        and not re.search(r"[:：|]", bare)
        and not is_name(bare)
        and len(re.findall(r"[\u4e00-\u9fff]", bare)) * 2 > len(bare)
    )


def _listed(lines: Sequence[Line]) -> set[int]:
    """Lines that belong to a list of links: bare titles of several years."""
    bare: dict[int, int] = {}
    for index, line in enumerate(lines):
        if len(line.text) > 60:
            continue
        classification = classify(line.text)
        if classification.kind in {"annual_report", "legacy_report"} and classification.year is not None:
            bare[index] = classification.year
    if len(set(bare.values())) < 3:
        return set()
    # The document's own title stands last, after the list, or carries the body that the list's titles lack.
    ordered = sorted(bare)
    return {index for index in ordered if index != ordered[-1] and classify(lines[index].text).agency is None}


def _rate(
    text: str, first: int, last: int, lines: Sequence[Line], page: Classification | None
) -> tuple[float, int, int, Title] | None:
    """How well one to three lines make a title; None if they make none."""
    if (
        len(fold(text)) > 70
        or not _TITLE_END.search(fold(text))
        or re.match(r"[（(]?[一二三四五六七八九十]+[)）]?[、.．]", text)
    ):
        return None
    clean = _without_noise(text, first, last)
    classification = classify(clean)
    if classification.kind is None or (
        classification.kind in {"other", "notice"} and last > first and "公开" not in fold(clean)
    ):
        return None
    if last > first:
        parts = [fold(line.text) for line in lines[first : last + 1]]
        # Each line of a title broken over lines must add to it: a whole title needs no line before or behind it.
        whole = classify(parts[-1])
        if any(classify(part).kind is not None and years_in(part) and classify(part).agency for part in parts):
            return None
        if whole.kind is not None and whole.year is not None and classification.agency is None:
            return None
        if not all(map(_may_begin, parts[:-1])):
            return None
        if any(re.search(r"[:：]$|^\d(?!\d{3}年)|^第.条|^20\d\d-|来源|浏览", part) for part in parts[:-1]):
            return None
    score = 1.0 + 2.0 * (classification.year is not None) + 1.0 * (classification.agency is not None)
    score += 1.5 * (
        classification.kind in {"annual_report", "interpretation", "legacy_report", "notice", "website_report"}
    )
    score += 0.5 * any(line.heading for line in lines[first : last + 1]) - 0.1 * (last - first)
    if (
        page is not None
        and page.kind is not None
        and classification.year is not None
        and classification.year == page.year
    ):
        score += 0.25
    if page is not None and page.agency and classification.agency == page.agency:
        score += 0.25
    if len(re.findall("报告|年报", clean)) > 1:
        score -= 1.0
    return score, first, last, Title(clean, classification, first, last)


# What no line of a title holds: an address, a site's foot, its topics, a list of years.
_NEVER_TITLE = re.compile(r"://|www\.|©|版权|地址|电话|邮编|专题|专栏|周年|主办|承办|备案|\d+号|星期|今天|欢迎")


def _may_begin(part: str) -> bool:
    """Whether a line may be the beginning of a title that goes on in the next one."""
    return _NEVER_TITLE.search(part) is None and len(set(years_in(part))) <= 1 and len(re.findall("年报", part)) <= 1


def _without_noise(text: str, first: int, last: int) -> str:
    """Kana and lone letters that a recogniser makes of seals and specks at the edges of a title's lines."""
    return (
        re.sub(r"[\u3040-\u30ff]+|(?<![A-Za-z\d])[A-Z](?=[\u4e00-\u9fff]$)", "", text).strip()
        if last >= first
        else text
    )
