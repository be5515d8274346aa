"""What a page's styles say of an element's text: whether it is shown, struck out, raised or lowered.

The page's own style sheets and ``style`` attributes are read, with the selectors that pages use: tags, classes,
identifiers, attributes, descendants and children. Sheets that the page only links to are not at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from reports.formats.html.computed import ComputedStyle, Declared, computed, is_gone, pixels
from reports.formats.runs import Ink

MAX_SHEET = 1_000_000  # characters; longer ones are a framework's
MAX_RULES = 4_000  # a bound on the time

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
# Of a screen, or of one that is at least as wide as any screen is.
_SHOWN_MEDIA = re.compile(
    r"@(?:media\s+(?:only\s+)?(?:screen|all)\b[^{(]*|layer[^{;]*|supports[^{]*"
    r"|media\s+(?:(?:only\s+)?(?:screen|all)\s+and\s+)?\(\s*min-width\s*:\s*(?:\d{1,3}|1[01]\d\d)(?:\.\d+)?px\s*\)\s*)\{",
    re.IGNORECASE,
)
_EITHER = re.compile(r":(?:is|where|matches|-webkit-any|-moz-any)\(([^()]*)\)")
_COMMA = re.compile(r",(?![^(]*\))")
MAX_EITHER = 20  # selectors that one with :is() stands for
# What a variable may make of text; its other uses (colours, sizes) are of no account.
_BY_VARIABLE = frozenset(
    ("display", "visibility", "opacity", "text-decoration", "text-decoration-line", "vertical-align")
)
# An empty piece that a style draws across the middle of an element.
_STROKE = re.compile(
    r"(?=.*position\s*:\s*absolute)(?=.*\btop\s*:\s*(?:4\d|5\d)%)(?=.*(?:border|background|height))", re.DOTALL
)
_AT = re.compile(r"@[^{};]+(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]*)", re.IGNORECASE)
_SIMPLE = re.compile(r"[.#]?[\w-]+|\*|\[[^\]]*\]|::?[\w-]+(?:\([^()]*\))?")
_ATTRIBUTE = re.compile(r"\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]")
_KNOWN = frozenset(("display", "visibility", "opacity", "font-size", "font", "vertical-align", "text-decoration"))
_KNOWN |= frozenset(("text-decoration-line", "color", "background", "background-color", "content", "mso-hide"))
_KNOWN |= frozenset(("position", "left", "top", "bottom", "text-indent", "clip", "clip-path", "overflow", "transform"))
_KNOWN |= frozenset(("zoom", "float", "order", "flex-direction", "unicode-bidi", "font-variant-position"))
_KNOWN |= frozenset(
    (
        "content-visibility",
        "filter",
        "-webkit-text-security",
        "list-style",
        "list-style-type",
        "-webkit-text-fill-color",
        "mask",
        "mask-image",
        "background-image",
    )
)
_KNOWN |= frozenset(("margin", "margin-left", "margin-right", "margin-top", "margin-bottom"))
_KNOWN |= frozenset(("width", "height", "max-width", "max-height", "mso-text-raise"))
# Depends on an element's place or on what is in it, which is not looked into; what else begins with a colon depends on
# what the reader does.
_STRUCTURAL = re.compile(r":(?:not|is|where|has|empty|lang|dir|(?:first|last|only|nth)-[\w-]+)\b(?:\([^()]*\))?")
PERHAPS = "perhaps"  # declared where a rule that hides, strikes or raises may tell of the element
_ADDS = re.compile(r"[\"'][^\"']*\w[^\"']*[\"']|(?:attr|counters?)\(")  # text that a style prints
_ESCAPE = re.compile(r"\\[0-9a-fA-F]{1,6}")  # signs of icon fonts
_GENERATED = frozenset((":before", ":after", "::before", "::after"))
# Names of classes whose rule is in a sheet that is not at hand.
_TELLING = re.compile(
    r"(?:^|[\s_-])(?:hidden|hide|d-none|none|invisible|sr-only|visually-hidden|del|deleted|strike|struck|line-?through"
    r"|sup|superscript|sub|subscript|fn|footnote|noteref|note-ref)(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Compound:
    """A selector of one element."""

    tag: str = ""
    id: str = ""
    classes: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str, str], ...] = ()

    def matches(self, element: etree._Element) -> bool:
        if self.tag and self.tag != element.tag:
            return False
        if self.id and self.id != (element.get("id") or "").lower():
            return False
        if self.classes and not self.classes <= set((element.get("class") or "").lower().split()):
            return False
        return all(_has(element.get(name), operator, value) for name, operator, value in self.attributes)


def _has(actual: str | None, operator: str, value: str) -> bool:
    if actual is None or not operator:
        return actual is not None
    return {
        "=": actual == value,
        "~=": value in actual.split(),
        "|=": actual == value or actual.startswith(value + "-"),
        "^=": bool(value) and actual.startswith(value),
        "$=": bool(value) and actual.endswith(value),
        "*=": bool(value) and value in actual,
    }[operator]


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """What the sheets declare of an element, and that part of it which no ``style`` attribute changes; one object for all
    elements of which the same rules tell."""

    declared: Declared
    forced: Declared


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    last: _Compound
    before: tuple[tuple[str, _Compound], ...]  # from the right: (combinator, compound)
    weight: tuple[int, int, int, int]
    declared: Declared
    important: frozenset[str]

    def matches(self, element: etree._Element) -> bool:
        return self.last.matches(element) and _led(element, self.before)


def _led(element: etree._Element, before: tuple[tuple[str, _Compound], ...]) -> bool:
    """Whether the elements above or beside it match the rest of a selector."""
    if not before:
        return True
    combinator, compound = before[0]
    above: Iterator[etree._Element] = (
        element.iterancestors() if combinator in (">", " ") else element.itersiblings(preceding=True)
    )
    for other in above:
        if compound.matches(other) and _led(other, before[1:]):
            return True
        if combinator in (">", "+"):
            return False
    return False


_NOTHING = Applied({}, {})


class Styles:
    """The page's own style sheets."""

    def __init__(self, root: etree._Element) -> None:
        self._by_key: dict[str, list[_Rule]] = {}
        self._named: set[str] = set()  # classes that a rule at hand names
        self._candidates: dict[tuple[str, str, str], tuple[_Rule, ...] | Applied] = {}
        self._applied: dict[tuple[_Rule, ...], Applied] = {}
        self._count = 0
        for sheet in root.iter("style"):
            media = (sheet.get("media") or "all").lower()
            if "print" not in media or "all" in media or "screen" in media:
                self._read(sheet.text or "")

    def _read(self, text: str) -> None:
        if len(text) > MAX_SHEET:
            return
        text = _COMMENT.sub("", text).replace("<!--", "").replace("-->", "")
        text = _unwrapped(text)
        for selectors, body in _RULE.findall(_AT.sub("", text)):
            self._named.update(name.lower() for name in re.findall(r"\.([\w-]+)", selectors))
            declared, important = declarations(body)
            if not declared:
                continue
            stroke = _STROKE.search(body) is not None
            for selector in _alternatives(selectors):
                rule = _rule(selector.strip(), declared, important, self._count, stroke)
                if rule is None or self._count >= MAX_RULES:
                    continue
                self._count += 1
                last = rule.last
                key = f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.tag
                self._by_key.setdefault(key, []).append(rule)

    def of(self, element: etree._Element) -> Applied:
        """What the sheets declare of an element."""
        if not self._by_key:
            return _NOTHING
        found = self._candidates_of(element)
        if isinstance(found, Applied):
            return found
        return self._together(tuple(rule for rule in found if rule.matches(element)))

    def depends_on_place(self, element: etree._Element) -> bool:
        """Whether the elements around it may change what the sheets declare of an element."""
        return bool(self._by_key) and not isinstance(self._candidates_of(element), Applied)

    def _candidates_of(self, element: etree._Element) -> tuple[_Rule, ...] | Applied:
        key = (str(element.tag), (element.get("id") or "").lower(), (element.get("class") or "").lower())
        found = self._candidates.get(key)
        if found is None:
            found = self._candidates[key] = self._applying(element, *key)
        return found

    def _applying(self, element: etree._Element, tag: str, id_: str, classes: str) -> tuple[_Rule, ...] | Applied:
        """The rules that may tell of elements of this tag, identifier and class, the weightiest last; what they declare
        where nothing else about an element counts."""
        names = (tag, "", *([f"#{id_}"] if id_ else ()), *(f".{name}" for name in set(classes.split())))
        rules = [rule for name in names for rule in self._by_key.get(name, ())]
        rules = [rule for rule in rules if rule.before or rule.last.attributes or rule.matches(element)]
        rules.sort(key=lambda rule: rule.weight)
        if any(rule.before or rule.last.attributes for rule in rules):
            return tuple(rules)
        return self._together(tuple(rules))

    def _together(self, rules: tuple[_Rule, ...]) -> Applied:
        if not rules:
            return _NOTHING
        found = self._applied.get(rules)
        if found is None:
            declared: Declared = {}
            forced: Declared = {}
            for rule in rules:
                declared.update(rule.declared)
                forced.update({name: rule.declared[name] for name in rule.important if name in rule.declared})
            found = self._applied[rules] = Applied({**declared, **forced}, forced)
        return found

    def is_unknown(self, element: etree._Element) -> bool:
        """Whether a class says by its name that it hides, strikes or raises, and its rule is not at hand."""
        named = element.get("class")
        if not named or not _TELLING.search(named):
            return False
        return any(_TELLING.search(name) and name.lower() not in self._named for name in named.split())


def _unwrapped(text: str) -> str:
    """The rules inside ``@media screen {…}`` and its like as if they stood alone."""
    while found := _SHOWN_MEDIA.search(text):
        depth, at = 1, found.end()
        while at < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[: found.start()] + text[found.end() : at - 1] + text[at:]
    return text


def _alternatives(selectors: str) -> Iterator[str]:
    """The selectors of a rule, those with ``:is(a, b)`` once for each."""
    for selector in _COMMA.split(selectors):
        found = _EITHER.search(selector)
        if found is None:
            yield selector
            continue
        for choice in found[1].split(",")[:MAX_EITHER]:
            yield selector[: found.start()] + choice.strip() + selector[found.end() :]


def _rule(
    selector: str, declared: Declared, important: frozenset[str], order: int, stroke: bool = False
) -> _Rule | None:
    """``stroke``: where it is of text that the style adds, that is a line across the element."""
    selector, structural = _STRUCTURAL.subn("", selector)
    parts = re.sub(r"\s*([>+~])\s*(?![^\[]*\])", r" \1 ", selector).split()
    compounds: list[_Compound] = []
    combinators: list[str] = []
    generated = False
    weight = [0, 0, 0]
    for part in parts:
        if part in (">", "+", "~"):
            combinators[-1:] = [part]
            continue
        read = _compound(part, weight)
        if read is None:
            return None
        compound, generated = read
        compounds.append(compound)
        combinators.append(" ")
    if not compounds or len(compounds) > 8 or len(combinators) != len(compounds):
        return None
    before = tuple(zip(reversed(combinators[:-1]), reversed(compounds[:-1]), strict=True))
    if generated:  # it says nothing of the element's own text
        adds = _ADDS.search(_ESCAPE.sub("", declared.get("content", ""))) and not _is_unseen(declared)
        declared = {"content": declared["content"]} if adds else {PERHAPS: "yes"} if stroke else {}
    elif structural:
        declared = {PERHAPS: "yes"} if _tells(declared) else {}
    else:
        declared = {name: value for name, value in declared.items() if name != "content"}
    if not declared:
        return None
    return _Rule(compounds[-1], before, (weight[0], weight[1], weight[2], order), declared, important)


def _tells(declared: Declared) -> bool:
    """Whether it hides text, strikes it out or sets it off the line."""
    return declared.get("display") == "none" or computed("", declared, ComputedStyle(), True).ink != Ink.PLAIN


def _is_unseen(declared: Declared) -> bool:
    return (
        declared.get("visibility") == "hidden"
        or declared.get("display") == "none"
        or pixels(declared.get("height")) == 0
        or pixels(declared.get("font-size")) == 0
        or is_gone(declared)
    )


def _compound(text: str, weight: list[int]) -> tuple[_Compound, bool] | None:
    """A selector of one element and whether it is of text that the style adds; None for one that depends on what the
    reader does, or that is not understood."""
    pieces = _SIMPLE.findall(text)
    if "".join(pieces) != text:
        return None
    tag, id_, classes, attributes, generated = "", "", set(), [], False
    for piece in pieces:
        if piece.startswith("."):
            classes.add(piece[1:].lower())
            weight[1] += 1
        elif piece.startswith("#"):
            id_ = piece[1:].lower()
            weight[0] += 1
        elif piece.startswith("["):
            found = _ATTRIBUTE.fullmatch(piece)
            if found is None:
                return None
            attributes.append((found[1].lower(), found[2] or "", found[3] or ""))
            weight[1] += 1
        elif piece in _GENERATED:
            generated = True
        elif piece.startswith(":"):
            return None
        elif piece != "*":
            tag = piece.lower()
            weight[2] += 1
    return _Compound(tag, id_, frozenset(classes), tuple(attributes)), generated


@lru_cache(maxsize=4096)
def declarations(body: str) -> tuple[Declared, frozenset[str]]:
    """The declarations of a rule or a ``style`` attribute that tell of text, and which of them are important."""
    out: Declared = {}
    important: set[str] = set()
    for name, value in _DECLARATION.findall(body):
        name, value = name.lower(), value.strip()
        if name not in _KNOWN and not (name == "letter-spacing" and value.startswith("-")):
            continue
        if "var(" in value and name in _BY_VARIABLE:
            out[PERHAPS] = "yes"
            continue
        if "!" in value:
            value = value.partition("!")[0].strip()
            important.add(name)
        elif name in important:
            continue
        out[name] = value.lower() if name != "content" else value
    return out, frozenset(important)
