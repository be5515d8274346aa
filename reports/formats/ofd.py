"""OFD (GB/T 33190): pages of placed text, paths and pictures, read by the code that reads PDF pages.

Locations are resolved inside the package only. Millimetres become points.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from reports.blocks import At, Blocks, Picture, Unreadable
from reports.formats.container import OFD_PAGE, Container, inside
from reports.formats.pages import DrawnPage, Line4, layouts_of, rules_of, segments
from reports.formats.runs import Ink
from reports.geometry.shapes import Box

MM = 72 / 25.4
MAX_PAGES = 60
MAX_OBJECTS = 60_000  # a page
MAX_CHARACTERS = 60_000  # a page
MAX_PATH = 2_000  # numbers and letters of one path
MAX_DEPTH = 8  # blocks and composite objects within each other
MAX_PICTURE = 40 * 1024 * 1024
MAX_PICTURES = 60
PAGE_SIZED = 0.6  # share of the page from which on a picture is the page
FEW = 40  # characters that a scanned page may carry
PICTURE_WIDTH, PICTURE_HEIGHT = 0.4, 40.0  # of the page's width; points
# The box of a character about its base line, in shares of its size.
ASCENT, DESCENT = 0.88, 0.22

ILLEGIBLE = 1.2  # points
PALE, OPAQUE = 252, 8  # of 255: the colour of paper, and what is not seen

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z]")
_ARGUMENTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def blocks(data: bytes) -> Blocks:
    """The document as blocks; pages that are pictures as ``Picture``. Raises Unreadable."""
    with Container(data) as package:
        if "OFD.xml" not in package and not package.incomplete:
            raise Unreadable("the file has no OFD.xml; fetch it again or ask for it")
        out = _Ofd(package).read()
        out.incomplete = package.incomplete
        return out


@dataclass(slots=True)
class _Resources:
    media: dict[str, str] = field(default_factory=dict)  # id -> member
    composites: dict[str, etree._Element] = field(default_factory=dict)
    templates: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Canvas:
    """What is drawn on a page, in points, in the order of drawing."""

    width: float
    height: float
    texts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    lines: list[Line4] = field(default_factory=list)
    pictures: list[tuple[int, Box, str]] = field(default_factory=list)
    doubts: list[Box] = field(default_factory=list)  # where text is drawn that may not be seen
    objects: int = 0
    partial: bool = False  # something of the page is not at hand


class _Ofd:
    def __init__(self, package: Container) -> None:
        self._package = package
        self._pictures = 0
        self._warnings: list[str] = []

    def read(self) -> Blocks:
        out = Blocks("ofd")
        pages: list[DrawnPage] = []
        scanned = 0
        for canvas in self._canvases():
            page, scan = self._page(canvas, len(pages) + 1)
            page.doubtful = canvas.partial
            pages.append(page)
            scanned += scan
        if not pages:
            raise Unreadable("the OFD has no pages; fetch it again or ask for it")
        out.layouts = layouts_of(pages)
        out.warnings = self._warnings
        return out

    def _canvases(self) -> Iterator[_Canvas]:
        """The pages of all documents inside; where the file breaks off before they are named, those that are whole."""
        named = _named(self._package.xml("OFD.xml"), "DocRoot") if "OFD.xml" in self._package else ()
        paths = [inside("", root.text or "") for root in named]
        if self._package.incomplete and not any(path in self._package for path in paths if path is not None):
            yield from self._unnamed_pages()
            return
        before = 0
        for path in paths:
            if path is None or path not in self._package:
                raise Unreadable("the OFD names a document that is not inside the file; not opened")
            for canvas in self._document(path, before):
                yield canvas
                before += 1
        if not before and self._package.incomplete:
            yield from self._unnamed_pages()

    def _unnamed_pages(self) -> Iterator[_Canvas]:
        """Pages by their places in the container. What the document says of all its pages is not at hand: of a page that is
        drawn over a template all is in doubt."""
        found = {
            int(place[1]): info.filename for info in self._package.infos() if (place := OFD_PAGE.search(info.filename))
        }
        for number in sorted(found)[:MAX_PAGES]:
            page = self._package.xml(found[number])
            canvas = self._canvas(page, found[number], None, _Resources())
            canvas.partial = next(_named(page, "Template"), None) is not None
            yield canvas

    def _document(self, path: str, before: int) -> Iterator[_Canvas]:
        document = self._package.xml(path)
        folder = posixpath.dirname(path)
        resources = _Resources()
        for name in ("PublicRes", "DocumentRes"):
            for reference in _named(document, name):
                self._resources(inside(folder, reference.text or ""), resources)
        resources.templates = {
            template.get("ID", ""): inside(folder, template.get("BaseLoc", ""))
            for template in _named(document, "TemplatePage")
        }
        area = next(_named(document, "PhysicalBox"), None)
        pages = [page for pages in _named(document, "Pages") for page in pages if _local(page) == "Page"]
        if len(pages) + before > MAX_PAGES:
            self._warnings.append(f"the OFD has {len(pages)} pages; the first {MAX_PAGES} are read")
        for entry in pages[: max(0, MAX_PAGES - before)]:
            location = inside(folder, entry.get("BaseLoc", ""))
            if location is not None and location not in self._package and self._package.incomplete:
                continue  # what is whole is read
            if location is None or location not in self._package:
                raise Unreadable("the OFD names a page that is not inside the file; not opened")
            yield self._canvas(self._package.xml(location), location, area, resources)

    def _canvas(
        self, page: etree._Element, location: str, area: etree._Element | None, resources: _Resources
    ) -> _Canvas:
        """What is drawn on a page."""
        own = next(_named(page, "PhysicalBox"), area)
        left, top, width, height = _floats(own.text if own is not None else None, 4) or [0.0, 0.0, 210.0, 297.0]
        if not (0 < width < 1e5 and 0 < height < 1e5):
            raise Unreadable("a page of the OFD has an absurd size; it is not opened", "pixels")
        canvas = _Canvas(width * MM, height * MM)
        origin: Matrix = (1.0, 0.0, 0.0, 1.0, -left, -top)
        used = _Resources(dict(resources.media), dict(resources.composites))
        for reference in _named(page, "PageRes"):
            self._resources(inside(posixpath.dirname(location), reference.text or ""), used)
        for template in _named(page, "Template"):
            member = resources.templates.get(template.get("TemplateID", ""))
            if member is not None and member in self._package:
                self._content(self._package.xml(member), canvas, used, origin)
        self._content(page, canvas, used, origin)
        return canvas

    def _resources(self, path: str | None, out: _Resources) -> None:
        if path is None or path not in self._package:
            return
        root = self._package.xml(path)
        folder = inside(posixpath.dirname(path), root.get("BaseLoc") or ".") or ""
        for media in _named(root, "MultiMedia"):
            file = next(_named(media, "MediaFile"), None)
            member = inside("" if folder == "." else folder, (file.text or "") if file is not None else "")
            if member is not None:
                out.media[media.get("ID", "")] = member
        for unit in _named(root, "CompositeGraphicUnit"):
            out.composites[unit.get("ID", "")] = unit

    # ---- a page

    def _content(self, page: etree._Element, canvas: _Canvas, resources: _Resources, outer: Matrix) -> None:
        for content in page:
            if _local(content) == "Content":
                for layer in content:
                    self._objects(layer, canvas, resources, outer, 0)

    def _objects(
        self, parent: etree._Element, canvas: _Canvas, resources: _Resources, outer: Matrix, depth: int
    ) -> None:
        if depth > MAX_DEPTH:
            raise Unreadable("the OFD nests its blocks deeper than any report; not read", "depth")
        for item in parent:
            kind = _local(item)
            canvas.objects += 1
            if canvas.objects > MAX_OBJECTS:
                raise Unreadable(f"a page of the OFD draws more than {MAX_OBJECTS} objects", "cells")
            if kind in ("PageBlock", "Layer"):
                self._objects(item, canvas, resources, outer, depth + 1)
                continue
            if kind not in ("TextObject", "PathObject", "ImageObject", "CompositeObject"):
                continue
            if (item.get("Visible") or "true") == "false" or (kind != "TextObject" and item.get("Alpha") == "0"):
                continue
            boundary = _floats(item.get("Boundary"), 4) or [0.0, 0.0, 0.0, 0.0]
            ctm = _floats(item.get("CTM"), 6) or [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
            own = _times((ctm[0], ctm[1], ctm[2], ctm[3], ctm[4] + boundary[0], ctm[5] + boundary[1]), outer)
            if kind == "TextObject":
                _text(item, own, canvas)
            elif kind == "PathObject":
                _path(item, own, canvas)
            elif kind == "ImageObject":
                member = resources.media.get(item.get("ResourceID", ""))
                if member is not None:
                    box = _placed(own, ctm, boundary, outer)
                    canvas.pictures.append((canvas.objects, box, member))
            else:
                unit = resources.composites.get(item.get("ResourceID", ""))
                content = next(_named(unit, "Content"), None) if unit is not None else None
                if content is not None:
                    self._objects(content, canvas, resources, own, depth + 1)

    def _page(self, canvas: _Canvas, number: int) -> tuple[DrawnPage, bool]:
        area = canvas.width * canvas.height
        large = [(order, box) for order, box, _ in canvas.pictures if _area(box) >= PAGE_SIZED * area]
        # Text under a page-sized picture is not what is seen.
        shown = [n for n, order in enumerate(canvas.orders) if not any(order < o for o, _ in large)]
        pictured = sum(_area(box) for _, box, _ in canvas.pictures) >= PAGE_SIZED * area
        scan = pictured and len(shown) <= FEW
        page = DrawnPage(number, canvas.width, canvas.height, [], np.zeros((0, 4)))
        if not scan and shown:
            page.texts = [canvas.texts[n] for n in shown]
            page.boxes = np.asarray([canvas.boxes[n] for n in shown], dtype=np.float64)
            page.horizontal, page.vertical = segments(canvas.lines)
            page.doubts = canvas.doubts
        for _, box, member in canvas.pictures:
            wide = box[2] - box[0] >= PICTURE_WIDTH * canvas.width and box[3] - box[1] >= PICTURE_HEIGHT
            if wide and member in self._package and self._pictures < MAX_PICTURES:
                self._pictures += 1
                data = self._package.read(member, MAX_PICTURE)
                page.pictures.append(Picture(posixpath.basename(member), data, At(number, box)))
        return page, scan


def _text(item: etree._Element, own: Matrix, canvas: _Canvas) -> None:
    ink = _ink(item)
    size = (_floats(item.get("Size"), 1) or [3.5])[0]
    if size * MM < ILLEGIBLE:
        ink = Ink.HIDDEN
    horizontal = (_floats(item.get("HScale"), 1) or [1.0])[0]
    x = y = 0.0
    for code in item:
        if _local(code) != "TextCode":
            continue
        x = (_floats(code.get("X"), 1) or [x])[0]
        y = (_floats(code.get("Y"), 1) or [y])[0]
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
                box = _bounds(own, x, y - ASCENT * size, x + drawn, y + DESCENT * size)
                if ink != Ink.PLAIN:
                    canvas.doubts.append(box)
                if ink != Ink.HIDDEN:
                    canvas.texts.append(char)
                    canvas.boxes.append(box)
                    canvas.orders.append(canvas.objects)
            if n + 1 < len(text):
                x += step if step is not None else (0.0 if steps_y else width)
                y += steps_y[n] if n < len(steps_y) else 0.0


def _ink(item: etree._Element) -> Ink:
    """How a text object is drawn: not at all, in the colour of paper, or plainly."""
    if item.get("Fill") == "false" and (item.get("Stroke") or "false") == "false":
        return Ink.HIDDEN
    color = next((child for child in item if _local(child) == "FillColor"), None)
    alphas = (item.get("Alpha"), color.get("Alpha") if color is not None else None)
    if any(alpha is not None and (_float(alpha) or 0.0) <= OPAQUE for alpha in alphas):
        return Ink.HIDDEN
    parts = _floats(color.get("Value"), 3) if color is not None else None
    return Ink.FAINT if parts is not None and min(parts) >= PALE else Ink.PLAIN


def _deltas(text: str | None, count: int) -> list[float]:
    """``5 g 3 4.5 6`` -> [5, 4.5, 4.5, 4.5, 6]; no longer than there are characters."""
    out: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if len(out) >= count:
            break
        if word == "g":
            times, step = _float(next(words, "")), _float(next(words, ""))
            if times is None or step is None:
                break
            out.extend([step] * max(0, min(int(times), count - len(out))))
        elif (value := _float(word)) is not None:
            out.append(value)
    return out


def _path(item: etree._Element, own: Matrix, canvas: _Canvas) -> None:
    data = next((child.text or "" for child in item if _local(child) == "AbbreviatedData"), "")
    stroked = (item.get("Stroke") or "true") != "false"
    if not stroked and (item.get("Fill") or "false") == "false":
        return
    words = _NUMBER.findall(data[: 20 * MAX_PATH])
    if len(words) > MAX_PATH:
        return  # a drawing
    outlines: list[list[tuple[float, float]]] = []
    at = 0
    while at < len(words):
        command = words[at]
        count = _ARGUMENTS.get(command)
        if count is None:
            at += 1
            continue
        values = [v for v in (_float(word) for word in words[at + 1 : at + 1 + count]) if v is not None]
        if len(values) < count:
            break
        at += 1 + count
        if command in "MS":
            outlines.append([_point(own, values[0], values[1])])
        elif command == "L" and outlines:
            outlines[-1].append(_point(own, values[0], values[1]))
        elif command == "C" and outlines:
            outlines[-1].append(outlines[-1][0])
        elif command in "QBA":
            return  # curved
    canvas.lines.extend(rules_of(outlines, stroked))


def _placed(own: Matrix, ctm: list[float], boundary: list[float], outer: Matrix) -> Box:
    """Where a picture stands: the unit square under its matrix; some writers leave the matrix out."""
    if ctm == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]:
        return _bounds(outer, boundary[0], boundary[1], boundary[0] + boundary[2], boundary[1] + boundary[3])
    return _bounds(own, 0.0, 0.0, 1.0, 1.0)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    if outer == _SAME:
        return inner
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _point(own: Matrix, x: float, y: float) -> tuple[float, float]:
    """Millimetres of an object to points of the page."""
    a, b, c, d, e, f = own
    return (a * x + c * y + e) * MM, (b * x + d * y + f) * MM


def _bounds(own: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    ax, ay = _point(own, x0, y0)
    bx, by = _point(own, x1, y1)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Elements by local name: writers disagree about the namespace."""
    return (element for element in root.iter() if _local(element) == name)


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e7 else None


def _floats(text: str | None, count: int) -> list[float] | None:
    """Exactly ``count`` numbers; None if there are others or none."""
    values = [_float(word) for word in (text or "").split()[:count]]
    known = [value for value in values if value is not None]
    return known if len(known) == count else None
