"""The narrative cut into its parts: what stands before the first, the six that the form asks for, all headings seen."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reports.narrative.headings import DECORATION, LONGEST_TITLE, SUB, TOP, match_title, numeral_of, section_of
from reports.narrative.paragraphs import Line
from reports.report import Heading, Section
from reports.text import NUMERALS

Candidate = tuple[int, int, float, str, str]  # line, section number, score, printed numeral, title


@dataclass(frozen=True, slots=True)
class Outline:
    """The narrative taken apart: what stands before the first section, the sections, all headings seen.

    ``others`` are the texts of parts that the form does not know (``五、监督保障情况`` between four and five)."""

    lines: list[Line]
    preface: list[str]
    sections: list[Section]
    headings: list[Heading]
    others: list[str] = field(default_factory=list)


def outline_of(lines: Iterable[Line]) -> Outline:
    """Cut the paragraphs into preface and sections.

    A heading whose number is taken by a better match is a sub-heading (``一、主动公开`` inside section 一 against
    ``二、主动公开政府信息情况``)."""
    all_lines = list(lines)
    chosen = _choose(_candidates(all_lines))
    if len(chosen) <= 2:
        chosen = _by_sub_numerals(all_lines) or chosen
    chosen += _first_section(all_lines, chosen)
    chosen += _by_place(all_lines, chosen)
    chosen.sort()
    headings = [Heading(number, numeral, title, index) for index, number, _, numeral, title in chosen]
    marked = {heading.position for heading in headings}
    for index, line in enumerate(all_lines):
        stripped = line.text.strip()
        if index in marked or len(stripped) > LONGEST_TITLE:
            continue
        top = TOP.match(stripped)
        if top and (top.group(1) or top.group(2)) and not stripped.endswith("。"):
            headings.append(Heading(None, *numeral_of(stripped), index))
    headings.sort(key=lambda heading: heading.position)
    inserted = _inserted(headings)
    sections: list[Section] = []
    stops = sorted({index for index, *_ in chosen} | inserted | {len(all_lines)})
    following = dict(itertools.pairwise(stops))
    for index, number, _, _, title in chosen:
        text = "\n".join(line.text for line in all_lines[index + 1 : following[index]])
        sections.append(Section(number, title.strip(DECORATION + "。：:；;"), text))
    others = ["\n".join(line.text for line in all_lines[index : following[index]]) for index in sorted(inserted)]
    preface = [line.text for line in all_lines[: chosen[0][0] if chosen else len(all_lines)]]
    return Outline(all_lines, preface, sections, headings, others)


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
        stripped = line.text.strip(DECORATION)
        sub = SUB.match(stripped)
        if sub is None or len(stripped) > LONGEST_TITLE:
            continue
        numeral = sub.group(1)
        title = stripped[sub.end() :].strip("、.． ").rstrip("。：:")
        found = match_title(title, numeral if numeral in NUMERALS else "")
        if found is not None and NUMERALS.find(numeral) + 1 == found[0]:
            out.append((index, found[0], found[1], numeral, title))
    chosen = _choose(out)
    return chosen if len(chosen) >= 4 else []


def _first_section(lines: Sequence[Line], chosen: Sequence[Candidate]) -> list[Candidate]:
    """Section 一 under a title of the body's own making: the first ``一、…`` before all other headings."""
    if not chosen or any(number == 1 for _, number, *_ in chosen):
        return []
    for index, line in enumerate(lines[: chosen[0][0]]):
        stripped = line.text.strip(DECORATION)
        top = TOP.match(stripped)
        if (
            top
            and "一" in (top.group(1), top.group(2))
            and len(stripped) <= LONGEST_TITLE
            and stripped[-1] not in "。，"
        ):
            return [(index, 1, 0.5, "一", stripped[top.end() :])]
    return []


def _by_place(lines: Sequence[Line], chosen: Sequence[Candidate]) -> list[Candidate]:
    """Parts under titles of the body's own making: the one heading that is printed ``五、…`` between the parts four and six
    (or behind four, where no six is). Where several stand there they are somebody's sub-heads."""
    out: list[Candidate] = []
    found = {number: index for index, number, *_ in chosen}
    for number in range(2, 7):
        if number in found or number - 1 not in found:
            continue
        first = found[number - 1] + 1
        last = min((index for other, index in found.items() if other > number), default=len(lines))
        printed = [(index, top) for index in range(first, last) if (top := _top_heading(lines[index].text)) is not None]
        numerals = [NUMERALS.find(top) + 1 for _, top in printed]
        if numerals.count(number) != 1 or any(value < number for value in numerals):
            continue
        index = next(index for index, top in printed if NUMERALS.find(top) + 1 == number)
        out.append((index, number, 0.5, NUMERALS[number - 1], numeral_of(lines[index].text.strip(DECORATION))[1]))
        found[number] = index
    return out


def _top_heading(text: str) -> str | None:
    """The Chinese numeral of a line that has the shape of a main heading."""
    stripped = text.strip(DECORATION)
    top = TOP.match(stripped)
    if top is None or len(stripped) > LONGEST_TITLE or stripped[-1:] in "。，；":
        return None
    return top.group(1) or top.group(2)


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
