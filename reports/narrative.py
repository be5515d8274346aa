"""The narrative read as a whole: sections, identity and claims of a document, from its blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reports import claims as claims_
from reports import dates, identity
from reports.blocks import Blocks, Grid, Paragraph
from reports.identity import LAST_LEGACY_YEAR, Titled, body_in, classify, is_name
from reports.report import Claim, Form, Heading, Kind, Period, Section, YearMention
from reports.sections import Frame, Line, frame, lines_of, words
from reports.text import fold, number_of_year, years_in

Place = int | None


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


@dataclass(frozen=True, slots=True)
class _Title:
    """The document's title as printed and the lines it stands in (none: it is the page's or the file's)."""

    text: str
    told: Titled
    first: int = -1
    last: int = -1


def narrate(blocks: Blocks, consumed: frozenset[int], form: Form | None, has_tables: bool, name: str) -> Narrative:
    """Read the narrative.

    ``consumed`` are the blocks that are table matter; ``form`` is the tables' form, None if there are none;
    ``has_tables`` says that figures stand in the tables (the form re-posted empty has none); ``name`` is the file's
    name, a title of last resort."""
    lines = lines_of(blocks, consumed)
    cut = frame(lines)
    title = _title(lines, cut, blocks.meta.get("title", ""), name)
    out = Narrative(title=title.text, sections=cut.sections, headings=cut.headings)
    out.body = "\n".join(line.text for line in lines)
    out.preface = "\n".join(
        line.text for index, line in enumerate(lines[: len(cut.preface)]) if not title.first <= index <= title.last
    )
    out.period = _period(cut, out)
    out.years = _years(title, out.period, cut, blocks, consumed)
    out.year = _year(title, out.period, cut)
    out.kind = _kind(title, cut, lines, blocks, consumed, form, has_tables, out.year)
    out.signature = _signature(lines)
    out.agency = _agency(title, out, lines, blocks.meta.get("agency", ""))
    texts = [line.text for line in lines]
    day = dates.published(texts, blocks.meta.get("published", ""), out.year, max(title.last, 0))
    out.published_on = day.isoformat() if day else None
    if out.kind in {"annual_report", "interpretation", "legacy_report"}:
        out.claims = _claims(cut, form, out.year)
        out.warnings = _warnings(out)
    else:
        out.sections = []
    return out


def _warnings(out: Narrative) -> list[str]:
    missing = [what for what, value in (("report year", out.year), ("reporting body", out.agency)) if value is None]
    found = [f"the text names no {what}" for what in missing]
    titled = next((mention.year for mention in out.years if mention.where == "title"), None)
    ended = out.period.end[:4] if out.period is not None and out.period.end is not None else None
    if titled is not None and ended is not None and ended != str(titled):
        found.append(f"the title says {titled}, the statistics period says {ended}")
    return found


# ------------------------------------------------------------------ the title

_CLOSED = re.compile(
    r"[。；>»]|当前位置|首页|索引号|发布机构|信息分类|(?:^|[^〔])根据《|现(?:公布|发布|将)|"
    r"上一篇|下一篇|请各|相关链接|点击"
)
_TITLE_END = re.compile(
    r"(?:报告|年报|报表|年度报|解读|图解|图说|通知|通报|公告|总结|读懂.{0,30}|版|稿|统计表|表|汇总|要点|方案|"
    r"指南|目录|职能|概况|简介|办法|公开|公示|公开信息|清单)"
    r"(?:[（(\[【][^）)\]】]{0,16}[)）\]】]|[》”\"…])*$"
)


def _title(lines: Sequence[Line], cut: Frame, meta: str, name: str) -> _Title:
    """The document's title: of the lines before the first section (at most three of them together) those that make the
    most complete title, and of equals the last, for what stands above belongs to the page."""
    stop = len(cut.preface) if cut.sections else min(len(lines), 60)
    listed = _listed(lines[:stop])
    best: tuple[float, int, int, _Title] | None = None
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
        return _Title(_without_portal(meta), page)
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    told = classify(stem)
    if told.kind is not None:
        return _Title(stem, told)
    first_line = next((line.text.strip() for line in lines[:5] if 4 <= len(line.text.strip()) <= 60), "")
    if meta.strip():
        return _Title(_without_portal(meta), classify(meta))
    at = next((index for index, line in enumerate(lines[:5]) if line.text.strip() == first_line), -1)
    return _Title(first_line, classify(first_line), at, at)


def _without_portal(meta: str) -> str:
    parts = [part for part in re.split(r"[_|｜»>]|\s[-–—]\s", meta) if part.strip()]
    return max(parts, key=lambda part: ("公开" in part or "报告" in part, len(part))).strip() if parts else meta.strip()


def _listed(lines: Sequence[Line]) -> set[int]:
    """Lines that belong to a list of links: bare titles of several years."""
    bare: dict[int, int] = {}
    for index, line in enumerate(lines):
        if len(line.text) > 60:
            continue
        told = classify(line.text)
        if told.kind in {"annual_report", "legacy_report"} and told.year is not None:
            bare[index] = told.year
    if len(set(bare.values())) < 3:
        return set()
    # The document's own title stands last, after the list, or carries the body that the list's titles lack.
    ordered = sorted(bare)
    return {index for index in ordered if index != ordered[-1] and classify(lines[index].text).agency is None}


def _rate(
    text: str, first: int, last: int, lines: Sequence[Line], page: Titled | None
) -> tuple[float, int, int, _Title] | None:
    """How well one to three lines make a title; None if they make none."""
    if (
        len(fold(text)) > 70
        or not _TITLE_END.search(fold(text))
        or re.match(r"[（(]?[一二三四五六七八九十]+[)）]?[、.．]", text)
    ):
        return None
    clean = _without_noise(text, first, last)
    told = classify(clean)
    if told.kind is None or (told.kind in {"other", "notice"} and last > first and "公开" not in fold(clean)):
        return None
    if last > first:
        parts = [fold(line.text) for line in lines[first : last + 1]]
        # Each line of a title broken over lines must add to it: a whole title needs no line before or behind it.
        whole = classify(parts[-1])
        if any(classify(part).kind is not None and years_in(part) and classify(part).agency for part in parts):
            return None
        if whole.kind is not None and whole.year is not None and told.agency is None:
            return None
        if any(re.search(r"[:：]$|^\d|^第.条|^20\d\d-|来源|浏览", part) for part in parts[:-1]):
            return None
    score = 1.0 + 2.0 * (told.year is not None) + 1.0 * (told.agency is not None)
    score += 1.5 * (told.kind in {"annual_report", "interpretation", "legacy_report", "notice", "website_report"})
    score += 0.5 * any(line.heading for line in lines[first : last + 1]) - 0.1 * (last - first)
    if page is not None and page.kind is not None and told.year is not None and told.year == page.year:
        score += 0.25
    if page is not None and page.agency and told.agency == page.agency:
        score += 0.25
    if len(re.findall("报告|年报", clean)) > 1:
        score -= 1.0
    return score, first, last, _Title(clean, told, first, last)


def _without_noise(text: str, first: int, last: int) -> str:
    """Kana and lone letters that a recogniser makes of seals and specks at the edges of a title's lines."""
    return (
        re.sub(r"[\u3040-\u30ff]+|(?<![A-Za-z\d])[A-Z](?=[\u4e00-\u9fff]$)", "", text).strip()
        if last >= first
        else text
    )


# ------------------------------------------------------------------ kind


def _kind(
    title: _Title,
    cut: Frame,
    lines: Sequence[Line],
    blocks: Blocks,
    consumed: frozenset[int],
    form: Form | None,
    has_tables: bool,
    year: int | None,
) -> Kind:
    """What the document is. Tables with figures of the form make a report of whatever its title calls itself; without
    them the title decides, then the text."""
    said = title.told.kind
    text = fold("\n".join(line.text for line in lines[:60]))
    six = len(cut.sections)
    if has_tables and form is not None:
        if said == "interpretation" and six <= 3:
            return "interpretation"
        if said in {"website_report", "notice"} and six <= 2:
            return said
        return "annual_report"
    if said == "website_report" or _is_website_form(blocks, consumed, text):
        return "website_report"
    if said == "interpretation" or _interprets(cut, lines, text, said):
        return "interpretation"
    if said == "notice" or _notifies(text):
        return "notice"
    if said == "other" and not (six >= 5 and "信息公开" in text and not re.search(r"法治政府|行政执法", title.text)):
        return "other"
    if year is not None and year <= LAST_LEGACY_YEAR and (said is not None or "信息公开" in text[:400]):
        return "legacy_report"
    if said == "legacy_report":
        return "legacy_report" if year is None or year <= LAST_LEGACY_YEAR else "annual_report"
    if said == "annual_report":
        return "legacy_report" if year is None and six <= 3 and _is_old_outline(lines) else "annual_report"
    if six >= 4 and re.search(r"(?:政府|政务)信息公开", text):
        return "annual_report"
    return "other"


_WEBSITE_ROWS = re.compile(r"独立用户访问总?量|网站总访问量|专栏专题.{0,12}维护数量|移动新媒体|网站标识码")


def _is_website_form(blocks: Blocks, consumed: frozenset[int], text: str) -> bool:
    """The form of 国办函〔2018〕12号: at least two of its own rows."""
    found = set(_WEBSITE_ROWS.findall(text))
    for index, block in enumerate(blocks.blocks):
        if isinstance(block, Grid) or index in consumed:
            cells = [cell.text for row in block.rows for cell in row] if isinstance(block, Grid) else []
            cells += [block.text] if isinstance(block, Paragraph) else []
            for cell in cells:
                found |= set(_WEBSITE_ROWS.findall(fold(cell)[:80]))
    return len(found) >= 2


def _interprets(cut: Frame, lines: Sequence[Line], text: str, said: Kind | None) -> bool:
    """The text explains a report: headings of its own (编制背景), or it says at its top that it is a picture version."""
    if said not in {"annual_report", "legacy_report", None}:
        return False
    if re.search(r"[（(](?:图解|解读|图解版|图解版本|图文解读)[)）]", text[:300]) and len(cut.sections) <= 5:
        return True
    own: list[str] = words()["interpretation_headings"]
    short = [fold(line.text) for line in lines if len(line.text) <= 24]
    headed = sum(any(word in line for word in own) for line in short)
    return headed >= 1 and len(cut.sections) <= 4 and "信息公开" in text


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


# ------------------------------------------------------------------ year


def _period(cut: Frame, out: Narrative) -> Period | None:
    first = next((section.text for section in cut.sections if section.number == 1), "")
    return identity.period(out.preface) or identity.period(first) or identity.period(out.body)


_OPENING = re.compile(
    r"(?:[（(][一二三四五六七八九十\d][)）][^。，,]{0,20}?[。，：:])?(?:[^。，,\d]{0,12}?[，,])?(20\d\d)年(?!\d{1,2}月)(?:度|来|以来)?"
)


def _years(
    title: _Title, period: Period | None, cut: Frame, blocks: Blocks, consumed: frozenset[int]
) -> list[YearMention]:
    out = []
    if title.told.year is not None:
        out.append(YearMention("title", title.told.year, title.text))
    if period is not None:
        edges = dict.fromkeys(edge for edge in (period.start, period.end) if edge is not None)
        out += [YearMention("period", int(edge[:4]), period.text) for edge in edges]
    first = next((section for section in cut.sections if section.number == 1), None)
    if first is not None:
        opening = _OPENING.match(fold(first.text[:80]))
        if opening and (year := number_of_year(opening.group(1))):
            out.append(YearMention("section1", year, first.text[:60]))
    for text in _captions(blocks, consumed):
        found = re.match(r"\D{0,6}(20\d\d)年(?!\d)", fold(text))
        if found:
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


def _year(title: _Title, period: Period | None, cut: Frame) -> int | None:
    if title.told.year is not None:
        return title.told.year
    if period is not None and period.end is not None:
        return int(period.end[:4])
    first = next((section.text for section in cut.sections if section.number == 1), "")
    for text in (*cut.preface, first[:120]):
        named = re.search(r"(20\d\d|二[〇○零][〇○零一二三四].)年?度?(?:政府|政务)?信息公开", fold(text))
        if named and (year := number_of_year(named.group(1))):
            return year
    opening = _OPENING.match(fold(first[:80]))
    if opening:
        return number_of_year(opening.group(1))
    for text in (*cut.preface[-6:], first[:120]):
        for sentence in re.split(r"[。；]", text):
            if re.search(r"《|号|日期|时间|电话|地址", sentence):
                continue
            years = years_in(sentence)
            if years:
                return years[0]
    return None


# ------------------------------------------------------------------ the body

_DAY = re.compile(r"[（(]?(?:20\d\d|二[〇○零].{2})年.{1,3}月.{1,3}日[)）]?$")


def _signature(lines: Sequence[Line]) -> str:
    """The line that signs: a body's name alone, at the end."""
    for line in list(reversed(lines))[:8]:
        text = _DAY.sub("", fold(line.text))
        if len(text) > 40:
            continue
        text = re.sub(
            r"^(?:发布机构|发布单位|编制单位|报告单位|落款|单位)[:：]|[（(](?:盖章|公章|印章)[)）]$", "", text
        )
        if is_name(text):
            return text
    return ""


_QUOTED = re.compile(r"《([^《》]{4,70}?(?:报告|年报))》")
_ISSUED = re.compile(
    r"(?:公布|发布|编制|制定|形成|起草|撰写|报告)(?:了|的|如下)?《?([\u4e00-\u9fff（）()]{2,30}?)(?:关于)?(?:20\d\d年?度?|二[〇○零].{2}年?度?)(?:政府|政务)?信息公开"
)
_CONTACT = (
    re.compile(
        r"(?:联系单位|报告单位|编制单位|填报单位|单位名称|发布机构|发布单位|公开机构|报告机关)[:：]([\u4e00-\u9fff（）()]{3,30})"
    ),
    re.compile(
        r"(?:请|可)?(?:直接)?(?:与|向|联系|致电)([\u4e00-\u9fff（）()]{3,30}?)(?:政务公开办公室|政务公开办|政务公开科|办公室|综合科|综合办)?(?:联系|咨询|反映|反馈|[（(](?:地址|联系|电话))"
    ),
    re.compile(
        r"(?:^|[。，\n])(?:本(?:年度)?报告)?[^。，]{0,30}?由([\u4e00-\u9fff（）()]{3,24}?)(?:根据|按照|依据|负责|编制|围绕)"
    ),
    re.compile(r"(?:地址|联系地址)[:：]([\u4e00-\u9fff（）()]{3,24}?)(?:办公室|综合科|\d|[，,；;。])"),
)


def _agency(title: _Title, found: Narrative, lines: Sequence[Line], meta: str) -> str | None:
    """The body as the document gives it: title, the line beside the title, the full title quoted in the introduction,
    signature, the page's publisher, contact line."""
    if title.told.agency:
        return title.told.agency
    beside = [title.first - 1, title.last + 1] if title.first >= 0 else []
    for index in beside:
        if 0 <= index < len(lines):
            name = fold(lines[index].text)
            if len(name) <= 30 and is_name(name):
                return name
    for text in (found.preface, found.body[:1500]):
        name_ = _in_prose(text)
        if name_ is not None:
            return name_
    if found.signature:
        return found.signature
    if meta and is_name(fold(meta)):
        return fold(meta)
    folded = fold(found.body)
    for pattern in _CONTACT:
        for contact in pattern.finditer(folded[:6000]):
            name = contact.group(1)
            if is_name(name):
                return name
    return None


def _in_prose(text: str) -> str | None:
    """The body in the report's full title, as the introduction announces it."""
    folded = fold(text)
    for quoted in _QUOTED.finditer(folded):
        told = classify(quoted.group(1))
        if told.kind in {"annual_report", "legacy_report"} and told.agency:
            return told.agency
    for issued in _ISSUED.finditer(folded):
        name = body_in(issued.group(1))
        if name is not None:
            return name
    return None


# ------------------------------------------------------------------ claims


def _claims(cut: Frame, form: Form | None, year: int | None) -> list[Claim]:
    """The claims of all parts but section 五, which speaks of faults and plans. Where section 一 was not found, what
    stands before the first heading takes its place."""
    out: list[Claim] = []
    if not cut.sections or all(section.number != 1 for section in cut.sections):
        out += claims_.claims("\n".join(cut.preface), 0, form, year)
    for section in cut.sections:
        if section.number != 5:
            out += claims_.claims(section.text, section.number, form, year)
    for text in cut.others:
        out += claims_.claims(text, 0, form, year)
    return claims_.distinct(out)
