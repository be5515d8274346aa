"""The years that a document states of itself, and the one it reports on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.blocks import Blocks, Grid, Paragraph
from reports.narrative.outline import Outline
from reports.narrative.period import period
from reports.narrative.title import Title
from reports.report import Period, YearMention
from reports.text import A_YEAR, fold, number_of_year, printed_sentences


def stated_period(outline: Outline, preface: str, body: str) -> Period | None:
    """The statistics period: the preface's, else section one's, else that of any sentence."""
    first = next((section.text for section in outline.sections if section.number == 1), "")
    return period(preface) or period(first) or period(body)


# Not a month of the year, nor its end, its beginning, or the first of several (2022年至2024年).
_OPENING = re.compile(
    r"(?:[（(][一二三四五六七八九十\d][)）][^。，,]{0,20}?[。，：:])?(?:[^。，,\d]{0,12}?[，,])?"
    rf"({A_YEAR})年(?!\d{{1,2}}月|[底初末前后起至到—~-]|以[前后来]|结转)(?:度|来|以来)?"
)


# In a table: a note, or a figure of another year. A caption states its year and no figure.
_OTHER_YEAR = re.compile(r"^\s*[（(]?(?:注|备注|说明|其中)|[上去前往]一?年|结转|同比|[较比]")


def years_stated(
    title: Title, stated: Period | None, outline: Outline, blocks: Blocks, consumed: frozenset[int]
) -> list[YearMention]:
    """The years that title, period, the opening of section one and the tables' captions give."""
    out = []
    if title.classification.year is not None:
        out.append(YearMention("title", title.classification.year, title.text))
    if stated is not None:
        edges = dict.fromkeys(edge for edge in (stated.start, stated.end) if edge is not None)
        out += [YearMention("period", int(edge[:4]), stated.text) for edge in edges]
    out += [YearMention("preface", year, text) for year, text in _own_reports("\n".join(outline.preface))]
    first = next((section for section in outline.sections if section.number == 1), None)
    if first is not None:
        opening = _OPENING.match(fold(first.text[:80]))
        if opening and (year := number_of_year(opening.group(1))):
            ended = re.search(r"年[^。\n]*", first.text)
            out.append(YearMention("section1", year, first.text[: ended.end() if ended else None][:60]))
    for text in _captions(blocks, consumed):
        found = re.match(r"\D{0,6}(20\d\d)年\D*$", fold(text))
        if found and not _OTHER_YEAR.search(text):
            out.append(YearMention("table", int(found.group(1)), text.strip()))
    return out


def _captions(blocks: Blocks, consumed: frozenset[int]) -> Iterator[str]:
    """Short texts with a year in and beside the tables."""
    for index in sorted(consumed):
        block = blocks.blocks[index] if index < len(blocks.blocks) else None
        texts: list[str] = []
        if isinstance(block, Paragraph):
            texts = [block.text]
        elif isinstance(block, Grid):
            texts = [cell.text for row in block.rows for cell in row if "年" in cell.text]
        yield from (text for text in texts if 6 <= len(text) <= 40 and "年" in text)


def report_year(title: Title, stated: Period | None, outline: Outline) -> int | None:
    """The year that is reported on: title, period, the report as the text names it, the opening of section one."""
    if title.classification.year is not None:
        return title.classification.year
    if stated is not None and stated.end is not None:
        return int(stated.end[:4])
    first = next((section.text for section in outline.sections if section.number == 1), "")
    own = _own_reports("\n".join((*outline.preface, first[:200])))
    if own:
        return own[0][0]
    for text in (*outline.preface, first.split("\n")[0][:400]):
        named = re.search(rf"({A_YEAR})年?度?(?:政府|政务)?信息公开", _CITED.sub("", fold(text)))
        if named and (year := number_of_year(named.group(1))):
            return year
    opening = _OPENING.match(fold(first[:80]))
    if opening:
        return number_of_year(opening.group(1))
    for text in (*outline.preface[-6:], first[:120]):
        for sentence in printed_sentences(fold(text)):
            if re.search(r"《|号|日期|时间|电话|地址|[|>]", sentence):
                continue
            found = re.search(rf"(?<!\d)({A_YEAR})年", sentence)
            if found:
                return number_of_year(found.group(1))
    return None


# Another paper's title: a notice about reports names years of its own.
_CITED = re.compile(r"《[^《》]*(?:通知|要点|方案|意见|办法|格式|规定|函|条例)》(?:的?(?:通知|要求))?")
_OWN_REPORT = re.compile(
    rf"(?<!\d)({A_YEAR})年(?:度)?(?:的)?[^。；，,、《》]{{0,16}}?信息公开(?:工作)?(?:的)?(?:年度)?(?:工作)?(?:报告|年报)(?!》?的?(?:通知|要求|编制|格式|工作的))"
)
_OF_OUR_OWN = re.compile(r"公布|发布|编制|形成|本报告|本年度报告|制作|撰写|公开如下|报告如下|汇报如下|现将")
_OF_OTHERS = re.compile(
    r"去年|上年|上一年|历年|往年|下一年|此前|已(?:发布|公布|公开)|以来|对比|相比|审核|检查|抽查|督促|"
    r"部门|各单位|有关单位"
)


def _own_reports(text: str) -> list[tuple[int, str]]:
    """(year, sentence) of each sentence that announces this very report with its year."""
    out = []
    for sentence in printed_sentences(text):
        folded = _CITED.sub("", fold(sentence))
        if not _OF_OUR_OWN.search(folded) or _OF_OTHERS.search(folded):
            continue
        for found in _OWN_REPORT.finditer(folded):
            year = number_of_year(found.group(1))
            if year is not None:
                out.append((year, sentence.strip()))
    return out
