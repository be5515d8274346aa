"""XLSX: what a sheet's own XML says beside the values: what is hidden, unsolved, struck out or raised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from reports.blocks import Unreadable
from reports.formats.colours import PAPER, alike
from reports.formats.container import Container, declares_type, inside
from reports.formats.runs import Ink
from reports.formats.sheet.conditional import bounded, hiding, veils
from reports.formats.sheet.model import (
    BUILT_IN,
    ILLEGIBLE,
    SIZE,
    Extra,
    Runs,
    Veil,
    guard,
    hides_nought,
    pieces_of,
    printed,
)

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_PLACE = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>")
_UNSOLVED = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>\s*(\d{1,9})\s*</(?:\w+:)?v>")
_ATTRIBUTE = re.compile(rb"(\w+)=\"([^\"]*)\"")
_TELLING = re.compile(rb"vertAlign|<(?:\w+:)?strike\b|\bval=\"[01](?:\.\d+)?\"|FFFFFFFF|<(?:\w+:)?rPr\b")
# Those of the palette and of every theme that are black or white.
_PLAIN_COLOURS = {"theme 1 None": "000000", "theme 0 None": "FFFFFF", "index 0": "000000", "index 8": "000000",
                  "index 64": "000000", "index 1": "FFFFFF", "index 9": "FFFFFF", "index 65": "FFFFFF"}  # fmt: skip
_Entry = TypeVar("_Entry", Ink, str, float)
_BROKEN = re.compile(rb"<(?:\w+:)?v>\s*-?\d*\.\d")  # a number with decimals
_NARROW = re.compile(rb"0?\.\d+")  # of a column: less than a digit's width
_NO_ZEROS = re.compile(rb"<(?:\w+:)?sheetView\b[^>]*\bshowZeros=\"(?:0|false)\"")
_FAILED = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bt=\"e\")[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"")


@dataclass(slots=True)
class _Prints:
    """How the workbook's styles and shared strings print, where not plainly."""

    by_style: dict[int, Ink] = field(default_factory=dict)
    strings: dict[int, Runs] = field(default_factory=dict)
    decimals: dict[int, int] = field(default_factory=dict)  # by style
    sizes: list[float] = field(default_factory=list)  # of print, by style
    blank_noughts: set[int] = field(default_factory=set)  # styles that show a nought as a blank
    hiding: frozenset[int] = frozenset()  # formats given by a condition that take figures out of sight


def extras(package: Container) -> dict[str, Extra]:
    """By sheet name. A workbook in the binary format (xlsb) gives none."""
    if "xl/workbook.xml" not in package:
        return {}
    root = package.xml("xl/workbook.xml")
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in package:
        for relation in package.xml("xl/_rels/workbook.xml.rels"):
            target = inside("xl", relation.get("Target", ""))
            if target is not None:
                targets[str(relation.get("Id", ""))] = target
    prints = _by_style(package)
    prints.strings = _strings(package)
    out: dict[str, Extra] = {}
    for sheet in root.iter("{*}sheet"):
        identifier = next((str(v) for k, v in sheet.attrib.items() if etree.QName(k).localname == "id"), "")
        target = targets.get(identifier)
        if target is not None and target in package:
            out[str(sheet.get("name", ""))] = _sheet(package.read(target), prints)
    return out


def _sheet(xml: bytes, prints: _Prints) -> Extra:
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in xml[:64]:
        raise Unreadable("a sheet is not written in UTF-8, as every office program does; save it anew and give that")
    if declares_type(xml):
        raise Unreadable("the file declares a document type, which no office program writes; not opened")
    out = Extra(veils=bounded(veils(xml, prints.hiding)), hides_zeros=_NO_ZEROS.search(xml) is not None)
    bottom = right = 0
    for found in _PLACE.finditer(xml):
        bottom, right = max(bottom, int(found[2])), max(right, _column(found[1]) + 1)
    guard(bottom, right)
    number = 0
    for found in _ROW.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        number = int(attributes[b"r"]) if attributes.get(b"r", b"").isdigit() else number + 1
        if attributes.get(b"hidden") in (b"1", b"true") or _is_zero(attributes.get(b"ht")):
            out.hidden_rows.add(number - 1)
    for found in _COL.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        if attributes.get(b"hidden") in (b"1", b"true") or _is_zero(attributes.get(b"width")):
            first, last = attributes.get(b"min", b""), attributes.get(b"max", b"")
            if first.isdigit() and last.isdigit():
                out.hidden_columns.update(range(int(first) - 1, min(int(last), 16384)))
        elif _NARROW.fullmatch(attributes.get(b"width", b"")) and attributes.get(b"min", b"").isdigit():
            first = int(attributes[b"min"]) - 1
            out.veils.append(Veil(0, 1 << 20, first, max(first, int(attributes.get(b"max", b"0")) - 1)))
    out.unsolved = {(int(found[2]) - 1, _column(found[1])) for found in _UNSOLVED.finditer(xml)}
    out.unsolved |= {(int(found[2]) - 1, _column(found[1])) for found in _FAILED.finditer(xml)}
    if (
        prints.by_style
        or prints.strings
        or prints.blank_noughts
        or _TELLING.search(xml)
        or (prints.decimals and _BROKEN.search(xml))
    ):
        _mark(xml, prints, out)
    return out


def _mark(xml: bytes, prints: _Prints, out: Extra) -> None:
    """The cells that are not plainly printed."""
    for found in _CELL.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        reference = re.fullmatch(rb"([A-Z]{1,3})(\d{1,7})", attributes.get(b"r", b""))
        if reference is None:
            continue
        place = int(reference[2]) - 1, _column(reference[1])
        style, kind, content = attributes.get(b"s", b""), attributes.get(b"t"), found[2] or b""
        if style.isdigit() and int(style) in prints.by_style:
            out.inks[place] = prints.by_style[int(style)]
        if style.isdigit() and int(style) in prints.decimals:
            out.decimals[place] = prints.decimals[int(style)]
        if style.isdigit() and int(style) in prints.blank_noughts:
            out.blank_noughts.add(place)
        if kind == b"s" and (value := _VALUE.search(content)) and int(value[1]) in prints.strings:
            runs = prints.strings[int(value[1])]
        elif kind == b"inlineStr" and _TELLING.search(content):
            runs = _runs(_fragment(content))
        else:
            continue
        number = int(style) if style.isdigit() else 0
        pieces = pieces_of(runs, prints.sizes[number] if number < len(prints.sizes) else SIZE)
        if any(ink for _, ink in pieces):
            out.texts[place] = pieces


def _fragment(content: bytes) -> etree._Element:
    """A cell's inner markup, whatever prefixes it uses."""
    bare = re.sub(rb"(</?)\w+:", rb"\1", re.sub(rb"\s\w+:\w+=\"[^\"]*\"", b"", content))
    try:
        return etree.fromstring(
            b"<c>" + bare + b"</c>", etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
    except etree.XMLSyntaxError:
        return etree.Element("c")


def _strings(package: Container) -> dict[int, Runs]:
    """Of the shared strings those in several runs: how they print, their cells tell too."""
    name = "xl/sharedStrings.xml"
    if name not in package or not _TELLING.search(package.read(name)):
        return {}
    out = {}
    for number, item in enumerate(package.xml(name).iterfind("{*}si")):
        if runs := _runs(item):
            out[number] = runs
    return out


def _runs(item: etree._Element) -> Runs:
    runs = ((run.findtext("{*}t") or "", run.find("{*}rPr")) for run in item.iter("{*}r"))
    return tuple((text, _font(properties), _points(properties)) for text, properties in runs)


def _points(font: etree._Element | None) -> float | None:
    """The size of a font, None where it says nothing."""
    stated = font.find("{*}sz") if font is not None else None
    try:
        return float(stated.get("val", "")) if stated is not None else None
    except ValueError:
        return None


def _is_zero(size: bytes | None) -> bool:
    return size is not None and re.fullmatch(rb"0(?:\.0*)?", size) is not None


def _by_style(package: Container) -> _Prints:
    """How the cell formats print, and those that a condition gives."""
    out = _Prints()
    name = "xl/styles.xml"
    if name not in package:
        return out
    root = package.xml(name)
    fonts = [_font(font) for font in root.iterfind("{*}fonts/{*}font")]
    colours = [_colour(font.find("{*}color"), "000000") for font in root.iterfind("{*}fonts/{*}font")]
    codes = {str(number): code for number, code in BUILT_IN.items()}
    codes |= {str(form.get("numFmtId")): form.get("formatCode") or "" for form in root.iterfind("{*}numFmts/{*}numFmt")}
    ways = {number: printed(code) for number, code in codes.items()}
    fills = [_ground(fill) for fill in root.iterfind("{*}fills/{*}fill")]
    heights = [_points(font) or SIZE for font in root.iterfind("{*}fonts/{*}font")]
    out.sizes = [_of(heights, form.get("fontId"), SIZE) for form in root.iterfind("{*}cellXfs/{*}xf")]
    out.hiding = hiding(root.findall("{*}dxfs/{*}dxf"))
    blank = {number for number, code in codes.items() if hides_nought(code)}
    for number, form in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        ink = _of(fonts, form.get("fontId"), Ink.PLAIN)
        ground = _of(fills, form.get("fillId"), "")
        if ink in (Ink.PLAIN, Ink.FAINT):
            color = _of(colours, form.get("fontId"), "000000")
            ink = Ink.FAINT if alike(color.lower(), ground.lower() or PAPER) else Ink.PLAIN
        way, places = ways.get(str(form.get("numFmtId")), (Ink.PLAIN, None))
        if places is not None:
            out.decimals[number] = places
        if str(form.get("numFmtId")) in blank:
            out.blank_noughts.add(number)
        if ink or way:
            out.by_style[number] = max(ink, way)
    return out


def _of(entries: Sequence[_Entry], index: str | None, otherwise: _Entry) -> _Entry:
    return entries[int(index)] if index and index.isdigit() and int(index) < len(entries) else otherwise


def _ground(fill: etree._Element) -> str:
    """The colour that a fill lays behind a cell, empty where it lays none."""
    pattern = fill.find("{*}patternFill")
    kind = "none" if pattern is None else pattern.get("patternType") or "none"
    if pattern is None or kind == "none":
        return "mixed" if fill.find("{*}gradientFill") is not None else ""
    return _colour(pattern.find("{*}fgColor"), "000000") if kind == "solid" else "mixed"


def _colour(color: etree._Element | None, otherwise: str) -> str:
    """A colour in six digits, or as it is said where it is none of the plain ones."""
    if color is None or color.get("auto") is not None:
        return otherwise
    if color.get("rgb"):
        return str(color.get("rgb"))[-6:].upper()
    said = f"theme {color.get('theme')} {color.get('tint')}" if color.get("theme") else f"index {color.get('indexed')}"
    return _PLAIN_COLOURS.get(said, said)


def _font(font: etree._Element | None) -> Ink:
    """How text in a font prints."""
    if font is None:
        return Ink.PLAIN
    attributes: Mapping[str, str] = {
        etree.QName(child).localname: child.get("val") or child.get("rgb") or "1"
        for child in font
        if isinstance(child.tag, str)
    }
    try:
        if float(attributes.get("sz", "10")) < ILLEGIBLE:
            return Ink.HIDDEN
    except ValueError:
        pass
    if attributes.get("strike", "0").lower() not in ("0", "false"):
        return Ink.STRUCK
    if attributes.get("vertAlign") in ("superscript", "subscript"):
        return Ink.RAISED
    return Ink.FAINT if alike(_colour(font.find("{*}color"), "000000").lower(), PAPER) else Ink.PLAIN


def _column(letters: bytes) -> int:
    out = 0
    for byte in letters:
        out = out * 26 + byte - 64
    return out - 1
