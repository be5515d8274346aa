"""The markup of DOCX: its names, and the parts of a document beside its text (relations, styles, lists)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from reports.formats.colours import alike, mixed
from reports.formats.container import Container, inside
from reports.formats.word.faces import Face, is_squeezed
from reports.formats.word.numbering import Level, Numbering

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
R_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"
PR = "{http://schemas.openxmlformats.org/package/2006/relationships}"

RUN_PROPERTIES = f"{W}rPr"
_OFF = frozenset(("0", "false", "off", "none"))
# Of these a style and the style of the paragraph around it undo each other: ISO/IEC 29500-1, 17.7.3.
_TOGGLES = ("strike", "dstrike", "vanish")
_HIGHLIGHTS = {"black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000",
               "yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
               "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080",
               "lightGray": "C0C0C0"}  # fmt: skip
Properties = dict[str, str]


@dataclass(slots=True)
class Style:
    """A style: what it is based on, and what it says itself."""

    based_on: str | None = None
    heading: bool = False
    num_id: str | None = None
    level: int = 0
    run: Properties = field(default_factory=dict)
    ground: str = ""  # of its paragraphs
    grounds: frozenset[str] = frozenset()  # that it lays behind cells of a table, wherever in it


class Styles:
    """The styles of a document."""

    def __init__(self, package: Container) -> None:
        self._styles: dict[str, Style] = {}
        self._defaults: Properties = {}
        self._default_paragraph: str | None = None
        if "word/styles.xml" not in package:
            return
        root = transitional(package.xml("word/styles.xml"))
        self._defaults = run_properties(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        for style in root.iterfind(f"{W}style"):
            name = value(style.find(f"{W}name")) or ""
            entry = Style(value(style.find(f"{W}basedOn")))
            entry.heading = name.lower().startswith("heading") or style.find(f"{W}pPr/{W}outlineLvl") is not None
            entry.num_id = value(style.find(f"{W}pPr/{W}numPr/{W}numId"))
            entry.level = whole(value(style.find(f"{W}pPr/{W}numPr/{W}ilvl")))
            entry.run = run_properties(style.find(f"{W}rPr"))
            entry.ground = ground_of(style.find(f"{W}pPr"))
            laid = (ground_of(each) for each in style.iter(f"{W}tblPr", f"{W}tcPr", f"{W}trPr"))
            entry.grounds = frozenset(ground.lower() for ground in laid if ground)
            identifier = style.get(f"{W}styleId", "")
            self._styles[identifier] = entry
            if style.get(f"{W}type") == "paragraph" and is_true(style.get(f"{W}default")):
                self._default_paragraph = identifier

    def chain(self, style: str | None) -> Iterator[Style]:
        """The style and those it is based on."""
        seen: set[str] = set()
        while style and style not in seen and style in self._styles:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on

    def of_paragraph(self, style: str | None, table: str | None) -> Properties:
        """What runs of a paragraph have by its style, the style of its table and the document's defaults."""
        out = dict(self._defaults)
        for name in (table, style if style is not None else self._default_paragraph):
            out.update(self._own(name))
        return out

    def ground_of_paragraph(self, style: str | None) -> str:
        """The colour that a style lays behind a paragraph, empty for none."""
        style = style if style is not None else self._default_paragraph
        return next((entry.ground for entry in self.chain(style) if entry.ground), "")

    def grounds_of_table(self, style: str | None) -> frozenset[str]:
        """The colours that a table's style may lay behind a cell: of the whole, of its head, of every second row."""
        return frozenset().union(*(entry.grounds for entry in self.chain(style)))

    def _own(self, name: str | None) -> Properties:
        out: Properties = {}
        for style in reversed(list(self.chain(name))):
            out.update(style.run)
        return out

    def of_run(self, properties: etree._Element | None, around: Properties) -> Properties:
        """What a run has in a paragraph whose runs have ``around``."""
        if properties is None:
            return around
        out = dict(around)
        own = self._own(value(properties.find(f"{W}rStyle")))
        for name, stated in own.items():
            both = name in _TOGGLES and is_true(stated) and is_true(around.get(name, "0"))
            out[name] = "0" if both else stated
        out.update(run_properties(properties))
        return out


def run_properties(element: etree._Element | None) -> Properties:
    """What counts of run properties, by name."""
    out: Properties = {}
    if element is None:
        return out
    for child in element:
        name = local(child)
        if name in _TOGGLES:
            out[name] = child.get(f"{W}val") or "1"
        elif name in ("vertAlign", "position", "sz", "color", "highlight", "spacing", "w"):
            out[name] = child.get(f"{W}val") or ""
        elif name == "shd":
            out[name] = _shade(child)
    return out


def face(properties: Properties, ground: str, perhaps: frozenset[str] = frozenset()) -> Face:
    """How a run with these properties is printed; ``ground``: the colour behind its paragraph or cell, empty for paper;
    ``perhaps``: those of which one may lie there instead."""
    struck, hidden = (is_true(properties.get(name, "0")) for name in ("strike", "vanish"))
    size = properties.get("sz")
    ground = properties.get("shd") or ground
    highlight = properties.get("highlight", "none")
    if highlight != "none":
        ground = _HIGHLIGHTS.get(highlight, highlight)
    color = properties.get("color", "").lower()
    if not ground and any(alike(color, other) for other in perhaps):
        ground = color
    return Face(
        struck=struck or is_true(properties.get("dstrike", "0")),
        hidden=hidden,
        raised=properties.get("vertAlign") in ("superscript", "subscript"),
        offset=whole(properties.get("position")) / 2,
        size=whole(size) / 2 if size and size.isdigit() else None,
        color=color,
        ground=ground.lower(),
        squeezed=is_squeezed(whole(properties.get("spacing")) / 20, whole(properties.get("w")) or 100),
    )


def ground_of(properties: etree._Element | None) -> str:
    """The colour that a cell or a paragraph has behind it, empty where it has none of its own."""
    shading = first(properties, f"{W}shd") if properties is not None else None
    return "" if shading is None else _shade(shading)


def _shade(shading: etree._Element) -> str:
    pattern = shading.get(f"{W}val") or "clear"
    share = 1.0 if pattern == "solid" else whole(pattern[3:]) / 100 if pattern.startswith("pct") else 0.0
    fore, back = (
        stated if (stated := shading.get(f"{W}{name}") or "auto") != "auto" else "" for name in ("color", "fill")
    )
    return mixed(fore.lower(), back.lower(), share)


def read_relations(package: Container) -> dict[str, str]:
    """Identifier -> member, of what the text refers to inside the package."""
    name = "word/_rels/document.xml.rels"
    if name not in package:
        return {}
    out = {}
    for relation in package.xml(name).iter(f"{PR}Relationship"):
        if relation.get("TargetMode") != "External":
            target = inside("word", relation.get("Target", ""))
            if target is not None:
                out[relation.get("Id", "")] = target
    return out


def read_numbering(package: Container) -> Numbering:
    """The document's lists."""
    levels: dict[str, dict[int, Level]] = {}
    numbers: dict[str, str] = {}
    if "word/numbering.xml" not in package:
        return Numbering(levels, numbers)
    root = transitional(package.xml("word/numbering.xml"))
    for abstract in root.iterfind(f"{W}abstractNum"):
        found: dict[int, Level] = {}
        for level in abstract.iterfind(f"{W}lvl"):
            found[whole(level.get(f"{W}ilvl"))] = Level(
                whole(value(level.find(f"{W}start")) or "1"),
                value(level.find(f"{W}numFmt")) or "decimal",
                value(level.find(f"{W}lvlText")) or "",
            )
        levels[abstract.get(f"{W}abstractNumId", "")] = found
    for number in root.iterfind(f"{W}num"):
        numbers[number.get(f"{W}numId", "")] = value(number.find(f"{W}abstractNumId")) or ""
    return Numbering(levels, numbers)


def transitional(root: etree._Element) -> etree._Element:
    """Strict Open XML uses other namespaces for the same names."""
    if root.tag.startswith(W_STRICT):
        for element in root.iter(etree.Element):
            if element.tag.startswith(W_STRICT):
                element.tag = W + element.tag[len(W_STRICT) :]
            for key, stated in list(element.attrib.items()):
                for strict, plain in ((W_STRICT, W), (R_STRICT, R)):
                    if str(key).startswith(strict):
                        element.set(plain + str(key)[len(strict) :], stated)
    return root


def local(element: etree._Element) -> str:
    """The name of an element of WordprocessingML; empty for others."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return tag[len(W) :] if isinstance(tag, str) and tag.startswith(W) else ""


def first(element: etree._Element, tag: str) -> etree._Element | None:
    """The first child of that name: what ``find`` says of one name, in half its time."""
    return next(element.iterchildren(tag), None)


def value(element: etree._Element | None) -> str | None:
    """An element's ``w:val``."""
    return None if element is None else element.get(f"{W}val")


def is_true(stated: str | None) -> bool:
    """Whether an on-off property is on; one without a value is not asked for here."""
    return stated is not None and stated.lower() not in _OFF


def on(element: etree._Element | None) -> bool:
    """Whether an on-off property is there and on."""
    return element is not None and (element.get(f"{W}val") or "1").lower() not in _OFF


def whole(text: str | None) -> int:
    """A whole number of the markup; 0 where there is none or it is absurd."""
    try:
        number = int(text or "0")
    except ValueError:
        return 0
    return number if -(10**9) < number < 10**9 else 0
