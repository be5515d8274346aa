"""What the bytes are, whatever the name says; limits on size, inflation and encryption.

Extensions lie: HTML pages are found saved as ``.doc``, WPS files under ``.doc`` and the reverse. Only where two kinds
share one container (DOC and WPS, XLS and ET) does the name decide, and then only what the reader is called.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

import olefile

from reports.blocks import Unreadable
from reports.formats.container import OFD_PAGE, Container
from reports.formats.ole import loops

# The largest report seen on a portal is a scan of some 40 MB.
MAX_BYTES = 64 * 1024 * 1024

MEDIA_TYPES = {
    "html": "text/html",
    "text": "text/plain",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "wps": "application/vnd.ms-works",
    "rtf": "application/rtf",
    "xls": "application/vnd.ms-excel",
    "et": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "ofd": "application/ofd",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
}
_DOCUMENTS = frozenset(MEDIA_TYPES.values()) - {"text/html", "text/plain"}
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_UNSUPPORTED = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it and give the report inside"),
    (b"\x1f\x8b", "a gzip file; unpack it and give the report inside"),
    (b"CAJ", "a CAJ file; ask for the report as PDF or DOCX"),
    (b"MZ", "a program, not a document"),
    (b"\x7fELF", "a program, not a document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAG = re.compile(
    rb"<\s*(!doctype\s+html|html|head|body|meta|title|table|div|p|span|script|style|tr|td|br|h[1-6]|font|img|section)\b",
    re.IGNORECASE,
)
# A web archive begins with the headers of a mail.
_MAIL = re.compile(rb"(?:[\w-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){1,40}")
_MAILED = re.compile(
    rb"^content-type:\s*(?:multipart/(?:related|mixed|alternative)|text/html)\b", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """``format`` is a key of ``reports.formats.FORMATS``."""

    format: str
    media_type: str


def sniff(data: bytes, name: str = "") -> Sniffed:  # noqa: C901  one branch a signature
    """The kind of the bytes. Raises Unreadable: empty, too large, encrypted, inflating, or of no known kind."""
    if not data.strip(b"\0\t\n\r\f \xef\xbb\xbf"):
        raise Unreadable("the file is empty; fetch it again or ask for it")
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file has {len(data) >> 20} MB, more than {MAX_BYTES >> 20} MB; split it", "bytes")
    head = data[:1024]
    if b"%PDF-" in head:
        return _as("pdf")
    if data.startswith(_OLE):
        return _ole(data, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(data)
    if data.startswith(b"Rar!\x1a\x07"):
        return _as("rar")
    if head.lstrip().startswith(b"{\\rtf"):
        return _as("rtf")
    for magic, media in _IMAGES:
        if data.startswith(magic) and not (magic == b"BM" and not _is_bitmap(data)):
            return Sniffed("image", media)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Sniffed("image", "image/webp")
    for magic, what in _UNSUPPORTED:
        if data.startswith(magic):
            raise Unreadable(f"the file is {what}")
    return _as(_text(data))


def _as(name: str) -> Sniffed:
    return Sniffed(name, MEDIA_TYPES[name])


def _is_bitmap(data: bytes) -> bool:
    return len(data) > 26 and data[6:10] == b"\0\0\0\0"


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def _ole(data: bytes, name: str) -> Sniffed:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {"/".join(path).lower() for path in ole.listdir()}
            if loops(ole):
                raise Unreadable(
                    "the Office file is damaged (its sectors run in a circle); fetch it again or ask for it"
                )
    except (OSError, ValueError, IndexError, RecursionError) as error:
        # olefile raises these, and nothing narrower, on truncated or looping sector chains
        raise Unreadable(f"the Office file is damaged ({error}); fetch it again or ask for it") from error
    if "encryptedpackage" in streams:
        raise Unreadable("the file is encrypted; ask for it without a password")
    suffix = _suffix(name)
    if "worddocument" in streams:
        return _as("wps" if suffix == ".wps" else "doc")
    if "workbook" in streams or "book" in streams:
        return _as("et" if suffix == ".et" else "xls")
    raise Unreadable("the Office file holds neither a text nor a workbook; ask for the report as PDF or DOCX")


def _zip(data: bytes) -> Sniffed:
    with Container(data) as package:
        names = {member.filename for member in package.infos()}
        short = any(member.filename == "mimetype" and member.file_size < 200 for member in package.infos())
        mimetype = package.read("mimetype") if short else b""
        kind = _zip_kind(names, mimetype)
        if kind == "zip" and package.incomplete and any(map(OFD_PAGE.search, names)):
            kind = "ofd"  # its directory and what names its pages are gone, and pages are whole
        if kind == "zip" and package.incomplete and _is_part_of_document(names):
            raise Unreadable("the file breaks off before its text; fetch it again")
    return _as(kind)


def _is_part_of_document(names: set[str]) -> bool:
    """Whether the members are those of an office file: markup, pictures and fonts, in folders of its own."""
    parts = (
        ".xml",
        ".rels",
        ".vml",
        ".bin",
        ".png",
        ".jpg",
        ".jpeg",
        ".emf",
        ".wmf",
        ".ttf",
        ".otf",
        ".odttf",
        ".rdf",
        ".dat",
    )
    return all(
        name.lower().endswith((*parts, "/mimetype", "/")) or name.lower() == "mimetype" for name in names
    ) and any(name.lower().endswith((".xml", ".rels", "mimetype")) for name in names)


def _zip_kind(names: set[str], mimetype: bytes) -> str:
    lower = {name.lower() for name in names}
    if "word/document.xml" in lower:
        return "docx"
    if lower & {"xl/workbook.xml", "xl/workbook.bin"}:
        return "xlsx"
    if "ofd.xml" in lower:
        return "ofd"
    if "content.xml" in lower and b"opendocument" in mimetype:
        return "ods" if b"spreadsheet" in mimetype else "odt"
    if "encryptioninfo" in lower or "encryptedpackage" in lower:
        raise Unreadable("the file is encrypted; ask for it without a password")
    return "zip"


def _text(data: bytes) -> str:
    sample = data[: 256 * 1024]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        sample = data[: 512 * 1024].decode("utf-16", errors="replace").encode()
    if is_mhtml(data) or _TAG.search(sample):
        return "html"
    if b"\0" in sample:
        raise Unreadable("the file is of no known kind; ask for the report as PDF, DOCX or a page")
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample[:65536])
    if controls > 0.02 * min(len(sample), 65536):
        raise Unreadable("the file is of no known kind; ask for the report as PDF, DOCX or a page")
    return "text"


def is_mhtml(data: bytes) -> bool:
    """Whether the bytes are a web archive: a page and its pictures as the parts of a mail, whatever they are coded in."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if head[:1] in (b"<", b"{") or b":" not in head[:200]:
        return False
    found = _MAIL.match(head)
    return found is not None and _MAILED.search(found[0]) is not None and b"mime-version:" in found[0].lower()


def is_document(media_type: str) -> bool:
    """Whether files of this type are documents of their own, and not a page's pictures or styles."""
    return media_type in _DOCUMENTS
