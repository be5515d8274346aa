"""The narrative's paragraphs in reading order, from blocks: printed lines joined, table matter left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reports.blocks import At, Block, Blocks, Grid, Paragraph
from reports.geometry.shapes import Box
from reports.narrative.classify import classify
from reports.narrative.headings import LONGEST_TITLE, SUB, TOP, glued, match_title, section_of
from reports.text import NUMERALS, fold, letters

_ENDS = "。；：！？…”）)!?;:"
_DATE_ONLY = re.compile(
    r"[（(]?[0-9〇○零一二三四五六七八九十]{4}年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日[)）]?"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the narrative in reading order. ``heading`` is true where the markup says so."""

    text: str
    heading: bool = False


@dataclass(slots=True)
class _Raw:
    """A printed line or paragraph before joining. ``cut`` is true where something stood between it and the one above."""

    text: str
    heading: bool = False
    joins: bool = False
    cut: bool = False
    at: At = field(default_factory=At)


_PAGE_NUMBER = re.compile(
    r"[-—–－_·\s]*(第\s*)?\d{1,3}(\s*页)?(\s*[/／,，]\s*(共\s*)?\d{1,3}(\s*页)?|\s*共\s*\d+\s*页)?[-—–－_·\s]*"
)


def lines_of(blocks: Blocks, consumed: frozenset[int]) -> list[Line]:
    """The narrative's paragraphs in reading order: printed lines of a page joined to paragraphs, the cells of layout
    tables as paragraphs, table matter left out, headings that stand glued to prose set apart."""
    raw = _without_running_heads(_raw(blocks, consumed))
    raw = _numerals_with_titles(raw)
    edges = _edges(raw)
    joined: list[tuple[str, bool]] = []
    above: _Raw | None = None
    for part in raw:
        if above is not None and not part.cut and _goes_on(above, part, joined[-1][0], edges):
            joined[-1] = (joined[-1][0] + _gap(joined[-1][0], part.text) + part.text, joined[-1][1])
        else:
            joined.append((part.text, part.heading))
        above = part
    out: list[Line] = []
    for text, heading in joined:
        title, rest = _title_before(text) if len(out) < _HEAD_LINES else ("", text)
        out += [Line(title, heading)] if title else []
        out += [Line(part, heading) for part in _unglue(rest)]
    return out


_HEAD_LINES = 15  # lines among which a title stands
_TITLE_GLUED = re.compile(r"\s*(\S[^。；，\n]{6,60}?(?:报告|年报))[\s\u3000]+(?=\S)")


def _title_before(text: str) -> tuple[str, str]:
    """The title with which a paragraph begins, and what stands behind it: a cell or a paragraph may hold the whole head."""
    found = _TITLE_GLUED.match(text) if len(text) > 60 else None
    if found is None:
        return "", text
    titled = classify(found.group(1))
    whole = titled.kind in {"annual_report", "legacy_report"} and titled.year is not None
    return (found.group(1), text[found.end() :]) if whole else ("", text)


def _raw(blocks: Blocks, consumed: frozenset[int]) -> list[_Raw]:
    out: list[_Raw] = []
    cut = False
    for index, block in enumerate(blocks.blocks):
        if index in consumed:
            cut = True
            continue
        for part in _texts(block, blocks.flat):
            stripped = part.text.strip()
            if not stripped or _PAGE_NUMBER.fullmatch(stripped):
                continue  # a blank line or page number may stand in the middle of a sentence
            part.text, part.cut = stripped, cut
            out.append(part)
            cut = False
    return out


def _texts(block: Block, flat: bool) -> Iterable[_Raw]:
    if isinstance(block, Paragraph):
        for text in block.text.split("\n"):
            yield _Raw(text, block.heading, block.joins or flat, at=block.at)
    elif isinstance(block, Grid) and not _is_specks(block):
        for row in block.rows:
            for cell in row:
                for text in cell.text.split("\n"):
                    yield _Raw(text)


def _is_specks(grid: Grid) -> bool:
    """Strokes of characters and seals look like boxes to a reader of rulings: a table of a page without any words."""
    cells = [cell for row in grid.rows for cell in row]
    placed = grid.at.bbox is not None or any(cell.at.bbox is not None for cell in cells)
    return placed and not any(len(re.findall(r"[\u4e00-\u9fff]", cell.text)) >= 4 for cell in cells)


_NUMERAL_ALONE = re.compile(rf"(?:第?([{NUMERALS}])(?:部分)?|([{NUMERALS}]))\s*[、.．]?")


def _numerals_with_titles(raw: list[_Raw]) -> list[_Raw]:
    """A numeral in a line or cell of its own joined to the title behind it (``一、`` | ``总体情况``)."""
    out: list[_Raw] = []
    for part in raw:
        alone = _NUMERAL_ALONE.fullmatch(out[-1].text) if out else None
        if alone is not None:
            numeral = alone.group(1) or alone.group(2)
            found = match_title(part.text, numeral) if len(part.text) <= LONGEST_TITLE else None
            if found is not None and NUMERALS.find(numeral) + 1 == found[0]:
                out[-1].text = f"{numeral}、{part.text}"
                continue
        out.append(part)
    return out


def _without_running_heads(raw: list[_Raw]) -> list[_Raw]:
    """Drop what every page repeats at its upper or lower edge."""
    pages: dict[str, set[tuple[int, int]]] = {}
    for part in raw:
        if part.at.page is not None and part.at.bbox is not None:
            pages.setdefault(letters(part.text), set()).add((part.at.page, round(part.at.bbox[1] / 6)))
    last = max((part.at.page or 0 for part in raw), default=0)
    if last < 3:
        return raw
    repeated = {
        text
        for text, places in pages.items()
        if len({page for page, _ in places}) >= max(3, last - 1) and len({y for _, y in places}) <= 2
    }
    return [part for part in raw if letters(part.text) not in repeated or part.at.bbox is None]


def _edges(raw: Sequence[_Raw]) -> dict[int, tuple[float, float]]:
    """Page -> its left and right text edge, from the printed lines that are long enough to tell."""
    boxes: dict[int, list[Box]] = {}
    for part in raw:
        if part.joins and part.at.bbox is not None and part.at.page is not None and len(part.text) >= 8:
            boxes.setdefault(part.at.page, []).append(part.at.bbox)
    every = [box for page in boxes.values() for box in page]
    if len(every) < 4:
        return {}
    whole = _edge(every)
    return {page: _edge(found) if len(found) >= 8 else whole for page, found in boxes.items()}


def _edge(boxes: Sequence[Box]) -> tuple[float, float]:
    lefts, rights = sorted(box[0] for box in boxes), sorted(box[2] for box in boxes)
    return lefts[len(lefts) // 10], rights[-1 - len(rights) // 10]


def _goes_on(above: _Raw, part: _Raw, so_far: str, edges: dict[int, tuple[float, float]]) -> bool:
    """Whether ``part`` continues the paragraph of ``above``."""
    if not (above.joins and part.joins) or part.heading or above.heading:
        return False
    if section_of(so_far) is not None:
        # A long title may be broken: the two halves are then more like a title than the first alone.
        both, first = section_of(so_far + part.text), section_of(so_far)
        return both is not None and first is not None and both[1] > first[1] + 0.02 and len(part.text) <= 16
    if _begins(part.text) or _DATE_ONLY.fullmatch(fold(part.text)):
        return False
    own, edge = above.at.bbox, edges.get(above.at.page or 0)
    following, margin = part.at.bbox, edges.get(part.at.page or 0)
    if own is None or following is None or edge is None or margin is None:
        return _runs_on(so_far, above.text)
    height = max(6.0, own[3] - own[1])
    full = own[2] >= edge[1] - 3.2 * height
    indented = following[0] >= margin[0] + 1.3 * height
    return full and not indented and not _looks_like_title(above.text)


def _gap(left: str, right: str) -> str:
    return " " if left[-1:].isascii() and left[-1:].isalpha() and right[:1].isascii() and right[:1].isalpha() else ""


def _begins(text: str) -> bool:
    """Whether a line opens a paragraph of its own."""
    return bool(SUB.match(text) or (TOP.match(text) and not re.match(r"\d", text)) or section_of(text) is not None)


# A title may be that of a posting, and the site's name may stand behind it.
_TITLE_ENDS = re.compile(
    r"(?:报告|年报|解读|通知|报表)(?:的(?:公示|公告|说明))?(?:[（(][^）)]{1,12}[)）]|[》”]|\s*[-—_|·]\s*[^，。]{2,24})*$"
)


def _looks_like_title(text: str) -> bool:
    return len(text) <= 60 and _TITLE_ENDS.search(fold(text)) is not None


# A line of a page's head: a field with its label, or the way to the page (首页 > 信息公开 >).
_LABELLED = re.compile(
    r"^.{0,60}?(?:索引号|文号|文件编号|(?:发布|发文|公开|公布|制发|编制)(?:机构|机关|单位|部门|日期|时间|方式|范围)|成文日期|生成日期|主题分类|"
    r"信息分类|有效性|关键词|体裁|来源|作者|浏览次数|阅读次数|字体|字号|位置)[:：|\]】]|"
    r"(?:索引号|文号|文件编号)\s*[A-Za-z\d][\w/.-]*$|[>»]$|(?:[>»].*){2}|^\S*(?:://|www\.)\S*$|©|版权所有"
)


def _runs_on(so_far: str, last: str) -> bool:
    """Whether a paragraph of which no place is known is likely to go on in the next line: its last line is long and not
    ended by a mark that closes a sentence."""
    if len(last) < 18 or so_far[-1] in _ENDS or section_of(last) is not None or _LABELLED.search(fold(last)):
        return False
    return not _looks_like_title(last)


def _unglue(text: str) -> list[str]:
    """Set section headings apart that stand in one paragraph with prose: at its end, at its beginning, or within."""
    if len(text) <= 8 or not re.search(rf"[{NUMERALS}]\s*[、.．]", text):
        return [text]
    out: list[str] = []
    start = 0
    for begin, end in _glued_heads(text):
        before = text[start:begin].rstrip()
        if before:
            out.append(before)
        out.append(text[begin:end].strip())
        start = end
        while start < len(text) and text[start] in "。：:；; \u3000\t*":
            start += 1
    rest = text[start:]
    tail = re.search(rf"(?<=[。；！？])\s*([{NUMERALS}]\s*[、.．][^。；！？，,]{{4,36}})$", rest)
    if tail and section_of(tail.group(1)) is not None:
        out += [rest[: tail.start()], tail.group(1)]
    elif rest.strip():
        out.append(rest)
    return [part.strip() for part in out if part.strip()] or [text]


# A heading in a wording of the body's own, set apart by blanks or marks on both sides.
_SET_APART = re.compile(
    rf"(?:(?<=[\s。；;！!？?”）)])|^)([{NUMERALS}]\s*[、.．]\s*[\u4e00-\u9fff、]{{3,30}})(?=[\s\u3000:：]|。)"
)
_LISTING = re.compile(r"(?:包括|分为|组成|构成|如下|内容为|分别是|分别为|即|为|从)[：:]?[^。]*$")
_CLOSED_BY = "。；;！!？?”）)：:"
_LEAST_CONTENT = 6  # characters between two headings of a document; the items of a list stand closer


def _glued_heads(text: str) -> list[tuple[int, int]]:
    """Where headings of the six parts stand in a paragraph: after the end of a sentence or a title, or behind a blank; not
    where a sentence lists them."""
    found = {match.start(): match.end() for match in glued().finditer(text)}
    for match in _SET_APART.finditer(text):
        known = section_of(match.group(1))
        if known is not None and known[1] >= 0.75 and NUMERALS.find(known[2]) + 1 == known[0]:
            found.setdefault(match.start(1), match.end(1))
    spans = sorted(found.items())
    out: list[tuple[int, int]] = []
    for index, (begin, end) in enumerate(spans):
        before = text[:begin].rstrip()
        following = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        closed = (
            not before or before[-1] in _CLOSED_BY or before.endswith(("**", "#")) or _looks_like_title(before[-60:])
        )
        blank = begin > 0 and text[begin - 1].isspace()
        near = following - end < _LEAST_CONTENT and following < len(text)
        if (out and begin < out[-1][1]) or _LISTING.search(before) or not (closed or (blank and not near)):
            continue
        out.append((begin, end))
    return out
