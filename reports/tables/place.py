"""A row's figures to its cells: by their number, by the blanks at either end, by the heads above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from reports import numbers
from reports.blocks import GridCell
from reports.form import words
from reports.form.forms import RowSpec, rows
from reports.numbers import looks_like_value
from reports.report import Cell, Form, Row, Table
from reports.tables.labels import SURE, is_form_words, is_made_of_form_words, other_form_of
from reports.tables.model import (
    BY_ORDER,
    FORMS_BOTH,
    LOST,
    SHORT,
    PrintedRow,
    TableFound,
    has_figures,
    is_blank,
)
from reports.text import letters

OWN_LABEL = 3  # letters: with fewer a label may be the end of another
HEAD = 75.0  # from here on a printed head is that column's
GROUP = -1  # the head over the five kinds of organisations


@dataclass(slots=True)
class ColumnLayout:
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

    def learn(self, lines: Iterable[PrintedRow], count: int) -> None:
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
    lead = next((i for i, cell in enumerate(values) if not is_blank(cell)), len(values))
    trail = next((i for i, cell in enumerate(reversed(values)) if not is_blank(cell)), len(values))
    return [(k, extra - k) for k in range(extra + 1) if k <= lead and extra - k <= trail]


def fit_row(line: PrintedRow, count: int, layout: ColumnLayout) -> tuple[tuple[GridCell, ...] | None, float]:  # noqa: C901  one branch a way in which a row may be short
    """Exactly ``count`` cells of a row and how surely they are the ones; None where nothing places them."""
    values = without_sublabels(line.values, count)
    if len(values) == count:
        # Where all other rows carry a blank column at an end, a blank there is that column and a figure is missing.
        usual = layout.usual(line.grid)
        if usual is not None and usual != (0, 0):
            lead, trail = usual
            if (lead and is_blank(values[0])) or (trail and is_blank(values[-1])):
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
    if all(is_blank(cell) for cell in values):
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
    grid: int, values: tuple[GridCell, ...], count: int, layout: ColumnLayout
) -> tuple[tuple[GridCell, ...] | None, float]:
    """A merged blank counts for as many cells as it covers, if the row then lies exactly as its neighbours do; still
    in doubt, since spans are a page's own claim."""
    out = tuple(
        replace(cell, span=1) for cell in values for _ in range(cell.span if is_blank(cell) and cell.span > 1 else 1)
    )
    edges = layout.edges.get(grid)
    if len(out) != count or not edges or values[0].column is None or values[-1].column is None:
        return None, 0.0
    edge, often = edges.most_common(1)[0]
    same = (values[0].column, values[-1].column + values[-1].span) == edge
    return (out, BY_ORDER) if same and often * 2 > edges.total() else (None, 0.0)


def without_sublabels(values: tuple[GridCell, ...], count: int) -> tuple[GridCell, ...]:
    """Words between the label and the figures are a second label, unless no figures follow: then they are damage."""
    words = next((i for i, cell in enumerate(values) if looks_like_value(cell.text)), len(values))
    rest = values[words:]
    if words and len(rest) >= count and any(numbers.parse(cell.text).value is not None for cell in rest):
        return rest
    return values


def to_cell(cell: GridCell, factor: float) -> Cell:
    """What a printed cell says, no surer than ``factor``."""
    printed = numbers.parse(cell.text)
    confidence = min(cell.confidence, factor)
    if not printed.certain:
        confidence = min(confidence, 0.5 if printed.value is not None else 0.3)
    return Cell(printed.value, cell.text.strip(), confidence, cell.at, cell.alternatives)


def is_between_neighbours(pairs: dict[int, tuple[int, float]], n: int) -> bool:
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


def place_row(
    found: TableFound,
    spec: RowSpec,
    matched: tuple[PrintedRow, bool] | None,
    layout: ColumnLayout,
    keys: Sequence[str] = (),
    most: float = 1.0,
) -> None:
    """Put a row's figures into ``keys`` (the form's order if not given), none surer than ``most``. ``matched`` is the
    printed row, and whether that it is this one is sure; None where none is."""
    keys = keys or spec.cells()
    if matched is None:
        found.cells.update({key: Cell(None, "", LOST) for key in keys})
        return
    line, known = matched
    label = printed_label(line, spec)
    values, sure = fit_row(line, len(keys), layout)
    raws = tuple(cell.text.strip() for cell in (values if values is not None else line.values))
    found.lines.append(line)
    found.placed[line.index] = tuple(keys)
    found.rows.append((reading_order(line), Row(spec.table, spec.key, label, raws, line.at, short=values is None)))
    found.labels.append((spec.table, label, spec.label))
    if values is None:
        found.cells.update({key: Cell(None, "", SHORT, line.at) for key in keys})
        return
    if not known or _holds_another(line, spec):
        sure = min(sure, BY_ORDER)
    for key, cell in zip(keys, values, strict=True):
        found.cells[key] = to_cell(cell, min(sure, most))


def heads_above(line: PrintedRow, lines: Sequence[PrintedRow], count: int) -> list[PrintedRow]:
    """Up to ``count`` lines without figures straight above a row, in its grid or in one of heads alone."""
    at = next((n for n, other in enumerate(lines) if other.index == line.index), None)
    if at is None or line.flat:
        return []
    out: list[PrintedRow] = []
    for other in reversed(lines[max(0, at - 2 * count) : at]):
        if has_figures(other.cells):
            if out:
                break
            continue  # a row of the same table: its heads stand further up
        out.append(other)
        if len(out) == count:
            break
    return out[::-1]


def printed_order(heads: Sequence[PrintedRow], headers: Sequence[str]) -> list[int] | None:
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
            elif text == words.ORGANISATIONS:
                marks.append(GROUP)
        if GROUP in order and marks and GROUP not in marks:
            at = order.index(GROUP)
            order[at : at + 1] = marks
        elif marks:
            order = marks
    return order if sorted(order) == list(range(len(headers))) and order != sorted(order) else None


def under_other_heads(values: Sequence[GridCell], heads: Sequence[PrintedRow], count: int) -> bool:
    """Whether a figure stands below another column's head than its own: between blanks a lone figure of a table without
    rules may be taken for its neighbour's."""
    named = [
        [
            c
            for c in head.cells
            if c.text.strip() and letters(c.text) != words.SUBJECT and words.ARTICLE not in letters(c.text)
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


def _holds_another(line: PrintedRow, spec: RowSpec) -> bool:
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


def reading_order(line: PrintedRow) -> tuple[int, int]:
    """By block, then by row within it."""
    return line.blocks[-1], line.at.row or 0


def printed_label(line: PrintedRow, spec: RowSpec) -> str:
    """The label as printed; of a stream, as many of the words before the figures as the label has."""
    text = "".join(line.label.split())
    if not line.flat:
        return text
    size = len("".join(spec.label.split()))
    at = max((text.rfind(head) for head in (spec.label[:2], spec.label[:1])), default=-1)
    return text[at:] if at >= 0 and len(text) - at <= size + 4 else text[-size:]


def add_other_rows(
    found: TableFound, lines: Sequence[PrintedRow], first: PrintedRow, last: PrintedRow, table: Table, form: Form
) -> None:
    """Rows of the other form and rows of no form between or beside the placed ones."""
    used = {line.index for line in found.lines}
    inside = False
    for n, line in enumerate(lines):
        if line is first:
            inside = True
        if line.index not in used and line.values and line.label:
            foreign = other_form_of(line, table, form)
            near = inside or (n and lines[n - 1] is last) or line.grid == last.grid
            figures = sum(numbers.parse(c.text).value is not None for c in line.values)
            if near and (foreign or (inside and figures and not line.flat)):
                raws = tuple(cell.text.strip() for cell in line.values)
                if _is_whole_row(line, found, foreign):
                    found.known.add(line.index)
                found.rows.append(
                    (reading_order(line), Row(table, None, "".join(line.label.split())[-60:], raws, line.at, foreign))
                )
        if line is last:
            inside = False


def _is_whole_row(line: PrintedRow, found: TableFound, foreign: Form | None) -> bool:
    """Whether a row of another form or of none is a row at all, and not a piece of one that was cut: it has as many cells
    behind its label as a placed row, none of them words of the form, and its label is another form's or no piece of the
    form's words."""
    label = "".join(char for char in letters(line.label) if not char.isdecimal())  # 8066件 is a figure in its place
    width = min(len(keys) for keys in found.placed.values())
    own = foreign is not None or (len(label) >= OWN_LABEL and not is_made_of_form_words(line.label))
    words = [cell.text for cell in line.values if not numbers.looks_like_value(cell.text)]
    return own and len(line.values) >= width and not any(map(is_form_words, words))


def compare_copies(
    found: TableFound,
    copies: list[tuple[dict[int, tuple[int, float]], list[PrintedRow]]],
    chosen: dict[int, tuple[int, float]],
    specs: Sequence[RowSpec],
) -> None:
    """A table printed twice with different figures leaves those figures in doubt."""
    differing = 0
    for pairs, lines in copies:
        if pairs is chosen:
            continue
        found.known |= {lines[i].index for i, _ in pairs.values()}
        layout = ColumnLayout()
        layout.learn((lines[i] for i, _ in pairs.values()), len(specs[0].columns))
        for n, (i, like) in pairs.items():
            values, _ = fit_row(lines[i], len(specs[n].columns), layout)
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
