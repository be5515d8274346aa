"""The years that a document states of itself: the FRM and YR rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from reports.checks.catalogue import Rule
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, crawl_record_of, published_on, year_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.form import forms
from reports.report import Section
from reports.text import A_YEAR, fragment, number_of_year, sentences, squeeze

WHERE_ZH = {
    "preface": "引言",
    "period": "统计期限",
    "section1": "总体情况首句",
    "table": "统计表",
    "captions": "统计表标题",
}


@implements("FRM-YEAR")
def form_of_year(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The tables follow the form that is in force for the year."""
    report = inputs.doc
    form = inputs.tables.form
    year = report.year or inputs.year
    if year is None:
        raise NotJudged("未能识别报告年度")
    wanted = forms.in_force(year)
    if wanted is None:
        raise NotJudged("2018年度及以前没有统一表格")
    operands = [Operand("form", form, where="统计表"), Operand("year", year, where="标题")]
    if form == wanted:
        yield holds("表格版本正确", operands)
        return
    # Where the document gives another year for itself too, the year is the first thing to settle.
    others = {mention.year for mention in report.details.years if mention.where in {"title", "period"}}
    yield (
        violation(inputs, rule, expected=wanted, actual=form, form=form, where="统计表")
        .stated(needs_review=any(forms.in_force(other) == form for other in others))
        .on(operands)
    )


_COMPARISON = re.compile(r"比|同比|较|上年|去年|上一年|以来|结转")


@implements("YR-CONFLICT")
def year_conflict(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The years that the document states of itself agree with its title's."""
    report = inputs.doc
    titled = [mention.year for mention in report.details.years if mention.where == "title"]
    if not titled:
        raise NotJudged("标题没有年度")
    year = titled[0]
    operands = [Operand(m.where, m.year, m.text, WHERE_ZH.get(m.where, "标题")) for m in report.details.years]
    odd: dict[str, tuple[str, bool]] = {}
    for mention in report.details.years:
        if mention.where == "title" or mention.year == year or mention.where in odd:
            continue
        doubtful = inputs.ocr
        if mention.where == "section1":
            # A text written in the year after, and a comparison, name other years with good reason.
            if mention.year > year or _COMPARISON.search(mention.text) or f"{year}年" in squeeze(mention.text):
                continue
            section = report.section(1)
            doubtful |= section is not None and f"{year}年" in squeeze(section.text)
        odd[mention.where] = (mention.text.strip() or str(mention.year), doubtful)
    if not odd:
        yield holds("年度前后一致", operands)
        return
    names = "、".join(WHERE_ZH.get(where, where) for where in odd)
    yield (
        violation(
            inputs,
            rule,
            expected=year,
            actual="；".join(text for text, _ in odd.values()),
            year=year,
            section=names,
            text="”“".join(text for text, _ in odd.values()),
            where=names,
        )
        .stated(needs_review=all(doubtful for _, doubtful in odd.values()))
        .on(operands)
    )


_WHOLE_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")


@implements("YR-PERIOD")
def period(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The statistics period is the calendar year. A full calendar year other than the title's is YR-CONFLICT's."""
    report = inputs.doc
    if report.details.period is None:
        raise NotJudged("未写明统计期限")
    year = inputs.year
    if year is None:
        raise NotJudged("未能识别报告年度")
    found = report.details.period
    if found.end is None:
        raise NotJudged(f"统计期限“{found.text}”未能识读")
    try:
        start = date.fromisoformat(found.start) if found.start else None
        end = date.fromisoformat(found.end)
    except ValueError:
        raise NotJudged(f"统计期限“{found.text}”未能识读") from None
    operands = [Operand("period", f"{found.start or '…'} – {found.end}", found.text, "统计期限")]
    natural = (end.month, end.day) == (12, 31) and (
        start is None or ((start.month, start.day) == (1, 1) and start.year == end.year)
    )
    if natural:
        if end.year == year:
            yield holds("统计期限为自然年", operands)
        else:
            yield not_judged("统计期限为另一完整年度，由“年度前后不一致”检查")
        return
    whole = len(_WHOLE_DATE.findall(squeeze(found.text)))
    # A date that lost a character in conversion is read with a guess: a person looks first.
    yield (
        violation(
            inputs, rule, expected=f"{year}年1月1日至12月31日", actual=found.text, text=found.text, where="统计期限"
        )
        .stated(needs_review=inputs.ocr or whole == 0)
        .on(operands)
    )


_PERIOD_LIKE = re.compile(
    r"统计(?:数据)?(?:的)?(?:期限|时限|时段|周期|区间|截止)|数据.{0,12}(?:截止|截至)|1\s*月\s*1\s*日.{0,16}12\s*月\s*31\s*日"
)


@implements("YR-PERIOD-MISSING")
def period_missing(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The text states its period."""
    report = inputs.doc
    if report.details.period is not None:
        yield holds("已写明统计期限", [Operand("period", report.details.period.text, where="统计期限")])
    elif not report.details.body.strip():
        raise NotJudged("未读到正文")
    elif _PERIOD_LIKE.search(report.details.body):
        yield not_judged("文中有关于统计期限的文字，但未能识读")
    else:
        yield violation(inputs, rule, where="全文").stated(needs_review=inputs.ocr)


_OPENED = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]+[)）、.]|[一二三四五六]是)?(截[至止]到?)?"
    rf"({A_YEAR})年"
    r"(?:(?<=\d{4}年)12月(?:31日|底))?(?![底初末前后起至到—~-]|\d|以[前后来])(?:度)?[,，]?(?!\d)"
)
_UNITS = r"(?:余)?(?:条|件|篇|次|个|期|项|人|万|份|宗|起|场)"
_OWN_WORK = re.compile(r"公开|收到|受理|办理|发布|更新|制发|答复|开通|举办|开展")
_OTHER_YEARS = re.compile(
    r"比|同比|较|上年|上一年|以来|结转|自\d{4}|公报|决算|预算|报告|报表|年鉴|规划|《|〈|—|至|起|延续|历年|截至|截止"
)
_LAST_YEAR = re.compile(r"(?<![比与较同])去年(?!同期|相比|底以来)(?:\d{1,2}月)[^，。；]{0,30}")
_PUBLISH_BY = re.compile(r"于?(\d{4})年\d{1,2}月\d{1,2}日(?:之)?前[^，。；]{0,8}(?:公布|发布|公开|报送)")


@implements("YR-STALE")
def stale(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Own work told under an earlier year, outside comparisons and not beside the report's own year.

    去年 with a month may mean the report year."""
    year = year_of(inputs)
    report = inputs.doc
    found: list[tuple[str, bool]] = []
    for number in (1, 6):
        section = report.section(number)
        told = list(sentences(section.text)) if section else []
        for sentence, following in pairwise([*told, ""]):
            opened = _OPENED.match(sentence)
            own_work = opened and _OWN_WORK.search(sentence) and re.search(rf"\d{_UNITS}", sentence[opened.end() :])
            stated = number_of_year(opened.group(2)) if opened else None
            if opened and own_work and stated and year - 4 < stated < year:
                if opened.group(1):  # 截至2023年12月31日: what was reached by then may be meant
                    found.append((sentence, True))
                elif not (
                    _OTHER_YEARS.search(sentence)
                    or re.search(rf"{year}年|今年|本年", sentence)
                    or re.search(_own(sentence, year), following)  # 2023年收到申请3件；2024年收到申请5件
                ):
                    found.append((sentence, inputs.ocr or _looks_back(sentence, year, section)))
            found += [(match.group(), True) for match in _LAST_YEAR.finditer(sentence)]
    found += [
        (match.group(), True)
        for match in _PUBLISH_BY.finditer(squeeze(report.details.preface))
        if match[1] == str(year)
    ]
    if not found:
        yield holds("没有沿用往年的语句")
        return
    found.sort(key=lambda item: item[1])
    text, doubtful = found[0]
    more = f"（另有{len(found) - 1}处）" if len(found) > 1 else ""
    yield violation(inputs, rule, actual=text, text=fragment(text), where="正文").stated(
        needs_review=doubtful, suffix=more
    )


def _looks_back(sentence: str, year: int, section: Section | None) -> bool:
    """Whether the section gives its own year's figure of the matter too: then the one of the year before stands beside it."""
    own = _own(sentence, year)
    return any(other != sentence and re.search(own, other) for other in sentences(section.text if section else ""))


def _own(sentence: str, year: int) -> str:
    """A pattern of what tells the report's own year of the matter of a sentence about another."""
    matter = "申请" if "申请" in sentence else "公开|发布|更新"
    return rf"(?:{year}年|本年|今年|全年).*?(?:{matter}).*?\d"


_PART = re.compile(
    r"(?:截至|截止|截止到|截至到)(?:(\d{4})年)?(?:度)?(1[01]|[1-9])月(?!12)(?:底|末|份|\d{1,2}日)?"
    r"|(?:(\d{4})年)?(?<!\d)1(?:月份?)?[至到\-—~－]{1,2}(1[01]|[2-9])月"
)
_REST = re.compile(r"(?:[至到\-—~－]|截至[^，。；]{0,8})12月|下半年|全年|[四4]季度")


@implements("YR-PARTIAL")
def partial_year(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A figure that covers the year only up to a month before December."""
    year = year_of(inputs)
    for number in (1, 5, 6):
        section = inputs.doc.section(number)
        for sentence in sentences(section.text) if section else ():
            if _REST.search(sentence):
                continue  # both halves, or the whole beside its part
            for match in _PART.finditer(sentence):
                stated = match.group(1) or match.group(3)
                figure = re.search(rf"\d+{_UNITS}", sentence[match.end() :])
                if (stated is None or int(stated) == year) and figure and "“" not in match.group():
                    yield violation(
                        inputs, rule, actual=sentence, text=fragment(sentence[match.start() :]), where="正文"
                    ).stated(needs_review=inputs.ocr or stated is None)
                    return
    yield holds("没有只到年中的数据")


@implements("YR-PREMATURE")
def premature(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Published before the report year had ended; 31 December itself is tolerated."""
    year = year_of(inputs)
    record = crawl_record_of(inputs)
    day = published_on(inputs) or record.first_seen
    if day is None:
        raise NotJudged("没有发布日期")
    end = date(year, 12, 31)
    if day >= end:
        yield holds("发布于年度终了之后", [Operand("published_on", day, where="发布日期")])
        return
    seen = record.first_seen is not None and record.first_seen < end
    # A printed date alone may be that of the draft, the column or a migration.
    yield violation(inputs, rule, expected=end, actual=day, date=day, where="发布日期").stated(needs_review=not seen)


_TITLE = re.compile(r"^(?:.+?(?P<a>\d{4})年|(?P<b>\d{4})年.+?)政府信息公开工作年度报告$")


@implements("YR-TITLE")
def report_title(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The title is <agency><year>年政府信息公开工作年度报告; blanks, line breaks and the year first are harmless."""
    year = year_of(inputs)
    title = squeeze(inputs.doc.details.title)
    if not title:
        raise NotJudged("未识别出报告名称")
    if not re.search(r"报告|年报|报表|总结", title):
        raise NotJudged(f"“{fragment(title)}”不是报告名称，未识别出报告名称")
    own = re.split(r"[_|]|-{1,2}(?=[^-]*(?:网|门户|政府)$)", title)[0].strip("《》")
    if _TITLE.match(own):
        yield holds("报告名称规范", [Operand("title", own, where="标题")])
        return
    expected = f"{inputs.doc.agency or inputs.agency}{year}年政府信息公开工作年度报告"
    yield violation(inputs, rule, expected=expected, actual=own, text=own, where="标题").stated(needs_review=inputs.ocr)
