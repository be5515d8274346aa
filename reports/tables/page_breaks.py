"""Rows of a grid that a page end cut in two, put together again."""

from __future__ import annotations

from dataclasses import replace

from reports.tables.labels import best_likeness
from reports.tables.model import Line


def joined_rows(lines: list[Line]) -> list[Line]:
    """Rows that a page end cut in two, one half with the figures, the other with blanks."""
    out: list[Line] = []
    for line in lines:
        above = out[-1] if out else None
        if above is not None and above.label and line.label and above.values and line.values:
            halves = (above.blank, line.blank)
            if halves.count(True) == 1 and abs(len(above.values) - len(line.values)) <= 3:
                together = best_likeness(above.label + line.label)
                apart = max(best_likeness(above.label), best_likeness(line.label))
                if (
                    together >= 0.8
                    and together > apart + 0.02
                    and best_likeness((above if halves[0] else line).label) < 0.8
                ):
                    full = line if halves[0] else above
                    merged = replace(
                        full,
                        label=above.label + line.label,
                        words=(*above.words[:-1], above.label + line.label),
                        blocks=tuple(sorted({*above.blocks, *line.blocks})),
                    )
                    out[-1] = merged
                    continue
        out.append(line)
    return out
