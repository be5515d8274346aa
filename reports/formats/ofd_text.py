"""Text of an OFD: where each character is drawn, with which ink, by which glyph; matrices and numbers as OFD writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from reports.blocks import Unreadable
from reports.formats.pages import Line4
from reports.formats.runs import Ink
from reports.geometry.shapes import Box

MM = 72 / 25.4  # points
MAX_CHARACTERS = 60_000  # a page
# The box of a character about its base line, in shares of its size.
ASCENT, DESCENT = 0.88, 0.22
ILLEGIBLE = 1.2  # points
PALE, OPAQUE = 252, 8  # of 255: the colour of paper, and what is not seen
FADED, SHEER = 200, 100  # of 255: paler, or clearer, than any figure is printed, as watermarks are
WATERMARK = 24.0  # points: what is pale and larger is told from the text by who looks

Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Glyph:
    """What is drawn for a character: a glyph of a font inside the file by its number, or the font's own for the character.
    ``matrix`` takes a point of the glyph's square, its y upwards, to points of the page, their y downwards."""

    char: str
    font: str  # the member; empty where the file brings none
    number: int | None
    matrix: Matrix


@dataclass(slots=True)
class Canvas:
    """What is drawn on a page, in points, in the order of drawing."""

    width: float
    height: float
    texts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    lines: list[Line4] = field(default_factory=list)
    pictures: list[tuple[int, Box, str]] = field(default_factory=list)
    doubts: list[Box] = field(default_factory=list)  # where text is drawn that may not be seen
    covers: list[tuple[int, Box]] = field(default_factory=list)  # paper laid over so many of the characters, and where
    objects: int = 0
    partial: bool = False  # something of the page is not at hand
    fonts: Mapping[str, str] | None = None  # font -> member, where glyphs are wanted
    glyphs: list[Glyph] = field(default_factory=list)


def draw_text(item: etree._Element, own: Matrix, canvas: Canvas) -> None:
    """Put the characters of a text object on the canvas."""
    ink = _ink(item)
    size = (numbers_of(item.get("Size"), 1) or [3.5])[0]
    if size * MM < ILLEGIBLE:
        ink = Ink.HIDDEN
    horizontal = (numbers_of(item.get("HScale"), 1) or [1.0])[0]
    font = canvas.fonts.get(item.get("Font", ""), "") if canvas.fonts is not None else ""
    glyphs = _glyph_numbers(item) if font else {}
    x = y = 0.0
    before = 0  # characters of the object
    for code in item:
        if local(code) != "TextCode":
            continue
        x = (numbers_of(code.get("X"), 1) or [x])[0]
        y = (numbers_of(code.get("Y"), 1) or [y])[0]
        text = code.text or ""
        steps_x, steps_y = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
        if len(canvas.texts) + len(text) > MAX_CHARACTERS:
            raise Unreadable(f"a page of the OFD has more than {MAX_CHARACTERS} characters", "cells")
        for n, char in enumerate(text):
            width = size * horizontal * (1.0 if char >= "\u2e80" else 0.5)
            step = steps_x[n] if n < len(steps_x) else None
            # Where the next character comes sooner than expected, the font is narrow.
            drawn = min(width, step) if step is not None and step > 0.1 * size else width
            if char.strip() and char not in "\u200b\ufeff":
                box = bounds(own, x, y - ASCENT * size, x + drawn, y + DESCENT * size)
                if ink != Ink.PLAIN:
                    canvas.doubts.append(box)
                if ink != Ink.HIDDEN:
                    canvas.texts.append(char)
                    canvas.boxes.append(box)
                    canvas.orders.append(canvas.objects)
                    if canvas.fonts is not None:
                        square = times((size * horizontal, 0.0, 0.0, -size, x, y), own)
                        canvas.glyphs.append(Glyph(char, font, glyphs.get(before + n), square))
            if n + 1 < len(text):
                x += step if step is not None else (0.0 if steps_y else width)
                y += steps_y[n] if n < len(steps_y) else 0.0
        before += len(text)


def _glyph_numbers(item: etree._Element) -> dict[int, int]:
    """The glyphs that a text object names for its characters, by their place among these; where several characters make
    one glyph, or one makes several, none."""
    out: dict[int, int] = {}
    for change in item:
        if local(change) != "CGTransform":
            continue
        numbers = [number_of(word) for word in "".join(map(str, change.itertext())).split()[:MAX_CHARACTERS]]
        first = number_of(change.get("CodePosition", "0")) or 0
        codes, glyphs = (number_of(change.get(name, "1")) for name in ("CodeCount", "GlyphCount"))
        if codes == glyphs == len(numbers):
            out.update({int(first) + n: int(number) for n, number in enumerate(numbers) if number is not None})
    return out


def _ink(item: etree._Element) -> Ink:
    """How a text object is drawn: not at all, in the colour of paper or as a small watermark, or plainly."""
    if item.get("Fill") == "false" and (item.get("Stroke") or "false") == "false":
        return Ink.HIDDEN
    color = next((child for child in item if local(child) == "FillColor"), None)
    alphas = (item.get("Alpha"), color.get("Alpha") if color is not None else None)
    if any(alpha is not None and (number_of(alpha) or 0.0) <= OPAQUE for alpha in alphas):
        return Ink.HIDDEN
    parts = numbers_of(color.get("Value"), 3) if color is not None else None
    shade = min(parts) if parts is not None else 0.0
    sheer = any(alpha is not None and (number_of(alpha) or 0.0) < SHEER for alpha in alphas)
    small = (numbers_of(item.get("Size"), 1) or [3.5])[0] * MM < WATERMARK
    return Ink.FAINT if shade >= PALE or (small and (sheer or shade >= FADED)) else Ink.PLAIN


def cover(item: etree._Element, own: Matrix, canvas: Canvas) -> None:
    """Note where a path lays the colour of paper over what was drawn before."""
    color = next((child for child in item if local(child) == "FillColor"), None)
    if not canvas.texts or item.get("Fill") != "true" or color is None:
        return
    alphas = (item.get("Alpha"), color.get("Alpha"))
    parts, size = numbers_of(color.get("Value"), 3), numbers_of(item.get("Boundary"), 4)
    if parts is None or size is None or min(parts) < PALE or any(alpha not in (None, "255") for alpha in alphas):
        return
    canvas.covers.append((len(canvas.texts), bounds(own, 0.0, 0.0, size[2], size[3])))


def _deltas(text: str | None, count: int) -> list[float]:
    """``5 g 3 4.5 6`` -> [5, 4.5, 4.5, 4.5, 6]; no longer than there are characters."""
    out: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if len(out) >= count:
            break
        if word == "g":
            times, step = number_of(next(words, "")), number_of(next(words, ""))
            if times is None or step is None:
                break
            out.extend([step] * max(0, min(int(times), count - len(out))))
        elif (value := number_of(word)) is not None:
            out.append(value)
    return out


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that does what the inner one does and then the outer."""
    if outer == SAME:
        return inner
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def point(own: Matrix, x: float, y: float) -> tuple[float, float]:
    """Millimetres of an object to points of the page."""
    a, b, c, d, e, f = own
    return (a * x + c * y + e) * MM, (b * x + d * y + f) * MM


def bounds(own: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    """The rectangle of the page, in points, around one of an object."""
    ax, ay = point(own, x0, y0)
    bx, by = point(own, x1, y1)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def area_of(box: Box) -> float:
    """The area of a box."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Elements by local name: writers disagree about the namespace."""
    return (element for element in root.iter() if local(element) == name)


def number_of(text: str) -> float | None:
    """A number as written; None where it is none, or an absurd one."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e7 else None


def numbers_of(text: str | None, count: int) -> list[float] | None:
    """Exactly ``count`` numbers; None if there are others or none."""
    values = [number_of(word) for word in (text or "").split()[:count]]
    known = [value for value in values if value is not None]
    return known if len(known) == count else None
