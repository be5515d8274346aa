"""A document that holds several reports: two years on one page, two bodies in one file.

Read as one, the figures of the one would be held against the words of the other. Each begins with its title and has
sections of its own; lists of other years' reports beside an article have titles and no sections.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reports.blocks import Block, Blocks, Paragraph
from reports.narrative.classify import classify
from reports.narrative.headings import section_of
from reports.text import letters

LONGEST_TITLE = 60  # letters
LEAST_SECTIONS = 4  # of the six; with fewer it is no report by itself
ALIKE = 0.8  # how like a heading must be to a section's
_SENTENCE = re.compile(r"[。；，？！,;]")


@dataclass(frozen=True, slots=True)
class _Title:
    at: int  # index of its first block
    year: int
    agency: str | None


def chosen_report(blocks: Blocks) -> Blocks:
    """The document itself, or of several reports the latest, of equals the first; one behind the first where the page's
    own title names it. A warning says which others there are."""
    parts = _parts(blocks)
    if len(parts) < 2:
        return blocks
    page = classify(blocks.meta.get("title", "")).year
    # A page without a title of its own is named by its first heading, which says nothing of which report is meant.
    chosen = next((n for n, (title, _) in enumerate(parts) if title.year == page), 0)
    if chosen == 0:
        chosen = max(range(len(parts)), key=lambda n: (parts[n][0].year, -n))
    others = "、".join(f"{title.agency or ''}{title.year}" for n, (title, _) in enumerate(parts) if n != chosen)
    title, content = parts[chosen]
    warning = f"the document holds {len(parts)} reports; that of {title.agency or ''}{title.year} is read, not {others}"
    return replace(blocks, blocks=content, warnings=[*blocks.warnings, warning])


def _parts(blocks: Blocks) -> list[tuple[_Title, list[Block]]]:
    """The reports in order, each with its title; what stands before the first title belongs to the first."""
    found: list[_Title] = []
    titles = _titles(blocks)
    ends = [*(title.at for title in titles), len(blocks.blocks)][1:]
    for title, end in zip(titles, ends, strict=True):
        same = bool(found) and (found[-1].year, found[-1].agency) == (title.year, title.agency)
        # A title without sections behind it is one of a list, or the first report's own, printed again.
        if not same and _sections(blocks.blocks[title.at : end]) >= LEAST_SECTIONS:
            found.append(title)
    cuts = [0, *[title.at for title in found[1:]], len(blocks.blocks)]
    return [(title, blocks.blocks[a:b]) for title, a, b in zip(found, cuts, cuts[1:], strict=False)]


def _titles(blocks: Blocks) -> list[_Title]:
    out: list[_Title] = []
    for n, block in enumerate(blocks.blocks):
        if not isinstance(block, Paragraph) or (out and out[-1].at == n - 1 and block.joins):
            continue
        texts = [block.text]
        below = blocks.blocks[n + 1] if n + 1 < len(blocks.blocks) else None
        if block.joins and isinstance(below, Paragraph):
            texts.insert(0, block.text.strip() + below.text.strip())
        for text in texts:
            if "公开" not in text or len(letters(text)) > LONGEST_TITLE or _SENTENCE.search(text):
                continue
            classified = classify(text)
            if classified.kind == "annual_report" and classified.year is not None:
                out.append(_Title(n, classified.year, classified.agency))
                break
    return out


def _sections(content: list[Block]) -> int:
    """How many of the six sections have a heading there."""
    numbers = set()
    for block in content:
        if isinstance(block, Paragraph):
            found = section_of(block.text)
            if found is not None and found[1] >= ALIKE:
                numbers.add(found[0])
    return len(numbers)
