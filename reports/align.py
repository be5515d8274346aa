"""Grids and lines to the cells of the form: by label, in the order of the form.

Position is right for the template and wrong in the wild, so nothing here counts tables or rows. A row is known by its
label and by standing between its neighbours; its figures are known by their number. A row with too few or too many
figures and no sure way to place them is reported as short and its cells stay empty: prefer silence to a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from reports import gaps, numbers
from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph, Picture
from reports.form.forms import RowSpec, rows
from reports.report import TABLES, Cell, Form, Row, Table
from reports.text import letters

GAP = 0.35  # what it costs to leave a printed row or a row of the form without a partner
PAIRABLE = 0.36  # below this a label says nothing
SURE = 0.6  # from here on a label alone places a row
STRONG = 0.75  # from here on a label makes its row a row of this table, whatever stands around
LOST = 0.0  # confidence of a cell whose row or figure was not found
SHORT = 0.3  # confidence of the cells of a row whose figures cannot be placed
BY_ORDER = 0.6  # confidence of a row placed by its neighbours alone
FORMS_BOTH: tuple[Form, Form] = ("2021", "2019")
SCATTERED = 3  # lines of figures that belong to no row: from here on a grid is not to be trusted
LABELS_SEEN = 0.6  # of the form's labels: with so many the tables are there
HEAD = 75.0  # from here on a printed head is that column's
GROUP = -1  # the head over the five kinds of organisations

COLUMNS = 7
DISPUTES = 15


@dataclass(frozen=True, slots=True)
class Aligned:
    """What the tables of a document say.

    ``cells`` holds every key of the form for each table found; ``tables`` says how each was found (``read``, ``blank``,
    ``picture``, ``missing``); ``consumed`` are indexes into the document's blocks that are table matter.
    """

    form: Form | None = None
    cells: dict[str, Cell] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)
    consumed: frozenset[int] = frozenset()
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """A printed row: the words that may be its label (the likeliest last) and the cells behind them."""

    words: tuple[str, ...]
    cells: tuple[GridCell, ...]
    at: At
    blocks: tuple[int, ...]
    grid: int
    label: str = ""
    values: tuple[GridCell, ...] = ()
    after: str = ""  # in a stream: the words behind the figures, where a wrapped label goes on
    flat: bool = False

    @property
    def blank(self) -> bool:
        """Nothing is printed behind the label."""
        return all(not cell.text.strip() and cell.confidence >= 0.9 for cell in self.values)


# ---------------------------------------------------------------------------------------------------------- labels


_PARENTHESIS = re.compile(r"[（(][^（()）]{3,}[)）]")
_NUMERAL = re.compile(r"^(?:[一二三四五六七八九十]+|\d)")
_UNIT_NOTE = re.compile(r"[（(](?:单位[:：]?)?[件个项万元]{1,2}[)）]")


@lru_cache(maxsize=512)
def _variants(label: str) -> tuple[tuple[str, float], ...]:
    """Ways in which a form's label is printed, each with its weight."""
    full = letters(label)
    out: dict[str, float] = {full: 1.0}
    bare = letters(_PARENTHESIS.sub("", label))
    out.setdefault(bare, 1.0)
    head = letters(label.split("、行政机关")[0])
    out.setdefault(head, 0.98)
    for text in (full, bare, head):
        unnumbered = _NUMERAL.sub("", text)
        if len(unnumbered) >= 2:
            # Heads of columns read 总计 and 其他 too.
            out.setdefault(unnumbered, 0.97 if len(unnumbered) > 2 else 0.72)
    if full == "行政规范性文件":
        out["规范性文件"] = 0.99
    elif full == "规范性文件":
        out["行政规范性文件"] = 0.99
    return tuple(out.items())


@lru_cache(maxsize=65536)
def similarity(printed: str, label: str) -> float:
    """How alike a printed label and the form's are, 0…1; numbering counts, brackets, quotes and blanks do not."""
    candidates = {letters(printed), letters(_PARENTHESIS.sub("", printed)), letters(_UNIT_NOTE.sub("", printed))}
    best = 0.0
    for text in candidates:
        if not text:
            continue
        for variant, weight in _variants(label):
            score = fuzz.ratio(text, variant) / 100 * weight
            best = max(best, score)
    return best


@lru_cache(maxsize=65536)
def covered(before: str, after: str, label: str) -> float:
    """How well a label is found at the end of the words before a row's figures, or across them and the words behind.

    ``before`` and ``after`` are normalised. A wrapped label has its head before the figures and its tail behind."""
    best = 0.0
    for variant, weight in _variants(label):
        size = len(variant)
        tail = before[-size - 4 :]
        if before.endswith(variant):
            return weight
        if len(tail) >= 2:
            # At the end, or nearly: what stands between a label and the figures is another row's label.
            ends = max(fuzz.ratio(before[-length:], variant) for length in range(max(2, size - 2), size + 3)) / 100
            near = _best_window(variant, tail) * 0.8 if size > 6 else 0.0
            best = max(best, ends * weight, near * weight)
        if after and size > 6:
            head = before[-size:]
            joined = fuzz.partial_ratio(variant, head + after[:40]) / 100
            # The head must be there: a label standing wholly behind the figures is the next row's.
            if head and _best_window(variant[:3], head[-size:]) >= 0.6:
                best = max(best, joined * 0.95 * weight)
    return best


def _best_window(short: str, window: str) -> float:
    if len(short) > len(window):
        return fuzz.ratio(short, window) / 100
    return fuzz.partial_ratio(short, window) / 100


@lru_cache(maxsize=65536)
def _like(flat: bool, label: str, words: tuple[str, ...], after: str, wanted: str) -> float:
    """How surely a printed row is the row of the form that is labelled ``wanted``."""
    if flat:
        return covered(letters(label), letters(after), wanted)
    best = similarity(label, wanted) if label else 0.0
    # A label cut into several cells, or a group label glued before it.
    joined = "".join(words)
    if best < SURE and len(words) > 1:
        best = max(best, similarity(joined, wanted), 0.9 * covered(letters(joined), "", wanted))
    if best < SURE and label:
        best = max(best, 0.9 * covered(letters(label), "", wanted))
    return best


def _score(line: Line, spec: RowSpec) -> float:
    return _like(line.flat, line.label, line.words, line.after, spec.label)


@lru_cache(maxsize=8192)
def _likes(flat: bool, label: str, words: tuple[str, ...], after: str, wanted: tuple[str, ...]) -> tuple[float, ...]:
    """``_like`` for all rows of a table: bodies on one portal print the same labels, report after report."""
    return tuple(_like(flat, label, words, after, each) for each in wanted)


# ------------------------------------------------------------------------------------------------------------ lines


def _valueish(text: str) -> bool:
    return numbers.looks_like_value(text)


_GLUED = re.compile(r"^(.*[^\d.,，\s])\s*(0{2,}|\d[\d,，]*(?:\.\d+)?)$", re.DOTALL)
_LABELLED: tuple[Table, Table] = ("applications", "proactive")
_ALL_SPECS: tuple[RowSpec, ...] = tuple(
    {spec.label: spec for form in FORMS_BOTH for table in _LABELLED for spec in rows(table, form)}.values()
)


@lru_cache(maxsize=16384)
def _known(text: str) -> float:
    """The best likeness of a text to any row label of either form."""
    return max(similarity(text, spec.label) for spec in _ALL_SPECS)


def _line(cells: tuple[GridCell, ...], at: At, block: int, grid: int) -> Line:
    """A row of a grid: which of its words is its label, and what stands behind it."""
    wordy = [i for i, cell in enumerate(cells) if not _valueish(cell.text)]
    words = tuple(cells[i].text for i in wordy)
    if not wordy:
        return Line((), cells, at, (block,), grid, "", cells)
    best = max(wordy, key=lambda i: (_known(cells[i].text), i))
    known = _known(cells[best].text)
    if known >= SURE:
        # The label stands next to the figures; a group's label before it may be printed better.
        with_values = [i for i in wordy if i + 1 < len(cells) and _known(cells[i].text) >= min(known - 0.05, SURE)]
        chosen = max(with_values) if with_values else best
        # A label printed again where its figure should stand is damage in the figure's place.
        chosen = next(i for i in wordy if letters(cells[i].text) == letters(cells[chosen].text))
    else:
        chosen = wordy[-1]
        # A last cell of words behind figures is a remark or damage, not the label.
        figures = [i for i, cell in enumerate(cells) if i not in wordy and cell.text.strip()]
        if chosen == len(cells) - 1 and len(figures) >= 3 and len(wordy) > 1:
            chosen = max((i for i in wordy if i < figures[0]), default=chosen)
    label, values = cells[chosen].text, cells[chosen + 1 :]
    if not values:
        glued = _GLUED.match(label.strip())
        if glued and _known(glued[1]) >= 0.8:
            label, values = glued[1], _unglue(glued[2], cells[chosen])
    return Line(
        tuple(w for i, w in zip(wordy, words, strict=True) if i <= chosen), cells, at, (block,), grid, label, values
    )


def _unglue(digits: str, cell: GridCell) -> tuple[GridCell, ...]:
    """``000`` behind a label can only be three zeros; other digits are one figure, and doubtful."""
    if set(digits) == {"0"} and len(digits) > 1:
        return tuple(replace(cell, text="0") for _ in digits)
    return (replace(cell, text=digits, confidence=min(cell.confidence, 0.8)),)


def _exploded(row: tuple[GridCell, ...]) -> list[tuple[GridCell, ...]]:
    """A row whose cells each hold several lines is several rows, if figures and labels agree in number."""
    split = [cell.text.split("\n") for cell in row]
    counts = Counter(len(parts) for parts in split if len(parts) > 1)
    if not counts:
        return [row]
    count, often = counts.most_common(1)[0]
    figures = [p for p in split if len(p) == count and all(numbers.parse(x).value is not None for x in p)]
    labels = [p for p in split if len(p) == count and not any(_valueish(x) for x in p)]
    matched = [p for p in labels if sum(_known(x) >= 0.8 for x in p) >= 0.8 * count]
    if often < 2 or len(figures) < 1 or not matched:
        return [row]
    out = []
    for n in range(count):
        cells = tuple(
            replace(cell, text=parts[n] if len(parts) == count else (cell.text if n == 0 else ""))
            for cell, parts in zip(row, split, strict=True)
            if len(parts) == count or cell.text.strip()
        )
        out.append(cells)
    return out


def _grid_lines(blocks: Blocks) -> list[Line]:
    out: list[Line] = []
    grid = 0
    for index, block in enumerate(blocks.blocks):
        if not isinstance(block, Grid):
            continue
        grid += 1
        for row in block.rows:
            if not row:
                continue
            out.extend(_line(cells, cells[0].at, index, grid) for cells in _exploded(row))
    return _joined(out)


def _joined(lines: list[Line]) -> list[Line]:
    """Rows that a page end cut in two, one half with the figures, the other with blanks."""
    out: list[Line] = []
    for line in lines:
        above = out[-1] if out else None
        if above is not None and above.label and line.label and above.values and line.values:
            halves = (above.blank, line.blank)
            if halves.count(True) == 1 and abs(len(above.values) - len(line.values)) <= 3:
                together = _known(above.label + line.label)
                apart = max(_known(above.label), _known(line.label))
                if together >= 0.8 and together > apart + 0.02 and _known((above if halves[0] else line).label) < 0.8:
                    full = line if halves[0] else above
                    merged = replace(
                        full,
                        label=above.label + line.label,
                        words=(*above.words[:-1], above.label + line.label),
                        blocks=tuple(sorted({*above.blocks, *line.blocks})),
                    )
                    out[-1] = merged
                    continue
        out.append(line)
    return out


# ----------------------------------------------------------------------------------------------------------- stream


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    block: int
    line: int
    place: int
    confidence: float
    value: bool


_MARKER = re.compile(r"\d{1,2}[.、．]")
_HEADS = ("第二十条第", "信息内容", "本年制发件数", "本年新制作数量")


def _words(blocks: Blocks) -> list[_Word]:
    """The text outside grids as words; a figure glued to a label is taken off."""
    out: list[_Word] = []
    line = 0
    for index, block in enumerate(blocks.blocks):
        if not isinstance(block, Paragraph):
            continue
        line += 1
        for place, raw in enumerate(block.text.replace("|", " ").split(), 1):
            glued = None if _valueish(raw) else _GLUED.match(raw)
            if glued and any("\u4e00" <= c <= "\u9fff" for c in glued[1]):
                out.append(_Word(glued[1], index, line, place, block.confidence, False))
                digits = glued[2]
                parts = list(digits) if set(digits) == {"0"} else [digits]
                sure = block.confidence if len(digits) == len(parts) else min(block.confidence, 0.8)
                out.extend(_Word(part, index, line, place, sure, True) for part in parts)
                continue
            value = _valueish(raw) and not _MARKER.fullmatch(raw)
            out.append(_Word(raw, index, line, place, block.confidence, value))
    return out


def _runs(words: list[_Word]) -> list[tuple[list[_Word], list[_Word]]]:
    """(words before, figures) for each run of figures; a last entry holds the words behind the last run."""
    out: list[tuple[list[_Word], list[_Word]]] = []
    before: list[_Word] = []
    run: list[_Word] = []
    for word in words:
        if word.value:
            run.append(word)
        else:
            if run:
                out.append((before, run))
                before, run = [], []
            before.append(word)
    out.append((before, run))
    return out


def _stream_lines(blocks: Blocks) -> list[Line]:
    """Rows out of a stream of words: runs of figures with the words between them."""
    runs = _runs(_words(blocks))
    out: list[Line] = []
    for n, (before, run) in enumerate(runs):
        if not run:
            continue
        after = "".join(w.text for w in runs[n + 1][0]) if n + 1 < len(runs) else ""
        label = "".join(w.text for w in before[-60:])
        for k, part in enumerate(_parts(run)):
            cells = tuple(
                GridCell(w.text, At(table=0, row=w.line, column=w.place), confidence=w.confidence) for w in part
            )
            touched = {w.block for w in part} | ({w.block for w in before[-30:]} if k == 0 else set())
            out.append(
                Line(
                    (label,) if k == 0 else (),
                    cells,
                    cells[0].at,
                    tuple(sorted(touched)),
                    -1,
                    label if k == 0 else "",
                    cells,
                    after,
                    flat=True,
                )
            )
    return out


def _parts(run: list[_Word]) -> list[list[_Word]]:
    """A long run is several rows whose labels were lost, or a row and a page number."""
    if len(run) <= COLUMNS or len(run) in (DISPUTES, DISPUTES + 1):
        return [run]
    by_line: dict[int, list[_Word]] = {}
    for word in run:
        by_line.setdefault(word.line, []).append(word)
    groups = list(by_line.values())
    if any(len(group) == COLUMNS for group in groups):
        return [group for group in groups if len(group) > 1]
    if len(run) % COLUMNS == 0:
        return [run[i : i + COLUMNS] for i in range(0, len(run), COLUMNS)]
    return [run]


# --------------------------------------------------------------------------------------------------- order matching


def match(lines: Sequence[Line], specs: Sequence[RowSpec]) -> dict[int, tuple[int, float]]:
    """Both sequences in order, as cheaply as possible: index of spec -> (index of line, likeness)."""
    printed = tuple((line.flat, line.label, line.words, line.after, line.blank) for line in lines)
    return dict(_matched(printed, tuple(spec.label for spec in specs)))


@lru_cache(maxsize=512)
def _matched(
    printed: tuple[tuple[bool, str, tuple[str, ...], str, bool], ...], wanted: tuple[str, ...]
) -> tuple[tuple[int, tuple[int, float]], ...]:
    n, m = len(printed), len(wanted)
    likes = [_likes(flat, label, words, after, wanted) for flat, label, words, after, _ in printed]
    # A blank row is rarely the row itself: more often the rest of one that a page end cut.
    table = [[like * 0.7 for like in each] if line[4] else each for each, line in zip(likes, printed, strict=True)]
    cost = [[j * GAP for j in range(m + 1)]]
    for i in range(1, n + 1):
        above, left = cost[i - 1], i * GAP
        row = [left]
        for j, score in enumerate(table[i - 1]):
            best = above[j + 1] if above[j + 1] < left else left
            best += GAP
            if score >= PAIRABLE and above[j] + 1 - score < best:
                best = above[j] + 1 - score
            row.append(best)
            left = best
        cost.append(row)
    out: list[tuple[int, tuple[int, float]]] = []
    i, j = n, m
    while i and j:
        like = table[i - 1][j - 1]
        if like >= PAIRABLE and abs(cost[i][j] - (cost[i - 1][j - 1] + 1 - like)) < 1e-9:
            out.append((j - 1, (i - 1, likes[i - 1][j - 1])))
            i, j = i - 1, j - 1
        elif abs(cost[i][j] - (cost[i - 1][j] + GAP)) < 1e-9:
            i -= 1
        else:
            j -= 1
    return tuple(out)


def _by_order(
    pairs: dict[int, tuple[int, float]], lines: Sequence[Line], specs: Sequence[RowSpec]
) -> dict[int, tuple[int, float]]:
    """Rows without a legible label between two placed ones, if exactly as many are missing there."""
    out = dict(pairs)
    placed = sorted(pairs)
    for a, b in pairwise(placed):
        missing = list(range(a + 1, b))
        free = [
            i
            for i in range(pairs[a][0] + 1, pairs[b][0])
            if len(lines[i].values) >= len(specs[a].columns)
            and not lines[i].blank
            and not any(_score(lines[i], spec) >= STRONG for spec in _ALL_SPECS)
        ]
        if missing and len(missing) == len(free):
            out.update({spec: (line, 0.0) for spec, line in zip(missing, free, strict=True)})
    return out


# ------------------------------------------------------------------------------------------------------ figures


@dataclass(slots=True)
class _Layout:
    """How the rows of each grid that leave no choice lie: first column line, and blanks at either end."""

    first: dict[int, Counter[int]] = field(default_factory=dict)
    ends: dict[tuple[int, int], Counter[tuple[int, int]]] = field(default_factory=dict)
    edges: dict[int, Counter[tuple[int, int]]] = field(default_factory=dict)
    heads: dict[int, int] = field(default_factory=dict)  # column line of the first head, where no row tells
    _usual: dict[int, tuple[int, int] | None] = field(default_factory=dict)

    def usual(self, grid: int) -> tuple[int, int] | None:
        """The blanks at either end that most rows of a grid have, None without a majority."""
        if grid not in self._usual:
            counts: Counter[tuple[int, int]] = Counter()
            for (other, _), ends in self.ends.items():
                if other == grid:
                    counts.update(ends)
            usual, often = counts.most_common(1)[0] if counts else (None, 0)
            self._usual[grid] = usual if often * 2 > counts.total() else None
        return self._usual[grid]

    def learn(self, lines: Iterable[Line], count: int) -> None:
        """Take note of the rows whose figures can lie in one way only."""
        self._usual.clear()
        for line in lines:
            options = _options(line.values, count)
            if len(options) != 1:
                continue
            lead, _ = options[0]
            column = line.values[lead].column
            last = line.values[lead + count - 1]
            if column is not None and last.column is not None:
                self.first.setdefault(line.grid, Counter())[column] += 1
                self.edges.setdefault(line.grid, Counter())[column, last.column + last.span] += 1
            self.ends.setdefault((line.grid, len(line.values)), Counter())[options[0]] += 1


def _options(values: Sequence[GridCell], count: int) -> list[tuple[int, int]]:
    """Ways to drop blanks at the ends so that ``count`` cells remain."""
    extra = len(values) - count
    if extra < 0:
        return []
    lead = next((i for i, cell in enumerate(values) if not _empty(cell)), len(values))
    trail = next((i for i, cell in enumerate(reversed(values)) if not _empty(cell)), len(values))
    return [(k, extra - k) for k in range(extra + 1) if k <= lead and extra - k <= trail]


def _empty(cell: GridCell) -> bool:
    return not cell.text.strip() and cell.confidence >= 0.9


def _fit(line: Line, count: int, layout: _Layout) -> tuple[tuple[GridCell, ...] | None, float]:
    """Exactly ``count`` cells of a row and how surely they are the ones; None where nothing places them."""
    values = _without_sublabels(line.values, count)
    if len(values) == count:
        # Where all other rows carry a blank column at an end, a blank there is that column and a figure is missing.
        usual = layout.usual(line.grid)
        if usual is not None and usual != (0, 0):
            lead, trail = usual
            if (lead and _empty(values[0])) or (trail and _empty(values[-1])):
                return None, 0.0
        return values, 1.0
    if len(values) < count:
        return _spread(line.grid, values, count, layout)
    options = _options(values, count)
    if len(options) == 1:
        lead, _ = options[0]
        return values[lead : lead + count], 1.0
    if not options:
        texts = {cell.text.strip() for cell in values}
        if len(texts) == 1 and numbers.parse(next(iter(texts))).value is not None:
            return values[:count], 0.95  # whichever is too many, the others read the same
        return None, 0.0
    if all(_empty(cell) for cell in values):
        return values[:count], 1.0
    # A blank column at one end is there in all rows of a grid, whatever the spans say.
    ends = layout.ends.get((line.grid, len(values)))
    if ends and len(ends) == 1 and next(iter(ends)) in options:
        lead = next(iter(ends))[0]
        return values[lead : lead + count], 1.0 if ends.total() >= 2 else BY_ORDER
    first = layout.first.get(line.grid)
    if first:
        column, often = first.most_common(1)[0]
        fitting = [o for o in options if values[o[0]].column == column]
        if len(fitting) == 1 and often * 2 > first.total():
            sure = 1.0 if len(first) == 1 and often >= 3 else BY_ORDER
            return values[fitting[0][0] : fitting[0][0] + count], sure
    below = [o for o in options if values[o[0]].column == layout.heads.get(line.grid, -1)]
    if len(below) == 1:
        # By the head alone, and spans are a page's own claim: in doubt.
        return values[below[0][0] : below[0][0] + count], BY_ORDER
    return None, 0.0


def _spread(
    grid: int, values: tuple[GridCell, ...], count: int, layout: _Layout
) -> tuple[tuple[GridCell, ...] | None, float]:
    """A merged blank counts for as many cells as it covers, if the row then lies exactly as its neighbours do; still
    in doubt, since spans are a page's own claim."""
    out = tuple(
        replace(cell, span=1) for cell in values for _ in range(cell.span if _empty(cell) and cell.span > 1 else 1)
    )
    edges = layout.edges.get(grid)
    if len(out) != count or not edges or values[0].column is None or values[-1].column is None:
        return None, 0.0
    edge, often = edges.most_common(1)[0]
    same = (values[0].column, values[-1].column + values[-1].span) == edge
    return (out, BY_ORDER) if same and often * 2 > edges.total() else (None, 0.0)


def _without_sublabels(values: tuple[GridCell, ...], count: int) -> tuple[GridCell, ...]:
    """Words between the label and the figures are a second label, unless no figures follow: then they are damage."""
    words = next((i for i, cell in enumerate(values) if _valueish(cell.text)), len(values))
    rest = values[words:]
    if words and len(rest) >= count and any(numbers.parse(cell.text).value is not None for cell in rest):
        return rest
    return values


def _cell(cell: GridCell, factor: float) -> Cell:
    printed = numbers.parse(cell.text)
    confidence = min(cell.confidence, factor)
    if not printed.certain:
        confidence = min(confidence, 0.5 if printed.value is not None else 0.3)
    return Cell(printed.value, cell.text.strip(), confidence, cell.at, cell.alternatives)


# -------------------------------------------------------------------------------------------------------- the tables


@dataclass(slots=True)
class _Found:
    """One table as read."""

    cells: dict[str, Cell] = field(default_factory=dict)
    rows: list[tuple[tuple[int, int], Row]] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    pairs: int = 0
    warnings: list[str] = field(default_factory=list)

    def figures(self) -> int:
        """How many cells hold a figure."""
        return sum(cell.value is not None for cell in self.cells.values())


def _instances(lines: list[Line], table: Table) -> list[list[Line]]:
    """Copies of a table: the order of the form starts again where a copy starts."""
    out: list[list[Line]] = [[]]
    highest = -1
    for line in lines:
        # Heads print 总计 and 其他 too.
        place = _place_of(line.flat, line.label, table) if _has_figures(line.values) else None
        if place is not None:
            if place <= 1 and highest >= (5 if table == "applications" else 2) and place < highest:
                out.append([])
                highest = -1
            highest = max(highest, place)
        out[-1].append(line)
    return out


@lru_cache(maxsize=4)
def _labels(table: Table) -> dict[str, int]:
    """The labels of a table in either form, each with its place in the newest form that has it."""
    return {spec.label: n for form in reversed(FORMS_BOTH) for n, spec in enumerate(rows(table, form))}


@lru_cache(maxsize=8192)
def _place_of(flat: bool, printed: str, table: Table) -> int | None:
    """The place in its table of the row that a label plainly names."""
    likes = [(like, n) for label, n in _labels(table).items() if (like := _label_like(flat, printed, label)) >= 0.8]
    return max(likes)[1] if likes else None


@lru_cache(maxsize=8192)
def _best_like(flat: bool, printed: str, table: Table) -> float:
    """The likeness of a label to the row of the table that it is most like."""
    return max(_label_like(flat, printed, label) for label in _labels(table))


def _label_like(flat: bool, printed: str, label: str) -> float:
    return covered(letters(printed), "", label) if flat else similarity(printed, label)


def _candidates(lines: Sequence[Line], table: Table) -> list[Line]:
    out = []
    for line in lines:
        if not line.values or (line.flat and _is_dispute_head(line.label[-80:])):
            continue
        like = _best_like(line.flat, line.label, table)
        if table == "proactive":
            if like >= STRONG and any(_valueish(cell.text) for cell in line.values):
                out.append(line)
        elif like >= 0.5 or (
            COLUMNS - 2 <= len(line.values) < DISPUTES - 2
            and any(numbers.parse(c.text).value is not None for c in line.values)
        ):
            out.append(line)
    return out


def _foreign(line: Line, table: Table, form: Form) -> Form | None:
    """The other form, if the row is plainly one of its own and none of this."""
    return _foreign_form(line.flat, line.label, table, form)


@lru_cache(maxsize=8192)
def _foreign_form(flat: bool, printed: str, table: Table, form: Form) -> Form | None:
    other: Form = "2019" if form == "2021" else "2021"
    own_labels = {spec.label for spec in rows(table, form)}
    others = [spec.label for spec in rows(table, other) if spec.label not in own_labels]
    theirs = max((_label_like(flat, printed, label) for label in others), default=0.0)
    ours = max((_label_like(flat, printed, label) for label in own_labels), default=0.0)
    return other if theirs >= 0.85 and theirs > ours + 0.05 else None


def _applications(lines: list[Line], form: Form, flat: bool) -> _Found:
    specs = rows("applications", form)
    best = _Found()
    best_pairs: dict[int, tuple[int, float]] = {}
    best_lines: list[Line] = []
    copies: list[tuple[dict[int, tuple[int, float]], list[Line]]] = []
    for copy in _instances(_candidates(lines, "applications"), "applications"):
        own = [line for line in copy if _foreign(line, "applications", form) is None]
        pairs = _by_order(match(own, specs), own, specs)
        if sum(like >= SURE for _, like in pairs.values()) >= 4:
            copies.append((pairs, own))
            if len(pairs) > len(best_pairs):
                best_pairs, best_lines = pairs, own
    if not best_pairs:
        return best
    layout = _Layout()
    layout.learn((best_lines[i] for i, _ in best_pairs.values()), COLUMNS)
    orders: dict[int, list[int] | None] = {}
    for n, spec in enumerate(specs):
        pair, keys, sure = best_pairs.get(n), spec.cells(), 1.0
        if pair is not None and not flat:
            line = best_lines[pair[0]]
            if line.grid not in orders:
                orders[line.grid] = _printed_order(_heads_above(line, lines, 5), spec.headers)
            order = orders[line.grid]
            if order is not None:
                keys, sure = tuple(keys[i] for i in order), BY_ORDER
        _place(best, spec, pair, best_lines, layout, _neighbours(best_pairs, n), keys, sure)
    if any(order is not None for order in orders.values()):
        best.warnings.append("applications: the columns are printed in another order than the form's")
    if flat:
        _doubt_blanks(best, specs)
    else:
        _doubt_beside_orphans(best, best_pairs, best_lines, lines, specs)
        _doubt_beside_mixed_labels(best, best_pairs, best_lines, specs)
    best.pairs = len(best_pairs)
    first = min(i for i, _ in best_pairs.values())
    last = max(i for i, _ in best_pairs.values())
    _others(best, lines, best_lines[first], best_lines[last], "applications", form)
    _compare_copies(best, copies, best_pairs, specs)
    return best


def _doubt_blanks(found: _Found, specs: Sequence[RowSpec]) -> None:
    """In a converted text whose table prints its zeros, a row with a blank has probably lost a figure, and which one
    only the original knows."""
    printed = [[found.cells[key] for key in spec.cells()] for spec in specs]
    zeros = sum(cell.value == 0 for row in printed for cell in row)
    blanks = sum(cell.blank for row in printed for cell in row)
    widths = Counter(len(line.cells) for line in found.lines)
    usual, often = widths.most_common(1)[0]
    narrow = {line.at for line in found.lines if len(line.cells) < usual and often * 2 > widths.total()}
    for spec, row in zip(specs, printed, strict=True):
        if not any(cell.blank for cell in row):
            continue
        adds_up = sum(cell.value or 0 for cell in row[:-1]) == (row[-1].value or 0)
        where = {(cell.at.table, cell.at.row) for cell in row}
        # Where every zero is left blank, a row that does not add up may be the body's own: all its places are there.
        if zeros > blanks or (zeros and not adds_up) or any((at.table, at.row) in where for at in narrow):
            for key in spec.cells():
                found.cells[key] = replace(found.cells[key], confidence=min(found.cells[key].confidence, 0.5))


def _doubt_beside_orphans(
    found: _Found,
    pairs: dict[int, tuple[int, float]],
    placed: Sequence[Line],
    lines: Sequence[Line],
    specs: Sequence[RowSpec],
) -> None:
    """Figures on a line of their own, without a label, are the rest of a row that was cut or wrapped: what stands above
    and below is in doubt."""
    rows_of = {id(placed[i].cells): n for n, (i, _) in pairs.items()}
    at = [(n, rows_of.get(id(line.cells))) for n, line in enumerate(lines)]
    inside = [n for n, row in at if row is not None]
    orphans: Counter[int] = Counter()
    for n in range(max(0, inside[0] - 1), min(len(lines), inside[-1] + 2)):
        line = lines[n]
        printed = [letters(cell.text) for cell in line.cells]
        if at[n][1] is not None or not any(text.isdecimal() for text in printed):
            continue
        # Beside them may stand the rest of a wrapped label; a label that is none of the form's is a row of its own.
        words = sum(len(text) for text in printed if not text.isdecimal())
        if words > 8 and max(_score(line, spec) for spec in specs) < PAIRABLE:
            continue
        orphans[line.grid] += 1
        before, behind = (max((k for k in inside if k < n), default=n), min((k for k in inside if k > n), default=n))
        doubtful = [k for k in (before, behind) if at[k][1] is not None and lines[k].grid == line.grid]
        if orphans[line.grid] >= SCATTERED:  # so many, and the rows of this grid are no rows
            doubtful = [k for k in inside if lines[k].grid == line.grid]
        for k in doubtful:
            _doubt(found, specs[at[k][1] or 0].cells())
    # Where one figure is out of its row, a row that does not add up may have lost one too.
    for k in inside:
        keys = specs[at[k][1] or 0].cells()
        values = [found.cells[key].value or 0 for key in keys]
        if orphans[lines[k].grid] and sum(values[:-1]) != values[-1]:
            _doubt(found, keys)


def _doubt_beside_mixed_labels(
    found: _Found, pairs: dict[int, tuple[int, float]], placed: Sequence[Line], specs: Sequence[RowSpec]
) -> None:
    """A label with figures in it (``1421件 1088四、结转下年度继续办理``) has them from a row beside: a blank there is none."""

    def digits(text: str) -> int:
        return sum(char.isdecimal() for char in letters(text))

    for n, (i, _) in pairs.items():
        if placed[i].flat or digits(placed[i].label) <= max(1, digits(specs[n].label)):  # its number counts as one
            continue
        for row in (n - 1, n, n + 1):
            if 0 <= row < len(specs):
                _doubt(found, [key for key in specs[row].cells() if found.cells[key].blank])


def _doubt(found: _Found, keys: Iterable[str]) -> None:
    for key in keys:
        found.cells[key] = replace(found.cells[key], confidence=min(found.cells[key].confidence, 0.5))


def _neighbours(pairs: dict[int, tuple[int, float]], n: int) -> bool:
    """Whether the rows before and behind in the form stand before and behind on the page, and surely."""
    if n not in pairs:
        return False
    line = pairs[n][0]
    before, behind = pairs.get(n - 1), pairs.get(n + 1)
    return (
        before is not None
        and behind is not None
        and before[0] == line - 1
        and behind[0] == line + 1
        and min(before[1], behind[1]) >= SURE
    )


def _place(
    found: _Found,
    spec: RowSpec,
    pair: tuple[int, float] | None,
    lines: Sequence[Line],
    layout: _Layout,
    neighboured: bool,
    keys: Sequence[str] = (),
    most: float = 1.0,
) -> None:
    """Put a row's figures into ``keys`` (the form's order if not given), none surer than ``most``."""
    keys = keys or spec.cells()
    if pair is None:
        found.cells.update({key: Cell(None, "", LOST) for key in keys})
        return
    line, like = lines[pair[0]], pair[1]
    label = _printed_label(line, spec)
    values, sure = _fit(line, len(keys), layout)
    raws = tuple(cell.text.strip() for cell in (values if values is not None else line.values))
    found.lines.append(line)
    found.rows.append((_order(line), Row(spec.table, spec.key, label, raws, line.at, short=values is None)))
    found.labels.append((spec.table, label, spec.label))
    if values is None:
        found.cells.update({key: Cell(None, "", SHORT, line.at) for key in keys})
        return
    if (like < SURE and not (neighboured and like >= PAIRABLE)) or _holds_another(line, spec):
        sure = min(sure, BY_ORDER)
    for key, cell in zip(keys, values, strict=True):
        found.cells[key] = _cell(cell, min(sure, most))


def _heads_above(line: Line, lines: Sequence[Line], count: int) -> list[Line]:
    """Up to ``count`` lines without figures straight above a row, in its grid or in one of heads alone."""
    at = next((n for n, other in enumerate(lines) if other.cells is line.cells), None)
    if at is None or line.flat:
        return []
    out: list[Line] = []
    for other in reversed(lines[max(0, at - 2 * count) : at]):
        if _has_figures(other.cells):
            if out:
                break
            continue  # a row of the same table: its heads stand further up
        out.append(other)
        if len(out) == count:
            break
    return out[::-1]


def _printed_order(heads: Sequence[Line], headers: Sequence[str]) -> list[int] | None:
    """The places in the form of the columns as their heads are printed, where that is another order; None where it is
    the form's or where the heads do not say. Only the order within one printed row counts: spans are a page's own claim.

    ``社会公益组织`` before ``商业企业`` is another order; heads that are cut or missing say nothing."""
    order: list[int] = []
    for head in heads:
        marks: list[int] = []
        for cell in head.cells:
            text = letters(cell.text)
            like, place = max((fuzz.ratio(text, letters(header)), -n) for n, header in enumerate(headers))
            if like >= HEAD:
                marks.append(-place)
            elif text == "法人或其他组织":
                marks.append(GROUP)
        if GROUP in order and marks and GROUP not in marks:
            at = order.index(GROUP)
            order[at : at + 1] = marks
        elif marks:
            order = marks
    return order if sorted(order) == list(range(len(headers))) and order != sorted(order) else None


def _under_other_heads(values: Sequence[GridCell], heads: Sequence[Line], count: int) -> bool:
    """Whether a figure stands below another column's head than its own: between blanks a lone figure of a table without
    rules may be taken for its neighbour's."""
    named = [
        [
            c
            for c in head.cells
            if c.text.strip() and letters(c.text) != "信息内容" and "第二十条" not in letters(c.text)
        ]
        for head in heads
    ]
    above = next((cells for cells in reversed(named) if len(cells) == count), None)
    if above is None or len(values) != count:
        return False
    for n, cell in enumerate(values):
        if not cell.text.strip() or cell.at.bbox is None:
            continue
        centre = (cell.at.bbox[0] + cell.at.bbox[2]) / 2
        below = [k for k, c in enumerate(above) if c.at.bbox is not None and c.at.bbox[0] <= centre <= c.at.bbox[2]]
        if below and n not in below:
            return True
    return False


def _with_sub_rows(line: Line, lines: Sequence[Line], specs: Sequence[RowSpec], count: int) -> Line | None:
    """A row that is printed in parts, each with a label of its own (行政检查, 行政确认 under 其他对外管理服务事项), with
    their sums; None where it is printed whole."""
    at = next((n for n, other in enumerate(lines) if other.cells is line.cells), None)
    label = next((n for n, cell in enumerate(line.cells) if cell.text == line.label), len(line.cells))
    behind = line.cells[label + 1 :]
    own = _without_sublabels(behind, count)
    if at is None or line.flat or own is behind or len(own) != count:
        return None
    parts = [own]
    for other in lines[at + 1 :]:
        values = other.values[-count:]
        known = max(_score(other, spec) for spec in specs)
        heads = any("信息内容" in letters(cell.text) or "第二十条" in letters(cell.text) for cell in other.cells)
        if (
            other.grid != line.grid
            or known >= SURE
            or heads
            or len(other.cells) != len(own) + 1
            or len(values) != count
        ):
            break
        parts.append(values)
    if len(parts) == 1:
        return None
    figures = [[numbers.parse(part[n].text) for part in parts] for n in range(count)]
    summed = tuple(
        replace(
            own[n],
            text=str(sum(figure.value or 0 for figure in column)),
            alternatives=tuple(part[n].text.strip() for part in parts),
        )
        for n, column in enumerate(figures)
    )
    return replace(line, values=summed)


def _holds_another(line: Line, spec: RowSpec) -> bool:
    """Whether the label is another row's as well: the rule between the two was lost, and whose figures these are is
    open."""
    if line.flat:
        return False
    printed, own = letters(line.label), letters(spec.label)
    if len(printed) < len(own) + 4:
        return False
    form = next(form for form in FORMS_BOTH if spec in rows(spec.table, form))
    others = (letters(other.label) for other in rows(spec.table, form) if other is not spec)
    return any(len(o) >= 5 and o not in own and fuzz.partial_ratio(o, printed) >= 85 for o in others)


def _order(line: Line) -> tuple[int, int]:
    return line.blocks[-1], line.at.row or 0


def _printed_label(line: Line, spec: RowSpec) -> str:
    """The label as printed; of a stream, as many of the words before the figures as the label has."""
    text = "".join(line.label.split())
    if not line.flat:
        return text
    size = len("".join(spec.label.split()))
    at = max((text.rfind(head) for head in (spec.label[:2], spec.label[:1])), default=-1)
    return text[at:] if at >= 0 and len(text) - at <= size + 4 else text[-size:]


def _others(found: _Found, lines: Sequence[Line], first: Line, last: Line, table: Table, form: Form) -> None:
    """Rows of the other form and rows of no form between or beside the placed ones."""
    used = {id(line.cells) for line in found.lines}
    inside = False
    for n, line in enumerate(lines):
        if line is first:
            inside = True
        if id(line.cells) not in used and line.values and line.label:
            foreign = _foreign(line, table, form)
            near = inside or (n and lines[n - 1] is last) or line.grid == last.grid
            figures = sum(numbers.parse(c.text).value is not None for c in line.values)
            if near and (foreign or (inside and figures and not line.flat)):
                raws = tuple(cell.text.strip() for cell in line.values)
                found.rows.append(
                    (_order(line), Row(table, None, "".join(line.label.split())[-60:], raws, line.at, foreign))
                )
        if line is last:
            inside = False


def _compare_copies(
    found: _Found,
    copies: list[tuple[dict[int, tuple[int, float]], list[Line]]],
    chosen: dict[int, tuple[int, float]],
    specs: Sequence[RowSpec],
) -> None:
    """A table printed twice with different figures leaves those figures in doubt."""
    differing = 0
    for pairs, lines in copies:
        if pairs is chosen:
            continue
        layout = _Layout()
        layout.learn((lines[i] for i, _ in pairs.values()), len(specs[0].columns))
        for n, (i, like) in pairs.items():
            values, _ = _fit(lines[i], len(specs[n].columns), layout)
            if values is None or like < SURE:
                continue
            for key, cell in zip(specs[n].cells(), values, strict=True):
                mine = found.cells.get(key)
                theirs = numbers.parse(cell.text).value
                if mine is None or mine.value == theirs:
                    continue
                differing += 1
                found.cells[key] = replace(
                    mine, confidence=min(mine.confidence, 0.5), alternatives=(*mine.alternatives, cell.text.strip())
                )
    if differing:
        found.warnings.append(
            f"{specs[0].table}: the table is printed more than once and {differing} cells differ; they are in doubt"
        )


def _proactive(lines: list[Line], form: Form, _flat: bool) -> _Found:
    specs = rows("proactive", form)
    best = _Found()
    chosen: dict[int, tuple[int, float]] = {}
    chosen_lines: list[Line] = []
    copies: list[tuple[dict[int, tuple[int, float]], list[Line]]] = []
    for copy in _instances(_candidates(lines, "proactive"), "proactive"):
        own = [line for line in copy if _foreign(line, "proactive", form) is None]
        pairs = {n: pair for n, pair in match(own, specs).items() if pair[1] >= STRONG}
        if len(pairs) >= 2:
            copies.append((pairs, own))
            if len(pairs) > len(chosen):
                chosen, chosen_lines = pairs, own
    if not chosen:
        return best
    layout = _Layout()
    chosen, chosen_lines = _damaged_labels(chosen, chosen_lines, lines, specs)
    for n, spec in enumerate(specs):
        pair = chosen.get(n)
        if pair is not None:
            line = chosen_lines[pair[0]]
            chosen_lines[pair[0]] = _merged_values(line, len(spec.columns))
            layout.learn([chosen_lines[pair[0]]], len(spec.columns))
    for n, spec in enumerate(specs):
        pair = chosen.get(n)
        keys, sure = spec.cells(), 1.0
        if pair is not None:
            line = chosen_lines[pair[0]]
            heads = _heads_above(line, lines, 3)
            order = _printed_order(heads, spec.headers)
            if _under_other_heads(line.values, heads, len(keys)):
                sure = BY_ORDER
            summed = _with_sub_rows(line, lines, specs, len(keys))
            if order is not None:
                keys, sure = tuple(keys[i] for i in order), BY_ORDER
                best.warnings.append(f"proactive: the columns of {spec.label} are printed in another order")
            if summed is not None:
                chosen_lines[pair[0]], sure = summed, BY_ORDER
                best.warnings.append(f"proactive: {spec.label} is printed in parts, which were added up")
        _place(best, spec, pair, chosen_lines, layout, False, keys, sure)
    best.pairs = len(chosen)
    _doubt_beside_mixed_labels(best, chosen, chosen_lines, specs)
    where = {id(line.cells): n for n, line in enumerate(lines)}
    spots = [where[id(chosen_lines[i].cells)] for i, _ in chosen.values()]
    _others(best, lines, lines[min(spots)], lines[max(spots)], "proactive", form)
    _compare_copies(best, [c for c in copies if c[0] is not chosen], chosen, specs)
    return best


def _damaged_labels(
    pairs: dict[int, tuple[int, float]], placed: list[Line], lines: Sequence[Line], specs: Sequence[RowSpec]
) -> tuple[dict[int, tuple[int, float]], list[Line]]:
    """Rows that are missing between two placed ones and whose damaged labels stand between these on the page."""
    where = {id(line.cells): n for n, line in enumerate(lines)}
    out, own = dict(pairs), list(placed)
    taken = {id(placed[i].cells) for i, _ in pairs.values()}
    for n, spec in enumerate(specs):
        if n in out:
            continue
        before = max((where[id(own[out[k][0]].cells)] for k in out if k < n), default=-1)
        behind = min((where[id(own[out[k][0]].cells)] for k in out if k > n), default=None)
        behind = min(before + 5, len(lines)) if behind is None else behind
        start = max(0, behind - 5) if before < 0 else before + 1
        free = [
            (like, line)
            for line in lines[start:behind]
            if id(line.cells) not in taken
            and line.label
            and any(_valueish(cell.text) for cell in line.values)
            and 0.45 <= (like := _score(line, spec)) < STRONG
        ]
        if len(free) == 1:
            like, line = free[0]
            own.append(line)
            taken.add(id(line.cells))
            out[n] = (len(own) - 1, min(like, SURE - 0.01))  # by its neighbours: in doubt
    return out, own


def _merged_values(line: Line, count: int) -> Line:
    """A merged row prints one figure and the grid keeps blanks beside it, or repeats the figure in each."""
    values = _without_sublabels(line.values, count)
    printed = [cell for cell in values if not _empty(cell)]
    if len(values) > count:
        if len(printed) == count:
            values = tuple(printed)
        elif count == 1 and printed and len({letters(cell.text) for cell in printed}) == 1:
            values = (printed[0],)
        elif len(printed) < count:
            # Blanks behind the last figure are the merged cell's, those before it are the row's own.
            values = tuple(values[:count]) if all(_empty(c) for c in values[count:]) else values
    return replace(line, values=values)


def _disputes(lines: list[Line], form: Form, after: int) -> _Found:
    """One row of 15, or 5 and 10, or three rows of 5, without labels, behind the heads of the table."""
    found = _Found()
    specs = rows("disputes", form)
    keys = [key for spec in specs for key in spec.cells()]
    start = next(
        (
            n
            for n, line in enumerate(lines)
            if n >= after and _is_dispute_head("".join(line.words) if not line.flat else line.label)
        ),
        None,
    )
    candidates = [line for line in lines[start:] if _bare_figures(line)] if start is not None else []
    if not candidates:
        candidates = [
            line
            for line in lines[after:]
            if _bare_figures(line) and len(line.values) in (DISPUTES, DISPUTES + 1) and not line.flat
        ]
    layout = _Layout()
    grouped = _vertical_disputes(lines[start:], specs) if start is not None else None
    if grouped is not None:
        for spec, line in zip(specs, grouped, strict=True):
            _place(found, spec, (0, 1.0), [line], layout, neighboured=False)
        found.pairs = 1
        return found
    whole = next((line for line in candidates if len(line.values) >= DISPUTES - 3), None)
    parts = [line for line in candidates if len(line.values) in (5, 10)]
    if whole is None and len(parts) >= 2:
        taken: list[Line] = []
        for line in parts:
            if sum(len(x.values) for x in taken) + len(line.values) <= DISPUTES:
                taken.append(line)
        if sum(len(x.values) for x in taken) == DISPUTES:
            values = tuple(cell for line in taken for cell in line.values)
            blocks_ = tuple(sorted({b for line in taken for b in line.blocks}))
            whole = replace(taken[0], values=values, cells=values, blocks=blocks_)
    if whole is None:
        whole = next((line for line in candidates if len(line.values) >= 3), None)
        if whole is None:
            return found
    for line in lines:
        if line.grid == whole.grid and not line.flat:
            columns = [c.column for c in line.cells if c.column is not None and letters(c.text) == "结果维持"]
            layout.heads[line.grid] = min([*columns, layout.heads.get(line.grid, 10**6)])
    fitted, sure = _fit(whole, DISPUTES, layout)
    used = {id(cell) for cell in whole.cells}
    beside = [
        line for line in lines if line.grid == whole.grid and not line.flat and not used & {id(c) for c in line.cells}
    ]
    if any(
        all(letters(cell.text).isdecimal() for cell in line.cells if cell.text.strip())
        and _has_figures(line.cells)
        and len(line.cells) < 5
        for line in beside
    ):
        sure = min(sure, BY_ORDER)  # figures on a line of their own were cut from the row
    raws = tuple(cell.text.strip() for cell in whole.values)
    found.pairs = 1
    found.lines.append(whole)
    found.rows.append(
        (
            _order(whole),
            Row(
                "disputes",
                None if len(raws) != DISPUTES else "",
                "",
                raws,
                whole.at,
                short=len(raws) != DISPUTES and (fitted is None or sure < 1.0),
            ),
        )
    )
    if fitted is None:
        found.cells.update({key: Cell(None, "", SHORT, whole.at) for key in keys})
    else:
        found.cells.update({key: _cell(cell, sure) for key, cell in zip(keys, fitted, strict=True)})
    return found


def _vertical_disputes(lines: Sequence[Line], specs: Sequence[RowSpec]) -> list[Line] | None:
    """Three labelled rows of five, as some pages turn the table."""
    out = []
    for spec in specs:
        name = spec.label.split("·")[-1].strip()
        line = next(
            (
                x
                for x in lines
                if len(x.values) == 5 and not x.flat and similarity(x.label, name) >= 0.8 and x not in out
            ),
            None,
        )
        if line is None:
            return None
        out.append(line)
    return out


def _bare_figures(line: Line) -> bool:
    """A row of figures whose label, if any, is no row of the applications."""
    figures = sum(numbers.parse(cell.text).value is not None for cell in line.values)
    if line.flat:
        return len(line.values) >= 5
    if not figures and not (len(line.values) in (DISPUTES, 5, 10) and not line.words):
        return False
    return len(line.values) >= 5 and (not line.label or _known(line.label) < SURE)


def _is_dispute_head(text: str) -> bool:
    tight = letters(text)
    hits = sum(
        word in tight for word in ("结果维持", "结果纠正", "其他结果", "尚未审结", "未经复议直接起诉", "复议后起诉")
    )
    return hits >= 2


# -------------------------------------------------------------------------------------------------------- which form

_HEADERS: dict[Form, tuple[str, ...]] = {
    "2021": ("本年制发件数", "本年废止件数", "现行有效件数", "本年处理决定数量", "本年收费金额单位万元"),
    "2019": (
        "本年新制作数量",
        "本年新公开数量",
        "对外公开总数量",
        "上一年项目数量",
        "本年增减",
        "采购项目数量",
        "采购总金额",
    ),
}
_ROWS: dict[Form, tuple[str, ...]] = {
    "2021": (
        "行政规范性文件",
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    ),
    "2019": ("其他对外管理服务事项", "政府集中采购", "（六）其他处理"),
}


def _votes(lines: Sequence[Line], texts: Iterable[str]) -> Counter[Form]:
    """Each header and row of one form only is one vote, however often it is printed."""
    seen: set[tuple[Form, str]] = set()
    for text in dict.fromkeys(texts):
        seen |= _votes_of_head(text)
    for line in lines:
        if line.values and line.label:
            seen |= _votes_of_row(line.flat, line.label)
    return Counter(form for form, _ in seen)


@lru_cache(maxsize=16384)
def _votes_of_head(text: str) -> frozenset[tuple[Form, str]]:
    tight = letters(text)
    if not 3 <= len(tight) <= 400 or tight.isdecimal():
        return frozenset()
    seen: set[tuple[Form, str]] = set()
    for form, headers in _HEADERS.items():
        for header in headers:
            if tight == header or (len(tight) > len(header) and header in tight and len(tight) < 120):
                seen.add((form, header))
    if len(tight) <= 14 and not any(tight == h for hs in _HEADERS.values() for h in hs):
        scored = [(fuzz.ratio(tight, h), form, h) for form, hs in _HEADERS.items() for h in hs]
        like, form, header = max(scored)
        rival = max(score for score, other, _ in scored if other != form)
        if like >= 70 and like > rival + 8:
            seen.add((form, header))
    return frozenset(seen)


@lru_cache(maxsize=8192)
def _votes_of_row(flat: bool, printed: str) -> frozenset[tuple[Form, str]]:
    return frozenset(
        (form, label)
        for form, labels in _ROWS.items()
        for label in labels
        if _label_like(flat, printed, label) >= 0.9 and _foreign_label(printed, label)
    )


def _foreign_label(printed: str, label: str) -> bool:
    # 规范性文件 and 行政规范性文件 differ by a word that agencies add and drop at will.
    return letters(printed).endswith(letters(label)) if label == "行政规范性文件" else True


def _form(lines: list[Line], texts: list[str]) -> Form | None:
    votes = _votes(lines, texts)
    if votes["2021"] != votes["2019"]:
        return "2021" if votes["2021"] > votes["2019"] else "2019"
    # Without heads the rows decide: the better order, then the number of figures behind 行政许可.
    scores: dict[Form, float] = {}
    candidates = _candidates(lines, "applications")
    for each in FORMS_BOTH:
        specs = rows("applications", each)
        pairs = match(candidates, specs)
        if len(pairs) >= 4:
            scores[each] = sum(like for _, like in pairs.values()) - GAP * (len(specs) - len(pairs))
    if len(scores) == 2 and abs(scores["2021"] - scores["2019"]) > 0.3:
        return "2021" if scores["2021"] > scores["2019"] else "2019"
    for line in lines:
        if line.values and _label_like(line.flat, line.label, "行政许可") >= 0.9:
            printed = sum(not _empty(cell) for cell in line.values)
            return "2019" if printed >= 3 else "2021"
    if not scores:
        return None
    return "2021" if scores.get("2021", 0.0) >= scores.get("2019", 0.0) else "2019"


# --------------------------------------------------------------------------------------------------- column headers


def _header_labels(lines: Sequence[Line], found: dict[Table, _Found], form: Form) -> list[tuple[str, str, str]]:
    """The printed column headers beside the form's: (table, printed, expected)."""
    out: list[tuple[str, str, str]] = []
    order = {id(line.cells): n for n, line in enumerate(lines)}
    applications = found["applications"]
    starts = [order[id(x.cells)] for x in applications.lines if id(x.cells) in order and not x.flat]
    if starts:
        first = min(starts)
        head = [
            cell.text
            for line in lines[max(0, first - 5) : first]
            if line.grid == lines[first].grid and not _has_figures(line.cells)
            for cell in line.cells
            if cell.text.strip() and not _valueish(cell.text)
        ]
        out.extend(_match_headers("applications", head, rows("applications", form)[0].headers))
    for table, spec_headers in (("disputes", rows("disputes", form)[0].headers),):
        lines_ = found[table].lines  # type: ignore[index]
        if lines_ and not lines_[0].flat:
            at = order.get(id(lines_[0].cells))
            if at is not None:
                head = [
                    cell.text
                    for line in lines[max(0, at - 4) : at]
                    if _is_dispute_head("".join(c.text for c in line.cells))
                    for cell in line.cells
                    if cell.text.strip()
                ]
                out.extend(_match_headers(table, head, spec_headers))
    out.extend(_proactive_headers(lines, found["proactive"], form, order))
    return out


def _has_figures(cells: Iterable[GridCell]) -> bool:
    return any(numbers.parse(cell.text).value is not None for cell in cells)


def _match_headers(table: str, printed: Sequence[str], expected: Sequence[str]) -> list[tuple[str, str, str]]:
    scored = sorted(
        ((fuzz.ratio(letters(p), letters(e)), p, e) for p in dict.fromkeys(printed) for e in expected), reverse=True
    )
    out: dict[str, str] = {}
    used: set[str] = set()
    for like, text, header in scored:
        if like >= 50 and header not in out and text not in used:
            out[header] = "".join(text.split())
            used.add(text)
    return [(table, out[header], header) for header in expected if header in out]


def _proactive_headers(
    lines: Sequence[Line], found: _Found, form: Form, order: dict[int, int]
) -> list[tuple[str, str, str]]:
    out: list[tuple[str, str, str]] = []
    specs = {spec.key: spec for spec in rows("proactive", form)}
    for line, (_, row) in zip(found.lines, found.rows, strict=False):
        at = order.get(id(line.cells))
        if at is None or not row.key or line.flat:
            continue
        above = next(
            (x for x in reversed(lines[max(0, at - 3) : at]) if any("信息内容" in letters(c.text) for c in x.cells)),
            None,
        )
        if above is None:
            continue
        printed = ["".join(c.text.split()) for c in above.cells if c.text.strip() and letters(c.text) != "信息内容"]
        headers = specs[row.key].headers
        if len(printed) == len(headers):
            pairs = [("proactive", p, h) for p, h in zip(printed, headers, strict=True)]
            out.extend(pair for pair in pairs if pair not in out)
    return out


# -------------------------------------------------------------------------------------------------------- the whole


def align(blocks: Blocks) -> Aligned:
    """The cells of whatever form the document's tables follow. Never raises."""
    blocks = gaps.regained(blocks, lambda text: _best_like(False, text, "applications") >= STRONG, COLUMNS)
    grid_lines = _grid_lines(blocks)
    stream = _region(_stream_lines(blocks))
    texts = [cell.text for line in grid_lines for cell in line.cells if cell.text]
    form = _form([*grid_lines, *stream], [*texts, *(line.label for line in stream)])
    pictures = sum(isinstance(block, Picture) for block in blocks.blocks)
    if form is None:
        return _without_figures(blocks, pictures)
    found: dict[Table, _Found] = {}
    readers: tuple[tuple[Table, Callable[[list[Line], Form, bool], _Found]], ...] = (
        ("proactive", _proactive),
        ("applications", _applications),
    )
    for table, read in readers:
        first = read(grid_lines, form, blocks.flat)
        if stream and first.pairs < len(rows(table, form)):
            second = read(stream, form, True)
            first = second if second.figures() > first.figures() else first
        found[table] = first
    found["disputes"] = _find_disputes(grid_lines, stream, form, found["applications"])
    cells: dict[str, Cell] = {}
    states: dict[str, str] = {}
    for table in TABLES:
        if not found[table].pairs and _stands_there(table, form, blocks):
            # Its heads and labels are there, and no row could be told: lost, and by no means missing.
            cells.update({key: Cell(None, "", LOST) for spec in rows(table, form) for key in spec.cells()})
            states[table] = "read"
            continue
        cells.update(found[table].cells)
        states[table] = _state(found[table], pictures)
    if not any(f.pairs for f in found.values()):
        return _without_figures(blocks, pictures)
    everything = sorted((entry for f in found.values() for entry in f.rows), key=lambda entry: entry[0])
    labels = [label for f in found.values() for label in f.labels]
    labels += _header_labels(grid_lines, found, form)
    return Aligned(
        form,
        cells,
        [row for _, row in everything],
        labels,
        states,
        _consumed(blocks, found),
        [warning for f in found.values() for warning in f.warnings],
    )


def _without_figures(blocks: Blocks, pictures: int) -> Aligned:
    """A document in which no row of figures was found. Where the form's labels stand in its text, the tables are there
    and their figures left out or lost: no cell is known, and no table is called missing."""
    tight = letters("".join(block.text for block in blocks.blocks if isinstance(block, Paragraph)))
    seen: dict[Form, int] = {}
    for form in FORMS_BOTH:
        labels = {letters(spec.label)[:8] for table in ("proactive", "applications") for spec in rows(table, form)}
        heads = {letters(head) for spec in rows("proactive", form) for head in spec.headers}
        if sum(label in tight for label in labels) >= LABELS_SEEN * len(labels):
            seen[form] = sum(head in tight for head in heads)
    if not seen or pictures:
        return Aligned(tables=dict.fromkeys(TABLES, "picture" if pictures else "missing"))
    form = max(seen, key=lambda each: seen[each])
    cells = {key: Cell(None, "", LOST) for table in TABLES for spec in rows(table, form) for key in spec.cells()}
    warning = "the labels of the tables were found and no row of figures"
    return Aligned(form, cells, tables=dict.fromkeys(TABLES, "read"), warnings=[warning])


def _stands_there(table: Table, form: Form, blocks: Blocks) -> bool:
    """Whether most labels of a table (of 表二 and 表四, which have few or none, the heads) stand in the document."""
    tight = letters(
        "".join(
            block.text if isinstance(block, Paragraph) else "".join(cell.text for row in block.rows for cell in row)
            for block in blocks.blocks
            if not isinstance(block, Picture)
        )
    )
    if table == "applications":
        wanted = {letters(spec.label)[:8] for spec in rows(table, form)}
    elif table == "proactive":
        wanted = {letters(head) for spec in rows(table, form) for head in spec.headers}
    else:
        wanted = {"未经复议直接起诉", "复议后起诉"}  # the other heads are narrow, and wrapped run together
    return sum(text in tight for text in wanted) >= LABELS_SEEN * len(wanted)


def _region(lines: list[Line]) -> list[Line]:
    """The stream from the first head or row of a table on: figures in the prose before are none of its business."""
    for n, line in enumerate(lines):
        tight = letters(line.label)
        if any(head in tight for head in _HEADS) or covered(tight, "", "一、本年新收政府信息公开申请数量") >= 0.8:
            return lines[n:]
    return []


def _find_disputes(grid_lines: list[Line], stream: list[Line], form: Form, applications: _Found) -> _Found:
    for lines in (grid_lines, stream):
        if not lines:
            continue
        last = 0
        placed = {id(line.cells) for line in applications.lines}
        for n, line in enumerate(lines):
            if id(line.cells) in placed:
                last = n + 1
        found = _disputes(lines, form, last) if last else _Found()
        if not found.pairs:
            found = _disputes(lines, form, 0)
        if found.pairs:
            return found
    return _Found()


def _state(found: _Found, pictures: int) -> str:
    if not found.pairs:
        return "picture" if pictures else "missing"
    return "blank" if all(cell.blank for cell in found.cells.values()) else "read"


_PROSE_END = re.compile(r"[。！!]")
_HEADING = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")


def _consumed(blocks: Blocks, found: dict[Table, _Found]) -> frozenset[int]:
    """Grids and lines that belong to the tables, so that the narrative does not read them."""
    out: set[int] = set()
    for each in found.values():
        touched = {b for line in each.lines for b in line.blocks}
        out |= {b for b in touched if isinstance(blocks.blocks[b], Grid)}
        figures = sorted(line.blocks[-1] for line in each.lines if _as_line(blocks.blocks[line.blocks[-1]]) is not None)
        if not figures:
            continue
        first, last = figures[0], figures[-1]
        out |= {b for b in range(first, last + 1) if _as_line(blocks.blocks[b]) is not None}
        for b in range(first - 1, -1, -1):
            text = _as_line(blocks.blocks[b])
            if text is None or not _table_matter(text):
                break
            out.add(b)
    # Heads of a table may stand in a grid of their own.
    for index, block in enumerate(blocks.blocks):
        if isinstance(block, Grid) and index not in out:
            tight = letters("".join(cell.text for row in block.rows for cell in row))
            if len(tight) < 400 and (_is_dispute_head(tight) or "勾稽关系" in tight or "第二十条第" in tight):
                out.add(index)
    return frozenset(out)


def _as_line(block: Block) -> str | None:
    """The text of a block that is a printed line: a paragraph, or a row told by its separators."""
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Grid) and block.rows and block.rows[0] and block.rows[0][0].at.table == 0:
        return " ".join(cell.text for cell in block.rows[0])
    return None


def _table_matter(text: str) -> bool:
    """A line of heads and labels: no prose and no heading of a section."""
    tight = letters(text)
    if len(tight) > 80 or _PROSE_END.search(text):
        return False
    return not (_HEADING.match(text) and _known(text) < STRONG)
