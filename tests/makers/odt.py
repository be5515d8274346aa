"""Reports as ODT."""

from __future__ import annotations

import random
from xml.sax.saxutils import escape

from tests.makers.ofd import packed
from tests.makers.report import Table, Truth, placed, story, tables

STYLES = ("merged", "repeated", "split", "sections")
_TYPE = "application/vnd.oasis.opendocument.text"
_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)


def _p(text: str, rng: random.Random) -> str:
    if len(text) > 2 and rng.random() < 0.4:
        cut = rng.randrange(1, len(text))
        return f"<text:p>{escape(text[:cut])}<text:span>{escape(text[cut:])}</text:span></text:p>"
    return f"<text:p>{escape(text)}</text:p>"


def _table(table: Table, rng: random.Random, style: str, first: int = 0, last: int | None = None) -> str:
    rows = placed(table)
    width = max(cell.column + cell.slot.columns for row in rows for cell in row)
    covered = {
        (cell.row + i, cell.column + j)
        for row in rows
        for cell in row
        for i in range(cell.slot.rows)
        for j in range(cell.slot.columns)
    } - {(cell.row, cell.column) for row in rows for cell in row}
    out = ""
    for n, row in enumerate(rows[: last if last is not None else len(rows)]):
        if n < first:
            continue
        here = {cell.column: cell for cell in row}
        column, cells = 0, ""
        while column < width:
            if (n, column) in covered:
                cells += "<table:covered-table-cell/>"
                column += 1
                continue
            cell = here.get(column)
            if cell is None:
                break
            same = 1
            if style == "repeated" and cell.slot.columns == 1 and cell.slot.rows == 1:
                while (
                    (other := here.get(column + same)) is not None
                    and other.slot.text == cell.slot.text
                    and (other.slot.columns == 1 and other.slot.rows == 1)
                ):
                    same += 1
            attributes = f' table:number-columns-repeated="{same}"' if same > 1 else ""
            if cell.slot.columns > 1:
                attributes += f' table:number-columns-spanned="{cell.slot.columns}"'
            if cell.slot.rows > 1:
                attributes += f' table:number-rows-spanned="{cell.slot.rows}"'
            cells += f"<table:table-cell{attributes}>{_p(cell.slot.text, rng)}</table:table-cell>"
            column += same
        line = f"<table:table-row>{cells}</table:table-row>"
        out += f"<table:table-header-rows>{line}</table:table-header-rows>" if n == 0 else line
    return f'<table:table><table:table-column table:number-columns-repeated="{width}"/>{out}</table:table>'


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """An ODT. ``style`` is one of ``STYLES``."""
    found = tables(truth)
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>共收到申请999件</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
    )
    for kind, text in story(truth):
        if kind == "table":
            table = found[text]
            if style == "split" and len(table) > 8:
                cut = rng.randrange(5, len(table) - 2)
                body += _table(table, rng, style, 0, cut) + "<text:p/>" + _table(table, rng, style, cut)
            else:
                body += _table(table, rng, style)
        elif kind == "heading":
            body += f'<text:h text:outline-level="1">{escape(text)}</text:h>'
        elif style == "sections":
            body += f"<text:section>{_p(text, rng)}</text:section>"
        else:
            body += _p(text, rng)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" {_NAMESPACES}>'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2" '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return packed({"mimetype": _TYPE, "content.xml": content, "META-INF/manifest.xml": manifest})
