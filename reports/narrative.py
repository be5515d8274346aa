"""The narrative read as a whole: sections, identity and claims of a document, from its blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports import claims as claims_
from reports import identity
from reports.blocks import Blocks, Grid, Paragraph
from reports.identity import classify, number_of_year, years_in
from reports.report import Claim, Form, Heading, Kind, Period, Section, YearMention
from reports.sections import Frame, Line, fold, frame, lines_of


@dataclass(slots=True)
class Narrative:
    """What the text of a document says of itself. See ``reports.report`` for the parts."""

    kind: Kind = "other"
    agency: str | None = None
    year: int | None = None
    published_on: str | None = None
    sections: list[Section] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    title: str = ""
    preface: str = ""
    body: str = ""
    signature: str = ""
    period: Period | None = None
    years: list[YearMention] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def narrate(blocks: Blocks, consumed: frozenset[int], form: Form | None, has_tables: bool, name: str) -> Narrative:
    """Read the narrative.

    ``consumed`` are the blocks that are table matter; ``form`` is the tables' form, None if there are none;
    ``has_tables`` says that figures stand in the tables (the form re-posted empty has none); ``name`` is the file's
    name, a title of last resort."""
    lines = lines_of(blocks, consumed)
    title, at = _title(lines, blocks.meta.get("title", ""), name)
    cut = frame(lines)
    out = Narrative(title=title, sections=cut.sections, headings=cut.headings)
    out.body = "\n".join(line.text for line in lines)
    out.preface = "\n".join(text for text in cut.preface if text != title)
    out.period = identity.period(out.preface) or identity.period("\n".join(s.text for s in cut.sections[:1]))
    out.period = out.period or identity.period(out.body)
    titled = classify(title)
    out.years = _years(title, out.period, cut, blocks, consumed)
    out.year = _year(titled.year, out.period, cut, lines)
    out.kind = _kind(title, titled.kind, cut, lines, form, has_tables, out.year)
    out.signature = _signature(lines)
    out.agency = _agency(titled.agency, out, lines, blocks.meta.get("agency", ""), at)
    texts = [line.text for line in lines]
    day = identity.published(texts, blocks.meta.get("published", ""), out.year)
    out.published_on = day.isoformat() if day else None
    if out.kind in {"annual_report", "interpretation", "legacy_report"}:
        out.claims = _claims(cut, form, out.year)
    if out.kind in {"notice", "other", "website_report"}:
        out.sections = cut.sections if out.kind != "website_report" else []
    return out


# ------------------------------------------------------------------ title and kind

_TITLE_WORDS = re.compile(r"年度?报告|年报|报表|解读|图解|通知|一图读懂|工作报告|工作告年度报|信息公开")


def _title(lines: Sequence[Line], meta: str, name: str) -> tuple[str, int]:
    """The document's title as printed and the number of its line (-1: not in the text).

    The first heading-like lines of the text; a title over two lines is joined. The page's own title only where the text
    has none, for it carries the portal's name."""
    likely = [(index, line.text.strip()) for index, line in enumerate(lines[:80]) if _could_be_title(line.text.strip())]
    for index, text in likely:  # the whole title, with body and year
        if years_in(text) and classify(text).agency:
            return text, index
    for index, text in likely:
        before = lines[index - 1].text.strip() if index else ""
        after = lines[index + 1].text.strip() if index + 1 < len(lines) else ""
        split = before and len(before) <= 30 and not re.search(r"[：:>。，]", before) and not _could_be_title(before)
        if split and classify(before + text).agency and years_in(before + text):
            return before + text, index
        if len(text) <= 30 and len(after) <= 40 and _TITLE_WORDS.search(after) and classify(text + after).agency:
            return text + after, index
    # A title broken in the middle: 甲局2022年度 / 政府信息公开 / 工作年度报告
    for index in range(min(8, len(lines) - 1)):
        for count in (2, 3):
            parts = [line.text.strip() for line in lines[index : index + count]]
            joined = "".join(parts)
            if (
                len(joined) <= 60
                and all(len(part) <= 40 for part in parts)
                and _could_be_title(joined)
                and years_in(joined)
            ):
                return joined, index
    if likely and years_in(likely[0][1]):
        return likely[0][1], likely[0][0]
    if meta and _TITLE_WORDS.search(fold(meta)):
        return re.split(r"[_|｜]| - ", meta)[0].strip(), -1
    if likely:
        return likely[0][1], likely[0][0]
    stem = name.rsplit(".", 1)[0]
    return (
        (stem, -1)
        if _could_be_title(stem)
        else (lines[0].text.strip() if lines and len(lines[0].text) <= 60 else "", 0)
    )


def _could_be_title(text: str) -> bool:
    folded = fold(text)
    if not 4 <= len(folded) <= 70 or re.search(
        r"[。；]|(?<!〔)根据|现(公布|发布|将)|>|当前位置|首页|索引号|发布机构|信息分类", folded
    ):
        return False
    if not _TITLE_WORDS.search(folded):
        return False
    if re.match(r"^[（(]?[一二三四五六七八九十]+[)）]?[、.．]", folded):
        return False
    return classify(folded).kind is not None and bool(
        re.search(r"(报告|年报|报表|解读|图解|通知|公告|总结|年度报|[)）】》])$|年报|年度报告", folded)
    )


def _kind(
    title: str,
    said: Kind | None,
    cut: Frame,
    lines: Sequence[Line],
    form: Form | None,
    has_tables: bool,
    year: int | None,
) -> Kind:
    text = fold("\n".join(line.text for line in lines[:40]))
    if said == "website_report" or (not has_tables and re.search(r"独立用户访问(总)?量|网站总访问量", text)):
        return "website_report"
    if has_tables and form is not None:
        return "notice" if said == "notice" and not cut.sections else "annual_report"
    if said == "interpretation" or re.search(r"^.{0,40}(解读|图解|一图读懂)", fold(title)):
        return "interpretation"
    if said == "notice" or (
        re.search(r"各(县|区|市|镇|乡|单位|部门|街道)[^。]{0,60}[:：]\n", text) and "通知" in text[:400]
    ):
        return "notice"
    if said == "other":
        return "other"
    if said == "legacy_report" or (
        year is not None and year <= 2018 and said in {"annual_report", None} and "信息公开" in title
    ):
        return "legacy_report"
    if said == "annual_report":
        if re.search(r"编制背景|编制依据|编制过程|制定背景", text):
            return "interpretation"
        return "annual_report" if len(cut.sections) >= 2 or year is not None else "other"
    if len(cut.sections) >= 5 and re.search(r"信息公开", text):
        return "annual_report"
    return "other"


# ------------------------------------------------------------------ year and body


def _years(
    title: str, period: Period | None, cut: Frame, blocks: Blocks, consumed: frozenset[int]
) -> list[YearMention]:
    out = []
    named = years_in(title)
    if named:
        out.append(YearMention("title", named[0], title))
    if period is not None:
        edges = dict.fromkeys(edge for edge in (period.start, period.end) if edge is not None)
        out += [YearMention("period", int(edge[:4]), period.text) for edge in edges]
    first = next((section for section in cut.sections if section.number == 1), None)
    if first is not None:
        opening = re.match(
            r"\s*(?:[（(][一二三四五六七八九十][)）][^。，]{0,20}?[。，：:])?\s*(20\d\d)年(?:度|来|，|,|以来|，我|我|全|本)?",
            fold(first.text),
        )
        if opening and (year := number_of_year(opening.group(1))):
            out.append(YearMention("section1", year, first.text[:60]))
    for index in sorted(consumed):
        block = blocks.blocks[index] if index < len(blocks.blocks) else None
        texts = [block.text] if isinstance(block, Paragraph) else []
        if isinstance(block, Grid):
            texts = [cell.text for row in block.rows for cell in row]
        for text in texts:
            found = re.match(r"^\D{0,6}(20\d\d)年(?!\d)", fold(text))
            if found and len(text) <= 40:
                out.append(YearMention("table", int(found.group(1)), text.strip()))
    return out


def _year(titled: int | None, period: Period | None, cut: Frame, lines: Sequence[Line]) -> int | None:
    if titled is not None:
        return titled
    if period is not None and period.end is not None:
        return int(period.end[:4])
    for text in [*cut.preface[:4], *(section.text[:80] for section in cut.sections[:1])]:
        named = [year for year in years_in(text) if not re.search(rf"〔{year}〕", text)]
        if named:
            return named[0]
    for line in lines[:6]:
        named = years_in(line.text)
        if named and "年度" in line.text:
            return named[0]
    return None


_SIGNS = re.compile(
    r"^[\u4e00-\u9fff（）()·]{2,30}(局|厅|委|委员会|办公室|办公厅|政府|院|所|站|中心|处|街道|办事处|镇|乡|管委会|委会|部|馆|队|师|公司|分局|海关)$"
)


def _signature(lines: Sequence[Line]) -> str:
    """The line that signs: a body's name alone, at the end."""
    for line in list(reversed(lines))[:6]:
        text = fold(line.text)
        name = re.sub(r"(20\d\d|二[〇○零].{2})年.{1,3}月.{1,3}日$", "", text)
        if _SIGNS.match(name):
            return name
    return ""


def _agency(titled: str | None, found: Narrative, lines: Sequence[Line], meta: str, at: int) -> str | None:
    if titled:
        return titled
    for text in (found.preface, found.body[:1500]):
        quoted = re.search(r"《([^》]{4,60}?年度?[^》]*报告)》", text)
        if quoted:
            named = classify(quoted.group(1))
            if named.kind == "annual_report" and named.agency:
                return named.agency
        issued = re.search(
            r"(?:现公布|现发布|公布|发布|编制)(?:了)?《?([\u4e00-\u9fff（）]{3,30}?)(?:关于)?20\d\d年度?政府信息公开",
            fold(text),
        )
        if issued:
            return issued.group(1)
    before = lines[at - 1].text.strip() if at > 0 else ""
    if before and len(before) <= 30 and identity._is_name(fold(before)):
        return fold(before)
    if found.signature:
        return found.signature
    if meta and identity._is_name(fold(meta)):
        return fold(meta)
    contact = re.search(
        r"请与([\u4e00-\u9fff（）]{3,30}?)(?:办公室)?联系|由([\u4e00-\u9fff（）]{3,24}?)(?:根据|按照|编制|围绕)",
        fold(found.body),
    )
    if contact:
        name = contact.group(1) or contact.group(2)
        return name if identity._is_name(name) else None
    return None


def _claims(cut: Frame, form: Form | None, year: int | None) -> list[Claim]:
    out = []
    if cut.sections:
        for section in cut.sections:
            if section.number not in {5}:
                out += claims_.claims(section.text, section.number, form, year)
    else:
        out = claims_.claims("\n".join(line.text for line in cut.lines), 0, form, year)
    return claims_._distinct(out)
