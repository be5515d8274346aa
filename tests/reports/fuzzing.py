"""Mutations of small documents, and the child that reads them: what ``test_fuzz`` and ``make fuzz`` run.

Every input follows from (kind, seed, number), so that one that kills its child can be made again. Bytes are flipped,
cut and moved in every format; besides, each format is broken where it has its structure: markup and RTF by their tokens,
zips in the XML inside, PDF in its objects and content, compound files in their streams and sector tables, pictures in
their headers. ``python -m tests.reports.fuzzing KIND SEED NUMBER`` reads one input in this process.
"""

from __future__ import annotations

import copy
import io
import json
import os
import random
import re
import resource
import signal
import struct
import sys
import traceback
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from reports import reader
from reports.blocks import PageLayout
from reports.form import forms
from reports.report import KINDS, SCHEMA, Report
from tests.makers import ole, small

KINDS_OF_FILE = (
    "html", "text", "pdf", "ofd", "docx", "odt", "doc", "rtf", "xls", "xlsx", "ods", "archive", "picture",
)  # fmt: skip
SUFFIXES = {"doc": ("doc", "wps"), "xls": ("xls", "et"), "archive": ("zip", "rar"), "picture": ("png", "tif", "jpg")}
MEMORY_MB = 1280
# Of processor time, then of the clock: a loaded machine is no defect of the reader.
SECONDS, PATIENCE = 10, 120
# Cleaning and recognising a page costs some sixty times what decoding it does.
PICTURES_RECOGNISED = 250


# ---------------------------------------------------------------------------------------------------------- mutations

_NASTY_NUMBERS = (
    "0", "-1", "1", "2", "255", "256", "65535", "65536", "1000000", "2147483647", "-2147483648", "4294967295",
    "99999999999999999999", "0.0000001", "1e308", "-1e308", "nan", "inf", "1" * 400,
)  # fmt: skip
_NASTY_TEXTS = (
    "", " ", "\t", "\n", "\u200b", "\ufeff", "\u202e", "\uffff", "�", "总计", "9" * 500, "2023年", "第二十条第（一）项",
    "二、", "（七）总计", "三、本年度办理结果", "－", "／", "１，２３４．５", "²", "①", "٣", "〇", "十百千万亿", "申请" * 200,
    "a" * 3000, "../../../etc/passwd", "http://127.0.0.1:9/x", "A1:XFD1048576", "%s%n", "\U0001f600",
    "0件" * 40,
)  # fmt: skip
_NASTY_BYTES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x81", b"\xed\xa0\x80", b"<table>", b"</td>", b"&#x0;",
    b"&#xD800;", b"<![CDATA[",
    b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"9" * 50, "总计".encode(), "总计".encode("gb18030"),
)  # fmt: skip


def mutated_bytes(data: bytes, rng: random.Random, times: int = 8) -> bytes:
    """Bytes replaced, cut out, doubled, moved, or something nasty set between them."""
    work = bytearray(data)
    for _ in range(rng.randint(1, times)):
        if not work:
            break
        at, length = rng.randrange(len(work)), rng.randint(1, 200)
        choice = rng.randrange(7)
        if choice == 0:
            work[at] = rng.randrange(256)
        elif choice == 1:
            work[at] ^= 1 << rng.randrange(8)
        elif choice == 2:
            del work[at : at + length]
        elif choice == 3:
            work[at:at] = work[at : at + length]
        elif choice == 4:
            part = work[at : at + length]
            del work[at : at + length]
            to = rng.randrange(len(work) + 1)
            work[to:to] = part
        elif choice == 5:
            nasty = rng.choice(_NASTY_BYTES)
            work[at : at + rng.choice((0, len(nasty)))] = nasty
        else:
            del work[at if rng.random() < 0.1 else len(work) :]
    return bytes(work)


def mutated_tokens(data: bytes, pattern: re.Pattern[bytes], nasty: tuple[bytes, ...], rng: random.Random) -> bytes:
    """Tokens deleted, repeated, swapped, replaced; their numbers made extreme."""
    tokens = [token for token in pattern.split(data) if token]
    for _ in range(rng.randint(1, 6)):
        if not tokens:
            break
        at = rng.randrange(len(tokens))
        choice = rng.randrange(7)
        if choice == 0:
            del tokens[at : at + rng.randint(1, 12)]
        elif choice == 1:
            tokens[at:at] = tokens[at : at + rng.randint(1, 8)] * rng.choice((1, 2, 40))
        elif choice == 2:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif choice == 3:
            tokens[at] = rng.choice(nasty)
        elif choice == 4:
            tokens.insert(at, rng.choice(nasty))
        else:
            with_number = [n for n, token in enumerate(tokens) if re.search(rb"\d", token)]
            if with_number:
                n = rng.choice(with_number)
                value = rng.choice(_NASTY_NUMBERS).encode()
                tokens[n] = re.sub(rb"-?\d+(?:\.\d+)?", lambda _: value, tokens[n], count=1)  # noqa: B023 - used at once
    return b"".join(tokens)


def mutated_xml(data: bytes, rng: random.Random) -> bytes:
    """Elements deleted, repeated, moved, nested; attributes and texts made extreme. Stays well-formed."""
    root = etree.fromstring(data)
    for _ in range(rng.randint(1, 5)):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        element = rng.choice(elements)
        parent = element.getparent()
        choice = rng.randrange(9)
        if choice == 0 and parent is not None:
            parent.remove(element)
        elif choice == 1 and parent is not None:
            for _ in range(rng.choice((1, 3, 60))):
                parent.insert(0, copy.deepcopy(element))
        elif choice == 2 and parent is not None:
            target = rng.choice(elements)
            if element not in target.iterancestors() and target is not element:
                target.append(element)
        elif choice == 3 and parent is not None:
            inner = element
            for _ in range(rng.choice((2, 12, 70, 300))):
                outer = etree.Element(inner.tag)
                if (above := inner.getparent()) is not None:
                    above.replace(inner, outer)
                outer.append(inner)
                inner = outer
        elif choice in (4, 5) and element.attrib:
            element.set(rng.choice(list(element.attrib)), _xml_text(rng))
        elif choice == 6 and element.attrib:
            del element.attrib[rng.choice(list(element.attrib))]
        elif choice == 7:
            element.text = _xml_text(rng)
        else:
            element.tag = rng.choice(elements).tag
    return etree.tostring(root, encoding="utf-8", xml_declaration=rng.random() < 0.5)


def _xml_text(rng: random.Random) -> str:
    text = rng.choice(_NASTY_NUMBERS + _NASTY_TEXTS)
    return "".join(c for c in text if c in "\t\n" or " " <= c < "\ufffe" or c > "\uffff")


def mutated_package(members: dict[str, bytes], rng: random.Random, names: tuple[str, ...]) -> bytes:
    """A zip with one member broken: mostly as XML that stays well-formed, else by bytes; or the zip itself."""
    choice = rng.random()
    members = dict(members)
    name = rng.choice(names)
    if choice < 0.65:
        members[name] = mutated_xml(members[name], rng)
    elif choice < 0.85:
        members[name] = mutated_bytes(members[name], rng)
    elif choice < 0.9:
        other = rng.choice(list(members))
        members[name] = members[other]
        if rng.random() < 0.5:
            del members[other]
    packed = small.zipped(members, rng.choice((0, 8)))
    return packed if choice < 0.9 else mutated_bytes(packed, rng)


_INTEGERS = (0, 1, 2, 3, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFA, 0xFFFFFFFE, 0xFFFFFFFF)


def mutated_integers(data: bytes, rng: random.Random, step: int = 2) -> bytes:
    """Integers in the places where binary formats keep them made extreme, or one more or less than they were."""
    work = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        size = rng.choice((1, 2, 4))
        if len(work) < 8:
            break
        at = rng.randrange(0, len(work) - 4) // step * step
        old = int.from_bytes(work[at : at + size], "little")
        new = rng.choice((*_INTEGERS, old + 1, old - 1, old * 2))
        work[at : at + size] = (new & (1 << 8 * size) - 1).to_bytes(size, "little")
    return bytes(work)


def mutated_compound(streams: dict[str, bytes], rng: random.Random) -> bytes:
    """A compound file with a stream broken where it holds something, or its sector table, directory or header."""
    streams = dict(streams)
    choice = rng.random()
    if choice < 0.75:
        name = rng.choice(list(streams))
        body = streams[name]
        used = len(body.rstrip(b"\0")) + 8
        part = mutated_integers(body[:used], rng, 1) if rng.random() < 0.7 else mutated_bytes(body[:used], rng)
        streams[name] = part + body[used:]
        return ole.compound(streams)
    data = ole.compound(streams)
    if choice < 0.9:
        at = rng.choice((0, 512, 1024))
        return data[:at] + mutated_integers(data[at : at + 512], rng, 4) + data[at + 512 :]
    return mutated_bytes(data, rng)


# -------------------------------------------------------------------------------------------------------------- kinds

_TAGS = re.compile(rb"(<[^>]*>)")
_NASTY_TAGS = tuple(
    tag.encode()
    for tag in (
        "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td colspan=1000000>",
        "<td rowspan=99999>", "<td colspan=-3>",
        "<div style='display:table'>", "<div style='display:table-row'>",
        "<span style='display:table-cell'>", "<p>", "<br>",
        "<div hidden>", "<del>", "<style>.a{display:none}td{display:none}</style>", "<script>", "<!--",
        "-->", "<![if x]>",
        "<img src='data:image/png;base64," + "A" * 200 + "'>", "<img>", "<a href='x.pdf'>",
        "<input value=3>", "<pre>", "<select>",
        "<meta name=PubDate content='9999-99-99'>", "<title>", "<h1>", "<template>", "<svg>", "<math>",
        "<textarea>", "<frameset>",
        "<td>1<td>2<td>3<td>4<td>5<td>6<td>7", "<th>自然人", "<caption>", "<tbody>", "<body>", "<html>",
        "<head>", "<o:p>",
        "发布日期：2024年13月45日", "<base href='http://127.0.0.1:9/'>", "<div>" * 150,
    )
)  # fmt: skip
_LINES = re.compile(rb"(\s)")
_NASTY_LINES = tuple(
    text.encode() for text in (*_NASTY_TEXTS, "\t" * 30, "|" * 20, "\n\n\n", "- 3 -", "\r", "\f", "0 0 0 0 0 0 0")
)
_RTF = re.compile(rb"(\\[a-z]+-?\d* ?|[{}])")
_NASTY_RTF = (
    b"{", b"}", b"\\bin99999999 ", b"\\bin-1 ", b"\\u-1?", b"\\u55296?", b"\\u57343?", b"\\uc32 ",
    b"\\uc0 ", b"\\'", b"\\'ff",
    b"\\cell ", b"\\row ", b"\\nestcell ", b"\\nestrow ", b"\\itap99 ", b"\\itap-5 ", b"\\trowd",
    b"\\cellx-99999",
    b"\\cellx2147483647", b"\\intbl ", b"\\pict", b"{\\*\\shpinst{\\shptxt x}}", b"\\par ", b"\\v ",
    b"\\deleted ",
    b"\\ansicpg0 ", b"\\ansicpg65001 ", b"\\f99999 ", b"{\\fonttbl{\\f1\\fcharset128 x;}}",
    b"{\\pict\\pngblip 89504e47zz}", b"\\clvmrg",
    b"\\clmrg", b"\\upr", b"{\\*\\nesttableprops\\trowd\\cellx5}", b"\\", b"\\*", b"{" * 300, b"\\trleft-5 ",
)  # fmt: skip
_PDF = re.compile(rb"(\s+|[<>\[\]()/])")
_NASTY_PDF = (
    b" 1 0 R ", b" 5 0 R ", b" 6 0 R ", b"<<", b">>", b"[", b"]", b" null ", b" true ", b"/Kids",
    b"/Length 99999999", b"/Length -1",
    b"/Filter/FlateDecode", b"/Filter[/ASCIIHexDecode/ASCIIHexDecode]", b"/Filter/LZWDecode",
    b"/Filter/JBIG2Decode",
    b"/Filter/JPXDecode", b"/Filter/CCITTFaxDecode", b"/MediaBox [ 0 0 1000000 1000000 ]",
    b"/MediaBox [ 0 0 0 0 ]", b"/Rotate 90",
    b"/Rotate 45", b"/Count 2147483647", b"/Encrypt 1 0 R", b" q ", b" Q ", b" 0 0 0 0 0 0 cm ",
    b" 1e9 0 0 1e9 0 0 cm ", b" 0 1 -1 0 200 0 cm ",
    b" 3 Tr ", b" 7 Tr ", b" BT ", b" ET ", b" /F1 0 Tf ", b" /F1 -12 Tf ", b" /F1 1e9 Tf ",
    b" 0 0 1e9 1e9 re S ", b" 0 0 m 5 5 l ",
    b" h S ", b" W n ", b" BI /W 10 /H 10 /CS /G /BPC 8 ID xxxxxxxxxxxxxxxx EI ", b" 100000 Tz ",
    b" -100 TL T* ", b" (x) ' ", b" <D83D> Tj ",
    b"stream\n", b"endstream", b"endobj", b"trailer", b"startxref", b"/Prev 9", b"/XRefStm 9",
    b"/Type/ObjStm", b"/UserUnit 1000000",
    b"/CropBox [ 390 290 400 300 ]", b"/OpenAction<</S/Launch/F(x)>>",
    b"/AA<</O<</S/JavaScript/JS(app.alert(1))>>>>",
)  # fmt: skip


@cache
def _plain_pdf() -> tuple[bytes, ...]:
    """PDF in the standard fonts (a tenth of the cost of a Chinese one): ruled, turned, with forms, under a picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = []
    for style in ("ruled", "bare", "form", "turned", "pictured"):
        data = io.BytesIO()
        canvas = Canvas(data, pagesize=(300, 200), pageCompression=0, invariant=1)
        canvas.setFont("Helvetica", 9)
        if style == "form":
            canvas.beginForm("one")
        if style == "turned":
            canvas.rotate(90)
            canvas.translate(0, -200)
        for r in range(4):
            for c in range(6):
                if style != "bare":
                    canvas.rect(20 + 40 * c, 140 - 20 * r, 40, 20, stroke=1, fill=0)
                canvas.drawString(24 + 40 * c, 146 - 20 * r, str(7 * r + c))
        canvas.drawString(20, 180, "2023 report of 3 requests")
        if style == "form":
            canvas.endForm()
            canvas.doForm("one")
            canvas.doForm("one")
        if style == "pictured":
            canvas.drawImage(ImageReader(Image.new("L", (12, 12), 200)), 0, 0, 290, 190)
        canvas.save()
        out.append(data.getvalue())
    return tuple(out)


def _pdf(rng: random.Random) -> bytes:
    data = small.pdf() if rng.random() < 0.04 else rng.choice(_plain_pdf())
    choice = rng.random()
    if choice < 0.3:
        return mutated_bytes(data, rng)
    if choice < 0.65:
        return mutated_tokens(data, _PDF, _NASTY_PDF, rng)
    # Within a content stream only; its length stays as stated or is put right.
    found = rng.choice(list(re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)) or [None])
    if found is None:
        return mutated_bytes(data, rng)
    inner = mutated_tokens(found[1], _PDF, _NASTY_PDF, rng)
    if rng.random() < 0.2:
        inner = mutated_bytes(zlib.compress(inner), rng, 3) if rng.random() < 0.5 else zlib.compress(inner)
    head = data[: found.start(1)]
    if rng.random() < 0.7:
        at = head.rfind(b"/Length ")
        head = head[:at] + re.sub(rb"\d+", str(len(inner)).encode(), head[at:], count=1) if at >= 0 else head
    return head + inner + data[found.end(1) :]


@cache
def _seed(kind: str) -> Any:
    if kind == "xls":
        import olefile

        with olefile.OleFileIO(io.BytesIO(small.xls())) as found:
            return {"Workbook": found.openstream("Workbook").read()}
    if kind == "picture":
        return tuple(small.picture(name) for name in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"))
    plain: dict[str, Callable[[], Any]] = {
        "html": lambda: (small.html(), _wild_page()),
        "text": small.text,
        "docx": small.docx_members,
        "odt": small.odt_members,
        "ods": small.ods_members,
        "xlsx": small.xlsx_members,
        "ofd": small.ofd_members,
        "doc": lambda: ole.word_streams(small.PARAGRAPHS, small.TABLE),
        "rtf": small.rtf,
    }
    return plain[kind]()


def _wild_page() -> bytes:
    """A page that takes the rarer ways through the reader."""
    return (
        "<?xml version='1.0' encoding='gb2312'?><html><head><style>.t{display:table}.r{display:table-row}.n{display:none}"
        "</style><meta name=PubDate content='2024-01-10'></head><body><table><tr><td><div class=t><div class=r><div>规章</div>"
        "<div>0</div><div>1</div></div></div></td><td><ul><li>行政许可</li><li>3</li><li>0</li><li>4</li></ul></td></tr></table>"
        "<div class=n><table><tr><td>9</td></tr></table></div><p>规章&nbsp;&nbsp;0&nbsp;&nbsp;1</p><pre>规章\t0\t1</pre>"
        "<tr><td>总计</td><td>1</td></tr><div role=table><div role=row><span role=cell>收费</span></div></div>"
        "<a href='年报.pdf'>附件</a><img src='1.png'></body></html>"
    ).encode()


def _archive(rng: random.Random) -> bytes:
    choice = rng.random()
    if (
        choice < 0.1
    ):  # no archive of this kind can be made here; whether or not an unpacker is installed, it must not matter
        return b"Rar!\x1a\x07" + mutated_bytes(b"\0\xcf\x90\x73\0\0\r\0\0\0\0\0\0\0" + bytes(64), rng)
    inner = {
        "说明.txt": "说明".encode(),
        "年报.htm": mutated_tokens(small.html(), _TAGS, _NASTY_TAGS, rng) if choice < 0.3 else small.html(),
    }
    if choice < 0.4:
        inner = {rng.choice(("../../x", "/etc/x", "a\\b", "\x00", "x" * 300, "CON", "__MACOSX/a", "a/")): small.html()}
    if choice < 0.5:
        inner["内.zip"] = small.zipped({"年报.html": small.html()})
    data = small.zipped(inner, rng.choice((0, 8)))
    if choice < 0.75:
        # In the directory at the end: sizes, offsets, flags, methods.
        at = data.rfind(b"PK\x01\x02")
        return data[:at] + mutated_integers(data[at:], rng, 1)
    return mutated_bytes(data, rng) if choice < 0.95 else mutated_integers(data, rng)


def _picture(rng: random.Random) -> bytes:
    data: bytes = rng.choice(_seed("picture"))
    choice = rng.random()
    if data.startswith(b"\x89PNG") and choice < 0.5:
        # A header that is sound and says what is not.
        width, height = rng.choice((0, 1, 208, 5000, 65536, 2**31 - 1)), rng.choice((0, 1, 204, 5000, 65536, 2**31 - 1))
        depth, colour = rng.choice((1, 2, 4, 8, 16, 99)), rng.choice((0, 2, 3, 4, 6, 77))
        header = b"IHDR" + struct.pack(">2I5B", width, height, depth, colour, 0, 0, rng.choice((0, 1)))
        return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]
    if choice < 0.5:
        at = rng.choice((0, max(0, len(data) - 300)))
        return data[:at] + mutated_integers(data[at : at + 300], rng) + data[at + 300 :]
    return mutated_bytes(data, rng, 4)


def mutant(kind: str, seed: str, number: int) -> tuple[bytes, str]:
    """(bytes, name) of one input."""
    rng = random.Random(f"{kind}-{seed}-{number}")
    suffix = rng.choice(SUFFIXES.get(kind, (kind,)))
    return _mutant(kind, rng), f"{number}.{suffix}"


def _mutant(kind: str, rng: random.Random) -> bytes:
    if kind == "html":
        page = rng.choice(_seed("html"))
        choice = rng.random()
        data = mutated_tokens(page, _TAGS, _NASTY_TAGS, rng) if choice < 0.7 else mutated_bytes(page, rng)
        return data.decode("utf-8", "replace").encode(rng.choice(("gb18030", "utf-16"))) if choice < 0.1 else data
    if kind == "text":
        data = _seed("text")
        return mutated_tokens(data, _LINES, _NASTY_LINES, rng) if rng.random() < 0.7 else mutated_bytes(data, rng)
    if kind == "rtf":
        data = _seed("rtf")
        return mutated_tokens(data, _RTF, _NASTY_RTF, rng) if rng.random() < 0.7 else mutated_bytes(data, rng)
    if kind == "pdf":
        return _pdf(rng)
    if kind in ("doc", "xls"):
        return mutated_compound(_seed(kind), rng)
    if kind == "archive":
        return _archive(rng)
    if kind == "picture":
        return _picture(rng)
    members = _seed(kind)
    return mutated_package(members, rng, tuple(name for name in members if name.endswith(("xml", "rels"))))


# ------------------------------------------------------------------------------------------------------ the contract


_KEYS = {form: frozenset(forms.keys(form)) for form in forms.FORMS}
_EVERY_KEY = frozenset().union(*_KEYS.values())


def complaints(report: Report, stored: bool) -> Iterator[str]:
    """Where a report is not the contract's object (docs/report-json.md), or a defect of the reader is told in it; with
    ``stored`` also where it does not come back from the database as it went in."""
    printed = report.as_json()
    printed.encode("utf-8")  # half a surrogate pair would end whoever prints it
    said = json.loads(printed, parse_constant=lambda word: f"no JSON: {word}")
    if said.get("schema") != SCHEMA:
        yield "schema"
    source = said.get("source", {})
    if set(source) != {"name", "sha256", "media_type", "bytes", "reader"} or len(source["sha256"]) != 64:
        yield f"source {source}"
    if not all(isinstance(warning, str) for warning in said["warnings"]):
        yield "warnings"
    if "error" in said:
        if not said["error"] or "\n" in said["error"] or "cells" in said:
            yield f"error {said['error']!r}"
        if "reader failed" in said["error"] or "more memory" in said["error"]:
            yield said["error"] + "".join(said["warnings"])
        return
    if said["kind"] not in KINDS or said["form"] not in ("2019", "2021", None):
        yield f"kind {said['kind']} form {said['form']}"
    if not (said["year"] is None or 1900 < said["year"] < 2200):
        yield f"year {said['year']}"
    if not (said["published_on"] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", said["published_on"])):
        yield f"published_on {said['published_on']}"
    known = _KEYS[said["form"]] if said["form"] else frozenset()
    for key, cell in said["cells"].items():
        if key not in known:
            yield f"cell {key} is not of form {said['form']}"
        if not (cell["value"] is None or isinstance(cell["value"], int | float)) or isinstance(cell["value"], bool):
            yield f"cell {key}: {cell}"
        if not isinstance(cell["raw"], str) or not 0 <= cell["confidence"] <= 1:
            yield f"cell {key}: {cell}"
        if set(cell["at"]) not in ({"page", "bbox"}, {"table", "row", "column"}):
            yield f"cell {key} at {cell['at']}"
    for section in said["sections"]:
        if not (1 <= section["number"] <= 6 and isinstance(section["title"], str) and isinstance(section["text"], str)):
            yield f"section {section}"
    for claim in said["claims"]:
        if claim["cell"] not in _EVERY_KEY or not isinstance(claim["value"], int | float):
            yield f"claim {claim}"
    if said["findings"] != []:
        yield "findings"
    if not stored:
        return
    again = Report.from_dict(json.loads(report.as_json(details=True), parse_float=_as_float))
    if again.as_json(details=True) != report.as_json(details=True):
        yield "a stored reading is not what was read"


def _as_float(text: str) -> float:
    return float(Decimal(text))


# -------------------------------------------------------------------------------------------------------- the child


def _limit() -> None:
    """Bounds on this process; which input it was that broke them is told by the file of progress."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, MEMORY_MB << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Handlers in Python would wait for C code to return; the signals' own effect is the end of the process.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _arm(on: bool) -> None:
    signal.setitimer(signal.ITIMER_PROF, SECONDS if on else 0)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE if on else 0)


def try_one(kind: str, seed: str, number: int) -> list[str]:
    """What is wrong with the reading of one input."""
    data, name = mutant(kind, seed, number)
    if kind in ("picture", "pdf") and number % PICTURES_RECOGNISED:
        with _decoded_only():
            return _judged(data, name, number)
    return _judged(data, name, number)


def _judged(data: bytes, name: str, number: int) -> list[str]:
    try:
        return list(complaints(reader.read(data, name), stored=number % 8 < 2))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test looks for
        return [f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-5)}"]


def _unread(picture: object, number: int = 1) -> tuple[PageLayout, list[str]]:
    return PageLayout(number), []


class _decoded_only:  # noqa: N801 - reads as a statement
    """Pictures are decoded, every frame, but neither cleaned nor recognised."""

    def __enter__(self) -> None:
        from reports.formats.image import picture

        self._was = picture.page_layout
        picture.page_layout = _unread

    def __exit__(self, *_: object) -> None:
        from reports.formats.image import picture

        picture.page_layout = self._was


def serve() -> None:
    """Jobs as lines of JSON on standard input, answers on what was standard output, progress in a file."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    progress = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
    _limit()
    for line in sys.stdin:
        job = json.loads(line)
        failures: list[tuple[int, str]] = []
        for number in range(job["first"], job["last"], job["step"]):
            os.pwrite(progress, struct.pack("<q", number), 0)
            _arm(True)
            failures += [(number, what) for what in try_one(job["kind"], job["seed"], number)[:1]]
            _arm(False)
            if len(failures) >= job["enough"]:
                break
        answers.write(json.dumps(failures) + "\n")
        answers.flush()


def main() -> None:
    """One input, in this process: for looking at a failure."""
    kind, seed, number = sys.argv[1:]
    data, name = mutant(kind, seed, int(number))
    Path(name).write_bytes(data)
    print(f"{name}: {len(data)} bytes", *try_one(kind, seed, int(number)), sep="\n")


if __name__ == "__main__":
    main()
