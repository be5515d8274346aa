"""The build of the text: the STR rules on sections, headings, topics and left-over words of the template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.case import Case, Operand, register_of, year_of
from reports.checks.catalogue import Rule
from reports.checks.engine import Evaluation, fault, holds, not_judged, rule
from reports.checks.sheet import NotJudged
from reports.form.titles import parts, title_zh
from reports.report import Report
from reports.text import NUMERALS, bare_title, fragment, numeral, sentences, squeeze


def found_sections(report: Report) -> list[int]:
    """The numbers of the six sections in the order in which they stand, each once."""
    headings = [heading.number for heading in report.details.headings if heading.number in range(1, 7)]
    numbers = headings or [section.number for section in report.sections]
    if headings:
        numbers += [section.number for section in report.sections]
    return list(dict.fromkeys(number for number in numbers if number))


@rule("STR-SECTIONS")
def sections(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The six sections are there, by title first."""
    report = case.doc
    found = found_sections(report)
    missing = [number for number in range(1, 7) if number not in found]
    if not missing:
        yield holds("六个部分齐全", [Operand("sections", "、".join(map(str, found)), where="全文")])
        return
    if not found and not report.details.body.strip():
        raise NotJudged("未读到正文")
    body = bare_title(report.details.body.replace(report.details.preface, "", 1))
    # A title that stands in the text all the same is a heading we did not recognise, not one that is lacking.
    glued = any(bare_title(title_zh(number)) in body for number in missing)
    names = "、".join(f"{NUMERALS[number - 1]}、{title_zh(number)}" for number in missing)
    yield fault(
        case,
        of,
        expected="一至六",
        actual="、".join(NUMERALS[number - 1] for number in found),
        section=names,
        needs_review=case.ocr or glued or len(missing) == 6,
        where="全文",
        operands=[Operand("sections", "、".join(map(str, found)), where="全文")],
    )


@rule("STR-ORDER")
def order(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The sections found stand in ascending order."""
    found = found_sections(case.doc)
    if len(found) < 2:
        raise NotJudged("识别出的部分不足两个")
    if found == sorted(found):
        yield holds("各部分顺序正确")
    else:
        text = "、".join(f"{NUMERALS[number - 1]}（{title_zh(number)}）" for number in found)
        yield fault(case, of, actual=text, text=text, needs_review=case.ocr, where="全文")


@rule("STR-TITLE")
def titles(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Each heading is the form's or an accepted one; one notice a report. The office may tolerate house styles."""
    tolerated = {bare_title(title) for title in case.params.get("tolerated_titles") or ()}
    deviating: list[tuple[str, str]] = []
    sections_ = case.doc.sections
    if not sections_:
        raise NotJudged("未识别出各部分标题")
    for number in range(1, 7):
        section = case.doc.section(number)
        if section is None or not section.title.strip():
            continue
        part = parts()[number - 1]
        known = {bare_title(part.zh), *(bare_title(other) for other in part.accepted)} | tolerated
        if bare_title(section.title) not in known:
            deviating.append((section.title.strip(), part.zh))
    if not deviating:
        yield holds("各部分标题规范")
        return
    yield fault(
        case,
        of,
        expected="；".join(title for _, title in deviating),
        actual="；".join(printed for printed, _ in deviating),
        text="”“".join(printed for printed, _ in deviating),
        needs_review=case.ocr,
        where="标题",
    )


def _text(case: Case, number: int) -> str:
    section = case.doc.section(number)
    if section is None:
        raise NotJudged(f"缺少“{title_zh(number)}”部分")
    return squeeze(section.text)


_SUBHEAD = re.compile(r"^[（(]([一二三四五六七八九十]+)[）)]")


@rule("STR-NUMBER")
def numbering(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The numerals of the six headings go up, and sub-heads （一）（二）… have no gap. A lost numeral is no wrong one."""
    report = case.doc
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
        yield fault(case, of, actual=text, text=text, needs_review=case.ocr, where="标题")
    else:
        yield holds("标题序号连贯")


@rule("STR-EMPTY")
def empty(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A section without content. The tables of 二, 三, 四 are content (FMT-TABLE-MISSING asks after them); 无 is too."""
    lacking = [n for n in (1, 5, 6) if (section := case.doc.section(n)) is not None and not squeeze(section.text)]
    if not any(case.doc.section(n) for n in (1, 5, 6)):
        raise NotJudged("未识别出各部分")
    if not lacking:
        yield holds("各部分均有内容")
        return
    names = "、".join(f"{NUMERALS[n - 1]}、{title_zh(n)}" for n in lacking)
    doubtful = case.ocr or case.doc.details.pictures > 0
    yield fault(case, of, section=names, needs_review=doubtful, where="、".join(title_zh(n) for n in lacking))


_PROBLEM = re.compile(
    r"问题|不足|不够|差距|有待|薄弱|短板|欠缺|不高|不强|滞后|单一|仍需|还需|困难|尚未|不及时|不到位|不完善|不全面|不深|不规范|不广|局限|偏少|偏低"
)
_MEASURE = re.compile(
    r"下一步|下步|今后|将|改进|加强|提升|提高|完善|强化|措施|推进|优化|加大|健全|已整改|整改|规范|拓宽|丰富"
)


@rule("STR-S5")
def problems_and_measures(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 五 names a problem and a measure, in at least 60 characters."""
    text = _text(case, 5)
    if not text:
        raise NotJudged("该部分为空，由“部分内容为空”检查")
    lacking = []
    if not _PROBLEM.search(text):
        lacking.append("未写明存在的问题")
    if not _MEASURE.search(text):
        lacking.append("未写明改进措施")
    if not lacking and len(text) < 60:
        lacking.append(f"仅{len(text)}字，内容过于简单")
    if lacking:
        yield fault(case, of, text="、".join(lacking), needs_review=case.ocr, where=title_zh(5))
    else:
        yield holds("问题与改进均已写明", [Operand("section(5)", f"{len(text)}字", where=title_zh(5))])


TOPICS = {
    "主动公开": r"主动公开|公开[^。]{0,20}信息|发布|公示",
    "依申请公开": r"依申请|申请公开|公开申请|申请人",
    "政府信息管理": r"信息管理|规范性文件|公文|公开属性|保密|三审|审核|审查|目录|动态调整|清理|归档",
    "政府信息公开平台建设": r"平台|网站|门户|公众号|新媒体|微博|微信|专栏|栏目",
    "监督保障": r"监督|保障|培训|考核|评议|领导小组|组织领导|责任|督查|检查",
}


@rule("STR-S1-TOPICS")
def topics(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 一 covers the five topics of the form in force, under whatever names."""
    text = _text(case, 1)
    if not text:
        raise NotJudged("该部分为空，由“部分内容为空”检查")
    lacking = [name for name, pattern in TOPICS.items() if not re.search(pattern, text)]
    if lacking:
        yield fault(case, of, text="、".join(lacking), needs_review=case.ocr, where=title_zh(1))
    else:
        yield holds("五个方面均已涉及")


GOVERNMENT_TOPICS = {
    "工作考核": r"考核|绩效|考评",
    "社会评议": r"评议|测评|满意度|评价",
    "责任追究": r"追究|追责|问责",
}


@rule("STR-S1-GOV")
def government_topics(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A government, townships included, also reports on assessment, public review and accountability."""
    register = register_of(case)
    if not register.governs:
        yield holds("不是各级人民政府，不要求")
        return
    text = squeeze(case.doc.details.body) or _text(case, 1)
    lacking = [name for name, pattern in GOVERNMENT_TOPICS.items() if not re.search(pattern, text)]
    if lacking:
        yield fault(case, of, text="、".join(lacking), needs_review=case.ocr, where=title_zh(1))
    else:
        yield holds("考核、评议、追责均已报告")


@rule("STR-S1-LENGTH")
def length(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 一 within the length that the office's notice sets; off unless it sets one."""
    limit = case.params["section1_max_chars"]
    if limit is None:
        raise NotJudged("主管部门未规定篇幅")
    count = len(_text(case, 1))
    operands = [Operand("section(1)", count, where=title_zh(1)), Operand("params.section1_max_chars", limit)]
    if count <= limit:
        yield holds("篇幅在规定之内", operands)
    else:
        yield fault(case, of, expected=limit, actual=count, where=title_zh(1), operands=operands)


_FILL_IN = re.compile(
    r"(?<![A-Za-z0-9\[(〔【])(?:[Xx]{2,}|[××✕╳]{2,}|〇〇+|○○+|＿{2,}|_{3,})(?![A-Za-z0-9\])〕】])"
    r"|[(【\[](?:此处|请在此|请填|填写|单位名称|文字描述|文字说明|内容描述|具体内容|此表)[^)】\]]{0,30}[)】\]]"
    r"|(?<![\u4e00-\u9fff])某某(?:局|镇|乡|县|市|区|街道|委|办|厅|单位|部门)|(?:此处|在此)填写|请填写(?=[^好准]|$)|请在此处"
)
_HARMLESS = re.compile(r"电话|手机|地址|邮编|邮箱|传真|传染|号码|座机")


@rule("STR-PLACEHOLDER")
def placeholder(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Words of the template left standing. Masked names, telephone numbers and quoted titles are none."""
    lines = f"{case.doc.details.title}\n{_whole(case)}".split("\n")
    text = re.sub(r"《[^》]*》|〈[^〉]*〉", "", "\n".join(squeeze(line) for line in lines))
    for match in _FILL_IN.finditer(text):
        around = text[max(0, match.start() - 12) : match.end() + 6]
        if _HARMLESS.search(around):
            continue
        quoted = text[max(0, match.start() - 6) : match.end() + 8] if len(match.group()) < 4 else match.group()
        yield fault(case, of, actual=match.group(), text=fragment(quoted), needs_review=case.ocr, where="正文")
        return
    yield holds("没有模板文字")


def _whole(case: Case) -> str:
    """All of the narrative, whichever part of the reading holds it."""
    details = case.doc.details
    parts = [details.preface, details.body, *(section.text for section in case.doc.sections)]
    return details.body if all(part in details.body for part in parts) else "\n".join(parts)


_INSTRUCTIONS = (
    "该部分以表格形式报告",
    "以表格形式报告",
    "这一项报告本机关",
    "这一部分报告本机关",
    "(含《中华人民共和国政府信息公开条例》第五十条第四项规定",
    "(含《条例》第五十条第四项规定",
    "第五十条第四项规定的政府信息公开工作年度报告",
    "各级人民政府的政府信息公开工作年度报告还应当包括",
)


@rule("STR-INSTRUCTION")
def instruction(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The form's own instructions copied into the report."""
    text = squeeze(_whole(case))
    for words in _INSTRUCTIONS:
        if words in text:
            yield fault(case, of, actual=words, text=words, needs_review=case.ocr, where="正文")
            return
    yield holds("没有填报说明的文字")


_SELF = re.compile(
    r"我(?:局|镇|乡|县|市|区|街道|办|委|院|厅|校|师|省|州|旗|馆|中心|会|队|处|所|社|单位|部门|机关|府|司|署|站|团)"
    r"|本(?:局|镇|乡|县|市|区|街道|办|委|院|厅|师|省|州|旗|馆|中心|会|处|单位|部门|机关|级|辖区|系统|行政机关)|全(?:局|镇|乡|县|市|区|街道|省|州|委|厅|院|师|办|系统)"
    r"|(?:市|县|区|省|州|旗)[\u4e00-\u9fff]{1,10}(?:局|委|办|厅|院|馆|中心)"
)
_GENERIC = re.compile(r"各级政府部门|各级政府|多数部门|部分地区|各级部门|各级行政机关|一些部门|部分部门")


@rule("STR-GENERIC")
def generic(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 一 that speaks of no particular body: it names neither the agency nor itself, and gives no figure or
    only generalities."""
    text = _text(case, 1)
    if len(text) < 100:
        raise NotJudged("总体情况篇幅过短，不作判断")
    names = [case.agency, case.doc.agency or "", *(case.context.register.names if case.context.register else ())]
    named = any(name and (squeeze(name) in text or squeeze(name)[-4:] in text) for name in names)
    figures = re.search(r"\d+(?:余)?(?:条|件|篇|次|个|期|项|人|份|宗|起|场|万|%)", text)
    general = _GENERIC.search(text)
    if named or _SELF.search(text) or (figures and not general):
        yield holds("总体情况写明本单位情况")
    else:
        words = general.group() if general else "未提及本单位，也没有数据"
        yield fault(case, of, text=words, needs_review=case.ocr, where=title_zh(1))


_PARTS = re.compile(r"([一二三四五六七八九十]|\d{1,2})个?(?:大)?(?:部分|部份|方面)(?:内容)?(?:组成|构成|[,。，]|$)")


@rule("STR-PARTCOUNT")
def part_count(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The number of parts that the introduction announces is the number found. 并附统计表 is no part."""
    intro = squeeze(case.doc.details.preface)
    if not intro:
        first = case.doc.section(1)
        intro = squeeze(first.text)[:300] if first else ""
    intro = next((s for s in sentences(intro) if re.search(r"组成|构成|包括|分为|内容", s) and _PARTS.search(s)), "")
    match = _PARTS.search(intro)
    announced = numeral(match.group(1)) if match else None
    if announced is None:
        raise NotJudged("引言未写明由几部分组成")
    found = found_sections(case.doc)
    extra = sum(
        1
        for h in case.doc.details.headings
        if h.number is None and re.fullmatch(r"[一二三四五六七八九十]+[、.．]?", h.numeral)
    )
    operands = [Operand("announced", announced, intro, "引言"), Operand("found", len(found), where="标题")]
    if announced in {len(found), len(found) + extra}:
        yield holds("所称部分数与实际相符", operands)
    elif len(found) < 6 and announced == 6:
        yield not_judged("所称六部分未全部识别，由“缺少规定部分”检查")
    else:
        yield fault(
            case,
            of,
            expected=len(found),
            actual=announced,
            needs_review=case.ocr or len(found) < 6,
            where="引言",
            operands=operands,
        )


_OLD_FORM = re.compile(r"国办公开办?[函涵]?[〔\[(【]?2019[〕\])】]?第?60号")
_NEW_FORM = re.compile(r"2021[〕\])】]?第?30号")
_ORDER = re.compile(r"信息公开条例》?(?:\(以下[^)]*\))?[,，]?[(（]?(?:中华人民共和国)?国务院令?第?(\d{3})号")


@rule("STR-BASIS")
def basis(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The notice and the order cited are those in force. What the tables follow is FRM-YEAR's question."""
    year = year_of(case)
    text = squeeze(_whole(case))
    wrong: list[tuple[str, str]] = []
    old = _OLD_FORM.search(text)
    if year >= 2021 and old and not _NEW_FORM.search(text):
        wrong.append((old.group().replace("[", "〔").replace("]", "〕"), "国办公开办函〔2021〕30号"))
    order_ = _ORDER.search(text)
    if order_ and order_.group(1) != "711":
        wrong.append((f"国务院令第{order_.group(1)}号", "国务院令第711号"))
    if not wrong:
        yield holds("引用依据现行有效")
        return
    yield fault(
        case,
        of,
        expected="；".join(right for _, right in wrong),
        actual="；".join(printed for printed, _ in wrong),
        text="”“".join(printed for printed, _ in wrong),
        needs_review=case.ocr,
        where="正文",
    )


MANGLED = (
    "工作告年度报",
    "年度报吿告",
    "信思公开",
    "信息公幵",
    "公开办涵",
    "政府信息公开政复议",
    "处理绝对数量",
    "行政机夫",
    "主动公开政信息",
    "政府信公开",
    "政府信息公工作",
    "年度报表告",
)


@rule("STR-MANGLED")
def mangled(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Known manglings in title, agency name, headings, labels and the introduction; prose is not proof-read."""
    details = case.doc.details
    places = {
        "标题": details.title,
        "单位名称": case.doc.agency or "",
        "各部分标题": " ".join(section.title for section in case.doc.sections),
        "统计表": " ".join(printed for _, printed, _ in details.labels),
        "引言": details.preface,
    }
    for where, text in places.items():
        clean = squeeze(text)
        for word in MANGLED:
            if word in clean:
                yield fault(case, of, actual=word, text=word, needs_review=case.ocr, where=where)
                return
    yield holds("没有已知的错字")
