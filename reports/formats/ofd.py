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
from reports.formats.ofd_text import (
    MM,
    Canvas,
    Matrix,
    area_of,
    bounds,
    cover,
    draw_text,
    local,
    named,
    number_of,
    numbers_of,
    point,
    times,
)
from reports.formats.pages import DrawnPage, layouts_of, rules_of, segments
from reports.geometry.shapes import Box

MAX_PAGES = 60  # a bound on the time: no annual report is that long
MAX_OBJECTS = 60_000  # a page
MAX_PATH = 2_000  # numbers and letters of one path
MAX_DEPTH = 8  # blocks and composite objects within each other
MAX_PICTURE = 40 * 1024 * 1024  # bytes; a bound on the memory
MAX_PICTURES = 60  # one a page
PAGE_SIZED = 0.6  # share of the page from which on a picture is the page
FEW = 40  # characters that a scanned page may carry
PICTURE_WIDTH, PICTURE_HEIGHT = 0.4, 40.0  # of the page's width; points

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z]")
_ARGUMENTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def blocks(data: bytes) -> Blocks:
    """The document as blocks; pages that are pictures as ``Picture``. Raises Unreadable."""
    with Container(data) as package:
        if "OFD.xml" not in package and not package.incomplete:
            raise Unreadable("the file has no OFD.xml; fetch it again or ask for it")
        out = _Ofd(package).read()
        out.incomplete = package.incomplete
        return out


def drawings(data: bytes) -> tuple[list[Canvas], dict[str, bytes]]:
    """What is drawn on each page, glyph by glyph, and the fonts that the file brings. Raises Unreadable."""
    with Container(data) as package:
        canvases = list(_Ofd(package, glyphs=True).canvases())
        members = {glyph.font for canvas in canvases for glyph in canvas.glyphs} - {""}
        return canvases, {name: package.read(name, MAX_PICTURE) for name in sorted(members) if name in package}


@dataclass(slots=True)
class _Resources:
    media: dict[str, str] = field(default_factory=dict)  # id -> member
    composites: dict[str, etree._Element] = field(default_factory=dict)
    templates: dict[str, str | None] = field(default_factory=dict)
    fonts: dict[str, str] = field(default_factory=dict)  # id -> member, where the file brings it


class _Ofd:
    def __init__(self, package: Container, glyphs: bool = False) -> None:
        self._package = package
        self._glyphs = glyphs
        self._pictures = 0
        self._warnings: list[str] = []

    def read(self) -> Blocks:
        out = Blocks("ofd")
        pages: list[DrawnPage] = []
        scanned = 0
        for canvas in self.canvases():
            page, scan = self._page(canvas, len(pages) + 1)
            page.doubtful = canvas.partial
            pages.append(page)
            scanned += scan
        if not pages:
            raise Unreadable("the OFD has no pages; fetch it again or ask for it")
        out.layouts = layouts_of(pages)
        out.warnings = self._warnings
        return out

    def canvases(self) -> Iterator[Canvas]:
        """The pages of all documents inside; where the file breaks off before they are named, those that are whole."""
        roots = named(self._package.xml("OFD.xml"), "DocRoot") if "OFD.xml" in self._package else ()
        paths = [inside("", root.text or "") for root in roots]
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

    def _unnamed_pages(self) -> Iterator[Canvas]:
        """Pages by their places in the container. What the document says of all its pages is not at hand: of a page that is
        drawn over a template all is in doubt."""
        found = {
            int(place[1]): info.filename for info in self._package.infos() if (place := OFD_PAGE.search(info.filename))
        }
        for number in sorted(found)[:MAX_PAGES]:
            page = self._package.xml(found[number])
            canvas = self._canvas(page, found[number], None, _Resources())
            canvas.partial = canvas.partial or next(named(page, "Template"), None) is not None
            yield canvas

    def _document(self, path: str, before: int) -> Iterator[Canvas]:
        document = self._package.xml(path)
        folder = posixpath.dirname(path)
        resources = _Resources()
        for name in ("PublicRes", "DocumentRes"):
            for reference in named(document, name):
                self._resources(inside(folder, reference.text or ""), resources)
        resources.templates = {
            template.get("ID", ""): inside(folder, template.get("BaseLoc", ""))
            for template in named(document, "TemplatePage")
        }
        area = next(named(document, "PhysicalBox"), None)
        pages = [page for pages in named(document, "Pages") for page in pages if local(page) == "Page"]
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
    ) -> Canvas:
        """What is drawn on a page."""
        own = next(named(page, "PhysicalBox"), area)
        left, top, width, height = numbers_of(own.text if own is not None else None, 4) or [0.0, 0.0, 210.0, 297.0]
        if not (0 < width < 1e5 and 0 < height < 1e5):
            raise Unreadable("a page of the OFD has an absurd size; it is not opened", "pixels")
        canvas = Canvas(width * MM, height * MM, partial=self._package.is_cut(location))
        origin: Matrix = (1.0, 0.0, 0.0, 1.0, -left, -top)
        used = _Resources(dict(resources.media), dict(resources.composites), fonts=dict(resources.fonts))
        for reference in named(page, "PageRes"):
            self._resources(inside(posixpath.dirname(location), reference.text or ""), used)
        if self._glyphs:
            canvas.fonts = used.fonts
        for template in named(page, "Template"):
            member = resources.templates.get(template.get("TemplateID", ""))
            if member is not None and member in self._package:
                canvas.partial = canvas.partial or self._package.is_cut(member)
                self._content(self._package.xml(member), canvas, used, origin)
        self._content(page, canvas, used, origin)
        return canvas

    def _resources(self, path: str | None, out: _Resources) -> None:
        if path is None or path not in self._package:
            return
        root = self._package.xml(path)
        folder = inside(posixpath.dirname(path), root.get("BaseLoc") or ".") or ""
        for media in named(root, "MultiMedia"):
            file = next(named(media, "MediaFile"), None)
            member = inside("" if folder == "." else folder, (file.text or "") if file is not None else "")
            if member is not None:
                out.media[media.get("ID", "")] = member
        for font in named(root, "Font"):
            file = next(named(font, "FontFile"), None)
            member = inside("" if folder == "." else folder, (file.text or "") if file is not None else "")
            if file is not None and member is not None:
                out.fonts[font.get("ID", "")] = member
        for unit in named(root, "CompositeGraphicUnit"):
            out.composites[unit.get("ID", "")] = unit

    # ---- a page

    def _content(self, page: etree._Element, canvas: Canvas, resources: _Resources, outer: Matrix) -> None:
        for content in page:
            if local(content) == "Content":
                for layer in content:
                    self._objects(layer, canvas, resources, outer, 0)

    def _objects(
        self, parent: etree._Element, canvas: Canvas, resources: _Resources, outer: Matrix, depth: int
    ) -> None:
        if depth > MAX_DEPTH:
            raise Unreadable("the OFD nests its blocks deeper than any report; not read", "depth")
        for item in parent:
            kind = local(item)
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
            boundary = numbers_of(item.get("Boundary"), 4) or [0.0, 0.0, 0.0, 0.0]
            ctm = numbers_of(item.get("CTM"), 6) or [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
            own = times((ctm[0], ctm[1], ctm[2], ctm[3], ctm[4] + boundary[0], ctm[5] + boundary[1]), outer)
            if kind == "TextObject":
                draw_text(item, own, canvas)
            elif kind == "PathObject":
                _path(item, own, canvas)
                cover(item, own, canvas)
            elif kind == "ImageObject":
                member = resources.media.get(item.get("ResourceID", ""))
                if member is not None:
                    box = _placed(own, ctm, boundary, outer)
                    canvas.pictures.append((canvas.objects, box, member))
            else:
                unit = resources.composites.get(item.get("ResourceID", ""))
                content = next(named(unit, "Content"), None) if unit is not None else None
                if content is not None:
                    self._objects(content, canvas, resources, own, depth + 1)

    def _page(self, canvas: Canvas, number: int) -> tuple[DrawnPage, bool]:
        area = canvas.width * canvas.height
        large = [(order, box) for order, box, _ in canvas.pictures if area_of(box) >= PAGE_SIZED * area]
        # Text under a page-sized picture is not what is seen.
        shown = [n for n, order in enumerate(canvas.orders) if not any(order < o for o, _ in large)]
        pictured = sum(area_of(box) for _, box, _ in canvas.pictures) >= PAGE_SIZED * area
        scan = pictured and len(shown) <= FEW
        page = DrawnPage(number, canvas.width, canvas.height, [], np.zeros((0, 4)))
        if not scan and shown:
            page.texts = [canvas.texts[n] for n in shown]
            page.boxes = np.asarray([canvas.boxes[n] for n in shown], dtype=np.float64)
            page.horizontal, page.vertical = segments(canvas.lines)
            page.doubts = canvas.doubts + _covered(canvas)
        for _, box, member in canvas.pictures:
            wide = box[2] - box[0] >= PICTURE_WIDTH * canvas.width and box[3] - box[1] >= PICTURE_HEIGHT
            if wide and member in self._package and self._pictures < MAX_PICTURES:
                self._pictures += 1
                data = self._package.read(member, MAX_PICTURE)
                page.pictures.append(Picture(posixpath.basename(member), data, At(number, box)))
        return page, scan


def _covered(canvas: Canvas) -> list[Box]:
    """The characters over which paper is laid."""
    if not canvas.covers:
        return []
    boxes = np.asarray(canvas.boxes, dtype=np.float64)
    cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    hidden = np.zeros(len(boxes), dtype=bool)
    for count, (x0, y0, x1, y1) in canvas.covers:
        hidden[:count] |= ((cx > x0) & (cx < x1) & (cy > y0) & (cy < y1))[:count]
    return [canvas.boxes[n] for n in np.flatnonzero(hidden).tolist()]


def _path(item: etree._Element, own: Matrix, canvas: Canvas) -> None:
    data = next((child.text or "" for child in item if local(child) == "AbbreviatedData"), "")
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
        values = [v for v in (number_of(word) for word in words[at + 1 : at + 1 + count]) if v is not None]
        if len(values) < count:
            break
        at += 1 + count
        if command in "MS":
            outlines.append([point(own, values[0], values[1])])
        elif command == "L" and outlines:
            outlines[-1].append(point(own, values[0], values[1]))
        elif command == "C" and outlines:
            outlines[-1].append(outlines[-1][0])
        elif command in "QBA":
            return  # curved
    canvas.lines.extend(rules_of(outlines, stroked))


def _placed(own: Matrix, ctm: list[float], boundary: list[float], outer: Matrix) -> Box:
    """Where a picture stands: the unit square under its matrix; some writers leave the matrix out."""
    if ctm == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]:
        return bounds(outer, boundary[0], boundary[1], boundary[0] + boundary[2], boundary[1] + boundary[3])
    return bounds(own, 0.0, 0.0, 1.0, 1.0)
