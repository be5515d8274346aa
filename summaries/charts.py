"""Charts as vector pictures (SVG 1.1): pure functions of figures, no script, no style sheet, type named with fallbacks.

Each can be drawn as wide as a page (``WIDTH``) or as a phone (``NARROW``), in type of one size: a drawing that is shrunk
to a phone cannot be read. Colours carry no meaning alone: each piece has its number or its name beside it (WCAG 2.2,
1.4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

WIDTH, NARROW = 720, 336  # a page; a phone of 360 pixels without its margins
LABEL_PITCH = 96  # between two months' labels below a drawing: closer they run into each other
FACES = "Noto Sans SC, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
INK, SOFT, LINE, BLUE = "#1f2933", "#52606d", "#d9e0e7", "#1d4e79"
COLOURS = {
    "in_time": "#2f7d4f",
    "undated": "#8bb8a0",
    "late": "#c77700",
    "missing": "#b42318",
    "pending": "#cbd5df",
    "cannot_tell": "#9aa5b1",
    "error": "#b42318",
    "warning": "#c77700",
    "notice": "#5b8db8",
}
HEAT = ("#f3f5f7", "#f7dcc4", "#eeb48a", "#dd8452", "#b42318")


def _svg(across: int, height: float, pieces: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {height:g}" width="{across}" height="{height:g}"'
        f' font-family="{FACES}" font-size="13">{"".join(pieces)}</svg>'
    )


def _text(x: float, y: float, text: str, colour: str = INK, anchor: str = "start", size: float = 13) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}" font-size="{size:g}">{escape(text)}</text>'
    )


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{height:.2f}" fill="{colour}"/>'


def shares(parts: Sequence[tuple[str, str, int]], across: int = WIDTH) -> str:
    """One bar of all bodies by state, ``(key, name, count)``, with its legend below. Empty where there is nobody."""
    total = sum(count for _, _, count in parts)
    if not total:
        return ""
    pieces, x, at, row = [], 0.0, 0.0, 0
    for key, name, count in parts:
        if not count:
            continue
        width = across * count / total
        pieces.append(_rect(x, 0, width, 30, COLOURS[key]))
        x += width
        words = f"{name} {count} 家，{_share(count, total)}"
        needed = 30 + length(words) * 13
        if at and at + needed > across:
            at, row = 0.0, row + 1
        pieces += [_rect(at, 43 + 22 * row, 11, 11, COLOURS[key]), _text(at + 16, 53 + 22 * row, words, SOFT)]
        at += needed
    return _svg(across, 62 + 22 * row, pieces)


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if count not in (0, total) else f"{count / total:.0%}"


def length(text: str) -> float:
    """The width of a line of type, in its size."""
    return sum(0.56 if char.isascii() else 1.0 for char in text)


def timeline(days: Sequence[date], deadline: date, last: date, due: int, across: int = WIDTH) -> str:
    """How many reports were published by each day, up to ``last``, against the number due, with the deadline marked.
    ``days`` are the known days of publication."""
    if not days or not due:
        return ""
    first = min(min(days), deadline - timedelta(days=31))
    first = max(first, deadline - timedelta(days=92))
    # Of a season long past nothing more is drawn than a month behind its last report.
    ended = max(deadline + timedelta(days=1), max(days))
    last = max(ended, min(last, ended + timedelta(days=30)))
    left, top, wide, high = 46.0, 14.0, across - 60.0, 170.0
    span = (last - first).days or 1

    def x(day: date) -> float:
        return left + wide * min(max((day - first).days, 0), span) / span

    def y(count: float) -> float:
        return top + high * (1 - count / due)

    pieces = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        pieces.append(f'<path d="M{left:g} {y(due * share):.2f}H{left + wide:g}" stroke="{LINE}"/>')
        pieces.append(
            _text(left - 6, y(due * share) + 4, f"{due * share:g}" if due * share % 1 == 0 else "", SOFT, "end", 11)
        )
    steps = [f"M{left:g} {y(0):.2f}"]
    for count, day in enumerate(sorted(days), 1):
        steps.append(f"H{x(day):.2f}V{y(count):.2f}")
    steps.append(f"H{x(last):.2f}")
    pieces.append(f'<path d="{"".join(steps)}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
    pieces.append(f'<path d="M{x(deadline):.2f} {top:g}V{top + high:g}" stroke="#b42318" stroke-dasharray="4 3"/>')
    named = f"期限 {deadline.month}月{deadline.day}日"
    right = x(deadline) - 5 - 12 * length(named) >= left  # else the name would stand over the axis, or beyond the edge
    pieces.append(
        _text(x(deadline) + (-5 if right else 5), top + 12, named, "#b42318", "end" if right else "start", 12)
    )
    months, day = [], date(first.year + first.month // 12, first.month % 12 + 1, 1)
    while day <= last:
        months.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    step = -(-len(months) // (across // LABEL_PITCH))
    for day in months[::step]:
        text = f"{day.month}月1日" if step == 1 else f"{day.year}年{day.month}月"
        half = 11 * length(text) / 2
        pieces.append(_text(min(x(day), across - half), top + high + 18, text, SOFT, "middle", 11))
    return _svg(across, top + high + 26, pieces)


def kinds(rows: Sequence[tuple[str, str, int]], across: int = WIDTH) -> str:
    """Horizontal bars of problems, ``(severity, name, bodies)``, the largest first."""
    most = max((count for _, _, count in rows), default=0)
    if not most:
        return ""
    left, above = _beside(270.0, across)
    high = 24.0 + above
    pieces = []
    for number, (severity, name, count) in enumerate(rows):
        y = number * high + above
        width = (across - left - 60) * count / most
        pieces.append(_name(name, left, y + 16, across))
        pieces += [
            _rect(left, y + 4, width, 15, COLOURS[severity]),
            _text(left + width + 6, y + 16, f"{count} 家", SOFT),
        ]
    return _svg(across, len(rows) * high + 4, pieces)


def _beside(left: float, across: int) -> tuple[float, float]:
    """Where bars begin and how much room a row has above its bars: on a phone their names stand there, not beside them."""
    return (left, 0.0) if across >= WIDTH else (0.0, 21.0)


def _name(name: str, left: float, y: float, across: int) -> str:
    """A row's name, ending before the bars' ``left`` edge, or above them where they begin at the drawing's own edge."""
    if left:
        return _text(left - 8, y, shortened(name, int((left - 8) / 13) - 1), INK, "end")
    return _text(0, y - 18, shortened(name, int(across / 13)), INK)


def shortened(text: str, most: int) -> str:
    """At most so many full-width characters, the last an ellipsis where some were left out."""
    if length(text) <= most:
        return text
    out = ""
    for char in text:
        if length(out + char) > most - 1:
            break
        out += char
    return f"{out}…"


def years(rows: Sequence[tuple[str, int, int]], before: str, now: str, across: int = WIDTH) -> str:
    """Two bars a row, last year's and this year's: ``(name, before, now)``."""
    most = max((max(first, second) for _, first, second in rows), default=0)
    if not most:
        return ""
    left, above = _beside(190.0, across)
    high = 42.0 + above
    pieces = [_rect(left, 2, 11, 11, "#9fb8cf"), _text(left + 16, 12, before, SOFT, size=12)]
    pieces += [_rect(left + 90, 2, 11, 11, BLUE), _text(left + 106, 12, now, SOFT, size=12)]
    for number, (name, first, second) in enumerate(rows):
        y = 22 + number * high + above
        pieces.append(_name(name, left, y + (20 if left else 14), across))
        for place, count, colour in ((0, first, "#9fb8cf"), (1, second, BLUE)):
            width = (across - left - 90) * count / most
            pieces.append(_rect(left, y + place * 16, width, 14, colour))
            pieces.append(_text(left + width + 6, y + place * 16 + 12, f"{count:,}", SOFT, size=12))
    return _svg(across, 22 + len(rows) * high, pieces)


def heat(bodies: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], across: int = WIDTH) -> str:
    """Bodies by kinds of problem, each field with its number; the darker, the more."""
    most = max((count for row in counts for count in row), default=0)
    if not most:
        return ""
    left = 216.0 if across >= WIDTH else 120.0
    wide = min((across - left) / max(len(columns), 1), 64.0)
    letters = max(1, min(5, int(wide / 11)))
    heads = [_lines(name, letters, 25 // letters) for name in columns]
    top, high = 8 + 15.0 * max(map(len, heads)), 22.0
    pieces = []
    for number, lines in enumerate(heads):
        x = left + number * wide + wide / 2
        for place, line in enumerate(lines):
            pieces.append(_text(x, 14 + place * 15, line, SOFT, "middle", 11))
    for row, name in enumerate(bodies):
        y = top + row * high
        pieces.append(_text(left - 8, y + 15, shortened(name, int((left - 8) / 12) - 1), INK, "end", 12))
        for column, count in enumerate(counts[row]):
            shade = HEAT[0] if not count else HEAT[1 + min(3, (count - 1) * 3 // max(most - 1, 1))]
            pieces.append(_rect(left + column * wide + 1, y + 1, wide - 2, high - 2, shade))
            if count:
                colour = "#ffffff" if shade == HEAT[4] else INK
                pieces.append(_text(left + column * wide + wide / 2, y + 15, str(count), colour, "middle", 11))
    return _svg(across, top + len(bodies) * high + 2, pieces)


def _lines(text: str, most: int, lines: int) -> list[str]:
    text = shortened(text, most * lines)
    return [text[at : at + most] for at in range(0, len(text), most)][:lines]
