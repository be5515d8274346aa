"""The narrative's frame: paragraphs, and the six sections that the official form asks for.

A section is found by the similarity of its title, the printed number only as a hint: numbers get lost, repeated, and
reused by sub-headings; titles are paraphrased or follow the wording of article 50 of the regulation.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz

from reports.blocks import At, Block, Blocks, Box, Grid, Paragraph
from reports.report import Heading, Section
from reports.text import NUMERALS, fold, letters

DATA = Path(__file__).parent / "data"

_TOP = re.compile(
    rf"^(?:第([{NUMERALS}])部分\s*[、.．,，:：]?|([{NUMERALS}])\s*[、.．,，:：]|([1-9])\s*[、.．](?!\d)|([-—－ー_])\s*[、.．])\s*"
)
_SUB = re.compile(rf"^[（(]\s*([{NUMERALS}0-9]{{1,2}})\s*[)）]")
_LONGEST_TITLE = 42
_ENDS = "。；：！？…”）)!?;:"
_DECORATION = "*#＊ \u3000\u00a0■◆●★▲"
_DATE_ONLY = re.compile(
    r"[（(]?[0-9〇○零一二三四五六七八九十]{4}年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日[)）]?"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the narrative in reading order. ``heading`` is true where the markup says so."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The narrative taken apart: what stands before the first section, the sections, all headings seen.

    ``others`` are the texts of parts that the form does not know (``五、监督保障情况`` between four and five)."""

    lines: list[Line]
    preface: list[str]
    sections: list[Section]
    headings: list[Heading]
    others: list[str] = field(default_factory=list)


# ------------------------------------------------------------------ vocabulary


def load(name: str) -> Any:
    """A file of ``reports/data``, by the quick loader where there is one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader either way


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """reports/data/titles.yaml."""
    data: dict[str, Any] = load("titles.yaml")
    return data


@lru_cache(maxsize=1)
def titles() -> dict[int, tuple[str, ...]]:
    """Section number -> the form's title first, then the accepted wordings (reports/data/rules.yaml)."""
    text = (DATA / "rules.yaml").read_text(encoding="utf-8")
    # The catalogue is long and only this one list of it is wanted here: at the margin from ``titles:`` to the next key.
    found = re.search(r"^titles:.*?(?=^\S)", text, re.M | re.S)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    listed = yaml.load(found.group(0) if found else text, Loader=loader)["titles"]  # noqa: S506 - a safe loader
    return {entry["number"]: (entry["zh"], *entry["accepted"]) for entry in listed}


@lru_cache(maxsize=1)
def _wordings() -> tuple[tuple[int, str], ...]:
    """(section number, a wording of its title, bare) of all wordings known."""
    more: dict[int, list[str]] = words()["section_wordings"]
    return tuple((n, letters(text)) for n, known in titles().items() for text in (*known, *more.get(n, ())))


@lru_cache(maxsize=1)
def _marks() -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple(
        (entry["number"], tuple(letters(word) for word in entry["words"])) for entry in words()["section_marks"]
    )


@lru_cache(maxsize=1)
def _glued() -> re.Pattern[str]:
    """A numeral and a known title, wherever they stand in a paragraph."""
    known = sorted(
        {text for n, group in titles().items() for text in (*group, *words()["section_wordings"].get(n, ()))}
    )
    known.sort(key=len, reverse=True)
    alternatives = "|".join(r"\s*".join(map(re.escape, text)) for text in known)
    return re.compile(rf"(?P<head>[{NUMERALS}]\s*[、.．]\s*(?:{alternatives}))(?![及和与的、，,]|方面)")


# ------------------------------------------------------------------ paragraphs


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
    edges = _edges(raw)
    joined: list[tuple[str, bool]] = []
    above: _Raw | None = None
    for part in raw:
        if above is not None and not part.cut and _goes_on(above, part, joined[-1][0], edges):
            joined[-1] = (joined[-1][0] + _gap(joined[-1][0], part.text) + part.text, joined[-1][1])
        else:
            joined.append((part.text, part.heading))
        above = part
    return [Line(part, heading) for text, heading in joined for part in _unglue(text)]


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
    return bool(_SUB.match(text) or (_TOP.match(text) and not re.match(r"\d", text)) or section_of(text) is not None)


def _looks_like_title(text: str) -> bool:
    return len(text) <= 60 and bool(re.search(r"(报告|年报|解读|通知|报表)$", fold(text)))


def _runs_on(so_far: str, last: str) -> bool:
    """Whether a paragraph of which no place is known is likely to go on in the next line: its last line is long and not
    ended by a mark that closes a sentence."""
    if len(last) < 18 or so_far[-1] in _ENDS or section_of(last) is not None:
        return False
    return not _looks_like_title(last)


def _unglue(text: str) -> list[str]:
    """Set section headings apart that stand in one paragraph with prose: at its end, at its beginning, or within."""
    if len(text) <= 8 or not re.search(rf"[{NUMERALS}]\s*[、.．]", text):
        return [text]
    out: list[str] = []
    start = 0
    for found in _glued().finditer(text):
        before = text[start : found.start()].rstrip()
        if before and before[-1] not in "。；;！!？?”）)：:" and not before.endswith(("**", "#")):
            continue  # listed in a sentence
        if re.search(r"(包括|分为|组成|如下|内容为)[：:]?[^。]*$", before):
            continue
        if before:
            out.append(before)
        out.append(found.group("head"))
        start = found.end()
        while start < len(text) and text[start] in "。：:；; \u3000\t*":
            start += 1
    rest = text[start:]
    tail = re.search(rf"(?<=[。；！？])\s*([{NUMERALS}]\s*[、.．][^。；！？，,]{{4,36}})$", rest)
    if tail and section_of(tail.group(1)) is not None:
        out += [rest[: tail.start()], tail.group(1)]
    elif rest.strip():
        out.append(rest)
    return [part.strip() for part in out if part.strip()] or [text]


# ------------------------------------------------------------------ headings

Candidate = tuple[int, int, float, str, str]  # line, section number, score, printed numeral, title


def section_of(text: str) -> tuple[int, float, str, str] | None:
    """(number, similarity, printed numeral, title) if the paragraph may be the heading of one of the six sections."""
    if len(text) > _LONGEST_TITLE + 8:
        return None
    return _section_of(text)


@lru_cache(maxsize=4096)
def _section_of(text: str) -> tuple[int, float, str, str] | None:
    stripped = text.strip(_DECORATION).rstrip("。：:；; ").strip(_DECORATION)
    if not stripped or len(stripped) > _LONGEST_TITLE or _SUB.match(stripped):
        return None
    numeral, title = _numeral(stripped)
    return _match(title, numeral)


def _numeral(text: str) -> tuple[str, str]:
    """The printed numeral of a top heading (as a Chinese one) and the title behind it."""
    top = _TOP.match(text)
    if top is None:
        return "", text
    digit = top.group(3)
    dash = "一" if top.group(4) else ""
    return top.group(1) or top.group(2) or (NUMERALS[int(digit) - 1] if digit else dash), text[top.end() :]


def _match(title: str, numeral: str) -> tuple[int, float, str, str] | None:
    bare = letters(title)
    if not 3 <= len(bare) <= 36 or re.search(r"[。；]", title) or (not numeral and re.search(r"\d", bare)):
        return None
    best, score = 0, 0.0
    for number, wording in _wordings():
        if 2 * min(len(bare), len(wording)) < 0.6 * (len(bare) + len(wording)):
            continue
        ratio = fuzz.ratio(bare, wording) / 100
        if ratio > score:
            best, score = number, ratio
    if score < 0.86 and numeral:
        # The words decide over a likeness that shares only 政府信息公开…情况.
        marked = next((number for number, known in _marks() if any(word in bare for word in known)), None)
        if marked is not None:
            return marked, min(0.85, max(score if marked == best else 0.0, 0.75)), numeral, title
    if score >= (0.72 if numeral else 0.86):
        return best, score, numeral, title
    return None


def frame(lines: Iterable[Line]) -> Frame:
    """Cut the paragraphs into preface and sections.

    A heading whose number is taken by a better match is a sub-heading (``一、主动公开`` inside section 一 against
    ``二、主动公开政府信息情况``)."""
    all_lines = list(lines)
    chosen = _choose(_candidates(all_lines))
    if len(chosen) <= 2:
        chosen = _by_sub_numerals(all_lines) or chosen
    chosen += _first_section(all_lines, chosen)
    chosen.sort()
    headings = [Heading(number, numeral, title, index) for index, number, _, numeral, title in chosen]
    marked = {heading.position for heading in headings}
    for index, line in enumerate(all_lines):
        stripped = line.text.strip()
        if index in marked or len(stripped) > _LONGEST_TITLE:
            continue
        top = _TOP.match(stripped)
        if top and (top.group(1) or top.group(2)) and not stripped.endswith("。"):
            headings.append(Heading(None, *_numeral(stripped), index))
    headings.sort(key=lambda heading: heading.position)
    inserted = _inserted(headings)
    sections: list[Section] = []
    stops = sorted({index for index, *_ in chosen} | inserted | {len(all_lines)})
    following = dict(itertools.pairwise(stops))
    for index, number, _, _, title in chosen:
        text = "\n".join(line.text for line in all_lines[index + 1 : following[index]])
        sections.append(Section(number, title.strip(_DECORATION + "。：:；;"), text))
    others = ["\n".join(line.text for line in all_lines[index : following[index]]) for index in sorted(inserted)]
    preface = [line.text for line in all_lines[: chosen[0][0] if chosen else len(all_lines)]]
    return Frame(all_lines, preface, sections, headings, others)


def _candidates(lines: Sequence[Line]) -> list[Candidate]:
    out: list[Candidate] = []
    for index, line in enumerate(lines):
        found = section_of(line.text)
        if found is None:
            continue
        number, score, numeral, title = found
        if numeral and NUMERALS.find(numeral) + 1 == number:
            score += 0.2
        if line.heading:
            score += 0.05
        out.append((index, number, score, numeral, title))
    return _without_contents(out)


def _without_contents(candidates: list[Candidate]) -> list[Candidate]:
    """Leave a table of contents out: headings line after line, each of which comes again further down."""
    out = list(candidates)
    for _, run in itertools.groupby(enumerate(candidates), key=lambda pair: pair[1][0] - pair[0]):
        listed = [candidate for _, candidate in run]
        later = {number for index, number, score, *_ in candidates if index > listed[-1][0]}
        if len(listed) >= 4 and all(number in later for _, number, *_ in listed):
            out = [candidate for candidate in out if candidate not in listed]
    return out


def _choose(candidates: list[Candidate]) -> list[Candidate]:
    """One heading a section: the best match; of equals the first, unless a later one keeps the order of the six.

    Sections that are really printed out of order stay so: the order only decides between nearly equal headings."""
    options: list[list[Candidate | None]] = []
    for number in range(1, 7):
        own = sorted((c for c in candidates if c[1] == number), key=lambda c: (-c[2], c[0]))
        near = [c for c in own if c[2] >= own[0][2] - 0.12][:4]
        options.append(list(near) if near else [None])
    best: list[Candidate] = []
    reached = -1.0
    for choice in itertools.product(*options):
        taken = [candidate for candidate in choice if candidate is not None]
        order = sum(first[0] < second[0] for first, second in itertools.pairwise(taken))
        value = sum(candidate[2] for candidate in taken) + 0.3 * order
        if value > reached + 1e-9:
            best, reached = taken, value
    return sorted(best)


def _by_sub_numerals(lines: Sequence[Line]) -> list[Candidate]:
    """The six under ``（一）``…``（六）`` as main numerals: only where at least four of them agree with their numerals."""
    out: list[Candidate] = []
    for index, line in enumerate(lines):
        stripped = line.text.strip(_DECORATION)
        sub = _SUB.match(stripped)
        if sub is None or len(stripped) > _LONGEST_TITLE:
            continue
        numeral = sub.group(1)
        title = stripped[sub.end() :].strip("、.． ").rstrip("。：:")
        found = _match(title, numeral if numeral in NUMERALS else "")
        if found is not None and NUMERALS.find(numeral) + 1 == found[0]:
            out.append((index, found[0], found[1], numeral, title))
    chosen = _choose(out)
    return chosen if len(chosen) >= 4 else []


def _first_section(lines: Sequence[Line], chosen: Sequence[Candidate]) -> list[Candidate]:
    """Section 一 under a title of the body's own making: the first ``一、…`` before all other headings."""
    if not chosen or any(number == 1 for _, number, *_ in chosen):
        return []
    for index, line in enumerate(lines[: chosen[0][0]]):
        stripped = line.text.strip(_DECORATION)
        top = _TOP.match(stripped)
        if (
            top
            and "一" in (top.group(1), top.group(2))
            and len(stripped) <= _LONGEST_TITLE
            and stripped[-1] not in "。，"
        ):
            return [(index, 1, 0.5, "一", stripped[top.end() :])]
    return []


def _inserted(headings: Sequence[Heading]) -> set[int]:
    """Positions of headings of parts that the form does not have and that take part in the numbering of the six: printed
    五 after the section printed 四, and the next section is printed 六. Sub-headings reuse 一 to 六 without that."""
    out: set[int] = set()
    for place, heading in enumerate(headings):
        if heading.number is not None:
            continue
        before = next((h for h in reversed(headings[:place]) if h.number is not None or h.position in out), None)
        after = next((h for h in headings[place + 1 :] if h.number is not None), None)
        value = NUMERALS.find(heading.numeral)
        if before is None or value < 1 or NUMERALS.find(before.numeral) != value - 1:
            continue
        last = after is None and before.number == 6
        between = after is not None and NUMERALS.find(after.numeral) == value + 1
        # 一、… 二、… 三、… inside section 一 would be followed by section 二 printed 二.
        restarted = Counter(h.numeral for h in headings if h.number is None)["一"] > 0 and not between
        if (between or last) and not restarted:
            out.add(heading.position)
    return out
