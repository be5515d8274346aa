"""Reports as DOCX, written as XML: merges, nesting, revisions, fields, text boxes as office programs leave them."""

from __future__ import annotations

import random
from xml.sax.saxutils import escape

from tests.makers.ofd import packed
from tests.makers.report import WIDTHS, Placed, Table, Truth, placed, story, tables

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    "merged",
    "unmerged",
    "split",
    "nested",
    "revised",
    "fields",
    "boxed",
    "controls",
    "numbered",
    "strict",
    "borderless",
)

_TEXT = 9000  # twentieths of a point: the width of the text
_SHARES = {len(shares): shares for shares in WIDTHS.values()}
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = "<w:tblBorders>" + "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in _SIDES) + "</w:tblBorders>"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    f"<?xml version='1.0' encoding='UTF-8'?><Types xmlns='{_PACKAGE}/content-types'><Default Extension='rels' "
    "ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
    "<Default Extension='xml' ContentType='application/xml'/>"
    f"<Override PartName='/word/document.xml' ContentType='{_WORD}.document.main+xml'/>"
    f"<Override PartName='/word/numbering.xml' ContentType='{_WORD}.numbering+xml'/></Types>"
)
_RELATIONS = (
    f"<?xml version='1.0' encoding='UTF-8'?><Relationships xmlns='{_PACKAGE}/relationships'>{{0}}</Relationships>"
)
_BOX = (
    "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{0}</wps:txbx></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox>{0}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
)


def run(text: str, properties: str = "") -> str:
    """One run."""
    return f'<w:r><w:rPr>{properties}<w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _inline(text: str, rng: random.Random, style: str) -> str:
    """A text in runs that are cut anywhere, with what else stands between them."""
    if style == "revised" and text:
        junk = f"<w:del w:id='9' w:author='a'><w:r><w:delText>{rng.randint(1, 99)}</w:delText></w:r></w:del>"
        hidden = run("8", "<w:vanish/>")
        return rng.choice(
            (
                junk + f"<w:ins w:id='8' w:author='a'>{run(text)}</w:ins>",
                hidden + run(text),
                run(text) + "<w:moveFrom w:id='7'>" + run("5") + "</w:moveFrom>",
            )
        )
    if style == "fields" and text and rng.random() < 0.3:
        return (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(LEFT) 99 </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(text)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
    if style == "controls" and text and rng.random() < 0.3:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>"
    if len(text) > 2 and rng.random() < 0.4:
        cut = rng.randrange(1, len(text))
        return run(text[:cut]) + "<w:bookmarkStart w:id='1' w:name='b'/>" + run(text[cut:])
    return run(text) if text else ""


def _paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def _cell(inner: str, span: int, merge: str = "", width: int = 900) -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{span}"/>{merge}'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def _table(table: Table, rng: random.Random, style: str, first: int = 0, last: int | None = None) -> str:
    rows = placed(table)
    last = len(rows) if last is None else last
    width = max(cell.column + cell.slot.columns for row in rows for cell in row)
    shares = _SHARES[width]
    open_: dict[int, Placed] = {}
    out = []
    for n in range(len(rows)):
        here = {cell.column: cell for cell in rows[n]}
        open_ |= {place: cell for place, cell in here.items() if cell.slot.rows > 1}
        column, cells = 0, []
        while column < width:
            cell = here.get(column)
            if cell is not None:
                merge = '<w:vMerge w:val="restart"/>' if cell.slot.rows > 1 and style != "unmerged" else ""
                inner = _paragraph(_inline(cell.slot.text, rng, style))
                if style == "nested" and rng.random() < 0.2:
                    inner = f"<w:tbl><w:tr>{_cell(inner, 1)}</w:tr></w:tbl><w:p/>"
                wide = round(_TEXT * sum(shares[column : column + cell.slot.columns]))
                cells.append(_cell(inner, cell.slot.columns, merge, wide))
                column += cell.slot.columns
                continue
            above = open_.get(column)
            if above is None or above.row + above.slot.rows <= n:
                break  # the row ends before the table's width
            merge = "<w:vMerge/>" if style != "unmerged" else ""
            wide = round(_TEXT * sum(shares[column : column + above.slot.columns]))
            cells.append(_cell("<w:p/>", above.slot.columns, merge, wide))
            column += above.slot.columns
        row = "<w:tr>" + "".join(cells) + "</w:tr>"
        if style == "controls" and rng.random() < 0.2:
            row = f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>"
        if first <= n < last:
            out.append(row)
            if style == "revised" and rng.random() < 0.1 and n > 3:
                gone = _cell(_paragraph(run("9")), 1) * 8
                out.append(f"<w:tr><w:trPr><w:del w:id='3' w:author='a'/></w:trPr>{gone}</w:tr>")
    grid = "".join(f'<w:gridCol w:w="{round(_TEXT * share)}"/>' for share in shares)
    rules = "" if style == "borderless" else _BORDERS
    return f"<w:tbl><w:tblPr>{rules}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(out)}</w:tbl>"


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """A DOCX. ``style`` is one of ``STYLES``."""
    found = tables(truth)
    body = ""
    for kind, text in story(truth):
        if kind == "table":
            table = found[text]
            if style == "split" and len(table) > 8:
                cut = rng.randrange(5, len(table) - 2)
                body += _table(table, rng, style, 0, cut) + "<w:p/>" + _table(table, rng, style, cut)
            elif style == "nested":
                inner = _table(table, rng, style)
                body += f"<w:tbl><w:tr>{_cell(inner + '<w:p/>', 1)}</w:tr></w:tbl>"
            else:
                body += _table(table, rng, style)
        elif kind == "heading" and style == "numbered":
            title = text.partition("、")[2]
            body += _paragraph(run(title), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        elif kind == "title" and style == "boxed":
            box = _BOX.format(f"<w:txbxContent>{_paragraph(run(text))}</w:txbxContent>")
            body += _paragraph(f"<w:r>{box}</w:r>")
        else:
            body += _paragraph(_inline(text, rng, style if style != "revised" else ""))
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{STRICT if style == "strict" else W}"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"<w:body>{body}<w:sectPr/></w:body></w:document>"
    )
    numbering = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="4"/></w:num></w:numbering>'
    )
    return packed(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELATIONS.format(
                f"<Relationship Id='r1' Type='{OFFICE}/officeDocument' Target='word/document.xml'/>"
            ),
            "word/document.xml": document,
            "word/numbering.xml": numbering,
            "word/_rels/document.xml.rels": _RELATIONS.format(
                f"<Relationship Id='r1' Type='{OFFICE}/numbering' Target='numbering.xml'/>"
            ),
        }
    )
