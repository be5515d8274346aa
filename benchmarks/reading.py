"""Reading, measured on documents made anew: accuracy, silent errors, calibration, speed, and others beside it.

A silent error is a cell whose value is wrong and whose confidence is 0.9 or more. A cell below 0.9 is flagged: a person
looks at it. Ratios are CPU time in one process against the bare library on the same bytes in the same run.
"""

from __future__ import annotations

import importlib.util
import io
import json
import logging
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import lxml.etree
import lxml.html
import olefile
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import python_calamine
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.broken import CUTS, Broken, Source, broken
from reports import formats, numbers, reader
from reports.formats.image import ocr
from reports.report import Number
from tests.makers import docx, html, odt, ofd, office, pdf, report, rtf, scan, sheet, text
from tests.reports import rendering

OUT = Path("var/bench/reading.json")
COST = Path(__file__).parent / "data" / "cost.yaml"
SURE = 0.9
BINS = (0.0, 0.3, 0.6, 0.9, 0.95, 0.99, 1.0)
MIXED = "mixed"
OFFICE = "office "  # followed by the format that LibreOffice converted from
MAKERS: dict[str, ModuleType] = {
    "html": html,
    "text": text,
    "pdf": pdf,
    "pdf of pictures": pdf,
    "ofd": ofd,
    "docx": docx,
    "odt": odt,
    "rtf": rtf,
    "xlsx": sheet,
    "xls": sheet,
    "scan": scan,
}
# Styles of DOCX that an office program keeps as they are: it works fields out anew and shows what was deleted.
CONVERTIBLE = ("merged", "unmerged", "split", "nested", "boxed", "numbered")
INSIDE = {"docx": "merged", "pdf": "ruled", "html": "plain"}
WORKBOOKS = [style for style in sheet.STYLES if not style.startswith("xls")]
# Format -> documents a style, styles. Some 460 documents in all.
PLAN: dict[str, tuple[int, list[str]]] = {
    "html": (4, [*html.STYLES, *[MIXED] * 5, "office docx"]),
    "text": (4, [*text.STYLES, *[MIXED] * 5]),
    "pdf": (4, [*pdf.STYLES, "office docx", "office odt"]),
    "pdf of pictures": (2, list(pdf.SCANS)),
    "ofd": (4, list(ofd.STYLES)),
    "docx": (4, [*docx.STYLES, "office odt"]),
    "odt": (4, [*odt.STYLES, "office docx"]),
    "rtf": (4, [*rtf.STYLES, "office docx"]),
    "doc": (6, ["office docx", "office odt"]),
    "xlsx": (4, WORKBOOKS),
    "xls": (4, [style for style in sheet.STYLES if style.startswith("xls")]),
    "zip": (3, list(INSIDE)),
    "scan": (2, [*scan.STYLES, *[MIXED] * 6]),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document with what each cell may be read as; ``lost`` cells are not printed in a way that can be read.
    ``truth`` where the document has one layout, so that its tables can be compared by position."""

    format: str
    style: str
    name: str
    seed: int
    data: bytes
    right: dict[str, frozenset[Number | None]]
    lost: frozenset[str] = frozenset()
    truth: report.Truth | None = None


@dataclass(slots=True)
class Counted:
    """What came of the documents of one style."""

    documents: int = 0
    cells: int = 0
    exact: int = 0
    flagged: int = 0
    silent: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Counted) -> None:
        """Take in what came of others."""
        for name in ("documents", "cells", "exact", "flagged", "silent", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong


# ------------------------------------------------------------------------------------------------------- the documents


Order = tuple[str, str, int]  # format, style, seed


def orders(seed: int, share: float = 1.0) -> list[Order]:
    """What to make: every format in every style, each document from a seed of its own; ``share`` of the full number."""
    out: list[Order] = []
    for name, (each, styles) in PLAN.items():
        for style in styles:
            count = max(1, round(each * share))
            out += [(name, style, seed * 1000 + len(out) + n) for n in range(count)]
    return out


def make(order: Order) -> Document:
    """The document of an order, except those that an office program writes."""
    name, style, seed = order
    if style == MIXED:
        return _mixed(name, seed)
    if name == "zip":
        inner = make((style, INSIDE[style], seed))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("说明.txt", "年度报告见附件。")
            archive.writestr(f"附件/年度报告.{style}", inner.data)
        return Document(name, style, f"{seed}.zip", seed, packed.getvalue(), inner.right, truth=inner.truth)
    truth = report.make(seed)
    data = MAKERS[name].render(truth, random.Random(seed), style)
    suffix = scan.suffix(style) if name == "scan" else name.partition(" ")[0]
    return Document(name, style, f"{seed}.{suffix}", seed, data, dict(truth.allowed), truth=truth)


def _mixed(name: str, seed: int) -> Document:
    """Everything at random within one document: the layouts of tests/reports/rendering.py, wear of any strength."""
    if name == "scan":
        sheets, wear = scan.sheets(seed), scan.random_wear(seed)
        pages = [scan.worn(page, wear, seed + k) for k, page in enumerate(sheets.pages)]
        right = {key: frozenset(values) for key, values in sheets.right.items()}
        return Document(name, MIXED, f"{seed}.tiff", seed, scan.tiff(pages, wear.dpi, wear.bilevel), right)
    page = (rendering.html if name == "html" else rendering.text)(seed)
    right = {key: frozenset(values) for key, values in page.right.items()}
    return Document(name, MIXED, f"{seed}.{name}", seed, page.data, right, frozenset(page.lost))


def converted(wanted: list[Order]) -> Iterator[Document]:
    """What LibreOffice makes of DOCX and ODT, where it is installed: a format as nobody here imagines it."""
    if office.PROGRAM is None:
        return
    for target in dict.fromkeys(name for name, _, _ in wanted):
        for style in dict.fromkeys(style for name, style, _ in wanted if name == target):
            source = style.removeprefix(OFFICE)
            seeds = [seed for name, own, seed in wanted if (name, own) == (target, style)]
            truths = [report.make(seed) for seed in seeds]
            inner = "merged" if source == "odt" else None
            sources = [
                MAKERS[source].render(truth, random.Random(seed), inner or CONVERTIBLE[n % len(CONVERTIBLE)])
                for n, (truth, seed) in enumerate(zip(truths, seeds, strict=True))
            ]
            for truth, seed, data in zip(truths, seeds, office.convert(sources, source, target), strict=True):
                if data is not None:
                    yield Document(target, style, f"{seed}.{target}", seed, data, dict(truth.allowed), truth=truth)


def documents(seed: int, share: float = 1.0) -> list[Document]:
    """The set, made over both cores."""
    wanted = orders(seed, share)
    own = [order for order in wanted if not order[1].startswith(OFFICE)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        made = list(pool.map(make, own, chunksize=4))
    made += converted([order for order in wanted if order[1].startswith(OFFICE)])
    place = {name: n for n, name in enumerate(PLAN)}
    return sorted(made, key=lambda document: place[document.format])


# ------------------------------------------------------------------------------------------------------------- accuracy


def judged(document: Document) -> tuple[str, str, Counted, list[tuple[float, bool]]]:
    """Read a document: counts, and of every cell the confidence and whether it is right."""
    start = time.process_time()
    found = reader.read(document.data, document.name)
    out = Counted(1, seconds=time.process_time() - start)
    cells: list[tuple[float, bool]] = []
    for key, right in document.right.items():
        cell = (found.cells or {}).get(key)
        value = cell.value if cell is not None else None
        exact = value in right or (key in document.lost and value is None)
        confidence = cell.confidence if cell is not None else 0.0
        out.cells += 1
        out.exact += exact
        out.flagged += confidence < SURE
        if confidence >= SURE and not exact:
            out.silent += 1
            where = f"{document.format}, {document.style}, seed {document.seed}"
            out.wrong.append(f"{where}: {key} printed {sorted(map(str, right))}, read {value}")
        cells.append((confidence, exact))
    for key, cell in (found.cells or {}).items():  # a cell of the other form is as wrong as a wrong figure
        if key not in document.right and cell.value is not None and cell.confidence >= SURE:
            out.silent += 1
            out.wrong.append(f"{document.format}, {document.style}, seed {document.seed}: {key} is not in this form")
            cells.append((cell.confidence, False))
    return document.format, document.style, out, cells


def accuracy(made: list[Document]) -> tuple[dict[tuple[str, str], Counted], list[tuple[float, bool]], dict[str, float]]:
    """All documents over two processes, as the worker reads them. Returns counts by format and style, the cells, and
    documents a second by format."""
    counted: dict[tuple[str, str], Counted] = defaultdict(Counted)
    cells: list[tuple[float, bool]] = []
    speed: dict[str, float] = {}
    # A fresh interpreter each: forked ones would share the recogniser's threads.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"), initializer=_quiet) as pool:
        list(pool.map(judged, made[:4]))
        for kind in dict.fromkeys(document.format for document in made):
            own = [document for document in made if document.format == kind]
            list(pool.map(judged, own[:2]))
            start = time.perf_counter()
            for _, style, count, found in pool.map(judged, own):
                counted[kind, style].add(count)
                cells += found
            speed[kind] = len(own) / (time.perf_counter() - start)
    return counted, cells, speed


def _quiet() -> None:
    ocr.configure(1)  # two processes share two cores
    logging.disable(logging.WARNING)


def calibration(cells: list[tuple[float, bool]]) -> list[dict[str, Any]]:
    """Of the cells of each band of confidence, how many were wrong."""
    rows = []
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        own = [right for confidence, right in cells if low <= confidence < high]
        wrong = sum(not right for right in own)
        band = "1.00" if low == 1.0 else f"{low:.2f}–{high:.2f}"
        rows.append(
            {"confidence": band, "cells": len(own), "wrong": wrong, "share": round(wrong / max(1, len(own)), 6)}
        )
    return rows


# --------------------------------------------------------------------------------------------------------------- ratios


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """CPU seconds: the median of some runs, after one that does not count."""
    work()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return max(statistics.median(taken), 1e-9)


def ratios(made: list[Document]) -> list[dict[str, Any]]:
    """Reading against the bare library on the same bytes."""
    bare: dict[str, tuple[str, Callable[[bytes], object]]] = {
        "html": ("lxml.html parse", lxml.html.document_fromstring),
        "pdf": ("pypdfium2 characters and boxes", _pdf_characters),
        "docx": ("unzip and lxml parse", _parsed_zip),
        "odt": ("unzip and lxml parse", _parsed_zip),
        "ofd": ("unzip and lxml parse", _parsed_zip),
        "xlsx": ("calamine rows", _calamine_rows),
        "xls": ("calamine rows", _calamine_rows),
        "doc": ("olefile streams", _ole_streams),
    }
    out = []
    for kind, (what, work) in bare.items():
        own = [d for d in made if d.format == kind]
        own = own[:: max(1, len(own) // 12)]
        if not own:
            continue
        each = [(seconds(partial(reader.read, d.data, d.name)), seconds(partial(work, d.data))) for d in own]
        parsing = [seconds(partial(formats.reader(kind), d.data)) for d in own]
        out.append(
            {
                "format": kind,
                "bare": what,
                "milliseconds": round(1000 * statistics.mean(a for a, _ in each), 2),
                "bare_milliseconds": round(1000 * statistics.mean(b for _, b in each), 2),
                "ratio": round(sum(a for a, _ in each) / sum(b for _, b in each), 2),
                "container_only": round(sum(parsing) / sum(b for _, b in each), 2),
            }
        )
    out.append(_scan_ratio([d for d in made if d.format == "scan" and d.style == "pdf-clean-200"][:2]))
    return out


def _pdf_characters(data: bytes) -> int:
    """All characters with their loose boxes: what any reader of tables needs."""
    import ctypes

    count = 0
    box = raw.FS_RECTF()
    document = pdfium.PdfDocument(data)
    for page in document:
        text = page.get_textpage()
        for n in range(text.count_chars()):
            raw.FPDFText_GetUnicode(text, n)
            raw.FPDFText_GetLooseCharBox(text, n, ctypes.byref(box))
            count += 1
    document.close()
    return count


def _parsed_zip(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        return sum(len(lxml.etree.fromstring(archive.read(name), parser)) for name in names)


def _calamine_rows(data: bytes) -> int:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def _ole_streams(data: bytes) -> int:
    with olefile.OleFileIO(io.BytesIO(data)) as package:
        return sum(len(package.openstream(path).read()) for path in package.listdir())


def _scan_ratio(made: list[Document]) -> dict[str, Any]:
    """A page against the recogniser alone on the very crops of that page."""
    crops: list[Any] = []
    real = ocr.read

    def recording(given: Any) -> Any:
        crops.append(list(given))
        return real(given)

    whole = alone = 0.0
    pages = 0
    for document in made:
        whole += seconds(partial(reader.read, document.data, document.name), 3)
        pages += len(pdfium.PdfDocument(document.data))
        crops.clear()
        ocr.read = recording  # type: ignore[assignment]
        try:
            reader.read(document.data, document.name)
        finally:
            ocr.read = real
        batches = list(crops)
        alone += seconds(partial(_again, real, batches), 3)
    return {
        "format": "scan",
        "bare": "the recogniser on the page's crops",
        "milliseconds": round(1000 * whole / max(1, pages), 1),
        "bare_milliseconds": round(1000 * alone / max(1, pages), 1),
        "ratio": round(whole / max(alone, 1e-9), 2),
        "container_only": None,
    }


def _again(read: Callable[[Any], object], batches: list[Any]) -> None:
    for given in batches:
        read(given)


# --------------------------------------------------------------------------------------------------------------- others


Cells = list[list[str]]


def others(made: list[Document]) -> list[dict[str, Any]]:
    """The same files read by others, figures taken by their position in the form's tables; beside them our own reading of
    these files."""
    tools: list[tuple[str, str, str, Callable[[bytes], list[Cells]]]] = [
        ("pandas.read_html", "pandas", "html", _pandas_tables),
        ("pdfplumber", "pdfplumber", "pdf", _plumber_tables),
        ("camelot lattice", "camelot", "pdf", _camelot_tables),
    ]
    out = []
    for kind in ("html", "pdf"):
        own = [d for d in made if d.format == kind and d.truth is not None]
        own = own[:: max(1, len(own) // 40)]
        out.append(_scored("nianbao", kind, own, _own_hits))
        for tool, package, format_, tables_of in tools:
            if format_ != kind:
                continue
            if importlib.util.find_spec(package) is None:
                out.append({"tool": tool, "format": kind, "documents": 0, "exact": None, "note": "not installed"})
                continue
            out.append(_scored(tool, kind, own, partial(_tool_hits, tables_of)))
    return out


def _scored(tool: str, kind: str, own: list[Document], hits_of: Callable[[Document], int]) -> dict[str, Any]:
    hits = failed = 0
    start = time.process_time()
    for document in own:
        try:
            hits += hits_of(document)
        except Exception:  # noqa: BLE001  a tool that fails on a file has read none of its cells
            failed += 1
    spent = time.process_time() - start
    cells = sum(len(document.right) for document in own)
    return {
        "tool": tool,
        "format": kind,
        "documents": len(own),
        "exact": round(hits / max(1, cells), 4),
        "milliseconds": round(1000 * spent / max(1, len(own)), 1),
        "note": f"failed on {failed}" if failed else "",
    }


def _own_hits(document: Document) -> int:
    cells = reader.read(document.data, document.name).cells or {}
    return sum(key in cells and cells[key].value in right for key, right in document.right.items())


def _tool_hits(tables_of: Callable[[bytes], list[Cells]], document: Document) -> int:
    assert document.truth is not None
    return hits(document.truth, tables_of(document.data))


def hits(truth: report.Truth, found: list[Cells]) -> int:
    """Figures that stand where the form has them. For each of the three tables the extracted table that serves best, or
    the best run of up to six that follow each other (a table over page breaks), is taken: in favour of the tool."""
    values = [[[numbers.parse(text).value for text in row] for row in table] for table in found]
    total = 0
    for table in report.tables(truth).values():
        wanted = [
            (c.row, c.column, truth.allowed[c.slot.key]) for row in report.placed(table) for c in row if c.slot.key
        ]
        best = 0
        for first in range(len(values)):
            if sum(map(len, values[first])) < 4:
                continue
            rows: list[list[Number | None]] = []
            for part in values[first : first + 6]:
                rows += part
                got = sum(
                    row < len(rows) and column < len(rows[row]) and rows[row][column] in right
                    for row, column, right in wanted
                )
                best = max(best, got)
        total += best
    return total


def _pandas_tables(data: bytes) -> list[Cells]:
    import pandas

    tables = pandas.read_html(io.BytesIO(data), keep_default_na=False, flavor="lxml", header=None)
    # A row of nothing but <th> becomes the head; it is a row of the form all the same.
    return [
        [
            *([] if isinstance(table.columns, pandas.RangeIndex) else [[str(name) for name in table.columns]]),
            *([str(value) for value in row] for row in table.to_numpy().tolist()),
        ]
        for table in tables
    ]


def _plumber_tables(data: bytes) -> list[Cells]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as opened:
        return [
            [[(text or "").replace("\n", "") for text in row] for row in table]
            for page in opened.pages
            for table in page.extract_tables()
        ]


def _camelot_tables(data: bytes) -> list[Cells]:
    import camelot

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.write(data)
        file.flush()
        tables = camelot.read_pdf(  # type: ignore[attr-defined, unused-ignore]
            file.name, pages="all", flavor="lattice"
        )
        return [[[str(t).replace("\n", "") for t in row] for row in table.df.to_numpy().tolist()] for table in tables]


# -------------------------------------------------------------------------------------------------------------- the run


def main(seed: int, quick: bool = False) -> int:
    """Measure, print, write ``var/bench/reading.json``. Exit status 1 if a cell was silently wrong."""
    logging.disable(logging.WARNING)
    console = Console(width=110, highlight=False)
    made = documents(seed, 0.1 if quick else 1.0)
    counted, cells, speed = accuracy(made)
    result: dict[str, Any] = {
        "seed": seed,
        "documents": len(made),
        "accuracy": [
            {
                "format": kind,
                "style": style,
                "documents": c.documents,
                "cells": c.cells,
                "exact": round(c.exact / c.cells, 5),
                "flagged": round(c.flagged / c.cells, 5),
                "silent": c.silent,
            }
            for (kind, style), c in counted.items()
        ],
        "silent_errors": [line for c in counted.values() for line in c.wrong],
        "calibration": calibration(cells),
        "documents_per_second": {kind: round(value, 2) for kind, value in speed.items()},
        "ratios": ratios(made),
        "others": others(made),
    }
    cut = broken_off(made, 2 if quick else CUTS)
    result["broken_off"] = {
        kind: {"files": c.files, "refused": c.refused, "silent": c.silent, "said": c.said} for kind, c in cut.items()
    }
    result["silent_errors"] += [line for count in cut.values() for line in count.wrong]
    show(console, result, counted)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    console.print(f"written to {OUT}")
    return int(bool(result["silent_errors"]))


def broken_off(made: list[Document], cuts: int) -> dict[str, Broken]:
    """One document of each style, pictures left out, cut at as many places."""
    first = {(document.format, document.style): document for document in reversed(made)}
    chosen = [
        Source(d.format, d.name, d.seed, d.data, d.right)
        for d in first.values()
        if d.truth is not None and not d.lost and not d.truth.wrong and d.format not in ("scan", "pdf of pictures")
    ]
    return broken(chosen, cuts)


def show(console: Console, result: dict[str, Any], counted: dict[tuple[str, str], Counted]) -> None:
    """The tables of a run."""
    table = _table("Accuracy", "format", "style", "documents", "cells", "exact", "flagged", "silent")
    for row in result["accuracy"]:
        shares = (f"{row['exact']:.2%}", f"{row['flagged']:.2%}")
        table.add_row(
            row["format"], row["style"], str(row["documents"]), str(row["cells"]), *shares, str(row["silent"])
        )
    total = Counted()
    for count in counted.values():
        total.add(count)
    shares = (f"{total.exact / total.cells:.2%}", f"{total.flagged / total.cells:.2%}")
    table.add_row("all", "", str(total.documents), str(total.cells), *shares, str(total.silent), style="bold")
    console.print(table)
    table = _table("Calibration", "confidence", "cells", "wrong", "share")
    for row in result["calibration"]:
        table.add_row(row["confidence"], str(row["cells"]), str(row["wrong"]), f"{row['share']:.4%}")
    console.print(table)
    table = _table("Documents a second, two processes", "format", "a second")
    for kind, value in result["documents_per_second"].items():
        table.add_row(kind, f"{value:.1f}")
    console.print(table)
    columns = ("format", "bare", "reading ms", "bare ms", "ratio", "before", "container only")
    table = _table("CPU against the bare library", *columns)
    before: dict[str, float] = yaml.safe_load(COST.read_text(encoding="utf-8"))["reading"]
    for row in result["ratios"]:
        only = "" if row["container_only"] is None else str(row["container_only"])
        earlier = str(before.get(row["format"], ""))
        figures = (str(row["milliseconds"]), str(row["bare_milliseconds"]), str(row["ratio"]), earlier, only)
        table.add_row(row["format"], row["bare"], *figures)
    console.print(table)
    table = _table("Cut at random", "format", "files", "refused", "silent", "said without a look")
    for kind, row in result["broken_off"].items():
        table.add_row(kind, *(str(row[name]) for name in ("files", "refused", "silent", "said")))
    console.print(table)
    table = _table(
        "Others on the same files, figures by position", "tool", "format", "documents", "exact", "ms each", "note"
    )
    for row in result["others"]:
        exact = "" if row["exact"] is None else f"{row['exact']:.1%}"
        spent = str(row.get("milliseconds", ""))
        table.add_row(row["tool"], row["format"], str(row["documents"]), exact, spent, row["note"])
    console.print(table)
    for line in result["silent_errors"][:50]:
        console.print(f"silent: {line}")


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", min_width=len(title)
    )
    for column in columns:
        words = column in {"format", "style", "bare", "tool", "note", "confidence"}
        table.add_column(column, justify="left" if words else "right")
    return table


if __name__ == "__main__":
    sys.exit(main(random.SystemRandom().randrange(10**6)))
