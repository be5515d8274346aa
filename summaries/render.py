"""Figures to pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from processes import whole_file
from summaries.figures import Figures

TEMPLATES = Path(__file__).parent / "templates"
BAR_WIDTH = 1000.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of the stacked bar, in units of the drawing."""

    key: str
    name: str
    count: int
    x: float
    width: float


def bars(figures: Figures) -> list[Bar]:
    """The stacked bar of states: widths in proportion, adding up to ``BAR_WIDTH``; states of nobody are left out."""
    out, x = [], 0.0
    for key, name, count in figures.shares:
        if count:
            width = BAR_WIDTH * count / figures.due
            out.append(Bar(key, name, count, round(x, 2), round(width, 2)))
            x += width
    return out


def web_address(url: str) -> str:
    """The address if a reader may follow it, else empty (no ``javascript:``, no ``data:``)."""
    return url if url.startswith(("http://", "https://")) else ""


def html(figures: Figures) -> str:
    """The season's summary as one self-contained page, no script, printable."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web"] = web_address
    return environment.get_template("season.html").render(figures=figures, bars=bars(figures), bar_width=BAR_WIDTH)


def write(figures: Figures, out: Path) -> list[Path]:
    """The summary's files in the folder ``out`` (made if absent): for now the HTML page. Returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"nianbao-{figures.year}.html"
    with whole_file(path) as beside:
        beside.write_text(html(figures), encoding="utf-8")
    return [path]
