"""DOCX and ODT: zip and XML to paragraphs, grids and pictures.

What the reader of the printed page sees is what counts: deleted revisions, hidden text and field codes are left out,
insertions and field results are kept, automatic numbers are written out, of alternative drawings one is taken.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from reports.blocks import Block, Blocks, Paragraph, Picture, Unreadable
from reports.formats import flow
from reports.formats.container import Container, inside
from reports.formats.flow import Draft

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_R_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PR = "{http://schemas.openxmlformats.org/package/2006/relationships}"

MAX_PICTURE = 40 * 1024 * 1024
MAX_PICTURES = 60
_EMU_CM = 360_000
# A table is wider than this on paper; seals, logos and codes are not.
MIN_PICTURE_CM = 6.0
MAX_REPEATED = 400  # ODT: columns or rows that one element stands for
_OFF = frozenset(("0", "false", "off", "none"))

_INLINE = frozenset(("ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "customXml", "dir", "bdo", "sdtContent"))
_BLOCKY = frozenset(("ins", "moveTo", "customXml", "sdtContent"))


def blocks(data: bytes) -> Blocks:
    """The document as blocks; ODT and DOCX are told apart by what is inside. Raises Unreadable."""
    with Container(data) as package:
        if "word/document.xml" in package:
            return _Docx(package).read()
        if "content.xml" in package:
            return _Odt(package).read()
    raise Unreadable("the file holds no document (neither word/document.xml nor content.xml); fetch it again")


# ------------------------------------------------------------------------------------------------------------- DOCX


@dataclass(slots=True)
class _Style:
    based_on: str | None = None
    heading: bool = False
    hidden: bool = False
    num_id: str | None = None
    level: int = 0


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _State:
    """Of the fields that are open: True while their result is being read, False while their code is."""

    fields: list[bool] = field(default_factory=list)

    @property
    def shown(self) -> bool:
        return all(self.fields)


class _Docx:
    def __init__(self, package: Container) -> None:
        self._package = package
        self._relations = self._read_relations()
        self._styles = self._read_styles()
        self._levels, self._numbers = self._read_numbering()
        self._counters: dict[tuple[str, int], int] = {}
        self._pictures = 0
        self._depth = 0

    def read(self) -> Blocks:
        root = _transitional(self._package.xml("word/document.xml"))
        body = root.find(f"{_W}body")
        if body is None:
            raise Unreadable("the document has no body; fetch it again or ask for it")
        return Blocks("docx", flow.numbered(self._blocks(body)))

    # ---- parts beside the text

    def _read_relations(self) -> dict[str, str]:
        name = "word/_rels/document.xml.rels"
        if name not in self._package:
            return {}
        out = {}
        for relation in self._package.xml(name).iter(f"{_PR}Relationship"):
            if relation.get("TargetMode") != "External":
                target = inside("word", relation.get("Target", ""))
                if target is not None:
                    out[relation.get("Id", "")] = target
        return out

    def _read_styles(self) -> dict[str, _Style]:
        out: dict[str, _Style] = {}
        if "word/styles.xml" not in self._package:
            return out
        for style in _transitional(self._package.xml("word/styles.xml")).iterfind(f"{_W}style"):
            name = _value(style.find(f"{_W}name")) or ""
            entry = _Style(_value(style.find(f"{_W}basedOn")))
            entry.heading = name.lower().startswith("heading") or style.find(f"{_W}pPr/{_W}outlineLvl") is not None
            entry.hidden = _on(style.find(f"{_W}rPr/{_W}vanish"))
            entry.num_id = _value(style.find(f"{_W}pPr/{_W}numPr/{_W}numId"))
            entry.level = _whole(_value(style.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")))
            out[style.get(f"{_W}styleId", "")] = entry
        return out

    def _chain(self, style: str | None) -> Iterator[_Style]:
        seen: set[str] = set()
        while style and style not in seen and style in self._styles:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on

    def _read_numbering(self) -> tuple[dict[str, dict[int, _Level]], dict[str, str]]:
        levels: dict[str, dict[int, _Level]] = {}
        numbers: dict[str, str] = {}
        if "word/numbering.xml" not in self._package:
            return levels, numbers
        root = _transitional(self._package.xml("word/numbering.xml"))
        for abstract in root.iterfind(f"{_W}abstractNum"):
            found: dict[int, _Level] = {}
            for level in abstract.iterfind(f"{_W}lvl"):
                found[_whole(level.get(f"{_W}ilvl"))] = _Level(
                    _whole(_value(level.find(f"{_W}start")) or "1"),
                    _value(level.find(f"{_W}numFmt")) or "decimal",
                    _value(level.find(f"{_W}lvlText")) or "",
                )
            levels[abstract.get(f"{_W}abstractNumId", "")] = found
        for number in root.iterfind(f"{_W}num"):
            numbers[number.get(f"{_W}numId", "")] = _value(number.find(f"{_W}abstractNumId")) or ""
        return levels, numbers

    # ---- the text

    def _blocks(self, parent: etree._Element) -> list[Block]:
        """The blocks of a body, a cell, a text box."""
        self._depth += 1
        if self._depth > flow.MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        out: list[Block] = []
        for child in parent:
            name = _local(child)
            if name == "p":
                out.extend(self._paragraph(child))
            elif name == "tbl":
                out.extend(self._table(child))
            elif name == "sdt":
                content = child.find(f"{_W}sdtContent")
                if content is not None:
                    out.extend(self._blocks(content))
            elif name in _BLOCKY:
                out.extend(self._blocks(child))
            elif child.tag == f"{_MC}AlternateContent":
                chosen = _choice(child)
                if chosen is not None:
                    out.extend(self._blocks(chosen))
        self._depth -= 1
        return out

    def _paragraph(self, p: etree._Element) -> list[Block]:
        properties = p.find(f"{_W}pPr")
        style = _value(properties.find(f"{_W}pStyle")) if properties is not None else None
        heading = any(s.heading for s in self._chain(style))
        if properties is not None and properties.find(f"{_W}outlineLvl") is not None:
            heading = _whole(_value(properties.find(f"{_W}outlineLvl"))) < 9
        hidden = any(s.hidden for s in self._chain(style))
        text: list[str] = []
        behind: list[Block] = []
        if not hidden:
            self._runs(p, text, behind, _State())
        printed = "".join(text)
        number = self._number(properties, style) if printed.strip() else ""
        out: list[Block] = []
        if printed.strip():
            out.append(Paragraph(number + printed, heading=heading))
        return out + behind

    def _runs(self, parent: etree._Element, text: list[str], behind: list[Block], state: _State) -> None:
        for child in parent:
            name = _local(child)
            if name == "r":
                if not self._hidden(child):
                    self._run(child, text, behind, state)
            elif name == "sdt":
                content = child.find(f"{_W}sdtContent")
                if content is not None:
                    self._runs(content, text, behind, state)
            elif name in _INLINE:
                self._runs(child, text, behind, state)
            elif child.tag == f"{_MC}AlternateContent":
                chosen = _choice(child)
                if chosen is not None:
                    self._runs(chosen, text, behind, state)
            elif isinstance(child.tag, str) and child.tag.startswith(_M) and state.shown:
                text.extend(t.text or "" for t in child.iter(f"{_M}t"))

    def _hidden(self, run: etree._Element) -> bool:
        properties = run.find(f"{_W}rPr")
        if properties is None:
            return False
        if (vanish := properties.find(f"{_W}vanish")) is not None:
            return _on(vanish)
        return any(s.hidden for s in self._chain(_value(properties.find(f"{_W}rStyle"))))

    def _run(self, run: etree._Element, text: list[str], behind: list[Block], state: _State) -> None:
        for child in run:
            name = _local(child)
            if name == "fldChar":
                kind = child.get(f"{_W}fldCharType")
                if kind == "begin":
                    state.fields.append(False)
                elif state.fields and kind == "separate":
                    state.fields[-1] = True
                elif state.fields and kind == "end":
                    state.fields.pop()
            elif not state.shown:
                continue
            elif name == "t":
                text.append(child.text or "")
            elif name == "tab":
                text.append("\t")
            elif name in ("br", "cr"):
                text.append("\n")
            elif name == "noBreakHyphen":
                text.append("-")
            elif name == "ruby":
                base = child.find(f"{_W}rubyBase")
                if base is not None:
                    self._runs(base, text, behind, state)
            elif name in ("drawing", "pict", "object"):
                self._drawing(child, behind)
            elif child.tag == f"{_MC}AlternateContent":
                chosen = _choice(child)
                if chosen is not None:
                    self._run(chosen, text, behind, state)

    def _drawing(self, drawing: etree._Element, behind: list[Block]) -> None:
        """Text boxes are read behind their paragraph; of alternatives within the drawing only one."""
        stack = [drawing]
        while stack:
            element = stack.pop()
            if element.tag == f"{_W}txbxContent":
                behind.extend(self._blocks(element))
                continue
            if element.tag == f"{_MC}AlternateContent":
                chosen = _choice(element)
                stack.extend([] if chosen is None else [chosen])
                continue
            if element.tag == f"{_A}blip":
                self._picture(element.get(f"{_R}embed"), drawing, behind)
            elif element.tag == f"{_V}imagedata":
                self._picture(element.get(f"{_R}id"), drawing, behind)
            stack.extend(reversed(element))

    def _picture(self, relation: str | None, drawing: etree._Element, behind: list[Block]) -> None:
        target = self._relations.get(relation or "")
        if target is None or target not in self._package or self._pictures >= MAX_PICTURES:
            return
        extent = next(drawing.iter(f"{_WP}extent"), None)
        if extent is not None and _whole(extent.get("cx")) < MIN_PICTURE_CM * _EMU_CM:
            return
        self._pictures += 1
        behind.append(Picture(posixpath.basename(target), self._package.read(target, MAX_PICTURE)))

    def _number(self, properties: etree._Element | None, style: str | None) -> str:
        """The automatic number in front of a paragraph, as printed; empty where there is none."""
        numbering = properties.find(f"{_W}numPr") if properties is not None else None
        num_id: str | None = None
        level = 0
        if numbering is not None:
            num_id = _value(numbering.find(f"{_W}numId"))
            level = _whole(_value(numbering.find(f"{_W}ilvl")))
        if num_id is None:
            for entry in self._chain(style):
                if entry.num_id is not None:
                    num_id, level = entry.num_id, entry.level if numbering is None else level
                    break
        abstract = self._numbers.get(num_id or "")
        levels = self._levels.get(abstract or "", {})
        if abstract is None or num_id == "0" or level not in levels:
            return ""
        self._counters[abstract, level] = self._counters.get((abstract, level), levels[level].start - 1) + 1
        for deeper in [key for key in self._counters if key[0] == abstract and key[1] > level]:
            del self._counters[deeper]
        out = levels[level].text
        for n, spec in levels.items():
            if f"%{n + 1}" in out:
                count = self._counters.get((abstract, n), spec.start)
                out = out.replace(f"%{n + 1}", numeral(count, spec.format))
        return out if any(c.isalnum() for c in out) else ""

    def _table(self, tbl: etree._Element) -> list[Block]:
        rows: list[list[Draft]] = []
        open_merges: set[int] = set()
        for tr in _children(tbl, "tr"):
            properties = tr.find(f"{_W}trPr")
            column = 0
            if properties is not None:
                if properties.find(f"{_W}del") is not None or _on(properties.find(f"{_W}hidden")):
                    continue
                column = _whole(_value(properties.find(f"{_W}gridBefore")))
            row: list[Draft] = []
            merges: set[int] = set()
            for tc in _children(tr, "tc"):
                cell = tc.find(f"{_W}tcPr")
                span = max(1, min(_whole(_value(cell.find(f"{_W}gridSpan")) or "1") if cell is not None else 1, 200))
                vertical = cell.find(f"{_W}vMerge") if cell is not None else None
                horizontal = cell.find(f"{_W}hMerge") if cell is not None else None
                if horizontal is not None and (_value(horizontal) or "continue") == "continue" and row:
                    row[-1].span += span
                    column += span
                    continue
                draft = Draft(self._blocks(tc), column, span)
                if vertical is not None:
                    merges.add(column)
                    # A continuation with text of its own, or of nothing above, is printed: it is a cell.
                    if (
                        (_value(vertical) or "continue") == "continue"
                        and column in open_merges
                        and not draft.text
                        and not draft.layout
                    ):
                        column += span
                        continue
                row.append(draft)
                column += span
            open_merges = merges
            rows.append(row)
        return flow.table(rows)


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows or cells, through content controls and tracked changes."""
    for child in parent:
        local = _local(child)
        if local == name:
            yield child
        elif local == "sdt":
            content = child.find(f"{_W}sdtContent")
            if content is not None:
                yield from _children(content, name)
        elif local in _BLOCKY:
            yield from _children(child, name)


def _transitional(root: etree._Element) -> etree._Element:
    """Strict Open XML uses other namespaces for the same names."""
    if root.tag.startswith(_W_STRICT):
        for element in root.iter(etree.Element):
            if element.tag.startswith(_W_STRICT):
                element.tag = _W + element.tag[len(_W_STRICT) :]
            for key, value in list(element.attrib.items()):
                for strict, plain in ((_W_STRICT, _W), (_R_STRICT, _R)):
                    if str(key).startswith(strict):
                        element.set(plain + str(key)[len(strict) :], value)
    return root


def _choice(alternate: etree._Element) -> etree._Element | None:
    found = alternate.find(f"{_MC}Choice")
    return found if found is not None else alternate.find(f"{_MC}Fallback")


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag[len(_W) :] if isinstance(tag, str) and tag.startswith(_W) else ""


def _value(element: etree._Element | None) -> str | None:
    return None if element is None else element.get(f"{_W}val")


def _on(element: etree._Element | None) -> bool:
    return element is not None and (element.get(f"{_W}val") or "1").lower() not in _OFF


def _whole(text: str | None) -> int:
    """A whole number of the markup; 0 where there is none or it is absurd."""
    try:
        value = int(text or "0")
    except ValueError:
        return 0
    return value if -(10**9) < value < 10**9 else 0


_DIGITS = "零一二三四五六七八九"


def numeral(value: int, kind: str) -> str:
    """A list number in one of Word's formats; formats that reports do not use come out as digits."""
    if kind in ("chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "ideographDigital",
                "taiwaneseCountingThousand", "taiwaneseCounting"):  # fmt: skip
        return chinese(value)
    if kind in ("none", "bullet"):
        return ""
    if kind == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if kind in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(0xFF10 + int(c)) for c in str(value)) if value >= 0 else str(value)
    if kind in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + value - 1)
    return str(value)


def chinese(value: int) -> str:
    """1…99 as printed before headings: 12 -> 十二, 20 -> 二十; others digit by digit."""
    if 1 <= value <= 99:
        tens, ones = divmod(value, 10)
        return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    return "".join(_DIGITS[int(c)] for c in str(abs(value)))


# -------------------------------------------------------------------------------------------------------------- ODT

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"

_ODT_SKIP = frozenset((f"{_TEXT}tracked-changes", f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}hidden-text",
                       f"{_TEXT}ruby-text", f"{_TEXT}sequence-decls", f"{_OFFICE}forms"))  # fmt: skip
_ODT_GROUPS = frozenset((f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group",
                         f"{_TABLE}table-header-columns"))  # fmt: skip


class _Odt:
    def __init__(self, package: Container) -> None:
        self._package = package
        self._hidden: set[str] = set()
        self._pictures = 0
        self._depth = 0

    def read(self) -> Blocks:
        root = self._package.xml("content.xml")
        for style in root.iter(f"{_STYLE}style"):
            properties = style.find(f"{_STYLE}text-properties")
            if properties is not None and properties.get(f"{_TEXT}display") == "none":
                self._hidden.add(style.get(f"{_STYLE}name", ""))
        body = root.find(f"{_OFFICE}body/{_OFFICE}text")
        if body is None:
            raise Unreadable("the document has no text body; fetch it again or ask for it")
        return Blocks("odt", flow.numbered(self._blocks(body)))

    def _blocks(self, parent: etree._Element) -> list[Block]:
        self._depth += 1
        if self._depth > flow.MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        out: list[Block] = []
        for child in parent:
            tag = child.tag
            if tag in _ODT_SKIP or not isinstance(tag, str):
                continue
            if tag in (f"{_TEXT}p", f"{_TEXT}h"):
                text: list[str] = []
                behind: list[Block] = []
                if child.get(f"{_TEXT}style-name", "") not in self._hidden:
                    self._inline(child, text, behind)
                printed = "".join(text)
                if printed.strip():
                    out.append(Paragraph(printed, heading=tag == f"{_TEXT}h"))
                out.extend(behind)
            elif tag == f"{_TABLE}table":
                out.extend(self._table(child))
            elif tag == f"{_DRAW}frame":
                self._frame(child, out)
            else:  # sections, lists, indexes, shapes
                out.extend(self._blocks(child))
        self._depth -= 1
        return out

    def _inline(self, parent: etree._Element, text: list[str], behind: list[Block]) -> None:
        if parent.text:
            text.append(_collapsed(parent.text))
        for child in parent:
            tag = child.tag
            if tag == f"{_TEXT}s":
                text.append(" " * min(_whole(child.get(f"{_TEXT}c") or "1"), MAX_REPEATED))
            elif tag == f"{_TEXT}tab":
                text.append("\t")
            elif tag == f"{_TEXT}line-break":
                text.append("\n")
            elif tag == f"{_DRAW}frame":
                self._frame(child, behind)
            elif tag in (f"{_DRAW}custom-shape", f"{_DRAW}rect"):
                behind.extend(self._blocks(child))
            elif tag not in _ODT_SKIP and child.get(f"{_TEXT}style-name", "") not in self._hidden:
                self._inline(child, text, behind)
            if child.tail:
                text.append(_collapsed(child.tail))

    def _frame(self, frame: etree._Element, out: list[Block]) -> None:
        box = frame.find(f"{_DRAW}text-box")
        if box is not None:
            out.extend(self._blocks(box))
            return
        image = frame.find(f"{_DRAW}image")
        target = inside("", image.get(f"{_XLINK}href", "")) if image is not None else None
        if target is None or target not in self._package or self._pictures >= MAX_PICTURES:
            return
        if _centimetres(frame.get(f"{_SVG}width")) < MIN_PICTURE_CM:
            return
        self._pictures += 1
        out.append(Picture(posixpath.basename(target), self._package.read(target, MAX_PICTURE)))

    def _table(self, element: etree._Element) -> list[Block]:
        rows: list[list[Draft]] = []
        for tr in self._rows(element):
            row: list[Draft] = []
            column = 0
            for cell in tr:
                repeated = max(1, min(_whole(cell.get(f"{_TABLE}number-columns-repeated") or "1"), MAX_REPEATED))
                if cell.tag == f"{_TABLE}covered-table-cell":
                    column += repeated
                elif cell.tag == f"{_TABLE}table-cell":
                    span = max(1, min(_whole(cell.get(f"{_TABLE}number-columns-spanned") or "1"), MAX_REPEATED))
                    parts = self._blocks(cell)
                    for _ in range(repeated):
                        row.append(Draft(parts, column, span))
                        column += 1
            count = max(1, min(_whole(tr.get(f"{_TABLE}number-rows-repeated") or "1"), MAX_REPEATED))
            rows.extend([row] * (count if any(cell.text for cell in row) else 1))
        return flow.table(rows)

    def _rows(self, element: etree._Element) -> Iterator[etree._Element]:
        for child in element:
            if child.tag == f"{_TABLE}table-row":
                if child.get(f"{_TABLE}visibility", "visible") == "visible":
                    yield child
            elif child.tag in _ODT_GROUPS:
                yield from self._rows(child)


def _collapsed(text: str) -> str:
    """In ODF a run of white space is one blank; line ends are only the writer's."""
    return " ".join(text.split("\n")) if "\n" in text else text


def _centimetres(length: str | None) -> float:
    """``16.5cm``, ``6.5in``, ``165mm``, ``468pt`` in centimetres; wide where it is not given."""
    if not length:
        return 100.0
    for unit, factor in (("cm", 1.0), ("mm", 0.1), ("in", 2.54), ("pt", 2.54 / 72), ("px", 2.54 / 96)):
        if length.endswith(unit):
            try:
                return float(length[: -len(unit)]) * factor
            except ValueError:
                return 100.0
    return 100.0
