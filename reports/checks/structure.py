"""Sections, headings, years and periods: the STR, FRM and YR rules that read the text's build."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from reports.checks.catalogue import Rule, catalogue
from reports.checks.engine import Evaluation, fault, holds, not_judged, rule
from reports.checks.evaluate import Case, Operand
from reports.checks.sheet import NotJudged
from reports.report import Report

NUMERALS = "一二三四五六七八九十"
WHERE_ZH = {"period": "统计期限", "section1": "总体情况首句", "table": "统计表", "captions": "统计表标题"}


def plain(text: str) -> str:
    """A heading for comparison: width, blanks, punctuation and leading numerals taken away."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(
        r"^\s*(?:第?[一二三四五六七八九十\d]+(?:部分|[、.．:：\s)])|[（(][一二三四五六七八九十\d]+[)）])\s*", "", text
    )
    return re.sub(r"[\W_]+", "", text)


def title_zh(number: int) -> str:
    """The form's title of a section."""
    return catalogue().titles[number - 1][0]


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
    body = plain(report.details.body.replace(report.details.preface, "", 1))
    # A title that stands in the text all the same is a heading we did not recognise, not one that is lacking.
    glued = any(plain(title_zh(number)) in body for number in missing)
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
    tolerated = {plain(title) for title in case.params.get("tolerated_titles") or ()}
    deviating: list[tuple[str, str]] = []
    sections_ = case.doc.sections
    if not sections_:
        raise NotJudged("未识别出各部分标题")
    for number in range(1, 7):
        section = case.doc.section(number)
        if section is None or not section.title.strip():
            continue
        title, accepted = catalogue().titles[number - 1]
        known = {plain(title), *(plain(other) for other in accepted)} | tolerated
        if plain(section.title) not in known:
            deviating.append((section.title.strip(), title))
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


@rule("FRM-YEAR")
def form_of_year(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The tables follow the form that is in force for the year."""
    report = case.doc
    form = case.tables.form
    year = report.year or case.year
    if year is None:
        raise NotJudged("未能识别报告年度")
    wanted = form_for(year)
    if wanted is None:
        raise NotJudged("2018年度及以前没有统一表格")
    operands = [Operand("form", form, where="统计表"), Operand("year", year, where="标题")]
    if form == wanted:
        yield holds("表格版本正确", operands)
        return
    # Where the document gives another year for itself too, the year is the first thing to settle.
    others = {mention.year for mention in report.details.years if mention.where in {"title", "period"}}
    yield fault(
        case,
        of,
        expected=wanted,
        actual=form,
        form=form,
        needs_review=any(form_for(other) == form for other in others),
        where="统计表",
        operands=operands,
    )


def form_for(year: int) -> str | None:
    """The form in force for a report year: none to 2018, the 2019 form for 2019 and 2020, the 2021 form after."""
    if year <= 2018:
        return None
    return "2019" if year <= 2020 else "2021"


_COMPARISON = re.compile(r"比|同比|较|上年|去年|上一年|以来|结转")


@rule("YR-CONFLICT")
def year_conflict(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The years that the document states of itself agree with its title's."""
    report = case.doc
    titled = [mention.year for mention in report.details.years if mention.where == "title"]
    if not titled:
        raise NotJudged("标题没有年度")
    year = titled[0]
    operands = [Operand(m.where, m.year, m.text, WHERE_ZH.get(m.where, "标题")) for m in report.details.years]
    odd: dict[str, tuple[str, bool]] = {}
    for mention in report.details.years:
        if mention.where == "title" or mention.year == year or mention.where in odd:
            continue
        doubtful = case.ocr
        if mention.where == "section1":
            # A text written in the year after, and a comparison, name other years with good reason.
            if mention.year > year or _COMPARISON.search(mention.text):
                continue
            section = report.section(1)
            doubtful |= section is not None and f"{year}年" in re.sub(r"\s+", "", section.text)
        odd[mention.where] = (mention.text.strip() or str(mention.year), doubtful)
    if not odd:
        yield holds("年度前后一致", operands)
    for where, (text, doubtful) in odd.items():
        name = WHERE_ZH.get(where, where)
        yield fault(
            case,
            of,
            expected=year,
            actual=text,
            year=year,
            section=name,
            text=text,
            needs_review=doubtful,
            where=name,
            operands=operands,
        )


_WHOLE_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")


@rule("YR-PERIOD")
def period(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The statistics period is the calendar year. A full calendar year other than the title's is YR-CONFLICT's."""
    report = case.doc
    if report.details.period is None:
        raise NotJudged("未写明统计期限")
    year = case.year
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
    whole = len(_WHOLE_DATE.findall(re.sub(r"\s+", "", unicodedata.normalize("NFKC", found.text))))
    yield fault(
        case,
        of,
        expected=f"{year}年1月1日至12月31日",
        actual=found.text,
        text=found.text,
        # A date that lost a character in conversion is read with a guess: a person looks first.
        needs_review=case.ocr or whole == 0,
        where="统计期限",
        operands=operands,
    )


_PERIOD_LIKE = re.compile(
    r"统计(?:数据)?(?:的)?(?:期限|时限|时段|周期|区间|截止)|数据.{0,12}(?:截止|截至)|1\s*月\s*1\s*日.{0,16}12\s*月\s*31\s*日"
)


@rule("YR-PERIOD-MISSING")
def period_missing(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The text states its period."""
    report = case.doc
    if report.details.period is not None:
        yield holds("已写明统计期限", [Operand("period", report.details.period.text, where="统计期限")])
    elif not report.details.body.strip():
        raise NotJudged("未读到正文")
    elif _PERIOD_LIKE.search(report.details.body):
        yield not_judged("文中有关于统计期限的文字，但未能识读")
    else:
        yield fault(case, of, needs_review=case.ocr, where="全文")
