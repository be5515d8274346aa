"""The narrative's frame: paragraphs, and the six sections that the official form asks for.

A section is found by the similarity of its title, the printed number only as a hint: numbers get lost, repeated, and
reused by sub-headings; titles are paraphrased or follow the wording of article 50 of the regulation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from reports.blocks import Blocks, Grid, Paragraph
from reports.report import Heading, Section

DATA = Path(__file__).parent / "data"
NUMERALS = "一二三四五六七八九十"

# What a title of a section must hold, whatever else it says; the first group that fits decides.
_MARKS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (4, ("行政复议", "行政诉讼", "复议、", "提起诉讼")),
    (
        5,
        (
            "存在的主要问题",
            "存在的问题",
            "主要问题",
            "存在问题",
            "问题及改进",
            "不足",
            "改进措施",
            "改进情况",
            "改进举措",
        ),
    ),
    (3, ("收到和处理", "申请情况", "申请的情况", "申请处理情况")),
    (2, ("主动公开",)),
    (6, ("其他需要报告", "其他报告", "其他事项", "需要报告的其他", "需要说明的其他", "其他需要说明")),
    (1, ("总体情况", "基本情况", "工作概述", "总体工作", "工作总体", "概述", "工作情况", "整体情况")),
)
_LEAD = re.compile(rf"^[（(]?([{NUMERALS}]{{1,3}}|[0-9]{{1,2}})[)）]?\s*[、.．,，:：]?\s*")
_TOP = re.compile(rf"^([{NUMERALS}])\s*[、.．,，:：]\s*")
_SUB = re.compile(rf"^[（(]\s*([{NUMERALS}0-9]{{1,2}})\s*[)）]")
_LONGEST_TITLE = 42
_ENDS = "。；：！？…”）)"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the narrative with its place in the reading order."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The narrative taken apart: what stands before the first section, the sections, all headings seen."""

    lines: list[Line]
    preface: list[str]
    sections: list[Section]
    headings: list[Heading]


@lru_cache(maxsize=1)
def titles() -> dict[int, tuple[str, ...]]:
    """Section number -> the form's title first, then the accepted wordings (reports/data/rules.yaml)."""
    data = yaml.safe_load((DATA / "rules.yaml").read_text(encoding="utf-8"))
    return {entry["number"]: (entry["zh"], *entry["accepted"]) for entry in data["titles"]}


def plain(text: str) -> str:
    """For comparing: NFKC, no white space, no marks."""
    return re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """For matching: full-width digits and letters narrowed, all white space dropped, Chinese punctuation kept."""
    out = []
    for char in text:
        if (
            "\uff10" <= char <= "\uff19"
            or "\uff21" <= char <= "\uff3a"
            or "\uff41" <= char <= "\uff5a"
            or char in "－．％"
        ):
            out.append(unicodedata.normalize("NFKC", char))
        elif not char.isspace() and char not in "\u200b\ufeff\u00ad":
            out.append(char)
    return "".join(out)


def lines_of(blocks: Blocks, consumed: frozenset[int]) -> list[Line]:
    """The narrative's paragraphs in reading order: printed lines of a page joined to paragraphs, the cells of layout
    tables as paragraphs, table matter left out, headings that stand glued to prose set apart."""
    raw: list[tuple[str, bool, bool]] = []
    for index, block in enumerate(blocks.blocks):
        if index in consumed:
            continue
        if isinstance(block, Paragraph):
            raw.append((block.text, block.heading, block.joins or blocks.flat))
        elif isinstance(block, Grid):
            for row in block.rows:
                for cell in row:
                    raw += [(part, False, False) for part in cell.text.split("\n")]
    joined: list[tuple[str, bool]] = []
    open_end = False
    for text, heading, joins in raw:
        for part in text.split("\n"):
            stripped = part.strip()
            if not stripped:
                # A blank line ends a paragraph, unless it is a page break in the middle of a sentence.
                continue
            if _PAGE_NUMBER.fullmatch(stripped):
                continue
            if open_end and joins and joined and not heading and not _begins(stripped) and not _date_only(stripped):
                joined[-1] = (joined[-1][0] + _gap(joined[-1][0], stripped) + stripped, joined[-1][1])
            else:
                joined.append((stripped, heading))
            open_end = joins and _runs_on(joined[-1][0])
    out: list[Line] = []
    for text, heading in joined:
        out += [Line(part, heading) for part in _unglue(text)]
    return out


_PAGE_NUMBER = re.compile(r"[-—–－\s]*(第\s*)?\d{1,3}(\s*页)?(\s*/\s*\d{1,3}|\s*共\s*\d+\s*页)?[-—–－\s]*")


def _gap(left: str, right: str) -> str:
    return " " if left[-1:].isascii() and left[-1:].isalpha() and right[:1].isascii() and right[:1].isalpha() else ""


def _begins(text: str) -> bool:
    """Whether a line opens a paragraph of its own."""
    return bool(_TOP.match(text) or _SUB.match(text) or section_of(text) is not None)


def _date_only(text: str) -> bool:
    return bool(
        re.fullmatch(
            r"[0-9〇零一二三四五六七八九十]{4}年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日",
            fold(text),
        )
    )


def _runs_on(text: str) -> bool:
    """Whether a printed line is likely to go on in the next: long, and not ended by a mark that closes a sentence."""
    if len(text) < 18 or text[-1] in _ENDS or section_of(text) is not None:
        return False
    return not (len(text) <= 60 and re.search(r"(报告|年报|解读|通知|报表)$", fold(text)))


def _unglue(text: str) -> list[str]:
    """Set a section heading apart that stands at the end or the beginning of prose in one paragraph."""
    for number in range(1, 7):
        for title in titles()[number]:
            spot = re.search(rf"(?<=[。；！？!?])\s*([{NUMERALS}]\s*[、.．]\s*{re.escape(title)})\s*[。：:]?\s*", text)
            if spot:
                parts = [text[: spot.start()], spot.group(1), text[spot.end() :]]
                return [
                    piece for part in parts if part.strip() for piece in (_unglue(part) if part != text else [part])
                ]
            lead = re.match(rf"\s*([{NUMERALS}]\s*[、.．]\s*{re.escape(title)})[。：:\s]\s*(?=\S{{6,}})", text)
            if lead:
                return [lead.group(1), *_unglue(text[lead.end() :])]
    return [text]


def section_of(text: str) -> tuple[int, float, str, str] | None:
    """(number, similarity, printed numeral, title) if the paragraph may be the heading of one of the six sections."""
    stripped = text.strip().rstrip("。：:；;").strip("*# ")
    if not stripped or len(stripped) > _LONGEST_TITLE or _SUB.match(stripped):
        return None
    top = _TOP.match(stripped)
    numeral = top.group(1) if top else ""
    title = stripped[top.end() :] if top else stripped
    bare = plain(title)
    if not 3 <= len(bare) <= 36 or re.search(r"[。；]", title) or (re.search(r"\d", bare) and not numeral):
        return None
    best, score = 0, 0.0
    for number, wordings in titles().items():
        for wording in wordings:
            ratio = fuzz.ratio(bare, plain(wording)) / 100
            if ratio > score:
                best, score = number, ratio
    marked = next((number for number, words in _MARKS if any(plain(word) in bare for word in words)), None)
    if score < 0.86 and marked is not None and numeral:
        # The words decide over a likeness that shares only 政府信息公开…情况.
        return marked, max(score, 0.75), numeral, title
    if score >= (0.72 if numeral else 0.86):
        return best, score, numeral, title
    return None


def frame(lines: Iterable[Line]) -> Frame:
    """Cut the paragraphs into preface and sections.

    A later heading of the same section number is a sub-heading unless it is the better match (``一、主动公开`` inside
    section 一 against ``二、主动公开政府信息情况``)."""
    all_lines = list(lines)
    candidates: list[tuple[int, int, float, str, str]] = []
    for index, line in enumerate(all_lines):
        found = section_of(line.text)
        if found is None:
            continue
        number, score, numeral, title = found
        if numeral and NUMERALS.find(numeral) + 1 == number:
            score += 0.2
        candidates.append((index, number, score, numeral, title))
    chosen = _choose(candidates)
    chosen += _first_section(all_lines, chosen)
    chosen.sort()
    headings = [Heading(number, numeral, title, index) for index, number, _, numeral, title in chosen]
    marked = {heading.position for heading in headings}
    for index, line in enumerate(all_lines):
        top = _TOP.match(line.text.strip())
        if top and index not in marked and len(line.text) <= _LONGEST_TITLE:
            headings.append(Heading(None, top.group(1), line.text.strip()[top.end() :], index))
    headings.sort(key=lambda heading: heading.position)
    sections = []
    for order, (index, number, _, _, title) in enumerate(chosen):
        end = chosen[order + 1][0] if order + 1 < len(chosen) else len(all_lines)
        text = "\n".join(line.text for line in all_lines[index + 1 : end])
        sections.append(Section(number, title.strip(), text))
    preface = [line.text for line in all_lines[: chosen[0][0] if chosen else len(all_lines)]]
    return Frame(all_lines, preface, sections, headings)


def _choose(candidates: list[tuple[int, int, float, str, str]]) -> list[tuple[int, int, float, str, str]]:
    """One heading a section: the best match. Printed twice with equal right (a heading repeated by a page), the first.

    Where two orders are possible the one that is printed stands: sections out of order are the document's, not ours."""
    best: dict[int, tuple[int, int, float, str, str]] = {}
    for candidate in candidates:
        known = best.get(candidate[1])
        if known is None or candidate[2] > known[2] + 1e-9:
            best[candidate[1]] = candidate
    return sorted(best.values())


def _first_section(
    lines: list[Line], chosen: list[tuple[int, int, float, str, str]]
) -> list[tuple[int, int, float, str, str]]:
    """Section 一 under a title of the body's own making: the first ``一、…`` before all other headings."""
    if not chosen or any(number == 1 for _, number, *_ in chosen):
        return []
    for index, line in enumerate(lines[: chosen[0][0]]):
        top = _TOP.match(line.text.strip())
        if (
            top
            and top.group(1) == "一"
            and len(line.text.strip()) <= _LONGEST_TITLE
            and not line.text.strip().endswith("。")
        ):
            return [(index, 1, 0.5, "一", line.text.strip()[top.end() :])]
    return []
