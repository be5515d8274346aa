"""Colours that are not told apart: print in that of its ground is not seen."""

from __future__ import annotations

PAPER = "ffffff"
PRINT = "000000"
NEAR = 8  # of 255: colours nearer than this are not told apart
_DIGITS = frozenset("0123456789abcdef")


def alike(color: str, ground: str) -> bool:
    """Whether print of a colour cannot be told from its ground; each in six digits of lower case, or as it is written."""
    if color == ground:
        return True
    if not (_is_six(color) and _is_six(ground)):
        return False
    return all(abs(int(color[n : n + 2], 16) - int(ground[n : n + 2], 16)) <= NEAR for n in (0, 2, 4))


def mixed(fore: str, back: str, share: float) -> str:
    """The colour that a pattern of one colour on another has from afar; empty where neither is stated."""
    if share <= 0 or not (fore or back):
        return back
    if share >= 1:
        return fore or PRINT
    pair = (fore or PRINT, back or PAPER)
    if not all(map(_is_six, pair)):
        return fore or back
    shades = ((int(pair[0][n : n + 2], 16), int(pair[1][n : n + 2], 16)) for n in (0, 2, 4))
    return "".join(f"{round(share * dark + (1 - share) * light):02x}" for dark, light in shades)


def _is_six(color: str) -> bool:
    return len(color) == 6 and _DIGITS.issuperset(color)
