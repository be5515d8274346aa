"""A summary's files in a folder."""

from __future__ import annotations

from pathlib import Path

from processes import whole_file
from summaries import formats, season
from summaries.figures import Figures


def write(figures: Figures, out: Path, signed: str = "") -> list[Path]:
    """The summary as HTML, PDF, XLSX and DOCX in the folder ``out`` (made if absent), each whole or not at all. Returns
    their paths. ``signed`` issues the circular; a blank is left for the office where none is given. Raises OSError."""
    content = season.content(figures)
    day = figures.made_day
    out.mkdir(parents=True, exist_ok=True)
    made = {
        "html": formats.as_html(content).encode(),
        "pdf": formats.as_pdf(content),
        "xlsx": formats.as_xlsx(content),
        "docx": formats.as_docx(content, signed or "（发文机关）", f"{day.year}年{day.month}月{day.day}日"),
    }
    paths = []
    for suffix, data in made.items():
        path = out / f"{_stem(figures)}.{suffix}"
        with whole_file(path) as beside:
            beside.write_bytes(data)
        paths.append(path)
    return paths


def _stem(figures: Figures) -> str:
    """A period's files stand beside the season's and beside those of other days."""
    over = figures.period
    return f"nianbao-{figures.year}" + (f"-{over.name}-{over.last.isoformat()}" if over is not None and over.zh else "")
