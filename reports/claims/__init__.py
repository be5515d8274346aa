"""Figures that the narrative states about a cell.

A sentence is cut into words by a lexicon (``lexicon``), the words into clauses with one figure each (``clauses``), and of
each figure it is asked what it counts, of which year, and of which whole it is a part (``scope``). Where that is certain,
and only there, it is a claim: about requests (``requests``), disputes (``disputes``), or table 二 (``proactive``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.claims import disputes, proactive, reading, requests
from reports.claims.bodies import with_bodies
from reports.claims.clauses import Clause, clauses, is_a, names
from reports.claims.lexicon import Word, number, words
from reports.claims.neighbours import told_apart
from reports.claims.scope import NOUNS, Found, Matter, Period, goes_on, matter_of, matters
from reports.claims.splits import Split, splits
from reports.report import Claim, Form, Number
from reports.text import unwrapped_sentences

__all__ = ["Split", "claims", "counts_requests", "distinct", "lists_of_parts", "number"]

# No figure has more than twelve digits, and no list of requests has more than some dozens: what goes beyond is a damaged
# text.
_ENDLESS = re.compile(r"[\d,，.]{24,}|[零〇一二两三四五六七八九十百千]{24,}")
_TIMES = re.compile(r"(?<=[件条份宗起例项])(?:[（(]次[)）]|/次)")
# A figure that stands in quotation marks: 件数为“0”.
_QUOTED = re.compile(r"[“”\"‘’](\d+|零)[“”\"‘’]")
# A sentence that goes on with the figure of the one before it.
_GOES_ON = re.compile(r"[。；;\n][。；;\s]{0,8}(?=其中|包括|包含|含|(?:以上|上述|该)[^，。；\n]{0,8}(?:含|包括|包含))")
# Only a sentence with a figure or a negation, and with a subject, is cut; a list needs three figures.
_FIGURE = re.compile(
    r"\d|[零〇一二两三四五六七八九十百千][件条宗起例份项次]|[为是均：:]零|零[申受收复诉发]|未|没|无|不存在"
)
_LIST = re.compile(r"(?:\d+\D+){2}\d")
_SUBJECT = re.compile(
    r"申请|转|公开|办结|答复|受理|收到|新收|办理|复议|诉讼|起诉|应诉|规范性文件|规章|行政[许处强]|收费|提供|处理|掌握|制作|属于|自然人|商业企业"
)
# What may be a heading, or begin a numbered paragraph: only its first words are looked at.
_HEAD = re.compile(r"[^。]{1,16}$|[（(①-⑩]|[一二三四五六七八九十\d]{1,2}[、.．是]|.{0,12}依申请")
_HEAD_LENGTH = 40
_TOLD_OF = ("applicant.", "result.", "carry", "channel")  # what goes on with the matter of the paragraph
_TOPIC_LENGTH = 16  # words of a heading without a figure, in characters


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the matter that its paragraph is about. Its pieces are what semicolons part."""

    text: str
    clauses: list[Clause]
    topic: Matter
    opens: bool  # under a number or a heading of its own


def claims(text: str, section: int, form: Form | None, year: int | None, agency: str | None = None) -> list[Claim]:
    """The claims of one section's text. ``form`` decides whose words 制作 and 制发 are; None: an interpretation, read
    by the form in force. ``year`` is the report's, None where it is not known. ``agency`` is the body whose figures are
    told: what a sentence says of another is no claim; None: whatever body is named is taken for it."""
    out: list[Claim] = []
    period: Period = "this"
    elsewhere = False
    for sentence in _sentences(text, section, agency=agency):
        period, elsewhere = ("this", False) if sentence.opens else (period, elsewhere)
        found_requests = requests.read(sentence.clauses, sentence.topic, year, period, elsewhere)
        found = [
            *found_requests.out,
            *(disputes.find(sentence.clauses, year, elsewhere) if _of_disclosure(sentence, section) else ()),
            *proactive.find(sentence.clauses, form, year, elsewhere),
        ]
        period = found_requests.period
        elsewhere = goes_on(sentence.clauses, year, elsewhere)
        out += [
            Claim(item.cell, item.value, _piece(sentence.text, item.start), section, item.note)
            for item in sorted(_certain(found), key=lambda item: item.start)
        ]
    return distinct(out)


def _certain(found: Sequence[Found]) -> Iterator[Found]:
    """Those whose cell is given one figure only: of two in one sentence it is not certain which is the whole."""
    for item in found:
        same = [other for other in found if other.cell == item.cell and other.note == item.note]
        if all(other.value == item.value for other in same):
            yield item


def counts_requests(text: str) -> bool:
    """Whether a text says how many requests came or were handled, in words that are understood or not."""
    for sentence in _sentences(text, 1):
        before: Matter = ""
        for clause in sentence.clauses:
            matter = matter_of(clause, before, sentence.topic)
            named = any(is_a(word, *NOUNS) for word in (*clause.own, *clause.lead, *clause.tail, *clause.trail))
            if clause.figure is not None:
                # 来信来访申请公开14件 counts requests, in whatever company.
                elsewhere = clause.says("dispute.", "other_body", "activity") or (
                    clause.says("other_matter") and not any("申请公开" in word.text for word in clause.own)
                )
                nought = clause.figure.value == 0  # 依申请公开、行政复议均为零
                if matter == "requests" or (named and (nought or (matter != "disputes" and not elsewhere))):
                    return True
                before = matter
            elif named and any(word.kind == "none" for word in clause.before) and not clause.says("dispute."):
                return True
    return False


def lists_of_parts(text: str, section: int, year: int | None) -> list[Split]:
    """The closed lists of parts that a section's sentences give of what was received or handled."""
    out: list[Split] = []
    for sentence in _sentences(text, section, _LIST):
        out += splits(sentence.text, requests.read(sentence.clauses, sentence.topic, year))
    return out


def distinct(found: Sequence[Claim]) -> list[Claim]:
    """Each (cell, figure) once, the first sentence's."""
    seen: set[tuple[str, Number, str]] = set()
    out = []
    for claim in found:
        key = (claim.cell, claim.value, claim.note)
        if key not in seen:
            seen.add(key)
            out.append(claim)
    return out


# ------------------------------------------------------------------ sentences and topics


def _sentences(
    text: str, section: int, figure: re.Pattern[str] = _FIGURE, agency: str | None = None
) -> Iterator[_Sentence]:
    """The sentences of a text, those with a semicolon whole, with the topic that headings and numbering give them. Those
    without what ``figure`` finds, or without a subject, are passed over but for what they head."""
    topic: Matter = "disputes" if section == 4 else "requests" if section == 3 else ""
    for folded in unwrapped_sentences(_GOES_ON.sub("，", text), semicolons=True):
        sentence = _QUOTED.sub(r"\1", _TIMES.sub("次", _ENDLESS.sub("…", folded)))
        telling = figure.search(sentence) is not None and _SUBJECT.search(sentence) is not None
        if not telling and _HEAD.match(sentence) is None:
            continue
        sentence = sentence if telling else sentence[:_HEAD_LENGTH]
        cut = with_bodies(told_apart(words(sentence)), sentence, agency)
        named = _heading(cut)
        topic = topic if named is None else named
        parts = clauses(cut) if telling else []
        opens = cut[0].kind == "numbering" or (named is not None and not is_a(cut[0], "result.", "done", "figure"))
        yield _Sentence(sentence, parts, topic, opens)
        if (
            topic == ""
            and names(parts, *NOUNS)
            and any(item.cell == reading.NEW for item in requests.find(parts, topic, None))
        ):
            topic = "requests"


def _heading(cut: Sequence[Word]) -> Matter | None:
    """The topic that a sentence sets: by the words behind its number, by a heading of its own, by 在依申请公开方面."""
    numbered = cut[0].kind == "numbering"
    head: list[Word] = []
    for word in cut[1:] if numbered else cut:
        if word.kind in {"comma", "colon", "figure", "semicolon", "none", "receive", "accept"}:
            break
        head.append(word)
    whole = len(head) == len(cut) - numbered
    found = matters(head)
    on_request = any(word.kind == "on_request" or word.text.startswith("依申请") for word in head)
    if (on_request and "other" not in found) or any(is_a(word, "result.") for word in head):
        return "requests"
    if numbered and not found and any(is_a(word, *_TOLD_OF) for word in head):
        return None  # 一是按答复类型分，
    short = sum(len(word.text) for word in head) <= _TOPIC_LENGTH
    if not numbered and not (whole and short and found):
        return None
    if found:
        return found[0] if len(set(found)) == 1 else "other"
    return None if cut[0].text[:1].isdecimal() or not short else "other"


def _of_disclosure(sentence: _Sentence, section: int) -> bool:
    """Whether disputes that a sentence names are about disclosure: no other kind stands in the tables."""
    return (
        section == 4
        or sentence.topic in {"requests", "disputes"}
        or re.search(r"信息公开|公开申请|依申请|政府信息|公开工作", sentence.text) is not None
    )


def _piece(text: str, at: int) -> str:
    """The part between semicolons that a place stands in."""
    start = max(text.rfind("；", 0, at), text.rfind(";", 0, at)) + 1
    ends = [end for end in (text.find("；", at), text.find(";", at)) if end >= 0]
    return text[start : min(ends, default=len(text))]


def found_in(sentence: str, topic: Matter, form: Form | None, year: int | None) -> list[Found]:
    """The claims of one sentence, for those who look at the grammar."""
    parts = clauses(told_apart(words(sentence)))
    return [*requests.find(parts, topic, year), *disputes.find(parts, year), *proactive.find(parts, form, year)]
