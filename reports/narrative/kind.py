"""What kind of document it is: by its tables, its title, then its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.blocks import Blocks, Grid, Paragraph
from reports.narrative.classify import LAST_LEGACY_YEAR
from reports.narrative.outline import Outline
from reports.narrative.paragraphs import Line
from reports.narrative.title import Title
from reports.narrative.words import words
from reports.report import Form, Kind
from reports.text import fold


@dataclass(frozen=True, slots=True)
class Tables:
    """What of a document's blocks is tables (``consumed``): of which form, None where they are of none, and whether figures
    stand in them."""

    blocks: Blocks
    consumed: frozenset[int]
    form: Form | None
    filled: bool


def kind_of(  # noqa: C901  one branch a kind of document, in the order of what decides
    title: Title,
    outline: Outline,
    lines: Sequence[Line],
    tables: Tables,
    year: int | None,
) -> Kind:
    """What the document is. Tables with figures of the form make a report of whatever its title calls itself; without
    them the title decides, then the text."""
    titled = title.classification.kind
    text = fold("\n".join(line.text for line in lines[:60]))
    six = len(outline.sections)
    if tables.filled and tables.form is not None:
        if titled == "interpretation" and six <= 3:
            return "interpretation"
        if titled in {"website_report", "notice"} and six <= 2:
            return titled
        return "annual_report"
    if titled == "website_report" or _is_website_form(tables, text):
        return "website_report"
    if titled == "interpretation" or _interprets(outline, lines, text, titled):
        return "interpretation"
    if titled == "notice" or _notifies(text):
        return "notice"
    if titled == "other" and not (six >= 5 and "信息公开" in text and not re.search(r"法治政府|行政执法", title.text)):
        return "other"
    if year is not None and year <= LAST_LEGACY_YEAR and (titled is not None or "信息公开" in text[:400]):
        return "legacy_report"
    if titled == "legacy_report":
        return "legacy_report" if year is None or year <= LAST_LEGACY_YEAR else "annual_report"
    if titled == "annual_report":
        return "legacy_report" if year is None and six <= 3 and _is_old_outline(lines) else "annual_report"
    if six >= 4 and re.search(r"(?:政府|政务)信息公开", text):
        return "annual_report"
    if titled is None and _calls_itself_a_report(outline, text):
        return "annual_report"
    return "other"


_SELF = re.compile(
    r"(?:编制|发布|公布|形成|制作|撰写)(?:了|的|并公布)?[^。；]{0,40}?信息公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)(?!》?的?(?:通知|要求|格式))|"
    r"本(?:年度)?报告(?:由|所列|中所列|共分|分为|主要|全文|包括|是根据|根据|按照|数据)|编制(?:完成|形成)?本(?:年度)?报告"
)


def _calls_itself_a_report(outline: Outline, text: str) -> bool:
    """A document without a title, or broken off, that says what it is: 现公布…年度报告, 本报告所列数据…."""
    first = next((section.text for section in outline.sections if section.number == 1), "")
    opening = fold("\n".join(outline.preface)[:1500]) + "\n" + fold(first[:400])
    # Without a part of the form it may be news of a report as well.
    return bool(outline.sections) and "信息公开" in text and bool(_SELF.search(opening))


_WEBSITE_ROWS = re.compile(r"独立用户访问总?量|网站总访问量|专栏专题.{0,12}维护数量|移动新媒体|网站标识码")


def _is_website_form(tables: Tables, text: str) -> bool:
    """The form of 国办函〔2018〕12号: at least two of its own rows."""
    found = set(_WEBSITE_ROWS.findall(text))
    for index, block in enumerate(tables.blocks.blocks):
        if isinstance(block, Grid) or index in tables.consumed:
            cells = [cell.text for row in block.rows for cell in row] if isinstance(block, Grid) else []
            cells += [block.text] if isinstance(block, Paragraph) else []
            for cell in cells:
                found |= set(_WEBSITE_ROWS.findall(fold(cell)[:80]))
    return len(found) >= 2


def _interprets(outline: Outline, lines: Sequence[Line], text: str, titled: Kind | None) -> bool:
    """The text explains a report: headings of its own (编制背景), or it says at its top that it is a picture version."""
    if titled not in {"annual_report", "legacy_report", None}:
        return False
    if re.search(r"[（(](?:图解|解读|图解版|图解版本|图文解读)[)）]", text[:300]) and len(outline.sections) <= 5:
        return True
    own: list[str] = words()["interpretation_headings"]
    short = [fold(line.text) for line in lines if len(line.text) <= 24]
    headed = sum(any(word in line for word in own) for line in short)
    return headed >= 1 and len(outline.sections) <= 4 and "信息公开" in text


def _notifies(text: str) -> bool:
    """A letter to many addressees that asks for reports."""
    addressed = re.search(
        r"(?:各|有关)(?:县|区|市|镇|乡|单位|部门|街道|有关|开发区|委办局)[^。]{0,80}[:：](?:\n|$|请|为|根据|现|按)",
        text[:900],
    )
    asks = re.search(
        r"(?:现将有关事[项宜]|通知如下|特此通知|请(?:各|认真|按照|于|将).{0,40}(?:报送|报|公布|发布))", text
    )
    return bool(addressed and asks)


def _is_old_outline(lines: Sequence[Line]) -> bool:
    old: list[str] = words()["legacy_headings"]
    return any(any(word in fold(line.text) for word in old) for line in lines if len(line.text) <= 40)
