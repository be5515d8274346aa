"""Files made to harm: each ends within its limit in one clear line, or is read; and the next of the batch is read right."""

from __future__ import annotations

import io
import json
import random
import re
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reports import sandbox
from reports.report import Report
from reports.sandbox import Limits
from tests.makers import small

pytestmark = pytest.mark.slow

# Half of what a worker allows: what needs more needs too much, and a test need not wait for it.
LIMITS = Limits(memory_mb=1536, seconds=20)


@pytest.fixture(scope="module", autouse=True)
def _no_child_left() -> Iterator[None]:
    yield
    sandbox.close()


def read(data: bytes, name: str) -> Report:
    """Read in the child, within its time; what comes after is read by the same child or its successor."""
    began = time.monotonic()
    report = sandbox.read(data, name, limits=LIMITS)
    assert time.monotonic() - began < LIMITS.seconds + 5
    said = json.loads(report.as_json())
    assert ("error" in said) != ("cells" in said)
    if report.error is not None:
        assert "\n" not in report.error
        assert len(report.error) < 300
        assert "reader failed" not in report.error
    after = sandbox.read(small.html(), "next.html", limits=LIMITS)
    assert (after.error, after.year) == (None, 2023)
    assert {key: (after.cells or {})[key].value for key in small.CELLS} == small.CELLS
    return report


# --------------------------------------------------------------------------------------------------------------- makers


def members(kind: str) -> tuple[dict[str, bytes], str]:
    """The members of a package, and the one that holds its text."""
    return {
        "docx": (small.docx_members(), "word/document.xml"),
        "odt": (small.odt_members(), "content.xml"),
        "ofd": (small.ofd_members(), "Doc_0/Pages/Page_0/Content.xml"),
        "xlsx": (small.xlsx_members(), "xl/worksheets/sheet1.xml"),
        "zip": ({"报告.html": small.html()}, "报告.html"),
    }[kind]


def inflating(kind: str, honest: bool) -> bytes:
    """A package whose text goes on for 120 MB of blanks; its directory says so, or lies."""
    parts, main = members(kind)
    packed = small.zipped(parts | {main: parts[main] + b" " * (120 << 20)})
    if honest:
        return packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        size = struct.pack("<I", archive.getinfo(main).file_size)
    return packed.replace(size, struct.pack("<I", 5000))


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1; the readers find them without a table."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer <</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(body: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(body), entries, body)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def inflating_pdf() -> bytes:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"0 0 m 1 1 l S\n" * 75_000) for _ in range(400)) + packer.flush()
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 4 0 R>>"
    return pdf(CATALOG, ONE_PAGE, page, stream(packed, b"/Filter/FlateDecode"))


def self_drawing_pdf() -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 4 0 R/Resources<</XObject<</A 5 0 R/B 6 0 R>>>>>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<</XObject<</A 5 0 R/B 6 0 R>>>>"
    twice = b"0 0 9 9 re S /A Do /B Do /A Do /B Do"
    return pdf(CATALOG, ONE_PAGE, page, stream(b"/A Do /B Do"), stream(twice, form), stream(twice, form))


def many_paged_pdf() -> bytes:
    kids = b" ".join(b"%d 0 R" % n for n in range(4, 10_004))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 3 0 R/Resources<</Font<</F 10004 0 R>>>>>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    content = stream(b"BT /F 12 Tf 20 20 Td (page) Tj ET")
    return pdf(CATALOG, b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids, content, *[page] * 10_000, font)


def huge_page_pdf(points: int) -> bytes:
    """A page of that size that is one picture."""
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
        % (points, points)
    )  # fmt: skip
    image = stream(bytes(9), b"/Type/XObject/Subtype/Image/Width 3/Height 3/BitsPerComponent 8/ColorSpace/DeviceGray")
    return pdf(CATALOG, ONE_PAGE, page, stream(b"%d 0 0 %d 0 0 cm /I Do" % (points, points)), image)


def huge_png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    pixels = zlib.compress(bytes(30_000 * (1 + 30_000 // 8)), 1)
    header = struct.pack(">2I5B", 30_000, 30_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def tiff(*sizes: tuple[int, int], loop: bool = False) -> bytes:
    """A bilevel TIFF of blank pages; with ``loop`` its last page is followed by its first."""
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    for n, (width, height) in enumerate(sizes):
        tags = [(256, width), (257, height), (258, 1), (259, 1), (262, 1), (273, 8), (277, 1), (278, height), (279, 8)]
        body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<2H2I", tag, 4, 1, value) for tag, value in tags)
        following = 8 if loop else 0
        if n + 1 < len(sizes):
            following = len(out) + len(body) + 4
        out += body + struct.pack("<I", following)
    return bytes(out)


def nested(depth: int) -> bytes:
    data = small.archive()
    for _ in range(depth):
        data = small.zipped({"内.zip": data}, zipfile.ZIP_STORED)
    return data


def wide_archive() -> bytes:
    """Ten archives in each archive, four deep: ten thousand files of what is little."""
    data = small.zipped({"a.txt": b"x" * 1000})
    for _ in range(4):
        data = small.zipped({f"{n}.zip": data for n in range(10)})
    return data


def looping_word(where: str) -> bytes:
    data = bytearray(small.word())
    table = 512
    if where == "stream":  # the chain of the first stream comes back to its start
        first = next(n for n in range(2, 20) if struct.unpack_from("<I", data, table + 4 * n)[0] == n + 1)
        struct.pack_into("<I", data, table + 4 * (first + 3), first)
    elif where == "directory":
        struct.pack_into("<I", data, table + 4 * struct.unpack_from("<I", data, 0x30)[0], 1)
    elif where == "tree":  # an entry that is its own neighbour
        at = 512 * (1 + struct.unpack_from("<I", data, 0x30)[0]) + 128
        struct.pack_into("<3I", data, at + 68, 1, 1, 1)
    else:  # the table of tables names itself
        struct.pack_into("<2I", data, 0x44, 0, 0xFFFFFFF)
    return bytes(data)


def sheet(cells: str, more: str = "") -> bytes:
    parts, main = members("xlsx")
    text = parts[main].decode()
    return small.zipped(parts | {main: text.replace("</sheetData>", cells + "</sheetData>" + more).encode()})


def declared(kind: str, entities: str, encoding: str = "utf-8") -> bytes:
    """The package with a document type before its text, and an entity of it in place of the first figure."""
    parts, main = members(kind)
    text = parts[main].decode().replace(">1<", ">&e;<", 1)
    declared = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{entities}]>{text}'
    return small.zipped(parts | {main: declared.encode(encoding)})


LAUGHS = (
    '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + '<!ENTITY e "&a9;">'
)


# ---------------------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("kind", ["docx", "xlsx", "ofd", "odt", "zip"])
@pytest.mark.parametrize("honest", [True, False], ids=["honest", "lying"])
def test_a_zip_bomb_stays_packed(kind: str, honest: bool) -> None:
    report = read(inflating(kind, honest), f"a.{kind}")
    assert report.error
    assert "unpacks to" in report.error if honest else "damaged" in report.error or "unpacks" in report.error


def test_an_archive_of_more_than_any_report_stays_packed_at_any_ratio() -> None:
    unit = random.Random(1).randbytes(120) + bytes(14_000)
    report = read(small.zipped({f"{n}.txt": unit * 1500 for n in range(11)}), "a.zip")
    assert "unpacks to" in (report.error or "")


@pytest.mark.parametrize("kind", ["docx", "odt", "ofd", "xlsx"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_opened(kind: str, encoding: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("4711", encoding="ascii")
    for entities in (f'<!ENTITY e SYSTEM "{secret.as_uri()}">', LAUGHS):
        report = read(declared(kind, entities, encoding), f"a.{kind}")
        assert "document type" in (report.error or "") or (
            encoding == "utf-16" and "not written in UTF-8" in (report.error or "")
        )
        assert "4711" not in report.as_json()


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (inflating_pdf, "memory|objects|seconds"),
        (self_drawing_pdf, "memory|objects|seconds"),
        (lambda: huge_page_pdf(1_000_000), "absurd size"),
        (lambda: huge_page_pdf(900_000), "not drawn"),
        (lambda: pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), "page"),
        (lambda: pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"), "page"),
        (lambda: pdf(CATALOG, b"<</Type/Pages/Kids" + b"[" * 100_000 + b"/Count 1>>"), "damaged|page"),
        (huge_png, "30000 x 30000|points"),
        (lambda: tiff((30_000, 30_000)), "points"),
        (lambda: tiff((300, 300), (30_000, 30_000)), "page 2.*points"),
        (lambda: tiff(*[(7000, 7000)] * 50), "points"),
        (lambda: tiff(*[(300, 300)] * 500), "more than"),
        (lambda: nested(4), "archives within archives"),
        (lambda: nested(300), "archives within archives"),
        (wide_archive, "archives within archives|files"),
        (lambda: b"<div>" * 100_000 + small.html(), "too deeply"),
        (lambda: b"<table><tr><td>" * 100_000, "too deeply"),
        (lambda: small.html() + b"<p>x</p>" * (200 << 17), "MB"),
        (lambda: small.html().replace(b"</body>", b"<p>x</p>" * 1_000_000), "elements"),
        (lambda: looping_word("stream"), "circle"),
        (lambda: looping_word("directory"), "circle"),
        (lambda: b"{\\rtf1" + b"{" * 1_000_000, "nests"),
        (lambda: b"{\\rtf1 \\bin999999999999999999 " + b"x" * 1000, "no text"),
        (lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "stretches"),
        (lambda: small.zipped({"a.docx": small.docx()} | {f"{n}.txt": b"1" for n in range(12_000)}), "files"),
    ],
    ids=[
        "pdf-inflating", "pdf-forms", "pdf-page-1000000", "pdf-page-900000", "pdf-tree-self", "pdf-tree-pair", "pdf-arrays",
        "png-30000", "tiff-30000", "tiff-second-page", "tiff-50-large", "tiff-500-pages", "zip-4-deep", "zip-300-deep",
        "zip-wide", "html-deep", "html-tables-deep", "html-200MB", "html-1000000-elements", "ole-stream-loop",
        "ole-directory-loop", "rtf-braces", "rtf-bin", "xlsx-XFD1048576", "zip-12000-files",
    ],
)  # fmt: skip
def test_a_limit_ends_it_in_one_line_that_says_which(make: Callable[[], bytes], word: str) -> None:
    report = read(make(), "a.bin")
    assert report.error, "it was read"
    assert re.search(word, report.error), report.error


@pytest.mark.parametrize(
    ("make", "cells"),
    [
        (many_paged_pdf, False),
        (lambda: tiff((300, 300), (300, 300), loop=True), False),
        (lambda: looping_word("tree"), False),
        (lambda: looping_word("tables"), False),
        (lambda: small.html().replace(b"<td>", b"<td colspan=1000000 rowspan=1000000>", 3), True),
        (lambda: small.html().replace("规章".encode(), b"<b>" * 200 + "规章".encode()), True),
        (lambda: sheet("", '<mergeCells count="1">' + '<mergeCell ref="A9:XFD1048576"/>' * 500 + "</mergeCells>"), False),
        (lambda: small.rtf().replace(b"\\par ", b"\\par \\u-70000000?\\itap99999\\cellx99999999 ", 1), False),
        (lambda: small.text() + b"9" * 3_000_000, False),
        (lambda: small.text() + "申请3件，".encode() * 20_000, False),
    ],
    ids=[
        "pdf-10000-pages", "tiff-loop", "ole-tree-loop", "ole-table-loop",
        "html-colspan", "html-bold", "xlsx-merged",
        "rtf-numbers", "text-digits", "text-clauses",
    ],
)  # fmt: skip
def test_what_only_claims_or_repeats_much_ends_too(make: Callable[[], bytes], cells: bool) -> None:
    report = read(make(), "a.bin")
    assert report.error is not None or report.cells is not None
    if cells:
        assert {key: (report.cells or {})[key].value for key in small.CELLS} == small.CELLS


def test_no_address_and_no_program_in_a_file_is_followed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        plain = address.encode()
        docx, odt, ofd, xlsx = (members(kind)[0] for kind in ("docx", "odt", "ofd", "xlsx"))
        relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + "".join(
            f'<Relationship Id="r{n}" Type="{kind}" Target="{address}" TargetMode="External"/>'
            for n, kind in enumerate(("image", "attachedTemplate", "externalLinkPath", "oleObject"), 1)
        )  # fmt: skip
        relations += "</Relationships>"
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/AA<</O 4 0 R>>/Annots[<</Type/Annot/Subtype/Link/A 4 0 R>>]>>"
        action = b"<</S/URI/URI(%s)/Next[<</S/Launch/F(%s)>><</S/JavaScript/JS(app.launchURL('%s'))>>]>>" % (
            plain, b"/usr/bin/touch " + bytes(trace), plain,
        )  # fmt: skip
        files = {
            "a.html": small.html().replace(
                b"<body>",
                f'<base href="{address}"><link rel=stylesheet href="{address}"><script src="{address}"></script>'
                f'<img src="{address}"><iframe src="{address}"></iframe><object data="{address}"></object>'
                f'<meta http-equiv=refresh content="0;url={address}"><body background="{address}">'.encode(),
            ),
            "b.html": f'<?xml version="1.0"?><!DOCTYPE html SYSTEM "{address}">'.encode() + small.html(),
            "a.docx": small.zipped(
                docx
                | {
                    "word/_rels/document.xml.rels": relations.encode(),
                    "word/vbaProject.bin": b'Sub AutoOpen()\nShell "touch ' + bytes(trace) + b'"\nEnd Sub',
                    "word/document.xml": docx["word/document.xml"].replace(
                        b"<w:body>",
                        b'<w:body xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.'
                        b'openxmlformats.org/officeDocument/2006/relationships"><w:p><w:r><w:drawing><a:blip r:embed="r1"'
                        b' r:link="r1"/></w:drawing></w:r><w:r><w:instrText>INCLUDETEXT "'
                        + plain
                        + b'"</w:instrText></w:r></w:p>',
                    ),
                }
            ),
            "a.odt": small.zipped(
                odt
                | {
                    "content.xml": odt["content.xml"].replace(
                        b"<office:text>",
                        b'<office:text xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink='
                        b'"http://www.w3.org/1999/xlink"><text:p><draw:frame><draw:image xlink:href="' + plain + b'"/>'
                        b"</draw:frame></text:p>",
                    )
                }
            ),
            "a.ofd": small.zipped(ofd | {"OFD.xml": ofd["OFD.xml"].replace(b"Doc_0/Document.xml", plain)}),
            "b.ofd": small.zipped(
                ofd | {"OFD.xml": ofd["OFD.xml"].replace(b"Doc_0/Document.xml", b"../../etc/passwd")}
            ),
            "a.xlsx": small.zipped(
                xlsx
                | {
                    "xl/externalLinks/_rels/externalLink1.xml.rels": relations.encode(),
                    "xl/worksheets/sheet1.xml": xlsx["xl/worksheets/sheet1.xml"].replace(
                        b"<v>0</v>", b"<f>WEBSERVICE(&quot;" + plain + b"&quot;)</f><v>0</v>"
                    ),
                }
            ),
            "b.xlsx": small.zipped(
                xlsx
                | {
                    "xl/sharedStrings.xml": f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]><sst xmlns="http://schemas.'
                    'openxmlformats.org/spreadsheetml/2006/main"><si><t>&e;</t></si></sst>'.encode()
                }
            ),
            "a.rtf": small.rtf().replace(
                b"\\f0 ",
                b"\\f0 {\\*\\template "
                + plain
                + b'}{\\field{\\*\\fldinst INCLUDEPICTURE "'
                + plain
                + b'"}{\\fldrslt x}}',
                1,
            ),
            "a.pdf": pdf(CATALOG[:-2] + b"/OpenAction 4 0 R>>", ONE_PAGE, page, action),
        }
        for name, data in files.items():
            report = read(data, name)
            assert "root:" not in report.as_json()
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert not trace.exists()


def test_a_name_that_is_no_text_does_not_end_the_batch() -> None:
    for name in ("年报\udcc4\udcea.html", "a\0b.html", "x" * 5000):
        assert read(small.html(), name).year == 2023
