"""The build of the text: the STR rules on sections, headings, topics and left-over words of the template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, register_entry_of, year_of
from reports.checks.parts import (
    GENERIC,
    GOVERNMENT_TOPICS,
    INSTRUCTIONS,
    MANGLED,
    MEASURE,
    PROBLEM,
    SELF,
    TOPICS,
    found_sections,
    has_content,
)
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.checks.wording import count_without_number, left_over, lost_character, subheads, wrong_citations
from reports.form.titles import parts, title_zh
from reports.text import NUMERALS, bare_title, fragment, numeral, sentences, squeeze


@implements("STR-SECTIONS")
def sections(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The six sections are there, by title first; one is missing only where heading, number and content all are. A heading
    in other words is STR-TITLE's."""
    report = inputs.doc
    found = found_sections(report)
    missing = [number for number in range(1, 7) if number not in found]
    if not missing:
        yield holds("六个部分齐全", [Operand("sections", "、".join(map(str, found)), where="全文")])
        return
    if not found and not report.details.body.strip():
        raise NotJudged("未读到正文")
    body = bare_title(report.details.body.replace(report.details.preface, "", 1))
    # A title that stands in the text all the same is a heading we did not recognise, not one that is lacking.
    glued = {number for number in missing if bare_title(title_zh(number)) in body}
    seen = [number for number in missing if number not in glued and has_content(report, number)]
    missing = [number for number in missing if number not in seen]
    if seen:
        texts = "、".join(f"“{title_zh(number)}”" for number in seen)
        yield not_judged(f"未识别出{texts}的标题，但文中有相应内容")
    if not missing:
        return
    names = "、".join(f"{NUMERALS[number - 1]}、{title_zh(number)}" for number in missing)
    # Of a text that stops half-way most of what lacks was never there to be read.
    tail = len([number for number in missing if number > max(found, default=0)])
    yield (
        violation(
            inputs,
            rule,
            expected="一至六",
            actual="、".join(NUMERALS[number - 1] for number in found),
            section=names,
            where="全文",
        )
        .stated(needs_review=inputs.ocr or bool(glued) or tail >= 3)
        .on([Operand("sections", "、".join(map(str, found)), where="全文")])
    )


@implements("STR-ORDER")
def order(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The sections found stand in ascending order."""
    found = found_sections(inputs.doc)
    if len(found) < 2:
        raise NotJudged("识别出的部分不足两个")
    if found == sorted(found):
        yield holds("各部分顺序正确")
    else:
        text = "、".join(f"{NUMERALS[number - 1]}（{title_zh(number)}）" for number in found)
        yield violation(inputs, rule, actual=text, text=text, where="全文").stated(needs_review=inputs.ocr)


@implements("STR-TITLE")
def titles(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Each heading is the form's or an accepted one; one notice a report. The office may tolerate house styles."""
    tolerated = {bare_title(title) for title in inputs.params.get("tolerated_titles") or ()}
    deviating: list[tuple[str, str]] = []
    sections_ = inputs.doc.sections
    if not sections_:
        raise NotJudged("未识别出各部分标题")
    for number in range(1, 7):
        section = inputs.doc.section(number)
        if section is None or not section.title.strip():
            continue
        part = parts()[number - 1]
        known = {bare_title(part.zh), *(bare_title(other) for other in part.accepted)} | tolerated
        if bare_title(section.title) not in known:
            deviating.append((section.title.strip(), part.zh))
    if not deviating:
        yield holds("各部分标题规范")
        return
    yield violation(
        inputs,
        rule,
        expected="；".join(title for _, title in deviating),
        actual="；".join(printed for printed, _ in deviating),
        text="”“".join(printed for printed, _ in deviating),
        where="标题",
    ).stated(needs_review=inputs.ocr)


def _text(inputs: Inputs, number: int) -> str:
    section = inputs.doc.section(number)
    if section is None:
        raise NotJudged(f"缺少“{title_zh(number)}”部分")
    return squeeze(section.text)


_SUBHEAD = re.compile(r"^[（(]([一二三四五六七八九十]+)[）)]")


@implements("STR-NUMBER")
def numbering(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The numerals of the six headings go up, and sub-heads （一）（二）… have no gap. A lost numeral is no wrong one."""
    report = inputs.doc
    wrong: list[str] = []
    last = 0
    seen: set[int] = set()
    for heading in sorted(report.details.headings, key=lambda h: h.position):
        value = numeral(re.sub(r"[、.．\s]", "", heading.numeral)) if heading.number else None
        if heading.number in seen or value is None or heading.number is None:
            continue
        seen.add(heading.number)
        if value <= last:
            wrong.append(f"{heading.numeral.rstrip('、.． ')}、{heading.title.strip()}")
        last = max(last, value)
    for section in report.sections:
        found = [match.group(1) for line in section.text.split("\n") if (match := _SUBHEAD.match(squeeze(line)))]
        # A list longer than this is no outline of sub-heads.
        values = [value for value in map(numeral, found) if value is not None and value < 20]
        body = squeeze(section.text)
        for before, after in zip([0, *values], values, strict=False):
            if after in {before + 1, 1}:
                continue
            lacking = NUMERALS[before] if before < 10 else ""
            # A marker glued into a paragraph, or printed as (1), is there all the same.
            if after <= before or any(mark in body for mark in (f"({lacking})", f"({before + 1})", f"{lacking}是")):
                continue
            wrong.append(f"“{section.title.strip()}”中缺少（{lacking}）")
            break
    if wrong:
        text = "；".join(wrong)
        yield violation(inputs, rule, actual=text, text=text, where="标题").stated(needs_review=inputs.ocr)
    else:
        yield holds("标题序号连贯")


@implements("STR-EMPTY")
def empty(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A section without content. The tables of 二, 三, 四 are content (FMT-TABLE-MISSING asks after them); 无 is too."""
    lacking = [n for n in (1, 5, 6) if (section := inputs.doc.section(n)) is not None and not squeeze(section.text)]
    if not any(inputs.doc.section(n) for n in (1, 5, 6)):
        raise NotJudged("未识别出各部分")
    if not lacking:
        yield holds("各部分均有内容")
        return
    names = "、".join(f"{NUMERALS[n - 1]}、{title_zh(n)}" for n in lacking)
    doubtful = inputs.ocr or inputs.doc.details.pictures > 0
    yield violation(inputs, rule, section=names, where="、".join(title_zh(n) for n in lacking)).stated(
        needs_review=doubtful
    )


@implements("STR-S5")
def problems_and_measures(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 五 names a problem and a measure, in at least 60 characters."""
    text = _text(inputs, 5)
    if not text:
        raise NotJudged("该部分为空，由“部分内容为空”检查")
    lacking = []
    if not PROBLEM.search(text):
        lacking.append("未写明存在的问题")
    if not MEASURE.search(text):
        lacking.append("未写明改进措施")
    if not lacking and len(text) < 60:
        lacking.append(f"仅{len(text)}字，内容过于简单")
    if lacking:
        yield violation(inputs, rule, text="、".join(lacking), where=title_zh(5)).stated(needs_review=inputs.ocr)
    else:
        yield holds("问题与改进均已写明", [Operand("section(5)", f"{len(text)}字", where=title_zh(5))])


@implements("STR-S1-TOPICS")
def topics(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 一 covers the five topics of the form in force, under whatever names."""
    text = _text(inputs, 1)
    if not text:
        raise NotJudged("该部分为空，由“部分内容为空”检查")
    lacking = [name for name, pattern in TOPICS.items() if not re.search(pattern, text)]
    if lacking:
        yield violation(inputs, rule, text="、".join(lacking), where=title_zh(1)).stated(needs_review=inputs.ocr)
    else:
        yield holds("五个方面均已涉及")


@implements("STR-S1-GOV")
def government_topics(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A government, townships included, also reports on assessment, public review and accountability."""
    entry = register_entry_of(inputs)
    if not entry.is_government:
        yield holds("不是各级人民政府，不要求")
        return
    text = squeeze(inputs.doc.details.body) or _text(inputs, 1)
    lacking = [name for name, pattern in GOVERNMENT_TOPICS.items() if not re.search(pattern, text)]
    if lacking:
        # What a township or a street has to say of it is little, and mostly said by the county.
        low = entry.level == "township" or entry.kind in {"township", "subdistrict"}
        yield violation(inputs, rule, text="、".join(lacking), where=title_zh(1)).stated(
            severity="notice" if low else None, needs_review=inputs.ocr
        )
    else:
        yield holds("考核、评议、追责均已报告")


@implements("STR-S1-LENGTH")
def length(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 一 within the length that the office's notice sets; off unless it sets one."""
    limit = inputs.params["section1_max_chars"]
    if limit is None:
        raise NotJudged("主管部门未规定篇幅")
    count = len(_text(inputs, 1))
    operands = [Operand("section(1)", count, where=title_zh(1)), Operand("params.section1_max_chars", limit)]
    if count <= limit:
        yield holds("篇幅在规定之内", operands)
    else:
        yield violation(inputs, rule, expected=limit, actual=count, where=title_zh(1)).on(operands)


@implements("STR-PLACEHOLDER")
def placeholder(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Words of the template left standing, and a count without its number."""
    whole = f"{inputs.doc.details.title}\n{_whole(inputs)}"
    words = left_over("\n".join(squeeze(line) for line in whole.split("\n")))
    if words is not None:
        yield violation(inputs, rule, actual=words[0], text=fragment(words[1]), where="正文").stated(
            needs_review=inputs.ocr
        )
        return
    count = count_without_number(whole)
    if count is not None:
        # A conversion loses numerals, and a figure may be drawn or filled in: a person looks first.
        lost = inputs.ocr or not count[1] or inputs.doc.details.pictures > 0 or _is_converted(inputs)
        yield violation(inputs, rule, actual=count[0], text=fragment(count[0]), where="正文").stated(needs_review=lost)
        return
    yield holds("没有模板文字，数量均已填写")


def _is_converted(inputs: Inputs) -> bool:
    """Plain text and printed pages have lost characters that their originals had."""
    return inputs.doc.source.reader == "text" or inputs.doc.source.reader.startswith(("pdf", "ofd"))


def _whole(inputs: Inputs) -> str:
    """All of the narrative, whichever part of the reading holds it."""
    details = inputs.doc.details
    parts = [details.preface, details.body, *(section.text for section in inputs.doc.sections)]
    return details.body if all(part in details.body for part in parts) else "\n".join(parts)


@implements("STR-INSTRUCTION")
def instruction(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The form's own instructions copied into the report."""
    text = squeeze(_whole(inputs))
    for words in INSTRUCTIONS:
        if words in text:
            yield violation(inputs, rule, actual=words, text=words, where="正文").stated(needs_review=inputs.ocr)
            return
    yield holds("没有填报说明的文字")


@implements("STR-GENERIC")
def generic(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 一 that speaks of no particular body: it names neither the agency nor itself, and gives no figure or
    only generalities."""
    text = _text(inputs, 1)
    if len(text) < 100:
        raise NotJudged("总体情况篇幅过短，不作判断")
    names = [
        inputs.agency,
        inputs.doc.agency or "",
        *(inputs.context.register_entry.names if inputs.context.register_entry else ()),
    ]
    named = any(name and (squeeze(name) in text or squeeze(name)[-4:] in text) for name in names)
    figures = re.search(r"\d+(?:余)?(?:条|件|篇|次|个|期|项|人|份|宗|起|场|万|%)", text)
    general = GENERIC.search(text)
    if named or SELF.search(text) or (figures and not general):
        yield holds("总体情况写明本单位情况")
    else:
        words = general.group() if general else "未提及本单位，也没有数据"
        yield violation(inputs, rule, text=words, where=title_zh(1)).stated(needs_review=inputs.ocr)


_PARTS = re.compile(r"([一二三四五六七八九十]|\d{1,2})个?(?:大)?(?:部分|部份|方面)(?:内容)?(?:组成|构成|[,。，]|$)")


@implements("STR-PARTCOUNT")
def part_count(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The number of parts that the introduction announces is the number found. 并附统计表 is no part."""
    intro = squeeze(inputs.doc.details.preface)
    if not intro:
        first = inputs.doc.section(1)
        intro = squeeze(first.text)[:300] if first else ""
    intro = next((s for s in sentences(intro) if re.search(r"组成|构成|包括|分为|内容", s) and _PARTS.search(s)), "")
    match = _PARTS.search(intro)
    announced = numeral(match.group(1)) if match else None
    if announced is None:
        raise NotJudged("引言未写明由几部分组成")
    found = found_sections(inputs.doc)
    extra = sum(
        1
        for h in inputs.doc.details.headings
        if h.number is None and re.fullmatch(r"[一二三四五六七八九十]+[、.．]?", h.numeral)
    )
    operands = [Operand("announced", announced, intro, "引言"), Operand("found", len(found), where="标题")]
    if announced in {len(found), len(found) + extra}:
        yield holds("所称部分数与实际相符", operands)
    elif len(found) < 6 and announced == 6:
        yield not_judged("所称六部分未全部识别，由“缺少规定部分”检查")
    else:
        yield (
            violation(inputs, rule, expected=len(found), actual=announced, where="引言")
            .stated(needs_review=inputs.ocr or len(found) < 6)
            .on(operands)
        )


@implements("STR-BASIS")
def basis(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The notice and the order cited are those in force, under their own numbers. What the tables follow is FRM-YEAR's
    question."""
    wrong = wrong_citations(squeeze(_whole(inputs)), year_of(inputs))
    if not wrong:
        yield holds("引用依据现行有效")
        return
    yield violation(
        inputs,
        rule,
        expected="；".join(dict.fromkeys(right for _, right in wrong)),
        actual="；".join(printed for printed, _ in wrong),
        text="”“".join(printed for printed, _ in wrong),
        where="正文",
    ).stated(needs_review=inputs.ocr)


@implements("STR-MANGLED")
def mangled(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Known manglings in title, agency name, headings, labels and the introduction, and a heading that lost a character;
    prose is not proof-read."""
    details = inputs.doc.details
    places = {
        "标题": details.title,
        "单位名称": inputs.doc.agency or "",
        "各部分标题": " ".join(section.title for section in inputs.doc.sections),
        "统计表": " ".join(printed for _, printed, _ in details.labels),
        "引言": details.preface,
    }
    for where, text in places.items():
        clean = squeeze(text)
        for word in MANGLED:
            if word in clean:
                yield violation(inputs, rule, actual=word, text=word, where=where).stated(needs_review=inputs.ocr)
                return
    for where, heading in _headings(inputs):
        if lost_character(heading):
            doubtful = inputs.ocr or _is_converted(inputs)
            yield violation(inputs, rule, actual=heading, text=heading, where=where).stated(needs_review=doubtful)
            return
    yield holds("没有已知的错字")


def _headings(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(place, heading) of all headings, the title without its body and year first."""
    title = squeeze(inputs.doc.details.title)
    for name in (inputs.doc.agency or "", inputs.agency):
        title = title.replace(squeeze(name), "")
    if re.search(r"报告|年报", title):
        yield "标题", re.sub(r"^.*?\d{4}", "", title)
    for section in inputs.doc.sections:
        yield "标题", squeeze(section.title)
        for heading in subheads(section.text):
            yield title_zh(section.number), heading
