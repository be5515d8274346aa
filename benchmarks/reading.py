"""Reading, measured on documents made anew: accuracy, silent errors, calibration, speed, and others beside it.

A silent error is a cell whose value is wrong and whose confidence is 0.9 or more. A cell below 0.9 is flagged: a person
looks at it. Ratios are CPU time in one process against the bare library on the same bytes in the same run.
"""

from __future__ import annotations

import io
import json
import logging
import multiprocessing
import random
import shutil
import statistics
import subprocess
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
from typing import Any

import lxml.etree
import lxml.html
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from rich.console import Console
from rich.table import Table

from reports import formats, forms, reader
from reports.formats import ocr
from reports.report import Form, Number
from tests.makers import docx, odt, ofd, pdf, report, rtf, scan, sheet
from tests.reports import rendering

OUT = Path("var/bench/reading.json")
SURE = 0.9
BINS = (0.0, 0.3, 0.6, 0.9, 0.95, 0.99, 1.0)
DPI = (100, 120, 150, 200, 300)
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
# Documents of each style of a format: some 330 in all.
EACH = {
    "html": 60,
    "text": 60,
    "pdf": 4,
    "ofd": 4,
    "docx": 4,
    "odt": 4,
    "rtf": 4,
    "xlsx": 4,
    "scan": 6,
    "zip": 4,
    "doc": 8,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document with what each cell may be read as; ``lost`` cells are not printed in a way that can be read."""

    format: str
    style: str
    name: str
    data: bytes
    form: Form
    right: dict[str, frozenset[Number | None]]
    lost: frozenset[str] = frozenset()
    pages: int = 1


@dataclass(slots=True)
class Counted:
    """What came of the documents of one style."""

    documents: int = 0
    cells: int = 0
    exact: int = 0
    flagged: int = 0
    silent: int = 0
    seconds: float = 0.0
    pages: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Counted) -> None:
        """Take in what came of others."""
        for name in ("documents", "cells", "exact", "flagged", "silent", "seconds", "pages"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong


# ------------------------------------------------------------------------------------------------------- the documents


def documents(seed: int, share: float = 1.0) -> Iterator[Document]:
    """The set: every format in every style; ``share`` of the full number."""

    def count(name: str) -> int:
        return max(1, round(EACH[name] * share))

    for kind, make in (("html", rendering.html), ("text", rendering.text)):
        for n in range(count(kind)):
            page = make(seed + n)
            right = {key: frozenset(values) for key, values in page.right.items()}
            yield Document(kind, "any layout", f"{n}.{kind}", page.data, page.form, right, frozenset(page.lost))
    makers = {"pdf": pdf, "ofd": ofd, "docx": docx, "odt": odt, "rtf": rtf, "xlsx": sheet}
    for name, maker in makers.items():
        for style in maker.STYLES:
            for n in range(count(name)):
                yield _made(name, style, maker.render, seed + 1000 * n + len(style))
    for style in pdf.SCANS:
        yield _made("pdf", style, pdf.render, seed + len(style))
    for n in range(count("zip")):
        inner = _made("docx", "merged", docx.render, seed + 5000 + n)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("附件/年度报告.docx", inner.data)
        yield Document("zip", "docx within", f"{n}.zip", packed.getvalue(), inner.form, inner.right)
    yield from _word_documents(seed + 6000, count("doc"))
    for dpi in DPI:
        for n in range(count("scan")):
            yield _scanned(seed + 10 * dpi + n, dpi, n)


def _made(name: str, style: str, render: Callable[[report.Truth, random.Random, str], bytes], seed: int) -> Document:
    truth = report.make(seed)
    return Document(
        name, style, f"{style}.{name}", render(truth, random.Random(seed), style), truth.form, dict(truth.allowed)
    )


def _word_documents(seed: int, count: int) -> Iterator[Document]:
    """DOC as LibreOffice writes it, where it is installed."""
    if OFFICE is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        truths = [report.make(seed + n) for n in range(count)]
        for n, truth in enumerate(truths):
            Path(folder, f"{n}.docx").write_bytes(docx.render(truth, random.Random(seed + n), "merged"))
        profile = f"-env:UserInstallation=file://{folder}/profile"
        names = [str(path) for path in sorted(Path(folder).glob("*.docx"))]
        command = [OFFICE, profile, "--headless", "--convert-to", "doc", "--outdir", folder, *names]
        subprocess.run(command, capture_output=True, timeout=180, check=False)
        for n, truth in enumerate(truths):
            made = Path(folder, f"{n}.doc")
            if made.exists():
                yield Document("doc", "converted", made.name, made.read_bytes(), truth.form, dict(truth.allowed))


def _scanned(seed: int, dpi: int, n: int) -> Document:
    sheets = scan.sheets(seed)
    wear = scan.random_wear(seed, (dpi,))
    pages = [scan.worn(page, wear, seed + k) for k, page in enumerate(sheets.pages)]
    right = {key: frozenset(values) for key, values in sheets.right.items()}
    kind = ("tiff", "pdf", "png", "jpeg")[n % 4]
    if kind == "tiff" or wear.bilevel:
        kind, data = "tiff", scan.tiff(pages, wear.bilevel)
    elif kind == "pdf":
        data = scan.pdf(pages, dpi)
    else:
        data = scan.encoded(scan.stacked(pages), kind.upper())
    return Document("scan", f"{dpi} dpi", f"{n}.{kind}", data, sheets.form, right, pages=len(pages))


# ------------------------------------------------------------------------------------------------------------- accuracy


def judged(document: Document) -> tuple[str, str, Counted, list[tuple[float, bool]]]:
    """Read a document: counts, and of every cell the confidence and whether it is right."""
    start = time.process_time()
    found = reader.read(document.data, document.name)
    out = Counted(1, seconds=time.process_time() - start, pages=document.pages)
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
            where = f"{document.format} {document.style} {document.name}"
            out.wrong.append(f"{where}: {key} printed {sorted(map(str, right))}, read {value}")
        cells.append((confidence, exact))
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
            for _, style, count, found in pool.map(judged, own, chunksize=1):
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
    }
    out = []
    for kind, (what, work) in bare.items():
        own = [d for d in made if d.format == kind and d.style not in pdf.SCANS][:12]
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
    out.append(_scan_ratio([d for d in made if d.format == "scan" and d.style == "200 dpi"][:2]))
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
        pages += document.pages
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


def others(made: list[Document]) -> list[dict[str, Any]]:
    """The same files read by others and taken by position: the last seven cells of the rows of table three. What a tool
    calls a table is taken as it is; rows are compared in order."""
    tools: list[tuple[str, str, Callable[[Document], list[list[str]]]]] = [
        ("nianbao", "html", _own_rows),
        ("pandas.read_html", "html", _pandas_rows),
        ("nianbao", "pdf", _own_rows),
        ("pdfplumber", "pdf", _plumber_rows),
        ("camelot lattice", "pdf", _camelot_rows),
    ]
    out = []
    for tool, kind, rows_of in tools:
        own = [d for d in made if d.format == kind and d.style not in pdf.SCANS]
        own = own[:: max(1, len(own) // 20)]
        right = cells = 0
        start = time.process_time()
        why = ""
        for document in own:
            expected = _expected(document)
            try:
                rows = rows_of(document)
            except ImportError as error:
                why = f"not installed ({error.name})"
                break
            except Exception as error:  # noqa: BLE001  a tool that fails on a file has read none of its cells
                rows = []
                why = f"failed on some files ({type(error).__name__})"
            cells += sum(len(row) for row in expected)
            right += _hits(rows, expected)
        spent = time.process_time() - start
        exact = round(right / cells, 4) if cells else None
        each = round(1000 * spent / max(1, len(own)), 1)
        out.append(
            {"tool": tool, "format": kind, "documents": len(own), "exact": exact, "milliseconds": each, "note": why}
        )
    return out


def _expected(document: Document) -> list[list[frozenset[Number | None]]]:
    return [[document.right[key] for key in spec.cells()] for spec in forms.rows("applications", document.form)]


def _hits(rows: list[list[str]], expected: list[list[frozenset[Number | None]]]) -> int:
    """Cells equal to the truth, rows of at least seven cells taken in order from the first that fits."""
    from reports import numbers

    taken = [row[-7:] for row in rows if len(row) >= 7]
    figures = [row for row in taken if sum(numbers.parse(text).value is not None for text in row) >= 5]
    hits = 0
    for row, right in zip(figures, expected, strict=False):
        hits += sum(numbers.parse(text).value in values for text, values in zip(row, right, strict=True))
    return hits


def _own_rows(document: Document) -> list[list[str]]:
    found = reader.read(document.data, document.name).cells or {}
    rows = []
    for spec in forms.rows("applications", document.form):
        cells = [found.get(key) for key in spec.cells()]
        rows.append(["" if c is None else str(c.value) if c.value is not None else c.raw for c in cells])
    return rows


def _pandas_rows(document: Document) -> list[list[str]]:
    import pandas

    tables = pandas.read_html(io.BytesIO(document.data), keep_default_na=False, flavor="lxml")
    return [[str(value) for value in row] for table in tables for row in table.to_numpy().tolist()]


def _plumber_rows(document: Document) -> list[list[str]]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(document.data)) as opened:
        return [
            [(text or "").replace("\n", "") for text in row]
            for page in opened.pages
            for table in page.extract_tables()
            for row in table
        ]


def _camelot_rows(document: Document) -> list[list[str]]:
    import camelot

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.write(document.data)
        file.flush()
        tables = camelot.read_pdf(  # type: ignore[attr-defined, unused-ignore]
            file.name, pages="all", flavor="lattice"
        )
        return [
            [str(text).replace("\n", "") for text in row] for table in tables for row in table.df.to_numpy().tolist()
        ]


# -------------------------------------------------------------------------------------------------------------- the run


def main(seed: int, quick: bool = False) -> int:
    """Measure, print, write ``var/bench/reading.json``. Exit status 1 if a cell was silently wrong."""
    logging.disable(logging.WARNING)
    console = Console(width=110, highlight=False)
    made = list(documents(seed, 0.15 if quick else 1.0))
    counted, cells, speed = accuracy(made)
    result = {
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
    show(console, result, counted)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    console.print(f"written to {OUT}")
    return int(bool(result["silent_errors"]))


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
    table = _table("CPU against the bare library", "format", "bare", "reading ms", "bare ms", "ratio", "container only")
    for row in result["ratios"]:
        only = "" if row["container_only"] is None else str(row["container_only"])
        figures = (str(row["milliseconds"]), str(row["bare_milliseconds"]), str(row["ratio"]), only)
        table.add_row(row["format"], row["bare"], *figures)
    console.print(table)
    table = _table(
        "Table three of the same files, by position", "tool", "format", "documents", "exact", "ms each", "note"
    )
    for row in result["others"]:
        exact = "" if row["exact"] is None else f"{row['exact']:.1%}"
        table.add_row(row["tool"], row["format"], str(row["documents"]), exact, str(row["milliseconds"]), row["note"])
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
