"""Pieces of one line of print and what of them counts: shared by HTML, DOCX, ODT, DOC, RTF and spreadsheets.

A raised or lowered figure behind a figure is the mark of a note, a struck-out one is no longer said, a hidden one is not
seen: none is part of a figure. Where the file does not tell which it is, the text is kept and in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

from reports.blocks import IN_DOUBT


class Ink(IntEnum):
    """How a piece is printed. ``SHIFTED``: off the line at full size, or of another kind than the text beside it, which in
    the midst of a figure may be the mark of a note. ``FAINT``: it may not be seen. ``UNREAD``: something stands there that
    the reader does not understand, whatever text it has."""

    PLAIN = 0
    SHIFTED = 1
    RAISED = 2  # or lowered
    FAINT = 3
    STRUCK = 4
    HIDDEN = 5
    UNREAD = 6


# [1], (2), 注3, *, ①, a: what stands raised behind a word to point to a note.
_NOTE = re.compile(
    r"[\[［【〔(（]?\s*(?:附?注)?\s*(?:\d{1,2}(?:\s*[,，、-]\s*\d{1,2})*|[a-zA-Z]|[*＊※†‡§#＃△▲★☆]{1,3}|[\u2460-\u249b\u2170-\u217b]"
    r"|[一二三四五六七八九十]{1,2})?\s*[\]］】〕)）]?[:：]?"
)
SMALLER = 0.9  # of the size before: what is set so beside a figure may be the mark of a note
_UNIT = re.compile(r"[A-Za-z]$")  # m² and CO₂ are words
_POINTS = ".．,，"
_OVERLAY = re.compile(r"[^\W_][\u0335-\u0338]")  # a stroke drawn over the character before


def settled(parts: Sequence[str], inks: Sequence[Ink] | None = None) -> tuple[str, float]:
    """The text that counts of the pieces of a line, and how sure that is (1, or ``IN_DOUBT``).

    ``inks`` has one entry for each piece; without it all are plain."""
    if not inks or not any(inks):
        return overlaid(parts[0] if len(parts) == 1 else "".join(parts))
    out: list[str] = []
    confidence = 1.0
    plain = any(ink in (Ink.PLAIN, Ink.SHIFTED) and part.strip() for part, ink in zip(parts, inks, strict=True))
    pieces = _joined(parts, inks)
    for n, (ink, text) in enumerate(pieces):
        if ink == Ink.UNREAD:
            confidence = IN_DOUBT if text.strip() or plain else 0.0
            out.append(text)
        elif not text.strip():
            if ink not in (Ink.STRUCK, Ink.HIDDEN):
                out.append(text)
        elif ink in (Ink.STRUCK, Ink.HIDDEN):
            if ink == Ink.STRUCK or not plain:
                confidence = min(confidence, IN_DOUBT)
        elif ink == Ink.RAISED:
            kept, sure = _raised(text, "".join(out), plain)
            out.append(kept)
            confidence = confidence if sure else min(confidence, IN_DOUBT)
        else:
            behind = pieces[n + 1][1] if n + 1 < len(pieces) else ""
            if ink == Ink.FAINT or (ink == Ink.SHIFTED and (_touch("".join(out), text) or _touch(text, behind))):
                confidence = min(confidence, IN_DOUBT)
            out.append(text)
    text, sure_of_text = overlaid("".join(out))
    return text, min(confidence, sure_of_text)


def aside(ink: Ink, size: float | None, before: float | None) -> Ink:
    """How a piece is printed behind another of the size ``before``: a smaller one may be the mark of a note that was not
    raised."""
    smaller = size is not None and before is not None and size < SMALLER * before
    return Ink.SHIFTED if smaller and ink == Ink.PLAIN else ink


def _joined(parts: Sequence[str], inks: Sequence[Ink]) -> list[tuple[Ink, str]]:
    """Neighbours of one ink together: a mark of two figures may stand in two pieces."""
    out: list[tuple[Ink, str]] = []
    for part, ink in zip(parts, inks, strict=True):
        if out and out[-1][0] == ink and ink not in (Ink.UNREAD, Ink.SHIFTED):
            out[-1] = (ink, out[-1][1] + part)
        else:
            out.append((ink, part))
    return out


def _touch(before: str, behind: str) -> bool:
    """Whether two pieces together make one figure."""
    return bool(before and behind and (before[-1].isdecimal() or before[-1] in _POINTS) and behind[0].isdecimal())


def _raised(text: str, before: str, plain: bool) -> tuple[str, bool]:
    """What is kept of a raised or lowered piece, and whether that is sure."""
    if _UNIT.search(before.rstrip()):
        return text, True
    if plain and _NOTE.fullmatch(text.strip()):
        return "", True
    return text, False


def overlaid(text: str) -> tuple[str, float]:
    """The text without characters that a combining stroke strikes out."""
    if not text.isalnum() and _OVERLAY.search(text):  # a stroke is no letter
        return _OVERLAY.sub("", text), IN_DOUBT
    return text, 1.0
