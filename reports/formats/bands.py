"""Tables without upright rules: rows of figures told by their columns, labels by the rows they stand beside.

A page's free lines are parted into prose and stretches of table. Within a stretch the full rows give the columns, so
that a blank is known by its place; row rules, where there are some, give the bands; without rules the wrapped pieces of
labels are dealt out to the rows in order, so that the labels they make are most like the form's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import median, pstdev

from rapidfuzz import fuzz

from reports import numbers
from reports.blocks import At, Block, Box, Grid, GridCell, Paragraph
from reports.form import forms
from reports.form.titles import parts
from reports.formats.cuts import likeness
from reports.formats.lattice import Segment, merged
from reports.formats.lines import Run, TextLine, runs, spaced, wide
from reports.text import letters

# Figures on a line from which on it is a row of a table whatever stands before them.
ROW_OF_FIGURES = 4
KNOWN = 0.8  # likeness from which on a text is taken for a row's label
TWO_IN_ONE = 0.5  # confidence where two figures claim one column
_MAX_PIECES, _MAX_HEIGHT = 14, 200  # lines and points of one wrapped label
# Prices of dealing out labels.
_UNLIKE, _SKIP, _UNLABELLED, _BLANK_ROW, _ELSEWHERE = 1.6, 0.4, 0.9, 0.2, 0.5
# Lines whose middles are nearer than this share of their height belong to one row: a figure wrapped in its cell.
_SAME_ROW = 0.85
_NEXT_LINE = 1.5  # the same for the end of a wrapped figure, which stands under its beginning
WRAPPED = 0.5  # confidence of a figure put together from lines that no rule holds together

_FIGURE_WITH_UNIT = re.compile(r"[\d.,．，]+(?:[件个项宗条次份起]|万?元)?")
_GLUED_FIGURES = re.compile(r"(?:\d[\d.,．，]*[件个项宗条次份起])+\d[\d.,．，]*(?:[件个项宗条次份起]|万?元)?")
_PROSE = re.compile(r"[。；！]")
_NUMBERED = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")
_SECTIONS = tuple(letters(part.zh) for part in parts())
_WORDS = (
    "申请人情况", "法人或其他组织", "信息内容", "行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉", "单位万元",
    "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和", "三本年度办理结果", "三不予公开", "四无法提供",
    "五不予处理", "六其他处理", *(f"第二十条第{n}项" for n in "一五六八九"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[str, ...]:
    headers = {
        letters(header)
        for form in forms.FORMS.values()
        for specs in form.tables.values()
        for spec in specs
        for header in spec.headers
    }
    return tuple(sorted(headers | set(_WORDS)))


@lru_cache(maxsize=1)
def _row_labels() -> tuple[str, ...]:
    return tuple(
        sorted(
            letters(spec.label)
            for form in forms.FORMS.values()
            for table in ("proactive", "applications")
            for spec in form.tables[table]
        )
    )


def is_figure(text: str) -> bool:
    """A figure or a sign that stands for none; blank is none."""
    return bool(text.strip()) and numbers.looks_like_value(text)


@dataclass(slots=True)
class _Line:
    line: TextLine
    runs: list[Run]
    figures: list[Run] = field(default_factory=list)  # those behind the last words
    words: list[Run] = field(default_factory=list)
    is_row: bool = False

    @property
    def middle(self) -> float:
        return self.line.middle


@dataclass(slots=True)
class _Row:
    """A row of figures, or a blank one; ``label`` are the runs that make its label."""

    middle: float
    figures: list[Run]
    label: list[Run] = field(default_factory=list)
    pieces: int = 0  # the last so many of the figures are pieces of wrapped ones
    doubtful: bool = False  # its figures may be those of a row beside it that has no label


@dataclass(slots=True)
class Carried:
    """The columns of the table with which a page ended: the next page may go on without heads."""

    columns: _Columns | None = None


def blocks(
    number: int, lines: Sequence[TextLine], horizontal: Sequence[Segment], carried: Carried | None = None
) -> list[Block]:
    """The free lines of page ``number`` (sorted top to bottom) as paragraphs and inferred grids.

    ``carried`` goes from page to page of a document."""
    carried = carried if carried is not None else Carried()
    parted = [_part(line) for line in lines]
    if not any(line.is_row for line in parted):
        return [_paragraph(number, line) for line in lines]
    out: list[Block] = []
    at = 0
    for first, last in _stretches(parted):
        out.extend(_paragraph(number, entry.line) for entry in parted[at:first])
        out.extend(_table(number, parted[first : last + 1], horizontal, carried))
        at = last + 1
    out.extend(_paragraph(number, entry.line) for entry in parted[at:])
    return out


def _paragraph(number: int, line: TextLine) -> Paragraph:
    return Paragraph(line.text, At(number, line.bbox), joins=True)


def _part(line: TextLine) -> _Line:
    out = _Line(line, [part for run in runs(line) for part in _unglued(line, run)])
    n = len(out.runs)
    while n and is_figure(out.runs[n - 1].text):
        n -= 1
    if 0 < n < len(out.runs) and (parted := _unstuck(line, out.runs[n - 1])):
        out.runs[n - 1 : n] = parted
    n = len(out.runs)
    while n and is_figure(out.runs[n - 1].text):
        n -= 1
    out.words, out.figures = out.runs[:n], out.runs[n:]
    count = len(out.figures)
    if count >= ROW_OF_FIGURES and len(out.words) <= 4:
        out.is_row = True
    elif count and out.words and len(out.words) <= 4:
        label = max(likeness(out.words[-1].text), likeness("".join(run.text for run in out.words)))
        out.is_row = label >= (KNOWN if count < 3 else 0.6)
    elif count >= 3:
        out.is_row = True
    return out


def _unglued(line: TextLine, run: Run) -> list[Run]:
    """Figures of neighbouring columns that touch: a counting word ends one (119件0件)."""
    text = "".join(run.text.split())
    if not _GLUED_FIGURES.fullmatch(text):
        return [run]
    inside = [
        n for n, edges in enumerate(line.edges) if run.bbox[0] - 0.01 <= edges[0] and edges[1] <= run.bbox[2] + 0.01
    ]
    if "".join(line.texts[n] for n in inside) != text or any(len(line.texts[n]) != 1 for n in inside):
        return [run]
    out = []
    for found in _FIGURE_WITH_UNIT.finditer(text):
        own = inside[found.start() : found.end()]
        box = (line.edges[own[0]][0], run.bbox[1], line.edges[own[-1]][1], run.bbox[3])
        out.append(Run(found[0], box))
    return out


def _unstuck(line: TextLine, run: Run) -> tuple[Run, Run] | None:
    """A label and the figure of the first column, where a full label touches it: no label ends in digits. None if no
    figure stands at its end, or if they are printed over each other and cannot be told apart."""
    inside = [
        n for n, edges in enumerate(line.edges) if run.bbox[0] - 0.01 <= edges[0] and edges[1] <= run.bbox[2] + 0.01
    ]
    if not inside or any(b - a != 1 for a, b in pairwise(inside)):
        return None
    texts, edges = line.texts[inside[0] : inside[-1] + 1], line.edges[inside[0] : inside[-1] + 1]
    for n in range(1, len(texts)):
        tail = "".join(texts[n:])
        if not (wide(texts[n - 1]) and not texts[n - 1].isdigit() and texts[n].isdigit() and is_figure(tail)):
            continue
        over = any(b[0] < a[1] - 0.1 * line.height for a, b in pairwise(edges))
        if over or any(char.isdigit() for text in texts[1:n] for char in text):
            return None
        label = Run(spaced(texts[:n], edges[:n], line.height), (*run.bbox[:2], edges[n - 1][1], run.bbox[3]))
        return label, Run(spaced(texts[n:], edges[n:], line.height), (edges[n][0], *run.bbox[1:]))
    return None


def _is_heading(text: str) -> bool:
    short = letters(text)
    if not _NUMBERED.match(text) or len(short) > 40:
        return False
    title = max(fuzz.ratio(short[1:], section) for section in _SECTIONS) / 100
    return title >= 0.6 and title > likeness(text)


def _is_header(entry: _Line) -> bool:
    """A line of column heads, group heads or pieces of them."""
    return bool(entry.runs) and all(_in_vocabulary(run.text) for run in entry.runs)


@lru_cache(maxsize=8192)
def _in_vocabulary(text: str) -> bool:
    short = letters(text)
    if not short:
        return True
    if any(short in word or (len(short) > 3 and fuzz.ratio(short, word) >= 85) for word in _vocabulary()):
        return True
    # Narrow columns run their heads together: 商业企科研机社会公.
    pairs = [short[n : n + 2] for n in range(len(short) - 1)]
    return len(pairs) >= 3 and sum(pair in _pairs() for pair in pairs) >= 0.6 * len(pairs)


@lru_cache(maxsize=1)
def _pairs() -> frozenset[str]:
    return frozenset(word[n : n + 2] for word in _vocabulary() for n in range(len(word) - 1))


@lru_cache(maxsize=8192)
def _is_piece(text: str) -> bool:
    """A piece of a row's label."""
    short = letters(text)
    if len(short) < 2:
        return False
    return likeness(text) >= KNOWN or any(short in label for label in _row_labels())


def _is_matter(entry: _Line) -> bool:
    """What may stand between two rows of one table."""
    text = entry.line.text
    if entry.is_row or _is_header(entry):
        return True
    if _is_heading(text) or _PROSE.search(text):
        return False
    return len(text) < 30 or any(_is_piece(run.text) for run in entry.runs)


def _stretches(parted: Sequence[_Line]) -> list[tuple[int, int]]:
    """(first, last) of each table: rows with nothing but table matter between them, and their heads and label ends."""
    out: list[tuple[int, int]] = []
    for n, entry in enumerate(parted):
        if not entry.is_row:
            continue
        if out and all(_is_matter(between) for between in parted[out[-1][1] + 1 : n]):
            out[-1] = (out[-1][0], n)
        else:
            out.append((n, n))
    grown: list[tuple[int, int]] = []
    for first, last in out:
        floor = grown[-1][1] if grown else -1
        while first - 1 > floor and _belongs(parted[first - 1], parted[first]):
            first -= 1
        while last + 1 < len(parted) and not parted[last + 1].is_row and _follows(parted[last + 1], parted[last]):
            last += 1
        grown.append((first, last))
    return grown


def _belongs(entry: _Line, below: _Line) -> bool:
    text = entry.line.text
    if _is_heading(text):
        return False
    if entry.figures and not entry.words and below.middle - entry.middle < _SAME_ROW * entry.line.height:
        return True
    near = below.line.bbox[1] - entry.line.bbox[3] < 2.5 * entry.line.height
    return near and (_is_header(entry) or (not _PROSE.search(text) and any(_is_piece(run.text) for run in entry.runs)))


def _follows(entry: _Line, above: _Line) -> bool:
    text = entry.line.text
    if _is_heading(text) or _PROSE.search(text) or len(entry.runs) > 2:
        return False
    if entry.figures and not entry.words and entry.middle - above.middle < _SAME_ROW * entry.line.height:
        return True
    if not entry.words and _hangs(entry, above) and entry.middle - above.middle < _NEXT_LINE * entry.line.height:
        return True
    near = entry.line.bbox[1] - above.line.bbox[3] < 2.5 * entry.line.height
    return near and all(_is_piece(run.text) for run in entry.runs)


# ------------------------------------------------------------------------------------------------------ one table


_DISPUTE_WORDS = ("结果维", "结果纠", "其他结果", "尚未审", "行政复议", "行政诉讼")


def _table(number: int, entries: Sequence[_Line], horizontal: Sequence[Segment], carried: Carried) -> list[Block]:
    """A stretch is parted where the heads of another table stand, then read with its own columns."""
    parts: list[list[_Line]] = [[]]
    kind = ""
    for entry in entries:
        text = letters(entry.line.text)
        found = (
            "app" if "自然人" in text or "申请人情况" in text else "dis" if "结果" in text and _is_header(entry) else ""
        )
        if not found and len(entry.figures) >= 10:
            found = "dis"
        if found and found != kind and any(e.is_row for e in parts[-1]):
            # Heads just above, already taken by the table before, belong to this one.
            moved: list[_Line] = []
            while parts[-1] and not parts[-1][-1].is_row and _is_header(parts[-1][-1]):
                moved.insert(0, parts[-1].pop())
            parts.append(moved)
        kind = found or kind
        parts[-1].append(entry)
    out: list[Block] = []
    for part in parts:
        grid = _grid(number, part, horizontal, carried)
        if grid is not None:
            out.append(grid)
    return out


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the figures of a column stand: at ``places``, by their centre (0), right edge (1) or left edge (-1)."""

    places: tuple[float, ...]
    edge: int
    left: float  # left of this stand labels

    def of(self, run: Run) -> int:
        at = _place(run, self.edge)
        return min(range(len(self.places)), key=lambda n: abs(self.places[n] - at))

    def under(self, run: Run) -> list[int]:
        """The columns that a run stands in, if they are several."""
        found = [n for n, place in enumerate(self.places) if run.bbox[0] - 1 <= place <= run.bbox[2] + 1]
        return found if len(found) > 1 else []


def _place(run: Run, edge: int) -> float:
    return run.centre if edge == 0 else run.bbox[2] if edge == 1 else run.bbox[0]


# Heads of the columns, the share of a column's width by which a figure may stand off, and how many characters of a
# head's first line must be there.
_HEADS: tuple[tuple[tuple[str, ...], float, int], ...] = (
    (("本年制发件数", "本年废止件数", "现行有效件数"), 0.55, 4),
    (("本年新制作数量", "本年新公开数量", "对外公开总数量"), 0.55, 4),
    (("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"), 0.4, 2),
    (("结果维持", "结果纠正", "其他结果", "尚未审结", "总计") * 3, 0.4, 2),
)


def _by_heads(rows: Sequence[_Line], entries: Sequence[_Line], full: int) -> _Columns | None:
    """Columns from their heads, for tables that leave zeros blank: all heads must be found, and every figure must
    stand under one."""
    above = [e for e in entries if not e.is_row and e.middle < rows[0].middle]
    for names, off, least in _HEADS:
        if full >= len(names):
            continue
        centres = sorted(centre for name in dict.fromkeys(names) for centre in _find(above, name, least))
        if len(centres) != len(names):
            continue
        pitch = min(b - a for a, b in pairwise(centres))
        figures = [run for row in rows for run in row.figures]
        if all(min(abs(run.centre - place) for place in centres) < off * pitch for run in figures):
            return _Columns(tuple(centres), 0, centres[0] - 0.5 * pitch)
    return None


def _continued(rows: Sequence[_Line], entries: Sequence[_Line], before: _Columns | None) -> _Columns | None:
    """The columns of the table above, where this one has no heads of its own and every figure stands in one of them."""
    if before is None or len(before.places) < 2 or any(_is_header(e) and not e.is_row for e in entries[:1]):
        return None
    pitch = min(b - a for a, b in pairwise(before.places))
    figures = [run for row in rows for run in row.figures]
    widest = max(len(row.figures) for row in rows)
    if widest >= len(before.places):
        return None
    sound = all(min(abs(_place(r, before.edge) - p) for p in before.places) < 0.3 * pitch for r in figures)
    return before if sound else None


def _find(lines: Sequence[_Line], name: str, least: int) -> list[float]:
    """Centres of a head's first line, wherever it stands, in lines where heads may run together."""
    out: list[float] = []
    for entry in lines:
        texts, edges = entry.line.texts, entry.line.edges
        joined = "".join(texts)
        if len(joined) != len(texts):
            continue
        at = joined.find(name[:least])
        while at >= 0:
            end = at + least
            while end < len(joined) and end - at < len(name) and joined[end] == name[end - at]:
                end += 1
            if joined[at - 1 : at] != "或":  # 法人或其他组织
                out.append((edges[at][0] + edges[end - 1][1]) / 2)
            at = joined.find(name[:least], end)
    return out


def _columns(rows: Sequence[_Line], entries: Sequence[_Line]) -> _Columns:
    full = max(len(row.figures) for row in rows)
    headed = _by_heads(rows, entries, full)
    if headed is not None:
        return headed
    whole = [row for row in rows if len(row.figures) == full]
    spreads = {
        edge: sum(pstdev(_place(row.figures[n], edge) for row in whole) for n in range(full)) for edge in (0, 1, -1)
    }
    edge = min((0, 1, -1), key=lambda e: spreads[e] - (0.01 if e == 0 else 0))
    places = [median(_place(row.figures[n], edge) for row in whole) for n in range(full)]
    # Rows with blanks may fill columns that no full row shows.
    pitch = min((b - a for a, b in pairwise(places)), default=40.0)
    for row in rows:
        for run in row.figures:
            at = _place(run, edge)
            if min(abs(at - place) for place in places) > 0.6 * pitch and len(row.figures) > 1:
                places.append(at)
    first = min(min(row.figures, key=lambda run: run.bbox[0]).bbox[0] for row in whole)
    return _Columns(tuple(sorted(places)), edge, first)


def _grid(number: int, entries: Sequence[_Line], horizontal: Sequence[Segment], carried: Carried) -> Grid | None:
    rows = [entry for entry in entries if entry.is_row]
    if not rows:
        return None
    rows, strays = _rows(entries)
    columns = _continued(rows, entries, carried.columns) or _columns(rows, entries)
    carried.columns = columns
    heads = [e for e in entries if not e.is_row and e not in strays and _is_head(e, columns)]
    pieces = [
        run
        for entry in entries
        if entry not in heads
        for run in (entry.words if entry.is_row or entry in strays else entry.runs)
        if run.text.strip()
    ]
    top, bottom = entries[0].line.bbox[1], entries[-1].line.bbox[3]
    rules = _rules(horizontal, columns, top - 20, bottom + 20)
    found = [_Row(entry.middle, list(entry.figures)) for entry in rows]
    for stray in strays:
        nearest = min(found, key=lambda row: abs(row.middle - stray.middle))
        nearest.figures.extend(stray.figures)
        nearest.pieces += len(stray.figures)
    ruled = len(rules) >= max(3, 0.7 * len(rows))
    found = _by_rules(found, pieces, rules, columns) if ruled else _by_order(found, pieces)
    labelled = {id(run) for row in found for run in row.label}
    for run in pieces:
        if id(run) not in labelled and any(char.isdigit() for char in run.text):
            # Figures that could not be told apart, or from words: a blank beside them is none.
            min(found, key=lambda row: abs(row.middle - run.middle)).doubtful = True
    placed = [(row.middle, _cells(number, row, columns)) for row in found]
    placed.extend((group[-1].middle, _head(number, group, columns)) for group in _head_groups(heads))
    placed.sort(key=lambda entry: entry[0])
    box = (
        min(e.line.bbox[0] for e in entries), top, max(e.line.bbox[2] for e in entries), bottom,
    )  # fmt: skip
    return Grid(tuple(cells for _, cells in placed), At(number, box), ruled=False)


def _rows(entries: Sequence[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Within a table every line that ends in figures is a row, or, where it nearly touches a fuller one, a piece of a
    figure wrapped in that row. Returns rows and pieces."""
    first = next(n for n, entry in enumerate(entries) if entry.is_row)
    # Nothing is lost of a table: what has figures and stands behind its first row is one.
    some = [e for n, e in enumerate(entries) if e.figures and (e.is_row or n > first or not e.words)]
    by_size = sorted(some, key=lambda e: (-e.is_row, -len(e.figures), -len(e.words)))
    rows: list[_Line] = []
    strays: list[_Line] = []
    for entry in by_size:
        height = entry.line.height
        if not entry.words and any(
            abs(entry.middle - row.middle)
            < (_NEXT_LINE if _hangs(entry, row) or _embraces(row, entry, entries) else _SAME_ROW) * height
            for row in rows
        ):
            strays.append(entry)
        else:
            rows.append(entry)
            entry.is_row = True
    rows.sort(key=lambda entry: entry.middle)
    strays.sort(key=lambda entry: entry.middle)
    return rows, strays


def _hangs(entry: _Line, row: _Line) -> bool:
    """Whether every figure of a line stands under one of a fuller row: the ends of figures that their cells wrap."""
    return (
        entry.middle > row.middle
        and 0 < len(entry.figures) < len(row.figures)
        and all(any(a.bbox[0] < b.bbox[2] and b.bbox[0] < a.bbox[2] for b in row.figures) for a in entry.figures)
    )


def _embraces(row: _Line, entry: _Line, entries: Sequence[_Line]) -> bool:
    """Whether two lines of figures stand around the one line of their label: every figure of the row is wrapped."""
    upper, lower = (row, entry) if row.middle < entry.middle else (entry, row)
    if row.words or entry.words or len(lower.figures) > len(upper.figures):
        return False
    under = all(any(a.bbox[0] < b.bbox[2] and b.bbox[0] < a.bbox[2] for b in upper.figures) for a in lower.figures)
    between = [e for e in entries if upper.middle < e.middle < lower.middle]
    return under and len(between) == 1 and bool(between[0].words) and not between[0].figures


def _is_head(entry: _Line, columns: _Columns) -> bool:
    if any(run.centre >= columns.left for run in entry.runs):
        return True
    return _is_header(entry) and not any(_is_piece(run.text) for run in entry.runs)


def _head_groups(heads: Sequence[_Line]) -> list[list[_Line]]:
    """Lines of heads that stand directly under each other."""
    out: list[list[_Line]] = []
    for entry in heads:
        if out and entry.line.bbox[1] - out[-1][-1].line.bbox[3] < 1.2 * entry.line.height:
            out[-1].append(entry)
        else:
            out.append([entry])
    return out


def _head(number: int, group: Sequence[_Line], columns: _Columns) -> tuple[GridCell, ...]:
    """Column heads as one row; the pieces of a wrapped head are put together by their column."""
    whole: list[tuple[float, float, GridCell]] = []
    wrapped: dict[int, list[Run]] = {}
    for entry in group:
        for run in entry.runs:
            if run.centre < columns.left - 10 or letters(run.text) in _vocabulary():
                whole.append((run.middle, run.bbox[0], GridCell(run.text, At(number, run.bbox))))
            else:
                nearest = min(range(len(columns.places)), key=lambda n: abs(columns.places[n] - run.centre))
                wrapped.setdefault(nearest, []).append(run)
    for pieces in wrapped.values():
        box = _around([run.bbox for run in pieces])
        cell = GridCell("".join(run.text for run in pieces), At(number, box))
        whole.append((pieces[0].middle, box[0], cell))
    return tuple(cell for _, _, cell in sorted(whole, key=lambda entry: (round(entry[0]), entry[1])))


def _around(boxes: Sequence[Box]) -> Box:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _cells(number: int, row: _Row, columns: _Columns) -> tuple[GridCell, ...]:
    by_column: dict[int, list[Run]] = {}
    for run in row.figures:
        by_column.setdefault(columns.of(run), []).append(run)
    pieced = {columns.of(run) for run in row.figures[len(row.figures) - row.pieces :]}
    out: list[GridCell] = []
    if row.label:
        box = _around([run.bbox for run in row.label])
        out.append(GridCell("".join(run.text for run in row.label), At(number, box), 0))
    height = (row.figures[0].bbox[3] - row.figures[0].bbox[1]) if row.figures else 10.0
    # Figures of neighbouring columns that touch look like one figure.
    across = {n for run in row.figures for n in columns.under(run)}
    for n, place in enumerate(columns.places):
        here = by_column.get(n, [])
        if len(here) > 1:
            here.sort(key=lambda run: (run.middle, run.bbox[0]))
            texts = tuple(run.text for run in here)
            box = _around([run.bbox for run in here])
            # Under each other they are one figure, wrapped; beside each other they are two.
            beside = any(abs(a.middle - b.middle) < 2 for a, b in pairwise(here))
            text = (" " if beside else "").join(texts)
            out.append(GridCell(text, At(number, box), n + 1, 1, TWO_IN_ONE if beside else WRAPPED, texts))
        elif here:
            sure = WRAPPED if n in pieced else TWO_IN_ONE if n in across else 1.0
            out.append(GridCell(here[0].text, At(number, here[0].bbox), n + 1, confidence=sure))
        else:
            box = (place - 5, row.middle - height / 2, place + 5, row.middle + height / 2)
            # Where a label reaches into the column, its figure may be among the label's characters.
            hidden = row.doubtful or n in across or any(run.bbox[2] > place - 0.5 * height for run in row.label)
            out.append(GridCell("", At(number, box), n + 1, confidence=WRAPPED if hidden else 1.0))
    return tuple(out)


# --------------------------------------------------------------------------------------------------- labels to rows


def _rules(horizontal: Sequence[Segment], columns: _Columns, top: float, bottom: float) -> list[Segment]:
    """Row rules that cross the figures' columns."""
    first, last = columns.places[0], columns.places[-1]
    rules = merged([s for s in horizontal if top <= s.at <= bottom], 2.0)
    by_height: list[Segment] = []
    for rule in sorted(rules):
        if by_height and rule.at - by_height[-1].at <= 2.0:
            # Pieces with gaps between, drawn cell by cell.
            last_rule = by_height.pop()
            rule = Segment(last_rule.at, min(last_rule.start, rule.start), max(last_rule.end, rule.end))
        by_height.append(rule)
    return [r for r in by_height if r.start <= first + 5 and r.end >= last - 5]


def _by_rules(rows: list[_Row], pieces: Sequence[Run], rules: Sequence[Segment], columns: _Columns) -> list[_Row]:
    """Each band between two rules is a row; what stands left of where its rules begin heads several rows."""
    edges = [-1e9, *(rule.at for rule in rules), 1e9]
    starts = [-1e9, *(rule.start for rule in rules), -1e9]
    out: list[_Row] = []
    for n, (top, bottom) in enumerate(pairwise(edges)):
        own = [row for row in rows if top <= row.middle < bottom]
        begin = max(starts[n], starts[n + 1])
        label = [run for run in pieces if top <= run.middle < bottom and run.centre >= begin - 1]
        if len(own) > 1:
            out.extend(_by_order(own, label))
            continue
        chosen = _rightmost(label)
        if own:
            own[0].label = chosen
            out.append(own[0])
        elif (
            chosen
            and likeness("".join(run.text for run in chosen)) >= KNOWN
            and min(run.centre for run in chosen) < columns.left
        ):
            out.append(_Row(sum(run.middle for run in chosen) / len(chosen), [], chosen))
    return out


def _rightmost(label: Sequence[Run]) -> list[Run]:
    """The runs that make the row's own label: of the label columns as many from the right as look most like one."""
    columns: list[list[Run]] = []
    for run in sorted(label, key=lambda r: -r.bbox[2]):
        for column in columns:
            if any(run.bbox[0] < other.bbox[2] and other.bbox[0] < run.bbox[2] for other in column):
                column.append(run)
                break
        else:
            columns.append([run])
    best: list[Run] = []
    score = -1.0
    for n in range(1, len(columns) + 1):
        chosen = sorted((run for column in columns[:n] for run in column), key=lambda r: (r.middle, r.bbox[0]))
        like = likeness("".join(run.text for run in chosen))
        if like > score + 0.01:
            best, score = chosen, like
    return best


def _by_order(rows: list[_Row], pieces: Sequence[Run]) -> list[_Row]:
    """Pieces of labels dealt out to rows, both in order, so that the labels are most like the form's and near."""
    pieces = _own_labels(sorted(pieces, key=lambda r: (round(r.middle, 1), r.bbox[0])), rows)
    rows = sorted(rows, key=lambda row: row.middle)
    pitch = max(median([b.middle - a.middle for a, b in pairwise(rows)]) if len(rows) > 1 else 15.0, 6.0)
    m, n = len(pieces), len(rows)
    infinite = float("inf")
    cost = [[infinite] * (n + 1) for _ in range(m + 1)]
    back: list[list[tuple[int, int, str]]] = [[(0, 0, "")] * (n + 1) for _ in range(m + 1)]
    cost[0][0] = 0.0
    groups = _groups(pieces)
    on_line = [next((k for k, row in enumerate(rows) if abs(row.middle - piece.middle) < 1), None) for piece in pieces]
    for i in range(m + 1):
        for j in range(n + 1):
            here = cost[i][j]
            if here == infinite:
                continue
            steps: list[tuple[int, int, str, float]] = []
            if j < n:
                steps.append((i, j + 1, "bare", _UNLABELLED))
            if i < m:
                steps.append((i + 1, j, "skip", _SKIP))
            for size, (like, middle, first) in enumerate(groups[i] if i < m else (), 1):
                if j < n:
                    # Figures stand beside the middle of a wrapped label, or beside its first line.
                    away = min(abs(middle - rows[j].middle), abs(first - rows[j].middle) + 0.2 * pitch)
                    price = _UNLIKE * (1 - like) + 0.35 * min(away / pitch, 3.0)
                    # What stands on a line with figures is hardly another line's label.
                    price += _ELSEWHERE * any(on_line[k] not in (None, j) for k in range(i, i + size))
                    steps.append((i + size, j + 1, "row", price))
                if like >= 0.85:
                    steps.append((i + size, j, "blank", _UNLIKE * (1 - like) + _BLANK_ROW))
            for a, b, how, price in steps:
                if here + price < cost[a][b] - 1e-12:
                    cost[a][b] = here + price
                    back[a][b] = (i, j, how)
    out: list[_Row] = []
    i, j = m, n
    while i or j:
        a, b, how = back[i][j]
        label = list(pieces[a:i])
        if how == "row":
            rows[b].label = label
            out.append(rows[b])
        elif how == "bare":
            out.append(rows[b])
        elif how == "blank":
            out.append(_Row(sum(run.middle for run in label) / len(label), [], label))
        i, j = a, b
    out.reverse()
    for one, other in pairwise(out):  # a label without figures and figures without a label may belong together
        for empty, beside in ((one, other), (other, one)):
            if not empty.figures and likeness("".join(run.text for run in beside.label)) < KNOWN:
                empty.doubtful = True
    return out


def _groups(pieces: Sequence[Run]) -> list[list[tuple[float, float, float]]]:
    """For each piece the labels that begin with it: (likeness, middle, middle of the first line) by number of pieces."""
    out: list[list[tuple[float, float, float]]] = []
    for i, first in enumerate(pieces):
        found: list[tuple[float, float, float]] = []
        text = ""
        for k in range(i, min(i + _MAX_PIECES, len(pieces))):
            text += pieces[k].text
            if pieces[k].middle - first.middle > _MAX_HEIGHT or len(text) > 60:
                break
            found.append((likeness(text), (first.middle + pieces[k].middle) / 2, first.middle))
        out.append(found)
    return out


def _own_labels(pieces: Sequence[Run], rows: Sequence[_Row]) -> list[Run]:
    """Without the labels of groups, which stand left of all numbered labels."""
    numbered = [run for run in pieces if likeness(run.text) >= 0.85 and letters(run.text)[:1].isdigit()]
    if len(numbered) < 3:
        return list(pieces)
    edge = min(run.bbox[0] for run in numbered)
    return [
        run
        for run in pieces
        if run.bbox[2] > edge - 2
        or likeness(run.text) >= 0.85
        or any(
            abs(run.middle - row.middle) < 3
            and not any(o is not run and abs(o.middle - run.middle) < 3 for o in pieces)
            for row in rows
        )
    ]
