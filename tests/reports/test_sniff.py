"""The kind of a file is told from its bytes."""

from __future__ import annotations

import io
import zipfile

import pytest

from reports.blocks import Unreadable
from reports.decoding import NotText, decode
from reports.formats import FORMATS
from reports.sniff import MEDIA_TYPES, sniff


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\n\n%PDF-1.4\n", "pdf"),
        (b"{\\rtf1 x}", "rtf"),
        (b"<html><body>x", "html"),
        ("一、总体情况".encode(), "text"),
        ("一、总体情况".encode("gb18030"), "text"),
        ("<p>一、总体情况</p>".encode("utf-16"), "html"),
        (b"\x89PNG\r\n\x1a\n....", "image"),
        (b"\xff\xd8\xff\xe0....", "image"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
    ],
)
def test_bytes_tell_the_kind_under_any_name(data, kind):
    assert sniff(data, "report.xlsx").format == kind


@pytest.mark.parametrize(
    ("member", "kind"),
    [("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("OFD.xml", "ofd"), ("报告.pdf", "zip")],
)
def test_a_zip_is_told_by_what_it_holds(member, kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, b"x")
    assert sniff(out.getvalue(), "a.doc").format == kind


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1garbage", "damaged"),
        (b"PK\x03\x04garbage", "damaged"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"abc\0\1\2\3" * 50, "no known kind"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data, word):
    with pytest.raises(Unreadable, match=word) as caught:
        sniff(data, "x.doc")
    assert "\n" not in caught.value.reason


def test_a_zip_bomb_is_refused_by_its_directory():
    with pytest.raises(Unreadable) as caught:
        sniff(zipped(word__document_xml=bytes(30 << 20)), "x.docx")
    assert caught.value.limit == "inflated"


def test_every_kind_has_a_module_and_a_media_type():
    assert set(FORMATS) == set(MEDIA_TYPES) | {"image"}


def test_gb_bytes_declared_gb2312_keep_characters_outside_it():
    page = '<meta charset="gb2312"><p>螅镇〔2021〕</p>'
    assert decode(page.encode("gb18030")) == (page, None)
    assert decode(page.encode()) == (page, None)


def test_a_text_cut_within_a_character_is_decoded_with_a_warning():
    text, warning = decode(("政府信息公开" * 50).encode()[:-1])
    assert text.startswith("政府信息公开")
    assert warning


def test_random_bytes_are_no_text():
    with pytest.raises(NotText):
        decode(bytes(range(128, 256)) * 40)


def test_a_zip_whose_first_member_does_not_unpack_is_damaged():
    data = bytearray(zipped(mimetype=b"application/vnd.oasis.opendocument.text", content__xml=b"<x/>"))
    data[30 + len("mimetype")] = 0xFF
    with pytest.raises(Unreadable, match="damaged"):
        sniff(bytes(data), "a.odt")
