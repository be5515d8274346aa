"""A summary's files in a folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from processes import whole_file
from summaries import formats, season
from summaries.figures import Figures
from summaries.letters import zh


def write(figures: Figures, out: Path, signed: str = "", reply_by: date | None = None) -> list[Path]:
    """The summary as HTML, PDF, XLSX and DOCX in the folder ``out`` (made if absent), each whole or not at all. Returns
    their paths. ``signed`` issues the circular, bodies answer it by ``reply_by``; a blank is left for the office where
    either is not given. Raises OSError."""
    content = season.content(figures)
    day = figures.made_day
    out.mkdir(parents=True, exist_ok=True)
    made = {
        "html": formats.as_html(content).encode(),
        "pdf": formats.as_pdf(content),
        "xlsx": formats.as_xlsx(content),
        "docx": formats.as_docx(content, signed or "（发文机关）", zh(day), zh(reply_by) if reply_by else ""),
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
    apart = over is not None and over.name != "season"
    return f"nianbao-{figures.year}" + (f"-{over.name}-{over.last.isoformat()}" if over is not None and apart else "")
