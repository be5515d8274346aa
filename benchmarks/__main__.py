"""``make bench``: reading and checking on freshly made documents, as a table and as JSON (``var/bench.json``).

Reading: pages and texts of random layouts (tests/reports/rendering.py), the demonstration's PDF and its pages as a scan.
A silent error is a wrong cell with a confidence of 0.9 or more. Ratios are to the bare library on the same bytes.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lxml.html
import pypdfium2 as pdfium

from reports import checks, reader
from reports.checks.context import Context
from reports.checks.similarity import Index
from reports.report import Report
from tests.reports import rendering

PDF = Path(__file__).parents[1] / "demo" / "data" / "tjj-spt.pdf"
PAGES, TEXTS = 150, 150


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """The median of some runs, after one that does not count."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def accuracy(kind: str, count: int) -> dict[str, Any]:
    """Cells right, flagged and silently wrong over ``count`` documents of random figures and layouts."""
    make = rendering.html if kind == "html" else rendering.text
    cells = right = flagged = silent = 0
    start = time.perf_counter()
    for seed in range(count):
        printed = make(900_000 + seed)
        report = reader.read(printed.data, f"{seed}.{kind}")
        for key, values in printed.right.items():
            cell = (report.cells or {}).get(key)
            cells += 1
            if cell is not None and cell.value in values:
                right += 1
            elif cell is None or cell.confidence < 0.9:
                flagged += 1
            else:
                silent += 1
    spent = time.perf_counter() - start
    return {
        "what": f"reading {kind}",
        "documents": count,
        "cells": cells,
        "exact": round(right / max(cells, 1), 5),
        "flagged": flagged,
        "silent": silent,
        "documents_per_second": round(count / spent, 1),
    }


def ratios() -> list[dict[str, Any]]:
    """What reading and checking cost beside the bare library."""
    page = rendering.html(900_001).data
    pdf = PDF.read_bytes()

    def bare_pdf() -> None:
        document = pdfium.PdfDocument(pdf)
        for sheet in document:
            sheet.get_textpage().get_text_range()

    html_read = seconds(lambda: reader.read(page, "x.html"))
    report = reader.read(page, "x.html")
    return [
        {
            "what": "HTML: reading / bare lxml parse",
            "ratio": round(html_read / seconds(lambda: lxml.html.document_fromstring(page)), 1),
        },
        {
            "what": "PDF: reading / bare text extraction",
            "ratio": round(seconds(lambda: reader.read(pdf, "x.pdf")) / seconds(bare_pdf), 1),
        },
        {
            "what": "checking a report / reading it as HTML",
            "ratio": round(seconds(lambda: checks.run(report, Context())) / html_read, 2),
        },
    ]


def similarity() -> list[dict[str, Any]]:
    """The index of near-duplicates at two sizes: growth must be linear."""
    out = []
    for size in (1_000, 2_000):
        index = Index()
        start = time.perf_counter()
        for number in range(size):
            index.add(str(number), f"第{number % 97}办公室组织学习培训并更新栏目内容" * 24 + f"编号{number}")
        spent = time.perf_counter() - start
        out.append(
            {
                "what": f"similarity index of {size}",
                "seconds": round(spent, 2),
                "milliseconds_each": round(1000 * spent / size, 2),
            }
        )
    return out


def scan() -> dict[str, Any]:
    """The demonstration's PDF as a 200 dpi scan against its own text."""
    truth: Report = reader.read(PDF.read_bytes(), PDF.name)
    pages = [sheet.render(scale=200 / 72).to_pil() for sheet in pdfium.PdfDocument(PDF.read_bytes())]
    data = io.BytesIO()
    pages[0].save(data, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    start = time.perf_counter()
    report = reader.read(data.getvalue(), "scan.tiff")
    spent = time.perf_counter() - start
    cells = report.cells or {}
    wrong = [cell for key, cell in cells.items() if cell.value != (truth.cells or {})[key].value]
    return {
        "what": "reading a scan, 200 dpi",
        "documents": 1,
        "cells": len(cells),
        "exact": round(1 - len(wrong) / max(len(cells), 1), 5),
        "flagged": sum(cell.confidence < 0.9 for cell in cells.values()),
        "silent": sum(cell.confidence >= 0.9 for cell in wrong),
        "seconds_a_page": round(spent / len(pages), 1),
    }


def main() -> int:
    """Measure, print, write. Exit status 1 if a cell was silently wrong."""
    rows = [accuracy("html", PAGES), accuracy("text", TEXTS), scan(), *ratios(), *similarity()]
    for row in rows:
        print(f"{row['what']:<42} " + "  ".join(f"{k} {v}" for k, v in row.items() if k != "what"))
    out = Path("var/bench.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written to {out}")
    return int(any(row.get("silent") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
