"""PDF: characters and path segments by pypdfium2, a page at a time.

A page is read as text only if its text is what is seen: text that is invisible, or lies under a picture of the page, or
has no sound characters behind its glyphs, is left alone and the page is handed on as a picture.
"""

from __future__ import annotations

import re

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reports.blocks import Blocks, Unreadable
from reports.formats.pages import DrawnPage, layouts_of
from reports.formats.pdf import fonts
from reports.formats.pdf.page import PageReader
from reports.formats.pdf.repair import repaired

MAX_PAGES = 60  # a bound on the time: no annual report is that long
MAX_PICTURES = 40  # in the document, pages handed on as pictures not counted


def blocks(data: bytes) -> Blocks:
    """The pages as laid out; those that are pictures as ``Picture``. Raises Unreadable: encrypted, damaged, a limit."""
    fonts.install()
    document = _opened(data)
    if document is None:
        mended = repaired(data)
        document = _opened(mended) if mended is not None else None
    if document is None:
        raise Unreadable("the PDF is damaged (it has no index of its pages); fetch it again or ask for it")
    try:
        return _read(document, data)
    finally:
        document.close()


def _opened(data: bytes) -> pdfium.PdfDocument | None:
    """The document; None where it is damaged. Raises Unreadable: encrypted."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Unreadable("the file is encrypted; ask for it without a password") from error
        return None


def _read(document: pdfium.PdfDocument, data: bytes) -> Blocks:
    out = Blocks("pdf-text")
    count = len(document)
    if not count:
        raise Unreadable("the PDF has no pages; fetch it again or ask for it")
    if count > MAX_PAGES:
        out.warnings.append(f"the PDF has {count} pages; the first {MAX_PAGES} are read")
    out.incomplete = _open_end(data)
    pages: list[DrawnPage] = []
    scanned = failed = pictures = 0
    for index in range(min(count, MAX_PAGES)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            failed += 1
            out.incomplete = out.incomplete or f"page {index + 1} cannot be opened"
            out.warnings.append(f"page {index + 1} is damaged and not read")
            continue
        reading = PageReader(page, index + 1, MAX_PICTURES - pictures)
        try:
            read, scan = reading.read()
        finally:
            page.close()
        if reading.lost and not scan:
            read.doubtful = True
            out.warnings.append(
                f"page {index + 1} shows {reading.lost} pieces of text that its text layer lacks; its figures are in doubt"
            )
        pages.append(read)
        scanned += scan
        pictures += len(read.pictures) if not scan else 0
    if failed == min(count, MAX_PAGES):
        raise Unreadable("none of the PDF's pages can be opened; fetch it again or ask for it")
    out.layouts = layouts_of(pages)
    if scanned and scanned == len(pages):
        out.reader = "pdf-ocr"
    return out


def _open_end(data: bytes) -> str:
    """Why the file is taken to break off, empty if it does not: it has no end, or goes on with objects behind it."""
    end = data.rfind(b"%%EOF")
    if end < 0 or (end < len(data) - 2048 and re.search(rb"\d\s+obj\b", data[end:])):
        return "the PDF has no end"
    return "the PDF goes on behind its end" if re.search(rb"\bobj\b|\bstream\b", data[end:]) else ""
