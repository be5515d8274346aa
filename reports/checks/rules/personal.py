"""Personal data: the PII rules. A finding says in which part, and never what: neither in the message, nor in the
figures, nor in an explanation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from reports.checks.catalogue import Rule
from reports.checks.evaluation import Evaluation, holds, violation
from reports.checks.inputs import Inputs
from reports.checks.registry import implements
from reports.form.titles import title_zh
from reports.report import Report
from reports.text import NUMERALS, narrow, printed_sentences

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CHECK = "10X98765432"
_ID_18 = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_ID_15 = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z])")
_PROVINCES = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46}
    | {50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83}
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])")
_CONTACT = re.compile(r"联系|电话|手机|咨询|传真|热线|监督|举报|投诉|邮编|邮箱|地址|受理")
_NUMBER_OF = re.compile(r"(?:索引号?|文号|统一社会信用代码|信用代码|编号|流水号|公开号)[:：]?\s*$")


def parts(report: Report) -> Iterator[tuple[int, str]]:
    """The narrative by section (0: title, introduction, signature and what stands in no section)."""
    details = report.details
    rest = details.body
    for section in report.sections:
        rest = rest.replace(section.text, "\n", 1) if section.text else rest
        yield section.number, narrow(section.text)
    yield 0, narrow("\n".join([details.title, details.preface, rest, details.signature]))


def documents(inputs: Inputs) -> Iterator[tuple[Report, str]]:
    """The report and its attachments, with what to call them."""
    yield inputs.doc, ""
    for attachment in inputs.context.attachments:
        if attachment.error is None:
            yield attachment, "附件"


def _section(number: int) -> str:
    return NUMERALS[number - 1] if number else "正文其他"


def _where(number: int, what: str) -> str:
    name = f"第{NUMERALS[number - 1]}部分（{title_zh(number)}）" if number else "引言或落款"
    return f"{what}{name}" if what else name


def valid_id(number: str) -> bool:
    """An 18-digit identity-card number: province, birth date and check digit (GB 11643—1999)."""
    if int(number[:2]) not in _PROVINCES or not _born(int(number[6:10]), int(number[10:12]), int(number[12:14])):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK[total % 11] == number[17].upper()


def _born(year: int, month: int, day: int) -> bool:
    try:
        return date(1900, 1, 1) <= date(year, month, day)
    except ValueError:
        return False


@implements("PII-ID")
def identity_cards(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Identity-card numbers. The form of 15 digits has no check digit: a person looks first."""
    for report, what in documents(inputs):
        for number, text in parts(report):
            sure = [match for match in _ID_18.finditer(text) if valid_id(match.group())]
            old = [
                match
                for match in _ID_15.finditer(text)
                if int(match.group()[:2]) in _PROVINCES
                and _born(1900 + int(match.group()[6:8]), int(match.group()[8:10]), int(match.group()[10:12]))
            ]
            found = [m for m in [*sure, *old] if not _NUMBER_OF.search(text[max(0, m.start() - 12) : m.start()])]
            if found:
                doubtful = inputs.ocr or not any(match in sure for match in found)
                yield violation(inputs, rule, section=_section(number), where=_where(number, what)).stated(
                    needs_review=doubtful
                )
                return
    yield holds("未见身份证号码")


@implements("PII-MOBILE")
def mobiles(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Mobile numbers; one given as the office's contact is common in townships and only noted."""
    contact: tuple[int, str] | None = None
    for report, what in documents(inputs):
        for number, text in parts(report):
            for match in _MOBILE.finditer(text):
                around = text[max(0, match.start() - 30) : match.end() + 10]
                if _NUMBER_OF.search(text[max(0, match.start() - 12) : match.start()]):
                    continue
                if _CONTACT.search(around):
                    contact = contact or (number, what)
                    continue
                yield violation(inputs, rule, where=_where(number, what)).stated(needs_review=inputs.ocr)
                return
    if contact is not None:
        yield violation(inputs, rule, where=_where(*contact)).stated(
            severity="notice", needs_review=inputs.ocr, suffix="（疑为单位联系方式，建议改用办公电话）"
        )
    else:
        yield holds("未见手机号码")


_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚"
)
_ACT = r"(?:向|于|申请|提出|提交|要求|起诉|不服|诉|通过)"
_APPLICANT = re.compile(rf"(?:申请人|起诉人|原告)[:： ]?(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?){_ACT}")
_NAMED = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{2}}){_ACT}[^。]{{0,14}}(?:政府信息|信息公开|公开)"
)
_MASKED = re.compile(rf"[{_SURNAMES}](?:某某?|\*{{1,2}}|××?|XX?)")
_VILLAGE = re.compile(r"[\u4e00-\u9fff]{2,4}(?:村|社区|小区|组|街道|镇)")
_NOT_NAMES = frozenset(
    "方便 常年 任何 任意 金额 白天 万一 方式 方面 于是 程序 石油 成功 何时 何种 何人 任一 常见 史料 段落 高度 严格".split()  # noqa: SIM905
)


@implements("PII-APPLICANT")
def applicants(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A full name beside 申请人 or 起诉: a person looks before anyone is told. Surname and 某 is masked; with a village
    and the subject it may still identify. Leaders' names are official."""
    for report, what in documents(inputs):
        for number, text in parts(report):
            squeezed = re.sub(r"\s+", "", text)
            for pattern in (_APPLICANT, _NAMED):
                for match in pattern.finditer(squeezed):
                    name = match.group("name")
                    if name[:2] in _NOT_NAMES or "某" in name or re.search(r"[市县区局委]", name):
                        continue
                    before = squeezed[max(0, match.start() - 10) : match.start()]
                    if re.search(r"局长|书记|主任|镇长|乡长|县长|市长|区长|厅长|组长", before):
                        continue
                    yield violation(inputs, rule, where=_where(number, what)).stated(needs_review=True)
                    return
            for sentence in printed_sentences(squeezed):
                if _MASKED.search(sentence) and _VILLAGE.search(sentence) and "申请" in sentence:
                    yield violation(inputs, rule, where=_where(number, what)).stated(
                        severity="notice", needs_review=True, suffix="（姓名已隐去，但与地名、事由并列仍可能识别个人）"
                    )
                    return
    yield holds("未见申请人姓名")
