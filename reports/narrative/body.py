"""The reporting body as the document gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports import issuer
from reports.narrative.classify import classify
from reports.narrative.names import body_in, is_name, once
from reports.narrative.paragraphs import Line
from reports.narrative.title import Title
from reports.text import A_YEAR, fold

_DAY = re.compile(rf"[（(]?{A_YEAR}年.{{1,3}}月.{{1,3}}日[)）]?$")


def signature(lines: Sequence[Line]) -> str:
    """The line that signs: a body's name alone, at the end."""
    for line in list(reversed(lines))[:8]:
        text = _DAY.sub("", fold(line.text))
        if len(text) > 40:
            continue
        text = re.sub(
            r"^(?:发布机构|发布单位|编制单位|报告单位|落款|单位)[:：]|[（(](?:盖章|公章|印章)[)）]$", "", text
        )
        text = once(text)
        if is_name(text):
            return text
    return ""


_QUOTED = re.compile(r"《([^《》]{4,70}?(?:报告|年报))》")
_ISSUED = re.compile(
    r"(?:公布|发布|编制|制定|形成|起草|撰写|报告)(?:了|的|如下)?《?([\u4e00-\u9fff（）()]{2,30}?)(?:关于)?"
    rf"{A_YEAR}年?度?(?:政府|政务)?信息公开"
)
_PRESENTED = re.compile(rf"现将([\u4e00-\u9fff（）()]{{3,30}}?)(?:关于)?{A_YEAR}年?度?(?:的)?(?:政府|政务)?信息公开")
_CONTACT = (
    re.compile(r"(?:联系单位|单位名称|来源|信息来源)[:：]([\u4e00-\u9fff（）()]{3,30})"),
    re.compile(
        r"(?:请|可)?(?:直接)?(?:与|向|联系|致电)([\u4e00-\u9fff（）()]{3,30}?)(?:政务公开办公室|政务公开办|政务公开科|办公室|综合科|综合办)?(?:联系|咨询|反映|反馈|[（(](?:地址|联系|电话))"
    ),
    re.compile(
        r"(?:^|[。，\n])(?:本(?:年度)?报告)?[^。，]{0,30}?由([\u4e00-\u9fff（）()]{3,24}?)(?:根据|按照|依据|负责|编制|围绕)"
    ),
    re.compile(r"(?:地址|联系地址)[:：]([\u4e00-\u9fff（）()]{3,24}?)(?:办公室|综合科|\d|[，,；;。])"),
)


def reporting_body(title: Title, preface: str, body: str, signed: str, lines: Sequence[Line]) -> str | None:
    """The body as the document gives it: title, the line beside the title, the full title quoted in the introduction, the
    one that issues (发布机构), signature, the subject of the first sentence, contact line."""
    if title.classification.agency:
        return title.classification.agency
    beside = [title.first - 1, title.last + 1] if title.first >= 0 else []
    for index in beside:
        if 0 <= index < len(lines):
            name = once(fold(lines[index].text))
            if len(name) <= 30 and is_name(name):
                return name
    for text in (preface, body[:1500]):
        quoted = _in_prose(text)
        if quoted is not None:
            return quoted
    return issuer.stated([line.text for line in lines]) or signed or _subject(preface) or _in_contact(body)


_SUBJECT = re.compile(
    r"(?:^|\n)(?:\d{4}年[，,])?([\u4e00-\u9fff（）()]{3,24}?)(?:根据|按照|依据|依照|现将|严格|认真|编制|深入|坚持|全面|高度)"
)


def _subject(preface: str) -> str | None:
    """The body that a paragraph of the introduction begins with: ``青柳市水务局根据…编制本报告``."""
    for found in _SUBJECT.finditer("\n".join(fold(line) for line in preface.split("\n"))):
        if is_name(found.group(1)):
            return found.group(1)
    return None


def _in_contact(body: str) -> str | None:
    folded = fold(body)
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
        quoted_title = classify(quoted.group(1))
        if quoted_title.kind in {"annual_report", "legacy_report"} and quoted_title.agency:
            return quoted_title.agency
    for issued in (*_ISSUED.finditer(folded), *_PRESENTED.finditer(folded)):
        name = body_in(issued.group(1))
        if name is not None:
            return name
    return None
