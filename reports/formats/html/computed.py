"""How text inside an element is printed, from what is declared of the element: shown, struck out, raised or lowered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reports.formats.colours import PAPER, alike
from reports.formats.runs import Ink

# Pixels: what stands further off is off the screen, what is smaller is not legible.
OFF_SCREEN = -300.0
ILLEGIBLE = 1.5
BESIDE_CELL = -24.0  # pixels; a paragraph that is set off by more may lie outside its cell
RAISED_BY = 2.0  # pixels; less only aligns
SMALLER = 0.9  # of the surrounding size: a smaller figure off the line is the mark of a note
_LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))\s*(px|pt|em|rem|ex|ch|%|cm|mm|in|pc|vw|vh)?\s*$", re.IGNORECASE)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 0.16, "cm": 37.8, "mm": 3.78,
           "in": 96.0, "pc": 16.0, "vw": 12.8, "vh": 7.2}  # fmt: skip
_COLOR = re.compile(
    r"\s*(?:#([0-9a-f]{6})|#([0-9a-f]{3})|rgba?\(\s*(\d+)\s*[,\s]\s*(\d+)\s*[,\s]\s*(\d+)|([a-z]+)(?![\w(]))",
    re.IGNORECASE,
)
# The names that pages write; another name, a picture or a gradient is a colour of its own.
_NAMED = {"white": "ffffff", "snow": "fffafa", "black": "000000", "red": "ff0000", "blue": "0000ff", "green": "008000",
          "gray": "808080", "grey": "808080", "navy": "000080", "yellow": "ffff00", "silver": "c0c0c0"}  # fmt: skip
_NO_GROUND = frozenset(("none", "inherit", "initial", "unset", "transparent"))
PRINT = "000000"
SIZE = 16.0  # pixels, of print of which nothing is declared
_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
          "size 1": 10.0, "size 2": 13.0, "size 3": 16.0, "size 4": 18.0, "size 5": 24.0, "size 6": 32.0}  # fmt: skip
_SHARES = {"smaller": 0.83, "larger": 1.2, "size -1": 0.83, "size -2": 0.7, "size +1": 1.2}
_CLEAR = re.compile(
    r"(?:transparent|(?:rgb|hsl)a?\([^)]*[,/]\s*0?\.?0+%?\s*\)|#[0-9a-f]{6}00|#[0-9a-f]{3}0)$", re.IGNORECASE
)
_OVERRIDES = frozenset(("bidi-override", "isolate-override"))
_OUT_OF_SIGHT = frozenset(
    ("mso-hide", "opacity", "zoom", "transform", "position", "text-indent", "clip-path", "overflow", "content-visibility",
     "filter")
)  # fmt: skip
SEEN = 0.1  # of opacity: less is not seen
_FLAT = re.compile(r"scale(?:3d|[xy])?\(\s*0?\.?0*\s*[,)]", re.IGNORECASE)
_CLEARED = re.compile(r"opacity\(\s*0?\.?0+%?\s*\)", re.IGNORECASE)
Declared = dict[str, str]
Changes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ComputedStyle:
    """How text inside an element is printed; what an element inherits from those around it."""

    struck: bool = False
    raised: bool = False
    shifted: bool = False
    small: bool = False  # of no legible size
    invisible: bool = False
    faint: bool = False
    color: str = PRINT
    ground: str = PAPER  # what lies behind it
    size: float = SIZE  # pixels

    @property
    def ink(self) -> Ink:
        """The piece of print that text inside is."""
        if self.small or self.invisible:
            return Ink.HIDDEN
        if self.struck:
            return Ink.STRUCK
        if self.raised:
            return Ink.RAISED
        if self.faint or self.color == self.ground:
            return Ink.FAINT
        return Ink.SHIFTED if self.shifted else Ink.PLAIN


_BY_TAG: dict[str, Mapping[str, bool]] = {
    "sup": {"raised": True},
    "sub": {"raised": True},
    "rt": {"raised": True},
    "rp": {"raised": True},
    "s": {"struck": True},
    "strike": {"struck": True},
    "del": {"struck": True},
    "bdo": {"faint": True},
}
TELLING_TAGS = frozenset(_BY_TAG)


def computed(tag: str, declared: Declared, outer: ComputedStyle, inline: bool) -> ComputedStyle:
    """How the text of an element is printed, from its tag, what is declared of it, and how the text around it is."""
    changes: Changes = dict(_BY_TAG.get(tag, {}))
    if declared:
        _decoration(declared, changes)
        _visibility(declared, outer, changes)
        if inline:
            _position(declared, changes)
            if "gradient(" in (declared.get("background-image") or declared.get("background") or ""):
                changes["faint"] = True  # it may be a stroke
    if not changes:
        return outer
    made = replace(outer, **changes)
    return on_ground(made) if "color" in changes or "ground" in changes else made


def shade(text: str) -> str:
    """A colour in six digits; what is none of the plain ones as it is written."""
    found = _COLOR.match(text)
    if found is None:
        return text
    six, three, *parts, name = found.groups()
    if parts[0]:
        return "".join(f"{min(int(part), 255):02x}" for part in parts)
    return (
        six.lower()
        if six
        else "".join(2 * digit for digit in three.lower())
        if three
        else _NAMED.get(name.lower(), name)
    )


def on_ground(style: ComputedStyle) -> ComputedStyle:
    """The style, its colour that of what lies behind where the two are not told apart."""
    return replace(style, color=style.ground) if alike(style.color, style.ground) else style


def _decoration(declared: Declared, changes: Changes) -> None:
    line = declared.get("text-decoration-line") or declared.get("text-decoration")
    if line is not None and "line-through" in line:
        changes["struck"] = True
    elif line is not None and line.startswith("none"):
        changes.pop("struck", None)
    behind = declared.get("background-color") or declared.get("background")
    if behind is not None and behind not in _NO_GROUND and not _CLEAR.match(behind):
        changes["ground"] = shade(behind)


def _visibility(declared: Declared, outer: ComputedStyle, changes: Changes) -> None:
    seen = declared.get("visibility")
    if seen in ("hidden", "collapse"):
        changes["invisible"] = True
    elif seen == "visible":
        changes["invisible"] = False
    color = declared.get("-webkit-text-fill-color") or declared.get("color")
    if color is not None and color not in ("inherit", "currentcolor", "unset"):
        changes["color"] = shade(color)
        if _CLEAR.match(color):
            changes["invisible"] = True
    if is_gone(declared):
        changes["invisible"] = True
    if declared.get("-webkit-text-security", "none") != "none":
        changes["faint"] = True  # dots in place of the figure
    if "mask" in declared or "mask-image" in declared or (pixels(declared.get("letter-spacing")) or 0) < 0:
        changes["faint"] = True
    if _turns_round(declared):
        changes["faint"] = True
    size = declared.get("font-size") or _size_of_font(declared.get("font", ""))
    if size:
        changes["size"] = _pixels_of(size, outer.size)
        small = _is_small(size, outer.small)
        if small is not None:
            changes["small"] = small


def _pixels_of(size: str, outer: float) -> float:
    """A size of print in pixels; that of the text around where it says nothing."""
    found = _LENGTH.match(size)
    if found is None:
        return outer * _SHARES[size] if size in _SHARES else _SIZES.get(size, outer)
    number, unit = float(found[1]), (found[2] or "px").lower()
    if unit in ("em", "%", "ex", "ch"):
        return outer * number * {"em": 1.0, "%": 0.01}.get(unit, 0.5)
    return number * _PIXELS[unit]


def _turns_round(declared: Declared) -> bool:
    """Whether the pieces inside are printed in another order than they are written in."""
    return declared.get("unicode-bidi") in _OVERRIDES or declared.get("flex-direction") == "row-reverse"


def _size_of_font(font: str) -> str:
    found = re.search(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%)?)(?:\s*/|\s)", font)
    return found[1] if found else ""


def _is_small(size: str, outer: bool) -> bool | None:
    """Whether text of that size is not legible; None where the size says nothing."""
    found = _LENGTH.match(size)
    if found is None:
        return None if size in ("inherit", "smaller", "larger") or not size else False
    number, unit = float(found[1]), (found[2] or "").lower()
    if unit in ("em", "%", "ex", "ch"):
        return outer or number <= (5 if unit == "%" else 0.05)
    return number * _PIXELS.get(unit, 1.0) < ILLEGIBLE


def overlaps(declared: Declared, inline: bool) -> bool:
    """Whether an element is drawn over its neighbours, or they over it: by a margin below nought. A paragraph may reach
    into the padding of its cell, as Word has it."""
    least = -RAISED_BY if inline else BESIDE_CELL
    margins = [declared.get(f"margin-{side}", "") for side in ("left", "right", "top", "bottom")]
    return any((pixels(part) or 0) < least for part in (*declared.get("margin", "").split(), *margins))


def is_gone(declared: Declared) -> bool:
    """Whether an element and all in it are out of sight for good: no child can come back."""
    if _OUT_OF_SIGHT.isdisjoint(declared):
        return False
    opacity = declared.get("opacity", "")
    seen = (_number(opacity) or 0) / (100 if opacity.endswith("%") else 1) if _number(opacity) is not None else 1
    if declared.get("mso-hide") == "all" or seen < SEEN or _number(declared.get("zoom")) == 0:
        return True
    if declared.get("content-visibility") == "hidden" or _CLEARED.search(declared.get("filter", "")):
        return True
    if _FLAT.search(declared.get("transform", "")):
        return True
    if declared.get("position") in ("absolute", "fixed"):
        if any((pixels(declared.get(side)) or 0) <= OFF_SCREEN for side in ("left", "top")):
            return True
        if re.match(r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01]", declared.get("clip", "")):
            return True
    if (pixels(declared.get("text-indent")) or 0) <= OFF_SCREEN:
        return True
    if re.match(r"inset\(\s*(?:50|100)%|circle\(\s*0", declared.get("clip-path", "")):
        return True
    if declared.get("overflow") in ("hidden", "clip"):
        return any(
            (size := pixels(declared.get(side))) is not None and size <= 1
            for side in ("width", "height", "max-height", "max-width")
        )
    return False


def _position(declared: Declared, changes: Changes) -> None:
    """Off the line: by name, or by a length (what is smaller besides is the mark of a note, what is not may only be
    set off)."""
    vertical = declared.get("vertical-align")
    size = declared.get("font-size", "")
    smaller = size in ("smaller", "x-small", "xx-small") or _is_share_below(size)
    if vertical in ("super", "sub") or declared.get("font-variant-position") in ("super", "sub"):
        changes["raised"] = True
        return
    if vertical is not None:
        changes.pop("raised", None)
    off = abs(pixels(vertical) or 0) >= RAISED_BY or abs(pixels(declared.get("mso-text-raise")) or 0) >= RAISED_BY
    place = declared.get("position")
    if place == "relative":
        off = off or any(abs(pixels(declared.get(side)) or 0) >= RAISED_BY for side in ("top", "bottom"))
    # Where it stands otherwise than in the order of the text.
    off = off or place == "absolute" or declared.get("float") in ("left", "right") or "order" in declared
    off = off or "translate" in declared.get("transform", "") or (place == "relative" and "left" in declared)
    if off or (vertical in ("top", "text-top", "bottom", "text-bottom") and smaller):
        changes["raised" if smaller else "shifted"] = True


def _is_share_below(size: str) -> bool:
    found = _LENGTH.match(size)
    if found is None or (found[2] or "").lower() not in ("em", "%"):
        return False
    return float(found[1]) < (SMALLER if found[2].lower() == "em" else 100 * SMALLER)


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").rstrip("%"))
    except ValueError:
        return None


def pixels(text: str | None) -> float | None:
    """A length of a style in pixels, as good as can be told without the page; None where it is no length."""
    found = _LENGTH.match(text) if text else None
    return float(found[1]) * _PIXELS.get((found[2] or "px").lower(), 1.0) if found else None
