"""One small report in every format a portal publishes: cheap to read, for tests that read thousands.

The same title, narrative and table each time, so that one expectation serves them all; written as plainly as the format
allows, which leaves the most for a mutation to break.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from xml.sax.saxutils import escape

from tests.makers import ole

TITLE = "甲县水利局2023年政府信息公开工作年度报告"
PARAGRAPHS = (
    TITLE,
    "一、总体情况",
    "全年收到政府信息公开申请3件，已全部答复，未发生行政复议。",
    "二、主动公开政府信息情况",
)
TABLE = (
    ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    ("规章", "0", "1", "2"),
    ("行政规范性文件", "1", "", "5"),
)
CELLS = {
    "proactive.regulations.issued": 0,
    "proactive.regulations.repealed": 1,
    "proactive.regulations.in_force": 2,
    "proactive.normative_documents.issued": 1,
    "proactive.normative_documents.repealed": None,
    "proactive.normative_documents.in_force": 5,
}


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def html() -> bytes:
    head, *rest = PARAGRAPHS
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in TABLE)
    text = "".join(f"<p>{line}</p>" for line in rest)
    return (
        f"<html><head><title>年报</title></head><body><h1>{head}</h1>{text}<table>{rows}</table></body></html>".encode()
    )


def text() -> bytes:
    return "\n".join([*PARAGRAPHS, *("\t".join(row) for row in TABLE)]).encode()


@lru_cache(maxsize=1)
def pdf() -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), pageCompression=0, invariant=1)
    canvas.setFont("STSong-Light", 10)
    for n, line in enumerate(PARAGRAPHS):
        canvas.drawString(20, 280 - 18 * n, line)
    for r, row in enumerate(TABLE):
        for c, cell in enumerate(row):
            canvas.rect(20 + 90 * c, 180 - 20 * r, 90, 20, stroke=1, fill=0)
            canvas.drawString(24 + 90 * c, 186 - 20 * r, cell)
    canvas.save()
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx_members() -> dict[str, bytes]:
    def paragraph(line: str) -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>{escape(line)}</w:t></w:r></w:p>'

    rows = "".join(
        "<w:tr>"
        + "".join(f'<w:tc><w:tcPr><w:gridSpan w:val="1"/></w:tcPr>{paragraph(text)}</w:tc>' for text in row)
        + "</w:tr>"
        for row in TABLE
    )
    body = "".join(map(paragraph, PARAGRAPHS))
    return {
        "word/document.xml": (
            f'<w:document xmlns:w="{WORD}"><w:body>{body}<w:tbl>{rows}</w:tbl></w:body></w:document>'
        ).encode(),
        "word/styles.xml": (
            f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="a"><w:name w:val="Normal"/><w:basedOn w:val="b"/>'
            f'<w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style><w:style w:styleId="b"/></w:styles>'
        ).encode(),
        "word/numbering.xml": (
            f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            f'<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
            f'<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
        ).encode(),
    }


def docx() -> bytes:
    return zipped(docx_members())


_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def odt_members() -> dict[str, bytes]:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{escape(text)}</text:p></table:table-cell>" for text in row)
        + "</table:table-row>"
        for row in TABLE
    )
    body = "".join(f"<text:p>{escape(line)}</text:p>" for line in PARAGRAPHS)
    content = (
        f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0"'
        f' xmlns:table="{_ODF}:table:1.0"><office:body><office:text>{body}<table:table>'
        f'<table:table-column table:number-columns-repeated="4"/>{rows}</table:table></office:text></office:body>'
        "</office:document-content>"
    )
    return {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()}


def odt() -> bytes:
    return zipped(odt_members())


def ofd_members() -> dict[str, bytes]:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    items: list[str] = []

    def put(x: float, y: float, line: str) -> None:
        items.append(
            f'<ofd:TextObject ID="{len(items) + 10}" Boundary="{x} {y} 120 6" Font="1" Size="4">'
            f'<ofd:TextCode X="0" Y="4" DeltaX="g {len(line)} 4">{escape(line)}</ofd:TextCode></ofd:TextObject>'
        )

    for n, line in enumerate(PARAGRAPHS):
        put(10, 10 + 8 * n, line)
    for r, row in enumerate(TABLE):
        for c, cell in enumerate(row):
            items.append(
                f'<ofd:PathObject ID="{len(items) + 10}" Boundary="{10 + 34 * c} {60 + 8 * r} 34 8" LineWidth="0.2">'
                "<ofd:AbbreviatedData>M 0 0 L 34 0 L 34 8 L 0 8 C</ofd:AbbreviatedData></ofd:PathObject>"
            )
            if cell:
                put(12 + 34 * c, 61 + 8 * r, cell)
    page = f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="2">{"".join(items)}</ofd:Layer></ofd:Content></ofd:Page>'
    return {
        "OFD.xml": (
            f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        ).encode(),
        "Doc_0/Document.xml": (
            f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 160 100</ofd:PhysicalBox>"
            "</ofd:PageArea></ofd:CommonData>"
            '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>'
        ).encode(),
        "Doc_0/Pages/Page_0/Content.xml": page.encode(),
    }


def ofd() -> bytes:
    return zipped(ofd_members())


def word() -> bytes:
    return ole.word(PARAGRAPHS, TABLE)


def rtf() -> bytes:
    def coded(line: str) -> str:
        return "".join(f"\\u{ord(char)}?" if ord(char) > 127 else char for char in line)

    lines = "".join(f"\\pard {coded(line)}\\par " for line in PARAGRAPHS)
    rows = "".join(
        "\\trowd"
        + "".join(f"\\cellx{2000 * (n + 1)}" for n in range(len(row)))
        + "".join(f"\\pard\\intbl {coded(text)}\\cell " for text in row)
        + "\\row "
        for row in TABLE
    )
    return f"{{\\rtf1\\ansi\\ansicpg936{{\\fonttbl{{\\f0\\fcharset134 SimSun;}}}}\\f0 {lines}{rows}}}".encode("ascii")


def xls() -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("年报")
    for n, line in enumerate(PARAGRAPHS):
        sheet.write_merge(n, n, 0, 3, line)
    for r, row in enumerate(TABLE, len(PARAGRAPHS)):
        for c, cell in enumerate(row):
            if cell:
                sheet.write(r, c, float(cell) if cell.isdigit() else cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_members() -> dict[str, bytes]:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def cell(row: int, column: int, value: str) -> str:
        place = f"{'ABCD'[column]}{row}"
        if value.isdigit():
            return f'<c r="{place}"><v>{value}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    first = len(PARAGRAPHS)
    rows = "".join(f'<row r="{n}">{cell(n, 0, line)}</row>' for n, line in enumerate(PARAGRAPHS, 1))
    rows += "".join(
        f'<row r="{n}">' + "".join(cell(n, c, value) for c, value in enumerate(row)) + "</row>"
        for n, row in enumerate(TABLE, first + 1)
    )
    return {
        "[Content_Types].xml": (
            b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            b'<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="年报" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>"
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{main}"><cols><col min="1" max="4" width="12"/></cols><sheetData>{rows}</sheetData>'
            '<mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells></worksheet>'
        ).encode(),
    }


def xlsx() -> bytes:
    return zipped(xlsx_members())


def ods_members() -> dict[str, bytes]:
    lines = [*((line,) for line in PARAGRAPHS), *TABLE]
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{escape(text)}</text:p></table:table-cell>" for text in row)
        + "</table:table-row>"
        for row in lines
    )
    content = (
        f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0"'
        f' xmlns:table="{_ODF}:table:1.0"><office:body><office:spreadsheet><table:table table:name="a">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}


def ods() -> bytes:
    return zipped(ods_members())


def archive() -> bytes:
    return zipped({"说明.txt": "说明".encode(), "报告.html": html()})


def picture(kind: str = "PNG", size: tuple[int, int] = (208, 204)) -> bytes:
    """A page with a small frame and a few strokes: too small to hold text, large enough to be looked at."""
    from PIL import Image, ImageDraw

    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for y in range(40, 161, 40):
        draw.line((20, y, 190, y), fill=0, width=2)
    for x in (20, 105, 190):
        draw.line((x, 40, x, 160), fill=0, width=2)
    draw.text((40, 55), "12", fill=0)
    out = io.BytesIO()
    image = image.convert("1") if kind == "TIFF" else image
    options = {"save_all": True, "append_images": [image.copy()]} if kind == "TIFF" else {}
    image.save(out, kind, **options)
    return out.getvalue()


# What is told by content; a picture is too small to hold this text.
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "html": html,
    "txt": text,
    "pdf": pdf,
    "docx": docx,
    "odt": odt,
    "ofd": ofd,
    "doc": word,
    "wps": word,
    "rtf": rtf,
    "xls": xls,
    "et": xls,
    "xlsx": xlsx,
    "ods": ods,
    "zip": archive,
}
